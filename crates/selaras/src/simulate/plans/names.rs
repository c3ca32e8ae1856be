//! Words that simulated plans bear, as offices write them.

/// Heads of columns. A layout with a header of two rows cuts a head at its bar.
pub(super) mod head {
    pub(in super::super) const CODE: &str = "Kode";
    pub(in super::super) const NAME: &str = "Uraian";
    pub(in super::super) const PROGRAM_CODE: &str = "Kode Program";
    pub(in super::super) const PROGRAM: &str = "Nama Program";
    pub(in super::super) const ACTIVITY_CODE: &str = "Kode Kegiatan";
    pub(in super::super) const ACTIVITY: &str = "Nama Kegiatan";
    pub(in super::super) const SUB_CODE: &str = "Kode Sub Kegiatan";
    pub(in super::super) const SUB: &str = "Nama Sub Kegiatan";
    pub(in super::super) const DETAIL: &str = "Rincian";
    pub(in super::super) const POLICY: &str = "Arah Kebijakan";
    pub(in super::super) const MANDATE: &str = "Mandat";
    pub(in super::super) const INDICATOR: &str = "Indikator";
    pub(in super::super) const DICTIONARY: &str = "Kode Indikator";
    pub(in super::super) const DEFINITION: &str = "Definisi";
    pub(in super::super) const UNIT: &str = "Satuan";
    pub(in super::super) const DIRECTION: &str = "Arah";
    pub(in super::super) const RULE: &str = "Aturan Hitung";
    pub(in super::super) const BASELINE: &str = "Data Awal";
    pub(in super::super) const BASELINE_YEAR: &str = "Tahun Data Awal";
    pub(in super::super) const BASELINE_SERIES: &str = "Deret Data Awal";
    pub(in super::super) const BASELINE_VINTAGE: &str = "Rilis Data Awal";
    pub(in super::super) const BASELINE_POPULATION: &str = "Konsep Penduduk";
    pub(in super::super) const TARGET: &str = "Target";
    pub(in super::super) const REALISED: &str = "Realisasi Kinerja";
    pub(in super::super) const BUDGET: &str = "Pagu Indikatif";
    pub(in super::super) const CEILING: &str = "Batas Pagu";
    pub(in super::super) const FORWARD: &str = "Prakiraan Maju";
    pub(in super::super) const SPENT: &str = "Realisasi Anggaran";
    pub(in super::super) const FUND: &str = "Sumber Dana";
    pub(in super::super) const PLACE: &str = "Lokasi";
    pub(in super::super) const TOPIC: &str = "Topik";
    pub(in super::super) const GROUP: &str = "Kelompok Sasaran";
    pub(in super::super) const TIME: &str = "Waktu";
    pub(in super::super) const OUTCOME: &str = "Outcome";
    pub(in super::super) const ARRANGEMENT: &str = "Pola Pendanaan";
    pub(in super::super) const SERVICE: &str = "SPM";
    pub(in super::super) const PROPOSALS: &str = "Nomor Usulan";
    pub(in super::super) const AGREEMENTS: &str = "Nomor Kesepakatan";
    pub(in super::super) const JOINT: &str = "Kegiatan Bersama";
    pub(in super::super) const CUT: &str = "Dasar Pemotongan";
}

/// What a workbook says above its header.
pub(super) const MARKED: &str = "DATA SIMULASI - BUKAN RENCANA RESMI";
/// Title of a draft and of a final plan.
pub(super) const TITLES: [&str; 2] =
    ["RANCANGAN RENCANA KERJA (RENJA)", "RENCANA KERJA (RENJA) AKHIR"];
/// Agencies by their id in the data, as titles write them.
pub(super) const AGENCIES: [(&str, &str); 2] =
    [("kesbangpol", "BADAN KESATUAN BANGSA DAN POLITIK"), ("dinsos", "DINAS SOSIAL")];
/// Words in titles.
pub(super) const PROVINCE: &str = "PROVINSI";
/// Before the year.
pub(super) const YEAR: &str = "TAHUN ANGGARAN";
/// Sources of funds.
pub(super) const FUNDS: [&str; 2] = ["PAD", "DAU"];
/// The name of a sub kegiatan that the nomenclature does not have.
pub(super) const UNNAMED: &str = "Pelaksanaan Kegiatan";
/// Heads of the list of proposals.
pub(super) const PROPOSALS: [&str; 8] =
    ["nomor", "dari", "kepada", "tahun", "usulan", "jumlah", "jawaban", "alasan"];
/// Heads of the list of items of meetings.
pub(super) const ITEMS: [&str; 8] = [
    "nomor",
    "rapat",
    "kesepakatan",
    "daerah",
    "penanggung jawab",
    "tenggat",
    "selesai",
    "tahun rencana",
];
/// Answers to proposals.
pub(super) const ANSWERS: [&str; 2] = ["diterima", "dikembalikan dengan catatan"];
/// The reason of a proposal that came back.
pub(super) const REASON: &str = "sudah tertampung pada kegiatan lain";
/// A meeting.
pub(super) const MEETING: &str = "Rapat simulasi";
/// Owners of items.
pub(super) const OWNER: &str = "Bidang perencanaan";
/// What a meeting agreed.
pub(super) const AGREED: &str = "Mengirim matriks persandingan";
/// What is proposed.
pub(super) const PROPOSED: &str = "Menambah lokasi kegiatan";

/// Words of what is planted.
pub(super) mod planted {
    pub(in super::super) const PERSONS: &str = "jiwa";
    pub(in super::super) const PERCENT: &str = "%";
    pub(in super::super) const PERCENTAGE: &str = "Persen";
    pub(in super::super) const HOUSEHOLDS: &str = "Rumah tangga miskin menurut pendataan desa";
    pub(in super::super) const UP: &str = "naik";
    pub(in super::super) const HISTORY: &str = "kewarganegaraan";
    pub(in super::super) const WHOLE: &str = "seluruh kecamatan";
    pub(in super::super) const JOINT: &str = "Kegiatan bersama provinsi";
    pub(in super::super) const TASK: &str = "tugas pembantuan";
    pub(in super::super) const UNKNOWN: &str = "Hasil yang belum dirumuskan";
    pub(in super::super) const OUTCOME: &str = "Kemiskinan berkurang dan warga miskin terlindungi";
    pub(in super::super) const REASON: &str = "menunggu hasil evaluasi tahun berjalan";
    pub(in super::super) const RENAMED: &str = "Peninjauan Lapangan";
    pub(in super::super) const ORDER: &str = "Inpres 1/2025";
}
