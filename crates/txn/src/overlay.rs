//! Own writes laid over rows from storage: where both have a key, the own write is what is seen, and
//! a deletion hides the row. Both sides come in key order (or both in reverse).

use std::cmp::Ordering;
use std::ops::Bound;

use bytes::Bytes;
use gavel_api::storage::RawRow;
use gavel_types::KeyRange;

use crate::buffer::{Entry, WriteMap};

/// The own writes inside `range`, in key order.
pub fn own<'a>(
    writes: &'a WriteMap,
    range: &KeyRange,
) -> impl DoubleEndedIterator<Item = (&'a Bytes, &'a Entry)> + use<'a> {
    writes.range::<Bytes, _>(bounds(range))
}

/// `range` as `BTreeMap` takes it, which panics on an inverted one.
pub(crate) fn bounds(range: &KeyRange) -> (Bound<Bytes>, Bound<Bytes>) {
    let end = if range.is_empty() { &range.start } else { &range.end };
    (Bound::Included(range.start.clone()), Bound::Excluded(end.clone()))
}

/// Whether any own write lies inside `range`.
pub fn touches(writes: &WriteMap, range: &KeyRange) -> bool {
    !writes.is_empty() && own(writes, range).next().is_some()
}

/// Merges `stored`, which is complete up to its last row (and for the whole range if `exhausted`),
/// with the own writes of `range`. The second value is the key after which to go on, if the stored
/// rows were not all.
pub fn merge_rows(
    writes: &WriteMap,
    range: &KeyRange,
    reverse: bool,
    stored: Vec<RawRow>,
    exhausted: bool,
) -> (Vec<RawRow>, Option<Bytes>) {
    let last = if exhausted { None } else { stored.last().map(|r| r.0.clone()) };
    let mut own: Box<dyn Iterator<Item = (&Bytes, &Entry)>> =
        if reverse { Box::new(own(writes, range).rev()) } else { Box::new(own(writes, range)) };
    let order = |a: &Bytes, b: &Bytes| if reverse { b.cmp(a) } else { a.cmp(b) };
    let mut out = Vec::with_capacity(stored.len());
    let mut next_own = own.next();
    for row in stored {
        let mut hidden = false;
        while let Some((key, entry)) = next_own {
            match order(key, &row.0) {
                Ordering::Greater => break,
                o => {
                    hidden |= o == Ordering::Equal;
                    out.extend(entry.value.clone().map(|v| (key.clone(), v)));
                    next_own = own.next();
                }
            }
        }
        if !hidden {
            out.push(row);
        }
    }
    if last.is_none() {
        while let Some((key, entry)) = next_own {
            out.extend(entry.value.clone().map(|v| (key.clone(), v)));
            next_own = own.next();
        }
    }
    (out, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::WriteMode;

    fn b(s: &str) -> Bytes {
        Bytes::copy_from_slice(s.as_bytes())
    }

    fn writes() -> WriteMap {
        let e = |v: Option<&str>| Entry { mode: WriteMode::Update, value: v.map(b) };
        WriteMap::from([(b("b"), e(Some("B"))), (b("d"), e(None)), (b("f"), e(Some("F")))])
    }

    fn show(rows: &[RawRow]) -> String {
        rows.iter().map(|(k, v)| format!("{}{} ", k[0] as char, v[0] as char)).collect()
    }

    #[test]
    fn own_rows_replace_hide_and_add() {
        let stored: Vec<RawRow> = ["a", "c", "d", "e"].iter().map(|k| (b(k), b("s"))).collect();
        let all = KeyRange::new(b("a"), b("z"));
        let (rows, next) = merge_rows(&writes(), &all, false, stored.clone(), true);
        assert_eq!(show(&rows), "as bB cs es fF ");
        assert_eq!(next, None);
        let back = stored.into_iter().rev().collect();
        assert_eq!(show(&merge_rows(&writes(), &all, true, back, true).0), "fF es cs bB as ");
    }

    #[test]
    fn an_unfinished_page_ends_at_its_last_stored_row() {
        let all = KeyRange::new(b("a"), b("z"));
        let (rows, next) = merge_rows(&writes(), &all, false, vec![(b("a"), b("s")), (b("c"), b("s"))], false);
        assert_eq!(show(&rows), "as bB cs ");
        assert_eq!(next, Some(b("c")));
    }

    #[test]
    fn an_inverted_range_holds_nothing() {
        assert!(!touches(&writes(), &KeyRange::new(b("z"), b("a"))));
        assert!(touches(&writes(), &KeyRange::new(b("b"), b("c"))));
    }
}
