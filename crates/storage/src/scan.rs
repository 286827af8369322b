//! Streams of batches.
//!
//! A scan is cut into chunks. The first, small one is made where it is asked for: most scans end
//! there, and a change of threads costs more than their rows. The others are made on the blocking
//! pool, one ahead of the reader, so that no thread waits for a slow reader and a dropped stream
//! costs at most one chunk.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::storage::{Error, ScanRequest};
use gavel_api::traffic::{Traffic, batch_bytes};
use gavel_mvcc::{Parts, Rows, Scan};
use gavel_pushdown::{Compiled, Input, Run};
use gavel_types::KeyRange;
use tokio::task::JoinHandle;

use crate::replica::{Shared, failed};

/// What is looked at before the scan moves to the blocking pool.
const INLINE: Share = Share { rows: 512, keys: 2_048, ranges: 64 };

/// How much one chunk does at most. Rows alone do not bound it: ranges may be empty, rows deleted.
#[derive(Clone, Copy)]
struct Share {
    rows: usize,
    /// Keys met, those of deleted rows too.
    keys: usize,
    /// Ranges begun.
    ranges: usize,
}

/// Where a scan is.
struct Cursor {
    shared: Arc<Shared>,
    request: ScanRequest,
    run: Run,
    ranges: VecDeque<KeyRange>,
    current: Option<Scan>,
    rows: Rows,
    /// The last batch was made.
    finished: bool,
}

/// Starts a scan whose snapshot is reached and not too old.
pub(crate) fn start(
    shared: Arc<Shared>,
    request: ScanRequest,
) -> Result<BoxStream<'static, Result<RecordBatch, Error>>, Error> {
    let compiled = Arc::new(Compiled::new(request.program.clone())?);
    let mut ranges: VecDeque<_> = request.ranges.iter().cloned().collect();
    if request.reverse {
        ranges.make_contiguous().reverse();
    }
    let rows = Rows::new(Parts { keys: compiled.reads_keys(), rows: compiled.reads_rows() });
    let run = Run::new(compiled)?;
    let mut cursor = Cursor { shared, request, run, ranges, current: None, rows, finished: false };
    let traffic = cursor.request.traffic.clone();
    let first = cursor.chunk(INLINE)?;
    if cursor.is_done() {
        return Ok(counted(stream::iter(first.map(Ok)).boxed(), traffic));
    }
    let rest = stream::unfold(Some(ahead(cursor)), |next| async {
        let (cursor, batch) = match next?.await {
            Ok(made) => made,
            // The pool is shut down or the chunk panicked; either way there is no more.
            Err(e) => return Some((Err(Error::Failed(e.to_string())), None)),
        };
        let next = if batch.is_err() || cursor.is_done() { None } else { Some(ahead(cursor)) };
        Some((batch, next))
    });
    let rest = rest.filter_map(|batch| async { batch.transpose() });
    Ok(counted(stream::iter(first.map(Ok)).chain(rest).boxed(), traffic))
}

/// Counts what passes.
fn counted(
    batches: BoxStream<'static, Result<RecordBatch, Error>>,
    traffic: Option<Arc<Traffic>>,
) -> BoxStream<'static, Result<RecordBatch, Error>> {
    let Some(traffic) = traffic else { return batches };
    traffic.asked(Traffic::HERE);
    let count = move |batch: &Result<RecordBatch, Error>| {
        if let Ok(batch) = batch {
            traffic.answered(Traffic::HERE, batch.num_rows(), batch_bytes(batch));
        }
    };
    batches.inspect(count).boxed()
}

type Made = (Cursor, Result<Option<RecordBatch>, Error>);

#[allow(clippy::disallowed_methods, reason = "a shell: chunks run on the blocking pool")]
fn ahead(mut cursor: Cursor) -> JoinHandle<Made> {
    tokio::task::spawn_blocking(move || {
        let rows = cursor.shared.settings.batch_rows;
        let batch = cursor.chunk(Share { rows, keys: rows.saturating_mul(4), ranges: rows });
        (cursor, batch)
    })
}

impl Cursor {
    fn is_done(&self) -> bool {
        self.finished
    }

    /// Does up to that share; `None` if nothing is known of the answer yet.
    fn chunk(&mut self, share: Share) -> Result<Option<RecordBatch>, Error> {
        let limit = share.rows.min(self.run.wanted());
        let max_bytes = self.shared.settings.batch_bytes;
        self.rows.set_budget(share.keys);
        let mut begun = 0;
        while self.rows.len() < limit && self.rows.bytes() < max_bytes && !self.rows.is_spent() {
            let Some(scan) = &mut self.current else {
                if begun == share.ranges {
                    break;
                }
                begun += 1;
                match self.ranges.pop_front() {
                    Some(range) => self.current = Some(self.shared.open_scan(&range, &self.request)?),
                    None => break,
                }
                continue;
            };
            if !scan.fill(&mut self.rows, limit, max_bytes).map_err(failed)? {
                self.current = None;
            }
        }
        let rows: Vec<&[u8]> = self.rows.rows().collect();
        let keys: Vec<&[u8]> = self.rows.keys().collect();
        let batch = self.run.add(&Input { count: self.rows.len(), rows: &rows, keys: &keys })?;
        // Rows are references into blocks of the store; they must not outlive the chunk.
        self.rows.clear();
        let read_all = self.current.is_none() && self.ranges.is_empty();
        if !self.run.is_done() && !read_all {
            return Ok(batch);
        }
        if batch.is_some() && self.run.folds() {
            // Groups were answered early; the last ones come with the next chunk, over no rows.
            return Ok(batch);
        }
        self.finished = true;
        match batch {
            Some(batch) => Ok(Some(batch)),
            None => self.run.finish(),
        }
    }
}
