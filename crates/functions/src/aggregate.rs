//! Accumulators: one implementation an aggregate, entered under its OID.

use gavel_types::{Datum, PgType, SqlResult};

use crate::call::EvalContext;

/// How an aggregate is called.
#[derive(Clone, Debug)]
pub struct AggregateSpec {
    /// Types of the aggregated arguments (direct arguments of ordered-set aggregates come first).
    pub arg_types: Vec<PgType>,
    pub result: PgType,
}

/// State of one group.
pub trait Accumulator: Send + Sync {
    /// Adds one row. Strict aggregates (`sum`, `avg`, `min` …) skip NULLs themselves.
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

/// Makes the initial state of an aggregate.
pub type AggregateFn = fn(&AggregateSpec) -> Box<dyn Accumulator>;
