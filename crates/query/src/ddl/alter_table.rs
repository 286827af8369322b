//! ALTER TABLE. Actions run one after the other, in PostgreSQL's passes: what drops first, then types, new
//! columns, column properties, constraints. [`below`](super::below) takes them on to the tables that inherit.

use std::collections::BTreeMap;
use std::sync::Arc;

use gavel_binder::ddl::ast::{AlterAction, ColumnConstraintKind, ColumnDef, QualifiedName, SequenceOption};
use gavel_catalog::rule::Rule;
use gavel_catalog::snapshot::row_type;
use gavel_catalog::trigger::Trigger;
use gavel_catalog::{Catalog, Column, Identity, IndexKey, Materialized, PartitionOn, Policy, Table, View};
use gavel_types::text_io::{type_name, type_name_with_typmod};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{DataType, Expr};

use super::binding::Usage;
use super::create_table::{identity_type, kept_default, next_number, refuse_temporary_sequences};
use super::drop::is_system_column;
use super::names::{quote, undefined_column};
use super::{DdlContext, expression};
use crate::system::deparse;

/// The pass of an action.
const fn pass(action: &AlterAction) -> u8 {
    match action {
        AlterAction::DropColumn { .. } | AlterAction::DropConstraint { .. } => 0,
        AlterAction::SetType { .. } => 1,
        AlterAction::AddColumn { .. } => 2,
        AlterAction::AddConstraint(_) => 4,
        AlterAction::ValidateConstraint(_) => 5,
        AlterAction::Inherit(_) | AlterAction::NoInherit(_) => 6,
        _ => 3,
    }
}

/// An ALTER COLUMN … TYPE.
pub(super) struct NewType<'a> {
    pub column: &'a str,
    pub ty: &'a DataType,
    pub collation: Option<&'a QualifiedName>,
    pub using: Option<&'a Expr>,
}

impl DdlContext<'_> {
    /// Runs the actions on the table with this OID.
    pub(super) async fn alter_table(&mut self, oid: Oid, actions: &[AlterAction]) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        for action in actions {
            super::typed_table::require_own_columns(&table, action)?;
        }
        self.change_table(oid, actions).await
    }

    /// Runs the actions, whatever the table's type says.
    pub(super) async fn change_table(&mut self, oid: Oid, actions: &[AlterAction]) -> SqlResult<()> {
        let renames =
            |a: &AlterAction| matches!(a, AlterAction::RenameColumn { .. } | AlterAction::RenameConstraint { .. });
        let reached = self.reached(oid, self.only);
        if !actions.iter().all(renames) {
            for table in &reached {
                self.require_no_pending(*table, "ALTER TABLE").await?;
            }
        }
        let mut ordered: Vec<&AlterAction> = actions.iter().collect();
        ordered.sort_by_key(|a| pass(a));
        let found = |oid: &Oid| self.now().table(*oid).map(|t| (*oid, Arc::clone(t)));
        let origins: BTreeMap<Oid, Arc<Table>> = reached.iter().filter_map(found).collect();
        let mut types: Vec<NewType<'_>> = Vec::new();
        for action in &ordered {
            if let AlterAction::SetType { column, ty, collation, using } = action {
                types.push(NewType { column, ty, collation: collation.as_ref(), using: using.as_ref() });
            }
        }
        let mut added: Vec<&ColumnDef> = Vec::new();
        for action in ordered {
            // What is written behind new columns comes with the other constraints.
            if pass(action) >= 4 {
                self.constrain_columns(oid, &std::mem::take(&mut added)).await?;
            }
            match action {
                AlterAction::AddColumn { column, if_not_exists } => {
                    let before = Arc::clone(self.now());
                    if self.add_column(oid, column, *if_not_exists).await? {
                        added.push(column);
                        reached.iter().try_for_each(|table| self.restate_views(&before, *table))?;
                    }
                }
                // All at once, as soon as the first is reached.
                AlterAction::SetType { .. } => self.set_types(oid, &origins, &std::mem::take(&mut types)).await?,
                other => {
                    let before = Arc::clone(self.now());
                    self.alter_table_action(oid, other).await?;
                    if matches!(other, AlterAction::DropColumn { .. }) {
                        reached.iter().try_for_each(|table| self.restate_views(&before, *table))?;
                    }
                }
            }
        }
        self.constrain_columns(oid, &added).await
    }

    async fn alter_table_action(&mut self, oid: Oid, action: &AlterAction) -> SqlResult<()> {
        match action {
            AlterAction::DropColumn { name, if_exists, cascade } => {
                self.drop_column(oid, name, *if_exists, *cascade).await
            }
            AlterAction::AddConstraint(constraint) => self.add_constraint(oid, constraint, false).await,
            AlterAction::DropConstraint { name, if_exists, cascade } => {
                self.drop_constraint(oid, name, *if_exists, *cascade).await
            }
            AlterAction::ValidateConstraint(name) => self.validate_constraint(oid, name).await,
            AlterAction::AlterConstraint { name, timing } => self.alter_constraint(oid, name, *timing),
            AlterAction::SetDefault { column, value } => {
                self.below(oid)?.into_iter().try_for_each(|oid| self.set_default(oid, column, Some(value)))
            }
            AlterAction::DropDefault { column } => {
                self.below(oid)?.into_iter().try_for_each(|oid| self.set_default(oid, column, None))
            }
            AlterAction::SetNotNull { column } => self.set_not_null(oid, column).await,
            AlterAction::DropNotNull { column } => self.drop_not_null(oid, column),
            AlterAction::AddIdentity { column, always, options } => {
                self.add_identity(oid, column, *always, options).await
            }
            AlterAction::SetIdentity { column, always, options } => {
                self.set_identity(oid, column, *always, options).await
            }
            AlterAction::DropIdentity { column, if_exists } => self.drop_identity(oid, column, *if_exists),
            AlterAction::DropExpression { column, if_exists } => self.drop_expression(oid, column, *if_exists),
            AlterAction::Inherit(parent) => self.add_parent(oid, parent),
            AlterAction::NoInherit(parent) => self.remove_parent(oid, parent),
            AlterAction::AttachPartition { partition, bound } => self.attach_partition(oid, partition, bound).await,
            AlterAction::DetachPartition { partition, how } => self.detach_partition(oid, partition, *how).await,
            AlterAction::RenameColumn { old, new } => self.rename_column(oid, old, new),
            AlterAction::RenameConstraint { old, new } => self.rename_constraint(oid, old, new),
            AlterAction::SetOptions(options) => {
                if self.table_by_oid(oid)?.partitioned.is_some() {
                    super::partition::require_no_options(options)?;
                }
                let key = |o: &str| o.split('=').next().unwrap_or("").to_owned();
                self.edit_table(oid, |t| {
                    t.options.retain(|o| !options.iter().any(|n| key(n) == key(o)));
                    t.options.extend(options.iter().cloned());
                })?;
                Ok(())
            }
            AlterAction::ResetOptions(names) => {
                self.edit_table(oid, |t| t.options.retain(|o| !names.iter().any(|n| o.split('=').next() == Some(n))))?;
                Ok(())
            }
            AlterAction::SetLogged(logged) => self.set_logged(oid, *logged),
            AlterAction::OfType(_) if !self.table_by_oid(oid)?.inherits.is_empty() => {
                Err(SqlError::new(SqlState::WrongObjectType, "typed tables cannot inherit"))
            }
            AlterAction::OfType(name) => self.set_type_of_table(oid, name),
            AlterAction::NotOfType => self.unset_type_of_table(oid),
            AlterAction::ClusterOn(index) => self.cluster_on(oid, index.as_deref()),
            AlterAction::RowSecurity(enabled) => {
                self.edit_table(oid, |t| t.row_security.enabled = *enabled)?;
                Ok(())
            }
            AlterAction::ForceRowSecurity(forced) => {
                self.edit_table(oid, |t| t.row_security.forced = *forced)?;
                Ok(())
            }
            AlterAction::Accepted => Ok(()),
            AlterAction::EnableTrigger { name, enabled } => {
                let table = self.table_by_oid(oid)?;
                self.enable_triggers(&table, name.as_deref(), *enabled)
            }
            AlterAction::EnableRule { name, enabled } => {
                let table = self.table_by_oid(oid)?;
                self.enable_rule(&table, name, *enabled)
            }
            AlterAction::AcceptedColumn { column } => self.column_of(oid, column).map(drop),
            AlterAction::AddColumn { .. }
            | AlterAction::SetType { .. }
            | AlterAction::Rename(_)
            | AlterAction::SetSchema(_)
            | AlterAction::Owner(_)
            | AlterAction::AddValue { .. }
            | AlterAction::RenameValue { .. }
            | AlterAction::DomainDefault(_)
            | AlterAction::DomainNotNull(_)
            | AlterAction::IndexStatistics(_)
            | AlterAction::AttachIndex(_)
            | AlterAction::Sequence(_) => Err(SqlError::internal("action is not ALTER TABLE's")),
        }
    }

    fn column_of(&self, oid: Oid, name: &str) -> SqlResult<Column> {
        let table = self.table_by_oid(oid)?;
        table.column_named(name).cloned().ok_or_else(|| undefined_column(&table, name))
    }

    pub(super) fn drop_own_expression(&mut self, oid: Oid, column: &str, if_exists: bool) -> SqlResult<()> {
        if self.column_of(oid, column)?.generated {
            return self.edit_column(oid, column, |c| (c.generated, c.default) = (false, None));
        }
        let error = self.not_a(oid, column, "a stored generated column")?;
        if if_exists {
            self.notice(format!("{}, skipping", error.message()));
            return Ok(());
        }
        Err(error)
    }

    /// Changes a column of a table.
    pub(super) fn edit_column(&mut self, oid: Oid, name: &str, change: impl Fn(&mut Column)) -> SqlResult<()> {
        self.column_of(oid, name)?;
        self.edit_table(oid, |t| t.columns.iter_mut().filter(|c| !c.dropped && c.name == name).for_each(change))?;
        Ok(())
    }

    // ---- ADD COLUMN ----

    /// Whether the column has been added: it may be there already. Its constraints are not yet.
    async fn add_column(&mut self, oid: Oid, def: &ColumnDef, if_not_exists: bool) -> SqlResult<bool> {
        let before = self.table_by_oid(oid)?;
        if before.bound.is_some() {
            return Err(SqlError::new(SqlState::WrongObjectType, "cannot add column to a partition"));
        }
        if before.column_named(&def.name).is_some() {
            let message = format!("column \"{}\" of relation \"{}\" already exists", def.name, before.name);
            if if_not_exists {
                self.notice_of(SqlState::DuplicateColumn, format!("{message}, skipping"));
                return Ok(false);
            }
            return Err(SqlError::new(SqlState::DuplicateColumn, message));
        }
        let mut column = self.new_column(&before, def, next_number(&before)?).await?;
        column.generated = def.constraints.iter().any(|c| matches!(c.kind, ColumnConstraintKind::Generated { .. }));
        self.require_unused_rows(&before)?;
        self.require_column_fits(&before, &column)?;
        self.add_column_to_all(&before, def, &column).await?;
        Ok(true)
    }

    /// Adds the constraints that are written behind new columns.
    async fn constrain_columns(&mut self, oid: Oid, added: &[&ColumnDef]) -> SqlResult<()> {
        for def in added {
            self.add_column_checks(oid, def, false).await?;
        }
        for primary in [true, false] {
            for def in added {
                self.add_column_keys(oid, def, primary, false).await?;
            }
        }
        for def in added {
            self.add_column_references(oid, def, false).await?;
        }
        Ok(())
    }

    /// Puts a new column, as yet without its default, into a table and its value into the rows that are there.
    pub(super) async fn fill_column(&mut self, before: &Arc<Table>, def: &ColumnDef, column: Column) -> SqlResult<()> {
        let (oid, ty, number) = (before.oid, column.ty, column.number);
        let table = self.edit_table(oid, |t| t.columns.push(column))?;
        let Some(new) = self.column_expression(&table, def, ty)? else { return Ok(()) };
        let mut column = new.column;
        // A domain is asked about each row, and may have a default of its own. Row values are not kept as text.
        let rows = ty.oid.element().unwrap_or(ty.oid).is_composite();
        if new.volatile || column.domain.is_some() || rows && column.default.is_some() {
            let value = match (&column.default, column.sequence, column.domain) {
                (Some(sql), _, None) => Some(sql.clone()),
                (None, Some(sequence), None) => Some(format!("nextval('{sequence}'::regclass)")),
                (Some(sql), _, Some(domain)) => Some(format!("CAST(({sql}) AS {})", type_name(domain))),
                (None, _, Some(domain)) => {
                    let default = self.domain_default(domain).unwrap_or_else(|| "NULL".to_owned());
                    Some(format!("CAST(({default}) AS {})", type_name(domain)))
                }
                (None, None, None) => None,
            };
            let mut changed = Table::clone(&table);
            set_column(&mut changed, &column);
            let values: Vec<(i16, String)> = value.map(|v| (number, v)).into_iter().collect();
            // The rewrite checks NOT NULL of the new column by itself.
            self.rewrite(before, changed, &values).await?;
        } else {
            if let Some(sql) = &column.default {
                column.missing = self.constant(sql, ty).await?;
            }
            let needs_value = column.not_null && column.missing.is_none();
            let table = self.edit_table(oid, |t| set_column(t, &column))?;
            if needs_value {
                self.validate_not_null(&table, &def.name).await?;
            }
        }
        Ok(())
    }

    /// 0A000 if columns hold rows of the table, which are stored as they were made.
    pub(super) fn require_unused_rows(&self, table: &Table) -> SqlResult<()> {
        match row_type(table.oid) {
            Some(row) => self.require_unused(row, &format!("table \"{}\"", table.name), "its row type"),
            None => Ok(()),
        }
    }

    /// The same, and if expressions make such rows.
    pub(super) fn require_unmade_rows(&self, table: &Table) -> SqlResult<()> {
        self.require_unused_rows(table)?;
        match row_type(table.oid) {
            Some(row) => self.require_unnamed(row, &format!("table \"{}\"", table.name), "its row type"),
            None => Ok(()),
        }
    }

    /// The value of an expression without columns, as text.
    async fn constant(&mut self, sql: &str, ty: PgType) -> SqlResult<Option<String>> {
        let catalog = self.now().clone();
        let sql = format!("SELECT CAST(({sql}) AS {})", type_name_with_typmod(ty));
        let rows = self.host.run(&catalog, &sql).await?;
        let value = rows.first().and_then(|r| r.first());
        Ok(value.and_then(|v| gavel_catalog::descriptor::datum_text(v, ty)))
    }

    // ---- ALTER COLUMN ----

    fn set_default(&mut self, oid: Oid, column: &str, value: Option<&Expr>) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        let found = self.column_of(oid, column)?;
        if found.identity.is_some() {
            let error = SqlError::new(
                SqlState::SyntaxError,
                format!("column \"{column}\" of relation \"{}\" is an identity column", table.name),
            );
            return Err(if value.is_none() {
                error.hint("Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.")
            } else {
                error
            });
        }
        if found.generated {
            let error = SqlError::new(
                SqlState::SyntaxError,
                format!("column \"{column}\" of relation \"{}\" is a generated column", table.name),
            );
            return Err(if value.is_none() {
                error.hint("Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead.")
            } else {
                error
            });
        }
        let (default, sequence) = match value {
            Some(expr) => {
                let stored = self.expression(&table, expr, Usage::Default(found.ty))?;
                refuse_temporary_sequences(&table, &stored.sequences)?;
                self.catalog.used.extend(stored.sequences.iter().copied());
                (kept_default(stored.sql, found.domain), stored.sequences.first().copied())
            }
            None => (None, None),
        };
        self.edit_column(oid, column, |c| (c.default, c.sequence) = (default.clone(), sequence))
    }

    pub(super) fn drop_own_not_null(&mut self, oid: Oid, column: &str) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        let found = self.column_of(oid, column)?;
        if found.identity.is_some() {
            let message = format!("column \"{column}\" of relation \"{}\" is an identity column", table.name);
            return Err(SqlError::new(SqlState::SyntaxError, message));
        }
        let in_key = table
            .primary_key()
            .is_some_and(|k| k.keys.iter().any(|key| matches!(key.0, IndexKey::Column(n) if n == found.number)));
        if in_key {
            let message = format!("column \"{column}\" is in a primary key");
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        self.require_nullable_above(&table, column)?;
        self.edit_column(oid, column, |c| c.not_null = false)
    }

    /// Gives columns of one table new types. USING sees the rows as they were before the statement, columns that it drops included.
    pub(super) async fn set_own_types(
        &mut self,
        oid: Oid,
        origin: &Arc<Table>,
        types: &[NewType<'_>],
    ) -> SqlResult<()> {
        let before = self.table_by_oid(oid)?;
        // Rows that have moved meanwhile are not to be found under the old descriptor.
        let rows = if origin.storage == before.storage { Arc::clone(origin) } else { Arc::clone(&before) };
        let mut changed = Table::clone(&before);
        let mut values: Vec<(i16, String)> = Vec::new();
        let mut touched: Vec<i16> = Vec::new();
        for new in types {
            let found = self.column_of(oid, new.column)?;
            if touched.contains(&found.number) {
                let message = format!("cannot alter type of column \"{}\" twice", found.name);
                return Err(SqlError::unsupported(message));
            }
            let (ty, domain) = self.declared_type(before.schema, new.ty)?;
            self.require_outside(&before, domain.unwrap_or(ty.oid))?;
            let collation = super::collation::of_column(self.now(), new.collation, ty)?;
            if found.identity.is_some() && !matches!(ty.oid, Oid::INT2 | Oid::INT4 | Oid::INT8) {
                return Err(identity_type());
            }
            if found.generated && new.using.is_some() {
                let message = "cannot specify USING when altering type of generated column";
                return Err(SqlError::new(SqlState::InvalidColumnDefinition, message)
                    .detail(format!("Column \"{}\" is a generated column.", found.name)));
            }
            self.require_type_is_free(&before, &found)?;
            let same = found.ty == ty && found.domain == domain && found.collation == collation;
            if same && new.using.is_none() {
                continue;
            }
            touched.push(found.number);
            if !found.generated {
                values.push((found.number, self.converted(&rows, &found, (ty, domain), new.using)?));
            }
            let column = Column { domain, collation, ..self.with_type(&before, &found, ty)? };
            set_column(&mut changed, &column);
            if let Some(sequence) = found.sequence.filter(|_| matches!(ty.oid, Oid::INT2 | Oid::INT4 | Oid::INT8)) {
                self.retype_identity(&found, sequence, ty)?;
            }
        }
        self.require_unmade_rows(&before)?;
        if touched.is_empty() {
            return Ok(());
        }
        super::index_key::require_classes(self.now(), &changed, &touched)?;
        let changed = Arc::new(changed);
        self.recheck_foreign_keys(&changed, &touched)?;
        for new in types {
            self.recheck_expressions(&changed, new.column)?;
        }
        self.rewrite(&rows, Table::clone(&changed), &values).await?;
        let table = self.table_by_oid(oid)?;
        for key in table.foreign_keys.iter().filter(|k| k.validated && k.columns.iter().any(|c| touched.contains(c))) {
            self.validate_foreign_key(&table, key).await?;
        }
        Ok(())
    }

    /// Foreign keys between a table's changed columns and others must still have an `=`.
    fn recheck_foreign_keys(&self, changed: &Table, touched: &[i16]) -> SqlResult<()> {
        let now = self.now();
        let table_of = |oid: Oid| if oid == changed.oid { Some(changed) } else { now.table(oid).map(|t| &**t) };
        for child in now.tables.values() {
            for key in &child.foreign_keys {
                let (Some(child), Some(parent)) = (table_of(child.oid), table_of(key.parent)) else { continue };
                for (a, b) in key.columns.iter().zip(&key.parent_columns) {
                    let own = child.oid == changed.oid && touched.contains(a);
                    let referenced = parent.oid == changed.oid && touched.contains(b);
                    if own || referenced {
                        super::constraint::require_comparable(&key.name, (child, *a), (parent, *b))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Refuses a new type for a column that views or generated columns are computed from.
    fn require_type_is_free(&self, table: &Table, column: &Column) -> SqlResult<()> {
        let name = &column.name;
        let mentioned = |sql: &str| super::drop::mentions(sql, name);
        let uses =
            |sql: &str| deparse::uses_column(self.now(), sql, table, column.number).unwrap_or_else(|| mentioned(sql));
        let by_view = |kind: &str, schema: Oid, view: &str| {
            let message = "cannot alter type of a column used by a view or rule";
            SqlError::unsupported(message)
                .detail(format!("rule _RETURN on {kind} {} depends on column \"{name}\"", self.shown(schema, view)))
        };
        let other = table
            .visible_columns()
            .find(|c| c.generated && c.name != *name && c.default.as_deref().is_some_and(mentioned));
        if let Some(other) = other {
            return Err(SqlError::unsupported("cannot alter type of a column used by a generated column")
                .detail(format!("Column \"{name}\" is used by generated column \"{}\".", other.name)));
        }
        if let Some(view) = self.now().views.values().find(|v| v.depends_on.contains(&table.oid) && uses(&v.sql)) {
            return Err(by_view("view", view.schema, &view.name));
        }
        let by_rule = |(on, rule): &(Oid, &Rule)| {
            (*on == table.oid || rule.depends_on.contains(&table.oid))
                && deparse::rule_uses_column(self.now(), (*on, *rule), table, column.number) == Some(true)
        };
        if let Some((on, rule)) = self.now().rules().find(by_rule) {
            let what = self.described(&super::drop::Object::Rule(on, rule.oid));
            let detail = format!("{what} depends on column \"{name}\"");
            return Err(SqlError::unsupported("cannot alter type of a column used by a view or rule").detail(detail));
        }
        if let Some(view) = self.views_of_returned(table, column.number).first() {
            return Err(by_view("view", view.schema, &view.name));
        }
        let over = self.materialized_over(table.oid);
        if let Some(view) = over.iter().find(|t| t.materialized.as_ref().is_some_and(|m| uses(&m.sql))) {
            return Err(by_view("materialized view", view.schema, &view.name));
        }
        for of in self.now().tables.values() {
            let reads = |p: &&Policy| {
                (of.oid == table.oid || p.depends_on.contains(&table.oid)) && p.texts().any(|sql| uses(sql))
            };
            if let Some(policy) = of.row_security.policies.iter().find(reads) {
                let message = "cannot alter type of a column used in a policy definition";
                let what = self.described(&super::drop::Object::Policy(of.oid, policy.oid));
                let detail = format!("{what} depends on column \"{name}\"");
                return Err(SqlError::unsupported(message).detail(detail));
            }
        }
        let fires = |t: &&Trigger| t.columns.contains(&column.number) || t.condition.as_deref().is_some_and(mentioned);
        if let Some(trigger) = table.triggers.iter().find(fires) {
            let detail = format!(
                "trigger {} on table {} depends on column \"{name}\"",
                trigger.name,
                self.shown(table.schema, &table.name)
            );
            let message = "cannot alter type of a column used in a trigger definition";
            return Err(SqlError::unsupported(message).detail(detail));
        }
        Ok(())
    }

    /// The column under its new type, with a default that fits.
    fn with_type(&self, table: &Table, column: &Column, ty: PgType) -> SqlResult<Column> {
        let mut out = Column { ty, ..column.clone() };
        if let (Some(sql), false) = (&column.default, column.generated) {
            let stored = self.binder.stored_expression(self.scope(), table, sql, Usage::Default(ty)).map_err(|e| {
                match e.code() {
                    SqlState::DatatypeMismatch | SqlState::UndefinedFunction => SqlError::new(
                        SqlState::DatatypeMismatch,
                        format!(
                            "default for column \"{}\" cannot be cast automatically to type {}",
                            column.name,
                            type_name_with_typmod(ty)
                        ),
                    ),
                    _ => e,
                }
            })?;
            out.default = Some(stored.sql);
        }
        Ok(out)
    }

    /// An identity column's sequence follows its type.
    fn retype_identity(&mut self, column: &Column, sequence: Oid, ty: PgType) -> SqlResult<()> {
        if column.identity.is_none() {
            return Ok(());
        }
        if let Some(current) = self.now().sequences.get(&sequence).cloned() {
            let mut next = gavel_catalog::Sequence::clone(&current);
            super::sequence::apply(&mut next, &[], Some(ty), false)?;
            next.version += 1;
            self.edit().put_sequence(Arc::new(next));
        }
        Ok(())
    }

    /// SQL text of the new value of a column whose type changes.
    fn converted(
        &self,
        table: &Table,
        column: &Column,
        (ty, domain): (PgType, Option<Oid>),
        using: Option<&Expr>,
    ) -> SqlResult<String> {
        let name = &column.name;
        let target = type_name_with_typmod(domain.map_or(ty, PgType::new));
        let own = Expr::Identifier(sqlparser::ast::Ident::with_quote('"', name.as_str()));
        let expr = using.unwrap_or(&own);
        let stored = self.binder.expression(self.scope(), table, expr, Usage::Using(ty)).map_err(|e| {
            if e.code() != SqlState::DatatypeMismatch {
                return e;
            }
            let what = if using.is_some() { "result of USING clause for column" } else { "column" };
            let error = SqlError::new(
                SqlState::DatatypeMismatch,
                format!("{what} \"{name}\" cannot be cast automatically to type {target}"),
            );
            if using.is_some() {
                error.hint("You might need to add an explicit cast.")
            } else {
                error.hint(format!("You might need to specify \"USING {}::{target}\".", quote(name)))
            }
        })?;
        Ok(format!("CAST({} AS {target})", stored.sql))
    }

    /// Checks, index expressions and predicates over a changed column must still bind.
    fn recheck_expressions(&self, table: &Table, column: &str) -> SqlResult<()> {
        let scope = self.scope();
        let again = |sql: &str, usage: Usage| -> SqlResult<()> {
            if super::drop::mentions(sql, column) {
                self.binder.stored_expression(scope, table, sql, usage)?;
            }
            Ok(())
        };
        for check in &table.checks {
            again(&check.sql, Usage::Check)?;
        }
        for index in &table.indexes {
            for (key, ..) in &index.keys {
                if let IndexKey::Expression { sql, .. } = key {
                    again(sql, Usage::IndexKey)?;
                }
            }
            if let Some(predicate) = &index.predicate {
                again(predicate, Usage::Predicate)?;
            }
        }
        Ok(())
    }

    // ---- identity ----

    /// "column … is not …", 55000.
    fn not_a(&self, oid: Oid, column: &str, what: &str) -> SqlResult<SqlError> {
        let table = self.table_by_oid(oid)?;
        let message = format!("column \"{column}\" of relation \"{}\" is not {what}", table.name);
        Ok(SqlError::new(SqlState::ObjectNotInPrerequisiteState, message))
    }

    async fn add_identity(&mut self, oid: Oid, name: &str, always: bool, options: &[SequenceOption]) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        let column = self.column_of(oid, name)?;
        let refused = |what: &str| {
            let message = format!("column \"{name}\" of relation \"{}\" {what}", table.name);
            Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, message))
        };
        if !matches!(column.ty.oid, Oid::INT2 | Oid::INT4 | Oid::INT8) {
            return Err(identity_type());
        }
        if !column.not_null {
            return refused("must be declared NOT NULL before identity can be added");
        }
        if column.identity.is_some() {
            return refused("is already an identity column");
        }
        if column.default.is_some() {
            return refused("already has a default value");
        }
        let sequence = self.column_sequence(&table, (name, column.number), column.ty, options).await?;
        let identity = if always { Identity::Always } else { Identity::ByDefault };
        self.edit_column(oid, name, |c| (c.identity, c.sequence) = (Some(identity), Some(sequence)))
    }

    async fn set_identity(
        &mut self,
        oid: Oid,
        name: &str,
        always: Option<bool>,
        options: &[SequenceOption],
    ) -> SqlResult<()> {
        let column = self.column_of(oid, name)?;
        if column.identity.is_none() {
            return Err(self.not_a(oid, name, "an identity column")?);
        }
        if let Some(always) = always {
            let identity = if always { Identity::Always } else { Identity::ByDefault };
            self.edit_column(oid, name, |c| c.identity = Some(identity))?;
        }
        if let (Some(sequence), false) = (column.sequence, options.is_empty()) {
            self.alter_sequence(sequence, options).await?;
        }
        Ok(())
    }

    fn drop_identity(&mut self, oid: Oid, name: &str, if_exists: bool) -> SqlResult<()> {
        let column = self.column_of(oid, name)?;
        if column.identity.is_none() {
            let error = self.not_a(oid, name, "an identity column")?;
            if if_exists {
                self.notice(format!("{}, skipping", error.message()));
                return Ok(());
            }
            return Err(error);
        }
        self.edit_column(oid, name, |c| (c.identity, c.sequence) = (None, None))?;
        if let Some(sequence) = column.sequence {
            self.edit().remove_sequence(sequence);
        }
        Ok(())
    }

    // ---- RENAME ----

    /// Renames a column of one table, which is inherited from no more than `parents`.
    pub(super) fn rename_own_column(&mut self, oid: Oid, old: &str, new: &str, parents: u16) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if is_system_column(old) {
            return Err(SqlError::unsupported(format!("cannot rename system column \"{old}\"")));
        }
        let Some(column) = table.column_named(old) else {
            return Err(SqlError::new(SqlState::UndefinedColumn, format!("column \"{old}\" does not exist")));
        };
        if column.descent.parents > parents {
            let message = format!("cannot rename inherited column \"{old}\"");
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        if is_system_column(new) {
            let message = format!("column name \"{new}\" conflicts with a system column name");
            return Err(SqlError::new(SqlState::DuplicateColumn, message));
        }
        if table.column_named(new).is_some() {
            let message = format!("column \"{new}\" of relation \"{}\" already exists", table.name);
            return Err(SqlError::new(SqlState::DuplicateColumn, message));
        }
        let rename = |sql: &mut String| -> SqlResult<()> {
            if super::drop::mentions(sql, old) {
                *sql = expression::rename_column(sql, old, new)?;
            }
            Ok(())
        };
        let mut changed = Table::clone(&table);
        for column in &mut changed.columns {
            if let (true, Some(sql)) = (column.generated, &mut column.default) {
                rename(sql)?;
            }
            if !column.dropped && column.name == old {
                column.name = new.to_owned();
            }
        }
        for check in &mut changed.checks {
            rename(&mut check.sql)?;
        }
        for condition in changed.triggers.iter_mut().filter_map(|t| t.condition.as_mut()) {
            rename(condition)?;
        }
        for part in changed.partitioned.iter_mut().flat_map(|key| &mut key.parts) {
            if let PartitionOn::Expression(sql) = &mut part.key {
                rename(sql)?;
            }
        }
        for index in &mut changed.indexes {
            for (key, ..) in &mut index.keys {
                if let IndexKey::Expression { sql, .. } = key {
                    rename(sql)?;
                }
            }
            if let Some(predicate) = &mut index.predicate {
                rename(predicate)?;
            }
        }
        super::policy::rename_column(&mut changed, old, new)?;
        let names: Vec<String> = table.visible_columns().map(|c| c.name.clone()).collect();
        let before = Arc::clone(self.now());
        self.edit_table(oid, |t| *t = changed)?;
        self.rewrite_views(&before, &[oid], |sql, called| expression::alias_columns(sql, called, &names))
    }

    /// Changes the text of every view over these relations, which had other names `before`. `change` does so for a view
    /// that cannot be written anew, given the qualified name by which it calls the relation.
    pub(super) fn rewrite_views(
        &mut self,
        before: &Arc<Catalog>,
        relations: &[Oid],
        change: impl Fn(&str, &[String]) -> SqlResult<String>,
    ) -> SqlResult<()> {
        let after = Arc::clone(self.now());
        let rewritten = |sql: &str, depends_on: &[Oid]| -> SqlResult<Option<String>> {
            let mut used = relations.iter().filter(|oid| depends_on.contains(oid)).peekable();
            if used.peek().is_none() {
                return Ok(None);
            }
            if let Some(text) = deparse::renamed_view(before, &after, sql) {
                return Ok(Some(text));
            }
            let mut text = sql.to_owned();
            for (schema, name) in used.filter_map(|oid| before.relation_name(*oid)) {
                let schema = before.schema_by_oid(schema).map_or_else(String::new, |s| s.name.clone());
                text = change(&text, &[schema, name.to_owned()])?;
            }
            Ok(Some(text))
        };
        for view in after.views.values() {
            let Some(sql) = rewritten(&view.sql, &view.depends_on)? else { continue };
            let version = view.version + 1;
            self.edit().put_view(Arc::new(View { sql, version, ..View::clone(view) }));
        }
        for table in after.tables.values() {
            let Some(kept) = &table.materialized else { continue };
            let Some(sql) = rewritten(&kept.sql, &kept.depends_on)? else { continue };
            let kept = Materialized { sql, ..kept.clone() };
            self.edit_table(table.oid, |t| t.materialized = Some(kept))?;
        }
        self.rewrite_policies(before, relations, &change)?;
        for oid in relations {
            let Some((schema, name)) = before.relation_name(*oid) else { continue };
            let schema = before.schema_by_oid(schema).map_or_else(String::new, |s| s.name.clone());
            let called = [schema, name.to_owned()];
            self.rewrite_bodies(*oid, |sql| change(sql, &called))?;
            self.rewrite_rules(*oid, |sql| change(sql, &called))?;
        }
        Ok(())
    }

    /// Writes the views over a relation anew that would mean something else by the columns that it has got or lost since
    /// `before`.
    pub(super) fn restate_views(&mut self, before: &Arc<Catalog>, relation: Oid) -> SqlResult<()> {
        let after = Arc::clone(self.now());
        for view in after.views.values().filter(|v| v.depends_on.contains(&relation)) {
            let Some(sql) = deparse::restated_view(before, &after, &view.sql) else { continue };
            let version = view.version + 1;
            self.edit().put_view(Arc::new(View { sql, version, ..View::clone(view) }));
        }
        for table in self.materialized_over(relation) {
            let Some(kept) = &table.materialized else { continue };
            let Some(sql) = deparse::restated_view(before, &after, &kept.sql) else { continue };
            let kept = Materialized { sql, ..kept.clone() };
            self.edit_table(table.oid, |t| t.materialized = Some(kept))?;
        }
        Ok(())
    }

    /// The materialized views whose queries use a relation.
    pub(super) fn materialized_over(&self, oid: Oid) -> Vec<Arc<Table>> {
        let uses = |t: &&Arc<Table>| t.materialized.as_ref().is_some_and(|m| m.depends_on.contains(&oid));
        self.now().tables.values().filter(uses).cloned().collect()
    }

    /// Renames a constraint of one table, which is inherited from no more than `parents`.
    pub(super) fn rename_own_constraint(&mut self, oid: Oid, old: &str, new: &str, parents: u16) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if !super::constraint::constraint_names(&table).any(|n| n == old) {
            let message = format!("constraint \"{old}\" for table \"{}\" does not exist", table.name);
            return Err(SqlError::new(SqlState::UndefinedObject, message));
        }
        if table.checks.iter().any(|c| c.name == old && c.descent.parents > parents) {
            let message = format!("cannot rename inherited constraint \"{old}\"");
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        if super::constraint::constraint_names(&table).any(|n| n == new) {
            let message = format!("constraint \"{new}\" for relation \"{}\" already exists", table.name);
            return Err(SqlError::new(SqlState::DuplicateObject, message));
        }
        let index = table.uniques.iter().find(|u| u.name == old).map(|u| u.index);
        if index.is_some() {
            self.require_free(table.schema, new)?;
        }
        let set = |name: &mut String| {
            if name == old {
                *name = new.to_owned();
            }
        };
        self.edit_table(oid, |t| {
            t.uniques.iter_mut().for_each(|u| set(&mut u.name));
            t.checks.iter_mut().for_each(|c| set(&mut c.name));
            t.foreign_keys.iter_mut().for_each(|f| {
                set(&mut f.name);
                f.parts.iter_mut().for_each(|part| set(&mut part.name));
            });
            t.indexes.iter_mut().filter(|i| Some(i.oid) == index).for_each(|i| set(&mut i.name));
        })?;
        Ok(())
    }
}

/// Replaces the column of the same number.
fn set_column(table: &mut Table, column: &Column) {
    for c in table.columns.iter_mut().filter(|c| c.number == column.number) {
        *c = column.clone();
    }
}
