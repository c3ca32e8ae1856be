//! From files to answers: mapping, located errors, what is never stored, quality flags.
