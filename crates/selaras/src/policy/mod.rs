//! Who may do what: the one question about rights.
