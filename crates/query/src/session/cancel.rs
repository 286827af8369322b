//! Interrupting what a session runs: cancel requests, termination, statement_timeout.
//!
//! A statement runs inside [`Interrupt::guard`], which drops it when it is interrupted; everything that
//! a statement awaits is safe to drop. A commit is shielded: once sent, its outcome is waited for.
#![allow(clippy::disallowed_methods, reason = "the shell that waits for timeouts")]

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use gavel_api::sql::CancelHandle;
use gavel_types::{SqlError, SqlResult, SqlState};
use tokio::sync::Notify;

use crate::session::age::too_old;

const NOTHING: u8 = 0;
const CANCEL: u8 = 1;
const TERMINATE: u8 = 2;
const GONE: u8 = 3;

/// When a statement is stopped, and in whose name.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub at: Instant,
    pub limited: Limited,
}

#[derive(Clone, Copy, Debug)]
pub enum Limited {
    /// `statement_timeout`.
    Statement,
    /// The transaction's age limit, which is this.
    Transaction(Duration),
}

impl Limited {
    fn error(self) -> SqlError {
        match self {
            Self::Statement => SqlError::new(SqlState::QueryCanceled, "canceling statement due to statement timeout"),
            Self::Transaction(limit) => too_old(limit),
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Interrupt {
    asked: AtomicU8,
    running: AtomicBool,
    /// A commit is on its way.
    shielded: AtomicBool,
    wake: Notify,
}

/// While it lives, interrupts wait.
pub struct Shield<'a>(&'a Interrupt);

impl Drop for Shield<'_> {
    fn drop(&mut self) {
        self.0.shielded.store(false, Ordering::SeqCst);
        self.0.wake.notify_waiters();
    }
}

impl Interrupt {
    async fn asked(&self) -> SqlError {
        loop {
            let woken = self.wake.notified();
            let asked = if self.is_shielded() { NOTHING } else { self.asked.load(Ordering::SeqCst) };
            match asked {
                CANCEL => {
                    return cancelled();
                }
                TERMINATE => return terminated(),
                GONE => return SqlError::new(SqlState::ConnectionFailure, "connection to client lost"),
                _ => woken.await,
            }
        }
    }

    fn is_shielded(&self) -> bool {
        self.shielded.load(Ordering::SeqCst)
    }

    /// Keeps interrupts off what runs now.
    pub fn shield(&self) -> Shield<'_> {
        self.shielded.store(true, Ordering::SeqCst);
        Shield(self)
    }

    async fn late(&self, limit: Option<Limit>) -> SqlError {
        let Some(limit) = limit else { return std::future::pending().await };
        tokio::time::sleep_until(limit.at.into()).await;
        loop {
            let woken = self.wake.notified();
            if !self.is_shielded() {
                return limit.limited.error();
            }
            woken.await;
        }
    }

    /// Runs `statement` until it ends, is interrupted, or `limit` has come.
    ///
    /// # Errors
    /// The statement's own; 57014, 57P01, 25P04, 08006.
    pub async fn guard<T>(&self, limit: Option<Limit>, statement: impl Future<Output = SqlResult<T>>) -> SqlResult<T> {
        // A request that came between two statements was for neither.
        let _ = self.asked.compare_exchange(CANCEL, NOTHING, Ordering::SeqCst, Ordering::SeqCst);
        self.running.store(true, Ordering::SeqCst);
        let result = tokio::select! {
            biased;
            e = self.asked() => Err(e),
            // Before the statement: one that has used up its turn leaves the timer none to look at
            // the clock.
            e = self.late(limit) => Err(e),
            result = statement => result,
        };
        self.running.store(false, Ordering::SeqCst);
        result
    }

    pub fn is_terminated(&self) -> bool {
        self.asked.load(Ordering::SeqCst) >= TERMINATE
    }
}

/// 57014.
pub fn cancelled() -> SqlError {
    SqlError::new(SqlState::QueryCanceled, "canceling statement due to user request")
}

/// 57P01.
pub fn terminated() -> SqlError {
    SqlError::new(SqlState::AdminShutdown, "terminating connection due to administrator command")
}

#[async_trait]
impl CancelHandle for Interrupt {
    fn cancel(&self) {
        if self.running.load(Ordering::SeqCst) {
            let _ = self.asked.compare_exchange(NOTHING, CANCEL, Ordering::SeqCst, Ordering::SeqCst);
            self.wake.notify_waiters();
        }
    }

    fn terminate(&self) {
        self.asked.store(TERMINATE, Ordering::SeqCst);
        self.wake.notify_waiters();
    }

    fn client_gone(&self) {
        self.asked.store(GONE, Ordering::SeqCst);
        self.wake.notify_waiters();
    }

    async fn terminated(&self) {
        loop {
            let woken = self.wake.notified();
            if self.is_terminated() {
                return;
            }
            woken.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_cancel_interrupts_only_what_runs() {
        let interrupt = Arc::new(Interrupt::default());
        interrupt.cancel();
        assert_eq!(interrupt.guard(None, async { Ok(1) }).await, Ok(1));
        let other = Arc::clone(&interrupt);
        let canceller = async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            other.cancel();
        };
        let forever = interrupt.guard(None, std::future::pending::<SqlResult<()>>());
        let (result, ()) = tokio::join!(forever, canceller);
        assert_eq!(result.unwrap_err().code(), SqlState::QueryCanceled);
        assert_eq!(interrupt.guard(None, async { Ok(2) }).await, Ok(2));
    }

    #[tokio::test]
    async fn a_timeout_has_its_own_words() {
        let interrupt = Interrupt::default();
        let at = Instant::now() + Duration::from_millis(1);
        for (limited, message) in [
            (Limited::Statement, "canceling statement due to statement timeout"),
            (Limited::Transaction(Duration::from_secs(1)), "canceling transaction due to transaction timeout"),
        ] {
            let e = interrupt.guard(Some(Limit { at, limited }), std::future::pending::<SqlResult<()>>()).await;
            assert_eq!(e.unwrap_err().message(), message);
        }
    }

    #[tokio::test]
    async fn nothing_interrupts_a_commit_and_what_was_asked_meanwhile_comes_after_it() {
        let interrupt = Interrupt::default();
        let limit = Limit { at: Instant::now() + Duration::from_millis(1), limited: Limited::Statement };
        let commit = async {
            let shield = interrupt.shield();
            interrupt.cancel();
            tokio::time::sleep(Duration::from_millis(20)).await;
            drop(shield);
            Ok(1)
        };
        assert_eq!(interrupt.guard(Some(limit), commit).await, Ok(1));
        let more = async {
            let shield = interrupt.shield();
            interrupt.cancel();
            drop(shield);
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok(2)
        };
        let e = interrupt.guard(None, more).await.unwrap_err();
        assert_eq!(e.code(), SqlState::QueryCanceled);
    }

    #[tokio::test]
    async fn termination_stays() {
        let interrupt = Interrupt::default();
        interrupt.terminate();
        for _ in 0..2 {
            let e = interrupt.guard(None, async { Ok(()) }).await.unwrap_err();
            assert_eq!(e.code(), SqlState::AdminShutdown);
        }
    }
}
