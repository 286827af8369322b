//! Functions with a syntax or typing of their own: COALESCE, NULLIF, GREATEST, GROUPING, ROW, and the
//! parameterless ones of the standard (`CURRENT_DATE` …), and calls by syntax (`SUBSTRING(… FROM …)`).

use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;
use sqlparser::ast::helpers::attached_token::AttachedToken;

use super::Binder;
use super::clause::Clause;
use super::scalar::{Typed, boolean, column, constant, scalar};
use crate::bound::{Scalar, ScalarKind};
use crate::parse::{Pos, marker};
use crate::query_tree::{CallTree, Form};

impl Binder<'_> {
    /// A call that is no plain function; `None` if it is one.
    pub fn special_function(&mut self, name: &str, f: &ast::Function, pos: Pos) -> SqlResult<Option<Typed>> {
        if name == marker::COLLATION {
            return self.collation_for(&f.args, pos).map(Some);
        }
        if let ast::FunctionArguments::Subquery(query) = &f.args {
            if name == "array" {
                return self.array_subquery(query, pos).map(Some);
            }
            // f((SELECT …)) loses its inner parentheses in the parser.
            let value = self.scalar_subquery(query)?;
            return self.call_named(name, vec![value], pos).map(Some);
        }
        let quoted = f.name.0.last().and_then(ast::ObjectNamePart::as_ident).is_some_and(|i| i.quote_style.is_some());
        if quoted {
            return Ok(None);
        }
        if matches!(f.args, ast::FunctionArguments::None) {
            return self.bare_special(name, pos);
        }
        let ast::FunctionArguments::List(list) = &f.args else { return Ok(None) };
        // `t.*` stands for the row.
        let rows: Vec<ast::Expr> = list.args.iter().filter_map(whole_row).collect();
        let exprs = || -> Option<Vec<&ast::Expr>> {
            let mut rows = rows.iter();
            list.args
                .iter()
                .map(|a| match a {
                    ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) => Some(e),
                    ast::FunctionArg::Unnamed(ast::FunctionArgExpr::QualifiedWildcard(_)) => rows.next(),
                    _ => None,
                })
                .collect()
        };
        let out = match name {
            "coalesce" => {
                let Some(args) = exprs().filter(|a| !a.is_empty()) else { return Ok(None) };
                let values = self.without_sets("COALESCE", &args)?;
                let (items, ty) = self.to_common(values, "COALESCE")?;
                Typed::new(scalar(ScalarKind::Coalesce(items), ty), pos)
            }
            "greatest" | "least" => {
                let Some(args) = exprs().filter(|a| !a.is_empty()) else { return Ok(None) };
                let greatest = name == "greatest";
                let word = if greatest { "GREATEST" } else { "LEAST" };
                let values = self.without_sets(word, &args)?;
                let (args, ty) = self.to_common(values, word)?;
                if super::operator::compatible("<", ty.oid).is_none() {
                    let text = format!(
                        "could not identify a comparison function for type {}",
                        super::typename::format_type(ty)
                    );
                    return Err(self.error_at(SqlError::new(SqlState::UndefinedFunction, text), pos));
                }
                Typed::new(scalar(ScalarKind::MinMax { greatest, args }, ty), pos)
            }
            "nullif" => {
                let Some(args) = exprs() else { return Ok(None) };
                let [left, right] = args.as_slice() else { return Ok(None) };
                self.nullif(left, right, pos)?
            }
            "row" => {
                let ast::FunctionArguments::List(list) = &f.args else { return Ok(None) };
                let mut items = Vec::with_capacity(list.args.len());
                for arg in &list.args {
                    let ast::FunctionArg::Unnamed(arg) = arg else { return Ok(None) };
                    match arg {
                        ast::FunctionArgExpr::Expr(e) => {
                            let mut values = Vec::new();
                            self.listed(e, &mut values)?;
                            for value in values {
                                items.push(self.settle(value)?.scalar);
                            }
                        }
                        // `t.*` stands for its columns.
                        ast::FunctionArgExpr::QualifiedWildcard(name) => {
                            let row = self.whole_row(name)?;
                            let whole = super::record::bare(row.scalar);
                            match super::reference::fields_written(&whole) {
                                Some(columns) => items.extend(columns.iter().cloned()),
                                // The only column of a function's rows stands for the row.
                                None if !whole.ty.oid.is_row() => items.push(whole),
                                None => {
                                    let fields = self.star_fields(&Typed::new(whole, row.pos))?;
                                    items.extend(fields.into_iter().map(|(_, field)| field.scalar));
                                }
                            }
                        }
                        _ => return Ok(None),
                    }
                }
                Typed::new(scalar(ScalarKind::Row(items), PgType::new(Oid::RECORD)), pos)
            }
            "grouping" => {
                let Some(args) = exprs() else { return Ok(None) };
                self.grouping(&args, pos)?
            }
            // The parser reads these two as functions where an argument list follows.
            "current_timestamp" | "current_time" | "localtime" | "localtimestamp" => {
                let Some(args) = exprs() else { return Ok(None) };
                let [ast::Expr::Value(value)] = args.as_slice() else { return Ok(None) };
                let ast::Value::Number(digits, _) = &value.value else { return Ok(None) };
                let precision = digits.parse::<i32>().unwrap_or(6).clamp(0, 6);
                let Some(now) = self.bare_special(name, pos)? else { return Ok(None) };
                let rounded =
                    self.apply_typmod(now.scalar, precision, gavel_functions::registry::CastContext::Explicit);
                Typed::new(self.formed(rounded, || Form::Word(format!("{}({digits})", name.to_uppercase()))), pos)
            }
            _ => return Ok(None),
        };
        Ok(Some(out))
    }

    /// `COLLATION FOR (e)`.
    fn collation_for(&mut self, args: &ast::FunctionArguments, pos: Pos) -> SqlResult<Typed> {
        let value = match args {
            ast::FunctionArguments::Subquery(query) => Some(self.scalar_subquery(query)?),
            ast::FunctionArguments::List(list) => match list.args.as_slice() {
                [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e))] => Some(self.expr(e)?),
                _ => None,
            },
            ast::FunctionArguments::None => None,
        };
        let Some(value) = value else {
            let error = SqlError::new(SqlState::SyntaxError, "syntax error at or near \"collation\"");
            return Err(self.error_at(error, pos));
        };
        self.call_by_syntax("pg_collation_for", vec![value], pos)
    }

    /// `CURRENT_DATE` and other words that are calls without parentheses.
    pub fn bare_special(&mut self, name: &str, pos: Pos) -> SqlResult<Option<Typed>> {
        let cast = |b: &mut Self, ty: PgType| -> SqlResult<Typed> {
            let now = b.call_named("now", vec![], pos)?;
            b.explicit_cast(now, ty, pos)
        };
        let value = match name {
            "current_timestamp" => self.call_named("now", vec![], pos)?,
            "current_date" => cast(self, PgType::DATE)?,
            "current_time" => cast(self, PgType::TIMETZ)?,
            "localtime" => cast(self, PgType::TIME)?,
            "localtimestamp" => cast(self, PgType::TIMESTAMP)?,
            "current_user" | "current_role" | "user" => match self.definer() {
                Some(role) => Typed::new(constant(Datum::text(role), PgType::NAME), pos),
                None => self.call_named("current_user", vec![], pos)?,
            },
            "session_user" => self.call_named("session_user", vec![], pos)?,
            "current_catalog" => self.call_named("current_database", vec![], pos)?,
            "current_schema" => self.call_named("current_schema", vec![], pos)?,
            _ => return Ok(None),
        };
        let word = self.formed(value.scalar, || Form::Word(name.to_uppercase()));
        Ok(Some(Typed::new(word, pos)))
    }

    /// A function in a syntax of its own over these arguments.
    pub fn syntax_of(&mut self, name: &str, parts: &[&ast::Expr]) -> SqlResult<Typed> {
        let values = parts.iter().map(|part| self.expr(part)).collect::<SqlResult<Vec<_>>>()?;
        let pos = values.first().map(|v| v.pos).unwrap_or_default();
        self.call_by_syntax(name, values, pos)
    }

    /// `SUBSTRING(s FROM n FOR m)`; `FOR m` alone starts at 1.
    pub fn substring(
        &mut self,
        name: &str,
        e: &ast::Expr,
        from: Option<&ast::Expr>,
        count: Option<&ast::Expr>,
        by_syntax: bool,
    ) -> SqlResult<Typed> {
        let value = self.expr(e)?;
        let pos = value.pos;
        let mut values = vec![value];
        match (from, count) {
            (Some(from), _) => values.push(self.expr(from)?),
            (None, Some(_)) => values.push(Typed::new(constant(Datum::Int4(1), PgType::INT4), pos)),
            (None, None) => {}
        }
        if let Some(count) = count {
            values.push(self.expr(count)?);
        }
        if by_syntax { self.call_by_syntax(name, values, pos) } else { self.call_named(name, values, pos) }
    }

    /// A call in the function's own syntax. What it casts by itself is not written in it.
    pub fn call_by_syntax(&mut self, name: &str, values: Vec<Typed>, pos: Pos) -> SqlResult<Typed> {
        if self.recorder.is_none() {
            return self.call_named(name, values, pos);
        }
        let given: Vec<Scalar> = values.iter().map(|v| v.scalar.clone()).collect();
        let out = self.call_named(name, values, pos)?;
        let ScalarKind::Call { args, .. } = &out.scalar.kind else { return Ok(out) };
        let one = |(given, arg): (Scalar, &Scalar)| if given.ty.oid == Oid::UNKNOWN { arg.clone() } else { given };
        let args = given.into_iter().zip(args).map(one).collect();
        Ok(Typed::new(self.formed(out.scalar, || Form::Syntax(args)), out.pos))
    }

    fn without_sets(&mut self, construct: &'static str, args: &[&ast::Expr]) -> SqlResult<Vec<Typed>> {
        let forbidden = self.sets_forbidden.replace(construct);
        let out = args.iter().map(|e| self.expr(e)).collect();
        self.sets_forbidden = forbidden;
        out
    }

    /// `CASE WHEN a = b THEN NULL ELSE a END`, with the type of `a` as `=` sees it.
    fn nullif(&mut self, left: &ast::Expr, right: &ast::Expr, pos: Pos) -> SqlResult<Typed> {
        let left = self.expr(left)?;
        let right = self.expr(right)?;
        let applied = self.apply_operator("=", Some(left), right, pos)?;
        let Some(left) = applied.left else { return Err(SqlError::internal("NULLIF without operand")) };
        if applied.result.oid != Oid::BOOL {
            let error = SqlError::new(SqlState::DatatypeMismatch, "NULLIF requires = operator to yield boolean");
            return Err(self.error_at(error, pos));
        }
        let ty = left.ty();
        let args = vec![left.scalar.clone(), applied.right.scalar];
        let equal = boolean(ScalarKind::Call { function: applied.operator.proc, args });
        let arms = vec![(equal, super::scalar::null(ty))];
        let case = scalar(ScalarKind::Case { arms, otherwise: Box::new(left.scalar) }, ty);
        Ok(Typed::new(self.formed(case, || Form::NullIf), pos))
    }

    /// `GROUPING(a, b)`; its arguments are matched with the grouping columns once they are known.
    /// It belongs to the innermost query whose columns they are.
    fn grouping(&mut self, args: &[&ast::Expr], pos: Pos) -> SqlResult<Typed> {
        if args.len() > MAX_GROUPING_ARGS {
            let error = SqlError::new(SqlState::TooManyArguments, "GROUPING must have fewer than 32 arguments");
            return Err(self.error_at(error, pos));
        }
        let mentions: Vec<usize> = self.levels.iter().map(|l| l.mentions.len()).collect();
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            values.push(self.expr(arg)?);
        }
        let mut home = None;
        for (l, (level, known)) in self.levels.iter_mut().zip(mentions).enumerate() {
            if level.mentions.len() > known {
                home = Some(l);
                level.mentions.truncate(known);
            }
        }
        let id = self.new_column();
        let own = self.levels.len().saturating_sub(1);
        let Some(level) = self.levels.get_mut(home.unwrap_or(own)) else {
            return Err(SqlError::internal("a call outside of any query"));
        };
        if !matches!(level.clause, Clause::Select | Clause::Having | Clause::OrderBy | Clause::DistinctOn) {
            let text = format!("grouping operations are not allowed in {}", level.clause.name());
            return Err(self.error_at(SqlError::new(SqlState::GroupingError, text), pos));
        }
        level.has_aggregates = true;
        level.groupings.push((id, values.clone()));
        self.note_nested(home.unwrap_or(own), pos);
        self.record_call(id, || CallTree::Grouping(values.into_iter().map(|v| v.scalar).collect()));
        Ok(Typed::new(column(id, PgType::INT4), pos))
    }
}

const MAX_GROUPING_ARGS: usize = 31;

/// The argument of `all(x)`.
pub fn all_of(e: &ast::Expr) -> Option<&ast::Expr> {
    let ast::Expr::Function(f) = e else { return None };
    let [ast::ObjectNamePart::Identifier(name)] = f.name.0.as_slice() else { return None };
    let ast::FunctionArguments::List(list) = &f.args else { return None };
    match list.args.as_slice() {
        [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(arg))]
            if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("all") =>
        {
            Some(arg)
        }
        _ => None,
    }
}

/// An argument `t.*` as an expression.
fn whole_row(arg: &ast::FunctionArg) -> Option<ast::Expr> {
    match arg {
        ast::FunctionArg::Unnamed(ast::FunctionArgExpr::QualifiedWildcard(name)) => {
            Some(ast::Expr::QualifiedWildcard(name.clone(), AttachedToken::empty()))
        }
        _ => None,
    }
}
