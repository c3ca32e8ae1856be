//! Scores on the map as GeoJSON (RFC 7946).

use std::collections::BTreeSet;

use selaras_atlas::{Point, Topology};
use serde_json::{Map, Value, json};

use super::tables::Teller;
use crate::index::result::{RegionResult, Score, ScoreKind};
use crate::region::boundary::SCHEMATIC;
use crate::region::{self, atlas};
use crate::render::map::Boundaries;
use crate::round::frame::Level;

/// Corners whose triangle is smaller than this, in km², are left out: the picture of a region is
/// schematic in any case.
const DETAIL_KM2: f64 = 4.0;

impl Teller<'_> {
    /// A feature collection of the result's kab/kota, or none where no map holds them (a foreign
    /// frame). Outer rings run counter-clockwise, holes clockwise.
    pub(super) fn geojson(&self) -> Option<Value> {
        let topology = self.shapes()?.simplify(DETAIL_KM2);
        let features: Vec<Value> = (0..topology.shapes().len())
            .filter_map(|at| {
                let shape = topology.shapes().get(at)?;
                let region = self.region(&shape.code)?;
                Some(json!({
                    "type": "Feature",
                    "id": region.code,
                    "geometry": geometry(&topology, at),
                    "properties": self.properties(region),
                }))
            })
            .collect();
        Some(json!({ "type": "FeatureCollection", "features": features }))
    }

    /// The kab/kota of the result.
    pub(super) fn regencies(&self) -> impl Iterator<Item = &RegionResult> {
        self.result.regions.iter().filter(|region| region.level == Level::Regency)
    }

    /// The shapes of the kab/kota: official ones where all of them have one, else schematic ones.
    pub(super) fn shapes(&self) -> Option<Topology> {
        let schematic = || shapes_of(region::schematic(region::Level::Regency), &self.wanted());
        self.official_shapes().or_else(schematic)
    }

    /// Whose shapes [`Teller::shapes`] are.
    pub(super) fn boundaries(&self) -> Boundaries {
        let official = self.official.and_then(|map| map.official.as_ref());
        atlas::boundaries(official.filter(|_| self.official_shapes().is_some()), self.words)
    }

    fn official_shapes(&self) -> Option<Topology> {
        shapes_of(&self.official?.topology, &self.wanted())
    }

    fn wanted(&self) -> BTreeSet<&str> {
        self.regencies().map(|region| region.code.as_str()).collect()
    }

    fn properties(&self, region: &RegionResult) -> Value {
        let mut properties = Map::new();
        let mut put = |key: &str, value: Value| {
            properties.insert(key.to_owned(), value);
        };
        put("code", region.code.clone().into());
        put("name", region.name.clone().into());
        put("parent", region.parent.clone().into());
        put("map", self.boundaries().words(self.words).into());
        if self.boundaries() == Boundaries::Schematic {
            put(SCHEMATIC, true.into());
        }
        if self.result.simulated {
            put("simulated", self.say("table-simulated").into());
        }
        put("standing", self.standing().into());
        put("source", self.source().into());
        put("n", region.n.into());
        put("target", region.target.into());
        let kinds = [ScoreKind::Index, ScoreKind::Dimension, ScoreKind::Variable];
        let scores = self.result.scores.iter().zip(&region.scores);
        for (at, (definition, score)) in scores.enumerate() {
            if kinds.contains(&definition.kind) {
                for (name, value) in self.score(region, at, score) {
                    put(&format!("{}_{name}", definition.id), value);
                }
            }
        }
        Value::Object(properties)
    }

    fn score(&self, region: &RegionResult, at: usize, score: &Score) -> [(&'static str, Value); 6] {
        let interval = score.interval.as_ref();
        [
            ("value", score.value.into()),
            ("n", score.n.into()),
            ("low", self.low(interval).into()),
            ("high", self.high(interval).into()),
            ("withheld", score.withheld.map(|reason| self.withheld(reason)).into()),
            ("standing", self.told(region, at).into()),
        ]
    }
}

/// The shapes of `wanted` on a map; none where it lacks one of them.
fn shapes_of(map: &Topology, wanted: &BTreeSet<&str>) -> Option<Topology> {
    let known: BTreeSet<&str> = map.shapes().iter().map(|shape| shape.code.as_str()).collect();
    let complete = !wanted.is_empty() && wanted.is_subset(&known);
    complete.then(|| map.select(|code| wanted.contains(code)))
}

fn geometry(topology: &Topology, at: usize) -> Value {
    let decimals = 10_f64.powi(4);
    let place = |point: Point| {
        let (lon, lat) = topology.place(point);
        json!([(lon * decimals).round() / decimals, (lat * decimals).round() / decimals])
    };
    let closed = |ring: Vec<Point>| -> Vec<Value> {
        let first = ring.first().copied();
        ring.into_iter().chain(first).map(place).collect()
    };
    let polygons: Vec<Vec<Vec<Value>>> = topology
        .polygons(at)
        .into_iter()
        .map(|rings| rings.into_iter().map(closed).collect())
        .collect();
    json!({ "type": "MultiPolygon", "coordinates": polygons })
}
