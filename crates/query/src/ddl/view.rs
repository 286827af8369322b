//! CREATE VIEW.

use std::sync::Arc;

use gavel_binder::ddl::ast::{CreateView, Persistence};
use gavel_catalog::View;
use gavel_catalog::keys::Kind;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::{TEMPORARY_SCHEMA, is_temporary};
use gavel_types::text_io::type_name_with_typmod;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::binding::StoredQuery;

impl DdlContext<'_> {
    pub(super) async fn create_view(&mut self, create: &CreateView) -> SqlResult<()> {
        let query = self.binder.query(self.scope(), &create.query)?;
        let mut persistence = create.persistence;
        if persistence != Persistence::Temporary && query.depends_on.iter().any(|on| is_temporary(*on)) {
            let name = create.name.0.last().map_or("", String::as_str);
            self.notice(format!("view \"{name}\" will be a temporary view"));
            persistence = Persistence::Temporary;
        }
        let (schema, name) = self.creation_target(&create.name, persistence)?;
        let columns = view_columns(&create.columns, query.columns.clone())?;
        let existing = self.now().relation(schema, &name).cloned();
        let (oid, version, owner, acl, column_acls) = match existing {
            None => (self.new_oid(schema).await?, 1, self.user, self.initial_acl('r', self.user, schema), Vec::new()),
            Some(Relation::View(old)) if create.or_replace => {
                require_compatible(&old, &columns)?;
                (old.oid, old.version + 1, old.owner, old.acl.clone(), old.column_acls.clone())
            }
            Some(_) if create.or_replace => {
                return Err(SqlError::new(SqlState::WrongObjectType, format!("\"{name}\" is not a view")));
            }
            Some(_) => return self.require_free(schema, &name),
        };
        if version == 1 {
            self.require_free_row_type(schema, &name)?;
        }
        for (_, ty) in &columns {
            self.rely_on_type(schema, ty.oid);
        }
        if query.depends_on.contains(&oid) {
            let message = format!("infinite recursion detected in rules for relation \"{name}\"");
            return Err(SqlError::new(SqlState::InvalidObjectDefinition, message));
        }
        // What the view reads must not go away while it is being made. For a temporary one nothing is written.
        for used in query.depends_on.iter().filter(|_| schema != TEMPORARY_SCHEMA) {
            self.catalog.used.insert(*used);
            if used.is_user_type() {
                self.rely_on_type(schema, *used);
                continue;
            }
            let kind = if self.now().tables.contains_key(used) {
                Kind::Table
            } else if self.now().views.contains_key(used) {
                Kind::View
            } else {
                Kind::Sequence
            };
            self.catalog.reliance.pinned.insert((kind, *used));
        }
        let StoredQuery { sql, depends_on, .. } = query;
        let view = View { oid, schema, name, owner, version, sql, columns, depends_on, acl, column_acls };
        self.edit().put_view(Arc::new(view));
        Ok(())
    }
}

/// Names and types of a view's columns.
fn view_columns(names: &[String], query: Vec<(String, PgType)>) -> SqlResult<Vec<(String, PgType)>> {
    if names.len() > query.len() {
        return Err(SqlError::new(SqlState::SyntaxError, "CREATE VIEW specifies more column names than columns"));
    }
    let mut columns: Vec<(String, PgType)> = Vec::with_capacity(query.len());
    for (at, (own, ty)) in query.into_iter().enumerate() {
        let name = names.get(at).cloned().unwrap_or(own);
        if columns.iter().any(|c| c.0 == name) {
            let message = format!("column \"{name}\" specified more than once");
            return Err(SqlError::new(SqlState::DuplicateColumn, message));
        }
        columns.push((name, if ty.oid == Oid::UNKNOWN { PgType::TEXT } else { ty }));
    }
    Ok(columns)
}

/// OR REPLACE may only add columns at the end.
fn require_compatible(old: &View, columns: &[(String, PgType)]) -> SqlResult<()> {
    let refused = |message: String| Err(SqlError::new(SqlState::InvalidTableDefinition, message));
    if columns.len() < old.columns.len() {
        return refused("cannot drop columns from view".to_owned());
    }
    for ((old_name, old_type), (name, ty)) in old.columns.iter().zip(columns) {
        if old_name != name {
            return Err(SqlError::new(
                SqlState::InvalidTableDefinition,
                format!("cannot change name of view column \"{old_name}\" to \"{name}\""),
            )
            .hint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead."));
        }
        if old_type != ty {
            return refused(format!(
                "cannot change data type of view column \"{name}\" from {} to {}",
                type_name_with_typmod(*old_type),
                type_name_with_typmod(*ty)
            ));
        }
    }
    Ok(())
}
