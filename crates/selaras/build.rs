//! Gathers what the program embeds: the message files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../..");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    locales(&root, &out)
}

/// `MESSAGE_FILES`: language, file name and text of every message file, in order.
fn locales(root: &Path, out: &Path) -> io::Result<()> {
    let mut list = String::from("static MESSAGE_FILES: &[(&str, &str, &str)] = &[\n");
    for language in ["id", "en"] {
        let folder = root.join("locales").join(language);
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files: Vec<PathBuf> =
            fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "ftl"));
        files.sort();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let path = fs::canonicalize(&file)?;
            let _ = writeln!(list, "    ({language:?}, {name:?}, include_str!({path:?})),");
        }
    }
    list.push_str("];\n");
    fs::write(out.join("locales.rs"), list)
}
