//! Simulated truth: what the methods promise, counted.
//!
//! Each scenario prints one line a figure: its id, the figure, its Monte-Carlo error, the target
//! and the number of runs. A plain test run uses short, seeded versions and allows three
//! Monte-Carlo errors beyond the target. The full figures, which must meet their targets
//! themselves, are made by
//!
//! ```text
//! SELARAS_SIMULATIONS=full cargo test --release -p selaras-stats --test simulations -- --nocapture
//! ```
//!
//! which also writes them to `data/simulations.toml`, from where the method page prints them.

mod coverage;
mod figures;
mod low_cells;
mod rank_sets;
mod world;
