//! Additive totals by region, stratum, PSU and margin cell.
