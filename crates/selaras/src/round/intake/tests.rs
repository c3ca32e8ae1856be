//! Claims about taking answers in, on a small instrument and frame.

use super::*;
use crate::instrument::*;
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
    let files: Vec<File<'_>> =
        files.iter().map(|&(sheet, mapping)| File { sheet, mapping }).collect();
    let (mut answers, mut labels) = (Vec::new(), Labels::default());
    let report = intake(&files, &instrument(), &frame(), options, &mut |chunk, known| {
        answers.push(chunk);
        labels = known.clone();
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
