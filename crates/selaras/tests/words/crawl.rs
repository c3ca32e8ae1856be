//! The pages of the demo as a browser meets them, in the pseudo-locale.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::source::files;

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

    /// Status, type of content, links and text of the answer at `path`.
    fn get(&self, path: &str) -> (u16, String, Vec<String>, String) {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time limit");
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: bahasa=pseudo\r\nconnection: close\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let answer = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let kind = head.lines().find_map(|line| line.strip_prefix("content-type: "));
        let mut links = links(body);
        links.extend(
            head.lines().find_map(|line| line.strip_prefix("location: ")).map(str::to_owned),
        );
        (status, kind.unwrap_or_default().to_owned(), links, body.to_owned())
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
        // Downloads are files, not pages.
        .filter(|link| {
            link.starts_with('/') && !link.contains("bahasa=") && !link.contains("/unduh/")
        })
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

/// What a person reads or hears of `page`: texts, and the attributes that are read out.
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
        if !tag.starts_with("style") && !tag.starts_with("script") {
            text += after;
        }
        text.push(' ');
    }
    for (code, letter) in [("&#38;", "&"), ("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<")] {
        text = text.replace(code, letter);
    }
    for code in ["&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;"] {
        text = text.replace(code, " ");
    }
    text
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.contains(|c: char| c.is_ascii_alphabetic()))
        .map(str::to_owned)
}

/// Words of data: names of regions, instruments with their wording, sources, licences.
fn data() -> BTreeSet<String> {
    let mut data = BTreeSet::new();
    let regions =
        [selaras::region::provinces(), selaras::region::regencies(), selaras::region::districts()];
    for region in regions.into_iter().flatten() {
        data.extend(words(&region.name));
    }
    for path in files("instruments", "toml") {
        for line in std::fs::read_to_string(path).expect("an instrument").lines() {
            data.extend(words(line.split_once('=').map_or("", |(_, value)| value)));
        }
    }
    for licence in selaras::region::licences() {
        data.extend(words(licence.notice));
    }
    data.extend(words(selaras::region::LICENCE_TEXTS));
    for path in files("data", "csv") {
        data.extend(words(&std::fs::read_to_string(path).expect("a table")));
    }
    // The program, its time zone, how names of regions are shortened, and the hash of files.
    let names = ["Selaras", "WIB", "Kab", "Adm", "SHA"];
    data.extend(names.map(str::to_owned));
    data
}

#[test]
fn no_page_of_the_demo_says_a_word_that_is_in_no_message_file() {
    let demo = Demo::start();
    let data = data();
    let begun = Instant::now();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut queue = VecDeque::from(["/".to_owned(), "/nowhere".to_owned()]);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut read = 0;
    while let Some(path) = queue.pop_front() {
        let kind = kind_of(&path);
        let of_kind = kinds.entry(kind.clone()).or_default();
        if *of_kind == OF_A_KIND || !seen.insert(path.clone()) {
            continue;
        }
        *of_kind += 1;
        let (status, content, links, body) = demo.get(&path);
        assert!(status < 400 || path == "/nowhere", "{path}: {status}");
        queue.extend(links);
        if !content.starts_with("text/html") {
            continue;
        }
        read += 1;
        // The simulated margins call themselves so in their column of sources.
        let text = readable(&body).replace(selaras::simulate::MARK, " ");
        let files = |word: &&str| !word.contains(".csv");
        let text = text.split_whitespace().filter(files).collect::<Vec<_>>().join(" ");
        // Hashes and ids hold digits; words of a hash without one are rare and short.
        let foreign = words(&text).filter(|word| {
            !data.contains(word) && !word.contains(|c: char| c.is_ascii_digit()) && word.len() > 1
        });
        for word in foreign {
            found.entry(word).or_default().insert(kind.clone());
        }
    }
    println!("{read} pages of {} kinds in {:.1} s", kinds.len(), begun.elapsed().as_secs_f64());
    assert!(read >= 15, "the pages of the demo are linked: {:?}", kinds.keys());
    assert!(found.is_empty(), "words outside message files and data: {found:#?}");
}
