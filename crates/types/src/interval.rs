//! PostgreSQL's `interval`: months, days and microseconds kept apart.

pub mod parse;
pub mod write;

use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

/// Fields are independent and may differ in sign. Structural equality only: SQL compares by
/// [`Interval::comparison_value`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    pub months: i32,
    pub days: i32,
    pub micros: i64,
}

/// 22008.
pub fn out_of_range() -> SqlError {
    SqlError::new(SqlState::DatetimeFieldOverflow, "interval out of range")
}

/// Bits of an interval typmod's field range, as `pg_attribute.atttypmod` holds them (typmod >> 16).
pub mod range {
    pub const MONTH: i32 = 1 << 1;
    pub const YEAR: i32 = 1 << 2;
    pub const DAY: i32 = 1 << 3;
    pub const HOUR: i32 = 1 << 10;
    pub const MINUTE: i32 = 1 << 11;
    pub const SECOND: i32 = 1 << 12;
    /// No restriction.
    pub const FULL: i32 = 0x7fff;
    /// No precision given.
    pub const FULL_PRECISION: i32 = 0xffff;
}

impl Interval {
    /// Microseconds with a month as 30 days and a day as 24 hours; what PostgreSQL compares by.
    pub fn comparison_value(self) -> i128 {
        const DAY: i128 = 86_400_000_000;
        i128::from(self.months) * 30 * DAY + i128::from(self.days) * DAY + i128::from(self.micros)
    }

    /// Field range and seconds precision of a typmod: `None` where it has none.
    pub fn range_and_precision(typmod: i32) -> (i32, Option<i32>) {
        if typmod < 0 {
            return (range::FULL, None);
        }
        let precision = typmod & range::FULL_PRECISION;
        ((typmod >> 16) & range::FULL, (precision != range::FULL_PRECISION).then_some(precision))
    }

    /// The value as a column with this typmod holds it: lower fields cut off, seconds rounded.
    #[must_use]
    pub fn with_typmod(mut self, typmod: i32) -> Self {
        use crate::datetime::{MICROS_PER_HOUR, MICROS_PER_MINUTE, round_micros};
        let (fields, precision) = Self::range_and_precision(typmod);
        if fields != range::FULL {
            let has = |bit| fields & bit != 0;
            if has(range::SECOND) {
            } else if has(range::MINUTE) {
                self.micros -= self.micros % MICROS_PER_MINUTE;
            } else if has(range::HOUR) {
                self.micros -= self.micros % MICROS_PER_HOUR;
            } else {
                self.micros = 0;
                if !has(range::DAY) {
                    self.days = 0;
                    if !has(range::MONTH) {
                        self.months = self.months / 12 * 12;
                    }
                }
            }
        }
        if let Some(precision) = precision {
            self.micros = round_micros(self.micros, precision);
        }
        self
    }

    /// Sum, field by field.
    ///
    /// # Errors
    /// 22008 if a field overflows.
    pub fn checked_add(self, other: Self) -> SqlResult<Self> {
        self.months
            .checked_add(other.months)
            .zip(self.days.checked_add(other.days))
            .zip(self.micros.checked_add(other.micros))
            .map(|((months, days), micros)| Self { months, days, micros })
            .ok_or_else(out_of_range)
    }

    /// Every field with its sign turned.
    ///
    /// # Errors
    /// 22008 if a field overflows.
    pub fn checked_neg(self) -> SqlResult<Self> {
        self.months
            .checked_neg()
            .zip(self.days.checked_neg())
            .zip(self.micros.checked_neg())
            .map(|((months, days), micros)| Self { months, days, micros })
            .ok_or_else(out_of_range)
    }
}

#[cfg(test)]
mod interval_test;
