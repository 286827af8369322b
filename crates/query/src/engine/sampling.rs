//! Samples of tables: some blocks of neighbouring rows from all over the keys.
//!
//! ```text
//!  first ············ last          the key half way between the two, as numbers
//!  first ··· k1  k2 ··· last        the rows beside it are the ends of two halves
//!  and so on with each half, and at the start of each piece a block is read
//! ```
//! Each piece is taken between rows that exist, so gaps in the keys cost nothing, and the bytes that the
//! two ends have in common grow until they reach the column in which the rows differ. Pieces need not
//! hold the same number of rows: where keys lie unevenly, thin parts are seen more than thick ones.

use std::sync::Arc;

use bytes::Bytes;
use gavel_api::scan::{PROGRAM_VERSION, ScanColumn, ScanProgram};
use gavel_api::storage::{RawRow, Storage};
use gavel_catalog::Table;
use gavel_encoding::layout::{ObjectId, TenantId, object_range};
use gavel_pushdown::Compiled;
use gavel_txn::ReadView;
use gavel_txn::error::storage_error;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, KeyRange, Oid, SqlResult, Timestamp};

use crate::lower::statistics::Sample;

/// Rows up to which a table is sampled whole.
const WHOLE_ROWS: usize = 1_024;
/// Halvings, and rows of each of the blocks.
const HALVINGS: usize = 5;
const BLOCK_ROWS: usize = 32;
/// Encoded bytes after which no more is read.
const MAX_BYTES: usize = 1 << 20;

/// Where the rows of a table are read.
pub(crate) enum Source<'a> {
    Stored(&'a dyn Storage, Timestamp),
    /// As a transaction sees them.
    View(&'a ReadView),
}

/// A sample of `table`; `None` if it is empty.
///
/// # Errors
/// Whatever reading raises.
pub(crate) async fn sample(source: &Source<'_>, database: Oid, table: &Arc<Table>) -> SqlResult<Option<Sample>> {
    let range = object_range(TenantId(database.0), ObjectId(table.storage.0));
    let mut rows = source.raw(&range, false, WHOLE_ROWS).await?;
    let complete = rows.len() < WHOLE_ROWS && bytes_of(&rows) <= MAX_BYTES;
    let mut blocks = vec![rows.len()];
    if !complete {
        rows = vec![];
        blocks = vec![];
        let (starts, end) = source.pieces(&range).await?;
        for (i, start) in starts.iter().enumerate() {
            let piece = KeyRange::new(start.clone(), starts.get(i + 1).unwrap_or(&end).clone());
            let block = source.raw(&piece, false, BLOCK_ROWS).await?;
            blocks.push(block.len());
            rows.extend(block);
            if bytes_of(&rows) > MAX_BYTES {
                break;
            }
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let mut columns = vec![];
    let mut program = vec![];
    for column in table.visible_columns() {
        let missing = match &column.missing {
            Some(text) => text_io::parse(text, column.ty, &TextStyle::default())?,
            None => Datum::Null,
        };
        columns.push((column.number, column.ty));
        program.push(ScanColumn { id: u32::from(column.number as u16), ty: column.ty, missing });
    }
    let program = ScanProgram {
        version: PROGRAM_VERSION,
        output: (0..program.len()).collect(),
        columns: program,
        filter: None,
        with_key: false,
        limit: None,
        fold: None,
    };
    let compiled = Compiled::new(Arc::new(program)).map_err(storage_error)?;
    let batch = compiled.eval_rows(&rows).map_err(storage_error)?;
    Sample::new(columns, batch, &blocks, complete).map(Some)
}

impl Source<'_> {
    /// Where pieces of the range begin, in order, and the end of the last.
    async fn pieces(&self, range: &KeyRange) -> SqlResult<(Vec<Bytes>, Bytes)> {
        let (first, last) = (self.end(range, false).await?, self.end(range, true).await?);
        let (Some(first), Some(last)) = (first, last) else { return Ok((vec![], range.end.clone())) };
        let mut pieces = vec![(first, last)];
        for _ in 0..HALVINGS {
            let mut halves = vec![];
            for (first, last) in pieces {
                let Some(middle) = half_way(&first, &last) else {
                    halves.push((first, last));
                    continue;
                };
                let below = self.end(&KeyRange::new(first.clone(), middle.clone()), true).await?;
                let above = self.end(&KeyRange::new(middle, KeyRange::point(&last).end), false).await?;
                // The ends are rows unless they were deleted meanwhile.
                halves.push((first.clone(), below.unwrap_or(first)));
                halves.extend(above.map(|above| (above, last)));
            }
            pieces = halves;
        }
        Ok((pieces.into_iter().map(|p| p.0).collect(), range.end.clone()))
    }

    /// The first key of the range, or the last.
    async fn end(&self, range: &KeyRange, reverse: bool) -> SqlResult<Option<Bytes>> {
        Ok(self.raw(range, reverse, 1).await?.pop().map(|r| r.0))
    }

    async fn raw(&self, range: &KeyRange, reverse: bool, limit: usize) -> SqlResult<Vec<RawRow>> {
        match self {
            Self::Stored(storage, ts) => storage.scan_raw(*ts, range, reverse, limit).await.map_err(storage_error),
            Self::View(view) => Ok(view.scan_raw(range, reverse, limit).await?),
        }
    }
}

fn bytes_of(rows: &[RawRow]) -> usize {
    rows.iter().map(|r| r.1.len()).sum()
}

/// A key above `first` and not above `last`, half way between the two; `None` if they are equal.
fn half_way(first: &[u8], last: &[u8]) -> Option<Bytes> {
    if first >= last {
        return None;
    }
    let common = first.iter().zip(last).take_while(|(a, b)| a == b).count();
    let number = |key: &[u8]| {
        let mut bytes = [0; 8];
        for (to, from) in bytes.iter_mut().zip(key.iter().skip(common)) {
            *to = *from;
        }
        u64::from_be_bytes(bytes)
    };
    let (low, high) = (number(first), number(last));
    let middle = low + (high - low).div_ceil(2);
    if middle == high {
        return Some(Bytes::copy_from_slice(last));
    }
    Some([&first[..common], &middle.to_be_bytes()].concat().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_lies_above_the_first_and_not_above_the_last() {
        let cases: [(&[u8], &[u8]); 6] = [
            (b"a", b"b"),
            (b"a", b"aa"),
            (b"\x00\x01", b"\x00\x02"),
            (b"abc\x00", b"abc\xff\xff"),
            (b"", b"\xff"),
            (b"same prefix, then 1", b"same prefix, then 2 and more"),
        ];
        for (first, last) in cases {
            let middle = half_way(first, last).expect("middle");
            assert!(first < &middle[..] && middle[..] <= *last, "{first:?} {middle:?} {last:?}");
        }
        assert_eq!(half_way(b"a", b"a"), None);
        let middle = half_way(b"k\x00\x00\x00\x00", b"k\x00\x00\x01\x00").expect("middle");
        assert_eq!(middle[..5], *b"k\x00\x00\x00\x80");
    }
}
