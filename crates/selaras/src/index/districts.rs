//! Kecamatan of a kab/kota: internal, index and dimensions only, never crossed with a group
//! (METHOD §5).

use std::collections::BTreeMap;

use selaras_stats::totals::Cell;

use super::composition::Hidden;
use super::compute::{Input, show};
use super::reading::{self, Reading};
use super::result::{DistrictResult, Score, ScoreDefinition, ScoreKind, Withheld};
use crate::round::answers::{Design, NONE};

/// The kecamatan of the kab/kota with these totals' cells that have answers, by code. Empty in a
/// recorded design, whose sample was not drawn for kecamatan.
pub(super) fn of(
    input: &Input<'_>,
    definitions: &[ScoreDefinition],
    cells: &[Cell<'_>],
) -> Vec<DistrictResult> {
    let tally = input.tally;
    if tally.design == Design::Recorded {
        return Vec::new();
    }
    let mut by_district: BTreeMap<&str, Vec<Cell<'_>>> = BTreeMap::new();
    for &cell in cells {
        let Some(cluster) = tally.clusters.get(cell.key().psu as usize) else { continue };
        if cluster.district == NONE {
            continue;
        }
        if let Some(code) = input.labels.districts.get(cluster.district as usize) {
            by_district.entry(code).or_default().push(cell);
        }
    }
    let shown = definitions
        .iter()
        .take_while(|of| matches!(of.kind, ScoreKind::Index | ScoreKind::Dimension))
        .count();
    let readings: Vec<Vec<Reading>> = by_district
        .values()
        .map(|cells| reading::of_open_link(tally, cells, None, &input.options))
        .collect();
    // Kecamatan withheld in the composition are withheld here too, and more where fewer answered.
    let least = input.options.suppress_below;
    let none = vec![false; readings.len()];
    let rows: Vec<u64> =
        by_district.values().map(|cells| cells.iter().map(Cell::rows).sum()).collect();
    let mut few = Hidden::new(&rows, &none, least);
    few.cover(|_| true);
    let hidden: Vec<bool> = (0..readings.len()).map(|at| few.reason(at).is_some()).collect();
    let counts: Vec<Vec<u64>> = (0..shown)
        .map(|score| readings.iter().map(|of| of.get(score).map_or(0, |of| of.n)).collect())
        .collect();
    let reasons = |counts: &Vec<u64>| -> Vec<Option<Withheld>> {
        let mut own = Hidden::new(counts, &hidden, least);
        own.cover(|_| true);
        let reason = |at: usize| few.reason(at).or(own.reason(at));
        (0..counts.len()).map(reason).collect()
    };
    let reasons: Vec<Vec<Option<Withheld>>> = counts.iter().map(reasons).collect();
    by_district
        .into_keys()
        .enumerate()
        .map(|(at, code)| {
            let score = |(reading, reasons): (&Reading, &Vec<Option<Withheld>>)| match reasons[at] {
                Some(reason) => Score { withheld: Some(reason), ..Score::default() },
                None => show(reading, tally.design, &input.options),
            };
            let scores = readings[at].iter().zip(&reasons).map(score).collect();
            DistrictResult {
                code: code.to_owned(),
                name: (input.district_name)(code).unwrap_or_else(|| code.to_owned()),
                scores,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::compute::compute;
    use crate::index::result::{Options, RoundRef};
    use crate::index::tally::Tally;
    use crate::instrument::shipped_by_id;
    use crate::round::answers::{Answers, Labels};
    use crate::round::frame::{Frame, FrameRegion, Level};
    use crate::round::margins;

    /// Codes of the kecamatan of a kab/kota that are shown with a score, and those with a count,
    /// where the answers' kecamatan are `districts`, positions in `labels`.
    fn shown(districts: &[u32], labels: &[&str]) -> (Vec<String>, Vec<String>) {
        let instrument = shipped_by_id("contoh-layanan-desa").unwrap();
        let region = FrameRegion {
            code: "A".to_owned(),
            name: "A".to_owned(),
            level: Level::Regency,
            parent: None,
            adults: None,
            outside: Vec::new(),
        };
        let len = districts.len();
        let answers = Answers {
            len,
            region: vec![0; len],
            district: districts.to_vec(),
            link: vec![NONE; len],
            day: (0..len as i32).collect(),
            stratum: vec![NONE; len],
            psu: vec![NONE; len],
            weight: vec![1.0; len],
            fpc: vec![f64::INFINITY; len],
            attributes: vec![vec![0; len]; instrument.attributes.len()],
            items: vec![(0..len).map(|at| 1 + (at % 5) as u8).collect(); instrument.items.len()],
            flags: vec![0; len],
        };
        let mut tally = Tally::new(instrument, 1, Design::OpenLink, true).unwrap();
        tally.add(&answers).unwrap();
        tally.settle();
        let labels = Labels {
            districts: labels.iter().map(|&label| label.to_owned()).collect(),
            ..Labels::default()
        };
        let result = compute(&Input {
            instrument,
            frame: &Frame { name: "uji".to_owned(), regions: vec![region] },
            labels: &labels,
            tally: &tally,
            margins: &[],
            round: RoundRef {
                name: "Putaran uji".to_owned(),
                year: 2026,
                opened: None,
                closed: None,
                as_of: jiff::civil::date(2026, 6, 1),
                target: 1_250,
            },
            files: Vec::new(),
            simulated: true,
            options: Options::default(),
            threads: 1,
            before: None,
            district_name: &|_| None,
        })
        .unwrap();
        let region = &result.regions[0];
        let scored = region.districts.iter().filter(|of| of.scores[0].value.is_some());
        let lines = region.composition.iter().filter(|of| of.attribute == margins::DISTRICT);
        (
            scored.map(|of| of.code.clone()).collect(),
            lines.filter(|line| line.n.is_some()).map(|line| line.band.clone()).collect(),
        )
    }

    #[test]
    fn a_kecamatan_under_two_labels_is_one_cell_and_unhides_none() {
        let people = |of: &[(u32, usize)]| -> Vec<u32> {
            of.iter().flat_map(|&(label, n)| vec![label; n]).collect()
        };
        // K1 has four answers, two under either label, and takes the smaller of the others along.
        let once = shown(&people(&[(0, 4), (1, 20), (2, 30)]), &["K1", "K2", "K3"]);
        let twice = shown(&people(&[(0, 2), (1, 20), (2, 30), (3, 2)]), &["K1", "K2", "K3", "K1"]);
        assert_eq!(once, (vec!["K3".to_owned()], vec!["K3".to_owned()]));
        assert_eq!(twice, once);
        // Six answers, three under either label, are not two small kecamatan but one that is shown.
        let enough = shown(&people(&[(0, 3), (1, 20), (2, 30), (3, 3)]), &["K1", "K2", "K3", "K1"]);
        assert_eq!(enough.0, ["K1", "K2", "K3"]);
        assert_eq!(enough.1, enough.0);
    }
}
