//! Pattern matching (manual §9.7).
//!
//! | module | what it holds |
//! |---|---|
//! | [`like`] | `LIKE`, `ILIKE` |
//! | [`regex`] | PostgreSQL's regular expressions |
//! | [`similar`] | `SIMILAR TO` patterns as such expressions |
//! | [`regexp`] | `~` and the `regexp_*` functions |

pub mod like;
pub mod regex;
pub mod regexp;
pub mod similar;
