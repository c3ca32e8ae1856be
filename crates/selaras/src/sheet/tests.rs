//! Claims about files of every kind.

use super::*;

fn open(bytes: impl Into<Vec<u8>>) -> Result<Sheet, Box<Fault>> {
    Sheet::open(Source::memory(bytes.into()), "berkas", &Options::default())
}

/// The first rows, by column.
fn cells(sheet: &Sheet, rows: usize) -> Vec<Vec<String>> {
    let columns = sheet.sample(rows).expect("reads");
    columns.iter().map(|texts| texts.iter().map(str::to_owned).collect()).collect()
}

fn headers(sheet: &Sheet) -> Vec<&str> {
    sheet.columns.iter().map(|column| column.header.as_str()).collect()
}

#[test]
fn a_table_is_found_whatever_its_encoding_and_delimiter() {
    let text = "wilayah;nilai é\n61.12;\"7;8\"\n";
    let utf16 =
        |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let files: [(Vec<u8>, Encoding); 5] = [
        (text.into(), Encoding::Utf8),
        ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Encoding::Utf8),
        (utf16(u16::to_le_bytes), Encoding::Utf16Le),
        (utf16(u16::to_be_bytes), Encoding::Utf16Be),
        (
            text.replace('é', "\u{1}")
                .into_bytes()
                .into_iter()
                .map(|b| if b == 1 { 0xE9 } else { b })
                .collect(),
            Encoding::Windows1252,
        ),
    ];
    for (bytes, encoding) in files {
        let sheet = open(bytes).expect("opens");
        assert_eq!(sheet.encoding, Some(encoding));
        assert_eq!((sheet.delimiter, sheet.header_row), (Some(b';'), 1));
        assert_eq!(headers(&sheet), ["wilayah", "nilai é"], "{encoding:?}");
        assert_eq!(cells(&sheet, 9), [["61.12"], ["7;8"]], "{encoding:?}");
    }
}

#[test]
fn titles_above_the_table_and_a_declared_delimiter_are_passed_over() {
    let sheet = open("sep=;\nHasil survei 2026;;\n;;\nwilayah;a;b\n61.12;1;2\n").expect("opens");
    assert_eq!((sheet.header_row, headers(&sheet)), (4, vec!["wilayah", "a", "b"]));
    assert_eq!(cells(&sheet, 9), [["61.12"], ["1"], ["2"]]);
}

#[test]
fn a_file_that_ends_its_rows_in_carriage_returns_reads_alike() {
    let sheet = open("a,b\r1,2\r3,4\r").expect("opens");
    assert_eq!(cells(&sheet, 9), [["1", "3"], ["2", "4"]]);
}

#[test]
fn what_is_no_table_is_said_to_be_none() {
    let key = |bytes: &[u8]| open(bytes).expect_err("refused").reason.key;
    assert_eq!(key(b""), "sheet-error-empty");
    assert_eq!(key(b" \n \n"), "sheet-error-empty");
    assert_eq!(key(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "sheet-error-old-or-locked");
    assert_eq!(key(b"%PDF-1.7"), "sheet-error-format");
    assert_eq!(key(b"ab\0\0\0\0\0\0\0\0cd"), "sheet-error-format");
    assert_eq!(key(b"PK\x03\x04 broken"), "sheet-error-workbook");
    assert_eq!(key(b"PAR1 broken PAR1"), "sheet-error-parquet");
}

#[test]
fn a_wrong_delimiter_is_named_with_the_one_that_fits() {
    let options = Options { delimiter: Some(b','), ..Options::default() };
    let fault = Sheet::open(Source::memory(b"a;b;c\n1;2;3\n".to_vec()), "x.csv", &options)
        .expect_err("refused");
    assert_eq!(fault.reason.key, "sheet-error-delimiter");
    assert_eq!(fault.cell(), "A1");
    assert!(format!("{:?}", fault.advice).contains(';'));
}

#[test]
fn a_thousand_columns_are_read_and_too_many_are_named() {
    let row = |columns: usize| (0..columns).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    let wide = format!("{}\n{}\n", row(1000), row(1000));
    let sheet = open(wide).expect("opens");
    assert_eq!((sheet.columns.len(), sheet.columns[999].letters()), (1000, "ALL".to_owned()));
    let fault = open(format!("{}\n", row(4001))).expect_err("refused");
    assert_eq!(fault.reason.key, "sheet-error-columns");
}

#[test]
fn limits_of_size_row_and_time_stop_the_reading() {
    let with = |limits: Limits| Options { limits, ..Options::default() };
    let bytes = || Source::memory(b"a,b\n1,2\n".to_vec());
    let small = with(Limits { bytes: 4, ..Limits::default() });
    assert_eq!(Sheet::open(bytes(), "x", &small).expect_err("x").reason.key, "sheet-error-large");
    let hurried = with(Limits { time: Duration::ZERO, ..Limits::default() });
    let sheet = Sheet::open(bytes(), "x", &hurried).expect("opens");
    std::thread::sleep(Duration::from_millis(2));
    assert_eq!(sheet.sample(1).expect_err("late").reason.key, "sheet-error-time");
    let unclosed = format!("a,b\n\"{}", "x,y\n".repeat(600_000));
    let narrow = with(Limits { row_bytes: 1 << 20, ..Limits::default() });
    let sheet = Sheet::open(Source::memory(unclosed.into_bytes()), "x", &narrow).expect("opens");
    assert_eq!(sheet.sample(1).expect_err("long").reason.key, "sheet-error-long-row");
}

/// A workbook of two columns with all that goes wrong in workbooks.
fn workbook() -> Vec<u8> {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Kosong").expect("named");
    let sheet = book.add_worksheet().set_name("Jawaban").expect("named");
    sheet.merge_range(0, 0, 0, 2, "Survei", &Format::new()).expect("merged");
    for (column, header) in (0..).zip(["tanggal", "nilai", "kota"]) {
        sheet.write(1, column, header).expect("written");
    }
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let moment = ExcelDateTime::parse_from_str("2026-02-03 09:30").expect("date");
    sheet.write_with_format(2, 0, &moment, &date).expect("written");
    sheet.write(2, 1, 7).expect("written");
    sheet.write(2, 2, "Melawi").expect("written");
    sheet.write(4, 1, Formula::new("=1+1").set_result("2")).expect("written");
    sheet.write(5, 1, Formula::new("=1+1")).expect("written");
    sheet.write(6, 1, Formula::new("=1/0").set_result("#DIV/0!")).expect("written");
    sheet.merge_range(7, 2, 8, 2, "Melawi", &Format::new()).expect("merged");
    uncalculated(&book.save_to_buffer().expect("saved"))
}

/// The workbook packed anew with its parts, in order, as `change` leaves them.
fn repacked(bytes: &[u8], change: impl Fn(usize, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    use std::io::{Cursor, Read as _, Write as _};
    let mut read = zip::ZipArchive::new(Cursor::new(bytes)).expect("archive");
    let mut written = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..read.len() {
        let mut entry = read.by_index(index).expect("part");
        let name = entry.name().expect("name").into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("content");
        let options = zip::write::SimpleFileOptions::default();
        written.start_file(name, options).expect("started");
        written.write_all(&change(index, content)).expect("written");
    }
    written.finish().expect("finished").into_inner()
}

/// The workbook without the zeros that its writer puts as results of formulas, as libraries that
/// do not calculate leave it.
pub(crate) fn uncalculated(bytes: &[u8]) -> Vec<u8> {
    repacked(bytes, |_, content| match String::from_utf8(content) {
        Ok(text) => text.replace("</f><v>0</v>", "</f>").into_bytes(),
        Err(error) => error.into_bytes(),
    })
}

#[test]
fn a_workbook_gives_dates_numbers_formulas_and_its_merged_cells() {
    let sheet = open(workbook()).expect("opens");
    assert_eq!(sheet.sheet.as_deref(), Some("Jawaban"), "the first sheet with content");
    assert_eq!(sheet.sheets, ["Kosong", "Jawaban"]);
    assert_eq!((sheet.header_row, headers(&sheet)), (2, vec!["tanggal", "nilai", "kota"]));
    let merged: Vec<String> = sheet.faults.iter().map(Fault::cell).collect();
    assert_eq!(merged, ["C8"], "the merged title is harmless");
    let mut rows = Vec::new();
    let mut values = Vec::new();
    let mut dates = Vec::new();
    sheet
        .read(&mut |block| {
            if let Block::Cells(block) = block {
                rows.extend(block.rows.clone());
                if let [Cells::Mixed(a), Cells::Mixed(b), _] = block.columns.as_slice() {
                    dates.extend(a.clone());
                    values.extend(b.clone());
                }
            }
            ControlFlow::Continue(Vec::new())
        })
        .expect("reads");
    assert_eq!(rows, [3, 5, 6, 7, 8], "blank rows are left out and rows keep their numbers");
    let day = day_of(jiff::civil::date(2026, 2, 3));
    assert_eq!(dates[0], Cell::Moment { day, second: Some(9 * 3600 + 1800) });
    assert_eq!(dates[0].text(), "2026-02-03 09:30:00");
    assert_eq!(values[..3], [Cell::Number(7.0), Cell::Number(2.0), Cell::Uncalculated]);
    assert_eq!(values[3], Cell::Error("#DIV/0!"));
    let missing = Options { sheet: Some("Lain".to_owned()), ..Options::default() };
    let fault = Sheet::open(Source::memory(workbook()), "x", &missing).expect_err("refused");
    assert_eq!(fault.reason.key, "sheet-error-no-sheet");
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_unpacked_into_memory() {
    use std::io::Write as _;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/workbook.xml", options).expect("started");
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..64 {
        archive.write_all(&zeros).expect("written");
    }
    let bytes = archive.finish().expect("finished").into_inner();
    assert!(bytes.len() < 200_000);
    assert_eq!(open(bytes).expect_err("refused").reason.key, "sheet-error-bomb");
}

/// A Parquet file of columns of every kind that survey files have.
pub(crate) fn parquet_file(rows: i32) -> Vec<u8> {
    use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
    use ::parquet::file::writer::SerializedFileWriter;
    let schema = "message m { required binary kota (UTF8); optional int32 nilai; \
                  required double bobot; required int32 hari (DATE); \
                  optional int64 waktu (TIMESTAMP_MILLIS); optional double bulat; }";
    let schema = ::parquet::schema::parser::parse_message_type(schema).expect("schema");
    let mut bytes = Vec::new();
    let mut file =
        SerializedFileWriter::new(&mut bytes, schema.into(), Default::default()).expect("file");
    let mut group = file.next_row_group().expect("group");
    macro_rules! column {
        ($kind:ty, $values:expr, $levels:expr) => {{
            let mut column = group.next_column().expect("column").expect("column");
            column.typed::<$kind>().write_batch(&$values, $levels, None).expect("written");
            column.close().expect("closed");
        }};
    }
    let all = || 0..rows;
    let levels: Vec<i16> = all().map(|row| i16::from(row % 3 != 0)).collect();
    let present = || all().filter(|row| row % 3 != 0);
    column!(ByteArrayType, all().map(|_| ByteArray::from("Melawi")).collect::<Vec<_>>(), None);
    column!(Int32Type, present().map(|row| row % 9).collect::<Vec<_>>(), Some(&levels));
    column!(DoubleType, all().map(|row| f64::from(row) + 0.5).collect::<Vec<_>>(), None);
    column!(Int32Type, all().map(|_| 20_487).collect::<Vec<_>>(), None);
    column!(Int64Type, present().map(|_| 1_770_111_000_000).collect::<Vec<_>>(), Some(&levels));
    column!(DoubleType, present().map(f64::from).collect::<Vec<_>>(), Some(&levels));
    group.close().expect("closed");
    file.close().expect("closed");
    bytes
}

#[test]
fn parquet_columns_keep_their_gaps_dates_and_whole_numbers() {
    let sheet = open(parquet_file(20_000)).expect("opens");
    assert_eq!((sheet.format, sheet.header_row), (Format::Parquet, 0));
    let columns = cells(&sheet, 3);
    assert_eq!(columns[0], ["Melawi", "Melawi", "Melawi"]);
    assert_eq!(columns[1], ["", "1", "2"]);
    assert_eq!(columns[2], ["0.5", "1.5", "2.5"]);
    assert_eq!(columns[3], ["2026-02-03", "2026-02-03", "2026-02-03"]);
    assert_eq!(columns[4], ["", "2026-02-03 09:30:00", "2026-02-03 09:30:00"]);
    assert_eq!(columns[5], ["", "1", "2"]);
    let mut rows = Vec::new();
    sheet
        .read(&mut |block| {
            if let Block::Cells(block) = block {
                assert!(block.columns.iter().all(|cells| cells.len() == block.rows.len()));
                rows.extend(block.rows);
            }
            ControlFlow::Continue(Vec::new())
        })
        .expect("reads");
    assert_eq!(rows, (1..=20_000).collect::<Vec<u32>>());
}

#[test]
fn the_marked_up_workbook_shows_the_fault_and_covers_persons() {
    use calamine::Reader as _;
    let sheet =
        open("nik,nama,nilai,saran\n6171016507900003,Budi Santoso,12,kata Joko 5\n6171016507900004,Ani Lestari,3,\n")
            .expect("opens");
    let mut faults = Faults::default();
    faults.push(sheet.fault("intake-error-out-of-scale", Some(2), Some(2)).with("min", 1_i64));
    let words = crate::locale::Words::default();
    let bytes = mark_up(
        std::slice::from_ref(&sheet),
        &|_, column| column.header == "saran",
        &faults,
        words,
    )
    .expect("built");
    let mut book: calamine::Xlsx<_> =
        calamine::Xlsx::new(std::io::Cursor::new(bytes)).expect("reads");
    assert_eq!(book.sheet_names(), ["Catatan", "1"]);
    let list = book.worksheet_range("Catatan").expect("range");
    assert_eq!(list.get_value((1, 2)).map(ToString::to_string).as_deref(), Some("C2"));
    let rows = book.worksheet_range("1").expect("range");
    assert_eq!(rows.height(), 2, "the header and the one faulty row");
    let told: String = rows.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    assert!(told.contains("12") && !told.contains("Budi") && !told.contains("7900"), "{told}");
    assert!(told.contains("saran") && !told.contains("Joko"), "{told}");
}

mod mutated {
    use proptest::prelude::*;

    use super::*;

    /// Opens and reads to the end within little time, whatever the bytes.
    fn survives(bytes: Vec<u8>) {
        let started = Instant::now();
        let limits = Limits { unpacked: 64 << 20, rows: 100_000, ..Limits::default() };
        let options = Options { limits, ..Options::default() };
        if let Ok(sheet) = Sheet::open(Source::memory(bytes), "x", &options) {
            let _ = sheet.read(&mut |_| ControlFlow::Continue(Vec::new()));
        }
        assert!(started.elapsed() < Duration::from_secs(20), "took {:?}", started.elapsed());
    }

    fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
        prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)
    }

    fn mutate(mut bytes: Vec<u8>, changes: &[(prop::sample::Index, u8)], cut: usize) -> Vec<u8> {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        bytes.truncate(bytes.len() - cut.min(bytes.len() - 1));
        bytes
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_text_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            survives(bytes);
        }

        #[test]
        fn a_damaged_csv_is_survived(changes in changes(), cut in 0_usize..30) {
            let text = "kab;nilai;\"teks, \"\"x\"\"\n\"\n61.12;3;é\n".repeat(20);
            survives(mutate(text.into_bytes(), &changes, cut));
        }

        #[test]
        fn a_damaged_parquet_file_is_survived(changes in changes(), cut in 0_usize..3) {
            survives(mutate(parquet_file(50), &changes, cut));
        }

        #[test]
        fn a_damaged_workbook_is_survived(changes in changes(), part in 0_usize..12) {
            survives(rewritten(&workbook(), part, &changes));
            survives(mutate(workbook(), &changes, 0));
        }
    }

    /// The workbook with one of its parts damaged, packed anew so that the checksums are right.
    fn rewritten(bytes: &[u8], part: usize, changes: &[(prop::sample::Index, u8)]) -> Vec<u8> {
        repacked(bytes, |index, content| {
            let damaged = index == part && !content.is_empty();
            if damaged { mutate(content, changes, 0) } else { content }
        })
    }
}
