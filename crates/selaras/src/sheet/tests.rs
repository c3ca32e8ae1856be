//! Claims about files of every kind.

use super::*;

fn open(bytes: impl Into<Vec<u8>>) -> Result<Sheet, Box<Fault>> {
    Sheet::open(Source::memory(bytes.into()), "berkas", &Options::default())
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
        assert_eq!(sheet.sample(9).expect("reads"), [["61.12"], ["7;8"]], "{encoding:?}");
    }
}
