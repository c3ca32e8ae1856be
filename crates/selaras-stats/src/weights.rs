//! Post-stratification, raking, calibration, trimming, and their variance.
