//! Pattern matching (manual §9.7).
//!
//! | module | what it holds |
//! |---|---|
//! | [`like`] | `LIKE`, `ILIKE` |
//! | [`translate`] | PostgreSQL's regular expressions and SQL's `SIMILAR TO`, as the `regex` crate writes them |
//! | [`regexp`] | `~` and the `regexp_*` functions |

pub mod like;
pub mod regexp;
pub mod translate;
