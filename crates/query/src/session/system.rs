//! System relations and functions over the catalog, as this session sees them.

use std::collections::HashMap;
use std::sync::Arc;

use gavel_api::sql::{ResultSink, SqlSession};
use gavel_catalog::Sequence;
use gavel_catalog::job::Job;
use gavel_catalog::system::is_temporary;
use gavel_functions::call::Call;
use gavel_functions::registry::Proc;
use gavel_types::text_io::{NameResolver, TextStyle, is_reg};
use gavel_types::{Datum, Oid, SqlResult};

use crate::engine::registry::SessionInfo;
use crate::session::Session;
use crate::session::access::SystemRows;
use crate::session::hooks::{Hooks, wait};
use crate::session::result::Executed;
use crate::system::jobs::is_about_jobs;
use crate::system::resolver::CatalogNames;
use crate::system::{self, Activity, SystemContext};

/// `record[]`.
const RECORD_ARRAY: Oid = Oid(2287);

impl Session {
    pub(crate) fn names(&self) -> CatalogNames {
        let subject = Some(self.subject());
        CatalogNames { catalog: self.catalog(), search_path: self.search_path(), subject }
    }

    /// An error with names of types in the place of their numbers.
    pub(crate) fn in_names<T>(&self, result: SqlResult<T>) -> SqlResult<T> {
        result.map_err(|e| e.with_type_names(&self.names()))
    }

    /// Makes the sink write values as the running transaction's catalog has them: labels that another node has added, and
    /// names of what has been made, since the sink was are in it.
    pub(crate) fn restyle(&self, executed: &Executed, sink: &mut dyn ResultSink) {
        let mut columns = executed.columns.iter().flat_map(|c| c.iter());
        let named = |oid: Oid| is_reg(oid.element().unwrap_or(oid)) || oid.is_user_type();
        if columns.any(|c| named(c.ty.oid) || matches!(c.ty.oid, Oid::RECORD | RECORD_ARRAY)) {
            sink.set_text_style(self.text_style());
        }
    }

    /// `style` with names of objects, as `regclass` and its kin read and write them.
    pub(crate) fn with_names(&self, style: TextStyle) -> TextStyle {
        TextStyle { names: Some(Arc::new(self.names()) as Arc<dyn NameResolver>), ..style }
    }
}

/// What others see of a session.
fn activity(info: SessionInfo) -> Activity {
    let live = info.live.lock().clone();
    Activity {
        pid: info.pid,
        database: info.database,
        database_name: info.database_name.to_string(),
        user: info.user,
        user_name: info.user_name.to_string(),
        application_name: live.application_name,
        client: info.client,
        started: Some(info.started),
        transaction_start: live.transaction_start,
        query_start: live.query_start,
        state_change: live.state_change,
        state: live.state.to_owned(),
        query: live.query.to_string(),
        waits_for_lock: live.waits_for_lock,
    }
}

impl Hooks {
    fn with_system<T>(&self, sequences: bool, jobs: &[Job], f: impl FnOnce(&SystemContext<'_>) -> T) -> T {
        let sessions: Vec<Activity> = self.engine.sessions.list().into_iter().map(activity).collect();
        let locks = self.engine.advisory.list();
        let settings = self.shared.settings.lock().clone();
        let states = if sequences { self.last_values() } else { HashMap::new() };
        f(&SystemContext {
            catalog: &self.catalog,
            settings: &settings,
            subject: &self.subject,
            search_path: &self.search_path,
            sessions: &sessions,
            last_value: &|oid| states.get(&oid).copied(),
            locks: &locks,
            jobs,
            cursors: &self.shared.cursors,
            statements: &self.shared.statements,
            started: self.engine.started,
            now: self.engine.now_micros(),
        })
    }

    /// Last values of the sequences that have given any.
    fn last_values(&self) -> HashMap<Oid, i64> {
        let state = |sequence: &Arc<Sequence>| {
            if is_temporary(sequence.oid) {
                return self.shared.temporary_sequences.lock().get(&sequence.storage()).copied();
            }
            wait(self.engine.sequence_state(self.database, sequence)).ok()
        };
        let given = self.catalog.sequences.values().filter_map(|s| Some((s.oid, state(s)?)));
        given.filter(|(_, state)| state.called).map(|(oid, state)| (oid, state.last)).collect()
    }

    pub(super) fn system_call(&self, proc: &Proc, call: &Call<'_>, args: &[Datum]) -> Option<SqlResult<Datum>> {
        let subject = Some(Arc::clone(&self.subject));
        let names = CatalogNames { catalog: Arc::clone(&self.catalog), search_path: self.search_path.clone(), subject };
        let sequences = proc.name == "pg_sequence_last_value";
        self.with_system(sequences, &[], |context| system::functions::call(context, &names, proc, call, args))
    }

    pub(super) fn system_call_set(&self, proc: &Proc, args: &[Datum]) -> Option<SqlResult<Vec<Vec<Datum>>>> {
        self.with_system(false, &[], |context| system::functions::call_set(context, proc, args))
    }
}

impl SystemRows for Hooks {
    fn rows(&self, schema: &str, name: &str) -> SqlResult<Vec<Vec<Datum>>> {
        let about_jobs = is_about_jobs(schema, name);
        let jobs = if about_jobs { wait(self.engine.jobs_of(self.database))? } else { Vec::new() };
        self.with_system(name == "pg_sequences", &jobs, |context| system::rows(context, schema, name))
    }
}
