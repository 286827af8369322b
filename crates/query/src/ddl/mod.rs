//! DDL: a statement changes the transaction's own copy of the catalog, and moves rows through the
//! transaction where it must. Nothing is written before COMMIT, when [`TransactionCatalog::writes`]
//! says by which rows the copy differs from what the transaction began with.
//!
//! # What the session does
//! - keeps a [`TransactionCatalog`] from the first statement on, clones it at a savepoint, puts the clone
//!   back at ROLLBACK TO;
//! - binds every statement against `current`;
//! - at COMMIT adds `writes` to its own, and `used` to the commit's schema keys;
//! - implements [`DdlHost`].
//!
//! | module | what it holds |
//! |---|---|
//! | [`binding`] | what DDL asks of the binder |
//! | [`names`], `naming` | names found, names made up |
//! | `create_table`, `constraint`, `index`, `view`, `materialized`, `sequence` | CREATE of relations and what belongs to them |
//! | `index_key`, `index_option`, `exclusion` | keys and storage parameters of indexes; EXCLUDE |
//! | `index_tree`, `foreign_tree` | indexes of partitioned tables; foreign keys of and to them |
//! | `trigger_tree` | triggers of partitioned tables |
//! | `partition`, `partition_bound`, `attach` | PARTITION BY, PARTITION OF; bounds; ATTACH and DETACH PARTITION |
//! | `attribute` | fields of composite types that columns have |
//! | `typed_table` | tables of a composite type |
//! | `inherit`, `below`, `check` | what tables have of their parents; ALTER TABLE of tables that inherit; checks |
//! | `user_type`, `domain`, `composite` | types of users |
//! | `function`, `function_option`, `function_change` | functions and procedures: CREATE; their attributes; ALTER and DROP |
//! | `aggregate`, `aggregate_option`, `support` | CREATE AGGREGATE; what it says; functions that definitions name |
//! | `operator`, `operator_change` | operators: CREATE; ALTER and DROP |
//! | `operator_class`, `operator_member`, `operator_class_change` | operator classes and families: CREATE; what is in them; ALTER and DROP |
//! | [`online`] | what of a statement on an index is done by a job |
//! | `alter`, `alter_table`, `rewrite` | ALTER; moving rows |
//! | `drop` | DROP and dependencies |
//! | `schema` | CREATE SCHEMA with what is made in it |
//! | `shared` | schemas and databases |
//! | `roles`, `scram` | roles; password verifiers |
//! | `grant`, `membership`, `default_privileges` | GRANT and REVOKE |
//! | `policy` | row-level security |
//! | `large_object` | GRANT, COMMENT and OWNER TO of large objects |
//! | `permit` | what the current role may do |
//! | `owned` | what keeps a role from being dropped; REASSIGN OWNED, DROP OWNED |
//! | [`temporary`] | what becomes of temporary objects at COMMIT and DISCARD |
//! | `upkeep` | TRUNCATE, COMMENT, and statements without effect |
//! | [`expression`] | changes to stored SQL text |
//! | [`command`] | what statements are called |

mod aggregate;
mod aggregate_option;
mod alter;
mod alter_table;
mod attach;
mod attribute;
mod below;
pub mod binding;
mod check;
pub mod collation;
pub mod command;
mod composite;
mod constraint;
mod create_table;
mod default_privileges;
mod domain;
mod drop;
mod exclusion;
pub mod expression;
mod foreign_tree;
pub(crate) mod function;
mod function_change;
mod function_option;
mod grant;
mod index;
mod index_key;
mod index_option;
mod index_tree;
mod inherit;
mod large_object;
mod logged;
mod materialized;
mod membership;
pub mod names;
mod naming;
pub mod online;
mod operator;
mod operator_change;
mod operator_class;
mod operator_class_change;
mod operator_member;
mod owned;
mod partition;
mod partition_bound;
mod permit;
mod policy;
mod rewrite;
mod roles;
mod rule;
mod schema;
mod scram;
mod sequence;
mod shared;
mod stand_in;
mod support;
pub mod temporary;
mod trigger;
mod trigger_tree;
mod typed_table;
mod upkeep;
mod user_type;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gavel_binder::ddl::{self, Ddl, ast};
use gavel_catalog::keys::rung_version;
use gavel_catalog::predefined::CHECKPOINT;
use gavel_catalog::store::{self, Reliance};
use gavel_catalog::{Catalog, LargeObject, Subject, Table};
use gavel_types::{Datum, Notice, Oid, SqlError, SqlResult, SqlState, Write};
use sqlparser::ast::Statement;

use binding::DdlBinder;
pub use domain::value_table;
use online::{JobOrigin, Submitted};

/// The catalog of one transaction. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TransactionCatalog {
    /// As of the transaction's snapshot.
    pub base: Arc<Catalog>,
    /// With the transaction's own DDL; the same `Arc` as `base` before the first.
    pub current: Arc<Catalog>,
    /// What the DDL has read and relied on.
    pub reliance: Reliance,
    /// Objects that DDL used without changing them; their version keys join the commit's schema keys.
    pub used: BTreeSet<Oid>,
    /// Rows outside this database's catalog (the contents of a new database).
    pub extra: Vec<Write>,
}

impl TransactionCatalog {
    /// A transaction that has run no DDL yet.
    pub fn new(base: Arc<Catalog>) -> Self {
        let current = base.clone();
        Self { base, current, reliance: Reliance::default(), used: BTreeSet::new(), extra: Vec::new() }
    }

    /// Whether the transaction has run DDL that changed anything.
    pub fn is_changed(&self) -> bool {
        !Arc::ptr_eq(&self.base, &self.current) || !self.extra.is_empty()
    }

    /// The version key that a user of the object relies on: of a table, that of the rung which its snapshot shows.
    pub fn version_key(&self, oid: Oid) -> Bytes {
        rung_version(self.base.database, oid, self.rung(oid))
    }

    /// The version keys that users of the object may rely on who can still commit.
    pub fn version_keys(&self, oid: Oid) -> impl Iterator<Item = Bytes> {
        let (database, rung) = (self.base.database, self.rung(oid));
        [Some(rung), rung.checked_sub(1)].into_iter().flatten().map(move |rung| rung_version(database, oid, rung))
    }

    fn rung(&self, oid: Oid) -> u32 {
        self.base.table(oid).map_or(0, |table| table.rung)
    }

    /// What COMMIT writes, at most one entry a key. `version` is a new random number.
    pub fn writes(&self, version: u64) -> Vec<Write> {
        if !self.is_changed() {
            return Vec::new();
        }
        let mut writes = store::changes(&self.base, &self.current, &self.reliance, version);
        writes.extend(self.extra.iter().cloned());
        writes
    }
}

/// What DDL asks of the session that runs it. Everything happens inside the running transaction: reads
/// see its snapshot and its own writes, writes go to its buffer.
#[async_trait]
pub trait DdlHost: Send {
    /// The first of `count` consecutive OIDs that nobody has had.
    async fn allocate_oids(&mut self, count: u32) -> SqlResult<Oid>;

    /// An OID for something temporary that nothing in `catalog` has.
    fn temporary_oid(&mut self, catalog: &Catalog) -> Oid;

    /// What the session's schema of temporary objects is called.
    fn temporary_schema(&self) -> String;

    /// Runs one SELECT, INSERT, UPDATE or DELETE against `catalog` and gives its rows. Names in `sql` are
    /// qualified. Parameters of the client's statement, if there are any, stand for `$n`.
    async fn run(&mut self, catalog: &Arc<Catalog>, sql: &str) -> SqlResult<Vec<Vec<Datum>>>;

    /// Runs one statement as [`Self::run`] does, if `role` may do all that it does with other relations than `except`.
    ///
    /// # Errors
    /// 42501.
    async fn run_as(&mut self, catalog: &Arc<Catalog>, sql: &str, role: Oid, except: Oid)
    -> SqlResult<Vec<Vec<Datum>>>;

    /// The same as a security-restricted operation of `role`: what the statement calls runs as `role`, too, and leaves
    /// nothing behind in the session.
    ///
    /// # Errors
    /// 42501.
    async fn run_restricted(
        &mut self,
        catalog: &Arc<Catalog>,
        sql: &str,
        role: Oid,
        except: Oid,
    ) -> SqlResult<Vec<Vec<Datum>>> {
        self.run_as(catalog, sql, role, except).await
    }

    /// Puts an entry of index `index` of `table` for every row of `table`. The rows are already there; the
    /// index has no entries yet.
    ///
    /// # Errors
    /// 23505 `could not create unique index "…"`, with PostgreSQL's DETAIL, if it is unique and two rows
    /// have the same key; whatever its expressions raise.
    async fn build_index(&mut self, catalog: &Arc<Catalog>, table: &Arc<Table>, index: Oid) -> SqlResult<()>;

    /// Whether checks of what was written to this table wait for the end of the transaction.
    async fn has_pending_checks(&mut self, catalog: &Arc<Catalog>, table: Oid) -> SqlResult<bool>;

    /// Whether a statement that has not come to its end writes to this table.
    fn is_in_use(&self, table: Oid) -> bool {
        let _ = table;
        false
    }

    /// A large object.
    async fn large_object(&mut self, oid: Oid) -> SqlResult<Option<LargeObject>> {
        let _ = oid;
        Ok(None)
    }

    /// All large objects of the database, by OID.
    async fn large_objects(&mut self) -> SqlResult<Vec<(Oid, LargeObject)>> {
        Ok(Vec::new())
    }

    /// Changes a large object that is there, or, for `None`, removes it with its bytes.
    async fn put_large_object(&mut self, oid: Oid, object: Option<LargeObject>) -> SqlResult<()> {
        let _ = object;
        Err(SqlError::internal(format!("large object {oid} has no place here")))
    }

    /// `lo_compat_privileges`.
    fn everybody_may_use_large_objects(&self) -> bool {
        false
    }

    /// Random bytes for salts.
    fn fill_random(&mut self, buffer: &mut [u8]);

    /// Who submits a job, and a new job's id.
    fn job_origin(&mut self) -> JobOrigin;
}

/// Everything that one DDL statement is run with.
pub struct DdlContext<'a> {
    pub catalog: &'a mut TransactionCatalog,
    pub host: &'a mut dyn DdlHost,
    pub binder: &'a dyn DdlBinder,
    /// What the current role may do.
    pub subject: Arc<Subject>,
    /// That role.
    pub user: Oid,
    /// Whom SESSION_USER means.
    pub session_user: Oid,
    /// It is part of a security-restricted operation.
    pub restricted: bool,
    /// Schemas of `search_path` that exist, in order, `pg_catalog` left out; new objects go to the first. `pg_temp`
    /// is among them where it is listed, whether or not there are temporary objects yet.
    pub search_path: &'a [String],
    /// In a transaction block, where some statements may not run.
    pub in_block: bool,
    /// ALTER TABLE ONLY: the statement leaves the tables below the one that it names alone.
    pub only: bool,
    /// For the client, in order.
    pub notices: Vec<Notice>,
    /// Tables as they were before they lost their primary key in this statement.
    pub before_key_loss: BTreeMap<Oid, Arc<Table>>,
    /// Submitted by this statement.
    pub jobs: Vec<Submitted>,
}

impl<'a> DdlContext<'a> {
    pub fn new(
        catalog: &'a mut TransactionCatalog,
        host: &'a mut dyn DdlHost,
        binder: &'a dyn DdlBinder,
        subject: Arc<Subject>,
        search_path: &'a [String],
        in_block: bool,
    ) -> Self {
        let (user, session_user) = (subject.role, subject.role);
        let (notices, before_key_loss, jobs) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self {
            catalog,
            host,
            binder,
            subject,
            user,
            session_user,
            restricted: false,
            search_path,
            in_block,
            only: false,
            notices,
            before_key_loss,
            jobs,
        }
    }
}

/// Whether `statement` is for [`execute`]: carried DDL, or `SELECT … INTO`.
pub fn is_ddl(statement: &Statement) -> bool {
    ddl::carried(statement).is_some() || matches!(statement, Statement::Query(q) if ddl::select_into(q).is_some())
}

/// Words that statements begin with which are the session's, not [`execute`]'s.
const SESSION_WORDS: [&str; 10] =
    ["close", "discard", "do", "fetch", "listen", "lock", "move", "notify", "set", "unlisten"];

/// A statement that changes no catalog and is the session's to run.
///
/// # Errors
/// Those of parsing.
pub fn session_command(statement: &Statement) -> SqlResult<Option<ast::SessionCommand>> {
    let Some(text) = ddl::carried(statement) else { return Ok(None) };
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    if !SESSION_WORDS.iter().any(|w| word.eq_ignore_ascii_case(w)) {
        return Ok(None);
    }
    Ok(match gavel_binder::parse::parse_ddl(text)? {
        Ddl::Session(command) => Some(command),
        _ => None,
    })
}

/// The names of the tables that TRUNCATE empties, and whether it says CASCADE; none for any other statement.
///
/// # Errors
/// Those of parsing.
pub fn truncated(statement: &Statement) -> SqlResult<(Vec<ast::TableRef>, bool)> {
    let Some(text) = ddl::carried(statement) else { return Ok((Vec::new(), false)) };
    if !text.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("truncate")) {
        return Ok((Vec::new(), false));
    }
    Ok(match gavel_binder::parse::parse_ddl(text)? {
        Ddl::Truncate { tables, cascade, .. } => (tables, cascade),
        _ => (Vec::new(), false),
    })
}

/// Runs one statement and gives its command tag. After an error the transaction has failed: its catalog
/// may hold half of the statement and is to be thrown away, or put back to a savepoint's.
///
/// # Errors
/// PostgreSQL's for the statement; 0A000 for what Gavel does not have.
pub async fn execute(context: &mut DdlContext<'_>, statement: &Statement) -> SqlResult<String> {
    context.run(&parsed(statement)?).await
}

fn parsed(statement: &Statement) -> SqlResult<Ddl> {
    match (ddl::carried(statement), statement) {
        (Some(text), _) => gavel_binder::parse::parse_ddl(text),
        (None, Statement::Query(query)) => {
            ddl::select_into(query).ok_or_else(|| SqlError::internal("query is not DDL"))
        }
        _ => Err(SqlError::internal("statement is not DDL")),
    }
}

/// What a statement is called in messages; `None` if a transaction that may only read may run it.
///
/// # Errors
/// 42601 if it does not parse.
pub fn writing_command(statement: &Statement) -> SqlResult<Option<String>> {
    Ok(match parsed(statement)? {
        Ddl::CreateTableAs(create) if create.select_into => Some("SELECT INTO".into()),
        Ddl::CreateTableAs(_) | Ddl::CreateTableAsExecute { .. } => Some("CREATE TABLE AS".into()),
        Ddl::Maintain { .. } | Ddl::Unsupported(_) => None,
        other => Some(tag(&other)),
    })
}

impl DdlContext<'_> {
    async fn run(&mut self, ddl: &Ddl) -> SqlResult<String> {
        let tag = tag(ddl);
        match ddl {
            Ddl::CreateTable(create) => self.create_table(create).await?,
            Ddl::CreateTableAs(create) => {
                return Ok(match self.create_table_as(create).await? {
                    Some(rows) => format!("SELECT {rows}"),
                    None => "CREATE TABLE AS".to_owned(),
                });
            }
            Ddl::CreateTableAsExecute { .. } => return Err(SqlError::internal("EXECUTE is the session's")),
            Ddl::CreateIndex(create) => self.create_index(create).await?,
            Ddl::CreateView(create) => self.create_view(create).await?,
            Ddl::CreateMaterializedView(create) => {
                return Ok(match self.create_materialized_view(create).await? {
                    Some(rows) => format!("SELECT {rows}"),
                    None => tag,
                });
            }
            Ddl::RefreshMaterializedView { name, concurrently, with_data } => {
                self.refresh_materialized_view(name, *concurrently, *with_data).await?;
            }
            Ddl::CreateSequence { name, if_not_exists, persistence, options } => {
                self.create_sequence(name, *if_not_exists, *persistence, options).await?;
            }
            Ddl::CreateSchema { name, if_not_exists, owner, elements } => {
                self.create_schema(name.as_deref(), *if_not_exists, owner.as_deref(), elements).await?;
            }
            Ddl::CreateType { name, definition } => self.create_type(name, definition).await?,
            Ddl::CreateDomain(create) => self.create_domain(create).await?,
            Ddl::CreateFunction(create) => self.create_function(create).await?,
            Ddl::CreateAggregate(create) => self.create_aggregate(create).await?,
            Ddl::CreateOperator { name, attributes } => self.create_operator(name, attributes).await?,
            Ddl::AlterOperator { name, action } => self.alter_operator(name, action)?,
            Ddl::CreateOperatorClass(create) => self.create_operator_class(create).await?,
            Ddl::CreateOperatorFamily { name } => self.create_operator_family(name).await?,
            Ddl::AlterOperatorGroup { name, action } => self.alter_operator_group(name, action).await?,
            Ddl::DropOperatorGroup { name, if_exists, cascade } => {
                self.drop_operator_group(name, *if_exists, *cascade).await?;
            }
            Ddl::DropOperator { names, if_exists, cascade } => {
                self.drop_operators(names, *if_exists, *cascade).await?;
            }
            Ddl::AlterFunction(alter) => self.alter_function(alter)?,
            Ddl::DropFunction(drop) => self.drop_functions(drop).await?,
            Ddl::CreatePolicy(create) => self.create_policy(create).await?,
            Ddl::AlterPolicy(alter) => self.alter_policy(alter)?,
            Ddl::DropPolicy(drop) => self.drop_policy(drop)?,
            Ddl::CreateDatabase { name, options } => self.create_database(name, options).await?,
            Ddl::CreateRole { name, options, login } => self.create_role(name, options, *login).await?,
            Ddl::Alter(alter) => self.alter(alter).await?,
            Ddl::AlterRole { name, options } => self.alter_role(name, options)?,
            Ddl::AlterDatabase { name } => {
                let alter = ast::Alter {
                    kind: ast::ObjectKind::Database,
                    name: ast::QualifiedName(vec![name.clone()]),
                    if_exists: false,
                    only: false,
                    actions: Vec::new(),
                    cascade: false,
                };
                self.alter_database(&alter)?;
            }
            Ddl::Drop(drop) => self.drop(drop).await?,
            Ddl::Truncate { tables, restart_identity, cascade } => {
                self.truncate(tables, *restart_identity, *cascade).await?;
            }
            Ddl::Comment { on: ast::CommentTarget::LargeObject(oid), text } => {
                self.comment_on_large_object(oid, text.as_deref()).await?;
            }
            Ddl::Comment { on, text } => self.comment(on, text.as_deref())?,
            Ddl::Grant(grant) => match &grant.target {
                ast::GrantTarget::LargeObjects(oids) => self.grant_on_large_objects(grant, oids).await?,
                _ => self.grant(grant)?,
            },
            Ddl::AlterLargeObject { oid, owner } => self.give_large_object(oid, owner).await?,
            Ddl::AlterDefaultPrivileges(alter) => self.alter_default_privileges(alter).await?,
            Ddl::AlterGroup { group, members, drop } => self.alter_group(group, members, *drop)?,
            Ddl::ReassignOwned { roles, to } => {
                self.reassign_owned(roles, to)?;
                self.reassign_large_objects(roles, to).await?;
            }
            Ddl::DropOwned { roles, cascade } => {
                self.drop_owned(roles, *cascade).await?;
                self.drop_owned_large_objects(roles).await?;
            }
            Ddl::CreateTrigger(create) => self.create_trigger(create).await?,
            Ddl::DropTrigger { name, if_exists } => self.drop_trigger(name, *if_exists)?,
            Ddl::RenameTrigger { name, to } => self.rename_trigger(name, to)?,
            Ddl::CreateRule(create) => self.create_rule(create).await?,
            Ddl::DropRule { name, if_exists, cascade } => self.drop_rule(name, *if_exists, *cascade).await?,
            Ddl::RenameRule { name, to } => self.rename_rule(name, to)?,
            Ddl::Session(_) => return Err(SqlError::internal("this statement is the session's")),
            Ddl::Reindex { name, index, concurrently } => self.reindex(name, *index, *concurrently).await?,
            Ddl::Maintain { tag, tables, index, blocks_forbidden } => {
                self.maintain(tag, tables, index.as_deref(), *blocks_forbidden)?;
            }
            Ddl::Accepted { tag } if tag == "CHECKPOINT" => {
                if !self.subject.has_privileges_of(CHECKPOINT) {
                    let message = "must be superuser or have privileges of pg_checkpoint to do CHECKPOINT";
                    return Err(permit::refused(message));
                }
            }
            Ddl::Accepted { .. } => {}
            Ddl::NothingToDo { told, present, skipped, .. } => {
                let code = if *present { SqlState::DuplicateObject } else { SqlState::UndefinedObject };
                for text in told {
                    if !skipped {
                        return Err(SqlError::new(code, text.clone()));
                    }
                    self.notice(format!("{text}, skipping"));
                }
            }
            Ddl::Unsupported(what) => {
                let error = SqlError::unsupported(format!("{what} is not supported"));
                return Err(match stand_in::stand_in(what) {
                    Some(hint) => error.hint(hint),
                    None => error,
                });
            }
        }
        Ok(tag)
    }
}

/// CommandComplete's tag.
fn tag(ddl: &Ddl) -> String {
    let kind = |verb: &str, kind: ast::ObjectKind| {
        let word =
            if kind == ast::ObjectKind::Role { "ROLE".to_owned() } else { names::kind_word(kind).to_uppercase() };
        format!("{verb} {word}")
    };
    let routine = |verb: &str, kind: ast::WrittenKind| match kind {
        ast::WrittenKind::Only(kind) => format!("{verb} {}", kind.word().to_uppercase()),
        ast::WrittenKind::Routine => format!("{verb} ROUTINE"),
    };
    match ddl {
        Ddl::CreateTable(_) => "CREATE TABLE".into(),
        Ddl::CreateTableAs(_) | Ddl::CreateTableAsExecute { .. } => "SELECT 0".into(),
        Ddl::CreateIndex(_) => "CREATE INDEX".into(),
        Ddl::CreateView(_) => "CREATE VIEW".into(),
        Ddl::CreateMaterializedView(_) => "CREATE MATERIALIZED VIEW".into(),
        Ddl::RefreshMaterializedView { .. } => "REFRESH MATERIALIZED VIEW".into(),
        Ddl::CreateSequence { .. } => "CREATE SEQUENCE".into(),
        Ddl::CreateSchema { .. } => "CREATE SCHEMA".into(),
        Ddl::CreateType { .. } => "CREATE TYPE".into(),
        Ddl::CreateDomain(_) => "CREATE DOMAIN".into(),
        Ddl::CreateFunction(create) => format!("CREATE {}", create.kind.word().to_uppercase()),
        Ddl::CreateAggregate(_) => "CREATE AGGREGATE".into(),
        Ddl::CreateOperator { .. } => "CREATE OPERATOR".into(),
        Ddl::AlterOperator { .. } => "ALTER OPERATOR".into(),
        Ddl::CreateOperatorClass(_) => "CREATE OPERATOR CLASS".into(),
        Ddl::CreateOperatorFamily { .. } => "CREATE OPERATOR FAMILY".into(),
        Ddl::AlterOperatorGroup { name, .. } => format!("ALTER {}", name.group.word().to_uppercase()),
        Ddl::DropOperatorGroup { name, .. } => format!("DROP {}", name.group.word().to_uppercase()),
        Ddl::DropOperator { .. } => "DROP OPERATOR".into(),
        Ddl::AlterFunction(alter) => routine("ALTER", alter.kind),
        Ddl::DropFunction(drop) => routine("DROP", drop.kind),
        Ddl::CreatePolicy(_) => "CREATE POLICY".into(),
        Ddl::AlterPolicy(_) => "ALTER POLICY".into(),
        Ddl::DropPolicy(_) => "DROP POLICY".into(),
        Ddl::CreateDatabase { .. } => "CREATE DATABASE".into(),
        Ddl::CreateRole { .. } => "CREATE ROLE".into(),
        Ddl::Alter(alter) => kind("ALTER", alter.kind),
        Ddl::AlterRole { .. } => "ALTER ROLE".into(),
        Ddl::AlterDatabase { .. } => "ALTER DATABASE".into(),
        Ddl::Drop(drop) => kind("DROP", drop.kind),
        Ddl::Truncate { .. } => "TRUNCATE TABLE".into(),
        Ddl::Comment { .. } => "COMMENT".into(),
        Ddl::Grant(grant) => match (&grant.target, grant.revoke) {
            (ast::GrantTarget::Roles(_), false) => "GRANT ROLE".into(),
            (ast::GrantTarget::Roles(_), true) => "REVOKE ROLE".into(),
            (_, false) => "GRANT".into(),
            (_, true) => "REVOKE".into(),
        },
        Ddl::AlterDefaultPrivileges(_) => "ALTER DEFAULT PRIVILEGES".into(),
        Ddl::AlterGroup { .. } => "ALTER ROLE".into(),
        Ddl::AlterLargeObject { .. } => "ALTER LARGE OBJECT".into(),
        Ddl::ReassignOwned { .. } => "REASSIGN OWNED".into(),
        Ddl::DropOwned { .. } => "DROP OWNED".into(),
        Ddl::CreateTrigger(_) => "CREATE TRIGGER".into(),
        Ddl::DropTrigger { .. } => "DROP TRIGGER".into(),
        Ddl::RenameTrigger { .. } => "ALTER TRIGGER".into(),
        Ddl::CreateRule(_) => "CREATE RULE".into(),
        Ddl::DropRule { .. } => "DROP RULE".into(),
        Ddl::RenameRule { .. } => "ALTER RULE".into(),
        Ddl::Session(_) => String::new(),
        Ddl::Reindex { .. } => "REINDEX".into(),
        Ddl::Maintain { tag, .. } => (*tag).into(),
        Ddl::Accepted { tag } | Ddl::NothingToDo { tag, .. } => tag.clone(),
        Ddl::Unsupported(what) => what.clone(),
    }
}

#[cfg(test)]
mod ddl_test;
