//! PostgreSQL's `interval`: months, days and microseconds kept apart.

/// Fields are independent and may differ in sign. Structural equality only: SQL compares by
/// [`Interval::comparison_value`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    pub months: i32,
    pub days: i32,
    pub micros: i64,
}

impl Interval {
    /// Microseconds with a month as 30 days and a day as 24 hours; what PostgreSQL compares by.
    pub fn comparison_value(self) -> i128 {
        const DAY: i128 = 86_400_000_000;
        i128::from(self.months) * 30 * DAY + i128::from(self.days) * DAY + i128::from(self.micros)
    }
}
