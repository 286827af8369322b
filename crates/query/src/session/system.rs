//! System relations and functions over the catalog, as this session sees them.

use std::collections::HashMap;
use std::sync::Arc;

use gavel_api::sql::{ResultSink, SqlSession};
use gavel_catalog::job::Job;
use gavel_catalog::system::is_temporary;
use gavel_catalog::{Sequence, Table};
use gavel_encoding::layout::object_range;
use gavel_encoding::{ObjectId, TenantId};
use gavel_functions::call::Call;
use gavel_functions::registry::Proc;
use gavel_txn::error::storage_error;
use gavel_types::text_io::{NameResolver, TextStyle, is_reg};
use gavel_types::{Datum, KeyRange, Oid, SqlResult};

use crate::engine::registry::SessionInfo;
use crate::engine::system_rows::{Asked, SystemRows};
use crate::session::Session;
use crate::session::access::SystemRelations;
use crate::session::hooks::{Hooks, wait};
use crate::session::result::Executed;
use crate::system::jobs::is_about_jobs;
use crate::system::resolver::CatalogNames;
use crate::system::{self, Activity, Only, SystemContext};

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

/// What a system relation or function needs to know besides the catalog.
#[derive(Clone, Copy, Default)]
struct Need<'a> {
    /// Last values of sequences.
    sequences: bool,
    /// How many rows tables have.
    row_counts: bool,
    /// Other sessions, and the locks that they hold.
    sessions: bool,
    /// Jobs of the database.
    jobs: &'a [Job],
    /// The one relation that is asked about.
    only: Option<Only<'a>>,
}

impl Hooks {
    fn with_system<T>(&self, need: Need<'_>, f: impl FnOnce(&SystemContext<'_>) -> T) -> T {
        let listed = if need.sessions { self.engine.sessions.list() } else { Vec::new() };
        let sessions: Vec<Activity> = listed.into_iter().map(activity).collect();
        let locks = if need.sessions { self.engine.advisory.list() } else { Vec::new() };
        let settings = self.shared.settings.lock().clone();
        let states = if need.sequences { self.last_values() } else { HashMap::new() };
        let live = if need.row_counts { self.live_rows() } else { HashMap::new() };
        f(&SystemContext {
            catalog: &self.catalog,
            settings: &settings,
            subject: &self.subject,
            search_path: &self.search_path,
            sessions: &sessions,
            last_value: &|oid| states.get(&oid).copied(),
            live_rows: &|oid| live.get(&oid).copied(),
            locks: &locks,
            jobs: need.jobs,
            cursors: &self.shared.cursors,
            statements: &self.shared.statements,
            started: self.engine.started,
            now: self.engine.now_micros(),
            only: need.only,
        })
    }

    /// About how many rows tables have, by their OIDs; nothing where storage does not tell.
    fn live_rows(&self) -> HashMap<Oid, i64> {
        let tables: Vec<&Arc<Table>> = self.catalog.tables.values().filter(|t| !t.is_temporary()).collect();
        let object = |t: &&Arc<Table>| object_range(TenantId(self.database.0), ObjectId(t.storage.0));
        let ranges: Vec<KeyRange> = tables.iter().map(object).collect();
        let ts = self.engine.storage.watermarks().applied_ts;
        let counted = wait(async { self.engine.storage.estimate_rows(ts, &ranges).await.map_err(storage_error) });
        let counted = counted.unwrap_or_default();
        tables.iter().zip(counted).map(|(t, rows)| (t.oid, i64::try_from(rows).unwrap_or(i64::MAX))).collect()
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
        if let ("obj_description", [Datum::Oid(oid), Datum::Text(class)]) = (proc.name, args)
            && &**class == "pg_largeobject"
        {
            return Some(self.large_object_comment(Oid(*oid)));
        }
        let (subject, search_path) = (Some(Arc::clone(&self.subject)), self.search_path.to_vec());
        let names = CatalogNames { catalog: Arc::clone(&self.catalog), search_path, subject };
        let need = Need { sequences: proc.name == "pg_sequence_last_value", ..Need::default() };
        self.with_system(need, |context| system::functions::call(context, &names, proc, call, args))
    }

    pub(super) fn system_call_set(&self, proc: &Proc, args: &[Datum]) -> Option<SqlResult<Vec<Vec<Datum>>>> {
        self.with_system(Need::default(), |context| system::functions::call_set(context, proc, args))
    }
}

impl SystemRelations for Hooks {
    fn rows(&self, schema: &str, name: &str, equal: &[(usize, Datum)]) -> SqlResult<SystemRows> {
        let (catalog, search_path) = (&self.catalog, &*self.search_path);
        let style = self.shared.settings.lock().text_style().clone();
        let asked = Asked { catalog, user: self.subject.role, search_path, style: &style, schema, name };
        let stable = asked.is_stable();
        if let Some(rows) = self.engine.system_rows.get(&asked).filter(|_| stable) {
            return Ok(rows);
        }
        let jobs = if is_about_jobs(schema, name) { wait(self.engine.jobs_of(self.database))? } else { Vec::new() };
        let only = system::only(schema, name, equal);
        let need = Need {
            sequences: name == "pg_sequences",
            row_counts: matches!(name, "pg_stat_all_tables" | "pg_stat_user_tables"),
            sessions: !stable,
            jobs: &jobs,
            only,
        };
        let rows = Arc::new(self.with_system(need, |context| system::rows(context, schema, name))?);
        if stable && only.is_none() {
            self.engine.system_rows.put(&asked, &rows);
        }
        Ok(rows)
    }
}
