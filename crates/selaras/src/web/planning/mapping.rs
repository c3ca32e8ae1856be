//! The form that shows what each column of a plan is taken for, and whose plan it is.

use std::collections::BTreeMap;

use crate::align::sending::SentTable;
use crate::locale::{Message, Words};
use crate::plan::import::{About, PlanMapping, PlanRole, PlanTable, When};
use crate::plan::{
    CodeLevel, DocumentKind, FoundCode, MeasureKind, MoneyKind, PrioritySet, RowLevel, Stage,
};
use crate::region;
use crate::round::mapping::Confidence;
use crate::sheet::private;
use crate::web::Choice;

/// Values of a column that are shown.
const SHOWN: usize = 3;

/// Choices under a heading.
pub(super) struct Group {
    pub(super) label: String,
    pub(super) choices: Vec<Choice>,
}

/// The time a column is about, and what its numbers are counted in.
pub(super) struct Bearing {
    pub(super) year: String,
    pub(super) quarters: Vec<Choice>,
    /// Empty where it is no money.
    pub(super) scales: Vec<Choice>,
}

/// One column of the table.
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
    pub(super) bearing: Option<Bearing>,
}

/// The whole form.
pub(super) struct MappingForm {
    pub(super) columns: Vec<ColumnRow>,
    pub(super) questions: Vec<String>,
    pub(super) kinds: Vec<Choice>,
    pub(super) stages: Vec<Choice>,
    pub(super) revision: String,
    pub(super) region: String,
    pub(super) agency: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) simulated: bool,
    pub(super) left_out: bool,
}

/// Roles that are what they are, by the code the form writes them with.
fn plain() -> [(&'static str, PlanRole); 32] {
    [
        ("region", PlanRole::Region),
        ("agency", PlanRole::Agency),
        ("owner", PlanRole::Owner),
        ("policy", PlanRole::Policy),
        ("level", PlanRole::Level),
        ("indicator", PlanRole::Indicator),
        ("dictionary", PlanRole::Dictionary),
        ("definition", PlanRole::Definition),
        ("unit", PlanRole::Unit),
        ("direction", PlanRole::Direction),
        ("rule", PlanRole::Rule),
        ("standing", PlanRole::Standing),
        ("baseline-year", PlanRole::BaselineYear),
        ("baseline-series", PlanRole::BaselineSeries),
        ("baseline-vintage", PlanRole::BaselineVintage),
        ("baseline-population", PlanRole::BaselinePopulation),
        ("fund", PlanRole::Fund),
        ("arrangement", PlanRole::Arrangement),
        ("place", PlanRole::Place),
        ("target-group", PlanRole::TargetGroup),
        ("time", PlanRole::Time),
        ("start", PlanRole::Start),
        ("end", PlanRole::End),
        ("topic", PlanRole::Topic),
        ("outcome", PlanRole::Outcome),
        ("minimum-service", PlanRole::MinimumService),
        ("origin", PlanRole::Origin),
        ("proposals", PlanRole::Proposals),
        ("agreements", PlanRole::Agreements),
        ("joint-activity", PlanRole::JointActivity),
        ("years", PlanRole::Years),
        ("cut-reference", PlanRole::CutReference),
    ]
}

const SETS: [(&str, PrioritySet); 5] = [
    ("national", PrioritySet::National),
    ("asta-cita", PrioritySet::AstaCita),
    ("mandate", PrioritySet::Mandate),
    ("provincial", PrioritySet::Provincial),
    ("regional", PrioritySet::Regional),
];
const CODE_LEVELS: [(&str, Option<CodeLevel>); 4] = [
    ("code", None),
    ("code-program", Some(CodeLevel::Program)),
    ("code-activity", Some(CodeLevel::Activity)),
    ("code-sub-activity", Some(CodeLevel::SubActivity)),
];
const NAME_LEVELS: [(&str, Option<RowLevel>); 6] = [
    ("name", None),
    ("name-goal", Some(RowLevel::Goal)),
    ("name-objective", Some(RowLevel::Objective)),
    ("name-program", Some(RowLevel::Program)),
    ("name-activity", Some(RowLevel::Activity)),
    ("name-sub-activity", Some(RowLevel::SubActivity)),
];
const MEASURES: [(&str, MeasureKind); 2] =
    [("target", MeasureKind::Target), ("realised", MeasureKind::Realised)];
const MONEY: [(&str, MoneyKind); 4] = [
    ("budget", MoneyKind::Budget),
    ("ceiling", MoneyKind::Ceiling),
    ("forward", MoneyKind::Forward),
    ("realised-money", MoneyKind::Realised),
];

/// The time and the unit that a role bears already.
fn borne(role: &PlanRole) -> (When, u32, Option<String>) {
    match role {
        PlanRole::Measure { when, .. } => (*when, 1, None),
        PlanRole::Money { when, scale, fund, .. } => (*when, *scale, fund.clone()),
        PlanRole::Baseline { year } => (When { year: *year, ..When::default() }, 1, None),
        _ => (When::default(), 1, None),
    }
}

/// How a role is written in the form.
fn code(role: &PlanRole) -> String {
    fn named<T: PartialEq>(list: &[(&'static str, T)], of: &T) -> Option<&'static str> {
        list.iter().find(|(_, known)| known == of).map(|(code, _)| *code)
    }
    let both = |code: Option<&str>| code.map(|code| code.replacen("name", "both", 1));
    let found = match role {
        PlanRole::Code { level } => named(&CODE_LEVELS, level).map(str::to_owned),
        PlanRole::CodePart => Some("code-part".to_owned()),
        PlanRole::Name { level } => named(&NAME_LEVELS, level).map(str::to_owned),
        PlanRole::CodeAndName { level } => both(named(&NAME_LEVELS, level)),
        PlanRole::Priority { set } => named(&SETS, set).map(str::to_owned),
        PlanRole::Measure { kind, .. } => named(&MEASURES, kind).map(str::to_owned),
        PlanRole::Money { kind, .. } => named(&MONEY, kind).map(str::to_owned),
        PlanRole::Baseline { .. } => Some("baseline".to_owned()),
        PlanRole::Remark => Some("remark".to_owned()),
        PlanRole::Ignored => Some("ignored".to_owned()),
        PlanRole::Private { what } => Some(format!("private:{}", what.key())),
        PlanRole::Undecided => Some(String::new()),
        role => named(&plain(), role).map(str::to_owned),
    };
    // A level that no choice names stays what it is.
    found.unwrap_or_else(|| KEPT.to_owned())
}

/// A role that no choice names.
const KEPT: &str = "kept";

/// The role that `code` means, with the time that `before` bears; none where it is no choice.
fn role(code: &str, before: &PlanRole) -> Option<PlanRole> {
    fn found<T: Clone>(list: &[(&'static str, T)], code: &str) -> Option<T> {
        list.iter().find(|(known, _)| *known == code).map(|(_, of)| of.clone())
    }
    let (when, scale, fund) = borne(before);
    if let Some(level) = found(&CODE_LEVELS, code) {
        return Some(PlanRole::Code { level });
    }
    if let Some(level) = found(&NAME_LEVELS, code) {
        return Some(PlanRole::Name { level });
    }
    if let Some(rest) = code.strip_prefix("both") {
        let level = found(&NAME_LEVELS, &format!("name{rest}"))?;
        return Some(PlanRole::CodeAndName { level });
    }
    if let Some(set) = found(&SETS, code) {
        return Some(PlanRole::Priority { set });
    }
    if let Some(kind) = found(&MEASURES, code) {
        return Some(PlanRole::Measure { kind, when });
    }
    if let Some(kind) = found(&MONEY, code) {
        return Some(PlanRole::Money { kind, when, scale, fund });
    }
    match code {
        "" => Some(PlanRole::Undecided),
        "code-part" => Some(PlanRole::CodePart),
        "baseline" => Some(PlanRole::Baseline { year: when.year }),
        "remark" => Some(PlanRole::Remark),
        "ignored" => Some(PlanRole::Ignored),
        code => found(&plain(), code),
    }
}

/// The choices of a column, without the chosen mark.
fn groups(words: Words) -> Vec<Group> {
    let choices = |codes: &mut dyn Iterator<Item = &str>| -> Vec<Choice> {
        codes
            .map(|code| {
                let key = if code.is_empty() { "undecided" } else { code };
                let label = words.say(&format!("planning-role-{key}"));
                Choice { value: code.to_owned(), label, chosen: false }
            })
            .collect()
    };
    let group =
        |key: &str, choices| Group { label: words.say(&format!("planning-group-{key}")), choices };
    let both = ["both", "both-program", "both-activity", "both-sub-activity"];
    let codes = CODE_LEVELS.iter().map(|of| of.0).chain(["code-part"]);
    let mut tree = codes.chain(NAME_LEVELS.iter().map(|of| of.0)).chain(both).chain(["level"]);
    let mut numbers = MEASURES.iter().map(|of| of.0).chain(MONEY.iter().map(|of| of.0));
    let plain = plain();
    let mut others =
        ["baseline"].into_iter().chain(plain.iter().map(|of| of.0).filter(|code| *code != "level"));
    vec![
        group("nothing", choices(&mut ["", "ignored", "remark"].into_iter())),
        group("tree", choices(&mut tree)),
        group("numbers", choices(&mut numbers)),
        group("priorities", choices(&mut SETS.iter().map(|of| of.0))),
        group("others", choices(&mut others)),
    ]
}

fn bearing(role: &PlanRole, words: Words) -> Option<Bearing> {
    let (timed, money) = match role {
        PlanRole::Measure { .. } => (true, false),
        PlanRole::Money { .. } => (true, true),
        PlanRole::Baseline { .. } => (false, false),
        _ => return None,
    };
    let (when, scale, _) = borne(role);
    let choice = |value: String, key: &str, chosen| Choice { value, label: words.say(key), chosen };
    let quarters = ["year", "1", "2", "3", "4"].map(|of| {
        let number = of.parse::<u8>().ok();
        let value = number.map(|of| of.to_string()).unwrap_or_default();
        choice(value, &format!("planning-quarter-{of}"), number == when.quarter)
    });
    let scales = [1_u32, 1_000, 1_000_000]
        .map(|of| choice(of.to_string(), &format!("planning-scale-{of}"), of == scale));
    Some(Bearing {
        year: when.year.map(|year| year.to_string()).unwrap_or_default(),
        quarters: if timed { quarters.to_vec() } else { Vec::new() },
        scales: if money { scales.to_vec() } else { Vec::new() },
    })
}

impl MappingForm {
    /// The form for `sent`, which lies before us as `table` with `examples` of its columns.
    pub(super) fn new(
        sent: &SentTable,
        table: &PlanTable,
        examples: &[Vec<String>],
        words: Words,
    ) -> Self {
        let SentTable { mapping, about, .. } = sent;
        let column =
            |(number, column): (usize, &_)| column_row(number, column, table, examples, words);
        let years = about.years.map(|(from, to)| (from.to_string(), to.to_string()));
        let (from, to) = years.unwrap_or_default();
        Self {
            columns: mapping.columns.iter().enumerate().map(column).collect(),
            questions: questions(mapping, about, words),
            kinds: kinds(about.kind, words),
            stages: stages(about.stage.unwrap_or(Stage::Final), words),
            revision: if about.revision > 0 { about.revision.to_string() } else { String::new() },
            region: about.region.map(|region| region.to_string()).unwrap_or_default(),
            agency: about.agency.clone().unwrap_or_default(),
            to: if from == to { String::new() } else { to },
            from,
            simulated: about.simulated,
            left_out: sent.left_out,
        }
    }
}

fn kinds(chosen: Option<DocumentKind>, words: Words) -> Vec<Choice> {
    let none = Choice {
        value: String::new(),
        label: words.say("planning-undecided"),
        chosen: chosen.is_none(),
    };
    let kinds = DocumentKind::ALL.into_iter().map(|kind| Choice {
        value: kind.key().to_owned(),
        label: words.tell(&kind.name()),
        chosen: chosen == Some(kind),
    });
    std::iter::once(none).chain(kinds).collect()
}

fn stages(chosen: Stage, words: Words) -> Vec<Choice> {
    let stage = |stage: Stage| Choice {
        value: stage.key().to_owned(),
        label: words.tell(&stage.name()),
        chosen: chosen == stage,
    };
    Stage::ALL.into_iter().map(stage).collect()
}

/// What is still to be decided.
pub(super) fn questions(mapping: &PlanMapping, about: &About, words: Words) -> Vec<String> {
    let missing = [
        (about.kind.is_none(), "planning-ask-kind"),
        (about.region.is_none(), "planning-ask-region"),
        (about.years.is_none(), "planning-ask-years"),
    ];
    let missing = missing.into_iter().filter(|(is, _)| *is).map(|(_, key)| words.say(key));
    missing.chain(mapping.questions().iter().map(|of| words.tell(&of.text))).collect()
}

fn column_row(
    number: usize,
    column: &crate::round::mapping::ColumnMapping<PlanRole>,
    table: &PlanTable,
    examples: &[Vec<String>],
    words: Words,
) -> ColumnRow {
    let at = table.columns.iter().position(|known| known.header == column.header);
    let personal = matches!(column.role, PlanRole::Private { .. });
    let values = at.and_then(|at| examples.get(at)).into_iter().flatten().take(SHOWN);
    let coded = matches!(
        column.role,
        PlanRole::Code { .. } | PlanRole::CodePart | PlanRole::CodeAndName { .. }
    );
    // A code has as many digits as a telephone number.
    let values = values.map(|text| match FoundCode::read_before_name(text) {
        Ok(_) if coded => text.clone(),
        _ => private::shown(text, true),
    });
    let values: Vec<String> = values.collect();
    let values = if personal { "•••".to_owned() } else { values.join("; ") };
    let fixed = match &column.role {
        PlanRole::Private { what } => Some(words.say(&format!("intake-dropped-{}", what.key()))),
        _ => None,
    };
    let mut all = Vec::new();
    if fixed.is_none() {
        all = groups(words);
        let chosen = code(&column.role);
        for choice in all.iter_mut().flat_map(|group| &mut group.choices) {
            choice.chosen = choice.value == chosen;
        }
        if chosen == KEPT
            && let Some(first) = all.first_mut()
        {
            let label = words.say("planning-role-kept");
            first.choices.push(Choice { value: KEPT.to_owned(), label, chosen: true });
        }
    }
    let ask = column.role == PlanRole::Undecided;
    let (confidence, badge) = match column.confidence {
        _ if ask => ("upload-confidence-ask", "warm"),
        Confidence::Sure | Confidence::Ask => ("upload-confidence-sure", "done"),
        Confidence::Likely => ("upload-confidence-likely", ""),
    };
    ColumnRow {
        number,
        letters: at
            .and_then(|at| table.columns.get(at))
            .map(crate::sheet::Column::letters)
            .unwrap_or_default(),
        header: column.header.clone(),
        values,
        fixed,
        groups: all,
        ask,
        confidence: words.say(confidence),
        badge,
        reason: words.tell(&column.reason),
        bearing: bearing(&column.role, words),
    }
}

/// Changes `sent` as the form says. What the form leaves out stays as it is.
///
/// # Errors
/// A sentence for each part that cannot be read; everything else is changed.
pub(super) fn apply(pairs: &[(String, String)], sent: &mut SentTable) -> Result<(), Vec<Message>> {
    let fields: BTreeMap<&str, &str> =
        pairs.iter().map(|(name, value)| (name.as_str(), value.trim())).collect();
    let field = |name: &str| fields.get(name).copied();
    for (number, column) in sent.mapping.columns.iter_mut().enumerate() {
        let asked = field(&format!("peran-{number}"));
        let may = !matches!(column.role, PlanRole::Private { .. });
        if let Some(asked) = asked.filter(|_| may)
            && asked != code(&column.role)
            && let Some(role) = role(asked, &column.role)
        {
            column.role = role;
            column.confidence = Confidence::Sure;
            column.reason = Message::new("upload-because-person");
        }
        let year = field(&format!("tahun-{number}"));
        let quarter = field(&format!("triwulan-{number}"));
        bear(&mut column.role, year, quarter, field(&format!("kali-{number}")));
    }
    let mut faults = Vec::new();
    let about = &mut sent.about;
    if let Some(asked) = field("jenis") {
        about.kind = DocumentKind::ALL.into_iter().find(|kind| kind.key() == asked);
    }
    if let Some(asked) = field("tahap") {
        about.stage = Stage::ALL.into_iter().find(|stage| stage.key() == asked).or(about.stage);
    }
    if let Some(asked) = field("perubahan-ke") {
        let number = asked.parse().ok().filter(|number| (1..100).contains(number));
        let change = about.stage == Some(Stage::Change);
        about.revision = if change { number.unwrap_or(1) } else { 0 };
    }
    match field("daerah") {
        None => {}
        Some("") => about.region = None,
        Some(text) => match government(text) {
            Some(region) => about.region = Some(region),
            None => faults.push(Message::new("planning-error-region").with("text", text)),
        },
    }
    if let Some(asked) = field("perangkat") {
        about.agency = Some(clean(asked)).filter(|agency| !agency.is_empty());
    }
    if let Some(from) = field("dari") {
        let to = field("sampai").filter(|to| !to.is_empty()).unwrap_or(from);
        let year = |text: &str| text.parse::<i16>().ok().filter(|of| (2000..2100).contains(of));
        match (year(from), year(to)) {
            (Some(from), Some(to)) if from <= to => about.years = Some((from, to)),
            _ if from.is_empty() => about.years = None,
            _ => faults.push(Message::new("planning-error-years")),
        }
    }
    if field("formulir").is_some() {
        sent.left_out = field("lewati").is_some();
        sent.about.simulated = field("simulasi").is_some();
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// A province or kab/kota by its code or name.
fn government(text: &str) -> Option<region::Code> {
    match region::search_wide(text) {
        region::Found::One(found) if found.level() <= region::Level::Regency => Some(found.code),
        _ => None,
    }
}

/// A text of a person in one line, as long as a name may be.
pub(super) fn clean(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).take(500).collect();
    text.trim().to_owned()
}

fn bear(role: &mut PlanRole, year: Option<&str>, quarter: Option<&str>, scaled: Option<&str>) {
    let year_of = |text: &str| text.parse::<i16>().ok().filter(|of| (2000..2100).contains(of));
    let quarter_of = |text: &str| text.parse::<u8>().ok().filter(|of| (1..=4).contains(of));
    if let PlanRole::Measure { when, .. } | PlanRole::Money { when, .. } = role {
        if let Some(year) = year {
            when.year = year_of(year);
        }
        if let Some(quarter) = quarter {
            when.quarter = quarter_of(quarter);
        }
    }
    if let PlanRole::Baseline { year: of } = role
        && let Some(year) = year
    {
        *of = year_of(year);
    }
    if let PlanRole::Money { scale, .. } = role
        && let Some(asked) = scaled.and_then(|text| text.parse().ok())
        && [1, 1_000, 1_000_000].contains(&asked)
    {
        *scale = asked;
    }
}
