//! What a reader sees: figures as SVG text, made on the server and the same on page and paper.

pub mod chart;
pub mod map;
pub mod svg;
