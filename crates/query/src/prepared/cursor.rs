//! A cursor: rows of a running plan with a place between them, that moves both ways.
//!
//! ```text
//!          let go │ kept                          │ not read yet
//!   1 … first     │ first+1 … at … first+rows     │ source
//!                         ▲ the row it is on
//! ```
//! The plan runs as far as somebody has asked for rows, under the view that it was started with; so a
//! cursor sees what there was when it was declared, and nothing that was written later. Of what was read
//! it keeps as much as its declaration promises ([`Keep`]).
//!
//! # Invariants
//! 1. `at` is 0 before the first row, else the number of the row that it is on; with `end` it stands behind
//!    the last one, whose number `at` then is.
//! 2. What is kept is bounded: by `limit` where everything has to be kept (53200 beyond it), by [`WINDOW`]
//!    where going back was not promised, by one batch where it was forbidden.

use std::collections::VecDeque;

use bytes::Bytes;
use gavel_binder::bound::CursorRow;
use gavel_binder::ddl::ast::FetchDirection;
use gavel_types::{Datum, PgType, SqlError, SqlResult, SqlState};

use crate::session::result::Executed;
use crate::session::statement::rows_of;

/// Bytes of rows behind its place that a cursor keeps which was declared neither SCROLL nor NO SCROLL.
const WINDOW: usize = 16 << 20;

type Row = Vec<Datum>;

/// How much of what was read is kept to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// SCROLL.
    All,
    /// Nothing was said: what fits into [`WINDOW`].
    Recent,
    /// NO SCROLL.
    Nothing,
}

/// See the module.
pub struct Cursor {
    /// `None` once all rows have been read.
    source: Option<Box<Executed>>,
    types: Vec<PgType>,
    rows: VecDeque<Row>,
    first: u64,
    bytes: usize,
    at: u64,
    end: bool,
    keep: Keep,
    limit: usize,
    /// What is behind the columns that FETCH gives: row keys of these tables.
    keys: Vec<CursorRow>,
}

impl Cursor {
    /// Before the first row of `source`.
    pub fn new(source: Box<Executed>, keep: Keep, limit: usize) -> Self {
        let types = source.columns.iter().flat_map(|c| c.iter()).map(|c| c.ty).collect();
        let (rows, keys) = (VecDeque::new(), Vec::new());
        Self { source: Some(source), types, rows, first: 0, bytes: 0, at: 0, end: false, keep, limit, keys }
    }

    /// One whose last columns are keys of rows, which FETCH does not give.
    #[must_use]
    pub fn with_keys(self, keys: Vec<CursorRow>) -> Self {
        Self { keys, ..self }
    }

    /// The tables whose rows it knows.
    pub fn keys(&self) -> &[CursorRow] {
        &self.keys
    }

    /// Key of the row of table `at` of [`Cursor::keys`] that the row it is on came from; `None` if it is on none.
    pub fn key(&self, at: usize) -> Option<Bytes> {
        if self.end {
            return None;
        }
        let kept = usize::try_from(self.at.checked_sub(self.first + 1)?).ok()?;
        let row = self.rows.get(kept)?;
        match row.get(row.len().checked_sub(self.keys.len())? + at)? {
            Datum::Bytea(key) => Some(key.clone()),
            _ => None,
        }
    }

    /// Whether it still reads from its plan, and through it from the transaction.
    pub fn is_open(&self) -> bool {
        self.source.is_some()
    }

    /// Reads the rest of the plan, which is not needed any more then.
    ///
    /// # Errors
    /// Those of the plan; 53200.
    pub async fn read_all(&mut self) -> SqlResult<()> {
        while self.load(self.limit).await? {}
        Ok(())
    }

    /// FETCH: moves, and gives the rows passed over, in order.
    ///
    /// # Errors
    /// 55000 for a step back of a cursor that only goes forward; those of the plan; 53200.
    pub async fn fetch(&mut self, direction: FetchDirection) -> SqlResult<Vec<Row>> {
        let mut rows = Passed { rows: Vec::new(), bytes: 0, limit: self.limit, hidden: self.keys.len() };
        self.go(direction, Some(&mut rows)).await?;
        Ok(rows.rows)
    }

    /// MOVE: the number of rows that FETCH would have given.
    ///
    /// # Errors
    /// As [`Cursor::fetch`].
    pub async fn shift(&mut self, direction: FetchDirection) -> SqlResult<u64> {
        self.go(direction, None).await
    }

    async fn go(&mut self, direction: FetchDirection, out: Option<&mut Passed>) -> SqlResult<u64> {
        use FetchDirection as D;
        let steps = |n: i32| u64::from(n.unsigned_abs());
        match direction {
            D::Forward(Some(0)) | D::Backward(Some(0)) | D::Relative(0) => self.here(out).await,
            D::Forward(None) => self.forward(None, out).await,
            D::Forward(Some(n)) if n > 0 => self.forward(Some(steps(n)), out).await,
            D::Backward(Some(n)) if n < 0 => self.forward(Some(steps(n)), out).await,
            D::Backward(None) if out.is_none() => {
                let passed = if self.end { self.at } else { self.at.saturating_sub(1) };
                self.rewind()?;
                Ok(passed)
            }
            D::Backward(None) => self.backward(None, out),
            D::Forward(Some(n)) | D::Backward(Some(n)) => self.backward(Some(steps(n)), out),
            D::Absolute(0) => {
                self.rewind()?;
                Ok(0)
            }
            D::Absolute(n) if n > 0 => {
                self.go_before(steps(n)).await?;
                self.forward(Some(1), out).await
            }
            D::Absolute(n) => {
                self.forward(None, None).await?;
                self.backward(Some(steps(n) - 1), None)?;
                self.backward(Some(1), out)
            }
            D::Relative(n) if n > 0 => {
                self.forward(Some(steps(n) - 1), None).await?;
                self.forward(Some(1), out).await
            }
            D::Relative(n) => {
                self.backward(Some(steps(n) - 1), None)?;
                self.backward(Some(1), out)
            }
        }
    }

    /// The row that it is on once more. For FETCH that is a step back and one forward.
    async fn here(&mut self, out: Option<&mut Passed>) -> SqlResult<u64> {
        if self.at == 0 || self.end {
            return Ok(0);
        }
        if out.is_none() {
            return Ok(1);
        }
        self.backward(Some(1), None)?;
        self.forward(Some(1), out).await
    }

    /// To where one step forward leads to row `n`: from the first row if that is nearer.
    async fn go_before(&mut self, n: u64) -> SqlResult<()> {
        if n - 1 <= self.at / 2 {
            self.rewind()?;
            self.forward(Some(n - 1), None).await?;
            return Ok(());
        }
        let place = self.at + u64::from(self.end);
        if n <= place {
            self.backward(Some(place - n + 1), None)?;
        } else {
            self.forward(Some(n - place - 1), None).await?;
        }
        Ok(())
    }

    fn rewind(&mut self) -> SqlResult<()> {
        if self.at == 0 && !self.end {
            return Ok(());
        }
        if self.keep == Keep::Nothing || self.first > 0 {
            return Err(forward_only());
        }
        (self.at, self.end) = (0, false);
        Ok(())
    }

    async fn forward(&mut self, count: Option<u64>, mut out: Option<&mut Passed>) -> SqlResult<u64> {
        let mut passed = 0;
        while !self.end && count.is_none_or(|count| passed < count) {
            let next = usize::try_from(self.at - self.first).unwrap_or(usize::MAX);
            if next >= self.rows.len() {
                let most = if self.keep == Keep::All { self.limit } else { usize::MAX };
                if !self.load(most).await? {
                    self.end = true;
                    break;
                }
                continue;
            }
            if let Some(out) = &mut out {
                out.add(&self.rows[next])?;
            }
            self.at += 1;
            passed += 1;
            self.let_go();
        }
        Ok(passed)
    }

    fn backward(&mut self, count: Option<u64>, mut out: Option<&mut Passed>) -> SqlResult<u64> {
        if count == Some(0) {
            return Ok(0);
        }
        if self.keep == Keep::Nothing {
            return Err(forward_only());
        }
        let mut passed = 0;
        while self.at > 0 && count.is_none_or(|count| passed < count) {
            let target = if self.end { self.at } else { self.at - 1 };
            if target == 0 {
                self.at = 0;
                break;
            }
            let Some(kept) = target.checked_sub(self.first + 1) else { return Err(forward_only()) };
            if let Some(out) = &mut out {
                let row = usize::try_from(kept).ok().and_then(|kept| self.rows.get(kept));
                out.add(row.ok_or_else(|| SqlError::internal("cursor has lost a row"))?)?;
            }
            (self.at, self.end) = (target, false);
            passed += 1;
        }
        Ok(passed)
    }

    /// Reads the next batch; whether there was one.
    async fn load(&mut self, most: usize) -> SqlResult<bool> {
        let Some(source) = &mut self.source else { return Ok(false) };
        let Some(batch) = source.next().await? else {
            self.source = None;
            return Ok(false);
        };
        let mut rows = Vec::new();
        rows_of(batch, &self.types, &mut rows)?;
        self.bytes = self.bytes.saturating_add(rows.iter().map(size_of_row).sum());
        self.rows.extend(rows);
        if self.bytes > most {
            return Err(too_much());
        }
        Ok(true)
    }

    /// Rows behind its place, of which none has to be kept.
    fn let_go(&mut self) {
        let room = match self.keep {
            Keep::All => return,
            Keep::Recent => WINDOW,
            Keep::Nothing => 0,
        };
        while self.first + 1 < self.at && self.bytes > room {
            let Some(row) = self.rows.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(size_of_row(&row));
            self.first += 1;
        }
    }
}

/// Rows on their way to the client.
struct Passed {
    rows: Vec<Row>,
    bytes: usize,
    limit: usize,
    /// Columns at the end that are not given.
    hidden: usize,
}

impl Passed {
    fn add(&mut self, row: &Row) -> SqlResult<()> {
        self.bytes = self.bytes.saturating_add(size_of_row(row));
        if self.bytes > self.limit {
            return Err(too_much());
        }
        let mut row = row.clone();
        row.truncate(row.len().saturating_sub(self.hidden));
        self.rows.push(row);
        Ok(())
    }
}

fn size_of_row(row: &Row) -> usize {
    let heap = |datum: &Datum| match datum {
        Datum::Text(text) | Datum::Jsonb(text) => text.len(),
        Datum::Bytea(bytes) => bytes.len(),
        Datum::Array(array) => array.values.len() * 32,
        Datum::Record(fields) => fields.len() * 48,
        _ => 0,
    };
    32 + row.iter().map(|datum| size_of::<Datum>() + heap(datum)).sum::<usize>()
}

fn forward_only() -> SqlError {
    SqlError::new(SqlState::ObjectNotInPrerequisiteState, "cursor can only scan forward")
        .hint("Declare it with SCROLL option to enable backward scan.")
}

fn too_much() -> SqlError {
    SqlError::new(SqlState::OutOfMemory, "out of memory")
        .detail("The cursor's rows exceed what one statement may hold.")
        .hint("Fetch fewer rows at a time, and declare the cursor with NO SCROLL.")
}

#[cfg(test)]
#[path = "cursor/cursor_test.rs"]
mod cursor_test;
