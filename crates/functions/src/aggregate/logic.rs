//! `bool_and`, `bool_or`, `bit_and`, `bit_or`, `bit_xor`: folds by one operation, NULL of nothing.

use gavel_types::{Datum, SqlResult};

use super::state::foreign;
use super::{Accumulator, AggregateSpec};
use crate::call::EvalContext;
use crate::text::bits;

pub fn all(_: &AggregateSpec) -> Box<dyn Accumulator> {
    fold(|a, b| match (a, b) {
        (Datum::Bool(a), Datum::Bool(b)) => Ok(Datum::Bool(*a && *b)),
        _ => Err(foreign()),
    })
}

pub fn any(_: &AggregateSpec) -> Box<dyn Accumulator> {
    fold(|a, b| match (a, b) {
        (Datum::Bool(a), Datum::Bool(b)) => Ok(Datum::Bool(*a || *b)),
        _ => Err(foreign()),
    })
}

pub fn bits_and(_: &AggregateSpec) -> Box<dyn Accumulator> {
    fold(|a, b| bitwise(a, b, |a, b| a & b, bits::and))
}

pub fn bits_or(_: &AggregateSpec) -> Box<dyn Accumulator> {
    fold(|a, b| bitwise(a, b, |a, b| a | b, bits::or))
}

pub fn bits_xor(_: &AggregateSpec) -> Box<dyn Accumulator> {
    fold(|a, b| bitwise(a, b, |a, b| a ^ b, bits::xor))
}

/// Of integers, or of bit strings of one length.
fn bitwise(
    a: &Datum,
    b: &Datum,
    op: fn(i64, i64) -> i64,
    strings: fn(&str, &str) -> SqlResult<String>,
) -> SqlResult<Datum> {
    // The operations keep the sign bits alike, so that the result fits again.
    Ok(match (a, b) {
        (Datum::Int2(a), Datum::Int2(b)) => Datum::Int2(op((*a).into(), (*b).into()) as i16),
        (Datum::Int4(a), Datum::Int4(b)) => Datum::Int4(op((*a).into(), (*b).into()) as i32),
        (Datum::Int8(a), Datum::Int8(b)) => Datum::Int8(op(*a, *b)),
        (Datum::Text(a), Datum::Text(b)) => Datum::text(strings(a, b)?),
        _ => return Err(foreign()),
    })
}

type Step = fn(&Datum, &Datum) -> SqlResult<Datum>;

fn fold(step: Step) -> Box<dyn Accumulator> {
    Box::new(Fold { value: Datum::Null, step })
}

struct Fold {
    value: Datum,
    step: Step,
}

impl Fold {
    fn offer(&mut self, value: &Datum) -> SqlResult<()> {
        if value.is_null() {
            return Ok(());
        }
        self.value = if self.value.is_null() { value.clone() } else { (self.step)(&self.value, value)? };
        Ok(())
    }
}

impl Accumulator for Fold {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        args.last().map_or(Ok(()), |value| self.offer(value))
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(self.value.clone())
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        self.offer(state)
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        Ok(self.value.clone())
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}
