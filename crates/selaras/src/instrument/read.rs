//! Reading an instrument file, with every fault at its line, column and key.
//!
//! The file is walked by hand rather than through serde, which would stop at the first fault. A
//! faulty value is noted and replaced by a harmless one, so that the walk goes on; nothing made in
//! this way leaves [`Instrument::parse`] once there is a fault.

mod nesting;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::{
    Aggregation, Attribute, AttributeKind, Band, Categories, Category, Component, Dimension,
    Evidence, Instrument, Item, Missing, Rules, Scale, Standing, Text, Variable,
};
use crate::locale::{Message, Words};
use walk::{Faults, Mark, Section};

/// The only format there is so far, the value of the key `format`.
const FORMAT: &str = "selaras/instrument/1";
/// Larger files are not instruments.
const MOST_BYTES: usize = 1 << 20;
/// Entries of one list.
const MOST_ENTRIES: usize = 1_000;
/// Bands of one attribute: a band is stored in a byte, with 0 for no answer.
const MOST_BANDS: usize = 250;

/// Why a file is no instrument: every fault with its place, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct InstrumentError {
    /// Name of the file.
    pub file: String,
    /// One sentence a fault, each with `file`, `line`, `column` and `path` filled.
    pub faults: Vec<Message>,
}

impl fmt::Display for InstrumentError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Words::default();
        for (at, fault) in self.faults.iter().enumerate() {
            if at > 0 {
                formatter.write_str("\n")?;
            }
            formatter.write_str(&words.tell(fault))?;
        }
        Ok(())
    }
}

impl std::error::Error for InstrumentError {}

impl Instrument {
    /// Reads the instrument file called `name`.
    ///
    /// # Errors
    /// All faults of the file, each with line, column and key.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, InstrumentError> {
        let mut faults = Faults::new(name);
        if bytes.len() > MOST_BYTES {
            faults.add(0..0, "", Message::new("instrument-fault-too-large"));
            return Err(faults.into_error());
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
            Err(error) => {
                faults.read(std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""));
                let at = error.valid_up_to();
                faults.add(at..at, "", Message::new("instrument-fault-encoding"));
                return Err(faults.into_error());
            }
        };
        faults.read(text);
        if let Some(at) = nesting::endless(text) {
            faults.add(at..at, "", Message::new("instrument-fault-syntax"));
            return Err(faults.into_error());
        }
        let (root, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            // What follows on the same line is mostly an echo of the first.
            let mut line = None;
            for span in errors.iter().map(|error| error.span().unwrap_or(0..0)) {
                let start = text.get(..span.start).and_then(|before| before.rfind('\n'));
                if line != Some(start) {
                    faults.add(span, "", Message::new("instrument-fault-syntax"));
                }
                line = Some(start);
            }
            return Err(faults.into_error());
        }
        let mut instrument = instrument(Section::new(root.get_ref(), root.span(), ""), &mut faults);
        if !faults.is_empty() {
            return Err(faults.into_error());
        }
        instrument.sha256 = crate::sheet::hex(&Sha256::digest(bytes));
        Ok(instrument)
    }
}

fn instrument(mut root: Section<'_>, faults: &mut Faults<'_>) -> Instrument {
    if let Some(place) = root.need("format", faults)
        && !place.says(FORMAT)
    {
        place.fault(faults, Message::new("instrument-fault-format").with("format", FORMAT));
    }
    let id = identity(&mut root, faults);
    let version = root.string("version", faults);
    let title = root.text("title", faults);
    let short_title = root.text("short_title", faults);
    let standings = [
        ("official", Standing::Official),
        ("reconstruction", Standing::Reconstruction),
        ("other", Standing::Other),
    ];
    let standing = root.need("standing", faults).and_then(|place| place.choice(&standings, faults));
    let standing = standing.unwrap_or(Standing::Other);
    let source = root.text("source", faults);
    let remarks = root.take("remarks").map(|place| place.list(MOST_ENTRIES, faults));
    let remarks = remarks.unwrap_or_default().iter().map(|place| place.text(faults)).collect();
    let scale = scale(&mut root, faults);
    let rules = rules(&mut root, faults);
    let weight_evidence = root.evidence("weight_evidence", faults);
    let (components, component_marks) = components(&mut root, faults);
    let component_evidence = if components.is_empty() && !root.holds("component_evidence") {
        Evidence::Unknown
    } else {
        root.evidence("component_evidence", faults)
    };
    let (dimensions, dimension_marks) = dimensions(&mut root, faults);
    let (variables, variable_marks) = variables(&mut root, &dimensions, faults);
    let mut columns = BTreeSet::new();
    let items = items(&mut root, &variables, &components, &mut columns, faults);
    let used: BTreeSet<usize> = variables.iter().map(|variable| variable.dimension).collect();
    unused(&dimension_marks, &used, "instrument-fault-dimension-empty", faults);
    let used: BTreeSet<usize> = items.iter().map(|item| item.variable).collect();
    unused(&variable_marks, &used, "instrument-fault-variable-empty", faults);
    let used: BTreeSet<usize> = items.iter().filter_map(|item| item.component).collect();
    unused(&component_marks, &used, "instrument-fault-component-empty", faults);
    let categories = categories(&mut root, &scale, faults);
    let attributes = attributes(&mut root, standing, &mut columns, faults);
    root.finish(faults);
    Instrument {
        id,
        version,
        title,
        short_title,
        standing,
        source,
        remarks,
        scale,
        components,
        component_evidence,
        dimensions,
        variables,
        weight_evidence,
        items,
        rules,
        categories,
        attributes,
        sha256: String::new(),
    }
}

/// Notes every entry at `marks` whose position is not in `used`.
fn unused(marks: &[Mark], used: &BTreeSet<usize>, key: &str, faults: &mut Faults<'_>) {
    for (_, (span, path)) in marks.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
        faults.add(span.clone(), path, Message::new(key));
    }
}

/// The instrument's own id, which also names files: lower-case letters, digits and hyphens.
fn identity(root: &mut Section<'_>, faults: &mut Faults<'_>) -> String {
    let Some(place) = root.need("id", faults) else { return String::new() };
    let id = place.string(faults).unwrap_or_default();
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !id.chars().all(sound) || id.len() > 40 {
        place.fault(faults, Message::new("instrument-fault-id").with("value", id.as_str()));
    }
    id
}

fn scale(root: &mut Section<'_>, faults: &mut Faults<'_>) -> Scale {
    let mut scale = Scale {
        min: 1,
        max: 9,
        low: Text::default(),
        high: Text::default(),
        evidence: Evidence::Unknown,
    };
    let Some(mut section) = root.need("scale", faults).and_then(|place| place.section(faults))
    else {
        return scale;
    };
    // 0 stands for "not answered" in a column of answers, so that no scale may hold it.
    let least = section.need("min", faults).and_then(|place| place.whole(1..=249, faults));
    let most = section.need("max", faults);
    if let (Some(least), Some(place)) = (least, most)
        && let Some(most) = place.whole(2..=250, faults)
    {
        if least >= most {
            place.fault(faults, Message::new("instrument-fault-scale-order"));
        } else {
            scale.min = u8::try_from(least).unwrap_or(1);
            scale.max = u8::try_from(most).unwrap_or(9);
        }
    }
    scale.low = section.text("low", faults);
    scale.high = section.text("high", faults);
    scale.evidence = section.evidence("evidence", faults);
    section.finish(faults);
    scale
}

fn rules(root: &mut Section<'_>, faults: &mut Faults<'_>) -> Rules {
    let mut rules = Rules {
        aggregation: Aggregation::Respondent,
        missing: Missing::Renormalise,
        evidence: Evidence::Unknown,
    };
    let Some(mut section) = root.need("rules", faults).and_then(|place| place.section(faults))
    else {
        return rules;
    };
    let aggregations = [("respondent", Aggregation::Respondent), ("pooled", Aggregation::Pooled)];
    let missings = [("renormalise", Missing::Renormalise), ("drop", Missing::Drop)];
    let aggregation = section.need("aggregation", faults);
    rules.aggregation = aggregation
        .and_then(|place| place.choice(&aggregations, faults))
        .unwrap_or(rules.aggregation);
    let missing = section.need("missing", faults);
    rules.missing =
        missing.and_then(|place| place.choice(&missings, faults)).unwrap_or(rules.missing);
    rules.evidence = section.evidence("evidence", faults);
    section.finish(faults);
    rules
}

fn components(root: &mut Section<'_>, faults: &mut Faults<'_>) -> (Vec<Component>, Vec<Mark>) {
    let mut codes = BTreeSet::new();
    let mut weights = Weights::default();
    let (mut components, mut marks) = (Vec::new(), Vec::new());
    for mut section in root.tables("component", MOST_ENTRIES, faults) {
        let id = section.new_code(&mut codes, faults);
        let name = section.text("name", faults);
        let weight = section.weight(faults);
        weights.add(0, weight, &section);
        marks.push(section.mark());
        section.finish(faults);
        components.push(Component { id, name, weight });
    }
    weights.finish(faults);
    (components, marks)
}

fn dimensions(root: &mut Section<'_>, faults: &mut Faults<'_>) -> (Vec<Dimension>, Vec<Mark>) {
    let mut codes = BTreeSet::new();
    let mut weights = Weights::default();
    let (mut dimensions, mut marks) = (Vec::new(), Vec::new());
    for mut section in root.some_tables("dimension", MOST_ENTRIES, faults) {
        let id = section.new_code(&mut codes, faults);
        let name = section.text("name", faults);
        let weight = section.weight(faults);
        weights.add(0, weight, &section);
        marks.push(section.mark());
        section.finish(faults);
        dimensions.push(Dimension { id, name, weight });
    }
    weights.finish(faults);
    (dimensions, marks)
}

fn variables(
    root: &mut Section<'_>,
    dimensions: &[Dimension],
    faults: &mut Faults<'_>,
) -> (Vec<Variable>, Vec<Mark>) {
    let parents: Vec<String> = dimensions.iter().map(|dimension| dimension.id.clone()).collect();
    let mut codes = BTreeSet::new();
    let mut weights = Weights::default();
    let (mut variables, mut marks) = (Vec::new(), Vec::new());
    for mut section in root.some_tables("variable", MOST_ENTRIES, faults) {
        let id = section.new_code(&mut codes, faults);
        let name = section.text("name", faults);
        let dimension = section.reference("dimension", &parents, faults);
        let weight = section.weight(faults);
        let asta_cita = section.take("asta_cita").map(|place| place.list(8, faults));
        let asta_cita = asta_cita.unwrap_or_default();
        let asta_cita = asta_cita.iter().filter_map(|place| place.whole(1..=8, faults));
        let asta_cita = asta_cita.filter_map(|number| u8::try_from(number).ok()).collect();
        let evidence = section.evidence("evidence", faults);
        if let Some(dimension) = dimension {
            weights.add(dimension, weight, &section);
        }
        marks.push(section.mark());
        section.finish(faults);
        let dimension = dimension.unwrap_or(0);
        variables.push(Variable { id, name, dimension, weight, asta_cita, evidence });
    }
    weights.finish(faults);
    (variables, marks)
}

fn items(
    root: &mut Section<'_>,
    variables: &[Variable],
    components: &[Component],
    columns: &mut BTreeSet<String>,
    faults: &mut Faults<'_>,
) -> Vec<Item> {
    let parents: Vec<String> = variables.iter().map(|variable| variable.id.clone()).collect();
    let crossing: Vec<String> = components.iter().map(|component| component.id.clone()).collect();
    let mut weights = Weights::default();
    let mut items = Vec::new();
    for mut section in root.some_tables("item", MOST_ENTRIES, faults) {
        let id = section.new_code(columns, faults);
        let variable = section.reference("variable", &parents, faults);
        // Without components the key is unknown, and `finish` says so.
        let component = if crossing.is_empty() {
            None
        } else {
            section.reference("component", &crossing, faults)
        };
        let weight = section.weight(faults);
        let reversed = section.flag("reversed", faults);
        let text = section.text("text", faults);
        if let Some(variable) = variable {
            weights.add((variable, component), weight, &section);
        }
        section.finish(faults);
        items.push(Item { id, variable: variable.unwrap_or(0), component, weight, reversed, text });
    }
    weights.finish(faults);
    items
}

fn categories(
    root: &mut Section<'_>,
    scale: &Scale,
    faults: &mut Faults<'_>,
) -> Option<Categories> {
    let mut section = root.take("categories")?.section(faults)?;
    let source = section.take("source").and_then(|place| place.string(faults));
    let mut categories: Vec<Category> = Vec::new();
    for mut entry in section.some_tables("category", MOST_ENTRIES, faults) {
        let name = entry.text("name", faults);
        let Some(place) = entry.need("from", faults) else { continue };
        entry.finish(faults);
        let Some(from) = place.number(faults) else { continue };
        let (least, most) = (f64::from(scale.min), f64::from(scale.max));
        match categories.last() {
            None if from != least => place.fault(
                faults,
                Message::new("instrument-fault-category-first").with("least", u32::from(scale.min)),
            ),
            Some(last) if from <= last.from => {
                place.fault(faults, Message::new("instrument-fault-category-order"));
            }
            _ if from >= most => {
                let message = Message::new("instrument-fault-category-beyond");
                place.fault(faults, message.with("most", u32::from(scale.max)));
            }
            _ => {}
        }
        categories.push(Category { from, name });
    }
    section.finish(faults);
    Some(Categories { source, categories })
}

fn attributes(
    root: &mut Section<'_>,
    standing: Standing,
    columns: &mut BTreeSet<String>,
    faults: &mut Faults<'_>,
) -> Vec<Attribute> {
    let kinds = [
        ("sex", AttributeKind::Sex),
        ("age", AttributeKind::Age),
        ("education", AttributeKind::Education),
        ("occupation", AttributeKind::Occupation),
        ("other", AttributeKind::Other),
    ];
    let mut attributes: Vec<Attribute> = Vec::new();
    for mut section in root.tables("attribute", MOST_ENTRIES, faults) {
        let id = section.new_code(columns, faults);
        let place = section.need("kind", faults);
        let kind = place.as_ref().and_then(|place| place.choice(&kinds, faults));
        let kind = kind.unwrap_or(AttributeKind::Other);
        if kind != AttributeKind::Other
            && attributes.iter().any(|other| other.kind == kind)
            && let Some(place) = place
        {
            place.fault(faults, Message::new("instrument-fault-attribute-kind-twice"));
        }
        let name = section.text("name", faults);
        let officially_sensitive = section.flag("officially_sensitive", faults);
        // rights.md rule 2: no religion, ethnicity or belief, unless the official form has it.
        if officially_sensitive && standing != Standing::Official {
            let message = Message::new("instrument-fault-sensitive-not-official");
            section.fault(faults, message);
        } else if !officially_sensitive && asks_belief_or_origin(&id, &name) {
            let message = Message::new("instrument-fault-sensitive");
            section.fault(faults, message.with("value", id.as_str()));
        }
        let bands = bands(&mut section, kind, faults);
        section.finish(faults);
        attributes.push(Attribute { id, kind, name, bands, officially_sensitive });
    }
    attributes
}

fn bands(attribute: &mut Section<'_>, kind: AttributeKind, faults: &mut Faults<'_>) -> Vec<Band> {
    let mut codes = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut bands: Vec<Band> = Vec::new();
    for mut section in attribute.some_tables("band", MOST_BANDS, faults) {
        let id = section.new_code(&mut codes, faults);
        let name = section.text("name", faults);
        let mut years = None;
        if kind == AttributeKind::Age
            && let Some(place) = section.need("years", faults)
        {
            let ends = place.list(2, faults);
            let ends: Vec<u16> = ends.iter().filter_map(|end| end.whole(0..=130, faults)).collect();
            match (ends.as_slice(), bands.last().and_then(|last| last.years)) {
                (&[from, to], _) if from > to => {
                    place.fault(faults, Message::new("instrument-fault-years"));
                }
                (&[from, to], before) => {
                    if before.is_some_and(|(_, end)| from != end + 1) {
                        place.fault(faults, Message::new("instrument-fault-years-gap"));
                    }
                    years = Some((from, to));
                }
                _ => place.fault(faults, Message::new("instrument-fault-years")),
            }
        }
        let aliases =
            section.take("aliases").map(|place| (place.list(MOST_ENTRIES, faults), place));
        let mut known = vec![name.id.clone()];
        if let Some((entries, place)) = aliases {
            known.extend(entries.iter().filter_map(|entry| entry.string(faults)));
            for alias in &known {
                if !names.insert(alias.to_lowercase()) {
                    let message = Message::new("instrument-fault-twice");
                    place.fault(faults, message.with("value", alias.as_str()));
                }
            }
        } else if !name.id.is_empty() && !names.insert(name.id.to_lowercase()) {
            let message = Message::new("instrument-fault-twice").with("value", name.id.as_str());
            section.fault(faults, message);
        }
        let aliases = known.split_off(1);
        let pointing = section.flag("pointing", faults);
        let civil_servant = section.flag("civil_servant", faults);
        section.finish(faults);
        bands.push(Band { id, name, years, aliases, pointing, civil_servant });
    }
    bands
}

/// Whether an attribute asks for religion, belief, ethnicity or origin.
fn asks_belief_or_origin(id: &str, name: &Text) -> bool {
    const WORDS: [&str; 12] = [
        "agama",
        "religion",
        "faith",
        "belief",
        "kepercayaan",
        "keyakinan",
        "suku",
        "etnis",
        "etnik",
        "ethnicity",
        "race",
        "ras",
    ];
    let texts = format!("{id} {} {}", name.id, name.en).to_lowercase();
    texts.split(|c: char| !c.is_alphabetic()).any(|word| WORDS.contains(&word))
}

/// Weights of groups of siblings, of which each needs one above 0.
struct Weights<K> {
    groups: BTreeMap<K, (f64, Mark)>,
}

impl<K: Ord> Default for Weights<K> {
    fn default() -> Self {
        Self { groups: BTreeMap::new() }
    }
}

impl<K: Ord> Weights<K> {
    fn add(&mut self, group: K, weight: f64, section: &Section<'_>) {
        let entry = self.groups.entry(group).or_insert_with(|| (0.0, section.mark()));
        entry.0 += weight;
    }

    fn finish(self, faults: &mut Faults<'_>) {
        for (sum, (span, path)) in self.groups.into_values() {
            if sum <= 0.0 || !sum.is_finite() {
                faults.add(span, &path, Message::new("instrument-fault-weights-zero"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
