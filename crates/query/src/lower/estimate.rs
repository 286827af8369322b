//! How many rows a condition leaves.
//!
//! Over a table with a sample, conditions that are known while planning are evaluated on it, together,
//! so that it matters what they have to do with each other. What the sample is too small to tell, or
//! parameters hide, is guessed as PostgreSQL does: equality by the number of distinct values, a range a
//! third, two bounds of one column a two-hundredth.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use arrow::array::BooleanArray;
use arrow::compute::and_kleene;
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use futures::stream::{self, BoxStream, StreamExt};
use gavel_binder::bound::{ColumnId, Modify, Scalar, ScalarKind};
use gavel_catalog::Table;
use gavel_encoding::TenantId;
use gavel_functions::{EvalContext, registry};
use gavel_types::{CheckMode, Datum, Oid, PgType, SqlError, SqlResult};

use crate::engine::system_rows::SystemRows;
use crate::exec::access::{TableAccess, TableScan};
use crate::exec::expr::{Expr, ExprKind, Value, boolean};
use crate::exec::frame::Frame;
use crate::exec::operator::BoxOperator;
use crate::exec::{Evaluator, ExecEnv, Execution};
use crate::inverted::search;
use crate::lower::access::{COMPARISONS, Comparison};
use crate::lower::plan::Planner;
use crate::lower::statistics::{ColumnFacts, Sample, UNKNOWN_DISTINCT};

/// Part of the rows that a bound leaves, two bounds of one column, a pattern, and what is not known.
const RANGE_PART: f64 = 1.0 / 3.0;
const BOTH_BOUNDS_PART: f64 = 0.005;
const PATTERN_PART: f64 = 0.01;
/// What `@>`, `&&`, `?` and the like leave.
const CONTAINMENT_PART: f64 = 0.01;
const UNKNOWN_PART: f64 = 1.0 / 3.0;
/// Elements that an array of unknown length is taken to have.
pub const ARRAY_ELEMENTS: f64 = 10.0;
/// Sampled rows that must have passed for their number to be believed.
const ENOUGH: usize = 4;
/// Beyond so many conditions the rest is guessed: planning must stay cheap.
const MAX_EVALUATED: usize = 32;

static UNEQUAL: LazyLock<HashSet<Oid>> = LazyLock::new(|| registry::operators_named("<>").map(|o| o.proc).collect());
/// `LIKE` and its kin, and what they negate.
static PATTERNS: LazyLock<HashMap<Oid, bool>> = LazyLock::new(|| {
    let named = |name, negated| registry::operators_named(name).map(move |o| (o.proc, negated));
    let all = [("~~", false), ("~~*", false), ("~", false), ("~*", false)];
    let not = [("!~~", true), ("!~~*", true), ("!~", true), ("!~*", true)];
    all.into_iter().chain(not).flat_map(|(name, negated)| named(name, negated)).collect()
});

/// Conditions over one table, and what each of them does to its rows.
pub struct Conditions {
    each: Vec<Condition>,
    sampled: usize,
    complete: bool,
}

struct Condition {
    /// Sampled rows for which it holds.
    passed: Option<BooleanArray>,
    guess: f64,
    /// A lower (true) or upper bound of a column.
    bounds: Option<(ColumnId, bool)>,
}

impl Conditions {
    /// The part of the table's rows for which all those at `which` hold.
    pub fn part(&self, which: impl IntoIterator<Item = usize>) -> f64 {
        let chosen: Vec<&Condition> = which.into_iter().filter_map(|i| self.each.get(i)).collect();
        let n = self.sampled as f64;
        let mut both: Option<BooleanArray> = None;
        for passed in chosen.iter().filter_map(|c| c.passed.as_ref()) {
            both = match both {
                None => Some(passed.clone()),
                Some(so_far) => and_kleene(&so_far, passed).ok(),
            };
        }
        let hidden = guessed(chosen.iter().filter(|c| c.passed.is_none()).copied());
        let Some(both) = both else { return hidden };
        let passed = both.true_count();
        if self.complete {
            return (passed as f64).max(0.5) / n * hidden;
        }
        if passed >= ENOUGH {
            return passed as f64 / n * hidden;
        }
        let apart: f64 = chosen
            .iter()
            .filter_map(|c| {
                let passed = c.passed.as_ref()?.true_count();
                let seen = passed as f64 / n;
                Some(if passed >= ENOUGH { seen } else { c.guess.min(seen + 1.0 / n) })
            })
            .product();
        apart.min((passed as f64 + 1.0) / n) * hidden
    }

    /// All of them.
    pub fn all(&self) -> f64 {
        self.part(0..self.each.len())
    }
}

/// The product of guesses, bounds of one column taken together.
fn guessed<'c>(conditions: impl Iterator<Item = &'c Condition>) -> f64 {
    let mut bounds: HashMap<ColumnId, (bool, bool)> = HashMap::new();
    let mut part = 1.0;
    for condition in conditions {
        match condition.bounds {
            Some((column, low)) => {
                let entry = bounds.entry(column).or_default();
                if low { entry.0 = true } else { entry.1 = true }
            }
            None => part *= condition.guess,
        }
    }
    let of_bounds = bounds.values().map(|b| if b.0 && b.1 { BOTH_BOUNDS_PART } else { RANGE_PART });
    part * of_bounds.product::<f64>()
}

impl Planner<'_> {
    /// Looks at `filters` over a table, whose `columns` have these ids.
    pub fn conditions(
        &mut self,
        filters: &[Scalar],
        columns: &[(i16, ColumnId)],
        sample: Option<&Arc<Sample>>,
    ) -> Conditions {
        let sample = sample.filter(|s| !s.is_empty());
        let layout: Vec<(ColumnId, PgType)> = sample.map_or(vec![], |sample| {
            let id = |number| columns.iter().find(|c| c.0 == number).map(|c| c.1);
            sample.columns.iter().map(|(n, ty)| (id(*n).unwrap_or(ColumnId(u32::MAX)), *ty)).collect()
        });
        let mut evaluator = None;
        let each = filters
            .iter()
            .enumerate()
            .map(|(i, filter)| {
                let passed = sample.filter(|_| i < MAX_EVALUATED).and_then(|sample| {
                    let expr = self.compile(filter, &layout).ok().filter(is_known)?;
                    let evaluator = evaluator.get_or_insert_with(|| Evaluator::new(&bare_frame()));
                    passed(evaluator, &expr, &sample.rows)
                });
                Condition { passed, guess: self.guess(filter), bounds: self.bounds(filter) }
            })
            .collect();
        Conditions { each, sampled: sample.map_or(0, |s| s.len()), complete: sample.is_some_and(|s| s.complete) }
    }

    fn bounds(&self, filter: &Scalar) -> Option<(ColumnId, bool)> {
        let ScalarKind::Call { function, args } = &filter.kind else { return None };
        let [a, b] = &args[..] else { return None };
        let comparison = *COMPARISONS.get(function)?;
        let (id, comparison) = match (column_of(a), column_of(b)) {
            (Some(id), None) => (id, comparison),
            (None, Some(id)) => (id, comparison.turned()),
            _ => return None,
        };
        match comparison {
            Comparison::Equal => None,
            Comparison::Greater | Comparison::GreaterEqual => Some((id, true)),
            Comparison::Less | Comparison::LessEqual => Some((id, false)),
        }
    }

    /// What is known of a column that some table below puts out.
    pub fn facts(&self, id: ColumnId) -> Option<ColumnFacts> {
        self.known_columns.get(&id).copied()
    }

    /// The distinct values of an expression among `rows` rows.
    pub fn distinct(&self, scalar: &Scalar, rows: f64) -> f64 {
        let known = column_of(scalar).and_then(|id| self.facts(id)).map(|f| f.distinct);
        known.unwrap_or(UNKNOWN_DISTINCT).min(rows).max(1.0)
    }

    /// The part of the rows for which `scalar` is true, by its looks.
    pub fn guess(&self, scalar: &Scalar) -> f64 {
        let equal = |operand: &Scalar| match column_of(operand).and_then(|id| self.facts(id)) {
            Some(facts) => (1.0 - facts.nulls) / facts.distinct.max(1.0),
            None => 1.0 / UNKNOWN_DISTINCT,
        };
        let part = match &scalar.kind {
            ScalarKind::Const(Datum::Bool(value)) => f64::from(u8::from(*value)),
            ScalarKind::Const(_) => 0.0,
            ScalarKind::And(items) => items.iter().map(|i| self.guess(i)).product(),
            ScalarKind::Or(items) => 1.0 - items.iter().map(|i| 1.0 - self.guess(i)).product::<f64>(),
            ScalarKind::Not(input) => 1.0 - self.guess(input),
            ScalarKind::Column(_) | ScalarKind::IsBool { .. } | ScalarKind::Subquery(_) => 0.5,
            ScalarKind::IsNull { input, negated } => {
                let nulls = column_of(input).and_then(|id| self.facts(id)).map_or(0.005, |f| f.nulls.max(0.0001));
                if *negated { 1.0 - nulls } else { nulls }
            }
            ScalarKind::InList { left, items, all, .. } => {
                let part = (equal(left) * items.len() as f64).min(1.0);
                if *all { 1.0 - part } else { part }
            }
            ScalarKind::AnyArray { left, all, .. } => {
                let part = (equal(left) * ARRAY_ELEMENTS).min(1.0);
                if *all { 1.0 - part } else { part }
            }
            ScalarKind::IsDistinct { left, right, negated, .. } => {
                let part = equal(left).min(equal(right));
                if *negated { part } else { 1.0 - part }
            }
            ScalarKind::Call { function, args } => match (COMPARISONS.get(function), &args[..]) {
                (Some(Comparison::Equal), [a, b]) => match (column_of(a), column_of(b)) {
                    (Some(_), None) => equal(a),
                    (None, Some(_)) => equal(b),
                    _ => equal(a).min(equal(b)),
                },
                (Some(_), _) => RANGE_PART,
                (None, [a, b]) if UNEQUAL.contains(function) => 1.0 - equal(a).min(equal(b)),
                (None, _) => match PATTERNS.get(function) {
                    Some(false) => PATTERN_PART,
                    Some(true) => 1.0 - PATTERN_PART,
                    None if search::condition(*function, false).is_some() => CONTAINMENT_PART,
                    None => UNKNOWN_PART,
                },
            },
            _ => UNKNOWN_PART,
        };
        part.clamp(0.0, 1.0)
    }
}

/// The column that a scalar is, but for its label.
pub fn column_of(scalar: &Scalar) -> Option<ColumnId> {
    match &scalar.kind {
        ScalarKind::Column(id) => Some(*id),
        ScalarKind::Relabel { input } => column_of(input),
        _ => None,
    }
}

/// Whether the expression has a value while planning.
fn is_known(expr: &Expr) -> bool {
    if expr.traits.volatile || expr.traits.subquery {
        return false;
    }
    let all = |items: &[Expr]| items.iter().all(is_known);
    match &expr.kind {
        ExprKind::Const(_) | ExprKind::Column(_) => true,
        ExprKind::Param(_) | ExprKind::Outer(_) | ExprKind::Subquery(_) => false,
        ExprKind::Call { args, .. } => all(args),
        ExprKind::And(items) | ExprKind::Or(items) | ExprKind::Coalesce(items) => all(items),
        ExprKind::Not(input)
        | ExprKind::IsNull { input, .. }
        | ExprKind::IsBool { input, .. }
        | ExprKind::CoerceViaIo(input) => is_known(input),
        ExprKind::IsDistinct { left, right, .. } => is_known(left) && is_known(right),
        ExprKind::InList { left, items, .. } => is_known(left) && all(items),
        ExprKind::AnyArray { left, array, .. } => is_known(left) && is_known(array),
        ExprKind::Case { arms, otherwise } => {
            arms.iter().all(|(c, r)| is_known(c) && is_known(r)) && is_known(otherwise)
        }
        _ => false,
    }
}

/// Rows for which `expr` is true; `None` if it cannot be evaluated here.
fn passed(evaluator: &Evaluator, expr: &Expr, rows: &RecordBatch) -> Option<BooleanArray> {
    match evaluator.eval_now(expr, rows).ok()? {
        Value::Scalar(value) => Some(BooleanArray::from(vec![value == Datum::Bool(true); rows.num_rows()])),
        Value::Array(array) => boolean(&array).ok().cloned(),
    }
}

/// A frame of no execution: what is evaluated in it mentions nothing but its input.
pub fn bare_frame() -> Frame {
    Frame::new(Execution::new(ExecEnv {
        params: vec![],
        eval: EvalContext::immutable(),
        tables: Arc::new(NoTables),
        memory_limit: usize::MAX,
        profile: None,
    }))
}

struct NoTables;

fn none() -> SqlError {
    SqlError::internal("planning reads no table")
}

#[async_trait]
impl TableAccess for NoTables {
    fn tenant(&self) -> TenantId {
        TenantId(0)
    }

    fn scan(&self, _: TableScan) -> BoxStream<'static, SqlResult<RecordBatch>> {
        stream::iter([Err(none())]).boxed()
    }

    async fn system(&self, _: &str, _: &str, _: &[(usize, Datum)]) -> SqlResult<SystemRows> {
        Err(none())
    }

    async fn lock(&self, _: &Arc<Table>, _: &[bytes::Bytes], _: CheckMode) -> SqlResult<()> {
        Err(none())
    }

    async fn renewed(self: Arc<Self>) -> SqlResult<Arc<dyn TableAccess>> {
        Err(none())
    }

    async fn modify(
        &self,
        _: &Arc<Modify>,
        _: &[(ColumnId, PgType)],
        _: BoxOperator,
        _: Option<&dyn crate::dml::conflict::ConflictRow>,
    ) -> SqlResult<Vec<RecordBatch>> {
        Err(none())
    }
}
