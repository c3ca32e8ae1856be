//! The data folder: one database and one transaction type, on SQLite or PostgreSQL.
