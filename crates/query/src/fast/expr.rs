//! A bound scalar compiled for one row of values at a time: no Arrow, no planner. What the write stage
//! checks constraints with, and what direct paths compute with.
//!
//! Columns become slots of a row when the expression is compiled, functions are resolved once. What
//! needs a plan (subqueries) or is rare does not compile: the caller then goes through the executor.

use crate::apply::waiting;
use crate::exec::special::{self, At};
use gavel_binder::bound::{ColumnId, DomainName, Index, RowCompareOp, Scalar, ScalarKind};
use gavel_functions::call::{self, Call, EvalContext, Implementation};
use gavel_functions::compare::compare;
use gavel_types::{ArrayValue, Datum, Oid, PgType, SqlError, SqlResult, SqlState, text_io};
use std::cmp::Ordering;
use std::sync::Arc;

/// `nextval(regclass)`.
const NEXTVAL: Oid = Oid(1574);

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct RowExpr {
    node: Node,
    ty: PgType,
}

#[derive(Clone, Debug)]
enum Node {
    Const(Datum),
    Slot(usize),
    Param(usize),
    Call {
        function: Implementation,
        args: Vec<RowExpr>,
        types: Vec<PgType>,
    },
    ViaIo(Box<RowExpr>),
    /// The element is over a row of it alone.
    ArrayCoerce {
        input: Box<RowExpr>,
        element: Box<RowExpr>,
    },
    /// Checks are over a row of the value alone.
    DomainCheck {
        input: Box<RowExpr>,
        domain: DomainName,
        not_null: bool,
        checks: Vec<(String, RowExpr)>,
    },
    And(Vec<RowExpr>),
    Or(Vec<RowExpr>),
    Not(Box<RowExpr>),
    IsNull(Box<RowExpr>, bool),
    IsBool(Box<RowExpr>, Option<bool>, bool),
    IsDistinct {
        equal: Implementation,
        types: Vec<PgType>,
        sides: Box<[RowExpr; 2]>,
        negated: bool,
    },
    Case {
        arms: Vec<(RowExpr, RowExpr)>,
        otherwise: Box<RowExpr>,
    },
    Coalesce(Vec<RowExpr>),
    MinMax {
        greatest: bool,
        args: Vec<RowExpr>,
    },
    InList {
        function: Implementation,
        left: Box<RowExpr>,
        items: Vec<RowExpr>,
        all: bool,
    },
    AnyArray {
        function: Implementation,
        left: Box<RowExpr>,
        array: Box<RowExpr>,
        all: bool,
    },
    Array(Vec<RowExpr>),
    Row(Vec<RowExpr>),
    Field(Box<RowExpr>, usize, PgType),
    FieldCount(Box<RowExpr>, usize),
    Subscript(Box<RowExpr>, Vec<Subscript>),
    RowCompare {
        op: RowCompareOp,
        pairs: Vec<Pair>,
    },
}

#[derive(Clone, Debug)]
enum Subscript {
    Element(RowExpr),
    Slice(Option<RowExpr>, Option<RowExpr>),
}

#[derive(Clone, Debug)]
struct Pair {
    sides: [RowExpr; 2],
    types: Vec<PgType>,
    order: Implementation,
    equal: Implementation,
}

/// What an expression is evaluated over.
#[derive(Clone, Copy)]
pub struct RowContext<'a> {
    pub eval: &'a EvalContext,
    pub row: &'a [Datum],
    pub params: &'a [Datum],
}

impl RowExpr {
    /// Compiles `scalar`; `slot` says where a column stands in the row. `None` if it holds something
    /// that has no row form, or a column that `slot` does not know.
    pub fn compile(scalar: &Scalar, slot: &dyn Fn(ColumnId) -> Option<usize>) -> Option<Self> {
        let one = |s: &Scalar| Self::compile(s, slot);
        let boxed = |s: &Scalar| Self::compile(s, slot).map(Box::new);
        let many = |s: &[Scalar]| s.iter().map(one).collect::<Option<Vec<_>>>();
        let node = match &scalar.kind {
            ScalarKind::Const(v) => Node::Const(v.clone()),
            ScalarKind::Param(n) => Node::Param(*n),
            ScalarKind::Column(id) => Node::Slot(slot(*id)?),
            ScalarKind::Call { function, .. } if waiting::kind(*function).is_some() => return None,
            ScalarKind::Call { function, args } => Node::Call {
                function: call::resolve(*function).ok()?,
                types: args.iter().map(|a| a.ty).collect(),
                args: many(args)?,
            },
            ScalarKind::CoerceViaIo { input } => Node::ViaIo(boxed(input)?),
            ScalarKind::Relabel { input } => return Some(Self { node: one(input)?.node, ty: scalar.ty }),
            ScalarKind::ArrayCoerce { input, item, element } => Node::ArrayCoerce {
                input: boxed(input)?,
                element: Box::new(Self::compile(element, &|id| (id == *item).then_some(0))?),
            },
            ScalarKind::DomainCheck { input, item, domain, not_null, checks } => {
                let alone = |id: ColumnId| (id == *item).then_some(0);
                let check = |(name, check): &(String, Scalar)| Some((name.clone(), Self::compile(check, &alone)?));
                Node::DomainCheck {
                    input: boxed(input)?,
                    domain: domain.clone(),
                    not_null: *not_null,
                    checks: checks.iter().map(check).collect::<Option<_>>()?,
                }
            }
            ScalarKind::And(args) => Node::And(many(args)?),
            ScalarKind::Or(args) => Node::Or(many(args)?),
            ScalarKind::Not(arg) => Node::Not(boxed(arg)?),
            ScalarKind::IsNull { input, negated } => Node::IsNull(boxed(input)?, *negated),
            ScalarKind::IsBool { input, value, negated } => Node::IsBool(boxed(input)?, *value, *negated),
            ScalarKind::IsDistinct { equal, left, right, negated } => Node::IsDistinct {
                equal: call::resolve(*equal).ok()?,
                types: vec![left.ty, right.ty],
                sides: Box::new([one(left)?, one(right)?]),
                negated: *negated,
            },
            ScalarKind::Case { arms, otherwise } => Node::Case {
                arms: arms.iter().map(|(c, v)| Some((one(c)?, one(v)?))).collect::<Option<_>>()?,
                otherwise: boxed(otherwise)?,
            },
            ScalarKind::Coalesce(args) => Node::Coalesce(many(args)?),
            ScalarKind::MinMax { greatest, args } => Node::MinMax { greatest: *greatest, args: many(args)? },
            ScalarKind::InList { function, left, items, all } => Node::InList {
                function: call::resolve(*function).ok()?,
                left: boxed(left)?,
                items: many(items)?,
                all: *all,
            },
            ScalarKind::AnyArray { function, left, array, all } => Node::AnyArray {
                function: call::resolve(*function).ok()?,
                left: boxed(left)?,
                array: boxed(array)?,
                all: *all,
            },
            ScalarKind::Array { items } => Node::Array(many(items)?),
            ScalarKind::Row(items) => Node::Row(many(items)?),
            ScalarKind::Field { input, index } => Node::Field(boxed(input)?, *index, scalar.ty),
            ScalarKind::FieldCount { input, count } => Node::FieldCount(boxed(input)?, *count),
            ScalarKind::RowCompare { op, pairs } => Node::RowCompare {
                op: *op,
                pairs: pairs
                    .iter()
                    .map(|p| {
                        Some(Pair {
                            sides: [one(&p.left)?, one(&p.right)?],
                            types: vec![p.left.ty, p.right.ty],
                            order: call::resolve(p.order).ok()?,
                            equal: call::resolve(p.equal).ok()?,
                        })
                    })
                    .collect::<Option<_>>()?,
            },
            ScalarKind::NextVal { sequence, identity } => {
                let mut args = vec![Self::constant(Datum::Oid(sequence.0), PgType::REGCLASS)];
                // No call in SQL has a second one.
                args.extend(identity.then(|| Self::constant(Datum::Bool(true), PgType::BOOL)));
                let types = args.iter().map(|a| a.ty).collect();
                Node::Call { function: call::resolve(NEXTVAL).ok()?, types, args }
            }
            ScalarKind::Subscript { input, indices } => {
                let side = |s: &Option<Scalar>| match s {
                    Some(s) => one(s).map(Some),
                    None => Some(None),
                };
                let subscript = |index: &Index| {
                    Some(match index {
                        Index::Element(s) => Subscript::Element(one(s)?),
                        Index::Slice(low, high) => Subscript::Slice(side(low)?, side(high)?),
                    })
                };
                Node::Subscript(boxed(input)?, indices.iter().map(subscript).collect::<Option<_>>()?)
            }
            ScalarKind::SubscriptAssign { .. }
            | ScalarKind::Subquery(_)
            | ScalarKind::Form { .. }
            | ScalarKind::Default => return None,
        };
        Some(Self { node, ty: scalar.ty })
    }

    /// A constant.
    pub fn constant(value: Datum, ty: PgType) -> Self {
        Self { node: Node::Const(value), ty }
    }

    pub fn ty(&self) -> PgType {
        self.ty
    }

    /// The slot, if that is all it is.
    pub fn as_slot(&self) -> Option<usize> {
        match self.node {
            Node::Slot(n) => Some(n),
            _ => None,
        }
    }

    /// The value for one row.
    ///
    /// # Errors
    /// What the functions in it raise.
    pub fn eval(&self, cx: &RowContext<'_>) -> SqlResult<Datum> {
        match &self.node {
            Node::Const(v) => Ok(v.clone()),
            Node::Slot(n) => cx.row.get(*n).cloned().ok_or_else(|| SqlError::internal("row is shorter than its shape")),
            Node::Param(n) => cx.params.get(*n).cloned().ok_or_else(|| {
                SqlError::new(SqlState::UndefinedParameter, format!("there is no parameter ${}", n + 1))
            }),
            Node::Call { function, args, types } => {
                let call = Call { context: cx.eval, arg_types: types, result: self.ty };
                match args.as_slice() {
                    [a] => function.call(&call, &[a.eval(cx)?]),
                    [a, b] => function.call(&call, &[a.eval(cx)?, b.eval(cx)?]),
                    _ => function.call(&call, &args.iter().map(|a| a.eval(cx)).collect::<SqlResult<Vec<_>>>()?),
                }
            }
            Node::ViaIo(input) => via_io(&input.eval(cx)?, input.ty, self.ty, cx.eval),
            Node::ArrayCoerce { input, element } => {
                let Datum::Array(array) = input.eval(cx)? else { return Ok(Datum::Null) };
                let one = |v: &Datum| element.eval(&RowContext { row: std::slice::from_ref(v), ..*cx });
                let values = array.values.iter().map(one).collect::<SqlResult<_>>()?;
                let to = self.ty.oid.element().unwrap_or(Oid::TEXT);
                Ok(Datum::Array(Arc::new(ArrayValue { element: to, dims: array.dims.clone(), values })))
            }
            Node::DomainCheck { input, domain, not_null, checks } => {
                let value = input.eval(cx)?;
                if *not_null && value.is_null() {
                    return Err(special::no_null(domain));
                }
                let row = [value];
                for (name, check) in checks {
                    if check.eval(&RowContext { row: &row, ..*cx })? == Datum::Bool(false) {
                        return Err(special::violated(domain, name));
                    }
                }
                let [value] = row;
                Ok(value)
            }
            Node::And(args) => connect(args, false, cx),
            Node::Or(args) => connect(args, true, cx),
            Node::Not(arg) => Ok(match arg.eval(cx)? {
                Datum::Bool(b) => Datum::Bool(!b),
                _ => Datum::Null,
            }),
            Node::IsNull(arg, negated) => Ok(Datum::Bool(is_null(&arg.eval(cx)?, *negated))),
            Node::IsBool(arg, value, negated) => {
                let found = match arg.eval(cx)? {
                    Datum::Bool(b) => Some(b),
                    _ => None,
                };
                Ok(Datum::Bool((found == *value) != *negated))
            }
            Node::IsDistinct { equal, types, sides, negated } => {
                let [l, r] = [sides[0].eval(cx)?, sides[1].eval(cx)?];
                let distinct = match (l.is_null(), r.is_null()) {
                    (true, true) => false,
                    (true, false) | (false, true) => true,
                    (false, false) => !is_true(&test(equal, types, cx.eval, [l, r])?),
                };
                Ok(Datum::Bool(distinct != *negated))
            }
            Node::Case { arms, otherwise } => {
                for (condition, value) in arms {
                    if is_true(&condition.eval(cx)?) {
                        return value.eval(cx);
                    }
                }
                otherwise.eval(cx)
            }
            Node::Coalesce(args) => {
                for arg in args {
                    let value = arg.eval(cx)?;
                    if !value.is_null() {
                        return Ok(value);
                    }
                }
                Ok(Datum::Null)
            }
            Node::MinMax { greatest, args } => {
                let wanted = if *greatest { Ordering::Greater } else { Ordering::Less };
                let mut best = Datum::Null;
                for arg in args {
                    let value = arg.eval(cx)?;
                    if !value.is_null() && (best.is_null() || compare(&value, &best, self.ty) == wanted) {
                        best = value;
                    }
                }
                Ok(best)
            }
            Node::InList { function, left, items, all } => {
                let value = left.eval(cx)?;
                let mut items = items.iter().map(|i| Ok((i.eval(cx)?, i.ty)));
                quantified(function, &value, left.ty, &mut items, *all, cx.eval)
            }
            Node::AnyArray { function, left, array, all } => {
                let value = left.eval(cx)?;
                match array.eval(cx)? {
                    Datum::Array(a) => {
                        let ty = PgType::new(a.element);
                        let mut items = a.values.iter().map(|v| Ok((v.clone(), ty)));
                        quantified(function, &value, left.ty, &mut items, *all, cx.eval)
                    }
                    _ => Ok(Datum::Null),
                }
            }
            Node::Array(items) => {
                let values = items.iter().map(|i| i.eval(cx)).collect::<SqlResult<Vec<_>>>()?;
                array(self.ty, values)
            }
            Node::Row(items) => {
                let fields = items.iter().map(|i| Ok((i.ty.oid, i.eval(cx)?))).collect::<SqlResult<Vec<_>>>()?;
                Ok(Datum::Record(fields.into()))
            }
            Node::Field(input, index, ty) => special::field_of(&input.eval(cx)?, *index, *ty),
            Node::FieldCount(input, count) => special::require_fields(input.eval(cx)?, *count),
            Node::Subscript(input, subscripts) => {
                let value = input.eval(cx)?;
                let at = subscripts.iter().map(|s| s.eval(cx)).collect::<SqlResult<Option<Vec<At>>>>()?;
                Ok(at.map_or(Datum::Null, |at| special::find_at(&value, &at)))
            }
            Node::RowCompare { op, pairs } => {
                for pair in pairs {
                    let values = [pair.sides[0].eval(cx)?, pair.sides[1].eval(cx)?];
                    match test(&pair.equal, &pair.types, cx.eval, values.clone())? {
                        Datum::Bool(true) => {}
                        Datum::Bool(false) => return test(&pair.order, &pair.types, cx.eval, values),
                        _ => return Ok(Datum::Null),
                    }
                }
                Ok(Datum::Bool(matches!(op, RowCompareOp::Le | RowCompareOp::Ge)))
            }
        }
    }

    /// Whether the value is TRUE (not NULL).
    ///
    /// # Errors
    /// As [`Self::eval`].
    pub fn is_true(&self, cx: &RowContext<'_>) -> SqlResult<bool> {
        Ok(is_true(&self.eval(cx)?))
    }
}

impl Subscript {
    /// `None` if it is NULL.
    fn eval(&self, cx: &RowContext<'_>) -> SqlResult<Option<At>> {
        let number = |e: &RowExpr| -> SqlResult<Option<i64>> { Ok(special::position(&e.eval(cx)?)) };
        // Of a side that is given NULL is not the same as none.
        let side = |e: &Option<RowExpr>| -> SqlResult<Option<Option<i64>>> {
            match e {
                Some(e) => Ok(number(e)?.map(Some)),
                None => Ok(Some(None)),
            }
        };
        Ok(match self {
            Self::Element(e) => number(e)?.map(At::Element),
            Self::Slice(low, high) => match (side(low)?, side(high)?) {
                (Some(low), Some(high)) => Some(At::Slice(low, high)),
                _ => None,
            },
        })
    }
}

fn is_true(v: &Datum) -> bool {
    matches!(v, Datum::Bool(true))
}

/// `IS [NOT] NULL`; of a record, it asks all fields.
fn is_null(v: &Datum, negated: bool) -> bool {
    match v {
        Datum::Record(fields) => fields.iter().all(|f| f.1.is_null() != negated),
        v => v.is_null() != negated,
    }
}

fn test(f: &Implementation, types: &[PgType], eval: &EvalContext, args: [Datum; 2]) -> SqlResult<Datum> {
    f.call(&Call { context: eval, arg_types: types, result: PgType::BOOL }, &args)
}

/// AND (`absorbing` false) and OR (`absorbing` true) with NULLs.
fn connect(args: &[RowExpr], absorbing: bool, cx: &RowContext<'_>) -> SqlResult<Datum> {
    let mut unknown = false;
    for arg in args {
        match arg.eval(cx)? {
            Datum::Bool(b) if b == absorbing => return Ok(Datum::Bool(absorbing)),
            Datum::Bool(_) => {}
            _ => unknown = true,
        }
    }
    Ok(if unknown { Datum::Null } else { Datum::Bool(!absorbing) })
}

fn quantified(
    function: &Implementation,
    left: &Datum,
    left_type: PgType,
    items: &mut dyn Iterator<Item = SqlResult<(Datum, PgType)>>,
    all: bool,
    eval: &EvalContext,
) -> SqlResult<Datum> {
    let mut unknown = false;
    for item in items {
        let (value, ty) = item?;
        match test(function, &[left_type, ty], eval, [left.clone(), value])? {
            Datum::Bool(b) if b != all => return Ok(Datum::Bool(b)),
            Datum::Bool(_) => {}
            _ => unknown = true,
        }
    }
    Ok(if unknown { Datum::Null } else { Datum::Bool(all) })
}

/// Through the text forms of two types.
pub fn via_io(value: &Datum, from: PgType, to: PgType, eval: &EvalContext) -> SqlResult<Datum> {
    if value.is_null() {
        return Ok(Datum::Null);
    }
    let mut text = String::new();
    text_io::write(value, from, &eval.style, &mut text);
    text_io::parse(&text, to, &eval.style)
}

fn array(ty: PgType, values: Vec<Datum>) -> SqlResult<Datum> {
    let element = ty.oid.element().unwrap_or(Oid::TEXT);
    let Some(Datum::Array(first)) = values.iter().find(|v| matches!(v, Datum::Array(_))) else {
        return Ok(Datum::Array(Arc::new(ArrayValue::of_type(ty.oid, element, values))));
    };
    let mut dims = vec![(i32::try_from(values.len()).unwrap_or(i32::MAX), 1)];
    dims.extend(first.dims.iter().copied());
    let mut all = Vec::new();
    for value in &values {
        match value {
            Datum::Array(a) if a.dims == first.dims => all.extend(a.values.iter().cloned()),
            _ => {
                return Err(SqlError::new(
                    SqlState::ArraySubscriptError,
                    "multidimensional arrays must have array expressions with matching dimensions",
                ));
            }
        }
    }
    Ok(Datum::Array(Arc::new(ArrayValue { element: first.element, dims, values: all })))
}
