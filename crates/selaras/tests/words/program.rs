//! The program serving its pages in the pseudo-locale, as a browser meets it.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use crate::client::{self, Answer};

/// The cookie of a reader of the pseudo-locale.
const PSEUDO: &str = "bahasa=pseudo";

/// `selaras` on a port and in a data folder of its own; it ends with this value.
pub(crate) struct Program {
    running: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
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
        client::send(self.address, ("GET", path), PSEUDO, ("text/plain", b""))
    }

    pub(crate) fn post(&self, path: &str, form: &str) -> Answer {
        let sent = ("application/x-www-form-urlencoded", form.as_bytes());
        client::send(self.address, ("POST", path), PSEUDO, sent)
    }

    /// Sends a file in `field` as a browser does.
    pub(crate) fn upload(&self, path: &str, field: &str, name: &str, file: &[u8]) -> Answer {
        let (kind, body) = client::form(&[], field, name, file);
        client::send(self.address, ("POST", path), PSEUDO, (kind, &body))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A program that ended by itself needs no end.
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}
