//! What a further partition would collide with.

use std::cmp::Ordering;

use gavel_catalog::partition::PartitionBound;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use super::{At, Bounds, Conflict, Edge, Parts, Range, Side, compare_edges, edges, value_of};

impl Bounds {
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
                        Some(text) => value_of(text, &self.types, 0, &self.style)?,
                        None => Datum::Null,
                    };
                    if let Some(other) = self.own(&[value])? {
                        return Ok(Some(Conflict::Overlap(other, At::Item(at))));
                    }
                }
                None
            }
            (Parts::Range(ranges), PartitionBound::Range { from, to }) => {
                let (from, to) = (edges(from, &self.types, &self.style)?, edges(to, &self.types, &self.style)?);
                range_conflict(ranges, &from, &to, &self.types)
            }
            (Parts::Hash(hashes), PartitionBound::Hash { modulus, remainder }) => {
                hash_conflict(hashes, *modulus, *remainder)
            }
            _ => return Err(SqlError::internal("a partition's bound is of another kind than the table's key")),
        })
    }
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
