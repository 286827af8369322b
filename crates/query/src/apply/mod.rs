//! The apply operator: plans that run inside other plans.
//!
//! | module | what it holds |
//! |---|---|
//! | [`site`] | a subquery in an expression: when it runs, what is remembered of it |
//! | [`waiting`] | functions that wait, by the same way of stopping and going on |
//! | [`lateral`] | a join whose right side is run anew for each row of the left |

pub mod lateral;
pub mod site;
pub mod waiting;
