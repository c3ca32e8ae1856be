//! What offices call the columns, margins and classes of the small tables they send. All but the
//! names of our own columns stand as [`words`](crate::sheet::private::words).

use crate::sheet::records::Field;

const fn field(name: &'static str, also: &'static [&'static str], needed: bool) -> Field {
    Field { name, also, needed }
}

/// Columns of a frame of regions.
pub(super) const FRAME: [Field; 6] = [
    field("code", &["kode", "kode wilayah"], true),
    field("name", &["nama", "nama wilayah", "wilayah"], true),
    field("level", &["tingkat"], true),
    field("parent", &["induk", "kode induk"], true),
    field("adults", &["penduduk dewasa", "penduduk 17 tahun ke atas"], false),
    field("source", &["sumber"], false),
];

/// Columns of margins.
pub(super) const MARGINS: [Field; 6] = [
    field("region", &["kode wilayah", "wilayah", "kode kabupaten kota", "kabupaten kota"], true),
    field("margin", &["susunan", "jenis susunan"], true),
    field("cell", &["golongan", "kelas", "kategori", "class"], true),
    field("persons", &["jumlah", "jumlah orang", "jumlah penduduk", "penduduk", "jiwa"], true),
    field("source", &["sumber"], true),
    field("year", &["tahun"], true),
];

/// Columns of official figures.
pub(super) const OFFICIAL: [Field; 4] = [
    field("region", &["kode wilayah", "wilayah", "kode", "nama wilayah"], true),
    field("value", &["nilai", "angka", "skor", "indeks", "ihai"], true),
    field("source", &["sumber"], true),
    field("date", &["tanggal", "tanggal terbit"], true),
];

/// What offices call the margins that are no single attribute, as [`words`].
pub(super) const SEX_AGE: [&str; 7] = [
    "sex age",
    "sex and age",
    "jenis kelamin dan umur",
    "jenis kelamin dan usia",
    "jenis kelamin x umur",
    "umur dan jenis kelamin",
    "kelompok umur dan jenis kelamin",
];
pub(super) const CIVIL: [&str; 6] =
    ["civil servant", "civil servants", "asn", "pns", "aparatur sipil negara", "status asn"];
pub(super) const DISTRICTS: [&str; 3] = ["district", "kecamatan", "subdistrict"];
/// Cells of civil servants and of everybody else.
pub(super) const IS_CIVIL: [&str; 7] =
    ["yes", "ya", "asn", "pns", "aparatur sipil negara", "civil servant", "civil servants"];
pub(super) const IS_NOT_CIVIL: [&str; 10] = [
    "no",
    "tidak",
    "bukan asn",
    "non asn",
    "bukan pns",
    "bukan aparatur sipil negara",
    "lainnya",
    "others",
    "other people",
    "not a civil servant",
];
