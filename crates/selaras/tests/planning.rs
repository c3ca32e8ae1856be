//! Plans from the files that offices send to what does not fit between them, in the register and
//! over HTTP, on both engines.

#![cfg(test)]

#[path = "support/client.rs"]
mod client;
mod support;

use std::net::SocketAddr;

use client::Answer;
use jiff::civil::date;
use selaras::align::read::{self, Mappings, PlanFile};
use selaras::align::register::{self, Keeping};
use selaras::align::{Sent, align};
use selaras::check::{Check, Finding, Sides, Silence};
use selaras::plan::Terms;
use selaras::policy::{Actor, Scope};
use selaras::region::{self, Level};
use selaras::sheet::Source;
use selaras::store::{Clock, Error, Store, Tx};
use selaras::web::{self, AppState};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

on_both_engines!(
    the_same_document_is_kept_once,
    a_corrected_document_takes_the_place_of_the_one_before_until_it_is_withdrawn,
    what_is_meant_so_holds_until_a_row_changes,
    whoever_may_not_know_of_a_province_finds_none_of_its_plans,
    two_plans_of_different_layout_are_led_in_and_show_what_does_not_fit,
    faults_are_told_by_cell_and_nothing_is_kept_or_forgotten,
    a_file_that_does_not_say_whose_it_is_is_asked_about,
    a_finding_is_silenced_with_a_reason_and_opened_again,
    lists_beside_plans_are_taken_whole_or_returned_by_cell,
    two_versions_of_a_document_are_compared_row_by_row,
    a_kabupaten_stands_beside_its_province_and_is_filtered,
    what_is_not_there_is_not_found,
);

const UPPER: &str = "Renja Badan Kesbangpol Provinsi Kalimantan Barat Tahun 2027;;;;;;;;;;\n\
     Kode;Uraian;Prioritas Daerah;Mandat;Indikator;Satuan;Target 2027;Lokasi;Topik;Kelompok Sasaran;\
     Waktu;Pagu Indikatif 2027;SPM;Nomor Kesepakatan\n\
     8.01.05;PROGRAM KETAHANAN;;;;;;;;;;;;\n\
     8.01.05.1.01.0003;Pelaksanaan;Kerukunan;8;Peserta;orang;120;61.01.01;kerukunan umat beragama;\
     pelajar;TW 2;300.000.000;;BA-1\n";
const LOWER: &str = "Kode;Uraian;Indikator;Satuan;Target 2027;Lokasi;Topik;Kelompok Sasaran;Waktu;\
     Pagu Indikatif 2027\n\
     8.01.05.2.01.0003;Pelaksanaan;Peserta;orang;80;61.01.01;kerukunan umat beragama;pelajar;TW 2;\
     90.000.000\n\
     8.01.06.2.01.0003;Pelaksanaan;Peserta;orang;40;61.01.02;kewaspadaan dini;FKDM;TW 3;10.000.000\n";
const UPPER_NAME: &str = "provinsi.csv";
const LOWER_NAME: &str = "renja-kesbangpol-61.01-2027.csv";

fn run<T>(future: impl Future<Output = T>) -> T {
    Runtime::new().expect("a runtime").block_on(future)
}

fn with_store<F: Future<Output = ()>>(url: Option<&str>, claim: impl FnOnce(Store) -> F) {
    let folder = tempfile::tempdir().expect("a folder");
    run(async {
        let store = support::open(folder.path(), url).await;
        claim(store.clone()).await;
        store.close().await;
    });
}

fn sent(upper: &str, lower: &str) -> Vec<Sent> {
    let file = |name: &str, text: &str, level| PlanFile {
        source: Source::memory(text.as_bytes().to_vec()),
        name: name.to_owned(),
        level,
    };
    let files = [file(UPPER_NAME, upper, Level::Province), file(LOWER_NAME, lower, Level::Regency)];
    let mappings = &mut Mappings::default();
    read::plans(&files, mappings, Terms::shipped(), &mut |_| {}).expect("plans")
}

fn code(text: &str) -> region::Code {
    text.parse().expect("a code")
}

async fn keep_all(store: &Store, all: &[Sent]) -> Vec<Keeping> {
    let mut tx = store.begin(Clock::System).await.expect("a transaction");
    let mut kept = Vec::new();
    for of in all {
        kept.push(register::keep(&mut tx, &Actor::operator(), of).await.expect("it is kept"));
    }
    tx.commit().await.expect("a commit");
    kept
}

async fn state(tx: &mut Tx) -> String {
    register::state(tx, &Actor::operator(), code("61")).await.expect("a state")
}

/// The overlap between the province and Sambas, where there is one.
async fn overlap(tx: &mut Tx) -> Option<Finding> {
    let inputs = register::inputs(tx, &Actor::operator(), code("61")).await.expect("inputs");
    let alignment = align(inputs.expect("plans"), date(2026, 11, 20));
    let pair = Sides::Pair(code("61"), code("61.01"));
    let mut outcomes = alignment.of(Check::Duplication).filter(|of| of.sides == pair);
    outcomes.next().and_then(|of| of.findings.first().cloned())
}

fn the_same_document_is_kept_once(url: Option<&str>) {
    with_store(url, |store| async move {
        let plans = sent(UPPER, LOWER);
        let first = keep_all(&store, &plans).await;
        let again = keep_all(&store, &plans).await;
        for (first, again) in first.iter().zip(&again) {
            let (Keeping::New(id), Keeping::Already(same)) = (first, again) else {
                panic!("{first:?} {again:?}")
            };
            assert_eq!(id, same);
        }
        let mut tx = store.read(Clock::System).await.expect("a transaction");
        let actor = Actor::operator();
        let kept = register::list(&mut tx, &actor, &Scope::nation()).await.expect("a list");
        assert_eq!(kept.len(), 2);
        let read = register::get(&mut tx, &actor, kept[0].id).await.expect("the document");
        assert_eq!((read.version.hash(), read.files.len()), (kept[0].hash.as_str(), 1));
        assert!(plans.contains(&read), "what is read is what was kept");
        let provinces = register::provinces(&mut tx, &actor).await.expect("provinces");
        assert_eq!(provinces, [code("61")]);
    });
}

fn a_corrected_document_takes_the_place_of_the_one_before_until_it_is_withdrawn(url: Option<&str>) {
    with_store(url, |store| async move {
        let actor = Actor::operator();
        keep_all(&store, &sent(UPPER, LOWER)).await;
        let corrected = LOWER.replace("90.000.000", "95.000.000");
        let kept = keep_all(&store, &sent(UPPER, &corrected)).await;
        let Keeping::New(new) = kept[1] else { panic!("{kept:?}") };
        // Something younger is in force all the time, so that no age tells the two states apart.
        let other = UPPER.replace("Tahun 2027", "Tahun 2028");
        keep_all(&store, &sent(&other, LOWER)[..1]).await;

        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        let before = state(&mut tx).await;
        let inputs = register::inputs(&mut tx, &actor, code("61")).await.expect("inputs");
        assert_eq!(inputs.expect("plans").plans.len(), 3, "the one before is not compared");
        register::withdraw(&mut tx, &actor, new).await.expect("it is withdrawn");
        assert_ne!(state(&mut tx).await, before, "what is computed from plans is outdated");
        let kept = register::list(&mut tx, &actor, &Scope::of("61.01").expect("a scope")).await;
        let kept = kept.expect("a list");
        assert_eq!((kept.len(), kept[0].replaced_by), (1, None), "the first is in force again");
        tx.commit().await.expect("a commit");
    });
}

fn what_is_meant_so_holds_until_a_row_changes(url: Option<&str>) {
    with_store(url, |store| async move {
        let actor = Actor::operator();
        keep_all(&store, &sent(UPPER, LOWER)).await;
        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        let finding = overlap(&mut tx).await.expect("an overlap");
        let silence = Silence::new(&finding, "Kegiatan bersama").expect("a silence");
        register::silence(&mut tx, &actor, code("61"), &finding, &silence).await.expect("said");
        let said = overlap(&mut tx).await.and_then(|of| of.intended);
        assert_eq!(said.as_deref(), Some("Kegiatan bersama"));
        tx.commit().await.expect("a commit");

        let elsewhere = LOWER.replace("10.000.000", "12.000.000");
        keep_all(&store, &sent(UPPER, &elsewhere)).await;
        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        assert!(!overlap(&mut tx).await.expect("an overlap").is_open(), "another row changed");
        drop(tx);
        let changed = LOWER.replace("90.000.000", "95.000.000");
        keep_all(&store, &sent(UPPER, &changed)).await;
        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        let finding = overlap(&mut tx).await.expect("an overlap");
        assert!(finding.is_open(), "its own row changed");

        register::silence(&mut tx, &actor, code("61"), &finding, &silence).await.expect("said");
        register::reopen(&mut tx, &actor, code("61"), &finding.id()).await.expect("open again");
        assert!(overlap(&mut tx).await.expect("an overlap").is_open());
    });
}

fn whoever_may_not_know_of_a_province_finds_none_of_its_plans(url: Option<&str>) {
    with_store(url, |store| async move {
        let kept = keep_all(&store, &sent(UPPER, LOWER)).await;
        let Keeping::New(id) = kept[0] else { panic!("{kept:?}") };
        let mut tx = store.begin(Clock::System).await.expect("a transaction");
        let finding = overlap(&mut tx).await.expect("an overlap");
        let silence = Silence::new(&finding, "x").expect("a silence");
        let elsewhere = Actor::operator().confined(Scope::of("62").expect("a scope"));
        for actor in [elsewhere, Actor::anyone()] {
            let unknown = |found: Result<(), Error>| matches!(found, Err(Error::NotFound));
            let got = register::get(&mut tx, &actor, id).await.map(|_| ());
            assert!(unknown(got));
            assert!(unknown(register::withdraw(&mut tx, &actor, id).await));
            let inputs = register::inputs(&mut tx, &actor, code("61")).await.map(|_| ());
            assert!(unknown(inputs));
            let said = register::silence(&mut tx, &actor, code("61"), &finding, &silence).await;
            assert!(unknown(said));
            let list = register::list(&mut tx, &actor, &Scope::nation()).await;
            assert!(list.is_err() || list.is_ok_and(|list| list.is_empty()));
        }
    });
}

struct Server {
    address: SocketAddr,
    state: AppState,
    runtime: Runtime,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    _folder: TempDir,
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
        Self { address, state, runtime, end: Some(end), _folder: folder }
    }

    fn get(&self, path: &str) -> Answer {
        client::send(self.address, ("GET", path), "", ("text/plain", b""))
    }

    fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        let sent = ("application/x-www-form-urlencoded", form.as_bytes());
        client::send(self.address, ("POST", path), "", sent)
    }

    fn upload(&self, path: &str, name: &str, file: &str) -> Answer {
        let (kind, body) = client::form(&[], "berkas", name, file.as_bytes());
        client::send(self.address, ("POST", path), "", (kind, &body))
    }

    /// Sends files into one sending, whose address comes back.
    fn send(&self, files: &[(&str, &str)]) -> String {
        let mut place = "/perencanaan/unggah".to_owned();
        for (name, text) in files {
            let answer = self.upload(&place, name, text);
            assert_eq!(answer.status, 303, "{}", answer.text());
            place = answer.location;
        }
        place
    }

    /// Sends files that say everything and keeps what is read of them.
    fn keep(&self, files: &[(&str, &str)]) -> String {
        let sending = self.send(files);
        let kept = self.post(&format!("{sending}/simpan"), "");
        assert_eq!(kept.status, 303, "{}", kept.text());
        assert_eq!(self.get(&sending).status, 404, "what was sent is deleted");
        kept.location
    }

    fn both(&self) -> String {
        self.keep(&[(UPPER_NAME, UPPER), (LOWER_NAME, LOWER)])
    }

    fn documents(&self) -> usize {
        self.runtime.block_on(async {
            let mut tx = self.state.store.read(Clock::System).await.expect("a transaction");
            let all = register::list(&mut tx, &Actor::operator(), &Scope::nation()).await;
            all.expect("a list").len()
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
    }
}

/// What stands behind `before` up to the next quotation mark, wherever it occurs.
fn each<'a>(page: &'a str, before: &str) -> Vec<&'a str> {
    let parts = page.split(before).skip(1);
    parts.filter_map(|rest| rest.split('"').next()).collect()
}

const PAIR: &str = "/perencanaan/61/2027/temuan/61/61.01";

fn two_plans_of_different_layout_are_led_in_and_show_what_does_not_fit(url: Option<&str>) {
    let server = Server::start(url);
    assert!(server.page("/perencanaan").contains("Unggah rencana"));
    let sending = server.send(&[(UPPER_NAME, UPPER), (LOWER_NAME, LOWER)]);
    let page = server.page(&sending);
    assert!(page.contains("Renja · Kab. Sambas · 2027"), "{page}");
    assert!(page.contains("Renja · Kalimantan Barat · 2027"), "{page}");
    let read = server.page(&format!("{sending}/hasil"));
    assert!(read.contains("Rp300.000.000") && read.contains("Rp100.000.000"), "{read}");
    assert_eq!(server.documents(), 0, "reading keeps nothing");
    let kept = server.post(&format!("{sending}/simpan"), "");
    assert_eq!(kept.location, "/perencanaan/61/2027");

    let board = server.page(&kept.location);
    let place = |name: &str| board.find(&format!(">{name}</a>")).expect("a region");
    assert!(place("Kab. Mempawah") < place("Kab. Sambas"), "who sent nothing stands first");
    assert_eq!(board.matches("<tr class=\"hatched\">").count(), 13);
    assert!(!board.contains("<td data-label=\"Keadaan\">0"), "and is never zero");
    let pair = server.page(PAIR);
    assert!(pair.contains("Aturan duplication, versi selaras 1"), "the rule is named");
    for row in ["8.01.05.1.01.0003 Pelaksanaan", "8.01.05.2.01.0003 Pelaksanaan"] {
        assert!(pair.contains(row), "{row}: the rows of both sides");
    }
    assert!(pair.contains("Belum dapat diperiksa, karena belum ada:"));
    for page in ["matriks", "matriks?rinci=sub", "lembar-sekda", "daerah/61.02"] {
        server.page(&format!("/perencanaan/61/2027/{page}"));
    }
    for file in each(&board, "href=\"/perencanaan/61/2027/unduh/") {
        let answer = server.get(&format!("/perencanaan/61/2027/unduh/{file}"));
        assert_eq!(answer.status, 200, "{file}");
        assert!(answer.header("content-disposition").contains(file), "{file}");
    }
}

fn faults_are_told_by_cell_and_nothing_is_kept_or_forgotten(url: Option<&str>) {
    let server = Server::start(url);
    let other = LOWER.replace("Topik;", "Qwerty;");
    let faulty = other.replace("90.000.000", "sembilan puluh").replace("10.000.000", "10,5");
    let sending = server.send(&[(LOWER_NAME, &faulty)]);
    let table = format!("{sending}/tabel/0");
    let page = server.page(&table);
    assert!(page.contains("aria-invalid"), "a column that is not known is asked about");
    let decided = server.post(&table, "formulir=ya&aksi=selesai&peran-6=topic");
    assert_eq!(decided.location, sending, "all is decided: {}", server.page(&table));
    let read = server.page(&format!("{sending}/hasil"));
    assert!(read.contains(">J2</td>") && read.contains(">J3</td>"), "every cell at once: {read}");
    assert_eq!(server.post(&format!("{sending}/simpan"), "").status, 422);
    assert_eq!(server.documents(), 0);

    // The corrected file takes its place, and the meaning of its column is not asked again.
    let again = server.upload(&sending, LOWER_NAME, &other);
    assert_eq!(again.location, sending, "{}", again.text());
    assert!(server.page(&sending).contains("siap dibaca"));
    assert_eq!(server.post(&format!("{sending}/simpan"), "").status, 303);
    let next = server.send(&[("renja-kesbangpol-61.02-2027.csv", &other)]);
    let page = server.page(&next);
    assert!(page.contains("Memakai profil tersimpan"), "remembered: {page}");
    assert_eq!(server.post(&format!("{next}/buang"), "").location, "/perencanaan");
}

fn a_file_that_does_not_say_whose_it_is_is_asked_about(url: Option<&str>) {
    let server = Server::start(url);
    let sending = server.send(&[("berkas.csv", LOWER)]);
    let page = server.page(&sending);
    assert!(page.contains("Rencana daerah mana isinya?") && !page.contains("Baca semua berkas"));
    let table = format!("{sending}/tabel/0");
    let wrong =
        server.post(&table, "formulir=ya&aksi=selesai&daerah=Atlantis&dari=27&jenis=annual-plan");
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text().contains("Atlantis") && wrong.text().contains("empat angka"),
        "both faults"
    );
    let said =
        "formulir=ya&aksi=selesai&daerah=Kabupaten+Sambas&dari=2027&tahap=draft&perangkat=Bappeda";
    let said = server.post(&table, said);
    assert_eq!(said.location, sending, "the kind was kept from before");
    let kept = server.post(&format!("{sending}/simpan"), "");
    assert_eq!(kept.location, "/perencanaan/61/2027");
    let list = server.page("/perencanaan/61/dokumen");
    assert!(list.contains("RKPD 2027, rancangan (Bappeda)"), "{list}");
}

fn a_finding_is_silenced_with_a_reason_and_opened_again(url: Option<&str>) {
    let server = Server::start(url);
    server.both();
    let page = server.page(PAIR);
    let (_, overlap) = page.split_once("id=\"duplication\"").expect("the check");
    let id = each(overlap, "name=\"temuan\" value=\"")[0].to_owned();
    let silence = format!("{PAIR}/sengaja");
    let refused = server.post(&silence, &format!("temuan={id}&alasan=+"));
    assert_eq!(refused.status, 422, "a reason is asked for");
    let personal = server.post(&silence, &format!("temuan={id}&alasan=hubungi+081234567890"));
    assert_eq!(personal.status, 422, "a reason names no person");
    assert!(personal.text().contains("hubungi 081234567890"), "nothing that was typed is lost");
    let said = server.post(&silence, &format!("temuan={id}&alasan=Kegiatan+bersama"));
    assert_eq!(said.status, 303);
    assert!(said.location.starts_with(&format!("{PAIR}#temuan-")), "{}", said.location);
    let silent = server.page(PAIR);
    assert!(silent.contains("Sesuai disengaja") && silent.contains("Kegiatan bersama"));
    let board = server.page("/perencanaan/61/2027");
    let cells = board.matches("class=\"state to-explain\"").count();
    server.post(&format!("{PAIR}/buka"), &format!("temuan={id}"));
    let board = server.page("/perencanaan/61/2027");
    assert_eq!(board.matches("class=\"state to-explain\"").count(), cells + 1, "it is open again");
}

fn lists_beside_plans_are_taken_whole_or_returned_by_cell(url: Option<&str>) {
    let server = Server::start(url);
    server.both();
    let proposals = "nomor;dari;kepada;tahun;usulan;jawaban\nU-1;61.01;61;2027;Dialog;\n";
    let faulty = proposals.replace("61.01", "61.99");
    let refused = server.upload("/perencanaan/61/usulan", "usulan.csv", &faulty);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("baris 2, kolom B"), "{}", refused.text());
    assert!(!server.page("/perencanaan/61/dokumen").contains("usulan.csv"));
    assert_eq!(server.upload("/perencanaan/61/usulan", "usulan.csv", proposals).status, 303);
    let items = "nomor;rapat;kesepakatan;daerah;penanggung jawab;tenggat\n\
                 1;Rakor;Kirim matriks;61.01;Bidang II;2020-10-01\n";
    assert_eq!(server.upload("/perencanaan/61/rapat", "rapat.csv", items).status, 303);
    let list = server.page("/perencanaan/61/dokumen");
    assert!(list.contains("usulan.csv") && list.contains("rapat.csv"));
    assert!(server.page("/perencanaan/61/2027/lembar-sekda").contains("Kirim matriks"));
    let own = server.page("/perencanaan/61/2027/temuan/61/61");
    assert!(own.contains("U-1"), "a proposal without an answer: {own}");
}

fn two_versions_of_a_document_are_compared_row_by_row(url: Option<&str>) {
    let server = Server::start(url);
    server.both();
    server.keep(&[(LOWER_NAME, &LOWER.replace("90.000.000", "95.000.000"))]);
    let list = server.page("/perencanaan/61/dokumen");
    assert!(list.contains("sudah digantikan"));
    let documents = each(&list, "<th scope=\"row\"><a href=\"");
    let document = documents.last().expect("a document");
    let page = server.page(document);
    let other = each(&page, "<option value=\"")[0].to_owned();
    let line = server.page(&format!("{document}/beda?dengan={other}"));
    assert!(line.contains("90.000.000</del>") || line.contains("90000000</del>"), "{line}");
    assert!(line.contains("1 baris tidak berubah"), "{line}");
    assert_eq!(server.post(&format!("{document}/tarik"), "").location, "/perencanaan/61/dokumen");
    assert_eq!(server.documents(), 2);
}

fn a_kabupaten_stands_beside_its_province_and_is_filtered(url: Option<&str>) {
    let server = Server::start(url);
    server.both();
    let rows = |query: &str| {
        let page = server.page(&format!("/perencanaan/61/2027/daerah/61.01{query}"));
        page.matches("<tr class=\"sub-activity\">").count()
    };
    assert_eq!(rows(""), 2);
    assert_eq!(rows("?periksa=duplication"), 1, "rows that a check speaks of");
    assert_eq!(rows("?minimal=200.000.000"), 1, "money of either side");
    assert_eq!(rows("?minimal=banyak"), 2, "what cannot be read filters nothing");
    assert_eq!(rows("?prioritas=Kerukunan"), 1);
    assert_eq!(rows("?program=8.01.06"), 1);
}

fn what_is_not_there_is_not_found(url: Option<&str>) {
    let server = Server::start(url);
    server.both();
    for path in [
        "/perencanaan/99/2027",
        "/perencanaan/61.01/2027",
        "/perencanaan/61/2031",
        "/perencanaan/61/abc",
        "/perencanaan/64/2027",
        "/perencanaan/61/2027/daerah/64.01",
        "/perencanaan/61/2027/temuan/61.01/61.06",
        "/perencanaan/61/2027/unduh/rahasia.xlsx",
        "/perencanaan/unggah/0190b4b4-0000-7000-8000-000000000000",
        "/perencanaan/dokumen/0190b4b4-0000-7000-8000-000000000000",
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}
