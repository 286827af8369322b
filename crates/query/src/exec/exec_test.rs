//! Plans built by hand, over tables in memory.

use std::sync::Arc;

use gavel_binder::bound::{
    Aggregate, ColumnId, JoinKind, Rel, Scalar, ScalarKind, SortKey, Source, Subquery, SubqueryKind,
};
use gavel_catalog::Table;
use gavel_functions::registry;
use gavel_types::{Datum, Oid, PgType, SqlState};

use crate::exec::testing::{MemoryTables, env, rows, table};
use crate::explain;
use crate::lower::{NoStatistics, PlannedQuery, plan_rel};

fn col(id: u32) -> Scalar {
    Scalar { kind: ScalarKind::Column(ColumnId(id)), ty: PgType::INT4 }
}

fn int(value: i32) -> Scalar {
    Scalar { kind: ScalarKind::Const(Datum::Int4(value)), ty: PgType::INT4 }
}

fn op(name: &str, a: Scalar, b: Scalar) -> Scalar {
    let o = registry::operator_exact(name, a.ty.oid, b.ty.oid).expect("operator");
    Scalar { kind: ScalarKind::Call { function: o.proc, args: vec![a, b] }, ty: PgType::new(o.result) }
}

fn filter(input: Rel, predicate: Scalar) -> Rel {
    Rel::Filter { input: Box::new(input), predicate }
}

fn project(input: Rel, exprs: Vec<(u32, Scalar)>) -> Rel {
    let exprs = exprs.into_iter().map(|(id, s)| (ColumnId(id), s)).collect();
    Rel::Project { input: Box::new(input), exprs }
}

fn join(kind: JoinKind, left: Rel, right: Rel, on: Scalar) -> Rel {
    Rel::Join { kind, left: Box::new(left), right: Box::new(right), on, lateral: false }
}

fn sort(input: Rel, keys: &[(u32, bool)]) -> Rel {
    let keys = keys.iter().map(|(id, d)| SortKey { expr: col(*id), descending: *d, nulls_first: *d }).collect();
    Rel::Sort { input: Box::new(input), keys }
}

fn limit(input: Rel, n: i64) -> Rel {
    let limit = Some(Scalar { kind: ScalarKind::Const(Datum::Int8(n)), ty: PgType::INT8 });
    Rel::Limit { input: Box::new(input), limit, offset: None, with_ties: vec![] }
}

fn subquery(kind: SubqueryKind, query: Rel, columns: &[u32], ty: PgType) -> Scalar {
    let columns = columns.iter().map(|c| ColumnId(*c)).collect();
    Scalar { kind: ScalarKind::Subquery(Box::new(Subquery { kind, query, columns })), ty }
}

fn aggregate(id: u32, name: &str, args: Vec<Scalar>, ty: PgType) -> Aggregate {
    let types: Vec<Oid> = args.iter().map(|a| a.ty.oid).collect();
    let function = registry::procs_named(name)
        .find(|p| p.args == types || (p.args.len() == types.len() && p.args.first() == Some(&Oid::ANY)))
        .expect("aggregate")
        .oid;
    Aggregate {
        id: ColumnId(id),
        function,
        args,
        direct: 0,
        distinct: false,
        filter: None,
        order_by: vec![],
        ty,
        user: None,
    }
}

struct World {
    tables: Arc<MemoryTables>,
    /// `t(a primary key, b, c)`, index on b: `(i, i % 10, i / 10)` for 0..100.
    t: Arc<Table>,
    /// `u(x primary key, y)`: `(i, 2 i)` for 0..10, and y NULL for 10.
    u: Arc<Table>,
}

impl World {
    fn new() -> Self {
        let tables = Arc::new(MemoryTables::default());
        let i4 = PgType::INT4;
        let t = table(100, "t", &[("a", i4), ("b", i4), ("c", i4)], 1, &[(&[2], false)]);
        let u = table(200, "u", &[("x", i4), ("y", i4)], 1, &[]);
        let n = Datum::Int4;
        tables.insert(&t, &(0..100).map(|i| vec![n(i), n(i % 10), n(i / 10)]).collect::<Vec<_>>());
        tables.insert(&u, &(0..10).map(|i| vec![n(i), n(2 * i)]).collect::<Vec<_>>());
        tables.insert(&u, &[vec![n(10), Datum::Null]]);
        Self { tables, t, u }
    }

    /// Scan of `t` as columns base+1.. .
    fn t(&self, base: u32) -> Rel {
        let columns = (1..=3).map(|i| (i, ColumnId(base + u32::from(i as u16)))).collect();
        Rel::Scan { source: Source::Table(self.t.clone()), columns, row_key: None }
    }

    fn u(&self, base: u32) -> Rel {
        let columns = (1..=2).map(|i| (i, ColumnId(base + u32::from(i as u16)))).collect();
        Rel::Scan { source: Source::Table(self.u.clone()), columns, row_key: None }
    }

    fn plan(&self, rel: &Rel, columns: &[(u32, PgType)]) -> PlannedQuery {
        let columns: Vec<_> = columns.iter().map(|(id, ty)| (ColumnId(*id), *ty)).collect();
        plan_rel(rel, &columns, &NoStatistics).expect("plan")
    }

    async fn run(&self, rel: &Rel, columns: &[u32]) -> Vec<Vec<Option<i64>>> {
        let columns: Vec<_> = columns.iter().map(|c| (*c, PgType::INT4)).collect();
        let plan = self.plan(rel, &columns);
        let rows = rows(&plan, env(&self.tables, vec![Datum::Int4(7)])).await.expect("run");
        rows.iter().map(|r| r.iter().map(integer).collect()).collect()
    }

    fn explain(&self, rel: &Rel, columns: &[u32]) -> String {
        let columns: Vec<_> = columns.iter().map(|c| (*c, PgType::INT4)).collect();
        let options = explain::Options { costs: false, ..explain::Options::default() };
        explain::lines(&self.plan(rel, &columns).root, &options, None).join("\n")
    }
}

fn integer(value: &Datum) -> Option<i64> {
    match value {
        Datum::Int4(i) => Some(i64::from(*i)),
        Datum::Int8(i) => Some(*i),
        Datum::Bool(b) => Some(i64::from(*b)),
        Datum::Null => None,
        other => panic!("{other:?}"),
    }
}

fn ints(rows: &[&[i64]]) -> Vec<Vec<Option<i64>>> {
    rows.iter().map(|r| r.iter().map(|i| Some(*i)).collect()).collect()
}

#[tokio::test]
async fn a_point_read_uses_the_primary_key() {
    let w = World::new();
    let param = Scalar { kind: ScalarKind::Param(0), ty: PgType::INT4 };
    let rel = project(filter(w.t(0), op("=", col(1), param)), vec![(10, op("+", col(2), int(1)))]);
    assert_eq!(w.run(&rel, &[10]).await, ints(&[&[8]]));
    assert_eq!(*w.tables.scanned.lock(), [("t".to_owned(), 1)]);
    assert_eq!(w.explain(&rel, &[10]), "Projection\n  ->  Index Scan using t_pkey on t\n        Index Cond: (a = $1)");
}

#[tokio::test]
async fn a_secondary_index_leads_back_to_rows_and_filters_go_below() {
    let w = World::new();
    let predicate =
        Scalar { kind: ScalarKind::And(vec![op("=", col(2), int(3)), op(">", col(3), int(7))]), ty: PgType::BOOL };
    let rel = filter(w.t(0), predicate);
    assert_eq!(w.run(&rel, &[1, 3]).await, ints(&[&[83, 8], &[93, 9]]));
    assert_eq!(*w.tables.scanned.lock(), [("t".to_owned(), 10), ("t".to_owned(), 2)]);
    let text = w.explain(&rel, &[1, 3]);
    assert!(text.contains("Index Scan using t_i0 on t"), "{text}");
    assert!(text.contains("Storage Filter: (c > 7)"), "{text}");
}

#[tokio::test]
async fn an_order_along_the_key_needs_no_sort_and_reads_only_what_is_wanted() {
    let w = World::new();
    let rel = limit(sort(w.t(0), &[(1, true)]), 3);
    assert_eq!(w.run(&rel, &[1]).await, ints(&[&[99], &[98], &[97]]));
    assert_eq!(*w.tables.scanned.lock(), [("t".to_owned(), 3)]);
    assert!(w.explain(&rel, &[1]).contains("Index Scan Backward using t_pkey on t"));
    let rel = limit(sort(w.t(0), &[(3, true), (1, false)]), 2);
    assert_eq!(w.run(&rel, &[1]).await, ints(&[&[90], &[91]]));
}

#[tokio::test]
async fn joins_of_all_kinds_with_and_without_equality() {
    let w = World::new();
    let small = || filter(w.t(0), op("<", col(1), int(3)));
    let equal = || op("=", col(1), col(12));
    let sorted = |mut rows: Vec<Vec<Option<i64>>>| {
        rows.sort();
        rows
    };
    let inner = w.run(&join(JoinKind::Inner, small(), w.u(10), equal()), &[1, 11]).await;
    assert_eq!(sorted(inner), ints(&[&[0, 0], &[2, 1]]));
    let left = w.run(&join(JoinKind::Left, small(), w.u(10), equal()), &[1, 11]).await;
    assert_eq!(sorted(left), [[Some(0), Some(0)], [Some(1), None], [Some(2), Some(1)]]);
    let right = w.run(&join(JoinKind::Right, small(), w.u(10), equal()), &[1, 11]).await;
    assert_eq!(right.len(), 11);
    assert_eq!(right.iter().filter(|r| r[0].is_none()).count(), 9);
    let full = w.run(&join(JoinKind::Full, small(), w.u(10), equal()), &[1, 11]).await;
    assert_eq!(full.len(), 12);
    let full = w.run(&join(JoinKind::Full, small(), w.u(10), op("<", col(12), col(1))), &[1, 11]).await;
    // y < a: (0 < 1), (0 < 2); a = 0 and ten of u match nothing.
    assert_eq!(full.len(), 2 + 1 + 10);
    let semi = w.run(&join(JoinKind::Semi, small(), w.u(10), equal()), &[1]).await;
    assert_eq!(sorted(semi), ints(&[&[0], &[2]]));
    let anti = w.run(&join(JoinKind::Anti, small(), w.u(10), equal()), &[1]).await;
    assert_eq!(anti, ints(&[&[1]]));
}

#[tokio::test]
async fn a_small_outer_side_looks_the_inner_one_up() {
    let w = World::new();
    let one = filter(w.u(10), op("=", col(11), int(4)));
    let rel = join(JoinKind::Inner, one, w.t(0), op("=", col(12), col(1)));
    assert_eq!(w.run(&rel, &[11, 1, 2]).await, ints(&[&[4, 8, 8]]));
    assert_eq!(*w.tables.scanned.lock(), [("u".to_owned(), 1), ("t".to_owned(), 1)]);
    let text = w.explain(&rel, &[11, 1, 2]);
    assert!(text.contains("Index Nested Loop"), "{text}");
}

#[tokio::test]
async fn groups_aggregates_and_having() {
    let w = World::new();
    let grouped = Rel::Aggregate {
        input: Box::new(w.t(0)),
        groups: vec![(ColumnId(20), col(2))],
        sets: None,
        grouping: None,
        aggregates: vec![
            aggregate(21, "count", vec![], PgType::INT8),
            aggregate(22, "sum", vec![col(1)], PgType::INT8),
            aggregate(23, "max", vec![col(1)], PgType::INT4),
        ],
    };
    let having = filter(grouped, op(">", col(20), int(7)));
    let columns = [(20, PgType::INT4), (21, PgType::INT8), (22, PgType::INT8), (23, PgType::INT4)];
    let plan = w.plan(&sort(having, &[(20, false)]), &columns);
    let got = rows(&plan, env(&w.tables, vec![])).await.expect("rows");
    let got: Vec<Vec<Option<i64>>> = got.iter().map(|r| r.iter().map(integer).collect()).collect();
    assert_eq!(got, ints(&[&[8, 10, 530, 98], &[9, 10, 540, 99]]));
    let empty = Rel::Aggregate {
        input: Box::new(filter(w.t(0), op("<", col(1), int(0)))),
        groups: vec![],
        sets: None,
        grouping: None,
        aggregates: vec![
            aggregate(21, "count", vec![], PgType::INT8),
            aggregate(22, "sum", vec![col(1)], PgType::INT8),
        ],
    };
    let plan = w.plan(&empty, &[(21, PgType::INT8), (22, PgType::INT8)]);
    assert_eq!(rows(&plan, env(&w.tables, vec![])).await.expect("rows"), [[Datum::Int8(0), Datum::Null]]);
}

#[tokio::test]
async fn subqueries_run_once_a_value_and_only_where_asked_for() {
    let w = World::new();
    // (SELECT y FROM u WHERE x = b)
    let lookup = |base: u32| {
        let query = filter(w.u(base), op("=", col(base + 1), col(2)));
        subquery(SubqueryKind::Scalar, query, &[base + 2], PgType::INT4)
    };
    let rel = project(filter(w.t(0), op("<", col(1), int(25))), vec![(30, col(1)), (31, lookup(10))]);
    let got = w.run(&rel, &[30, 31]).await;
    assert_eq!(got.len(), 25);
    assert!(got.iter().all(|r| r[1] == r[0].map(|a| 2 * (a % 10))), "{got:?}");
    // One scan of t and ten of u, one a distinct b.
    assert_eq!(w.tables.scanned.lock().len(), 11);
    w.tables.scanned.lock().clear();
    // CASE WHEN a = 5 THEN (subquery) ELSE 0 END asks once.
    let case = Scalar {
        kind: ScalarKind::Case { arms: vec![(op("=", col(1), int(5)), lookup(10))], otherwise: Box::new(int(0)) },
        ty: PgType::INT4,
    };
    let rel = project(w.t(0), vec![(30, case)]);
    assert_eq!(w.run(&rel, &[30]).await.iter().filter(|r| r[0] == Some(10)).count(), 1);
    assert_eq!(w.tables.scanned.lock().len(), 2);
}

#[tokio::test]
async fn a_scalar_subquery_of_two_rows_is_an_error() {
    let w = World::new();
    let rel = project(
        Rel::Values { rows: vec![vec![]], columns: vec![] },
        vec![(1, subquery(SubqueryKind::Scalar, w.u(10), &[11], PgType::INT4))],
    );
    let plan = w.plan(&rel, &[(1, PgType::INT4)]);
    let error = rows(&plan, env(&w.tables, vec![])).await.expect_err("two rows");
    assert_eq!(error.code(), SqlState::CardinalityViolation);
}

#[tokio::test]
async fn exists_and_in_become_joins_and_not_in_minds_nulls() {
    let w = World::new();
    let exists = |negated: bool| {
        let query = filter(w.u(10), op("=", col(12), col(1)));
        let exists = subquery(SubqueryKind::Exists, query, &[], PgType::BOOL);
        if negated { Scalar { kind: ScalarKind::Not(Box::new(exists)), ty: PgType::BOOL } } else { exists }
    };
    let rel = sort(filter(w.t(0), exists(false)), &[(1, false)]);
    assert_eq!(w.run(&rel, &[1]).await.len(), 10);
    assert!(w.explain(&rel, &[1]).contains("Semi"), "{}", w.explain(&rel, &[1]));
    assert_eq!(w.run(&filter(w.t(0), exists(true)), &[1]).await.len(), 90);
    let equal = registry::operator_exact("=", Oid::INT4, Oid::INT4).expect("=").proc;
    let is_in = |bound: i32| {
        let query = filter(w.u(10), op("<", col(11), int(bound)));
        let kind = SubqueryKind::Quantified { left: vec![col(1)], functions: vec![equal], all: false };
        subquery(kind, query, &[12], PgType::BOOL)
    };
    assert_eq!(w.run(&filter(w.t(0), is_in(11)), &[1]).await.len(), 10);
    let not_in = |bound: i32| Scalar { kind: ScalarKind::Not(Box::new(is_in(bound))), ty: PgType::BOOL };
    assert_eq!(w.run(&filter(w.t(0), not_in(10)), &[1]).await.len(), 90);
    // With the NULL of x = 10 nothing is known not to be in.
    assert_eq!(w.run(&filter(w.t(0), not_in(11)), &[1]).await.len(), 0);
}

#[tokio::test]
async fn a_lateral_join_runs_its_right_side_for_each_row() {
    let w = World::new();
    let right = limit(sort(filter(w.t(20), op("=", col(22), col(11))), &[(21, true)]), 2);
    let rel = Rel::Join {
        kind: JoinKind::Left,
        left: Box::new(filter(w.u(10), op(">", col(11), int(8)))),
        right: Box::new(right),
        on: Scalar { kind: ScalarKind::Const(Datum::Bool(true)), ty: PgType::BOOL },
        lateral: true,
    };
    assert_eq!(w.run(&rel, &[11, 21]).await, [[Some(9), Some(99)], [Some(9), Some(89)], [Some(10), None]]);
}

#[tokio::test]
async fn division_by_zero_is_met_only_where_it_is_evaluated() {
    let w = World::new();
    let safe = Scalar {
        kind: ScalarKind::And(vec![op("<>", col(2), int(0)), op("=", op("/", int(9), col(2)), int(9))]),
        ty: PgType::BOOL,
    };
    let rel = project(w.t(0), vec![(30, safe)]);
    let plan = w.plan(&rel, &[(30, PgType::BOOL)]);
    let got = rows(&plan, env(&w.tables, vec![])).await.expect("no error");
    assert_eq!(got.iter().filter(|r| r[0] == Datum::Bool(true)).count(), 10);
}

#[tokio::test]
async fn a_statement_beyond_its_memory_fails() {
    let w = World::new();
    let cross = join(
        JoinKind::Inner,
        w.t(0),
        join(JoinKind::Inner, w.t(20), w.t(40), op("<>", col(21), col(41))),
        op("<>", col(1), col(21)),
    );
    let plan = w.plan(&sort(cross, &[(3, false), (22, false), (42, true)]), &[(1, PgType::INT4)]);
    let mut env = env(&w.tables, vec![]);
    env.memory_limit = 1 << 20;
    let error = rows(&plan, env).await.expect_err("too large");
    assert_eq!(error.code(), SqlState::OutOfMemory);
}

#[tokio::test]
async fn a_correlated_count_becomes_a_join_and_is_zero_where_nothing_matches() {
    let w = World::new();
    // (SELECT count(*) FROM u WHERE y = a), where y has no index.
    let count = Rel::Aggregate {
        input: Box::new(filter(w.u(10), op("=", col(12), col(1)))),
        groups: vec![],
        sets: None,
        grouping: None,
        aggregates: vec![aggregate(20, "count", vec![], PgType::INT8)],
    };
    let column = Scalar { kind: ScalarKind::Column(ColumnId(20)), ty: PgType::INT8 };
    let query = project(count, vec![(21, column)]);
    let rel = project(w.t(0), vec![(30, col(1)), (31, subquery(SubqueryKind::Scalar, query, &[21], PgType::INT8))]);
    let plan = w.plan(&sort(rel, &[(30, false)]), &[(30, PgType::INT4), (31, PgType::INT8)]);
    let got = rows(&plan, env(&w.tables, vec![])).await.expect("rows");
    assert_eq!(got.len(), 100);
    for (a, row) in (0..).zip(&got) {
        let expected = i64::from(a % 2 == 0 && a < 20);
        assert_eq!(row[1], Datum::Int8(expected), "a = {a}");
    }
    assert_eq!(w.tables.scanned.lock().len(), 2);
}
