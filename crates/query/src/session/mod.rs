//! One client's conversation: statements in, results out, one transaction at a time.
//!
//! | module | what it holds |
//! |---|---|
//! | [`block`] | idle, implicit, in a block, failed: the state machine |
//! | [`age`] | the age limit of transactions |
//! | [`work`] | the running transaction and its savepoints |
//! | [`temporary`] | temporary objects and their rows between transactions |
//! | [`control`] | BEGIN, COMMIT, SAVEPOINT …, and how transactions end |
//! | [`simple`] | Query messages |
//! | [`extended`] | Parse, Bind, Describe, Execute, Sync |
//! | `function_call` | functions called by their OIDs |
//! | [`statement`] | one statement of any kind |
//! | [`running`] | plans started for this session |
//! | [`utility`] | SET, SHOW, PREPARE, DDL and the like |
//! | [`cursors`] | DECLARE, FETCH, MOVE, CLOSE |
//! | [`locking`] | LOCK TABLE |
//! | [`result`] | rows and tags on their way to the client |
//! | [`explain`] | EXPLAIN |
//! | [`create_as`] | CREATE TABLE AS of prepared statements, and EXPLAIN of it |
//! | [`access`], [`returning`] | what plans read and modifications give back |
//! | [`known`] | what is derived from settings and catalog |
//! | [`authority`] | as whom the session acts |
//! | [`conceal`] | what errors keep to themselves |
//! | [`constraints`] | SET CONSTRAINTS |
//! | [`notify`] | LISTEN, UNLISTEN, NOTIFY |
//! | [`hooks`] | functions that need a session |
//! | [`advisory`], `jobs`, `large_objects` | … and those of advisory locks, of jobs, and of large objects |
//! | `transaction_id` | … and those of numbers of transactions |
//! | [`triggers`] | writes to tables with triggers |
//! | [`ddl_host`], [`ddl_binder`] | what DDL asks of a session and of the binder |
//! | [`binding`] | the binder, as sessions use it |
//! | [`calls`] | functions whose bodies are interpreted, called by plans |
//! | [`bodies`] | bodies that run, and what is in force meanwhile |
//! | [`cancel`] | interrupts |

pub mod access;
pub mod advisory;
pub mod age;
pub mod authority;
pub mod binding;
pub mod block;
pub mod bodies;
pub mod calls;
pub mod cancel;
pub mod conceal;
pub mod constraints;
pub mod control;
pub mod create_as;
pub mod cursors;
pub mod ddl_binder;
pub mod ddl_host;
pub mod explain;
pub mod extended;
mod function_call;
pub mod hooks;
mod jobs;
pub mod known;
mod large_objects;
pub mod locking;
pub mod notify;
pub mod result;
pub mod returning;
mod rewritten;
pub mod running;
pub mod simple;
pub mod statement;
mod system;
pub mod temporary;
mod transaction_id;
pub mod triggers;
pub mod utility;
pub mod work;
mod writing;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32};
use std::time::Duration;

use async_trait::async_trait;
use gavel_api::sql::{
    CancelHandle, ColumnDesc, ExecuteEnd, ResultSink, SessionParams, SqlSession, StatementInfo, TransactionStatus,
};
use gavel_catalog::acl::Privileges;
use gavel_catalog::{Catalog, Database, Subject};
use gavel_functions::call::EvalContext;
use gavel_types::text_io::TextStyle;
use gavel_types::{Datum, Notice, Notification, Oid, SqlError, SqlResult, SqlState, Timestamp};
use parking_lot::Mutex;

use crate::engine::listeners::Mailbox;
use crate::engine::registry::{Live, SessionInfo};
use crate::engine::sequences::State;
use crate::engine::{Engine, now_micros};
use crate::large_object::calls::Running;
use crate::large_object::descriptors::Descriptors;
use crate::prepared::portals::{ListedCursors, Portals};
use crate::prepared::statements::{ListedStatements, Statements};
use crate::settings::authority::{Authority, Confined};
use crate::settings::{Settings, Source, Values};
use block::Block;
use cancel::Interrupt;
use temporary::Temporary;
use work::Work;

/// See the module.
pub struct Session {
    pub(crate) engine: Arc<Engine>,
    pub(crate) pid: i32,
    pub(crate) database: Oid,
    /// Who connected.
    pub(crate) user: Oid,
    pub(crate) user_name: Arc<str>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) interrupt: Arc<Interrupt>,
    pub(crate) block: Block,
    /// The transaction, from its first statement on.
    pub(crate) work: Option<Work>,
    /// `now()`: when the transaction began.
    pub(crate) transaction_start: i64,
    pub(crate) age: age::Age,
    /// Settings as of the beginning of the transaction.
    pub(crate) settings_before: Option<Values>,
    pub(crate) last_commit: Timestamp,
    pub(crate) temporary: Temporary,
    pub(crate) prepared: Statements,
    pub(crate) portals: Portals,
    /// Once it has listened to something.
    pub(crate) mailbox: Option<Arc<Mailbox>>,
    /// For the client, before the end of the statement.
    pub(crate) notices: Vec<Notice>,
    reported: Vec<(&'static str, String)>,
    /// See [`known`].
    pub(crate) known: Option<known::Known>,
    /// Generation of settings and catalog that the client was told of.
    told: (u64, Option<Arc<Catalog>>),
    /// For contexts of evaluation.
    clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    pub(crate) live: Arc<Mutex<Live>>,
    /// Statements executed since the last Sync that can be run again unseen.
    pub(crate) replay: extended::Replay,
    pub(crate) routines: calls::Routines,
}

/// What functions of a running statement may reach (they run in operators, not in the session).
pub struct Shared {
    pub settings: Mutex<Settings>,
    /// `currval` by sequence, and the sequence used last.
    pub sequences: Mutex<(HashMap<Oid, i64>, Option<Oid>)>,
    /// States of temporary sequences that have been used.
    pub temporary_sequences: Mutex<HashMap<Oid, State>>,
    /// What the transaction wants to tell and to hear.
    pub pending: Mutex<notify::Pending>,
    /// Channels that the session listens to.
    pub listening: Mutex<BTreeSet<Arc<str>>>,
    pub cursors: ListedCursors,
    pub statements: ListedStatements,
    /// It has asked for an advisory lock.
    pub uses_locks: AtomicBool,
    /// The transaction that runs.
    pub transaction: Mutex<Running>,
    /// Its number, once it was asked for.
    pub transaction_id: Mutex<Option<u64>>,
    /// Large objects that the transaction has open.
    pub large_objects: Mutex<Descriptors>,
    /// For the client, from functions of the running statement.
    pub notices: Mutex<Vec<Notice>>,
    /// Trigger functions that run within each other.
    pub trigger_depth: AtomicI32,
    /// What `setseed()` began.
    pub seeded: gavel_functions::random::Seeded,
}

impl Session {
    /// Opens a session for a user that has been authenticated.
    ///
    /// # Errors
    /// 3D000, 28000, 53300, 22023.
    pub async fn open(engine: Arc<Engine>, params: SessionParams) -> SqlResult<Self> {
        let cluster = engine.cluster_catalog().await?;
        let role = cluster.roles.get(&params.user).filter(|r| r.login).cloned().ok_or_else(|| {
            SqlError::new(
                SqlState::InvalidAuthorizationSpecification,
                match cluster.roles.get(&params.user) {
                    None => format!("role \"{}\" does not exist", params.user),
                    Some(_) => format!("role \"{}\" is not permitted to log in", params.user),
                },
            )
        })?;
        let database = cluster.databases.get(&params.database).cloned().ok_or_else(|| {
            SqlError::new(SqlState::InvalidCatalogName, format!("database \"{}\" does not exist", params.database))
        })?;
        let current = Subject::of(&cluster, role.oid);
        require_connect(&current, &database)?;
        let mut settings = Settings::new(&engine.settings.version);
        settings.set("session_authorization", &role.name, Source::Startup)?;
        settings.set("is_superuser", if role.superuser { "on" } else { "off" }, Source::Engine)?;
        let by = Authority {
            catalog: &cluster,
            login: role.oid,
            session: role.oid,
            current: &current,
            confined: Confined::No,
        };
        for (name, value) in &params.settings {
            by.may_set(name, Some(value))?;
            settings.set(name, value, Source::Startup)?;
        }
        let user_name: Arc<str> = role.name.as_str().into();
        let interrupt = Arc::new(Interrupt::default());
        let live = Arc::new(Mutex::new(Live {
            application_name: settings.raw("application_name").to_string(),
            state: "idle",
            ..Live::default()
        }));
        let info = SessionInfo {
            pid: params.pid,
            database: database.oid,
            database_name: database.name.as_str().into(),
            user: role.oid,
            user_name: Arc::clone(&user_name),
            client: params.client,
            started: engine.now_micros(),
            live: Arc::clone(&live),
        };
        engine.sessions.enter(info, Arc::clone(&interrupt))?;
        let clock = Arc::clone(&engine.clock);
        let (prepared, portals) = (Statements::default(), Portals::default());
        Ok(Self {
            known: None,
            told: (settings.generation(), None),
            clock: Arc::new(move || now_micros(&*clock)),
            live,
            engine,
            pid: params.pid,
            database: database.oid,
            user: role.oid,
            user_name,
            reported: settings.reported(),
            shared: Arc::new(Shared {
                settings: Mutex::new(settings),
                sequences: Mutex::default(),
                temporary_sequences: Mutex::default(),
                pending: Mutex::default(),
                listening: Mutex::default(),
                cursors: Arc::clone(portals.listed()),
                statements: Arc::clone(prepared.listed()),
                uses_locks: AtomicBool::new(false),
                transaction: Mutex::default(),
                large_objects: Mutex::default(),
                notices: Mutex::default(),
                trigger_depth: AtomicI32::new(0),
                transaction_id: Mutex::default(),
                seeded: Arc::default(),
            }),
            interrupt,
            block: Block::Idle,
            work: None,
            transaction_start: 0,
            age: age::Age::default(),
            settings_before: None,
            last_commit: Timestamp::ZERO,
            temporary: Temporary::default(),
            prepared,
            portals,
            mailbox: None,
            notices: Vec::new(),
            replay: extended::Replay::default(),
            routines: calls::Routines::default(),
        })
    }

    /// The catalog that statements are bound against now; outside a transaction the one read last.
    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        match &self.work {
            Some(work) => Arc::clone(&work.catalog.current),
            None => match self.temporary.catalog() {
                Some(own) => Arc::clone(own),
                None => self.engine.catalogs.cached(self.database).unwrap_or_default(),
            },
        }
    }

    /// The session as functions see it, from now until the statement ends.
    pub(crate) fn eval_context(&mut self) -> EvalContext {
        let hooks = Arc::new(self.hooks());
        EvalContext { session: Some(hooks), ..self.plain_context() }
    }

    /// The same for functions that need no session.
    pub(crate) fn plain_context(&mut self) -> EvalContext {
        let mut style = self.known().style.clone();
        style.now_micros = self.transaction_start;
        EvalContext {
            style,
            transaction_start: self.transaction_start,
            statement_start: self.engine.now_micros(),
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.engine.entropy),
            seeded: Some(Arc::clone(&self.shared.seeded)),
            session: None,
        }
    }

    /// How literals are read in the running transaction.
    pub(crate) fn text_style_now(&mut self) -> TextStyle {
        let mut style = self.known().style.clone();
        style.now_micros = self.transaction_start;
        style
    }

    /// Sends notices, and settings that have changed.
    pub(crate) async fn tell(&mut self, sink: &mut dyn ResultSink) -> SqlResult<()> {
        // What the client is told of its role follows from the others.
        self.known();
        self.notices.append(&mut self.shared.notices.lock());
        if !self.notices.is_empty() {
            let names = self.names();
            for Notice { severity, error } in std::mem::take(&mut self.notices) {
                sink.notice(Notice { severity, error: error.with_type_names(&names) }).await?;
            }
        }
        let generation = self.shared.settings.lock().generation();
        let catalog = self.catalog();
        let same_catalog = self.told.1.as_ref().is_some_and(|c| Arc::ptr_eq(c, &catalog));
        if self.told.0 == generation && same_catalog {
            return Ok(());
        }
        sink.set_text_style(self.text_style());
        if self.told.0 != generation {
            let now = self.shared.settings.lock().reported();
            for (name, value) in now.iter().filter(|r| !self.reported.contains(r)) {
                sink.parameter_status(name, value).await?;
            }
            self.reported = now;
        }
        self.told = (generation, Some(catalog));
        Ok(())
    }

    /// For `pg_stat_activity`.
    pub(crate) fn note_statement(&self, text: &Arc<str>) {
        let now = self.engine.now_micros();
        let mut live = self.live.lock();
        live.state = "active";
        live.query = Arc::clone(text);
        live.query_start = Some(now);
        live.state_change = Some(now);
    }

    pub(crate) fn note_idle(&self) {
        let now = self.engine.now_micros();
        let (state, start) = match self.block {
            Block::Block => ("idle in transaction", Some(self.transaction_start)),
            Block::Failed => ("idle in transaction (aborted)", Some(self.transaction_start)),
            Block::Idle | Block::Implicit => ("idle", None),
        };
        let mut live = self.live.lock();
        live.state = state;
        live.transaction_start = start;
        live.state_change = Some(now);
        let name = self.reported.iter().find(|r| r.0 == "application_name").map_or("", |r| r.1.as_str());
        if live.application_name != name {
            live.application_name = name.to_owned();
        }
    }
}

/// # Errors
/// 42501 for a database that the role may not connect to.
fn require_connect(role: &Subject, database: &Database) -> SqlResult<()> {
    if role.on_database(database).and(Privileges::of_letters("c")).is_empty() {
        let message = format!("permission denied for database \"{}\"", database.name);
        return Err(
            SqlError::new(SqlState::InsufficientPrivilege, message).detail("User does not have CONNECT privilege.")
        );
    }
    Ok(())
}

impl Drop for Session {
    fn drop(&mut self) {
        self.engine.sessions.leave(self.pid);
        self.engine.advisory.leave(self.pid);
        if self.mailbox.is_some() {
            self.engine.listeners.leave(self.pid);
        }
    }
}

#[async_trait]
impl SqlSession for Session {
    fn reported_settings(&self) -> Vec<(String, String)> {
        self.reported.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect()
    }

    fn cancel_handle(&self) -> Arc<dyn CancelHandle> {
        Arc::clone(&self.interrupt) as Arc<dyn CancelHandle>
    }

    async fn simple_query(&mut self, sql: &str, sink: &mut dyn ResultSink) -> SqlResult<()> {
        let result = self.run_query(sql, sink).await;
        self.settle_locks().await;
        self.note_idle();
        self.in_names(result)
    }

    async fn parse(&mut self, name: &str, sql: &str, param_types: &[Oid]) -> SqlResult<()> {
        let result = self.on_parse(name, sql, param_types).await;
        self.or_fail(result)
    }

    async fn describe_statement(&mut self, name: &str) -> SqlResult<Arc<StatementInfo>> {
        let result = self.on_describe_statement(name).await;
        self.or_fail(result)
    }

    async fn bind(&mut self, portal: &str, statement: &str, params: Vec<Datum>) -> SqlResult<()> {
        let result = self.on_bind(portal, statement, params).await;
        self.or_fail(result)
    }

    async fn describe_portal(&mut self, portal: &str) -> SqlResult<Option<Arc<[ColumnDesc]>>> {
        let result = self.on_describe_portal(portal);
        self.or_fail(result)
    }

    async fn execute(&mut self, portal: &str, max_rows: usize, sink: &mut dyn ResultSink) -> SqlResult<ExecuteEnd> {
        let result = self.on_execute(portal, max_rows, sink).await;
        self.or_fail(result)
    }

    async fn close_statement(&mut self, name: &str) -> SqlResult<()> {
        self.prepared.remove(name);
        Ok(())
    }

    async fn close_portal(&mut self, name: &str) -> SqlResult<()> {
        self.portals.close(name);
        Ok(())
    }

    async fn function_statement(&mut self, function: Oid, arguments: usize) -> SqlResult<(String, Vec<Oid>)> {
        let result = self.function_call(function, arguments);
        self.or_fail(result)
    }

    async fn sync(&mut self, sink: &mut dyn ResultSink) -> SqlResult<()> {
        let result = self.on_sync(sink).await;
        self.settle_locks().await;
        self.note_idle();
        self.in_names(result)
    }

    fn take_notifications(&mut self) -> Vec<Notification> {
        self.mail()
    }

    async fn notified(&mut self) {
        match &self.mailbox {
            Some(mailbox) => mailbox.filled().await,
            None => std::future::pending().await,
        }
    }

    fn mark_failed(&mut self) {
        self.fail();
    }

    fn transaction_status(&self) -> TransactionStatus {
        self.block.status()
    }

    fn text_style(&self) -> TextStyle {
        let style = self.shared.settings.lock().text_style().clone();
        self.with_names(style)
    }

    fn idle_timeout(&self) -> Option<Duration> {
        let settings = self.shared.settings.lock();
        if self.block.is_explicit() { settings.idle_in_transaction_timeout() } else { settings.idle_session_timeout() }
    }

    fn transaction_time_left(&self) -> Option<Duration> {
        self.time_left()
    }

    fn transaction_time_over(&mut self) {
        self.expire();
        self.note_idle();
    }

    async fn close(mut self: Box<Self>) {
        self.settle_locks().await;
        self.portals.close_all();
        self.work = None;
    }
}
