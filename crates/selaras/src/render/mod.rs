//! One value, many outputs: tables, charts, maps, letters, the same on page and paper.

pub mod chart;
pub mod letter;
pub mod map;
pub mod svg;
pub mod table;
