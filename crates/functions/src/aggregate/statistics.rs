//! Variance, deviation, covariance and regression (manual table 9.61).
//!
//! Integers and `numeric` are added up exactly (count, sum, sum of squares). Floats follow Youngs and
//! Cramer (1971), as PostgreSQL does: sums of squared differences kept up to date, so that nothing
//! cancels.

use gavel_types::{Datum, Numeric, SqlResult};

use super::Accumulator;
use super::state::{foreign, pack, unpack};
use crate::call::EvalContext;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    PopulationVariance,
    SampleVariance,
    PopulationDeviation,
    SampleDeviation,
}

impl Moment {
    const fn sample(self) -> bool {
        matches!(self, Self::SampleVariance | Self::SampleDeviation)
    }

    const fn deviation(self) -> bool {
        matches!(self, Self::PopulationDeviation | Self::SampleDeviation)
    }
}

pub fn exact(moment: Moment) -> Box<dyn Accumulator> {
    Box::new(Exact { moment, count: 0, sum: Numeric::from(0_i64), squares: Numeric::from(0_i64) })
}

struct Exact {
    moment: Moment,
    count: i64,
    sum: Numeric,
    squares: Numeric,
}

impl Accumulator for Exact {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        let value = match args.last() {
            Some(Datum::Int2(n)) => Numeric::from(*n),
            Some(Datum::Int4(n)) => Numeric::from(*n),
            Some(Datum::Int8(n)) => Numeric::from(*n),
            Some(Datum::Numeric(n)) => n.clone(),
            Some(Datum::Null) | None => return Ok(()),
            Some(_) => return Err(foreign()),
        };
        self.count += 1;
        self.squares = self.squares.add(&value.mul(&value)?)?;
        self.sum = self.sum.add(&value)?;
        Ok(())
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(pack(vec![Datum::Int8(self.count), Datum::Numeric(self.sum.clone()), Datum::Numeric(self.squares.clone())]))
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let [Datum::Int8(count), Datum::Numeric(sum), Datum::Numeric(squares)] = unpack::<3>(state)? else {
            return Err(foreign());
        };
        self.count += count;
        self.sum = self.sum.add(&sum)?;
        self.squares = self.squares.add(&squares)?;
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        if self.count < 1 + i64::from(self.moment.sample()) {
            return Ok(Datum::Null);
        }
        if !matches!(self.sum, Numeric::Finite { .. }) {
            return Ok(Datum::Numeric(Numeric::NaN));
        }
        let n = Numeric::from(self.count);
        let spread = n.mul(&self.squares)?.sub(&self.sum.mul(&self.sum)?)?;
        if spread.signum() <= 0 {
            return Ok(Datum::Numeric(Numeric::from(0_i64)));
        }
        let divisor = n.mul(&Numeric::from(self.count - i64::from(self.moment.sample())))?;
        let variance = spread.div(&divisor)?;
        Ok(Datum::Numeric(if self.moment.deviation() { variance.sqrt()? } else { variance }))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

pub fn float(moment: Moment) -> Box<dyn Accumulator> {
    Box::new(Float { moment, count: 0.0, sum: 0.0, squares: 0.0 })
}

struct Float {
    moment: Moment,
    count: f64,
    sum: f64,
    /// Sum of squared differences from the mean.
    squares: f64,
}

fn double(value: &Datum) -> SqlResult<Option<f64>> {
    match value {
        Datum::Float8(v) => Ok(Some(*v)),
        Datum::Float4(v) => Ok(Some((*v).into())),
        Datum::Null => Ok(None),
        _ => Err(foreign()),
    }
}

impl Accumulator for Float {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        let Some(x) = args.last().map_or(Ok(None), double)? else { return Ok(()) };
        let finite = self.sum.is_finite() && x.is_finite();
        self.count += 1.0;
        self.sum += x;
        if self.count > 1.0 {
            let difference = x * self.count - self.sum;
            self.squares += difference * difference / (self.count * (self.count - 1.0));
            if self.sum.is_infinite() || self.squares.is_infinite() {
                // Infinity that no value brought is overflow.
                if finite {
                    return Err(crate::error::float_overflow());
                }
                self.squares = f64::NAN;
            }
        } else if !x.is_finite() {
            self.squares = f64::NAN;
        }
        Ok(())
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(pack(vec![Datum::Float8(self.count), Datum::Float8(self.sum), Datum::Float8(self.squares)]))
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let [Datum::Float8(count), Datum::Float8(sum), Datum::Float8(squares)] = unpack::<3>(state)? else {
            return Err(foreign());
        };
        if count == 0.0 {
            return Ok(());
        }
        if self.count > 0.0 {
            let difference = self.sum / self.count - sum / count;
            self.squares += squares + self.count * count * difference * difference / (self.count + count);
        } else {
            self.squares = squares;
        }
        self.count += count;
        self.sum += sum;
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        let divisor = if self.moment.sample() { self.count - 1.0 } else { self.count };
        if divisor <= 0.0 {
            return Ok(Datum::Null);
        }
        let variance = self.squares / divisor;
        Ok(Datum::Float8(if self.moment.deviation() { variance.sqrt() } else { variance }))
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

/// Aggregates of pairs `(Y, X)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    Count,
    Sxx,
    Syy,
    Sxy,
    AverageX,
    AverageY,
    R2,
    Slope,
    Intercept,
    PopulationCovariance,
    SampleCovariance,
    Correlation,
}

pub fn pair(pair: Pair) -> Box<dyn Accumulator> {
    Box::new(Pairs { pair, n: 0.0, sx: 0.0, sxx: 0.0, sy: 0.0, syy: 0.0, sxy: 0.0 })
}

struct Pairs {
    pair: Pair,
    n: f64,
    sx: f64,
    sxx: f64,
    sy: f64,
    syy: f64,
    sxy: f64,
}

impl Accumulator for Pairs {
    fn update(&mut self, _: &EvalContext, args: &[Datum]) -> SqlResult<()> {
        let [y, x] = args else { return Err(foreign()) };
        let (Some(y), Some(x)) = (double(y)?, double(x)?) else { return Ok(()) };
        let finite = self.sx.is_finite() && self.sy.is_finite() && x.is_finite() && y.is_finite();
        self.n += 1.0;
        self.sx += x;
        self.sy += y;
        if self.n > 1.0 {
            let (dx, dy) = (x * self.n - self.sx, y * self.n - self.sy);
            let scale = 1.0 / (self.n * (self.n - 1.0));
            self.sxx += dx * dx * scale;
            self.syy += dy * dy * scale;
            self.sxy += dx * dy * scale;
            let overflow = [self.sx, self.sxx, self.sy, self.syy, self.sxy].iter().any(|v| v.is_infinite());
            if overflow && finite {
                return Err(crate::error::float_overflow());
            }
        } else {
            if !x.is_finite() {
                self.sxx = f64::NAN;
                self.sxy = f64::NAN;
            }
            if !y.is_finite() {
                self.syy = f64::NAN;
                self.sxy = f64::NAN;
            }
        }
        Ok(())
    }

    fn state(&self) -> SqlResult<Datum> {
        Ok(pack([self.n, self.sx, self.sxx, self.sy, self.syy, self.sxy].map(Datum::Float8).to_vec()))
    }

    fn merge(&mut self, state: &Datum) -> SqlResult<()> {
        let values = unpack::<6>(state)?;
        let mut v = [0.0; 6];
        for (to, from) in v.iter_mut().zip(&values) {
            *to = double(from)?.ok_or_else(foreign)?;
        }
        let [n, sx, sxx, sy, syy, sxy] = v;
        if n == 0.0 {
            return Ok(());
        }
        if self.n > 0.0 {
            let (dx, dy) = (self.sx / self.n - sx / n, self.sy / self.n - sy / n);
            let weight = self.n * n / (self.n + n);
            self.sxx += weight * dx * dx;
            self.syy += weight * dy * dy;
            self.sxy += weight * dx * dy;
        }
        self.n += n;
        self.sx += sx;
        self.sxx += sxx;
        self.sy += sy;
        self.syy += syy;
        self.sxy += sxy;
        Ok(())
    }

    fn finish(&mut self) -> SqlResult<Datum> {
        let n = self.n;
        if self.pair == Pair::Count {
            return Ok(Datum::Int8(n as i64));
        }
        let enough = if self.pair == Pair::SampleCovariance { n > 1.0 } else { n > 0.0 };
        if !enough {
            return Ok(Datum::Null);
        }
        Ok(match self.pair {
            Pair::Count => Datum::Null,
            Pair::Sxx => Datum::Float8(self.sxx),
            Pair::Syy => Datum::Float8(self.syy),
            Pair::Sxy => Datum::Float8(self.sxy),
            Pair::AverageX => Datum::Float8(self.sx / n),
            Pair::AverageY => Datum::Float8(self.sy / n),
            Pair::PopulationCovariance => Datum::Float8(self.sxy / n),
            Pair::SampleCovariance => Datum::Float8(self.sxy / (n - 1.0)),
            Pair::Correlation if self.sxx == 0.0 || self.syy == 0.0 => Datum::Null,
            Pair::Correlation => Datum::Float8(self.sxy / (self.sxx * self.syy).sqrt()),
            Pair::R2 | Pair::Slope | Pair::Intercept if self.sxx == 0.0 => Datum::Null,
            Pair::R2 if self.syy == 0.0 => Datum::Float8(1.0),
            Pair::R2 => Datum::Float8(self.sxy * self.sxy / (self.sxx * self.syy)),
            Pair::Slope => Datum::Float8(self.sxy / self.sxx),
            Pair::Intercept => Datum::Float8((self.sy - self.sx * self.sxy / self.sxx) / n),
        })
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}
