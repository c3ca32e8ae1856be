//! Fixed-point numbers and wide sums that add up to the same bytes in any order.
