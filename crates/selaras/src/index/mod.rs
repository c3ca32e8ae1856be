//! The harmony index: from answers to scores that may be published.
//!
//! [`tally`] sums answers up, [`compute`] makes a result of the sums, [`disclosure`] makes the form
//! that may leave the office, [`result`] is what all of them speak of.

#[cfg(test)]
pub(crate) mod attack;
mod change;
mod comparable;
mod composition;
mod compute;
pub mod disclosure;
mod districts;
pub mod files;
#[cfg(test)]
pub(crate) mod fixture;
mod flagged;
pub mod frozen;
mod groups;
mod low;
mod pair;
mod pooled;
#[cfg(test)]
pub(crate) mod random_rounds;
mod reading;
pub mod result;
mod standing;
mod sum;
pub mod tally;

pub use change::Before;
pub use compute::{ComputeError, Input, compute};
pub use flagged::{set_beside, sum_up_unflagged};
pub use pair::{Pair, pair};
pub use standing::{Unsaid, standing};
pub use sum::{Summed, sum_up};

/// Attribute of the line in [`result::RegionResult::composition`] that counts civil servants.
pub const CIVIL_SERVANTS: &str = crate::round::margins::CIVIL_SERVANTS;
