//! `sum` and `avg` with PostgreSQL's result types: `sum(int)` is bigint, `sum(bigint)` and every average
//! of integers numeric, `sum(money)` money; sums of nothing are NULL.

use gavel_types::{Datum, Interval, Numeric, SqlError, SqlResult, SqlState};

use super::state::{foreign, pack, unpack};
use super::{Accumulator, AggregateSpec};
use crate::call::EvalContext;
use crate::error::money_out_of_range;

pub fn integers(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: 0_i128, count: 0, end: Whole::Bigint })
}

pub fn bigints(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: 0_i128, count: 0, end: Whole::Numeric })
}

/// `sum(money)`.
pub fn amounts(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: 0_i128, count: 0, end: Whole::Money })
}

pub fn average_integers(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: 0_i128, count: 0, end: Whole::Average })
}

pub fn numerics(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: Numeric::from(0_i64), count: 0, end: End::Sum })
}

pub fn average_numerics(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: Numeric::from(0_i64), count: 0, end: End::Average })
}

pub fn reals(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: 0_f32, count: 0, end: End::Sum })
}

pub fn doubles(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: 0_f64, count: 0, end: End::Sum })
}

pub fn average_doubles(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: 0_f64, count: 0, end: End::Average })
}

pub fn intervals(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: Interval::default(), count: 0, end: End::Sum })
}

pub fn average_intervals(_: &AggregateSpec) -> Box<dyn Accumulator> {
    Box::new(Total { total: Interval::default(), count: 0, end: End::Average })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Bigint,
    Money,
    Numeric,
    Average,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Sum,
    Average,
}

/// A running total and how many values are in it.
struct Total<T, E> {
    total: T,
    count: i64,
    end: E,
}

/// How a type is added up, and what its total becomes.
trait Summed<E>: Sized + Clone + Send + Sync {
    fn add(&self, value: &Datum) -> SqlResult<Self>;
    fn export(&self) -> Datum;
    fn finish(&self, count: i64, end: &E) -> SqlResult<Datum>;
}

impl<T: Summed<E>, E: Send + Sync> Accumulator for Total<T, E> {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        match args.last() {
            None | Some(Datum::Null) => {}
            Some(value) => {
                self.total = self.total.add(value)?;
                self.count += 1;
            }
        }
        Ok(())
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(pack(vec![self.total.export(), Datum::Int8(self.count)]))
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let [total, Datum::Int8(count)] = unpack::<2>(state)? else { return Err(foreign()) };
        self.total = self.total.add(&total)?;
        self.count += count;
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        if self.count == 0 { Ok(Datum::Null) } else { self.total.finish(self.count, &self.end) }
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

impl Summed<Whole> for i128 {
    fn add(&self, value: &Datum) -> SqlResult<Self> {
        Ok(self
            + match value {
                Datum::Int2(n) => Self::from(*n),
                Datum::Int4(n) => Self::from(*n),
                Datum::Int8(n) => Self::from(*n),
                Datum::Numeric(n) => n.to_i128().ok_or_else(foreign)?,
                _ => return Err(foreign()),
            })
    }

    fn export(&self) -> Datum {
        Datum::Numeric(Numeric::from(*self))
    }

    fn finish(&self, count: i64, end: &Whole) -> SqlResult<Datum> {
        Ok(match end {
            Whole::Bigint => Datum::Int8(
                i64::try_from(*self)
                    .map_err(|_| SqlError::new(SqlState::NumericValueOutOfRange, "bigint out of range"))?,
            ),
            Whole::Money => Datum::Int8(i64::try_from(*self).map_err(|_| money_out_of_range())?),
            Whole::Numeric => Datum::Numeric(Numeric::from(*self)),
            Whole::Average => Datum::Numeric(Numeric::from(*self).div(&Numeric::from(count))?),
        })
    }
}

impl Summed<End> for Numeric {
    fn add(&self, value: &Datum) -> SqlResult<Self> {
        let Datum::Numeric(n) = value else { return Err(foreign()) };
        Self::add(self, n)
    }

    fn export(&self) -> Datum {
        Datum::Numeric(self.clone())
    }

    fn finish(&self, count: i64, end: &End) -> SqlResult<Datum> {
        Ok(Datum::Numeric(match end {
            End::Sum => self.clone(),
            End::Average => self.div(&Self::from(count))?,
        }))
    }
}

impl Summed<End> for f32 {
    fn add(&self, value: &Datum) -> SqlResult<Self> {
        let Datum::Float4(n) = value else { return Err(foreign()) };
        let sum = self + n;
        overflow(sum.is_infinite() && self.is_finite() && n.is_finite())?;
        Ok(sum)
    }

    fn export(&self) -> Datum {
        Datum::Float4(*self)
    }

    fn finish(&self, _: i64, _: &End) -> SqlResult<Datum> {
        Ok(Datum::Float4(*self))
    }
}

impl Summed<End> for f64 {
    fn add(&self, value: &Datum) -> SqlResult<Self> {
        let n = match value {
            Datum::Float8(n) => *n,
            Datum::Float4(n) => Self::from(*n),
            _ => return Err(foreign()),
        };
        let sum = self + n;
        overflow(sum.is_infinite() && self.is_finite() && n.is_finite())?;
        Ok(sum)
    }

    fn export(&self) -> Datum {
        Datum::Float8(*self)
    }

    fn finish(&self, count: i64, end: &End) -> SqlResult<Datum> {
        Ok(Datum::Float8(match end {
            End::Sum => *self,
            End::Average => self / count as Self,
        }))
    }
}

fn overflow(overflowed: bool) -> SqlResult<()> {
    if overflowed {
        return Err(SqlError::new(SqlState::NumericValueOutOfRange, "value out of range: overflow"));
    }
    Ok(())
}

impl Summed<End> for Interval {
    fn add(&self, value: &Datum) -> SqlResult<Self> {
        let Datum::Interval(n) = value else { return Err(foreign()) };
        self.checked_add(*n)
    }

    fn export(&self) -> Datum {
        Datum::Interval(*self)
    }

    fn finish(&self, count: i64, end: &End) -> SqlResult<Datum> {
        Ok(Datum::Interval(match end {
            End::Sum => *self,
            End::Average => divide(*self, count),
        }))
    }
}

/// What is left of months goes into days, of days into microseconds, as `interval / number` does.
fn divide(span: Interval, by: i64) -> Interval {
    const DAY: i128 = 86_400_000_000;
    let by = i128::from(by);
    let months = i128::from(span.months);
    // Everything below a whole month, in microseconds, a month as 30 days.
    let left_of_months = months % by * 30 * DAY;
    let days = i128::from(span.days) / by + left_of_months / by / DAY;
    let left = i128::from(span.days) % by * DAY + (left_of_months - left_of_months / by / DAY * by * DAY);
    let micros = (i128::from(span.micros) + left) / by;
    Interval { months: (months / by) as i32, days: days as i32, micros: micros as i64 }
}
