//! Variance from given replicate weights.
