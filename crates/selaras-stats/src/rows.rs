//! Estimates that need rows: two-stage designs and quantiles.
