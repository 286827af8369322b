//! The age limit of transactions.
//!
//! ```text
//!  BEGIN ──────────── statement ─────── silence ──────┬──▶ 25P04, rolled back
//!         `transaction_timeout`, at most the server's │
//!         `transaction.age.max`                       ┘
//! ```
//! A snapshot is kept for so long and no longer (PROTOCOL §12), whoever is at fault; so a statement that runs
//! when the time is over is stopped, and a silent transaction is rolled back where it stands. The session
//! goes on: a block is failed, and the client leaves it with ROLLBACK as after any other error. PostgreSQL
//! 17 ends the connection instead, which a pool would have to notice.
//!
//! # Invariants
//! 1. Nothing of a transaction that is over its time is ever committed.
//! 2. The client hears 25P04 once for each such transaction: from the statement that was stopped, or from
//!    the next one; from COMMIT too, since its ROLLBACK tag is easily overlooked.
#![allow(clippy::disallowed_methods, reason = "the shell that measures transactions")]

use std::time::{Duration, Instant};

use gavel_types::{SqlError, SqlState};

use crate::prepared::Prepared;
use crate::session::Session;
use crate::session::block::{Block, aborted};
use crate::session::cancel::{Limit, Limited};

/// How long the running transaction has lived, and whether its end is news to the client.
#[derive(Clone, Copy, Debug, Default)]
pub struct Age {
    /// `None` outside of a transaction.
    pub began: Option<Instant>,
    /// It was rolled back for its age while the client was silent.
    untold: bool,
}

impl Age {
    pub fn begin() -> Self {
        Self { began: Some(Instant::now()), untold: false }
    }
}

/// 25P04.
pub fn too_old(limit: Duration) -> SqlError {
    SqlError::new(SqlState::TransactionTimeout, "canceling transaction due to transaction timeout")
        .detail(format!("It was older than {} and has been rolled back.", shown(limit)))
        .hint("Split long work into several transactions.")
}

fn shown(limit: Duration) -> String {
    if limit.subsec_millis() == 0 { format!("{} s", limit.as_secs()) } else { format!("{} ms", limit.as_millis()) }
}

impl Session {
    /// How old a transaction may grow.
    pub(crate) fn age_limit(&self) -> Duration {
        let most = self.engine.settings.transaction_age;
        let settings = self.shared.settings.lock();
        let own = match &self.known {
            Some(known) if known.generation == settings.generation() => known.transaction_timeout,
            _ => settings.transaction_timeout(),
        };
        own.map_or(most, |own| own.min(most))
    }

    /// When the running transaction's time is over.
    fn end_of_time(&self) -> Option<Instant> {
        self.age.began?.checked_add(self.age_limit())
    }

    /// Whether the running transaction is over its time.
    pub(crate) fn is_overdue(&self) -> bool {
        self.end_of_time().is_some_and(|end| end <= Instant::now())
    }

    /// `statement_timeout` for the statement about to run.
    pub(crate) fn limit_of_statement(&mut self) -> Option<Limit> {
        let timeout = self.known().statement_timeout?;
        Some(Limit { at: Instant::now().checked_add(timeout)?, limited: Limited::Statement })
    }

    /// What stops the statement about to run: its own time, or its transaction's.
    pub(crate) fn limit(&mut self) -> Option<Limit> {
        let now = Instant::now();
        let statement = self.limit_of_statement().map(|limit| (limit.at, limit.limited));
        // A statement outside of a transaction begins one. What may still run in one that is over are its ends.
        let age = self.age_limit();
        let end = self.age.began.unwrap_or(now).checked_add(age);
        let transaction =
            end.filter(|end| *end > now && self.block != Block::Failed).map(|at| (at, Limited::Transaction(age)));
        let (at, limited) = [statement, transaction].into_iter().flatten().min_by_key(|l| l.0)?;
        Some(Limit { at, limited })
    }

    /// What is left of the transaction's time, if it holds anything that its end would free.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        let holds = self.work.is_some() || self.block == Block::Block;
        let end = self.end_of_time().filter(|_| holds)?;
        Some(end.saturating_duration_since(Instant::now()))
    }

    /// Rolls back a transaction that is over its time.
    pub(crate) fn expire(&mut self) {
        if !self.is_overdue() {
            return;
        }
        self.work = None;
        self.portals.close_after(0);
        self.release_locks(0);
        if self.block == Block::Block {
            self.block = Block::Failed;
            self.age.untold = true;
        }
    }

    /// Before anything is done with a statement.
    ///
    /// # Errors
    /// 25P04 the first time after the transaction was rolled back for its age; 25P02 in a failed block,
    /// unless the statement ends it.
    pub(crate) fn admit(&mut self, statement: &Prepared) -> Result<(), SqlError> {
        self.expire();
        match self.block {
            Block::Failed if !statement.ends_failed_block() => {
                self.untold_age()?;
                Err(aborted())
            }
            Block::Implicit if self.is_overdue() => Err(too_old(self.age_limit())),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// 25P04 if the client has not heard of it yet.
    pub(crate) fn untold_age(&mut self) -> Result<(), SqlError> {
        if std::mem::take(&mut self.age.untold) { Err(too_old(self.age_limit())) } else { Ok(()) }
    }
}
