//! The form that shows what each column of a file is taken for and lets a person correct it.

use std::collections::BTreeMap;

use super::Choice;
use crate::instrument::{AttributeKind, Instrument, Text};
use crate::locale::{Message, Words};
use crate::round::frame::Frame;
use crate::round::intake::Found;
use crate::round::mapping::{
    ColumnMapping, Confidence, DateOrder, Mapping, Meaning, Reading, Role, attribute_role,
    item_role,
};
use crate::round::upload::region_finder;
use crate::sheet::private::{self, Private};
use crate::sheet::{Sheet, Texts};

/// Values of a column that are shown.
const SHOWN: usize = 3;
/// Characters of an item's wording in a list of choices.
const WORDING: usize = 70;

/// Choices under a heading.
pub(super) struct Group {
    pub(super) label: String,
    pub(super) choices: Vec<Choice>,
}

/// A label of the file and what it may mean.
pub(super) struct LabelRow {
    pub(super) field: String,
    pub(super) text: String,
    pub(super) choices: Vec<Choice>,
    pub(super) open: bool,
}

/// One column of the file.
pub(super) struct ColumnRow {
    pub(super) number: usize,
    pub(super) letters: String,
    pub(super) header: String,
    pub(super) values: String,
    /// What it is, where a person may not change that.
    pub(super) fixed: Option<String>,
    pub(super) groups: Vec<Group>,
    pub(super) ask: bool,
    pub(super) confidence: String,
    pub(super) badge: &'static str,
    pub(super) reason: String,
    pub(super) labels: Vec<LabelRow>,
}

/// The whole form.
pub(super) struct MappingForm {
    pub(super) columns: Vec<ColumnRow>,
    /// Labels of answers, once for all columns of items.
    pub(super) answers: Vec<LabelRow>,
    pub(super) questions: Vec<String>,
    pub(super) region: String,
    pub(super) ask_region: bool,
    pub(super) decimal_comma: bool,
    pub(super) ask_decimal: bool,
    pub(super) ask_psus: bool,
    pub(super) psus: Vec<Choice>,
    pub(super) missing: String,
}

/// Whether a person may say that a column recognised as `what` is something else. Columns that
/// tell who somebody is, or their religion or ethnicity, are dropped whatever anybody says.
fn may_be_more(what: Private) -> bool {
    matches!(what, Private::Name | Private::Address | Private::FreeText)
}

/// How a role is written in the form.
fn code(role: &Role) -> String {
    match role {
        Role::Item { item, .. } => format!("item:{item}"),
        Role::Attribute { attribute, reading, .. } => {
            let reading = match reading {
                Reading::Bands => "bands",
                Reading::Age => "age",
                Reading::Birth => "birth",
            };
            format!("attribute:{reading}:{attribute}")
        }
        Role::Region => "region".to_owned(),
        Role::District => "district".to_owned(),
        Role::Link => "link".to_owned(),
        Role::Moment { order } => match order {
            Some(DateOrder::YearFirst) => "moment:year".to_owned(),
            Some(DateOrder::DayFirst) => "moment:day".to_owned(),
            Some(DateOrder::MonthFirst) => "moment:month".to_owned(),
            None => "moment:".to_owned(),
        },
        Role::Stratum => "stratum".to_owned(),
        Role::Psu => "psu".to_owned(),
        Role::Weight => "weight".to_owned(),
        Role::Fpc => "fpc".to_owned(),
        Role::Ignored => "ignored".to_owned(),
        Role::Private { what } => format!("private:{}", what.key()),
        Role::Undecided => String::new(),
    }
}

/// The role that `code` means for a column with `values`; none where it is not one of the choices.
fn role(code: &str, instrument: &Instrument, values: &Texts) -> Option<Role> {
    if let Some(item) = code.strip_prefix("item:") {
        return item_role(instrument, item, values);
    }
    if let Some(rest) = code.strip_prefix("attribute:") {
        let (reading, attribute) = rest.split_once(':')?;
        let reading = match reading {
            "bands" => Reading::Bands,
            "age" => Reading::Age,
            "birth" => Reading::Birth,
            _ => return None,
        };
        return attribute_role(instrument, attribute, reading, values);
    }
    Some(match code {
        "region" => Role::Region,
        "district" => Role::District,
        "link" => Role::Link,
        "moment:year" => Role::Moment { order: Some(DateOrder::YearFirst) },
        "moment:day" => Role::Moment { order: Some(DateOrder::DayFirst) },
        "moment:month" => Role::Moment { order: Some(DateOrder::MonthFirst) },
        "moment:" => Role::Moment { order: None },
        "stratum" => Role::Stratum,
        "psu" => Role::Psu,
        "weight" => Role::Weight,
        "fpc" => Role::Fpc,
        "ignored" => Role::Ignored,
        "" => Role::Undecided,
        _ => return None,
    })
}

fn wording(text: &Text, words: Words) -> String {
    let text = text.in_language(words.language);
    let short: String = text.chars().take(WORDING).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// The choices of a column, without the chosen mark.
fn groups(instrument: &Instrument, words: Words) -> Vec<Group> {
    let choice =
        |value: &str, label: String| Choice { value: value.to_owned(), label, chosen: false };
    let plain = |codes: &[&str]| -> Vec<Choice> {
        codes
            .iter()
            .map(|code| {
                let key = format!("upload-role-{}", code.trim_end_matches(':').replace(':', "-"));
                choice(code, words.say(&key))
            })
            .collect()
    };
    let mut attributes = Vec::new();
    for attribute in &instrument.attributes {
        let name = attribute.name.in_language(words.language);
        attributes.push(choice(&format!("attribute:bands:{}", attribute.id), name.to_owned()));
        if attribute.kind == AttributeKind::Age {
            for reading in ["age", "birth"] {
                let label = words.say(&format!("upload-role-{reading}"));
                attributes.push(choice(&format!("attribute:{reading}:{}", attribute.id), label));
            }
        }
    }
    let items = instrument.items.iter().map(|item| {
        choice(&format!("item:{}", item.id), format!("{}: {}", item.id, wording(&item.text, words)))
    });
    let group = |key: &str, choices| Group { label: words.say(key), choices };
    vec![
        group(
            "upload-group-place",
            plain(&[
                "region",
                "district",
                "link",
                "moment:",
                "moment:year",
                "moment:day",
                "moment:month",
            ]),
        ),
        group("upload-group-respondent", attributes),
        group("upload-group-items", items.collect()),
        group("upload-group-design", plain(&["stratum", "psu", "weight", "fpc"])),
    ]
}

impl MappingForm {
    /// The form for `mapping` of `sheet`, of which `sample` are the first rows.
    pub(super) fn new(
        mapping: &Mapping,
        sheet: &Sheet,
        sample: &[Texts],
        instrument: &Instrument,
        words: Words,
    ) -> Self {
        let columns = mapping.columns.iter().enumerate();
        let columns: Vec<ColumnRow> = columns
            .map(|(number, column)| column_row(number, column, sheet, sample, instrument, words))
            .collect();
        let mut labels: BTreeMap<&str, &Meaning<u8>> = BTreeMap::new();
        for column in &mapping.columns {
            if let Role::Item { labels: known, .. } = &column.role {
                for (label, meaning) in known {
                    let slot = labels.entry(label).or_insert(meaning);
                    if **slot == Meaning::Undecided {
                        *slot = meaning;
                    }
                }
            }
        }
        let answers = labels
            .into_iter()
            .enumerate()
            .map(|(number, (label, meaning))| LabelRow {
                field: format!("jawaban-{number}"),
                text: label.to_owned(),
                choices: answer_choices(instrument, meaning, words),
                open: *meaning == Meaning::Undecided,
            })
            .collect();
        let has = |wanted: fn(&Role) -> bool| mapping.columns.iter().any(|c| wanted(&c.role));
        let psus = [
            ("", "upload-psus-undecided"),
            ("ya", "upload-psus-within"),
            ("tidak", "upload-psus-across"),
        ]
        .map(|(value, key)| Choice {
            value: value.to_owned(),
            label: words.say(key),
            chosen: mapping.psus_within_strata.map_or("", |w| if w { "ya" } else { "tidak" })
                == value,
        })
        .to_vec();
        Self {
            columns,
            answers,
            questions: questions(mapping, words),
            region: mapping.region.clone().unwrap_or_default(),
            ask_region: !has(|role| *role == Role::Region) || mapping.region.is_some(),
            decimal_comma: mapping.decimal_comma,
            ask_decimal: has(|role| matches!(role, Role::Weight | Role::Fpc)),
            ask_psus: has(|role| *role == Role::Psu) && has(|role| *role == Role::Stratum),
            psus,
            missing: mapping.missing.join(", "),
        }
    }
}

/// What is still to be decided. What answers in words mean is asked once, not for every item.
fn questions(mapping: &Mapping, words: Words) -> Vec<String> {
    let (mut questions, mut open) = (Vec::new(), Vec::new());
    for question in mapping.questions() {
        let column = question.header.as_deref().and_then(|header| mapping.of(header));
        match column.map(|column| &column.role) {
            Some(Role::Item { labels, .. }) => {
                let undecided = labels.iter().filter(|(_, of)| **of == Meaning::Undecided);
                open.extend(undecided.map(|(label, _)| private::shown(label, false)));
            }
            _ => questions.push(words.tell(&question.text)),
        }
    }
    open.sort();
    open.dedup();
    if !open.is_empty() {
        let asked = Message::new("upload-ask-answers").with("labels", open.join("; "));
        questions.insert(0, words.tell(&asked));
    }
    questions
}

fn column_row(
    number: usize,
    column: &ColumnMapping,
    sheet: &Sheet,
    sample: &[Texts],
    instrument: &Instrument,
    words: Words,
) -> ColumnRow {
    let known = sheet.columns.iter().find(|known| known.header == column.header);
    let values = known.and_then(|known| sample.get(known.index as usize));
    let (fixed, private) = match &column.role {
        Role::Private { what } => {
            let said = words.say(&format!("intake-dropped-{}", what.key()));
            ((!may_be_more(*what)).then(|| said.clone()), Some((*what, said)))
        }
        _ => (None, None),
    };
    let shown = if private.is_some() {
        "•••".to_owned()
    } else {
        let place = matches!(column.role, Role::Region | Role::District | Role::Link);
        let mut distinct: Vec<&str> = Vec::new();
        let different = values.into_iter().flat_map(Texts::different);
        for value in different.map(str::trim).filter(|value| !value.is_empty()) {
            if !distinct.contains(&value) {
                distinct.push(value);
            }
            if distinct.len() == SHOWN {
                break;
            }
        }
        let shown: Vec<String> =
            distinct.iter().map(|value| private::shown(value, place)).collect();
        shown.join("; ")
    };
    let mut all = Vec::new();
    if fixed.is_none() {
        let mut nothing = vec![
            Choice {
                value: String::new(),
                label: words.say("upload-role-undecided"),
                chosen: false,
            },
            Choice {
                value: "ignored".to_owned(),
                label: words.say("upload-role-ignored"),
                chosen: false,
            },
        ];
        if let Some((what, said)) = private {
            let value = format!("private:{}", what.key());
            nothing.push(Choice { value, label: said, chosen: false });
        }
        all.push(Group { label: words.say("upload-group-nothing"), choices: nothing });
        all.extend(groups(instrument, words));
        let chosen = code(&column.role);
        for choice in all.iter_mut().flat_map(|group| &mut group.choices) {
            choice.chosen = choice.value == chosen;
        }
    }
    let labels = match &column.role {
        Role::Attribute { attribute, labels, .. } => {
            let attribute = instrument.attributes.iter().find(|known| known.id == *attribute);
            let rows = labels.iter().enumerate().map(|(at, (label, meaning))| LabelRow {
                field: format!("label-{number}-{at}"),
                text: label.clone(),
                choices: attribute.map_or_else(Vec::new, |a| band_choices(a, meaning, words)),
                open: *meaning == Meaning::Undecided,
            });
            rows.collect()
        }
        _ => Vec::new(),
    };
    let ask = column.confidence == Confidence::Ask
        && (column.role == Role::Undecided
            || matches!(column.role, Role::Moment { order: None })
            || labels.iter().any(|label: &LabelRow| label.open));
    let (confidence, badge) = match column.confidence {
        _ if ask => ("upload-confidence-ask", "warm"),
        Confidence::Sure | Confidence::Ask => ("upload-confidence-sure", "done"),
        Confidence::Likely => ("upload-confidence-likely", ""),
    };
    ColumnRow {
        number,
        letters: known.map(crate::sheet::Column::letters).unwrap_or_default(),
        header: column.header.clone(),
        values: shown,
        fixed,
        groups: all,
        ask,
        confidence: words.say(confidence),
        badge,
        reason: words.tell(&column.reason),
        labels,
    }
}

fn meanings<T: PartialEq>(
    values: impl Iterator<Item = (String, T, String)>,
    meaning: &Meaning<T>,
    words: Words,
) -> Vec<Choice> {
    let mut choices = vec![
        Choice {
            value: String::new(),
            label: words.say("upload-role-undecided"),
            chosen: *meaning == Meaning::Undecided,
        },
        Choice {
            value: "-".to_owned(),
            label: words.say("upload-label-missing"),
            chosen: *meaning == Meaning::Missing,
        },
    ];
    choices.extend(values.map(|(value, of, label)| Choice {
        value,
        label,
        chosen: *meaning == Meaning::Value(of),
    }));
    choices
}

fn answer_choices(instrument: &Instrument, meaning: &Meaning<u8>, words: Words) -> Vec<Choice> {
    let scale = &instrument.scale;
    let values = (scale.min..=scale.max).map(|value| {
        let end = match value {
            _ if value == scale.min => Some(&scale.low),
            _ if value == scale.max => Some(&scale.high),
            _ => None,
        };
        let name = end.map(|text| format!(" ({})", text.in_language(words.language)));
        (value.to_string(), value, format!("{value}{}", name.unwrap_or_default()))
    });
    meanings(values, meaning, words)
}

fn band_choices(
    attribute: &crate::instrument::Attribute,
    meaning: &Meaning<String>,
    words: Words,
) -> Vec<Choice> {
    let values = attribute.bands.iter().map(|band| {
        (band.id.clone(), band.id.clone(), band.name.in_language(words.language).to_owned())
    });
    meanings(values, meaning, words)
}

/// Changes `mapping` as the form says. What the form leaves out stays as it is.
///
/// # Errors
/// A sentence where the region written is not one of the frame; everything else is changed.
pub(super) fn apply(
    pairs: &[(String, String)],
    mapping: &mut Mapping,
    sheet: &Sheet,
    sample: &[Texts],
    instrument: &Instrument,
    frame: &Frame,
) -> Result<(), Message> {
    let fields: BTreeMap<&str, &str> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.trim())).collect();
    let field = |name: &str| fields.get(name).copied();
    let nothing = Texts::default();
    for (number, column) in mapping.columns.iter_mut().enumerate() {
        let kept = matches!(&column.role, Role::Private { what } if !may_be_more(*what));
        let Some(asked) = field(&format!("peran-{number}")).filter(|_| !kept) else { continue };
        if asked != code(&column.role) {
            let at = sheet.columns.iter().find(|known| known.header == column.header);
            let values = at.and_then(|at| sample.get(at.index as usize));
            if let Some(role) = role(asked, instrument, values.unwrap_or(&nothing)) {
                column.role = role;
                column.confidence = Confidence::Sure;
                column.reason = Message::new("upload-because-person");
            }
            // The labels sent with it are those of the role it had.
            continue;
        }
        if let Role::Attribute { attribute, labels, .. } = &mut column.role {
            let attribute = instrument.attributes.iter().find(|known| known.id == *attribute);
            for (at, meaning) in labels.values_mut().enumerate() {
                let is_band = |value: &str| {
                    attribute.is_some_and(|known| known.bands.iter().any(|band| band.id == value))
                };
                match field(&format!("label-{number}-{at}")) {
                    Some("") => *meaning = Meaning::Undecided,
                    Some("-") => *meaning = Meaning::Missing,
                    Some(band) if is_band(band) => *meaning = Meaning::Value(band.to_owned()),
                    _ => {}
                }
            }
        }
    }
    for (name, label) in pairs {
        let Some(number) = name.strip_prefix("teks-jawaban-") else { continue };
        let scale = instrument.scale.min..=instrument.scale.max;
        let meaning = match field(&format!("jawaban-{number}")) {
            Some("") => Meaning::Undecided,
            Some("-") => Meaning::Missing,
            Some(text) => match text.parse() {
                Ok(value) if scale.contains(&value) => Meaning::Value(value),
                _ => continue,
            },
            None => continue,
        };
        mapping.decide_label(label, &meaning);
    }
    mapping.decimal_comma = field("koma").is_some();
    if let Some(psus) = field("psu") {
        mapping.psus_within_strata = match psus {
            "ya" => Some(true),
            "tidak" => Some(false),
            _ => None,
        };
    }
    if let Some(missing) = field("kosong") {
        let texts = missing.split(',').map(private::words).filter(|text| !text.is_empty());
        mapping.missing = texts.collect();
    }
    match field("wilayah") {
        None => {}
        Some("") => mapping.region = None,
        Some(text) => match region_finder(frame)(text) {
            Found::One(at) => {
                mapping.region = frame.regions.get(at as usize).map(|region| region.code.clone());
            }
            _ => {
                // Kept as it was written, so that it can be corrected.
                mapping.region = Some(text.to_owned());
                return Err(Message::new("upload-error-region").with("text", text));
            }
        },
    }
    Ok(())
}
