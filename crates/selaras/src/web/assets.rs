//! Files embedded in the program: style sheets and small modules. An address holds the hash of the
//! content, so browsers may keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::{Problem, Route};
use crate::policy::{Action, Module};

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    hash: String,
}

macro_rules! asset {
    ($name:literal, $kind:literal) => {{
        let bytes: &'static [u8] = include_bytes!(concat!("../../../../static/", $name));
        let hash = Sha256::digest(bytes).iter().take(8).map(|b| format!("{b:02x}")).collect();
        Asset { name: $name, kind: $kind, bytes, hash }
    }};
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        asset!("selaras.css", "text/css; charset=utf-8"),
        asset!("figures.css", "text/css; charset=utf-8"),
        asset!("results.css", "text/css; charset=utf-8"),
        asset!("planning.css", "text/css; charset=utf-8"),
        asset!("letter.css", "text/css; charset=utf-8"),
        asset!("progress.js", "text/javascript; charset=utf-8"),
        asset!("favicon.svg", "image/svg+xml"),
    ]
});

/// The address of the embedded file `name`; empty where there is none.
#[must_use]
pub fn asset_url(name: &str) -> String {
    ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .map(|asset| format!("/static/{}/{}", asset.hash, asset.name))
        .unwrap_or_default()
}

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/static/{hash}/{name}", Action::View, Module::Program, asset).public()]
}

async fn asset(Path((hash, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name && asset.hash == hash)
        .ok_or(Problem::NotFound)?;
    let headers =
        [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_embedded_and_the_style_sheet_is_light() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../static");
        for entry in std::fs::read_dir(folder).expect("the folder") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            assert_ne!(asset_url(&name), "", "{name}");
        }
        let style = ASSETS.iter().find(|asset| asset.name == "selaras.css").expect("the style");
        assert!(style.bytes.len() < 20_000, "{} bytes", style.bytes.len());
    }

    #[test]
    fn no_template_holds_an_inline_style_or_script() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
        let mut folders = vec![folder];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    // The report is a file that travels alone; it is not served under the policy.
                    if path.file_name().is_some_and(|name| name != "report") {
                        folders.push(path);
                    }
                    continue;
                }
                let text = std::fs::read_to_string(&path).expect("a template");
                for forbidden in ["<style", " style=", " onclick", " onload", "javascript:"] {
                    assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
                }
            }
        }
    }
}
