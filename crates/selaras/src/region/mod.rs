//! Regions of Indonesia: codes, names, nesting, search, boundaries, the map.

pub mod boundary;
