//! The pages as a browser meets them: a real server on a loopback port, on both engines.

#![cfg(test)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use selaras::instrument::Text;
use selaras::jobs::{self, Kinds, NewJob, Runner};
use selaras::locale::Message;
use selaras::policy::Actor;
use selaras::store::{Clock, JobId};
use selaras::web::{self, AppState, BoardCache, Catalogue, LookCache, ResultCache, ServeError};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

on_both_engines!(
    every_answer_forbids_foreign_content,
    what_does_not_exist_is_answered_with_a_page,
    the_language_is_switched_on_the_page_and_remembered,
    no_word_of_a_page_stands_outside_the_message_files,
    a_round_is_made_shown_and_deleted,
    a_round_is_edited_and_a_faulty_edit_loses_nothing_that_was_typed,
    a_faulty_form_comes_back_as_it_was_filled_in_with_every_fault,
    a_form_of_another_site_changes_nothing,
    a_job_shows_its_progress_its_end_and_its_result,
    what_is_too_long_is_refused_with_a_page,
    the_pickers_lead_to_an_address_with_round_and_region,
);

struct Server {
    address: SocketAddr,
    state: AppState,
    runtime: Runtime,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    /// Each message lets a job of the kind `steps` go one step further.
    steps: Sender<()>,
    _folder: TempDir,
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

impl Server {
    fn start(url: Option<&str>) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let (steps, wait) = channel();
        let wait = Mutex::new(wait);
        let kinds = Kinds::default().with("steps", move |run| {
            for step in 1..=2 {
                run.progress(step, 2, &Message::new("jobs-message-running"))?;
                wait.lock().expect("the steps").recv().expect("a step");
                // Progress is not written more often than people can read it.
                std::thread::sleep(Duration::from_millis(320));
            }
            Ok(Some("/putaran".to_owned()))
        });
        let (end, ended) = tokio::sync::oneshot::channel();
        let (address, state) = runtime.block_on(async {
            let store = support::open(folder.path(), url).await;
            let clock = Clock::System;
            let runner = Runner::start(store.clone(), clock, kinds, 1).await.expect("workers");
            let text = |id: &str, en: &str| Text { id: id.to_owned(), en: en.to_owned() };
            let catalogue = Arc::new(Catalogue {
                instruments: vec![("ihai-2025".to_owned(), text("IHaI 2025", "IHaI 2025"))],
                regions: [("61", "Kalimantan Barat"), ("61.71", "Kota Pontianak"), ("62", "X")]
                    .map(|(code, name)| (code.to_owned(), name.to_owned()))
                    .to_vec(),
            });
            let state = AppState {
                store,
                clock,
                runner,
                catalogue,
                results: ResultCache::default(),
                looks: LookCache::default(),
                boards: BoardCache::default(),
                office: None,
            };
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let shutdown = async {
                let _ = ended.await;
            };
            tokio::spawn(web::serve(listener, state.clone(), shutdown));
            (address, state)
        });
        Self { address, state, runtime, end: Some(end), steps, _folder: folder }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            request += &format!("host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("content-length: {}\r\n\r\n{body}", body.len());
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
        let headers = lines.filter_map(|line| line.split_once(": "));
        Answer {
            status: status.parse().expect("a number"),
            headers: headers.map(|(n, v)| (n.to_lowercase(), v.to_owned())).collect(),
            body: String::from_utf8_lossy(&bytes[end + 4..]).into_owned(),
        }
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    /// Sends a form as a browser does from our own page.
    fn post(&self, path: &str, form: &str) -> Answer {
        let origin = format!("http://{}", self.address);
        self.send("POST", path, &[("origin", &origin), FORM], form)
    }

    fn make_round(&self, name: &str) -> String {
        let made = self.post("/putaran", &form(name));
        assert_eq!(made.status, 303, "{}", made.body);
        made.header("location").to_owned()
    }

    fn queue(&self, kind: &str) -> JobId {
        self.runtime.block_on(async {
            let mut tx = self.state.store.begin(Clock::System).await.expect("a transaction");
            let job = NewJob { kind, subject: None, payload: json!({}) };
            let id = jobs::submit(&mut tx, &Actor::operator(), job).await.expect("a job");
            tx.commit().await.expect("a commit");
            self.state.runner.wake();
            id
        })
    }

    fn until(&self, path: &str, part: &str) -> String {
        for _ in 0..500 {
            let body = self.get(path).body;
            if body.contains(part) {
                return body;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{path} never showed {part}: {}", self.get(path).body);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn form(name: &str) -> String {
    format!(
        "tahun=2026&nama={name}&instrumen=ihai-2025&dibuka=2026-01-05&ditutup=&target=1.250\
         &cakupan=pilihan&provinsi=61&kabkota="
    )
}

fn every_answer_forbids_foreign_content(url: Option<&str>) {
    let server = Server::start(url);
    let style = web::asset_url("selaras.css");
    let paths = ["/", "/putaran", "/putaran/baru", "/data", "/nowhere", "/sehat", style.as_str()];
    for path in paths {
        let answer = server.get(path);
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(answer.header("permissions-policy").contains("geolocation=()"), "{path}");
    }
    let foreign = server.send("GET", "/", &[("host", "selaras.example.org")], "");
    assert_eq!(foreign.status, 421);
    assert!(foreign.header("content-security-policy").contains("frame-ancestors 'none'"));
    let asset = server.get(&style);
    assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(server.get("/putaran").header("cache-control"), "private, no-cache");
    let zipped = server.send("GET", "/putaran/baru", &[("accept-encoding", "gzip")], "");
    assert_eq!(zipped.header("content-encoding"), "gzip");
}

fn what_does_not_exist_is_answered_with_a_page(url: Option<&str>) {
    let server = Server::start(url);
    let never = "01912f6a-0000-7000-8000-000000000000";
    let paths = [
        "/nowhere".to_owned(),
        "/putaran/x".to_owned(),
        format!("/putaran/{never}"),
        format!("/putaran/{never}/hapus"),
        format!("/pekerjaan/{never}"),
        "/static/0000/selaras.css".to_owned(),
        "/static/../Cargo.toml".to_owned(),
        format!("/pilih?putaran={never}"),
    ];
    for path in paths {
        let answer = server.get(&path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert!(answer.body.contains("<h1>Halaman tidak ada</h1>"), "{path}: {}", answer.body);
    }
    let wrong = server.post("/data", "");
    assert_eq!((wrong.status, wrong.header("allow")), (405, "GET,HEAD"));
    assert!(wrong.body.contains("<h1>"));
    assert_eq!(server.get("/pilih").status, 422);
    assert_eq!(server.get("/sehat").body, "ok\n");
}

fn the_language_is_switched_on_the_page_and_remembered(url: Option<&str>) {
    let server = Server::start(url);
    assert!(server.get("/putaran").body.contains("<html lang=\"id\">"));
    let english = server.get("/putaran?a=1&bahasa=en&b=2");
    assert!(english.body.contains("<html lang=\"en\">") && english.body.contains("No rounds yet"));
    assert!(
        english.body.contains("href=\"/putaran?a=1&#38;b=2&#38;bahasa=id\""),
        "{}",
        english.body
    );
    let cookie = english.header("set-cookie");
    assert!(cookie.starts_with("bahasa=en; Path=/;"), "{cookie}");
    let remembered = server.send("GET", "/putaran", &[("cookie", "bahasa=en")], "");
    assert!(remembered.body.contains("No rounds yet"));
    let unknown = server.send("GET", "/nowhere", &[("cookie", "bahasa=en")], "");
    assert!(unknown.body.contains("There is no such page"));
    assert!(server.get("/putaran?bahasa=xx").header("set-cookie").is_empty());
}

/// The text of a page outside its tags, and what tags hold for people to read.
fn readable(page: &str) -> String {
    let mut text = String::new();
    for part in page.split('<').skip(1) {
        let (tag, after) = part.split_once('>').unwrap_or((part, ""));
        for name in ["title=\"", "aria-label=\"", "placeholder=\"", "data-label=\"", "alt=\""] {
            if let Some((_, value)) = tag.split_once(name) {
                text += value.split('"').next().unwrap_or_default();
                text.push(' ');
            }
        }
        text += after;
        text.push(' ');
    }
    text
}

fn no_word_of_a_page_stands_outside_the_message_files(url: Option<&str>) {
    let server = Server::start(url);
    let before = ["/", "/putaran"].map(str::to_owned);
    let mut texts: Vec<(String, String)> = Vec::new();
    let visit = |texts: &mut Vec<(String, String)>, path: &str| {
        let body = server.get(&format!("{path}?bahasa=pseudo")).body;
        assert!(body.contains('▒'), "{path}");
        texts.push((path.to_owned(), readable(&body)));
    };
    for path in before {
        visit(&mut texts, &path);
    }
    let round = server.make_round("2026");
    let job = server.queue("unknown");
    let job = format!("/pekerjaan/{job}");
    server.until(&job, "class=\"badge stopped\"");
    // The data page is mostly data; the crawl in `tests/words` knows them.
    for path in ["/putaran", "/putaran/baru", "/nowhere", &round, &job] {
        visit(&mut texts, path);
    }
    visit(&mut texts, &format!("{round}/hapus"));
    // Names and data: the program, its time zone, the catalogue above, a kind of job.
    let data = ["Selaras", "WIB", "IHaI", "Kalimantan", "Barat", "X", "unknown"];
    for (path, text) in texts {
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty() && !data.contains(word))
            .filter(|word| !["lt", "gt", "amp"].contains(word))
            .collect();
        assert_eq!(words, Vec::<&str>::new(), "{path}");
    }
}

fn a_round_is_made_shown_and_deleted(url: Option<&str>) {
    let server = Server::start(url);
    let start = server.get("/");
    assert_eq!(start.status, 200);
    assert!(start.body.contains("href=\"/putaran/baru\""));
    assert!(server.get("/putaran/baru").body.contains("value=\"1.250\""));
    let round = server.make_round("%3Cb%3EPutaran%3C/b%3E");
    assert_eq!(server.get("/").header("location"), round);
    let page = server.get(&round).body;
    assert!(page.contains("&#60;b&#62;Putaran") && !page.contains("<b>"), "{page}");
    for fact in ["Kalimantan Barat", "IHaI 2025", "1.250", "sejak 5 Januari 2026"] {
        assert!(page.contains(fact), "{fact}: {page}");
    }
    assert!(server.get("/putaran").body.contains(&format!("href=\"{round}\"")));
    let asked = server.get(&format!("{round}/hapus"));
    assert!(asked.body.contains(&format!("action=\"{round}/hapus\" method=\"post\"")));
    assert_eq!(server.get(&round).status, 200, "asking deletes nothing");
    let folder = server.state.store.folder().path().join("rounds");
    let id = round.rsplit('/').next().expect("an id");
    std::fs::create_dir_all(folder.join(id).join("files")).expect("a folder");
    let deleted = server.post(&format!("{round}/hapus"), "");
    assert_eq!((deleted.status, deleted.header("location")), (303, "/putaran"));
    assert_eq!(server.get(&round).status, 404);
    assert!(!folder.join(id).exists(), "its files are gone");
}

fn a_round_is_edited_and_a_faulty_edit_loses_nothing_that_was_typed(url: Option<&str>) {
    let server = Server::start(url);
    let other = server.make_round("Lain");
    let round = server.make_round("Uji");
    let edit = format!("{round}/ubah");
    assert!(server.get(&round).body.contains(&format!("href=\"{edit}\"")));
    let form = server.get(&edit).body;
    for part in ["value=\"Uji\"", "value=\"2026-01-05\"", "value=\"1.250\"", "value=\"61\" checked"]
    {
        assert!(form.contains(part), "{part}: {form}");
    }
    let faulty = "tahun=2026&nama=Lain&instrumen=ihai-2025&dibuka=2026-02-01&ditutup=2026-01-01\
                  &target=900&cakupan=pilihan&kabkota=Kab.+Sambas%0A99.99";
    let answer = server.post(&edit, faulty);
    assert_eq!(answer.status, 422);
    for part in [
        "«Lain» sudah dipakai",
        "mendahului tanggal dibuka",
        "«99.99» tidak dikenal",
        "value=\"900\"",
        "value=\"2026-02-01\"",
        "99.99</textarea>",
    ] {
        assert!(answer.body.contains(part), "{part}: {}", answer.body);
    }
    assert!(server.get(&round).body.contains("sejak 5 Januari 2026"), "nothing has changed");
    // Without answers every region may change; its own name is not taken.
    let sound = "tahun=2027&nama=Uji&instrumen=ihai-2025&dibuka=2027-01-05&ditutup=2027-02-05\
                 &target=900&cakupan=pilihan&provinsi=62&kabkota=Kota+Pontianak";
    let answer = server.post(&edit, sound);
    assert_eq!((answer.status, answer.header("location")), (303, &*round), "{}", answer.body);
    let page = server.get(&round).body;
    for fact in ["2027", "900", "Kota Pontianak, X", "5 Januari 2027 sampai 5 Februari 2027"] {
        assert!(page.contains(fact), "{fact}: {page}");
    }
    let form = server.get(&edit).body;
    assert!(form.contains(">Kota Pontianak</textarea>"), "{form}");
    assert!(form.contains("value=\"62\" checked"), "{form}");
    assert_eq!(server.get(&format!("{other}x/ubah")).status, 404);
}

fn a_faulty_form_comes_back_as_it_was_filled_in_with_every_fault(url: Option<&str>) {
    let server = Server::start(url);
    let answer = server.post(
        "/putaran",
        "tahun=1998&nama=Uji+%22coba%22&instrumen=ihai-2025&dibuka=&ditutup=&target=0\
         &cakupan=pilihan&provinsi=61&kabkota=99.99",
    );
    assert_eq!(answer.status, 422);
    for part in [
        "Tahun perlu berupa angka",
        "Target perlu berupa",
        "«99.99» tidak dikenal",
        "value=\"Uji &#34;coba&#34;\"",
        ">99.99</textarea>",
        "value=\"61\" checked",
    ] {
        assert!(answer.body.contains(part), "{part}: {}", answer.body);
    }
    let one_year = "tahun=2026&instrumen=ihai-2025&target=10&cakupan=pilihan";
    let named = format!("{one_year}&nama=Bogor&kabkota=Bogor%0AKalbar");
    let ambiguous = server.post("/putaran", &named);
    assert_eq!(ambiguous.status, 422);
    let said =
        "«Bogor» dapat berarti lebih dari satu wilayah: 32.01 Kabupaten Bogor, 32.71 Kota Bogor";
    assert!(ambiguous.body.contains(said), "{}", ambiguous.body);
    let unread = server.post("/putaran", "tahun=dua&dibuka=kemarin&instrumen=lain&target=x");
    assert_eq!(unread.status, 422);
    assert!(unread.body.contains("kemarin") && unread.body.contains("Instrumen belum dipilih"));
    assert!(server.get("/putaran").body.contains("Belum ada putaran"));
    let named = format!("{one_year}&nama=Dua&kabkota=Kota+Pontianak%0D%0AKalbar,+61.71+62");
    let made = server.post("/putaran", &named);
    assert_eq!(made.status, 303, "{}", made.body);
    let page = server.get(made.header("location")).body;
    assert!(page.contains("Kalimantan Barat"), "{page}");
}

fn a_form_of_another_site_changes_nothing(url: Option<&str>) {
    let server = Server::start(url);
    let round = server.make_round("Putaran");
    let delete = format!("{round}/hapus");
    let own = format!("http://{}", server.address);
    let foreign: [&[(&str, &str)]; 4] = [
        &[FORM],
        &[FORM, ("origin", "https://example.org")],
        &[FORM, ("origin", "null")],
        &[FORM, ("origin", &own), ("sec-fetch-site", "cross-site")],
    ];
    for headers in foreign {
        assert_eq!(server.send("POST", &delete, headers, "").status, 403, "{headers:?}");
        assert_eq!(server.send("POST", "/putaran", headers, &form("Lain")).status, 403);
    }
    assert_eq!(server.get(&round).status, 200);
    assert!(!server.get("/putaran").body.contains("Lain"));
}

fn a_job_shows_its_progress_its_end_and_its_result(url: Option<&str>) {
    let server = Server::start(url);
    let path = format!("/pekerjaan/{}", server.queue("steps"));
    let page = server.until(&path, "1 dari 2 (50 %)");
    assert!(page.contains("<progress id=\"kemajuan\" value=\"1\" max=\"2\">"), "{page}");
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\""), "{page}");
    let waiting = format!("/pekerjaan/{}", server.queue("steps"));
    server.until(&waiting, "Menunggu giliran");
    let stopped = server.post(&format!("{waiting}/hentikan"), "");
    assert_eq!((stopped.status, stopped.header("location")), (303, waiting.as_str()));
    server.until(&waiting, "Dihentikan atas permintaan");
    server.steps.send(()).expect("a step");
    server.until(&path, "2 dari 2 (100 %)");
    server.steps.send(()).expect("a step");
    let page = server.until(&path, "class=\"badge done\"");
    assert!(page.contains("<a class=\"button\" href=\"/putaran\">"), "{page}");
    assert!(!page.contains("http-equiv") && !page.contains("data-poll"), "{page}");
    let waited = server.get(&format!("{path}?lanjut=ya"));
    assert_eq!((waited.status, waited.header("location")), (303, "/putaran"));
    let stopped = server.get(&format!("{waiting}?lanjut=ya"));
    assert!(stopped.status == 200 && stopped.body.contains("Dihentikan"), "{}", stopped.body);
}

fn what_is_too_long_is_refused_with_a_page(url: Option<&str>) {
    let server = Server::start(url);
    let answer = server.post("/putaran", &format!("nama={}", "x".repeat(100_000)));
    assert_eq!(answer.status, 413);
    assert!(answer.body.contains("Kiriman terlalu besar"), "{}", answer.body);
}

fn the_pickers_lead_to_an_address_with_round_and_region(url: Option<&str>) {
    let server = Server::start(url);
    let round = server.make_round("Putaran");
    let id = round.rsplit('/').next().expect("an id");
    for (query, address) in [
        ("", round.clone()),
        ("&wilayah=61.71", format!("{round}/wilayah/61.71")),
        ("&wilayah=61&tampilan=peta", format!("{round}/peta?wilayah=61")),
        ("&wilayah=..%2F..%2Fdata", round.clone()),
        ("&wilayah=%2F%2Fexample.org", round.clone()),
    ] {
        let answer = server.get(&format!("/pilih?putaran={id}{query}"));
        assert_eq!((answer.status, answer.header("location")), (303, address.as_str()));
    }
}

#[test]
fn an_address_that_other_machines_can_reach_is_not_served() {
    let server = Server::start(None);
    let refused = server.runtime.block_on(async {
        let listener = TcpListener::bind("0.0.0.0:0").await.expect("a port");
        web::serve(listener, server.state.clone(), async {}).await
    });
    assert!(matches!(refused, Err(ServeError::NotLoopback(_))), "{refused:?}");
}
