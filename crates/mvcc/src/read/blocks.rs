//! Blocks of the tree's files, through its own block cache and table of open files.
//!
//! The tree's iterators make a key of its own of each entry, an allocation a row, and pass entries
//! through four layers one by one. A scan of a database reads millions; so it takes whole blocks
//! from the cache instead, and decodes each at once. The crate marks what this module uses as hidden:
//! its version is pinned, and nothing else here knows about blocks.

use std::fs::File;
use std::sync::Arc;

use bytes::Bytes;
use gavel_types::KeyRange;
use lsm_tree::table::block::BlockType;
use lsm_tree::table::util::SliceIndexes;
use lsm_tree::table::{Block, BlockHandle, BlockOffset, DataBlock, IndexBlock};
use lsm_tree::{Cache, CompressionType, DescriptorTable, GlobalTableId, Table, TreeId};

use crate::read::page::{Item, Page, compare, same};
use crate::{Error, Result};

/// Where blocks come from.
#[derive(Clone)]
pub struct Blocks {
    pub cache: Arc<Cache>,
    pub files: Arc<DescriptorTable>,
    pub tree: TreeId,
}

/// A block of a file, as its index names it.
#[derive(Clone, Debug)]
pub struct Handle {
    offset: u64,
    size: u32,
    /// Last key in the block.
    pub end_key: Bytes,
}

impl Blocks {
    #[allow(clippy::disallowed_methods, reason = "a shell: files of the store are opened here")]
    fn load(
        &self,
        table: &Table,
        offset: u64,
        size: u32,
        expected: BlockType,
        compression: CompressionType,
    ) -> Result<Block> {
        let id = GlobalTableId::from((self.tree, table.id()));
        let offset = BlockOffset(offset);
        if let Some(block) = self.cache.get_block(id, offset) {
            return Ok(block);
        }
        let file = match self.files.access_for_table(&id) {
            Some(file) => file,
            None => {
                let file = Arc::new(File::open(&**table.path).map_err(|e| Error::Io(e.to_string()))?);
                self.files.insert_for_table(id, file.clone());
                file
            }
        };
        let block = Block::from_file(&file, BlockHandle::new(offset, size), compression)?;
        if block.header.block_type != expected {
            return Err(Error::Corrupt("a block is not of its kind".into()));
        }
        self.cache.insert_block(id, offset, block.clone());
        Ok(block)
    }

    fn index(&self, table: &Table, offset: u64, size: u32) -> Result<IndexBlock> {
        let compression = table.metadata.index_block_compression;
        Ok(IndexBlock::new(self.load(table, offset, size, BlockType::Index, compression)?))
    }

    /// The top of the index of `table` within `range`: data blocks, or parts of the index if it
    /// [`is_parted`].
    pub fn top(&self, table: &Table, range: &KeyRange) -> Result<Vec<Handle>> {
        let tli = table.regions.tli;
        Ok(handles(&self.index(table, *tli.offset(), tli.size())?, range))
    }

    /// The data blocks within `range` of a part of the index.
    pub fn part(&self, table: &Table, part: &Handle, range: &KeyRange) -> Result<Vec<Handle>> {
        Ok(handles(&self.index(table, part.offset, part.size)?, range))
    }

    /// Decodes a data block: of each key of `range`, the newest version below `seqno`. Unless
    /// `from_start`, the block is known to hold nothing before the range.
    pub fn page(
        &self,
        table: &Table,
        handle: &Handle,
        range: &KeyRange,
        from_start: bool,
        seqno: u64,
        page: &mut Page,
    ) -> Result<()> {
        let compression = table.metadata.data_block_compression;
        let block = DataBlock::new(self.load(table, handle.offset, handle.size, BlockType::Data, compression)?);
        let end = (handle.end_key >= range.end).then_some(&range.end[..]);
        let start = from_start.then_some(&range.start[..]);
        decode(&block, table.global_seqno(), (start, end), seqno, &mut page.items);
        page.data = block.inner.data.into();
        Ok(())
    }
}

/// Whether the index of `table` has two levels.
pub fn is_parted(table: &Table) -> bool {
    table.regions.index.is_some()
}

fn handles(block: &IndexBlock, range: &KeyRange) -> Vec<Handle> {
    let data: Bytes = block.inner.data.clone().into();
    let mut items = block.iter();
    let mut handles = Vec::new();
    if !items.seek(&range.start, u64::MAX) {
        return handles;
    }
    for item in items {
        // Keys of an index are whole.
        let end_key = data.slice(item.end_key.0..item.end_key.1);
        let last = end_key >= range.end;
        handles.push(Handle { offset: *item.offset, size: item.size, end_key });
        if last {
            break;
        }
    }
    handles
}

/// Items of a block between two keys, as far as these lie within it.
fn decode(block: &DataBlock, base: u64, range: (Option<&[u8]>, Option<&[u8]>), seqno: u64, items: &mut Vec<Item>) {
    items.clear();
    let data: &[u8] = &block.inner.data;
    let mut entries = block.iter();
    if let Some(start) = range.0 {
        entries.seek(start);
    }
    let at = |range: &SliceIndexes| (range.0 as u32, range.1 as u32);
    for entry in entries {
        let item = Item {
            seqno: entry.seqno + base,
            prefix: entry.prefix.as_ref().map_or((0, 0), at),
            rest: at(&entry.key),
            value: entry.value.as_ref().map_or((0, 0), at),
        };
        if range.1.is_some_and(|end| compare(item.key(data), end).is_ge()) {
            break;
        }
        if item.seqno < seqno && items.last().is_none_or(|last| !same(data, last, &item)) {
            items.push(item);
        }
    }
}
