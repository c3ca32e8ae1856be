//! Calibration of design weights row by row.
