//! A page: the newest visible versions of some consecutive keys of one source, decoded at once.
//!
//! Blocks of a file and stretches of a memtable become pages, so everything above sees one form and
//! walks it by index, in either direction. Keys of a block lie there in two pieces, since neighbours
//! share their beginning.

use std::cmp::Ordering;

use bytes::Bytes;

/// One version of a key.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub seqno: u64,
    /// The key: `prefix`, then `rest`.
    pub prefix: (u32, u32),
    pub rest: (u32, u32),
    /// The entry, header and all.
    pub value: (u32, u32),
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub data: Bytes,
    /// In key order; one a key.
    pub items: Vec<Item>,
}

#[inline]
fn piece(data: &[u8], (start, end): (u32, u32)) -> &[u8] {
    &data[start as usize..end as usize]
}

impl Item {
    #[inline]
    pub fn key<'a>(&self, data: &'a [u8]) -> [&'a [u8]; 2] {
        [piece(data, self.prefix), piece(data, self.rest)]
    }

    #[inline]
    pub fn value<'a>(&self, data: &'a [u8]) -> &'a [u8] {
        piece(data, self.value)
    }
}

/// Order of a key in two pieces and a whole one.
#[inline]
pub fn compare([prefix, rest]: [&[u8]; 2], whole: &[u8]) -> Ordering {
    match whole.split_at_checked(prefix.len()) {
        Some((head, tail)) => prefix.cmp(head).then_with(|| rest.cmp(tail)),
        // The whole one ends within the prefix: it is smaller if it is a beginning of it.
        None => match prefix[..whole.len()].cmp(whole) {
            Ordering::Equal => Ordering::Greater,
            other => other,
        },
    }
}

/// Whether two keys of the same block are equal.
#[inline]
pub fn same(data: &[u8], a: &Item, b: &Item) -> bool {
    let length = |i: &Item| (i.prefix.1 - i.prefix.0) + (i.rest.1 - i.rest.0);
    if length(a) != length(b) {
        return false;
    }
    if a.prefix == b.prefix {
        return piece(data, a.rest) == piece(data, b.rest);
    }
    let [prefix, rest] = b.key(data);
    let whole = [prefix, rest].concat();
    compare(a.key(data), &whole) == Ordering::Equal
}

impl Page {
    /// Order of the key at `index` and `whole`.
    #[inline]
    pub fn compare(&self, index: usize, whole: &[u8]) -> Ordering {
        compare(self.items[index].key(&self.data), whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_in_two_pieces_compare_as_whole_ones() {
        let keys: [&[u8]; 8] = [b"", b"a", b"ab", b"abc", b"abd", b"b", b"\xff", b"\xff\xff"];
        for a in keys {
            for cut in 0..=a.len() {
                for b in keys {
                    let (prefix, rest) = a.split_at(cut);
                    assert_eq!(compare([prefix, rest], b), a.cmp(b), "{a:?} cut at {cut}, {b:?}");
                }
            }
        }
    }

    #[test]
    fn equal_keys_are_found_across_restarts() {
        let data = b"keykey1key2";
        let item = |prefix, rest| Item { seqno: 0, prefix, rest, value: (0, 0) };
        let whole = item((0, 0), (3, 7));
        assert!(same(data, &whole, &item((0, 3), (6, 7))));
        assert!(same(data, &item((0, 3), (6, 7)), &whole));
        assert!(!same(data, &whole, &item((0, 3), (10, 11))));
        assert!(!same(data, &whole, &item((0, 0), (3, 6))));
    }
}
