//! The bounds of a table's partitions, in order: the partition that a key belongs to, those that a query may find rows
//! in, and what a further partition would collide with.
//!
//! A key is one value for each part of the partition key, in the types of the key. List partitions take single values
//! (NULL among them), range partitions what is between two edges (never NULL), hash partitions what leaves a
//! remainder; what no other takes is the default partition's.

use std::cmp::Ordering;
use std::ops::Bound;

use gavel_catalog::partition::{PartitionBound, PartitionStrategy, RangeEdge};
use gavel_catalog::{Catalog, Table};
use gavel_functions::compare::compare;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use super::hash;

/// One value of an edge of a range.
#[derive(Clone, Debug, PartialEq)]
pub enum Edge {
    /// Below all values.
    Min,
    Value(Datum),
    /// Above all values.
    Max,
}

/// What a query wants of one part of the key, values being of its type (integers may have another width).
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// Whatever there is, NULL too.
    Anything,
    Null,
    /// One of these; none is NULL.
    Values(Vec<Datum>),
    /// None of these, nor NULL.
    Not(Vec<Datum>),
    /// Between these, and not NULL; without ends: IS NOT NULL.
    Range(Bound<Datum>, Bound<Datum>),
}

/// Why there cannot be a further partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// There is a default partition, this one.
    Default(Oid),
    /// Nothing is between the edges, as this part of the lower one shows.
    Empty(usize),
    /// A key could belong to both, as is seen at this place.
    Overlap(Oid, At),
    /// The modulus is not a factor of the next larger one, which this partition has.
    NoFactor(i32, Oid),
    /// The modulus is not divisible by the next smaller one, which this partition has.
    NoMultiple(i32, Oid),
}

/// A part of a bound, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The bound as a whole.
    Whole,
    /// A value of a list.
    Item(usize),
    From(usize),
    To(usize),
}

#[derive(Clone, Debug)]
struct Range {
    from: Vec<Edge>,
    to: Vec<Edge>,
    partition: Oid,
}

#[derive(Clone, Debug)]
enum Parts {
    /// Values in order, and who takes NULL.
    List(Vec<(Datum, Oid)>, Option<Oid>),
    /// In order; none overlaps another.
    Range(Vec<Range>),
    /// Modulus, remainder and partition, in that order.
    Hash(Vec<(i32, i32, Oid)>),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Bounds {
    types: Vec<PgType>,
    parts: Parts,
    default: Option<Oid>,
}

impl Bounds {
    /// The bounds of the partitions that `parent` has in `catalog`; none if it is not partitioned.
    ///
    /// # Errors
    /// XX000 or those of input for a bound that is not of the key.
    pub fn of(parent: &Table, catalog: &Catalog) -> SqlResult<Self> {
        let children = catalog.children(parent.oid);
        let bounds = children.iter().filter_map(|child| Some((child.oid, child.bound.as_ref()?)));
        Self::new(parent, bounds)
    }

    /// The same of these partitions.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn new<'a>(
        parent: &Table,
        partitions: impl IntoIterator<Item = (Oid, &'a PartitionBound)>,
    ) -> SqlResult<Self> {
        let key = parent.partitioned.as_ref();
        let types: Vec<PgType> = key.map(|k| k.parts.iter().map(|p| p.ty).collect()).unwrap_or_default();
        let strategy = key.map_or(PartitionStrategy::List, |k| k.strategy);
        let parts = match strategy {
            PartitionStrategy::List => Parts::List(Vec::new(), None),
            PartitionStrategy::Range => Parts::Range(Vec::new()),
            PartitionStrategy::Hash => Parts::Hash(Vec::new()),
        };
        let mut out = Self { types, parts, default: None };
        for (oid, bound) in partitions {
            out.add(oid, bound)?;
        }
        out.sort();
        Ok(out)
    }

    fn add(&mut self, partition: Oid, bound: &PartitionBound) -> SqlResult<()> {
        match (&mut self.parts, bound) {
            (_, PartitionBound::Default) => self.default = Some(partition),
            (Parts::List(values, null), PartitionBound::List(written)) => {
                for value in written {
                    match value {
                        Some(text) => values.push((value_of(text, &self.types, 0)?, partition)),
                        None => *null = Some(partition),
                    }
                }
            }
            (Parts::Range(ranges), PartitionBound::Range { from, to }) => {
                let (from, to) = (edges(from, &self.types)?, edges(to, &self.types)?);
                ranges.push(Range { from, to, partition });
            }
            (Parts::Hash(hashes), PartitionBound::Hash { modulus, remainder }) => {
                hashes.push((*modulus, *remainder, partition));
            }
            _ => return Err(SqlError::internal("a partition's bound is of another kind than the table's key")),
        }
        Ok(())
    }

    fn sort(&mut self) {
        let types = &self.types;
        match &mut self.parts {
            Parts::List(values, _) => values.sort_by(|(a, _), (b, _)| compare(a, b, type_at(types, 0))),
            Parts::Range(ranges) => {
                ranges.sort_by(|a, b| compare_edges((&a.from, Side::Lower), (&b.from, Side::Lower), types).0);
            }
            Parts::Hash(hashes) => hashes.sort_unstable(),
        }
    }

    /// Who takes what nobody else takes.
    pub fn default_partition(&self) -> Option<Oid> {
        self.default
    }

    /// All partitions in the order of their bounds, the default one last: the order in which PostgreSQL reads them.
    pub fn partitions(&self) -> Vec<Oid> {
        let mut found: Vec<Oid> = Vec::new();
        let mut add = |oid: Oid| {
            if !found.contains(&oid) {
                found.push(oid);
            }
        };
        match &self.parts {
            Parts::List(values, null) => {
                values.iter().for_each(|(_, oid)| add(*oid));
                null.iter().for_each(|oid| add(*oid));
            }
            Parts::Range(ranges) => ranges.iter().for_each(|r| add(r.partition)),
            Parts::Hash(hashes) => hashes.iter().for_each(|h| add(h.2)),
        }
        self.default.iter().for_each(|oid| add(*oid));
        found
    }

    /// The partition that rows with this key belong to, the default one among them; `None` if no partition takes them.
    /// There is a value for each part of the key.
    pub fn find(&self, key: &[Datum]) -> Option<Oid> {
        self.own(key).or(self.default)
    }

    /// The same without the default partition.
    fn own(&self, key: &[Datum]) -> Option<Oid> {
        match &self.parts {
            Parts::List(values, null) => match key.first()? {
                Datum::Null => *null,
                value => {
                    let ty = type_at(&self.types, 0);
                    let at = values.binary_search_by(|(other, _)| compare(other, value, ty)).ok()?;
                    Some(values[at].1)
                }
            },
            Parts::Range(ranges) => {
                if key.iter().any(Datum::is_null) {
                    return None;
                }
                let behind = |edges: &[Edge]| compare_with_key(edges, key, &self.types).is_gt();
                let at = ranges.partition_point(|range| !behind(&range.from));
                let range = ranges.get(at.checked_sub(1)?)?;
                behind(&range.to).then_some(range.partition)
            }
            Parts::Hash(hashes) => {
                let hash = hash::of_key(key, self.types.iter().map(|ty| ty.oid)).ok()?;
                hashes.iter().find(|(modulus, remainder, _)| hash::matches(hash, *modulus, *remainder)).map(|h| h.2)
            }
        }
    }

    /// What a partition with this bound would collide with, if anything.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn conflict(&self, bound: &PartitionBound) -> SqlResult<Option<Conflict>> {
        Ok(match (&self.parts, bound) {
            (_, PartitionBound::Default) => self.default.map(Conflict::Default),
            (Parts::List(..), PartitionBound::List(written)) => {
                for (at, text) in written.iter().enumerate() {
                    let value = match text {
                        Some(text) => value_of(text, &self.types, 0)?,
                        None => Datum::Null,
                    };
                    if let Some(other) = self.own(&[value]) {
                        return Ok(Some(Conflict::Overlap(other, At::Item(at))));
                    }
                }
                None
            }
            (Parts::Range(ranges), PartitionBound::Range { from, to }) => {
                let (from, to) = (edges(from, &self.types)?, edges(to, &self.types)?);
                range_conflict(ranges, &from, &to, &self.types)
            }
            (Parts::Hash(hashes), PartitionBound::Hash { modulus, remainder }) => {
                hash_conflict(hashes, *modulus, *remainder)
            }
            _ => return Err(SqlError::internal("a partition's bound is of another kind than the table's key")),
        })
    }

    /// The partitions that may have rows that a query wants, in the order of [`Self::partitions`]: those that PostgreSQL
    /// finds. `wanted` has one item for each part of the key; a query with alternatives asks for each of them.
    pub fn overlapping(&self, wanted: &[Wanted]) -> Vec<Oid> {
        let found = match &self.parts {
            Parts::List(values, null) => self.lists(values, *null, wanted.first()),
            Parts::Range(ranges) => self.ranges(ranges, wanted),
            Parts::Hash(hashes) => self.hashes(hashes, wanted),
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
            Wanted::Values(items) => Some(items.iter().filter_map(|v| self.find(std::slice::from_ref(v))).collect()),
            Wanted::Not(items) => of(&|value| !items.iter().any(|item| compare(item, value, ty).is_eq())),
            Wanted::Range(low, high) => of(&|value| is_above(low, value, ty) && is_below(high, value, ty)),
        }
    }

    /// `None`: all.
    fn hashes(&self, hashes: &[(i32, i32, Oid)], wanted: &[Wanted]) -> Option<Vec<Oid>> {
        let of = |key: &[Datum]| -> Option<Option<Oid>> {
            let hash = hash::of_key(key, self.types.iter().map(|ty| ty.oid)).ok()?;
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
        if wanted.iter().any(|part| *part == Wanted::Null) {
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

fn type_at(types: &[PgType], at: usize) -> PgType {
    types.get(at).copied().unwrap_or(PgType::TEXT)
}

/// A value of a bound as the catalog keeps it, of the key's type at that place.
fn value_of(text: &str, types: &[PgType], at: usize) -> SqlResult<Datum> {
    text_io::parse(text, type_at(types, at), &TextStyle::default())
}

fn edges(written: &[RangeEdge], types: &[PgType]) -> SqlResult<Vec<Edge>> {
    let edge = |(at, edge): (usize, &RangeEdge)| -> SqlResult<Edge> {
        Ok(match edge {
            RangeEdge::Min => Edge::Min,
            RangeEdge::Max => Edge::Max,
            RangeEdge::Value(text) => Edge::Value(value_of(text, types, at)?),
        })
    };
    written.iter().enumerate().map(edge).collect()
}

/// Which end of a partition edges are: what is between the two is from the lower one on, and before the upper one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Lower,
    Upper,
}

/// The order of two edges, and the part at which it is decided; of equal ones the upper is less, since the key that it is
/// belongs to what comes behind.
fn compare_edges((a, a_side): (&[Edge], Side), (b, b_side): (&[Edge], Side), types: &[PgType]) -> (Ordering, usize) {
    let mut last = 0;
    for (at, (a, b)) in a.iter().zip(b).enumerate() {
        last = at;
        let order = match (a, b) {
            // What follows the infinite does not count.
            (Edge::Min, Edge::Min) | (Edge::Max, Edge::Max) => break,
            (Edge::Min, _) | (_, Edge::Max) => Ordering::Less,
            (_, Edge::Min) | (Edge::Max, _) => Ordering::Greater,
            (Edge::Value(a), Edge::Value(b)) => compare(a, b, type_at(types, at)),
        };
        if order.is_ne() {
            return (order, at);
        }
    }
    let order = match (a_side, b_side) {
        (Side::Lower, Side::Upper) => Ordering::Greater,
        (Side::Upper, Side::Lower) => Ordering::Less,
        _ => Ordering::Equal,
    };
    (order, last)
}

/// Where an edge is against a whole key.
fn compare_with_key(edges: &[Edge], key: &[Datum], types: &[PgType]) -> Ordering {
    for (at, (edge, value)) in edges.iter().zip(key).enumerate() {
        let order = match edge {
            Edge::Min => Ordering::Less,
            Edge::Max => Ordering::Greater,
            Edge::Value(edge) => compare(edge, value, type_at(types, at)),
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn range_conflict(ranges: &[Range], from: &[Edge], to: &[Edge], types: &[PgType]) -> Option<Conflict> {
    let (lower, upper) = ((from, Side::Lower), (to, Side::Upper));
    let (order, at) = compare_edges(lower, upper, types);
    if order.is_gt() {
        return Some(Conflict::Empty(at));
    }
    // Each edge once, with the partition that ends there; what begins at an edge where nothing ends follows a gap.
    let mut edges: Vec<(&[Edge], Option<Oid>)> = Vec::with_capacity(2 * ranges.len());
    for range in ranges {
        let follows = |last: &(&[Edge], Option<Oid>)| {
            compare_edges((last.0, Side::Lower), (&range.from, Side::Lower), types).0.is_eq()
        };
        if !edges.last().is_some_and(follows) {
            edges.push((&range.from, None));
        }
        edges.push((&range.to, Some(range.partition)));
    }
    let against = |at: usize, other: (&[Edge], Side)| {
        let (edge, ends) = edges[at];
        compare_edges((edge, if ends.is_some() { Side::Upper } else { Side::Lower }), other, types)
    };
    // The edges that are not behind the lower one, and the last comparison, which errors point at.
    let (mut before, mut rest) = (0, edges.len());
    let mut seen = (Ordering::Greater, 0);
    while before < rest {
        let middle = (before + rest - 1) / 2;
        seen = against(middle, lower);
        if seen.0.is_le() {
            before = middle + 1;
            if seen.0.is_eq() {
                break;
            }
        } else {
            rest = middle;
        }
    }
    if let Some((_, Some(partition))) = edges.get(before) {
        let at = if seen.0.is_eq() { 0 } else { seen.1 };
        return Some(Conflict::Overlap(*partition, At::From(at)));
    }
    if before == edges.len() {
        return None;
    }
    // In a gap, which the upper edge must not leave.
    let (order, at) = against(before, upper);
    let following = edges.get(before + 1).and_then(|edge| edge.1)?;
    order.is_lt().then_some(Conflict::Overlap(following, At::To(at)))
}

fn hash_conflict(hashes: &[(i32, i32, Oid)], modulus: i32, remainder: i32) -> Option<Conflict> {
    // The last that is not behind it, and the first that is.
    let at = hashes.partition_point(|(m, r, _)| (*m, *r) <= (modulus, remainder));
    if let Some((previous, _, partition)) = at.checked_sub(1).and_then(|at| hashes.get(at))
        && modulus % previous != 0
    {
        return Some(Conflict::NoMultiple(*previous, *partition));
    }
    if let Some((next, _, partition)) = hashes.get(at)
        && next % modulus != 0
    {
        return Some(Conflict::NoFactor(*next, *partition));
    }
    // Of two moduli one divides the other: remainders collide if they are equal by the smaller one.
    let meets = |m: i32, r: i32| {
        let smaller = m.min(modulus);
        r % smaller == remainder % smaller
    };
    // PostgreSQL names the one that the least of the remainders by the greatest modulus belongs to.
    let greatest = hashes.last()?.0;
    let least = |m: i32, r: i32| (r..greatest).step_by(m.unsigned_abs().max(1) as usize).find(|r| meets(greatest, *r));
    let colliding = hashes.iter().filter(|(m, r, _)| meets(*m, *r));
    colliding.min_by_key(|(m, r, _)| least(*m, *r)).map(|(.., partition)| Conflict::Overlap(*partition, At::Whole))
}

#[cfg(test)]
mod bounds_test;
