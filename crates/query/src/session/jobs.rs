//! `sys.wait_for_job`.

use std::sync::Arc;

use gavel_catalog::job::JobStatus;
use gavel_functions::call::Later;
use gavel_types::{Datum, Timestamp};

use crate::online::wait::job_id;
use crate::session::hooks::Hooks;

/// A session that waited for a job does no more.
struct NoMore<'a>(&'a parking_lot::Mutex<crate::engine::registry::Live>);

impl Drop for NoMore<'_> {
    fn drop(&mut self) {
        self.0.lock().waits_for_job = false;
    }
}

impl Hooks {
    /// Whether the job has succeeded, once it has ended.
    pub(super) fn wait_for_job(&self, args: &[Datum]) -> Option<Later> {
        let Some(Datum::Text(id)) = args.first().cloned() else { return None };
        let (engine, live, database) = (Arc::clone(&self.engine), Arc::clone(&self.live), self.database);
        Some(Box::pin(async move {
            let id = job_id(&id)?;
            live.lock().waits_for_job = true;
            let _waits = NoMore(&live);
            let (job, _) = engine.wait_for_job(database, id, Timestamp::ZERO).await?;
            Ok(Datum::Bool(job.status == JobStatus::Completed))
        }))
    }
}
