//! What was done and read, in an append-only log.
