//! Expressions: one arm a syntax node. Each gives a typed scalar; what needs more than a few lines is in
//! a module of its own.

use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, Expr};

use super::Binder;
use super::clause::Clause;
use super::name::fold;
use super::scalar::{Typed, and, boolean, constant, not, null, or, scalar};
use super::typename::interval_literal_type;
use super::user_operator::{joined, parted};
use crate::bound::{Scalar, ScalarKind};
use crate::parse::{Pos, string_value};
use crate::query_tree::Form;

/// Deepest nesting of expressions that is bound.
const MAX_EXPRESSION_DEPTH: usize = 400;

impl Binder<'_> {
    /// Binds an expression in the current clause.
    pub fn expr(&mut self, e: &Expr) -> SqlResult<Typed> {
        self.depth += 1;
        if self.depth > MAX_EXPRESSION_DEPTH {
            self.depth -= 1;
            return Err(SqlError::new(SqlState::StatementTooComplex, "stack depth limit exceeded"));
        }
        let out = self.expr_inner(e);
        self.depth -= 1;
        out
    }

    fn expr_inner(&mut self, e: &Expr) -> SqlResult<Typed> {
        match e {
            Expr::Identifier(ident) => self.identifier(ident),
            Expr::CompoundIdentifier(parts) => self.compound_identifier(parts),
            Expr::Value(value) => self.literal(value),
            Expr::Nested(inner) => self.expr(inner),
            Expr::BinaryOp { .. } => self.binary(e),
            Expr::UnaryOp { op, expr } => self.unary(*op, expr),
            Expr::Function(f) => self.function(f),
            Expr::Cast { kind, expr, data_type, .. } => self.cast(kind, expr, data_type),
            Expr::IsNull(inner) => self.is_null(inner, false),
            Expr::IsNotNull(inner) => self.is_null(inner, true),
            Expr::IsTrue(inner) => self.is_bool(inner, Some(true), false, "IS TRUE"),
            Expr::IsNotTrue(inner) => self.is_bool(inner, Some(true), true, "IS NOT TRUE"),
            Expr::IsFalse(inner) => self.is_bool(inner, Some(false), false, "IS FALSE"),
            Expr::IsNotFalse(inner) => self.is_bool(inner, Some(false), true, "IS NOT FALSE"),
            Expr::IsUnknown(inner) => self.is_bool(inner, None, false, "IS UNKNOWN"),
            Expr::IsNotUnknown(inner) => self.is_bool(inner, None, true, "IS NOT UNKNOWN"),
            Expr::IsDistinctFrom(left, right) => self.is_distinct(left, right, false),
            Expr::IsNotDistinctFrom(left, right) => self.is_distinct(left, right, true),
            Expr::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            Expr::InSubquery { expr, subquery, negated } => self.in_subquery(expr, subquery, *negated),
            Expr::Between { expr, negated, low, high } => self.between(expr, low, high, *negated),
            Expr::Like { negated, any, expr, pattern, escape_char } => {
                let name = if *negated { "!~~" } else { "~~" };
                self.like(name, *any, expr, pattern, escape_char.as_ref(), "like_escape")
            }
            Expr::ILike { negated, any, expr, pattern, escape_char } => {
                let name = if *negated { "!~~*" } else { "~~*" };
                self.like(name, *any, expr, pattern, escape_char.as_ref(), "like_escape")
            }
            Expr::SimilarTo { negated, expr, pattern, escape_char } => {
                self.similar(*negated, expr, pattern, escape_char.as_ref())
            }
            Expr::AnyOp { left, compare_op, right, .. } => self.quantified(left, compare_op, right, false),
            Expr::AllOp { left, compare_op, right } => self.quantified(left, compare_op, right, true),
            Expr::AtTimeZone { timestamp, time_zone } => {
                let value = self.expr(timestamp)?;
                let zone = self.expr(time_zone)?;
                let pos = value.pos;
                self.call_by_syntax("timezone", vec![zone, value], pos)
            }
            Expr::Extract { field, expr, .. } => {
                let name = field_name(field);
                let value = self.expr(expr)?;
                let pos = value.pos;
                let field = Typed::new(constant(Datum::text(name), PgType::TEXT), pos);
                self.call_by_syntax("extract", vec![field, value], pos)
            }
            Expr::Ceil { expr, .. } => self.function_of("ceil", &[expr]),
            Expr::Floor { expr, .. } => self.function_of("floor", &[expr]),
            Expr::Position { expr, r#in } => self.syntax_of("position", &[r#in, expr]),
            Expr::Substring { expr, substring_from, substring_for, shorthand, special } => {
                let name = if *shorthand { "substr" } else { "substring" };
                let by_syntax = !*special && !*shorthand;
                self.substring(name, expr, substring_from.as_deref(), substring_for.as_deref(), by_syntax)
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let mut parts = vec![&**expr, overlay_what, overlay_from];
                parts.extend(overlay_for.as_deref());
                self.syntax_of("overlay", &parts)
            }
            Expr::Trim { trim_where, trim_what, expr, trim_characters } => {
                let name = match trim_where {
                    Some(ast::TrimWhereField::Leading) => "ltrim",
                    Some(ast::TrimWhereField::Trailing) => "rtrim",
                    Some(ast::TrimWhereField::Both) | None => "btrim",
                };
                let mut parts = vec![&**expr];
                parts.extend(trim_what.as_deref());
                parts.extend(trim_characters.iter().flatten());
                self.syntax_of(name, &parts)
            }
            Expr::IsNormalized { expr, form, negated } => {
                let value = self.expr(expr)?;
                let pos = value.pos;
                let form = form.map_or_else(|| "NFC".to_owned(), |f| f.to_string());
                let form = Typed::new(constant(Datum::text(form), PgType::TEXT), pos);
                let out = self.call_by_syntax("is_normalized", vec![value, form], pos)?;
                Ok(if *negated { Typed::new(not(out.scalar), pos) } else { out })
            }
            Expr::Collate { expr, collation } => self.collate(expr, collation),
            Expr::TypedString(typed) => self.typed_string(typed),
            Expr::Interval(literal) => self.interval(literal),
            Expr::Case { operand, conditions, else_result, case_token, .. } => {
                let pos = self.source.start(case_token.0.span);
                self.case(operand.as_deref(), conditions, else_result.as_deref(), pos)
            }
            Expr::Exists { subquery, negated } => self.exists(subquery, *negated),
            Expr::Subquery(query) => self.scalar_subquery(query),
            Expr::Tuple(items) => self.row(items),
            Expr::Array(array) => {
                let pos = self.source.start(ast::Spanned::span(e));
                self.array(&array.elem, None).map_err(|e| self.error_at(e, pos))
            }
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            Expr::Prefixed { prefix, value } if prefix.value == crate::parse::marker::SYMMETRIC => self.expr(value),
            Expr::QualifiedWildcard(name, _) => self.whole_row(name),
            Expr::Prefixed { prefix, value } if prefix.value.starts_with(crate::parse::marker::PREFIX) => {
                let name = prefix.value.trim_start_matches(crate::parse::marker::PREFIX).to_owned();
                let value = self.expr(value)?;
                // As it was written, or as a printed tree has it.
                let marked = self.before_operand(value.pos, &format!("\"{}\"", prefix.value));
                let pos = if marked == value.pos { self.before_operand(value.pos, &name) } else { marked };
                self.operator(&name, None, value, pos)
            }
            other => {
                let text = format!("syntax error at or near \"{}\"", first_word(other));
                Err(SqlError::new(SqlState::SyntaxError, text))
            }
        }
    }

    /// A condition of WHERE, ON, HAVING and their kin.
    pub fn condition(&mut self, e: &Expr, clause: Clause, name: &str) -> SqlResult<Scalar> {
        let value = self.within(clause, |b| b.expr(e))?;
        self.coerce_boolean(value, name)
    }

    fn function_of(&mut self, name: &str, parts: &[&Expr]) -> SqlResult<Typed> {
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            values.push(self.expr(part)?);
        }
        let pos = values.first().map(|v| v.pos).unwrap_or_default();
        self.call_named(name, values, pos)
    }

    fn cast(&mut self, kind: &ast::CastKind, e: &Expr, data_type: &ast::DataType) -> SqlResult<Typed> {
        if !matches!(kind, ast::CastKind::Cast | ast::CastKind::DoubleColon) {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"AS\""));
        }
        let at = self.type_pos(data_type);
        let target = self.type_by_name(data_type, at)?;
        // ARRAY[]::type[] gives the items their type.
        let base = self.base_type(target)?;
        if let Expr::Array(array) = strip(e)
            && let Some(element) = super::typename::element_type(base.oid)
        {
            let mut made = self.array(&array.elem, Some(PgType::with_typmod(element, base.typmod)))?;
            if matches!(base.oid, Oid::INT2VECTOR | Oid::OIDVECTOR) {
                if array.elem.is_empty() {
                    let text = format!("array is not a valid {}", super::typename::format_type(base));
                    return Err(SqlError::new(SqlState::DatatypeMismatch, text));
                }
                made.scalar.ty = base;
            }
            return self.cast_to_declared(made, target);
        }
        let value = self.expr(e)?;
        let pos = if matches!(kind, ast::CastKind::DoubleColon) { self.colons(e, value.pos) } else { value.pos };
        self.explicit_cast(value, target, pos)
    }

    /// Place of the `::` behind an operand.
    fn colons(&self, operand: &Expr, otherwise: Pos) -> Pos {
        let end = self.source.pos(ast::Spanned::span(operand).end).max(otherwise);
        let Some(offset) = end.offset() else { return otherwise };
        let found = self.source.text.get(offset..).and_then(|t| t.find("::"));
        found.map_or(otherwise, |i| Pos::at(offset + i))
    }

    /// Where a type name begins, if its node knows.
    fn type_pos(&self, data_type: &ast::DataType) -> Pos {
        match data_type {
            ast::DataType::Custom(name, _) => self.name_pos(name),
            _ => Pos::NONE,
        }
    }

    fn typed_string(&mut self, typed: &ast::TypedString) -> SqlResult<Typed> {
        let at = self.type_pos(&typed.data_type);
        let target = self.type_by_name(&typed.data_type, at)?;
        let value = self.literal(&typed.value)?;
        let pos = value.pos;
        if !value.is_unknown() {
            let text = format!("syntax error at or near \"{}\"", typed.value.value);
            return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
        }
        self.explicit_cast(value, target, pos)
    }

    fn interval(&mut self, literal: &ast::Interval) -> SqlResult<Typed> {
        let target = interval_literal_type(literal)?;
        let Expr::Value(value) = &*literal.value else {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"interval\""));
        };
        if string_value(&value.value).is_none() {
            let pos = self.source.start(value.span);
            let text = format!("syntax error at or near \"{}\"", value.value);
            return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), pos));
        }
        let value = self.literal(value)?;
        let pos = value.pos;
        self.explicit_cast(value, target, pos)
    }

    fn is_null(&mut self, e: &Expr, negated: bool) -> SqlResult<Typed> {
        let mut value = self.expr(e)?;
        match value.scalar.kind {
            // A parameter's type must come from elsewhere.
            ScalarKind::Param(index) if value.is_unknown() => self.open_params.push((index, value.pos)),
            _ => value = self.settle(value)?,
        }
        let kind = ScalarKind::IsNull { input: Box::new(value.scalar), negated };
        Ok(Typed::new(boolean(kind), value.pos))
    }

    fn is_bool(&mut self, e: &Expr, value: Option<bool>, negated: bool, name: &str) -> SqlResult<Typed> {
        let input = self.expr(e)?;
        let pos = input.pos;
        let input = Box::new(self.coerce_boolean(input, name)?);
        Ok(Typed::new(boolean(ScalarKind::IsBool { input, value, negated }), pos))
    }

    fn collate(&mut self, e: &Expr, collation: &ast::ObjectName) -> SqlResult<Typed> {
        let name = collation.0.last().and_then(ast::ObjectNamePart::as_ident).map(fold).unwrap_or_default();
        let value = self.expr(e)?;
        let value = if value.is_unknown() { self.resolve_unknown(value, PgType::TEXT)? } else { value };
        let pos = self.before_operand(self.name_pos(collation), "collate");
        let collatable = gavel_functions::registry::type_info(value.oid())
            .is_some_and(|t| t.collation.0 != 0 || super::typename::element_type(t.oid).is_some());
        if !collatable {
            let text = format!("collations are not supported by type {}", super::typename::format_type(value.ty()));
            return Err(self.error_at(SqlError::new(SqlState::DatatypeMismatch, text), pos));
        }
        let parts: Vec<String> = collation.0.iter().filter_map(ast::ObjectNamePart::as_ident).map(fold).collect();
        if let [.., schema, _] = parts.as_slice()
            && self.schema_oid(schema).is_none()
        {
            let text = format!("schema \"{schema}\" does not exist");
            return Err(self.error_at(SqlError::new(SqlState::InvalidSchemaName, text), pos));
        }
        let known = parts.len() == 1 || parts.len() == 2 && parts[0] == "pg_catalog";
        if !known || !matches!(name.as_str(), "C" | "POSIX" | "default" | "ucs_basic") {
            let name = parts.join(".");
            let text = format!("collation \"{name}\" for encoding \"UTF8\" does not exist");
            return Err(self.error_at(SqlError::new(SqlState::UndefinedObject, text), pos));
        }
        let (scalar, pos) = (value.scalar, value.pos);
        Ok(Typed::new(self.formed(scalar, || Form::Collate(name)), pos))
    }

    fn case(
        &mut self,
        operand: Option<&Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&Expr>,
        pos: Pos,
    ) -> SqlResult<Typed> {
        let forbidden = self.sets_forbidden.replace("CASE");
        let out = self.case_arms(operand, conditions, otherwise, pos);
        self.sets_forbidden = forbidden;
        out
    }

    fn case_arms(
        &mut self,
        operand: Option<&Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&Expr>,
        pos: Pos,
    ) -> SqlResult<Typed> {
        let operand = match operand {
            Some(e) => {
                let value = self.expr(e)?;
                Some(if value.is_unknown() { self.resolve_unknown(value, PgType::TEXT)? } else { value })
            }
            None => None,
        };
        let mut whens = Vec::with_capacity(conditions.len());
        let mut results = Vec::with_capacity(conditions.len() + 1);
        for arm in conditions {
            let when = self.expr(&arm.condition)?;
            let when = match &operand {
                Some(operand) => {
                    let at = when.pos;
                    self.comparison("=", operand.clone(), when, at)?
                }
                None => when,
            };
            whens.push(self.coerce_boolean(when, "CASE/WHEN")?);
            results.push(self.expr(&arm.result)?);
        }
        // PostgreSQL puts ELSE first when it looks for the common type.
        let last = match otherwise {
            Some(e) => self.expr(e)?,
            None => Typed::new(null(PgType::UNKNOWN), Pos::NONE),
        };
        results.insert(0, last);
        let (mut results, ty) = self.to_common(results, "CASE")?;
        let otherwise = Box::new(results.remove(0));
        let arms = whens.into_iter().zip(results).collect();
        let case = scalar(ScalarKind::Case { arms, otherwise }, ty);
        Ok(Typed::new(
            match operand {
                Some(operand) => self.formed(case, || Form::CaseOf(operand.scalar)),
                None => case,
            },
            pos,
        ))
    }

    fn unary(&mut self, op: ast::UnaryOperator, e: &Expr) -> SqlResult<Typed> {
        use ast::UnaryOperator as U;
        let name = match op {
            U::Not => {
                let value = self.expr(e)?;
                let pos = value.pos;
                return Ok(Typed::new(not(self.coerce_boolean(value, "NOT")?), pos));
            }
            // A sign before a number belongs to the number, so that -9223372036854775808 is a bigint.
            U::Minus => {
                if let Expr::Value(v) = e
                    && let ast::Value::Number(digits, long) = &v.value
                {
                    let negated = ast::Value::Number(format!("-{digits}"), *long);
                    let mut value = self.literal(&ast::ValueWithSpan { value: negated, span: v.span })?;
                    value.pos = self.before_operand(value.pos, "-");
                    return Ok(value);
                }
                "-"
            }
            U::Plus => "+",
            U::BitwiseNot => "~",
            U::PGAbs => "@",
            U::PGSquareRoot => "|/",
            U::PGCubeRoot => "||/",
            U::PGPrefixFactorial => "!!",
            U::DoubleAt => "@@",
            U::AtDashAt => "@-@",
            U::Hash => "#",
            U::QuestionDash => "?-",
            U::QuestionPipe => "?|",
            U::BangNot | U::PGPostfixFactorial => {
                return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"!\""));
            }
        };
        let value = self.expr(e)?;
        let pos = self.before_operand(value.pos, name);
        self.operator(name, None, value, pos)
    }

    /// `a op b`. Chains that lean left are bound without recursion.
    fn binary(&mut self, e: &Expr) -> SqlResult<Typed> {
        let mut spine = Vec::new();
        let mut leftmost = e;
        while let Expr::BinaryOp { left, op, right } = leftmost {
            spine.push((op, &**left, &**right));
            leftmost = left;
        }
        let mut value: Option<Typed> = None;
        let mut i = spine.len();
        while i > 0 {
            i -= 1;
            let (op, left, right) = spine[i];
            if let ast::BinaryOperator::And | ast::BinaryOperator::Or = op {
                // All terms of one run become one node.
                let conjunction = matches!(op, ast::BinaryOperator::And);
                let name = if conjunction { "AND" } else { "OR" };
                // In a query tree, parentheses around the first terms of a run say nothing.
                let nested = self.recorder.is_some()
                    && value.is_none()
                    && matches!(strip(left), Expr::BinaryOp { op: o, .. } if o == op);
                let first = match value.take() {
                    Some(v) => v,
                    None => self.expr(left)?,
                };
                let pos = first.pos;
                let mut terms = match self.coerce_boolean(first, name)? {
                    Scalar { kind: ScalarKind::And(items), .. } if nested && conjunction => items,
                    Scalar { kind: ScalarKind::Or(items), .. } if nested && !conjunction => items,
                    term => vec![term],
                };
                let second = self.expr(right)?;
                terms.push(self.coerce_boolean(second, name)?);
                while i > 0 && spine[i - 1].0 == op {
                    i -= 1;
                    let next = self.expr(spine[i].2)?;
                    terms.push(self.coerce_boolean(next, name)?);
                }
                value = Some(Typed::new(if conjunction { and(terms) } else { or(terms) }, pos));
                continue;
            }
            if matches!(op, ast::BinaryOperator::Overlaps) {
                value = Some(self.overlaps(left, right)?);
                continue;
            }
            let name = self.operator_name(op)?;
            if value.is_none()
                && let Some(rows) = self.row_operation(&name, left, right)?
            {
                value = Some(rows);
                continue;
            }
            let l = match value.take() {
                Some(v) => v,
                None => self.expr(left)?,
            };
            let r = self.expr(right)?;
            let pos = self.before_operand(r.pos, &written(op, &name));
            value = Some(self.operator(&name, Some(l), r, pos)?);
        }
        value.ok_or_else(|| SqlError::internal("an operator without operands"))
    }

    /// `(a, b) OVERLAPS (c, d)`.
    fn overlaps(&mut self, left: &Expr, right: &Expr) -> SqlResult<Typed> {
        let mut values = Vec::with_capacity(4);
        for (side, e) in [("left", left), ("right", right)] {
            let items = super::compare::row_items(e).unwrap_or_default();
            if items.len() != 2 {
                let text = format!("wrong number of parameters on {side} side of OVERLAPS expression");
                return Err(self.error_at(SqlError::new(SqlState::SyntaxError, text), self.expr_pos(e)));
            }
            for item in items {
                values.push(self.expr(&item)?);
            }
        }
        let pos = values.first().map(|v| v.pos).unwrap_or_default();
        self.call_by_syntax("overlaps", values, pos)
    }

    /// Place of an operator: the last one of this spelling before its right operand. One with a schema is written as
    /// `OPERATOR(schema.symbol)`.
    pub fn before_operand(&self, operand: Pos, name: &str) -> Pos {
        let Some(before) = operand.offset().and_then(|o| self.source.text.get(..o)) else { return Pos::NONE };
        let found = if parted(name).0.is_some() {
            last_word(before, "operator")
        } else if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            last_word(before, name)
        } else {
            before.rfind(name).or_else(|| if name == "<>" { before.rfind("!=") } else { None })
        };
        found.map_or(operand, Pos::at)
    }

    /// PostgreSQL's name of an operator, joined to the schema that is written with it.
    pub fn operator_name(&self, op: &ast::BinaryOperator) -> SqlResult<String> {
        use ast::BinaryOperator as B;
        Ok(match op {
            B::NotEq => "<>".into(),
            B::Custom(name) => name.clone(),
            B::PGCustomBinaryOperator(parts) => {
                let symbol = match parts.last().map(String::as_str) {
                    Some("!=") => "<>",
                    other => other.unwrap_or_default(),
                };
                match parts.as_slice() {
                    [.., schema, _] => {
                        let quoted = schema.strip_prefix('"').and_then(|s| s.strip_suffix('"'));
                        let schema = quoted.map_or_else(|| schema.to_lowercase(), |s| s.replace("\"\"", "\""));
                        joined(&schema, symbol)
                    }
                    _ => symbol.to_owned(),
                }
            }
            B::PGBitwiseXor => "#".into(),
            B::PGExp => "^".into(),
            B::DoubleHash => "##".into(),
            other => other.to_string(),
        })
    }

    fn between(&mut self, e: &Expr, low: &Expr, high: &Expr, negated: bool) -> SqlResult<Typed> {
        let symmetric = matches!(low, Expr::Prefixed { prefix, .. } if prefix.value == crate::parse::marker::SYMMETRIC);
        let value = self.expr(e)?;
        let low = self.expr(low)?;
        let high = self.expr(high)?;
        let pos = value.pos;
        let at = self.before_operand(low.pos, "between");
        // A query tree has the outside of NOT BETWEEN as PostgreSQL keeps it.
        let outside = negated && self.recorder.is_some();
        let (first, second) = if outside { ("<", ">") } else { (">=", "<=") };
        let mut within = |low: &Typed, high: &Typed| -> SqlResult<Scalar> {
            let above = self.comparison(first, value.clone(), low.clone(), at)?;
            let below = self.comparison(second, value.clone(), high.clone(), at)?;
            let terms = vec![above.scalar, below.scalar];
            Ok(if outside { or(terms) } else { and(terms) })
        };
        let mut out = within(&low, &high)?;
        if symmetric {
            let terms = vec![out, within(&high, &low)?];
            out = if outside { and(terms) } else { or(terms) };
        }
        Ok(Typed::new(if negated && !outside { not(out) } else { out }, pos))
    }

    fn like(
        &mut self,
        name: &str,
        any: bool,
        e: &Expr,
        pattern: &Expr,
        escape: Option<&ast::ValueWithSpan>,
        escaping: &str,
    ) -> SqlResult<Typed> {
        if any {
            return self.quantified_named(e, name, pattern, false);
        }
        // The parser takes `LIKE ALL (…)` for a call.
        if let Some(array) = super::special::all_of(pattern) {
            return self.quantified_named(e, name, array, true);
        }
        let value = self.expr(e)?;
        let mut pattern = self.expr(pattern)?;
        let at = self.before_operand(pattern.pos, if name.ends_with('*') { "ilike" } else { "like" });
        if let Some(escape) = escape {
            let escape = self.literal(escape)?;
            pattern = self.call_named(escaping, vec![pattern, escape], at)?;
        }
        self.operator(name, Some(value), pattern, at)
    }

    fn similar(
        &mut self,
        negated: bool,
        e: &Expr,
        pattern: &Expr,
        escape: Option<&ast::ValueWithSpan>,
    ) -> SqlResult<Typed> {
        let value = self.expr(e)?;
        let pattern = self.expr(pattern)?;
        let at = self.before_operand(pattern.pos, "similar");
        let mut args = vec![pattern];
        if let Some(escape) = escape {
            args.push(self.literal(escape)?);
        }
        let regex = self.call_named("similar_to_escape", args, at)?;
        self.operator(if negated { "!~" } else { "~" }, Some(value), regex, at)
    }

    /// Gives an expression that nothing has typed the type text, as output columns have.
    pub fn settle(&mut self, value: Typed) -> SqlResult<Typed> {
        if value.oid() == Oid::UNKNOWN { self.resolve_unknown(value, PgType::TEXT) } else { Ok(value) }
    }
}

/// Where `word` last stands alone in `text`, in any case.
fn last_word(text: &str, word: &str) -> Option<usize> {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let folded = text.to_ascii_lowercase();

    folded.rmatch_indices(word).map(|(i, _)| i).find(|i| {
        let (before, after) = (folded.get(..*i), folded.get(i + word.len()..));
        !inside(before.and_then(|t| t.chars().next_back())) && !inside(after.and_then(|t| t.chars().next()))
    })
}

/// An expression without parentheses around it.
pub fn strip(mut e: &Expr) -> &Expr {
    while let Expr::Nested(inner) = e {
        e = inner;
    }
    e
}

/// How an operator is found in the text.
fn written(op: &ast::BinaryOperator, name: &str) -> String {
    match op {
        ast::BinaryOperator::PGCustomBinaryOperator(_) => "operator".into(),
        _ => name.to_owned(),
    }
}

/// Field of EXTRACT as its function takes it.
fn field_name(field: &ast::DateTimeField) -> String {
    match field {
        ast::DateTimeField::Custom(ident) => {
            if ident.quote_style.is_some() {
                ident.value.clone()
            } else {
                ident.value.to_lowercase()
            }
        }
        other => other.to_string().to_lowercase(),
    }
}

fn first_word(e: &Expr) -> String {
    e.to_string().split_whitespace().next().unwrap_or("").to_owned()
}
