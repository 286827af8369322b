//! CREATE TABLE AS where it is more than a query: of a prepared statement, and under EXPLAIN.

use gavel_binder::ddl::Ddl;
use gavel_binder::ddl::ast::QualifiedName;
use gavel_types::{Datum, Notice, Severity, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use crate::session::explain::analyzes;
use crate::session::explain::explain_columns;
use crate::session::result::{Executed, Tag};
use crate::session::statement::not_supported;
use crate::session::utility::wrong_number;
use crate::session::{Session, binding};

impl Session {
    /// CREATE TABLE AS of a prepared statement, with the statement's query in the place of EXECUTE; `None` for any other.
    ///
    /// # Errors
    /// 26000, 42601; 42809 if it is no query.
    pub(crate) async fn with_query_of_execute(
        &mut self,
        statement: &ast::Statement,
    ) -> SqlResult<Option<ast::Statement>> {
        let Some(text) = gavel_binder::ddl::carried(statement) else { return Ok(None) };
        if !text.to_ascii_lowercase().contains("execute") {
            return Ok(None);
        }
        let Ddl::CreateTableAsExecute { before, prepared, arguments, after } = gavel_binder::parse::parse_ddl(text)?
        else {
            return Ok(None);
        };
        let inner = self.statement(&prepared)?;
        let types: Vec<_> = Box::pin(self.plan(&inner)).await?.iter().flat_map(|p| p.params()).copied().collect();
        if types.len() != arguments.len() {
            return Err(wrong_number(&prepared, types.len(), arguments.len()));
        }
        let Some(ast::Statement::Query(query)) = inner.parsed.as_ref().map(|p| &p.statement) else {
            return Err(SqlError::new(SqlState::WrongObjectType, "prepared statement is not a SELECT"));
        };
        let mut query = query.clone();
        let _ = ast::visit_expressions_mut(&mut query, |e| {
            if let ast::Expr::Value(value) = e
                && let ast::Value::Placeholder(name) = &value.value
                && let Some(n) = name.strip_prefix('$').and_then(|n| n.parse::<usize>().ok())
                && let (Some(argument), Some(ty)) = (arguments.get(n - 1), types.get(n - 1))
            {
                let cast = format!("CAST({argument} AS {})", binding::type_name(*ty));
                if let Ok(cast) = gavel_binder::parse::parse_expression(&cast) {
                    *e = cast;
                }
            }
            std::ops::ControlFlow::<()>::Continue(())
        });
        Ok(Some(gavel_binder::ddl::carrier(&format!("{before} {query} {after}"))))
    }

    /// Runs CREATE TABLE AS once the query has taken the place of EXECUTE. Its tag counts rows even without data.
    pub(crate) async fn create_as_execute(&mut self, expanded: &ast::Statement, alone: bool) -> SqlResult<Executed> {
        let text = gavel_binder::ddl::carried(expanded).unwrap_or_default();
        let there = match gavel_binder::parse::parse_ddl(text)? {
            Ddl::CreateTableAs(create) => self.is_taken(&create.name),
            _ => false,
        };
        let done = Box::pin(self.run_ddl(expanded, alone)).await.map_err(SqlError::nowhere)?;
        let without_data = matches!(&done.tag, Tag::Fixed(tag) if tag == "CREATE TABLE AS");
        Ok(if without_data && !there { Executed::tag("SELECT 0") } else { done })
    }

    /// EXPLAIN of CREATE TABLE AS and its like, which ANALYZE runs after its query.
    pub(crate) async fn explain_utility(
        &mut self,
        options: &ast::Statement,
        utility: &ast::Statement,
    ) -> SqlResult<Executed> {
        let expanded = self.with_query_of_execute(utility).await?;
        let utility = expanded.as_ref().unwrap_or(utility);
        let Some(text) = gavel_binder::ddl::carried(utility) else {
            return Err(not_supported("EXPLAIN of this statement"));
        };
        let create = match gavel_binder::parse::parse_ddl(text)? {
            Ddl::CreateTableAs(create) | Ddl::CreateMaterializedView(create) => create,
            Ddl::RefreshMaterializedView { .. } => {
                let rows = vec![vec![Datum::text("Utility statements have no plan structure")]];
                let columns = explain_columns(options);
                return Ok(Executed::memory(columns, rows, Tag::Fixed("EXPLAIN".into())));
            }
            _ => return Err(not_supported("EXPLAIN of this statement")),
        };
        if self.is_taken(&create.name) {
            let name = create.name.0.last().map_or("", String::as_str);
            let error = SqlError::new(SqlState::DuplicateTable, format!("relation \"{name}\" already exists"));
            if !create.if_not_exists {
                return Err(error);
            }
            let message = format!("{}, skipping", error.message());
            let error = SqlError::new(SqlState::DuplicateTable, message);
            self.notices.push(Notice { severity: Severity::Notice, error });
            let columns = explain_columns(options);
            return Ok(Executed::memory(columns, Vec::new(), Tag::Fixed("EXPLAIN".into())));
        }
        let basis = self.basis().await?;
        let style = self.text_style_now();
        let bound = binding::bind_text(&create.query.to_string(), &basis, &style, Some(binding::rows(&basis)))?;
        let explained = self.run_explain(options, &bound.statement, Vec::new()).await?;
        if analyzes(options)? {
            Box::pin(self.run_ddl(utility, true)).await?;
        }
        Ok(explained)
    }

    /// Whether a relation has the name that one is to be made under.
    fn is_taken(&self, name: &QualifiedName) -> bool {
        let catalog = self.catalog();
        let (schema, bare) = match name.0.as_slice() {
            [.., schema, bare] => (catalog.schema(schema).map(|s| s.oid), bare),
            [bare] => (self.search_path().iter().find_map(|s| catalog.schema(s)).map(|s| s.oid), bare),
            [] => return false,
        };
        schema.is_some_and(|schema| catalog.relation(schema, bare).is_some())
    }
}
