//! The functions of large objects (<https://www.postgresql.org/docs/15/lo-funcs.html>), as a session calls them from the
//! middle of a running statement.
//!
//! They read and write through the running transaction as it is by then: what one call has written, the next one reads.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use gavel_catalog::acl::Privileges;
use gavel_catalog::large_object::{LARGEST, missing};
use gavel_catalog::privilege::{denied, not_owner};
use gavel_catalog::{LargeObject, Subject};
use gavel_txn::ReadView;
use gavel_types::{Datum, Oid, SqlError, SqlResult, SqlState};
use tokio::sync::Mutex;

use crate::dml::writer::WriteState;
use crate::engine::Engine;
use crate::large_object::descriptors::target;
use crate::large_object::{object, pages};
use crate::session::Shared;

/// Of `lo_open`: the object is to be written, or read.
const INV_WRITE: i32 = 0x2_0000;
const INV_READ: i32 = 0x4_0000;
/// Most bytes that a value may have, its header of four bytes among them.
const LARGEST_VALUE: u64 = 0x3fff_ffff;
const VALUE_HEADER: u64 = 4;

/// The transaction that a session runs, for functions of its statements; nothing once it has ended.
pub type Running = Weak<Mutex<WriteState>>;

/// Whether a function is one of those here. Those that read and write files of the server are not: there are none.
pub fn is_one(name: &str) -> bool {
    matches!(name, "loread" | "lowrite") || name.starts_with("lo_") && !matches!(name, "lo_import" | "lo_export")
}

/// A call of one of the functions.
pub struct LargeObjectCall {
    pub engine: Arc<Engine>,
    pub shared: Arc<Shared>,
    pub database: Oid,
    /// What the current role may do.
    pub subject: Arc<Subject>,
    /// `lo_compat_privileges`: everybody may do everything.
    pub compatible: bool,
}

fn oid(args: &[Datum], at: usize) -> Oid {
    match args.get(at) {
        Some(Datum::Oid(oid)) => Oid(*oid),
        _ => Oid(0),
    }
}

fn number(args: &[Datum], at: usize) -> i64 {
    match args.get(at) {
        Some(Datum::Int4(n)) => i64::from(*n),
        Some(Datum::Int8(n)) => *n,
        _ => 0,
    }
}

fn small(args: &[Datum], at: usize) -> i32 {
    i32::try_from(number(args, at)).unwrap_or(0)
}

fn bytes(args: &[Datum], at: usize) -> Bytes {
    match args.get(at) {
        Some(Datum::Bytea(data)) => data.clone(),
        _ => Bytes::new(),
    }
}

fn invalid(message: String) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, message)
}

/// A position as `lo_tell` and `lo_lseek` give it: those without 64 in their names as `integer`.
fn position(at: u64, function: &str, descriptor: i32) -> SqlResult<Datum> {
    if function.ends_with("64") {
        return Ok(Datum::Int8(i64::try_from(at).unwrap_or(i64::MAX)));
    }
    i32::try_from(at).map(Datum::Int4).map_err(|_| {
        let message = format!("{function} result out of range for large-object descriptor {descriptor}");
        SqlError::new(SqlState::NumericValueOutOfRange, message)
    })
}

impl LargeObjectCall {
    /// Calls the function of this name.
    ///
    /// # Errors
    /// 42704 for objects and descriptors that are not there, 42501 for what the role may not, 22023 for places that no
    /// object reaches, 23505 where a new object's OID is taken, 54000 where too many are open.
    pub async fn run(&self, function: &'static str, args: &[Datum]) -> SqlResult<Datum> {
        let running = self.shared.transaction.lock().upgrade();
        let running = running.ok_or_else(|| SqlError::internal("large objects are used outside of a transaction"))?;
        // Whoever writes rows meanwhile waits for this call.
        let state = running.try_lock();
        let mut state = state.map_err(|_| SqlError::unsupported(format!("{function}() cannot be called here")))?;
        match function {
            "lo_creat" => self.create(&mut state, Oid(0)).await.map(|oid| Datum::Oid(oid.0)),
            "lo_create" => self.create(&mut state, oid(args, 0)).await.map(|oid| Datum::Oid(oid.0)),
            "lo_from_bytea" => {
                let made = self.create(&mut state, oid(args, 0)).await?;
                self.write(&mut state, made, 0, &bytes(args, 1)).await?;
                Ok(Datum::Oid(made.0))
            }
            "lo_open" => self.open(state.txn.view(), oid(args, 0), small(args, 1)).await,
            "lo_close" => {
                self.shared.large_objects.lock().close(small(args, 0))?;
                Ok(Datum::Int4(0))
            }
            "loread" => self.read_next(state.txn.view(), small(args, 0), small(args, 1)).await,
            "lowrite" => self.write_next(&mut state, small(args, 0), &bytes(args, 1)).await,
            "lo_lseek" | "lo_lseek64" => {
                let descriptor = small(args, 0);
                let at = self.seek(state.txn.view(), descriptor, number(args, 1), small(args, 2)).await?;
                position(at, function, descriptor)
            }
            "lo_tell" | "lo_tell64" => {
                let descriptor = small(args, 0);
                let at = self.shared.large_objects.lock().get(descriptor)?.position;
                position(at, function, descriptor)
            }
            "lo_truncate" | "lo_truncate64" => self.truncate(&mut state, small(args, 0), number(args, 1)).await,
            "lo_get" => {
                let part = (args.len() > 1).then(|| (number(args, 1), small(args, 2)));
                self.part(state.txn.view(), oid(args, 0), part).await
            }
            "lo_put" => {
                let (object, data) = (oid(args, 0), bytes(args, 2));
                self.require(&state.txn.view(), object, "rw").await?;
                let at = target(0, 0, number(args, 1), 0)?;
                self.write(&mut state, object, at, &data).await?;
                Ok(Datum::text(""))
            }
            "lo_unlink" => self.unlink(&mut state, oid(args, 0)).await,
            other => Err(SqlError::unsupported(format!("function {other} is not supported"))),
        }
    }

    /// A large object that the role has these privileges for.
    async fn require(&self, view: &ReadView, oid: Oid, letters: &str) -> SqlResult<LargeObject> {
        let found = object::require(view, self.database, oid).await?;
        let wanted = Privileges::of_letters(letters);
        if self.compatible || wanted.without(found.held_by(&self.subject)).is_empty() {
            return Ok(found);
        }
        Err(denied("large object", &oid.to_string()))
    }

    /// Makes an object under an OID; 0 stands for one that is free.
    async fn create(&self, state: &mut WriteState, wanted: Oid) -> SqlResult<Oid> {
        let mut oid = wanted;
        while oid == Oid(0) {
            let fresh = self.engine.allocate_oids(1).await?;
            // Somebody may have made one under this OID of his own choice.
            if object::find(&state.txn.view(), self.database, fresh).await?.is_none() {
                oid = fresh;
            }
        }
        object::create(&mut state.txn, self.database, oid, self.subject.role).await?;
        Ok(oid)
    }

    async fn open(&self, view: ReadView, oid: Oid, mode: i32) -> SqlResult<Datum> {
        let writes = mode & INV_WRITE != 0;
        if !writes && mode & INV_READ == 0 {
            return Err(invalid(format!("invalid flags for opening a large object: {mode}")));
        }
        // Whoever may write may read.
        self.require(&view, oid, if writes { "rw" } else { "r" }).await?;
        let as_of = (!writes).then_some(view);
        self.shared.large_objects.lock().open(oid, as_of).map(Datum::Int4)
    }

    /// The object behind a descriptor, how it is read, and the position in it.
    fn opened(&self, now: ReadView, descriptor: i32) -> SqlResult<(Oid, ReadView, u64)> {
        let mut open = self.shared.large_objects.lock();
        let found = open.get(descriptor)?;
        let view = found.as_of.clone().unwrap_or(now);
        Ok((found.oid, view, found.position))
    }

    /// The same of one that is to be written.
    ///
    /// # Errors
    /// 55000 if it was opened to be read alone.
    fn opened_to_write(&self, descriptor: i32) -> SqlResult<(Oid, u64)> {
        let mut open = self.shared.large_objects.lock();
        let found = open.get(descriptor)?;
        if found.as_of.is_some() {
            let message = format!("large object descriptor {descriptor} was not opened for writing");
            return Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, message));
        }
        Ok((found.oid, found.position))
    }

    fn moved(&self, descriptor: i32, to: u64) -> SqlResult<()> {
        self.shared.large_objects.lock().get(descriptor)?.position = to;
        Ok(())
    }

    async fn read_next(&self, now: ReadView, descriptor: i32, count: i32) -> SqlResult<Datum> {
        let count = count.max(0);
        if count as u64 + VALUE_HEADER > LARGEST_VALUE {
            let size = i64::from(count.wrapping_add(VALUE_HEADER as i32)) as u64;
            return Err(SqlError::internal(format!("invalid memory alloc request size {size}")));
        }
        let (oid, view, at) = self.opened(now, descriptor)?;
        let data = pages::read(&view, (self.database, oid), at, count as u64).await?;
        self.moved(descriptor, at + data.len() as u64)?;
        Ok(Datum::Bytea(data.into()))
    }

    async fn write_next(&self, state: &mut WriteState, descriptor: i32, data: &[u8]) -> SqlResult<Datum> {
        let (oid, at) = self.opened_to_write(descriptor)?;
        self.write(state, oid, at, data).await?;
        self.moved(descriptor, at + data.len() as u64)?;
        Ok(Datum::Int4(i32::try_from(data.len()).unwrap_or(i32::MAX)))
    }

    async fn write(&self, state: &mut WriteState, oid: Oid, at: u64, data: &[u8]) -> SqlResult<()> {
        if at + data.len() as u64 > LARGEST {
            return Err(invalid(format!("invalid large object write request size: {}", data.len())));
        }
        object::hold(&state.txn, self.database, oid);
        pages::write(&mut state.txn, (self.database, oid), at, data).await
    }

    async fn seek(&self, now: ReadView, descriptor: i32, offset: i64, whence: i32) -> SqlResult<u64> {
        let (oid, view, at) = self.opened(now, descriptor)?;
        let size = if whence == 2 { pages::size(&view, (self.database, oid)).await? } else { 0 };
        let to = target(at, size, offset, whence)?;
        self.moved(descriptor, to)?;
        Ok(to)
    }

    async fn truncate(&self, state: &mut WriteState, descriptor: i32, end: i64) -> SqlResult<Datum> {
        let (oid, _) = self.opened_to_write(descriptor)?;
        let to = u64::try_from(end).ok().filter(|end| *end <= LARGEST);
        let to = to.ok_or_else(|| invalid(format!("invalid large object truncation target: {end}")))?;
        object::hold(&state.txn, self.database, oid);
        pages::truncate(&mut state.txn, (self.database, oid), to).await?;
        Ok(Datum::Int4(0))
    }

    /// `lo_get`: the whole, or what begins at an offset and is not longer than a length.
    async fn part(&self, view: ReadView, oid: Oid, part: Option<(i64, i32)>) -> SqlResult<Datum> {
        if part.is_some_and(|(_, count)| count < 0) {
            return Err(invalid("requested length cannot be negative".to_owned()));
        }
        self.require(&view, oid, "r").await?;
        let object = (self.database, oid);
        let size = pages::size(&view, object).await?;
        let at = target(0, 0, part.map_or(0, |(at, _)| at), 0)?;
        let there = size.saturating_sub(at);
        let count = part.map_or(there, |(_, count)| there.min(count.max(0) as u64));
        if count + VALUE_HEADER > LARGEST_VALUE {
            return Err(SqlError::new(SqlState::ProgramLimitExceeded, "large object read request is too large"));
        }
        Ok(Datum::Bytea(pages::read(&view, object, at, count).await?.into()))
    }

    async fn unlink(&self, state: &mut WriteState, oid: Oid) -> SqlResult<Datum> {
        let found = object::find(&state.txn.view(), self.database, oid).await?.ok_or_else(|| missing(oid))?;
        if !self.compatible && !self.subject.has_privileges_of(found.owner) {
            return Err(not_owner("large object", &oid.to_string()));
        }
        self.shared.large_objects.lock().close_object(oid);
        object::remove(&mut state.txn, self.database, oid).await?;
        Ok(Datum::Int4(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_over_files_are_not_here() {
        assert!(["lo_open", "loread", "lo_truncate64"].into_iter().all(is_one));
        assert!(!["lo_import", "lo_export", "log", "lower"].into_iter().any(is_one));
    }

    #[test]
    fn short_positions_have_a_limit() {
        assert_eq!(position(7, "lo_tell", 0).unwrap(), Datum::Int4(7));
        assert_eq!(position(1 << 40, "lo_tell64", 0).unwrap(), Datum::Int8(1 << 40));
        let error = position(1 << 40, "lo_lseek", 3).unwrap_err();
        assert_eq!(error.message(), "lo_lseek result out of range for large-object descriptor 3");
    }
}
