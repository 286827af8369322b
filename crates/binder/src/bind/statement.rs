//! Whole statements.

use std::sync::Arc;

use gavel_catalog::trigger::TriggerEvent;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::name::fold;
use super::name::{Resolved, qualified, relation};
use super::query::BoundQuery;
use super::scope::Level;
use super::table_expr::TableExpr;
use crate::bound::{Bound, Copy, CopySource, Cte, CteBody, Output, Query, Rel, Statement};
use crate::context::{BindContext, Variables};

/// Binds one statement. `sql_text` is the whole text that was parsed, for positions; `param_types` are
/// the types that the client gave (0 where it left them open).
///
/// # Errors
/// With PostgreSQL's SQLSTATE, message, hint and position.
pub fn bind(
    context: &BindContext<'_>,
    statement: &ast::Statement,
    sql_text: &str,
    param_types: &[Oid],
) -> SqlResult<Bound> {
    bind_dynamic(context, statement, sql_text, param_types, None)
}

/// Binds a statement that a body has computed, with the `rows` that it sees by name. Their parameters are behind its own.
///
/// # Errors
/// As [`bind`].
pub fn bind_dynamic(
    context: &BindContext<'_>,
    statement: &ast::Statement,
    sql_text: &str,
    param_types: &[Oid],
    rows: Option<&dyn Variables>,
) -> SqlResult<Bound> {
    let mut binder = Binder::new(context, sql_text);
    binder.variables = rows;
    let unknown = |oid: &Oid| if oid.0 == 0 { Oid::UNKNOWN } else { *oid };
    for oid in param_types {
        let ty = binder.base_type(PgType::new(unknown(oid)))?;
        binder.params.push(PgType::new(ty.oid));
    }
    let mut statement = binder.statement(statement)?;
    if let Some(open) = binder.params.iter().position(|p| p.oid == Oid::UNKNOWN) {
        let text = format!("could not determine data type of parameter ${}", open + 1);
        return Err(SqlError::new(SqlState::IndeterminateDatatype, text));
    }
    // Each mention must have the type; a bare `$1 IS NULL` has none.
    if let Some((open, pos)) = binder.open_params.first().copied() {
        let text = format!("could not determine data type of parameter ${}", open + 1);
        return Err(binder.error_at(SqlError::new(SqlState::AmbiguousParameter, text), pos));
    }
    let params = std::mem::take(&mut binder.params);
    super::current::number_cursor(&mut statement, params.len() + rows.map_or(0, |rows| rows.count()));
    let objects = binder.take_objects();
    Ok(Bound { statement, params, objects, accesses: binder.accesses, guarded: binder.guarded })
}

impl Binder<'_> {
    /// See [`bind`].
    pub fn whole(&mut self, statement: &ast::Statement) -> SqlResult<Statement> {
        self.statement(statement)
    }

    fn statement(&mut self, statement: &ast::Statement) -> SqlResult<Statement> {
        match statement {
            ast::Statement::Query(query) => self.query_statement(query),
            ast::Statement::Insert(_)
            | ast::Statement::Update(_)
            | ast::Statement::Delete(_)
            | ast::Statement::Merge(_) => {
                self.levels.push(Level::new());
                let bound = self.modification(statement, vec![]);
                self.levels.pop();
                bound
            }
            ast::Statement::Explain { statement: inner, .. } => {
                let bound = match self.statement(inner)? {
                    Statement::Declare(mut query, rows) => {
                        query.output.truncate(query.output.len() - rows.len());
                        Statement::Query(query)
                    }
                    bound => bound,
                };
                Ok(Statement::Explain { options: statement.clone(), inner: Box::new(bound) })
            }
            ast::Statement::Copy { source, to, options, .. } => {
                let source = self.copy_source(source, *to)?;
                let copy = Copy { source, to: *to, options: options.clone() };
                Ok(Statement::Copy(copy))
            }
            ast::Statement::Call(function) => self.call_statement(function),
            ast::Statement::Declare { stmts } => match stmts.as_slice() {
                [declare] => self.declare(declare),
                _ => Err(SqlError::internal("DECLARE of several cursors")),
            },
            other => Ok(Statement::Other(Box::new(other.clone()))),
        }
    }

    /// DECLARE CURSOR: its query, which may only read.
    fn declare(&mut self, declare: &ast::Declare) -> SqlResult<Statement> {
        let query = declare.for_query.as_ref().ok_or_else(|| SqlError::internal("cursor without a query"))?;
        if let ast::SetExpr::Select(select) = &*query.body
            && let Some(into) = &select.into
        {
            let error = SqlError::new(SqlState::SyntaxError, "SELECT ... INTO is not allowed here");
            return Err(self.error_at(error, self.name_pos(&into.name)));
        }
        let Statement::Query(mut bound) = self.query_statement(query)? else { return Err(writing_cursor()) };
        if modifies(&bound.rel) {
            return Err(writing_cursor());
        }
        if let Some(lock) = query.locks.first() {
            let word = self.lock_word(lock);
            let refused = |what: &str, why: &str, code, detail: &str| {
                Err(SqlError::new(code, format!("DECLARE {what} ... {word} is not {why}")).detail(detail))
            };
            if declare.hold == Some(true) {
                let detail = "Holdable cursors must be READ ONLY.";
                return refused("CURSOR WITH HOLD", "supported", SqlState::FeatureNotSupported, detail);
            }
            if declare.scroll == Some(true) {
                let detail = "Scrollable cursors must be READ ONLY.";
                return refused("SCROLL CURSOR", "supported", SqlState::FeatureNotSupported, detail);
            }
            if declare.sensitive == Some(true) {
                let detail = "Insensitive cursors must be READ ONLY.";
                return refused("INSENSITIVE CURSOR", "valid", SqlState::InvalidCursorDefinition, detail);
            }
        }
        if declare.hold == Some(true) {
            return Ok(Statement::Declare(bound, Vec::new()));
        }
        super::current::follow_changes(&mut bound.rel);
        let rows = self.put_out_rows(&mut bound);
        Ok(Statement::Declare(bound, rows))
    }

    /// SELECT and VALUES; and WITH before INSERT, UPDATE, DELETE or MERGE, which the parser makes a query too.
    fn query_statement(&mut self, query: &ast::Query) -> SqlResult<Statement> {
        if let ast::SetExpr::Insert(inner)
        | ast::SetExpr::Update(inner)
        | ast::SetExpr::Delete(inner)
        | ast::SetExpr::Merge(inner) = &*query.body
        {
            if matches!(&*query.body, ast::SetExpr::Merge(_)) && query.with.as_ref().is_some_and(|w| w.recursive) {
                let text = "WITH RECURSIVE is not supported for MERGE statement";
                return Err(SqlError::new(SqlState::SyntaxError, text));
            }
            self.levels.push(Level::new());
            let bound = self.with_clause(query.with.as_ref()).and_then(|ctes| self.modification(inner, ctes));
            self.levels.pop();
            return bound;
        }
        let bound = self.query(query, true)?;
        let mut query = finish(bound);
        for output in &mut query.output {
            output.shown = self.domains.get(&output.id).copied().filter(|domain| domain.element().is_some());
        }
        Ok(Statement::Query(query))
    }

    fn copy_source(&mut self, source: &ast::CopySource, to: bool) -> SqlResult<CopySource> {
        match source {
            ast::CopySource::Query(query) if !to => {
                let (name, columns, condition) =
                    crate::ddl::copy::taken_apart(query).ok_or_else(|| SqlError::internal("COPY FROM a query"))?;
                self.copied_table(name, &columns, Some(condition), to)
            }
            ast::CopySource::Query(query) => {
                if matches!(&*query.body, ast::SetExpr::Merge(_)) {
                    return Err(SqlError::unsupported("MERGE not supported in COPY"));
                }
                self.copying = true;
                let bound = self.query(query, true);
                self.copying = false;
                Ok(CopySource::Query(finish(bound?)))
            }
            ast::CopySource::Table { table_name, columns } => self.copied_table(table_name, columns, None, to),
        }
    }

    /// The table of COPY, with WHERE of COPY FROM.
    fn copied_table(
        &mut self,
        table_name: &ast::ObjectName,
        columns: &[ast::Ident],
        condition: Option<&ast::Expr>,
        to: bool,
    ) -> SqlResult<CopySource> {
        let pos = self.name_pos(table_name);
        let name = qualified(self.context, table_name).map_err(|e| self.error_at(e, pos))?;
        // COPY's own errors carry no position in PostgreSQL.
        let table = match relation(self.context, &name)? {
            Resolved::Table(table) if table.materialized.is_none() && !(to && table.partitioned.is_some()) => table,
            Resolved::View(view) if !to && view.is_written_by_triggers(TriggerEvent::Insert) => {
                Arc::new(view.as_table(self.context.catalog))
            }
            other if to => {
                let kind = kind_of(&other);
                let text = format!("cannot copy from {kind} \"{}\"", name.name);
                let error = SqlError::new(SqlState::WrongObjectType, text);
                return Err(error.hint("Try the COPY (SELECT ...) TO variant."));
            }
            other => {
                let kind = kind_of(&other);
                let text = format!("cannot copy to {kind} \"{}\"", name.name);
                let error = SqlError::new(SqlState::WrongObjectType, text);
                let hint = "To enable copying to a view, provide an INSTEAD OF INSERT trigger.";
                return Err(if matches!(other, Resolved::View(_)) { error.hint(hint) } else { error });
            }
        };
        self.uses(table.oid);
        let access = self.new_access(table.oid, if to { "r" } else { "a" });
        let mut numbers: Vec<i16> = Vec::with_capacity(table.columns.len());
        if columns.is_empty() {
            numbers.extend(table.visible_columns().filter(|c| !c.generated).map(|c| c.number));
        }
        for ident in columns {
            let column = fold(ident);
            let Some(found) = table.column_named(&column) else {
                let text = format!("column \"{column}\" of relation \"{}\" does not exist", table.name);
                return Err(SqlError::new(SqlState::UndefinedColumn, text));
            };
            if numbers.contains(&found.number) {
                let text = format!("column \"{column}\" specified more than once");
                return Err(SqlError::new(SqlState::DuplicateColumn, text));
            }
            if found.generated {
                let text = format!("column \"{column}\" is a generated column");
                let error = SqlError::new(SqlState::InvalidColumnReference, text);
                return Err(error.detail("Generated columns cannot be used in COPY."));
            }
            numbers.push(found.number);
        }
        for number in &numbers {
            if to {
                self.selects(Some((access, *number)));
            } else {
                self.inserts((access, *number));
            }
        }
        if let Some(query) = self.secure_copy(&table, &numbers, to)? {
            return Ok(CopySource::Query(query));
        }
        let (mut defaults, mut domains) = (Vec::new(), Vec::new());
        if !to {
            for column in numbers.iter().filter_map(|n| table.column(*n)) {
                let Some(domain) = column.domain else { continue };
                let id = self.new_column();
                let value = super::scalar::column(id, column.ty);
                domains.push((column.number, id, self.check_domain(value, domain)?));
            }
            for column in table.visible_columns().filter(|c| !numbers.contains(&c.number) && !c.generated) {
                defaults.push((column.number, self.column_default(column)?));
            }
        }
        let condition = match condition {
            None => None,
            Some(condition) => {
                let bound = self.table_expr(condition, &table, TableExpr::CopyCondition);
                self.levels.pop();
                let (condition, mentioned) = bound?;
                mentioned.iter().for_each(|(number, _)| self.selects(Some((access, *number))));
                Some((condition, mentioned))
            }
        };
        Ok(CopySource::Table { table, columns: numbers, defaults, domains, condition })
    }
}

fn writing_cursor() -> SqlError {
    let message = "DECLARE CURSOR must not contain data-modifying statements in WITH";
    SqlError::new(SqlState::FeatureNotSupported, message)
}

/// Whether a CTE of the query writes; PostgreSQL allows that in those of the whole statement alone.
pub fn modifies(rel: &Rel) -> bool {
    let Rel::With { ctes, body } = rel else { return false };
    ctes.iter().any(writes) || modifies(body)
}

/// Whether it is, or has, a statement that writes.
pub fn writes(cte: &Cte) -> bool {
    matches!(&cte.body, CteBody::Plain { query, .. } if matches!(query, Rel::Modify(_)) || modifies(query))
}

/// A bound query as a statement: pruned, with its outputs named.
pub fn finish(bound: BoundQuery) -> Query {
    let BoundQuery { mut rel, columns, .. } = bound;
    super::prune::prune(&mut rel, columns.iter().map(|c| c.id));
    let output = columns
        .into_iter()
        .map(|c| Output { id: c.id, name: c.name, ty: c.ty, origin: c.origin, shown: None })
        .collect();
    Query { rel, output }
}

/// What COPY calls a relation that it does not copy.
fn kind_of(relation: &Resolved) -> &'static str {
    match relation {
        Resolved::View(_) => "view",
        Resolved::Table(table) if table.partitioned.is_some() => "partitioned table",
        Resolved::Table(_) => "materialized view",
        Resolved::Sequence(_) => "sequence",
        _ => "non-table relation",
    }
}
