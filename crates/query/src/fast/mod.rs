//! The direct path (DESIGN §5): bound statements that are a look-up by key, or rows of values, and DML over
//! them, compiled to closures over values. No Arrow, no planner.
//!
//! | module | what it holds |
//! |---|---|
//! | [`expr`] | scalar expressions over one row of values |
//! | [`rel`] | relations: constant rows, the row of a key, filters, projections |

pub mod expr;
pub mod rel;
