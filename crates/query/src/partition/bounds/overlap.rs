//! Which partitions a query may find rows in: PostgreSQL's answer, part for part of the key.

use std::cmp::Ordering;
use std::ops::Bound;

use gavel_functions::compare::compare;
use gavel_types::{Datum, Oid, PgType};

use super::{Bounds, Edge, Parts, Range, Side, Wanted, compare_edges, type_at};
use crate::partition::hash;

impl Bounds {
    /// The partitions that may have rows that a query wants, in the order of [`Self::partitions`]: those that PostgreSQL
    /// finds. `wanted` has one item for each part of the key; a query with alternatives asks for each of them.
    pub fn overlapping(&self, wanted: &[Wanted]) -> Vec<Oid> {
        let found = match &self.parts {
            Parts::List(values, null) => self.lists(values, *null, wanted.first()),
            Parts::Range(ranges) => self.ranges(ranges, wanted),
            Parts::Hash(hashes) => self.hashes(hashes, wanted),
            Parts::Unread(_) => None,
        };
        match found {
            Some(found) => self.partitions().into_iter().filter(|oid| found.contains(oid)).collect(),
            None => self.partitions(),
        }
    }

    /// `None`: all.
    fn lists(&self, values: &[(Datum, Oid)], null: Option<Oid>, wanted: Option<&Wanted>) -> Option<Vec<Oid>> {
        let ty = type_at(&self.types, 0);
        let of = |keep: &dyn Fn(&Datum) -> bool| {
            let found = values.iter().filter(|(value, _)| keep(value)).map(|(_, oid)| *oid);
            Some(found.chain(self.default).collect())
        };
        match wanted? {
            Wanted::Anything => None,
            Wanted::Null => Some(null.or(self.default).into_iter().collect()),
            Wanted::Values(items) => {
                let find = |v: &Datum| self.find(std::slice::from_ref(v)).ok().flatten();
                Some(items.iter().filter_map(find).collect())
            }
            Wanted::Not(items) => of(&|value| !items.iter().any(|item| compare(item, value, ty).is_eq())),
            Wanted::Range(low, high) => of(&|value| is_above(low, value, ty) && is_below(high, value, ty)),
        }
    }

    /// `None`: all.
    fn hashes(&self, hashes: &[(i32, i32, Oid)], wanted: &[Wanted]) -> Option<Vec<Oid>> {
        if !self.hashing.follows_equality() {
            return None;
        }
        let of = |key: &[Datum]| -> Option<Option<Oid>> {
            if !self.hashing.takes(key) {
                return None;
            }
            let hash = self.hashing.hash(key).ok()?;
            Some(hashes.iter().find(|(modulus, remainder, _)| hash::matches(hash, *modulus, *remainder)).map(|h| h.2))
        };
        if let [Wanted::Values(items)] = wanted {
            let mut found = Vec::new();
            for item in items {
                found.extend(of(std::slice::from_ref(item))?);
            }
            return Some(found);
        }
        let mut key = Vec::new();
        for part in wanted {
            key.push(match part {
                Wanted::Null => Datum::Null,
                Wanted::Values(items) if items.len() == 1 => items[0].clone(),
                Wanted::Values(items) if items.is_empty() => return Some(Vec::new()),
                _ => return None,
            });
        }
        if key.len() < self.types.len() {
            return None;
        }
        Some(of(&key)?.into_iter().collect())
    }

    /// `None`: all. The parts that count are those before the first that is not one value, and that one.
    fn ranges(&self, ranges: &[Range], wanted: &[Wanted]) -> Option<Vec<Oid>> {
        // Rows with a NULL are nowhere else.
        if wanted.contains(&Wanted::Null) {
            return Some(self.default.into_iter().collect());
        }
        if wanted.iter().any(|part| matches!(part, Wanted::Values(items) if items.is_empty())) {
            return Some(Vec::new());
        }
        let mut found: Option<Vec<Oid>> = None;
        if let Some(Wanted::Values(items)) = wanted.first()
            && items.len() > 1
        {
            let mut any = Vec::new();
            for item in items {
                let end = End { prefix: vec![item.clone()], inclusive: true };
                any.extend(self.between(ranges, Some(&end), Some(&end), 1));
            }
            found = Some(any);
        }
        let mut prefix: Vec<Datum> = Vec::new();
        let mut ends = (None, None);
        for part in wanted {
            match part {
                Wanted::Values(items) if items.len() == 1 => prefix.push(items[0].clone()),
                Wanted::Range(low, high) => {
                    ends = (end(&prefix, low), end(&prefix, high));
                    break;
                }
                _ => break,
            }
        }
        let depth = prefix.len() + usize::from(ends.0.is_some() || ends.1.is_some());
        if depth == 0 {
            return found;
        }
        if !prefix.is_empty() {
            let whole = End { prefix, inclusive: true };
            let (low, high) = ends;
            ends = (low.or_else(|| Some(whole.clone())), high.or(Some(whole)));
        }
        let more = self.between(ranges, ends.0.as_ref(), ends.1.as_ref(), depth);
        Some(match found {
            Some(found) => found.into_iter().filter(|oid| more.contains(oid)).collect(),
            None => more,
        })
    }

    /// The partitions with keys between two ends of `depth` parts, and the default one if any of these keys may be its.
    fn between(&self, ranges: &[Range], low: Option<&End>, high: Option<&End>, depth: usize) -> Vec<Oid> {
        let types = &self.types;
        let mut found = Vec::new();
        let mut gap = depth < types.len();
        // Up to where all keys from the low end on are taken; `None`: from nowhere on.
        let mut covered: Option<&[Edge]> = None;
        for range in ranges {
            let ends_before = low.is_some_and(|low| low.against(&range.to, types, true).is_ge());
            let begins_behind = high.is_some_and(|high| high.against(&range.from, types, false).is_le());
            if ends_before || begins_behind {
                continue;
            }
            gap |= match covered {
                Some(covered) => compare_edges((covered, Side::Lower), (&range.from, Side::Lower), types).0.is_lt(),
                None => match low {
                    Some(low) => low.against(&range.from, types, true).is_lt(),
                    None => !matches!(range.from.first(), Some(Edge::Min)),
                },
            };
            covered = Some(&range.to);
            found.push(range.partition);
        }
        gap |= match (covered, high) {
            (None, _) => true,
            (Some(covered), Some(high)) => high.against(covered, types, false).is_gt(),
            (Some(covered), None) => !matches!(covered.first(), Some(Edge::Max)),
        };
        found.extend(self.default.filter(|_| gap));
        found
    }
}

/// An end of what a query wants of the first parts of a range key.
#[derive(Clone, Debug)]
struct End {
    prefix: Vec<Datum>,
    /// Whether keys that begin like this are wanted.
    inclusive: bool,
}

fn end(prefix: &[Datum], bound: &Bound<Datum>) -> Option<End> {
    let (value, inclusive) = match bound {
        Bound::Included(value) => (value, true),
        Bound::Excluded(value) => (value, false),
        Bound::Unbounded => return None,
    };
    let prefix = prefix.iter().chain(std::iter::once(value)).cloned().collect();
    Some(End { prefix, inclusive })
}

impl End {
    /// Where the end is against an edge. `low` says which end it is: an inclusive low one and an exclusive high one are
    /// right before the keys that begin like this, the others right behind them.
    fn against(&self, edges: &[Edge], types: &[PgType], low: bool) -> Ordering {
        for (at, (value, edge)) in self.prefix.iter().zip(edges).enumerate() {
            let order = match edge {
                Edge::Min => Ordering::Greater,
                Edge::Max => Ordering::Less,
                Edge::Value(other) => compare(value, other, type_at(types, at)),
            };
            if order.is_ne() {
                return order;
            }
        }
        let before = self.inclusive == low;
        match edges.get(self.prefix.len()) {
            Some(Edge::Min) if before => Ordering::Equal,
            Some(Edge::Max) if !before => Ordering::Equal,
            None if before => Ordering::Equal,
            _ if before => Ordering::Less,
            _ => Ordering::Greater,
        }
    }
}

fn is_above(low: &Bound<Datum>, value: &Datum, ty: PgType) -> bool {
    match low {
        Bound::Included(low) => compare(value, low, ty).is_ge(),
        Bound::Excluded(low) => compare(value, low, ty).is_gt(),
        Bound::Unbounded => true,
    }
}

fn is_below(high: &Bound<Datum>, value: &Datum, ty: PgType) -> bool {
    match high {
        Bound::Included(high) => compare(value, high, ty).is_le(),
        Bound::Excluded(high) => compare(value, high, ty).is_lt(),
        Bound::Unbounded => true,
    }
}
