//! `pg_current_xact_id()` and its kin: a transaction has a number once somebody asks for it.

use gavel_functions::registry::Proc;
use gavel_types::text_io::xid;
use gavel_types::{Datum, Oid, SqlError, SqlResult};

use crate::session::hooks::{Hooks, wait};

impl Hooks {
    /// Functions about the numbers of transactions; `None` for others.
    pub(super) fn transaction_numbers(&self, proc: &Proc) -> Option<SqlResult<Datum>> {
        Some(match proc.src {
            "pg_current_xact_id" => self.transaction_id().map(|id| shown(id, proc)),
            "pg_current_xact_id_if_assigned" => self.assigned_transaction_id().map(|id| match id {
                Some(id) => shown(id, proc),
                None => Datum::Null,
            }),
            "pg_xact_status" => Err(unsupported(
                proc,
                "Set gavel.idempotency_key in a transaction: gavel.txn_outcome() then tells what became of it.",
            )),
            "pg_current_snapshot" => {
                Err(unsupported(proc, "A snapshot is a point in time, and no list of transactions."))
            }
            _ => return None,
        })
    }

    /// The number of the running transaction. Savepoints have none of their own.
    fn transaction_id(&self) -> SqlResult<u64> {
        if let Some(id) = *self.shared.transaction_id.lock() {
            return Ok(id);
        }
        let id = match self.engine.transaction_id_at_hand() {
            Some(id) => id,
            None => wait(self.engine.transaction_id())?,
        };
        Ok(*self.shared.transaction_id.lock().get_or_insert(id))
    }

    /// Its number if it has been asked for, or if it has written or locked something.
    fn assigned_transaction_id(&self) -> SqlResult<Option<u64>> {
        let known = *self.shared.transaction_id.lock();
        if known.is_some() {
            return Ok(known);
        }
        let running = self.shared.transaction.lock().upgrade();
        let writes = running.is_some_and(|running| match running.try_lock() {
            Ok(state) => !state.txn.is_read_only() || state.txn.has_temporary_writes(),
            // Somebody writes at this moment.
            Err(_) => true,
        });
        if writes { self.transaction_id().map(Some) } else { Ok(None) }
    }
}

/// As `xid8`, or as the `bigint` of the older names.
fn shown(id: u64, proc: &Proc) -> Datum {
    Datum::Int8(if proc.ret == Oid::XID8 { xid::from_number(id) } else { id as i64 })
}

/// 0A000.
fn unsupported(proc: &Proc, hint: &str) -> SqlError {
    SqlError::unsupported(format!("function {} is not supported", proc.name)).hint(hint)
}
