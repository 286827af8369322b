//! Factoring keeps what a condition says, NULL included, and raises no error that it did not raise.

use gavel_binder::bound::{ColumnId, Scalar, ScalarKind};
use gavel_functions::physical::{build_array, datum_at};
use gavel_functions::registry;
use gavel_types::{Datum, PgType};
use proptest::prelude::*;

use super::{factor, implied};
use crate::exec::Evaluator;
use crate::exec::batch::{batch_of, schema_of};
use crate::lower::NoStatistics;
use crate::lower::estimate::bare_frame;
use crate::lower::plan::Planner;
use crate::lower::unnest::conjunction;

const COLUMNS: u32 = 3;

fn column(id: u32) -> Scalar {
    Scalar { kind: ScalarKind::Column(ColumnId(id)), ty: PgType::INT4 }
}

fn int(value: i32) -> Scalar {
    Scalar { kind: ScalarKind::Const(Datum::Int4(value)), ty: PgType::INT4 }
}

fn call(name: &str, a: Scalar, b: Scalar) -> Scalar {
    let o = registry::operator_exact(name, a.ty.oid, b.ty.oid).expect("operator");
    Scalar { kind: ScalarKind::Call { function: o.proc, args: vec![a, b] }, ty: PgType::new(o.result) }
}

fn boolean(kind: ScalarKind) -> Scalar {
    Scalar { kind, ty: PgType::BOOL }
}

/// `2 / column > value`: fails where the column is 0.
fn failing(id: u32, value: i32) -> Scalar {
    call(">", call("/", int(2), column(id)), int(value))
}

fn and(items: &[Scalar]) -> Scalar {
    boolean(ScalarKind::And(items.to_vec()))
}

fn or(items: &[Scalar]) -> Scalar {
    boolean(ScalarKind::Or(items.to_vec()))
}

fn factored(scalar: &Scalar) -> Vec<Scalar> {
    let mut parts = vec![];
    factor(scalar.clone(), &mut parts);
    parts
}

fn operand() -> impl Strategy<Value = Scalar> {
    let compared = (prop::sample::select(vec!["=", "<", "<>"]), 0..COLUMNS, -1..2i32)
        .prop_map(|(name, id, value)| call(name, column(id), int(value)));
    let joined = (0..COLUMNS, 0..COLUMNS).prop_map(|(a, b)| call("=", column(a), column(b)));
    let missing = (0..COLUMNS, any::<bool>())
        .prop_map(|(id, negated)| boolean(ScalarKind::IsNull { input: Box::new(column(id)), negated }));
    let failing = (0..COLUMNS, 0..2i32).prop_map(|(id, value)| failing(id, value));
    prop_oneof![4 => compared, 2 => joined, 1 => missing, 1 => failing]
}

/// ORs of ANDs over few operands, so that arms have some in common.
fn condition() -> impl Strategy<Value = Scalar> {
    prop::collection::vec(operand(), 1..5).prop_flat_map(|operands| {
        let arm = prop::collection::vec(prop::sample::select(operands), 1..4).prop_map(|a| and(&a));
        prop::collection::vec(arm, 1..4).prop_map(|arms| or(&arms))
    })
}

/// The value of `scalar` over one row; `None` if it fails.
fn value(scalar: &Scalar, row: &[Option<i32>]) -> Option<Datum> {
    let layout: Vec<(ColumnId, PgType)> = (0..COLUMNS).map(|i| (ColumnId(i), PgType::INT4)).collect();
    let expr = Planner::new(&NoStatistics).compile(scalar, &layout).expect("expression");
    let columns = row.iter().map(|v| build_array(PgType::INT4, [v.map_or(Datum::Null, Datum::Int4)]).expect("array"));
    let batch = batch_of(&schema_of(&layout), columns.collect(), 1).expect("batch");
    match Evaluator::new(&bare_frame()).eval_now(&expr, &batch).ok()? {
        crate::exec::expr::Value::Scalar(value) => Some(value),
        crate::exec::expr::Value::Array(array) => Some(datum_at(array.as_ref(), 0, PgType::BOOL).expect("value")),
    }
}

proptest! {
    #[test]
    fn a_factored_condition_has_the_same_value(
        scalar in condition(),
        row in prop::collection::vec(prop::option::of(-1..2i32), COLUMNS as usize),
    ) {
        if let Some(before) = value(&scalar, &row) {
            prop_assert_eq!(value(&conjunction(factored(&scalar)), &row), Some(before));
        }
    }

    #[test]
    fn what_is_implied_holds_wherever_the_condition_does_and_never_fails(
        scalar in condition(),
        row in prop::collection::vec(prop::option::of(-1..2i32), COLUMNS as usize),
        side in prop::collection::btree_set((0..COLUMNS).prop_map(ColumnId), 1..3),
    ) {
        if let Some(said) = implied(&scalar, &side) {
            let holds = value(&said, &row);
            prop_assert!(holds.is_some());
            if value(&scalar, &row) == Some(Datum::Bool(true)) {
                prop_assert_eq!(holds, Some(Datum::Bool(true)));
            }
        }
    }
}

#[test]
fn a_join_in_every_arm_comes_out() {
    let join = call("=", column(0), column(1));
    let (p1, p2) = (call("=", column(0), int(1)), call("=", column(0), int(2)));
    let scalar = or(&[and(&[join.clone(), p1.clone()]), and(&[p2.clone(), join.clone()])]);
    assert_eq!(factored(&scalar), [join, or(&[p1, p2])]);
}

#[test]
fn an_arm_that_adds_nothing_takes_the_others_in() {
    let (a, b) = (call("=", column(0), int(1)), call("=", column(1), int(2)));
    assert_eq!(factored(&or(&[and(&[a.clone(), b]), a.clone()])), [a]);
}

#[test]
fn what_may_fail_stays_behind_its_guard() {
    let guard = |value| call("<>", column(0), int(value));
    let scalar = or(&[and(&[guard(0), failing(0, 1)]), and(&[guard(5), failing(0, 1)])]);
    assert_eq!(factored(&scalar), std::slice::from_ref(&scalar));
    // The first operand of all is evaluated for every row as it is.
    let scalar = or(&[and(&[failing(0, 1), guard(1)]), and(&[guard(5), failing(0, 1)])]);
    assert_eq!(factored(&scalar), [failing(0, 1), or(&[guard(1), guard(5)])]);
}

#[test]
fn each_side_of_an_or_is_told_its_part() {
    let (p, l) = (|v| call("=", column(0), int(v)), |v| call("<", column(1), int(v)));
    let scalar = or(&[and(&[p(1), l(1)]), and(&[p(2), l(2), failing(1, 0)])]);
    let side = |id| [ColumnId(id)].into();
    assert_eq!(implied(&scalar, &side(0)), Some(or(&[p(1), p(2)])));
    assert_eq!(implied(&scalar, &side(1)), Some(or(&[l(1), l(2)])));
    assert_eq!(implied(&scalar, &side(2)), None);
    assert_eq!(implied(&or(&[p(1), l(1)]), &side(0)), None, "an arm says nothing of it");
}
