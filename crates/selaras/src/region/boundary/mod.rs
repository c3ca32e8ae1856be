//! Official boundaries: files of an office become a map that replaces the schematic one.
//!
//! A file is read ([`import`]), its features are joined to regions by code, its rings and borders
//! are checked. Errors stop the import; warnings go along with the boundaries, as do their source
//! and date. Neighbours are computed from whatever map is in use ([`neighbours`]).

mod codes;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use selaras_atlas::measure::distance_km;
use selaras_atlas::{Neighbours, Outline, Ring, Topology, check};
use serde::{Deserialize, Serialize};

use crate::locale::{self, Language, Message, Words};
use crate::region::{self, Region};
use codes::Directory;
use read::{Contents, Feature, RawRing};

/// Grid of imported boundaries in degrees: about 11 m.
const STEP: f64 = 1e-4;
/// Indonesia with some sea: west, south, east, north.
const INDONESIA: [f64; 4] = [94.0, -12.0, 142.0, 7.5];
/// Overlaps and gaps under these areas come from rounding.
const LEAST_OVERLAP_KM2: f64 = 0.01;
const LEAST_GAP_KM2: f64 = 0.05;
/// Share of the smaller region from which an overlap is an error.
const OVERLAP_ERROR: f64 = 0.05;
/// Share of a feature's area from which a ring that crosses itself is an error.
const CROSSING_ERROR: f64 = 0.01;
/// Difference from the official area that is worth a warning.
const AREA_WARNING: f64 = 0.10;
/// The same that most regions of a file may not reach: it says that its shapes are of something
/// else.
const AREA_ABSURD: f64 = 2.0;
/// Kilometres, beside the size of a region, from which its shape is drawn elsewhere.
const FAR_KM: f64 = 100.0;
/// Property that marks every feature of a map file of ours that shows schematic shapes.
pub const SCHEMATIC: &str = "schematic";
/// Findings of one kind that are listed; the rest is counted.
const MOST_LISTED: usize = 25;

/// A region that boundaries may be for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// Dotted Kemendagri code.
    pub code: String,
    /// Official name.
    pub name: String,
    /// BPS code before the split of Papua.
    pub bps_code: Option<String>,
    /// BPS code after it.
    pub bps_code_2023: Option<String>,
    /// Official area.
    pub area_km2: Option<f64>,
    /// Longitude and latitude of a place in it.
    pub place: Option<(f64, f64)>,
}

impl From<&Region> for Known {
    fn from(region: &Region) -> Self {
        Self {
            code: region.code.as_str().to_owned(),
            name: region.name.clone(),
            bps_code: region.bps.clone(),
            bps_code_2023: region.bps_2023.clone(),
            area_km2: region.area_km2,
            place: region.place,
        }
    }
}

impl Known {
    /// The provinces, kab/kota and kecamatan of the built-in table.
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        let tables = [region::provinces(), region::regencies(), region::districts()];
        tables.into_iter().flatten().map(Self::from).collect()
    }
}

/// Which list the codes of a file are from. Without a choice, dotted codes are Kemendagri's, and
/// undotted ones are taken as Kemendagri's only where names in the file confirm it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeList {
    /// Kemendagri.
    Kemendagri,
    /// BPS before the split of Papua.
    Bps,
    /// BPS after it.
    Bps2023,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The boundaries are not taken in.
    Error,
    /// They are, and this goes along.
    Warning,
    /// Worth knowing.
    Note,
}

/// Something found in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Weight.
    pub severity: Severity,
    /// Code of the region it is about.
    pub code: Option<String>,
    /// Number of the feature in the file, from 1.
    pub feature: Option<usize>,
    /// What was found, what it means, what to do.
    pub message: Message,
}

impl Finding {
    fn error(message: Message) -> Self {
        Self { severity: Severity::Error, code: None, feature: None, message }
    }

    fn warning(message: Message) -> Self {
        Self { severity: Severity::Warning, code: None, feature: None, message }
    }
}

/// What the office says about a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Whose boundaries these are.
    pub source: String,
    /// The day they are of.
    pub date: Date,
    /// Which list its codes are from.
    pub codes: Option<CodeList>,
}

impl About {
    /// What the office wrote about a file; both are told under every map.
    ///
    /// # Errors
    /// No source, a date that is none, or one that is still to come.
    pub fn told(source: &str, date: &str, today: Date) -> Result<Self, Message> {
        let (source, written) = (source.trim().to_owned(), date.trim());
        if source.is_empty() || written.is_empty() {
            return Err(Message::new("boundary-about-missing"));
        }
        let Some(date) = locale::day(written) else {
            return Err(Message::new("boundary-about-date").with("value", written));
        };
        if date > today {
            return Err(Message::new("boundary-about-future").with("date", date));
        }
        Ok(Self { source, date, codes: None })
    }
}

/// Boundaries that were taken in.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The regions of the file, in code order.
    pub topology: Topology,
    /// Parts of a code: 1 for provinces, 2 for kab/kota, 3 for kecamatan, 4 for desa.
    pub level: usize,
    /// Warnings and notes.
    pub report: Vec<Finding>,
    /// Whose boundaries these are.
    pub source: String,
    /// The day they are of.
    pub date: Date,
}

/// Takes in the boundaries of a file: GeoJSON, TopoJSON, or a zip with a Shapefile or one of these.
/// Coordinates are longitude and latitude in degrees (WGS 84). `known` are all regions that the
/// file may be about, of one or more levels; the file may hold only some of them, of one level.
///
/// # Errors
/// Every finding, errors first, where at least one is an error.
pub fn import(bytes: &[u8], known: &[Known], about: &About) -> Result<Imported, Vec<Finding>> {
    let Contents { features, mut findings, .. } = match read::read(bytes) {
        Ok(contents) => contents,
        Err(finding) => return Err(vec![finding]),
    };
    if features.is_empty() {
        findings.push(Finding::error(Message::new("boundary-error-no-features")));
        return Err(told(findings));
    }
    if features.iter().any(is_schematic) {
        findings.push(Finding::error(Message::new("boundary-error-schematic")));
        return Err(told(findings));
    }
    let outside = coordinates(&features);
    let placeless = !outside.is_empty();
    findings.extend(outside);
    let directory = Directory::new(known, about.codes);
    let assigned = codes::assign(&features, &directory, &mut findings);
    // What is wrong in the shapes is told together with what is wrong in the codes, where shapes
    // stand anywhere at all.
    if placeless {
        return Err(told(findings));
    }
    let placed: Vec<(&Feature, &Known)> = features
        .iter()
        .zip(assigned)
        .filter_map(|(feature, at)| Some((feature, known.get(at?)?)))
        .collect();
    let levels: BTreeSet<usize> = placed.iter().map(|(_, region)| level(&region.code)).collect();
    if levels.len() > 1 {
        findings.push(Finding::error(Message::new("boundary-error-levels")));
    }
    let outlines: Vec<Outline> =
        placed.iter().map(|(feature, region)| outline(feature, region, &mut findings)).collect();
    let Some(level) = levels.first().copied().filter(|_| !has_error(&findings)) else {
        return Err(told(findings));
    };
    let topology = match borders(outlines, &placed, &mut findings) {
        Ok(topology) => topology,
        Err(check::TooMuch) => {
            findings.push(Finding::error(Message::new("boundary-error-tangled")));
            return Err(told(findings));
        }
    };
    compare(&topology, known, level, &mut findings);
    let report = told(findings);
    if has_error(&report) {
        return Err(report);
    }
    let (source, date) = (about.source.clone(), about.date);
    Ok(Imported { topology, level, report, source, date })
}

/// Whether a feature comes from a file of our own with the schematic map: it bears the mark, or
/// says so in words, as files do that were written before there was a mark.
fn is_schematic(feature: &Feature) -> bool {
    feature.properties.iter().any(|(name, value)| {
        (name.as_str(), value.as_str()) == (SCHEMATIC, "true")
            || Language::ALL.iter().any(|&of| *value == Words::new(of).say("map-schematic"))
    })
}

fn has_error(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn level(code: &str) -> usize {
    code.split('.').count()
}

/// Findings with errors first; of each kind as many as are listed, then how many more there are.
fn told(findings: Vec<Finding>) -> Vec<Finding> {
    let mut by_kind: BTreeMap<(Severity, String), Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        by_kind.entry((finding.severity, finding.message.key.clone())).or_default().push(finding);
    }
    let mut told = Vec::new();
    for ((severity, _), mut kind) in by_kind {
        let more = kind.len().saturating_sub(MOST_LISTED);
        kind.truncate(MOST_LISTED);
        told.extend(kind);
        if more > 0 {
            let message = Message::new("boundary-more").with("n", more);
            told.push(Finding { severity, code: None, feature: None, message });
        }
    }
    told
}

/// Every feature with points that are no degrees within Indonesia, and what they look like.
fn coordinates(features: &[Feature]) -> Vec<Finding> {
    let [west, south, east, north] = INDONESIA;
    let within =
        |(lon, lat): (f64, f64)| (west..=east).contains(&lon) && (south..=north).contains(&lat);
    let (mut points, mut swapped, mut metres) = (0_usize, 0_usize, 0_usize);
    let mut outside: Vec<(usize, (f64, f64))> = Vec::new();
    for feature in features {
        for &(x, y) in feature.rings.iter().flat_map(|ring| &ring.points) {
            points += 1;
            if within((x, y)) {
                continue;
            }
            if outside.last().is_none_or(|(last, _)| *last != feature.number) {
                outside.push((feature.number, (x, y)));
            }
            swapped += usize::from(within((y, x)));
            metres += usize::from(x.abs() > 1000.0 || y.abs() > 1000.0);
        }
    }
    // Swapped axes and metres are a fault of the whole file, told once.
    let (key, told) = if swapped * 2 > points {
        ("boundary-error-swapped", 1)
    } else if metres * 2 > points {
        ("boundary-error-metres", 1)
    } else {
        ("boundary-error-outside", outside.len())
    };
    let digits = |value: f64| format!("{value:.4}").chars().take(24).collect::<String>();
    let finding = |(number, (x, y)): (usize, (f64, f64))| {
        let message =
            Message::new(key).with("feature", number).with("x", digits(x)).with("y", digits(y));
        Finding { feature: Some(number), ..Finding::error(message) }
    };
    outside.into_iter().take(told).map(finding).collect()
}

/// A feature on the grid, its rings made sound; says what had to be done.
fn outline(feature: &Feature, region: &Known, findings: &mut Vec<Finding>) -> Outline {
    let mut rings: Vec<Ring> = Vec::new();
    let mut expected = 0.0;
    let (mut unclosed, mut short) = (0_usize, 0_usize);
    for RawRing { points, hole } in &feature.rings {
        let mut ring: Ring =
            points.iter().map(|&(lon, lat)| Topology::grid(STEP, lon, lat)).collect();
        if points.len() < 4 {
            short += 1;
            continue;
        }
        if ring.first() == ring.last() {
            ring.pop();
        } else {
            unclosed += 1;
        }
        let km2 = check::ring_km2(STEP, &ring);
        expected += if *hole { -km2 } else { km2 };
        rings.push(ring);
    }
    let mut say = |severity: Severity, message: Message| {
        findings.push(Finding {
            severity,
            code: Some(region.code.clone()),
            feature: Some(feature.number),
            message: message
                .with("feature", feature.number)
                .with("code", region.code.as_str())
                .with("name", region.name.as_str()),
        });
    };
    if unclosed > 0 {
        let message = Message::new("boundary-warning-unclosed").with("rings", unclosed);
        say(Severity::Warning, message);
    }
    if short > 0 {
        say(Severity::Warning, Message::new("boundary-warning-short").with("rings", short));
    }
    if check::tangled(&rings) {
        say(Severity::Error, Message::new("boundary-error-crossing"));
        return Outline { code: region.code.clone(), ..Outline::default() };
    }
    let polygons = check::even_odd(&rings);
    let km2 = check::polygons_km2(STEP, &polygons);
    let off = (km2 - expected).abs();
    if polygons.is_empty() || km2 <= 0.0 {
        say(Severity::Error, Message::new("boundary-error-no-ring"));
    } else if off > CROSSING_ERROR * km2 && off > LEAST_OVERLAP_KM2 {
        say(Severity::Error, Message::new("boundary-error-crossing"));
    } else if off > LEAST_OVERLAP_KM2 {
        let message = Message::new("boundary-warning-crossing");
        say(Severity::Warning, message.with("km2", crate::locale::Value::Decimal(off, 2)));
    }
    Outline { code: region.code.clone(), polygons, mark: false }
}

/// The map of `outlines`, which stand in the order of `placed`, with what is wrong between them.
fn borders(
    outlines: Vec<Outline>,
    placed: &[(&Feature, &Known)],
    findings: &mut Vec<Finding>,
) -> Result<Topology, check::TooMuch> {
    let outlines = check::join(outlines)?;
    let square = |km2: f64| crate::locale::Value::Decimal(km2, 2);
    let spot = |message: Message, (lon, lat): (f64, f64)| {
        message.with("lon", format!("{lon:.3}")).with("lat", format!("{lat:.3}"))
    };
    let km2 = |at: usize| {
        outlines.get(at).map_or(0.0, |outline| check::polygons_km2(STEP, &outline.polygons))
    };
    for overlap in check::overlaps(STEP, &outlines, LEAST_OVERLAP_KM2)? {
        let (a, b) = overlap.outlines;
        let (Some((one, first)), Some((other, second))) = (placed.get(a), placed.get(b)) else {
            continue;
        };
        let heavy = overlap.km2 > OVERLAP_ERROR * km2(a).min(km2(b));
        let (severity, key) = match (first.code == second.code, heavy) {
            (true, true) => (Severity::Error, "boundary-error-duplicate"),
            (false, true) => (Severity::Error, "boundary-error-overlap"),
            (_, false) => (Severity::Warning, "boundary-warning-overlap"),
        };
        let message = Message::new(key)
            .with("feature", one.number)
            .with("other", other.number)
            .with("name", format!("{} {}", first.code, first.name))
            .with("name2", format!("{} {}", second.code, second.name))
            .with("km2", square(overlap.km2));
        findings.push(Finding {
            severity,
            code: Some(first.code.clone()),
            feature: Some(one.number),
            message: spot(message, overlap.place),
        });
    }
    for gap in check::gaps(STEP, &outlines, LEAST_GAP_KM2) {
        let around: BTreeSet<String> = gap
            .around
            .iter()
            .filter_map(|at| placed.get(*at))
            .map(|(_, region)| format!("{} {}", region.code, region.name))
            .collect();
        let key = if around.len() > 1 { "boundary-warning-gap" } else { "boundary-warning-hole" };
        let around: Vec<String> = around.into_iter().take(6).collect();
        let message =
            Message::new(key).with("around", around.join(", ")).with("km2", square(gap.km2));
        findings.push(Finding::warning(spot(message, gap.place)));
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, region) in placed {
        *seen.entry(&region.code).or_default() += 1;
    }
    for (code, parts) in seen.into_iter().filter(|(_, parts)| *parts > 1) {
        let message = Message::new("boundary-note-parts").with("code", code).with("parts", parts);
        findings.push(Finding {
            severity: Severity::Note,
            code: Some(code.to_owned()),
            feature: None,
            message,
        });
    }
    Ok(Topology::build(STEP, outlines).dissolve(str::to_owned))
}

/// What the map lacks, and areas far from the official ones.
fn compare(topology: &Topology, known: &[Known], at_level: usize, findings: &mut Vec<Finding>) {
    let drawn: BTreeMap<&str, usize> =
        topology.shapes().iter().enumerate().map(|(at, shape)| (shape.code.as_str(), at)).collect();
    let parent = |code: &str| code.rsplit_once('.').map_or(String::new(), |(up, _)| up.to_owned());
    let parents: BTreeSet<String> = drawn.keys().map(|code| parent(code)).collect();
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut elsewhere = 0_usize;
    let (mut measured, mut absurd) = (0_usize, 0_usize);
    let (mut known_places, mut far) = (0_usize, 0_usize);
    for region in known.iter().filter(|region| level(&region.code) == at_level) {
        let Some(&at) = drawn.get(region.code.as_str()) else {
            let up = parent(&region.code);
            if parents.contains(&up) {
                let name = format!("{} {}", region.code, region.name);
                missing.entry(up).or_default().push(name);
            } else {
                elsewhere += 1;
            }
            continue;
        };
        let km2 = topology.area_km2(at);
        if let (Some(place), Some(drawn)) = (region.place, topology.label_place(at)) {
            known_places += 1;
            let reach = FAR_KM + 2.0 * region.area_km2.unwrap_or(km2).max(km2).sqrt();
            far += usize::from(distance_km(place, drawn) > reach);
        }
        let Some(official) = region.area_km2.filter(|area| *area > 0.0) else { continue };
        measured += 1;
        absurd += usize::from(km2 >= AREA_ABSURD * official || official >= AREA_ABSURD * km2);
        if (km2 - official).abs() > AREA_WARNING * official {
            let message = Message::new("boundary-warning-area")
                .with("code", region.code.as_str())
                .with("name", region.name.as_str())
                .with("km2", crate::locale::Value::Decimal(km2, 1))
                .with("official", crate::locale::Value::Decimal(official, 1));
            let code = Some(region.code.clone());
            findings.push(Finding { code, ..Finding::warning(message) });
        }
    }
    let most = |key: &str, n: usize, all: usize| {
        (n * 2 > all).then(|| Finding::error(Message::new(key).with("n", n).with("all", all)))
    };
    findings.extend(most("boundary-error-areas", absurd, measured));
    findings.extend(most("boundary-error-places", far, known_places));
    for (up, names) in missing {
        let message = Message::new("boundary-warning-missing")
            .with("n", names.len())
            .with("names", crate::locale::first_of(&names, 12));
        findings.push(Finding {
            code: Some(up).filter(|up| !up.is_empty()),
            ..Finding::warning(message)
        });
    }
    if elsewhere > 0 {
        let message =
            Message::new("boundary-note-partial").with("n", drawn.len()).with("missing", elsewhere);
        findings.push(Finding { severity: Severity::Note, ..Finding::warning(message) });
    }
}

/// The nearest region of one without a land neighbour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// Position of the region in the map.
    pub shape: usize,
    /// 1 to 3.
    pub rank: usize,
    /// Position of the near region.
    pub other: usize,
    /// Distance between their outlines.
    pub km: f64,
}

/// Who lies beside whom on a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbourhood {
    /// Pairs that touch on land; length 0 where only in a point.
    pub land: Vec<Neighbours>,
    /// The three nearest regions of those without a land neighbour.
    pub nearest: Vec<Nearest>,
    /// What must stand beside anything computed from these neighbours.
    pub remark: Option<Message>,
}

/// The neighbours on `topology`. Those of a schematic map are neighbours of the picture, not of the
/// land: `schematic` adds the remark that says so.
#[must_use]
pub fn neighbours(topology: &Topology, schematic: bool) -> Neighbourhood {
    let land = topology.neighbours();
    let with: BTreeSet<usize> =
        land.iter().flat_map(|pair| [pair.shapes.0, pair.shapes.1]).collect();
    // Outlines to some hundred metres are enough for distances at sea.
    let thin = topology.simplify(0.02);
    let outlines: Vec<Vec<(f64, f64)>> = (0..thin.shapes().len())
        .map(|at| {
            let polygons = thin.polygons(at);
            let outer = polygons.iter().filter_map(|rings| rings.first()).flatten();
            outer.map(|point| thin.place(*point)).collect()
        })
        .collect();
    let mut nearest = Vec::new();
    for (shape, outline) in outlines.iter().enumerate().filter(|(at, _)| !with.contains(at)) {
        let mut best: Vec<(f64, usize)> = Vec::new();
        for (other, places) in outlines.iter().enumerate().filter(|(other, _)| *other != shape) {
            let enough = best.get(2).map_or(f64::INFINITY, |(km, _)| *km);
            let at_least = topology.shape_bounds(shape).zip(topology.shape_bounds(other)).map_or(
                f64::INFINITY,
                |(a, b)| {
                    let apart = |low: f64, high: f64| (low - high).max(0.0);
                    let lon = apart(a.west, b.east) + apart(b.west, a.east);
                    let lat = apart(a.south, b.north) + apart(b.south, a.north);
                    // A degree is at least 108 km within 12° of the equator.
                    108.0 * lon.hypot(lat)
                },
            );
            if at_least >= enough {
                continue;
            }
            let km = apart_km(outline, places);
            best.push((km, other));
            best.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            best.truncate(3);
        }
        let ranked = best.into_iter().filter(|(km, _)| km.is_finite()).enumerate();
        nearest.extend(ranked.map(|(place, (km, other))| Nearest {
            shape,
            rank: place + 1,
            other,
            km,
        }));
    }
    let remark = schematic.then(|| Message::new("boundary-neighbours-schematic"));
    Neighbourhood { land, nearest, remark }
}

/// Least distance between the corners of two outlines in km; infinite without corners.
fn apart_km(one: &[(f64, f64)], other: &[(f64, f64)]) -> f64 {
    let mut least = (f64::INFINITY, None);
    for &a in one {
        let squeeze = a.1.to_radians().cos();
        for &b in other {
            let far = ((a.0 - b.0) * squeeze).powi(2) + (a.1 - b.1).powi(2);
            if far < least.0 {
                least = (far, Some((a, b)));
            }
        }
    }
    least.1.map_or(f64::INFINITY, |(a, b)| distance_km(a, b))
}

#[cfg(test)]
mod tests;
