//! Materialized views: tables that keep the result of a query. CREATE and REFRESH run it and put its rows into storage that
//! is fresh, so that a transaction which reads the old rows goes on reading them.
//!
//! # Invariants
//! 1. Rows come in through here only: to the binder's DML a materialized view is not a target.
//! 2. Their queries run as their owner, whoever asks for it, and as security-restricted operations.
//! 3. One that is not populated has no rows, and no statement reads it.

use std::sync::Arc;

use gavel_binder::ddl::ast::{CreateTableAs, Persistence, QualifiedName};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::{TEMPORARY_SCHEMA, is_temporary};
use gavel_catalog::{Catalog, Index, IndexKey, Materialized, Table};
use gavel_types::{Datum, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::names::{quote, undefined_table};

impl DdlContext<'_> {
    /// Gives the number of rows, or `None` if the query was not run.
    pub(super) async fn create_materialized_view(&mut self, create: &CreateTableAs) -> SqlResult<Option<u64>> {
        if create.persistence == Persistence::Unlogged {
            return Err(SqlError::unsupported("materialized views cannot be unlogged"));
        }
        let (schema, name) = self.creation_target(&create.name, create.persistence)?;
        if schema == TEMPORARY_SCHEMA {
            return Err(SqlError::unsupported("materialized views cannot be temporary"));
        }
        if self.now().relation(schema, &name).is_some() && create.if_not_exists {
            let message = format!("relation \"{name}\" already exists, skipping");
            self.notice_of(SqlState::DuplicateTable, message);
            return Ok(None);
        }
        self.require_free(schema, &name)?;
        self.require_free_row_type(schema, &name)?;
        let query = self.binder.query(self.scope(), &create.query)?;
        if query.depends_on.iter().any(|on| is_temporary(*on)) {
            return Err(SqlError::unsupported("materialized views must not use temporary tables or views"));
        }
        self.pin(schema, &query.depends_on);
        let mut table = self.table_of_query((schema, name), create, &query).await?;
        let (sql, depends_on) = (query.sql.clone(), query.depends_on.clone());
        table.materialized = Some(Materialized { sql, depends_on, populated: create.with_data });
        let oid = table.oid;
        self.edit().put_table(Arc::new(table));
        if !create.with_data {
            return Ok(None);
        }
        let table = self.table_by_oid(oid)?;
        let scratch = self.as_plain_table(&table);
        self.fill(&scratch, &table, &query.sql).await.map(Some)
    }

    pub(super) async fn refresh_materialized_view(
        &mut self,
        name: &QualifiedName,
        concurrently: bool,
        with_data: bool,
    ) -> SqlResult<()> {
        if concurrently && !with_data {
            let message = "CONCURRENTLY and WITH NO DATA options cannot be used together";
            return Err(SqlError::new(SqlState::SyntaxError, message));
        }
        let found = self.find(name)?.ok_or_else(|| undefined_table("relation", name))?;
        let bare = name.0.last().map_or("", String::as_str);
        if let Relation::Table(table) = &found {
            self.must_own_table(table)?;
        }
        let (table, kept) = match &found {
            Relation::Table(table) => match &table.materialized {
                Some(kept) => (Arc::clone(table), kept.clone()),
                None => return Err(SqlError::unsupported(format!("\"{bare}\" is not a materialized view"))),
            },
            _ => {
                let message = format!("\"{bare}\" is not a table or materialized view");
                return Err(SqlError::new(SqlState::WrongObjectType, message));
            }
        };
        if concurrently {
            self.require_concurrent(&table, &kept)?;
        }
        self.pin(table.schema, &kept.depends_on);
        let mut next = Table::clone(&table);
        self.fresh_storage(&mut next).await?;
        Self::mend_indexes(&mut next, |_| !concurrently);
        next.materialized = Some(Materialized { populated: with_data, ..kept.clone() });
        let table = self.edit_table(table.oid, |t| *t = next)?;
        if with_data {
            let scratch = self.as_plain_table(&table);
            if let Err(error) = self.fill(&scratch, &table, &kept.sql).await {
                let twofold = if concurrently { self.twofold(&error, &table, &kept.sql).await } else { None };
                return Err(twofold.unwrap_or_else(|| duplicated(error)));
            }
        }
        Ok(())
    }

    /// What PostgreSQL compares before it touches the rows of a view that is refreshed CONCURRENTLY: two rows that are
    /// the same in all columns, none of them NULL.
    async fn twofold(&mut self, error: &SqlError, table: &Table, query: &str) -> Option<SqlError> {
        if error.code() != SqlState::UniqueViolation {
            return None;
        }
        let catalog = Arc::clone(self.now());
        let sql = format!(
            "SELECT CAST(n AS text) FROM ({query}) AS n WHERE n IS NOT NULL GROUP BY n HAVING count(*) > 1 LIMIT 1"
        );
        let rows = self.host.run_restricted(&catalog, &sql, table.owner, table.oid).await.ok()?;
        let Datum::Text(row) = rows.first()?.first()? else { return None };
        let name = &table.name;
        let message =
            format!("new data for materialized view \"{name}\" contains duplicate rows without any null columns");
        Some(SqlError::new(SqlState::CardinalityViolation, message).detail(format!("Row: {row}")))
    }

    fn require_concurrent(&self, table: &Table, kept: &Materialized) -> SqlResult<()> {
        if !kept.populated {
            let message = "CONCURRENTLY cannot be used when the materialized view is not populated";
            return Err(SqlError::unsupported(message));
        }
        let plain = |k: &(IndexKey, bool, bool)| matches!(k.0, IndexKey::Column(_));
        let whole = |i: &Index| i.is_unique() && i.is_public() && i.predicate.is_none() && i.keys.iter().all(plain);
        if table.indexes.iter().any(whole) {
            return Ok(());
        }
        let schema = self.now().schema_by_oid(table.schema).map_or("", |s| s.name.as_str());
        let shown = format!("{}.{}", quote(schema), quote(&table.name));
        let message = format!("cannot refresh materialized view \"{shown}\" concurrently");
        Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, message)
            .hint("Create a unique index with no WHERE clause on one or more columns of the materialized view."))
    }

    /// The catalog in which rows can be put into a materialized view.
    fn as_plain_table(&self, table: &Arc<Table>) -> Arc<Catalog> {
        let mut scratch = Catalog::clone(self.now());
        scratch.put_table(Arc::new(Table { materialized: None, ..Table::clone(table) }));
        Arc::new(scratch)
    }
}

/// A key that the new rows have twice.
fn duplicated(error: SqlError) -> SqlError {
    if error.code() != SqlState::UniqueViolation {
        return error;
    }
    let fields = error.fields();
    let name = fields.constraint.clone().unwrap_or_default();
    let mut out = SqlError::new(SqlState::UniqueViolation, format!("could not create unique index \"{name}\""));
    if let Some(detail) = &fields.detail {
        out = out.detail(detail.replace(" already exists.", " is duplicated."));
    }
    out.constraint(name)
}
