//! ALTER of anything: finds the object, and does what all kinds share (RENAME, SET SCHEMA, OWNER TO).

use std::sync::Arc;

use gavel_binder::ddl::ast::{Alter, AlterAction, ObjectKind, QualifiedName};
use gavel_catalog::acl::{self, Acl};
use gavel_catalog::search::PG_TEMP;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_catalog::{IndexKey, Schema, Sequence, Table, View};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::names::{kind_of, kind_word, oid_of, require_kind, undefined_schema, undefined_table};
use super::permit::securable;
use super::{DdlContext, expression};

/// 42809 for an action that relations of this kind do not have.
fn require_possible(found: &Relation, action: &AlterAction, name: &QualifiedName) -> SqlResult<()> {
    use AlterAction as A;
    let shared = matches!(
        action,
        A::Rename(_)
            | A::Owner(_)
            | A::SetSchema(_)
            | A::Accepted
            | A::AcceptedColumn { .. }
            | A::IndexStatistics(_)
            | A::SetOptions(_)
            | A::ResetOptions(_)
    );
    let kind = kind_of(found);
    // One that has no entries: it has no storage parameters either.
    let pattern = matches!(found, Relation::Index(table, _) if table.partitioned.is_some());
    let shared = shared && !(pattern && matches!(action, A::SetOptions(_) | A::ResetOptions(_)));
    let possible = match kind {
        ObjectKind::View => matches!(action, A::RenameColumn { .. } | A::SetDefault { .. } | A::DropDefault { .. }),
        ObjectKind::MaterializedView => matches!(action, A::RenameColumn { .. }),
        ObjectKind::Sequence => matches!(action, A::Sequence(_) | A::SetLogged(_)),
        ObjectKind::Index => pattern && matches!(action, A::AttachIndex(_)),
        _ => true,
    };
    if shared || possible {
        return Ok(());
    }
    if let (true, A::AttachPartition { .. }) = (pattern, action) {
        let message = format!("\"{}\" is not a partitioned table", name.0.last().map_or("", String::as_str));
        return Err(SqlError::new(SqlState::InvalidObjectDefinition, message));
    }
    let kinds = match kind {
        ObjectKind::Index if pattern => "partitioned indexes".to_owned(),
        ObjectKind::Index => "indexes".to_owned(),
        _ => format!("{}s", kind_word(kind)),
    };
    let bare = name.0.last().map_or("", String::as_str);
    if let A::RenameColumn { .. } = action {
        let message = format!("cannot rename columns of relation \"{bare}\"");
        return Err(SqlError::new(SqlState::WrongObjectType, message)
            .detail(format!("This operation is not supported for {kinds}.")));
    }
    let message = format!("ALTER action {} cannot be performed on relation \"{bare}\"", action_name(action));
    Err(SqlError::new(SqlState::WrongObjectType, message)
        .detail(format!("This operation is not supported for {kinds}.")))
}

/// An action as messages name it.
const fn action_name(action: &AlterAction) -> &'static str {
    use AlterAction as A;
    match action {
        A::AddColumn { .. } => "ADD COLUMN",
        A::DropColumn { .. } => "DROP COLUMN",
        A::AddConstraint(_) => "ADD CONSTRAINT",
        A::DropConstraint { .. } => "DROP CONSTRAINT",
        A::ValidateConstraint(_) => "VALIDATE CONSTRAINT",
        A::AlterConstraint { .. } => "ALTER CONSTRAINT",
        A::SetDefault { .. } | A::DropDefault { .. } => "ALTER COLUMN ... SET DEFAULT",
        A::SetNotNull { .. } => "ALTER COLUMN ... SET NOT NULL",
        A::DropNotNull { .. } => "ALTER COLUMN ... DROP NOT NULL",
        A::SetType { .. } => "ALTER COLUMN ... SET DATA TYPE",
        A::AddIdentity { .. } => "ALTER COLUMN ... ADD IDENTITY",
        A::SetIdentity { .. } => "ALTER COLUMN ... SET",
        A::DropIdentity { .. } => "ALTER COLUMN ... DROP IDENTITY",
        A::DropExpression { .. } => "ALTER COLUMN ... DROP EXPRESSION",
        A::RenameColumn { .. } | A::RenameConstraint { .. } | A::RenameValue { .. } | A::Rename(_) => "RENAME",
        A::AddValue { .. } => "ADD VALUE",
        A::DomainDefault(_) => "SET DEFAULT",
        A::DomainNotNull(_) => "SET NOT NULL",
        A::SetLogged(true) => "SET LOGGED",
        A::SetLogged(false) => "SET UNLOGGED",
        A::RowSecurity(true) => "ENABLE ROW SECURITY",
        A::RowSecurity(false) => "DISABLE ROW SECURITY",
        A::ForceRowSecurity(true) => "FORCE ROW SECURITY",
        A::ForceRowSecurity(false) => "NO FORCE ROW SECURITY",
        A::SetSchema(_) => "SET SCHEMA",
        A::Owner(_) => "OWNER TO",
        A::IndexStatistics(_) => "ALTER COLUMN ... SET STATISTICS",
        A::AttachPartition { .. } | A::AttachIndex(_) => "ATTACH PARTITION",
        A::DetachPartition { .. } => "DETACH PARTITION",
        A::Inherit(_) => "INHERIT",
        A::NoInherit(_) => "NO INHERIT",
        A::ClusterOn(Some(_)) => "CLUSTER ON",
        A::ClusterOn(None) => "SET WITHOUT CLUSTER",
        A::OfType(_) => "OF",
        A::NotOfType => "NOT OF",
        A::Sequence(_) | A::SetOptions(_) | A::Accepted | A::AcceptedColumn { .. } => "SET",
        A::ResetOptions(_) => "RESET",
        A::EnableTrigger { enabled: 'D', .. } => "DISABLE TRIGGER",
        A::EnableTrigger { .. } => "ENABLE TRIGGER",
        A::EnableRule { enabled: 'D', .. } => "DISABLE RULE",
        A::EnableRule { enabled: 'A', .. } => "ENABLE ALWAYS RULE",
        A::EnableRule { enabled: 'R', .. } => "ENABLE REPLICA RULE",
        A::EnableRule { .. } => "ENABLE RULE",
    }
}

/// Statistics of an index are those of its expressions.
///
/// # Errors
/// 22023, 42703 and 0A000 for a number that is not one's.
fn require_expression(found: &Relation, number: i64) -> SqlResult<()> {
    if !(1..=i64::from(i16::MAX)).contains(&number) {
        let message = "column number must be in range from 1 to 32767";
        return Err(SqlError::new(SqlState::InvalidParameterValue, message));
    }
    let Relation::Index(table, oid) = found else { return Err(SqlError::unsupported(NUMBERED)) };
    let Some(index) = table.indexes.iter().find(|i| i.oid == *oid) else { return Ok(()) };
    let at = usize::try_from(number - 1).unwrap_or(usize::MAX);
    let column = match index.keys.get(at) {
        Some((IndexKey::Expression { .. }, ..)) => return Ok(()),
        Some((IndexKey::Column(number), ..)) => *number,
        None => match index.include.get(at.saturating_sub(index.keys.len())) {
            Some(number) => {
                let name = table.column(*number).map_or("", |c| c.name.as_str());
                let message =
                    format!("cannot alter statistics on included column \"{name}\" of index \"{}\"", index.name);
                return Err(SqlError::unsupported(message));
            }
            None => {
                let message = format!("column number {number} of relation \"{}\" does not exist", index.name);
                return Err(SqlError::new(SqlState::UndefinedColumn, message));
            }
        },
    };
    let name = table.column(column).map_or("", |c| c.name.as_str());
    let message = format!("cannot alter statistics on non-expression column \"{name}\" of index \"{}\"", index.name);
    Err(SqlError::unsupported(message).hint("Alter statistics on table column instead."))
}

/// Only columns of indexes have no names.
const NUMBERED: &str = "cannot refer to non-index column by number";

impl DdlContext<'_> {
    pub(super) async fn alter(&mut self, alter: &Alter) -> SqlResult<()> {
        match alter.kind {
            ObjectKind::Schema => return self.alter_schema(alter),
            ObjectKind::Database => return self.alter_database(alter),
            ObjectKind::Role => return self.alter_role_name(alter),
            ObjectKind::Type | ObjectKind::Domain => return self.alter_type(alter).await,
            _ => {}
        }
        let found = match self.find(&alter.name) {
            Err(e) if alter.if_exists && e.code() == SqlState::InvalidSchemaName => None,
            other => other?,
        };
        let Some(found) = found else {
            if alter.if_exists {
                self.notice(format!("relation \"{}\" does not exist, skipping", alter.name));
                return Ok(());
            }
            return Err(undefined_table("relation", &alter.name));
        };
        self.must_own_relation(&found)?;
        if alter.actions.iter().any(|a| matches!(a, AlterAction::Rename(_))) {
            self.require_creation(&self.subject, found.schema())?;
        }
        // ALTER TABLE takes any kind of relation, for what that kind has; ALTER INDEX renames any, too.
        let renamed = alter.actions.iter().all(|a| matches!(a, AlterAction::Rename(_)));
        if alter.kind != ObjectKind::Table && !(alter.kind == ObjectKind::Index && renamed) {
            require_kind(&found, alter.name.0.last().map_or("", String::as_str), alter.kind)?;
        }
        for action in &alter.actions {
            require_possible(&found, action, &alter.name)?;
        }
        self.only = alter.only;
        for action in &alter.actions {
            match action {
                AlterAction::Rename(new) => self.rename_relation(&found, new)?,
                AlterAction::SetSchema(schema) => self.move_relation(&found, schema)?,
                AlterAction::Owner(role) => self.own_relation(&found, role)?,
                AlterAction::Sequence(options) => self.alter_sequence(oid_of(&found), options).await?,
                AlterAction::IndexStatistics(number) => require_expression(&found, *number)?,
                AlterAction::SetLogged(logged) if matches!(found, Relation::Sequence(_)) => {
                    self.set_sequence_logged(oid_of(&found), *logged)?;
                }
                AlterAction::AttachIndex(part) => {
                    if let Relation::Index(table, oid) = &found {
                        self.attach_index(table, *oid, part)?;
                    }
                }
                _ => match &found {
                    Relation::Table(table) => return self.alter_table(table.oid, &alter.actions).await,
                    Relation::View(view) => {
                        let now = self.now().views.get(&view.oid).cloned();
                        self.alter_view(&now.unwrap_or_else(|| Arc::clone(view)), action)?;
                    }
                    Relation::Index(table, oid)
                        if matches!(action, AlterAction::SetOptions(_) | AlterAction::ResetOptions(_)) =>
                    {
                        self.alter_index_options(table, *oid, action)?;
                    }
                    _ if matches!(
                        action,
                        AlterAction::Accepted
                            | AlterAction::ClusterOn(_)
                            | AlterAction::SetLogged(_)
                            | AlterAction::AcceptedColumn { .. }
                            | AlterAction::SetOptions(_)
                            | AlterAction::ResetOptions(_)
                    ) => {}
                    _ => {
                        let what = kind_word(kind_of(&found));
                        return Err(SqlError::unsupported(format!("this form of ALTER is not supported for a {what}")));
                    }
                },
            }
        }
        Ok(())
    }

    fn alter_view(&mut self, view: &Arc<View>, action: &AlterAction) -> SqlResult<()> {
        match action {
            AlterAction::RenameColumn { old, new } => {
                let Some(at) = view.columns.iter().position(|c| c.0 == *old) else {
                    let message = format!("column \"{old}\" does not exist");
                    return Err(SqlError::new(SqlState::UndefinedColumn, message));
                };
                if view.columns.iter().any(|c| c.0 == *new) {
                    let message = format!("column \"{new}\" of relation \"{}\" already exists", view.name);
                    return Err(SqlError::new(SqlState::DuplicateColumn, message));
                }
                let names: Vec<String> = view.columns.iter().map(|c| c.0.clone()).collect();
                let before = Arc::clone(self.now());
                let mut next = View::clone(view);
                if let Some(column) = next.columns.get_mut(at) {
                    column.0.clone_from(new);
                }
                next.version += 1;
                self.edit().put_view(Arc::new(next));
                self.rename_in_rules(view.oid, old, new)?;
                self.rewrite_views(&before, &[view.oid], |sql, called| expression::alias_columns(sql, called, &names))
            }
            AlterAction::Accepted | AlterAction::ClusterOn(_) | AlterAction::AcceptedColumn { .. } => Ok(()),
            AlterAction::SetOptions(options) => self.set_view_options(view, options, &[]),
            AlterAction::ResetOptions(names) => self.set_view_options(view, &[], names),
            AlterAction::SetDefault { column, value } => self.set_view_default(view, column, Some(value)),
            AlterAction::DropDefault { column } => self.set_view_default(view, column, None),
            _ => Err(SqlError::unsupported("this form of ALTER VIEW is not supported")),
        }
    }

    fn rename_relation(&mut self, found: &Relation, new: &str) -> SqlResult<()> {
        let (schema, _) = self
            .now()
            .relation_name(oid_of(found))
            .map(|(s, n)| (s, n.to_owned()))
            .ok_or_else(|| SqlError::internal("relation has left the catalog"))?;
        self.require_free(schema, new)?;
        if matches!(found, Relation::Table(_) | Relation::View(_)) {
            self.require_free_type(schema, new)?;
        }
        self.place(found, schema, Some(new))
    }

    fn move_relation(&mut self, found: &Relation, schema: &str) -> SqlResult<()> {
        let target = self.schema(schema)?;
        let (from, name) = self
            .now()
            .relation_name(oid_of(found))
            .map(|(s, n)| (s, n.to_owned()))
            .ok_or_else(|| SqlError::internal("relation has left the catalog"))?;
        if target.oid == TEMPORARY_SCHEMA || from == TEMPORARY_SCHEMA {
            return Err(SqlError::unsupported("cannot move objects into or out of temporary schemas"));
        }
        if from == target.oid {
            return Ok(());
        }
        self.require_creation(&self.subject, target.oid)?;
        if self.now().relation(target.oid, &name).is_some() {
            let message = format!("relation \"{name}\" already exists in schema \"{schema}\"");
            return Err(SqlError::new(SqlState::DuplicateTable, message));
        }
        if matches!(found, Relation::Table(_) | Relation::View(_)) {
            self.require_free_type(target.oid, &name)?;
        }
        if let Relation::Sequence(s) = found
            && let Some(table) = s.owned_by.and_then(|o| self.now().table(o.0))
        {
            return Err(SqlError::unsupported("cannot move an owned sequence into another schema")
                .detail(format!("Sequence \"{name}\" is linked to table \"{}\".", table.name)));
        }
        if let Relation::Table(t) = found {
            // Indexes go with their table by themselves, owned sequences must be taken along.
            let taken = t.indexes.iter().find(|i| self.now().relation(target.oid, &i.name).is_some());
            if let Some(index) = taken {
                let message = format!("relation \"{}\" already exists in schema \"{schema}\"", index.name);
                return Err(SqlError::new(SqlState::DuplicateTable, message));
            }
            let owned: Vec<_> =
                self.now().sequences.values().filter(|s| s.owned_by.is_some_and(|o| o.0 == t.oid)).cloned().collect();
            for sequence in owned {
                self.require_free(target.oid, &sequence.name)?;
                self.place(&Relation::Sequence(sequence), target.oid, None)?;
            }
        }
        self.catalog.used.insert(target.oid);
        self.place(found, target.oid, None)
    }

    /// Gives a relation another schema or name, and tells the views over it.
    fn place(&mut self, found: &Relation, schema: Oid, name: Option<&str>) -> SqlResult<()> {
        let schema_name = self.now().schema_by_oid(schema).map_or_else(String::new, |s| s.name.clone());
        let own = |current: &str| name.unwrap_or(current).to_owned();
        let before = Arc::clone(self.now());
        match found {
            Relation::Table(t) => {
                let renamed = [schema_name, own(&t.name)];
                self.edit_table(t.oid, |t| (t.schema, t.name) = (schema, own(&t.name)))?;
                let change = |sql: &str, called: &[String]| expression::rename_relation(sql, called, &renamed);
                self.rewrite_views(&before, &[t.oid], change)?;
            }
            Relation::View(v) => {
                let renamed = [schema_name, own(&v.name)];
                let version = v.version + 1;
                self.edit().put_view(Arc::new(View { schema, name: own(&v.name), version, ..View::clone(v) }));
                let change = |sql: &str, called: &[String]| expression::rename_relation(sql, called, &renamed);
                self.rewrite_views(&before, &[v.oid], change)?;
            }
            Relation::Sequence(s) => {
                let next = Sequence { schema, name: own(&s.name), version: s.version + 1, ..Sequence::clone(s) };
                self.edit().put_sequence(Arc::new(next));
            }
            Relation::Index(table, oid) => {
                let Some(name) = name else {
                    return Err(SqlError::unsupported("an index is always in the schema of its table")
                        .hint("Use ALTER TABLE ... SET SCHEMA instead."));
                };
                self.edit_table(table.oid, |t: &mut Table| {
                    t.indexes.iter_mut().filter(|i| i.oid == *oid).for_each(|i| name.clone_into(&mut i.name));
                    t.uniques.iter_mut().filter(|u| u.index == *oid).for_each(|u| name.clone_into(&mut u.name));
                })?;
            }
        }
        Ok(())
    }

    fn own_relation(&mut self, found: &Relation, role: &str) -> SqlResult<()> {
        let owner = self.role(role)?;
        if owner == securable(found).owner() {
            return Ok(());
        }
        self.may_give(owner, Some(found.schema()))?;
        self.give_relation(found, owner)
    }

    /// Gives a relation, and the sequences that belong to it, another owner.
    pub(super) fn give_relation(&mut self, found: &Relation, owner: Oid) -> SqlResult<()> {
        self.catalog.used.insert(owner);
        match found {
            Relation::Table(t) => {
                self.edit_table(t.oid, |t| {
                    let old = t.owner;
                    let given = |acl: &mut Acl| *acl = acl.as_ref().map(|items| acl::new_owner(items, old, owner));
                    given(&mut t.acl);
                    given(&mut t.tableoid_acl);
                    t.columns.iter_mut().for_each(|c| given(&mut c.acl));
                    t.owner = owner;
                })?;
                let owned: Vec<_> = self
                    .now()
                    .sequences
                    .values()
                    .filter(|s| s.owned_by.is_some_and(|o| o.0 == t.oid))
                    .cloned()
                    .collect();
                for s in owned {
                    let acl = s.acl.as_ref().map(|items| acl::new_owner(items, s.owner, owner));
                    let next = Sequence { owner, acl, version: s.version + 1, ..Sequence::clone(&s) };
                    self.edit().put_sequence(Arc::new(next));
                }
            }
            Relation::View(v) => {
                let acl = v.acl.as_ref().map(|items| acl::new_owner(items, v.owner, owner));
                let mut next = View { owner, acl, version: v.version + 1, ..View::clone(v) };
                for (_, items) in &mut next.column_acls {
                    *items = acl::new_owner(items, v.owner, owner);
                }
                self.edit().put_view(Arc::new(next));
            }
            Relation::Sequence(s) => {
                let acl = s.acl.as_ref().map(|items| acl::new_owner(items, s.owner, owner));
                let next = Sequence { owner, acl, version: s.version + 1, ..Sequence::clone(s) };
                self.edit().put_sequence(Arc::new(next));
            }
            // PostgreSQL warns that an index has its table's owner, and goes on.
            Relation::Index(..) => {
                let message = "cannot change owner of an index";
                self.notices.push(gavel_types::Notice::warning(SqlState::WrongObjectType, message));
            }
        }
        Ok(())
    }

    fn alter_schema(&mut self, alter: &Alter) -> SqlResult<()> {
        let (_, name) = self.split(&alter.name)?;
        let schema = self.schema(name)?;
        if schema.oid == TEMPORARY_SCHEMA {
            return Err(match name {
                PG_TEMP => undefined_schema(name),
                _ => SqlError::new(SqlState::InsufficientPrivilege, format!("permission denied for schema {name}")),
            });
        }
        self.must_own_schema(&schema)?;
        for action in &alter.actions {
            match action {
                AlterAction::Rename(new) => {
                    self.require_on_database("C")?;
                    self.require_schema_name(new)?;
                    let members: Vec<Oid> =
                        (self.now().tables.values().filter(|t| t.schema == schema.oid).map(|t| t.oid))
                            .chain(self.now().views.values().filter(|v| v.schema == schema.oid).map(|v| v.oid))
                            .collect();
                    let before = Arc::clone(self.now());
                    let next = Schema { name: new.clone(), ..Schema::clone(&schema) };
                    let catalog = self.edit();
                    catalog.remove_schema(&schema.name);
                    catalog.put_schema(Arc::new(next));
                    self.rewrite_views(&before, &members, |sql, called| {
                        let renamed = [new.clone(), called.last().cloned().unwrap_or_default()];
                        expression::rename_relation(sql, called, &renamed)
                    })?;
                }
                AlterAction::Owner(role) => {
                    let owner = self.role(role)?;
                    if owner != schema.owner {
                        self.may_give(owner, None)?;
                        self.require_on_database("C")?;
                        self.give_schema(&schema, owner);
                    }
                }
                _ => return Err(SqlError::unsupported("this form of ALTER SCHEMA is not supported")),
            }
        }
        Ok(())
    }

    pub(super) fn give_schema(&mut self, schema: &Schema, owner: Oid) {
        let acl = schema.acl.as_ref().map(|items| acl::new_owner(items, schema.owner, owner));
        self.edit().put_schema(Arc::new(Schema { owner, acl, ..schema.clone() }));
    }
}
