//! Real statistics that stand beside the index, each with source, year and period.
