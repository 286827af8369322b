//! The functions of advisory locks.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use gavel_api::locks::{LockKey, LockMode};
use gavel_functions::call::Later;
use gavel_functions::registry::Proc;
use gavel_types::{ArrayValue, Datum, Notice, Oid, SqlError, SqlResult, SqlState};

use crate::engine::advisory::Scope;
use crate::session::Session;
use crate::session::hooks::Hooks;

/// What is asked of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Take { scope: Scope, wait: bool },
    LetGo,
}

/// What `pg_advisory_xact_lock_shared` and the like are about, by their name.
fn wish(name: &str) -> Option<(Wish, LockMode)> {
    let (name, mode) = match name.strip_suffix("_shared") {
        Some(name) => (name, LockMode::Share),
        None => (name, LockMode::Exclusive),
    };
    let take = |scope, wait| Wish::Take { scope, wait };
    let wish = match name {
        "pg_advisory_lock" => take(Scope::Session, true),
        "pg_advisory_xact_lock" => take(Scope::Transaction, true),
        "pg_try_advisory_lock" => take(Scope::Session, false),
        "pg_try_advisory_xact_lock" => take(Scope::Transaction, false),
        "pg_advisory_unlock" => Wish::LetGo,
        _ => return None,
    };
    Some((wish, mode))
}

/// One number is two halves; two numbers are never the same lock as one.
fn key(database: Oid, args: &[Datum]) -> Option<LockKey> {
    Some(match args {
        [Datum::Int8(one)] => LockKey { database, class: (*one as u64 >> 32) as u32, object: *one as u32, pair: false },
        [Datum::Int4(one), Datum::Int4(other)] => {
            LockKey { database, class: *one as u32, object: *other as u32, pair: true }
        }
        _ => return None,
    })
}

impl Session {
    /// Sessions that have never asked for one, which are nearly all, do not even look.
    fn uses_locks(&self) -> bool {
        self.shared.uses_locks.load(Ordering::Relaxed)
    }

    /// How many locks the transaction has taken.
    pub(crate) fn locks_taken(&self) -> usize {
        if self.uses_locks() { self.engine.advisory.mark(self.pid) } else { 0 }
    }

    /// Lets go of what the transaction has taken beyond so many.
    pub(crate) fn release_locks(&self, mark: usize) {
        if self.uses_locks() {
            self.engine.advisory.release_since(self.pid, mark);
        }
    }

    pub(crate) async fn unlock_all(&mut self) {
        if self.uses_locks() {
            self.engine.advisory.unlock_all(self.pid).await;
        }
    }

    /// Before the client hears that a transaction has ended: others can have its locks by then.
    pub(crate) async fn settle_locks(&mut self) {
        if self.uses_locks() {
            self.engine.advisory.settle(self.pid).await;
        }
    }
}

impl Hooks {
    pub(super) fn later(&self, proc: &Proc, args: &[Datum]) -> Option<Later> {
        let advisory = Arc::clone(&self.engine.advisory);
        let pid = self.pid;
        match proc.name {
            "pg_blocking_pids" => {
                let Some(Datum::Int4(pid)) = args.first().cloned() else { return None };
                return Some(Box::pin(async move {
                    let pids = advisory.blockers(pid).await?.into_iter().map(Datum::Int4).collect();
                    Ok(Datum::Array(Arc::new(ArrayValue::vector(Oid::INT4, pids))))
                }));
            }
            "pg_advisory_unlock_all" => {
                return Some(Box::pin(async move {
                    advisory.unlock_all(pid).await;
                    Ok(Datum::text(""))
                }));
            }
            _ => {}
        }
        let ((wish, mode), key) = (wish(proc.name)?, key(self.database, args)?);
        let (shared, live) = (Arc::clone(&self.shared), Arc::clone(&self.live));
        let (_, interrupt) = self.engine.sessions.interrupt(pid)?;
        self.shared.uses_locks.store(true, Ordering::Relaxed);
        Some(Box::pin(async move {
            match wish {
                Wish::LetGo => {
                    let had = advisory.unlock(pid, (key, mode)).await;
                    if !had {
                        let text = format!("you don't own a lock of type {}", mode.name());
                        shared.notices.lock().push(Notice::warning(SqlState::Warning, text));
                    }
                    Ok(Datum::Bool(had))
                }
                Wish::Take { scope, wait } => {
                    let timeout = shared.settings.lock().lock_timeout().filter(|_| wait);
                    live.lock().waits_for_lock = wait;
                    let _waits = NoMore(&live);
                    let take = advisory.acquire(pid, &interrupt, (key, mode), scope, wait);
                    let taken = match timeout {
                        None => take.await,
                        Some(timeout) => in_time(timeout, take).await,
                    }?;
                    Ok(if wait { Datum::text("") } else { Datum::Bool(taken) })
                }
            }
        }))
    }
}

/// Whoever waited for a lock does no more.
struct NoMore<'a>(&'a parking_lot::Mutex<crate::engine::registry::Live>);

impl Drop for NoMore<'_> {
    fn drop(&mut self) {
        self.0.lock().waits_for_lock = false;
    }
}

#[allow(clippy::disallowed_methods, reason = "the shell that waits for timeouts")]
async fn in_time<T>(timeout: std::time::Duration, take: impl Future<Output = SqlResult<T>>) -> SqlResult<T> {
    tokio::time::timeout(timeout, take)
        .await
        .unwrap_or_else(|_| Err(SqlError::new(SqlState::LockNotAvailable, "canceling statement due to lock timeout")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_wished() {
        let take = |scope, wait| Wish::Take { scope, wait };
        for (name, expected) in [
            ("pg_advisory_lock", (take(Scope::Session, true), LockMode::Exclusive)),
            ("pg_try_advisory_xact_lock_shared", (take(Scope::Transaction, false), LockMode::Share)),
            ("pg_advisory_unlock_shared", (Wish::LetGo, LockMode::Share)),
        ] {
            assert_eq!(wish(name), Some(expected), "{name}");
        }
        assert_eq!(wish("pg_advisory_unlock_all"), None);
    }

    #[test]
    fn a_number_is_two_halves() {
        let one = key(Oid(5), &[Datum::Int8(-1)]).unwrap();
        assert_eq!((one.class, one.object, one.pair), (u32::MAX, u32::MAX, false));
        let two = key(Oid(5), &[Datum::Int4(-1), Datum::Int4(-1)]).unwrap();
        assert_eq!((two.class, two.object, two.pair), (u32::MAX, u32::MAX, true));
    }
}
