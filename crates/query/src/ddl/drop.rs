//! DROP, and what depends on what.
//!
//! A plan holds the objects that go. Objects *named* go because the
//! statement says so; *owned* ones go silently with their owner (a table's indexes and own constraints,
//! the sequence of a serial column); *dependents* need CASCADE, and are told to the client.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gavel_binder::ddl::ast::{Drop, ObjectKind, QualifiedName};
use gavel_catalog::function::Body;
use gavel_catalog::search::PG_TEMP;
use gavel_catalog::snapshot::row_type;
use gavel_catalog::{Catalog, Definition, ForeignKey, Policy, Table, View};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::function_change::calls;
use super::names::{kind_word, oid_of, quote, undefined_schema};
use super::user_type::{is_made_of, names_type};
use crate::system::deparse;

/// Something that can be dropped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Object {
    Schema(Oid),
    Table(Oid),
    View(Oid),
    Sequence(Oid),
    /// Table and index; one without a constraint.
    Index(Oid, Oid),
    /// Table and constraint, of any kind.
    Constraint(Oid, Oid),
    Column(Oid, i16),
    /// Default of a column.
    Default(Oid, i16),
    /// A user's type that has a descriptor.
    Type(Oid),
    /// Composite type and field.
    Attribute(Oid, i16),
    Function(Oid),
    /// Table and trigger.
    Trigger(Oid, Oid),
    /// Table or view, and rule.
    Rule(Oid, Oid),
    /// Table and policy.
    Policy(Oid, Oid),
    Operator(Oid),
    OperatorClass(Oid),
    OperatorFamily(Oid),
    /// Operator family, and operator or function of it.
    FamilyMember(Oid, Oid),
}

/// Why a dependent depends on an object, as DETAIL says it.
struct Edge {
    dependent: Object,
    /// The described object that it depends on.
    on: String,
}

/// Objects that go, with those that need CASCADE.
#[derive(Default)]
pub(super) struct Plan {
    gone: BTreeSet<Object>,
    /// In the order in which they are told, with what each depends on.
    dependents: Vec<Edge>,
    /// What has been found at the object that is looked at, and what it depends on if that is why it goes.
    found: Vec<Found>,
    /// What goes, each behind what depends on it.
    order: Vec<Object>,
    /// What an object depends on, where it has been found first.
    reasons: BTreeMap<Object, String>,
    /// Objects that are named, or go with their owners, whether or not something else takes them along.
    untold: BTreeSet<Object>,
}

/// What depends on the object that is looked at.
struct Found {
    object: Object,
    on: Option<String>,
    turn: Turn,
}

/// Whose turn it is at an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    First,
    /// What depends on something that came with the object and is as old: the type of the arrays of a type, the index of a
    /// constraint.
    Companions,
    /// Views that have columns of a type, if nothing that they read takes them along.
    Columns,
}

impl Plan {
    /// Finds an object that goes only with CASCADE.
    pub(super) fn depend(&mut self, object: Object, on: &str) {
        self.found.push(Found { object, on: Some(on.to_owned()), turn: Turn::First });
    }

    /// The same for one that is made of a type, or of arrays of it.
    fn depend_on_type(&mut self, object: Object, (on, of_array): (&str, bool)) {
        let turn = if of_array { Turn::Companions } else { Turn::First };
        self.found.push(Found { object, on: Some(on.to_owned()), turn });
    }

    /// Finds an object that goes silently.
    pub(super) fn take(&mut self, object: Object) {
        self.found.push(Found { object, on: None, turn: Turn::First });
    }
}

/// Columns that every table has in PostgreSQL.
pub(super) fn is_system_column(name: &str) -> bool {
    matches!(name, "tableoid" | "ctid" | "xmin" | "xmax" | "cmin" | "cmax")
}

impl DdlContext<'_> {
    pub(super) async fn drop_objects(&mut self, drop: &Drop) -> SqlResult<()> {
        if drop.concurrently {
            return self.drop_concurrently(drop).await;
        }
        let mut objects = Vec::new();
        for name in &drop.names {
            objects.extend(self.object_to_drop(drop.kind, name, drop.if_exists)?);
        }
        self.drop_all(&objects, drop.cascade).await
    }

    /// What `name` stands for; `None` with a notice if it does not exist and may not.
    pub(super) fn object_to_drop(
        &mut self,
        kind: ObjectKind,
        name: &QualifiedName,
        if_exists: bool,
    ) -> SqlResult<Option<Object>> {
        if matches!(kind, ObjectKind::Type | ObjectKind::Domain) {
            return Ok(self.type_to_drop(kind, name, if_exists)?.map(Object::Type));
        }
        if kind == ObjectKind::Schema {
            let (_, bare) = self.split(name)?;
            let bare = bare.to_owned();
            let found = if bare == PG_TEMP { Err(undefined_schema(&bare)) } else { self.schema(&bare) };
            return match found {
                Ok(schema) => {
                    self.must_own_schema(&schema)?;
                    Ok(Some(Object::Schema(schema.oid)))
                }
                Err(_) if if_exists && !gavel_catalog::system::is_system_schema(&bare) => {
                    self.notice(format!("schema \"{bare}\" does not exist, skipping"));
                    Ok(None)
                }
                Err(e) => Err(e),
            };
        }
        let found = match self.find(name) {
            Err(e) if if_exists && e.code() == SqlState::InvalidSchemaName => {
                self.notice(format!("{}, skipping", e.message()));
                return Ok(None);
            }
            other => other?,
        };
        let bare = name.0.last().map_or("", String::as_str);
        let Some(found) = found else {
            let message = format!("{} \"{bare}\" does not exist", kind_word(kind));
            if if_exists {
                self.notice(format!("{message}, skipping"));
                return Ok(None);
            }
            let code = if kind == ObjectKind::Index { SqlState::UndefinedObject } else { SqlState::UndefinedTable };
            return Err(SqlError::new(code, message));
        };
        super::names::require_kind(&found, bare, kind).map_err(|e| {
            let actual = kind_word(super::names::kind_of(&found)).to_uppercase();
            e.hint(format!("Use DROP {actual} to remove {} {}.", article(&actual), actual.to_lowercase()))
        })?;
        self.may_drop(&found)?;
        let oid = oid_of(&found);
        Ok(Some(match kind {
            ObjectKind::Table | ObjectKind::MaterializedView => Object::Table(oid),
            ObjectKind::View => Object::View(oid),
            ObjectKind::Sequence => Object::Sequence(oid),
            _ => {
                let (table, index) =
                    self.now().index_by_oid(oid).ok_or_else(|| SqlError::internal("index has left the catalog"))?;
                // What is a part of another index goes with that one alone: see refuse_parts.
                let whole = index.parent.is_none();
                if let Some(constraint) = table.uniques.iter().find(|u| whole && u.index == oid) {
                    let of = format!(
                        "constraint {} on table {}",
                        quote(&constraint.name),
                        self.shown(table.schema, &table.name)
                    );
                    return Err(depended_upon(format!(
                        "cannot drop index {} because {of} requires it",
                        self.shown(table.schema, &index.name)
                    ))
                    .hint(format!("You can drop {of} instead.")));
                }
                Object::Index(table.oid, oid)
            }
        }))
    }

    /// Drops `objects` and what goes with them.
    ///
    /// # Errors
    /// 2BP01 if something depends on them and not `cascade`.
    pub(super) async fn drop_all(&mut self, objects: &[Object], cascade: bool) -> SqlResult<()> {
        for object in objects {
            self.refuse_required(object)?;
        }
        self.refuse_parts(objects)?;
        let plan = self.plan(objects);
        if !cascade {
            self.refuse_dependents(objects, &plan)?;
        }
        let tables: Vec<Oid> =
            plan.gone.iter().filter_map(|o| if let Object::Table(oid) = o { Some(*oid) } else { None }).collect();
        for oid in tables {
            self.require_no_pending(oid, "DROP TABLE").await?;
        }
        let lines: Vec<String> =
            plan.dependents.iter().map(|e| format!("drop cascades to {}", self.described(&e.dependent))).collect();
        match lines.as_slice() {
            [] => {}
            [one] => self.notice(one.clone()),
            many => {
                let message = format!("drop cascades to {} other objects", many.len());
                let error = SqlError::new(SqlState::SuccessfulCompletion, message).detail(many.join("\n"));
                self.notices.push(gavel_types::Notice { severity: gavel_types::Severity::Notice, error });
            }
        }
        self.remove(&plan.gone).await
    }

    /// 2BP01 if something depends on what goes.
    pub(super) fn refuse_dependents(&self, objects: &[Object], plan: &Plan) -> SqlResult<()> {
        if plan.dependents.is_empty() {
            return Ok(());
        }
        let what = match objects {
            [one] => format!("{} because other objects depend on it", self.described(one)),
            _ => "desired object(s) because other objects depend on them".to_owned(),
        };
        let lines: Vec<String> =
            plan.dependents.iter().map(|e| format!("{} depends on {}", self.described(&e.dependent), e.on)).collect();
        Err(depended_upon(format!("cannot drop {what}"))
            .detail(lines.join("\n"))
            .hint("Use DROP ... CASCADE to drop the dependent objects too."))
    }

    /// Refuses to drop a sequence that an identity column needs.
    fn refuse_required(&self, object: &Object) -> SqlResult<()> {
        let Object::Sequence(oid) = object else { return Ok(()) };
        for table in self.now().tables.values() {
            let identity = table.visible_columns().find(|c| c.sequence == Some(*oid) && c.identity.is_some());
            if let Some(column) = identity {
                let of = format!("column {} of table {}", quote(&column.name), self.shown(table.schema, &table.name));
                let message = format!("cannot drop {} because {of} requires it", self.described(object));
                return Err(depended_upon(message).hint(format!("You can drop {of} instead.")));
            }
        }
        Ok(())
    }

    pub(super) fn plan(&self, objects: &[Object]) -> Plan {
        let mut plan = Plan::default();
        for object in objects {
            self.go(object.clone(), None, &mut plan);
        }
        // An object may have been found as a dependent, and as one that goes anyway.
        for object in std::mem::take(&mut plan.order).into_iter().rev().filter(|o| !plan.untold.contains(o)) {
            let on = plan.reasons.get(&object).cloned().unwrap_or_default();
            plan.dependents.push(Edge { dependent: object, on });
        }
        let gone_tables: BTreeSet<Oid> =
            plan.gone.iter().filter_map(|o| if let Object::Table(t) = o { Some(*t) } else { None }).collect();
        // A table's own indexes and constraints go with it; only foreign keys of tables that stay are told.
        plan.dependents.retain(|e| match &e.dependent {
            Object::Policy(t, _) | Object::Index(t, _) => !gone_tables.contains(t),
            Object::Default(t, n) if plan.gone.contains(&Object::Column(*t, *n)) => false,
            Object::Constraint(t, _) | Object::Default(t, _) | Object::Column(t, _) => !gone_tables.contains(t),
            Object::Trigger(t, _) | Object::Rule(t, _) => {
                !gone_tables.contains(t) && !plan.gone.contains(&Object::View(*t))
            }
            _ => true,
        });
        plan
    }

    /// Puts an object into the plan, with all that goes with it: what is newest first, and each before what it depends on.
    /// `on` is what it depends on, if it goes for that reason alone.
    fn go(&self, object: Object, on: Option<String>, plan: &mut Plan) {
        if plan.gone.insert(object.clone()) {
            let outer = std::mem::take(&mut plan.found);
            self.find_dependents(&object, plan);
            let mut found = std::mem::replace(&mut plan.found, outer);
            found.sort_by_key(|found| (found.turn, std::cmp::Reverse(number_of(&found.object))));
            for Found { object: found, on, .. } in found {
                self.go(found, on, plan);
            }
            plan.order.push(object.clone());
        }
        match on {
            Some(on) => {
                plan.reasons.entry(object).or_insert(on);
            }
            None => {
                plan.untold.insert(object);
            }
        }
    }

    /// What depends on an object, or goes with it.
    fn find_dependents(&self, object: &Object, plan: &mut Plan) {
        let on = self.described(object);
        let catalog = self.now();
        match object {
            Object::Schema(oid) => {
                let members =
                    catalog.tables.values().filter(|t| t.schema == *oid).map(|t| (t.oid, Object::Table(t.oid)));
                let views = catalog.views.values().filter(|v| v.schema == *oid).map(|v| (v.oid, Object::View(v.oid)));
                let sequences = catalog.sequences.values().filter(|s| s.schema == *oid);
                let sequences =
                    sequences.filter(|s| !self.is_owned(s.owned_by)).map(|s| (s.oid, Object::Sequence(s.oid)));
                let types = catalog.types.values().filter(|t| t.schema == *oid);
                let types = types.map(|t| (Oid(t.oid.type_number()), Object::Type(t.oid)));
                let functions = catalog.functions.values().filter(|f| f.schema == *oid);
                let functions = functions.map(|f| (f.oid, Object::Function(f.oid)));
                let operators = catalog.operators.values().filter(|o| o.schema == *oid);
                let operators = operators.map(|o| (o.oid, Object::Operator(o.oid)));
                let families = catalog.operator_families.values().filter(|f| f.schema == *oid);
                let families = families.map(|f| (f.oid, Object::OperatorFamily(f.oid)));
                let classes = catalog.operator_classes.values().filter(|c| c.schema == *oid);
                let classes = classes.map(|c| (c.oid, Object::OperatorClass(c.oid)));
                let mut all: Vec<_> =
                    members.chain(views).chain(sequences).chain(types).chain(functions).chain(operators).collect();
                all.extend(families.chain(classes));
                all.sort_by_key(|(oid, _)| *oid);
                for (_, member) in all {
                    plan.depend(member, &on);
                }
            }
            Object::Table(oid) => {
                for sequence in catalog.sequences.values().filter(|s| s.owned_by.is_some_and(|o| o.0 == *oid)) {
                    plan.take(Object::Sequence(sequence.oid));
                }
                self.views_over(*oid, &on, plan);
                if let Some(row) = row_type(*oid) {
                    self.type_goes(row, plan);
                }
                for child in catalog.children(*oid) {
                    // A partition goes with its table, a child only with CASCADE.
                    if child.bound.is_some() {
                        plan.take(Object::Table(child.oid));
                    } else {
                        plan.depend(Object::Table(child.oid), &on);
                    }
                }
                for child in catalog.tables.values().filter(|t| t.oid != *oid) {
                    let references =
                        |f: &&ForeignKey| f.inherited_from.is_none() && f.referenced().any(|parent| parent == *oid);
                    for key in child.foreign_keys.iter().filter(references) {
                        plan.depend(Object::Constraint(child.oid, key.oid), &on);
                    }
                }
            }
            Object::View(oid) => {
                self.views_over(*oid, &on, plan);
                if let Some(row) = row_type(*oid) {
                    self.type_goes(row, plan);
                }
            }
            Object::Type(oid) => self.type_goes(*oid, plan),
            Object::Function(oid) => self.function_goes(*oid, &on, plan),
            Object::Operator(oid) => self.operator_goes(*oid, &on, plan),
            Object::OperatorClass(oid) => self.operator_class_goes(*oid, &on, plan),
            Object::OperatorFamily(oid) => self.operator_family_goes(*oid, plan),
            Object::Sequence(oid) => {
                let wanted = format!("'{oid}'");
                for table in catalog.tables.values() {
                    for column in table.visible_columns() {
                        let uses = column.default.as_ref().is_some_and(|d| d.contains(&wanted));
                        if uses && !plan.gone.contains(&Object::Column(table.oid, column.number)) {
                            plan.depend(Object::Default(table.oid, column.number), &on);
                        }
                    }
                }
                self.views_over(*oid, &on, plan);
            }
            Object::Default(..)
            | Object::Attribute(..)
            | Object::Trigger(..)
            | Object::Rule(..)
            | Object::Policy(..)
            | Object::FamilyMember(..) => {}
            Object::Index(table, index) => {
                for (table, part, constraint) in self.index_parts(*table, *index) {
                    match constraint {
                        Some(constraint) => plan.depend(Object::Constraint(table, constraint), &on),
                        None => plan.take(Object::Index(table, part)),
                    }
                }
                self.keys_on_index(*index, &on, Turn::First, plan);
            }
            Object::Constraint(table, oid) => {
                for (table, part) in self.constraint_parts(*oid) {
                    plan.take(Object::Constraint(table, part));
                }
                let Some(table) = catalog.table(*table) else { return };
                let Some(unique) = table.uniques.iter().find(|u| u.oid == *oid) else { return };
                self.views_over(*oid, &on, plan);
                let on = format!("index {}", self.shown(table.schema, &unique.name));
                self.keys_on_index(unique.index, &on, Turn::Companions, plan);
            }
            Object::Column(table, number) => {
                let Some(table) = catalog.table(*table) else { return };
                self.column_goes(table, *number, &on, plan);
            }
        }
    }

    /// Views that read a column of the rows of a table that functions return.
    pub(super) fn views_of_returned(&self, table: &Table, number: i16) -> Vec<Arc<View>> {
        let catalog = self.now();
        let Some(row) = row_type(table.oid) else { return vec![] };
        let returning: Vec<Oid> = catalog.functions.values().filter(|f| f.result == row).map(|f| f.oid).collect();
        if returning.is_empty() {
            return vec![];
        }
        let mut without = table.clone();
        without.columns.iter_mut().filter(|c| c.number == number).for_each(|c| c.dropped = true);
        let reads = |v: &&Arc<View>| {
            v.depends_on.iter().any(|oid| returning.contains(oid)) && deparse::needs(catalog, &v.sql, &without)
        };
        catalog.views.values().filter(reads).cloned().collect()
    }

    /// Foreign keys to the columns of a unique index.
    fn keys_on_index(&self, index: Oid, on: &str, turn: Turn, plan: &mut Plan) {
        let catalog = self.now();
        for child in catalog.tables.values() {
            let part = |f: &ForeignKey| catalog.parts_of_key(f).iter().any(|part| part.parent_index == index);
            let references = |f: &&ForeignKey| f.inherited_from.is_none() && (f.parent_index == index || part(f));
            for key in child.foreign_keys.iter().filter(references) {
                let object = Object::Constraint(child.oid, key.oid);
                plan.found.push(Found { object, on: Some(on.to_owned()), turn });
            }
        }
    }

    /// What is made of a type, or names it.
    fn type_goes(&self, oid: Oid, plan: &mut Plan) {
        let on = |ty: Oid| format!("type {}", self.type_shown(ty));
        let own = on(oid);
        for table in self.now().tables.values() {
            // A materialized view goes as a whole, as other views do.
            if let Some(kept) = &table.materialized
                && (kept.depends_on.contains(&oid) || table.columns.iter().any(|c| is_made_of(c.declared().oid, oid)))
            {
                plan.depend(Object::Table(table.oid), &own);
                continue;
            }
            if table.of_type == Some(oid) {
                plan.depend(Object::Table(table.oid), &own);
                continue;
            }
            if table.partitioned.iter().flat_map(|key| key.expressions()).any(|sql| names_type(sql, oid)) {
                plan.depend(Object::Table(table.oid), &own);
                continue;
            }
            for column in table.visible_columns() {
                let declared = column.declared().oid;
                if is_made_of(declared, oid) {
                    let in_key = table.partitioned.as_ref().is_some_and(|key| key.has_column(column.number));
                    // A partitioned table is nothing without its key.
                    let goes = if in_key { Object::Table(table.oid) } else { Object::Column(table.oid, column.number) };
                    plan.depend_on_type(goes, (&on(declared), declared != oid));
                } else if column.default.as_deref().is_some_and(|sql| names_type(sql, oid)) {
                    let part = if column.generated { Object::Column } else { Object::Default };
                    plan.depend(part(table.oid, column.number), &own);
                }
            }
            for check in table.checks.iter().filter(|c| names_type(&c.sql, oid)) {
                plan.depend(Object::Constraint(table.oid, check.oid), &own);
            }
            for policy in table.row_security.policies.iter().filter(|p| p.depends_on.contains(&oid)) {
                plan.depend(Object::Policy(table.oid, policy.oid), &own);
            }
            for index in &table.indexes {
                let key = |k: &gavel_catalog::IndexKey| match k {
                    gavel_catalog::IndexKey::Expression { sql, ty, .. } => {
                        names_type(sql, oid) || is_made_of(ty.oid, oid)
                    }
                    gavel_catalog::IndexKey::Column(_) => false,
                };
                let named = index.predicate.as_deref().is_some_and(|sql| names_type(sql, oid));
                if named || index.keys.iter().any(|k| key(&k.0)) {
                    plan.depend(Object::Index(table.oid, index.oid), &own);
                }
            }
        }
        for other in self.now().types.values() {
            match &other.definition {
                Definition::Composite(attributes) => {
                    for attribute in attributes.iter().filter(|a| is_made_of(a.declared().oid, oid)) {
                        let part = Object::Attribute(other.oid, attribute.number);
                        let declared = attribute.declared().oid;
                        plan.depend_on_type(part, (&on(declared), declared != oid));
                    }
                }
                Definition::Domain(domain) => {
                    let over = domain.over.unwrap_or(domain.base.oid);
                    let mut texts = domain.checks.iter().map(|c| &c.sql).chain(&domain.default);
                    if is_made_of(over, oid) || texts.any(|sql| names_type(sql, oid)) {
                        plan.depend(Object::Type(other.oid), &on(over));
                    }
                }
                _ => {}
            }
        }
        for function in self.now().functions.values() {
            let mut parts = function.parameters.iter().map(|p| p.ty).chain([function.result]);
            if let Some(part) = parts.find(|ty| is_made_of(*ty, oid)) {
                plan.depend_on_type(Object::Function(function.oid), (&on(part), part != oid));
            } else if function.depends_on.contains(&oid) {
                plan.depend(Object::Function(function.oid), &own);
            }
        }
        for operator in self.now().operators.values() {
            let mut parts = [operator.left, operator.right, operator.result].into_iter();
            if let Some(part) = parts.find(|ty| is_made_of(*ty, oid)) {
                plan.depend_on_type(Object::Operator(operator.oid), (&on(part), part != oid));
            }
        }
        for class in self.now().operator_classes.values().filter(|c| is_made_of(c.input, oid)) {
            plan.depend_on_type(Object::OperatorClass(class.oid), (&on(class.input), class.input != oid));
        }
        for view in self.now().views.values() {
            if view.depends_on.contains(&oid) {
                plan.depend(Object::View(view.oid), &own);
            } else if view.columns.iter().any(|(_, ty)| is_made_of(ty.oid, oid)) {
                plan.found.push(Found { object: Object::View(view.oid), on: Some(own.clone()), turn: Turn::Columns });
            }
        }
    }

    /// What calls a function, and the operators that stand for it.
    fn function_goes(&self, oid: Oid, on: &str, plan: &mut Plan) {
        for (table, trigger) in super::trigger::callers(self.now(), oid) {
            // What partitions have of a trigger goes with it.
            if trigger.parent.is_some() {
                continue;
            }
            plan.depend(Object::Trigger(table, trigger.oid), on);
        }
        for operator in self.now().operators.values().filter(|o| [o.function, o.restrict, o.join].contains(&oid)) {
            plan.depend(Object::Operator(operator.oid), on);
        }
        self.member_goes(oid, on, plan);
        self.callers_go(oid, on, plan, &|sql| calls(sql, oid));
    }

    /// What uses an operator. Expressions of tables say its symbol.
    fn operator_goes(&self, oid: Oid, on: &str, plan: &mut Plan) {
        let Some(operator) = self.now().operator(oid) else { return };
        self.member_goes(oid, on, plan);
        let own = gavel_functions::registry::operators_named(&operator.name).next().is_none();
        let symbol = format!(" {} ", operator.name);
        self.callers_go(oid, on, plan, &|sql| own && sql.contains(&symbol));
    }

    /// What mentions an object in SQL that it keeps.
    fn callers_go(&self, oid: Oid, on: &str, plan: &mut Plan, called: &dyn Fn(&str) -> bool) {
        self.views_over(oid, on, plan);
        for table in self.now().tables.values() {
            if table.partitioned.iter().flat_map(|key| key.expressions()).any(called) {
                plan.depend(Object::Table(table.oid), on);
                continue;
            }
            for column in table.visible_columns().filter(|c| c.default.as_deref().is_some_and(called)) {
                let part = if column.generated { Object::Column } else { Object::Default };
                plan.depend(part(table.oid, column.number), on);
            }
            for check in table.checks.iter().filter(|c| called(&c.sql)) {
                plan.depend(Object::Constraint(table.oid, check.oid), on);
            }
            for index in &table.indexes {
                let key = |k: &gavel_catalog::IndexKey| match k {
                    gavel_catalog::IndexKey::Expression { sql, .. } => called(sql),
                    gavel_catalog::IndexKey::Column(_) => false,
                };
                let named = index.predicate.as_deref().is_some_and(called);
                if named || index.keys.iter().any(|k| key(&k.0)) {
                    plan.depend(Object::Index(table.oid, index.oid), on);
                }
            }
        }
        for ty in self.now().types.values() {
            let Some(domain) = ty.domain() else { continue };
            if domain.checks.iter().map(|c| &c.sql).chain(&domain.default).any(|sql| called(sql)) {
                plan.depend(Object::Type(ty.oid), on);
            }
        }
        for view in self.now().views.values().filter(|v| v.defaults.iter().any(|(_, sql)| called(sql))) {
            plan.depend(Object::View(view.oid), on);
        }
        for other in self.now().functions.values().filter(|f| f.oid != oid) {
            if other.inputs().filter_map(|p| p.default.as_deref()).any(called) {
                plan.depend(Object::Function(other.oid), on);
            }
        }
    }

    fn column_goes(&self, table: &Table, number: i16, on: &str, plan: &mut Plan) {
        let catalog = self.now();
        for sequence in catalog.sequences.values().filter(|s| s.owned_by == Some((table.oid, number))) {
            plan.take(Object::Sequence(sequence.oid));
        }
        for child in catalog.tables.values() {
            let references = |f: &&ForeignKey| {
                f.inherited_from.is_none() && f.parent == table.oid && f.parent_columns.contains(&number)
            };
            for key in child.foreign_keys.iter().filter(references) {
                plan.depend(Object::Constraint(child.oid, key.oid), on);
            }
        }
        for index in table.indexes.iter().filter(|i| uses_column(table, i, number)) {
            match index.constraint {
                Some(constraint) => plan.take(Object::Constraint(table.oid, constraint)),
                None => plan.take(Object::Index(table.oid, index.oid)),
            }
        }
        for check in table.checks.iter().filter(|c| c.columns.contains(&number)) {
            if check.columns.len() == 1 {
                plan.take(Object::Constraint(table.oid, check.oid));
            } else {
                plan.depend(Object::Constraint(table.oid, check.oid), on);
            }
        }
        let named = table.column(number).map_or("", |c| c.name.as_str());
        let mut triggers: Vec<_> = table.triggers.iter().filter(|t| t.parent.is_none()).collect();
        triggers.sort_by_key(|t| t.oid);
        for trigger in triggers {
            if trigger.columns.contains(&number) || trigger.condition.as_deref().is_some_and(|c| mentions(c, named)) {
                plan.depend(Object::Trigger(table.oid, trigger.oid), on);
            }
        }
        for key in table.foreign_keys.iter().filter(|f| f.columns.contains(&number)) {
            plan.take(Object::Constraint(table.oid, key.oid));
        }
        let name = table.column(number).map_or("", |c| c.name.as_str());
        for column in table.visible_columns().filter(|c| c.generated && c.number != number) {
            if column.default.as_deref().is_some_and(|sql| mentions(sql, name)) {
                plan.depend(Object::Column(table.oid, column.number), on);
            }
        }
        for (relation, rule) in catalog.rules() {
            let mut texts = rule.condition.iter().chain(rule.actions.iter().map(|a| &a.sql));
            if relation != table.oid && !rule.depends_on.contains(&table.oid) {
                continue;
            }
            let read = deparse::rule_uses_column(catalog, (relation, rule), table, number);
            if read.unwrap_or_else(|| texts.any(|sql| mentions(sql, name))) {
                plan.depend(Object::Rule(relation, rule.oid), on);
            }
        }
        let used = |sql: &str| deparse::uses_column(catalog, sql, table, number).unwrap_or_else(|| mentions(sql, name));
        for view in catalog.views.values().filter(|v| v.depends_on.contains(&table.oid) && used(&v.sql)) {
            plan.depend(Object::View(view.oid), on);
        }
        for view in self.views_of_returned(table, number) {
            plan.depend(Object::View(view.oid), on);
        }
        for function in catalog.functions.values().filter(|f| f.depends_on.contains(&table.oid)) {
            let mentioned = match &function.body {
                Body::Text(_) | Body::Plpgsql(_) | Body::Aggregate(_) | Body::Internal(_) => false,
                Body::Return(sql) => mentions(sql, name),
                Body::Atomic(statements) => statements.iter().any(|sql| mentions(sql, name)),
            };
            if mentioned {
                plan.depend(Object::Function(function.oid), on);
            }
        }
        for of in catalog.tables.values() {
            let reads = |p: &&Policy| {
                (of.oid == table.oid || p.depends_on.contains(&table.oid)) && p.texts().any(|sql| mentions(sql, name))
            };
            for policy in of.row_security.policies.iter().filter(reads) {
                plan.depend(Object::Policy(of.oid, policy.oid), on);
            }
        }
        for over in self.materialized_over(table.oid) {
            if over.materialized.as_ref().is_some_and(|m| used(&m.sql)) {
                plan.depend(Object::Table(over.oid), on);
            }
        }
    }

    /// Whose queries use a relation, or rely on a primary key.
    fn views_over(&self, oid: Oid, on: &str, plan: &mut Plan) {
        for (relation, rule) in self.now().rules().filter(|(_, rule)| rule.depends_on.contains(&oid)) {
            plan.depend(Object::Rule(relation, rule.oid), on);
        }
        for view in self.now().views.values().filter(|v| v.depends_on.contains(&oid)) {
            plan.depend(Object::View(view.oid), on);
        }
        for over in self.materialized_over(oid) {
            plan.depend(Object::Table(over.oid), on);
        }
        for table in self.now().tables.values() {
            for policy in table.row_security.policies.iter().filter(|p| p.depends_on.contains(&oid)) {
                plan.depend(Object::Policy(table.oid, policy.oid), on);
            }
        }
        for function in self.now().functions.values().filter(|f| f.depends_on.contains(&oid)) {
            plan.depend(Object::Function(function.oid), on);
        }
    }

    fn is_owned(&self, owner: Option<(Oid, i16)>) -> bool {
        owner.is_some_and(|(table, _)| self.now().tables.contains_key(&table))
    }

    /// An object as messages describe it.
    pub(super) fn described(&self, object: &Object) -> String {
        let catalog = self.now();
        let relation = |kind: &str, oid: Oid| match catalog.relation_name(oid) {
            Some((schema, name)) => format!("{kind} {}", self.shown(schema, name)),
            None => format!("{kind} {oid}"),
        };
        let table = |oid: Oid| {
            let kept = catalog.table(oid).is_some_and(|t| t.materialized.is_some());
            relation(if kept { "materialized view" } else { "table" }, oid)
        };
        match object {
            Object::Schema(oid) => {
                format!("schema {}", catalog.schema_by_oid(*oid).map_or_else(String::new, |s| quote(&s.name)))
            }
            Object::Table(oid) => table(*oid),
            Object::View(oid) => relation("view", *oid),
            Object::Sequence(oid) => relation("sequence", *oid),
            Object::Index(_, oid) => relation("index", *oid),
            Object::Constraint(t, oid) => {
                let name = catalog.table(*t).and_then(|t| constraint_name(t, *oid)).unwrap_or_default();
                format!("constraint {} on {}", quote(&name), table(*t))
            }
            Object::Column(t, number) => format!("column {} of {}", column_name(catalog, *t, *number), table(*t)),
            Object::Default(t, number) => {
                format!("default value for column {} of {}", column_name(catalog, *t, *number), table(*t))
            }
            Object::Type(oid) => format!("type {}", self.type_shown(*oid)),
            Object::Trigger(t, oid) => {
                let name = catalog.triggers().find(|(_, own)| own.oid == *oid).map_or("", |(_, own)| own.name.as_str());
                let on = if catalog.views.contains_key(t) { relation("view", *t) } else { table(*t) };
                format!("trigger {name} on {on}")
            }
            Object::Rule(t, oid) => {
                let name = catalog.rules().find(|(_, own)| own.oid == *oid).map_or("", |(_, own)| own.name.as_str());
                let on = if catalog.views.contains_key(t) { relation("view", *t) } else { table(*t) };
                format!("rule {name} on {on}")
            }
            Object::Function(oid) => match catalog.function(*oid) {
                // Procedures are called so, too.
                Some(f) => format!("function {}", self.function_shown(f)),
                None => format!("function {oid}"),
            },
            Object::Policy(t, oid) => {
                let found = catalog.table(*t).and_then(|t| t.row_security.policies.iter().find(|p| p.oid == *oid));
                format!("policy {} on {}", found.map_or_else(String::new, |p| p.name.clone()), table(*t))
            }
            Object::Operator(oid) => match catalog.operator(*oid) {
                Some(o) => format!("operator {}", self.operator_shown(o)),
                None => format!("operator {oid}"),
            },
            Object::OperatorClass(oid) => match catalog.operator_class(*oid) {
                Some(class) => self.operator_class_shown(class),
                None => format!("operator class {oid}"),
            },
            Object::OperatorFamily(oid) => match catalog.operator_family(*oid) {
                Some(family) => self.operator_family_shown(family),
                None => format!("operator family {oid}"),
            },
            Object::FamilyMember(family, oid) => self.family_member_shown(*family, *oid),
            Object::Attribute(ty, number) => {
                let fields = catalog.user_type(*ty).and_then(|t| t.attributes()).unwrap_or_default();
                let name = fields.iter().find(|a| a.number == *number).map_or("", |a| a.name.as_str());
                format!("column {} of composite type {}", quote(name), self.type_shown(*ty))
            }
        }
    }

    /// Takes the planned objects out of the catalog: first what belongs to tables that stay.
    async fn remove(&mut self, gone: &BTreeSet<Object>) -> SqlResult<()> {
        let is_gone = |t: &Oid| gone.contains(&Object::Table(*t));
        let mut lost_key = Vec::new();
        for object in gone {
            match object {
                Object::Constraint(table, oid) if !is_gone(table) => {
                    if self.remove_constraint(*table, *oid)? {
                        lost_key.push(*table);
                    }
                }
                Object::Index(table, oid) if !is_gone(table) => {
                    self.edit_table(*table, |t| t.indexes.retain(|i| i.oid != *oid))?;
                    self.forget_comments(*oid);
                }
                Object::Trigger(on, oid) if !is_gone(on) && !gone.contains(&Object::View(*on)) => {
                    self.remove_trigger(*on, *oid)?;
                }
                Object::Rule(on, oid) if !is_gone(on) && !gone.contains(&Object::View(*on)) => {
                    self.edit_rules(*on, |rules| rules.retain(|own| own.oid != *oid))?;
                    self.forget_comments(*oid);
                }
                Object::Default(table, number) if !is_gone(table) => {
                    self.edit_table(*table, |t| {
                        for c in t.columns.iter_mut().filter(|c| c.number == *number) {
                            (c.default, c.sequence) = (None, None);
                        }
                    })?;
                }
                Object::Policy(table, oid) if !is_gone(table) => self.remove_policy(*table, *oid)?,
                Object::Column(table, number) if !is_gone(table) => self.remove_column(*table, *number)?,
                Object::Attribute(ty, number) if !gone.contains(&Object::Type(*ty)) => {
                    self.remove_attribute(*ty, *number)?;
                }
                _ => {}
            }
        }
        for object in gone {
            match object {
                Object::View(oid) => self.edit().remove_view(*oid),
                Object::Sequence(oid) => self.edit().remove_sequence(*oid),
                Object::Table(oid) => self.remove_table(*oid)?,
                Object::Type(oid) => self.edit().remove_type(*oid),
                Object::Function(oid) => self.edit().remove_function(*oid),
                Object::Operator(oid) => self.remove_operator(*oid),
                Object::OperatorClass(oid) => self.edit().remove_operator_class(*oid),
                Object::OperatorFamily(oid) => self.edit().remove_operator_family(*oid),
                Object::FamilyMember(family, oid) => self.remove_member(*family, *oid),
                _ => continue,
            }
            if let Object::View(oid)
            | Object::Sequence(oid)
            | Object::Table(oid)
            | Object::Type(oid)
            | Object::Function(oid)
            | Object::Operator(oid)
            | Object::OperatorClass(oid)
            | Object::OperatorFamily(oid) = object
            {
                self.forget_comments(*oid);
            }
        }
        for object in gone {
            if let Object::Schema(oid) = object {
                let name = self.now().schema_by_oid(*oid).map(|s| s.name.clone());
                if let Some(name) = name {
                    self.edit().remove_schema(&name);
                    self.edit().default_privileges.retain(|_, d| d.schema != *oid);
                }
                self.forget_comments(*oid);
            }
        }
        // Rows of a table that lost its primary key have a hidden key from now on.
        for table in lost_key {
            let old = self.catalog.base.table(table).cloned();
            let Ok(now) = self.table_by_oid(table) else { continue };
            let before = self.before_key_loss.remove(&table).or(old);
            if let Some(before) = before.filter(|b| b.partitioned.is_none()) {
                self.rewrite(&before, Table::clone(&now), &[]).await?;
            }
        }
        Ok(())
    }

    /// Whether the table has lost its primary key by it.
    fn remove_constraint(&mut self, table: Oid, oid: Oid) -> SqlResult<bool> {
        let before = self.table_by_oid(table)?;
        let unique = before.uniques.iter().find(|u| u.oid == oid).cloned();
        let key = before.foreign_keys.iter().find(|f| f.oid == oid);
        let parents: Vec<Oid> = key.map(|f| f.referenced().collect()).unwrap_or_default();
        self.edit_table(table, |t| {
            t.checks.retain(|c| c.oid != oid);
            t.foreign_keys.retain(|f| f.oid != oid);
            t.uniques.retain(|u| u.oid != oid);
            if let Some(unique) = &unique {
                t.indexes.retain(|i| i.oid != unique.index);
            }
        })?;
        self.unreference(table, &parents)?;
        self.forget_comments(oid);
        let primary = unique.is_some_and(|u| u.primary);
        if primary {
            self.before_key_loss.entry(table).or_insert(before);
        }
        Ok(primary)
    }

    fn remove_column(&mut self, table: Oid, number: i16) -> SqlResult<()> {
        self.edit_table(table, |t| {
            for c in t.columns.iter_mut().filter(|c| c.number == number) {
                c.name = format!("........pg.dropped.{number}........");
                (c.default, c.identity, c.sequence, c.missing) = (None, None, None, None);
                (c.not_null, c.generated, c.dropped) = (false, false, true);
            }
        })?;
        let class = gavel_catalog::snapshot::PG_CLASS;
        self.edit().comments.remove(&(class, table, i32::from(number)));
        Ok(())
    }

    fn remove_table(&mut self, oid: Oid) -> SqlResult<()> {
        let Some(table) = self.now().table(oid).cloned() else { return Ok(()) };
        let parents: BTreeSet<Oid> =
            table.foreign_keys.iter().flat_map(ForeignKey::referenced).filter(|p| *p != oid).collect();
        self.edit().remove_table(oid);
        for parent in &table.inherits {
            self.part_from_parent(oid, *parent)?;
        }
        for parent in parents {
            if self.now().tables.contains_key(&parent) {
                self.edit_table(parent, |t| t.referenced_by.retain(|c| *c != oid))?;
            }
        }
        for part in table.indexes.iter().map(|i| i.oid).chain(table.triggers.iter().map(|t| t.oid)) {
            self.forget_comments(part);
        }
        for policy in &table.row_security.policies {
            self.forget_comments(policy.oid);
        }
        Ok(())
    }

    pub(super) fn forget_comments(&mut self, oid: Oid) {
        if self.now().comments.keys().any(|k| k.1 == oid) {
            self.edit().comments.retain(|k, _| k.1 != oid);
        }
    }

    /// DROP COLUMN.
    pub(super) async fn drop_column(&mut self, oid: Oid, name: &str, if_exists: bool, cascade: bool) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        if is_system_column(name) {
            return Err(SqlError::unsupported(format!("cannot drop system column \"{name}\"")));
        }
        let Some(column) = table.column_named(name) else {
            let error = super::names::undefined_column(&table, name);
            if if_exists {
                self.notice(format!("{}, skipping", error.message()));
                return Ok(());
            }
            return Err(error);
        };
        self.require_unused_rows(&table)?;
        let objects = self.column_with_those_below(&table, column)?;
        self.drop_all(&objects, cascade).await
    }

    /// DROP CONSTRAINT.
    pub(super) async fn drop_constraint(
        &mut self,
        oid: Oid,
        name: &str,
        if_exists: bool,
        cascade: bool,
    ) -> SqlResult<()> {
        let table = self.table_by_oid(oid)?;
        let unique = table.uniques.iter().find(|c| c.name == name).map(|c| c.oid);
        let check = table.checks.iter().find(|c| c.name == name).map(|c| c.oid);
        let key = table.foreign_keys.iter().find(|c| c.name == name).map(|c| c.oid);
        let inherited = table.uniques.iter().any(|c| c.name == name && c.parent.is_some())
            || table.foreign_keys.iter().any(|c| c.name == name && c.inherited_from.is_some())
            || table.foreign_keys.iter().any(|c| c.parts.iter().any(|p| p.name == name));
        if inherited {
            let message = format!("cannot drop inherited constraint \"{name}\" of relation \"{}\"", table.name);
            return Err(SqlError::new(SqlState::InvalidTableDefinition, message));
        }
        let Some(constraint) = unique.or(check).or(key) else {
            let error = super::constraint::undefined_constraint(&table, name);
            if if_exists {
                self.notice(format!("{}, skipping", error.message()));
                return Ok(());
            }
            return Err(error);
        };
        if let Some(parent) = table.foreign_keys.iter().find(|f| f.oid == constraint).map(|f| f.parent) {
            self.require_no_pending(parent, "ALTER TABLE").await?;
        }
        let objects = self.check_with_those_below(&table, constraint)?;
        self.drop_all(&objects, cascade).await
    }

    pub(super) fn require_schema(&self, name: &str) -> SqlResult<Oid> {
        self.now().schema(name).map(|s| s.oid).ok_or_else(|| undefined_schema(name))
    }
}

pub(super) fn depended_upon(message: String) -> SqlError {
    SqlError::new(SqlState::DependentObjectsStillExist, message)
}

/// The number by which objects are told apart in age.
fn number_of(object: &Object) -> u32 {
    match object {
        Object::Schema(oid)
        | Object::Table(oid)
        | Object::View(oid)
        | Object::Sequence(oid)
        | Object::Function(oid)
        | Object::Operator(oid)
        | Object::OperatorClass(oid)
        | Object::OperatorFamily(oid) => oid.0,
        Object::Index(_, oid)
        | Object::Constraint(_, oid)
        | Object::Trigger(_, oid)
        | Object::Rule(_, oid)
        | Object::Policy(_, oid)
        | Object::FamilyMember(_, oid) => oid.0,
        Object::Column(table, _) | Object::Default(table, _) => table.0,
        Object::Type(oid) | Object::Attribute(oid, _) => oid.type_number(),
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" }
}

fn column_name(catalog: &Catalog, table: Oid, number: i16) -> String {
    catalog.table(table).and_then(|t| t.column(number)).map_or_else(String::new, |c| quote(&c.name))
}

fn constraint_name(table: &Table, oid: Oid) -> Option<String> {
    None.or_else(|| table.uniques.iter().find(|c| c.oid == oid).map(|c| c.name.clone()))
        .or_else(|| table.checks.iter().find(|c| c.oid == oid).map(|c| c.name.clone()))
        .or_else(|| table.foreign_keys.iter().find(|c| c.oid == oid).map(|c| c.name.clone()))
}

/// Whether an index is over the column, in any way.
fn uses_column(table: &Table, index: &gavel_catalog::Index, number: i16) -> bool {
    let name = table.column(number).map_or("", |c| c.name.as_str());
    let key = |k: &gavel_catalog::IndexKey| match k {
        gavel_catalog::IndexKey::Column(n) => *n == number,
        gavel_catalog::IndexKey::Expression { sql, .. } => mentions(sql, name),
    };
    index.keys.iter().any(|k| key(&k.0))
        || index.include.contains(&number)
        || index.predicate.as_deref().is_some_and(|p| mentions(p, name))
}

/// Whether SQL text has `name` as a word outside of string literals.
pub(super) fn mentions(sql: &str, name: &str) -> bool {
    let quoted = quote(name);
    let mut in_string = false;
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    for (at, c) in sql.char_indices() {
        if c == '\'' {
            in_string = !in_string;
        }
        if in_string || !sql[at..].starts_with(&quoted) {
            continue;
        }
        let before = sql[..at].chars().next_back();
        let after = sql[at + quoted.len()..].chars().next();
        if !before.is_some_and(|b| word(b) || b == '"') && !after.is_some_and(|a| word(a) || a == '"') {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_word_only() {
        assert!(mentions("(a > 0)", "a"));
        assert!(mentions("lower(\"Ab\")", "Ab"));
        assert!(!mentions("(ab > 'a')", "a"));
        assert!(!mentions("\"a b\"", "a"));
    }
}
