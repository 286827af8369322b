//! How transactions begin and end: BEGIN, COMMIT, ROLLBACK, savepoints, and what errors do.

use std::sync::Arc;

use gavel_api::sql::ResultSink;
use gavel_catalog::system::is_temporary;
use gavel_txn::commit::id_of_key;
use gavel_txn::{CommitError, Transaction};
use gavel_types::{ConflictKind, Notice, Notification, SqlError, SqlResult, SqlState, Timestamp};
use sqlparser::ast::{TransactionAccessMode, TransactionIsolationLevel, TransactionMode};

use crate::dml::writer::Writer;
use crate::engine::shapes::CatalogShapes;
use crate::procedural::call::BLOCK_SAVEPOINT;
use crate::session::Session;
use crate::session::age::{Age, too_old};
use crate::session::block::{Block, aborted};
use crate::session::known::CHARACTERISTICS;
use crate::session::notify::Pending;
use crate::session::temporary::Committed;
use crate::session::work::{Place, Work};
use crate::settings::{IDEMPOTENCY_KEY, Source};

impl Session {
    /// Makes sure that a statement runs in a transaction.
    pub(crate) fn start_transaction(&mut self) {
        if self.block == Block::Idle {
            self.block = Block::Implicit;
            self.note_begin();
        }
    }

    /// The moment that `now()` names, and the settings to go back to.
    fn note_begin(&mut self) {
        self.transaction_start = self.engine.now_micros();
        self.age = Age::begin();
        *self.shared.transaction_id.lock() = None;
        self.live.lock().transaction_start = Some(self.transaction_start);
        self.settings_before = Some(self.shared.settings.lock().values());
        if !self.known().other_defaults {
            return;
        }
        let mut settings = self.shared.settings.lock();
        for (name, default) in CHARACTERISTICS {
            let value = settings.raw(default);
            if *settings.raw(name) != *value {
                // Both take the same values, so this cannot be refused.
                let _ = settings.set(name, &value, Source::Local);
            }
        }
    }

    /// The transaction, begun if need be: this is where its snapshot is taken.
    pub(crate) async fn work(&mut self) -> SqlResult<&mut Work> {
        if self.is_overdue() {
            return Err(too_old(self.age_limit()));
        }
        if self.work.is_none() {
            let serializable = self.known().serializable;
            let (at_least, temporary) = (self.last_commit, &mut self.temporary);
            let work = Work::begin(&self.engine, self.database, at_least, serializable, temporary).await?;
            *self.shared.transaction.lock() = Arc::downgrade(&work.state);
            self.work = Some(work);
        }
        self.work.as_mut().ok_or_else(|| SqlError::internal("no transaction"))
    }

    /// # Errors
    /// 25006 if the transaction may only read.
    pub(crate) fn may_write(&mut self, command: &str) -> SqlResult<()> {
        if self.known().read_only {
            return Err(SqlError::new(
                SqlState::ReadOnlySqlTransaction,
                format!("cannot execute {command} in a read-only transaction"),
            ));
        }
        Ok(())
    }

    /// BEGIN, START TRANSACTION.
    pub(crate) fn begin(&mut self, modes: &[TransactionMode]) -> SqlResult<()> {
        match self.block {
            Block::Block => {
                self.notices.push(Notice::warning(
                    SqlState::ActiveSqlTransaction,
                    "there is already a transaction in progress",
                ));
            }
            Block::Failed => return Err(aborted()),
            // Statements that came before in the same message become part of the block.
            Block::Implicit => self.block = Block::Block,
            Block::Idle => {
                self.block = Block::Block;
                self.note_begin();
            }
        }
        self.set_transaction(modes)
    }

    /// SET TRANSACTION, and the modes of BEGIN.
    ///
    /// # Errors
    /// 25001 if the transaction has already read something.
    pub(crate) fn set_transaction(&mut self, modes: &[TransactionMode]) -> SqlResult<()> {
        let begun = self.work.is_some();
        let mut settings = self.shared.settings.lock();
        let mut modes = modes.iter().peekable();
        while let Some(mode) = modes.next() {
            match mode {
                // [NOT] DEFERRABLE.
                TransactionMode::IsolationLevel(TransactionIsolationLevel::Snapshot) => {
                    let not = modes.next_if_eq(&mode).is_some();
                    if begun {
                        return Err(SqlError::new(
                            SqlState::ActiveSqlTransaction,
                            "SET TRANSACTION [NOT] DEFERRABLE must be called before any query",
                        ));
                    }
                    settings.set("transaction_deferrable", if not { "off" } else { "on" }, Source::Local)?;
                }
                TransactionMode::IsolationLevel(level) => {
                    let level = match level {
                        TransactionIsolationLevel::ReadUncommitted => "read uncommitted",
                        TransactionIsolationLevel::ReadCommitted => "read committed",
                        TransactionIsolationLevel::RepeatableRead | TransactionIsolationLevel::Snapshot => {
                            "repeatable read"
                        }
                        TransactionIsolationLevel::Serializable => "serializable",
                    };
                    if begun && *settings.raw("transaction_isolation") != *level {
                        return Err(SqlError::new(
                            SqlState::ActiveSqlTransaction,
                            "SET TRANSACTION ISOLATION LEVEL must be called before any query",
                        ));
                    }
                    settings.set("transaction_isolation", level, Source::Local)?;
                }
                TransactionMode::AccessMode(access) => {
                    let read_only = *access == TransactionAccessMode::ReadOnly;
                    if begun && !read_only && settings.is_on("transaction_read_only") {
                        return Err(SqlError::new(
                            SqlState::ActiveSqlTransaction,
                            "transaction read-write mode must be set before any query",
                        ));
                    }
                    settings.set("transaction_read_only", if read_only { "on" } else { "off" }, Source::Local)?;
                }
            }
        }
        Ok(())
    }

    /// COMMIT, END. Gives the command tag.
    pub(crate) async fn commit_block(&mut self, chain: bool) -> SqlResult<&'static str> {
        match self.block {
            Block::Idle | Block::Implicit => {
                if chain {
                    return Err(no_block("COMMIT AND CHAIN"));
                }
                self.notices
                    .push(Notice::warning(SqlState::NoActiveSqlTransaction, "there is no transaction in progress"));
                self.finish().await?;
                Ok("COMMIT")
            }
            Block::Failed => {
                let modes = self.characteristics();
                let untold = self.untold_age();
                self.roll_back();
                untold?;
                self.chain(chain, &modes)?;
                Ok("ROLLBACK")
            }
            Block::Block => {
                let modes = self.characteristics();
                self.finish().await?;
                self.chain(chain, &modes)?;
                Ok("COMMIT")
            }
        }
    }

    /// ROLLBACK, ABORT.
    pub(crate) fn rollback_block(&mut self, chain: bool) -> SqlResult<&'static str> {
        if !self.block.is_explicit() {
            if chain {
                return Err(no_block("ROLLBACK AND CHAIN"));
            }
            self.notices.push(Notice::warning(SqlState::NoActiveSqlTransaction, "there is no transaction in progress"));
        }
        let modes = self.characteristics();
        self.roll_back();
        self.chain(chain, &modes)?;
        Ok("ROLLBACK")
    }

    /// PREPARE TRANSACTION, which ends the block whatever comes of it. Gives the command tag.
    ///
    /// # Errors
    /// 0A000 if the transaction has met temporary objects, else 55000: there is no two-phase commit.
    pub(crate) async fn prepare_transaction(&mut self) -> SqlResult<&'static str> {
        match self.block {
            Block::Idle | Block::Implicit => {
                self.notices
                    .push(Notice::warning(SqlState::NoActiveSqlTransaction, "there is no transaction in progress"));
                self.finish().await?;
                return Ok("ROLLBACK");
            }
            Block::Failed => {
                let untold = self.untold_age();
                self.roll_back();
                untold?;
                return Ok("ROLLBACK");
            }
            Block::Block => {}
        }
        let temporary = self.work.as_ref().is_some_and(|work| work.used_temporary);
        self.roll_back();
        if temporary {
            let message = "cannot PREPARE a transaction that has operated on temporary objects";
            return Err(SqlError::unsupported(message));
        }
        let message = "prepared transactions are disabled";
        Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, message)
            .hint("A transaction commits at once or not at all here; there is no two-phase commit."))
    }

    pub(crate) fn characteristics(&self) -> [(&'static str, String); 3] {
        let settings = self.shared.settings.lock();
        ["transaction_isolation", "transaction_read_only", "transaction_deferrable"]
            .map(|n| (n, settings.raw(n).to_string()))
    }

    /// AND CHAIN: a new block like the one that has ended.
    fn chain(&mut self, chain: bool, modes: &[(&'static str, String)]) -> SqlResult<()> {
        if chain {
            self.begin(&[])?;
            let mut settings = self.shared.settings.lock();
            for (name, value) in modes {
                settings.set(name, value, Source::Local)?;
            }
        }
        Ok(())
    }

    pub(crate) async fn savepoint(&mut self, name: String) -> SqlResult<()> {
        self.in_block("SAVEPOINT")?;
        let (settings, read_only) = {
            let settings = self.shared.settings.lock();
            (settings.values(), settings.is_on("transaction_read_only"))
        };
        let place = Place {
            portals: self.portals.last(),
            locks: self.locks_taken(),
            pending: self.shared.pending.lock().mark(),
            read_only,
            large_objects: self.shared.large_objects.lock().mark(),
        };
        self.work().await?.savepoint(name, settings, place).await;
        Ok(())
    }

    pub(crate) async fn release_savepoint(&mut self, name: &str) -> SqlResult<()> {
        self.in_block("RELEASE SAVEPOINT")?;
        let place = self.work().await?.release(name).await?;
        // READ ONLY that was set since is over; what else was set stays.
        let mut settings = self.shared.settings.lock();
        if settings.is_on("transaction_read_only") != place.read_only {
            settings.set("transaction_read_only", if place.read_only { "on" } else { "off" }, Source::Local)?;
        }
        Ok(())
    }

    pub(crate) async fn rollback_to_savepoint(&mut self, name: &str) -> SqlResult<()> {
        self.in_block("ROLLBACK TO SAVEPOINT")?;
        if self.is_overdue() {
            return Err(too_old(self.age_limit()));
        }
        let settings = match &mut self.work {
            Some(work) => {
                let (settings, place) = work.rollback_to(name).await?;
                self.portals.close_after(place.portals);
                self.release_locks(place.locks);
                self.shared.pending.lock().rollback_to(place.pending);
                self.shared.large_objects.lock().close_after(place.large_objects);
                settings
            }
            None => {
                return Err(SqlError::new(
                    SqlState::InvalidSavepointSpecification,
                    format!("savepoint \"{name}\" does not exist"),
                ));
            }
        };
        self.shared.settings.lock().restore(settings);
        self.block = Block::Block;
        Ok(())
    }

    fn in_block(&self, command: &str) -> SqlResult<()> {
        if self.block.is_explicit() { Ok(()) } else { Err(no_block(command)) }
    }

    /// Commits whatever runs. On an error it is rolled back, and the session is idle either way.
    pub(crate) async fn finish(&mut self) -> SqlResult<()> {
        let result = if self.is_overdue() { Err(too_old(self.age_limit())) } else { self.commit().await };
        self.work = None;
        self.end(result.is_ok());
        result
    }

    async fn commit(&mut self) -> SqlResult<()> {
        let Some(snapshot_ts) = self.work.as_ref().map(|work| work.snapshot_ts) else { return Ok(()) };
        let Some((notes, announced)) = self.announce().await? else { return self.commit_with(Vec::new()).await };
        let before = self.last_commit;
        let result = self.commit_with(notes).await;
        // One that told nobody anything has no time of its own.
        let committed = result.is_ok().then(|| if self.last_commit > before { self.last_commit } else { snapshot_ts });
        let told = self.announced(announced, committed).await;
        result.and(told)
    }

    async fn commit_with(&mut self, notes: Vec<Notification>) -> SqlResult<()> {
        self.hold_cursors().await?;
        // Suspended portals read through the transaction.
        self.portals.close_reading();
        if !self.prepare_commit(notes).await? {
            return Ok(());
        }
        let Some(work) = self.work.take() else { return Ok(()) };
        let shapes = work.shapes(&self.engine);
        let mut state = Arc::try_unwrap(work.state)
            .map_err(|_| SqlError::internal("a statement of the transaction still runs"))?
            .into_inner();
        let writes = work.catalog.writes(self.engine.random_u64());
        let temporary = Committed {
            over: work.shared,
            before: Arc::clone(&work.catalog.base),
            current: Arc::clone(&work.catalog.current),
            shared_changes: !writes.is_empty(),
            writes: state.txn.take_temporary(),
            row_ids: state.row_ids,
        };
        let submits = !work.catalog.extra.is_empty();
        for write in writes {
            state.txn.write(write.key, write.mode, write.value)?;
        }
        for oid in work.catalog.used.iter().filter(|oid| !is_temporary(**oid)) {
            state.txn.use_schema(work.catalog.version_key(*oid));
        }
        self.send(state.txn, work.snapshot_ts, &shapes).await?;
        if submits {
            self.engine.jobs.submit();
        }
        self.keep_temporary(temporary);
        Ok(())
    }

    /// What is left to do before COMMIT sends anything; whether there is anything to send or to keep.
    async fn prepare_commit(&mut self, notes: Vec<Notification>) -> SqlResult<bool> {
        // They may write, and leave more to be checked.
        self.fire_deferred(true).await?;
        let Some(work) = &self.work else { return Ok(false) };
        let defined = work.catalog.is_changed();
        {
            let mut state = work.state.lock().await;
            notes.into_iter().for_each(|note| state.txn.notify(note));
            let wrote = !state.txn.is_read_only() || state.txn.has_temporary_writes();
            if !defined && !wrote && state.deferred.is_empty() {
                return Ok(false);
            }
        }
        let shapes = work.shapes(&self.engine);
        let state = Arc::clone(&work.state);
        let eval = self.eval_context();
        let mut state = state.lock().await;
        let checked = Writer::new(&mut state, &shapes, &eval).check_deferred(true).await;
        drop(state);
        checked.map_err(|e| self.concealed(e, &[]))?;
        // Tables to drop are the transaction's own, and no other can have been tied to rows that do not stay.
        if defined && self.catalog().has_temporary() {
            self.run_on_commit().await?;
        }
        Ok(true)
    }

    /// Sends what the transaction has written for others to see, if it has.
    async fn send(&mut self, txn: Transaction, snapshot: Timestamp, shapes: &CatalogShapes) -> SqlResult<()> {
        if txn.is_read_only() {
            return Ok(());
        }
        let key = self.shared.settings.lock().show(IDEMPOTENCY_KEY);
        let txn_id = match &key {
            Some(key) => id_of_key(self.database, &self.shared.settings.lock().raw("session_authorization"), key),
            None => self.engine.txn_id(),
        };
        let interrupt = Arc::clone(&self.interrupt);
        let shield = interrupt.shield();
        let outcome = txn.commit(&*self.engine.adjudicator, txn_id).await;
        drop(shield);
        match outcome {
            Ok(gavel_txn::Committed::ReadOnly) => Ok(()),
            Ok(gavel_txn::Committed::At(ts)) => {
                self.last_commit = self.last_commit.max(ts);
                Ok(())
            }
            // Not 40001: whoever tries again under this key is told the same again.
            Err(CommitError::Conflict(conflict)) if key.is_some() && conflict.kind == ConflictKind::Cancelled => {
                Err(SqlError::new(
                    SqlState::TransactionRollback,
                    "transaction was aborted and its idempotency key is spent",
                )
                .hint("The transaction has not been committed and can be retried under another key."))
            }
            Err(CommitError::Conflict(conflict)) => {
                // Whoever tries again is to see the winner, which may not be visible to others yet.
                self.last_commit = self.last_commit.max(conflict.winner_ts);
                Err(self.engine.explain_conflict(&conflict, snapshot, shapes).await)
            }
            Err(e) => Err(e.into_sql(|_| SqlError::internal("conflict"))),
        }
    }

    /// Forgets whatever runs.
    pub(crate) fn roll_back(&mut self) {
        self.work = None;
        self.end(false);
    }

    fn end(&mut self, committed: bool) {
        self.block = Block::Idle;
        self.age = Age::default();
        self.portals.end_transaction(committed);
        self.release_locks(0);
        self.shared.large_objects.lock().close_all();
        *self.shared.transaction_id.lock() = None;
        // Jobs wait for transactions that are older than a step of theirs.
        self.live.lock().transaction_start = None;
        *self.shared.pending.lock() = Pending::default();
        let mut settings = self.shared.settings.lock();
        if let Some(before) = self.settings_before.take() {
            if !committed {
                settings.restore(before);
            }
        }
        settings.end_transaction();
    }

    /// After an error.
    pub(crate) fn fail(&mut self) {
        // Savepoints of bodies hold what was in force in them, and are nothing to the client.
        if let Some(work) = &mut self.work {
            work.forget_savepoints(BLOCK_SAVEPOINT);
        }
        let (block, over) = self.block.failed();
        let kept = self.work.as_ref().and_then(Work::last_place).unwrap_or_default();
        self.portals.close_after(kept.portals);
        self.release_locks(kept.locks);
        self.shared.large_objects.lock().close_after(kept.large_objects);
        if over {
            self.roll_back();
        } else if self.is_overdue() {
            self.work = None;
        }
        self.block = block;
    }

    pub(crate) fn or_fail<T>(&mut self, result: SqlResult<T>) -> SqlResult<T> {
        // Named before the transaction goes, and the types that it has made with it.
        let result = self.in_names(result);
        if result.is_err() {
            self.fail();
        }
        result
    }

    /// Ends an implicit transaction, if there is one.
    pub(crate) async fn finish_implicit(&mut self, sink: &mut dyn ResultSink) -> SqlResult<()> {
        if self.block == Block::Implicit {
            let result = self.finish().await;
            self.tell(sink).await?;
            return result;
        }
        Ok(())
    }
}

fn no_block(command: &str) -> SqlError {
    SqlError::new(SqlState::NoActiveSqlTransaction, format!("{command} can only be used in transaction blocks"))
}
