//! Differences between regions: step-down tests, letters, rank sets.
