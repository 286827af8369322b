//! A program under way: rows go in, batches come out, folds keep something between.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use bytes::Bytes;
use gavel_api::traffic::batch_bytes;

use crate::aggregate::Groups;
use crate::compile::{Compiled, Fold, Input};
use crate::top::Top;
use crate::{Error, Result};

/// Rows that pass are held until there are so many: of a filter that few rows pass, each batch would be
/// more frame than rows.
const HOLD_ROWS: usize = 512;
/// They are held no longer once they take so many bytes.
const HOLD_BYTES: usize = 64 << 10;

/// Runs a program over the rows of a scan, in order, once.
pub struct Run {
    compiled: Arc<Compiled>,
    /// Rows still wanted; no fold counts them.
    remaining: u64,
    sink: Sink,
}

enum Sink {
    Rows(Held),
    Top(Top),
    Groups(Groups),
}

/// Batches that are too small to be answered by themselves.
#[derive(Default)]
struct Held {
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
}

impl Held {
    fn add(&mut self, batch: RecordBatch) {
        self.rows += batch.num_rows();
        self.bytes += batch_bytes(&batch);
        self.batches.push(batch);
    }

    fn is_full(&self) -> bool {
        self.rows >= HOLD_ROWS || self.bytes >= HOLD_BYTES
    }

    fn release(&mut self) -> Result<Option<RecordBatch>> {
        let Self { mut batches, .. } = std::mem::take(self);
        match batches.first() {
            Some(first) if batches.len() > 1 => concat_batches(&first.schema(), &batches).map(Some).map_err(failed),
            _ => Ok(batches.pop()),
        }
    }
}

impl Run {
    /// Begins.
    ///
    /// # Errors
    /// [`Error::Failed`] if Arrow cannot compare values of the program's types.
    pub fn new(compiled: Arc<Compiled>) -> Result<Self> {
        let sink = match &compiled.fold {
            None => Sink::Rows(Held::default()),
            Some(Fold::Top(plan)) => Sink::Top(Top::new(plan.clone())?),
            Some(Fold::Groups(plan)) => Sink::Groups(Groups::new(plan.clone())?),
        };
        let remaining = compiled.limit().filter(|_| matches!(sink, Sink::Rows(_))).unwrap_or(u64::MAX);
        Ok(Self { compiled, remaining, sink })
    }

    /// The program.
    pub fn program(&self) -> &Compiled {
        &self.compiled
    }

    /// Whether there may be an answer only at the end.
    pub fn folds(&self) -> bool {
        !matches!(self.sink, Sink::Rows(_))
    }

    /// Whether no further row can change the answer.
    pub fn is_done(&self) -> bool {
        self.remaining == 0
    }

    /// How many rows are worth reading before the next call of [`Run::add`].
    pub fn wanted(&self) -> usize {
        if self.compiled.filters() { usize::MAX } else { usize::try_from(self.remaining).unwrap_or(usize::MAX) }
    }

    /// Takes the next rows; answers what is known of the answer now, with at least one row, unless it is
    /// too little to be worth it.
    ///
    /// # Errors
    /// [`Error::Evaluation`] where an expression fails for a row, [`Error::Failed`] for damaged rows.
    pub fn add(&mut self, input: &Input<'_>) -> Result<Option<RecordBatch>> {
        self.take(self.compiled.eval(input)?)
    }

    /// [`Run::add`] of keys and rows of their own.
    ///
    /// # Errors
    /// As [`Run::add`].
    pub fn add_pairs(&mut self, rows: &[(Bytes, Bytes)]) -> Result<Option<RecordBatch>> {
        self.take(self.compiled.eval_rows(rows)?)
    }

    fn take(&mut self, batch: RecordBatch) -> Result<Option<RecordBatch>> {
        if batch.num_rows() == 0 {
            return Ok(None);
        }
        match &mut self.sink {
            Sink::Rows(held) => {
                let rows = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(batch.num_rows());
                self.remaining -= rows as u64;
                if rows > 0 {
                    held.add(batch.slice(0, rows));
                }
                if held.is_full() || self.remaining == 0 { held.release() } else { Ok(None) }
            }
            Sink::Top(top) => top.add(batch).map(|()| None),
            Sink::Groups(groups) => groups.add(&batch),
        }
    }

    /// What is left of the answer, once there are no more rows.
    ///
    /// # Errors
    /// [`Error::Failed`], where Arrow does.
    pub fn finish(&mut self) -> Result<Option<RecordBatch>> {
        match &mut self.sink {
            Sink::Rows(held) => held.release(),
            Sink::Top(top) => top.finish(),
            Sink::Groups(groups) => groups.finish(),
        }
    }
}

/// An error of Arrow's kernels.
pub(crate) fn failed(e: impl std::fmt::Display) -> Error {
    Error::Failed(e.to_string())
}

#[cfg(test)]
mod run_test;
