//! The scan: sources merged by key, newest version first.
//!
//! While one source is ahead of the others it is drained without looking at them: the key that it
//! must stay below is compared once a page if the whole page does.

use std::cmp::Ordering;

use bytes::Bytes;

use crate::read::page::Page;
use crate::read::rows::{Parts, Rows};
use crate::read::source::{Next, Source};
use crate::{Error, Result, version};

/// What passing over blocks that show nothing counts as, in keys.
const SKIPPED_KEYS: usize = 512;

/// A source and the page of it that is being read.
struct Cursor {
    source: Source,
    page: Page,
    /// Items of the page that are left: `from..to`.
    from: usize,
    to: usize,
    /// Number of the page in the present chunk, once it has one.
    block: Option<u32>,
    /// Key of the present item.
    head: Vec<u8>,
}

impl Cursor {
    fn new(source: Source) -> Self {
        Self { source, page: Page::default(), from: 0, to: 0, block: None, head: Vec::new() }
    }

    fn present(&self, reverse: bool) -> usize {
        if reverse { self.to - 1 } else { self.from }
    }

    /// Makes sure that there is a present item, unless it is the end or may take long.
    fn settle(&mut self) -> Result<Next> {
        if self.from < self.to {
            return Ok(Next::Page);
        }
        self.block = None;
        let next = self.source.next(&mut self.page)?;
        (self.from, self.to) = (0, if next == Next::Page { self.page.items.len() } else { 0 });
        Ok(next)
    }

    fn advance(&mut self, reverse: bool) {
        if reverse {
            self.to -= 1;
        } else {
            self.from += 1;
        }
    }

    fn note_head(&mut self, reverse: bool) {
        let item = self.page.items[self.present(reverse)];
        self.head.clear();
        for piece in item.key(&self.page.data) {
            self.head.extend_from_slice(piece);
        }
    }

    /// Adds the present item to `rows`, unless it deletes.
    #[inline]
    fn emit(&mut self, index: usize, rows: &mut Rows) -> Result<()> {
        let item = &self.page.items[index];
        let Some((_, deleted)) = version::header(item.value(&self.page.data)) else {
            return Err(Error::Corrupt("an entry is too short".into()));
        };
        if deleted {
            rows.note_unseen(1);
            return Ok(());
        }
        let block = match self.block {
            Some(block) => block,
            None if rows.parts().rows => *self.block.insert(rows.add_block(&self.page.data)),
            None => 0,
        };
        rows.push(block, item.value.0 + version::HEADER_LEN as u32, item.value.1, item.key(&self.page.data));
        Ok(())
    }
}

/// Rows of a range at a timestamp, a chunk at a time, in key order or against it. Holds files and
/// memtables alive until dropped.
pub struct Scan {
    /// Those that are not at their end.
    cursors: Vec<Cursor>,
    reverse: bool,
    /// The heads of the cursors are up to date.
    merging: bool,
    /// A row that is known without a scan, to come first.
    row: Option<(Bytes, Bytes)>,
    failed: Option<Error>,
}

impl Scan {
    pub(crate) fn new(sources: Vec<Source>, reverse: bool) -> Self {
        let cursors = sources.into_iter().map(Cursor::new).collect();
        Self { cursors, reverse, merging: false, row: None, failed: None }
    }

    /// The scan of one key, whose row was looked up.
    pub(crate) fn of_row(found: Result<Option<(Bytes, Bytes)>>) -> Self {
        let mut scan = Self::new(vec![], false);
        match found {
            Ok(row) => scan.row = row,
            Err(e) => scan.failed = Some(e),
        }
        scan
    }

    /// Adds the next rows to `rows` until it holds `max_rows` of them or `max_bytes`, or has spent its
    /// budget ([`Rows::set_budget`]); false once there are no more.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Corrupt`]; the scan is then at its end.
    pub fn fill(&mut self, rows: &mut Rows, max_rows: usize, max_bytes: usize) -> Result<bool> {
        match self.try_fill(rows, max_rows, max_bytes) {
            Ok(more) => Ok(more),
            Err(e) => {
                self.cursors.clear();
                Err(e)
            }
        }
    }

    fn try_fill(&mut self, rows: &mut Rows, max_rows: usize, max_bytes: usize) -> Result<bool> {
        if let Some(e) = self.failed.take() {
            return Err(e);
        }
        if let Some((key, row)) = self.row.take() {
            rows.push_whole(&key, row);
            return Ok(false);
        }
        // Blocks are numbered by chunk.
        self.cursors.iter_mut().for_each(|c| c.block = None);
        let is_full = |rows: &Rows| rows.len() >= max_rows || rows.bytes() >= max_bytes || rows.is_spent();
        while !is_full(rows) {
            if !self.merging && !self.begin()? {
                rows.note_unseen(SKIPPED_KEYS);
                continue;
            }
            if self.cursors.len() <= 1 {
                let Some(cursor) = self.cursors.first_mut() else { return Ok(false) };
                match cursor.settle()? {
                    Next::Page => {}
                    Next::Later => {
                        rows.note_unseen(SKIPPED_KEYS);
                        continue;
                    }
                    Next::End => {
                        self.cursors.clear();
                        return Ok(false);
                    }
                }
                drain(cursor, self.reverse, None, rows, is_full)?;
                continue;
            }
            self.step(rows, is_full)?;
        }
        Ok(!self.cursors.is_empty())
    }

    /// Brings the heads of all cursors up to date; false if one of them is still looking for its own.
    fn begin(&mut self) -> Result<bool> {
        let mut index = 0;
        while let Some(cursor) = self.cursors.get_mut(index) {
            match cursor.settle()? {
                Next::Page => {
                    cursor.note_head(self.reverse);
                    index += 1;
                }
                Next::Later => return Ok(false),
                Next::End => {
                    self.cursors.swap_remove(index);
                }
            }
        }
        self.merging = true;
        Ok(true)
    }

    /// Answers the first key of all, and what its source has before the first key of another.
    fn step(&mut self, rows: &mut Rows, is_full: impl Fn(&Rows) -> bool) -> Result<()> {
        let reverse = self.reverse;
        let order = |a: &[u8], b: &[u8]| if reverse { b.cmp(a) } else { a.cmp(b) };
        // The winner, and the first key behind it that another source has.
        let mut first = 0;
        let mut second: Option<usize> = None;
        let mut tied = false;
        for index in 1..self.cursors.len() {
            let (a, b) = (&self.cursors[first], &self.cursors[index]);
            match order(&b.head, &a.head) {
                Ordering::Less => {
                    second = Some(first);
                    first = index;
                    tied = false;
                }
                Ordering::Equal => {
                    tied = true;
                    let seqno = |c: &Cursor| c.page.items[c.present(reverse)].seqno;
                    if seqno(b) > seqno(a) {
                        first = index;
                    }
                }
                Ordering::Greater => {
                    if second.is_none_or(|s| order(&b.head, &self.cursors[s].head).is_lt()) {
                        second = Some(index);
                    }
                }
            }
        }
        if tied {
            return self.step_tied(first, rows);
        }
        let Some(second) = second else { return Ok(()) };
        let bound = std::mem::take(&mut self.cursors[second].head);
        let cursor = &mut self.cursors[first];
        let drained = drain(cursor, reverse, Some(&bound), rows, is_full);
        self.cursors[second].head = bound;
        drained?;
        self.moved(first)
    }

    /// Several sources have the first key; `first` has its newest version.
    fn step_tied(&mut self, first: usize, rows: &mut Rows) -> Result<()> {
        let key = std::mem::take(&mut self.cursors[first].head);
        let present = self.cursors[first].present(self.reverse);
        self.cursors[first].emit(present, rows)?;
        self.cursors[first].advance(self.reverse);
        // From the end, since a cursor at its end is replaced by the last one.
        for index in (0..self.cursors.len()).rev() {
            if index == first {
                continue;
            }
            if self.cursors[index].head == key {
                self.cursors[index].advance(self.reverse);
            }
        }
        for index in (0..self.cursors.len()).rev() {
            self.moved(index)?;
        }
        Ok(())
    }

    /// Notes the head of a cursor that was advanced, or removes it at its end.
    fn moved(&mut self, index: usize) -> Result<()> {
        match self.cursors[index].settle()? {
            Next::Page => self.cursors[index].note_head(self.reverse),
            Next::Later => self.merging = false,
            Next::End => {
                self.cursors.swap_remove(index);
            }
        }
        Ok(())
    }

    /// The rest as keys and rows of their own, made `page` at a time.
    pub fn pairs(mut self, page: usize) -> impl Iterator<Item = Result<(Bytes, Bytes)>> {
        let mut rows = Rows::new(Parts::ALL);
        let (mut next, mut more) = (0, true);
        std::iter::from_fn(move || {
            while next == rows.len() {
                if !more {
                    return None;
                }
                rows.clear();
                next = 0;
                match self.fill(&mut rows, page, 1 << 20) {
                    Ok(goes_on) => more = goes_on,
                    Err(e) => {
                        more = false;
                        return Some(Err(e));
                    }
                }
            }
            next += 1;
            let key = Bytes::copy_from_slice(rows.key(next - 1)?);
            Some(Ok((key, rows.row_bytes(next - 1)?)))
        })
    }
}

/// Answers what is left of the cursor's page, as far as it comes before `bound`.
fn drain(
    cursor: &mut Cursor,
    reverse: bool,
    bound: Option<&[u8]>,
    rows: &mut Rows,
    is_full: impl Fn(&Rows) -> bool,
) -> Result<()> {
    let before = |page: &Page, index: usize, bound: &[u8]| {
        let order = page.compare(index, bound);
        if reverse { order.is_gt() } else { order.is_lt() }
    };
    let last = if reverse { cursor.from } else { cursor.to - 1 };
    let bound = bound.filter(|b| !before(&cursor.page, last, b));
    while cursor.from < cursor.to && !is_full(rows) {
        let index = cursor.present(reverse);
        if bound.is_some_and(|b| !before(&cursor.page, index, b)) {
            return Ok(());
        }
        cursor.emit(index, rows)?;
        cursor.advance(reverse);
    }
    Ok(())
}
