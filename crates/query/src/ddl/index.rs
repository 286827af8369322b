//! CREATE INDEX.

use gavel_binder::ddl::ast::{self, CreateIndex};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{Index, IndexKey, IndexState, Table};
use gavel_functions::registry::Volatility;
use gavel_types::{PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::Expr;

use super::binding::Usage;
use super::constraint::require_ordered;
use super::{DdlContext, naming};

/// Most key and included columns of an index.
const MAX_COLUMNS: usize = 32;

impl DdlContext<'_> {
    pub(super) async fn create_index(&mut self, create: &CreateIndex) -> SqlResult<()> {
        if create.concurrently && self.in_block {
            return Err(SqlError::new(
                SqlState::ActiveSqlTransaction,
                "CREATE INDEX CONCURRENTLY cannot run inside a transaction block",
            ));
        }
        let table = match self.find(&create.table)? {
            Some(Relation::Table(table)) => table,
            Some(other) => {
                let text = format!("cannot create index on relation \"{}\"", create.table);
                let kind = super::names::kind_word(super::names::kind_of(&other));
                let kind = if kind == "index" { "indexes".to_owned() } else { format!("{kind}s") };
                return Err(SqlError::new(SqlState::WrongObjectType, text)
                    .detail(format!("This operation is not supported for {kind}.")));
            }
            None => return Err(super::names::undefined_table("relation", &create.table)),
        };
        self.must_own_table(&table)?;
        self.require_creation(&self.subject, table.schema)?;
        match create.method.as_deref() {
            None | Some("btree" | "hash") => {}
            Some(other @ ("gin" | "gist" | "spgist" | "brin")) => {
                return Err(SqlError::unsupported(format!("access method \"{other}\" is not supported"))
                    .hint("Indexes are ordered; leave USING away."));
            }
            Some(other) => {
                let message = format!("access method \"{other}\" does not exist");
                return Err(SqlError::new(SqlState::UndefinedObject, message));
            }
        }
        if create.method.as_deref() == Some("hash") {
            self.notice("indexes are ordered: \"hash\" is taken as \"btree\"");
        }
        if create.columns.len() + create.include.len() > MAX_COLUMNS {
            let message = format!("cannot use more than {MAX_COLUMNS} columns in an index");
            return Err(SqlError::new(SqlState::TooManyColumns, message));
        }
        let name = match &create.name {
            Some(name) => self.split(name)?.1.to_owned(),
            None => self.index_name(&table, create),
        };
        if self.now().relation(table.schema, &name).is_some() {
            if create.if_not_exists && create.name.is_some() {
                let message = format!("relation \"{name}\" already exists, skipping");
                self.notice_of(SqlState::DuplicateTable, message);
                return Ok(());
            }
            self.require_free(table.schema, &name)?;
        }
        let mut keys = Vec::with_capacity(create.columns.len());
        for (at, column) in (1_i16..).zip(&create.columns) {
            let nulls_first = column.nulls_first.unwrap_or(column.descending);
            keys.push((self.index_key(&table, column, at)?, column.descending, nulls_first));
        }
        let mut include = Vec::new();
        for column in &create.include {
            let found = table.column_named(column).ok_or_else(|| undefined_column(column))?;
            if !include.contains(&found.number) {
                include.push(found.number);
            }
        }
        let predicate = match &create.predicate {
            Some(expr) => {
                let stored = self.expression(&table, expr, Usage::Predicate)?;
                if stored.volatility != Volatility::Immutable {
                    return Err(SqlError::new(
                        SqlState::InvalidObjectDefinition,
                        "functions in index predicate must be marked IMMUTABLE",
                    ));
                }
                Some(stored.sql)
            }
            None => None,
        };
        let oid = self.new_oid(table.schema).await?;
        let index = Index {
            oid,
            name,
            storage: oid,
            primary: false,
            unique: create.unique,
            keys,
            include,
            predicate,
            nulls_not_distinct: create.nulls_not_distinct,
            constraint: None,
            deferrable: false,
            state: IndexState::Public,
            job: 0,
        };
        if (create.concurrently || create.asynchronous) && !table.is_temporary() {
            return self.create_index_by_job(&table, index, create.concurrently);
        }
        if create.asynchronous {
            self.built_at_once(&table, oid, &index.name);
        }
        let rows = self.has_rows(&table).await?;
        let table = self.edit_table(table.oid, |t| t.indexes.push(index))?;
        if rows { self.build_index(&table, oid).await } else { Ok(()) }
    }

    fn index_key(&mut self, table: &Table, column: &ast::IndexColumn, at: i16) -> SqlResult<IndexKey> {
        let expr = without_collation(&column.expr);
        if let Expr::Identifier(word) = expr {
            let name = if word.quote_style.is_some() { word.value.clone() } else { word.value.to_lowercase() };
            let found = table.column_named(&name).ok_or_else(|| undefined_column(&name))?;
            require_ordered(found.ty)?;
            return Ok(IndexKey::Column(found.number));
        }
        let stored = self.expression(table, expr, Usage::IndexKey)?;
        if stored.volatility != Volatility::Immutable {
            return Err(SqlError::new(
                SqlState::InvalidObjectDefinition,
                "functions in index expression must be marked IMMUTABLE",
            ));
        }
        if stored.ty.oid == gavel_types::Oid::UNKNOWN {
            return Ok(IndexKey::Expression { sql: stored.sql, ty: PgType::TEXT, id: -at });
        }
        require_ordered(stored.ty)?;
        Ok(IndexKey::Expression { sql: stored.sql, ty: stored.ty, id: -at })
    }

    /// `t_a_lower_idx`.
    fn index_name(&self, table: &Table, create: &CreateIndex) -> String {
        let mut parts: Vec<String> = Vec::new();
        for column in &create.columns {
            let base = match without_collation(&column.expr) {
                Expr::Identifier(word) if word.quote_style.is_some() => word.value.clone(),
                Expr::Identifier(word) => word.value.to_lowercase(),
                Expr::Function(f) => f.name.0.last().map_or_else(|| "expr".into(), |n| n.to_string().to_lowercase()),
                _ => "expr".into(),
            };
            let mut name = base.clone();
            let mut n = 0;
            while parts.contains(&name) {
                n += 1;
                name = format!("{base}{n}");
            }
            parts.push(name);
        }
        parts.extend(create.include.iter().cloned());
        naming::relation_name(self.now(), table.schema, [&table.name, &naming::joined(&parts), "idx"], false)
    }
}

fn undefined_column(name: &str) -> SqlError {
    SqlError::new(SqlState::UndefinedColumn, format!("column \"{name}\" does not exist"))
}

/// The expression without parentheses and COLLATE around it: there is one collation.
fn without_collation(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => without_collation(inner),
        _ => expr,
    }
}
