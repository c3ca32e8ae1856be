//! Gathers what the program embeds: the message files, the tables of regions and the schematic map.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use selaras_atlas::schematic::{self, District};
use selaras_atlas::{Topology, coast};

/// Version of the npm package that codes and names are read from; others have other codes.
const NAMES_VERSION: &str = "4.0.1";
/// Id of Indonesia in the npm package that the coast is read from (ISO 3166-1 numeric).
const INDONESIA: &str = "360";
/// Grid of the schematic map in degrees, about 11 m.
const STEP: f64 = 1e-4;
const COMPRESSION: i32 = 19;

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../..");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed=build.rs");
    let done = locales(&root, &out).map_err(Failure::from).and_then(|()| regions(&root, &out));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("cargo::error={failure}");
            ExitCode::FAILURE
        }
    }
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
    write_if_changed(&out.join("locales.rs"), list.as_bytes())
}

/// Tables of kecamatan and desa, and the schematic map on three levels.
///
/// Cargo reruns this script when a message file changes; the map is drawn again only when what it
/// is made of did.
fn regions(root: &Path, out: &Path) -> Result<(), Failure> {
    let read = |path: &str| -> Result<String, Failure> {
        let path = root.join(path);
        println!("cargo::rerun-if-changed={}", path.display());
        fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}. Run `npm ci` first", path.display()).into())
    };
    let package = read("node_modules/idn-area-data/package.json")?;
    let version = serde_json::from_str::<serde_json::Value>(&package)?;
    if version.get("version").and_then(serde_json::Value::as_str) != Some(NAMES_VERSION) {
        return Err(format!("idn-area-data is not version {NAMES_VERSION}. Run `npm ci`").into());
    }
    let names = |level| format!("node_modules/idn-area-data/data/{level}.csv");
    let facts = table(&read("data/regions/regions.csv")?);
    let places = table(&read("data/regions/kecamatan_points.csv")?);
    let districts = table(&read(&names("districts"))?);
    let villages = table(&read(&names("villages"))?);
    let world = read("node_modules/world-atlas/countries-10m.json")?;
    check(&facts, &places, &districts, &villages)?;

    let places: HashMap<&str, &[String]> =
        places.iter().map(|row| (field(row, 0), row.get(1..).unwrap_or_default())).collect();
    let mut list = BTreeMap::new();
    for row in &districts {
        let place = places.get(field(row, 0)).ok_or("a kecamatan has no point")?;
        list.insert(field(row, 0), format!("{}\t{}", field(row, 2), place.join("\t")));
    }
    write_compressed(&out.join("districts.zst"), front_coded(&list).as_bytes())?;
    let list = villages.iter().map(|row| (field(row, 0), field(row, 2).to_owned())).collect();
    write_compressed(&out.join("villages.zst"), front_coded(&list).as_bytes())?;

    let regencies: Vec<&Vec<String>> = facts.iter().filter(|row| field(row, 2) == "2").collect();
    let position: HashMap<&str, usize> =
        regencies.iter().enumerate().map(|(at, row)| (field(row, 0), at)).collect();
    let areas: Vec<Option<f64>> = regencies.iter().map(|row| field(row, 7).parse().ok()).collect();
    let middles: Vec<District> = districts
        .iter()
        .map(|row| {
            let code = field(row, 0);
            let place = places.get(code).ok_or("a kecamatan has no point")?;
            Ok(District {
                code: code.to_owned(),
                region: *position.get(prefix(code, 5)).ok_or("a kecamatan has no kab/kota")?,
                lat: field(place, 0).parse()?,
                lon: field(place, 1).parse()?,
            })
        })
        .collect::<Result<_, Failure>>()?;
    let stamp = out.join("schematic.stamp");
    let made_of = made_of(&world, &middles, &areas)?;
    if fs::read_to_string(&stamp).is_ok_and(|last| last == made_of) {
        return Ok(());
    }
    let coast = coast::read(world.as_bytes(), INDONESIA, STEP)?;
    let map = schematic::draw(STEP, &coast, &middles, &areas).districts;
    let dissolved = |length| map.dissolve(|code| prefix(code, length).to_owned());
    let write = |name: &str, map: &Topology| write_compressed(&out.join(name), &map.to_bytes());
    write("schematic_districts.zst", &map)?;
    write("schematic_regencies.zst", &dissolved(5))?;
    write("schematic_provinces.zst", &dissolved(2))?;
    fs::write(stamp, made_of)?;
    Ok(())
}

/// Stands for everything the schematic map is made of: the data and this program.
fn made_of(world: &str, middles: &[District], areas: &[Option<f64>]) -> Result<String, Failure> {
    let mut hasher = DefaultHasher::new();
    fs::read(env::current_exe()?)?.hash(&mut hasher);
    format!("{middles:?}{areas:?}").hash(&mut hasher);
    world.hash(&mut hasher);
    Ok(hasher.finish().to_string())
}

/// Counts, nesting and agreement of the tables.
fn check(
    facts: &[Vec<String>],
    places: &[Vec<String>],
    districts: &[Vec<String>],
    villages: &[Vec<String>],
) -> Result<(), Failure> {
    let level = |level| facts.iter().filter(|row| field(row, 2) == level).collect::<Vec<_>>();
    let (provinces, regencies) = (level("1"), level("2"));
    let found = [provinces.len(), regencies.len(), districts.len(), villages.len(), places.len()];
    if found != [38, 514, 7_285, 83_762, 7_285] {
        return Err(format!("other numbers of regions than expected: {found:?}").into());
    }
    let codes = |rows: &[Vec<String>], width: usize| -> Result<Vec<String>, Failure> {
        let mut codes: Vec<String> = rows.iter().map(|row| field(row, 0).to_owned()).collect();
        codes.sort_unstable();
        match codes.iter().find(|code| code.len() != width).or_else(|| {
            codes.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first())
        }) {
            Some(code) => Err(format!("code {code} is malformed or stands twice").into()),
            None => Ok(codes),
        }
    };
    let owned = |rows: Vec<&Vec<String>>| rows.into_iter().cloned().collect::<Vec<_>>();
    let levels = [
        codes(&owned(provinces), 2)?,
        codes(&owned(regencies), 5)?,
        codes(districts, 8)?,
        codes(villages, 13)?,
    ];
    if codes(places, 8)? != *levels.get(2).ok_or("no kecamatan")? {
        return Err("kecamatan and their points differ".into());
    }
    for (parents, children) in levels.iter().zip(levels.iter().skip(1)) {
        let width = parents.first().map_or(0, String::len);
        let mut named: Vec<&str> = children.iter().map(|code| prefix(code, width)).collect();
        named.dedup();
        if named != *parents {
            return Err(format!("codes do not nest below width {width}").into());
        }
    }
    Ok(())
}

/// Lines in order of code: `>` and the parent's code, then for each child the last part of its
/// code, a tab, and the rest.
fn front_coded(list: &BTreeMap<&str, String>) -> String {
    let mut text = String::new();
    let mut last = "";
    for (code, rest) in list {
        let (parent, own) = code.rsplit_once('.').unwrap_or(("", code));
        if parent != last {
            let _ = writeln!(text, ">{parent}");
            last = parent;
        }
        let _ = writeln!(text, "{own}\t{rest}");
    }
    text
}

/// The rows of a CSV file below its header; quotes as RFC 4180, no line breaks inside.
fn table(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .skip(1)
        .map(|line| {
            let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
            let mut characters = line.chars().peekable();
            while let Some(character) = characters.next() {
                match character {
                    '"' if quoted && characters.next_if_eq(&'"').is_some() => field.push('"'),
                    '"' => quoted = !quoted,
                    ',' if !quoted => row.push(std::mem::take(&mut field)),
                    _ => field.push(character),
                }
            }
            row.push(field);
            row
        })
        .collect()
}

fn field(row: &[String], at: usize) -> &str {
    row.get(at).map_or("", String::as_str)
}

fn prefix(code: &str, length: usize) -> &str {
    code.get(..length).unwrap_or(code)
}

fn write_compressed(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_if_changed(path, &zstd::bulk::compress(bytes, COMPRESSION)?)?;
    Ok(())
}

/// Leaves a file alone that already holds `bytes`, so that nothing depending on it is rebuilt.
fn write_if_changed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) { Ok(()) } else { fs::write(path, bytes) }
}
