//! What one catalog object is. Plain data, stored as JSON with every field defaulted when absent, so
//! that a newer build reads what an older one wrote.

use gavel_types::{Datum, Oid, PgType};
use serde::{Deserialize, Serialize};

use crate::acl::{Acl, AclItem};
use crate::index_method::IndexMethod;
use crate::partition::{PartitionBound, PartitionKey};
use crate::policy::RowSecurity;
use crate::rule::Rule;
use crate::trigger::Trigger;

/// Names an object for ever: PostgreSQL's OID of it, and the object id in storage keys.
pub type ObjectId = Oid;

/// `CREATE DATABASE`. Lives in the system tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Database {
    /// Also the tenant id in storage keys.
    pub oid: Oid,
    pub name: String,
    pub owner: Oid,
    /// Privileges that were granted on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Acl,
}

/// A role. Lives in the system tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Role {
    pub oid: Oid,
    pub name: String,
    pub superuser: bool,
    pub login: bool,
    pub create_db: bool,
    pub create_role: bool,
    pub inherit: bool,
    /// REPLICATION, which is shown; there is nothing that it would be for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replication: bool,
    /// BYPASSRLS: policies do not concern it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bypass_rls: bool,
    /// SCRAM verifier as in `pg_authid.rolpassword`.
    #[serde(default)]
    pub password: Option<String>,
    /// CONNECTION LIMIT, which is shown and not enforced; `None`: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_limit: Option<i32>,
    /// Roles that it is a member of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub member_of: Vec<Membership>,
}

/// That a role is a member of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub role: Oid,
    pub grantor: Oid,
    /// WITH ADMIN OPTION.
    pub admin: bool,
}

/// ALTER DEFAULT PRIVILEGES: what objects get that `role` will create.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DefaultPrivileges {
    pub oid: Oid,
    pub role: Oid,
    /// 0: in every schema, instead of the privileges that an object has by default. Otherwise in this one, in
    /// addition to them.
    pub schema: Oid,
    /// `pg_default_acl.defaclobjtype`.
    pub kind: char,
    pub acl: Vec<AclItem>,
}

/// GRANT and REVOKE on something of PostgreSQL's own, a function or a language: the list that it has instead of the one
/// that it comes with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SystemPrivileges {
    /// The function's or language's; no two things of the system share one.
    pub oid: Oid,
    pub acl: Vec<AclItem>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    pub oid: Oid,
    pub name: String,
    pub owner: Oid,
    /// Privileges that were granted on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Acl,
}

/// `GENERATED … AS IDENTITY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    Always,
    ByDefault,
}

/// A column. `number` is `attnum`: positive, never reused, and the stable id in stored rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub number: i16,
    pub name: String,
    /// The type that values have: no domain, nor an array of one.
    pub ty: PgType,
    /// The domain, or array of a domain, that it was declared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<Oid>,
    /// The collation that it was declared with, if not the type's own. All sort by bytes; it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<Oid>,
    pub not_null: bool,
    /// Default (or generation) expression as SQL text that binds without a `search_path`.
    #[serde(default)]
    pub default: Option<String>,
    #[serde(default)]
    pub identity: Option<Identity>,
    /// `GENERATED ALWAYS AS (default) STORED`.
    #[serde(default)]
    pub generated: bool,
    /// Sequence behind `serial` or identity.
    #[serde(default)]
    pub sequence: Option<Oid>,
    /// Value for rows written before the column existed, in PostgreSQL's text form; `None` is NULL.
    #[serde(default)]
    pub missing: Option<String>,
    /// Dropped columns stay, so that numbers are not reused; they are invisible to name look-up.
    #[serde(default)]
    pub dropped: bool,
    /// Privileges that were granted on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Acl,
    /// How it came to the table, and how many of its parents have it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub descent: Descent,
}

/// Where a column or constraint of a table with parents comes from: `attislocal` and `attinhcount`, `conislocal` and
/// `coninhcount`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descent {
    /// It was not written for this table itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_local: bool,
    /// Parents that have it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parents: u16,
}

impl Column {
    /// The type that it was declared with.
    pub fn declared(&self) -> PgType {
        self.domain.map_or(self.ty, PgType::new)
    }
}

/// What an index is ordered by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum IndexKey {
    /// `Column::number`.
    Column(i16),
    /// SQL text over the table's columns, its type, and the stored id it has in index entries
    /// (negative, unique within the index).
    Expression { sql: String, ty: PgType, id: i16 },
}

/// How far an index has come up the ladder of an online build, or down that of an online drop (RFC 0005). What
/// transactions do with it, from nothing to everything:
///
/// | | removes entries | adds entries | is read |
/// |---|---|---|---|
/// | `Invalid` | | | |
/// | `DeleteOnly` | yes | | |
/// | `WriteOnly` | yes | yes | |
/// | `Public` | yes | yes | yes |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexState {
    /// What a build that has failed leaves: to be dropped, or built anew.
    Invalid,
    DeleteOnly,
    WriteOnly,
    #[default]
    Public,
}

impl IndexState {
    /// Whether rows that are written get entries (`pg_index.indisready`).
    pub fn takes_entries(self) -> bool {
        matches!(self, Self::WriteOnly | Self::Public)
    }

    /// Whether entries of rows that go are removed.
    pub fn loses_entries(self) -> bool {
        self != Self::Invalid
    }

    pub fn is_public(self) -> bool {
        self == Self::Public
    }

    /// Whether transactions under one of the two may write beside such under the other.
    pub fn may_become(self, next: Self) -> bool {
        use IndexState::{DeleteOnly, Invalid, Public, WriteOnly};
        match (self, next) {
            (a, b) if a == b => true,
            (DeleteOnly, WriteOnly) | (WriteOnly, Public) | (Public | WriteOnly, DeleteOnly) => true,
            (DeleteOnly | WriteOnly, Invalid) => true,
            _ => false,
        }
    }
}

/// An index; the primary key is one with `primary`, and is the table itself unless it is deferrable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Index {
    pub oid: Oid,
    pub name: String,
    /// Object id under which its entries are stored; changes when the table is truncated or
    /// rewritten. For an index that is the table it is the table's own `storage`.
    pub storage: Oid,
    pub primary: bool,
    pub unique: bool,
    /// Key, descending, nulls first.
    pub keys: Vec<(IndexKey, bool, bool)>,
    /// `INCLUDE` columns.
    #[serde(default)]
    pub include: Vec<i16>,
    /// `WHERE` of a partial index, as SQL text.
    #[serde(default)]
    pub predicate: Option<String>,
    #[serde(default)]
    pub nulls_not_distinct: bool,
    /// Constraint that it belongs to (primary key, unique, exclusion), by OID.
    #[serde(default)]
    pub constraint: Option<Oid>,
    /// The constraint may be deferred: inside a transaction two rows can have one key, so entries end in
    /// the row's key as those of an index that is not unique do.
    #[serde(default)]
    pub deferrable: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub state: IndexState,
    /// The job that moves it along; 0 for none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub job: u64,
    #[serde(default, skip_serializing_if = "IndexMethod::is_btree")]
    pub method: IndexMethod,
    /// Operator class of each key, by OID; 0, and a list that is too short, is the type's default one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Oid>,
    /// Storage parameters (`fillfactor=70`), kept for `pg_class.reloptions` and otherwise without effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Of an exclusion constraint: the operator of each key, an equality. `unique` is then set as well, since nothing
    /// but the words differ; [`Self::is_unique`] is what the catalogs say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusion: Vec<Oid>,
    /// Of a partition: the index of the partitioned table that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Oid>,
    /// CLUSTER goes by it. Rows are not kept in any order for it; the catalogs and dumps tell.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clustered: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Index {
    /// Whether it was made as a unique index, rather than to exclude equal rows.
    pub fn is_unique(&self) -> bool {
        self.unique && self.exclusion.is_empty()
    }

    /// Whether it has one entry a row, in the order of the key columns.
    pub fn is_ordered(&self) -> bool {
        self.method.keeps_order()
    }

    /// Operator class that was named for a key; `None` is the default one.
    pub fn class(&self, position: usize) -> Option<Oid> {
        self.classes.get(position).copied().filter(|oid| oid.0 != 0)
    }

    /// Whether the table itself is this index: rows are kept in its order, under its columns.
    pub fn is_table(&self) -> bool {
        self.primary && !self.deferrable
    }

    /// Whether two rows never have the same key, not even inside a transaction.
    pub fn is_always_unique(&self) -> bool {
        self.unique && !self.deferrable && self.is_public()
    }

    /// Whether it has an entry for each row, so that plans and constraints may rest on it.
    pub fn is_public(&self) -> bool {
        self.state.is_public()
    }

    /// Whether it is public and no job is about to take it away, so that a constraint may come to rest on it.
    pub fn is_lasting(&self) -> bool {
        self.is_public() && self.job == 0
    }
}

/// `PRIMARY KEY`, `UNIQUE` or `EXCLUDE`: the constraint over an index.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Unique {
    pub oid: Oid,
    pub name: String,
    pub index: Oid,
    pub primary: bool,
    #[serde(default)]
    pub deferrable: bool,
    #[serde(default)]
    pub initially_deferred: bool,
    /// EXCLUDE.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusion: bool,
    /// Of a partition: the constraint of the partitioned table that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Oid>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckConstraint {
    pub oid: Oid,
    pub name: String,
    /// SQL text over the table's columns.
    pub sql: String,
    /// Columns that it mentions.
    #[serde(default)]
    pub columns: Vec<i16>,
    /// False for `NOT VALID`.
    pub validated: bool,
    /// NO INHERIT.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_inherit: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub descent: Descent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FkAction {
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FkMatch {
    Simple,
    Full,
}

/// A foreign key, kept by the referencing table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForeignKey {
    pub oid: Oid,
    pub name: String,
    pub columns: Vec<i16>,
    pub parent: Oid,
    pub parent_columns: Vec<i16>,
    /// The parent's unique index that holds the key.
    pub parent_index: Oid,
    pub on_delete: FkAction,
    /// Which of `columns` ON DELETE SET NULL or SET DEFAULT sets; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delete_sets: Vec<i16>,
    pub on_update: FkAction,
    pub matching: FkMatch,
    #[serde(default)]
    pub deferrable: bool,
    #[serde(default)]
    pub initially_deferred: bool,
    pub validated: bool,
    /// Of a partition: the foreign key of the partitioned table that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherited_from: Option<Oid>,
    /// What it is called for each partition, of any level, of the partitioned table that it references; nothing if it is
    /// inherited itself. A partition comes behind its parent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ForeignKeyPart>,
}

/// A foreign key as it applies to one partition of the table that it references: a row of `pg_constraint` whose
/// `conparentid` is that of the level above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForeignKeyPart {
    pub oid: Oid,
    /// In messages about rows of the partition that are still referenced.
    pub name: String,
    /// The partition, as `confrelid` has it.
    pub parent: Oid,
}

impl ForeignKey {
    /// The tables whose rows it holds fast: the one that it names, and all partitions of that.
    pub fn referenced(&self) -> impl Iterator<Item = Oid> {
        std::iter::once(self.parent).chain(self.parts.iter().map(|p| p.parent))
    }

    /// Its name where rows of `table`, which it references, are concerned.
    pub fn name_for(&self, table: Oid) -> &str {
        self.parts.iter().find(|p| p.parent == table).map_or(&self.name, |p| &p.name)
    }
}

/// What a COMMIT does to the rows of a temporary table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnCommit {
    #[default]
    PreserveRows,
    DeleteRows,
    /// Drops the table.
    Drop,
}

/// A table with all that belongs to it. `version` grows with every change of the descriptor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub oid: Oid,
    pub schema: Oid,
    pub name: String,
    pub owner: Oid,
    pub version: u64,
    /// In `attnum` order, dropped ones included.
    pub columns: Vec<Column>,
    /// Object id under which rows are stored; changes when the table is truncated or rewritten.
    pub storage: Oid,
    /// The primary key first, if there is one. Without one, rows are keyed by a hidden 128-bit id.
    pub indexes: Vec<Index>,
    #[serde(default)]
    pub uniques: Vec<Unique>,
    #[serde(default)]
    pub checks: Vec<CheckConstraint>,
    #[serde(default)]
    pub foreign_keys: Vec<ForeignKey>,
    /// Tables with foreign keys to this one, itself included.
    #[serde(default)]
    pub referenced_by: Vec<Oid>,
    /// Storage parameters (`fillfactor=100`), kept for `pg_class.reloptions` and otherwise without effect.
    #[serde(default)]
    pub options: Vec<String>,
    /// The composite type that its columns follow: CREATE TABLE … OF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of_type: Option<Oid>,
    /// Privileges that were granted on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Acl,
    /// The query whose result it keeps, if it is a materialized view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub materialized: Option<Materialized>,
    /// Steps that its indexes have made online: writers of two rungs that follow each other may go on side by side
    /// (RFC 0005).
    #[serde(default, skip_serializing_if = "is_default")]
    pub rung: u32,
    /// Tables that it inherits from, in `inhseqno` order; of a partition, the partitioned table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<Oid>,
    /// Tables that inherit from it, and partitions, in the order of their OIDs. Of a table that is stored without the
    /// temporary ones: ask `Catalog::children`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Oid>,
    /// PARTITION BY: it has no rows of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitioned: Option<PartitionKey>,
    /// Of a partition: FOR VALUES, which rows of the one parent it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<PartitionBound>,
    /// In the order of their names, in which they fire.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// UNLOGGED. Its rows are kept as safely as all others; the catalogs and dumps tell.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlogged: bool,
    /// In the order of their names, in which they are applied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Row-level security.
    #[serde(default, skip_serializing_if = "RowSecurity::is_none")]
    pub row_security: RowSecurity,
    /// Privileges that were granted on its system column `tableoid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tableoid_acl: Acl,
    /// Of a temporary table, which is never stored.
    #[serde(skip)]
    pub on_commit: OnCommit,
}

impl Column {
    /// A column with nothing but a name and a type.
    pub fn plain(number: i16, name: String, ty: PgType) -> Self {
        Self {
            number,
            name,
            ty,
            domain: None,
            collation: None,
            not_null: false,
            default: None,
            identity: None,
            generated: false,
            sequence: None,
            missing: None,
            dropped: false,
            acl: None,
            descent: Descent::default(),
        }
    }
}

impl Table {
    /// Whether it belongs to one session, and its rows to nothing but its memory.
    pub fn is_temporary(&self) -> bool {
        crate::system::is_temporary(self.oid)
    }

    /// Storage of the rows and of every index that has its own.
    pub fn storages(&self) -> impl Iterator<Item = ObjectId> {
        std::iter::once(self.storage).chain(self.indexes.iter().map(|i| i.storage))
    }

    /// Columns that name look-up sees, in order.
    pub fn visible_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|c| !c.dropped)
    }

    /// The live column of this name.
    pub fn column_named(&self, name: &str) -> Option<&Column> {
        self.visible_columns().find(|c| c.name == name)
    }

    /// The live column with this `attnum`.
    pub fn column(&self, number: i16) -> Option<&Column> {
        self.visible_columns().find(|c| c.number == number)
    }

    /// The column that here stands for column `number` of `other`, from which this table stems: the one of its name.
    pub fn column_like(&self, other: &Self, number: i16) -> Option<&Column> {
        let name = &other.column(number)?.name;
        // Mostly it has the same number too.
        self.column(number).filter(|c| c.name == *name).or_else(|| self.column_named(name))
    }

    /// The primary key's index.
    pub fn primary_key(&self) -> Option<&Index> {
        self.indexes.iter().find(|i| i.primary)
    }

    /// The index that rows are kept in; without one they have hidden ids.
    pub fn row_key(&self) -> Option<&Index> {
        self.indexes.iter().find(|i| i.is_table())
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sequence {
    pub oid: Oid,
    pub schema: Oid,
    pub name: String,
    pub owner: Oid,
    pub version: u64,
    /// int2, int4 or int8.
    pub ty: PgType,
    pub start: i64,
    pub increment: i64,
    pub min: i64,
    pub max: i64,
    pub cache: i64,
    pub cycle: bool,
    /// Since its last RESTART: where its state is kept, and the value that it began with. So a RESTART that is rolled
    /// back leaves the state of before as it was.
    #[serde(default)]
    pub restarted: Option<(Oid, i64)>,
    /// Table and column that own it.
    #[serde(default)]
    pub owned_by: Option<(Oid, i16)>,
    /// UNLOGGED, as a table is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlogged: bool,
    /// Privileges that were granted on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Acl,
}

impl Sequence {
    /// Number under which its state is kept.
    pub fn storage(&self) -> Oid {
        self.restarted.map_or(self.oid, |(storage, _)| storage)
    }

    /// The first value that it gives, while it has no state.
    pub fn first(&self) -> i64 {
        self.restarted.map_or(self.start, |(_, first)| first)
    }
}

/// WITH CHECK OPTION of a view: which views' conditions new rows must satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOption {
    /// Its own, and those that views below ask for themselves.
    Local,
    /// Its own and those of all views below.
    Cascaded,
}

/// A view: its query as SQL text with every name qualified, bound anew at each use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    pub oid: Oid,
    pub schema: Oid,
    pub name: String,
    pub owner: Oid,
    pub version: u64,
    pub sql: String,
    /// With the types that they were declared with, domains among them.
    pub columns: Vec<(String, PgType)>,
    /// Tables, views and sequences that it uses.
    #[serde(default)]
    pub depends_on: Vec<Oid>,
    /// Privileges that were granted on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Acl,
    /// Privileges on single columns, by `attnum`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub column_acls: Vec<(i16, Vec<AclItem>)>,
    /// `security_barrier=true`, `check_option=local` and the like: `pg_class.reloptions`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Defaults of columns, by `attnum`, which go before those of the table that is written through the view.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defaults: Vec<(i16, String)>,
    /// In the order of their names, in which they fire.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// In the order of their names, in which they are applied; the query of the view is not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

impl View {
    /// Whose rights count for what it reads: its owner's, or with `security_invoker` those of whoever reads it (`None`).
    pub fn reads_as(&self) -> Option<Oid> {
        let value = self.options.iter().find_map(|o| o.strip_prefix("security_invoker="));
        let on = value.is_some_and(|v| ["true", "on", "yes", "1"].iter().any(|yes| v.eq_ignore_ascii_case(yes)));
        (!on).then_some(self.owner)
    }

    pub fn check_option(&self) -> Option<CheckOption> {
        let value = self.options.iter().find_map(|o| o.strip_prefix("check_option="))?;
        Some(if value.eq_ignore_ascii_case("local") { CheckOption::Local } else { CheckOption::Cascaded })
    }
}

/// What makes a table a materialized view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Materialized {
    /// Its query, with every name qualified.
    pub sql: String,
    /// Tables, views and sequences that the query uses.
    pub depends_on: Vec<Oid>,
    /// Whether it can be read: false after WITH NO DATA.
    pub populated: bool,
}

/// A constant as descriptors keep it: type and PostgreSQL's text form.
pub fn datum_text(value: &Datum, ty: PgType) -> Option<String> {
    if value.is_null() {
        return None;
    }
    let mut out = String::new();
    gavel_types::text_io::write(value, ty, &gavel_types::text_io::TextStyle::default(), &mut out);
    Some(out)
}
