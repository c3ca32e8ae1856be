//! Files that a form sends.

use std::path::Path;

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use super::Problem;
use crate::locale::Message;

impl From<MultipartError> for Problem {
    fn from(error: MultipartError) -> Self {
        match error.status() {
            axum::http::StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            _ => Self::Invalid(Message::new("web-problem-unreadable")),
        }
    }
}

/// Longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 120;

/// The name a file came with, without folder and control characters; none where it is empty, as a
/// browser sends it when nothing was chosen.
pub(super) fn name(given: Option<&str>) -> Option<String> {
    let last = given?.rsplit(['/', '\\']).next()?;
    let name: String = last.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let name = name.trim().to_owned();
    (!name.is_empty()).then_some(name)
}

/// Writes what a field holds to `path`, piece by piece.
pub(super) async fn write(
    field: &mut axum::extract::multipart::Field<'_>,
    path: &Path,
) -> Result<(), Problem> {
    let mut file = File::create(path).await.map_err(Problem::fault)?;
    while let Some(bytes) = field.chunk().await? {
        file.write_all(&bytes).await.map_err(Problem::fault)?;
    }
    file.flush().await.map_err(Problem::fault)
}

/// The one file and the texts that a small form sends.
pub(super) struct Sent {
    /// Name and bytes.
    pub(super) file: Option<(String, Vec<u8>)>,
    /// The other fields.
    pub(super) texts: Vec<(String, String)>,
}

impl Sent {
    /// Reads the whole form; the route bounds its length.
    pub(super) async fn read(mut form: Multipart) -> Result<Self, Problem> {
        let mut sent = Self { file: None, texts: Vec::new() };
        while let Some(field) = form.next_field().await? {
            if field.file_name().is_some() {
                if let Some(name) = name(field.file_name()) {
                    sent.file = Some((name, field.bytes().await?.to_vec()));
                }
            } else {
                let name = field.name().unwrap_or_default().to_owned();
                sent.texts.push((name, field.text().await?));
            }
        }
        Ok(sent)
    }

    /// The text of the field `name`, trimmed; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        let found = self.texts.iter().find(|(other, _)| other == name);
        found.map_or("", |(_, text)| text.trim())
    }
}
