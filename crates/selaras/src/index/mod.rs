//! The harmony index: from answers to scores that may be published.

pub mod disclosure;
#[cfg(test)]
pub(crate) mod fixture;
pub mod result;

/// Attribute of the line in [`result::RegionResult::composition`] that counts civil servants.
pub const CIVIL_SERVANTS: &str = "civil-servants";
