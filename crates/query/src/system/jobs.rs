//! `sys.jobs`, and builds of indexes as PostgreSQL shows their progress.

use gavel_catalog::job::{Job, JobKind, JobStatus};
use gavel_catalog::snapshot::PG_CLASS;
use gavel_types::Datum;

use super::SystemContext;
use super::table::Rows;
use crate::online::backfill::BATCH_ROWS;
use crate::online::ladder;

/// Relations that are made of jobs.
pub fn is_about_jobs(schema: &str, name: &str) -> bool {
    schema == "sys" || name == "pg_stat_progress_create_index"
}

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "jobs" => jobs(context, out),
        "pg_stat_progress_create_index" => progress(context, out),
        _ => return false,
    }
    true
}

fn phase(context: &SystemContext<'_>, job: &Job) -> &'static str {
    ladder::phase(job, context.catalog.table(job.table).map(AsRef::as_ref))
}

fn details(context: &SystemContext<'_>, job: &Job) -> Option<String> {
    match (job.status, &job.error) {
        (JobStatus::Processing, _) => Some(phase(context, job).to_owned()),
        (_, Some(error)) => Some(match &error.detail {
            Some(detail) => format!("{}: {detail}", error.message),
            None => error.message.clone(),
        }),
        _ => None,
    }
}

fn jobs(context: &SystemContext<'_>, out: &mut Rows) {
    for job in context.jobs {
        let kind = match job.kind {
            JobKind::BuildIndex => "INDEX_BUILD",
            JobKind::DropIndex => "DROP",
        };
        out.add(|row| {
            row.set("job_id", job.id_text()).set("status", job.status.name()).set("details", details(context, job));
            row.set("job_type", kind).set("class_id", PG_CLASS).set("object_id", job.index);
            row.set("object_name", job.object_name.as_str());
            row.set("start_time", Datum::TimestampTz(job.started)).set("update_time", Datum::TimestampTz(job.updated));
        });
    }
}

/// A block is a batch of rows.
fn progress(context: &SystemContext<'_>, out: &mut Rows) {
    let builds = |job: &&Job| job.kind == JobKind::BuildIndex && !job.status.is_final();
    for job in context.jobs.iter().filter(builds) {
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let blocks = |rows: u64| count(rows.div_ceil(BATCH_ROWS as u64));
        let (done, total) = (job.backfill.rows, job.backfill.rows_total.max(job.backfill.rows));
        out.add(|row| {
            row.set("pid", job.pid).set("datid", job.database).set("datname", &*context.catalog.database_name);
            row.set("relid", job.table).set("index_relid", job.index).set("command", "CREATE INDEX CONCURRENTLY");
            row.set("phase", phase(context, job)).set("lockers_total", 0_i64).set("lockers_done", 0_i64);
            row.set("current_locker_pid", 0_i64).set("blocks_total", blocks(total)).set("blocks_done", blocks(done));
            row.set("tuples_total", count(total)).set("tuples_done", count(done));
            row.set("partitions_total", 0_i64).set("partitions_done", 0_i64);
        });
    }
}
