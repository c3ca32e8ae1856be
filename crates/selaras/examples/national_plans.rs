//! Fills a data folder with the plans of all provinces and kab/kota, simulated, for the benchmark of
//! `selaras align --data`: of each government a Renja of 2,626 rows and the draft before it of 442,
//! with as many proposals and items of meetings as a province has regions.
//!
//! usage: national_plans FOLDER

use jiff::civil::date;
use selaras::align::Proposed;
use selaras::align::Sent;
use selaras::align::register::{self, List};
use selaras::check::{Answer, Item, Proposal};
use selaras::plan::{
    Document, DocumentKind, FoundCode, Head, Indicator, Measure, MeasureKind, Money, MoneyKind,
    Place, Row, RowLevel, Rupiah, Span, Stage, TermList, Terms, Value, Writing,
};
use selaras::policy::Actor;
use selaras::region::{self, Level};
use selaras::store::{Clock, DataFolder, Store};

type Failure = Box<dyn std::error::Error>;

const YEAR: i16 = 2027;
const PROGRAMS: usize = 26;
const ACTIVITIES: usize = 4;
const SUB_ACTIVITIES: usize = 3;
const DETAILS: usize = 7;

/// Numbers that look drawn at random, the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }
}

/// What rows may say.
struct Words {
    topics: Vec<String>,
    groups: Vec<String>,
    places: Vec<region::Code>,
}

fn coded(level: RowLevel, code: &str, name: String, parent: Option<usize>) -> Result<Row, Failure> {
    let mut row = Row::new(level, name);
    row.code = Some(FoundCode::read(code).map_err(|fault| format!("{code}: {fault:?}"))?);
    row.parent = parent.map(|at| at as u32);
    Ok(row)
}

fn pays(row: &mut Row, draw: &mut Draw) {
    let amount = Rupiah::new(1_000_000 * (1 + draw.below(400) as i64));
    row.money.push(Money {
        kind: MoneyKind::Budget,
        year: YEAR,
        quarter: None,
        fund: None,
        amount,
    });
}

fn aims(row: &mut Row, id: Option<String>, draw: &mut Draw) {
    let value = Value::read(&(10 + draw.below(400)).to_string(), Writing::Indonesian);
    row.indicators.push(Indicator {
        text: "Jumlah orang yang mengikuti".to_owned(),
        dictionary: id,
        unit: Some("orang".to_owned()),
        measures: vec![Measure { kind: MeasureKind::Target, year: YEAR, quarter: None, value }],
        ..Indicator::default()
    });
}

fn says(row: &mut Row, words: &Words, terms: &Terms, draw: &mut Draw) {
    row.topics.extend(draw.of(&words.topics).map(|id| terms.tag(TermList::Topic, id)));
    row.target_groups.extend(draw.of(&words.groups).map(|id| terms.tag(TermList::TargetGroup, id)));
    let place = draw.of(&words.places).copied();
    row.places.extend(place.map(|code| Place { region: Some(code), text: code.to_string() }));
    let from = 1 + draw.below(10) as i8;
    row.times.extend(Span::months(YEAR, from, from + 2));
}

fn document(
    of: &region::Region,
    stage: Stage,
    words: &Words,
    terms: &Terms,
) -> Result<Document, Failure> {
    let mut draw =
        Draw(of.code.to_string().bytes().fold(7, |seed, byte| seed * 131 + u64::from(byte)));
    let side = if of.level() == Level::Province { 1 } else { 2 };
    let mut rows = Vec::new();
    for program in 0..PROGRAMS {
        let affair = 1 + program % 7;
        let field = 1 + program / 7;
        let agency = format!("Dinas {}", 1 + program / 2);
        let code = format!("{affair}.{field:02}.{:02}", 2 + program % 5);
        let mut row = coded(RowLevel::Program, &code, format!("Program {code}"), None)?;
        row.agency = Some(agency.clone());
        aims(&mut row, None, &mut draw);
        let top = rows.len();
        rows.push(row);
        for activity in 1..=ACTIVITIES {
            let code = format!("{code}.{side}.{activity:02}");
            let mut row = coded(RowLevel::Activity, &code, format!("Kegiatan {code}"), Some(top))?;
            row.agency = Some(agency.clone());
            let middle = rows.len();
            rows.push(row);
            for sub in 1..=SUB_ACTIVITIES {
                let code = format!("{code}.{sub:04}");
                let name = format!("Sub kegiatan {code}");
                let mut row = coded(RowLevel::SubActivity, &code, name, Some(middle))?;
                row.agency = Some(agency.clone());
                says(&mut row, words, terms, &mut draw);
                pays(&mut row, &mut draw);
                aims(&mut row, None, &mut draw);
                let low = rows.len();
                rows.push(row);
                let details = if stage == Stage::Final { DETAILS } else { 0 };
                for detail in 0..details {
                    let mut row = Row::new(RowLevel::Detail, format!("Rincian {}", detail + 1));
                    row.parent = Some(low as u32);
                    row.agency = Some(agency.clone());
                    says(&mut row, words, terms, &mut draw);
                    pays(&mut row, &mut draw);
                    rows.push(row);
                }
            }
        }
    }
    let head = Head {
        kind: DocumentKind::AgencyWorkPlan,
        stage,
        revision: 0,
        region: of.code,
        agency: None,
        years: (YEAR, YEAR),
        decree: None,
        outcome: None,
        simulated: true,
    };
    Ok(Document { head, rows })
}

/// Kecamatan of a kab/kota, or of all kab/kota of a province, with the desa of some.
fn places(of: &region::Region) -> Vec<region::Code> {
    let below =
        |code: region::Code| region::children(code).iter().map(|of| of.code).collect::<Vec<_>>();
    let districts: Vec<region::Code> = match of.level() {
        Level::Province => below(of.code).into_iter().flat_map(below).collect(),
        _ => below(of.code),
    };
    let villages: Vec<region::Code> = districts.iter().copied().flat_map(below).collect();
    districts.into_iter().chain(villages).collect()
}

async fn filled(folder: &str) -> Result<(), Failure> {
    let store = Store::open(&DataFolder::create(folder.as_ref())?, None).await?;
    let (terms, actor) = (Terms::shipped(), Actor::operator());
    let ids = |list| terms.of(list).map(|term| term.id.clone()).collect::<Vec<_>>();
    for province in region::provinces() {
        let below = region::children(province.code);
        let mut tx = store.begin(Clock::System).await?;
        for of in std::iter::once(province).chain(below) {
            let words = Words {
                topics: ids(TermList::Topic),
                groups: ids(TermList::TargetGroup),
                places: places(of),
            };
            for stage in [Stage::Draft, Stage::Final] {
                let version = document(of, stage, &words, terms)?.freeze();
                register::keep(&mut tx, &actor, &Sent::new(version)).await?;
            }
        }
        let (mut proposals, mut items) = (Vec::new(), Vec::new());
        for (of, number) in below.iter().zip(1..) {
            let proposal = Proposal {
                number: format!("U-{number}"),
                from: of.code,
                to: province.code,
                year: YEAR,
                text: "Usulan simulasi".to_owned(),
                answer: (number % 3 > 0).then_some(Answer::Returned),
                reason: (number % 3 > 1).then(|| "Di luar pagu".to_owned()),
            };
            proposals.push(Proposed { proposal, to_centre: false, amount: None });
            items.push(Item {
                number: format!("BA-{number}"),
                meeting: "Rakor simulasi".to_owned(),
                text: "Kesepakatan simulasi".to_owned(),
                region: of.code,
                owner: "Badan Kesbangpol".to_owned(),
                due: Some(date(2026, 6, 30)),
                done: (number % 2 > 0).then(|| date(2026, 6, 1)),
                plan_year: None,
            });
        }
        let file = "DATA-SIMULASI-usulan.csv";
        register::set_list(&mut tx, &actor, province.code, List::Proposals(&proposals), file)
            .await?;
        register::set_list(&mut tx, &actor, province.code, List::Items(&items), file).await?;
        tx.commit().await?;
        println!("{}", province.name);
    }
    store.close().await;
    Ok(())
}

fn main() -> Result<(), Failure> {
    let folder = std::env::args().nth(1).ok_or("usage: national_plans FOLDER")?;
    tokio::runtime::Runtime::new()?.block_on(filled(&folder))
}
