//! Selaras: measure social harmony, say honestly how sure it is, and follow up.
//!
//! A module here is a noun of the domain and owns its types, rules, SQL and pages; see
//! ARCHITECTURE.md for the walk through the main job.

pub mod align;
pub mod check;
pub mod index;
pub mod instrument;
pub mod outcome;
pub mod plan;
pub mod region;
pub mod round;
pub mod simulate;
pub mod statistic;

pub mod audit;
pub mod cli;
pub mod jobs;
pub mod locale;
mod parallel;
pub mod policy;
pub mod render;
pub mod sheet;
pub mod store;
pub mod web;
