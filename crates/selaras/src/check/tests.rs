//! Claims about the checks as a whole.
