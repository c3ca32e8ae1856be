//! The coast of a country from a TopoJSON file of Natural Earth.

use std::collections::HashMap;

use serde::Deserialize;

use crate::topology::{Ring, Topology};

/// Why the coast could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CoastError {
    /// Not JSON, or not of the form of TopoJSON.
    #[error("not a TopoJSON file: {0}")]
    Json(#[from] serde_json::Error),
    /// No object holds a country with the id.
    #[error("no country with id {0:?}")]
    Missing(String),
    /// A geometry refers to an arc that is not there.
    #[error("arc {0} does not exist")]
    Arc(i64),
}

#[derive(Deserialize)]
struct File {
    objects: HashMap<String, Object>,
    arcs: Vec<Vec<[f64; 2]>>,
    transform: Transform,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    geometries: Vec<Country>,
}

#[derive(Deserialize)]
struct Country {
    #[serde(default)]
    id: Option<String>,
    #[serde(flatten)]
    geometry: Geometry,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "arcs")]
enum Geometry {
    Polygon(Vec<Vec<i64>>),
    MultiPolygon(Vec<Vec<Vec<i64>>>),
}

/// The land of the country with `id` on a grid of `step` degrees: islands as an outer ring and the
/// holes in it, in the order of the file. `topojson` is a quantised TopoJSON file with an object
/// `countries` (npm world-atlas).
///
/// # Errors
/// See [`CoastError`].
pub fn read(topojson: &[u8], id: &str, step: f64) -> Result<Vec<Vec<Ring>>, CoastError> {
    let file: File = serde_json::from_slice(topojson)?;
    let countries = file.objects.get("countries").map_or(&[][..], |object| &object.geometries);
    let missing = || CoastError::Missing(id.to_owned());
    let country = countries.iter().find(|country| country.id.as_deref() == Some(id));
    let polygons = match &country.ok_or_else(missing)?.geometry {
        Geometry::Polygon(rings) => std::slice::from_ref(rings),
        Geometry::MultiPolygon(polygons) => polygons,
    };
    let place = |at: i64| -> Result<Ring, CoastError> {
        let position = usize::try_from(if at < 0 { !at } else { at });
        let arc = position.ok().and_then(|position| file.arcs.get(position));
        let mut sum = [0.0, 0.0];
        let Transform { scale, translate } = &file.transform;
        let mut points: Ring = arc
            .ok_or(CoastError::Arc(at))?
            .iter()
            .map(|[dx, dy]| {
                sum = [sum[0] + dx, sum[1] + dy];
                Topology::grid(
                    step,
                    sum[0] * scale[0] + translate[0],
                    sum[1] * scale[1] + translate[1],
                )
            })
            .collect();
        if at < 0 {
            points.reverse();
        }
        points.pop();
        Ok(points)
    };
    let ring = |arcs: &Vec<i64>| -> Result<Ring, CoastError> {
        let parts: Vec<Ring> = arcs.iter().map(|&at| place(at)).collect::<Result<_, _>>()?;
        Ok(parts.concat())
    };
    polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect()
}
