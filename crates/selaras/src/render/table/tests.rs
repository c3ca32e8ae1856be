//! The same values in every output.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::locale::Language;

fn table() -> Table {
    let columns = vec![
        Column::new("code", "Kode", Kind::Code),
        Column::new("name", "Nama", Kind::Text),
        Column::new("score", "Skor", Kind::Decimal(2)).unit("1–9").note("bukan hasil resmi"),
        Column::new("n", "Jawaban", Kind::Whole),
        Column::new("share", "Cakupan", Kind::Percent(1)),
        Column::new("closed", "Ditutup", Kind::Date),
    ];
    let mut table = Table::new(Words::new(Language::Id), "Skor <uji> & cakupan", columns);
    table.simulated = true;
    table.source = Some("Selaras".to_owned());
    table.time = Some("Selasa, 3 Februari 2026".to_owned());
    table.filters = vec![("Provinsi".to_owned(), "Kalimantan Barat".to_owned())];
    table.push(Row {
        cells: vec![
            "61.01".into(),
            "Kabupaten Sambas".into(),
            6.730_499_9.into(),
            1250_i64.into(),
            0.337.into(),
            date(2026, 2, 3).into(),
        ],
        href: Some("/wilayah/61.01?a=1&b=2".to_owned()),
    });
    table.push(vec![
        "61.71".into(),
        "=HYPERLINK(\"x\");a".into(),
        Cell::Absent("belum ada jawaban".to_owned()),
        Cell::Whole(0),
        (-0.0004).into(),
        Cell::Empty,
    ]);
    table
}

#[test]
fn html_has_caption_scopes_labels_and_no_markup_from_data() {
    let html = table().html();
    assert!(html.contains("<caption>Skor &lt;uji&gt; &amp; cakupan <strong class=\"simulated\">"));
    assert!(html.contains("<th scope=\"col\" class=\"number\">Skor (1–9)</th>"));
    assert!(html.contains(
        "<th scope=\"row\" data-label=\"Kode\"><a href=\"/wilayah/61.01?a=1&amp;b=2\">61.01</a></th>"
    ));
    assert!(html.contains("<td class=\"number\" data-label=\"Skor (1–9)\">6,73</td>"));
    assert!(html.contains("<td class=\"number\" data-label=\"Cakupan (%)\">33,7</td>"));
    assert!(html.contains("<td class=\"absent\" data-label=\"Skor (1–9)\">belum ada jawaban</td>"));
    assert!(html.contains("data-label=\"Ditutup\">3 Februari 2026</td>"));
    assert!(html.contains("Skor: bukan hasil resmi"));
    assert!(html.contains("Provinsi: Kalimantan Barat"));
    assert!(!html.contains("style=") && !html.contains("onclick"));
    assert_eq!(html.matches("data-label").count(), 12);
}

#[test]
fn print_is_the_same_rows_without_links() {
    let print = table().print_html();
    assert!(!print.contains("<a "));
    assert!(print.contains("6,73") && print.contains("DATA SIMULASI"));
    let cells = |html: &str| -> Vec<String> {
        let marks = html.split('<').filter(|part| part.starts_with("t") || part.starts_with("a "));
        let texts = marks.filter_map(|part| part.split_once('>').map(|(_, text)| text.to_owned()));
        texts.filter(|text| !text.is_empty()).collect()
    };
    assert_eq!(cells(&print), cells(&table().html()));
}

#[test]
fn csv_opens_as_columns_in_indonesian_settings() {
    assert_eq!(
        table().csv(),
        "\u{feff}Kode;Nama;Skor (1–9);Jawaban;Cakupan (%);Ditutup;DATA SIMULASI\r\n\
         \"=\"\"61.01\"\"\";Kabupaten Sambas;6,73;1250;33,7;2026-02-03;DATA SIMULASI\r\n\
         \"=\"\"61.71\"\"\";\"'=HYPERLINK(\"\"x\"\");a\";belum ada jawaban;0;0,0;;DATA SIMULASI\r\n"
    );
}

#[test]
fn json_keeps_full_numbers_and_reasons() {
    let json = table().json();
    assert_eq!(json["rows"][0][2], 6.730_499_9);
    assert_eq!(json["rows"][0][4], 0.337);
    assert_eq!(json["rows"][0][5], "2026-02-03");
    assert_eq!(json["rows"][1][2]["absent"], "belum ada jawaban");
    assert!(json["rows"][1][5].is_null());
    assert_eq!(json["columns"][2]["decimals"], 2);
    assert_eq!(json["simulated"], true);
}

fn read_back(bytes: Vec<u8>) -> (Vec<String>, Vec<Vec<Data>>) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    let range = book.worksheet_range(&names[0]).unwrap();
    (names, range.rows().map(<[Data]>::to_vec).collect())
}

#[test]
fn a_workbook_read_back_equals_the_table() {
    let table = table();
    let bytes = table.xlsx().unwrap();
    assert_eq!(bytes, table.xlsx().unwrap(), "the same table is the same bytes");
    let (names, rows) = read_back(bytes);
    assert_eq!(names, ["Skor <uji> & cakupan"]);
    assert_eq!(rows[1][0], Data::String("DATA SIMULASI".to_owned()));
    assert_eq!(rows[2][0], Data::String("Sumber: Selaras".to_owned()));
    assert_eq!(rows[4][0], Data::String("Provinsi: Kalimantan Barat".to_owned()));
    assert_eq!(rows[6][2], Data::String("Skor (1–9)".to_owned()));
    assert_eq!(rows[7][0], Data::String("61.01".to_owned()));
    assert_eq!(rows[7][2], Data::Float(6.730_499_9));
    assert_eq!(rows[7][3], Data::Float(1250.0));
    assert_eq!(rows[7][4], Data::Float(0.337));
    let Data::DateTime(closed) = rows[7][5] else { panic!("{:?}", rows[7][5]) };
    assert_eq!(closed.to_ymd_hms_milli(), (2026, 2, 3, 0, 0, 0, 0));
    assert_eq!(rows[8][1], Data::String("=HYPERLINK(\"x\");a".to_owned()), "text, no formula");
    assert_eq!(rows[8][2], Data::String("belum ada jawaban".to_owned()));
    assert_eq!(rows[8][5], Data::Empty);
}

#[test]
fn sheets_get_names_that_excel_allows_and_no_name_twice() {
    let table = table();
    let long = "Variabel/komponen: [semua] kabupaten dan kota";
    let bytes = workbook(&[(long, &table), (long, &table), ("", &table)]).unwrap();
    let (names, _) = read_back(bytes);
    assert_eq!(names, ["Variabelkomponen semua kabupate", "Variabelkomponen semua kabupa 2", "1"]);
}

#[test]
fn english_writes_numbers_its_own_way() {
    let mut table = table();
    table.words = Words::new(Language::En);
    assert!(table.html().contains(">6.73</td>"));
    assert!(table.html().contains(">1,250</td>"));
    assert!(table.html().contains("SIMULATED DATA"));
}

proptest! {
    #[test]
    fn no_text_of_a_csv_begins_a_formula_or_breaks_its_row(text in any::<String>()) {
        let mut table = Table::new(
            Words::default(),
            "Uji",
            vec![Column::new("a", "A", Kind::Text), Column::new("b", "B", Kind::Text)],
        );
        table.push(vec![text.as_str().into(), "akhir".into()]);
        let csv = table.csv();
        let line = csv.strip_prefix("\u{feff}A;B\r\n").unwrap();
        let field = line.strip_suffix(";akhir\r\n").unwrap();
        let inner = match field.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"').unwrap().replace("\"\"", "\""),
            None => {
                prop_assert!(!field.contains([';', '"', '\r', '\n']));
                field.to_owned()
            }
        };
        prop_assert!(!inner.starts_with(['=', '+', '-', '@', '\t', '\r']));
        prop_assert_eq!(inner.strip_prefix('\'').unwrap_or(&inner), text.strip_prefix('\'').unwrap_or(&text));
    }

    #[test]
    fn any_text_and_number_survives_a_workbook(text in "[^\\p{C}_]{0,40}", number in -1e9_f64..1e9) {
        let mut table = Table::new(
            Words::default(),
            "Uji",
            vec![Column::new("a", "A", Kind::Text), Column::new("b", "B", Kind::Decimal(1))],
        );
        table.push(vec![format!("x{text}x").into(), number.into()]);
        let (_, rows) = read_back(table.xlsx().unwrap());
        prop_assert_eq!(&rows[3][0], &Data::String(format!("x{text}x")));
        prop_assert_eq!(&rows[3][1], &Data::Float(number));
    }
}
