//! Sound files of every format that comes in from outside, to be damaged.

use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};

use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::file::writer::SerializedFileWriter;
use selaras::instrument::Instrument;
use selaras::round::frame::Frame;
use selaras::round::intake::Regions;
use selaras::round::mapping;
use selaras::sheet::{Options, Sheet, Source};
use selaras_atlas::{Outline, Topology};
use selaras_stats::totals::{Key, Totals};
use shapefile::{Point, Polygon, PolygonRing, ShapeWriter};
use zip::write::SimpleFileOptions;

/// A file in parts: one, or the members of a ZIP archive with their names.
#[derive(Clone)]
pub(crate) enum Seed {
    /// The bytes of the file.
    Plain(Vec<u8>),
    /// The members of an archive.
    Packed(Vec<(String, Vec<u8>)>),
}

impl Seed {
    /// The archive `bytes` in its members.
    fn unpacked(bytes: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
        let members = (0..archive.len()).map(|at| {
            let mut member = archive.by_index(at).expect("a member");
            let name = member.name().expect("a name").into_owned();
            let mut content = Vec::new();
            member.read_to_end(&mut content).expect("content");
            (name, content)
        });
        Self::Packed(members.collect())
    }

    /// The bytes of the file.
    pub(crate) fn file(&self) -> Vec<u8> {
        match self {
            Self::Plain(bytes) => bytes.clone(),
            Self::Packed(members) => {
                let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
                for (name, content) in members {
                    // A name that a mutation made twice or unusable leaves its member out.
                    if archive.start_file(name.as_str(), SimpleFileOptions::default()).is_ok() {
                        archive.write_all(content).expect("written");
                    }
                }
                archive.finish().expect("finished").into_inner()
            }
        }
    }
}

/// Answers as rows of texts: the header, then eight respondents.
fn answers(instrument: &Instrument) -> Vec<Vec<String>> {
    let mut header: Vec<String> =
        ["tanggal", "kab_kota", "kecamatan", "tautan"].map(str::to_owned).to_vec();
    header.extend(instrument.attributes.iter().map(|attribute| attribute.name.id.clone()));
    header.extend(instrument.items.iter().map(|item| item.id.clone()));
    let mut rows = vec![header];
    for row in 0..8_usize {
        let region = if row % 2 == 0 { "61.71" } else { "Kabupaten Sambas" };
        let day = format!("{:02}/03/2026 09.3{row}", row + 10);
        let mut cells = vec![day, region.to_owned(), format!("Kecamatan {row}"), "A".to_owned()];
        cells.extend(instrument.attributes.iter().map(|attribute| {
            attribute.bands.get(row % attribute.bands.len()).map_or("", |b| &b.name.id).to_owned()
        }));
        let span = usize::from(instrument.scale.max - instrument.scale.min) + 1;
        cells.extend(
            (0..instrument.items.len())
                .map(|item| (usize::from(instrument.scale.min) + (item + row) % span).to_string()),
        );
        rows.push(cells);
    }
    rows
}

/// The same as a Google Forms export: a stamp, long questions, an e-mail column, labels.
fn form(instrument: &Instrument) -> Vec<Vec<String>> {
    let mut rows = answers(instrument);
    for (number, row) in rows.iter_mut().enumerate() {
        let mail = if number == 0 { "Alamat email" } else { "orang@contoh.id" };
        let told = if number == 0 { "Saran Anda" } else { "Kata \"bebas\", dua\nbaris" };
        row.insert(1, mail.to_owned());
        row.push(told.to_owned());
        if number == 0 {
            row[0] = "Stempel waktu".to_owned();
            let items = row.len() - 1 - instrument.items.len();
            for (cell, item) in row[items..].iter_mut().zip(&instrument.items) {
                cell.clone_from(&item.text.id);
            }
        }
    }
    rows
}

fn delimited(rows: &[Vec<String>], delimiter: char) -> String {
    let mut text = String::new();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                text.push(delimiter);
            }
            if cell.contains(['"', '\n', delimiter]) {
                let _ = write!(text, "\"{}\"", cell.replace('"', "\"\""));
            } else {
                text.push_str(cell);
            }
        }
        text.push('\n');
    }
    text
}

pub(crate) fn csv(instrument: &Instrument) -> Vec<Seed> {
    let comma = delimited(&answers(instrument), ',');
    let semicolon = delimited(&form(instrument), ';');
    let tab = delimited(&answers(instrument), '\t');
    let wide = |bytes: fn(u16) -> [u8; 2]| {
        std::iter::once(0xFEFF).chain(semicolon.encode_utf16()).flat_map(bytes).collect()
    };
    let accented = semicolon.replace("Saran", "Sarané");
    let ansi = encoding_rs::WINDOWS_1252.encode(&accented).0;
    [
        comma.clone().into_bytes(),
        [b"\xEF\xBB\xBF", semicolon.as_bytes()].concat(),
        tab.into_bytes(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        ansi.into_owned(),
        [b"sep=,\r\n", comma.replace('\n', "\r\n").as_bytes()].concat(),
    ]
    .map(Seed::Plain)
    .to_vec()
}

/// A workbook of `rows`; `untidy` ones also have formulas and merged cells.
fn workbook(rows: &[Vec<String>], untidy: bool) -> Vec<u8> {
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Kosong").expect("a name");
    let sheet = book.add_worksheet();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let moment = ExcelDateTime::parse_from_str("2026-03-12 09:30").expect("a date");
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            match cell.parse::<f64>() {
                Ok(number) if column > 3 => sheet.write(row, column, number),
                _ if column == 0 && row > 0 => sheet.write_with_format(row, column, &moment, &date),
                _ => sheet.write(row, column, cell),
            }
            .expect("written");
        }
    }
    if untidy {
        let last = rows.len() as u32;
        sheet.write(last, 5, Formula::new("=1+1").set_result("2")).expect("written");
        sheet.merge_range(last + 1, 1, last + 1, 2, "61.71", &Format::new()).expect("merged");
    }
    book.save_to_buffer().expect("saved")
}

/// Workbooks, packed as they come or in their members.
pub(crate) fn xlsx(instrument: &Instrument, inside: bool) -> Vec<Seed> {
    [workbook(&answers(instrument), false), workbook(&form(instrument), true)]
        .map(|bytes| if inside { Seed::unpacked(&bytes) } else { Seed::Plain(bytes) })
        .to_vec()
}

/// Plans in the layouts of two offices: a head above the table, a code in parts, sums, merged cells.
fn plan_texts() -> [String; 2] {
    let province = "Renja Badan Kesbangpol Provinsi Kalimantan Barat Tahun 2027;;;;;;;;;;\n\
        Kode;Uraian;Prioritas Daerah;Mandat;Indikator;Satuan;Target 2027;Lokasi;Topik;\
        Kelompok Sasaran;Waktu;Pagu Indikatif 2027;SPM;Nomor Kesepakatan\n\
        8.01.05;PROGRAM KETAHANAN;;;;;;;;;;310.000.000;;\n\
        8.01.05.1.01.0003;Pelaksanaan;Kerukunan;8;Peserta;orang;120;61.01.01;\
        kerukunan umat beragama;pelajar;TW 2;300.000.000;;BA-1\n\
        8.01.05.1.01.0004;Koordinasi;;;Dokumen;dokumen;2;;;;Januari s.d. Maret;10.000.000;;\n\
        ;JUMLAH;;;;;;;;;;310.000.000;;\n";
    let regency = "Renja Dinas Sosial Kabupaten Sambas Tahun 2027\n\
        Kode;Uraian;Indikator;Satuan;Target 2027;Lokasi;Topik;Kelompok Sasaran;Waktu;\
        Pagu Indikatif 2027\n\
        1.06.04.2.01.0003;Pelaksanaan;Peserta;orang;80–90;61.01.01.2001, 61.01.02;\
        rehabilitasi sosial;lansia;3–5 Mei 2027;Rp90.000.000\n\
        1.06.04.2.01.0004;Pelaksanaan;Peserta;%;40,5;Sambas;kewaspadaan dini;FKDM;TW 3;10000000\n";
    [province, regency].map(str::to_owned)
}

pub(crate) fn plan_csv() -> Vec<Seed> {
    plan_texts().map(|text| Seed::Plain(text.into_bytes())).to_vec()
}

/// Workbooks of plans, packed as they come or in their members.
pub(crate) fn plan_xlsx(inside: bool) -> Vec<Seed> {
    let books = plan_texts().map(|text| {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, line) in (0..).zip(text.lines()) {
            for (column, cell) in (0..).zip(line.split(';')).filter(|(_, cell)| !cell.is_empty()) {
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write(row, column, number),
                    Err(_) => sheet.write(row, column, cell),
                }
                .expect("written");
            }
        }
        book.save_to_buffer().expect("saved")
    });
    books.map(|bytes| if inside { Seed::unpacked(&bytes) } else { Seed::Plain(bytes) }).to_vec()
}

/// Lists beside plans: proposals, then items of meetings.
pub(crate) fn lists() -> Vec<Seed> {
    let proposals = "nomor;dari;kepada;tahun;usulan;jumlah;jawaban;alasan\n\
        U-1;61.01;Kalimantan Barat;2027;Jalan desa;Rp1.250.000;dikembalikan;di luar pagu\n\
        U-2;Kabupaten Sambas;pusat;2027;Balai;;;\n";
    let items = "nomor;rapat;kesepakatan;daerah;penanggung jawab;tenggat;selesai;tahun rencana\n\
        BA-1;Rakor 2026;Dialog;61.01;Kesbangpol;2026-06-30;;2027\n\
        BA-2;Rakor 2026;Data;61;Bappeda;30/06/2026;1/7/2026;\n";
    [proposals, items].map(|text| Seed::Plain(text.as_bytes().to_vec())).to_vec()
}

pub(crate) fn parquet(instrument: &Instrument) -> Vec<Seed> {
    let items = &instrument.items;
    let mut schema = "message m { required binary kab_kota (UTF8); required int32 psu; \
                      required double bobot; "
        .to_owned();
    for item in items {
        let _ = write!(schema, "optional int32 {}; ", item.id.replace('.', "_"));
    }
    schema.push('}');
    let schema = parquet::schema::parser::parse_message_type(&schema).expect("a schema");
    let mut bytes = Vec::new();
    let mut file =
        SerializedFileWriter::new(&mut bytes, schema.into(), Default::default()).expect("a file");
    for rows in [40_i32, 3] {
        let mut group = file.next_row_group().expect("a group");
        let all = || 0..rows;
        let levels: Vec<i16> = all().map(|row| i16::from(row % 5 != 0)).collect();
        let present = || all().filter(|row| row % 5 != 0);
        macro_rules! column {
            ($kind:ty, $values:expr, $levels:expr) => {{
                let mut column = group.next_column().expect("columns").expect("a column");
                let values: Vec<_> = $values.collect();
                column.typed::<$kind>().write_batch(&values, $levels, None).expect("written");
                column.close().expect("closed");
            }};
        }
        column!(ByteArrayType, all().map(|_| ByteArray::from("61.71")), None);
        column!(Int32Type, all().map(|row| row / 4), None);
        column!(DoubleType, all().map(|row| f64::from(row) + 0.5), None);
        for _ in items {
            column!(Int32Type, present().map(|row| row % 5 + 1), Some(&levels));
        }
        group.close().expect("closed");
    }
    file.close().expect("closed");
    vec![Seed::Plain(bytes)]
}

/// The instrument files that are shipped.
pub(crate) fn instruments() -> Vec<Seed> {
    selaras::instrument::shipped()
        .iter()
        .filter_map(|instrument| selaras::instrument::shipped_file(&instrument.id))
        .map(|text| Seed::Plain(text.as_bytes().to_vec()))
        .collect()
}

/// Profiles as the program saves them for the files of [`csv`].
pub(crate) fn mappings(instrument: &Instrument, frame: &Frame) -> Vec<Seed> {
    let regions = Regions::new(frame);
    csv(instrument)
        .into_iter()
        .take(2)
        .map(|seed| {
            let sheet = Sheet::open(Source::memory(seed.file()), "a.csv", &Options::default());
            let sheet = sheet.expect("opens");
            let sample = sheet.sample(100).expect("reads");
            let find = |text: &str| regions.find(text);
            let proposal = mapping::propose(&sheet, &sample, instrument, &find, Some(2026));
            Seed::Plain(proposal.to_json().into_bytes())
        })
        .collect()
}

pub(crate) fn margins() -> Vec<Seed> {
    let text = "region,margin,cell,persons,source,year\n\
                61.71,civil_servant,yes,12000,BPS,2025\n61.71,civil_servant,no,450000,BPS,2025\n\
                61.71,district,61.71.01,90000,Dukcapil,2025\n61.01,district,61.01.01,8000,BPS,2025\n";
    vec![Seed::Plain(text.as_bytes().to_vec()), Seed::Plain(text.replace(',', ";").into_bytes())]
}

pub(crate) fn frames() -> Vec<Seed> {
    let text = "code,name,level,parent,adults,source\nN,Negeri,nation,,,\n\
                P1,Provinsi Satu,province,N,,\nA,Kabupaten A,regency,P1,120000,Uji\n\
                B,Kota B,regency,P1,80000,Uji\nP2,Provinsi Dua,province,N,,\nC,Kota C,regency,P2,9,Uji\n";
    vec![Seed::Plain(text.as_bytes().to_vec())]
}

/// A square of 0.2° with its south-western corner at `(x, y)`.
fn square(x: f64, y: f64) -> Vec<(f64, f64)> {
    vec![(x, y), (x + 0.2, y), (x + 0.2, y + 0.2), (x, y + 0.2), (x, y)]
}

const SQUARES: [(&str, &str, f64, f64); 3] = [
    ("61.01", "Kabupaten Sambas", 109.0, 0.0),
    ("61.02", "Kabupaten Mempawah", 109.2, 0.0),
    ("61.71", "Kota Pontianak", 109.0, 0.2),
];

pub(crate) fn geojson() -> Vec<Seed> {
    let features: Vec<serde_json::Value> = SQUARES
        .iter()
        .map(|(code, name, x, y)| {
            serde_json::json!({
                "type": "Feature",
                "properties": {"kode": code, "nama": name},
                "geometry": {"type": "MultiPolygon", "coordinates": [[square(*x, *y)]]},
            })
        })
        .collect();
    let map = serde_json::json!({"type": "FeatureCollection", "features": features}).to_string();
    vec![
        Seed::Plain(map.clone().into_bytes()),
        Seed::Packed(vec![("batas/kab.geojson".to_owned(), map.into_bytes())]),
    ]
}

pub(crate) fn topojson() -> Vec<Seed> {
    let map = serde_json::json!({
        "type": "Topology",
        "transform": {"scale": [0.1, 0.1], "translate": [109, 0]},
        "arcs": [
            [[2, 0], [0, 2]],
            [[2, 2], [-2, 0], [0, -2], [2, 0]],
            [[2, 0], [2, 0], [0, 2], [-2, 0]],
        ],
        "objects": {"kab": {"type": "GeometryCollection", "geometries": [
            {"type": "Polygon", "id": "61.01", "arcs": [[0, 1]]},
            {"type": "Polygon", "id": "61.02", "arcs": [[2, -1]]},
        ]}},
    });
    vec![Seed::Plain(map.to_string().into_bytes())]
}

/// A dBASE table of one text column.
fn dbf(values: &[&str]) -> Vec<u8> {
    let mut bytes = vec![3, 126, 1, 1];
    bytes.extend((values.len() as u32).to_le_bytes());
    bytes.extend(65_u16.to_le_bytes());
    bytes.extend(11_u16.to_le_bytes());
    bytes.resize(32, 0);
    bytes.extend(b"KODE\0\0\0\0\0\0\0C\0\0\0\0\x0a\0");
    bytes.resize(64, 0);
    bytes.push(13);
    for value in values {
        bytes.extend(format!(" {value:<10}").bytes());
    }
    bytes.push(26);
    bytes
}

/// A Shapefile in its archive, packed or in its members.
pub(crate) fn shapefile(inside: bool) -> Vec<Seed> {
    let (mut shp, mut shx) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let mut writer = ShapeWriter::with_shx(&mut shp, &mut shx);
    for (_, _, x, y) in SQUARES {
        let mut ring: Vec<Point> = square(x, y).iter().map(|(x, y)| Point::new(*x, *y)).collect();
        ring.reverse();
        writer.write_shape(&Polygon::new(PolygonRing::Outer(ring))).expect("written");
    }
    writer.finalize().expect("finished");
    drop(writer);
    let projection =
        br#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298]]]"#;
    let parts = [
        ("kab.shp", shp.into_inner()),
        ("kab.shx", shx.into_inner()),
        ("kab.dbf", dbf(&SQUARES.map(|(code, ..)| code))),
        ("kab.prj", projection.to_vec()),
    ];
    let packed = Seed::Packed(parts.map(|(name, bytes)| (name.to_owned(), bytes)).to_vec());
    vec![if inside { packed } else { Seed::Plain(packed.file()) }]
}

pub(crate) fn totals() -> Vec<Seed> {
    let mut totals = Totals::new(["index", "X1", "X2"]).expect("names");
    for row in 0..40_u32 {
        let key = Key { region: row % 3, stratum: row % 3, psu: row % 7, cell: 0 };
        let score = f64::from(row % 9) + 1.0;
        totals.add(key, 1.0 + f64::from(row % 4), &[score, score, f64::NAN]).expect("added");
    }
    vec![Seed::Plain(totals.to_bytes())]
}

pub(crate) fn topologies() -> Vec<Seed> {
    let step = 1e-4;
    let outlines = SQUARES.map(|(code, _, x, y)| Outline {
        code: code.to_owned(),
        polygons: vec![vec![
            square(x, y).iter().map(|(lon, lat)| Topology::grid(step, *lon, *lat)).collect(),
        ]],
        ..Outline::default()
    });
    vec![Seed::Plain(Topology::build(step, outlines.into()).to_bytes())]
}
