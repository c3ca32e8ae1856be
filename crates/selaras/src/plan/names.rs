//! What offices call the columns of plan files. All but the names of our own columns stand as
//! [`words`](crate::sheet::private::words).

use super::code::CodeLevel;
use super::document::{DocumentKind, Stage};
use super::import::PlanRole;
use super::row::{
    Arrangement, CalculationRule, Direction, IndicatorStanding, MeasureKind, MoneyKind, Origin,
    PrioritySet, RowLevel,
};
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

/// Who may use an entry: provinces, kab/kota.
pub(super) const AUTHORITIES: &[((bool, bool), &[&str])] = &[
    ((true, false), &["prov", "provinsi", "province"]),
    ((false, true), &["kab", "kab kota", "kabupaten kota", "regency"]),
    ((true, true), &["both", "keduanya"]),
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

/// What a header is a sign of.
pub(super) enum Sign {
    /// A meaning of its own.
    Role(PlanRole),
    /// Codes, of this level where it is told.
    Code(Option<CodeLevel>),
    /// A level as a head: names, codes or parts of codes, by the values.
    Named(RowLevel),
    /// Priorities.
    Priority(PrioritySet),
    /// Targets or achievements.
    Measure(MeasureKind),
    /// Money.
    Money(MoneyKind),
}

/// Headers without years, quarters and units.
pub(super) const COLUMNS: &[(Sign, &[&str])] = &[
    (
        Sign::Code(None),
        &[
            "kode",
            "code",
            "kode rekening",
            "kode nomenklatur",
            "kode program kegiatan",
            "kode program kegiatan sub kegiatan",
            "sasaran kode",
            "kode urusan program kegiatan",
        ],
    ),
    (Sign::Code(Some(CodeLevel::Affair)), &["kode urusan", "affair code"]),
    (Sign::Code(Some(CodeLevel::AffairField)), &["kode bidang urusan", "kode bidang"]),
    (Sign::Code(Some(CodeLevel::Program)), &["kode program", "program code"]),
    (Sign::Code(Some(CodeLevel::Activity)), &["kode kegiatan", "activity code"]),
    (Sign::Code(Some(CodeLevel::SubActivity)), &["kode sub kegiatan", "kode subkegiatan"]),
    (
        Sign::Role(PlanRole::Name { level: None }),
        &[
            "uraian",
            "nama",
            "name",
            "nomenklatur",
            "program kegiatan",
            "program kegiatan sub kegiatan",
            "program dan kegiatan",
            "nama program kegiatan sub kegiatan",
            "urusan bidang urusan pemerintahan daerah dan program kegiatan",
            "urusan bidang urusan pemerintahan daerah dan program kegiatan sub kegiatan",
            "urusan bidang urusan program kegiatan sub kegiatan",
        ],
    ),
    (Sign::Named(RowLevel::Goal), &["tujuan", "goal"]),
    (Sign::Named(RowLevel::Objective), &["sasaran", "objective", "sasaran strategis"]),
    (Sign::Named(RowLevel::Affair), &["urusan", "nama urusan"]),
    (Sign::Named(RowLevel::AffairField), &["bidang urusan", "nama bidang urusan", "bidang"]),
    (Sign::Named(RowLevel::Program), &["program", "nama program"]),
    (Sign::Named(RowLevel::Activity), &["kegiatan", "nama kegiatan", "activity"]),
    (
        Sign::Named(RowLevel::SubActivity),
        &["sub kegiatan", "subkegiatan", "nama sub kegiatan", "sub activity"],
    ),
    (Sign::Named(RowLevel::Detail), &["aktivitas", "rincian", "rincian kegiatan", "detail"]),
    (Sign::Role(PlanRole::Level), &["tingkat", "level", "jenjang"]),
    (
        Sign::Role(PlanRole::Region),
        &["kode wilayah", "region code", "daerah", "pemerintah daerah", "kabupaten kota", "region"],
    ),
    (
        Sign::Role(PlanRole::Agency),
        &["opd", "skpd", "perangkat daerah", "nama skpd", "nama opd", "agency", "unit kerja"],
    ),
    (
        Sign::Role(PlanRole::Owner),
        &[
            "penanggung jawab",
            "pd penanggung jawab",
            "pengampu",
            "owner",
            "perangkat daerah penanggung jawab",
        ],
    ),
    (Sign::Role(PlanRole::Policy), &["arah kebijakan", "kebijakan", "policy", "strategi"]),
    (Sign::Priority(PrioritySet::National), &["prioritas nasional", "national priority", "pn"]),
    (Sign::Priority(PrioritySet::Provincial), &["prioritas provinsi", "provincial priority"]),
    (
        Sign::Priority(PrioritySet::Regional),
        &[
            "prioritas daerah",
            "prioritas kabupaten",
            "prioritas kabupaten kota",
            "prioritas pembangunan daerah",
            "regional priority",
        ],
    ),
    (Sign::Priority(PrioritySet::AstaCita), &["asta cita"]),
    (
        Sign::Priority(PrioritySet::Mandate),
        &["mandat", "delapan mandat", "arahan presiden", "mandate"],
    ),
    (
        Sign::Role(PlanRole::Indicator),
        &[
            "indikator",
            "indikator kinerja",
            "tolok ukur",
            "tolok ukur kinerja",
            "indicator",
            "indikator program kegiatan",
            "indikator kinerja program kegiatan sub kegiatan",
        ],
    ),
    (
        Sign::Role(PlanRole::Dictionary),
        &["kode indikator", "id indikator", "kode referensi indikator", "indicator code"],
    ),
    (
        Sign::Role(PlanRole::Definition),
        &["definisi", "definisi operasional", "rumus", "formula", "definition"],
    ),
    (Sign::Role(PlanRole::Unit), &["satuan", "unit", "satuan target"]),
    (Sign::Role(PlanRole::Standing), &["kedudukan indikator", "standing of the indicator"]),
    (Sign::Role(PlanRole::Direction), &["arah", "arah indikator", "direction"]),
    (
        Sign::Role(PlanRole::Rule),
        &["aturan hitung", "cara hitung", "aturan capaian", "calculation rule"],
    ),
    (
        Sign::Role(PlanRole::Baseline { year: None }),
        &["data awal", "kondisi awal", "kondisi kinerja awal", "baseline", "nilai awal"],
    ),
    (Sign::Role(PlanRole::BaselineYear), &["tahun data awal", "data awal tahun", "baseline year"]),
    (
        Sign::Role(PlanRole::BaselineSeries),
        &["deret data awal", "seri data awal", "baseline series"],
    ),
    (Sign::Role(PlanRole::BaselineVintage), &["rilis data awal", "baseline vintage"]),
    (
        Sign::Role(PlanRole::BaselinePopulation),
        &["penduduk data awal", "konsep penduduk", "baseline population"],
    ),
    (
        Sign::Measure(MeasureKind::Target),
        &[
            "target",
            "target kinerja",
            "target renja",
            "target renstra",
            "target akhir renstra",
            "target capaian",
        ],
    ),
    (
        Sign::Measure(MeasureKind::Realised),
        &[
            "realisasi",
            "capaian",
            "realisasi kinerja",
            "realisasi capaian",
            "realised",
            "capaian kinerja",
        ],
    ),
    (
        Sign::Money(MoneyKind::Budget),
        &[
            "anggaran",
            "pagu indikatif",
            "budget",
            "kebutuhan dana",
            "kebutuhan dana pagu indikatif",
            "jumlah anggaran",
            "pagu anggaran",
            "alokasi",
            "dana",
        ],
    ),
    (
        Sign::Money(MoneyKind::Ceiling),
        &["pagu", "plafon", "plafon anggaran", "ceiling", "batas pagu"],
    ),
    (
        Sign::Money(MoneyKind::Forward),
        &["prakiraan maju", "perkiraan maju", "prakiraan maju rencana", "forward estimate"],
    ),
    (
        Sign::Money(MoneyKind::Realised),
        &["realisasi anggaran", "realisasi keuangan", "realised budget", "penyerapan anggaran"],
    ),
    (Sign::Role(PlanRole::Fund), &["sumber dana", "sumber pendanaan", "funding source"]),
    (
        Sign::Role(PlanRole::Arrangement),
        &["pola pendanaan", "skema pendanaan", "mekanisme", "arrangement"],
    ),
    (
        Sign::Role(PlanRole::Place),
        &[
            "lokasi",
            "lokasi kegiatan",
            "tempat",
            "desa kelurahan",
            "kecamatan",
            "place",
            "location",
        ],
    ),
    (
        Sign::Role(PlanRole::TargetGroup),
        &["kelompok sasaran", "penerima manfaat", "target group", "sasaran penerima"],
    ),
    (
        Sign::Role(PlanRole::Time),
        &[
            "waktu",
            "jadwal",
            "waktu pelaksanaan",
            "bulan",
            "jadwal pelaksanaan",
            "time",
            "schedule",
        ],
    ),
    (
        Sign::Role(PlanRole::Start),
        &["mulai", "bulan mulai", "tanggal mulai", "waktu mulai", "start"],
    ),
    (
        Sign::Role(PlanRole::End),
        &["selesai", "bulan selesai", "tanggal selesai", "waktu selesai", "bulan akhir", "end"],
    ),
    (Sign::Role(PlanRole::Topic), &["topik", "tema", "isu", "isu strategis", "topic"]),
    (
        Sign::Role(PlanRole::Outcome),
        &[
            "outcome",
            "hasil yang dituju",
            "outcome yang dituju",
            "simpul hasil",
            "intended outcome",
        ],
    ),
    (
        Sign::Role(PlanRole::MinimumService),
        &["spm", "standar pelayanan minimal", "minimum service"],
    ),
    (Sign::Role(PlanRole::Origin), &["asal", "asal usulan", "asal kegiatan", "origin"]),
    (Sign::Role(PlanRole::Proposals), &["nomor usulan", "usulan", "proposals"]),
    (Sign::Role(PlanRole::Agreements), &["nomor kesepakatan", "kesepakatan", "agreements"]),
    (Sign::Role(PlanRole::JointActivity), &["kegiatan bersama", "joint activity"]),
    (Sign::Role(PlanRole::Years), &["jamak", "multi years", "rentang", "rentang jamak"]),
    (
        Sign::Role(PlanRole::CutReference),
        &["dasar pemotongan", "dasar pengurangan", "cut reference"],
    ),
    (Sign::Role(PlanRole::Remark), &["keterangan", "catatan", "remark", "note"]),
    (
        Sign::Role(PlanRole::Ignored),
        &["no", "nomor", "id", "no urut", "nomor urut", "source", "sumber", "sumber data"],
    ),
];

/// Kinds of documents as files call themselves.
pub(super) const DOCUMENTS: &[(DocumentKind, &[&str])] = &[
    (DocumentKind::MidPlan, &["rpjmd", "rencana pembangunan jangka menengah daerah"]),
    (DocumentKind::AgencyStrategicPlan, &["renstra", "rencana strategis"]),
    (DocumentKind::AnnualPlan, &["rkpd", "rencana kerja pemerintah daerah"]),
    (
        DocumentKind::AgencyWorkPlan,
        &["renja", "rencana kerja", "rencana kerja perangkat daerah", "agency work plan"],
    ),
    (
        DocumentKind::BudgetPolicy,
        &["kua ppas", "ppas", "kebijakan umum anggaran", "prioritas dan plafon anggaran sementara"],
    ),
    (DocumentKind::Budget, &["apbd", "anggaran pendapatan dan belanja daerah"]),
    (DocumentKind::BudgetExecution, &["dpa", "dokumen pelaksanaan anggaran"]),
];

/// Stages as files call themselves; *rancangan akhir* is what becomes final.
pub(super) const STAGES: &[(Stage, &[&str])] = &[
    (Stage::Change, &["perubahan"]),
    (Stage::InitialDraft, &["rancangan awal", "ranwal"]),
    (Stage::Final, &["rancangan akhir", "akhir", "final", "ditetapkan", "penetapan"]),
    (Stage::Draft, &["rancangan", "draft"]),
];

/// Words in front of the year of a document.
pub(super) const YEAR_WORDS: [&str; 3] = ["tahun anggaran", "tahun", "ta"];

/// First words of names of perangkat daerah.
pub(super) const AGENCY_WORDS: [&str; 7] =
    ["badan", "dinas", "kantor", "satuan", "sekretariat", "inspektorat", "biro"];

/// Perangkat daerah by the short names that files bear.
pub(super) const AGENCIES: &[(&str, &[&str])] = &[
    ("Badan Kesatuan Bangsa dan Politik", &["kesbangpol", "bakesbangpol"]),
    ("Dinas Sosial", &["dinsos"]),
];

/// Words in front of a source of funds in the lower part of a header.
pub(super) const FUND_WORDS: [&str; 2] = ["sumber dana ", "funding source "];

/// Levels of rows as files say them.
pub(super) const LEVELS: &[(RowLevel, &[&str])] = &[
    (RowLevel::Goal, &["tujuan", "goal"]),
    (RowLevel::Objective, &["sasaran", "objective"]),
    (RowLevel::Affair, &["urusan", "affair"]),
    (RowLevel::AffairField, &["bidang urusan", "bidang", "affair field"]),
    (RowLevel::Program, &["program"]),
    (RowLevel::Activity, &["kegiatan", "activity"]),
    (RowLevel::SubActivity, &["sub kegiatan", "subkegiatan", "sub activity"]),
    (RowLevel::Detail, &["aktivitas", "rincian", "rincian kegiatan", "detail"]),
];

/// Words that begin a row of sums.
pub(super) const TOTALS: &[&str] = &["jumlah", "total", "sub total", "subtotal", "grand total"];

/// Words for the whole region in a column of places.
pub(super) const WHOLE_REGION: &[&str] = &["seluruh", "se", "semua", "whole"];

/// Directions.
pub(super) const DIRECTIONS: &[(Direction, &[&str])] = &[
    (Direction::Up, &["naik", "meningkat", "positif", "up", "semakin tinggi semakin baik"]),
    (Direction::Down, &["turun", "menurun", "negatif", "down", "semakin rendah semakin baik"]),
    (Direction::Band, &["rentang", "band", "kisaran"]),
    (Direction::None, &["tidak ada", "none", "netral"]),
];

/// Calculation rules.
pub(super) const RULES: &[(CalculationRule, &[&str])] = &[
    (
        CalculationRule::Cumulative,
        &["kumulatif", "naik kumulatif", "akumulasi", "cumulative", "penjumlahan"],
    ),
    (CalculationRule::Falling, &["turun", "menurun", "tren negatif", "falling"]),
    (CalculationRule::Percentage, &["persentase", "tren positif", "percentage"]),
    (CalculationRule::EndValue, &["nilai akhir", "kondisi akhir", "end value"]),
];

/// Whose an indicator is.
pub(super) const STANDINGS: &[(IndicatorStanding, &[&str])] = &[
    (IndicatorStanding::Example, &["indikator contoh", "contoh", "example indicator"]),
    (IndicatorStanding::Decree, &["keputusan menteri", "decree"]),
    (IndicatorStanding::Office, &["kantor", "office"]),
];

/// Arrangements.
pub(super) const ARRANGEMENTS: &[(Arrangement, &[&str])] = &[
    (Arrangement::AssistanceTask, &["tugas pembantuan", "tp", "assistance task"]),
    (Arrangement::Deconcentration, &["dekonsentrasi", "dekon", "deconcentration"]),
    (Arrangement::FinancialAid, &["bantuan keuangan", "bankeu", "financial aid"]),
];

/// Origins.
pub(super) const ORIGINS: &[(Origin, &[&str])] = &[
    (Origin::Mandate, &["mandat", "pusat", "mandat pusat", "mandate"]),
    (Origin::Head, &["kepala daerah", "visi misi", "janji kepala daerah", "head of region"]),
    (Origin::Consultation, &["musrenbang", "consultation"]),
    (Origin::Council, &["pokir", "pokok pikiran", "dprd", "council"]),
];
