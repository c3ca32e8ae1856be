//! What offices call the columns of plan files. All but the names of our own columns stand as
//! [`words`](crate::sheet::private::words).

use crate::sheet::records::Field;

const fn field(name: &'static str, also: &'static [&'static str], needed: bool) -> Field {
    Field { name, also, needed }
}

/// Columns of a list of the nomenclature.
pub(super) const NOMENCLATURE: [Field; 13] = [
    field("code", &["kode", "kode nomenklatur"], true),
    field("name", &["nama", "nomenklatur", "uraian", "nomenklatur urusan"], true),
    field("indicator", &["indikator"], false),
    field("unit", &["satuan"], false),
    field("authority", &["kewenangan"], false),
    field("province", &["provinsi"], false),
    field("regency_city", &["kab kota", "kabupaten kota"], false),
    field("special_only", &["daerah khusus", "khusus"], false),
    field("from", &["mulai tahun", "tahun mulai"], false),
    field("to", &["kunci tahun", "tahun kunci", "sampai tahun"], false),
    field("certainty", &["kepastian"], false),
    field("source_id", &["sumber"], false),
    field("indicator_standing", &["kedudukan indikator"], false),
];

/// Columns of a table of counterparts.
pub(super) const CROSSWALK: [Field; 4] = [
    field("province", &["provinsi"], true),
    field("regency_city", &["kab kota", "kabupaten kota"], true),
    field("relation", &["hubungan"], true),
    field("certainty", &["kepastian"], false),
];

/// Columns of a list of terms.
pub(super) const TERMS: [Field; 5] = [
    field("list", &["daftar"], true),
    field("id", &[], true),
    field("name", &["nama"], true),
    field("name_en", &["nama inggris"], false),
    field("aliases", &["ejaan lain"], false),
];
