//! Compiled expressions: columns are positions, functions are resolved, constants are folded. Immutable
//! and shared by all executions of a plan; parameters, session and outer columns come in at evaluation.
//!
//! Evaluation order is what PostgreSQL's users rely on:
//! 1. an arm of CASE or COALESCE is evaluated for the rows that reach it only;
//! 2. AND and OR go from left to right, and an operand that could fail sees only the rows that the ones
//!    before it leave open;
//! 3. a subquery runs only for rows on which its value is asked for ([`crate::apply`]).

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::compute::{and_kleene, interleave, is_not_null, is_null, not, or_kleene};
use arrow::record_batch::RecordBatch;
use gavel_binder::bound::{ColumnId, DomainName, RowCompareOp};
use gavel_functions::physical::{build_array, datum_at, scalar_to_array};
use gavel_functions::registry::{Proc, Volatility};
use gavel_functions::vector::{self, ArgColumn};
use gavel_functions::{Call, call};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use crate::apply::site::Site;
use crate::apply::waiting::WaitingCall;
use crate::exec::batch::{arrow_error, filter_rows};
use crate::exec::eval::{Cx, Stop};
use crate::exec::special;

/// A value for each row, or one for all.
pub type Value = ArgColumn;

/// A compiled expression with its type.
#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: PgType,
    pub traits: Traits,
}

/// What is known of an expression with all that is in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    pub volatile: bool,
    /// Takes, reads or sets values of sequences.
    pub sequences: bool,
    /// Holds a subquery or a wait: evaluation may stop with a demand.
    pub subquery: bool,
    /// May raise an error, or is dear: worth to be spared rows.
    pub guarded: bool,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Const(Datum),
    Param(usize),
    /// Position in the input.
    Column(usize),
    /// A column of an enclosing query.
    Outer(ColumnId),
    Call {
        proc: &'static Proc,
        args: Vec<Expr>,
        arg_types: Box<[PgType]>,
    },
    CoerceViaIo(Box<Expr>),
    ArrayCoerce {
        input: Box<Expr>,
        element: Box<Expr>,
    },
    /// Checks are over the value as the only column.
    DomainCheck {
        input: Box<Expr>,
        domain: DomainName,
        not_null: bool,
        checks: Vec<(String, Expr)>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    IsNull {
        input: Box<Expr>,
        negated: bool,
    },
    IsBool {
        input: Box<Expr>,
        value: Option<bool>,
        negated: bool,
    },
    IsDistinct {
        equal: Oid,
        left: Box<Expr>,
        right: Box<Expr>,
        negated: bool,
    },
    Case {
        arms: Vec<(Expr, Expr)>,
        otherwise: Box<Expr>,
    },
    Coalesce(Vec<Expr>),
    MinMax {
        greatest: bool,
        args: Vec<Expr>,
    },
    InList {
        function: Oid,
        left: Box<Expr>,
        items: Vec<Expr>,
        all: bool,
        set: Option<Arc<special::ConstantSet>>,
    },
    AnyArray {
        function: Oid,
        left: Box<Expr>,
        array: Box<Expr>,
        all: bool,
    },
    Array(Vec<Expr>),
    Subscript {
        input: Box<Expr>,
        indices: Vec<Index>,
    },
    SubscriptAssign {
        input: Box<Expr>,
        indices: Vec<Index>,
        value: Box<Expr>,
    },
    Row(Vec<Expr>),
    Field {
        input: Box<Expr>,
        index: usize,
    },
    FieldCount {
        input: Box<Expr>,
        count: usize,
    },
    RowCompare {
        op: RowCompareOp,
        pairs: Vec<RowPair>,
    },
    Subquery(Arc<Site>),
    Waiting(Arc<WaitingCall>),
}

#[derive(Clone, Debug)]
pub enum Index {
    Element(Expr),
    Slice(Option<Expr>, Option<Expr>),
}

#[derive(Clone, Debug)]
pub struct RowPair {
    pub left: Expr,
    pub right: Expr,
    pub order: Oid,
    pub equal: Oid,
}

impl Expr {
    pub fn constant(value: Datum, ty: PgType) -> Self {
        Self { kind: ExprKind::Const(value), ty, traits: Traits::default() }
    }

    pub fn column(position: usize, ty: PgType) -> Self {
        Self { kind: ExprKind::Column(position), ty, traits: Traits::default() }
    }

    /// The position of a plain column.
    pub fn as_column(&self) -> Option<usize> {
        match self.kind {
            ExprKind::Column(position) => Some(position),
            _ => None,
        }
    }

    /// Evaluates over `batch`.
    pub(crate) fn eval(&self, cx: &Cx<'_>, batch: &RecordBatch) -> Result<Value, Stop> {
        let rows = batch.num_rows();
        Ok(match &self.kind {
            ExprKind::Const(value) => Value::Scalar(value.clone()),
            ExprKind::Param(n) => Value::Scalar(
                cx.frame
                    .exec
                    .env
                    .params
                    .get(*n)
                    .cloned()
                    .ok_or_else(|| SqlError::internal(format!("parameter ${} has no value", n + 1)))?,
            ),
            ExprKind::Column(position) => Value::Array(batch.column(*position).clone()),
            ExprKind::Outer(id) => Value::Scalar(cx.frame.outer(*id)?),
            ExprKind::Call { proc, args, arg_types } => {
                let args = args.iter().map(|a| a.eval(cx, batch)).collect::<Result<Vec<_>, _>>()?;
                call_values(proc, cx, arg_types, self.ty, &args, rows)?
            }
            ExprKind::And(items) => fold(cx, batch, items, true)?,
            ExprKind::Or(items) => fold(cx, batch, items, false)?,
            ExprKind::Not(input) => match input.eval(cx, batch)? {
                Value::Scalar(Datum::Bool(b)) => Value::Scalar(Datum::Bool(!b)),
                Value::Scalar(_) => Value::Scalar(Datum::Null),
                Value::Array(a) => Value::Array(Arc::new(not(boolean(&a)?).map_err(arrow_error)?)),
            },
            ExprKind::IsNull { input, negated } => match input.eval(cx, batch)? {
                Value::Scalar(v) => {
                    let null = special::is_null(&v);
                    Value::Scalar(Datum::Bool(if *negated { special::is_not_null(&v) } else { null }))
                }
                Value::Array(a) if input.ty.oid.is_row() => special::record_nulls(&a, input.ty, *negated)?,
                Value::Array(a) if *negated => Value::Array(Arc::new(is_not_null(&a).map_err(arrow_error)?)),
                Value::Array(a) => Value::Array(Arc::new(is_null(&a).map_err(arrow_error)?)),
            },
            ExprKind::IsBool { input, value, negated } => {
                let array = array_of(input.eval(cx, batch)?, input.ty, rows)?;
                let array = boolean(&array)?;
                let result: BooleanArray = array.iter().map(|v| Some((v == *value) != *negated)).collect();
                Value::Array(Arc::new(result))
            }
            ExprKind::IsDistinct { equal, left, right, negated } => {
                let (a, b) = (left.eval(cx, batch)?, right.eval(cx, batch)?);
                special::is_distinct(cx, *equal, (&a, left.ty), (&b, right.ty), *negated, rows)?
            }
            ExprKind::Case { arms, otherwise } => self.eval_case(cx, batch, arms, otherwise)?,
            ExprKind::Coalesce(items) => self.eval_coalesce(cx, batch, items)?,
            ExprKind::Subquery(site) => crate::apply::site::eval(site, cx, batch)?,
            ExprKind::Waiting(call) => crate::apply::waiting::eval(call, cx, batch)?,
            ExprKind::ArrayCoerce { input, element } => {
                let input_value = input.eval(cx, batch)?;
                special::array_coerce(cx, &input_value, input.ty, element, self.ty, rows)?
            }
            ExprKind::DomainCheck { input, domain, not_null, checks } => {
                let value = input.eval(cx, batch)?;
                special::domain_check(cx, value, input.ty, domain, *not_null, checks)?
            }
            _ => special::eval(self, cx, batch)?,
        })
    }

    /// Evaluates and spreads a scalar over the rows.
    pub(crate) fn eval_array(&self, cx: &Cx<'_>, batch: &RecordBatch) -> Result<ArrayRef, Stop> {
        Ok(array_of(self.eval(cx, batch)?, self.ty, batch.num_rows())?)
    }

    fn eval_case(
        &self,
        cx: &Cx<'_>,
        batch: &RecordBatch,
        arms: &[(Expr, Expr)],
        otherwise: &Expr,
    ) -> Result<Value, Stop> {
        let mut pieces = Pieces::new(batch.num_rows());
        let mut rest = batch.clone();
        for (condition, result) in arms {
            if rest.num_rows() == 0 {
                break;
            }
            match condition.eval(cx, &rest)? {
                Value::Scalar(Datum::Bool(true)) => {
                    if pieces.is_whole() {
                        return result.eval(cx, batch);
                    }
                    let value = result.eval_array(cx, &rest)?;
                    pieces.add_rest(value);
                    rest = rest.slice(0, 0);
                }
                Value::Scalar(_) => {}
                Value::Array(mask) => {
                    let mask = only_true(boolean(&mask)?);
                    let hits = mask.true_count();
                    if hits == 0 {
                        continue;
                    }
                    let chosen = if hits == rest.num_rows() { rest.clone() } else { filter_rows(&rest, &mask)? };
                    let value = result.eval_array(cx, &chosen)?;
                    rest = filter_rows(&rest, &not(&mask).map_err(arrow_error)?)?;
                    pieces.add(value, &mask);
                }
            }
        }
        if rest.num_rows() > 0 {
            if pieces.is_whole() {
                return otherwise.eval(cx, batch);
            }
            let value = otherwise.eval_array(cx, &rest)?;
            pieces.add_rest(value);
        }
        Ok(Value::Array(pieces.finish(self.ty)?))
    }

    fn eval_coalesce(&self, cx: &Cx<'_>, batch: &RecordBatch, items: &[Expr]) -> Result<Value, Stop> {
        let mut pieces = Pieces::new(batch.num_rows());
        let mut rest = batch.clone();
        for (i, item) in items.iter().enumerate() {
            if rest.num_rows() == 0 {
                break;
            }
            let last = i + 1 == items.len();
            match item.eval(cx, &rest)? {
                Value::Scalar(v) if v.is_null() && !last => {}
                value if pieces.is_whole() && (last || matches!(value, Value::Scalar(_))) => return Ok(value),
                value => {
                    let array = array_of(value, self.ty, rest.num_rows())?;
                    if last || array.null_count() == 0 {
                        pieces.add_rest(array);
                        rest = rest.slice(0, 0);
                        break;
                    }
                    let mask = is_not_null(&array).map_err(arrow_error)?;
                    let found = arrow::compute::filter(&array, &mask).map_err(arrow_error)?;
                    rest = filter_rows(&rest, &not(&mask).map_err(arrow_error)?)?;
                    pieces.add(found, &mask);
                }
            }
        }
        if rest.num_rows() > 0 {
            pieces.add_rest(scalar_to_array(&Datum::Null, self.ty, rest.num_rows())?);
        }
        Ok(Value::Array(pieces.finish(self.ty)?))
    }
}

/// Calls a function over columns; once if all arguments are scalars and it may be called once.
pub(crate) fn call_values(
    proc: &'static Proc,
    cx: &Cx<'_>,
    arg_types: &[PgType],
    result: PgType,
    args: &[Value],
    rows: usize,
) -> SqlResult<Value> {
    let site = Call { context: &cx.frame.exec.env.eval, arg_types, result };
    if proc.volatility != Volatility::Volatile && args.iter().all(|a| matches!(a, Value::Scalar(_))) {
        let values: Vec<Datum> = args
            .iter()
            .map(|a| match a {
                Value::Scalar(v) => v.clone(),
                Value::Array(_) => Datum::Null,
            })
            .collect();
        return call::eval(proc.oid, &site, &values).map(Value::Scalar);
    }
    vector::eval(proc.oid, &site, args, rows).map(Value::Array)
}

/// The value as an array of `rows` rows.
pub(crate) fn array_of(value: Value, ty: PgType, rows: usize) -> SqlResult<ArrayRef> {
    match value {
        Value::Array(array) => Ok(array),
        Value::Scalar(value) => scalar_to_array(&value, ty, rows),
    }
}

/// The value of one row.
pub(crate) fn value_at(value: &Value, ty: PgType, row: usize) -> SqlResult<Datum> {
    match value {
        Value::Scalar(v) => Ok(v.clone()),
        Value::Array(a) => datum_at(a.as_ref(), row, ty),
    }
}

pub(crate) fn boolean(array: &ArrayRef) -> SqlResult<&BooleanArray> {
    array.as_boolean_opt().ok_or_else(|| SqlError::internal("a condition is not boolean"))
}

/// NULL made false.
pub(crate) fn only_true(mask: &BooleanArray) -> BooleanArray {
    if mask.null_count() == 0 { mask.clone() } else { arrow::compute::prep_null_mask_filter(mask) }
}

/// AND (`conjunction`) or OR of `items`, each seeing only rows that are still open if it is guarded.
fn fold(cx: &Cx<'_>, batch: &RecordBatch, items: &[Expr], conjunction: bool) -> Result<Value, Stop> {
    let rows = batch.num_rows();
    let mut result: Option<BooleanArray> = None;
    for item in items {
        let value = match &result {
            // What is decided: false for AND, true for OR.
            Some(so_far) if item.traits.guarded => {
                let open: BooleanArray = so_far.iter().map(|v| Some(v != Some(!conjunction))).collect();
                match open.true_count() {
                    0 => break,
                    n if n == rows => item.eval_array(cx, batch)?,
                    _ => {
                        let value = item.eval_array(cx, &filter_rows(batch, &open)?)?;
                        let mut pieces = Pieces::new(rows);
                        pieces.add(value, &open);
                        pieces.add_rest(scalar_to_array(
                            &Datum::Bool(!conjunction),
                            PgType::BOOL,
                            rows - open.true_count(),
                        )?);
                        pieces.finish(PgType::BOOL)?
                    }
                }
            }
            _ => match item.eval(cx, batch)? {
                Value::Scalar(Datum::Bool(b)) if b == conjunction => continue,
                Value::Scalar(Datum::Bool(_)) => return Ok(Value::Scalar(Datum::Bool(!conjunction))),
                value => array_of(value, PgType::BOOL, rows)?,
            },
        };
        let value = boolean(&value)?;
        result = Some(match result {
            None => value.clone(),
            Some(so_far) if conjunction => and_kleene(&so_far, value).map_err(arrow_error)?,
            Some(so_far) => or_kleene(&so_far, value).map_err(arrow_error)?,
        });
    }
    Ok(result.map_or(Value::Scalar(Datum::Bool(conjunction)), |r| Value::Array(Arc::new(r))))
}

/// A column put together from values that were computed for some of its rows each.
struct Pieces {
    arrays: Vec<ArrayRef>,
    /// Where each row's value is.
    places: Vec<Option<(usize, usize)>>,
    /// Rows without a value, in order.
    open: Vec<usize>,
}

impl Pieces {
    fn new(rows: usize) -> Self {
        Self { arrays: vec![], places: vec![None; rows], open: (0..rows).collect() }
    }

    /// Whether no row has its value yet.
    fn is_whole(&self) -> bool {
        self.arrays.is_empty()
    }

    /// Values of the open rows for which `mask` is true.
    fn add(&mut self, values: ArrayRef, mask: &BooleanArray) {
        let piece = self.arrays.len();
        let (mut left, mut next) = (Vec::new(), 0);
        for (i, &row) in self.open.iter().enumerate() {
            if mask.is_valid(i) && mask.value(i) {
                self.places[row] = Some((piece, next));
                next += 1;
            } else {
                left.push(row);
            }
        }
        self.open = left;
        self.arrays.push(values);
    }

    /// Values of all open rows.
    fn add_rest(&mut self, values: ArrayRef) {
        let piece = self.arrays.len();
        for (i, row) in std::mem::take(&mut self.open).into_iter().enumerate() {
            self.places[row] = Some((piece, i));
        }
        self.arrays.push(values);
    }

    fn finish(self, ty: PgType) -> SqlResult<ArrayRef> {
        if self.places.is_empty() || self.arrays.is_empty() {
            return build_array(ty, std::iter::empty());
        }
        let arrays: Vec<&dyn Array> = self.arrays.iter().map(AsRef::as_ref).collect();
        let places: Vec<(usize, usize)> = self.places.iter().map(|p| p.unwrap_or((0, 0))).collect();
        interleave(&arrays, &places).map_err(arrow_error)
    }
}
