use jiff::civil::date;

use super::read::{Mappings, PlanFile};
use super::*;
use crate::locale::Language;
use crate::locale::Words;
use crate::plan::{CodeLevel, Terms};
use crate::sheet::{Faults, Source};

const UPPER: &str = "Renja Badan Kesbangpol Provinsi Kalimantan Barat Tahun 2027;;;;;;;;;;\n\
     Kode;Uraian;Prioritas Daerah;Mandat;Indikator;Satuan;Target 2027;Lokasi;Topik;Kelompok Sasaran;\
     Waktu;Pagu Indikatif 2027;SPM;Nomor Kesepakatan\n\
     8.01.05;PROGRAM KETAHANAN;;;;;;;;;;;;\n\
     8.01.05.1.01.0003;Pelaksanaan;Kerukunan;8;Peserta;orang;120;61.01.01;kerukunan umat beragama;\
     pelajar;TW 2;300.000.000;;BA-1\n";
const LOWER: &str = "Kode;Uraian;Indikator;Satuan;Target 2027;Lokasi;Topik;Kelompok Sasaran;Waktu;\
     Pagu Indikatif 2027\n\
     8.01.05.2.01.0003;Pelaksanaan;Peserta;orang;80;61.01.01;kerukunan umat beragama;pelajar;TW 2;\
     90.000.000\n\
     8.01.06.2.01.0003;Pelaksanaan;Peserta;orang;40;61.01.02;kewaspadaan dini;FKDM;TW 3;10.000.000\n";

fn file(name: &str, text: &str, level: Level) -> PlanFile {
    let source = Source::memory(text.as_bytes().to_vec());
    PlanFile { source, name: name.to_owned(), level }
}

fn read(files: &[PlanFile]) -> Result<Vec<Sent>, Faults> {
    read::plans(files, &mut Mappings::default(), Terms::shipped(), &mut |_| {})
}

fn inputs(lower: &str) -> Inputs {
    let files = [
        file("provinsi.csv", UPPER, Level::Province),
        file("renja-kesbangpol-61.01-2027.csv", lower, Level::Regency),
    ];
    Inputs::new("61".parse().unwrap(), read(&files).unwrap())
}

fn aligned(lower: &str) -> Alignment {
    align(inputs(lower), date(2026, 11, 20))
}

fn code(text: &str) -> region::Code {
    text.parse().unwrap()
}

#[test]
fn two_plans_of_different_layout_give_what_does_not_fit_between_them() {
    let alignment = aligned(LOWER);
    assert_eq!((alignment.year, alignment.lowers.len()), (2027, 14));
    let pair = Sides::Pair(code("61"), code("61.01"));
    assert_eq!(alignment.state_of(Check::Duplication, pair), Some(State::ToExplain));
    let elsewhere = LOWER.replace("61.01.01", "61.01.03");
    assert_eq!(
        aligned(&elsewhere).state_of(Check::Duplication, pair),
        Some(State::Checked),
        "another kecamatan"
    );
}

#[test]
fn a_region_that_sent_nothing_is_a_state_of_its_own_and_first() {
    let alignment = aligned(LOWER);
    let listed = alignment.listed();
    assert_eq!(listed.len(), 15);
    assert_eq!(listed[0], code("61.02"));
    assert_eq!(listed[13..], [code("61"), code("61.01")]);
    assert_eq!(alignment.state(Check::Money, code("61.02")), State::NotSent);
    assert_eq!(alignment.state(Check::Proposals, code("61.01")), State::NotCheckable);
}

#[test]
fn an_alignment_is_read_back_as_it_was_and_a_changed_plan_in_it_is_not() {
    let alignment = aligned(LOWER);
    let json = String::from_utf8(alignment.json().unwrap()).unwrap();
    assert_eq!(Alignment::from_json(json.as_bytes()), Ok(alignment));
    let forged = json.replace("90000000", "90000001");
    assert_eq!(Alignment::from_json(forged.as_bytes()), Err(NotAnAlignment::Form));
    let other = json.replace(SCHEMA, "selaras/alignment/0");
    assert_eq!(Alignment::from_json(other.as_bytes()), Err(NotAnAlignment::Schema));
}

#[test]
fn what_changed_since_the_alignment_before_is_told_row_by_row_and_findings_are_settled() {
    let before = aligned(LOWER);
    let elsewhere = LOWER.replace("61.01.01", "61.01.03").replace("10.000.000", "12.000.000");
    let now = Inputs { previous: Some(before), ..inputs(&elsewhere) };
    let changes = align(now, date(2026, 12, 1)).changes.unwrap();
    assert_eq!(changes.since, date(2026, 11, 20));
    let [document] = changes.documents.as_slice() else { panic!("one document changed") };
    assert_eq!((document.rows.len(), document.is_new), (2, false));
    assert_eq!(changes.settled.iter().filter(|of| of.check == Check::Duplication).count(), 1);
}

#[test]
fn items_of_earlier_meetings_are_carried_on_until_they_are_done() {
    let list = "nomor;rapat;kesepakatan;daerah;penanggung jawab;tenggat;selesai\n\
                1;Rakor 2026;Kirim matriks;61.01;Bidang II;2026-10-01;\n";
    let items =
        |text: &str| read::items(Source::memory(text.as_bytes().to_vec()), "rapat.csv").unwrap();
    let first = Inputs { items: Some(items(list)), ..inputs(LOWER) };
    let first = align(first, date(2026, 11, 20));
    assert_eq!(mandates::overdue(&first).len(), 1);
    let second = Inputs { previous: Some(first.clone()), ..inputs(LOWER) };
    assert_eq!(mandates::overdue(&align(second, date(2026, 11, 21))).len(), 1, "carried on");
    let done = list.replace("2026-10-01;", "2026-10-01;21/11/2026");
    let third = Inputs { previous: Some(first), items: Some(items(&done)), ..inputs(LOWER) };
    assert_eq!(mandates::overdue(&align(third, date(2026, 11, 22))).len(), 0, "done");
}

#[test]
fn a_matrix_sets_the_rows_of_both_sides_in_one_line() {
    let lines = matrix::lines(&aligned(LOWER), CodeLevel::SubActivity);
    let line = &lines[0];
    assert_eq!(line.code.to_string(), "8.01.05.2.01.0003");
    let amounts: Vec<Option<i64>> =
        line.entries.iter().take(3).map(|of| of.money.map(Rupiah::get)).collect();
    assert_eq!(amounts, [None, Some(300_000_000), Some(90_000_000)]);
    assert_eq!(line.entries[0].priorities.len(), 1, "the mandate, for the centre");
    assert!(line.entries[2].checks.contains(&Check::Duplication));
    assert!(!line.entries[3].sent);
}

#[test]
fn money_is_told_once_for_the_whole_and_for_each_thing_it_is_for() {
    let alignment = aligned(LOWER);
    let totals = questions::totals(&alignment);
    assert_eq!(totals[0].budget, Some(Rupiah::new(300_000_000)));
    assert_eq!(totals[0].tagged, Rupiah::new(300_000_000));
    assert_eq!((totals[1].budget, totals[1].ceiling), (Some(Rupiah::new(100_000_000)), None));
    let money = questions::money(&alignment);
    let topic = money.iter().filter(|of| of.by == questions::By::Topic);
    let sum = Rupiah::sum(topic.map(|of| of.budget));
    assert_eq!(sum, Some(Rupiah::new(400_000_000)));
}

#[test]
fn a_cut_takes_rows_that_carry_nothing_before_agreements() {
    let mut inputs = inputs(LOWER);
    inputs.cut_percent = 15;
    let lost = questions::scenario(&align(inputs, date(2026, 11, 20)));
    // Fifteen in a hundred of 100 million: the row of 10 million fits, that of 90 does not.
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].amount, Rupiah::new(10_000_000));
    assert_eq!(lost[0].last_of_outcome.as_deref(), Some("vigilance"));
}

#[test]
fn every_fault_of_every_file_is_told_at_once_with_its_place() {
    let files = [
        file("a.csv", &UPPER.replace("300.000.000", "tiga ratus"), Level::Province),
        file("b.csv", LOWER, Level::Regency),
        file("renja-64.01-2027.csv", LOWER, Level::Regency),
        file("c.csv", "Catatan;Isi\nsatu;dua\n", Level::Regency),
    ];
    let faults = read(&files).unwrap_err();
    let told: Vec<(String, String, String)> =
        faults.kept.iter().map(|of| (of.file.clone(), of.cell(), of.reason.key.clone())).collect();
    let has = |file: &str, cell: &str, key: &str| {
        assert!(
            told.contains(&(file.to_owned(), cell.to_owned(), key.to_owned())),
            "{file} {cell} {key}: {told:?}"
        );
    };
    has("a.csv", "L4", "plan-error-money");
    has("b.csv", "", "plan-error-no-kind");
    has("b.csv", "", "plan-error-no-region");
    has("renja-64.01-2027.csv", "", "align-error-other-province");
    has("c.csv", "", "align-error-no-plan");
}

#[test]
fn faults_of_lists_name_row_and_column() {
    let text = "nomor;dari;kepada;tahun;usulan;jumlah;jawaban\n\
                U-1;61.01;61;2027;Dialog;50.000.000;\nU-2;61.99;Pusat;27;;sen;mungkin\n";
    let faults =
        read::proposals(Source::memory(text.as_bytes().to_vec()), "usulan.csv").unwrap_err();
    let cells: Vec<String> = faults.kept.iter().map(|of| of.cell()).collect();
    assert_eq!(cells, ["E3", "B3", "D3", "F3", "G3"]);
}

#[test]
fn files_are_the_same_bytes_for_the_same_alignment_and_never_call_a_silent_region_zero() {
    let alignment = aligned(LOWER);
    let words = Words::new(Language::Id);
    for file in files::File::ALL {
        let render = || file.render(&alignment, words).unwrap();
        assert_eq!(render(), render(), "{}", file.name());
    }
}

#[test]
fn what_is_looked_at_again_says_what_a_look_at_everything_says() {
    let whole = |lower: &str, say: Option<&str>| {
        let mut inputs = inputs(lower);
        let outcomes = align(self::inputs(lower), date(2026, 11, 20)).outcomes;
        let finding = outcomes.iter().flat_map(|of| &of.findings).next();
        let silence = say.and_then(|reason| check::Silence::new(finding?, reason));
        inputs.silences = silence.into_iter().collect();
        inputs
    };
    let moved = LOWER.replace("61.01.01", "61.01.03");
    let dearer = LOWER.replace("90.000.000", "95.000.000");
    for (before, after, say) in [
        (LOWER, LOWER, Some("satu kegiatan bersama")),
        (LOWER, &moved, None),
        (&moved, LOWER, None),
        (LOWER, &dearer, Some("satu kegiatan bersama")),
    ] {
        for day in [20, 21] {
            let day = date(2026, 11, day);
            let seen = align(whole(before, None), date(2026, 11, 20));
            assert_eq!(realign(seen, whole(after, say), day), align(whole(after, say), day));
        }
    }
}
