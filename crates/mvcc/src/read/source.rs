//! One sorted source of a scan, as a sequence of pages: a memtable, or a run of files whose key
//! ranges do not overlap.

use std::collections::VecDeque;
use std::ops::Bound;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use gavel_types::KeyRange;
use lsm_tree::{InternalValue, Memtable, Slice, Table, ValueType};

use crate::Result;
use crate::read::blocks::{Blocks, Handle, is_parted};
use crate::read::page::{Item, Page, same};

/// Versions of one key that are walked over before searching for the next key.
const WALK: usize = 8;
/// Rows of the first page of a memtable; each further one is four times as large.
const FIRST_PAGE: usize = 32;
const MAX_PAGE: usize = 512;
/// Bytes after which a page of a memtable ends.
const PAGE_BYTES: usize = 128 << 10;

/// Blocks without anything visible that are passed over at once: a whole file may be newer than the scan.
const SKIP: usize = 16;

/// What a source does when asked for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The page has at least one item.
    Page,
    /// Many blocks had nothing to show; there may be more.
    Later,
    End,
}

/// See the module.
pub enum Source {
    Memtable(MemtableSource),
    Run(RunSource),
}

impl Source {
    /// The next page in the direction of the scan.
    pub fn next(&mut self, page: &mut Page) -> Result<Next> {
        match self {
            Self::Memtable(source) => Ok(if source.next(page) { Next::Page } else { Next::End }),
            Self::Run(source) => source.next(page),
        }
    }
}

/// A memtable. Nothing is held between pages but where to go on.
pub struct MemtableSource {
    memtable: Arc<Memtable>,
    /// What is left.
    range: KeyRange,
    seqno: u64,
    reverse: bool,
    page_rows: usize,
    /// Where the page before had its data, for room.
    buffer: BytesMut,
}

/// The place of `key` among versions: before those up to `seqno`, behind those above.
fn version(key: &Bytes, seqno: u64) -> InternalValue {
    // Keys are never empty, so this one comes before all of them.
    let key = if key.is_empty() { Bytes::from_static(&[0]) } else { key.clone() };
    InternalValue::from_components(key, Slice::empty(), seqno, ValueType::Value)
}

impl MemtableSource {
    pub fn new(memtable: Arc<Memtable>, range: KeyRange, seqno: u64, reverse: bool) -> Self {
        Self { memtable, range, seqno, reverse, page_rows: FIRST_PAGE, buffer: BytesMut::new() }
    }

    fn next(&mut self, page: &mut Page) -> bool {
        page.items.clear();
        self.buffer.reserve(16 << 10);
        if self.reverse {
            self.backward(page)
        } else {
            self.forward(page)
        }
        self.page_rows = (self.page_rows * 4).min(MAX_PAGE);
        page.data = self.buffer.split().freeze();
        !page.items.is_empty()
    }

    fn is_full(&self, page: &Page) -> bool {
        page.items.len() >= self.page_rows || self.buffer.len() >= PAGE_BYTES
    }

    fn put(&mut self, seqno: u64, key: &[u8], value: &[u8]) -> Item {
        let start = self.buffer.len() as u32;
        self.buffer.put_slice(key);
        let middle = self.buffer.len() as u32;
        self.buffer.put_slice(value);
        Item { seqno, prefix: (0, 0), rest: (start, middle), value: (middle, self.buffer.len() as u32) }
    }

    fn forward(&mut self, page: &mut Page) {
        let memtable = self.memtable.clone();
        let end = version(&self.range.end, u64::MAX).key;
        // Of the first key, versions that are too new are not even met.
        let mut start = Bound::Included(version(&self.range.start, self.seqno - 1).key);
        'search: loop {
            let mut walked = 0;
            for entry in memtable.items.range((start.clone(), Bound::Excluded(end.clone()))) {
                let key = entry.key();
                let newer = key.seqno >= self.seqno;
                let older = page
                    .items
                    .last()
                    .is_some_and(|last| self.buffer[last.rest.0 as usize..last.rest.1 as usize] == *key.user_key);
                if newer || older {
                    walked += 1;
                    if walked > WALK {
                        let key: Bytes = key.user_key.clone().into();
                        start = if older {
                            Bound::Excluded(version(&key, 0).key)
                        } else {
                            Bound::Included(version(&key, self.seqno - 1).key)
                        };
                        continue 'search;
                    }
                    continue;
                }
                if self.is_full(page) {
                    self.range.start = key.user_key.clone().into();
                    return;
                }
                walked = 0;
                let item = self.put(key.seqno, &key.user_key, entry.value());
                page.items.push(item);
            }
            self.range.start = self.range.end.clone();
            return;
        }
    }

    fn backward(&mut self, page: &mut Page) {
        let memtable = self.memtable.clone();
        let start = version(&self.range.start, u64::MAX).key;
        let mut end = version(&self.range.end, u64::MAX).key;
        'search: loop {
            let mut walked = 0;
            for entry in memtable.items.range((Bound::Included(start.clone()), Bound::Excluded(end.clone()))).rev() {
                let key = entry.key();
                let last = page
                    .items
                    .last()
                    .filter(|last| self.buffer[last.rest.0 as usize..last.rest.1 as usize] == *key.user_key);
                let known = last.is_some();
                if !known && key.seqno < self.seqno && self.is_full(page) {
                    // This key belongs to the next page; its versions are behind it.
                    self.range.end = KeyRange::point(&key.user_key.clone().into()).end;
                    page.items.reverse();
                    return;
                }
                walked = if known || key.seqno >= self.seqno { walked + 1 } else { 0 };
                if walked > WALK {
                    // Oldest versions come first: find the newest one, then go before all of them.
                    let newest = memtable.get(&key.user_key, self.seqno);
                    if let Some(newest) = newest {
                        let item = self.put(newest.key.seqno, &newest.key.user_key, &newest.value);
                        if known {
                            page.items.pop();
                        }
                        page.items.push(item);
                    }
                    end = version(&key.user_key.clone().into(), u64::MAX).key;
                    continue 'search;
                }
                if key.seqno < self.seqno {
                    let item = self.put(key.seqno, &key.user_key, entry.value());
                    if known {
                        page.items.pop();
                    }
                    page.items.push(item);
                }
            }
            self.range.end = self.range.start.clone();
            page.items.reverse();
            return;
        }
    }
}

/// A run of files.
pub struct RunSource {
    blocks: Arc<Blocks>,
    tables: VecDeque<Table>,
    range: KeyRange,
    seqno: u64,
    reverse: bool,
    current: Option<Table>,
    /// Parts of the index of `current`, if it has parts.
    parts: VecDeque<Handle>,
    /// Data blocks of `current`.
    data: VecDeque<Handle>,
    /// Key of the last item of the page before.
    last: Vec<u8>,
    /// Backward: the newest version so far of a key that goes on in the block before.
    carried: Option<(Page, Item)>,
}

impl RunSource {
    pub fn new(blocks: Arc<Blocks>, tables: VecDeque<Table>, range: KeyRange, seqno: u64, reverse: bool) -> Self {
        Self {
            blocks,
            tables,
            range,
            seqno,
            reverse,
            current: None,
            parts: VecDeque::new(),
            data: VecDeque::new(),
            last: Vec::new(),
            carried: None,
        }
    }

    /// The next data block of the run.
    fn handle(&mut self) -> Result<Option<(Table, Handle)>> {
        loop {
            let data = if self.reverse { self.data.pop_back() } else { self.data.pop_front() };
            if let (Some(handle), Some(table)) = (data, &self.current) {
                return Ok(Some((table.clone(), handle)));
            }
            let part = if self.reverse { self.parts.pop_back() } else { self.parts.pop_front() };
            if let (Some(part), Some(table)) = (part, &self.current) {
                self.data = self.blocks.part(table, &part, &self.range)?.into();
                continue;
            }
            let table = if self.reverse { self.tables.pop_back() } else { self.tables.pop_front() };
            let Some(table) = table else { return Ok(None) };
            let top = self.blocks.top(&table, &self.range)?.into();
            if is_parted(&table) {
                self.parts = top;
            } else {
                self.data = top;
            }
            self.current = Some(table);
        }
    }

    fn next(&mut self, page: &mut Page) -> Result<Next> {
        if self.reverse { self.backward(page) } else { self.forward(page) }
    }

    fn forward(&mut self, page: &mut Page) -> Result<Next> {
        let mut skipped = 0;
        while let Some((table, handle)) = self.handle()? {
            if !self.last.is_empty() && handle.end_key == self.last {
                // Nothing but older versions of a key that was answered.
                continue;
            }
            self.blocks.page(&table, &handle, &self.range, self.last.is_empty(), self.seqno, page)?;
            if !self.last.is_empty() && !page.items.is_empty() && page.compare(0, &self.last).is_eq() {
                page.items.remove(0);
            }
            if let Some(item) = page.items.last() {
                self.last.clear();
                self.last.extend(item.key(&page.data).concat());
                return Ok(Next::Page);
            }
            skipped += 1;
            if skipped == SKIP {
                return Ok(Next::Later);
            }
        }
        Ok(Next::End)
    }

    fn backward(&mut self, page: &mut Page) -> Result<Next> {
        let mut skipped = 0;
        loop {
            let Some((table, handle)) = self.handle()? else {
                let Some((carried, item)) = self.carried.take() else { return Ok(Next::End) };
                *page = Page { data: carried.data, items: vec![item] };
                return Ok(Next::Page);
            };
            self.blocks.page(&table, &handle, &self.range, true, self.seqno, page)?;
            if let Some((carried, item)) = self.carried.take() {
                // The last key of this block may be the carried one in newer versions.
                let key = item.key(&carried.data).concat();
                if page.items.is_empty() || page.compare(page.items.len() - 1, &key).is_ne() {
                    append(page, &carried, &item);
                }
            }
            let Some(first) = page.items.first().copied() else {
                skipped += 1;
                if skipped == SKIP {
                    return Ok(Next::Later);
                }
                continue;
            };
            let goes_on = match self.data.back() {
                Some(before) => page.compare(0, &before.end_key).is_eq(),
                None => !self.parts.is_empty(),
            };
            if goes_on {
                page.items.remove(0);
                self.carried = Some((Page { data: page.data.clone(), items: vec![] }, first));
                if page.items.is_empty() {
                    continue;
                }
            }
            return Ok(Next::Page);
        }
    }
}

/// Adds an item of another page behind those of `page`.
fn append(page: &mut Page, other: &Page, item: &Item) {
    let mut data = BytesMut::from(&page.data[..]);
    let start = data.len() as u32;
    let [prefix, rest] = item.key(&other.data);
    data.put_slice(prefix);
    data.put_slice(rest);
    let middle = data.len() as u32;
    data.put_slice(item.value(&other.data));
    let item = Item { prefix: (0, 0), rest: (start, middle), value: (middle, data.len() as u32), ..*item };
    page.data = data.freeze();
    debug_assert!(page.items.last().is_none_or(|last| !same(&page.data, last, &item)), "one item a key");
    page.items.push(item);
}
