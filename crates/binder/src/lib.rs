//! Binds PostgreSQL's SQL (as `sqlparser` parses it) to [`bound`] statements: names to ids, types to
//! every expression, by the rules of PostgreSQL 15's manual, chapter 10 (type conversion).

pub mod bound;
pub mod ddl;
pub mod parse;
