//! A file of answers from the form that sends it to the result that is computed of it, over HTTP,
//! on both engines.

#![cfg(test)]

#[path = "support/client.rs"]
mod client;
mod support;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use client::Answer;
use selaras::index::frozen::ResultFolder;
use selaras::index::result::{IndexResult, Withheld};
use selaras::instrument::{Instrument, shipped_by_id};
use selaras::policy::Actor;
use selaras::round::register::{self, NewRound, Round};
use selaras::store::{Clock, RoundId};
use selaras::web::{self, AppState};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

on_both_engines!(
    a_form_export_with_faults_is_returned_mended_taken_in_and_computed,
    a_corrected_file_replaces_and_a_deleted_one_leaves_nothing,
    what_cannot_be_read_is_refused_with_its_reason,
    a_file_read_wrongly_is_read_again_as_a_person_says,
    an_instrument_of_ones_own_is_kept_as_a_version_and_scores_a_round,
    margins_are_taken_by_name_and_their_template_is_at_hand,
    official_figures_stand_beside_the_score_and_change_nothing,
    simulated_answers_mark_the_round_that_takes_them,
    a_round_is_simulated_only_while_what_it_uses_is,
    editing_a_round_loses_no_answers_and_asks_for_its_index_again,
    the_year_of_a_round_stays_where_ages_were_reckoned_in_it,
    nothing_is_public_before_the_later_of_the_closing_days_a_round_has_and_had,
    every_page_that_reads_a_result_says_when_it_no_longer_fits_its_round,
    official_boundaries_replace_the_schematic_map_until_they_are_removed,
);

const INSTRUMENT: &str = "contoh-layanan-desa";
/// What points at a person in the files sent; none of it may be found in the data folder.
const PERSONS: [&str; 4] = ["siti.rahmawati", "budi.santoso", "6171014507900001", "Siti Rahmawati"];

struct Server {
    address: SocketAddr,
    state: AppState,
    runtime: Runtime,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    folder: TempDir,
}

impl Server {
    fn start(url: Option<&str>) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let (end, ended) = tokio::sync::oneshot::channel();
        let (address, state) = runtime.block_on(async {
            let store = support::open(folder.path(), url).await;
            let state = AppState::start(store, Clock::System).await.expect("a state");
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let shutdown = async {
                let _ = ended.await;
            };
            tokio::spawn(web::serve(listener, state.clone(), shutdown));
            (address, state)
        });
        Self { address, state, runtime, end: Some(end), folder }
    }

    fn get(&self, path: &str) -> Answer {
        client::send(self.address, ("GET", path), "", ("text/plain", b""))
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        let sent = ("application/x-www-form-urlencoded", form.as_bytes());
        client::send(self.address, ("POST", path), "", sent)
    }

    /// Sends a file as a browser does, with text fields before it.
    fn upload(&self, path: &str, texts: &[(&str, &str)], name: &str, file: &[u8]) -> Answer {
        let (kind, body) = client::form(texts, "berkas", name, file);
        client::send(self.address, ("POST", path), "", (kind, &body))
    }

    fn make_round(&self) -> RoundId {
        let new = NewRound {
            year: 2026,
            name: "Putaran uji".to_owned(),
            instrument: INSTRUMENT.to_owned(),
            target: 1_250,
            regions: vec!["61".to_owned()],
            ..NewRound::default()
        };
        self.runtime.block_on(async {
            let mut tx = self.state.store.begin(Clock::System).await.expect("a transaction");
            let made = register::create(&mut tx, &Actor::operator(), new, |_| true).await;
            tx.commit().await.expect("a commit");
            made.expect("a round")
        })
    }

    fn round(&self, id: RoundId) -> Round {
        self.runtime.block_on(async {
            let mut tx = self.state.store.read(Clock::System).await.expect("a transaction");
            register::get(&mut tx, &Actor::operator(), id).await.expect("the round")
        })
    }

    /// Waits for the job at `path` to end and returns the address it leads on to.
    fn result_of(&self, path: &str) -> String {
        for _ in 0..1_000 {
            let answer = self.get(path);
            if answer.status == 303 {
                return answer.location;
            }
            let page = answer.text();
            assert!(!page.contains("badge stopped"), "{page}");
            std::thread::sleep(Duration::from_millis(30));
        }
        panic!("the job never ended: {}", self.get(path).text());
    }

    /// Agrees with the mapping at `path`, deciding what answers in words mean.
    fn agree(&self, path: &str) -> String {
        let page = self.get(path).text();
        let mut form = "aksi=terima".to_owned();
        let meanings = [("tidak puas", 2), ("cukup puas", 3), ("puas", 4)];
        for number in 0..40 {
            let Some((_, rest)) =
                page.split_once(&format!("name=\"teks-jawaban-{number}\" value=\""))
            else {
                break;
            };
            let text = rest.split('"').next().expect("a label");
            let meaning = meanings.iter().find(|(label, _)| *label == text);
            let _ = write!(form, "&teks-jawaban-{number}={}", text.replace(' ', "+"));
            if let Some((_, value)) = meaning {
                let _ = write!(form, "&jawaban-{number}={value}");
            }
        }
        let sent = self.post(path, &form);
        assert_eq!(sent.status, 303, "{}", sent.text());
        assert!(sent.location.starts_with("/pekerjaan/"), "{}: {page}", sent.location);
        self.result_of(&sent.location)
    }

    /// Asserts that nothing that points at a person is kept anywhere.
    fn holds_no_person(&self) {
        let mut kept = Vec::new();
        bytes_below(self.folder.path(), &mut kept);
        self.runtime.block_on(async {
            let mut tx = self.state.store.read(Clock::System).await.expect("a transaction");
            for table in ["audit", "jobs", "rounds", "round_files", "mapping_profiles"] {
                let sql = sqlx::AssertSqlSafe(format!("SELECT * FROM {table}"));
                let rows: Vec<AnyRow> =
                    sqlx::query(sql).fetch_all(tx.connection()).await.expect("rows");
                for row in rows {
                    for column in 0..row.len() {
                        if let Ok(Some(text)) = row.try_get::<Option<String>, _>(column) {
                            kept.extend_from_slice(text.as_bytes());
                            kept.push(b'\n');
                        }
                    }
                }
            }
        });
        for person in PERSONS {
            let found = kept.windows(person.len()).any(|part| part == person.as_bytes());
            assert!(!found, "{person} is kept");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
    }
}

fn bytes_below(folder: &Path, bytes: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() {
            bytes_below(&entry.path(), bytes);
        } else {
            bytes.extend(std::fs::read(entry.path()).expect("a file"));
        }
    }
}

fn instrument() -> &'static Instrument {
    shipped_by_id(INSTRUMENT).expect("an instrument")
}

/// A Google Forms export: a time stamp, an e-mail address, questions as headers, labels as
/// answers, free text. Row 4 repeats row 3. With `faulty` two cells are wrong.
fn export(faulty: bool) -> Vec<u8> {
    let mut csv = "Cap waktu,Alamat Email,NIK,Nama lengkap,Kabupaten/Kota,Kecamatan".to_owned();
    for item in &instrument().items {
        let _ = write!(csv, ",\"{}\"", item.text.id);
    }
    csv.push_str(",Saran untuk desa\n");
    let labels = ["Sangat puas", "Puas", "Cukup puas", "Tidak puas", "Sangat tidak puas"];
    for row in 0..24_usize {
        let person = if row % 2 == 0 { "siti.rahmawati" } else { "budi.santoso" };
        let regency = match row {
            5 if faulty => "Kota Atlantis",
            _ if row % 3 == 0 => "Kab. Kubu Raya",
            _ => "Kota Pontianak",
        };
        // The time of a repeated answer differs; what is answered does not.
        let alike = if row == 2 { 1 } else { row };
        let regency = if row == 2 { "Kota Pontianak" } else { regency };
        let _ = write!(
            csv,
            "2026/07/{:02} {}:{:02}:11,{person}{row}@contoh.id,6171014507900001,Siti Rahmawati,\
             {regency},",
            row % 9 + 10,
            row % 12 + 8,
            row + 10
        );
        for at in 0..instrument().items.len() {
            let answer = if faulty && row == 7 && at == 1 {
                "9"
            } else {
                labels[(alike * 7 + at * (alike % 4 + 1)) % labels.len()]
            };
            let _ = write!(csv, ",{answer}");
        }
        let _ = writeln!(csv, ",\"Kata Siti Rahmawati, jalan perlu diperbaiki ({row})\"");
    }
    csv.into_bytes()
}

fn a_form_export_with_faults_is_returned_mended_taken_in_and_computed(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let place = format!("/putaran/{id}/unggah");
    let sent = server.upload(&place, &[], "jawaban.csv", &export(true));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let page = server.get(&sent.location).text();
    for shown in ["belum ditentukan", "cukup puas", "2026/07/10", "tampak berisi surel"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("siti.rahmawati"), "{page}");

    // Not a single answer is taken while something is undecided.
    let early = server.post(&sent.location, "aksi=terima");
    assert_eq!(early.location, sent.location);

    let faults = server.agree(&sent.location);
    assert_eq!(faults, sent.location);
    let page = server.get(&faults).text();
    let column = |index: usize| char::from(b'A' + index as u8);
    for cell in ["E7".to_owned(), format!("{}9", column(7))] {
        assert!(page.contains(&format!(">{cell}<")), "{cell}: {page}");
    }
    assert!(page.contains("Kota Atlantis"));
    let marked = server.get(&format!("{faults}/catatan.xlsx"));
    assert_eq!(&marked.body[..2], b"PK");
    assert_eq!(server.round(id).answers, 0);
    let round = server.get(&format!("/putaran/{id}")).text();
    assert!(
        round.contains("dikembalikan dengan catatan") && !round.contains(">selesai<"),
        "{round}"
    );
    server.holds_no_person();

    // The mended file finds the mapping again.
    let sent = server.upload(&place, &[], "jawaban.csv", &export(false));
    assert!(server.get(&sent.location).text().contains("Memakai profil tersimpan"));
    let report = server.agree(&sent.location);
    let page = server.get(&report).text();
    assert!(page.contains("Jawaban diterima") && page.contains("Saran untuk desa"), "{page}");
    assert!(page.contains("<dt>Bertanda: baris kembar</dt><dd>1</dd>"), "{page}");
    assert_eq!(server.round(id).answers, 24);
    server.holds_no_person();

    let again = server.upload(&place, &[], "salinan.csv", &export(false));
    assert_eq!(again.status, 422);
    assert!(again.text().contains("sudah pernah diterima"), "{}", again.text());

    let job = server.post(&format!("/putaran/{id}/hitung"), "tanpa=ya&alasan=uji").location;
    assert_eq!(server.result_of(&job), format!("/putaran/{id}/beranda"));
    let folder = ResultFolder::of(server.state.store.folder(), &server.round(id));
    let folder = folder.expect("a result");
    let read = |path: &Path| -> IndexResult {
        serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("a result")
    };
    let n = |result: &IndexResult, code: &str| {
        let region = result.regions.iter().find(|region| region.code == code);
        region.expect("the region").scores[0].n
    };
    let result = read(&folder.result());
    assert_eq!(result.inputs.len(), 1);
    let both = n(&result, "61.71").zip(n(&result, "61.12")).expect("counts");
    assert_eq!(both.0 + both.1, 24);
    assert!(result.regions.iter().any(|region| region.scores[0].value.is_some()));
    // The one answer that carries a flag could be told from both scores.
    let unflagged = |code: &str| {
        let region = result.regions.iter().find(|region| region.code == code);
        region.expect("the region").scores[0].without_flagged.clone().expect("asked for")
    };
    assert_eq!(unflagged("61.71").withheld, Some(Withheld::TooFew));
    assert_eq!(unflagged("61.12").n, Some(both.1));
    assert_eq!(folder.frozen().expect("what was frozen").without_flagged.as_deref(), Some("uji"));
    let page = server.get(&place).text();
    assert!(page.contains("Skor dengan dan tanpa jawaban bertanda"), "{page}");
    for (region, said) in [("61.71", "Tidak ditampilkan"), ("61.12", "Tidak ada jawaban bertanda")]
    {
        let page = server.get(&format!("/putaran/{id}/wilayah/{region}")).text();
        assert!(page.contains("Tanpa jawaban bertanda mutu") && page.contains(said), "{page}");
    }

    // A file that comes after the result is not in it, and the round says so.
    let round = format!("/putaran/{id}");
    let (outdated, overview) =
        ("Hasil belum memuat perubahan terakhir", format!("{round}/beranda"));
    let page = server.get(&round).text();
    assert!(page.contains(&overview) && !page.contains(outdated), "{page}");
    let mut more = export(false);
    more.extend_from_slice(b"\n");
    let sent = server.upload(&place, &[], "lain.csv", &more).location;
    server.agree(&sent);
    let page = server.get(&round).text();
    assert!(page.contains(outdated) && page.contains(&format!("{place}#hitung")), "{page}");
    server.holds_no_person();
}

fn a_corrected_file_replaces_and_a_deleted_one_leaves_nothing(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let place = format!("/putaran/{id}/unggah");
    let first = server.upload(&place, &[], "jawaban.csv", &export(false)).location;
    let first = server.agree(&first);
    let mut longer = export(false);
    let last = longer.iter().rposition(|&byte| byte == b'6').expect("a digit");
    longer[last] = b'7';
    let sent = server.upload(&place, &[], "jawaban.csv", &longer).location;
    let page = server.get(&sent).text();
    let old = first.rsplit('/').next().expect("an id").to_owned();
    assert!(page.contains(&format!("<option value=\"{old}\" selected>")), "{page}");
    let second = server.agree(&sent);
    assert_eq!(server.round(id).answers, 24);
    let added = server.upload(&place, &[], "lain.csv", &export(false)).location;
    server.agree(&added);
    assert_eq!(server.round(id).answers, 48);
    let gone = server.post(&format!("{second}/hapus"), "");
    assert_eq!(gone.status, 303, "{}", gone.text());
    assert_eq!(server.round(id).answers, 24);
    let files = server.state.store.folder().round(id).join("files");
    assert_eq!(std::fs::read_dir(files).expect("a folder").count(), 2);
    assert_eq!(server.get(&first).status, 404);
}

fn what_cannot_be_read_is_refused_with_its_reason(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let place = format!("/putaran/{id}/unggah");
    for (name, file) in [("kosong.csv", &b""[..]), ("gambar.png", b"\x89PNG\r\n\x1a\n0000")] {
        let refused = server.upload(&place, &[], name, file);
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(name), "{}", refused.text());
    }
    let nothing = server.upload(&place, &[], "", b"");
    assert!(nothing.text().contains("Belum ada berkas"), "{}", nothing.text());
    let uploads = server.state.store.folder().uploads(id);
    assert_eq!(std::fs::read_dir(uploads).expect("a folder").count(), 0);
    let margins = format!("/putaran/{id}/susunan");
    let wrong = server.upload(&margins, &[], "susunan.csv", b"region,margin\n61.71,education\n");
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("susunan.csv"), "{}", wrong.text());
    let empty = server.post(&format!("/putaran/{id}/hitung"), "");
    assert_eq!(empty.status, 422);
}

fn a_file_read_wrongly_is_read_again_as_a_person_says(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let place = format!("/putaran/{id}/unggah");
    // A row of a heading that looks like names of columns stands above them.
    let body = String::from_utf8(export(false)).expect("text");
    let columns = body.lines().next().expect("a header").split(',').count();
    let titled = format!("Rekap{}\n{body}", ",Rekap".repeat(columns - 1));
    let sent = server.upload(&place, &[], "rekap.csv", titled.as_bytes());
    assert_eq!(sent.status, 303, "{}", sent.text());
    let reread = format!("{}/baca", sent.location);
    let header = |page: &str| page.contains("</small> Kabupaten/Kota</th>");
    assert!(!header(&server.get(&sent.location).text()));

    for (wrong, reason) in [
        ("baris-judul=nol", "bukan nomor baris"),
        ("baris-judul=2&pemisah=titik-koma", "satu kolom"),
        ("baris-judul=9000", "Baris judul kolom tidak ditemukan"),
    ] {
        let told = server.post(&reread, wrong);
        assert_eq!(told.status, 422, "{wrong}");
        assert!(told.text().contains(reason), "{wrong}: {}", told.text());
    }
    let again = server.post(&reread, "baris-judul=2&pemisah=koma");
    assert_eq!((again.status, again.location), (303, sent.location.clone()));
    let page = server.get(&sent.location).text();
    assert!(header(&page) && page.contains("name=\"baris-judul\""), "{page}");
    assert!(page.contains("<option value=\"koma\" selected>"), "{page}");
    server.agree(&sent.location);
    assert_eq!(server.round(id).answers, 24);
    server.holds_no_person();

    // What cannot be recognised at all can be said while it is sent.
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("Petunjuk").expect("a name").write(0, 0, "isi").expect("text");
    let sheet = book.add_worksheet().set_name("Data").expect("a name");
    for (row, line) in body.lines().enumerate() {
        for (column, text) in line.split(',').enumerate() {
            sheet.write(row as u32, column as u16, text.trim_matches('"')).expect("a cell");
        }
    }
    let book = book.save_to_buffer().expect("a workbook");
    let other = server.upload(&place, &[("lembar", "Salah")], "buku.xlsx", &book);
    assert_eq!(other.status, 422);
    assert!(other.text().contains("Lembar «Salah» tidak ada"), "{}", other.text());
    let told = server.upload(&place, &[("lembar", "Data")], "buku.xlsx", &book);
    let page = server.get(&told.location).text();
    assert!(header(&page) && page.contains("<option value=\"Data\" selected>"), "{page}");
}

fn an_instrument_of_ones_own_is_kept_as_a_version_and_scores_a_round(url: Option<&str>) {
    let server = Server::start(url);
    let shipped = server.get(&format!("/instrumen/{INSTRUMENT}"));
    assert_eq!(shipped.status, 200);
    let own = shipped.text().replace(
        &format!("id = \"{INSTRUMENT}\"\nversion = \"1\""),
        "id = \"layanan-kami\"\nversion = \"2\"",
    );
    let faulty = own.replacen("standing = \"other\"", "standing = \"resmi\"", 1);
    let line = own.lines().position(|line| line.starts_with("standing")).expect("a line") + 1;
    let returned = server.upload("/instrumen", &[], "layanan.toml", faulty.as_bytes());
    assert_eq!(returned.status, 422);
    let place = format!("layanan.toml, baris {line}, kolom");
    assert!(returned.text().contains(&place), "{}", returned.text());

    let kept = server.upload("/instrumen", &[], "layanan.toml", own.as_bytes());
    assert_eq!(kept.status, 303, "{}", kept.text());
    assert_eq!(server.upload("/instrumen", &[], "lagi.toml", own.as_bytes()).status, 303);
    let changed = own.replacen("weight = ", "weight = 1", 1);
    assert_ne!(changed, own);
    let taken = server.upload("/instrumen", &[], "layanan.toml", changed.as_bytes());
    assert_eq!(taken.status, 422);
    assert!(taken.text().contains("sudah ada dengan isi lain"), "{}", taken.text());
    assert_eq!(server.get("/instrumen/layanan-kami-v2").text(), own);
    assert_eq!(server.get("/instrumen/..%2fselaras").status, 404);
    assert!(server.get("/putaran/baru").text().contains("<option value=\"layanan-kami-v2\">"));

    let form = "tahun=2026&nama=Layanan&instrumen=layanan-kami-v2&target=1250&cakupan=pilihan\
                &provinsi=61&ditutup=2026-07-31";
    let round = server.post("/putaran", form).location;
    assert!(round.starts_with("/putaran/"), "{round}");
    let sent = server.upload(&format!("{round}/unggah"), &[], "jawaban.csv", &export(false));
    server.agree(&sent.location);
    let job = server.post(&format!("{round}/hitung"), "").location;
    server.result_of(&job);
    let method = server.get(&format!("{round}/metode")).text();
    assert!(method.contains("versi 2"), "{method}");
    let json = server.get(&format!("{round}/unduh/result.json"));
    let result: IndexResult = serde_json::from_slice(&json.body).expect("a result");
    assert_eq!((&*result.instrument.id, &*result.instrument.version), ("layanan-kami", "2"));
    assert!(server.get(&format!("{round}/unduh/laporan.html")).text().contains("<svg"));

    // Another instrument is no reason to call a round the first: what differs is named.
    let computed = |year: i16, instrument: &str| {
        let form = format!(
            "tahun={year}&nama=Layanan+{year}&instrumen={instrument}&target=1250&cakupan=pilihan\
             &provinsi=61&ditutup={year}-07-31"
        );
        let round = server.post("/putaran", &form).location;
        let sent = server.upload(&format!("{round}/unggah"), &[], "jawaban.csv", &export(false));
        server.agree(&sent.location);
        server.result_of(&server.post(&format!("{round}/hitung"), "").location);
        round
    };
    let change = |round: &str| {
        let json = server.get(&format!("{round}/unduh/result.json"));
        let result: IndexResult = serde_json::from_slice(&json.body).expect("a result");
        result.change.expect("a round before")
    };
    let other = computed(2027, INSTRUMENT);
    assert_eq!(change(&other).before, "Layanan");
    assert_eq!(change(&other).not_comparable[0].key, "index-change-instrument");
    let page = server.get(&format!("{other}/beranda")).text();
    assert!(page.contains("Putaran sebelumnya: Layanan. Tidak dapat dibandingkan"), "{page}");
    // A round of the same instrument is preferred to a later one of another.
    let again = computed(2028, "layanan-kami-v2");
    assert_eq!(change(&again).before, "Layanan");
    assert!(change(&again).not_comparable.is_empty());

    let kept = server.state.store.folder().instrument("layanan-kami-v2");
    std::fs::remove_file(kept).expect("the file");
    server.result_of(&server.post(&format!("{other}/hitung"), "").location);
    assert_eq!(change(&other).not_comparable[0].key, "index-change-instrument-gone");
}

fn margins_are_taken_by_name_and_their_template_is_at_hand(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let margins = format!("/putaran/{id}/susunan");
    let page = server.get(&format!("/putaran/{id}/unggah")).text();
    assert!(page.contains(&format!("{margins}/contoh.xlsx")), "{page}");
    let template = server.get(&format!("{margins}/contoh.xlsx"));
    assert_eq!((template.status, &template.body[..2]), (200, &b"PK"[..]));
    let blank = server.upload(&margins, &[], "susunan.xlsx", &template.body);
    assert_eq!(blank.status, 422, "nothing was filled in: {}", blank.text());

    let file = "Wilayah;Susunan;Golongan;Jumlah;Sumber;Tahun\n\
                Kota Pontianak;Jenis kelamin;Laki-laki;331.000;Dukcapil;2025\n\
                Kota Pontianak;Jenis kelamin;Perempuan;332.000;Dukcapil;2025\n";
    let taken = server.upload(&margins, &[], "penduduk.csv", file.as_bytes());
    assert_eq!(taken.status, 303, "{}", taken.text());
    let page = server.get(&format!("/putaran/{id}/unggah")).text();
    assert!(page.contains("penduduk.csv: 1 susunan untuk 1 kabupaten/kota"), "{page}");
    let wrong = file.replace("Perempuan", "Wanita karier");
    let told = server.upload(&margins, &[], "penduduk.csv", wrong.as_bytes());
    assert_eq!(told.status, 422);
    assert!(told.text().contains("Golongannya: L, P"), "{}", told.text());
    assert!(!server.round(id).simulated);

    let removed = server.post(&format!("{margins}/hapus"), "");
    assert_eq!(removed.status, 303, "{}", removed.text());
    let page = server.get(&format!("/putaran/{id}/unggah")).text();
    assert!(!page.contains("penduduk.csv"), "{page}");
    let marked = file.replace("Dukcapil", "DATA-SIMULASI");
    server.upload(&margins, &[], "penduduk.csv", marked.as_bytes());
    assert!(server.round(id).simulated);
    let actions: Vec<String> = server.runtime.block_on(async {
        let mut tx = server.state.store.read(Clock::System).await.expect("a transaction");
        let rows = sqlx::query("SELECT action FROM audit WHERE kind = 'margins' ORDER BY position")
            .fetch_all(tx.connection())
            .await
            .expect("the audit");
        rows.iter().map(|row: &AnyRow| row.try_get("action").expect("an action")).collect()
    });
    assert_eq!(actions, ["change", "delete", "change"]);
}

fn official_figures_stand_beside_the_score_and_change_nothing(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let (upload, official) = (format!("/putaran/{id}/unggah"), format!("/putaran/{id}/resmi"));
    server.agree(&server.upload(&upload, &[], "jawaban.csv", &export(false)).location);
    let computed = || -> IndexResult {
        server.result_of(&server.post(&format!("/putaran/{id}/hitung"), "").location);
        let json = server.get(&format!("/putaran/{id}/unduh/result.json"));
        serde_json::from_slice(&json.body).expect("a result")
    };
    let before = computed();
    let faulty = b"wilayah,nilai,sumber,tanggal\n61.71,9,Kemendagri,2024-01-12\n";
    let returned = server.upload(&official, &[], "resmi.csv", faulty);
    assert_eq!(returned.status, 422);
    assert!(returned.text().contains("resmi.csv, baris 2, kolom B"), "{}", returned.text());
    let future = b"wilayah,nilai,sumber,tanggal\n61.71,4,Kemendagri,2999-01-12\n";
    let returned = server.upload(&official, &[], "resmi.csv", future);
    assert_eq!(returned.status, 422);
    assert!(returned.text().contains("resmi.csv, baris 2, kolom D"), "{}", returned.text());
    assert!(returned.text().contains("belum tiba"), "{}", returned.text());
    let figures = b"wilayah,nilai,sumber,tanggal\nKota Pontianak,\"4,25\",Kemendagri,2024-01-12\n";
    assert_eq!(server.upload(&official, &[], "resmi.csv", figures).status, 303);
    let page = server.get(&upload).text();
    assert!(page.contains("resmi.csv: angka resmi 1 wilayah"), "{page}");
    assert!(server.get(&format!("/putaran/{id}")).text().contains("Hasil belum memuat"));
    let mut after = computed();
    let at = after.regions.iter().position(|region| region.code == "61.71").expect("the region");
    let shown = after.regions[at].official.take().expect("the figure");
    assert_eq!((shown.value, &*shown.source), (4.25, "Kemendagri"));
    assert_eq!(after, before);
    let page = server.get(&format!("/putaran/{id}/wilayah/61.71")).text();
    assert!(page.contains("Angka resmi: 4,25 (Kemendagri, 12 Januari 2024)"), "{page}");
    let page = server.get(&format!("/putaran/{id}/unduh/laporan.html")).text();
    assert!(page.contains("Angka resmi di samping hasil ini"), "{page}");
    assert_eq!(server.post(&format!("{official}/hapus"), "").status, 303);
    assert!(!server.get(&upload).text().contains("angka resmi 1 wilayah"));
}

fn simulated_answers_mark_the_round_that_takes_them(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let place = format!("/putaran/{id}/unggah");
    let sent = server.upload(&place, &[], "DATA-SIMULASI-jawaban.csv", &export(false)).location;
    assert!(server.get(&sent).text().contains("ditandai data simulasi"));
    assert!(!server.round(id).simulated);
    server.agree(&sent);
    assert!(server.round(id).simulated);
}

fn a_round_is_simulated_only_while_what_it_uses_is(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let place = format!("/putaran/{id}/unggah");
    server.agree(&server.upload(&place, &[], "jawaban.csv", &export(false)).location);
    let computed = || -> IndexResult {
        server.result_of(&server.post(&format!("/putaran/{id}/hitung"), "").location);
        let json = server.get(&format!("/putaran/{id}/unduh/result.json"));
        let result: IndexResult = serde_json::from_slice(&json.body).expect("a result");
        let marked = json.header("content-disposition").contains("DATA-SIMULASI");
        assert_eq!(marked, result.simulated);
        result
    };
    let badge = "class=\"badge warm simulated\"";
    let shown = || server.get(&format!("/putaran/{id}/beranda")).text().contains(badge);
    let real = computed();
    assert!(!real.simulated && !shown());

    let own = "Wilayah;Susunan;Golongan;Jumlah;Sumber;Tahun\n\
               Kota Pontianak;Jenis kelamin;Laki-laki;331.000;Dukcapil;2025\n\
               Kota Pontianak;Jenis kelamin;Perempuan;332.000;Dukcapil;2025\n";
    let figures = "wilayah,nilai,sumber,tanggal\n61.71,4,Kemendagri,2024-01-12\n";
    let said = "ditandai data simulasi";
    let marked_source = own.replace("Dukcapil", "DATA-SIMULASI");
    for (kind, name, marked, clean) in [
        ("susunan", "DATA-SIMULASI-penduduk.csv", own, own),
        ("susunan", "penduduk.csv", marked_source.as_str(), own),
        ("resmi", "data simulasi resmi.csv", figures, figures),
    ] {
        let table = format!("/putaran/{id}/{kind}");
        for replace in [true, false] {
            assert_eq!(server.upload(&table, &[], name, marked.as_bytes()).status, 303, "{name}");
            assert!(server.get(&place).text().contains(said), "{name}");
            assert!(server.round(id).simulated, "{name}");
            assert!(computed().simulated && shown(), "{name}");
            let gone = if replace {
                server.upload(&table, &[], "milik-kami.csv", clean.as_bytes())
            } else {
                server.post(&format!("{table}/hapus"), "")
            };
            assert_eq!(gone.status, 303, "{}", gone.text());
            assert!(!server.get(&place).text().contains(said), "{name}");
            assert!(!server.round(id).simulated, "{name}");
            // The present result is still made of it.
            assert!(shown(), "{name}");
            assert!(!computed().simulated && !shown(), "{name}");
        }
        server.post(&format!("{table}/hapus"), "");
    }

    let marked = "DATA-SIMULASI-lain.csv";
    let report = server
        .agree(&server.upload(&place, &[], marked, &[&export(false)[..], b"\n"].concat()).location);
    assert!(server.round(id).simulated && computed().simulated);
    assert_eq!(server.post(&format!("{report}/hapus"), "").status, 303);
    assert!(!server.round(id).simulated);
    assert_eq!(computed(), real);
}

fn editing_a_round_loses_no_answers_and_asks_for_its_index_again(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let (upload, edit) = (format!("/putaran/{id}/unggah"), format!("/putaran/{id}/ubah"));
    server.agree(&server.upload(&upload, &[], "jawaban.csv", &export(false)).location);
    server.result_of(&server.post(&format!("/putaran/{id}/hitung"), "").location);
    let form = |regions: &str, instrument: &str| {
        format!(
            "tahun=2026&nama=Putaran+uji&instrumen={instrument}&dibuka=&ditutup=&target=20\
             &cakupan=pilihan&{regions}"
        )
    };
    let refused = server.post(&edit, &form("kabkota=Kota+Pontianak", INSTRUMENT));
    assert_eq!(refused.status, 422);
    let page = refused.text();
    assert!(page.contains("8 jawaban dari Kab. Kubu Raya akan hilang"), "{page}");
    let refused = server.post(&edit, &form("provinsi=61", "ihai-2025"));
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Instrumen tidak dapat diganti"), "{}", refused.text());
    assert!(server.get(&edit).text().contains("Instrumen tetap"));
    assert!(!server.get(&format!("/putaran/{id}")).text().contains("Hasil belum memuat"));

    let two = form("kabkota=Kota+Pontianak,+Kab.+Kubu+Raya", INSTRUMENT);
    assert_eq!(server.post(&edit, &two).status, 303);
    let round = server.round(id);
    assert_eq!((round.target, round.regions), (20, vec!["61.12".to_owned(), "61.71".to_owned()]));
    assert_eq!(round.answers, 24);
    assert!(server.get(&format!("/putaran/{id}")).text().contains("Hasil belum memuat"));
    server.result_of(&server.post(&format!("/putaran/{id}/hitung"), "").location);
    assert!(!server.get(&format!("/putaran/{id}")).text().contains("Hasil belum memuat"));
    let json = server.get(&format!("/putaran/{id}/unduh/result.json"));
    let result: IndexResult = serde_json::from_slice(&json.body).expect("a result");
    let seen: Vec<_> = result.regions.iter().map(|of| (of.code.as_str(), of.n)).collect();
    assert_eq!(seen, [("61", Some(24)), ("61.12", Some(8)), ("61.71", Some(16))]);
}

fn the_year_of_a_round_stays_where_ages_were_reckoned_in_it(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let year = |year: u16| {
        let form = format!(
            "tahun={year}&nama=Putaran+uji&instrumen={INSTRUMENT}&target=20&cakupan=pilihan\
             &provinsi=61"
        );
        server.post(&format!("/putaran/{id}/ubah"), &form)
    };
    let take = |name: &str, file: &[u8]| {
        let place = format!("/putaran/{id}/unggah");
        server.agree(&server.upload(&place, &[], name, file).location)
    };
    take("tanpa-umur.csv", &export(false));
    assert_eq!(year(2025).status, 303, "no age hangs on it");
    let with_births: String = String::from_utf8(export(false))
        .expect("a text")
        .lines()
        .enumerate()
        .map(|(row, line)| match row {
            0 => format!("{line},Tahun lahir\n"),
            _ => format!("{line},{}\n", 1950 + row),
        })
        .collect();
    take("tahun-lahir.csv", with_births.as_bytes());
    let refused = year(2026);
    assert_eq!(refused.status, 422);
    let page = refused.text();
    assert!(page.contains("umur dalam tahun-lahir.csv dihitung dari tahun lahir"), "{page}");
    assert_eq!(server.round(id).year, 2025);
}

fn nothing_is_public_before_the_later_of_the_closing_days_a_round_has_and_had(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let upload = format!("/putaran/{id}/unggah");
    server.agree(&server.upload(&upload, &[], "jawaban.csv", &export(false)).location);
    let close = |day: &str| {
        let form = format!(
            "tahun=2026&nama=Putaran+uji&instrumen={INSTRUMENT}&dibuka=&ditutup={day}&target=20\
             &cakupan=pilihan&provinsi=61"
        );
        let edited = server.post(&format!("/putaran/{id}/ubah"), &form);
        assert_eq!(edited.status, 303, "{}", edited.text());
    };
    let compute = || server.result_of(&server.post(&format!("/putaran/{id}/hitung"), "").location);
    let public = format!("/publik/{id}");
    let open = || {
        let files = ["result.json", "skor.csv", "cakupan.csv", "indeks.xlsx", "laporan.html"];
        let sent: Vec<bool> = files
            .iter()
            .map(|file| server.get(&format!("{public}/unduh/{file}")).status == 200)
            .collect();
        let pages = [public.clone(), format!("{public}/metode")].map(|page| {
            !server.get(&page).text().contains("Hasilnya dibuka untuk umum mulai")
                && !server.get(&page).text().contains("belum ditetapkan")
        });
        let all: Vec<bool> = sent.into_iter().chain(pages).collect();
        assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
        all[0]
    };
    close("2020-07-31");
    compute();
    assert!(open());
    close("2999-01-01");
    assert!(!open(), "the day it closes now counts");
    assert!(server.get(&public).text().contains("15 Januari 2999"));
    close("");
    assert!(!open(), "it is open again");
    close("2020-07-30");
    assert!(open(), "no day lies ahead");
    close("2999-01-01");
    compute();
    close("2020-07-31");
    assert!(!open(), "the result was computed of answers taken until another day");
    compute();
    assert!(open());
}

fn every_page_that_reads_a_result_says_when_it_no_longer_fits_its_round(url: Option<&str>) {
    let server = Server::start(url);
    let id = server.make_round();
    let round = format!("/putaran/{id}");
    let upload = format!("{round}/unggah");
    server.agree(&server.upload(&upload, &[], "jawaban.csv", &export(false)).location);
    let compute = || server.result_of(&server.post(&format!("{round}/hitung"), "").location);
    compute();
    let pages: Vec<String> = ["", "/beranda", "/peta", "/wilayah/61", "/wilayah/61.71", "/beda"]
        .iter()
        .chain(&["/metode", "/unggah"])
        .map(|page| format!("{round}{page}"))
        .chain(["/putaran".to_owned()])
        .collect();
    let told = |page: &str| {
        let text = server.get(page).text();
        let said = text.contains("Hasil belum memuat perubahan terakhir");
        let link = format!("href=\"{upload}#hitung\"");
        assert!(!said || text.contains(&link), "{page}: {text}");
        said
    };
    let edit = |name: &str, day: &str, target: u16, regions: &str| {
        let form = format!(
            "tahun=2026&nama={name}&instrumen={INSTRUMENT}&dibuka=&ditutup={day}&target={target}\
             &cakupan=pilihan&{regions}"
        );
        assert_eq!(server.post(&format!("{round}/ubah"), &form).status, 303, "{form}");
    };
    let whole = "provinsi=61";
    let margins = "Wilayah;Susunan;Golongan;Jumlah;Sumber;Tahun\n\
                   Kota Pontianak;Jenis kelamin;Laki-laki;331.000;Dukcapil;2025\n\
                   Kota Pontianak;Jenis kelamin;Perempuan;332.000;Dukcapil;2025\n";
    let figures = "wilayah,nilai,sumber,tanggal\n61.71,4,Kemendagri,2024-01-12\n";
    let send = |place: &str, name: &str, file: &[u8]| {
        assert_eq!(server.upload(&format!("{round}/{place}"), &[], name, file).status, 303);
    };
    let more = [&export(false)[..], b"\n"].concat();
    let changes: [(&str, &dyn Fn()); 7] = [
        ("name", &|| edit("Lain", "", 1_250, whole)),
        ("dates", &|| edit("Lain", "2026-07-31", 1_250, whole)),
        ("target", &|| edit("Lain", "2026-07-31", 20, whole)),
        ("regions", &|| edit("Lain", "2026-07-31", 20, "kabkota=61.71,61.12")),
        ("margins", &|| send("susunan", "penduduk.csv", margins.as_bytes())),
        ("official figures", &|| send("resmi", "resmi.csv", figures.as_bytes())),
        ("files", &|| drop(server.agree(&server.upload(&upload, &[], "lain.csv", &more).location))),
    ];
    for (what, change) in changes {
        for page in &pages {
            assert!(!told(page), "before {what}: {page}");
        }
        change();
        for page in &pages {
            assert!(told(page), "{what}: {page}");
        }
        compute();
    }
    // Readers outside the office learn nothing of what the office has still to do.
    edit("Lagi", "2020-07-31", 20, "kabkota=61.71,61.12");
    assert!(!told(&format!("/publik/{id}")));
}

fn official_boundaries_replace_the_schematic_map_until_they_are_removed(url: Option<&str>) {
    let server = Server::start(url);
    // About as large as the regions are.
    let square = |(west, side): (f64, f64), code: &str, name: &str| {
        let east = west + side;
        format!(
            r#"{{"type":"Feature","properties":{{"kode":"{code}","nama":"{name}"}},"geometry":{{"type":"Polygon","coordinates":[[[{west},0.0],[{east},0.0],[{east},{side}],[{west},{side}],[{west},0.0]]]}}}}"#
        )
    };
    let file = format!(
        r#"{{"type":"FeatureCollection","features":[{},{}]}}"#,
        square((109.3, 0.1), "61.71", "Kota Pontianak"),
        square((109.4, 0.8), "61.12", "Kabupaten Kubu Raya")
    );
    let about = [("sumber", "Uji"), ("tanggal", "2025-08-31")];
    let send = |texts: &[(&str, &str)], file: &str| {
        server.upload("/data/batas", texts, "batas.geojson", file.as_bytes())
    };
    assert_eq!(send(&[], &file).status, 422);
    let undated = send(&[("sumber", "Uji"), ("tanggal", "kemarin")], &file);
    assert_eq!(undated.status, 422);
    assert!(undated.text().contains("«kemarin» bukan tanggal"), "{}", undated.text());
    let broken = send(&about, &file.replace("61.71", "99.99"));
    assert_eq!(broken.status, 422);
    assert!(broken.text().contains("dikembalikan dengan catatan"), "{}", broken.text());
    let taken = send(&about, &file);
    assert_eq!(taken.status, 303, "{}", taken.text());
    assert!(server.get("/data/batas").text().contains("batas.geojson"));
    let map = || {
        let data = server.state.store.folder();
        let province = "61".parse().expect("a code");
        selaras::region::atlas::map_of(data, selaras::region::Level::Regency, Some(province))
    };
    assert_eq!(map().topology.shapes().len(), 2);
    assert_eq!(map().official.expect("official boundaries").source, "Uji");
    assert_eq!(server.post("/data/batas/hapus", "tingkat=kabkota").status, 303);
    assert_eq!(map().topology.shapes().len(), 14);
    assert!(map().official.is_none());
}
