//! CREATE TYPE … AS ENUM, ALTER TYPE, and what all types of users share: names, owners, dependence.

use std::sync::Arc;

use gavel_binder::ddl::ast::{Alter, AlterAction, ObjectKind, Persistence, QualifiedName, TypeDefinition};
use gavel_catalog::keys::Kind;
use gavel_catalog::system::{TEMPORARY_SCHEMA, is_temporary};
use gavel_catalog::user_type::{Definition, UserType, insert_label, new_labels};
use gavel_catalog::{Catalog, IndexKey, PartitionOn, Table, View, acl};
use gavel_types::pg_type::{MAX_TYPE_NUMBER, UserKind};
use gavel_types::text_io::type_name;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{DataType, Query};

use super::binding::{Scope, Usage};
use super::create_table::empty_table;
use super::domain::value_table;
use super::{DdlContext, expression};
use crate::system::resolver::CatalogNames;

/// Longest label, as of a name.
const MAX_LABEL_BYTES: usize = 63;

pub(super) fn undefined_type(name: &QualifiedName) -> SqlError {
    SqlError::new(SqlState::UndefinedObject, format!("type \"{name}\" does not exist"))
}

fn check_label(label: &str) -> SqlResult<()> {
    if label.len() <= MAX_LABEL_BYTES {
        return Ok(());
    }
    Err(SqlError::new(SqlState::InvalidName, format!("invalid enum label \"{label}\""))
        .detail(format!("Labels must be {MAX_LABEL_BYTES} bytes or less.")))
}

fn duplicate_label(label: &str) -> SqlError {
    SqlError::new(SqlState::DuplicateObject, format!("enum label \"{label}\" already exists"))
}

impl DdlContext<'_> {
    pub(super) async fn create_type(&mut self, name: &QualifiedName, definition: &TypeDefinition) -> SqlResult<()> {
        match definition {
            TypeDefinition::Enum(labels) => self.create_enum(name, labels).await,
            TypeDefinition::Composite(fields) => self.create_composite(name, fields).await,
        }
    }

    async fn create_enum(&mut self, name: &QualifiedName, labels: &[String]) -> SqlResult<()> {
        let (schema, name) = self.type_target(name)?;
        self.require_free_type(schema, &name)?;
        for (at, label) in labels.iter().enumerate() {
            check_label(label)?;
            if labels[..at].contains(label) {
                let message = "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"";
                return Err(SqlError::new(SqlState::UniqueViolation, message)
                    .detail(format!("Key (enumlabel)=({label}) already exists.")));
            }
        }
        let oid = self.new_type_oid(schema, UserKind::Enum).await?;
        let first = if labels.is_empty() {
            Oid(0)
        } else {
            self.host.allocate_oids(u32::try_from(labels.len()).unwrap_or(u32::MAX)).await?
        };
        let definition = Definition::Enum(new_labels(labels.to_vec(), first)?);
        self.put_new_type(oid, schema, name, definition);
        Ok(())
    }

    /// Where a new type of this name goes, and its bare name.
    ///
    /// # Errors
    /// 3F000 if there is no such schema.
    pub(super) fn type_target(&mut self, name: &QualifiedName) -> SqlResult<(Oid, String)> {
        self.creation_target(name, Persistence::Permanent)
    }

    /// Adds a type that is owned by the current user.
    pub(super) fn put_new_type(&mut self, oid: Oid, schema: Oid, name: String, definition: Definition) {
        let owner = self.user;
        let acl = self.initial_acl('T', owner, schema);
        self.edit().put_type(Arc::new(UserType { oid, schema, name, owner, version: 1, definition, acl }));
    }

    /// An OID for a type in `schema` that no type of the database has.
    pub(super) async fn new_type_oid(&mut self, schema: Oid, kind: UserKind) -> SqlResult<Oid> {
        let out_of_range = || SqlError::internal("number of a type out of range");
        if schema == TEMPORARY_SCHEMA {
            let number = self.host.temporary_oid(&self.catalog.current).0;
            return Oid::user_type(kind, number).ok_or_else(out_of_range);
        }
        loop {
            // Numbers begin again when they have run out; those of long ago may still be in use.
            let number = self.host.allocate_oids(1).await?.0 % MAX_TYPE_NUMBER;
            let taken = |kind| Oid::user_type(kind, number).is_some_and(|oid| self.now().types.contains_key(&oid));
            let relation = self.now().relation_name(Oid(number)).is_some();
            if relation || [UserKind::Enum, UserKind::Composite, UserKind::Domain].into_iter().any(taken) {
                continue;
            }
            return Oid::user_type(kind, number).ok_or_else(out_of_range);
        }
    }

    /// A type's name as messages show it: qualified only if it must be.
    pub(super) fn type_shown(&self, oid: Oid) -> String {
        let search_path = self.search_path.to_vec();
        let names = CatalogNames { catalog: self.now().clone(), search_path, subject: None };
        names.type_text(oid).unwrap_or_else(|| type_name(oid))
    }

    /// Refuses a name that a type of the schema has, row types included.
    pub(super) fn require_free_type(&self, schema: Oid, name: &str) -> SqlResult<()> {
        match self.now().type_named(schema, name) {
            Some(found) if !found.is_user_array() => {
                Err(SqlError::new(SqlState::DuplicateObject, format!("type \"{name}\" already exists")))
            }
            _ => Ok(()),
        }
    }

    /// Refuses the name of a new relation that has a row type, if a type has it.
    pub(super) fn require_free_row_type(&self, schema: Oid, name: &str) -> SqlResult<()> {
        self.require_free_type(schema, name).map_err(|e| {
            e.hint(
                "A relation has an associated type of the same name, so you must use a name that doesn't conflict \
                 with any existing type.",
            )
        })
    }

    /// The type that `name` means, of users or of the system; `None` if there is none.
    pub(super) fn find_type(&self, name: &QualifiedName) -> SqlResult<Option<Oid>> {
        let (schema, bare) = self.split(name)?;
        let builtin = || gavel_functions::registry::type_named(bare).map(|t| t.oid);
        Ok(match schema {
            Some("pg_catalog") => builtin(),
            Some(schema) => {
                self.subject.look_into(self.now(), schema)?;
                let schema = self.now().qualifier(schema).ok_or_else(|| super::names::undefined_schema(schema))?;
                self.now().type_named(schema.oid, bare)
            }
            None => builtin().or_else(|| self.now().find_type(self.search_path.iter().map(String::as_str), bare)),
        })
    }

    /// Fields are a relation's, and a composite type is one for that.
    ///
    /// # Errors
    /// 42P01, 42809.
    fn require_with_fields(&self, name: &QualifiedName, found: Option<Oid>, actions: &[AlterAction]) -> SqlResult<()> {
        match found.filter(|oid| oid.is_composite()) {
            None => Err(super::names::undefined_table("relation", name)),
            Some(oid) if self.now().user_type(oid).is_none() && !actions.iter().all(is_rename) => {
                let message = format!("\"{}\" is not a composite type", name.0.last().map_or("", String::as_str));
                Err(SqlError::new(SqlState::WrongObjectType, message))
            }
            Some(_) => Ok(()),
        }
    }

    /// The type of this name, to be altered.
    fn type_to_alter(&self, alter: &Alter) -> SqlResult<Arc<UserType>> {
        let found = self.find_type(&alter.name)?;
        if alter.kind == ObjectKind::Type && alter.actions.iter().all(is_of_fields) {
            self.require_with_fields(&alter.name, found, &alter.actions)?;
        }
        let oid = found.ok_or_else(|| undefined_type(&alter.name))?;
        if !oid.is_user_type() {
            let message = format!("must be owner of type {}", type_name(oid));
            return Err(SqlError::new(SqlState::InsufficientPrivilege, message));
        }
        let wrong = |message: String| SqlError::new(SqlState::WrongObjectType, message);
        if oid.is_user_array() {
            let element = type_name(oid.element().unwrap_or(oid));
            return Err(wrong(format!("cannot alter array type {}", type_name(oid)))
                .hint(format!("You can alter type {element}, which will alter the array type as well.")));
        }
        let Some(found) = self.now().user_type(oid).cloned() else {
            return Err(wrong(format!("{} is a table's row type", type_name(oid))).hint("Use ALTER TABLE instead."));
        };
        self.must_own_type(&found)?;
        if alter.kind == ObjectKind::Domain && !oid.is_domain() {
            return Err(wrong(format!("{} is not a domain", type_name(oid))));
        }
        Ok(found)
    }

    pub(super) async fn alter_type(&mut self, alter: &Alter) -> SqlResult<()> {
        let found = self.type_to_alter(alter)?;
        for action in in_order(&found, &alter.actions) {
            // Each sees what the one before it did.
            let ty = self.now().user_type(found.oid).cloned().ok_or_else(|| SqlError::internal("type has gone"))?;
            match action {
                AlterAction::Rename(new) => self.rename_type(&ty, new)?,
                AlterAction::SetSchema(schema) => self.move_type(&ty, schema)?,
                AlterAction::Owner(role) => self.own_type(&ty, role)?,
                AlterAction::AddValue { label, if_not_exists, beside } => {
                    self.add_label(&ty, label, *if_not_exists, beside.as_ref()).await?;
                }
                AlterAction::RenameValue { old, new } => self.rename_label(&ty, old, new)?,
                _ if alter.kind == ObjectKind::Domain => self.alter_domain(&ty, action).await?,
                _ => self.alter_composite(&ty, action, alter.cascade).await?,
            }
        }
        Ok(())
    }

    /// Changes a type's descriptor.
    pub(super) fn edit_type(&mut self, ty: &UserType, change: impl FnOnce(&mut UserType)) -> Arc<UserType> {
        let mut next = ty.clone();
        change(&mut next);
        next.version += 1;
        let next = Arc::new(next);
        self.edit().put_type(next.clone());
        next
    }

    fn rename_type(&mut self, ty: &UserType, new: &str) -> SqlResult<()> {
        self.require_free_type(ty.schema, new)?;
        self.edit_type(ty, |t| new.clone_into(&mut t.name));
        Ok(())
    }

    fn move_type(&mut self, ty: &UserType, schema: &str) -> SqlResult<()> {
        let target = self.schema(schema)?;
        if target.oid == ty.schema {
            return Ok(());
        }
        if target.oid == TEMPORARY_SCHEMA || ty.schema == TEMPORARY_SCHEMA {
            return Err(SqlError::unsupported("cannot move objects into or out of temporary schemas"));
        }
        self.require_creation(&self.subject, target.oid)?;
        if self.now().type_named(target.oid, &ty.name).is_some() {
            let message = format!("type \"{}\" already exists in schema \"{schema}\"", ty.name);
            return Err(SqlError::new(SqlState::DuplicateObject, message));
        }
        self.catalog.used.insert(target.oid);
        self.edit_type(ty, |t| t.schema = target.oid);
        Ok(())
    }

    fn own_type(&mut self, ty: &UserType, role: &str) -> SqlResult<()> {
        let owner = self.role(role)?;
        if owner != ty.owner {
            self.may_give(owner, Some(ty.schema))?;
            self.give_type(ty, owner);
        }
        Ok(())
    }

    pub(super) fn give_type(&mut self, ty: &UserType, owner: Oid) {
        self.catalog.used.insert(owner);
        let acl = ty.acl.as_ref().map(|items| acl::new_owner(items, ty.owner, owner));
        self.edit_type(ty, |t| (t.owner, t.acl) = (owner, acl));
    }

    async fn add_label(
        &mut self,
        ty: &UserType,
        label: &str,
        if_not_exists: bool,
        beside: Option<&(bool, String)>,
    ) -> SqlResult<()> {
        let mut labels = labels_of(ty)?.to_vec();
        check_label(label)?;
        if labels.iter().any(|l| l.label == label) {
            if if_not_exists {
                let message = format!("enum label \"{label}\" already exists, skipping");
                self.notice_of(SqlState::DuplicateObject, message);
                return Ok(());
            }
            return Err(duplicate_label(label));
        }
        let at = match beside {
            None => labels.len(),
            Some((after, neighbour)) => {
                let found = labels.iter().position(|l| l.label == *neighbour);
                found.ok_or_else(|| no_label(neighbour))? + usize::from(*after)
            }
        };
        let oid = self.new_oid(ty.schema).await?;
        insert_label(&mut labels, at, label.to_owned(), oid)?;
        self.edit_type(ty, |t| t.definition = Definition::Enum(labels));
        Ok(())
    }

    fn rename_label(&mut self, ty: &UserType, old: &str, new: &str) -> SqlResult<()> {
        let mut labels = labels_of(ty)?.to_vec();
        check_label(new)?;
        let at = labels.iter().position(|l| l.label == old).ok_or_else(|| no_label(old))?;
        if labels.iter().any(|l| l.label == new) {
            return Err(duplicate_label(new));
        }
        labels[at].label = new.to_owned();
        let before = self.now().clone();
        self.edit_type(ty, |t| t.definition = Definition::Enum(labels));
        self.reword_labels(&before, old, new)
    }

    /// Gives a label its new name in the texts that descriptors hold.
    fn reword_labels(&mut self, before: &Arc<Catalog>, old: &str, new: &str) -> SqlResult<()> {
        let scope = Scope { catalog: before, search_path: &[] };
        for table in before.tables.values() {
            let mut changed = Table::clone(table);
            let reword = |sql: &mut String, usage: Usage| -> SqlResult<bool> {
                let reads = |sql: &str| self.binder.stored_expression(scope, table, sql, usage).map(drop);
                let next = expression::reword_expression(sql, (old, new), &|sql| is_label_error(reads(sql)))?;
                let found = next.is_some();
                next.into_iter().for_each(|next| *sql = next);
                Ok(found)
            };
            let mut any = false;
            for column in &mut changed.columns {
                let usage = if column.generated { Usage::Generated(column.ty) } else { Usage::Default(column.ty) };
                if let Some(sql) = &mut column.default {
                    any |= reword(sql, usage)?;
                }
            }
            for check in &mut changed.checks {
                any |= reword(&mut check.sql, Usage::Check)?;
            }
            for policy in &mut changed.row_security.policies {
                let reads = |sql: &str| -> SqlResult<()> {
                    let expr = gavel_binder::parse::parse_expression(sql)?;
                    self.binder.policy(scope, table, &expr).map(drop)
                };
                for sql in policy.texts_mut() {
                    let next = expression::reword_expression(sql, (old, new), &|sql| is_label_error(reads(sql)))?;
                    any |= next.is_some();
                    next.into_iter().for_each(|next| *sql = next);
                }
            }
            for part in changed.partitioned.iter_mut().flat_map(|key| &mut key.parts) {
                if let PartitionOn::Expression(sql) = &mut part.key {
                    any |= reword(sql, Usage::PartitionKey)?;
                }
            }
            for index in &mut changed.indexes {
                for (key, ..) in &mut index.keys {
                    if let IndexKey::Expression { sql, .. } = key {
                        any |= reword(sql, Usage::IndexKey)?;
                    }
                }
                if let Some(sql) = &mut index.predicate {
                    any |= reword(sql, Usage::Predicate)?;
                }
            }
            if let Some(kept) = &mut changed.materialized {
                let reads = |query: &Query| is_label_error(self.binder.query(scope, query).map(drop));
                let next = expression::reword_query(&kept.sql, (old, new), &reads)?;
                any |= next.is_some();
                next.into_iter().for_each(|next| kept.sql = next);
            }
            if any {
                self.edit_table(table.oid, |t| *t = changed)?;
            }
        }
        for view in before.views.values() {
            let reads = |query: &Query| is_label_error(self.binder.query(scope, query).map(drop));
            let mut changed = View::clone(view);
            let sql = expression::reword_query(&view.sql, (old, new), &reads)?;
            let mut any = sql.is_some();
            changed.sql = sql.unwrap_or(changed.sql);
            let over = empty_table(view.oid, view.schema, view.name.clone(), view.owner, Vec::new());
            for (number, sql) in &mut changed.defaults {
                let declared = usize::try_from(*number - 1).ok().and_then(|at| view.columns.get(at)).map(|c| c.1);
                let Some(ty) = declared.map(|ty| before.base_type(ty.oid).unwrap_or(ty)) else { continue };
                let reads = |sql: &str| self.binder.stored_expression(scope, &over, sql, Usage::Default(ty)).map(drop);
                let next = expression::reword_expression(sql, (old, new), &|sql| is_label_error(reads(sql)))?;
                any |= next.is_some();
                next.into_iter().for_each(|next| *sql = next);
            }
            if any {
                changed.version += 1;
                self.edit().put_view(Arc::new(changed));
            }
        }
        for ty in before.types.values() {
            let Definition::Domain(domain) = &ty.definition else { continue };
            let over = value_table(domain.base);
            let reword = |sql: &str, usage: Usage| {
                let reads = |sql: &str| self.binder.stored_expression(scope, &over, sql, usage).map(drop);
                expression::reword_expression(sql, (old, new), &|sql| is_label_error(reads(sql)))
            };
            let mut changed = domain.clone();
            if let Some(sql) = &domain.default {
                let next = reword(sql, Usage::Default(domain.base))?;
                changed.default = next.or(changed.default);
            }
            for check in &mut changed.checks {
                if let Some(next) = reword(&check.sql, Usage::Check)? {
                    check.sql = next;
                }
            }
            if changed != *domain {
                self.edit_type(ty, |t| t.definition = Definition::Domain(changed));
            }
        }
        Ok(())
    }

    /// The type that values of a new column or field of something in `schema` have, and the domain that it is declared
    /// with, if it is.
    pub(super) fn declared_type(&mut self, schema: Oid, written: &DataType) -> SqlResult<(PgType, Option<Oid>)> {
        let ty = self.binder.resolve_type(self.scope(), written)?;
        self.split_type(schema, ty)
    }

    /// The same for a type that is known.
    pub(super) fn split_type(&mut self, schema: Oid, ty: PgType) -> SqlResult<(PgType, Option<Oid>)> {
        self.require_type(ty.oid)?;
        if schema != TEMPORARY_SCHEMA && is_temporary(ty.oid) {
            let message = format!("type {} is temporary, and what is not cannot be made of it", type_name(ty.oid));
            return Err(SqlError::unsupported(message));
        }
        self.rely_on_type(schema, ty.oid);
        if !ty.oid.is_over_domain() {
            return Ok((ty, None));
        }
        let base = self.now().base_type(ty.oid).ok_or_else(|| {
            SqlError::unsupported(format!("type {} is not supported: its elements are arrays", type_name(ty.oid)))
        })?;
        Ok((base, Some(ty.oid)))
    }

    /// Relies on a type of users that a new object in `schema` is made of: it must not go meanwhile. For a temporary
    /// object nothing is written.
    pub(super) fn rely_on_type(&mut self, schema: Oid, oid: Oid) {
        let oid = oid.element().unwrap_or(oid);
        if !oid.is_user_type() || schema == TEMPORARY_SCHEMA || is_temporary(oid) {
            return;
        }
        self.catalog.used.insert(oid);
        if self.now().types.contains_key(&oid) {
            self.catalog.reliance.pinned.insert((Kind::Type, oid));
            return;
        }
        let relation = Oid(oid.type_number());
        self.catalog.used.insert(relation);
        let kind = if self.now().tables.contains_key(&relation) { Kind::Table } else { Kind::View };
        self.catalog.reliance.pinned.insert((kind, relation));
    }

    /// The type to drop; `None` with a notice if it does not exist and may not.
    pub(super) fn type_to_drop(
        &mut self,
        kind: ObjectKind,
        name: &QualifiedName,
        if_exists: bool,
    ) -> SqlResult<Option<Oid>> {
        let found = match self.find_type(name) {
            Err(e) if if_exists && e.code() == SqlState::InvalidSchemaName => {
                self.notice(format!("{}, skipping", e.message()));
                return Ok(None);
            }
            other => other?,
        };
        let Some(oid) = found else {
            if if_exists {
                self.notice(format!("type \"{name}\" does not exist, skipping"));
                return Ok(None);
            }
            return Err(undefined_type(name));
        };
        if kind == ObjectKind::Domain && !oid.is_domain() {
            let message = format!("\"{name}\" is not a domain");
            return Err(SqlError::new(SqlState::WrongObjectType, message));
        }
        let required = |what: String, by: String| {
            let message = format!("cannot drop {what} because {by} requires it");
            SqlError::new(SqlState::DependentObjectsStillExist, message).hint(format!("You can drop {by} instead."))
        };
        let this = format!("type {}", type_name(oid));
        if !oid.is_user_type() {
            let message = format!("cannot drop {this} because it is required by the database system");
            return Err(SqlError::new(SqlState::DependentObjectsStillExist, message));
        }
        if let Some(element) = oid.element() {
            return Err(required(this, format!("type {}", type_name(element))));
        }
        if let Some(found) = self.now().user_type(oid).cloned() {
            self.may_drop_type(&found)?;
        } else {
            let relation = Oid(oid.type_number());
            let kind = if self.now().tables.contains_key(&relation) { "table" } else { "view" };
            let by = self.now().relation_name(relation).map(|(schema, name)| self.shown(schema, name));
            return Err(required(this, format!("{kind} {}", by.unwrap_or_default())));
        }
        Ok(Some(oid))
    }
}

/// Whether an enum has refused a label.
fn is_label_error(result: SqlResult<()>) -> bool {
    result.is_err_and(|e| {
        e.code() == SqlState::InvalidTextRepresentation && e.message().starts_with("invalid input value for enum")
    })
}

fn labels_of(ty: &UserType) -> SqlResult<&[gavel_catalog::EnumLabel]> {
    ty.labels().ok_or_else(|| SqlError::new(SqlState::WrongObjectType, format!("{} is not an enum", type_name(ty.oid))))
}

fn no_label(label: &str) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, format!("\"{label}\" is not an existing enum label"))
}

fn is_rename(action: &AlterAction) -> bool {
    matches!(action, AlterAction::RenameColumn { .. })
}

/// Whether it is about fields of a composite type.
fn is_of_fields(action: &AlterAction) -> bool {
    use AlterAction as A;
    is_rename(action) || matches!(action, A::AddColumn { .. } | A::DropColumn { .. } | A::SetType { .. })
}

/// Whether SQL text of a descriptor names the type.
pub(super) fn names_type(sql: &str, oid: Oid) -> bool {
    let mention = |oid: Oid| sql.contains(&gavel_types::text_io::numbered(oid));
    mention(oid) || oid.array_of().is_some_and(mention)
}

/// Whether a column or field of this type has values of `oid`, alone or in arrays.
pub(super) fn is_made_of(ty: Oid, oid: Oid) -> bool {
    ty == oid || ty.element() == Some(oid)
}

/// Actions in the order in which they are done. Rows of columns are not made anew without a single field: where all
/// fields go, those that come are added first.
fn in_order<'a>(ty: &UserType, actions: &'a [AlterAction]) -> Vec<&'a AlterAction> {
    let known = ty.attributes().unwrap_or_default();
    let goes = |field: &str| actions.iter().any(|a| matches!(a, AlterAction::DropColumn { name, .. } if name == field));
    let comes = |action: &AlterAction| match action {
        AlterAction::AddColumn { column, .. } => !known.iter().any(|k| k.name == column.name),
        _ => false,
    };
    let mut ordered: Vec<&AlterAction> = actions.iter().collect();
    if !known.is_empty() && known.iter().all(|k| goes(&k.name)) {
        ordered.sort_by_key(|action| !comes(action));
    }
    ordered
}
