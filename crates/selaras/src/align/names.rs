//! What offices call the columns of their lists of proposals and items of meetings.

use crate::check::Answer;
use crate::sheet::records::Field;

const fn field(name: &'static str, also: &'static [&'static str], needed: bool) -> Field {
    Field { name, also, needed }
}

/// Columns of a list of proposals.
pub(super) const PROPOSALS: [Field; 9] = [
    field("nomor", &["number", "nomor usulan", "no usulan"], true),
    field("dari", &["from", "pengusul"], true),
    field("kepada", &["to", "tujuan"], true),
    field("tahun", &["year"], true),
    field("usulan", &["text", "proposal", "uraian"], true),
    field("jumlah", &["amount", "anggaran", "rupiah"], false),
    field("jawaban", &["answer"], false),
    field("alasan", &["reason", "catatan"], false),
    field("sumber", &["source"], false),
];

/// Columns of a list of items of meetings.
pub(super) const ITEMS: [Field; 9] = [
    field("nomor", &["number", "no"], true),
    field("rapat", &["meeting"], true),
    field("kesepakatan", &["text", "uraian", "butir"], true),
    field("daerah", &["region", "wilayah"], true),
    field("penanggung jawab", &["owner"], true),
    field("tenggat", &["due", "batas waktu"], false),
    field("selesai", &["done", "tanggal selesai"], false),
    field("tahun rencana", &["plan year"], false),
    field("sumber", &["source"], false),
];

/// Words for the centre in the column of recipients, as [`words`](crate::sheet::private::words).
pub(super) const CENTRE: [&str; 4] = ["pusat", "centre", "kemendagri", "kemensos"];
/// Answers as [`words`](crate::sheet::private::words); other words are a fault.
pub(super) const ANSWERS: [(&str, Option<Answer>); 8] = [
    ("", None),
    ("belum", None),
    ("diterima", Some(Answer::Accepted)),
    ("accepted", Some(Answer::Accepted)),
    ("diakomodasi", Some(Answer::Accepted)),
    ("dikembalikan dengan catatan", Some(Answer::Returned)),
    ("dikembalikan", Some(Answer::Returned)),
    ("returned", Some(Answer::Returned)),
];

/// Columns of the table of mandates.
pub(super) const MANDATES: [Field; 9] = [
    field("id", &[], true),
    field("indicator", &[], true),
    field("name", &[], true),
    field("name_en", &[], true),
    field("direction", &[], true),
    field("level", &[], true),
    field("level_en", &[], true),
    field("statistic", &[], true),
    field("related", &[], true),
];
