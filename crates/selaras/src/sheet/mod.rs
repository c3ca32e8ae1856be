//! A file of any office as addressed cells, with errors that say where.
