//! The first rows of a scan in some order.
//!
//! Rows are held until they are a few times more than wanted; then all but the first are dropped.

use std::sync::Arc;

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use gavel_api::scan::{ScanOrder, ScanProgram};
use gavel_types::PgType;

use crate::keys::KeyEncoder;
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
}

impl Top {
    pub fn new(plan: Arc<TopPlan>) -> Result<Self> {
        let encoder = KeyEncoder::ordered(plan.order.iter().copied())?;
        Ok(Self { plan, encoder, held: vec![], rows: 0 })
    }

    pub fn add(&mut self, batch: RecordBatch) -> Result<()> {
        self.rows += batch.num_rows();
        self.held.push(batch);
        if self.rows > 2 * self.plan.rows + SLACK {
            self.cut()?;
        }
        Ok(())
    }

    fn cut(&mut self) -> Result<()> {
        let Some(first) = self.held.first() else { return Ok(()) };
        let all = concat_batches(&first.schema(), &self.held).map_err(failed)?;
        let columns: Vec<_> = self.plan.columns.iter().map(|c| all.column(*c).clone()).collect();
        let keys = self.encoder.encode(&columns, all.num_rows())?;
        let mut order: Vec<u32> = (0..all.num_rows() as u32).collect();
        // Stable: of equal rows the scan's first ones stay.
        order.sort_by(|&a, &b| keys.row(a as usize).cmp(keys.row(b as usize)));
        order.truncate(self.plan.rows);
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
