//! Three-valued logic, and which rows an operand is shown.

use std::fmt;
use std::sync::{Arc, Mutex};

use arrow::array::{Array, BooleanArray, Int32Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion_common::Result;
use datafusion_expr::ColumnarValue;
use datafusion_physical_expr::PhysicalExpr;

use super::{Logic, booleans};

/// Answers by the row's number and notes which rows it was asked for.
#[derive(Clone, Debug)]
struct Operand {
    answers: Vec<Option<bool>>,
    asked: Arc<Mutex<Vec<i32>>>,
}

impl PhysicalExpr for Operand {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn nullable(&self, _: &Schema) -> Result<bool> {
        Ok(true)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let rows = batch.column(0).as_any().downcast_ref::<Int32Array>().expect("rows");
        self.asked.lock().expect("lock").extend(rows.values());
        let answers: BooleanArray = rows.values().iter().map(|r| self.answers[*r as usize]).collect();
        Ok(ColumnarValue::Array(Arc::new(answers)))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![]
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        Ok(self)
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("operand")
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("operand")
    }
}

impl PartialEq for Operand {
    fn eq(&self, other: &Self) -> bool {
        self.answers == other.answers
    }
}

impl Eq for Operand {}

impl std::hash::Hash for Operand {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.answers.hash(state);
    }
}

const T: Option<bool> = Some(true);
const F: Option<bool> = Some(false);
const N: Option<bool> = None;

/// Outcome, and the rows that the second operand was asked for.
fn run(
    make: fn(Vec<Arc<dyn PhysicalExpr>>) -> Logic,
    a: &[Option<bool>],
    b: &[Option<bool>],
) -> (Vec<Option<bool>>, Vec<i32>) {
    let operand = |answers: &[Option<bool>]| Operand { answers: answers.to_vec(), asked: Arc::default() };
    let (first, second) = (operand(a), operand(b));
    let asked = second.asked.clone();
    let rows = Int32Array::from_iter_values(0..a.len() as i32);
    let schema = Arc::new(Schema::new(vec![Field::new("row", DataType::Int32, false)]));
    let batch = RecordBatch::try_new(schema, vec![Arc::new(rows)]).expect("batch");
    let value = make(vec![Arc::new(first), Arc::new(second)]).evaluate(&batch).expect("value");
    let outcome = booleans(value, a.len()).expect("booleans").iter().collect();
    let asked = asked.lock().expect("lock").clone();
    (outcome, asked)
}

const A: [Option<bool>; 9] = [T, T, T, F, F, F, N, N, N];
const B: [Option<bool>; 9] = [T, F, N, T, F, N, T, F, N];

#[test]
fn and_is_three_valued_and_stops_at_false() {
    let (outcome, asked) = run(Logic::and, &A, &B);
    assert_eq!(outcome, [T, F, N, F, F, F, N, F, N]);
    assert_eq!(asked, [0, 1, 2, 6, 7, 8]);
}

#[test]
fn or_is_three_valued_and_stops_at_true() {
    let (outcome, asked) = run(Logic::or, &A, &B);
    assert_eq!(outcome, [T, T, T, T, F, N, T, N, N]);
    assert_eq!(asked, [3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_decided_outcome_asks_nobody() {
    assert_eq!(run(Logic::and, &[F, F], &[T, T]), (vec![F, F], vec![]));
    assert_eq!(run(Logic::or, &[T, T], &[N, F]), (vec![T, T], vec![]));
}

#[test]
fn no_operands_are_true_for_and_and_false_for_or() {
    let schema = Arc::new(Schema::new(vec![Field::new("row", DataType::Int32, false)]));
    let batch = RecordBatch::try_new(schema, vec![Arc::new(Int32Array::from(vec![1, 2]))]).expect("batch");
    for (logic, expected) in [(Logic::and(vec![]), true), (Logic::or(vec![]), false)] {
        let value = booleans(logic.evaluate(&batch).expect("value"), 2).expect("booleans");
        assert!(value.null_count() == 0 && value.values().iter().all(|v| v == expected));
    }
}
