//! What the columns of a file most probably mean, by header and values.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::moment::orders;
use super::{ColumnMapping, Confidence, Mapping, Meaning, Reading, Role, VERSION, layout};
use crate::instrument::{Attribute, AttributeKind, Instrument, Item};
use crate::locale::Message;
use crate::round::intake::{Found, Lookup, band_texts};
use crate::sheet::private::{self, Private, words};
use crate::sheet::{Column, Sheet, Texts};

/// Headers, as [`words`], of columns that are no part of the instrument.
const HEADERS: &[(Sign, &[&str])] = &[
    (
        Sign::Region,
        &[
            "kab",
            "kabkota",
            "kab kota",
            "kabupaten",
            "kota",
            "kabupaten kota",
            "kode kabupaten kota",
            "kode kab kota",
            "kode wilayah",
            "nama kabupaten kota",
            "wilayah",
            "daerah",
            "region",
            "region code",
            "regency",
            "kabupaten atau kota",
            "asal kabupaten kota",
            "kabupaten kota domisili",
            "kabupaten kota tempat tinggal",
        ],
    ),
    (
        Sign::District,
        &[
            "kec",
            "kecamatan",
            "kode kecamatan",
            "nama kecamatan",
            "district",
            "subdistrict",
            "distrik",
            "kecamatan domisili",
            "kecamatan tempat tinggal",
            "kemantren",
            "kapanewon",
        ],
    ),
    (
        Sign::Link,
        &[
            "link",
            "tautan",
            "kanal",
            "channel",
            "kode tautan",
            "kode link",
            "jalur",
            "sumber tautan",
        ],
    ),
    (
        Sign::Moment,
        &[
            "timestamp",
            "cap waktu",
            "stempel waktu",
            "tanggal",
            "waktu",
            "tanggal pengisian",
            "waktu pengisian",
            "date",
            "time",
            "submitted",
            "submitted at",
            "day",
            "hari",
        ],
    ),
    (Sign::Stratum, &["stratum", "strata", "kode strata", "kode stratum"]),
    (
        Sign::Psu,
        &["psu", "kode psu", "cluster", "klaster", "blok sensus", "unit pencuplikan primer"],
    ),
    (Sign::Weight, &["weight", "bobot", "penimbang", "bobot sampling", "bobot desain", "wt"]),
    (
        Sign::Fpc,
        &[
            "fpc",
            "jumlah psu",
            "jumlah psu populasi",
            "jumlah psu dalam strata",
            "jumlah blok sensus",
            "psu populasi",
            "population psus",
        ],
    ),
    (
        Sign::Nothing,
        &[
            "no",
            "nomor",
            "id",
            "nomor urut",
            "no urut",
            "prov",
            "provinsi",
            "province",
            "hh",
            "kode provinsi",
            "skor",
            "score",
            "id responden",
            "respondent",
        ],
    ),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Region,
    District,
    Link,
    Moment,
    Stratum,
    Psu,
    Weight,
    Fpc,
    Nothing,
}

/// Proposes a mapping for `sheet` from its headers and `sample`, its first rows by column (see
/// [`Sheet::sample`]; some thousand rows make labels that are rare turn up). `year` is the year of
/// the survey where it is known. What is not clear is left undecided: see [`Mapping::questions`].
#[must_use]
pub fn propose(
    sheet: &Sheet,
    sample: &[Texts],
    instrument: &Instrument,
    find_region: Lookup<'_>,
    year: Option<i16>,
) -> Mapping {
    let mut proposal = Proposal { instrument, find_region, taken: BTreeSet::new() };
    let nothing = Texts::default();
    let values: Vec<Answered<'_>> = sheet
        .columns
        .iter()
        .zip(sample.iter().chain(std::iter::repeat(&nothing)))
        .map(|(_, texts)| Answered::new(texts))
        .collect();
    let mut columns: Vec<ColumnMapping> = sheet
        .columns
        .iter()
        .zip(&values)
        .map(|(column, values)| proposal.column(column, values))
        .collect();
    proposal.likely_items(&mut columns, &values);
    proposal.one_region(&mut columns, &values);
    only_once(&mut columns);
    let undecided_items = instrument.items.iter().any(|item| !proposal.taken.contains(&item.id));
    let labels: BTreeSet<String> = columns
        .iter()
        .filter_map(|column| match &column.role {
            Role::Item { labels, .. } => Some(labels.keys().cloned()),
            _ => None,
        })
        .flatten()
        .collect();
    for (column, values) in columns.iter_mut().zip(&values) {
        if column.role == Role::Undecided && column.reason.key == "intake-because-unknown" {
            let answers = undecided_items && answers_like(values, instrument, &labels);
            if !answers {
                column.role = Role::Ignored;
                column.confidence = Confidence::Likely;
            }
        }
    }
    let with_role =
        |wanted: fn(&Role) -> bool| columns.iter().position(|column| wanted(&column.role));
    let measures = columns
        .iter()
        .zip(&values)
        .filter(|(column, _)| matches!(column.role, Role::Weight | Role::Fpc))
        .flat_map(|(_, values)| values.different());
    let (mut commas, mut points) = (0, 0);
    for value in measures {
        commas += usize::from(value.contains(','));
        points += usize::from(value.contains('.'));
    }
    let psus_within_strata =
        match (with_role(|role| *role == Role::Psu), with_role(|role| *role == Role::Stratum)) {
            (Some(psu), Some(stratum)) => {
                let column = |at: usize| sample.get(at).unwrap_or(&nothing).iter();
                let mut home: HashMap<&str, &str> = HashMap::new();
                let again = column(psu).zip(column(stratum)).any(|(psu, stratum)| {
                    *home.entry(psu.trim()).or_insert_with(|| stratum.trim()) != stratum.trim()
                });
                (!again).then_some(false)
            }
            _ => Some(false),
        };
    Mapping {
        version: VERSION,
        layout: layout(&sheet.columns),
        instrument: (instrument.id.clone(), instrument.version.clone()),
        columns,
        region: None,
        year,
        decimal_comma: commas > 0 && points == 0,
        psus_within_strata,
        missing: super::default_missing(),
    }
}

/// The role of a column with `values` as answers to `item`, with the meaning of their labels as far
/// as they say it; none where the instrument has no such item.
#[must_use]
pub fn item_role(instrument: &Instrument, item: &str, values: &Texts) -> Option<Role> {
    instrument.items.iter().find(|known| known.id == item)?;
    let nothing = |_: &str| Found::Nothing;
    let proposal = Proposal { instrument, find_region: &nothing, taken: BTreeSet::new() };
    let labels = proposal.labels(&Answered::new(values));
    Some(Role::Item { item: item.to_owned(), labels })
}

/// The role of a column with `values` as `attribute`, read as `reading`, with labels that the
/// instrument does not know left undecided; none where it has no such attribute.
#[must_use]
pub fn attribute_role(
    instrument: &Instrument,
    attribute: &str,
    reading: Reading,
    values: &Texts,
) -> Option<Role> {
    let known = instrument.attributes.iter().find(|known| known.id == attribute)?;
    let labels = match reading {
        Reading::Bands => unknown_labels(known, &Answered::new(values)),
        Reading::Age | Reading::Birth => BTreeMap::new(),
    };
    Some(Role::Attribute { attribute: attribute.to_owned(), reading, labels })
}

/// The attribute of `instrument` that `header`, as [`words`], names: by its id, its name, or what
/// such a column is usually called.
pub(crate) fn attribute_named<'a>(
    instrument: &'a Instrument,
    header: &str,
) -> Option<&'a Attribute> {
    let squeezed_header = squeezed(header);
    instrument.attributes.iter().find(|attribute| {
        squeezed(&attribute.id) == squeezed_header
            || [&attribute.name.id, &attribute.name.en]
                .iter()
                .any(|name| !name.is_empty() && words(name) == header)
            || synonyms(attribute.kind).contains(&header)
    })
}

/// What stands in a column, blanks and the usual signs for nothing left out.
struct Answered<'a> {
    /// The different values, each with the number of its cells.
    counted: BTreeMap<&'a str, usize>,
    /// All cells.
    cells: usize,
}

impl<'a> Answered<'a> {
    fn new(texts: &'a Texts) -> Self {
        let nothing = |text: &str| {
            text.is_empty()
                || ["na", "n/a", "nan", "null", "-"].iter().any(|n| text.eq_ignore_ascii_case(n))
        };
        let trimmed = texts.counted().map(|(text, cells)| (text.trim(), cells));
        let mut counted = BTreeMap::new();
        for (text, cells) in trimmed.filter(|(text, _)| !nothing(text)) {
            *counted.entry(text).or_default() += cells;
        }
        Self { cells: counted.values().sum(), counted }
    }

    fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// The different values in alphabetical order.
    fn different(&self) -> impl Iterator<Item = &'a str> + Clone {
        self.counted.keys().copied()
    }

    /// Share of the cells whose value `fits`.
    fn share(&self, fits: impl Fn(&str) -> bool) -> f64 {
        let fitting = self.counted.iter().filter(|(value, _)| fits(value));
        fitting.map(|(_, cells)| cells).sum::<usize>() as f64 / self.cells as f64
    }
}

/// Labels that the bands of `attribute` do not claim. What points at a person is no label: its
/// cells are faults, and it is not kept in a mapping.
fn unknown_labels(
    attribute: &Attribute,
    values: &Answered<'_>,
) -> BTreeMap<String, Meaning<String>> {
    let texts = band_texts(attribute);
    let impersonal = values.different().filter(|value| private::of_value(value).is_none());
    let distinct: BTreeSet<String> = impersonal.map(words).collect();
    let unknown = distinct.into_iter().filter(|value| !texts.contains_key(value));
    unknown.map(|label| (label, Meaning::Undecided)).collect()
}

/// Whether `values` could be answers to an item: whole numbers on the scale, or `labels` with which
/// items are answered.
fn answers_like(values: &Answered<'_>, instrument: &Instrument, labels: &BTreeSet<String>) -> bool {
    let scale = instrument.scale.min..=instrument.scale.max;
    let on_scale = |value: &str| value.parse().is_ok_and(|answer: u8| scale.contains(&answer));
    !values.is_empty()
        && values.different().all(|value| on_scale(value) || labels.contains(&words(value)))
}

struct Proposal<'a> {
    instrument: &'a Instrument,
    find_region: Lookup<'a>,
    /// Ids of items that have a column.
    taken: BTreeSet<String>,
}

fn decided(column: &Column, role: Role, confidence: Confidence, because: &str) -> ColumnMapping {
    let reason = Message::new(&format!("intake-because-{because}"));
    ColumnMapping { header: column.header.clone(), role, confidence, reason }
}

impl<'a> Proposal<'a> {
    fn column(&mut self, column: &Column, values: &Answered<'_>) -> ColumnMapping {
        let header = words(&column.header);
        let plain = plain(&column.header);
        let forms = || std::iter::once(&*header).chain(plain.as_deref());
        if let Some((item, because)) = self.item(&column.header) {
            self.taken.insert(item.id.clone());
            let role = Role::Item { item: item.id.clone(), labels: self.labels(values) };
            return decided(column, role, Confidence::Sure, because);
        }
        if let Some(what) = private_values(values) {
            return decided(column, Role::Private { what }, Confidence::Sure, "private-values");
        }
        let attribute = forms().find_map(|form| attribute_named(self.instrument, form));
        if let Some(attribute) = attribute {
            return self.attribute_column(column, attribute, values);
        }
        if let Some(what) = private::of_header(&header) {
            return decided(column, Role::Private { what }, Confidence::Sure, "private-header");
        }
        let signed = |form: &str| HEADERS.iter().find(|(_, headers)| headers.contains(&form));
        let sign = forms().find_map(signed).map(|(sign, _)| *sign);
        // *Apakah Anda tinggal di kota?* names no region either.
        let asks = |sign: &Sign| *sign == Sign::Region && signed(&header).is_none();
        let sign = sign.filter(|sign| !asks(sign) || self.resolves(values) > 0.5);
        let sure = |role| decided(column, role, Confidence::Sure, "header");
        match sign {
            Some(Sign::Region) => return self.region_column(column, values),
            Some(Sign::District) => return sure(Role::District),
            Some(Sign::Link) => return sure(Role::Link),
            Some(Sign::Stratum) => return sure(Role::Stratum),
            Some(Sign::Psu) => return sure(Role::Psu),
            Some(Sign::Weight) => return sure(Role::Weight),
            Some(Sign::Fpc) => return sure(Role::Fpc),
            Some(Sign::Nothing) => return sure(Role::Ignored),
            Some(Sign::Moment) | None => {}
        }
        let orders = if values.is_empty() { Vec::new() } else { orders(values.different()) };
        match (orders.as_slice(), sign) {
            ([order], _) => {
                let role = Role::Moment { order: Some(*order) };
                return decided(column, role, Confidence::Sure, "dates");
            }
            ([], None) => {}
            _ => {
                let role = Role::Moment { order: None };
                return decided(column, role, Confidence::Ask, "date-order");
            }
        }
        if sign.is_none() && self.resolves(values) > 0.9 && values.different().any(|v| v.len() > 3)
        {
            return decided(column, Role::Region, Confidence::Likely, "region-values");
        }
        if free_text(values) {
            let role = Role::Private { what: Private::FreeText };
            return decided(column, role, Confidence::Likely, "free-text");
        }
        decided(column, Role::Undecided, Confidence::Ask, "unknown")
    }

    /// The item that `header` names: by id, alone or in front of the question, or by its text.
    fn item(&self, header: &str) -> Option<(&'a Item, &'static str)> {
        let forms = forms(header);
        let named = |text: &str, item: &Item| {
            let text = squeezed(text);
            !text.is_empty() && text == squeezed(&item.id)
        };
        let first = header.trim().trim_start_matches(['[', '(']);
        let first = first.split([' ', ':', ']', ')']).next().unwrap_or_default();
        let items: &'a [Item] = &self.instrument.items;
        let by_id = items.iter().find(|item| forms.iter().any(|form| named(form, item)));
        if let Some(item) = by_id {
            return Some((item, "item-id"));
        }
        let mut by_text = items.iter().filter(|item| {
            [&item.text.id, &item.text.en]
                .iter()
                .any(|text| !text.is_empty() && forms.contains(&words(text)))
        });
        if let (Some(item), None) = (by_text.next(), by_text.next()) {
            return Some((item, "item-text"));
        }
        // An id in front counts only where it cannot be a plain number or word.
        let coded = first.bytes().any(|b| b.is_ascii_digit())
            && first.bytes().any(|b| b.is_ascii_alphabetic());
        let item = items.iter().find(|item| coded && named(first, item))?;
        Some((item, "item-id"))
    }

    fn attribute_column(
        &self,
        column: &Column,
        attribute: &Attribute,
        values: &Answered<'_>,
    ) -> ColumnMapping {
        let labels = unknown_labels(attribute, values);
        let role =
            |reading, labels| Role::Attribute { attribute: attribute.id.clone(), reading, labels };
        if attribute.kind == AttributeKind::Age && !labels.is_empty() {
            let within = |low: f64, high: f64| {
                let number = |value: &str| value.parse::<f64>();
                values.share(|value| number(value).is_ok_and(|n| (low..=high).contains(&n)))
            };
            let (ages, births) = (within(0.0, 120.0), within(1900.0, 2100.0));
            let dates = !orders(values.different()).is_empty();
            let (reading, because, share) = if dates {
                (Reading::Birth, "births", 1.0)
            } else if ages > births {
                (Reading::Age, "ages", ages)
            } else {
                (Reading::Birth, "births", births)
            };
            // A slip in a cell is a fault there, not a label to be asked for beside all others.
            if share > 0.9 {
                let (confidence, because) = if share < 1.0 {
                    (Confidence::Likely, "years-mostly")
                } else {
                    (Confidence::Sure, because)
                };
                return decided(column, role(reading, BTreeMap::new()), confidence, because);
            }
        }
        let open = labels.len();
        let confidence = if open == 0 { Confidence::Sure } else { Confidence::Ask };
        let because = if open == 0 { "attribute" } else { "attribute-labels" };
        // What the official form asks although it is sensitive is shown as such before use.
        let because = if attribute.officially_sensitive { "sensitive" } else { because };
        decided(column, role(Reading::Bands, labels), confidence, because)
    }

    /// What the labels in `values` mean, as far as they say it: `9 - Sangat baik` is 9, and the
    /// words at the ends of the scale are its ends.
    fn labels(&self, values: &Answered<'_>) -> BTreeMap<String, Meaning<u8>> {
        let scale = &self.instrument.scale;
        let on_scale = |answer: &u8| (scale.min..=scale.max).contains(answer);
        let plain =
            |label: &&str| label.bytes().all(|b| b.is_ascii_digit() || b"-+.,".contains(&b));
        let mut labels = BTreeMap::new();
        for label in values.different().filter(|label| !plain(label)) {
            let key = words(label);
            // More labels than a form offers is a column of something else: faults will say so.
            // What points at a person is no label: its cells are faults, and no mapping keeps it.
            let personal = private::of_value(label).is_some();
            if personal || key.is_empty() || labels.len() >= 40 {
                continue;
            }
            let end =
                |text: &crate::instrument::Text| words(&text.id) == key || words(&text.en) == key;
            let ends = key.split(' ').next().into_iter().chain(key.rsplit(' ').next());
            let mut written: BTreeSet<u8> = ends.filter_map(|part| part.parse().ok()).collect();
            written.retain(on_scale);
            let meaning = match (end(&scale.low), end(&scale.high), written.first(), written.len())
            {
                (true, false, ..) => Meaning::Value(scale.min),
                (false, true, ..) => Meaning::Value(scale.max),
                (_, _, Some(&answer), 1) => Meaning::Value(answer),
                _ => Meaning::Undecided,
            };
            labels.insert(key, meaning);
        }
        labels
    }

    /// Share of the different values that mean one region, of the frame or outside it.
    fn resolves(&self, values: &Answered<'_>) -> f64 {
        let is_one =
            |value: &&str| !matches!((self.find_region)(value), Found::Several(_) | Found::Nothing);
        let found = values.different().filter(is_one).count();
        found as f64 / values.counted.len().max(1) as f64
    }

    fn region_column(&self, column: &Column, values: &Answered<'_>) -> ColumnMapping {
        if self.resolves(values) > 0.9 {
            decided(column, Role::Region, Confidence::Sure, "region")
        } else {
            decided(column, Role::Region, Confidence::Likely, "region-header")
        }
    }

    /// Questions that differ from an item's text in a few words only.
    fn likely_items(&mut self, columns: &mut [ColumnMapping], values: &[Answered<'_>]) {
        for (column, values) in columns.iter_mut().zip(values) {
            if column.role != Role::Undecided && column.reason.key != "intake-because-free-text" {
                continue;
            }
            let forms = forms(&column.header);
            let mut best: Vec<(f64, &'a Item)> = self
                .instrument
                .items
                .iter()
                .filter(|item| !self.taken.contains(&item.id))
                .map(|item| {
                    let texts = [&item.text.id, &item.text.en];
                    let likeness = texts.iter().flat_map(|text| {
                        let text = words(text);
                        forms.iter().map(move |form| likeness(form, &text)).collect::<Vec<_>>()
                    });
                    (likeness.fold(0.0, f64::max), item)
                })
                .filter(|(likeness, _)| *likeness >= 0.75)
                .collect();
            best.sort_by(|a, b| b.0.total_cmp(&a.0));
            let clear = match best.as_slice() {
                [(first, _), (second, _), ..] => first - second > 0.1,
                [_] => true,
                [] => false,
            };
            if let (true, Some((_, item))) = (clear, best.first()) {
                let (id, labels) = (item.id.clone(), self.labels(values));
                self.taken.insert(id.clone());
                column.role = Role::Item { item: id, labels };
                column.confidence = Confidence::Likely;
                column.reason = Message::new("intake-because-item-alike");
            }
        }
    }

    /// Of several columns that tell the region, the one whose values do so best stays.
    fn one_region(&self, columns: &mut [ColumnMapping], values: &[Answered<'_>]) {
        let mut found: Vec<(usize, f64)> = columns
            .iter()
            .zip(values)
            .enumerate()
            .filter(|(_, (column, _))| column.role == Role::Region)
            .map(|(at, (_, values))| (at, self.resolves(values)))
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        for (at, _) in found.into_iter().skip(1) {
            if let Some(column) = columns.get_mut(at) {
                column.role = Role::Ignored;
                column.confidence = Confidence::Likely;
                column.reason = Message::new("intake-because-region-twice");
            }
        }
    }
}

/// A role that two columns claim is decided by a person.
fn only_once(columns: &mut [ColumnMapping]) {
    let claim = |role: &Role| match role {
        Role::Item { item, .. } => Some(format!("item {item}")),
        Role::Attribute { attribute, .. } => Some(format!("attribute {attribute}")),
        Role::Ignored | Role::Private { .. } | Role::Undecided => None,
        other => Some(format!("{:?}", std::mem::discriminant(other))),
    };
    let mut claims: BTreeMap<String, usize> = BTreeMap::new();
    for column in columns.iter() {
        if let Some(claim) = claim(&column.role) {
            *claims.entry(claim).or_default() += 1;
        }
    }
    for column in columns {
        if claim(&column.role).is_some_and(|claim| claims.get(&claim).is_some_and(|n| *n > 1)) {
            column.role = Role::Undecided;
            column.confidence = Confidence::Ask;
            column.reason = Message::new("intake-because-claimed-twice");
        }
    }
}

/// The ways in which forms wrap a question: `[1] text`, `1. text`, `Group [text]`.
fn forms(header: &str) -> Vec<String> {
    let mut forms = vec![words(header)];
    let trimmed = header.trim();
    if let Some((_, inside)) = trimmed.strip_suffix(']').and_then(|text| text.rsplit_once('[')) {
        forms.push(words(inside));
    }
    if let Some((inside, rest)) = trimmed.strip_prefix('[').and_then(|text| text.split_once(']')) {
        forms.push(words(inside));
        forms.push(words(rest));
    }
    let unnumbered = trimmed.trim_start_matches(|c: char| c.is_ascii_digit());
    if unnumbered.len() < trimmed.len() {
        forms.push(words(unnumbered));
    }
    if let Some((code, rest)) = trimmed.split_once([' ', ':'])
        && code.bytes().any(|b| b.is_ascii_digit())
    {
        forms.push(words(rest));
    }
    forms.retain(|form| !form.is_empty());
    forms
}

/// Words with which a form is polite or asks; what is asked for stands between them.
const POLITE: &[&str] = &[
    "anda",
    "bapak",
    "ibu",
    "saudara",
    "saudari",
    "sdr",
    "responden",
    "your",
    "you",
    "saat",
    "sekarang",
    "ini",
    "current",
    "terakhir",
    "tertinggi",
    "tempat",
    "tinggal",
    "domisili",
    "asal",
    "live",
    "residence",
    "of",
    "berapa",
    "berapakah",
    "apa",
    "apakah",
    "mana",
    "di",
    "what",
    "which",
    "is",
    "silakan",
    "silahkan",
    "mohon",
    "pilih",
    "pilihlah",
    "isi",
    "isilah",
    "isikan",
    "sebutkan",
    "please",
    "select",
];

/// `header` without number, parentheses and [`POLITE`] words, as [`words`]: `usia` of
/// `3. Berapa usia Anda saat ini? (tahun)`. None where that leaves nothing, what [`words`] gives
/// already, or more words than a field is named with: then it is a question of its own.
fn plain(header: &str) -> Option<String> {
    const LONGEST: usize = 3;
    const LONGEST_HEADER: usize = 100;
    if header.len() > LONGEST_HEADER {
        return None;
    }
    let number = |c: char| c.is_ascii_digit() || c.is_whitespace() || ".)-".contains(c);
    let mut depth = 0_u32;
    let outside: String = header
        .trim_start_matches(number)
        .chars()
        .map(|c| match c {
            '(' => {
                depth += 1;
                ' '
            }
            ')' => {
                depth = depth.saturating_sub(1);
                ' '
            }
            _ if depth > 0 => ' ',
            c => c,
        })
        .collect();
    let asked = words(&outside);
    let left: Vec<&str> = asked.split(' ').filter(|word| !POLITE.contains(word)).collect();
    let plain = left.join(" ");
    let field = left.len() <= LONGEST && !plain.is_empty() && plain != words(header);
    field.then_some(plain)
}

fn squeezed(text: &str) -> String {
    words(text).replace(' ', "")
}

/// Shared words over all words (Jaccard 1901).
fn likeness(one: &str, other: &str) -> f64 {
    let one: BTreeSet<&str> = one.split(' ').collect();
    let other: BTreeSet<&str> = other.split(' ').collect();
    if one.len() < 4 || other.len() < 4 {
        return 0.0;
    }
    one.intersection(&other).count() as f64 / one.union(&other).count() as f64
}

/// Headers under which an attribute of `kind` is usual.
fn synonyms(kind: AttributeKind) -> &'static [&'static str] {
    match kind {
        AttributeKind::Sex => &["jenis kelamin", "kelamin", "sex", "gender", "l p"],
        AttributeKind::Age => &[
            "umur",
            "usia",
            "age",
            "kelompok umur",
            "kelompok usia",
            "tahun lahir",
            "birth year",
            "tanggal lahir",
            "umur tahun",
            "usia tahun",
            "year of birth",
        ],
        AttributeKind::Education => &[
            "pendidikan",
            "pendidikan terakhir",
            "education",
            "ijazah tertinggi",
            "tingkat pendidikan",
        ],
        AttributeKind::Occupation => {
            &["pekerjaan", "pekerjaan utama", "profesi", "occupation", "job", "jenis pekerjaan"]
        }
        AttributeKind::Other => &[],
    }
}

fn private_values(values: &Answered<'_>) -> Option<Private> {
    let mut counts: HashMap<Private, usize> = HashMap::new();
    for (value, cells) in &values.counted {
        if let Some(what) = private::of_value(value) {
            *counts.entry(what).or_default() += cells;
        }
    }
    let (what, count) = counts.into_iter().max_by_key(|(what, count)| (*count, what.key()))?;
    (count * 10 >= values.cells).then_some(what)
}

/// Long, mostly different texts.
fn free_text(values: &Answered<'_>) -> bool {
    let length: usize = values.counted.iter().map(|(value, cells)| value.len() * cells).sum();
    values.cells >= 5 && length > values.cells * 20 && values.counted.len() * 2 > values.cells
}
