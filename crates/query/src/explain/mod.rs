//! EXPLAIN: the plan as a tree, in PostgreSQL's manner.
//!
//! | module | what it holds |
//! |---|---|
//! | [`profile`] | counts of EXPLAIN ANALYZE |
//! | [`text`] | expressions and nodes as text |

pub mod profile;
pub mod text;

pub use profile::Profile;
pub use text::{Options, json, lines};
