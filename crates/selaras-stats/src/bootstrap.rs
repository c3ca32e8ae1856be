//! Rao-Wu rescaling bootstrap on totals by PSU.
