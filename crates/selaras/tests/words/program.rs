//! The program serving its pages in the pseudo-locale, as a browser meets it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// `selaras` on a port and in a data folder of its own; it ends with this value.
pub(crate) struct Program {
    running: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

/// An answer of the program.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Type of content.
    pub(crate) kind: String,
    /// Where it leads to; empty where it does not.
    pub(crate) location: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Program {
    /// `verb` is `demo` or `serve`.
    pub(crate) fn start(verb: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let mut running = Command::new(env!("CARGO_BIN_EXE_selaras"))
            .args([verb, "--port", &address.port().to_string(), "--data"])
            .arg(folder.path().join("data"))
            .env("SELARAS_LANG", "pseudo")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        // It says its address once it answers.
        let out = running.stdout.take().expect("its output");
        let told = BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .find(|line| line.contains(&format!("127.0.0.1:{}", address.port())));
        assert!(told.is_some(), "the program ended before it served pages");
        Self { running, address, _folder: folder }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "text/plain", b"")
    }

    pub(crate) fn post(&self, path: &str, form: &str) -> Answer {
        self.send("POST", path, "application/x-www-form-urlencoded", form.as_bytes())
    }

    /// Sends a file in `field` as a browser does.
    pub(crate) fn upload(&self, path: &str, field: &str, name: &str, file: &[u8]) -> Answer {
        let head = format!(
            "--grens\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        let body = [head.as_bytes(), file, b"\r\n--grens--\r\n"].concat();
        self.send("POST", path, "multipart/form-data; boundary=grens", &body)
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nconnection: close\r\nhost: {0}\r\n\
             origin: http://{0}\r\ncookie: bahasa=pseudo\r\ncontent-type: {kind}\r\n\
             content-length: {1}\r\n\r\n",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time limit");
        stream.write_all(head.as_bytes()).expect("a request");
        stream.write_all(body).expect("a body");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let body = bytes.split_off(end + 4);
        let head = String::from_utf8_lossy(&bytes);
        let field = |name: &str| {
            head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned()
        };
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let (kind, location) = (field("content-type: "), field("location: "));
        Answer { status, kind, location, body }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A program that ended by itself needs no end.
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}
