//! Shapes of regions: clean topologies, the schematic map of Indonesia, neighbours and areas.
//!
//! A [`Topology`] holds regions whose common borders are common lines. It is built from outlines
//! ([`Topology::build`]), joined by region ([`Topology::dissolve`]), thinned without tearing
//! ([`Topology::simplify`]), measured, drawn ([`Projection`]) and written compactly
//! ([`Topology::to_bytes`]).

pub mod bytes;
pub mod check;
pub mod coast;
pub mod measure;
pub mod project;
pub mod schematic;
pub mod simplify;
pub mod topology;

pub use bytes::BrokenTopology;
pub use measure::{Bounds, Neighbours};
pub use project::Projection;
pub use topology::{Arc, ArcRef, Outline, Point, Polygon, Ring, Shape, Topology};
