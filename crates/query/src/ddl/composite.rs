//! CREATE TYPE … AS (…), and ALTER TYPE of composite types.
//!
//! Rows that a column of such a type holds are stored as they were made, field by field. So while columns have the type,
//! their rows are made anew when a field comes or goes; where they hold such rows within other values, it is refused, as
//! is another type for a field.

use gavel_binder::ddl::ast::{AlterAction, ColumnDef, QualifiedName};
use gavel_catalog::snapshot::row_type;
use gavel_catalog::user_type::{Attribute, Definition, UserType};
use gavel_catalog::{Column, IndexKey, Table};
use gavel_functions::registry;
use gavel_types::pg_type::UserKind;
use gavel_types::text_io::type_name;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::binding::{Scope, Usage};
use super::domain::value_table;
use super::drop::Object;
use super::user_type::{is_made_of, names_type};
use crate::system::attributes::expression_name;

impl DdlContext<'_> {
    pub(super) async fn create_composite(&mut self, name: &QualifiedName, fields: &[ColumnDef]) -> SqlResult<()> {
        let (schema, name) = self.type_target(name)?;
        self.require_free_type(schema, &name)?;
        self.require_free(schema, &name)?;
        let mut attributes: Vec<Attribute> = Vec::with_capacity(fields.len());
        for (number, field) in (1..).zip(fields) {
            if attributes.iter().any(|a| a.name == field.name) {
                let message = format!("column \"{}\" specified more than once", field.name);
                return Err(SqlError::new(SqlState::DuplicateColumn, message));
            }
            attributes.push(self.attribute(schema, field, number)?);
        }
        let oid = self.new_type_oid(schema, UserKind::Composite).await?;
        self.put_new_type(oid, schema, name, Definition::Composite(attributes));
        Ok(())
    }

    fn attribute(&mut self, schema: Oid, field: &ColumnDef, number: i16) -> SqlResult<Attribute> {
        let (ty, domain) = self.declared_type(schema, &field.ty)?;
        if registry::type_info(ty.oid).is_some_and(|t| t.kind == 'p') {
            let message = format!("column \"{}\" has pseudo-type {}", field.name, type_name(ty.oid));
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        Ok(Attribute { number, name: field.name.clone(), ty, domain })
    }

    pub(super) async fn alter_composite(
        &mut self,
        ty: &UserType,
        action: &AlterAction,
        cascade: bool,
    ) -> SqlResult<()> {
        let Some(attributes) = ty.attributes() else {
            let message = format!("{} is not a composite type", type_name(ty.oid));
            return Err(SqlError::new(SqlState::WrongObjectType, message));
        };
        let mut attributes = attributes.to_vec();
        let typed = self.tables_of_type(ty, cascade)?;
        let missing = |name: &str| {
            let message = format!("column \"{name}\" of relation \"{}\" does not exist", ty.name);
            SqlError::new(SqlState::UndefinedColumn, message)
        };
        let taken = |name: &str| {
            let message = format!("column \"{name}\" of relation \"{}\" already exists", ty.name);
            SqlError::new(SqlState::DuplicateColumn, message)
        };
        match action {
            AlterAction::RenameColumn { old, new } => {
                let at = attributes.iter().position(|a| a.name == *old).ok_or_else(|| missing(old))?;
                if attributes.iter().any(|a| a.name == *new) {
                    return Err(taken(new));
                }
                attributes[at].name.clone_from(new);
            }
            AlterAction::AddColumn { column, .. } => {
                if attributes.iter().any(|a| a.name == column.name) {
                    return Err(taken(&column.name));
                }
                let number = attributes.iter().map(|a| a.number).max().unwrap_or(0) + 1;
                let attribute = self.attribute(ty.schema, column, number)?;
                if self.is_within(ty.oid, attribute.declared().oid) {
                    let message = format!("composite type {} cannot be made a member of itself", ty.name);
                    return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
                }
                attributes.push(attribute);
            }
            AlterAction::DropColumn { name, if_exists, cascade } => {
                let Some(at) = attributes.iter().position(|a| a.name == *name) else {
                    let error = missing(name);
                    if !*if_exists {
                        return Err(error);
                    }
                    self.notice(format!("{}, skipping", error.message()));
                    return Ok(());
                };
                attributes.remove(at);
                self.drop_dependents_of_field(ty, name, &attributes, *cascade).await?;
            }
            AlterAction::SetType { column, ty: written, .. } => {
                let at = attributes.iter().position(|a| a.name == *column).ok_or_else(|| missing(column))?;
                self.require_no_columns_of(ty)?;
                (attributes[at].ty, attributes[at].domain) = self.declared_type(ty.schema, written)?;
            }
            _ => return Err(SqlError::unsupported("this form of ALTER TYPE is not supported")),
        }
        match action {
            AlterAction::AddColumn { .. } | AlterAction::DropColumn { .. } => {
                self.change_fields(ty, attributes).await?;
            }
            _ => {
                self.edit_type(ty, |t| t.definition = Definition::Composite(attributes));
                self.require_domain_checks(ty.oid)?;
            }
        }
        for table in typed {
            Box::pin(self.change_table(table, std::slice::from_ref(action))).await?;
        }
        Ok(())
    }

    /// What binding raises if a check of a domain over the composite type has no meaning any more.
    fn require_domain_checks(&self, ty: Oid) -> SqlResult<()> {
        let scope = Scope { catalog: self.now(), search_path: &[] };
        for other in self.now().types.values() {
            let Definition::Domain(domain) = &other.definition else { continue };
            let over = value_table(domain.base);
            for check in domain.checks.iter().filter(|_| self.is_within(ty, domain.base.oid)) {
                self.binder.stored_expression(scope, &over, &check.sql, Usage::Check)?;
            }
        }
        Ok(())
    }

    /// DROP … CASCADE of what a field has for a type.
    pub(super) fn remove_attribute(&mut self, oid: Oid, number: i16) -> SqlResult<()> {
        let Some(ty) = self.now().user_type(oid).cloned() else { return Ok(()) };
        self.require_no_columns_of(&ty)?;
        let mut attributes = ty.attributes().unwrap_or_default().to_vec();
        attributes.retain(|a| a.number != number);
        self.edit_type(&ty, |t| t.definition = Definition::Composite(attributes));
        Ok(())
    }

    fn require_no_columns_of(&self, ty: &UserType) -> SqlResult<()> {
        let what = format!("type \"{}\"", ty.name);
        self.require_unused(ty.oid, &what, "it")?;
        self.require_unnamed(ty.oid, &what, "it")
    }

    /// 0A000 if a column has the composite type, in whatever it is wrapped.
    pub(super) fn require_unused(&self, oid: Oid, what: &str, part: &str) -> SqlResult<()> {
        let refused = |relation: &str, column: &str| {
            let message = format!("cannot alter {what} because column \"{relation}.{column}\" uses {part}");
            Err(SqlError::unsupported(message))
        };
        for table in self.now().tables.values() {
            for column in table.visible_columns() {
                if self.is_within(oid, column.declared().oid) {
                    return refused(&table.name, &column.name);
                }
            }
            for index in &table.indexes {
                for (key, ..) in &index.keys {
                    if let IndexKey::Expression { sql, ty, .. } = key
                        && self.is_within(oid, ty.oid)
                    {
                        return refused(&index.name, &expression_name(self.now(), sql));
                    }
                }
            }
        }
        Ok(())
    }

    /// 0A000 if an expression names the composite type: what it computes would be of other values.
    pub(super) fn require_unnamed(&self, oid: Oid, what: &str, part: &str) -> SqlResult<()> {
        let Some(user) = self.expression_of_type(oid) else { return Ok(()) };
        let user = self.described_user(&user);
        Err(SqlError::unsupported(format!("cannot alter {what} because {user} uses {part}")))
    }

    /// As PostgreSQL describes it: what a view does is that of its rule.
    fn described_user(&self, user: &Object) -> String {
        let shown = self.described(user);
        match user {
            Object::View(_) | Object::Table(_) => format!("rule _RETURN on {shown}"),
            _ => shown,
        }
    }

    /// What has an expression that names the composite type or one that is made of it: the first there is.
    fn expression_of_type(&self, oid: Oid) -> Option<Object> {
        let catalog = self.now();
        let users = catalog.types.values().map(|t| t.oid);
        let rows = catalog.tables.values().filter_map(|t| row_type(t.oid));
        let made: Vec<Oid> = users.chain(rows).filter(|ty| self.is_within(oid, *ty)).collect();
        let names = |sql: &str| made.iter().any(|ty| names_type(sql, *ty));
        let of_table = |table: &Table| {
            if table.materialized.as_ref().is_some_and(|kept| names(&kept.sql)) {
                return Some(Object::Table(table.oid));
            }
            if let Some(check) = table.checks.iter().find(|c| names(&c.sql)) {
                return Some(Object::Constraint(table.oid, check.oid));
            }
            let computed = |c: &&Column| c.default.as_deref().is_some_and(names);
            if let Some(column) = table.visible_columns().find(computed) {
                return Some(Object::Default(table.oid, column.number));
            }
            let partial = table.indexes.iter().find(|i| i.predicate.as_deref().is_some_and(names))?;
            Some(Object::Index(table.oid, partial.oid))
        };
        let of_domain = |ty: &UserType| {
            let Definition::Domain(domain) = &ty.definition else { return None };
            let mut texts = domain.checks.iter().map(|c| &c.sql).chain(&domain.default);
            texts.any(|sql| names(sql)).then_some(Object::Type(ty.oid))
        };
        let in_tables = catalog.tables.values().find_map(|t| of_table(t));
        let in_views = || catalog.views.values().find(|v| names(&v.sql)).map(|v| Object::View(v.oid));
        in_tables.or_else(in_views).or_else(|| catalog.types.values().find_map(|t| of_domain(t)))
    }

    /// Rows of a table are not in values of a type that a column of it shall have.
    ///
    /// # Errors
    /// 42P16.
    pub(super) fn require_outside(&self, table: &Table, ty: Oid) -> SqlResult<()> {
        match row_type(table.oid).filter(|row| self.is_within(*row, ty)) {
            Some(row) => {
                let message = format!("composite type {} cannot be made a member of itself", type_name(row));
                Err(SqlError::new(SqlState::InvalidTableDefinition, message))
            }
            None => Ok(()),
        }
    }

    /// Whether values of `outer` hold values of `oid`.
    pub(super) fn is_within(&self, oid: Oid, outer: Oid) -> bool {
        if is_made_of(outer, oid) {
            return true;
        }
        if let Some(element) = outer.element() {
            return self.is_within(oid, element);
        }
        let Some(ty) = self.now().user_type(outer) else {
            let table = self.now().table(Oid(outer.type_number())).filter(|_| outer.is_composite());
            return table.is_some_and(|t| t.visible_columns().any(|c| self.is_within(oid, c.declared().oid)));
        };
        match &ty.definition {
            Definition::Composite(attributes) => attributes.iter().any(|a| self.is_within(oid, a.declared().oid)),
            Definition::Domain(domain) => self.is_within(oid, domain.over.unwrap_or(domain.base.oid)),
            Definition::Enum(_) => false,
        }
    }
}
