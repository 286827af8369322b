//! The first rows of a scan in some order.
//!
//! Rows are held until they are a few times more than wanted; then all but the first are dropped. From
//! then on the last of those is a bound: a row that does not come before it is not even held.

use std::sync::Arc;

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use gavel_api::scan::{ScanOrder, ScanProgram};
use gavel_types::PgType;

use crate::keys::{KeyEncoder, Keys};
use crate::run::failed;
use crate::{Error, Result};

/// Larger tops are left to the query node, which accounts for its memory.
pub const MAX_ROWS: u64 = 10_000;
/// Rows held before the first cut.
const SLACK: usize = 8_192;

/// How a top orders and how much it keeps.
#[derive(Clone, Debug)]
pub struct TopPlan {
    rows: usize,
    /// Columns of the batches by which rows are compared.
    columns: Vec<usize>,
    /// Type, descending, NULLs first.
    order: Vec<(PgType, bool, bool)>,
}

impl TopPlan {
    pub(crate) fn new(program: &ScanProgram, order: &[ScanOrder]) -> Result<Self> {
        let rows = match program.limit {
            Some(limit) if limit <= MAX_ROWS => limit as usize,
            _ => return Err(Error::Unsupported("top of that many rows".into())),
        };
        let mut columns = Vec::with_capacity(order.len());
        let mut types = Vec::with_capacity(order.len());
        for by in order {
            let column = program.output.get(by.output).and_then(|c| program.columns.get(*c));
            let column = column.ok_or_else(|| Error::Unsupported(format!("order by output {}", by.output)))?;
            columns.push(by.output + usize::from(program.with_key));
            types.push((column.ty, by.descending, by.nulls_first));
        }
        Ok(Self { rows, columns, order: types })
    }
}

/// A top under way.
pub(crate) struct Top {
    plan: Arc<TopPlan>,
    encoder: KeyEncoder,
    held: Vec<RecordBatch>,
    rows: usize,
    /// Key of the last row that would be answered, once there are as many as wanted.
    bound: Option<Box<[u8]>>,
}

impl Top {
    pub fn new(plan: Arc<TopPlan>) -> Result<Self> {
        let encoder = KeyEncoder::ordered(plan.order.iter().copied())?;
        Ok(Self { plan, encoder, held: vec![], rows: 0, bound: None })
    }

    pub fn add(&mut self, batch: RecordBatch) -> Result<()> {
        let Some(batch) = self.before_bound(batch)? else { return Ok(()) };
        self.rows += batch.num_rows();
        self.held.push(batch);
        if self.rows > 2 * self.plan.rows + SLACK {
            self.cut()?;
        }
        Ok(())
    }

    fn keys(&mut self, batch: &RecordBatch) -> Result<Keys> {
        let columns: Vec<_> = self.plan.columns.iter().map(|c| batch.column(*c).clone()).collect();
        Ok(self.encoder.encode(&columns, batch.num_rows())?)
    }

    /// The rows that come before the bound. Of equal ones the first are answered, so those are out.
    fn before_bound(&mut self, batch: RecordBatch) -> Result<Option<RecordBatch>> {
        if self.plan.rows == 0 {
            return Ok(None);
        }
        let Some(bound) = self.bound.take() else { return Ok(Some(batch)) };
        let keys = self.keys(&batch)?;
        let before: Vec<u32> =
            (0..batch.num_rows() as u32).filter(|row| keys.row(*row as usize) < &bound[..]).collect();
        self.bound = Some(bound);
        match before.len() {
            0 => Ok(None),
            n if n == batch.num_rows() => Ok(Some(batch)),
            _ => take_record_batch(&batch, &UInt32Array::from(before)).map(Some).map_err(failed),
        }
    }

    fn cut(&mut self) -> Result<()> {
        let Some(first) = self.held.first() else { return Ok(()) };
        let all = concat_batches(&first.schema(), &self.held).map_err(failed)?;
        let keys = self.keys(&all)?;
        let mut order: Vec<u32> = (0..all.num_rows() as u32).collect();
        // Stable: of equal rows the scan's first ones stay.
        order.sort_by(|&a, &b| keys.row(a as usize).cmp(keys.row(b as usize)));
        order.truncate(self.plan.rows);
        if order.len() == self.plan.rows {
            self.bound = order.last().map(|row| keys.row(*row as usize).into());
        }
        let front = take_record_batch(&all, &UInt32Array::from(order)).map_err(failed)?;
        self.rows = front.num_rows();
        self.held = vec![front];
        Ok(())
    }

    pub fn finish(&mut self) -> Result<Option<RecordBatch>> {
        self.cut()?;
        Ok(self.held.pop().filter(|batch| batch.num_rows() > 0))
    }
}
