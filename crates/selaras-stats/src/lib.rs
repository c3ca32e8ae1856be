//! Survey estimation on exact, mergeable totals; weighting; comparison of regions.
//!
//! Numbers in, numbers out: no input or output, no clock, no global state. Every estimate names its
//! source in the docs of the module that makes it, randomness comes only from [`random::Stream`],
//! and results are the same on one thread and on many.

pub mod bootstrap;
pub mod compare;
pub mod fixed;
pub mod low_cells;
pub mod open_link;
pub mod random;
pub mod replicate;
pub mod rows;
pub mod selection;
pub mod survey;
pub mod totals;
pub mod weights;
