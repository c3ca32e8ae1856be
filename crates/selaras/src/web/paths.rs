//! Every address of the program. An address carries the round and the region it shows.

use crate::region;
use crate::store::{FileId, JobId, PlanId, RoundId};

/// The start page.
pub const HOME: &str = "/";
/// The list of rounds.
pub const ROUNDS: &str = "/putaran";
/// The form for a new round.
pub const NEW_ROUND: &str = "/putaran/baru";
/// Sources, licences, known defects.
pub const DATA: &str = "/data";
/// Sends the pickers of the head to the page they mean.
pub const PICK: &str = "/pilih";
/// Whether the program is well; for machines.
pub const HEALTH: &str = "/sehat";

/// A round: its facts, files and jobs.
#[must_use]
pub fn round(id: RoundId) -> String {
    format!("/putaran/{id}")
}

/// Beranda of a round: its province or the nation at a glance.
#[must_use]
pub fn overview(id: RoundId) -> String {
    format!("/putaran/{id}/beranda")
}

/// Edits what a round is.
#[must_use]
pub fn edit_round(id: RoundId) -> String {
    format!("/putaran/{id}/ubah")
}

/// Asks whether to delete a round.
#[must_use]
pub fn delete_round(id: RoundId) -> String {
    format!("/putaran/{id}/hapus")
}

/// Takes answer files into a round.
#[must_use]
pub fn upload(id: RoundId) -> String {
    format!("/putaran/{id}/unggah")
}

/// One upload: its mapping, or its faults.
#[must_use]
pub fn one_upload(id: RoundId, upload: FileId) -> String {
    format!("/putaran/{id}/unggah/{upload}")
}

/// Throws an upload away.
#[must_use]
pub fn discard_upload(id: RoundId, upload: FileId) -> String {
    format!("/putaran/{id}/unggah/{upload}/buang")
}

/// The workbook in which the faults of an upload are marked.
#[must_use]
pub fn marked_upload(id: RoundId, upload: FileId) -> String {
    format!("/putaran/{id}/unggah/{upload}/catatan.xlsx")
}

/// Reads a sent file again in another way.
#[must_use]
pub fn reread_upload(id: RoundId, upload: FileId) -> String {
    format!("/putaran/{id}/unggah/{upload}/baca")
}

/// What became of an answer file.
#[must_use]
pub fn file(id: RoundId, file: FileId) -> String {
    format!("/putaran/{id}/berkas/{file}")
}

/// Removes an answer file from its round.
#[must_use]
pub fn delete_file(id: RoundId, file: FileId) -> String {
    format!("/putaran/{id}/berkas/{file}/hapus")
}

/// Takes in what is known of the population.
#[must_use]
pub fn margins(id: RoundId) -> String {
    format!("/putaran/{id}/susunan")
}

/// A workbook of it to fill in.
#[must_use]
pub fn margins_template(id: RoundId) -> String {
    format!("/putaran/{id}/susunan/contoh.xlsx")
}

/// Removes it again.
#[must_use]
pub fn delete_margins(id: RoundId) -> String {
    format!("/putaran/{id}/susunan/hapus")
}

/// Takes in official figures.
#[must_use]
pub fn official(id: RoundId) -> String {
    format!("/putaran/{id}/resmi")
}

/// Removes them again.
#[must_use]
pub fn delete_official(id: RoundId) -> String {
    format!("/putaran/{id}/resmi/hapus")
}

/// The part of the upload page that computes the index.
#[must_use]
pub fn compute_form(id: RoundId) -> String {
    format!("/putaran/{id}/unggah#hitung")
}

/// Computes the index of a round.
#[must_use]
pub fn compute(id: RoundId) -> String {
    format!("/putaran/{id}/hitung")
}

/// Instruments: which there are, and keeping one's own.
pub const INSTRUMENTS: &str = "/instrumen";

/// The file of an instrument.
#[must_use]
pub fn instrument(key: &str) -> String {
    format!("/instrumen/{key}")
}

/// Official boundaries: which are in use, and taking in others.
pub const BOUNDARIES: &str = "/data/batas";
/// Removes official boundaries.
pub const DELETE_BOUNDARIES: &str = "/data/batas/hapus";

/// A region in a round; for a province and the nation the page with its map.
#[must_use]
pub fn region(id: RoundId, code: &str) -> String {
    format!("/putaran/{id}/wilayah/{code}")
}

/// Who stands behind a low cell of a region.
#[must_use]
pub fn groups(id: RoundId, code: &str, score: &str) -> String {
    format!("/putaran/{id}/wilayah/{code}/kelompok/{score}")
}

/// The map of a round.
#[must_use]
pub fn map(id: RoundId) -> String {
    format!("/putaran/{id}/peta")
}

/// Differences between the regions of a round.
#[must_use]
pub fn compare(id: RoundId) -> String {
    format!("/putaran/{id}/beda")
}

/// How a round was measured.
#[must_use]
pub fn method(id: RoundId) -> String {
    format!("/putaran/{id}/metode")
}

/// A file of a round's result.
#[must_use]
pub fn download(id: RoundId, file: &str) -> String {
    format!("/putaran/{id}/unduh/{file}")
}

/// What anyone may see of a round.
#[must_use]
pub fn public(id: RoundId) -> String {
    format!("/publik/{id}")
}

/// What anyone may see of a region in a round.
#[must_use]
pub fn public_region(id: RoundId, code: &str) -> String {
    format!("/publik/{id}?wilayah={code}")
}

/// A job and its progress.
#[must_use]
pub fn job(id: JobId) -> String {
    format!("/pekerjaan/{id}")
}

/// A job that the reader waits for: its page leads on to the result.
#[must_use]
pub fn follow_job(id: JobId) -> String {
    format!("/pekerjaan/{id}?lanjut=ya")
}

/// Stops a job.
#[must_use]
pub fn stop_job(id: JobId) -> String {
    format!("/pekerjaan/{id}/hentikan")
}

/// Plans: which are kept, and taking in more.
pub const PLANNING: &str = "/perencanaan";

/// Plan files that wait.
#[must_use]
pub fn sending(id: FileId) -> String {
    format!("/perencanaan/unggah/{id}")
}

/// One table of them: what its columns mean, and whose plan it is.
#[must_use]
pub fn sent_table(id: FileId, table: usize) -> String {
    format!("/perencanaan/unggah/{id}/tabel/{table}")
}

/// What is read of them.
#[must_use]
pub fn sending_read(id: FileId) -> String {
    format!("/perencanaan/unggah/{id}/hasil")
}

/// A kept document.
#[must_use]
pub fn plan(id: PlanId) -> String {
    format!("/perencanaan/dokumen/{id}")
}

/// What changed in a document since another version.
#[must_use]
pub fn red_line(id: PlanId) -> String {
    format!("/perencanaan/dokumen/{id}/beda")
}

/// The documents that are kept of a province and its kab/kota.
#[must_use]
pub fn documents(province: region::Code) -> String {
    format!("/perencanaan/{province}/dokumen")
}

/// The board of a province in a year.
#[must_use]
pub fn board((province, year): (region::Code, i16)) -> String {
    format!("/perencanaan/{province}/{year}")
}

/// The plans of a region beside those of its province and neighbours.
#[must_use]
pub fn plans_of(place: (region::Code, i16), region: region::Code) -> String {
    format!("{}/daerah/{region}", board(place))
}

/// What does not fit between two regions, or in one.
#[must_use]
pub fn findings(place: (region::Code, i16), one: region::Code, other: region::Code) -> String {
    format!("{}/temuan/{}/{}", board(place), one.min(other), one.max(other))
}

/// The matrix, for print.
#[must_use]
pub fn matrix(place: (region::Code, i16)) -> String {
    format!("{}/matriks", board(place))
}

/// *Lembar Sekda*.
#[must_use]
pub fn sheet(place: (region::Code, i16)) -> String {
    format!("{}/lembar-sekda", board(place))
}

/// A file of an alignment.
#[must_use]
pub fn plan_file(place: (region::Code, i16), file: &str) -> String {
    format!("{}/unduh/{file}", board(place))
}
