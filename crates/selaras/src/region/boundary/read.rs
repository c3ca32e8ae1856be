//! Files of boundaries as features: GeoJSON, TopoJSON, and a Shapefile or JSON in a zip.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Map, Value};
use shapefile::dbase::FieldValue;
use shapefile::{PolygonRing, Shape};
use zip::ZipArchive;

use super::{Finding, Severity};
use crate::locale::Message;

/// Largest JSON file in bytes; parsed it takes about six times as much.
const MOST_JSON: usize = 64 << 20;
/// Largest zip, and largest file within it, in bytes.
const MOST_ZIP: usize = 128 << 20;
const MOST_UNPACKED: u64 = 192 << 20;
/// Most entries of a zip.
const MOST_ENTRIES: usize = 200;
/// Most features of a file, properties of a feature, and points of all.
const MOST_FEATURES: usize = 20_000;
const MOST_PROPERTIES: usize = 200;
const MOST_POINTS: usize = 3_000_000;

/// A ring as it stands in the file, its first point repeated at the end if the file does so.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RawRing {
    pub(super) points: Vec<(f64, f64)>,
    pub(super) hole: bool,
}

/// A feature: properties in the file's order, and the rings of its areas.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Feature {
    /// Counted from 1.
    pub(super) number: usize,
    pub(super) properties: Vec<(String, String)>,
    pub(super) rings: Vec<RawRing>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) features: Vec<Feature>,
    pub(super) findings: Vec<Finding>,
    points: usize,
}

fn refuse(key: &str) -> Finding {
    Finding { severity: Severity::Error, code: None, feature: None, message: Message::new(key) }
}

/// The features of a file, told by its first bytes, not by its name.
///
/// # Errors
/// The finding says why the file as a whole cannot be read.
pub(super) fn read(bytes: &[u8]) -> Result<Contents, Finding> {
    if bytes.starts_with(b"PK") {
        return read_zip(bytes);
    }
    if bytes.starts_with(&[0, 0, 0x27, 0x0a]) {
        return Err(refuse("boundary-error-bare-shapefile"));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => read_json(text),
        None => Err(refuse("boundary-error-empty")),
        Some(_) => Err(refuse("boundary-error-unknown-format")),
    }
}

impl Contents {
    fn add(&mut self, feature: Feature) -> Result<(), Finding> {
        self.points += feature.rings.iter().map(|ring| ring.points.len()).sum::<usize>();
        if self.features.len() >= MOST_FEATURES || self.points > MOST_POINTS {
            return Err(Finding {
                message: Message::new("boundary-error-too-large")
                    .with("features", MOST_FEATURES)
                    .with("points", MOST_POINTS),
                ..refuse("")
            });
        }
        self.features.push(feature);
        Ok(())
    }

    /// Notes a feature that is no area.
    fn no_area(&mut self, number: usize) {
        self.findings.push(Finding {
            severity: Severity::Warning,
            code: None,
            feature: Some(number),
            message: Message::new("boundary-warning-no-area").with("feature", number),
        });
    }
}

// JSON

fn read_json(text: &[u8]) -> Result<Contents, Finding> {
    if text.len() > MOST_JSON {
        let most = MOST_JSON >> 20;
        let message = Message::new("boundary-error-file-too-large").with("megabytes", most);
        return Err(Finding { message, ..refuse("") });
    }
    // serde_json refuses what is nested more than 128 deep.
    let value: Value = serde_json::from_slice(text).map_err(|error| Finding {
        message: Message::new("boundary-error-json")
            .with("line", error.line())
            .with("column", error.column()),
        ..refuse("")
    })?;
    match value.get("type").and_then(Value::as_str) {
        Some("Topology") => read_topojson(&value),
        Some("FeatureCollection") => {
            let features = value.get("features").and_then(Value::as_array);
            read_geojson(features.map_or(&[][..], Vec::as_slice))
        }
        Some("Feature") => read_geojson(std::slice::from_ref(&value)),
        _ => Err(refuse("boundary-error-json-type")),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(mark) => Some(mark.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn properties_of(feature: &Value) -> Vec<(String, String)> {
    let id = feature.get("id").and_then(text_of).map(|text| ("id".to_owned(), text));
    let named = feature.get("properties").and_then(Value::as_object);
    let named = named.into_iter().flat_map(Map::iter);
    let named = named.filter_map(|(name, value)| Some((name.clone(), text_of(value)?)));
    id.into_iter().chain(named).take(MOST_PROPERTIES).collect()
}

fn position(value: &Value) -> Option<(f64, f64)> {
    let pair = value.as_array()?;
    Some((pair.first()?.as_f64()?, pair.get(1)?.as_f64()?))
}

/// The rings of an array of rings.
fn polygon(
    value: &Value,
    ring: &impl Fn(&Value) -> Option<Vec<(f64, f64)>>,
) -> Option<Vec<RawRing>> {
    let rings = value.as_array()?.iter().enumerate();
    rings.map(|(place, value)| Some(RawRing { points: ring(value)?, hole: place > 0 })).collect()
}

/// The rings of a geometry whose rings stand in `member`; none where it is no area.
fn areas(
    geometry: &Value,
    member: &str,
    ring: &impl Fn(&Value) -> Option<Vec<(f64, f64)>>,
) -> Option<Vec<RawRing>> {
    let parts = geometry.get(member);
    match geometry.get("type").and_then(Value::as_str)? {
        "Polygon" => polygon(parts?, ring),
        "MultiPolygon" => {
            let polygons = parts?.as_array()?.iter().map(|part| polygon(part, ring));
            Some(polygons.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
        }
        "GeometryCollection" => {
            let parts = geometry.get("geometries")?.as_array()?.iter();
            let found = parts.filter_map(|part| areas(part, member, ring));
            Some(found.flatten().collect())
        }
        _ => None,
    }
}

fn read_geojson(features: &[Value]) -> Result<Contents, Finding> {
    let ring = |value: &Value| value.as_array()?.iter().map(position).collect();
    let mut contents = Contents::default();
    for (place, feature) in features.iter().enumerate() {
        let geometry = feature.get("geometry").unwrap_or(&Value::Null);
        match areas(geometry, "coordinates", &ring).filter(|rings| !rings.is_empty()) {
            Some(rings) => {
                let properties = properties_of(feature);
                contents.add(Feature { number: place + 1, properties, rings })?;
            }
            None => contents.no_area(place + 1),
        }
    }
    Ok(contents)
}

fn read_topojson(value: &Value) -> Result<Contents, Finding> {
    let broken = || refuse("boundary-error-topojson");
    let transform = match value.get("transform") {
        None | Some(Value::Null) => None,
        Some(transform) => {
            let pair = |name| transform.get(name).and_then(position).ok_or_else(broken);
            Some((pair("scale")?, pair("translate")?))
        }
    };
    let arcs = value.get("arcs").and_then(Value::as_array).ok_or_else(broken)?;
    let arcs: Vec<Vec<(f64, f64)>> = arcs
        .iter()
        .map(|arc| {
            let (mut x, mut y) = (0.0, 0.0);
            let points = arc.as_array()?.iter().map(|point| {
                let (dx, dy) = position(point)?;
                let Some((scale, translate)) = transform else { return Some((dx, dy)) };
                (x, y) = (x + dx, y + dy);
                Some((x * scale.0 + translate.0, y * scale.1 + translate.1))
            });
            points.collect::<Option<Vec<_>>>()
        })
        .collect::<Option<_>>()
        .ok_or_else(broken)?;
    // A short list of references to a long arc would unfold without end.
    let unfolded = std::cell::Cell::new(0_usize);
    let ring = |references: &Value| {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for reference in references.as_array()? {
            let number = reference.as_i64()?;
            let place = usize::try_from(if number < 0 { !number } else { number }).ok()?;
            let arc = arcs.get(place)?;
            unfolded.set(unfolded.get() + arc.len());
            if unfolded.get() > 2 * MOST_POINTS {
                return None;
            }
            points.pop();
            if number < 0 {
                points.extend(arc.iter().rev());
            } else {
                points.extend(arc);
            }
        }
        Some(points)
    };
    let objects = value.get("objects").and_then(Value::as_object).ok_or_else(broken)?;
    let geometries = |object: &Value| -> usize {
        object.get("geometries").and_then(Value::as_array).map_or(1, Vec::len)
    };
    // A file with several layers: the finest one.
    let object = objects.values().max_by_key(|object| geometries(object)).ok_or_else(broken)?;
    let single = std::slice::from_ref(object);
    let list = object.get("geometries").and_then(Value::as_array).map_or(single, Vec::as_slice);
    let mut contents = Contents::default();
    for (place, geometry) in list.iter().enumerate() {
        match areas(geometry, "arcs", &ring).filter(|rings| !rings.is_empty()) {
            Some(rings) => {
                let properties = properties_of(geometry);
                contents.add(Feature { number: place + 1, properties, rings })?;
            }
            None => contents.no_area(place + 1),
        }
    }
    Ok(contents)
}

// Zip and Shapefile

fn read_zip(bytes: &[u8]) -> Result<Contents, Finding> {
    if bytes.len() > MOST_ZIP {
        let most = MOST_ZIP >> 20;
        let message = Message::new("boundary-error-file-too-large").with("megabytes", most);
        return Err(Finding { message, ..refuse("") });
    }
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| refuse("boundary-error-zip"))?;
    if archive.len() > MOST_ENTRIES {
        return Err(refuse("boundary-error-zip"));
    }
    let names: Vec<String> = (0..archive.len())
        .filter_map(|at| archive.name_for_index(at)?.ok())
        .filter(|name| !name.contains("__MACOSX"))
        .map(std::borrow::Cow::into_owned)
        .collect();
    let ending = |wanted: &str| -> Vec<&String> {
        let ends = |name: &&String| {
            name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case(wanted))
        };
        names.iter().filter(ends).collect()
    };
    let mut json = ending("geojson");
    json.extend(ending("topojson"));
    json.extend(ending("json"));
    match (ending("shp").as_slice(), json.as_slice()) {
        ([shp], _) => {
            let stem = shp.get(..shp.len() - 3).unwrap_or_default();
            let beside = |wanted: &str| {
                let name = names.iter().find(|name| {
                    name.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem))
                        && name
                            .get(stem.len()..)
                            .is_some_and(|ending| ending.eq_ignore_ascii_case(wanted))
                })?;
                Some(name.as_str())
            };
            let mut take = |name: Option<&str>| name.map(|name| unpack(&mut archive, name));
            let shape = take(Some(shp)).transpose()?.unwrap_or_default();
            let table = take(beside("dbf")).transpose()?;
            let table = table.ok_or_else(|| refuse("boundary-error-missing-dbf"))?;
            let index = take(beside("shx")).transpose()?;
            let projection = take(beside("prj")).transpose()?;
            if projection.is_some_and(|text| text.trim_ascii_start().starts_with(b"PROJCS")) {
                return Err(refuse("boundary-error-metres"));
            }
            // The readers of Shapefile and dBASE are not written for hostile files.
            catch_unwind(AssertUnwindSafe(|| read_shapefile(&shape, &table, index.as_deref())))
                .unwrap_or_else(|_| Err(refuse("boundary-error-shapefile")))
        }
        ([], [json]) => read_json(&unpack(&mut archive, json)?),
        ([], []) => Err(refuse("boundary-error-zip-without-boundaries")),
        _ => Err(refuse("boundary-error-zip-several")),
    }
}

fn unpack(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Vec<u8>, Finding> {
    let entry = archive.by_name(name).map_err(|_| refuse("boundary-error-zip"))?;
    let mut bytes = Vec::new();
    let read = entry.take(MOST_UNPACKED + 1).read_to_end(&mut bytes);
    if bytes.len() as u64 > MOST_UNPACKED {
        let most = (MOST_UNPACKED >> 20) as i64;
        let message = Message::new("boundary-error-file-too-large").with("megabytes", most);
        return Err(Finding { message, ..refuse("") });
    }
    read.map_err(|_| refuse("boundary-error-zip"))?;
    Ok(bytes)
}

fn read_shapefile(shape: &[u8], table: &[u8], index: Option<&[u8]>) -> Result<Contents, Finding> {
    let broken = || refuse("boundary-error-shapefile");
    let mut reader = match index {
        Some(index) => shapefile::ShapeReader::with_shx(Cursor::new(shape), Cursor::new(index)),
        None => shapefile::ShapeReader::new(Cursor::new(shape)),
    }
    .map_err(|_| broken())?;
    let mut table = shapefile::dbase::Reader::new(Cursor::new(table))
        .map_err(|_| refuse("boundary-error-dbf"))?;
    let names: Vec<String> = table.fields().iter().map(|field| field.name().to_string()).collect();
    let mut records = table.iter_records();
    let mut contents = Contents::default();
    for (place, shape) in reader.iter_shapes().enumerate() {
        let shape = shape.map_err(|_| broken())?;
        let Some(Ok(record)) = records.next() else { return Err(refuse("boundary-error-dbf")) };
        let properties = names
            .iter()
            .take(MOST_PROPERTIES)
            .filter_map(|name| Some((name.clone(), field_text(record.get(name)?)?)))
            .collect();
        let rings = match shape {
            Shape::Polygon(polygon) => rings_of(polygon.rings(), |point| (point.x, point.y)),
            Shape::PolygonM(polygon) => rings_of(polygon.rings(), |point| (point.x, point.y)),
            Shape::PolygonZ(polygon) => rings_of(polygon.rings(), |point| (point.x, point.y)),
            _ => Vec::new(),
        };
        if rings.is_empty() {
            contents.no_area(place + 1);
        } else {
            contents.add(Feature { number: place + 1, properties, rings })?;
        }
    }
    Ok(contents)
}

fn rings_of<P>(rings: &[PolygonRing<P>], place: impl Fn(&P) -> (f64, f64)) -> Vec<RawRing> {
    rings
        .iter()
        .map(|ring| RawRing {
            points: ring.points().iter().map(&place).collect(),
            hole: matches!(ring, PolygonRing::Inner(_)),
        })
        .collect()
}

fn field_text(value: &FieldValue) -> Option<String> {
    match value {
        FieldValue::Character(text) => text.as_deref().map(|text| text.trim().to_owned()),
        FieldValue::Numeric(number) => number.map(|number| number.to_string()),
        FieldValue::Float(number) => number.map(|number| number.to_string()),
        FieldValue::Integer(number) => Some(number.to_string()),
        FieldValue::Double(number) => Some(number.to_string()),
        _ => None,
    }
}
