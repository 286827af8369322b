//! Rows of one chunk of a scan, as references into the blocks that hold them.
//!
//! ```text
//!   blocks  [ block 0 .............. ][ block 1 ..... ]
//!   rows      └ row 0 ┘  └ row 1 ┘      └ row 2 ┘
//!   keys    key 0 key 1 key 2, if they were asked for
//! ```
//! Nothing is copied and nothing counted per row; a block lives as long as the chunk does.

use bytes::Bytes;

/// What a scan is asked for besides how many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub keys: bool,
    pub rows: bool,
}

impl Parts {
    pub const ALL: Self = Self { keys: true, rows: true };
}

#[derive(Clone, Copy, Debug)]
struct Place {
    block: u32,
    start: u32,
    end: u32,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Rows {
    parts: Parts,
    count: usize,
    blocks: Vec<Bytes>,
    places: Vec<Place>,
    keys: Vec<u8>,
    /// End of each key in `keys`.
    key_ends: Vec<usize>,
    /// Length of all rows so far, those that were not asked for too.
    bytes: usize,
    /// Keys met so far, those whose row is deleted too.
    seen: usize,
    /// Keys that one filling may meet.
    budget: usize,
}

impl Rows {
    /// Without rows yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            count: 0,
            blocks: Vec::new(),
            places: Vec::new(),
            keys: Vec::new(),
            key_ends: Vec::new(),
            bytes: 0,
            seen: 0,
            budget: usize::MAX,
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What was asked for.
    pub fn parts(&self) -> Parts {
        self.parts
    }

    /// Length of all rows.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Ends a filling once it has met about that many keys, whether they have rows or not: a range of
    /// deleted rows is as much work as one of rows.
    pub fn set_budget(&mut self, keys: usize) {
        self.budget = keys;
    }

    /// Keys met since the last [`Rows::clear`], those of deleted rows too.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// Whether as many keys were met as may be.
    pub fn is_spent(&self) -> bool {
        self.seen >= self.budget
    }

    /// The encoded rows, in order; none if they were not asked for.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.places.iter().map(|p| &self.blocks[p.block as usize][p.start as usize..p.end as usize])
    }

    /// The keys, in order; none if they were not asked for.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let mut start = 0;
        self.key_ends.iter().map(move |end| {
            let key = &self.keys[start..*end];
            start = *end;
            key
        })
    }

    /// Row `index` by itself; keeps its block alive.
    pub fn row_bytes(&self, index: usize) -> Option<Bytes> {
        let place = self.places.get(index)?;
        Some(self.blocks[place.block as usize].slice(place.start as usize..place.end as usize))
    }

    /// Key `index`; `None` if there is no such row or keys were not asked for.
    pub fn key(&self, index: usize) -> Option<&[u8]> {
        let end = *self.key_ends.get(index)?;
        let start = if index == 0 { 0 } else { self.key_ends[index - 1] };
        self.keys.get(start..end)
    }

    /// Forgets the rows; keeps the room.
    pub fn clear(&mut self) {
        self.count = 0;
        self.bytes = 0;
        self.seen = 0;
        self.blocks.clear();
        self.places.clear();
        self.keys.clear();
        self.key_ends.clear();
    }

    /// Counts keys that were met and have no row.
    #[inline]
    pub(crate) fn note_unseen(&mut self, keys: usize) {
        self.seen = self.seen.saturating_add(keys);
    }

    /// Names a block that rows will be in.
    pub(crate) fn add_block(&mut self, block: &Bytes) -> u32 {
        self.blocks.push(block.clone());
        self.blocks.len() as u32 - 1
    }

    /// A row at `start..end` of `block`; its key is in two pieces.
    #[inline]
    pub(crate) fn push(&mut self, block: u32, start: u32, end: u32, key: [&[u8]; 2]) {
        self.count += 1;
        self.seen += 1;
        self.bytes += (end - start) as usize;
        if self.parts.rows {
            self.places.push(Place { block, start, end });
        }
        if self.parts.keys {
            self.keys.extend_from_slice(key[0]);
            self.keys.extend_from_slice(key[1]);
            self.key_ends.push(self.keys.len());
        }
    }

    /// A row that is at hand.
    pub(crate) fn push_whole(&mut self, key: &[u8], row: Bytes) {
        let end = row.len() as u32;
        let block = if self.parts.rows { self.add_block(&row) } else { 0 };
        self.push(block, 0, end, [key, &[]]);
    }
}
