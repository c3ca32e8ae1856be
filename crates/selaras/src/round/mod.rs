//! A round: one run of an index, and the answers it took in.

pub mod answers;
pub mod frame;
pub mod intake;
pub mod register;
mod sql;
