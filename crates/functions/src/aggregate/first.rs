//! `gavel.first(anyelement)`: the value of the first row of a group, NULL or not.

use gavel_types::{Datum, SqlResult};

use super::state::{foreign, pack, size_of, unpack};
use super::{Accumulator, AggregateSpec};
use crate::call::EvalContext;

pub fn make(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(First { value: None })
}

struct First {
    /// `None` before the first row.
    value: Option<Datum>,
}

impl Accumulator for First {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        if self.value.is_none() {
            self.value = Some(args.last().ok_or_else(foreign)?.clone());
        }
        Ok(())
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(self.value.as_ref().map_or(Datum::Null, |value| pack(vec![value.clone()])))
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        if self.value.is_none() && !state.is_null() {
            let [value] = unpack(state)?;
            self.value = Some(value);
        }
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        Ok(self.value.take().unwrap_or(Datum::Null))
    }

    fn size(&self) -> usize {
        std::mem::size_of::<Self>() + self.value.as_ref().map_or(0, size_of)
    }
}
