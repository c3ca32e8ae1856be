//! Who stands behind a low cell: its score by group of respondents (METHOD §4). Internal, of an
//! open link, and a sign of a need for service, never of a fault of people.
//!
//! Groups are the bands of sex, age, education and occupation in one kab/kota; they are never
//! crossed with a kecamatan or with each other. Groups that point at people are left out, and where
//! a group of an attribute is withheld others are, so that it does not follow from the rest
//! (METHOD §5).

use selaras_stats::low_cells::{self, Cell, Lowness, Prior};
use selaras_stats::open_link;

use super::composition::Hidden;
use super::compute::{Cells, Input, Readings, show};
use super::low::low_rule;
use super::reading::{self, Reading};
use super::result::{GroupScore, LowCell, LowCellFamily, Options, Score, ScoreDefinition};
use super::tally::Tally;
use crate::instrument::{Attribute, Band, Instrument};
use crate::parallel;
use crate::round::answers::Design;
use crate::round::frame::{Frame, Level};

/// Puts the groups beside each low cell of the page of a kab/kota.
pub(super) fn describe(
    input: &Input<'_>,
    readings: &Readings<'_>,
    cells: &Cells<'_>,
    definitions: &[ScoreDefinition],
    families: &mut [LowCellFamily],
) {
    if input.tally.design == Design::Recorded {
        return;
    }
    let search = Search {
        instrument: input.instrument,
        frame: input.frame,
        tally: input.tally,
        options: &input.options,
        readings,
        cells,
        definitions,
    };
    let pages: Vec<(usize, usize)> = families
        .iter()
        .enumerate()
        .filter(|(_, family)| !family.cells.is_empty())
        .filter_map(|(at, family)| {
            let region = input.frame.position(&family.region)? as usize;
            (input.frame.regions[region].level == Level::Regency).then_some((at, region))
        })
        .collect();
    let described = parallel::map(input.threads, pages.len(), |page| {
        let (family, region) = pages[page];
        search.page(region, &families[family].cells)
    });
    for ((family, _), groups) in pages.into_iter().zip(described) {
        for (cell, groups) in families[family].cells.iter_mut().zip(groups) {
            cell.groups = groups;
        }
    }
}

/// A group of the respondents of a kab/kota.
struct Group<'a> {
    attribute: &'a Attribute,
    band: &'a Band,
    /// One a score.
    readings: Vec<Reading>,
}

/// What groups are searched in; every thread shares it.
struct Search<'a> {
    instrument: &'a Instrument,
    frame: &'a Frame,
    tally: &'a Tally,
    options: &'a Options,
    readings: &'a Readings<'a>,
    cells: &'a Cells<'a>,
    definitions: &'a [ScoreDefinition],
}

impl Search<'_> {
    /// The groups of each of `low`, the low cells of the page of the kab/kota `region`. They are
    /// one declared family.
    fn page(&self, region: usize, low: &[LowCell]) -> Vec<Vec<GroupScore>> {
        let groups = self.groups(region);
        let province = self.frame.regions[region].parent.map(|parent| parent as usize);
        let score =
            |cell: &LowCell| self.definitions.iter().position(|known| known.id == cell.score);
        let scores: Vec<Option<usize>> = low.iter().map(score).collect();
        let family: Vec<Cell> =
            scores.iter().flat_map(|&score| self.against(&groups, score, province)).collect();
        let findings = low_cells::search(&family, &low_rule(self.readings.design, self.options));
        let findings = findings.chunks(groups.len().max(1));
        let told = scores.into_iter().zip(findings).map(|(score, findings)| {
            let Some(score) = score else { return Vec::new() };
            let lines = groups.iter().zip(findings).map(|(group, finding)| {
                let line = GroupScore {
                    attribute: group.attribute.id.clone(),
                    band: group.band.id.clone(),
                    name: group.band.name.clone(),
                    score: show(&group.readings[score], self.readings.design, self.options),
                    low: finding.as_ref().map(|finding| finding.lowness == Lowness::Low),
                };
                (line, group.band.pointing)
            });
            let (mut lines, pointing): (Vec<_>, Vec<_>) = lines.unzip();
            let counts: Vec<u64> = groups.iter().map(|group| group.readings[score].n).collect();
            withhold(&mut lines, &counts, &pointing, self.options.suppress_below);
            lines
        });
        told.collect()
    }

    /// The bands of the attributes that totals keep apart, as far as somebody in the kab/kota
    /// chose them. What the official form asks although it is sensitive makes no group.
    fn groups(&self, region: usize) -> Vec<Group<'_>> {
        let adults = self.frame.regions[region].adults.as_ref().map(|adults| adults.count);
        let own = self.cells.of(region);
        let mut groups = Vec::new();
        for (place, &attribute) in self.tally.margin_attributes.iter().enumerate() {
            let attribute = &self.instrument.attributes[attribute];
            if attribute.officially_sensitive {
                continue;
            }
            for (at, band) in attribute.bands.iter().enumerate() {
                let of_band = |number: u32| {
                    let bands = self.tally.cells.get(number as usize);
                    bands
                        .and_then(|bands| bands.get(place))
                        .is_some_and(|&b| usize::from(b) == at + 1)
                };
                let inside: Vec<_> =
                    own.iter().filter(|cell| of_band(cell.key().cell)).copied().collect();
                if inside.is_empty() {
                    continue;
                }
                // The adults of the whole kab/kota stand for the group's, which are not always
                // known: the test of fragility is then too strict rather than too lax.
                let readings = reading::of_open_link(self.tally, &inside, adults, self.options);
                groups.push(Group { attribute, band, readings });
            }
        }
        groups
    }

    /// Each group against the same score of the province; a cell that no rule searches where there
    /// is no difference. The covariance of part and whole, which would narrow the difference, is
    /// left out.
    fn against(
        &self,
        groups: &[Group<'_>],
        score: Option<usize>,
        province: Option<usize>,
    ) -> Vec<Cell> {
        let whole =
            score.zip(province).and_then(|(at, whole)| self.readings.of.get(whole)?.get(at));
        let cells = groups.iter().map(|group| {
            let own = score.and_then(|at| group.readings.get(at));
            own.zip(whole).and_then(|(own, whole)| difference(own, whole)).unwrap_or(NOT_SEARCHED)
        });
        let cells: Vec<Cell> = cells.collect();
        let known: Vec<(f64, f64)> = cells.iter().map(|cell| (cell.difference, cell.se)).collect();
        let prior = Prior::fit(&known);
        cells.into_iter().map(|cell| Cell { prior, ..cell }).collect()
    }
}

/// A cell that is too small for the rule of low cells.
const NOT_SEARCHED: Cell =
    Cell { difference: 0.0, se: 0.0, df: 0.0, n: 0, clusters: 0, prior: None, full_shift: None };

fn difference(own: &Reading, whole: &Reading) -> Option<Cell> {
    let spread = open_link::combine(&[(1.0, own.beside_others()), (-1.0, whole.spread)])?;
    Some(Cell {
        difference: own.value? - whole.value?,
        se: spread.se,
        df: spread.df,
        n: own.n,
        clusters: own.spread.map_or(0, |spread| spread.clusters),
        prior: None,
        full_shift: own.full_shift.zip(whole.full_shift).map(|(own, whole)| own + whole),
    })
}

/// Withholds groups that point at people and as many others of an attribute as it takes that no
/// group below `least` follows from the rest. `counts` are the respondents of each.
fn withhold(lines: &mut [GroupScore], counts: &[u64], pointing: &[bool], least: u64) {
    let mut start = 0;
    for of_attribute in lines.chunk_by_mut(|a, b| a.attribute == b.attribute) {
        let own = start..start + of_attribute.len();
        start = own.end;
        let (Some(counts), Some(pointing)) = (counts.get(own.clone()), pointing.get(own)) else {
            return;
        };
        let mut hidden = Hidden::new(counts, pointing, least);
        hidden.cover(|_| true);
        for (at, line) in of_attribute.iter_mut().enumerate() {
            if let Some(reason) = hidden.reason(at) {
                line.score = Score { withheld: Some(reason), ..Score::default() };
                line.low = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::result::Withheld;
    use super::*;
    use crate::instrument::Text;

    fn line(attribute: &str, band: &str, n: u64) -> GroupScore {
        let score = match n {
            1..5 => Score { withheld: Some(Withheld::TooFew), ..Score::default() },
            n => Score { n: Some(n), value: Some(5.0), ..Score::default() },
        };
        GroupScore {
            attribute: attribute.to_owned(),
            band: band.to_owned(),
            name: Text { id: band.to_owned(), en: band.to_owned() },
            score,
            low: None,
        }
    }

    #[test]
    fn a_group_that_is_withheld_does_not_follow_from_the_others() {
        let mut lines = [
            line("sex", "l", 40),
            line("sex", "p", 60),
            line("age", "17", 3),
            line("age", "25", 50),
            line("age", "35", 47),
            line("work", "student", 20),
            line("work", "farmer", 30),
            line("work", "trader", 50),
            line("education", "sd", 2),
            line("education", "smp", 1),
            line("education", "sma", 9),
            line("education", "s1", 80),
        ];
        let counts = [40, 60, 3, 50, 47, 20, 30, 50, 2, 1, 9, 80];
        let pointing: Vec<bool> = lines.iter().map(|line| line.band == "student").collect();
        withhold(&mut lines, &counts, &pointing, 5);
        let shown: Vec<&str> = lines
            .iter()
            .filter(|line| line.score.value.is_some())
            .map(|line| line.band.as_str())
            .collect();
        assert_eq!(shown, ["l", "p", "25", "trader"]);
        let reasons: Vec<Option<Withheld>> = lines.iter().map(|line| line.score.withheld).collect();
        assert_eq!(reasons[4], Some(Withheld::Complementary));
        assert_eq!(reasons[5], Some(Withheld::PointsAtPeople));
        assert_eq!(reasons[6], Some(Withheld::Complementary));
    }
}
