//! Comparisons of more than two scalars: IN, ANY/ALL, rows, IS DISTINCT FROM, arrays.

use std::borrow::Cow;

use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{self, Expr};

use super::Binder;
use super::common_type::common_type;
use super::expr::strip;
use super::scalar::{Typed, and, boolean, constant, not, or, scalar};
use super::typename::{array_type, element_type, format_type, is_true_array};
use super::user_operator::{joined, parted};
use crate::bound::{RowCompareOp, RowPair, Scalar, ScalarKind};
use crate::parse::Pos;

impl Binder<'_> {
    pub fn in_list(&mut self, e: &Expr, list: &[Expr], negated: bool) -> SqlResult<Typed> {
        if let Some(left) = row_items(e) {
            return self.row_in_list(&left, list, negated);
        }
        let left = self.expr(e)?;
        let start = left.pos;
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            items.push(self.expr(item)?);
        }
        let at = items.first().map_or(start, |i| self.before_operand(i.pos, if negated { "not" } else { "in" }));
        let name = if negated { "<>" } else { "=" };
        if self.recorder.is_some() {
            return self.recorded_in_list(name, left, items, at);
        }
        let types = std::iter::once(left.oid()).chain(items.iter().map(Typed::oid));
        if !left.oid().is_row()
            && let Ok(common) = common_type(types.collect::<Vec<_>>().into_iter())
            && (array_type(common).is_some() || items.len() == 1)
        {
            let mut coerced = Vec::with_capacity(items.len());
            for item in items {
                coerced.push(self.to_chosen(item, common, "IN")?);
            }
            let mut coerced = coerced.into_iter();
            let Some(first) = coerced.next() else { return Err(SqlError::internal("IN without items")) };
            let applied = self.apply_operator(name, Some(left), first, at)?;
            let Some(left) = applied.left else { return Err(SqlError::internal("IN without operand")) };
            let goal = applied.right.oid();
            let mut out = vec![applied.right.scalar];
            for item in coerced {
                out.push(self.coerce_type(item, goal, gavel_functions::registry::CastContext::Implicit)?.scalar);
            }
            if out.len() == 1 {
                let args = vec![left.scalar, out.remove(0)];
                return Ok(Typed::new(super::scalar::call(applied.operator.proc, args, PgType::BOOL), start));
            }
            let kind = ScalarKind::InList {
                function: applied.operator.proc,
                left: Box::new(left.scalar),
                items: out,
                all: negated,
            };
            return Ok(Typed::new(boolean(kind), start));
        }
        // Without a common type each item is compared by an operator of its own.
        let mut terms = Vec::with_capacity(items.len());
        for item in items {
            terms.push(self.comparison(name, left.clone(), item, at)?.scalar);
        }
        Ok(Typed::new(if negated { and(terms) } else { or(terms) }, start))
    }

    /// IN as PostgreSQL keeps it: an array of the items that mention no column of the query, if there are several, and
    /// a comparison with each of the others.
    fn recorded_in_list(&mut self, name: &str, left: Typed, items: Vec<Typed>, at: Pos) -> SqlResult<Typed> {
        let (start, negated) = (left.pos, name == "<>");
        let (variable, constant): (Vec<_>, Vec<_>) = items.iter().cloned().partition(|i| self.mentions_own(&i.scalar));
        let types: Vec<Oid> = std::iter::once(left.oid()).chain(constant.iter().map(Typed::oid)).collect();
        let common = common_type(types.into_iter()).ok().filter(|c| *c != Oid::RECORD && constant.len() > 1);
        let mut out: Option<Scalar> = None;
        let mut rest = items;
        if let Some((common, array)) = common.and_then(|c| Some((c, array_type(c)?))) {
            let mut elements = Vec::with_capacity(constant.len());
            for item in constant {
                elements.push(self.to_chosen(item, common, "IN")?.scalar);
            }
            let list = Typed::new(scalar(ScalarKind::Array { items: elements }, PgType::new(array)), at);
            out = Some(self.with_array(left.clone(), name, list, negated, at)?.scalar);
            rest = variable;
        }
        for item in rest {
            let next = self.comparison(name, left.clone(), item, at)?.scalar;
            out = Some(match out {
                Some(before) if negated => and(vec![before, next]),
                Some(before) => or(vec![before, next]),
                None => next,
            });
        }
        out.map(|s| Typed::new(s, start)).ok_or_else(|| SqlError::internal("IN without items"))
    }

    fn mentions_own(&self, value: &Scalar) -> bool {
        let mut own = false;
        super::walk::columns(value, &mut |id| {
            own |= self.levels.last().is_some_and(|l| l.items.iter().any(|i| i.slot_of(id).is_some()));
        });
        own
    }

    fn row_in_list(&mut self, left: &[Cow<'_, Expr>], list: &[Expr], negated: bool) -> SqlResult<Typed> {
        let left = self.items(left)?;
        let start = left.first().map(|l| l.pos).unwrap_or_default();
        // A query tree has NOT IN as PostgreSQL keeps it.
        let outside = negated && self.recorder.is_some();
        let name = if outside { "<>" } else { "=" };
        let mut terms = Vec::with_capacity(list.len());
        for item in list {
            let Some(right) = row_items(item) else {
                let right = self.expr(item)?;
                let row = self.row_value(left.clone(), start)?;
                terms.push(self.comparison(name, row, right, start)?.scalar);
                continue;
            };
            let right = self.items(&right)?;
            let at = right.first().map(|r| r.pos).unwrap_or_default();
            terms.push(self.rows(name, left.clone(), right, self.before_operand(at, "("))?);
        }
        let out = match terms.len() {
            // Each pair of terms is a node of its own.
            3.. if self.recorder.is_some() => {
                let join = |a, b| if outside { and(vec![a, b]) } else { or(vec![a, b]) };
                terms.into_iter().reduce(join).unwrap_or_else(|| super::scalar::truth(false))
            }
            _ if outside => and(terms),
            _ => or(terms),
        };
        Ok(Typed::new(if negated && !outside { not(out) } else { out }, start))
    }

    /// The values of the items of a row.
    pub fn items(&mut self, items: &[Cow<'_, Expr>]) -> SqlResult<Vec<Typed>> {
        let mut out = Vec::with_capacity(items.len());
        for e in items {
            self.listed(e, &mut out)?;
        }
        Ok(out)
    }

    fn row_value(&mut self, items: Vec<Typed>, pos: Pos) -> SqlResult<Typed> {
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            out.push(self.settle(item)?.scalar);
        }
        Ok(Typed::new(scalar(ScalarKind::Row(out), PgType::new(Oid::RECORD)), pos))
    }

    /// `(a, b)` as a value.
    pub fn row(&mut self, items: &[Expr]) -> SqlResult<Typed> {
        let items: Vec<Cow<'_, Expr>> = items.iter().map(Cow::Borrowed).collect();
        let items = self.items(&items)?;
        let pos = items.first().map(|i| i.pos).unwrap_or_default();
        self.row_value(items, pos)
    }

    /// `left op right` where a side is a row; `None` if neither is.
    pub fn row_operation(&mut self, name: &str, left: &Expr, right: &Expr) -> SqlResult<Option<Typed>> {
        match (row_items(left), strip(right)) {
            (Some(l), r) if row_items(r).is_some() => {
                let Some(r) = row_items(r) else { return Ok(None) };
                if !matches!(parted(name).1, "=" | "<>" | "<" | "<=" | ">" | ">=") {
                    return Ok(None);
                }
                let l = self.items(&l)?;
                let r = self.items(&r)?;
                let start = l.first().map(|l| l.pos).unwrap_or_default();
                let at = r.first().map_or(start, |r| self.before_operand(r.pos, name));
                self.rows(name, l, r, at).map(|s| Some(Typed::new(s, start)))
            }
            (Some(l), Expr::Subquery(query)) => {
                let l = self.items(&l)?;
                self.row_against_subquery(name, l, query).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Compares two rows of expressions.
    pub fn rows(&mut self, name: &str, left: Vec<Typed>, right: Vec<Typed>, at: Pos) -> SqlResult<Scalar> {
        if left.len() != right.len() {
            let error = SqlError::new(SqlState::SyntaxError, "unequal number of entries in row expressions");
            return Err(self.error_at(error, at));
        }
        if left.is_empty() {
            return Err(self.error_at(SqlError::unsupported("cannot compare rows of zero length"), at));
        }
        let (schema, symbol) = parted(name);
        let beside = |symbol: &str| schema.map_or_else(|| symbol.to_owned(), |schema| joined(schema, symbol));
        match symbol {
            "=" | "<>" => {
                let mut terms = Vec::with_capacity(left.len());
                for (l, r) in left.into_iter().zip(right) {
                    let term = self.comparison(name, l, r, at)?;
                    terms.push(self.coerce_boolean(term, "row comparison operator")?);
                }
                Ok(if symbol == "=" { and(terms) } else { or(terms) })
            }
            _ => {
                let (op, order) = match symbol {
                    "<" => (RowCompareOp::Lt, "<"),
                    "<=" => (RowCompareOp::Le, "<"),
                    ">" => (RowCompareOp::Gt, ">"),
                    ">=" => (RowCompareOp::Ge, ">"),
                    _ => {
                        let text = format!("could not determine interpretation of row comparison operator {symbol}");
                        return Err(self.error_at(SqlError::unsupported(text), at));
                    }
                };
                let (equality, order) = (beside("="), beside(order));
                let mut pairs = Vec::with_capacity(left.len());
                for (l, r) in left.into_iter().zip(right) {
                    let equal = self.apply_operator(&equality, Some(l), r, at)?;
                    let (Some(l), r) = (equal.left, equal.right) else {
                        return Err(SqlError::internal("a comparison without operands"));
                    };
                    let ordered = self.apply_operator(&order, Some(l), r, at)?;
                    let (Some(l), r) = (ordered.left, ordered.right) else {
                        return Err(SqlError::internal("a comparison without operands"));
                    };
                    let (order, equal) = (ordered.operator.proc, equal.operator.proc);
                    pairs.push(RowPair { left: l.scalar, right: r.scalar, order, equal });
                }
                Ok(boolean(ScalarKind::RowCompare { op, pairs }))
            }
        }
    }

    pub fn is_distinct(&mut self, left: &Expr, right: &Expr, negated: bool) -> SqlResult<Typed> {
        if let (Some(l), Some(r)) = (row_items(left), row_items(right)) {
            let (l, r) = (self.items(&l)?, self.items(&r)?);
            let start = l.first().map(|l| l.pos).unwrap_or_default();
            if l.len() != r.len() {
                let error = SqlError::new(SqlState::SyntaxError, "unequal number of entries in row expressions");
                return Err(self.error_at(error, start));
            }
            let mut terms = Vec::with_capacity(l.len());
            for (l, r) in l.into_iter().zip(r) {
                terms.push(self.distinct_pair(l, r, negated)?);
            }
            return Ok(Typed::new(if negated { and(terms) } else { or(terms) }, start));
        }
        // A comparison with a NULL literal is IS [NOT] NULL.
        let is_null = |e: &Expr| matches!(strip(e), Expr::Value(v) if v.value == ast::Value::Null);
        if is_null(left) || is_null(right) {
            let value = self.expr(if is_null(right) { left } else { right })?;
            let value = self.settle(value)?;
            let pos = value.pos;
            // A row of NULLs IS NULL, and is not the same as NULL.
            if value.oid().is_row() {
                let null = Typed::new(constant(Datum::Null, value.ty()), pos);
                return Ok(Typed::new(self.distinct_pair(value, null, negated)?, pos));
            }
            let kind = ScalarKind::IsNull { input: Box::new(value.scalar), negated: !negated };
            return Ok(Typed::new(boolean(kind), pos));
        }
        let left = self.expr(left)?;
        let right = self.expr(right)?;
        let pos = left.pos;
        Ok(Typed::new(self.distinct_pair(left, right, negated)?, pos))
    }

    fn distinct_pair(&mut self, left: Typed, right: Typed, negated: bool) -> SqlResult<Scalar> {
        let at = self.before_operand(right.pos, "is");
        let applied = self.apply_operator("=", Some(left), right, at)?;
        if applied.result.oid != Oid::BOOL {
            let error =
                SqlError::new(SqlState::DatatypeMismatch, "IS DISTINCT FROM requires = operator to yield boolean");
            return Err(self.error_at(error, at));
        }
        let Some(left) = applied.left else { return Err(SqlError::internal("a comparison without operands")) };
        Ok(boolean(ScalarKind::IsDistinct {
            equal: applied.operator.proc,
            left: Box::new(left.scalar),
            right: Box::new(applied.right.scalar),
            negated,
        }))
    }

    pub fn quantified(&mut self, left: &Expr, op: &ast::BinaryOperator, right: &Expr, all: bool) -> SqlResult<Typed> {
        let name = self.operator_name(op)?;
        self.quantified_named(left, &name, right, all)
    }

    /// `left op ANY/ALL (array or query)`.
    pub fn quantified_named(&mut self, left: &Expr, name: &str, right: &Expr, all: bool) -> SqlResult<Typed> {
        let right = strip(right);
        if let Expr::Subquery(query) = right {
            return self.quantified_subquery(left, name, query, all, name);
        }
        let left = self.expr(left)?;
        let right = self.expr(right)?;
        let at = self.before_operand(right.pos, name);
        self.with_array(left, name, right, all, at)
    }

    /// `left op ANY/ALL (array)`.
    fn with_array(&mut self, left: Typed, name: &str, right: Typed, all: bool, at: Pos) -> SqlResult<Typed> {
        let start = left.pos;
        let right = match right.oid() {
            // An untyped array takes the left side's type.
            Oid::UNKNOWN => {
                let array = array_type(if left.is_unknown() { Oid::TEXT } else { left.oid() }).unwrap_or(Oid::ANYARRAY);
                self.resolve_unknown(right, PgType::new(array))?
            }
            _ => right,
        };
        let element = match right.oid() {
            Oid::INT2VECTOR => Some(Oid::INT2),
            Oid::OIDVECTOR => Some(Oid::OID),
            other => element_type(other),
        };
        let Some(element) = element else {
            let error = SqlError::new(SqlState::WrongObjectType, "op ANY/ALL (array) requires array on right side");
            return Err(self.error_at(error, at));
        };
        // The operator is chosen as for one element; the array is then cast to what it takes.
        let stand_in = Typed::new(
            super::scalar::column(crate::bound::ColumnId(u32::MAX), PgType::with_typmod(element, right.ty().typmod)),
            right.pos,
        );
        let applied = self.apply_operator(name, Some(left), stand_in, at)?;
        if applied.result.oid != Oid::BOOL {
            let error =
                SqlError::new(SqlState::WrongObjectType, "op ANY/ALL (array) requires operator to yield boolean");
            return Err(self.error_at(error, at));
        }
        let goal = applied.right.oid();
        let array = if goal == element {
            right.scalar
        } else {
            let Some(array) = array_type(goal) else {
                let text = format!("could not find array type for data type {}", format_type(PgType::new(goal)));
                return Err(self.error_at(SqlError::new(SqlState::UndefinedObject, text), at));
            };
            self.coerce_type(right, array, gavel_functions::registry::CastContext::Implicit)?.scalar
        };
        let Some(left) = applied.left else { return Err(SqlError::internal("a comparison without operands")) };
        let function = applied.operator.proc;
        let left = Box::new(left.scalar);
        let kind = match array {
            Scalar { kind: ScalarKind::Array { items }, ty }
                if self.recorder.is_none() && items.iter().all(|i| Some(i.ty.oid) == element_type(ty.oid)) =>
            {
                ScalarKind::InList { function, left, items, all }
            }
            array => ScalarKind::AnyArray { function, left, array: Box::new(array), all },
        };
        Ok(Typed::new(boolean(kind), start))
    }

    /// `ARRAY[…]`, whose items are of `element` if a cast around it says so.
    pub fn array(&mut self, elements: &[Expr], element: Option<PgType>) -> SqlResult<Typed> {
        let mut values = Vec::with_capacity(elements.len());
        let mut nested = false;
        for e in elements {
            let value = match strip(e) {
                Expr::Array(inner) => {
                    nested = true;
                    self.array(&inner.elem, element)?
                }
                _ => self.expr(e)?,
            };
            nested |= is_true_array(value.oid());
            values.push(value);
        }
        let pos = values.first().map_or(Pos::NONE, |v| self.before_operand(v.pos, "["));
        if let Some(element) = element {
            let Some(array) = array_type(element.oid) else {
                return Err(SqlError::internal("an array type without element"));
            };
            let mut items = Vec::with_capacity(values.len());
            for value in values {
                // Beside an array a literal is one, too.
                let goal = if nested { PgType::with_typmod(array, element.typmod) } else { element };
                let at = value.pos;
                items.push(self.explicit_cast(value, goal, at)?.scalar);
            }
            return Ok(Typed::new(
                scalar(ScalarKind::Array { items }, PgType::with_typmod(array, element.typmod)),
                pos,
            ));
        }
        if values.is_empty() {
            let error = SqlError::new(SqlState::IndeterminateDatatype, "cannot determine type of empty array")
                .hint("Explicitly cast to the desired type, for example ARRAY[]::integer[].");
            return Err(self.error_at(error, pos));
        }
        let (items, ty) = self.to_common(values, "ARRAY")?;
        let array = if nested && is_true_array(ty.oid) { Some(ty.oid) } else { array_type(ty.oid) };
        let Some(array) = array else {
            let text = format!("could not find array type for data type {}", format_type(ty));
            return Err(self.error_at(SqlError::new(SqlState::UndefinedObject, text), pos));
        };
        Ok(Typed::new(scalar(ScalarKind::Array { items }, PgType::new(array)), pos))
    }
}

/// The items of `(a, b)` or `ROW(a, b)`.
pub fn row_items(e: &Expr) -> Option<Vec<Cow<'_, Expr>>> {
    match strip(e) {
        Expr::Tuple(items) => Some(items.iter().map(Cow::Borrowed).collect()),
        Expr::Function(f) => {
            let [ast::ObjectNamePart::Identifier(name)] = f.name.0.as_slice() else { return None };
            if name.quote_style.is_some() || !name.value.eq_ignore_ascii_case("row") {
                return None;
            }
            let ast::FunctionArguments::List(list) = &f.args else { return None };
            list.args
                .iter()
                .map(|a| match a {
                    ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) => Some(Cow::Borrowed(e)),
                    ast::FunctionArg::Unnamed(ast::FunctionArgExpr::QualifiedWildcard(name)) => {
                        Some(Cow::Owned(Expr::QualifiedWildcard(name.clone(), AttachedToken::empty())))
                    }
                    _ => None,
                })
                .collect()
        }
        _ => None,
    }
}
