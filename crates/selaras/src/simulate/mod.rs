//! Synthetic rounds on real places, with the truth beside them.
