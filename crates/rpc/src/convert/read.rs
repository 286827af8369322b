//! Storage: requests, raw rows, watermarks. Batches of a scan travel as an Arrow IPC stream, which
//! the adapters write.

use std::sync::Arc;

use bytes::Bytes;
use gavel_api::storage::{RawRow, ScanRequest, Watermarks};
use gavel_types::{Lsn, Timestamp};

use crate::convert::{each, required};
use crate::{Malformed, v1};

impl TryFrom<&ScanRequest> for v1::ScanRequest {
    type Error = Malformed;

    fn try_from(request: &ScanRequest) -> Result<Self, Malformed> {
        Ok(Self {
            snapshot_ts: request.snapshot_ts.0,
            ranges: each(request.ranges.clone()),
            reverse: request.reverse,
            program: Some(request.program.as_ref().try_into()?),
        })
    }
}

impl TryFrom<v1::ScanRequest> for ScanRequest {
    type Error = Malformed;

    fn try_from(request: v1::ScanRequest) -> Result<Self, Malformed> {
        Ok(Self {
            snapshot_ts: Timestamp(request.snapshot_ts),
            ranges: each(request.ranges),
            reverse: request.reverse,
            program: Arc::new(required(request.program, "program is missing")?.try_into()?),
            traffic: None,
        })
    }
}

/// A row of an answer to Get.
pub fn row_to_proto(row: Option<Bytes>) -> v1::MaybeRow {
    v1::MaybeRow { row }
}

/// Rows of an answer to Get for `asked` keys.
///
/// # Errors
/// If there are more or fewer.
pub fn rows_from_proto(rows: Vec<v1::MaybeRow>, asked: usize) -> Result<Vec<Option<Bytes>>, Malformed> {
    if rows.len() != asked {
        return Err(Malformed("another number of rows than keys"));
    }
    Ok(rows.into_iter().map(|r| r.row).collect())
}

/// A row of an answer to ScanRaw.
pub fn raw_row_to_proto((key, row): RawRow) -> v1::RawRow {
    v1::RawRow { key, row }
}

impl From<v1::RawRow> for RawRow {
    fn from(row: v1::RawRow) -> Self {
        (row.key, row.row)
    }
}

/// Estimates for `asked` ranges.
///
/// # Errors
/// If there are more or fewer.
pub fn estimates_from_proto(response: v1::EstimateRowsResponse, asked: usize) -> Result<Vec<u64>, Malformed> {
    if response.rows.len() != asked {
        return Err(Malformed("another number of estimates than ranges"));
    }
    Ok(response.rows)
}

impl From<Watermarks> for v1::Watermarks {
    fn from(marks: Watermarks) -> Self {
        Self {
            applied_ts: marks.applied_ts.0,
            applied_lsn: marks.applied_lsn.0,
            durable_lsn: marks.durable_lsn.0,
            gc_ts: marks.gc_ts.0,
        }
    }
}

impl From<v1::Watermarks> for Watermarks {
    fn from(marks: v1::Watermarks) -> Self {
        Self {
            applied_ts: Timestamp(marks.applied_ts),
            applied_lsn: Lsn(marks.applied_lsn),
            durable_lsn: Lsn(marks.durable_lsn),
            gc_ts: Timestamp(marks.gc_ts),
        }
    }
}
