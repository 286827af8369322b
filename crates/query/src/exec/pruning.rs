//! Which parts of a partitioned table a query can do without: what its conditions say of the partition keys, held
//! against the bounds of the partitions, level by level.
//!
//! ```text
//!  a = $1 AND b > 5      t: LIST (a)      bounds ─► t1, t2, …      t2: RANGE (b) ─► …
//!  └ says of key part 0 of t ┘ └ of key part 0 of t2 ┘
//! ```
//! Values that planning knows leave parts out of the plan. The others (parameters, columns of enclosing queries, `now()`)
//! are computed when the plan starts.

use std::ops::Bound;

use gavel_functions::compare::compare;
use gavel_types::{Datum, Oid, PgType};

use crate::exec::expr::{Expr, ExprKind};
use crate::partition::bounds::{Bounds, Wanted};

/// See the module. The first level is that of the table that was named.
#[derive(Clone, Debug)]
pub struct Pruning {
    /// What the conditions compare with, over no columns.
    pub values: Vec<Expr>,
    pub levels: Vec<Level>,
}

/// A partitioned table.
#[derive(Clone, Debug)]
pub struct Level {
    pub bounds: Bounds,
    /// Of the parts of its key.
    pub types: Vec<PgType>,
    pub partitions: Vec<(Oid, Place)>,
    pub conditions: Conditions,
}

/// What a partition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A table with rows, by its number.
    Part(usize),
    /// Partitioned itself: its number in [`Pruning::levels`].
    Level(usize),
}

/// What must hold, all of it.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// Of parts of the key, by number.
    pub says: Vec<(usize, Says)>,
    /// One of each list.
    pub any: Vec<Vec<Conditions>>,
}

/// What a condition says of a part of a key. Numbers are those of [`Pruning::values`]; a condition with a NULL is never
/// true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// Equal to one of these.
    Among(Vec<usize>),
    /// Equal to an element of this array.
    Element(usize),
    /// Different from all of these.
    Not(Vec<usize>),
    /// Greater, or equal too.
    Above(usize, bool),
    /// Less, or equal too.
    Below(usize, bool),
    Null,
    NotNull,
}

/// Values by their numbers, as far as they are known.
type Known<'k> = &'k dyn Fn(usize) -> Option<Datum>;

impl Pruning {
    /// The parts that may have rows, in the order of their bounds. What is not `known` excludes nothing.
    pub fn parts(&self, known: Known<'_>) -> Vec<usize> {
        let mut out = Vec::new();
        self.walk(0, known, &mut out);
        out
    }

    /// The value, if it is a constant.
    pub fn constant(&self, value: usize) -> Option<Datum> {
        match &self.values.get(value)?.kind {
            ExprKind::Const(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// Whether all values are constants.
    pub fn is_constant(&self) -> bool {
        self.values.iter().all(|value| matches!(value.kind, ExprKind::Const(_)))
    }

    /// The same where no other parts are left than `kept`, which are numbered by their places in it.
    #[must_use]
    pub fn among(mut self, kept: &[usize]) -> Self {
        for level in &mut self.levels {
            level.partitions.retain_mut(|(_, place)| match place {
                Place::Level(_) => true,
                Place::Part(number) => match kept.iter().position(|k| k == number) {
                    Some(at) => {
                        *number = at;
                        true
                    }
                    None => false,
                },
            });
        }
        self
    }

    fn walk(&self, at: usize, known: Known<'_>, out: &mut Vec<usize>) {
        let Some(level) = self.levels.get(at) else { return };
        for oid in level.conditions.partitions(level, known) {
            match level.partitions.iter().find(|(partition, _)| *partition == oid) {
                Some((_, Place::Part(number))) => out.push(*number),
                Some((_, Place::Level(below))) => self.walk(*below, known, out),
                None => {}
            }
        }
    }
}

impl Conditions {
    /// Whether they say nothing.
    pub fn is_empty(&self) -> bool {
        self.says.is_empty() && self.any.is_empty()
    }

    fn partitions(&self, level: &Level, known: Known<'_>) -> Vec<Oid> {
        let mut wanted = Vec::with_capacity(level.types.len());
        for (part, ty) in level.types.iter().enumerate() {
            let says = self.says.iter().filter(|(of, _)| *of == part).map(|(_, says)| says);
            match together(says, *ty, known) {
                Some(of_part) => wanted.push(of_part),
                None => return Vec::new(),
            }
        }
        let mut found = level.bounds.overlapping(&wanted);
        for arms in &self.any {
            let theirs: Vec<Oid> = arms.iter().flat_map(|arm| arm.partitions(level, known)).collect();
            found.retain(|oid| theirs.contains(oid));
        }
        found
    }
}

/// What conditions on one part of a key say together; `None` if no value meets them all.
fn together<'s>(says: impl Iterator<Item = &'s Says>, ty: PgType, known: Known<'_>) -> Option<Wanted> {
    let mut among: Option<Vec<Datum>> = None;
    let mut not: Vec<Datum> = Vec::new();
    let (mut low, mut high) = (Bound::Unbounded, Bound::Unbounded);
    let (mut null, mut present) = (false, false);
    for says in says {
        match says {
            Says::Null => null = true,
            Says::NotNull => present = true,
            Says::Among(items) => {
                present = true;
                if let Some(items) = items.iter().map(|i| known(*i)).collect::<Option<Vec<_>>>() {
                    narrow(&mut among, items, ty);
                }
            }
            Says::Element(array) => {
                present = true;
                match known(*array) {
                    None => {}
                    Some(Datum::Array(array)) => narrow(&mut among, array.values.to_vec(), ty),
                    Some(_) => return None,
                }
            }
            Says::Not(items) => {
                present = true;
                for item in items.iter().filter_map(|i| known(*i)) {
                    if item.is_null() {
                        return None;
                    }
                    not.push(item);
                }
            }
            Says::Above(value, inclusive) | Says::Below(value, inclusive) => {
                present = true;
                let Some(value) = known(*value) else { continue };
                if value.is_null() {
                    return None;
                }
                let above = matches!(says, Says::Above(..));
                tighten(if above { &mut low } else { &mut high }, value, *inclusive, above, ty);
            }
        }
    }
    if null {
        return (!present).then_some(Wanted::Null);
    }
    if let Some(mut values) = among {
        let inside = |value: &Datum| {
            let above = match &low {
                Bound::Included(low) => compare(value, low, ty).is_ge(),
                Bound::Excluded(low) => compare(value, low, ty).is_gt(),
                Bound::Unbounded => true,
            };
            let below = match &high {
                Bound::Included(high) => compare(value, high, ty).is_le(),
                Bound::Excluded(high) => compare(value, high, ty).is_lt(),
                Bound::Unbounded => true,
            };
            above && below && !not.iter().any(|other| compare(value, other, ty).is_eq())
        };
        values.retain(inside);
        return (!values.is_empty()).then_some(Wanted::Values(values));
    }
    if !matches!((&low, &high), (Bound::Unbounded, Bound::Unbounded)) {
        return Some(Wanted::Range(low, high));
    }
    if !not.is_empty() {
        return Some(Wanted::Not(not));
    }
    Some(if present { Wanted::Range(Bound::Unbounded, Bound::Unbounded) } else { Wanted::Anything })
}

/// Leaves of the values those that are among `items` too.
fn narrow(among: &mut Option<Vec<Datum>>, items: Vec<Datum>, ty: PgType) {
    let mut kept: Vec<Datum> = Vec::with_capacity(items.len());
    for item in items.into_iter().filter(|item| !item.is_null()) {
        let has = |list: &[Datum]| list.iter().any(|other| compare(other, &item, ty).is_eq());
        if !has(&kept) && among.as_deref().is_none_or(has) {
            kept.push(item);
        }
    }
    *among = Some(kept);
}

/// Moves one end of a range inwards, if `value` lies there. `low` says which end it is.
fn tighten(end: &mut Bound<Datum>, value: Datum, inclusive: bool, low: bool, ty: PgType) {
    let inwards = match &*end {
        Bound::Unbounded => true,
        Bound::Included(old) | Bound::Excluded(old) => {
            let order = compare(&value, old, ty);
            low && order.is_gt() || !low && order.is_lt() || order.is_eq() && !inclusive
        }
    };
    if inwards {
        *end = if inclusive { Bound::Included(value) } else { Bound::Excluded(value) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(says: &[Says], values: &[Option<i32>]) -> Option<Wanted> {
        let known = |i: usize| values.get(i).map(|v| v.map_or(Datum::Null, Datum::Int4));
        together(says.iter(), PgType::INT4, &known)
    }

    #[test]
    fn conditions_on_one_part_are_taken_together() {
        let one = |n| Wanted::Values(vec![Datum::Int4(n)]);
        assert_eq!(said(&[], &[]), Some(Wanted::Anything));
        assert_eq!(said(&[Says::Among(vec![0]), Says::Among(vec![1])], &[Some(1), Some(2)]), None);
        assert_eq!(said(&[Says::Among(vec![0, 1]), Says::Above(0, false)], &[Some(1), Some(2)]), Some(one(2)));
        assert_eq!(said(&[Says::Among(vec![0, 1]), Says::Not(vec![0])], &[Some(1), Some(2)]), Some(one(2)));
        assert_eq!(said(&[Says::Null], &[]), Some(Wanted::Null));
        assert_eq!(said(&[Says::Null, Says::NotNull], &[]), None);
        assert_eq!(said(&[Says::Below(0, true)], &[None]), None, "nothing is less than NULL");
        let range = Wanted::Range(Bound::Excluded(Datum::Int4(3)), Bound::Included(Datum::Int4(5)));
        let says = [Says::Above(0, true), Says::Above(0, false), Says::Below(1, true), Says::Below(2, true)];
        assert_eq!(said(&says, &[Some(3), Some(5), Some(9)]), Some(range));
    }

    #[test]
    fn what_is_not_known_excludes_nothing() {
        let known = |_: usize| None;
        let says = [Says::Among(vec![0]), Says::Below(1, false)];
        let present = Wanted::Range(Bound::Unbounded, Bound::Unbounded);
        assert_eq!(together(says.iter(), PgType::INT4, &known), Some(present));
    }
}
