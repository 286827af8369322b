//! Expressions that descriptors keep as text: defaults, CHECK, generated columns, index expressions and
//! predicates.

use std::sync::Arc;

use gavel_catalog::{Column, Table};
use gavel_functions::registry::{self, Volatility};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::clause::Clause;
use super::expr::strip;
use super::scalar::{Typed, null, scalar};
use super::scope::{Columns, Level, NsItem};
use super::user_call::has_subquery;
use super::walk;
use crate::bound::{ColumnId, Scalar, ScalarKind};
use crate::context::BindContext;
use crate::parse::{Pos, parse_expression};

/// What an expression over a table's columns is for; decides what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableExpr {
    Check,
    IndexExpression,
    IndexPredicate,
    Generated,
    /// A part of a partition key.
    PartitionKey,
    /// WHERE of COPY FROM.
    CopyCondition,
    /// Checked when it was defined; bound again to be run.
    Stored,
    /// The same, for a column of this type.
    Assigned(PgType),
}

/// Binds an expression over the columns of `table`; gives it with (attnum, id) of the columns that it
/// mentions, in attnum order. `sql` is bound with the context's search path.
///
/// # Errors
/// 0A000, 42803, 42P17 as PostgreSQL has them for what `kind` forbids.
pub fn bind_table_expr(
    context: &BindContext<'_>,
    sql: &str,
    table: &Table,
    kind: TableExpr,
) -> SqlResult<(Scalar, Vec<(i16, ColumnId)>)> {
    let parsed = parse_expression(sql)?;
    bind_table_expr_ast(context, &parsed, sql, table, kind)
}

/// Like [`bind_table_expr`], from a parsed expression whose places are in `sql_text`.
///
/// # Errors
/// As [`bind_table_expr`].
pub fn bind_table_expr_ast(
    context: &BindContext<'_>,
    expr: &ast::Expr,
    sql_text: &str,
    table: &Table,
    kind: TableExpr,
) -> SqlResult<(Scalar, Vec<(i16, ColumnId)>)> {
    Binder::new(context, sql_text).table_expr(expr, table, kind)
}

impl Binder<'_> {
    /// Binds an expression over the columns of `table`, as [`bind_table_expr_ast`] does.
    pub fn table_expr(
        &mut self,
        expr: &ast::Expr,
        table: &Table,
        kind: TableExpr,
    ) -> SqlResult<(Scalar, Vec<(i16, ColumnId)>)> {
        let binder = self;
        binder.allow_params = false;
        let first = binder.reserve_columns(table.columns.len());
        binder.levels.push(Level::new());
        let item = NsItem::new(table.name.clone(), Columns::Table { table: Arc::new(table.clone()), first });
        binder.level().items.push(item);
        let clause = match kind {
            TableExpr::Check => Clause::Check,
            TableExpr::IndexExpression => Clause::IndexExpression,
            TableExpr::IndexPredicate => Clause::IndexPredicate,
            TableExpr::Generated => Clause::Generated,
            TableExpr::PartitionKey => Clause::PartitionKey,
            TableExpr::CopyCondition => Clause::CopyWhere,
            TableExpr::Stored | TableExpr::Assigned(_) => Clause::Other,
        };
        let value = binder.within(clause, |b| b.expr(expr))?;
        let value = binder.settle(value)?;
        let pos = value.pos;
        let value = match kind {
            TableExpr::Check => binder.coerce_boolean(value, "CHECK")?,
            TableExpr::IndexPredicate | TableExpr::CopyCondition => binder.coerce_boolean(value, "WHERE")?,
            TableExpr::Assigned(target) => binder.coerce_assignment(value, target, "")?,
            _ => value.scalar,
        };
        // Whoever writes to a table asks its checks, and may call what it has to. There is nobody who asks for a domain.
        let asked = kind == TableExpr::Stored || kind == TableExpr::Check && table.oid.0 != 0;
        if !binder.context.opaque_calls && has_subquery(&value) && !asked {
            // None can be written here: it is the body of a function.
            let text = "functions that are not single expressions are not supported in expressions over one row";
            let error = SqlError::unsupported(text).hint("Write the function in SQL, as one SELECT of an expression.");
            return Err(binder.error_at(error, pos));
        }
        let wanted = match kind {
            TableExpr::IndexExpression => Some("functions in index expression must be marked IMMUTABLE"),
            TableExpr::IndexPredicate => Some("functions in index predicate must be marked IMMUTABLE"),
            TableExpr::Generated => Some("generation expression is not immutable"),
            // What it is made of is looked at before its functions are.
            TableExpr::PartitionKey => None,
            TableExpr::Check | TableExpr::CopyCondition | TableExpr::Stored | TableExpr::Assigned(_) => None,
        };
        if let Some(message) = wanted
            && expression_volatility(binder.context, expr, table, &value) > Volatility::Immutable
        {
            return Err(binder.error_at(SqlError::new(SqlState::InvalidObjectDefinition, message), Pos::NONE));
        }
        let mut mentioned: Vec<(i16, ColumnId)> = Vec::new();
        walk::columns(&value, &mut |id| {
            let slot = id.0.checked_sub(first).and_then(|i| table.columns.get(i as usize));
            if let Some(column) = slot
                && !mentioned.iter().any(|(n, _)| *n == column.number)
            {
                mentioned.push((column.number, id));
            }
        });
        mentioned.sort_unstable();
        if kind == TableExpr::Generated && mentions_row(expr, table) {
            let error = SqlError::new(
                SqlState::InvalidObjectDefinition,
                "cannot use whole-row variable in column generation expression",
            )
            .detail("This would cause the generated column to depend on its own value.");
            return Err(binder.error_at(error, pos));
        }
        if kind == TableExpr::Generated
            && let Some(column) = mentioned.iter().find_map(|(n, _)| table.column(*n).filter(|c| c.generated))
        {
            let text = format!("cannot use generated column \"{}\" in column generation expression", column.name);
            let error = SqlError::new(SqlState::InvalidObjectDefinition, text)
                .detail("A generated column cannot reference another generated column.");
            return Err(binder.error_at(error, pos));
        }
        if kind == TableExpr::CopyCondition
            && let Some(column) = mentioned.iter().find_map(|(n, _)| table.column(*n).filter(|c| c.generated))
        {
            let text = "generated columns are not supported in COPY FROM WHERE conditions";
            return Err(SqlError::new(SqlState::InvalidColumnReference, text)
                .detail(format!("Column \"{}\" is a generated column.", column.name)));
        }
        Ok((value, mentioned))
    }
}

/// Whether an expression mentions the whole row of the table.
fn mentions_row(expr: &ast::Expr, table: &Table) -> bool {
    ast::visit_expressions(expr, |e| match e {
        ast::Expr::Identifier(ident)
            if super::name::fold(ident) == table.name && table.column_named(&table.name).is_none() =>
        {
            std::ops::ControlFlow::Break(())
        }
        _ => std::ops::ControlFlow::Continue(()),
    })
    .is_break()
}

/// Binds a DEFAULT expression for a column of type `target`.
///
/// # Errors
/// 0A000 for column references and subqueries, 42803 for aggregates, 42804 for another type.
pub fn bind_default(context: &BindContext<'_>, sql: &str, target: PgType) -> SqlResult<Scalar> {
    let parsed = parse_expression(sql)?;
    bind_default_ast(context, &parsed, sql, target, "")
}

/// Like [`bind_default`], from a parsed expression whose places are in `sql_text`; `column` is named in
/// errors.
///
/// # Errors
/// As [`bind_default`].
pub fn bind_default_ast(
    context: &BindContext<'_>,
    expr: &ast::Expr,
    sql_text: &str,
    target: PgType,
    column: &str,
) -> SqlResult<Scalar> {
    let mut binder = Binder::new(context, sql_text);
    binder.allow_params = false;
    binder.default_value(expr, target, column)
}

/// Binds a value of a partition's bound, which has no columns, as an assignment to `target`, the type of the key that is
/// called `column`. Places are in `sql_text`.
///
/// # Errors
/// 0A000 for column references and subqueries, 42803 for aggregates, 42804 for another type.
pub fn bind_partition_bound_ast(
    context: &BindContext<'_>,
    expr: &ast::Expr,
    sql_text: &str,
    target: PgType,
    column: &str,
) -> SqlResult<Scalar> {
    let mut binder = Binder::new(context, sql_text);
    binder.allow_params = false;
    binder.partition_bound(expr, target, column)
}

/// The most volatile function in an expression; a subquery or `nextval` counts as volatile.
pub fn volatility(value: &Scalar) -> Volatility {
    volatility_by(value, &|_| Volatility::Volatile)
}

/// The volatility of an expression over the columns of `table` that has been bound to `value`. A user's function is as
/// volatile as it is declared to be, or as its body is if that is less.
pub fn expression_volatility(context: &BindContext<'_>, expr: &ast::Expr, table: &Table, value: &Scalar) -> Volatility {
    let declared = |function: Oid| match context.catalog.function(function).map(|f| f.volatility) {
        Some('i') => Volatility::Immutable,
        Some('s') => Volatility::Stable,
        _ => Volatility::Volatile,
    };
    let own = volatility(value).max(internal_volatility(context, expr, table, &declared));
    if own == Volatility::Immutable {
        return own;
    }
    let opaque = BindContext { opaque_calls: true, calls: None, ..*context };
    let Ok((called, _)) = bind_table_expr_ast(&opaque, expr, "", table, TableExpr::Stored) else { return own };
    own.min(volatility_by(&called, &declared))
}

/// The most that functions in language `internal` are declared to be which an expression calls, itself or in a body that
/// stands in the place of its call. What they stand for is of no account: it may be less volatile.
fn internal_volatility(
    context: &BindContext<'_>,
    expr: &ast::Expr,
    table: &Table,
    declared: &dyn Fn(Oid) -> Volatility,
) -> Volatility {
    let context = BindContext { calls: None, ..*context };
    let mut binder = Binder::new(&context, "");
    binder.keeps_internal = true;
    let mut worst = Volatility::Immutable;
    if let Ok((value, _)) = binder.table_expr(expr, table, TableExpr::Stored) {
        walk::visit(&value, &mut |s| {
            if let ScalarKind::Call { function, .. } = &s.kind
                && registry::proc(*function).is_none()
            {
                worst = worst.max(declared(*function));
            }
            true
        });
    }
    worst
}

/// The same where `of` knows of functions that PostgreSQL does not have.
fn volatility_by(value: &Scalar, of: &dyn Fn(Oid) -> Volatility) -> Volatility {
    let mut worst = Volatility::Immutable;
    walk::visit(value, &mut |s| {
        let own = match &s.kind {
            ScalarKind::Call { function, args } => match registry::proc(*function) {
                // Said to be stable for whatever type comes; what counts is that type's text form.
                Some(p) if matches!(p.name, "textanycat" | "anytextcat") => {
                    args.iter().map(|a| io_volatility(a.ty.oid)).max().unwrap_or(Volatility::Stable)
                }
                found => found.map_or_else(|| of(*function), |p| p.volatility),
            },
            ScalarKind::CoerceViaIo { input } => io_volatility(input.ty.oid).max(io_volatility(s.ty.oid)),
            ScalarKind::NextVal { .. } | ScalarKind::Subquery(_) => Volatility::Volatile,
            _ => Volatility::Immutable,
        };
        worst = worst.max(own);
        true
    });
    worst
}

/// Text forms of dates and names depend on settings.
fn io_volatility(oid: Oid) -> Volatility {
    match oid {
        Oid::DATE | Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ | Oid::INTERVAL | Oid::RECORD => {
            Volatility::Stable
        }
        // Labels, and fields of composite types, are in the catalog.
        oid if oid.is_user_type() => Volatility::Stable,
        Oid::REGCLASS
        | Oid::REGTYPE
        | Oid::REGPROC
        | Oid::REGPROCEDURE
        | Oid::REGNAMESPACE
        | Oid::REGROLE
        | Oid::REGCONFIG
        | Oid::REGDICTIONARY => Volatility::Stable,
        _ => Volatility::Immutable,
    }
}

impl Binder<'_> {
    /// Binds a default of a column of type `target`.
    pub fn default_value(&mut self, expr: &ast::Expr, target: PgType, column: &str) -> SqlResult<Scalar> {
        self.levels.push(Level::new());
        if let Some(last) = self.levels.last_mut() {
            last.barrier = true;
        }
        let value = self.within(Clause::Default, |b| b.expr(expr));
        let value = value.and_then(|v| self.coerce_default(v, target, column));
        self.levels.pop();
        value
    }

    fn partition_bound(&mut self, expr: &ast::Expr, target: PgType, column: &str) -> SqlResult<Scalar> {
        self.levels.push(Level::new());
        let value = self.within(Clause::PartitionBound, |b| b.expr(expr))?;
        let pos = value.pos;
        self.coerce_to(value, target, registry::CastContext::Assignment)?.map(|done| done.scalar).ok_or_else(|| {
            let shown = super::typename::format_type(PgType::new(target.oid));
            let message = format!("specified value cannot be cast to type {shown} for column \"{column}\"");
            self.error_at(SqlError::new(SqlState::DatatypeMismatch, message), pos)
        })
    }

    fn coerce_default(&mut self, value: Typed, target: PgType, column: &str) -> SqlResult<Scalar> {
        let (source, pos) = (value.ty(), value.pos);
        let context = registry::CastContext::Assignment;
        match self.coerce_to(value, target, context)? {
            Some(done) => Ok(done.scalar),
            None => {
                let text = format!(
                    "column \"{column}\" is of type {} but default expression is of type {}",
                    super::typename::format_type(PgType::new(target.oid)),
                    super::typename::format_type(PgType::new(source.oid))
                );
                let error = SqlError::new(SqlState::DatatypeMismatch, text)
                    .hint("You will need to rewrite or cast the expression.");
                Err(self.error_at(error, pos))
            }
        }
    }

    /// What a column gets that an INSERT or COPY does not give: identity, default, or NULL.
    pub fn column_default(&mut self, column: &Column) -> SqlResult<Scalar> {
        if column.identity.is_some()
            && let Some(sequence) = column.sequence
        {
            self.uses(sequence);
            let next = Typed::new(scalar(ScalarKind::NextVal { sequence, identity: true }, PgType::INT8), Pos::NONE);
            return self.coerce_default(next, column.ty, &column.name);
        }
        let value = self.plain_default(column)?;
        match column.domain {
            Some(domain) => self.check_domain(value, domain),
            None => Ok(value),
        }
    }

    /// The default of a column without what its domain asks.
    fn plain_default(&mut self, column: &Column) -> SqlResult<Scalar> {
        let own = column.default.as_deref().filter(|_| !column.generated);
        let of_domain = || self.domain_default(column.domain?).map(str::to_owned);
        let Some(sql) = own.map(str::to_owned).or_else(of_domain) else { return Ok(null(column.ty)) };
        let sql = sql.as_str();
        let parsed = parse_expression(sql)?;
        if let ast::Expr::Value(v) = strip(&parsed)
            && v.value == ast::Value::Null
        {
            return Ok(null(column.ty));
        }
        // The text's places are not the statement's.
        let context = self.context.stored();
        let mut inner = Binder::new(&context, sql);
        inner.allow_params = false;
        inner.routines = self.routines.clone();
        self.lend_ids(&mut inner);
        self.lend_rights(&mut inner);
        let value = inner.default_value(&parsed, column.ty, &column.name);
        self.take_ids(&mut inner);
        value
    }
}
