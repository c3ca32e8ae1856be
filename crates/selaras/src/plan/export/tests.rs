use proptest::prelude::*;

use super::*;
use crate::plan::import::{PlanTable, import, propose};
use crate::plan::row::{Baseline, Measure, Place, Priority};
use crate::plan::terms::{TermList, Terms};
use crate::plan::{DocumentKind, FoundCode, Rupiah, Stage};
use crate::sheet::Source;

fn head() -> Head {
    Head {
        kind: DocumentKind::AgencyWorkPlan,
        stage: Stage::Final,
        revision: 0,
        region: "61.01".parse().unwrap(),
        agency: None,
        years: (2026, 2026),
        decree: None,
        outcome: None,
        simulated: true,
    }
}

/// A document exported as a workbook in our own layout and read again, without provenance.
fn through_a_workbook(document: &Document, words: Words) -> Document {
    let mapping = own_layout(document, words);
    let bytes = table(document, &mapping, None, words).xlsx().unwrap();
    let opened = PlanTable::open(&Source::memory(bytes), "ekspor.xlsx", None).unwrap();
    let proposed = propose(&opened, Terms::shipped()).unwrap();
    let roles = |of: &PlanMapping| {
        of.columns.iter().map(|of| (of.header.clone(), of.role.clone())).collect::<Vec<_>>()
    };
    assert_eq!(roles(&proposed), roles(&mapping), "our own headers are known");
    let head = document.head.clone();
    let read = import(&[(opened, proposed)], head, Terms::shipped());
    let mut document = read.unwrap_or_else(|faults| panic!("{:?}", faults.kept)).document;
    document.rows.iter_mut().for_each(|row| row.sources.clear());
    document
}

fn full_row() -> Row {
    let terms = Terms::shipped();
    let mut row = Row::new(RowLevel::SubActivity, "Pelaksanaan Kebijakan");
    row.code = Some(FoundCode::read("8.01.06.2.01.03").unwrap());
    row.agency = Some("Badan Kesbangpol".to_owned());
    row.owner = Some("Bidang Kewaspadaan".to_owned());
    row.policy = Some("Mencegah lewat dialog".to_owned());
    let stability = Tag { id: None, text: "Stabilitas".to_owned() };
    row.priorities = vec![
        Priority { set: PrioritySet::National, tag: stability },
        Priority { set: PrioritySet::AstaCita, tag: terms.tag(TermList::AstaCita, "8") },
    ];
    let value = |text: &str| Value::read(text, Writing::Indonesian);
    let measure =
        |kind, year, quarter, text: &str| Measure { kind, year, quarter, value: value(text) };
    row.indicators = vec![
        Indicator {
            text: "Jumlah dialog".to_owned(),
            dictionary: Some("D-1".to_owned()),
            definition: Some("Dialog yang berberita acara".to_owned()),
            unit: Some("Dialog".to_owned()),
            direction: Some(Direction::Up),
            rule: Some(CalculationRule::Cumulative),
            baseline: Some(Baseline {
                value: value("7,50"),
                year: Some(2024),
                series: Some("hdi".to_owned()),
                vintage: Some("2025".to_owned()),
                population: Some("penduduk terdaftar".to_owned()),
            }),
            measures: vec![
                measure(MeasureKind::Target, 2026, None, "1.250"),
                measure(MeasureKind::Target, 2027, None, "80–90"),
                measure(MeasureKind::Realised, 2026, Some(1), "2,5"),
            ],
            standing: IndicatorStanding::Example,
        },
        Indicator {
            text: "Laporan".to_owned(),
            measures: vec![measure(MeasureKind::Target, 2026, None, "tersusun")],
            ..Indicator::default()
        },
    ];
    let fund = |text: &str| Some(terms.tag(TermList::Fund, text));
    let money = |kind, year, fund, amount| Money {
        kind,
        year,
        quarter: None,
        fund,
        amount: Rupiah::new(amount),
    };
    row.money = vec![
        money(MoneyKind::Budget, 2026, fund("DAU"), 20_000),
        money(MoneyKind::Budget, 2026, fund("PAD"), 1_250_000),
        money(MoneyKind::Ceiling, 2026, None, 1_300_000),
        money(MoneyKind::Forward, 2027, None, 1_400_000),
        Money { quarter: Some(2), ..money(MoneyKind::Realised, 2026, None, 5) },
    ];
    row.arrangement = Some(Arrangement::FinancialAid);
    row.places = vec![
        Place { region: Some("61.01.01".parse().unwrap()), text: "Kec. Sambas".to_owned() },
        Place { region: None, text: "Hotel Pantura".to_owned() },
    ];
    row.target_groups = terms.tags(TermList::TargetGroup, "tokoh agama; guru");
    row.times = vec![
        Span::months(2026, 1, 3).unwrap(),
        Span::read("12/05/2026 - 14/05/2026", 2026).unwrap(),
    ];
    row.topics = terms.tags(TermList::Topic, "konflik sosial");
    row.outcome = Some(Tag { id: None, text: "vigilance".to_owned() });
    row.minimum_service = Some(terms.tag(TermList::MinimumService, "spm-disaster"));
    row.origin = Some(Origin::Consultation);
    row.proposals = vec!["U-1".to_owned(), "U-2".to_owned()];
    row.agreements = vec!["K-3".to_owned()];
    row.joint_activity = Some("Pekan rukun".to_owned());
    row.years = Some((2025, 2027));
    row.cut_reference = Some("SE 900/1".to_owned());
    row.remark = Some("catatan".to_owned());
    row
}

#[test]
fn every_part_of_a_row_comes_back_from_our_own_layout_in_both_languages() {
    let mut program = Row::new(RowLevel::Program, "PROGRAM KEWASPADAAN");
    program.code = Some(FoundCode::read("8.01.06").unwrap());
    let mut sub = full_row();
    sub.parent = Some(0);
    let mut detail = Row::new(RowLevel::Detail, "Dialog di Sambas");
    detail.parent = Some(1);
    let document = Document { head: head(), rows: vec![program, sub, detail] };
    for language in [Language::Id, Language::En] {
        let read = through_a_workbook(&document, Words::new(language));
        for (before, after) in document.rows.iter().zip(&read.rows) {
            assert_eq!(before, after, "{language:?}");
        }
        assert_eq!(read.freeze().hash(), document.clone().freeze().hash());
    }
}

#[test]
fn a_file_goes_out_in_the_layout_it_came_in() {
    let text = "Kode;Uraian;Indikator;Satuan;Target;Anggaran (Rp ribu)\n\
                8.01.06;KEWASPADAAN;;;;1.250\n\
                8.01.06.2.01.03;Pelaksanaan;Peserta;Orang;5;1.250\n\
                ;;Dokumen;Dokumen;2;\n";
    let source = Source::memory(text.as_bytes().to_vec());
    let opened = PlanTable::open(&source, "asal.csv", None).unwrap();
    let mapping = propose(&opened, Terms::shipped()).unwrap();
    let read = import(&[(opened, mapping.clone())], head(), Terms::shipped()).unwrap();
    let words = Words::new(Language::Id);
    let out = table(&read.document, &mapping, Some("asal.csv"), words);
    assert_eq!(out.rows.len(), 3);
    assert_eq!(out.rows[1].cells[5], Cell::Whole(1_250));
    assert_eq!(out.rows[2].cells[2], Cell::from("Dokumen"));
    let back = PlanTable::open(&Source::memory(out.xlsx().unwrap()), "asal.csv", None).unwrap();
    assert!(mapping.fits(&back), "the mapping that is remembered fits");
    let again = import(&[(back, mapping)], head(), Terms::shipped()).unwrap();
    let total = |document: &Document| {
        document.total(RowLevel::SubActivity, MoneyKind::Budget, 2026).unwrap()
    };
    assert_eq!(total(&again.document), Rupiah::new(1_250_000));
    assert_eq!(total(&again.document), total(&read.document));
}

#[test]
fn a_split_code_goes_back_into_its_columns() {
    let text = "Urusan;Bidang;Program;Kegiatan;Sub Kegiatan;Uraian\n\
                8;01;06;;;PROGRAM\n;;;2.01;;Perumusan\n;;;;0003;Pelaksanaan\n";
    let source = Source::memory(text.as_bytes().to_vec());
    let opened = PlanTable::open(&source, "a.csv", None).unwrap();
    let mapping = propose(&opened, Terms::shipped()).unwrap();
    let read = import(&[(opened, mapping.clone())], head(), Terms::shipped()).unwrap();
    let out = table(&read.document, &mapping, Some("a.csv"), Words::new(Language::Id));
    let parts = |row: usize| -> Vec<Cell> { out.rows[row].cells[..5].to_vec() };
    let cells = |texts: [&str; 5]| -> Vec<Cell> {
        texts
            .iter()
            .map(|text| if text.is_empty() { Cell::Empty } else { Cell::from(*text) })
            .collect()
    };
    assert_eq!(parts(0), cells(["8", "01", "06", "", ""]));
    assert_eq!(parts(2), cells(["8", "01", "06", "2.01", "0003"]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn money_never_changes_by_import_freeze_and_export(
        amounts in prop::collection::vec((0_i64..9_000_000_000_000_000, any::<bool>()), 1..12),
    ) {
        let mut rows = Vec::new();
        for (number, (amount, second)) in (1_u32..).zip(&amounts) {
            let mut row = Row::new(RowLevel::SubActivity, format!("Sub {number}"));
            row.code = Some(FoundCode::read(&format!("8.01.06.2.01.{number:04}")).unwrap());
            let money = |fund: Option<&str>, amount| Money {
                kind: MoneyKind::Budget,
                year: 2026,
                quarter: None,
                fund: fund.map(|text| Terms::shipped().tag(TermList::Fund, text)),
                amount: Rupiah::new(amount),
            };
            row.money.push(money(None, *amount));
            if *second {
                row.money.push(money(Some("PAD"), *amount / 7));
            }
            rows.push(row);
        }
        let document = Document { head: head(), rows };
        let total = |of: &Document| of.total(RowLevel::SubActivity, MoneyKind::Budget, 2026);
        let read = through_a_workbook(&document, Words::new(Language::Id));
        prop_assert_eq!(total(&read), total(&document));
        let version = read.freeze();
        prop_assert_eq!(version.hash().to_owned(), document.clone().freeze().hash().to_owned());
        let exported = through_a_workbook(&version.thaw(), Words::new(Language::En));
        prop_assert_eq!(total(&exported), total(&document));
    }
}
