//! The direct path (DESIGN §5): bound statements that are a look-up or a small range on a key, and DML by
//! key, compiled to closures over values. No Arrow, no planner.
//!
//! | module | what it holds |
//! |---|---|
//! | [`expr`] | scalar expressions over one row of values |

pub mod expr;
