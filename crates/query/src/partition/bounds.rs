//! The bounds of a table's partitions, in order: the partition that a key belongs to, those that a query may find rows
//! in, and what a further partition would collide with.
//!
//! A key is one value for each part of the partition key, in the types of the key. List partitions take single values
//! (NULL among them), range partitions what is between two edges (never NULL), hash partitions what leaves a
//! remainder; what no other takes is the default partition's.
//!
//! | module | what it holds |
//! |---|---|
//! | `overlap` | the partitions that a query may find rows in |
//! | `conflict` | what a further partition would collide with |

mod conflict;
mod overlap;

use std::cmp::Ordering;
use std::ops::Bound;
use std::sync::Arc;

use gavel_catalog::partition::{PartitionBound, PartitionStrategy, RangeEdge};
use gavel_catalog::{Catalog, Table};
use gavel_functions::compare::compare;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use super::hashing::Hashing;
use super::{hash, stored_style};

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
    /// With values that cannot be read here.
    Unread(Vec<Oid>),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Bounds {
    types: Vec<PgType>,
    parts: Parts,
    default: Option<Oid>,
    hashing: Hashing,
    /// What values are read by.
    style: TextStyle,
}

impl Bounds {
    /// The bounds of the partitions that `parent` has in `catalog`; none if it is not partitioned.
    ///
    /// # Errors
    /// XX000 or those of input for a bound that is not of the key.
    pub fn of(parent: &Table, catalog: &Arc<Catalog>) -> SqlResult<Self> {
        let children = catalog.children(parent.oid);
        let bounds = children.iter().filter_map(|child| Some((child.oid, child.bound.as_ref()?)));
        // What is kept does not keep the catalog unless it must.
        let style = if has_fields(parent) { stored_style(catalog) } else { TextStyle::default() };
        Ok(Self::read(parent, bounds, style, true)?.hashed_by(Hashing::of(parent, catalog)))
    }

    /// The same of these partitions. Without a catalog, values of composite types cannot be read: all partitions overlap
    /// with everything then, and no key is found. So it is with classes of users until [`Self::hashed_by`] says how.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn new<'a>(parent: &Table, partitions: impl IntoIterator<Item = (Oid, &'a PartitionBound)>) -> SqlResult<Self> {
        Self::read(parent, partitions, TextStyle::default(), false)
    }

    /// With keys that are hashed like this.
    #[must_use]
    pub fn hashed_by(self, hashing: Hashing) -> Self {
        Self { hashing, ..self }
    }

    fn read<'a>(
        parent: &Table,
        partitions: impl IntoIterator<Item = (Oid, &'a PartitionBound)>,
        style: TextStyle,
        knows_fields: bool,
    ) -> SqlResult<Self> {
        let key = parent.partitioned.as_ref();
        let types: Vec<PgType> = key.map(|k| k.parts.iter().map(|p| p.ty).collect()).unwrap_or_default();
        let strategy = key.map_or(PartitionStrategy::List, |k| k.strategy);
        let parts = match strategy {
            _ if !knows_fields && has_fields(parent) => Parts::Unread(Vec::new()),
            PartitionStrategy::List => Parts::List(Vec::new(), None),
            PartitionStrategy::Range => Parts::Range(Vec::new()),
            PartitionStrategy::Hash => Parts::Hash(Vec::new()),
        };
        let mut out = Self { types, parts, default: None, hashing: Hashing::plain(parent), style };
        for (oid, bound) in partitions {
            out.add(oid, bound)?;
        }
        out.sort();
        Ok(out)
    }

    fn add(&mut self, partition: Oid, bound: &PartitionBound) -> SqlResult<()> {
        match (&mut self.parts, bound) {
            (_, PartitionBound::Default) => self.default = Some(partition),
            (Parts::Unread(partitions), _) => partitions.push(partition),
            (Parts::List(values, null), PartitionBound::List(written)) => {
                for value in written {
                    match value {
                        Some(text) => values.push((value_of(text, &self.types, 0, &self.style)?, partition)),
                        None => *null = Some(partition),
                    }
                }
            }
            (Parts::Range(ranges), PartitionBound::Range { from, to }) => {
                let (from, to) = (edges(from, &self.types, &self.style)?, edges(to, &self.types, &self.style)?);
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
            Parts::Unread(_) => {}
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
            Parts::Unread(partitions) => partitions.iter().for_each(|oid| add(*oid)),
        }
        self.default.iter().for_each(|oid| add(*oid));
        found
    }

    /// The partition that rows with this key belong to, the default one among them; `None` if no partition takes them.
    /// There is a value for each part of the key.
    ///
    /// # Errors
    /// As [`Hashing::hash`].
    pub fn find(&self, key: &[Datum]) -> SqlResult<Option<Oid>> {
        Ok(self.own(key)?.or(self.default))
    }

    /// The same without the default partition.
    fn own(&self, key: &[Datum]) -> SqlResult<Option<Oid>> {
        Ok(match &self.parts {
            Parts::List(values, null) => self.of_list(values, *null, key),
            Parts::Range(ranges) => self.of_range(ranges, key),
            Parts::Hash(hashes) => {
                let hash = self.hashing.hash(key)?;
                hashes.iter().find(|(modulus, remainder, _)| hash::matches(hash, *modulus, *remainder)).map(|h| h.2)
            }
            Parts::Unread(_) => None,
        })
    }

    fn of_list(&self, values: &[(Datum, Oid)], null: Option<Oid>, key: &[Datum]) -> Option<Oid> {
        match key.first()? {
            Datum::Null => null,
            value => {
                let ty = type_at(&self.types, 0);
                let at = values.binary_search_by(|(other, _)| compare(other, value, ty)).ok()?;
                values.get(at).map(|found| found.1)
            }
        }
    }

    fn of_range(&self, ranges: &[Range], key: &[Datum]) -> Option<Oid> {
        if key.iter().any(Datum::is_null) {
            return None;
        }
        let behind = |edges: &[Edge]| compare_with_key(edges, key, &self.types).is_gt();
        let at = ranges.partition_point(|range| !behind(&range.from));
        let range = ranges.get(at.checked_sub(1)?)?;
        behind(&range.to).then_some(range.partition)
    }
}

/// Whether a part of the key has a composite type, or an array of one.
fn has_fields(parent: &Table) -> bool {
    let mut types = parent.partitioned.iter().flat_map(|key| &key.parts).map(|part| part.ty.oid);
    types.any(|oid| oid.element().unwrap_or(oid).is_composite())
}

fn type_at(types: &[PgType], at: usize) -> PgType {
    types.get(at).copied().unwrap_or(PgType::TEXT)
}

/// A value of a bound as the catalog keeps it, of the key's type at that place.
fn value_of(text: &str, types: &[PgType], at: usize, style: &TextStyle) -> SqlResult<Datum> {
    text_io::parse(text, type_at(types, at), style)
}

fn edges(written: &[RangeEdge], types: &[PgType], style: &TextStyle) -> SqlResult<Vec<Edge>> {
    let edge = |(at, edge): (usize, &RangeEdge)| -> SqlResult<Edge> {
        Ok(match edge {
            RangeEdge::Min => Edge::Min,
            RangeEdge::Max => Edge::Max,
            RangeEdge::Value(text) => Edge::Value(value_of(text, types, at, style)?),
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

#[cfg(test)]
mod bounds_test;
