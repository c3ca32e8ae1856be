//! One request to a server on this computer, as a browser sends it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where it leads to; empty where it does not.
    pub(crate) location: String,
    pub(crate) body: Vec<u8>,
    head: String,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of a header; empty without it.
    pub(crate) fn header(&self, name: &str) -> String {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or_else(String::new, |(_, value)| value.to_owned())
    }
}

/// Sends a body of type `kind`, with the cookies `cookie`.
pub(crate) fn send(
    address: SocketAddr,
    (method, path): (&str, &str),
    cookie: &str,
    (kind, body): (&str, &[u8]),
) -> Answer {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nconnection: close\r\nhost: {address}\r\n\
         origin: http://{address}\r\ncookie: {cookie}\r\ncontent-type: {kind}\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time limit");
    stream.write_all(head.as_bytes()).expect("a request");
    stream.write_all(body).expect("a body");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let body = bytes.split_off(end + 4);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    let answer = Answer { status, location: String::new(), body, head };
    Answer { location: answer.header("location"), ..answer }
}

/// A form with text fields and a file in `field`: its type and its bytes.
pub(crate) fn form(
    texts: &[(&str, &str)],
    field: &str,
    name: &str,
    file: &[u8],
) -> (&'static str, Vec<u8>) {
    let mut body = String::new();
    for (field, text) in texts {
        body += "--grens\r\ncontent-disposition: form-data; name=\"";
        body += &format!("{field}\"\r\n\r\n{text}\r\n");
    }
    body += "--grens\r\ncontent-disposition: form-data; name=\"";
    body += &format!("{field}\"; filename=\"{name}\"\r\n");
    body += "content-type: application/octet-stream\r\n\r\n";
    ("multipart/form-data; boundary=grens", [body.as_bytes(), file, b"\r\n--grens--\r\n"].concat())
}
