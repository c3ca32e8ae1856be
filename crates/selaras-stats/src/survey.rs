//! Means, ratios, totals and their linearised errors from totals.
