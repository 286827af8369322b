//! The bytes of a large object in its pages. Offsets and lengths count bytes; they are within
//! [`gavel_catalog::large_object::LARGEST`], which callers see to.

use bytes::Bytes;
use gavel_catalog::keys;
use gavel_catalog::large_object::{PAGE_BYTES, decode_page, encode_page};
use gavel_txn::{ReadView, Transaction};
use gavel_types::{KeyRange, Oid, SqlError, SqlResult, WriteMode};

/// Pages that are asked for together.
const PAGES_AT_ONCE: usize = 512;

/// A large object: its database and its OID.
pub type Object = (Oid, Oid);

/// The page that the byte at `offset` is in.
fn page_of(offset: u64) -> u32 {
    u32::try_from(offset / PAGE_BYTES).unwrap_or(u32::MAX)
}

fn begin_of(page: u32) -> u64 {
    u64::from(page) * PAGE_BYTES
}

/// A length that memory has been asked for.
fn length(bytes: u64) -> SqlResult<usize> {
    usize::try_from(bytes).map_err(|_| SqlError::internal("large object is larger than memory"))
}

/// How many bytes a large object has.
pub async fn size(view: &ReadView, (database, oid): Object) -> SqlResult<u64> {
    let last = view.scan_raw(&keys::large_object_pages(database, oid, 0), true, 1).await?;
    match last.first() {
        Some((key, value)) => {
            let page = keys::read_large_object_page(key).map_or(0, |(_, page)| page);
            Ok(begin_of(page) + decode_page(value)?.len() as u64)
        }
        None => Ok(0),
    }
}

/// At most `count` bytes from `offset` on; none where the object has ended.
pub async fn read(view: &ReadView, object: Object, offset: u64, count: u64) -> SqlResult<Vec<u8>> {
    let (database, oid) = object;
    let end = size(view, object).await?.min(offset.saturating_add(count));
    if end <= offset {
        return Ok(Vec::new());
    }
    let mut out = vec![0; length(end - offset)?];
    let start = keys::large_object_page(database, oid, page_of(offset));
    let mut range =
        KeyRange::new(start, KeyRange::point(&keys::large_object_page(database, oid, page_of(end - 1))).end);
    loop {
        let rows = view.scan_raw(&range, false, PAGES_AT_ONCE).await?;
        for (key, value) in &rows {
            let Some((_, page)) = keys::read_large_object_page(key) else { continue };
            let (begin, data) = (begin_of(page), decode_page(value)?);
            let (from, to) = (begin.max(offset), (begin + data.len() as u64).min(end));
            if from < to {
                let there = length(from - offset)?..length(to - offset)?;
                let here = length(from - begin)?..length(to - begin)?;
                out[there].copy_from_slice(&data[here]);
            }
        }
        match rows.last() {
            Some((last, _)) if rows.len() == PAGES_AT_ONCE => range.start = KeyRange::point(last).end,
            _ => return Ok(out),
        }
    }
}

/// Puts `data` at `offset`, over what is there.
///
/// # Errors
/// 54000 past the limit on what a transaction writes.
pub async fn write(txn: &mut Transaction, (database, oid): Object, offset: u64, data: &[u8]) -> SqlResult<()> {
    let (mut at, mut rest) = (offset, data);
    while !rest.is_empty() {
        // As many pages as are asked for together.
        let last = page_of(at + rest.len() as u64 - 1);
        let numbers: Vec<u32> = (page_of(at)..=last).take(PAGES_AT_ONCE).collect();
        let pages: Vec<Bytes> = numbers.iter().map(|n| keys::large_object_page(database, oid, *n)).collect();
        // The view is gone before anything is written: what it shares would be copied.
        let before = txn.view().get(&pages).await?;
        for ((page, key), before) in numbers.into_iter().zip(pages).zip(before) {
            let from = length(at - begin_of(page))?;
            let room = length(begin_of(page) + PAGE_BYTES - at)?;
            let (now, later) = rest.split_at(room.min(rest.len()));
            let mut content = before.as_deref().map_or(Ok(&[][..]), decode_page)?.to_vec();
            if content.len() < from + now.len() {
                content.resize(from + now.len(), 0);
            }
            content[from..from + now.len()].copy_from_slice(now);
            let mode = if before.is_some() { WriteMode::Update } else { WriteMode::Insert };
            txn.write(key, mode, Some(encode_page(&content)))?;
            at += now.len() as u64;
            rest = later;
        }
    }
    Ok(())
}

/// Makes a large object end at `end`. The page in which it ends is there afterwards, be it empty.
///
/// # Errors
/// 54000 past the limit on what a transaction writes.
pub async fn truncate(txn: &mut Transaction, object: Object, end: u64) -> SqlResult<()> {
    let (database, oid) = object;
    let page = page_of(end);
    let key = keys::large_object_page(database, oid, page);
    let before = txn.view().get(std::slice::from_ref(&key)).await?.pop().flatten();
    let mut content = before.as_deref().map_or(Ok(&[][..]), decode_page)?.to_vec();
    content.resize(length(end - begin_of(page))?, 0);
    remove_from(txn, object, page.saturating_add(1)).await?;
    let mode = if before.is_some() { WriteMode::Update } else { WriteMode::Insert };
    txn.write(key, mode, Some(encode_page(&content)))?;
    Ok(())
}

/// Removes the pages from one on.
///
/// # Errors
/// 54000 past the limit on what a transaction writes.
pub async fn remove_from(txn: &mut Transaction, (database, oid): Object, page: u32) -> SqlResult<()> {
    let mut range = keys::large_object_pages(database, oid, page);
    loop {
        let rows = txn.view().scan_raw(&range, false, PAGES_AT_ONCE).await?;
        let full = rows.len() == PAGES_AT_ONCE;
        if let Some((last, _)) = rows.last() {
            range.start = KeyRange::point(last).end;
        }
        for (key, _) in rows {
            txn.write(key, WriteMode::Delete, None)?;
        }
        if !full {
            return Ok(());
        }
    }
}
