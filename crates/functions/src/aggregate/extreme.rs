//! `min` and `max` of any ordered type.

use std::cmp::Ordering;

use gavel_types::{Datum, PgType, SqlResult};

use super::state::size_of;
use super::{Accumulator, AggregateSpec};
use crate::call::EvalContext;
use crate::compare::compare;

pub fn min(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Extreme { best: Datum::Null, ty: first(spec), wanted: Ordering::Less })
}

pub fn max(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Extreme { best: Datum::Null, ty: first(spec), wanted: Ordering::Greater })
}

fn first(spec: &AggregateSpec) -> PgType {
    spec.arg_types.first().copied().unwrap_or(spec.result)
}

struct Extreme {
    best: Datum,
    ty: PgType,
    /// What a better value compares as to the best one.
    wanted: Ordering,
}

impl Extreme {
    fn offer(&mut self, value: &Datum) {
        // Of equal values the last one stays, as in PostgreSQL: `2800.00` and `2800` show the difference.
        if !value.is_null() && (self.best.is_null() || compare(&self.best, value, self.ty) != self.wanted) {
            self.best = value.clone();
        }
    }
}

impl Accumulator for Extreme {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        if let Some(value) = args.last() {
            self.offer(value);
        }
        Ok(())
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(self.best.clone())
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        self.offer(state);
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        Ok(std::mem::replace(&mut self.best, Datum::Null))
    }

    fn size(&self) -> usize {
        std::mem::size_of::<Self>() + size_of(&self.best)
    }
}
