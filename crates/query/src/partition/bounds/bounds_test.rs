use std::ops::Bound;

use gavel_catalog::Table;
use gavel_catalog::partition::{
    PartitionBound, PartitionKey, PartitionOn, PartitionPart, PartitionStrategy, RangeEdge,
};
use gavel_types::{Datum, Oid, PgType};

use super::{At, Bounds, Conflict, Wanted};

fn table(strategy: PartitionStrategy, parts: i16) -> Table {
    let part = |n| PartitionPart { key: PartitionOn::Column(n), ty: PgType::INT4, class: Oid(0), collation: None };
    Table {
        storage: Oid(1),
        partitioned: Some(PartitionKey { strategy, parts: (1..=parts).map(part).collect() }),
        ..Table::bare(Oid(1), Oid(2200), "p".into(), Oid(10), Vec::new())
    }
}

fn bounds(table: &Table, partitions: &[(u32, PartitionBound)]) -> Bounds {
    Bounds::new(table, partitions.iter().map(|(oid, bound)| (Oid(*oid), bound))).expect("bounds")
}

fn list(values: &[Option<i32>]) -> PartitionBound {
    PartitionBound::List(values.iter().map(|v| v.map(|v| v.to_string())).collect())
}

/// `-` and `+` are MINVALUE and MAXVALUE.
fn range(from: &str, to: &str) -> PartitionBound {
    let edges = |text: &str| {
        let edge = |word: &str| match word {
            "-" => RangeEdge::Min,
            "+" => RangeEdge::Max,
            value => RangeEdge::Value(value.to_owned()),
        };
        text.split(',').map(edge).collect()
    };
    PartitionBound::Range { from: edges(from), to: edges(to) }
}

fn key(values: &[i32]) -> Vec<Datum> {
    values.iter().map(|v| Datum::Int4(*v)).collect()
}

fn one(value: i32) -> Wanted {
    Wanted::Values(key(&[value]))
}

fn collision(bounds: &Bounds, bound: &PartitionBound) -> Option<Conflict> {
    bounds.conflict(bound).expect("bound")
}

fn oids(found: &[Oid]) -> Vec<u32> {
    found.iter().map(|oid| oid.0).collect()
}

#[test]
fn lists_take_their_values() {
    let table = table(PartitionStrategy::List, 1);
    let bounds = bounds(
        &table,
        &[(20, list(&[Some(5), Some(-1)])), (30, list(&[Some(2), None])), (40, PartitionBound::Default)],
    );
    assert_eq!(bounds.find(&key(&[5])), Ok(Some(Oid(20))));
    assert_eq!(bounds.find(&[Datum::Null]), Ok(Some(Oid(30))));
    assert_eq!(bounds.find(&key(&[7])), Ok(Some(Oid(40))));
    assert_eq!(oids(&bounds.partitions()), [20, 30, 40]);
    assert_eq!(oids(&bounds.overlapping(&[one(2)])), [30]);
    assert_eq!(oids(&bounds.overlapping(&[one(3)])), [40]);
    assert_eq!(oids(&bounds.overlapping(&[Wanted::Null])), [30]);
    assert_eq!(
        oids(&bounds.overlapping(&[Wanted::Range(Bound::Excluded(Datum::Int4(2)), Bound::Unbounded)])),
        [20, 40]
    );
    assert_eq!(oids(&bounds.overlapping(&[Wanted::Not(key(&[2]))])), [20, 40]);
    assert_eq!(collision(&bounds, &list(&[Some(1), Some(2)])), Some(Conflict::Overlap(Oid(30), At::Item(1))));
    assert_eq!(collision(&bounds, &list(&[Some(1)])), None);
    assert_eq!(collision(&bounds, &PartitionBound::Default), Some(Conflict::Default(Oid(40))));
}

#[test]
fn ranges_take_what_is_between() {
    let table = table(PartitionStrategy::Range, 1);
    let bounds = bounds(&table, &[(20, range("10", "20")), (30, range("-", "5")), (40, PartitionBound::Default)]);
    assert_eq!(bounds.find(&key(&[10])), Ok(Some(Oid(20))));
    assert_eq!(bounds.find(&key(&[20])), Ok(Some(Oid(40))));
    assert_eq!(bounds.find(&key(&[-7])), Ok(Some(Oid(30))));
    assert_eq!(bounds.find(&[Datum::Null]), Ok(Some(Oid(40))));
    assert_eq!(oids(&bounds.partitions()), [30, 20, 40]);
    let below = |v, inclusive: bool| {
        let v = Datum::Int4(v);
        Wanted::Range(Bound::Unbounded, if inclusive { Bound::Included(v) } else { Bound::Excluded(v) })
    };
    assert_eq!(oids(&bounds.overlapping(&[below(5, false)])), [30]);
    assert_eq!(oids(&bounds.overlapping(&[below(5, true)])), [30, 40]);
    assert_eq!(oids(&bounds.overlapping(&[below(10, false)])), [30, 40]);
    assert_eq!(oids(&bounds.overlapping(&[below(10, true)])), [30, 20, 40]);
    assert_eq!(oids(&bounds.overlapping(&[one(12)])), [20]);
    assert_eq!(oids(&bounds.overlapping(&[Wanted::Values(key(&[12, 13, 1]))])), [30, 20]);
    assert_eq!(oids(&bounds.overlapping(&[Wanted::Null])), [40]);
    assert_eq!(oids(&bounds.overlapping(&[Wanted::Anything])), [30, 20, 40]);
    assert_eq!(collision(&bounds, &range("5", "10")), None);
    assert_eq!(collision(&bounds, &range("5", "11")), Some(Conflict::Overlap(Oid(20), At::To(0))));
    assert_eq!(collision(&bounds, &range("19", "+")), Some(Conflict::Overlap(Oid(20), At::From(0))));
    assert_eq!(collision(&bounds, &range("7", "7")), Some(Conflict::Empty(0)));
    assert_eq!(collision(&bounds, &range("+", "-")), Some(Conflict::Empty(0)));
    assert_eq!(collision(&bounds, &range("20", "+")), None);
}

#[test]
fn ranges_of_several_parts_follow_the_first_that_differs() {
    let table = table(PartitionStrategy::Range, 2);
    let bounds = bounds(
        &table,
        &[
            (20, range("1,-", "1,10")),
            (30, range("1,10", "2,+")),
            (40, range("3,5", "+,+")),
            (50, PartitionBound::Default),
        ],
    );
    assert_eq!(bounds.find(&key(&[1, 9])), Ok(Some(Oid(20))));
    assert_eq!(bounds.find(&key(&[2, 1_000_000])), Ok(Some(Oid(30))));
    assert_eq!(bounds.find(&key(&[3, 4])), Ok(Some(Oid(50))));
    assert_eq!(bounds.find(&key(&[9, -4])), Ok(Some(Oid(40))));
    assert_eq!(bounds.find(&[Datum::Int4(1), Datum::Null]), Ok(Some(Oid(50))));
    assert_eq!(oids(&bounds.overlapping(&[one(1), one(10)])), [30]);
    // The other part may be NULL.
    assert_eq!(oids(&bounds.overlapping(&[one(1), Wanted::Anything])), [20, 30, 50]);
    assert_eq!(oids(&bounds.overlapping(&[Wanted::Anything, one(3)])), [20, 30, 40, 50]);
    let behind = Wanted::Range(Bound::Excluded(Datum::Int4(2)), Bound::Unbounded);
    assert_eq!(oids(&bounds.overlapping(&[behind.clone(), Wanted::Anything])), [40, 50]);
    assert_eq!(oids(&bounds.overlapping(&[one(1), behind])), [20, 30]);
}

#[test]
fn hash_partitions_are_postgresqls() {
    let table = table(PartitionStrategy::Hash, 1);
    let hash = |modulus, remainder| PartitionBound::Hash { modulus, remainder };
    let bounds = bounds(&table, &[(20, hash(4, 0)), (30, hash(4, 1)), (40, hash(4, 2)), (50, hash(4, 3))]);
    let found: Vec<u32> = (1..=6).filter_map(|v| bounds.find(&key(&[v])).ok().flatten()).map(|oid| oid.0).collect();
    // As PostgreSQL 15 shares them out.
    assert_eq!(found, [20, 40, 30, 50, 30, 50]);
    assert_eq!(bounds.overlapping(&[one(1)]).len(), 1);
    assert_eq!(bounds.overlapping(&[Wanted::Anything]).len(), 4);
    assert_eq!(collision(&bounds, &hash(6, 0)), Some(Conflict::NoMultiple(4, Oid(50))));
    assert_eq!(collision(&bounds, &hash(3, 0)), Some(Conflict::NoFactor(4, Oid(20))));
    assert_eq!(collision(&bounds, &hash(2, 1)), Some(Conflict::Overlap(Oid(30), At::Whole)));
    assert_eq!(collision(&bounds, &hash(8, 7)), Some(Conflict::Overlap(Oid(50), At::Whole)));
}
