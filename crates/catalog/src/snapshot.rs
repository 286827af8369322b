//! The catalog of one database at one timestamp: immutable, shared, cheap to clone and change (a
//! transaction's DDL works on its own copy).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gavel_types::pg_type::UserKind;
use gavel_types::text_io::EnumValues;
use gavel_types::{Oid, PgType};

use crate::descriptor::{
    Database, DefaultPrivileges, ForeignKey, Index, Role, Schema, Sequence, SystemPrivileges, Table, View,
};
use crate::function::Function;
use crate::index_method::IndexMethod;
use crate::operator::UserOperator;
use crate::operator_class::{UserOperatorClass, UserOperatorFamily};
use crate::system::{FIRST_TEMPORARY_OID, TEMPORARY_SCHEMA, is_temporary};
use crate::user_type::{Domain, UserType, enum_values};

/// Something that can stand in FROM, or share its name space.
#[derive(Clone, Debug)]
pub enum Relation {
    Table(Arc<Table>),
    View(Arc<View>),
    Sequence(Arc<Sequence>),
    /// An index, by the table that it belongs to and its OID.
    Index(Arc<Table>, Oid),
}

impl Relation {
    pub fn oid(&self) -> Oid {
        match self {
            Self::Table(t) => t.oid,
            Self::View(v) => v.oid,
            Self::Sequence(s) => s.oid,
            Self::Index(_, oid) => *oid,
        }
    }

    /// OID of the schema that it is in.
    pub fn schema(&self) -> Oid {
        match self {
            Self::Table(t) | Self::Index(t, _) => t.schema,
            Self::View(v) => v.schema,
            Self::Sequence(s) => s.schema,
        }
    }
}

/// OIDs of the catalogs that objects are in (facts of `pg_class`).
pub const PG_CLASS: Oid = Oid(1259);
pub const PG_CONSTRAINT: Oid = Oid(2606);
pub const PG_NAMESPACE: Oid = Oid(2615);
pub const PG_DATABASE: Oid = Oid(1262);
pub const PG_AUTHID: Oid = Oid(1260);
pub const PG_TYPE: Oid = Oid(1247);
pub const PG_PROC: Oid = Oid(1255);
pub const PG_TRIGGER: Oid = Oid(2620);
pub const PG_REWRITE: Oid = Oid(2618);
pub const PG_POLICY: Oid = Oid(3256);
pub const PG_OPERATOR: Oid = Oid(2617);
pub const PG_OPCLASS: Oid = Oid(2616);
pub const PG_OPFAMILY: Oid = Oid(2753);
pub const PG_AMOP: Oid = Oid(2602);
pub const PG_AMPROC: Oid = Oid(2603);

/// Whether objects of this catalog belong to the whole cluster.
pub fn is_shared(class: Oid) -> bool {
    matches!(class, PG_DATABASE | PG_AUTHID)
}

/// `COMMENT ON`: the catalog that the object is in (`pg_class`, …), its OID, and the column or 0.
pub type CommentKey = (Oid, Oid, i32);

/// Everything that names resolve to. Relations of `pg_catalog` and `information_schema` are not here:
/// ask [`crate::system::relation`] first.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Changes with every committed DDL; equal versions mean equal contents.
    pub version: u128,
    pub database: Oid,
    pub database_name: Arc<str>,
    pub schemas: BTreeMap<String, Arc<Schema>>,
    /// The one among them that holds the temporary objects of the session whose catalog this is.
    pub temporary_schema: Option<Arc<Schema>>,
    /// By schema OID and name: tables, views, sequences and indexes share one name space.
    pub relations: BTreeMap<(Oid, String), Relation>,
    /// Tables by OID.
    pub tables: BTreeMap<Oid, Arc<Table>>,
    /// Temporary tables by the stored tables that they inherit from, whose descriptors do not name them.
    pub temporary_children: BTreeMap<Oid, BTreeSet<Oid>>,
    pub views: BTreeMap<Oid, Arc<View>>,
    pub sequences: BTreeMap<Oid, Arc<Sequence>>,
    /// Types of users by OID.
    pub types: BTreeMap<Oid, Arc<UserType>>,
    /// Their OIDs by schema and name; row types of tables and views are not here.
    pub type_names: BTreeMap<(Oid, String), Oid>,
    /// Functions of users by OID.
    pub functions: BTreeMap<Oid, Arc<Function>>,
    /// Their OIDs by schema and name, in order.
    pub function_names: BTreeMap<(Oid, String), Vec<Oid>>,
    /// Operators of users by OID.
    pub operators: BTreeMap<Oid, Arc<UserOperator>>,
    /// Operator families and classes of users by OID.
    pub operator_families: BTreeMap<Oid, Arc<UserOperatorFamily>>,
    pub operator_classes: BTreeMap<Oid, Arc<UserOperatorClass>>,
    /// What text forms of enums are read and written by.
    pub enums: BTreeMap<Oid, EnumValues>,
    /// Cluster-wide: roles and databases.
    pub roles: BTreeMap<String, Arc<Role>>,
    pub databases: BTreeMap<String, Arc<Database>>,
    pub comments: BTreeMap<CommentKey, Arc<str>>,
    /// ALTER DEFAULT PRIVILEGES, by OID.
    pub default_privileges: BTreeMap<Oid, Arc<DefaultPrivileges>>,
    /// Privileges on functions and languages of the system, by their OIDs.
    pub system_privileges: BTreeMap<Oid, Arc<SystemPrivileges>>,
}

impl Catalog {
    pub fn schema(&self, name: &str) -> Option<&Arc<Schema>> {
        self.schemas.get(name)
    }

    /// The relation `schema.name`, by schema OID.
    pub fn relation(&self, schema: Oid, name: &str) -> Option<&Relation> {
        self.relations.get(&(schema, name.to_owned()))
    }

    pub fn table(&self, oid: Oid) -> Option<&Arc<Table>> {
        self.tables.get(&oid)
    }

    /// The schema with this OID.
    pub fn schema_by_oid(&self, oid: Oid) -> Option<&Arc<Schema>> {
        self.schemas.values().find(|s| s.oid == oid)
    }

    /// The role with this OID.
    pub fn role_by_oid(&self, oid: Oid) -> Option<&Arc<Role>> {
        self.roles.values().find(|r| r.oid == oid)
    }

    /// The index with this OID, and its table.
    pub fn index_by_oid(&self, oid: Oid) -> Option<(&Arc<Table>, &Index)> {
        self.tables.values().find_map(|t| t.indexes.iter().find(|i| i.oid == oid).map(|i| (t, i)))
    }

    /// Schema and name of the table, index, view or sequence with this OID.
    pub fn relation_name(&self, oid: Oid) -> Option<(Oid, &str)> {
        None.or_else(|| self.tables.get(&oid).map(|o| (o.schema, o.name.as_str())))
            .or_else(|| self.views.get(&oid).map(|o| (o.schema, o.name.as_str())))
            .or_else(|| self.sequences.get(&oid).map(|o| (o.schema, o.name.as_str())))
            .or_else(|| self.index_by_oid(oid).map(|(t, i)| (t.schema, i.name.as_str())))
    }

    /// The user's type with this OID; row types of tables and views have no descriptor.
    pub fn user_type(&self, oid: Oid) -> Option<&Arc<UserType>> {
        self.types.get(&oid)
    }

    /// OID of the type `schema.name`, by schema OID: a user's type, the row type of a table or view, or the array type
    /// over one of them (`_name`).
    pub fn type_named(&self, schema: Oid, name: &str) -> Option<Oid> {
        self.element_type_named(schema, name).or_else(|| {
            let underscores = name.len() - name.trim_start_matches('_').len();
            let over = |cut: usize| {
                let element = name.get(cut..)?;
                let found = self.element_type_named(schema, element)?;
                if self.array_name(schema, element) == name { found.array_of() } else { None }
            };
            (1..=underscores).find_map(over)
        })
    }

    /// The same, but no array type.
    fn element_type_named(&self, schema: Oid, name: &str) -> Option<Oid> {
        if let Some(found) = self.type_names.get(&(schema, name.to_owned())) {
            return Some(*found);
        }
        match self.relation(schema, name) {
            Some(Relation::Table(t)) => row_type(t.oid),
            Some(Relation::View(v)) => row_type(v.oid),
            _ => None,
        }
    }

    /// The name of the array type over the type `schema.name`: an underscore before it, or more where that is the name
    /// of something else. Array types over types with fewer underscores choose first.
    pub fn array_name(&self, schema: Oid, name: &str) -> String {
        let bare = name.trim_start_matches('_');
        let own = name.len() - bare.len();
        let called = |underscores: usize| format!("{}{bare}", "_".repeat(underscores));
        let mut taken: Vec<usize> = Vec::new();
        for underscores in 0..own {
            if self.element_type_named(schema, &called(underscores)).is_some() {
                taken.push(self.free_underscores(schema, underscores, &taken, &called));
            }
        }
        called(self.free_underscores(schema, own, &taken, &called))
    }

    fn free_underscores(&self, schema: Oid, own: usize, taken: &[usize], called: &dyn Fn(usize) -> String) -> usize {
        let mut underscores = own + 1;
        while taken.contains(&underscores) || self.element_type_named(schema, &called(underscores)).is_some() {
            underscores += 1;
        }
        underscores
    }

    /// Schema and name of a user's type, or of a row type. Array types have their elements' names.
    pub fn type_name(&self, oid: Oid) -> Option<(Oid, &str)> {
        let oid = oid.element().unwrap_or(oid);
        if let Some(found) = self.types.get(&oid) {
            return Some((found.schema, found.name.as_str()));
        }
        let relation = Oid(oid.type_number());
        if !oid.is_composite() {
            return None;
        }
        None.or_else(|| self.tables.get(&relation).map(|o| (o.schema, o.name.as_str())))
            .or_else(|| self.views.get(&relation).map(|o| (o.schema, o.name.as_str())))
    }

    pub fn function(&self, oid: Oid) -> Option<&Arc<Function>> {
        self.functions.get(&oid)
    }

    /// The functions `schema.name`, by schema OID.
    pub fn functions_named(&self, schema: Oid, name: &str) -> impl Iterator<Item = &Arc<Function>> {
        let found = self.function_names.get(&(schema, name.to_owned()));
        found.into_iter().flatten().filter_map(|oid| self.functions.get(oid))
    }

    pub fn operator(&self, oid: Oid) -> Option<&Arc<UserOperator>> {
        self.operators.get(&oid)
    }

    /// The operators `schema.name`, by schema OID, shells among them.
    pub fn operators_named(&self, schema: Oid, name: &str) -> impl Iterator<Item = &Arc<UserOperator>> {
        self.operators.values().filter(move |o| o.schema == schema && o.name == name)
    }

    /// The operator family of users with this OID.
    pub fn operator_family(&self, oid: Oid) -> Option<&Arc<UserOperatorFamily>> {
        self.operator_families.get(&oid)
    }

    /// The operator class of users with this OID.
    pub fn operator_class(&self, oid: Oid) -> Option<&Arc<UserOperatorClass>> {
        self.operator_classes.get(&oid)
    }

    /// The operator family `schema.name` of a method, by schema OID.
    pub fn operator_family_named(
        &self,
        schema: Oid,
        method: IndexMethod,
        name: &str,
    ) -> Option<&Arc<UserOperatorFamily>> {
        self.operator_families.values().find(|f| (f.schema, f.method) == (schema, method) && f.name == name)
    }

    /// The operator class `schema.name` of a method, by schema OID.
    pub fn operator_class_named(
        &self,
        schema: Oid,
        method: IndexMethod,
        name: &str,
    ) -> Option<&Arc<UserOperatorClass>> {
        self.operator_classes.values().find(|c| (c.schema, c.method) == (schema, method) && c.name == name)
    }

    /// The values of an enum in order.
    pub fn enum_values(&self, oid: Oid) -> Option<&EnumValues> {
        self.enums.get(&oid)
    }

    /// Names and types of the fields of a composite type, row types included.
    pub fn fields(&self, oid: Oid) -> Option<Arc<[(String, PgType)]>> {
        if !oid.is_composite() {
            return None;
        }
        if let Some(attributes) = self.types.get(&oid).and_then(|t| t.attributes()) {
            return Some(attributes.iter().map(|a| (a.name.clone(), a.ty)).collect());
        }
        let relation = Oid(oid.type_number());
        if let Some(table) = self.tables.get(&relation) {
            return Some(table.visible_columns().map(|c| (c.name.clone(), c.ty)).collect());
        }
        let base = |ty: PgType| if ty.oid.is_over_domain() { self.base_type(ty.oid).unwrap_or(ty) } else { ty };
        self.views.get(&relation).map(|v| v.columns.iter().map(|(name, ty)| (name.clone(), base(*ty))).collect())
    }

    /// The domain with this OID.
    pub fn domain(&self, oid: Oid) -> Option<&Domain> {
        self.types.get(&oid)?.domain()
    }

    /// The type that values of a domain, or of an array of one, have. `None` if there is no such domain, or its values
    /// are arrays, of which there are no arrays.
    pub fn base_type(&self, oid: Oid) -> Option<PgType> {
        match oid.element() {
            Some(element) => {
                let base = self.domain(element)?.base;
                Some(PgType::with_typmod(base.oid.array_of()?, base.typmod))
            }
            None => Some(self.domain(oid)?.base),
        }
    }
}

impl Table {
    /// Of a temporary table, the stored ones that it inherits from.
    fn parents_that_do_not_name_it(&self) -> impl Iterator<Item = Oid> + '_ {
        self.inherits.iter().copied().filter(|parent| self.is_temporary() && !is_temporary(*parent))
    }
}

/// Tables that inherit from tables, and partitions of them
/// (<https://www.postgresql.org/docs/15/ddl-inherit.html>).
impl Catalog {
    /// Tables that inherit from this one, its partitions among them, in the order of their OIDs. Temporary ones of this
    /// session come last: the descriptor of a table that is stored does not name them.
    pub fn children(&self, oid: Oid) -> Vec<&Arc<Table>> {
        let Some(table) = self.tables.get(&oid) else { return Vec::new() };
        let temporary = self.temporary_children.get(&oid).into_iter().flatten();
        table.children.iter().chain(temporary).filter_map(|child| self.tables.get(child)).collect()
    }

    /// Whether any table inherits from this one, or is a partition of it.
    pub fn has_children(&self, oid: Oid) -> bool {
        let Some(table) = self.tables.get(&oid) else { return false };
        !table.children.is_empty() || self.temporary_children.contains_key(&oid)
    }

    /// The table, its children, theirs, and so on, each once: level by level, as PostgreSQL's statements go through them.
    /// Nothing if there is no such table.
    pub fn descendants(&self, oid: Oid) -> Vec<&Arc<Table>> {
        let mut found: Vec<&Arc<Table>> = self.tables.get(&oid).into_iter().collect();
        let mut seen = BTreeSet::new();
        let mut next = 0;
        while let Some(table) = found.get(next) {
            let children = self.children(table.oid);
            found.extend(children.into_iter().filter(|child| seen.insert(child.oid)));
            next += 1;
        }
        found
    }

    /// The tables that it inherits from, those that they inherit from, and so on, each once, the nearest first. Of a
    /// partition the last is the root.
    pub fn ancestors(&self, oid: Oid) -> Vec<&Arc<Table>> {
        let parents = |oid: Oid| self.tables.get(&oid).into_iter().flat_map(|table| &table.inherits);
        let mut found: Vec<&Arc<Table>> = Vec::new();
        let mut next = 0;
        let mut of = oid;
        loop {
            for parent in parents(of).filter_map(|parent| self.tables.get(parent)) {
                if !found.iter().any(|f| f.oid == parent.oid) {
                    found.push(parent);
                }
            }
            let Some(further) = found.get(next) else { return found };
            of = further.oid;
            next += 1;
        }
    }

    /// The index of a partition that is a part of `whole`, an index of a table above it.
    pub fn part_of_index<'t>(&self, partition: &'t Table, whole: Oid) -> Option<&'t Index> {
        partition.indexes.iter().find(|index| {
            let (mut at, mut table) = (index.parent, partition.inherits.first().and_then(|t| self.table(*t)));
            while let (Some(oid), Some(above)) = (at, table) {
                if oid == whole {
                    return true;
                }
                at = above.indexes.iter().find(|i| i.oid == oid).and_then(|i| i.parent);
                table = above.inherits.first().and_then(|t| self.table(*t));
            }
            false
        })
    }

    /// A foreign key to a partitioned table as it is to each of the partitions: rows of `pg_constraint` of their own,
    /// inherited from that of the level above.
    pub fn parts_of_key(&self, key: &ForeignKey) -> Vec<ForeignKey> {
        let Some(whole) = self.table(key.parent) else { return Vec::new() };
        let mut found = Vec::with_capacity(key.parts.len());
        for part in &key.parts {
            let Some(partition) = self.table(part.parent) else { continue };
            let above = partition.inherits.first().copied();
            let of = key.parts.iter().find(|p| Some(p.parent) == above).map_or(key.oid, |p| p.oid);
            let column = |n: &i16| partition.column_like(whole, *n).map_or(*n, |c| c.number);
            found.push(ForeignKey {
                oid: part.oid,
                name: part.name.clone(),
                parent: part.parent,
                parent_columns: key.parent_columns.iter().map(column).collect(),
                parent_index: self.part_of_index(partition, key.parent_index).map_or(key.parent_index, |i| i.oid),
                inherited_from: Some(of),
                parts: Vec::new(),
                ..key.clone()
            });
        }
        found
    }
}

/// The row type of a table or view; relations of very high OIDs have none.
pub fn row_type(relation: Oid) -> Option<Oid> {
    Oid::user_type(UserKind::Composite, relation.0)
}

/// A session's temporary objects: they are in its catalog and in no other, under OIDs of their own.
impl Catalog {
    /// Whether there are any, their schema aside.
    pub fn has_temporary(&self) -> bool {
        self.tables.range(FIRST_TEMPORARY_OID..).next().is_some()
            || self.views.range(FIRST_TEMPORARY_OID..).next().is_some()
            || self.sequences.range(FIRST_TEMPORARY_OID..).next().is_some()
            || self.functions.range(FIRST_TEMPORARY_OID..).next().is_some()
            || self.temporary_types().next().is_some()
    }

    pub fn temporary_tables(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.range(FIRST_TEMPORARY_OID..).map(|(_, table)| table)
    }

    /// Row types of temporary tables and views are not among them.
    pub fn temporary_types(&self) -> impl Iterator<Item = &Arc<UserType>> {
        self.types.values().filter(|ty| is_temporary(ty.oid))
    }

    /// Those that are in the schema of temporary objects, and those of other schemas that are made of temporary objects.
    pub fn temporary_functions(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.functions.range(FIRST_TEMPORARY_OID..).map(|(_, function)| function)
    }

    /// Whether a temporary object, or a part or the storage of one, has this OID.
    pub fn has_temporary_oid(&self, oid: Oid) -> bool {
        let of_table = |t: &Arc<Table>| {
            t.storages().any(|s| s == oid)
                || t.indexes.iter().any(|i| i.oid == oid)
                || t.uniques.iter().any(|u| u.oid == oid)
                || t.checks.iter().any(|c| c.oid == oid)
                || t.foreign_keys.iter().any(|f| f.oid == oid || f.parts.iter().any(|p| p.oid == oid))
                || t.row_security.policies.iter().any(|p| p.oid == oid)
        };
        let relation =
            self.tables.contains_key(&oid) || self.views.contains_key(&oid) || self.sequences.contains_key(&oid);
        relation
            || self.functions.contains_key(&oid)
            || self.temporary_types().any(|ty| ty.oid.type_number() == oid.0)
            || self.temporary_tables().any(of_table)
    }

    /// This catalog, in which there are none, with those of `own`.
    #[must_use]
    pub fn with_temporary_of(&self, own: &Self) -> Self {
        let mut whole = self.clone();
        whole.temporary_schema = None;
        own.temporary_schema.iter().for_each(|schema| whole.put_schema(schema.clone()));
        own.temporary_tables().for_each(|table| whole.put_table(table.clone()));
        own.views.range(FIRST_TEMPORARY_OID..).for_each(|(_, view)| whole.put_view(view.clone()));
        own.sequences.range(FIRST_TEMPORARY_OID..).for_each(|(_, sequence)| whole.put_sequence(sequence.clone()));
        own.temporary_types().for_each(|ty| whole.put_type(ty.clone()));
        own.temporary_functions().for_each(|function| whole.lay_function(function));
        let comments = own.comments.iter().filter(|(key, _)| is_temporary(key.1));
        whole.comments.extend(comments.map(|(key, text)| (*key, text.clone())));
        whole
    }

    /// Adds a function of the session. It goes with its schema, and hides another with the same inputs.
    fn lay_function(&mut self, function: &Arc<Function>) {
        if self.schema_by_oid(function.schema).is_none() {
            return;
        }
        let (inputs, functions) = (function.input_types(), &self.functions);
        if let Some(named) = self.function_names.get_mut(&(function.schema, function.name.clone())) {
            named.retain(|oid| functions.get(oid).is_none_or(|other| other.input_types() != inputs));
        }
        self.put_function(function.clone());
    }

    /// Takes them away; their schema stays.
    pub fn remove_temporary(&mut self) {
        let tables: Vec<Oid> = self.tables.range(FIRST_TEMPORARY_OID..).map(|(oid, _)| *oid).collect();
        let views: Vec<Oid> = self.views.range(FIRST_TEMPORARY_OID..).map(|(oid, _)| *oid).collect();
        let sequences: Vec<Oid> = self.sequences.range(FIRST_TEMPORARY_OID..).map(|(oid, _)| *oid).collect();
        tables.into_iter().for_each(|oid| self.remove_table(oid));
        views.into_iter().for_each(|oid| self.remove_view(oid));
        sequences.into_iter().for_each(|oid| self.remove_sequence(oid));
        let types: Vec<Oid> = self.temporary_types().map(|ty| ty.oid).collect();
        let functions: Vec<Oid> = self.temporary_functions().map(|function| function.oid).collect();
        types.into_iter().for_each(|oid| self.remove_type(oid));
        functions.into_iter().for_each(|oid| self.remove_function(oid));
        self.comments.retain(|key, _| !is_temporary(key.1) || key.1 == TEMPORARY_SCHEMA);
    }
}

/// How a transaction changes its own copy.
impl Catalog {
    pub fn put_database(&mut self, database: Arc<Database>) {
        if database.oid == self.database {
            self.database_name = database.name.as_str().into();
        }
        self.databases.insert(database.name.clone(), database);
    }

    pub fn put_role(&mut self, role: Arc<Role>) {
        self.roles.insert(role.name.clone(), role);
    }

    pub fn put_schema(&mut self, schema: Arc<Schema>) {
        if schema.oid == TEMPORARY_SCHEMA {
            self.temporary_schema = Some(schema.clone());
        }
        self.schemas.insert(schema.name.clone(), schema);
    }

    /// Takes a schema away, in which nothing is left.
    pub fn remove_schema(&mut self, name: &str) {
        if self.schemas.remove(name).is_some_and(|schema| schema.oid == TEMPORARY_SCHEMA) {
            self.temporary_schema = None;
        }
    }

    /// Adds a table with its indexes, or replaces the one of the same OID.
    pub fn put_table(&mut self, table: Arc<Table>) {
        self.remove_table(table.oid);
        self.relations.insert((table.schema, table.name.clone()), Relation::Table(table.clone()));
        for index in &table.indexes {
            let entry = Relation::Index(table.clone(), index.oid);
            self.relations.insert((table.schema, index.name.clone()), entry);
        }
        for parent in table.parents_that_do_not_name_it() {
            self.temporary_children.entry(parent).or_default().insert(table.oid);
        }
        self.tables.insert(table.oid, table);
    }

    /// Adds a view, or replaces the one of the same OID.
    pub fn put_view(&mut self, view: Arc<View>) {
        self.remove_view(view.oid);
        self.relations.insert((view.schema, view.name.clone()), Relation::View(view.clone()));
        self.views.insert(view.oid, view);
    }

    /// Adds a sequence, or replaces the one of the same OID.
    pub fn put_sequence(&mut self, sequence: Arc<Sequence>) {
        self.remove_sequence(sequence.oid);
        let entry = Relation::Sequence(sequence.clone());
        self.relations.insert((sequence.schema, sequence.name.clone()), entry);
        self.sequences.insert(sequence.oid, sequence);
    }

    /// Adds a type, or replaces the one of the same OID.
    pub fn put_type(&mut self, ty: Arc<UserType>) {
        self.remove_type(ty.oid);
        self.type_names.insert((ty.schema, ty.name.clone()), ty.oid);
        if let Some(labels) = ty.labels() {
            self.enums.insert(ty.oid, enum_values(labels));
        }
        self.types.insert(ty.oid, ty);
    }

    /// Adds a function, or replaces the one of the same OID.
    pub fn put_function(&mut self, function: Arc<Function>) {
        self.remove_function(function.oid);
        let named = self.function_names.entry((function.schema, function.name.clone())).or_default();
        named.push(function.oid);
        named.sort_unstable();
        self.functions.insert(function.oid, function);
    }

    /// Adds an operator, or replaces the one of the same OID.
    pub fn put_operator(&mut self, operator: Arc<UserOperator>) {
        self.operators.insert(operator.oid, operator);
    }

    pub fn remove_operator(&mut self, oid: Oid) {
        self.operators.remove(&oid);
    }

    /// Adds an operator family, or replaces the one of the same OID.
    pub fn put_operator_family(&mut self, family: Arc<UserOperatorFamily>) {
        self.operator_families.insert(family.oid, family);
    }

    pub fn remove_operator_family(&mut self, oid: Oid) {
        self.operator_families.remove(&oid);
    }

    /// Adds an operator class, or replaces the one of the same OID.
    pub fn put_operator_class(&mut self, class: Arc<UserOperatorClass>) {
        self.operator_classes.insert(class.oid, class);
    }

    pub fn remove_operator_class(&mut self, oid: Oid) {
        self.operator_classes.remove(&oid);
    }

    /// Takes a table and its indexes away.
    pub fn remove_table(&mut self, oid: Oid) {
        if let Some(old) = self.tables.remove(&oid) {
            for parent in old.parents_that_do_not_name_it() {
                if let Some(children) = self.temporary_children.get_mut(&parent) {
                    children.remove(&oid);
                    if children.is_empty() {
                        self.temporary_children.remove(&parent);
                    }
                }
            }
            self.relations.remove(&(old.schema, old.name.clone()));
            for index in &old.indexes {
                self.relations.remove(&(old.schema, index.name.clone()));
            }
        }
    }

    pub fn remove_view(&mut self, oid: Oid) {
        if let Some(old) = self.views.remove(&oid) {
            self.relations.remove(&(old.schema, old.name.clone()));
        }
    }

    pub fn remove_sequence(&mut self, oid: Oid) {
        if let Some(old) = self.sequences.remove(&oid) {
            self.relations.remove(&(old.schema, old.name.clone()));
        }
    }

    pub fn remove_function(&mut self, oid: Oid) {
        let Some(old) = self.functions.remove(&oid) else { return };
        let name = (old.schema, old.name.clone());
        if let Some(named) = self.function_names.get_mut(&name) {
            named.retain(|o| *o != oid);
            if named.is_empty() {
                self.function_names.remove(&name);
            }
        }
    }

    pub fn remove_type(&mut self, oid: Oid) {
        if let Some(old) = self.types.remove(&oid) {
            self.type_names.remove(&(old.schema, old.name.clone()));
            self.enums.remove(&oid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(oid: u32, inherits: &[u32]) -> Table {
        let inherits: Vec<Oid> = inherits.iter().copied().map(Oid).collect();
        let plain = serde_json::json!({
            "oid": Oid(oid), "schema": Oid(1), "name": format!("t{oid}"), "owner": Oid(1), "version": 1,
            "columns": [], "storage": Oid(oid), "indexes": [], "inherits": inherits,
        });
        serde_json::from_value(plain).expect("a table")
    }

    #[test]
    fn tables_below_are_found_level_by_level_and_once() {
        let mut catalog = Catalog::default();
        for (oid, parents, children) in
            [(1, &[][..], &[2, 3][..]), (2, &[1], &[4, 5]), (3, &[1], &[4]), (4, &[2, 3], &[])]
        {
            let children = children.iter().copied().map(Oid).collect();
            catalog.put_table(Arc::new(Table { children, ..table(oid, parents) }));
        }
        // Only the session's own: what is stored does not name it.
        let temporary = FIRST_TEMPORARY_OID.0 + 1;
        catalog.put_table(Arc::new(table(temporary, &[3])));
        let below = |oid: u32| catalog.descendants(Oid(oid)).iter().map(|t| t.oid.0).collect::<Vec<_>>();
        // There is no table 5 any more.
        assert_eq!(below(1), [1, 2, 3, 4, temporary]);
        assert_eq!(below(4), [4]);
        assert_eq!(below(5), [0_u32; 0]);
        let above = |oid: u32| catalog.ancestors(Oid(oid)).iter().map(|t| t.oid.0).collect::<Vec<_>>();
        assert_eq!(above(4), [2, 3, 1]);
        assert_eq!(above(temporary), [3, 1]);
        assert_eq!(above(1), [0_u32; 0]);
        assert!(catalog.has_children(Oid(3)) && !catalog.has_children(Oid(4)));
    }

    #[test]
    fn a_foreign_key_has_a_part_for_each_partition_that_it_is_to() {
        use crate::descriptor::{Column, FkAction, FkMatch, ForeignKeyPart};
        let mut catalog = Catalog::default();
        let levels = [(1, &[][..], None), (2, &[1], Some(Oid(11))), (3, &[2], Some(Oid(12)))];
        for (oid, parents, parent) in levels {
            // Each table has the column under another number.
            let columns = vec![Column::plain(4 - oid as i16, "a".into(), PgType::INT4)];
            let other = Index { oid: Oid(oid + 30), ..Index::default() };
            let indexes = vec![other, Index { oid: Oid(oid + 10), parent, ..Index::default() }];
            catalog.put_table(Arc::new(Table { columns, indexes, ..table(oid, parents) }));
        }
        let part = |oid, name: &str, parent| ForeignKeyPart { oid: Oid(oid), name: name.into(), parent: Oid(parent) };
        let key = ForeignKey {
            oid: Oid(20),
            name: "k".into(),
            columns: vec![7],
            parent: Oid(1),
            parent_columns: vec![3],
            parent_index: Oid(11),
            on_delete: FkAction::Cascade,
            delete_sets: Vec::new(),
            on_update: FkAction::NoAction,
            matching: FkMatch::Simple,
            deferrable: true,
            initially_deferred: false,
            validated: true,
            inherited_from: None,
            parts: vec![part(21, "k1", 2), part(22, "k2", 3)],
        };
        let parts = catalog.parts_of_key(&key);
        let shown =
            |k: &ForeignKey| (k.name.clone(), k.parent.0, k.inherited_from, k.parent_columns[0], k.parent_index.0);
        assert_eq!(
            parts.iter().map(shown).collect::<Vec<_>>(),
            [("k1".to_owned(), 2, Some(Oid(20)), 2, 12), ("k2".to_owned(), 3, Some(Oid(21)), 1, 13)]
        );
        assert!(parts.iter().all(|k| k.deferrable && k.columns == [7] && k.parts.is_empty()));
        assert_eq!((key.name_for(Oid(3)), key.name_for(Oid(1))), ("k2", "k"));
        assert_eq!(key.referenced().map(|t| t.0).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
