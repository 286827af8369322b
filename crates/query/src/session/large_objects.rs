//! Large objects as functions of the running statement reach them.

use std::sync::Arc;

use gavel_functions::call::Later;
use gavel_functions::registry::Proc;
use gavel_types::{Datum, Oid, SqlResult};

use crate::large_object::calls::LargeObjectCall;
use crate::large_object::object;
use crate::session::hooks::{Hooks, wait};

impl Hooks {
    /// One of the functions of large objects: what it will give.
    pub(super) fn large_object(&self, proc: &Proc, args: &[Datum]) -> Later {
        let call = LargeObjectCall {
            engine: Arc::clone(&self.engine),
            shared: Arc::clone(&self.shared),
            database: self.database,
            subject: Arc::clone(&self.subject),
            compatible: self.shared.settings.lock().is_on("lo_compat_privileges"),
        };
        let (function, args) = (proc.name, args.to_vec());
        Box::pin(async move { call.run(function, &args).await })
    }

    /// The comment on a large object; NULL if there is none, or while rows are being written.
    pub(super) fn large_object_comment(&self, oid: Oid) -> SqlResult<Datum> {
        let Some(running) = self.shared.transaction.lock().upgrade() else { return Ok(Datum::Null) };
        let view = match running.try_lock() {
            Ok(state) => state.txn.view(),
            Err(_) => return Ok(Datum::Null),
        };
        let found = wait(object::find(&view, self.database, oid))?;
        Ok(found.and_then(|object| object.comment).map_or(Datum::Null, Datum::text))
    }
}
