//! CREATE TABLE: the table with its columns enters the catalog first; constraints are then added to it as
//! ALTER TABLE adds them.

use std::collections::BTreeSet;
use std::sync::Arc;

use gavel_binder::ddl::ast::{
    ColumnConstraintKind, ColumnDef, CreateTable, CreateTableAs, Including, Persistence, QualifiedName, SequenceOption,
    TableConstraint, TableConstraintKind, TableElement,
};
use gavel_catalog::privilege::Securable;
use gavel_catalog::snapshot::{PG_CLASS, PG_CONSTRAINT, Relation};
use gavel_catalog::system::{TEMPORARY_SCHEMA, is_temporary};
use gavel_catalog::{Catalog, Column, Descent, Identity, Index, IndexKey, IndexState, Table, Unique};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::DataType;

use super::binding::{StoredQuery, Usage};
use super::check::NewCheck;
use super::constraint::Key;
use super::inherit::{Specified, merged};
use super::names::{qualified, quote};
use super::{DdlContext, naming};

/// Most columns of a table.
const MAX_COLUMNS: usize = 1600;

/// A column with what must wait until its table is in the catalog.
pub(super) struct NewColumn {
    pub column: Column,
    /// Whether its values come from a volatile expression: rows that exist must then be rewritten.
    pub volatile: bool,
}

/// The columns that CREATE TABLE has been through, besides those that are inherited.
struct WrittenColumns {
    count: usize,
    /// Numbers of columns with different defaults of their parents, as long as none is written for them.
    contested: BTreeSet<i16>,
}

impl WrittenColumns {
    /// The place of the next one.
    fn next(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }
}

/// A default as it is kept: a NULL is none, unless it stands for the default of a domain.
pub(super) fn kept_default(sql: String, domain: Option<Oid>) -> Option<String> {
    let is_null = domain.is_none() && sql.eq_ignore_ascii_case("null");
    (!is_null).then_some(sql)
}

impl DdlContext<'_> {
    pub(super) async fn create_table(&mut self, create: &CreateTable) -> SqlResult<()> {
        if let Some(of) = &create.partition_of {
            return self.create_partition(create, of).await;
        }
        let (schema, name) = self.creation_target(&create.name, create.persistence)?;
        if schema != TEMPORARY_SCHEMA && create.on_commit.is_some() {
            return Err(on_commit_is_for_temporary());
        }
        if self.now().relation(schema, &name).is_some() && create.if_not_exists {
            let message = format!("relation \"{name}\" already exists, skipping");
            self.notice_of(SqlState::DuplicateTable, message);
            return Ok(());
        }
        super::partition::require_partitionable(create)?;
        if !create.inherits.is_empty() {
            self.require_written_once(&create.elements)?;
        }
        let parents = self.parents_to_be(&create.inherits, schema == TEMPORARY_SCHEMA)?;
        self.require_free(schema, &name)?;
        self.require_free_row_type(schema, &name)?;
        let typed;
        let (create, of_type) = match &create.of_type {
            Some(name) => {
                let (columns, of_type) = self.with_columns_of_type(create, name)?;
                typed = columns;
                (&typed, Some(of_type))
            }
            None => (create, None),
        };
        let oid = self.new_oid(schema).await?;
        let acl = self.initial_acl('r', self.user, schema);
        let on_commit = create.on_commit.unwrap_or_default();
        let empty = empty_table(oid, schema, name, self.user, create.options.clone());
        let unlogged = create.persistence == Persistence::Unlogged;
        self.edit().put_table(Arc::new(Table { acl, unlogged, on_commit, of_type, ..empty }));
        if let Some(of_type) = of_type {
            self.rely_on_type(schema, of_type);
        }
        let mut columns = WrittenColumns { count: 0, contested: self.inherit(oid, &parents).await? };
        let mut likes = Vec::new();
        for element in &create.elements {
            match element {
                TableElement::Column(def) => self.new_table_column(oid, def, &mut columns).await?,
                TableElement::Like { table, including } => {
                    likes.push((self.copy_columns(oid, table, *including, &mut columns).await?, *including));
                }
                TableElement::Constraint(_) | TableElement::Options { .. } => {}
            }
        }
        self.refuse_contested(oid, &columns.contested)?;
        for parent in &parents {
            self.catalog.used.insert(parent.oid);
            self.bind_to_parent(oid, parent.oid)?;
        }
        self.bind_column_expressions(oid, &create.elements)?;
        if let Some(by) = &create.partition_by {
            self.set_partition_key(oid, by)?;
        }
        self.refuse_second_primary_key(oid, create)?;
        self.add_all_constraints(oid, create).await?;
        for (source, including) in likes {
            self.copy_constraints(oid, &source, including).await?;
        }
        Ok(())
    }

    /// Adds a column to the table in the catalog; its default is bound later, when all columns are there.
    async fn new_table_column(&mut self, oid: Oid, def: &ColumnDef, columns: &mut WrittenColumns) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if let Some(inherited) = table.column_named(&def.name).filter(|c| c.descent.not_local) {
            self.tell_merged(&table, inherited, columns.next());
            let mut column = self.new_column(&table, def, inherited.number).await?;
            let has = |wanted: fn(&ColumnConstraintKind) -> bool| def.constraints.iter().any(|c| wanted(&c.kind));
            column.generated = has(|kind| matches!(kind, ColumnConstraintKind::Generated { .. }));
            let default = column.default.is_some() || has(|kind| matches!(kind, ColumnConstraintKind::Default(_)));
            let specified = Specified { default, generated: column.generated };
            return self.merge_column(oid, inherited, column, specified, columns);
        }
        columns.next();
        let number = next_number(&table)?;
        if table.column_named(&def.name).is_some() {
            let message = format!("column \"{}\" specified more than once", def.name);
            return Err(SqlError::new(SqlState::DuplicateColumn, message));
        }
        let column = self.new_column(&table, def, number).await?;
        self.edit_table(oid, |t| t.columns.push(column))?;
        Ok(())
    }

    /// 42701 for a column that is written twice, one of which would be taken for one that is inherited.
    fn require_written_once(&self, elements: &[TableElement]) -> SqlResult<()> {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for element in elements {
            let names: Vec<String> = match element {
                TableElement::Column(def) => vec![def.name.clone()],
                TableElement::Like { table, .. } => {
                    self.like_source(table)?.visible_columns().map(|c| c.name.clone()).collect()
                }
                TableElement::Constraint(_) | TableElement::Options { .. } => continue,
            };
            for name in names {
                let message = format!("column \"{name}\" specified more than once");
                if !seen.insert(name) {
                    return Err(SqlError::new(SqlState::DuplicateColumn, message));
                }
            }
        }
        Ok(())
    }

    /// Makes a column one with what is inherited under its name.
    fn merge_column(
        &mut self,
        oid: Oid,
        inherited: &Column,
        column: Column,
        specified: Specified,
        columns: &mut WrittenColumns,
    ) -> SqlResult<()> {
        let merged = merged(inherited, column, specified)?;
        if specified.default || specified.generated {
            columns.contested.remove(&merged.number);
        }
        self.edit_table(oid, |t| {
            for column in t.columns.iter_mut().filter(|c| c.number == merged.number) {
                *column = merged.clone();
            }
        })?;
        Ok(())
    }

    /// The column that `def` describes, without its default expression.
    pub(super) async fn new_column(&mut self, table: &Table, def: &ColumnDef, number: i16) -> SqlResult<Column> {
        if super::drop::is_system_column(&def.name) {
            let message = format!("column name \"{}\" conflicts with a system column name", def.name);
            return Err(SqlError::new(SqlState::DuplicateColumn, message));
        }
        self.check_declaration(table, def)?;
        let serial = serial_type(&def.ty);
        let (ty, domain) = match serial {
            Some(ty) => (ty, None),
            None => self.declared_type(table.schema, &def.ty)?,
        };
        self.require_outside(table, domain.unwrap_or(ty.oid))?;
        if gavel_functions::registry::type_info(ty.oid).is_some_and(|t| t.kind == 'p') {
            let type_name = gavel_types::text_io::type_name(ty.oid);
            let message = format!("column \"{}\" has pseudo-type {type_name}", def.name);
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        let collation = super::collation::of_column(self.now(), def.collation.as_ref(), ty)?;
        let mut column = Column {
            number,
            name: def.name.clone(),
            ty,
            domain,
            collation,
            not_null: serial.is_some(),
            default: None,
            identity: None,
            generated: false,
            sequence: None,
            missing: None,
            dropped: false,
            acl: None,
            descent: Descent::default(),
        };
        if serial.is_some() {
            let sequence = self.column_sequence(table, (&def.name, number), ty, &[]).await?;
            column.sequence = Some(sequence);
            column.default = Some(format!("nextval('{sequence}'::regclass)"));
        }
        for constraint in &def.constraints {
            match &constraint.kind {
                ColumnConstraintKind::NotNull => column.not_null = true,
                ColumnConstraintKind::Identity { always, options } => {
                    if !matches!(ty.oid, Oid::INT2 | Oid::INT4 | Oid::INT8) {
                        return Err(identity_type());
                    }
                    column.identity = Some(if *always { Identity::Always } else { Identity::ByDefault });
                    column.not_null = true;
                    column.sequence = Some(self.column_sequence(table, (&def.name, number), ty, options).await?);
                }
                _ => {}
            }
        }
        Ok(column)
    }

    /// Combinations that no column may have.
    pub(super) fn check_declaration(&self, table: &Table, def: &ColumnDef) -> SqlResult<()> {
        use ColumnConstraintKind::{Default, Generated, Identity, NotNull, Null};
        let count = |f: fn(&ColumnConstraintKind) -> bool| def.constraints.iter().filter(|c| f(&c.kind)).count();
        let serial = usize::from(serial_type(&def.ty).is_some());
        let defaults = count(|k| matches!(k, Default(_))) + serial;
        let (identities, generated) =
            (count(|k| matches!(k, Identity { .. })), count(|k| matches!(k, Generated { .. })));
        let nulls = count(|k| matches!(k, Null));
        let not_nulls = count(|k| matches!(k, NotNull)) + serial;
        if def.constraints.iter().any(|c| matches!(c.kind, Generated { always: false, .. })) {
            let message = "for a generated column, GENERATED ALWAYS must be specified";
            return Err(SqlError::new(SqlState::SyntaxError, message));
        }
        let of = format!("for column \"{}\" of table \"{}\"", def.name, table.name);
        let message = if nulls > 0 && not_nulls + identities > 0 {
            format!("conflicting NULL/NOT NULL declarations {of}")
        } else if defaults > 1 {
            format!("multiple default values specified {of}")
        } else if identities > 1 {
            format!("multiple identity specifications {of}")
        } else if generated > 1 {
            format!("multiple generation clauses specified {of}")
        } else if defaults > 0 && identities > 0 {
            format!("both default and identity specified {of}")
        } else if defaults > 0 && generated > 0 {
            format!("both default and generation expression specified {of}")
        } else if identities > 0 && generated > 0 {
            format!("both identity and generation expression specified {of}")
        } else {
            return Ok(());
        };
        Err(SqlError::new(SqlState::SyntaxError, message))
    }

    /// The default or generation expression of a column, bound against `table`, which has all its columns.
    pub(super) fn column_expression(
        &mut self,
        table: &Table,
        def: &ColumnDef,
        ty: PgType,
    ) -> SqlResult<Option<NewColumn>> {
        let Some(column) = table.column_named(&def.name) else { return Ok(None) };
        let mut column = column.clone();
        let mut volatile = column.sequence.is_some();
        for constraint in &def.constraints {
            match &constraint.kind {
                ColumnConstraintKind::Default(expr) => {
                    let stored = self.expression(table, expr, Usage::Default(ty))?;
                    refuse_temporary_sequences(table, &stored.sequences)?;
                    volatile |= stored.volatility == gavel_functions::registry::Volatility::Volatile;
                    column.default = kept_default(stored.sql, column.domain);
                    column.sequence = column.sequence.or(stored.sequences.first().copied());
                }
                ColumnConstraintKind::Generated { expr, .. } => {
                    let stored = self.expression(table, expr, Usage::Generated(ty))?;
                    require_generable(table, &stored.columns, stored.volatility)?;
                    volatile = true;
                    column.generated = true;
                    column.default = Some(stored.sql);
                }
                _ => {}
            }
        }
        Ok(Some(NewColumn { column, volatile }))
    }

    pub(super) fn bind_column_expressions(&mut self, oid: Oid, elements: &[TableElement]) -> SqlResult<()> {
        // Which columns are generated must be known before the first expression is bound.
        let generated: Vec<&str> = elements
            .iter()
            .filter_map(|e| match e {
                TableElement::Column(def)
                    if def.constraints.iter().any(|c| matches!(c.kind, ColumnConstraintKind::Generated { .. })) =>
                {
                    Some(def.name.as_str())
                }
                _ => None,
            })
            .collect();
        let table = self.edit_table(oid, |t| {
            t.version = 0;
            for column in t.columns.iter_mut().filter(|c| generated.contains(&c.name.as_str())) {
                column.generated = true;
            }
        })?;
        let mut columns = Vec::new();
        for element in elements {
            let TableElement::Column(def) = element else { continue };
            let Some(column) = table.column_named(&def.name) else { continue };
            columns.extend(self.column_expression(&table, def, column.ty)?.map(|n| n.column));
        }
        self.edit_table(oid, |t| {
            for changed in columns {
                for column in t.columns.iter_mut().filter(|c| c.number == changed.number) {
                    *column = changed.clone();
                }
            }
        })?;
        Ok(())
    }

    pub(super) fn refuse_second_primary_key(&self, oid: Oid, create: &CreateTable) -> SqlResult<()> {
        let keys = create.elements.iter().map(|e| match e {
            TableElement::Column(def) => {
                def.constraints.iter().filter(|c| matches!(c.kind, ColumnConstraintKind::PrimaryKey)).count()
            }
            TableElement::Constraint(c) => usize::from(matches!(c.kind, TableConstraintKind::PrimaryKey { .. })),
            TableElement::Like { .. } | TableElement::Options { .. } => 0,
        });
        if keys.sum::<usize>() > 1 {
            let name = &self.table_by_oid(oid)?.name;
            let message = format!("multiple primary keys for table \"{name}\" are not allowed");
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        Ok(())
    }

    /// All constraints in PostgreSQL's order: checks, then keys (the primary one first), then foreign keys.
    pub(super) async fn add_all_constraints(&mut self, oid: Oid, create: &CreateTable) -> SqlResult<()> {
        for element in &create.elements {
            match element {
                TableElement::Column(def) => self.add_column_checks(oid, def, true).await?,
                TableElement::Constraint(c) if matches!(c.kind, TableConstraintKind::Check(_)) => {
                    let TableConstraintKind::Check(expr) = &c.kind else { continue };
                    let (name, timing) = (c.name.clone(), c.timing);
                    self.add_check(oid, NewCheck { name, column: None, expr, timing, fresh: true }).await?;
                }
                _ => {}
            }
        }
        for primary in [true, false] {
            for element in &create.elements {
                match element {
                    TableElement::Column(def) => self.add_column_keys(oid, def, primary, true).await?,
                    TableElement::Constraint(c) if is_key(c, primary) => self.add_constraint(oid, c, true).await?,
                    _ => {}
                }
            }
        }
        for element in &create.elements {
            match element {
                TableElement::Column(def) => self.add_column_references(oid, def, true).await?,
                TableElement::Constraint(c) if matches!(c.kind, TableConstraintKind::ForeignKey { .. }) => {
                    self.add_constraint(oid, c, true).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) async fn add_column_checks(&mut self, oid: Oid, def: &ColumnDef, fresh: bool) -> SqlResult<()> {
        for c in &def.constraints {
            if let ColumnConstraintKind::Check(expr) = &c.kind {
                let (name, timing) = (c.name.clone(), c.timing);
                self.add_check(oid, NewCheck { name, column: Some(&def.name), expr, timing, fresh }).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn add_column_keys(
        &mut self,
        oid: Oid,
        def: &ColumnDef,
        primary: bool,
        fresh: bool,
    ) -> SqlResult<()> {
        let columns = std::slice::from_ref(&def.name);
        for c in &def.constraints {
            let nulls_not_distinct = match (&c.kind, primary) {
                (ColumnConstraintKind::PrimaryKey, true) => false,
                (ColumnConstraintKind::Unique { nulls_not_distinct }, false) => *nulls_not_distinct,
                _ => continue,
            };
            let (name, timing) = (c.name.clone(), c.timing);
            let key = Key { name, primary, columns, include: &[], nulls_not_distinct, timing };
            self.add_key(oid, key, fresh).await?;
        }
        Ok(())
    }

    pub(super) async fn add_column_references(&mut self, oid: Oid, def: &ColumnDef, fresh: bool) -> SqlResult<()> {
        let columns = std::slice::from_ref(&def.name);
        for c in &def.constraints {
            if let ColumnConstraintKind::References(references) = &c.kind {
                self.add_foreign_key(oid, c.name.clone(), columns, references, c.timing, fresh).await?;
            }
        }
        Ok(())
    }

    // ---- LIKE ----

    async fn copy_columns(
        &mut self,
        oid: Oid,
        name: &QualifiedName,
        including: Including,
        columns: &mut WrittenColumns,
    ) -> SqlResult<Arc<Table>> {
        let source = self.like_source(name)?;
        self.catalog.used.insert(source.oid);
        for from in source.visible_columns() {
            let table = self.table_by_oid(oid)?;
            let inherited = table.column_named(&from.name).filter(|c| c.descent.not_local);
            if inherited.is_none() && table.column_named(&from.name).is_some() {
                let message = format!("column \"{}\" specified more than once", from.name);
                return Err(SqlError::new(SqlState::DuplicateColumn, message));
            }
            let ordinal = columns.next();
            let number = match inherited {
                Some(inherited) => {
                    self.tell_merged(&table, inherited, ordinal);
                    inherited.number
                }
                None => next_number(&table)?,
            };
            let descent = Descent::default();
            let mut column = Column { number, missing: None, acl: None, descent, ..from.clone() };
            let expression = if from.generated { including.generated } else { including.defaults };
            if !expression {
                (column.default, column.generated) = (None, false);
            }
            if let Some(sql) = column.default.as_ref().filter(|_| source.is_temporary() && !table.is_temporary()) {
                let usage = if column.generated { Usage::Generated(from.ty) } else { Usage::Default(from.ty) };
                let stored = self.binder.stored_expression(self.scope(), &source, sql, usage)?;
                refuse_temporary_sequences(&table, &stored.sequences)?;
            }
            (column.sequence, column.identity) = (None, None);
            if let (Some(identity), true) = (from.identity, including.identity) {
                column.identity = Some(identity);
                let options = self.options_of(from.sequence);
                column.sequence = Some(self.column_sequence(&table, (&from.name, number), from.ty, &options).await?);
            }
            self.rely_on_type(table.schema, column.declared().oid);
            match inherited {
                Some(inherited) => {
                    let has = column.default.is_some();
                    let generated = column.generated;
                    let specified = Specified { default: has && !generated, generated };
                    self.merge_column(oid, inherited, column, specified, columns)?;
                }
                None => {
                    self.edit_table(oid, |t| t.columns.push(column))?;
                }
            }
            if including.comments {
                self.copy_comment((PG_CLASS, source.oid, i32::from(from.number)), (PG_CLASS, oid, i32::from(number)));
            }
        }
        Ok(source)
    }

    /// What LIKE names: a table, or a view, of which columns and types are taken.
    fn like_source(&self, name: &QualifiedName) -> SqlResult<Arc<Table>> {
        match self.find(name)? {
            Some(Relation::Table(table)) => {
                self.require_on_relation(Securable::Table(&table), "r")?;
                Ok(table)
            }
            Some(Relation::View(view)) => {
                self.require_on_relation(Securable::View(&view), "r")?;
                let mut table = empty_table(view.oid, view.schema, view.name.clone(), view.owner, Vec::new());
                for (number, (name, declared)) in (1_i16..).zip(&view.columns) {
                    let domain = declared.oid.is_over_domain().then_some(declared.oid);
                    let ty = domain.and_then(|domain| self.now().base_type(domain)).unwrap_or(*declared);
                    table.columns.push(Column { domain, ..Column::plain(number, name.clone(), ty) });
                }
                Ok(Arc::new(table))
            }
            Some(other) => {
                let bare = name.0.last().map_or("", String::as_str);
                let kind = super::names::kind_word(super::names::kind_of(&other));
                let kinds = if kind == "index" { "indexes".to_owned() } else { format!("{kind}s") };
                let message = format!("relation \"{bare}\" is invalid in LIKE clause");
                Err(SqlError::new(SqlState::WrongObjectType, message)
                    .detail(format!("This operation is not supported for {kinds}.")))
            }
            None => Err(super::names::undefined_table("relation", name)),
        }
    }

    /// The options of a sequence, to make another one like it.
    fn options_of(&self, sequence: Option<Oid>) -> Vec<SequenceOption> {
        let Some(s) = sequence.and_then(|s| self.now().sequences.get(&s)) else { return Vec::new() };
        vec![
            SequenceOption::Increment(s.increment),
            SequenceOption::Min(Some(s.min)),
            SequenceOption::Max(Some(s.max)),
            SequenceOption::Start(s.start),
            SequenceOption::Cache(s.cache),
            SequenceOption::Cycle(s.cycle),
        ]
    }

    fn copy_comment(&mut self, from: (Oid, Oid, i32), to: (Oid, Oid, i32)) {
        if let Some(text) = self.now().comments.get(&from).cloned() {
            self.edit().comments.insert(to, text);
        }
    }

    async fn copy_constraints(&mut self, oid: Oid, source: &Table, including: Including) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        let number = |n: i16| {
            let name = source.column(n).map(|c| c.name.as_str())?;
            table.column_named(name).map(|c| c.number)
        };
        if including.constraints {
            let mut checks = Vec::new();
            let mut comments = Vec::new();
            for check in &source.checks {
                let columns = check.columns.iter().filter_map(|n| number(*n)).collect();
                if table.checks.iter().any(|c| c.name == check.name) {
                    self.merge_check(&table, &table, check, true)?;
                    continue;
                }
                let copy = self.new_oid(table.schema).await?;
                comments.push((check.oid, copy));
                let sql = super::expression::bare_columns(&check.sql, &source.name)?;
                let descent = Descent::default();
                checks.push(gavel_catalog::CheckConstraint { oid: copy, sql, columns, descent, ..check.clone() });
            }
            for (from, to) in comments.into_iter().filter(|_| including.comments) {
                self.copy_comment((PG_CONSTRAINT, from, 0), (PG_CONSTRAINT, to, 0));
            }
            self.edit_table(oid, |t| t.checks.extend(checks))?;
        }
        if !including.indexes {
            return Ok(());
        }
        for index in &source.indexes {
            let index_oid = self.new_oid(table.schema).await?;
            let now = self.table_by_oid(oid)?;
            let mut names = Vec::new();
            let mut copy = Index {
                oid: index_oid,
                storage: if index.is_table() { now.storage } else { index_oid },
                state: IndexState::Public,
                job: 0,
                parent: None,
                ..index.clone()
            };
            for (key, ..) in &mut copy.keys {
                match key {
                    IndexKey::Column(n) => {
                        names.extend(source.column(*n).map(|c| c.name.clone()));
                        *n = number(*n).unwrap_or(*n);
                    }
                    IndexKey::Expression { sql, .. } => names.push(super::index_key::stored_label(sql)),
                }
            }
            names.extend(index.include.iter().filter_map(|n| source.column(*n)).map(|c| c.name.clone()));
            copy.include = index.include.iter().filter_map(|n| number(*n)).collect();
            let joined = naming::joined(&names);
            let parts = match (index.primary, index.constraint.is_some()) {
                (true, _) => [now.name.as_str(), "", "pkey"],
                (_, true) if !index.exclusion.is_empty() => [now.name.as_str(), joined.as_str(), "excl"],
                (_, true) => [now.name.as_str(), joined.as_str(), "key"],
                _ => [now.name.as_str(), joined.as_str(), "idx"],
            };
            copy.name = naming::relation_name(self.now(), now.schema, parts, index.constraint.is_some());
            if including.comments {
                self.copy_comment((PG_CLASS, index.oid, 0), (PG_CLASS, index_oid, 0));
            }
            let mut unique = None;
            if let Some(u) = source.uniques.iter().find(|u| u.index == index.oid) {
                let constraint = self.new_oid(table.schema).await?;
                if including.comments {
                    self.copy_comment((PG_CONSTRAINT, u.oid, 0), (PG_CONSTRAINT, constraint, 0));
                }
                copy.constraint = Some(constraint);
                let name = copy.name.clone();
                unique = Some(Unique { oid: constraint, name, index: index_oid, parent: None, ..u.clone() });
            }
            super::index_tree::require_partition_key(self.now(), &now, &copy)?;
            self.edit_table(oid, |t| {
                if copy.primary {
                    t.indexes.insert(0, copy)
                } else {
                    t.indexes.push(copy)
                }
                t.uniques.extend(unique);
            })?;
        }
        Ok(())
    }

    // ---- CREATE TABLE AS ----

    /// Makes the table and fills it; gives the number of rows, or `None` if nothing was run.
    pub(super) async fn create_table_as(&mut self, create: &CreateTableAs) -> SqlResult<Option<u64>> {
        if create.persistence != Persistence::Temporary && create.on_commit.is_some() {
            return Err(on_commit_is_for_temporary());
        }
        let (schema, name) = self.creation_target(&create.name, create.persistence)?;
        if self.now().relation(schema, &name).is_some() && create.if_not_exists {
            let message = format!("relation \"{name}\" already exists, skipping");
            self.notice_of(SqlState::DuplicateTable, message);
            return Ok(None);
        }
        self.require_free(schema, &name)?;
        self.require_free_row_type(schema, &name)?;
        let query = self.binder.query(self.scope(), &create.query)?;
        let table = self.table_of_query((schema, name), create, &query).await?;
        let oid = table.oid;
        self.edit().put_table(Arc::new(table));
        if !create.with_data {
            return Ok(None);
        }
        let table = self.table_by_oid(oid)?;
        self.fill(&self.now().clone(), &table, &query.sql).await.map(Some)
    }

    /// An empty table with the columns of a query.
    pub(super) async fn table_of_query(
        &mut self,
        (schema, name): (Oid, String),
        create: &CreateTableAs,
        query: &StoredQuery,
    ) -> SqlResult<Table> {
        if create.columns.len() > query.columns.len() {
            return Err(SqlError::new(SqlState::SyntaxError, "too many column names were specified"));
        }
        let oid = self.new_oid(schema).await?;
        let acl = self.initial_acl('r', self.user, schema);
        let on_commit = create.on_commit.unwrap_or_default();
        let unlogged = create.persistence == Persistence::Unlogged;
        let empty = empty_table(oid, schema, name, self.user, create.options.clone());
        let mut table = Table { acl, unlogged, on_commit, ..empty };
        for (i, (own, ty)) in query.columns.iter().enumerate() {
            let name = create.columns.get(i).unwrap_or(own).clone();
            if table.column_named(&name).is_some() {
                let message = format!("column \"{name}\" specified more than once");
                return Err(SqlError::new(SqlState::DuplicateColumn, message));
            }
            let number = next_number(&table)?;
            // A column of unknown type becomes text, as everywhere.
            let ty = if ty.oid == Oid::UNKNOWN { PgType::TEXT } else { *ty };
            let (ty, domain) = self.split_type(schema, ty)?;
            if gavel_functions::registry::type_info(ty.oid).is_some_and(|t| t.kind == 'p') {
                let type_name = gavel_types::text_io::type_name(ty.oid);
                let message = format!("column \"{name}\" has pseudo-type {type_name}");
                return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
            }
            table.columns.push(Column { domain, ..Column::plain(number, name, ty) });
        }
        Ok(table)
    }

    /// Puts the rows of a query, which the table's owner must be allowed, into a table that is empty, and counts them.
    pub(super) async fn fill(&mut self, catalog: &Arc<Catalog>, table: &Table, query: &str) -> SqlResult<u64> {
        let target = qualified(catalog, table.schema, &table.name);
        let columns = table.visible_columns().map(|c| quote(&c.name)).collect::<Vec<_>>().join(", ");
        let into = if columns.is_empty() { String::new() } else { format!(" ({columns})") };
        let sql = format!("INSERT INTO {target}{into} {query}");
        if table.materialized.is_some() {
            self.host.run_restricted(catalog, &sql, table.owner, table.oid).await?;
        } else {
            self.host.run_as(catalog, &sql, table.owner, table.oid).await?;
        }
        let counted = self.host.run(catalog, &format!("SELECT count(*) FROM {target}")).await?;
        Ok(match counted.first().and_then(|row| row.first()) {
            Some(gavel_types::Datum::Int8(n)) => u64::try_from(*n).unwrap_or(0),
            _ => 0,
        })
    }
}

pub(super) fn on_commit_is_for_temporary() -> SqlError {
    SqlError::new(SqlState::InvalidTableDefinition, "ON COMMIT can only be used on temporary tables")
}

/// Refuses a default that would outlive the sequences that it takes its values from.
pub(super) fn refuse_temporary_sequences(table: &Table, sequences: &[Oid]) -> SqlResult<()> {
    if !table.is_temporary() && sequences.iter().any(|s| is_temporary(*s)) {
        return Err(SqlError::unsupported("a permanent table cannot use a temporary sequence"));
    }
    Ok(())
}

/// Refuses what a generation expression may not hold.
pub(super) fn require_generable(
    table: &Table,
    columns: &[i16],
    volatility: gavel_functions::registry::Volatility,
) -> SqlResult<()> {
    if let Some(other) = columns.iter().filter_map(|n| table.column(*n)).find(|c| c.generated) {
        let message = format!("cannot use generated column \"{}\" in column generation expression", other.name);
        return Err(SqlError::new(SqlState::InvalidObjectDefinition, message)
            .detail("A generated column cannot reference another generated column."));
    }
    if volatility != gavel_functions::registry::Volatility::Immutable {
        return Err(SqlError::new(SqlState::InvalidObjectDefinition, "generation expression is not immutable"));
    }
    Ok(())
}

pub(super) fn identity_type() -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, "identity column type must be smallint, integer, or bigint")
}

fn is_key(constraint: &TableConstraint, primary: bool) -> bool {
    match &constraint.kind {
        TableConstraintKind::PrimaryKey { .. } => primary,
        TableConstraintKind::Unique { .. } | TableConstraintKind::Exclude(_) => !primary,
        TableConstraintKind::UsingIndex { primary: p, .. } => *p == primary,
        TableConstraintKind::Check(_) | TableConstraintKind::ForeignKey { .. } => false,
    }
}

/// The number of the next column.
pub(super) fn next_number(table: &Table) -> SqlResult<i16> {
    if table.columns.len() >= MAX_COLUMNS {
        let message = format!("tables can have at most {MAX_COLUMNS} columns");
        return Err(SqlError::new(SqlState::TooManyColumns, message));
    }
    Ok(table.columns.last().map_or(1, |c| c.number + 1))
}

/// The integer type behind `serial` and its sizes.
fn serial_type(ty: &DataType) -> Option<PgType> {
    let DataType::Custom(name, modifiers) = ty else { return None };
    let [part] = name.0.as_slice() else { return None };
    let ident = part.as_ident().filter(|i| i.quote_style.is_none() && modifiers.is_empty())?;
    match ident.value.to_lowercase().as_str() {
        "serial" | "serial4" => Some(PgType::INT4),
        "bigserial" | "serial8" => Some(PgType::INT8),
        "smallserial" | "serial2" => Some(PgType::INT2),
        _ => None,
    }
}

pub(super) fn empty_table(oid: Oid, schema: Oid, name: String, owner: Oid, options: Vec<String>) -> Table {
    Table { storage: oid, options, ..Table::bare(oid, schema, name, owner, Vec::new()) }
}
