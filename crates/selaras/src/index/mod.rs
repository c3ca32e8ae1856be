//! The harmony index: from answers to scores that may be published.

pub mod result;
