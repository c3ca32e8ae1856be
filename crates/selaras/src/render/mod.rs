//! One value, many outputs: tables, charts, maps, letters.

pub mod letter;
