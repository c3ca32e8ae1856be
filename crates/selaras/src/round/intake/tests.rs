//! Claims about taking answers in, on a small instrument and frame.

use super::*;
use crate::instrument::*;
use crate::round::answers::NO_DAY;
use crate::round::frame::{FrameRegion, Level};
use crate::round::mapping::propose;
use crate::sheet::{self, Source};

pub(crate) fn frame() -> Frame {
    let region = |code: &str, name: &str, level, parent| FrameRegion {
        code: code.to_owned(),
        name: name.to_owned(),
        level,
        parent,
        adults: None,
        outside: Vec::new(),
    };
    Frame {
        name: "uji".to_owned(),
        regions: vec![
            region("ID", "Indonesia", Level::Nation, None),
            region("32", "Jawa Barat", Level::Province, Some(0)),
            region("32.04", "Kabupaten Bandung", Level::Regency, Some(1)),
            region("32.73", "Kota Bandung", Level::Regency, Some(1)),
            region("61", "Kalimantan Barat", Level::Province, Some(0)),
            region("61.12", "Kabupaten Kubu Raya", Level::Regency, Some(4)),
            region("61.10", "Kabupaten Melawi", Level::Regency, Some(4)),
        ],
    }
}

fn text(id: &str) -> Text {
    Text { id: id.to_owned(), en: String::new() }
}

fn band(id: &str, name: &str, years: Option<(u16, u16)>, aliases: &[&str]) -> Band {
    Band {
        id: id.to_owned(),
        name: text(name),
        years,
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        pointing: false,
        civil_servant: false,
    }
}

pub(crate) fn instrument() -> Instrument {
    let questions = [
        "Warga di tempat saya tinggal hidup rukun",
        "Kebutuhan pangan keluarga saya mudah dipenuhi",
        "Saya ikut dalam kegiatan gotong royong",
        "Saya menerima tetangga yang berbeda latar belakang",
    ];
    let item = |(at, question): (usize, &&str)| Item {
        id: format!("X1.{}", at + 1),
        variable: 0,
        component: None,
        weight: 1.0,
        reversed: false,
        text: text(question),
    };
    let attribute = |id: &str, kind, name: &str, bands| Attribute {
        id: id.to_owned(),
        kind,
        name: text(name),
        bands,
        officially_sensitive: false,
    };
    Instrument {
        id: "uji".to_owned(),
        version: "1".to_owned(),
        title: text("Uji"),
        short_title: text("Uji"),
        standing: Standing::Other,
        source: text(""),
        remarks: Vec::new(),
        scale: Scale {
            min: 1,
            max: 9,
            low: text("Sangat tidak setuju"),
            high: text("Sangat setuju"),
            evidence: Evidence::Proposed,
        },
        components: Vec::new(),
        component_evidence: Evidence::Proposed,
        dimensions: vec![Dimension { id: "D".to_owned(), name: text("D"), weight: 1.0 }],
        variables: vec![Variable {
            id: "X1".to_owned(),
            name: text("X1"),
            dimension: 0,
            weight: 1.0,
            asta_cita: Vec::new(),
            evidence: Evidence::Proposed,
        }],
        weight_evidence: Evidence::Proposed,
        items: questions.iter().enumerate().map(item).collect(),
        rules: Rules {
            aggregation: Aggregation::Respondent,
            missing: Missing::Renormalise,
            evidence: Evidence::Proposed,
        },
        categories: None,
        attributes: vec![
            attribute(
                "sex",
                AttributeKind::Sex,
                "Jenis kelamin",
                vec![
                    band("l", "Laki-laki", None, &["1", "pria"]),
                    band("p", "Perempuan", None, &["2", "wanita"]),
                ],
            ),
            attribute(
                "age",
                AttributeKind::Age,
                "Umur",
                vec![
                    band("muda", "17–35", Some((17, 35)), &[]),
                    band("tua", "36+", Some((36, 120)), &[]),
                ],
            ),
            attribute(
                "job",
                AttributeKind::Occupation,
                "Pekerjaan",
                vec![
                    band("asn", "ASN", None, &["PNS", "pegawai negeri"]),
                    band("tani", "Petani", None, &[]),
                ],
            ),
        ],
        sha256: String::new(),
    }
}

pub(crate) fn open(bytes: impl Into<Vec<u8>>) -> Sheet {
    sheet::Sheet::open(Source::memory(bytes.into()), "jawaban.csv", &sheet::Options::default())
        .expect("opens")
}

pub(crate) fn proposed(sheet: &Sheet) -> Mapping {
    let sample = sheet.sample(1000).expect("reads");
    let regions = Regions::new(&frame());
    propose(sheet, &sample, &instrument(), &|text| regions.find(text), Some(2026))
}

struct Taken {
    report: Report,
    answers: Vec<Answers>,
    labels: Labels,
}

impl Taken {
    /// Keys of the reasons with their cells.
    fn faults(&self) -> Vec<(String, String)> {
        let kept = self.report.faults.kept.iter();
        kept.map(|fault| (fault.cell(), fault.reason.key.replace("intake-error-", ""))).collect()
    }

    fn column<T: Copy>(&self, of: impl Fn(&Answers) -> &[T]) -> Vec<T> {
        self.answers.iter().flat_map(|chunk| of(chunk).to_vec()).collect()
    }
}

fn take_in(files: &[(&Sheet, &Mapping)], options: &Options<'_>) -> Taken {
    take_in_frame(files, &frame(), options)
}

fn take_in_frame(files: &[(&Sheet, &Mapping)], frame: &Frame, options: &Options<'_>) -> Taken {
    let files: Vec<File<'_>> =
        files.iter().map(|&(sheet, mapping)| File { sheet, mapping }).collect();
    let (mut answers, mut labels) = (Vec::new(), Labels::default());
    let report = intake(&files, &instrument(), frame, options, &mut |chunk, known| {
        answers.push(chunk);
        labels = known.clone();
        None
    });
    Taken { report, answers, labels }
}

fn take(csv: &str) -> Taken {
    let sheet = open(csv);
    let mapping = proposed(&sheet);
    take_in(&[(&sheet, &mapping)], &Options::default())
}

#[test]
fn plain_answers_are_taken_in_with_gaps_and_all_they_carry() {
    let taken = take(
        "kode wilayah;kecamatan;tautan;tanggal;sex;age;job;X1.1;X1.2;X1.3;X1.4\n\
         32.04;Soreang;a;03/02/2026;1;17;PNS;9;;5;1\n\
         Kota Bandung;Soreang;b;25/02/2026;p;70;petani;NA;2;3;4.0\n",
    );
    assert_eq!(taken.faults(), []);
    assert_eq!(taken.column(|a| &a.region), [2, 3]);
    assert_eq!(taken.column(|a| &a.district), [0, 1], "the same name in two regions is two places");
    assert_eq!(taken.labels.districts, ["Soreang", "Soreang"]);
    assert_eq!(taken.labels.links, ["a", "b"]);
    assert_eq!(taken.column(|a| &a.day)[1] - taken.column(|a| &a.day)[0], 22);
    assert_eq!(taken.column(|a| &a.items[0]), [9, 0]);
    assert_eq!(taken.column(|a| &a.items[3]), [1, 4]);
    assert_eq!(taken.column(|a| &a.attributes[1]), [1, 2]);
    assert_eq!(taken.column(|a| &a.attributes[2]), [1, 2]);
    assert_eq!(taken.report.design, Design::OpenLink);
    assert_eq!((taken.report.rows, taken.report.kept), (2, 2));
    assert_eq!(taken.report.inputs[0].sha256.len(), 64);
}

#[test]
fn a_form_that_asks_politely_is_understood() {
    let of = |header: &str, value: &str| {
        let mapping = proposed(&open(format!("\"{header}\",X1.1\n{value},3\n")));
        mapping.columns[0].role.clone()
    };
    let attribute = |role: Role| match role {
        Role::Attribute { attribute, .. } => attribute,
        other => format!("{other:?}"),
    };
    for (header, value, wanted) in [
        ("Jenis kelamin Anda", "pria", "sex"),
        ("2. Apa jenis kelamin Bapak/Ibu?", "pria", "sex"),
        ("Usia Anda (tahun)", "44", "age"),
        ("Berapa usia Anda saat ini?", "44", "age"),
        ("Tahun lahir Anda", "1988", "age"),
        ("Pekerjaan Anda saat ini", "petani", "job"),
    ] {
        assert_eq!(attribute(of(header, value)), wanted, "{header}");
    }
    assert_eq!(of("Kabupaten/Kota tempat tinggal Anda", "Kubu Raya"), Role::Region);
    assert_eq!(of("Di kabupaten/kota mana Anda tinggal?", "Kubu Raya"), Role::Region);
    assert_eq!(of("Kecamatan tempat tinggal Anda", "Sungai Raya"), Role::District);
    for (header, value) in [
        ("Apakah Anda tinggal di kota?", "ya"),
        ("Apakah pekerjaan Anda saat ini membuat Anda puas?", "4"),
        ("Kecamatan saya aman bagi Anda", "4"),
        ("Anda", "4"),
    ] {
        let role = of(header, value);
        assert!(matches!(role, Role::Undecided | Role::Ignored), "{header}: {role:?}");
    }
}

#[test]
fn every_error_names_its_cell_and_all_come_at_once() {
    let mapping = proposed(&open("kab,X1.1,X1.2,X1.3,X1.4\n61.12,1,2,3,4\n"));
    let sheet = open(
        "kab,X1.1,X1.2,X1.3,X1.4\n\
         61.12,10,7.5,baik,3\n\
         61.99,1,2,3,4\n\
         Bandung,1,2,3,4\n\
         ,1,2,3,4\n\
         61.1,1,2,3,4\n\
         61.12,1,2\n\
         \n\
         61.12,1,2,3,4,5\n\
         61.12,1,2,3,\"4\n",
    );
    let taken = take_in(&[(&sheet, &mapping)], &Options::default());
    let expected = [
        ("B2", "out-of-scale"),
        ("C2", "not-whole"),
        ("D2", "label"),
        ("A3", "region"),
        ("A4", "region-ambiguous"),
        ("A5", "no-region"),
        ("A6", "region-zero"),
        ("D7", "short-row"),
        ("9", "long-row"),
        ("E10", "unclosed"),
    ];
    let expected: Vec<(String, String)> =
        expected.iter().map(|(cell, key)| ((*cell).to_owned(), (*key).to_owned())).collect();
    assert_eq!(taken.faults(), expected);
    assert_eq!((taken.report.rows, taken.report.kept), (8, 0), "blank rows are no rows");
}

/// What Google Forms exports: a time stamp, an e-mail address, whole questions as headers, labels.
const FORM: &str = "\
Cap waktu,Alamat Email,Nama Lengkap,NIK,Agama,Kabupaten/Kota,Kecamatan,Jenis kelamin,Tahun lahir,Pekerjaan,\
\"[1] Warga di tempat saya tinggal, hidup rukun.\",2. Kebutuhan pangan keluarga saya mudah dipenuhi,\
Pernyataan [Saya ikut dalam kegiatan gotong royong],X1.4 Menerima tetangga,Saran Anda
25/02/2026 9:30:15,budi@contoh.id,Budi,6171016507900003,X,Kab. Kubu Raya,Sungai Raya,Laki-laki,1990,PNS,\
Sangat setuju,9 - Sangat baik,Setuju,3,\"Jalan di kampung kami, \"\"rusak\"\", mohon diperbaiki\"
26/02/2026 21:05:00,ani@contoh.id,Ani,6171014507900004,Y,KUBU RAYA,Sungai Raya,Perempuan,1950,Petani,\
Sangat tidak setuju,1 - Buruk,Setuju,,\"Kegiatan pemuda perlu ditambah lagi di desa kami\"
";

#[test]
fn a_form_with_labels_is_asked_about_then_taken_in_without_its_personal_columns() {
    let sheet = open(FORM);
    let mut mapping = proposed(&sheet);
    let asked: Vec<String> = mapping.questions().iter().map(|q| q.text.key.clone()).collect();
    assert_eq!(asked, ["intake-ask-labels"], "what Setuju means is not guessed: {mapping:#?}");
    mapping.decide_label("setuju", &crate::round::mapping::Meaning::Value(7));
    let taken = take_in(&[(&sheet, &mapping)], &Options::default());
    assert_eq!(taken.faults(), []);
    assert_eq!(taken.column(|a| &a.region), [5, 5]);
    assert_eq!(taken.column(|a| &a.items[0]), [9, 1]);
    assert_eq!(taken.column(|a| &a.items[1]), [9, 1]);
    assert_eq!(taken.column(|a| &a.items[2]), [7, 7]);
    assert_eq!(taken.column(|a| &a.items[3]), [3, 0]);
    assert_eq!(taken.column(|a| &a.attributes[1]), [2, 2], "36 and 76 years");
    let dropped: Vec<String> = taken
        .report
        .dropped
        .iter()
        .map(|d| format!("{} {}", d.column.letters(), d.reason.key.replace("intake-dropped-", "")))
        .collect();
    assert_eq!(dropped, ["B email", "C name", "D nik", "E religion", "O ignored"]);
    let kept = format!("{:?} {:?} {:?}", taken.answers, taken.labels, taken.report);
    for personal in ["budi", "Budi", "61710", "rusak"] {
        assert!(!kept.contains(personal), "{personal} was kept");
    }
}

#[test]
fn religion_is_taken_only_where_the_instrument_officially_asks_it() {
    let mut official = instrument();
    official.attributes.push(Attribute {
        id: "agama".to_owned(),
        kind: AttributeKind::Other,
        name: text("Agama"),
        bands: vec![band("a", "X", None, &[]), band("b", "Y", None, &[])],
        officially_sensitive: true,
    });
    let sheet = open("kab,agama,X1.1\n61.12,X,3\n");
    let sample = sheet.sample(9).expect("reads");
    let regions = Regions::new(&frame());
    let mapping = propose(&sheet, &sample, &official, &|text| regions.find(text), None);
    let column = mapping.of("agama").expect("mapped");
    assert!(matches!(column.role, Role::Attribute { .. }));
    assert_eq!(column.reason.key, "intake-because-sensitive");
    assert!(matches!(proposed(&sheet).of("agama").expect("mapped").role, Role::Private { .. }));
}

#[test]
fn personal_values_in_a_used_column_are_a_fault_and_never_shown() {
    let mapping = proposed(&open("kab,link,X1.1\n61.12,a,3\n"));
    let sheet = open("kab,link,X1.1\n61.12,0812 3456 7890,3\n61.12,a,6171016507900003\n");
    let taken = take_in(&[(&sheet, &mapping)], &Options::default());
    let expected = [("B2", "private"), ("C3", "out-of-scale")];
    assert_eq!(taken.faults(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let told = format!("{:?}", taken.report);
    assert!(!told.contains("3456") && !told.contains("650790"), "{told}");
}

#[test]
fn a_recorded_design_carries_strata_psus_weights_and_population() {
    let taken = take(
        "kab;stratum;psu;weight;fpc;X1.1\n\
         61.12;1;11;338,5;20;3\n\
         61.12;1;12;1;;4\n\
         61.10;2;13;2;30;5\n",
    );
    assert_eq!(taken.faults(), []);
    assert_eq!(taken.report.design, Design::Recorded);
    assert_eq!(taken.column(|a| &a.weight), [338.5, 1.0, 2.0]);
    assert_eq!(taken.column(|a| &a.fpc), [20.0, f64::INFINITY, 30.0]);
    assert_eq!(taken.column(|a| &a.stratum), [0, 0, 1]);
    assert_eq!(taken.column(|a| &a.psu), [0, 1, 2]);
    assert_eq!(taken.labels.psus, ["11", "12", "13"]);
    assert_eq!(taken.report.items_without_column, ["X1.2", "X1.3", "X1.4"]);
}

#[test]
fn design_errors_are_found_and_a_psu_lies_in_one_stratum_unless_numbers_start_again() {
    let head = "kab,stratum,psu,weight,fpc,X1.1\n";
    let mut mapping = proposed(&open(format!("{head}61.12,1,1,1,5,3\n")));
    let sheet = open(format!(
        "{head}61.12,1,1,0,5,3\n61.12,1,1,-2,5,3\n61.12,,1,1,0,3\n61.12,1,7,1,5,3\n61.12,2,7,x,5,3\n61.12,2,7,1,5,3\n"
    ));
    let taken = take_in(&[(&sheet, &mapping)], &Options::default());
    let expected = [
        ("D2", "weight"),
        ("D3", "weight"),
        ("B4", "no-stratum"),
        ("E4", "fpc"),
        ("D6", "number"),
        ("C7", "psu-strata"),
    ];
    assert_eq!(taken.faults(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));

    let nested = open(format!("{head}61.12,1,7,1,5,3\n61.12,2,7,1,5,3\n"));
    let asked = proposed(&nested).questions();
    assert_eq!(asked.len(), 1, "whether numbers start again is asked: {asked:?}");
    mapping.psus_within_strata = Some(true);
    let taken = take_in(&[(&nested, &mapping)], &Options::default());
    assert_eq!((taken.faults(), taken.column(|a| &a.psu)), (vec![], vec![0, 1]));
}

#[test]
fn rows_of_regions_outside_the_round_are_one_fault_that_names_them() {
    let inside = frame();
    let find = crate::round::upload::region_finder(&inside);
    let options = Options { find_region: Some(&find), ..Options::default() };
    let mut csv = String::from("kab,X1.1\n");
    for row in 0..5_000 {
        csv.push_str(["Kota Bandung,3\n", "Kab. Sambas,4\n", "61.72,5\n"][row % 3]);
    }
    csv.push_str("Atlantis,3\n");
    let sheet = open(csv);
    let mut mapping = proposed(&sheet);
    mapping.columns[0].role = Role::Region;
    let taken = take_in(&[(&sheet, &mapping)], &options);
    let found = |key: &str, cell: &str| (key.to_owned(), cell.to_owned());
    let mut faults = taken.faults();
    faults.sort();
    assert_eq!(faults, [found("A3", "outside"), found("A5002", "region")]);
    assert_eq!(taken.report.faults.count, 2);
    let words = crate::locale::Words::default();
    let fault = taken.report.faults.kept.iter().find(|fault| fault.row == Some(3)).expect("one");
    let said = words.tell(&fault.message());
    assert!(said.contains("3.333 baris dari 2 wilayah di luar wilayah putaran ini"), "{said}");
    assert!(said.contains("Kab. Sambas, Kota Singkawang"), "{said}");
    assert!(
        taken.column(|a| &a.region).iter().all(|&region| region == 3),
        "the others are left out"
    );
}

#[test]
fn one_file_per_region_needs_no_region_column() {
    let sheet = open("X1.1,X1.2\n3,4\n");
    let mut mapping = proposed(&sheet);
    assert_eq!(mapping.questions()[0].text.key, "intake-ask-region");
    mapping.region = Some("61.12".to_owned());
    let taken = take_in(&[(&sheet, &mapping)], &Options::default());
    assert_eq!((taken.faults(), taken.column(|a| &a.region)), (vec![], vec![5]));
}

#[test]
fn a_used_header_that_stands_twice_is_a_fault_and_an_unused_one_is_not() {
    let mapping = proposed(&open("kab,X1.1,saran\n61.12,3,x\n"));
    let twice = open("kab,X1.1,x1 1\n61.12,3,4\n");
    let taken = take_in(&[(&twice, &mapping)], &Options::default());
    assert_eq!(taken.faults(), [("C1".to_owned(), "duplicate-header".to_owned())]);
    let unused = open("kab,X1.1,saran,saran\n61.12,3,a,b\n");
    assert_eq!(take_in(&[(&unused, &mapping)], &Options::default()).faults(), []);
}

/// A file of several blocks with a fault far down.
fn long_file(faulty: bool) -> String {
    let mut text = "kab,kecamatan,link,timestamp,sex,X1.1,X1.2,X1.3,X1.4\n".to_owned();
    for row in 0..60_000_u32 {
        let region = ["61.12", "32.73", "61.10"][row as usize % 3];
        let answer = |by: u32| 1 + (row / by) % 9;
        text.push_str(&format!(
            "{region},\"Kec. {}, lama\",L{},2026-02-{:02} 10:{:02}:00,{},{},{},{},{}\n",
            row % 7,
            row % 5,
            1 + row % 28,
            row % 60,
            1 + row % 2,
            answer(1),
            answer(9),
            answer(81),
            answer(729),
        ));
    }
    if faulty {
        text.push_str("61.12,a,b,2026-02-30,1,1,1,1,77\n");
    }
    text
}

#[test]
fn any_number_of_threads_gives_the_same_answers_labels_and_faults() {
    let sheet = open(long_file(true));
    let mapping = proposed(&sheet);
    let with = |threads| take_in(&[(&sheet, &mapping)], &Options { threads, ..Options::default() });
    let (one, five) = (with(1), with(5));
    assert!(one.answers.len() > 3, "several blocks");
    assert_eq!(one.answers, five.answers);
    assert_eq!(one.labels, five.labels);
    assert_eq!(one.report, five.report);
    assert_eq!(one.report.kept, 60_000);
    assert_eq!(one.labels.districts.len(), 21, "seven names in three regions");
    let expected = [("D60002", "date"), ("I60002", "out-of-scale")];
    assert_eq!(one.faults(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn the_same_table_as_csv_and_workbook_gives_the_same_answers() {
    let csv = "kab,sex,X1.1,X1.2,X1.3,X1.4\n61.10,1,9,,3,4\n61.12,2,1,2,3,\n";
    let mut book = rust_xlsxwriter::Workbook::new();
    let page = book.add_worksheet();
    for (row, line) in (0..).zip(csv.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            match cell.parse::<f64>() {
                Ok(number) => page.write(row, column, number).expect("written"),
                Err(_) if cell.is_empty() => page,
                Err(_) => page.write(row, column, cell).expect("written"),
            };
        }
    }
    let xlsx = open(book.save_to_buffer().expect("saved"));
    let csv = open(csv);
    let (mapping, other) = (proposed(&csv), proposed(&xlsx));
    assert_eq!(mapping.layout, other.layout);
    let from_csv = take_in(&[(&csv, &mapping)], &Options::default());
    let from_xlsx = take_in(&[(&xlsx, &mapping)], &Options::default());
    assert_eq!(from_csv.faults(), []);
    assert_eq!(from_xlsx.faults(), [], "a code that lost its zero as a number is still known");
    assert_eq!(from_csv.answers, from_xlsx.answers);
}

#[test]
fn workbook_cells_without_a_value_are_faults_where_they_are_used() {
    use rust_xlsxwriter::{Format, Formula, Workbook};
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for (column, header) in (0..).zip(["kab", "X1.1", "catatan"]) {
        page.write(0, column, header).expect("written");
    }
    page.merge_range(1, 0, 2, 0, "61.12", &Format::new()).expect("merged");
    page.write(1, 1, 3).expect("written");
    page.write(2, 1, Formula::new("=1+1")).expect("written");
    page.merge_range(1, 2, 2, 2, "x", &Format::new()).expect("merged");
    let book = book.save_to_buffer().expect("saved");
    let sheet = open(crate::sheet::tests::uncalculated(&book));
    let mut mapping = proposed(&open("kab,X1.1,catatan\n61.12,3,x\n"));
    let taken = take_in(&[(&sheet, &mapping)], &Options::default());
    assert_eq!(taken.faults(), [("A2".to_owned(), "sheet-error-merged".to_owned())]);
    mapping.columns[0].role = Role::Ignored;
    mapping.region = Some("61.12".to_owned());
    let taken = take_in(&[(&sheet, &mapping)], &Options::default());
    assert_eq!(taken.faults(), [("B3".to_owned(), "formula".to_owned())]);
}

#[test]
fn quality_is_flagged_across_blocks_and_files_and_nothing_is_left_out() {
    let sheet = open(
        "kab,link,timestamp,X1.1,X1.2,X1.3,X1.4\n\
         61.12,a,2026-02-03 10:00,5,5,5,5\n\
         61.12,a,2026-02-03 10:01,1,2,3,4\n\
         61.12,a,2026-02-03 10:02,4,3,2,1\n\
         61.10,a,2026-02-03 12:00,4,3,2,1\n",
    );
    let mapping = proposed(&sheet);
    let burst = BurstRule { minutes: 10, answers: 5 };
    let options = Options { burst, ..Options::default() };
    let taken = take_in(&[(&sheet, &mapping), (&sheet, &mapping)], &options);
    let flags = taken.column(|a| &a.flags);
    let (line, same, burst) = (Flag::StraightLine as u8, Flag::Duplicate as u8, Flag::Burst as u8);
    assert_eq!(flags, [line, 0, 0, 0, line | same, same, same, same]);
    let expected = Counts { straight_lines: 2, duplicates: 4, bursts: 6 };
    assert_eq!(taken.report.quality, expected);
    let options = Options { bursts: Some(&taken.report.bursts), ..options };
    let again = take_in(&[(&sheet, &mapping), (&sheet, &mapping)], &options);
    let in_burst: Vec<bool> =
        again.column(|a| &a.flags).iter().map(|flags| flags & burst != 0).collect();
    assert_eq!(in_burst, [true, true, true, false, true, true, true, false]);
    assert_eq!(again.report.quality, expected);
    assert_eq!(taken.report.kept, 8);
    assert_eq!(taken.report.inputs[0].sha256, taken.report.inputs[1].sha256);
}

#[test]
fn a_stratum_with_two_numbers_of_psus_in_the_population_is_a_fault() {
    let head = "kab,strata,psu,weight,fpc,X1.1\n";
    let sheet = open(format!(
        "{head}61.12,a,1,1,40,3\n61.12,a,2,1,40,5\n61.12,b,3,1,30,5\n61.12,a,4,1,41,5\n61.12,a,5,1,,5\n"
    ));
    let mut mapping = proposed(&sheet);
    let fpc = mapping.columns.iter().position(|column| column.header == "fpc").expect("a column");
    mapping.columns[fpc].role = Role::Fpc;
    for threads in [1, 5] {
        let taken = take_in(&[(&sheet, &mapping)], &Options { threads, ..Options::default() });
        assert_eq!(taken.faults(), [("E5".to_owned(), "fpc-strata".to_owned())]);
        assert_eq!(taken.report.faults.kept[0].value.as_deref(), Some("41"));
    }
}

#[test]
fn a_moment_that_stands_for_no_answer_is_none_although_it_could_be_one() {
    let sheet =
        open("kab,waktu,X1.1\n61.12,1900-01-01 00:00,3\n61.12,2026-02-03 09:30,4\n61.12,,5\n");
    let mut mapping = proposed(&sheet);
    mapping.missing.push("1900-01-01 00:00".to_owned());
    let taken = take_in(&[(&sheet, &mapping)], &Options::default());
    assert_eq!(taken.faults(), []);
    let day = crate::sheet::day_of(jiff::civil::date(2026, 2, 3));
    assert_eq!(taken.column(|a| &a.day), [NO_DAY, day, NO_DAY]);
}

#[test]
fn columns_that_repeat_are_known_again_quoted_broken_off_or_not() {
    let taken = take(
        "kab,kec,link,X1.1\n\
         61.12,Sungai Raya,a,1\n\
         61.12,Sungai Raya,a,2\n\
         61.12,Sungai Raya,ab,3\n\
         \"61.12\",\"Sungai Raya\",\"a\",4\n\
         61.12,Sungai Raya,a,5\n\
         61.12,Sungai\n\
         61.12,Sungai Raya,a,6\n",
    );
    assert_eq!(taken.faults(), [("C7".to_owned(), "short-row".to_owned())]);
    assert_eq!(taken.column(|a| &a.items[0]), [1, 2, 3, 4, 5, 6]);
    assert_eq!(taken.column(|a| &a.link), [0, 0, 1, 0, 0, 0]);
}

#[test]
fn several_texts_that_mean_one_kecamatan_are_one_label() {
    let sheet = open("kab,kec,X1.1\n61.12,Sungai Raya,3\n61.12,Kec. Sungai Raya,4\n61.10,x,5\n");
    let mapping = proposed(&sheet);
    let code = |_: u32, text: &str| {
        District::One(if text.contains("Raya") { "61.12.01" } else { text }.to_owned())
    };
    let options = Options { find_district: Some(&code), ..Options::default() };
    let taken = take_in(&[(&sheet, &mapping)], &options);
    assert_eq!(taken.labels.districts, ["61.12.01", "x"]);
    assert_eq!(taken.column(|a| &a.district), [0, 0, 1]);
}

#[test]
fn a_kecamatan_that_is_none_of_its_region_is_asked_back_with_all_its_rows_and_never_believed() {
    let inside = crate::region::frame(&["61.12".parse().expect("a code")]).expect("a frame");
    let find = crate::round::upload::region_finder(&inside);
    let district = crate::round::upload::district_finder(&inside);
    let mut csv = String::from("kab,kec,X1.1\n61.12,Sungai Raya,3\n61.12,kec. sungai kakap,4\n");
    for row in 0..4_000 {
        csv.push_str(["61.12,Sungai Kakab,5\n", "61.12,Senayan,6\n", "61.12,,6\n"][row % 3]);
    }
    let sheet = open(csv);
    let mapping = proposed(&sheet);
    for threads in [1, 4] {
        let options = Options {
            threads,
            find_region: Some(&find),
            find_district: Some(&district),
            ..Options::default()
        };
        let taken = take_in_frame(&[(&sheet, &mapping)], &inside, &options);
        assert_eq!(taken.faults(), [("B4".to_owned(), "districts".to_owned())]);
        let said = crate::locale::Words::default().tell(&taken.report.faults.kept[0].message());
        assert!(said.contains("2.667 baris menyebut 2 kecamatan"), "{said}");
        assert!(said.contains("Senayan, Sungai Kakab (Sungai Kakap?)"), "{said}");
        let rows: Vec<u64> = taken.report.faults.kept[0].rows().collect();
        assert_eq!((rows.len(), rows[..4].to_vec()), (1_000, vec![4, 5, 7, 8]), "the rows to mend");
    }
    // The texts of a foreign frame are what they are.
    let foreign = Options { find_region: Some(&find), ..Options::default() };
    let taken = take_in_frame(&[(&sheet, &mapping)], &inside, &foreign);
    assert_eq!(taken.faults(), []);
    assert_eq!(taken.labels.districts.len(), 4);
}

#[test]
fn a_column_of_addresses_taken_for_kecamatan_is_refused_without_seeking_what_each_is_like() {
    let inside = crate::region::frame(&["61.12".parse().expect("a code")]).expect("a frame");
    let find = crate::round::upload::region_finder(&inside);
    let sought = std::cell::Cell::new(0);
    let district = |_: u32, _: &str| {
        sought.set(sought.get() + 1);
        District::Nothing
    };
    let mut csv = String::from("kab,kec,X1.1\n");
    for row in 0..5_000 {
        csv.push_str(&format!("61.12,Gang {row},5\n"));
    }
    let sheet = open(csv);
    let mapping = proposed(&sheet);
    let options =
        Options { find_region: Some(&find), find_district: Some(&district), ..Options::default() };
    let taken = take_in_frame(&[(&sheet, &mapping)], &inside, &options);
    assert_eq!(taken.faults(), [("B2".to_owned(), "no-districts".to_owned())]);
    let said = crate::locale::Words::default().tell(&taken.report.faults.kept[0].message());
    assert!(said.contains("5.000 baris"), "{said}");
    assert!(sought.get() < 1_100, "{}", sought.get());
}

#[test]
fn a_saved_mapping_is_read_back_and_known_again_by_its_headers_in_any_order() {
    let sheet = open("kab,sex,X1.1\n61.12,1,3\n");
    let mapping = proposed(&sheet);
    let read = crate::round::mapping::from_json(mapping.to_json().as_bytes()).expect("reads");
    assert_eq!(read, mapping);
    assert!(mapping.fits(&open("X1.1;KAB;Sex\n3;61.12;1\n")));
    assert!(!mapping.fits(&open("kab,age,X1.1\n61.12,1,3\n")));
    let newer = mapping.to_json().replacen("\"version\": 1", "\"version\": 2", 1);
    let refused = crate::round::mapping::from_json(newer.as_bytes()).expect_err("refused");
    assert_eq!(refused.key, "intake-error-mapping-version");
    for cut in (0..mapping.to_json().len()).step_by(7) {
        let _ = crate::round::mapping::from_json(&mapping.to_json().as_bytes()[..cut]);
    }
}

#[test]
fn a_column_claimed_twice_or_not_understood_is_asked_about() {
    let sheet = open("kab,X1.1,X1.1 lagi,tanggal,X1.2 kah\n61.12,3,4,03/02/2026,5\n");
    let keys: Vec<String> =
        proposed(&sheet).questions().into_iter().map(|question| question.text.key).collect();
    assert_eq!(keys, ["intake-ask-role", "intake-ask-role", "intake-ask-date-order"]);
}

#[test]
fn a_question_in_unknown_words_with_the_answers_of_items_is_asked_about() {
    let sheet = open("kab,X1.1,Akrab?,Catatan\n61.12,9 - baik,9 - baik,-\n61.10,1 - buruk,3,x\n");
    let asked: Vec<String> = proposed(&sheet)
        .questions()
        .into_iter()
        .map(|question| question.header.unwrap_or_default())
        .collect();
    assert_eq!(asked, ["Akrab?"]);
}

#[test]
fn a_slip_among_years_of_birth_is_a_fault_and_no_question_about_every_year() {
    let years =
        (0..20).map(|row| if row == 7 { "lama".to_owned() } else { (1960 + row).to_string() });
    let rows: String = years.map(|year| format!("61.12,{year},3\n")).collect();
    let sheet = open(format!("kab,Tahun lahir,X1.1\n{rows}"));
    let mapping = proposed(&sheet);
    assert!(mapping.questions().is_empty(), "{mapping:#?}");
    let taken = take_in(&[(&sheet, &mapping)], &Options::default());
    assert_eq!(taken.faults(), [("B9".to_owned(), "birth".to_owned())]);
}

#[test]
fn every_message_of_sheet_and_intake_is_there_in_both_languages() {
    let sources = [
        include_str!("mod.rs"),
        include_str!("decode.rs"),
        include_str!("plan.rs"),
        include_str!("../mapping/mod.rs"),
        include_str!("../mapping/propose.rs"),
        include_str!("../../sheet/mod.rs"),
        include_str!("../../sheet/csv.rs"),
        include_str!("../../sheet/xlsx.rs"),
        include_str!("../../sheet/parquet.rs"),
        include_str!("../../sheet/markup.rs"),
    ];
    let mut keys: Vec<String> = sources
        .iter()
        .flat_map(|source| source.split('"'))
        .filter(|text| text.starts_with("sheet-") || text.starts_with("intake-"))
        .filter(|text| !text.contains('{') && !text.ends_with('-'))
        .map(str::to_owned)
        .collect();
    let reasons = [
        "unclosed",
        "short-row",
        "long-row",
        "formula",
        "cell-error",
        "label",
        "not-whole",
        "out-of-scale",
        "age",
        "birth",
        "region",
        "region-ambiguous",
        "region-like",
        "region-zero",
        "no-region",
        "private",
        "long-label",
        "many-labels",
        "date",
        "no-stratum",
        "no-psu",
        "no-weight",
        "weight",
        "fpc",
        "fpc-strata",
        "number",
    ];
    keys.extend(reasons.iter().map(|reason| format!("intake-error-{reason}")));
    let with_advice: Vec<String> = keys
        .iter()
        .filter(|key| key.contains("-error-") && !key.contains("-error-mapping-"))
        .map(|key| format!("{key}-advice"))
        .collect();
    keys.extend(with_advice);
    assert!(keys.len() > 80);
    for language in [crate::locale::Language::Id, crate::locale::Language::En] {
        let words = crate::locale::Words::new(language);
        for key in &keys {
            assert_ne!(words.say(key), *key, "{language:?} has no such message");
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    #[test]
    fn any_table_is_taken_in_or_given_back_with_notes(
        cells in proptest::collection::vec("[0-9A-Za-zé@./, \"-]{0,12}", 1..40),
    ) {
        let mapping = proposed(&open("kab,kec,psu,weight,timestamp,sex,age,X1.1\n61.12,a,1,1,2026-01-02,1,20,3\n"));
        let mut text = "kab,kec,psu,weight,timestamp,sex,age,X1.1\n".to_owned();
        for row in cells.chunks(8) {
            text.push_str(&row.join(","));
            text.push('\n');
        }
        let sheet = open(text);
        let taken = take_in(&[(&sheet, &mapping)], &Options::default());
        for chunk in &taken.answers {
            proptest::prop_assert!(chunk.items.iter().all(|column| column.len() == chunk.len));
            proptest::prop_assert_eq!(chunk.psu.len(), chunk.len);
            proptest::prop_assert!(chunk.region.iter().all(|&region| region != NONE));
        }
        proptest::prop_assert!(taken.report.kept <= taken.report.rows);
    }
}
