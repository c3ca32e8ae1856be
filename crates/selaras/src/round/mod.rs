//! A round: one run of an index, and the answers it took in.

pub mod answers;
pub mod beside;
pub mod edit;
pub mod frame;
pub mod intake;
pub mod mapping;
pub mod margins;
mod names;
pub mod official;
pub mod quality;
pub mod register;
pub mod snapshot;
mod sql;
pub mod upload;
