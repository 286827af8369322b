//! ADD and DROP ATTRIBUTE of a composite type that columns have: their rows are made anew, as values of a type that has
//! the new fields and stands in for it meanwhile.

use std::sync::Arc;

use gavel_catalog::user_type::{Attribute, Definition, UserType};
use gavel_catalog::{Catalog, Table};
use gavel_types::pg_type::UserKind;
use gavel_types::text_io::type_name;
use gavel_types::{PgType, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::binding::{Scope, Usage};
use super::domain::value_table;
use super::drop::Object;
use super::names::quote;

/// Something that stands on a field.
enum Dependent {
    Object(Object),
    /// A check of a domain, by its name.
    Check(Arc<UserType>, String),
}

impl DdlContext<'_> {
    /// Gives `ty` other fields, and the rows of columns that have the type.
    ///
    /// # Errors
    /// 0A000 if a column has values of the type within others.
    pub(super) async fn change_fields(&mut self, ty: &UserType, fields: Vec<Attribute>) -> SqlResult<()> {
        let tables: Vec<Arc<Table>> = self
            .now()
            .tables
            .values()
            .filter(|t| t.visible_columns().any(|c| self.is_within(ty.oid, c.declared().oid)))
            .cloned()
            .collect();
        for table in &tables {
            let within = |c: &&gavel_catalog::Column| {
                let whole = table.materialized.is_some() || fields.is_empty();
                (c.declared().oid != ty.oid || whole) && self.is_within(ty.oid, c.declared().oid)
            };
            if let Some(column) = table.visible_columns().find(within) {
                let message = format!(
                    "cannot alter type \"{}\" because column \"{}.{}\" uses it",
                    ty.name, table.name, column.name
                );
                return Err(SqlError::unsupported(message));
            }
        }
        let before = Arc::new(ty.clone());
        self.edit_type(ty, |t| t.definition = Definition::Composite(fields.clone()));
        if tables.is_empty() {
            return Ok(());
        }
        let stand_in = self.new_type_oid(ty.schema, UserKind::Composite).await?;
        let next = Arc::new(UserType {
            oid: stand_in,
            name: format!("pg_rewrite_{}", stand_in.type_number()),
            definition: Definition::Composite(fields.clone()),
            ..ty.clone()
        });
        let old_fields = ty.attributes().unwrap_or_default();
        for table in tables {
            let mut values = Vec::new();
            for column in table.visible_columns().filter(|c| c.declared().oid == ty.oid) {
                let name = quote(&column.name);
                let items: Vec<String> = fields
                    .iter()
                    .map(|field| {
                        if old_fields.iter().any(|old| old.number == field.number) {
                            format!("({name}).{}", quote(&field.name))
                        } else {
                            "NULL".to_owned()
                        }
                    })
                    .collect();
                let made = format!("CAST(ROW({}) AS {})", items.join(", "), type_name(stand_in));
                values.push((
                    column.number,
                    format!("CASE WHEN {name} IS NOT DISTINCT FROM NULL THEN NULL ELSE {made} END"),
                ));
            }
            let oid = ty.oid;
            let (before, next) = (Arc::clone(&before), Arc::clone(&next));
            let prepare = move |scratch: &mut Catalog, successor: &mut Table| {
                scratch.put_type(Arc::clone(&before));
                scratch.put_type(Arc::clone(&next));
                for column in successor.columns.iter_mut().filter(|c| c.ty.oid == oid) {
                    column.ty = PgType::new(next.oid);
                }
            };
            self.rewrite_in(&table, Table::clone(&table), &values, &prepare).await?;
        }
        Ok(())
    }

    /// Drops what stands on a field that goes, if `cascade` says so.
    ///
    /// # Errors
    /// 2BP01 if it does not.
    pub(super) async fn drop_dependents_of_field(
        &mut self,
        ty: &UserType,
        field: &str,
        remaining: &[Attribute],
        cascade: bool,
    ) -> SqlResult<()> {
        let found = self.dependents_of_field(ty, field, remaining);
        if found.is_empty() {
            return Ok(());
        }
        let on = format!("column {} of composite type {}", quote(field), self.type_shown(ty.oid));
        let names: Vec<String> = found
            .iter()
            .map(|dependent| match dependent {
                Dependent::Object(object) => self.described(object),
                Dependent::Check(_, name) => format!("constraint {name}"),
            })
            .collect();
        if !cascade {
            let lines: Vec<String> = names.iter().map(|name| format!("{name} depends on {on}")).collect();
            let message = format!("cannot drop {on} because other objects depend on it");
            return Err(SqlError::new(SqlState::DependentObjectsStillExist, message)
                .detail(lines.join("\n"))
                .hint("Use DROP ... CASCADE to drop the dependent objects too."));
        }
        match names.as_slice() {
            [one] => self.notice(format!("drop cascades to {one}")),
            many => self.notice(format!("drop cascades to {} other objects", many.len())),
        }
        let mut objects = Vec::new();
        for dependent in found {
            match dependent {
                Dependent::Object(object) => objects.push(object),
                Dependent::Check(domain, name) => {
                    self.edit_type(&domain, |t| {
                        if let Definition::Domain(domain) = &mut t.definition {
                            domain.checks.retain(|c| c.name != name);
                        }
                    });
                }
            }
        }
        self.drop_all(&objects, true).await
    }

    /// Checks and views that have no meaning without the field.
    fn dependents_of_field(&self, ty: &UserType, field: &str, remaining: &[Attribute]) -> Vec<Dependent> {
        let now = self.now();
        let mut without = Catalog::clone(now);
        let definition = Definition::Composite(remaining.to_vec());
        without.put_type(Arc::new(UserType { definition, ..ty.clone() }));
        let without = Arc::new(without);
        let breaks = |sql: &str, bind: &dyn Fn(Scope<'_>) -> SqlResult<()>| {
            let in_catalog = |catalog| bind(Scope { catalog, search_path: &[] });
            sql.contains(field) && in_catalog(now).is_ok() && in_catalog(&without).is_err()
        };
        let check = |over: &Table, sql: &str| {
            breaks(sql, &|scope| self.binder.stored_expression(scope, over, sql, Usage::Check).map(drop))
        };
        let mut found = Vec::new();
        for table in now.tables.values() {
            for broken in table.checks.iter().filter(|c| check(table, &c.sql)) {
                found.push(Dependent::Object(Object::Constraint(table.oid, broken.oid)));
            }
        }
        for other in now.types.values() {
            let Definition::Domain(domain) = &other.definition else { continue };
            let over = value_table(domain.base);
            for broken in domain.checks.iter().filter(|c| check(&over, &c.sql)) {
                found.push(Dependent::Check(Arc::clone(other), broken.name.clone()));
            }
        }
        for view in now.views.values() {
            let bind = |scope: Scope<'_>| {
                let query = gavel_binder::parse::parse_query(&view.sql)?;
                self.binder.query(scope, &query).map(drop)
            };
            if breaks(&view.sql, &bind) {
                found.push(Dependent::Object(Object::View(view.oid)));
            }
        }
        found
    }
}
