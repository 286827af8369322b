//! Interrupting what a session runs: cancel requests, termination, statement_timeout.
//!
//! A statement runs inside [`Interrupt::guard`], which drops it when it is interrupted; everything that
//! a statement awaits is safe to drop. A commit is not run inside: once sent, its outcome is waited for.
#![allow(clippy::disallowed_methods, reason = "the shell that waits for timeouts")]

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use gavel_api::sql::CancelHandle;
use gavel_types::{SqlError, SqlResult, SqlState};
use tokio::sync::Notify;

const NOTHING: u8 = 0;
const CANCEL: u8 = 1;
const TERMINATE: u8 = 2;

/// See the module.
#[derive(Debug, Default)]
pub struct Interrupt {
    asked: AtomicU8,
    running: AtomicBool,
    wake: Notify,
}

impl Interrupt {
    async fn asked(&self) -> SqlError {
        loop {
            let woken = self.wake.notified();
            match self.asked.load(Ordering::SeqCst) {
                CANCEL => {
                    return SqlError::new(SqlState::QueryCanceled, "canceling statement due to user request");
                }
                TERMINATE => return terminated(),
                _ => woken.await,
            }
        }
    }

    /// Runs `statement` until it ends, is interrupted, or has taken `timeout`.
    ///
    /// # Errors
    /// The statement's own; 57014, 57P01.
    pub async fn guard<T>(
        &self,
        timeout: Option<Duration>,
        statement: impl Future<Output = SqlResult<T>>,
    ) -> SqlResult<T> {
        // A request that came between two statements was for neither.
        let _ = self.asked.compare_exchange(CANCEL, NOTHING, Ordering::SeqCst, Ordering::SeqCst);
        self.running.store(true, Ordering::SeqCst);
        let late = async {
            match timeout {
                Some(t) => tokio::time::sleep(t).await,
                None => std::future::pending().await,
            }
        };
        let result = tokio::select! {
            biased;
            e = self.asked() => Err(e),
            // Before the statement: one that has used up its turn leaves the timer none to look at
            // the clock.
            () = late => Err(SqlError::new(SqlState::QueryCanceled, "canceling statement due to statement timeout")),
            result = statement => result,
        };
        self.running.store(false, Ordering::SeqCst);
        result
    }

    pub fn is_terminated(&self) -> bool {
        self.asked.load(Ordering::SeqCst) == TERMINATE
    }
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
        let e = interrupt.guard(Some(Duration::from_millis(1)), std::future::pending::<SqlResult<()>>()).await;
        assert_eq!(e.unwrap_err().message(), "canceling statement due to statement timeout");
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
