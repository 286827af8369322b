//! Portals: what Bind and DECLARE CURSOR make. A portal of the extended protocol runs its plan as it is
//! fetched from; a cursor has read everything when it is declared, and moves both ways.

use std::sync::Arc;

use gavel_api::sql::ColumnDesc;
use gavel_types::{Datum, SqlError, SqlResult, SqlState};

use crate::prepared::Prepared;
use crate::session::result::Executed;

/// A statement with its parameters.
pub struct Portal {
    pub statement: Arc<Prepared>,
    pub params: Vec<Datum>,
    pub columns: Option<Arc<[ColumnDesc]>>,
    pub state: PortalState,
    /// WITH HOLD: outlives its transaction.
    pub hold: bool,
}

/// How far it has come.
pub enum PortalState {
    Ready,
    Running(Box<Executed>),
    Done,
    Cursor(Cursor),
}

impl Portal {
    pub fn is_held(&self) -> bool {
        self.hold
    }
}

/// A declared cursor: its rows and a place between them.
#[derive(Debug)]
pub struct Cursor {
    pub rows: Vec<Vec<Datum>>,
    /// 0 is before the first row, `n` on the `n`-th, `len + 1` behind the last.
    place: usize,
    /// NO SCROLL: forward only.
    pub forward_only: bool,
}

/// Where FETCH and MOVE go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// That many rows on; `None` is all. 0 gives the present row again.
    Forward(Option<u64>),
    Backward(Option<u64>),
    /// From the end if negative.
    Absolute(i64),
    Relative(i64),
}

impl Cursor {
    pub fn new(rows: Vec<Vec<Datum>>, forward_only: bool) -> Self {
        Self { rows, place: 0, forward_only }
    }

    /// Moves, and gives the numbers (from 0) of the rows passed over, in order.
    ///
    /// # Errors
    /// 55000 for a step back of a cursor that only goes forward.
    pub fn step(&mut self, direction: Direction) -> SqlResult<Vec<usize>> {
        let len = self.rows.len();
        let back = match direction {
            Direction::Forward(_) => false,
            Direction::Backward(n) => n != Some(0),
            Direction::Absolute(n) => n < 0 || (n as u64) < self.place as u64,
            Direction::Relative(n) => n < 0,
        };
        if back && self.forward_only {
            return Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, "cursor can only scan forward")
                .hint("Declare it with SCROLL option to enable backward scan."));
        }
        let steps = |n: Option<u64>| n.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        Ok(match direction {
            Direction::Forward(Some(0)) | Direction::Backward(Some(0)) | Direction::Relative(0) => self.here(),
            Direction::Forward(n) => {
                let first = self.place;
                let last = first.saturating_add(steps(n)).min(len);
                self.place = if steps(n) > len.saturating_sub(first) { len + 1 } else { last };
                (first.min(len)..last).collect()
            }
            Direction::Backward(n) => {
                let from = self.place.saturating_sub(1).min(len);
                let to = from.saturating_sub(steps(n));
                self.place = if steps(n) > from { 0 } else { to + 1 };
                (to..from).rev().collect()
            }
            Direction::Absolute(n) => {
                let target = if n >= 0 { i128::from(n) } else { len as i128 + 1 + i128::from(n) };
                self.place = target.clamp(0, len as i128 + 1) as usize;
                self.here()
            }
            Direction::Relative(n) => {
                self.place = (self.place as i128 + i128::from(n)).clamp(0, len as i128 + 1) as usize;
                self.here()
            }
        })
    }

    fn here(&self) -> Vec<usize> {
        if self.place >= 1 && self.place <= self.rows.len() { vec![self.place - 1] } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Absolute, Backward, Forward, Relative};

    #[test]
    fn a_cursor_moves_as_postgresql_says() {
        let rows = (0..4).map(|i| vec![Datum::Int4(i)]).collect();
        let mut c = Cursor::new(rows, false);
        let steps = [
            (Forward(Some(1)), vec![0]),
            (Forward(Some(2)), vec![1, 2]),
            (Backward(Some(1)), vec![1]),
            (Relative(0), vec![1]),
            (Forward(None), vec![2, 3]),
            (Forward(Some(1)), vec![]),
            (Backward(Some(1)), vec![3]),
            (Absolute(1), vec![0]),
            (Absolute(-1), vec![3]),
            (Backward(None), vec![2, 1, 0]),
            (Backward(Some(1)), vec![]),
            (Forward(Some(1)), vec![0]),
            (Relative(2), vec![2]),
            (Absolute(9), vec![]),
            (Absolute(0), vec![]),
        ];
        for (i, (direction, rows)) in steps.into_iter().enumerate() {
            assert_eq!(c.step(direction).unwrap(), rows, "step {i}");
        }
    }

    #[test]
    fn without_scroll_it_only_goes_forward() {
        let mut c = Cursor::new(vec![vec![], vec![]], true);
        assert_eq!(c.step(Forward(Some(1))).unwrap(), [0]);
        assert!(c.step(Backward(Some(1))).is_err());
        assert!(c.step(Relative(-1)).is_err());
    }
}
