//! What of a statement on an index is done by a job: CREATE INDEX CONCURRENTLY and ASYNC, DROP INDEX CONCURRENTLY,
//! REINDEX (RFC 0005). The statement itself announces what is to be, which nobody who writes to the table notices, and
//! submits the job with it: both commit, or neither does.

use gavel_binder::ddl::Ddl;
use gavel_binder::ddl::ast::{Drop, ObjectKind, QualifiedName};
use gavel_catalog::job::{Backfill, Job, JobKind, JobStatus};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{Index, IndexState, Table, keys};
use gavel_types::{Notice, Oid, SqlError, SqlResult, SqlState, Write, WriteMode};
use sqlparser::ast::Statement;

use super::DdlContext;
use super::drop::Object;
use super::names::undefined_table;

/// Where a job comes from.
#[derive(Clone, Copy, Debug)]
pub struct JobOrigin {
    /// For the job: random, not 0.
    pub id: u64,
    /// The query node that is to run it.
    pub runner: u64,
    /// The session.
    pub pid: i32,
    /// Microseconds since 2000-01-01 UTC.
    pub now: i64,
}

/// A job that a statement has submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub id: u64,
    /// What the statement is called, if it ends when the job does; then it commits by itself.
    pub awaited: Option<&'static str>,
}

/// Whether `statement` returns a row with the id of a job.
pub fn returns_job(statement: &Statement) -> bool {
    let Some(text) = gavel_binder::ddl::carried(statement) else { return false };
    text.to_ascii_lowercase().contains("async")
        && matches!(gavel_binder::parse::parse_ddl(text), Ok(Ddl::CreateIndex(create)) if create.asynchronous)
}

/// Whether `statement` may wait for a job for longer than a transaction may last.
pub fn waits_for_job(statement: &Statement) -> bool {
    let Some(text) = gavel_binder::ddl::carried(statement) else { return false };
    let text = text.to_ascii_lowercase();
    text.contains("concurrently") && ["create", "drop", "reindex"].iter().any(|word| text.starts_with(word))
}

impl DdlContext<'_> {
    /// Submits a job about an index of `table`.
    fn submit(
        &mut self,
        kind: JobKind,
        (table, index, name): (&Table, Oid, &str),
        awaited: Option<&'static str>,
    ) -> u64 {
        let JobOrigin { id, runner, pid, now } = self.host.job_origin();
        let schema = self.now().schema_by_oid(table.schema).map_or("", |s| s.name.as_str());
        // A temporary table is its session's alone, so that there is nothing left to do for others.
        let status = if table.is_temporary() { JobStatus::Completed } else { JobStatus::Submitted };
        let job = Job {
            id,
            database: self.now().database,
            kind,
            table: table.oid,
            index,
            object_name: format!("{schema}.{name}"),
            pid,
            concurrently: awaited.is_some(),
            status,
            error: None,
            started: now,
            updated: now,
            runner,
            beats: 0,
            takeovers: 0,
            cancelled: false,
            since: table.rung,
            fenced: 0,
            backfill: Backfill::default(),
        };
        let key = keys::job(job.database, id);
        self.catalog.extra.push(Write { key, mode: WriteMode::Insert, value: Some(job.encode()) });
        self.jobs.push(Submitted { id, awaited });
        id
    }

    /// Puts `index` into its table, for a job to build.
    pub(super) fn create_index_by_job(&mut self, table: &Table, mut index: Index, concurrently: bool) -> SqlResult<()> {
        let awaited = concurrently.then_some("CREATE INDEX CONCURRENTLY");
        index.job = self.submit(JobKind::BuildIndex, (table, index.oid, &index.name), awaited);
        index.state = IndexState::DeleteOnly;
        self.edit_table(table.oid, |t| t.indexes.push(index))?;
        Ok(())
    }

    /// Says which job has built the index of a temporary table.
    pub(super) fn built_at_once(&mut self, table: &Table, index: Oid, name: &str) {
        self.submit(JobKind::BuildIndex, (table, index, name), None);
    }

    /// DROP INDEX CONCURRENTLY.
    pub(super) async fn drop_concurrently(&mut self, drop: &Drop) -> SqlResult<()> {
        self.require_no_block("DROP INDEX CONCURRENTLY")?;
        if drop.names.len() != 1 {
            return Err(SqlError::unsupported("DROP INDEX CONCURRENTLY does not support dropping multiple objects"));
        }
        if drop.cascade {
            return Err(SqlError::unsupported("DROP INDEX CONCURRENTLY does not support CASCADE"));
        }
        let Some(name) = drop.names.first() else { return Ok(()) };
        let Some(object) = self.object_to_drop(ObjectKind::Index, name, drop.if_exists)? else { return Ok(()) };
        let Object::Index(table, oid) = object else { return Err(SqlError::internal("an index that is none")) };
        let objects = [object];
        let table = self.table_by_oid(table)?;
        if table.partitioned.is_some() && !table.is_temporary() {
            let bare = name.0.last().map_or("", String::as_str);
            let message = format!("cannot drop partitioned index \"{bare}\" concurrently");
            return Err(SqlError::unsupported(message));
        }
        self.refuse_parts(&objects)?;
        let index = table.indexes.iter().find(|i| i.oid == oid);
        let Some(index) = index.filter(|i| !table.is_temporary() && i.state != IndexState::Invalid) else {
            return self.drop_all(&objects, false).await;
        };
        self.refuse_dependents(&objects, &self.plan(&objects))?;
        let awaited = Some("DROP INDEX CONCURRENTLY");
        let job = self.submit(JobKind::DropIndex, (&table, oid, &index.name), awaited);
        self.edit_table(table.oid, |t| t.indexes.iter_mut().filter(|i| i.oid == oid).for_each(|i| i.job = job))?;
        Ok(())
    }

    /// REINDEX of a table or of one index. Entries never need to be made anew but where a build has failed.
    pub(super) async fn reindex(&mut self, name: &QualifiedName, index: bool, concurrently: bool) -> SqlResult<()> {
        if concurrently {
            self.require_no_block("REINDEX CONCURRENTLY")?;
        }
        let (schema, bare) = self.split(name)?;
        if gavel_catalog::system::relation(schema.unwrap_or("pg_catalog"), bare).is_some() {
            let refused = || SqlError::unsupported("cannot reindex system catalogs concurrently");
            return if concurrently { Err(refused()) } else { Ok(()) };
        }
        let found = self.find(name)?.ok_or_else(|| undefined_table("relation", name))?;
        self.must_own_relation(&found)?;
        let (table, only) = match found {
            Relation::Index(table, oid) if index => (table, Some(oid)),
            Relation::Table(table) if !index => (table, None),
            _ => {
                let wanted = if index { "an index" } else { "a table or materialized view" };
                return Err(SqlError::new(SqlState::WrongObjectType, format!("\"{bare}\" is not {wanted}")));
            }
        };
        if table.partitioned.is_none() {
            return self.mend(&table, only, (index, concurrently)).await;
        }
        self.require_no_block(if index { "REINDEX INDEX" } else { "REINDEX TABLE" }).map_err(|e| {
            let schema = self.now().schema_by_oid(table.schema).map_or("", |s| s.name.as_str());
            let kind = if index { "index" } else { "table" };
            e.context(format!("while reindexing partitioned {kind} \"{schema}.{bare}\""))
        })?;
        for (table, only) in self.parts_to_mend(&table, only) {
            let table = self.table_by_oid(table)?;
            self.mend(&table, only, (index, concurrently)).await?;
        }
        Ok(())
    }

    /// The partitions at the end of each way down from a partitioned table, and the part of one of its indexes in each.
    fn parts_to_mend(&self, table: &Table, index: Option<Oid>) -> Vec<(Oid, Option<Oid>)> {
        let mut found = vec![(table.oid, index)];
        let mut at = 0;
        while let Some((table, index)) = found.get(at).copied() {
            at += 1;
            match index {
                Some(index) => {
                    found.extend(self.index_parts(table, index).into_iter().map(|(t, part, _)| (t, Some(part))));
                }
                None => found.extend(self.now().children(table).iter().map(|t| (t.oid, None))),
            }
        }
        found.retain(|(table, _)| self.now().table(*table).is_some_and(|t| t.partitioned.is_none()));
        found
    }

    /// Builds anew what failed builds have left: one index of a table, or all.
    async fn mend(&mut self, table: &Table, only: Option<Oid>, (index, concurrently): (bool, bool)) -> SqlResult<()> {
        let is_broken = |i: &&Index| i.state == IndexState::Invalid && only.is_none_or(|oid| oid == i.oid);
        let broken: Vec<(Oid, String)> =
            table.indexes.iter().filter(is_broken).map(|i| (i.oid, i.name.clone())).collect();
        for (oid, name) in broken {
            if concurrently && !index {
                let schema = self.now().schema_by_oid(table.schema).map_or("", |s| s.name.as_str());
                let text = format!("cannot reindex invalid index \"{schema}.{name}\" concurrently, skipping");
                self.notices.push(Notice::warning(SqlState::FeatureNotSupported, text));
                continue;
            }
            let storage = self.new_oid(table.schema).await?;
            let awaited = Some("REINDEX CONCURRENTLY");
            let (state, job) = if concurrently && !table.is_temporary() {
                let job = self.submit(JobKind::BuildIndex, (table, oid, &name), awaited);
                (IndexState::DeleteOnly, job)
            } else {
                (IndexState::Public, 0)
            };
            let table = self.edit_table(table.oid, |t| {
                for i in t.indexes.iter_mut().filter(|i| i.oid == oid) {
                    (i.storage, i.state, i.job) = (storage, state, job);
                }
            })?;
            if state.is_public() && self.has_rows(&table).await? {
                self.build_index(&table, oid).await?;
            }
        }
        Ok(())
    }
}
