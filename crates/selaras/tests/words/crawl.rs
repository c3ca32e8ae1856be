//! The pages of the demo and the files they offer, as a browser meets them in the pseudo-locale.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::reading::{data, foreign, of_file, readable};

/// Pages of one kind (the same address but for numbers, codes and ids) that are visited.
const OF_A_KIND: usize = 2;

/// `selaras demo` on a port of its own; it ends with this value.
struct Demo {
    program: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Demo {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let mut program = Command::new(env!("CARGO_BIN_EXE_selaras"))
            .args(["demo", "--port", &address.port().to_string(), "--data"])
            .arg(folder.path().join("data"))
            .env("SELARAS_LANG", "pseudo")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        // It says its address once it answers.
        let out = program.stdout.take().expect("its output");
        let told = BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find(|line| line.contains(&format!("127.0.0.1:{}", address.port())));
        assert!(told.is_some(), "the demo ended before it served pages");
        Self { program, address, _folder: folder }
    }

    /// Status, type of content, links and body of the answer at `path`.
    fn get(&self, path: &str) -> (u16, String, Vec<String>, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time limit");
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: bahasa=pseudo\r\nconnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let body = bytes.split_off(end + 4);
        let head = String::from_utf8_lossy(&bytes);
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let kind = head.lines().find_map(|line| line.strip_prefix("content-type: "));
        let mut links = links(&String::from_utf8_lossy(&body));
        links.extend(
            head.lines().find_map(|line| line.strip_prefix("location: ")).map(str::to_owned),
        );
        (status, kind.unwrap_or_default().to_owned(), links, body)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // A program that ended by itself needs no end.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

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
    let demo = Demo::start();
    let data = data();
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
        let (status, content, links, body) = demo.get(&path);
        assert!(status < 400 || path == "/nowhere", "{path}: {status}");
        queue.extend(links);
        let text = if path.contains("/unduh/") {
            let Some(text) = of_file(&path, &body) else { continue };
            downloads.insert(path.rsplit('/').next().unwrap_or_default().to_owned());
            text
        } else if content.starts_with("text/html") {
            read += 1;
            readable(&String::from_utf8_lossy(&body))
        } else {
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
