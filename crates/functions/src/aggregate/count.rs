//! `count(*)` and `count(x)`.

use gavel_types::{Datum, SqlResult};

use super::state::foreign;
use super::{Accumulator, AggregateSpec};
use crate::call::EvalContext;

/// `count(*)` if there are no arguments, else of rows where the argument is not NULL.
pub fn make(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Count(0))
}

struct Count(i64);

impl Accumulator for Count {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        if !args.iter().any(Datum::is_null) {
            self.0 += 1;
        }
        Ok(())
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(Datum::Int8(self.0))
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let Datum::Int8(n) = state else { return Err(foreign()) };
        self.0 += n;
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        Ok(Datum::Int8(self.0))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}
