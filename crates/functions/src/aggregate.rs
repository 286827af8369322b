//! Accumulators: one implementation an aggregate, entered under its OID.
//!
//! Two forms. [`Accumulator`] takes one row of values of one group and exists for every aggregate.
//! [`GroupedAccumulator`] takes whole arrays for many groups at once and exists for the hot ones.

use arrow::array::{ArrayRef, BooleanArray};
use gavel_types::{Datum, PgType, SqlResult};

use crate::call::EvalContext;

mod collect;
mod count;
mod extreme;
mod first;
mod grouped;
mod json;
mod logic;
mod ordered;
mod state;
mod statistics;
mod sum;
mod table;

/// How an aggregate is called.
#[derive(Clone, Debug)]
pub struct AggregateSpec {
    /// Types of the arguments (direct arguments of ordered-set aggregates come first).
    pub arg_types: Vec<PgType>,
    pub result: PgType,
}

/// State of one group.
pub trait Accumulator: Send + Sync {
    /// Adds one row: all arguments, direct ones first. Strict aggregates (`sum`, `avg`, `min` …) skip
    /// NULLs themselves. Ordered-set aggregates get their rows in the order of WITHIN GROUP.
    fn update(&mut self, context: &EvalContext, args: &[Datum]) -> SqlResult<()>;
    /// Exports the state for a merge elsewhere; self-describing.
    fn state(&self) -> SqlResult<Datum>;
    /// Adds an exported state.
    fn merge(&mut self, state: &Datum) -> SqlResult<()>;
    /// The result; the accumulator is not used afterwards.
    fn finish(&mut self) -> SqlResult<Datum>;
    /// Bytes held, for memory accounting.
    fn size(&self) -> usize;
}

/// State of many groups. Group numbers are dense; a call with a larger `total_groups` than before
/// makes the new ones empty.
pub trait GroupedAccumulator: Send {
    /// Adds row `i` of `values` to group `groups[i]`, where `filter` is absent or true at `i`.
    ///
    /// # Errors
    /// 22003 and the like, as the aggregate answers.
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total_groups: usize,
    ) -> SqlResult<()>;
    /// Exports the state of the first `count` groups (all if `None`) and forgets them; the rest move
    /// down by `count`. One `Binary` array.
    fn state(&mut self, count: Option<usize>) -> SqlResult<ArrayRef>;
    /// Adds states that [`Self::state`] exported.
    fn merge_batch(
        &mut self,
        states: &ArrayRef,
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total_groups: usize,
    ) -> SqlResult<()>;
    /// Results of the first `count` groups (all if `None`), which are forgotten; the rest move down.
    fn finish(&mut self, count: Option<usize>) -> SqlResult<ArrayRef>;
    /// Bytes held, for memory accounting.
    fn size(&self) -> usize;
}

/// Makes the initial state of an aggregate.
pub type AggregateFn = fn(&AggregateSpec) -> Box<dyn Accumulator>;

pub use collect::nest;
pub use grouped::grouped;
pub use table::accumulator;

#[cfg(test)]
mod aggregate_test;
