//! Ordered-set aggregates: `percentile_disc`, `percentile_cont`, `mode`. Rows come in the order of
//! WITHIN GROUP; the fraction is the first (direct) argument of every row.

use std::sync::Arc;

use gavel_types::{ArrayValue, Datum, Interval, Oid, PgType, SqlError, SqlResult, SqlState};

use super::state::{foreign, pack, size_of, unpack_all};
use super::{Accumulator, AggregateSpec};
use crate::call::EvalContext;
use crate::compare::compare;

pub fn discrete(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    make(spec, Kind::Discrete)
}

pub fn continuous(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    make(spec, Kind::Continuous)
}

pub fn mode(spec: &AggregateSpec) -> Box<dyn Accumulator> {
    make(spec, Kind::Mode)
}

fn make(spec: &AggregateSpec, kind: Kind) -> Box<dyn Accumulator> {
    let ty = spec.arg_types.last().copied().unwrap_or(spec.result);
    Box::new(Ordered { kind, ty, fraction: Datum::Null, values: Vec::new(), bytes: 0 })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Discrete,
    Continuous,
    Mode,
}

struct Ordered {
    kind: Kind,
    ty: PgType,
    fraction: Datum,
    values: Vec<Datum>,
    bytes: usize,
}

impl Ordered {
    fn at(&self, fraction: f64) -> SqlResult<Datum> {
        if !(0.0..=1.0).contains(&fraction) {
            return Err(SqlError::new(
                SqlState::NumericValueOutOfRange,
                format!("percentile value {fraction} is not between 0 and 1"),
            ));
        }
        let n = self.values.len();
        let Some(last) = n.checked_sub(1) else { return Ok(Datum::Null) };
        if self.kind == Kind::Discrete {
            let row = (fraction * n as f64).ceil() as usize;
            return Ok(self.values[row.saturating_sub(1).min(last)].clone());
        }
        let position = fraction * last as f64;
        let (low, high) =
            (&self.values[(position.floor() as usize).min(last)], &self.values[(position.ceil() as usize).min(last)]);
        let part = position - position.floor();
        Ok(match (low, high) {
            (Datum::Float8(low), Datum::Float8(high)) => Datum::Float8(low + (high - low) * part),
            (Datum::Interval(low), Datum::Interval(high)) => Datum::Interval(between(*low, *high, part)),
            _ => return Err(foreign()),
        })
    }

    /// The most frequent value, the first of them in order.
    fn most_frequent(&self) -> Datum {
        let mut best = (0, &Datum::Null);
        for run in self.values.chunk_by(|a, b| compare(a, b, self.ty).is_eq()) {
            if run.len() > best.0 {
                best = (run.len(), &run[0]);
            }
        }
        best.1.clone()
    }
}

fn between(low: Interval, high: Interval, part: f64) -> Interval {
    let days = 30.0;
    let months = f64::from(high.months - low.months) * part;
    let day = f64::from(high.days - low.days) * part + (months - months.trunc()) * days;
    let micros = (high.micros - low.micros) as f64 * part + (day - day.trunc()) * 86_400_000_000.0;
    Interval {
        months: low.months + months.trunc() as i32,
        days: low.days + day.trunc() as i32,
        micros: low.micros + micros.round() as i64,
    }
}

impl Accumulator for Ordered {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        let value = args.last().ok_or_else(foreign)?;
        if let [fraction, _] = args {
            self.fraction = fraction.clone();
        }
        if !value.is_null() {
            self.bytes += size_of(value);
            self.values.push(value.clone());
        }
        Ok(())
    }

    fn state(&self) -> SqlResult<Datum> {
        let mut fields = vec![self.fraction.clone()];
        fields.extend(self.values.iter().cloned());
        Ok(pack(fields))
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let mut fields = unpack_all(state)?.into_iter();
        self.fraction = fields.next().ok_or_else(foreign)?;
        self.values.extend(fields);
        let ty = self.ty;
        self.values.sort_by(|a, b| compare(a, b, ty));
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        if self.kind == Kind::Mode {
            return Ok(self.most_frequent());
        }
        match self.fraction.clone() {
            Datum::Float8(fraction) => self.at(fraction),
            Datum::Array(fractions) => {
                if self.values.is_empty() {
                    return Ok(Datum::Null);
                }
                let values = fractions
                    .values
                    .iter()
                    .map(|f| match f {
                        Datum::Float8(f) => self.at(*f),
                        Datum::Null => Ok(Datum::Null),
                        _ => Err(foreign()),
                    })
                    .collect::<SqlResult<_>>()?;
                let element = if self.ty.oid == Oid::UNKNOWN { Oid::TEXT } else { self.ty.oid };
                Ok(Datum::Array(Arc::new(ArrayValue { element, dims: fractions.dims.clone(), values })))
            }
            _ => Ok(Datum::Null),
        }
    }

    fn size(&self) -> usize {
        std::mem::size_of::<Self>() + self.bytes
    }
}
