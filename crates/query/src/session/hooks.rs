//! Functions that need a session: sequences, settings, who and where one is.
//!
//! They are called from the middle of an evaluation, which does not wait. A sequence whose values at
//! hand are used up must wait for a small commit: the thread is then given up for that long.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use gavel_catalog::acl::Privileges;
use gavel_catalog::predefined::SIGNAL_BACKEND;
use gavel_catalog::privilege::{Securable, denied};
use gavel_catalog::search::PG_TEMP;
use gavel_catalog::system::is_temporary;
use gavel_catalog::{Catalog, Sequence, Subject};
use gavel_functions::call::{Call, Later, SessionHooks};
use gavel_functions::registry::Proc;
use gavel_txn::commit::id_of_key;
use gavel_types::text_io::NameResolver as _;
use gavel_types::{ArrayValue, CommitOutcome, Datum, Notice, Oid, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;

use crate::engine::Engine;
use crate::engine::registry::Live;
use crate::engine::sequences::{State, next_value};
use crate::large_object::calls;
use crate::session::cancel::{cancelled, terminated};
use crate::session::{Session, Shared};
use crate::settings::authority::{Authority, Confined};
use crate::settings::{IDEMPOTENCY_KEY, Source, statement, unrecognized};
use crate::system::resolver::CatalogNames;

/// A session as a running statement sees it.
pub struct Hooks {
    pub engine: Arc<Engine>,
    pub shared: Arc<Shared>,
    pub catalog: Arc<Catalog>,
    pub database: Oid,
    pub pid: i32,
    pub user: (Oid, Arc<str>),
    /// What that role may do.
    pub subject: Arc<Subject>,
    /// Who connected.
    pub login: Oid,
    pub confined: Confined,
    pub session_user: Arc<str>,
    pub search_path: Arc<[String]>,
    pub in_block: bool,
    pub read_only: bool,
    pub live: Arc<Mutex<Live>>,
}

impl Session {
    pub(crate) fn hooks(&mut self) -> Hooks {
        let known = self.known();
        let (user, read_only) = (known.user.clone(), known.read_only);
        let (subject, search_path) = (Arc::clone(&known.subject), Arc::clone(&known.search_path));
        let session_user = self.shared.settings.lock().raw("session_authorization");
        Hooks {
            engine: Arc::clone(&self.engine),
            shared: Arc::clone(&self.shared),
            catalog: self.catalog(),
            database: self.database,
            pid: self.pid,
            search_path,
            user,
            subject,
            login: self.user,
            confined: self.routines.bodies.confined(),
            session_user,
            in_block: self.block.is_explicit(),
            read_only,
            live: Arc::clone(&self.live),
        }
    }
}

/// Temporary sequences: like all others they are not transactional, but nobody else takes values of them.
impl Shared {
    fn next_of_temporary_sequence(&self, sequence: &Sequence) -> SqlResult<i64> {
        let mut states = self.temporary_sequences.lock();
        let state = states.entry(sequence.storage()).or_insert(State { last: sequence.first(), called: false });
        let value = next_value(sequence, *state)?;
        *state = State { last: value, called: true };
        Ok(value)
    }

    fn set_temporary_sequence(&self, sequence: &Sequence, state: State) {
        self.temporary_sequences.lock().insert(sequence.storage(), state);
    }
}

/// Runs `future` to its end from a place that cannot await.
pub(super) fn wait<T>(future: impl Future<Output = SqlResult<T>>) -> SqlResult<T> {
    let handle = tokio::runtime::Handle::try_current()
        .map_err(|_| SqlError::internal("a sequence is used outside of the server"))?;
    if handle.runtime_flavor() == tokio::runtime::RuntimeFlavor::CurrentThread {
        return Err(SqlError::internal("a sequence needs a runtime of several threads"));
    }
    tokio::task::block_in_place(|| handle.block_on(future))
}

impl Hooks {
    fn sequence(&self, args: &[Datum]) -> SqlResult<Arc<Sequence>> {
        let oid = match args.first() {
            Some(Datum::Oid(oid)) => Oid(*oid),
            _ => return Err(SqlError::internal("sequence is not named by OID")),
        };
        self.catalog.sequences.get(&oid).cloned().ok_or_else(|| match self.catalog.relation_name(oid) {
            Some((_, name)) => SqlError::new(SqlState::WrongObjectType, format!("\"{name}\" is not a sequence")),
            None => SqlError::new(SqlState::UndefinedTable, format!("could not open relation with OID {oid}")),
        })
    }

    /// Whether one of these privileges on the sequence is held.
    fn may(&self, sequence: &Sequence, letters: &str) -> bool {
        let held = self.subject.on_relation(&Securable::Sequence(sequence));
        !held.and(Privileges::of_letters(letters)).is_empty()
    }

    fn require(&self, sequence: &Sequence, letters: &str) -> SqlResult<()> {
        if self.may(sequence, letters) { Ok(()) } else { Err(denied("sequence", &sequence.name)) }
    }

    /// 25006 in a transaction that may only read, unless the sequence is the session's own.
    fn require_writable(&self, sequence: &Sequence, command: &str) -> SqlResult<()> {
        if !self.read_only || is_temporary(sequence.oid) {
            return Ok(());
        }
        let message = format!("cannot execute {command} in a read-only transaction");
        Err(SqlError::new(SqlState::ReadOnlySqlTransaction, message))
    }

    fn next_value(&self, args: &[Datum]) -> SqlResult<Datum> {
        let sequence = self.sequence(args)?;
        // A second argument says that it is for an identity column.
        if args.len() == 1 {
            self.require(&sequence, "Uw")?;
        }
        self.require_writable(&sequence, "nextval()")?;
        let value = if is_temporary(sequence.oid) {
            self.shared.next_of_temporary_sequence(&sequence)?
        } else {
            match self.engine.next_value_at_hand(self.database, &sequence) {
                Some(value) => value?,
                None => wait(self.engine.next_value(self.database, &sequence))?,
            }
        };
        let mut used = self.shared.sequences.lock();
        used.0.insert(sequence.oid, value);
        used.1 = Some(sequence.oid);
        Ok(Datum::Int8(value))
    }

    fn current_value(&self, args: &[Datum]) -> SqlResult<Datum> {
        let sequence = self.sequence(args)?;
        self.require(&sequence, "Ur")?;
        let used = self.shared.sequences.lock();
        used.0.get(&sequence.oid).map(|v| Datum::Int8(*v)).ok_or_else(|| {
            SqlError::new(
                SqlState::ObjectNotInPrerequisiteState,
                format!("currval of sequence \"{}\" is not yet defined in this session", sequence.name),
            )
        })
    }

    fn last_value(&self) -> SqlResult<Datum> {
        let used = self.shared.sequences.lock();
        let last = used.1.and_then(|oid| Some((self.catalog.sequences.get(&oid)?, *used.0.get(&oid)?)));
        // Nor is it once the sequence has been dropped.
        let Some((sequence, value)) = last else {
            let message = "lastval is not yet defined in this session";
            return Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, message));
        };
        self.require(sequence, "Ur")?;
        Ok(Datum::Int8(value))
    }

    fn set_value(&self, args: &[Datum]) -> SqlResult<Datum> {
        let sequence = self.sequence(args)?;
        self.require(&sequence, "w")?;
        self.require_writable(&sequence, "setval()")?;
        let Some(Datum::Int8(value)) = args.get(1) else {
            return Err(SqlError::internal("setval without a value"));
        };
        let called = !matches!(args.get(2), Some(Datum::Bool(false)));
        if *value < sequence.min || *value > sequence.max {
            return Err(SqlError::new(
                SqlState::NumericValueOutOfRange,
                format!(
                    "setval: value {value} is out of bounds for sequence \"{}\" ({}..{})",
                    sequence.name, sequence.min, sequence.max
                ),
            ));
        }
        let state = State { last: *value, called };
        if is_temporary(sequence.oid) {
            self.shared.set_temporary_sequence(&sequence, state);
        } else {
            wait(self.engine.set_value(self.database, &sequence, state))?;
        }
        if called {
            self.shared.sequences.lock().0.insert(sequence.oid, *value);
        }
        Ok(Datum::Int8(*value))
    }

    fn setting(&self, args: &[Datum]) -> SqlResult<Datum> {
        let Some(Datum::Text(name)) = args.first() else { return Ok(Datum::Null) };
        let missing_ok = matches!(args.get(1), Some(Datum::Bool(true)));
        match self.shared.settings.lock().show(name) {
            Some(value) => Ok(Datum::text(value)),
            None if missing_ok => Ok(Datum::Null),
            None => Err(unrecognized(name)),
        }
    }

    /// What functions of text search take unless they are told.
    fn text_search_configuration(&self) -> SqlResult<Datum> {
        let name = self.shared.settings.lock().raw("default_text_search_config");
        let search_path = self.search_path.to_vec();
        let names = CatalogNames { catalog: Arc::clone(&self.catalog), search_path, subject: None };
        names.resolve(&name, Oid::REGCONFIG).map(|oid| Datum::Oid(oid.0))
    }

    fn set_setting(&self, args: &[Datum]) -> SqlResult<Datum> {
        let Some(Datum::Text(name)) = args.first() else {
            return Err(SqlError::new(SqlState::NullValueNotAllowed, "SET requires parameter name"));
        };
        let source = if matches!(args.get(2), Some(Datum::Bool(true))) { Source::Local } else { Source::Session };
        let mut settings = self.shared.settings.lock();
        let session = self.catalog.roles.get(&*self.session_user).map_or(self.login, |r| r.oid);
        let by = Authority {
            catalog: &self.catalog,
            login: self.login,
            session,
            current: &self.subject,
            confined: self.confined,
        };
        let value = if let Some(Datum::Text(value)) = args.get(1) { Some(&**value) } else { None };
        statement::put(&mut settings, name, value, source, &by)?;
        Ok(settings.show(name).map_or(Datum::Null, Datum::text))
    }

    /// Schemas of the search path that exist.
    fn schemas(&self, implicit: bool) -> Vec<Datum> {
        let temporary = self.catalog.temporary_schema.as_ref().map(|s| s.name.as_str());
        let own = format!("pg_temp_{}", self.pid);
        let mut names: Vec<&str> = Vec::new();
        for name in self.search_path.iter() {
            names.extend(match name.as_str() {
                "pg_catalog" | "information_schema" => Some(name.as_str()),
                // Where new tables go is told before the schema is there.
                PG_TEMP if names.is_empty() => Some(own.as_str()),
                name => self.catalog.qualifier(name).map(|s| s.name.as_str()),
            });
        }
        for first in [Some("pg_catalog"), temporary].into_iter().flatten() {
            if implicit && !names.contains(&first) {
                names.insert(0, first);
            }
        }
        names.into_iter().map(Datum::text).collect()
    }

    /// What became of the transaction that was tried under a key; if nothing has, nothing will.
    fn txn_outcome(&self, args: &[Datum]) -> SqlResult<Datum> {
        let Some(Datum::Text(key)) = args.first() else { return Ok(Datum::Null) };
        if self.shared.settings.lock().show(IDEMPOTENCY_KEY).as_deref() == Some(&**key) {
            return Err(SqlError::new(
                SqlState::ObjectNotInPrerequisiteState,
                "the transaction of this idempotency key is the present one",
            ));
        }
        let txn_id = id_of_key(self.database, &self.session_user, key);
        let engine = Arc::clone(&self.engine);
        wait(async move {
            match engine.adjudicator.resolve(txn_id).await {
                Ok(CommitOutcome::Committed(ts)) => Ok(Datum::text(format!("committed {ts}"))),
                Ok(CommitOutcome::Aborted(_)) => Ok(Datum::text("aborted")),
                Err(error) => {
                    Err(SqlError::new(SqlState::TransactionResolutionUnknown, "the outcome cannot be learnt now")
                        .detail(error.to_string())
                        .hint("Ask again."))
                }
            }
        })
    }

    /// Whether a session of `role` may be disturbed.
    fn may_interrupt(&self, role: Oid, terminate: bool) -> SqlResult<()> {
        let refused = |message: &str| Err(SqlError::new(SqlState::InsufficientPrivilege, message));
        if Subject::of(&self.catalog, role).superuser && !self.subject.superuser {
            return refused(match terminate {
                true => "must be a superuser to terminate superuser process",
                false => "must be a superuser to cancel superuser query",
            });
        }
        if self.subject.has_privileges_of(role) || self.subject.has_privileges_of(SIGNAL_BACKEND) {
            return Ok(());
        }
        refused(match terminate {
            true => "must be a member of the role whose process is being terminated or member of pg_signal_backend",
            false => "must be a member of the role whose query is being canceled or member of pg_signal_backend",
        })
    }

    /// `pg_cancel_backend`, `pg_terminate_backend`: of the sessions of this node.
    fn interrupt(&self, args: &[Datum], terminate: bool) -> SqlResult<Datum> {
        use gavel_api::sql::CancelHandle;
        let Some(Datum::Int4(pid)) = args.first() else { return Ok(Datum::Null) };
        if let Some(Datum::Int8(timeout)) = args.get(1)
            && *timeout < 0
        {
            return Err(SqlError::new(SqlState::NumericValueOutOfRange, "\"timeout\" must not be negative"));
        }
        // What runs is this function.
        if *pid == self.pid {
            return Err(if terminate { terminated() } else { cancelled() });
        }
        let Some((role, interrupt)) = self.engine.sessions.interrupt(*pid) else {
            let text = format!("PID {pid} is not a PostgreSQL backend process");
            self.shared.notices.lock().push(Notice::warning(SqlState::Warning, text));
            return Ok(Datum::Bool(false));
        };
        self.may_interrupt(role, terminate)?;
        if terminate {
            interrupt.terminate();
        } else {
            interrupt.cancel();
        }
        Ok(Datum::Bool(true))
    }
}

impl SessionHooks for Hooks {
    fn call(&self, proc: &Proc, call: &Call<'_>, args: &[Datum]) -> Option<SqlResult<Datum>> {
        Some(match proc.src {
            "nextval_oid" => self.next_value(args),
            "currval_oid" => self.current_value(args),
            "lastval" => self.last_value(),
            "setval_oid" | "setval3_oid" => self.set_value(args),
            "show_config_by_name" | "show_config_by_name_missing_ok" => self.setting(args),
            "set_config_by_name" => self.set_setting(args),
            "pg_notify" => self.notify(args),
            "get_current_ts_config" => self.text_search_configuration(),
            "pg_notification_queue_usage" => Ok(Datum::Float8(0.0)),
            "gavel_txn_outcome" => self.txn_outcome(args),
            "pg_trigger_depth" => Ok(Datum::Int4(self.shared.trigger_depth.load(Ordering::Relaxed))),
            "pg_backend_pid" => Ok(Datum::Int4(self.pid)),
            "inet_client_addr" => {
                Ok(self.engine.sessions.client(self.pid).map_or(Datum::Null, |c| Datum::Inet(c.0.into())))
            }
            "inet_client_port" => {
                Ok(self.engine.sessions.client(self.pid).map_or(Datum::Null, |c| Datum::Int4(c.1.into())))
            }
            "pg_cancel_backend" => self.interrupt(args, false),
            "pg_terminate_backend" => self.interrupt(args, true),
            "current_database" => Ok(Datum::text(Arc::clone(&self.catalog.database_name))),
            "current_user" => Ok(Datum::text(Arc::clone(&self.user.1))),
            "session_user" => Ok(Datum::text(Arc::clone(&self.session_user))),
            "current_schema" => Ok(self.schemas(false).into_iter().next().unwrap_or(Datum::Null)),
            "current_schemas" => {
                let implicit = matches!(args.first(), Some(Datum::Bool(true)));
                Ok(Datum::Array(Arc::new(ArrayValue::vector(Oid::NAME, self.schemas(implicit)))))
            }
            _ => return self.transaction_numbers(proc).or_else(|| self.system_call(proc, call, args)),
        })
    }

    fn call_later(&self, proc: &Proc, args: &[Datum]) -> Option<Later> {
        match proc.src {
            "sys_wait_for_job" => self.wait_for_job(args),
            _ if calls::is_one(proc.name) => Some(self.large_object(proc, args)),
            _ => self.later(proc, args),
        }
    }

    fn call_set(&self, proc: &Proc, _: &Call<'_>, args: &[Datum]) -> Option<SqlResult<Vec<Vec<Datum>>>> {
        if proc.src == "pg_listening_channels" {
            let channels = self.shared.listening.lock();
            return Some(Ok(channels.iter().map(|channel| vec![Datum::Text(Arc::clone(channel))]).collect()));
        }
        self.system_call_set(proc, args)
    }

    fn notice(&self, notice: Notice) {
        self.shared.notices.lock().push(notice);
    }
}
