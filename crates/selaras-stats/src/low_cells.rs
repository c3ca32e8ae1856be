//! Low cells: shrinkage, false-discovery control, movement between rounds.
