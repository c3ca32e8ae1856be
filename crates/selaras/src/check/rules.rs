//! The rules of the checks as data: what a decree, an agreement or an office can change about them.
//!
//! The shipped rules stand in `data/check/`; an office lays files of the same names into a folder,
//! and each takes the place of the shipped one. A finding carries the version of the rules it was
//! found by, which names files that were replaced by a part of their hash.

mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::instrument::Text;
use crate::locale::cause;
use crate::outcome::HarmonyScore;
use crate::plan::redline::Renamed;
use crate::plan::{
    CalculationRule, Code, CodeLevel, Decimal, Direction, DocumentKind, PrioritySet, RegionKind,
    Side,
};
use crate::region;
use crate::sheet::private::words;
use crate::sheet::{Fault, Faults, hex};

/// An indicator of the dictionary, through which alone indicators of two plans compare.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DictionaryEntry {
    /// Id: a national reference code or an agreed one.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Id of its unit.
    #[serde(default)]
    pub unit: Option<String>,
    /// Direction.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// Calculation rule.
    #[serde(default)]
    pub rule: Option<CalculationRule>,
    /// Whether it is a rate, a share or a score, which does not add up over regions.
    #[serde(default)]
    pub rate: bool,
    /// The score of an instrument that it is.
    #[serde(default)]
    pub harmony: Option<HarmonyScore>,
    /// Article or decree.
    #[serde(default)]
    pub basis: Option<String>,
}

/// What the target of a province has to do with those of its kab/kota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// It is their sum.
    Additive,
    /// It is their sum and the province's own work.
    AdditiveWithOwn,
    /// It is their mean, weighted by a series.
    WeightedMean,
    /// Each of them reaches at least it; at most, where the indicator goes down.
    Minimum,
    /// They contribute; no arithmetic is meant.
    Contribution,
    /// Nothing.
    None,
}

/// A pair of indicators and its relation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Id of the province's indicator.
    pub upper: String,
    /// Id of the kab/kota's indicator.
    pub lower: String,
    /// Relation.
    pub kind: RelationKind,
    /// Series of the weights; [`Relation::RESULT`] for those of the result of the index itself.
    #[serde(default)]
    pub denominator: Option<String>,
    /// Year of the weights.
    #[serde(default)]
    pub year: Option<i16>,
    /// Article or agreement.
    #[serde(default)]
    pub basis: Option<String>,
}

impl Relation {
    /// The denominator that means the weights of the result of the index.
    pub const RESULT: &'static str = "result";
}

/// A priority, a mandate or another thing that work in a place must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Whose it is.
    pub set: PrioritySet,
    /// Id.
    pub id: String,
    /// Where it holds; everywhere where none is told.
    pub region: Option<region::Code>,
    /// Ids of topics that answer it.
    pub topics: Vec<String>,
    /// Name.
    pub name: Text,
    /// Article or decree.
    pub basis: Option<String>,
}

/// How a row under the wrong side's code is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// It asks for an explanation.
    Explain,
    /// It is a slip of the file, told at import and no finding.
    Import,
}

/// Whose template a kind of region may use in an affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Affair, or the part of it that is meant.
    pub code: Code,
    /// One region with rules of its own; none for all of the kind.
    pub region: Option<region::Code>,
    /// Kind of region.
    pub kind: Side,
    /// First year.
    pub from: Option<i16>,
    /// Last year.
    pub to: Option<i16>,
    /// Sides whose template it may use.
    pub sides: Vec<Side>,
    /// How a row outside of it is taken.
    pub treatment: Treatment,
    /// Article.
    pub article: String,
    /// Whether the article was read at its source.
    pub certain: bool,
}

/// Kinds of days on which public work rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestKind {
    /// Public holiday.
    Holiday,
    /// Quiet days before an election.
    Quiet,
}

/// Days on which public work rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Kind.
    pub kind: RestKind,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Where; everywhere where none is told.
    pub region: Option<region::Code>,
    /// Name.
    pub name: Text,
    /// Decree.
    pub basis: Option<String>,
}

/// Until when a document of the year after can be fed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// The document.
    pub document: DocumentKind,
    /// Month of the year before the document's.
    pub month: i8,
    /// Day.
    pub day: i8,
    /// Article.
    #[serde(default)]
    pub basis: Option<String>,
    /// How sure it is.
    #[serde(default)]
    pub certainty: Option<String>,
}

/// Work that feeds a document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Feeds {
    code: Code,
    document: DocumentKind,
}

/// A registered value of an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Release; none where one is as good as another.
    pub vintage: Option<String>,
    /// Value as printed.
    pub value: Decimal,
    /// Where it was published.
    pub source: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Drift {
    percent: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Duplication {
    percent: u32,
    #[serde(default, rename = "province")]
    provinces: Vec<ProvinceThreshold>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvinceThreshold {
    region: region::Code,
    percent: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Calendar {
    short_days: i32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unit {
    id: String,
    spellings: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelling {
    from: String,
    to: String,
}

/// `rules.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Main {
    id: String,
    version: String,
    #[serde(default)]
    coordination: Vec<Code>,
    #[serde(default)]
    exempt_funds: Vec<String>,
    drift: Drift,
    duplication: Duplication,
    calendar: Calendar,
    #[serde(default, rename = "unit")]
    units: Vec<Unit>,
    #[serde(default, rename = "spelling")]
    spellings: Vec<Spelling>,
    #[serde(default, rename = "indicator")]
    indicators: Vec<DictionaryEntry>,
    #[serde(default, rename = "relation")]
    relations: Vec<Relation>,
    #[serde(default)]
    feeds: Vec<Feeds>,
    #[serde(default, rename = "deadline")]
    deadlines: Vec<Deadline>,
}

/// All rules.
#[derive(Clone, Debug)]
pub struct Rules {
    main: Main,
    version: String,
    dictionary: BTreeMap<String, usize>,
    units: BTreeMap<String, String>,
    requirements: Vec<Requirement>,
    authority: Vec<Authority>,
    rests: Vec<Rest>,
    renamed: Vec<(Code, Code, i16)>,
    registered: BTreeMap<(String, region::Code, i16), Vec<Registered>>,
    denominators: BTreeMap<(String, i16, region::Code), u64>,
}

/// Files of the rules with what is shipped.
const FILES: [(&str, &str); 7] = [
    ("rules.toml", include_str!("../../../../data/check/rules.toml")),
    ("priorities.csv", include_str!("../../../../data/check/priorities.csv")),
    ("authority.csv", include_str!("../../../../data/check/authority.csv")),
    ("calendar.csv", include_str!("../../../../data/check/calendar.csv")),
    ("renamed.csv", include_str!("../../../../data/check/renamed.csv")),
    ("baselines.csv", include_str!("../../../../data/check/baselines.csv")),
    ("denominators.csv", include_str!("../../../../data/check/denominators.csv")),
];

static SHIPPED: LazyLock<Rules> = LazyLock::new(|| {
    let texts = FILES.map(|(_, text)| text.as_bytes().to_vec());
    Rules::of(texts, "").unwrap_or_else(|_| Rules::nothing())
});

/// Most bytes of one file.
const MOST_BYTES: u64 = 64 << 20;

impl Rules {
    /// The rules that come with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// The shipped rules with the files of a folder in the place of those of the same name.
    ///
    /// # Errors
    /// Everything that is wrong with the files, by line, or by row and column.
    pub fn open(folder: &Path) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut hasher = Sha256::new();
        let mut replaced = false;
        let texts = FILES.map(|(name, shipped)| {
            let path = folder.join(name);
            if !path.exists() {
                return shipped.as_bytes().to_vec();
            }
            let length = path.metadata().map_or(u64::MAX, |of| of.len());
            let read = if length > MOST_BYTES { None } else { std::fs::read(&path).ok() };
            let Some(bytes) = read else {
                faults.push(Fault::of_file(name, "check-error-read"));
                return Vec::new();
            };
            replaced = true;
            hasher.update(name.as_bytes());
            hasher.update(&bytes);
            bytes
        });
        let names = FILES.map(|(name, _)| folder.join(name).exists());
        if !names.contains(&true) && faults.is_empty() {
            faults.push(Fault::of_file(&folder.display().to_string(), "check-error-folder"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let hash = hex(&hasher.finalize());
        let mark = hash.get(..8).filter(|_| replaced).map(|hash| format!("+{hash}"));
        Self::of(texts, &mark.unwrap_or_default())
    }

    fn of(texts: [Vec<u8>; 7], mark: &str) -> Result<Self, Faults> {
        let [main, priorities, authority, calendar, renamed, baselines, denominators] = texts;
        let mut faults = Faults::default();
        let main = read_main(&main, &mut faults);
        let requirements = tables::priorities(priorities, &mut faults);
        let authority = tables::authority(authority, &mut faults);
        let rests = tables::calendar(calendar, &mut faults);
        let renamed = tables::renamed(renamed, &mut faults);
        let registered = tables::baselines(baselines, &mut faults);
        let denominators = tables::denominators(denominators, &mut faults);
        let Some(main) = main.filter(|_| faults.is_empty()) else { return Err(faults) };
        let mut rules = Self {
            version: format!("{} {}{mark}", main.id, main.version),
            main,
            requirements,
            authority,
            rests,
            renamed,
            registered,
            denominators,
            ..Self::nothing()
        };
        for unit in &rules.main.units {
            for spelling in unit.spellings.iter().chain([&unit.id]) {
                rules.units.insert(spoken(spelling), unit.id.clone());
            }
        }
        let ids = rules.main.indicators.iter().map(|of| of.id.clone());
        rules.dictionary = ids.zip(0..).collect();
        Ok(rules)
    }

    fn nothing() -> Self {
        Self {
            main: Main {
                id: String::new(),
                version: String::new(),
                coordination: Vec::new(),
                exempt_funds: Vec::new(),
                drift: Drift { percent: 0 },
                duplication: Duplication { percent: 100, provinces: Vec::new() },
                calendar: Calendar { short_days: 0 },
                units: Vec::new(),
                spellings: Vec::new(),
                indicators: Vec::new(),
                relations: Vec::new(),
                feeds: Vec::new(),
                deadlines: Vec::new(),
            },
            version: String::new(),
            dictionary: BTreeMap::new(),
            units: BTreeMap::new(),
            requirements: Vec::new(),
            authority: Vec::new(),
            rests: Vec::new(),
            renamed: Vec::new(),
            registered: BTreeMap::new(),
            denominators: BTreeMap::new(),
        }
    }

    /// Name and version, with a mark of the files that an office replaced.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The dictionary, in the order of the file.
    #[must_use]
    pub fn dictionary(&self) -> &[DictionaryEntry] {
        &self.main.indicators
    }

    /// The entry of the dictionary with an id.
    #[must_use]
    pub fn indicator(&self, id: &str) -> Option<&DictionaryEntry> {
        self.main.indicators.get(*self.dictionary.get(id)?)
    }

    /// The id of a unit in whatever spelling; the words themselves where none is known.
    #[must_use]
    pub fn unit(&self, text: &str) -> String {
        let text = spoken(text);
        self.units.get(&text).cloned().unwrap_or(text)
    }

    /// `text` as it is compared: words in lower case, known misspellings set right.
    #[must_use]
    pub fn plain(&self, text: &str) -> String {
        let text = words(text);
        let right = |word| {
            let known = self.main.spellings.iter().find(|of| of.from == word);
            known.map_or(word, |of| of.to.as_str())
        };
        text.split(' ').map(right).collect::<Vec<_>>().join(" ")
    }

    /// Relations, in the order of the file.
    #[must_use]
    pub fn relations(&self) -> &[Relation] {
        &self.main.relations
    }

    /// The weight of a region in a series and year.
    #[must_use]
    pub fn denominator(&self, series: &str, year: i16, region: region::Code) -> Option<u64> {
        self.denominators.get(&(series.to_owned(), year, region)).copied()
    }

    /// What was registered for an indicator of a region in a year, by release.
    #[must_use]
    pub fn registered(&self, indicator: &str, region: region::Code, year: i16) -> &[Registered] {
        let key = (indicator.to_owned(), region, year);
        self.registered.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Priorities and mandates.
    #[must_use]
    pub fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// Whether the code is a sub kegiatan of coordination, on either side.
    #[must_use]
    pub fn is_coordination(&self, code: Code) -> bool {
        let listed = |of: &Code| code == *of || code.twin() == Some(*of);
        self.main.coordination.iter().any(listed)
    }

    /// What the table of authority says of a code that a region uses in a year: of the rows that
    /// speak of it, the one about this region, then the one with the longest code.
    #[must_use]
    pub fn authority(&self, code: Code, region: region::Code, year: i16) -> Option<&Authority> {
        let kind = RegionKind::of(region).side;
        let speaks = |of: &&Authority| {
            of.kind == kind
                && of.code.contains(&code)
                && of.region.is_none_or(|own| own.contains(&region))
                && of.from.is_none_or(|from| from <= year)
                && of.to.is_none_or(|to| year <= to)
        };
        let nearness = |of: &&Authority| (of.region.is_some(), of.code.level());
        self.authority.iter().filter(speaks).max_by_key(nearness)
    }

    /// Whether a source of funds exempts from the check of authority.
    #[must_use]
    pub fn is_exempt_fund(&self, fund: &str) -> bool {
        self.main.exempt_funds.iter().any(|of| of == fund)
    }

    /// By how many hundredths money may move between two documents.
    #[must_use]
    pub fn drift_percent(&self) -> u32 {
        self.main.drift.percent
    }

    /// How much must overlap for a duplicate in a province, in hundredths.
    #[must_use]
    pub fn duplication_percent(&self, province: region::Code) -> u32 {
        let province = province.at(region::Level::Province);
        let own = self.main.duplication.provinces.iter().find(|of| Some(of.region) == province);
        own.map_or(self.main.duplication.percent, |of| of.percent)
    }

    /// The longest activity, in days, that is held on its days.
    #[must_use]
    pub fn short_days(&self) -> i32 {
        self.main.calendar.short_days
    }

    /// Days of rest that hold in a region.
    pub fn rests(&self, region: region::Code) -> impl Iterator<Item = &Rest> {
        self.rests.iter().filter(move |of| of.region.is_none_or(|own| own.contains(&region)))
    }

    /// The document that work under a code feeds, and until when.
    #[must_use]
    pub fn feeds(&self, code: Code) -> Option<&Deadline> {
        let fed = |of: &&Feeds| of.code.contains(&code) || of.code.twin() == Some(code);
        let document = self.main.feeds.iter().find(fed)?.document;
        self.main.deadlines.iter().find(|of| of.document == document)
    }

    /// Codes that go on under another one in a plan of `year`.
    #[must_use]
    pub fn renamed(&self, year: i16) -> Renamed {
        let known = self.renamed.iter().filter(|(_, _, from)| *from <= year);
        known.map(|(before, after, _)| (*before, *after)).collect()
    }
}

/// A unit as it is compared; a sign alone has no words.
fn spoken(text: &str) -> String {
    let plain = words(text);
    if plain.is_empty() { text.trim().to_owned() } else { plain }
}

/// Reads `rules.toml`; faults name their line.
fn read_main(bytes: &[u8], faults: &mut Faults) -> Option<Main> {
    let name = FILES[0].0;
    let line = |text: &str, at: usize| {
        let before = text.get(..at).unwrap_or(text);
        before.matches('\n').count() as u64 + 1
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        faults.push(Fault::of_file(name, "check-error-read"));
        return None;
    };
    let main: Main = match toml::from_str(text) {
        Ok(main) => main,
        Err(error) => {
            let fault = Fault::of_file(name, "check-error-toml");
            let at = error.span().map_or(1, |span| line(text, span.start));
            faults.push(fault.with("reason", cause::technical(error.message())).at_row(at));
            return None;
        }
    };
    let mut fault = |key: &str, value: &str| {
        let quoted = format!("\"{value}\"");
        // The last place is the one to look at: what stands twice stands there again.
        let at = text.rfind(&quoted).map_or(1, |at| line(text, at));
        faults.push(Fault::of_file(name, key).with("value", value.to_owned()).at_row(at));
    };
    let mut ids = BTreeSet::new();
    let units: BTreeSet<&str> = main.units.iter().map(|of| of.id.as_str()).collect();
    for entry in &main.indicators {
        if !ids.insert(entry.id.as_str()) {
            fault("check-error-twice", &entry.id);
        }
        if let Some(unit) = entry.unit.as_deref().filter(|unit| !units.contains(unit)) {
            fault("check-error-unit", unit);
        }
    }
    for relation in &main.relations {
        for id in [&relation.upper, &relation.lower] {
            if !ids.contains(id.as_str()) {
                fault("check-error-indicator", id);
            }
        }
        let dated = relation.denominator.as_deref() == Some(Relation::RESULT)
            || relation.denominator.is_some() && relation.year.is_some();
        if relation.kind == RelationKind::WeightedMean && !dated {
            fault("check-error-denominator", &relation.upper);
        }
    }
    for code in main.coordination.iter().filter(|of| of.level() < CodeLevel::SubActivity) {
        fault("check-error-coordination", &code.to_string());
    }
    for deadline in &main.deadlines {
        // A leap day is no deadline of every year.
        if Date::new(2025, deadline.month, deadline.day).is_err() {
            fault("check-error-deadline", &format!("{}-{}", deadline.month, deadline.day));
        }
    }
    Some(main)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        text.parse().unwrap()
    }

    fn region(text: &str) -> region::Code {
        text.parse().unwrap()
    }

    #[test]
    fn the_shipped_rules_are_sound() {
        let texts = FILES.map(|(_, text)| text.as_bytes().to_vec());
        let read = Rules::of(texts, "");
        assert!(read.is_ok(), "{:#?}", read.err());
        let rules = Rules::shipped();
        assert_eq!(rules.version(), "selaras 1");
        assert_eq!(rules.requirements().len(), 8);
        assert_eq!(rules.unit("Persen"), rules.unit("%"));
        assert_ne!(rules.unit("Orang"), rules.unit("%"));
        assert_eq!(rules.plain("Bineka Tunggal Ika,"), rules.plain("BHINEKA tunggal ika"));
        assert!(rules.is_coordination(code("8.01.05.2.01.0004")));
        assert!(!rules.is_coordination(code("8.01.05.2.01.0003")));
        for requirement in rules.requirements() {
            for topic in &requirement.topics {
                let terms = crate::plan::Terms::shipped();
                assert!(terms.get(crate::plan::TermList::Topic, topic).is_some(), "{topic}");
            }
        }
    }

    #[test]
    fn the_nearest_row_of_the_table_of_authority_speaks() {
        let rules = Rules::shipped();
        let said = |of: &str, at| rules.authority(code(of), region(at), 2026).unwrap();
        assert_eq!(said("1.06.04.2.01", "61").code, code("1.06.04"));
        assert_eq!(said("1.06.02.2.01", "61.01").code, code("1.06"));
        assert_eq!(said("1.06.04.2.01", "31").sides.len(), 2);
        assert_eq!(rules.authority(code("2.08.02.2.01"), region("61"), 2026), None);
    }

    #[test]
    fn an_office_replaces_a_file_and_its_faults_say_where() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        assert_eq!(
            Rules::open(folder.path()).unwrap_err().kept[0].reason.key,
            "check-error-folder"
        );
        write("denominators.csv", "series,year,region,value\npopulation,2026,61.01,640000\n");
        let rules = Rules::open(folder.path()).unwrap();
        assert_eq!(rules.denominator("population", 2026, region("61.01")), Some(640_000));
        assert!(rules.version().starts_with("selaras 1+"));
        write("denominators.csv", "series,year,region,value\npopulation,2026,61.01,banyak\n");
        let faults = Rules::open(folder.path()).unwrap_err();
        assert_eq!(faults.kept[0].cell(), "D2");
        let (_, main) = FILES[0];
        write("rules.toml", &main.replace("percent = 5\n", "percent = \"lima\"\n"));
        let faults = Rules::open(folder.path()).unwrap_err();
        assert_eq!(faults.kept[0].reason.key, "check-error-toml");
        assert!(faults.kept[0].row > Some(10));
        write("rules.toml", &main.replace("upper = \"inflation\"", "upper = \"inflasi\""));
        let faults = Rules::open(folder.path()).unwrap_err();
        assert_eq!(faults.kept[0].reason.key, "check-error-indicator");
    }
}
