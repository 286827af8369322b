//! What is to be done next about a job: a decision over its row and the table's descriptor, both as of one snapshot.
//!
//! ```text
//!   build:  (absent) ─► DeleteOnly ─► WriteOnly ─► fence ─► backfill ─► Public ─► fence ─► completed
//!                            └────────────┴─ error, cancel ─► Invalid ─► failed
//!   drop:   Public ─► DeleteOnly ─► (absent) ─► fence ─► completed
//! ```
//! Each arrow into a state is a step to the table's next rung, but for the first of a build, which the statement itself
//! has taken: for writers that is the same as no index. A *fence* turns away who still writes under the rung
//! before the last step: the backfill must not begin while somebody may commit a row without its entry.
//!
//! Nothing is remembered that the row and the descriptor do not say, so that whoever takes a job over goes on where
//! the last commit left it.
//!
//! # Invariants
//! 1. `Backfill` and the step to `Public` are decided only if no writer can commit for whom the index was not yet
//!    `WriteOnly`.
//! 2. A job never acts on an index that another job has taken, or that is not there.

use gavel_catalog::job::{Backfill, Job, JobKind};
use gavel_catalog::{Index, IndexState, Table};

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Move the index to this state, `None` being its end. `quiet`: only once nobody has committed for a while under
    /// the rung that it turns away.
    Step {
        to: Option<IndexState>,
        quiet: bool,
    },
    /// Turn away writers of this rung, once it is quiet.
    Fence {
        rung: u32,
    },
    /// Give the next rows their entries, beginning with the first row if `anew`.
    Backfill {
        anew: bool,
    },
    /// Leave the index behind, invalid.
    GiveUp {
        quiet: bool,
    },
    Complete,
    /// The index is not this job's any more.
    Abandon,
}

/// See the module. `table` is `None` if it is gone.
pub fn next(job: &Job, table: Option<&Table>) -> Action {
    let Some(table) = table else { return without_index(job) };
    let index = table.indexes.iter().find(|i| i.oid == job.index);
    // Below the table's rung nobody is left, if this job has seen to it.
    let quiet = table.rung > job.fenced;
    match (job.kind, index) {
        (_, None) => without_index(job),
        (JobKind::DropIndex, Some(index)) if index.job != job.id => Action::Abandon,
        (JobKind::DropIndex, Some(index)) => {
            let to = index.state.takes_entries().then_some(IndexState::DeleteOnly);
            Action::Step { to, quiet }
        }
        (JobKind::BuildIndex, Some(index)) => build(job, table, index, quiet),
    }
}

/// What is left to do when the index is gone: that is what a drop was for.
fn without_index(job: &Job) -> Action {
    match job.kind {
        JobKind::BuildIndex => Action::Abandon,
        JobKind::DropIndex => fence(job).unwrap_or(Action::Complete),
    }
}

fn fence(job: &Job) -> Option<Action> {
    let rung = job.since.checked_sub(1)?;
    (job.fenced < job.since).then_some(Action::Fence { rung })
}

fn build(job: &Job, table: &Table, index: &Index, quiet: bool) -> Action {
    // The step to `Public` is the last that belongs to the job, and lets go of the index.
    let arrived = index.is_public() && index.job == 0;
    if !arrived && index.job != job.id {
        return Action::Abandon;
    }
    match index.state {
        IndexState::Public => fence(job).unwrap_or(Action::Complete),
        IndexState::Invalid => Action::Abandon,
        _ if job.cancelled => Action::GiveUp { quiet },
        IndexState::DeleteOnly => Action::Step { to: Some(IndexState::WriteOnly), quiet },
        IndexState::WriteOnly => match fence(job) {
            Some(fence) => fence,
            None if !is_about(&job.backfill, table, index) => Action::Backfill { anew: true },
            None if !job.backfill.complete => Action::Backfill { anew: false },
            None => Action::Step { to: Some(IndexState::Public), quiet },
        },
    }
}

/// TRUNCATE and rewrites give table and index other storage: what was filled in is then gone.
fn is_about(backfill: &Backfill, table: &Table, index: &Index) -> bool {
    backfill.table == table.storage && backfill.index == index.storage
}

/// How far a job is, as `pg_stat_progress_create_index.phase` says it.
pub fn phase(job: &Job, table: Option<&Table>) -> &'static str {
    match next(job, table) {
        Action::Step { to: Some(IndexState::WriteOnly), .. } => "initializing",
        Action::Step { to: Some(IndexState::DeleteOnly), .. } => "waiting for readers before marking dead",
        Action::Step { to: None, .. } => "waiting for readers before dropping",
        Action::Fence { .. } if job.backfill.complete || job.kind == JobKind::DropIndex => "waiting for old snapshots",
        Action::Fence { .. } => "waiting for writers before build",
        Action::Backfill { .. } => "building index: scanning table",
        Action::Step { to: Some(_), .. } => "waiting for writers before validation",
        Action::GiveUp { .. } | Action::Complete | Action::Abandon => "waiting for old snapshots",
    }
}

#[cfg(test)]
mod ladder_test;
