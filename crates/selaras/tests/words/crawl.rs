//! The pages of the demo and the files they offer in the pseudo-locale, and the pages that a file
//! of answers is led through.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use super::command_line::Desk;
use super::program::Program;
use super::reading::{data, data_of_plans, foreign, of_file, readable, words};
use crate::client::Answer;

/// Pages of one kind (the same address but for numbers, codes and ids) that are visited.
const OF_A_KIND: usize = 2;

/// The addresses within the program to which `page` links.
fn links(page: &str) -> Vec<String> {
    page.split(" href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|link| link.starts_with('/') && !link.contains("bahasa="))
        .map(|link| link.split('#').next().unwrap_or_default().replace("&#38;", "&"))
        .map(|link| link.replace("&amp;", "&"))
        .collect()
}

/// `path` with numbers, codes and ids made alike.
fn kind_of(path: &str) -> String {
    path.split(['/', '?', '&', '='])
        .map(|part| if part.contains(|c: char| c.is_ascii_digit()) { "·" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[test]
fn no_page_or_download_of_the_demo_says_a_word_that_is_in_no_message_file() {
    let demo = Program::start("demo");
    let mut data = data_of_plans();
    // Letters that stand on a map for names without room; of many regions two each.
    data.extend(('a'..='z').map(|letter| format!("a{letter}")));
    let begun = Instant::now();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut queue = VecDeque::from(["/".to_owned(), "/nowhere".to_owned()]);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut read = 0;
    let mut downloads = BTreeSet::new();
    while let Some(path) = queue.pop_front() {
        let kind = kind_of(&path);
        let of_kind = kinds.entry(kind.clone()).or_default();
        // Every download of a result makes all its files.
        let most = if path.contains("/unduh/") { 1 } else { OF_A_KIND };
        if *of_kind == most || !seen.insert(path.clone()) {
            continue;
        }
        *of_kind += 1;
        let answer = demo.get(&path);
        assert!(answer.status < 400 || path == "/nowhere", "{path}: {}", answer.status);
        let text = if path.contains("/unduh/") {
            let Some(text) = of_file(&path, &answer.body) else { continue };
            downloads.insert(path.rsplit('/').next().unwrap_or_default().to_owned());
            text
        } else if answer.header("content-type").starts_with("text/html") {
            read += 1;
            queue.extend(links(&answer.text()));
            readable(&answer.text())
        } else {
            queue.extend((!answer.location.is_empty()).then_some(answer.location));
            continue;
        };
        for word in foreign(&text, &data) {
            found.entry(word).or_default().insert(kind.clone());
        }
    }
    println!("{read} pages of {} kinds in {:.1} s", kinds.len(), begun.elapsed().as_secs_f64());
    assert!(read >= 15, "the pages of the demo are linked: {:?}", kinds.keys());
    let kinds = ["indeks.xlsx", "laporan.html", "skor.csv", "cakupan.csv", "peta.geojson"];
    assert!(kinds.iter().all(|kind| downloads.contains(*kind)), "{downloads:?}");
    assert!(found.is_empty(), "words outside message files and data: {found:#?}");
}

/// What was read on the way of a file, by what the reader was doing.
struct Way {
    program: Program,
    data: BTreeSet<String>,
    found: BTreeMap<String, BTreeSet<String>>,
    read: usize,
}

impl Way {
    /// Reads the page of `answer`, which must have this `status`.
    fn read(&mut self, doing: &str, status: u16, answer: &Answer) {
        assert_eq!(answer.status, status, "{doing}: {}", answer.text());
        let text = readable(&answer.text());
        assert!(text.contains('▒'), "{doing}: {text}");
        for word in foreign(&text, &self.data) {
            self.found.entry(word).or_default().insert(doing.to_owned());
        }
        self.read += 1;
    }

    /// Opens and reads the page at `path`.
    fn open(&mut self, doing: &str, path: &str) {
        let answer = self.program.get(path);
        self.read(doing, 200, &answer);
    }

    /// Reads the page of the job at `path` until it has ended, and says where its result is.
    fn job(&mut self, doing: &str, path: &str) -> String {
        // With its query the page leads on by itself, and its end is never seen.
        let path = path.split('?').next().expect("a path");
        for _ in 0..1_000 {
            self.open(doing, path);
            let page = self.program.get(path).text();
            if let Some((_, rest)) = page.split_once("<a class=\"button\" href=\"") {
                return rest.split('"').next().expect("an address").to_owned();
            }
            assert!(!page.contains("badge stopped"), "{doing}: {page}");
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{doing} never ended");
    }
}

#[test]
fn no_page_that_a_form_leads_to_says_a_word_that_is_in_no_message_file() {
    let desk = Desk::new();
    let answers = std::fs::read_to_string(desk.answers("1")).expect("answers");
    // Pages of mapping show what a file holds, by columns A to AF, and how it is encoded.
    let mut data = data();
    data.extend(words(&answers));
    data.extend(('A'..='F').map(|letter| format!("A{letter}")));
    data.insert("UTF".to_owned());
    // Names of the columns of margins are part of that format.
    data.extend(["margin", "cell"].map(str::to_owned));
    let mut way = Way { program: Program::start("serve"), data, found: BTreeMap::new(), read: 0 };

    way.open("first page", "/");
    way.open("no rounds", "/putaran");
    way.open("new round", "/putaran/baru");
    let empty = way.program.post("/putaran", "tahun=&nama=&instrumen=&target=0&cakupan=pilihan");
    way.read("round with faults", 422, &empty);
    let form = "tahun=2026&nama=2026&instrumen=ihai-2025&dibuka=2026-07-06&ditutup=2026-07-26\
                &target=50&cakupan=pilihan&provinsi=61&kabkota=";
    let made = way.program.post("/putaran", form);
    assert_eq!(made.status, 303, "{}", made.text());
    let round = made.location;
    way.open("round", &round);
    let upload = format!("{round}/unggah");
    way.open("upload", &upload);
    way.open("deleting a round", &format!("{round}/hapus"));
    way.open("sources", "/data");
    way.open("boundaries", "/data/batas");

    let send = |way: &mut Way, doing: &str, status, name: &str, file: &[u8]| {
        let sent = way.program.upload(&upload, "berkas", name, file);
        if status == 303 {
            assert_eq!(sent.status, 303, "{doing}: {}", sent.text());
            way.open(doing, &sent.location);
        } else {
            way.read(doing, status, &sent);
        }
        sent.location
    };
    send(&mut way, "empty file", 422, "1.csv", b"");
    send(&mut way, "picture", 422, "2.csv", b"\x89PNG\r\n\x1a\n0000");
    let asking = answers.replacen(",7,", ",setuju,", 3);
    let asked = send(&mut way, "mapping with questions", 303, "3.csv", asking.as_bytes());
    let undecided = way.program.post(&asked, "aksi=terima");
    assert_eq!(undecided.location, asked);
    way.open("mapping undecided", &asked);
    let discarded = way.program.post(&format!("{asked}/buang"), "");
    assert_eq!(discarded.status, 303, "{}", discarded.text());

    let faulty = answers.replacen(",7,", ",77,", 1).replacen(",61.71,", ",99.99,", 1);
    let sent = send(&mut way, "mapping", 303, "4.csv", faulty.as_bytes());
    let job = way.program.post(&sent, "aksi=terima").location;
    let returned = way.job("taking in", &job);
    way.open("file with faults", &returned);
    let sent = send(&mut way, "mapping of a mended file", 303, "4.csv", answers.as_bytes());
    let job = way.program.post(&sent, "aksi=terima").location;
    let report = way.job("taking in", &job);
    way.open("report of a file", &report);
    send(&mut way, "file sent again", 422, "5.csv", answers.as_bytes());
    let margins =
        way.program.upload(&format!("{round}/susunan"), "susunan", "6.csv", b"1,2\n3,4\n");
    way.read("margins", 422, &margins);

    let compute = format!("{round}/hitung");
    let reasonless = way.program.post(&compute, "tanpa=ya&alasan=");
    way.read("flagged without a reason", 422, &reasonless);
    let job = way.program.post(&compute, "tanpa=ya&alasan=1").location;
    let computed = way.job("computing", &job);
    way.open("round with a result", &computed);
    way.open("both scores", &upload);
    for page in ["beranda", "peta", "wilayah/61.71", "wilayah/61", "beda", "metode"] {
        way.open(page, &format!("{round}/{page}"));
    }

    let boundaries = br#"{"type":"FeatureCollection","features":[]}"#;
    let sent = way.program.upload("/data/batas", "berkas", "7.geojson", boundaries);
    way.read("boundaries with faults", 422, &sent);
    let unknown = way.program.post("/", "");
    way.read("wrong method", 405, &unknown);

    assert!(way.read > 25, "{}", way.read);
    assert!(way.found.is_empty(), "words outside message files and data: {:#?}", way.found);
}

/// The plan of a province and that of a kabupaten, which overlap.
const PLANS: [(&str, &str); 2] = [
    (
        "renja-kesbangpol-kalimantan-barat-2027.csv",
        "Kode;Uraian;Prioritas Daerah;Mandat;Indikator;Satuan;Target 2027;Lokasi;Topik;\
         Kelompok Sasaran;Waktu;Pagu Indikatif 2027\n\
         8.01.05;PROGRAM;;;;;;;;;;\n\
         8.01.05.1.01.0003;Pelaksanaan;Kerukunan;8;Peserta;orang;120;61.01.01;\
         kerukunan umat beragama;pelajar;TW 2;300.000.000\n",
    ),
    (
        "renja-kesbangpol-61.01-2027.csv",
        "Kode;Uraian;Indikator;Satuan;Target 2027;Lokasi;Qwerty;Kelompok Sasaran;Waktu;\
         Pagu Indikatif 2027\n\
         8.01.05.2.01.0003;Pelaksanaan;Peserta;orang;80;61.01.01;kerukunan umat beragama;pelajar;\
         TW 2;90.000.000\n",
    ),
];

#[test]
fn no_page_of_plans_says_a_word_that_is_in_no_message_file() {
    let mut data = data_of_plans();
    data.extend(PLANS.iter().flat_map(|(_, text)| words(text)));
    data.extend(('A'..='Z').map(String::from));
    let mut way = Way { program: Program::start("serve"), data, found: BTreeMap::new(), read: 0 };

    way.open("no plans", "/perencanaan");
    let nothing = way.program.upload("/perencanaan/unggah", "berkas", "1.csv", b"");
    way.read("empty plan", 422, &nothing);
    let mut sending = "/perencanaan/unggah".to_owned();
    let faulty = PLANS[1].1.replace("90.000.000", "sembilan");
    for (name, text) in [(PLANS[0].0, PLANS[0].1), (PLANS[1].0, &faulty), ("2.csv", &faulty)] {
        let sent = way.program.upload(&sending, "berkas", name, text.as_bytes());
        assert_eq!(sent.status, 303, "{}", sent.text());
        sending = sent.location;
    }
    way.data.extend(words("sembilan Atlantis"));
    way.open("plans to be checked", &sending);
    let table = |at: usize| format!("{sending}/tabel/{at}");
    way.open("columns of a plan", &table(0));
    way.open("columns to be decided", &table(1));
    let wrong = way.program.post(&table(2), "formulir=ya&daerah=Atlantis&dari=27");
    way.read("a plan of nowhere", 422, &wrong);
    let left_out = way.program.post(&table(2), "formulir=ya&lewati=ya&aksi=selesai&daerah=61.02");
    assert_eq!(left_out.location, sending, "{}", left_out.text());
    way.program.post(&table(1), "formulir=ya&aksi=selesai&peran-6=topic");
    way.open("plans ready to be read", &sending);
    way.open("faults of plans", &format!("{sending}/hasil"));
    for text in [PLANS[1].1.to_owned(), PLANS[1].1.replace("90.000.000", "95.000.000")] {
        let sent = way.program.upload(&sending, "berkas", PLANS[1].0, text.as_bytes());
        assert_eq!(sent.status, 303, "{}", sent.text());
        sending = sent.location;
        way.open("what was read", &format!("{sending}/hasil"));
        let kept = way.program.post(&format!("{sending}/simpan"), "");
        assert_eq!(kept.location, "/perencanaan/61/2027", "{}", kept.text());
        sending = "/perencanaan/unggah".to_owned();
    }
    way.open("plans", "/perencanaan");
    for page in ["", "/temuan/61/61.01", "/temuan/61/61", "/daerah/61.01", "/daerah/61.02"] {
        way.open(page, &format!("/perencanaan/61/2027{page}"));
    }
    for page in ["/daerah/61.01?minimal=x&program=8.01.05", "/matriks", "/matriks?rinci=sub"] {
        way.open(page, &format!("/perencanaan/61/2027{page}"));
    }
    way.open("sheet", "/perencanaan/61/2027/lembar-sekda");
    let pair = "/perencanaan/61/2027/temuan/61/61.01";
    let page = way.program.get(pair).text();
    let (_, rest) = page.split_once("name=\"temuan\" value=\"").expect("a finding");
    let finding = rest.split('"').next().expect("its id").to_owned();
    let silence = |reason: &str| format!("temuan={finding}&alasan={reason}");
    for reason in ["", "081234567890"] {
        let refused = way.program.post(&format!("{pair}/sengaja"), &silence(reason));
        way.read("silence refused", 422, &refused);
    }
    let said = way.program.post(&format!("{pair}/sengaja"), &silence("1"));
    assert_eq!(said.status, 303, "{}", said.text());
    way.open("silenced", pair);
    for list in ["usulan", "rapat"] {
        let place = format!("/perencanaan/61/{list}");
        let refused = way.program.upload(&place, list, "3.csv", b"1;2\n3;4\n");
        way.read("list refused", 422, &refused);
    }
    let documents = "/perencanaan/61/dokumen";
    way.open("documents", documents);
    let list = way.program.get(documents).text();
    let documents: Vec<String> =
        links(&list).into_iter().filter(|link| link.contains("/dokumen/")).collect();
    let document = documents.last().expect("a document");
    way.open("document", document);
    let page = way.program.get(document).text();
    let (_, rest) = page.split_once("<option value=\"").expect("another version");
    let other = rest.split('"').next().expect("its id");
    way.open("red line", &format!("{document}/beda?dengan={other}"));

    assert!(way.read > 25, "{}", way.read);
    assert!(way.found.is_empty(), "words outside message files and data: {:#?}", way.found);
}
