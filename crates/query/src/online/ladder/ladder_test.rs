//! The ladder climbed in memory: a table, a job, and writers whose rungs are watched.

use std::collections::BTreeSet;

use gavel_catalog::job::JobStatus;
use gavel_catalog::{Column, IndexKey, rung};
use gavel_types::{Oid, PgType};

use super::*;

fn index(state: IndexState, job: u64) -> Index {
    Index {
        oid: Oid(16390),
        name: "i".into(),
        storage: Oid(16390),
        primary: false,
        unique: true,
        keys: vec![(IndexKey::Column(1), false, false)],
        include: vec![],
        predicate: None,
        nulls_not_distinct: false,
        constraint: None,
        deferrable: false,
        state,
        job,
        ..Index::default()
    }
}

fn table(rung: u32, indexes: Vec<Index>) -> Table {
    Table {
        storage: Oid(16384),
        indexes,
        rung,
        ..Table::bare(Oid(16384), Oid(2200), "t".into(), Oid(10), vec![Column::plain(1, "a".into(), PgType::INT4)])
    }
}

fn job(kind: JobKind, since: u32) -> Job {
    Job {
        id: 7,
        database: Oid(5),
        kind,
        table: Oid(16384),
        index: Oid(16390),
        object_name: "public.i".into(),
        pid: 1,
        concurrently: true,
        status: JobStatus::Submitted,
        error: None,
        started: 0,
        updated: 0,
        runner: 1,
        beats: 0,
        takeovers: 0,
        cancelled: false,
        since,
        fenced: 0,
        backfill: Backfill::default(),
    }
}

/// A table with the rungs whose writers can commit.
struct World {
    table: Table,
    job: Job,
    alive: BTreeSet<u32>,
    trace: Vec<String>,
}

impl World {
    fn new(table: Table, job: Job) -> Self {
        let alive = [table.rung.saturating_sub(1), table.rung].into();
        Self { table, job, alive, trace: vec![] }
    }

    fn state(&self) -> Option<IndexState> {
        self.table.indexes.first().map(|i| i.state)
    }

    /// Does what the runner would; whether there is more.
    fn act(&mut self) -> bool {
        match next(&self.job, Some(&self.table)) {
            Action::Step { to, .. } => self.step(to),
            Action::GiveUp { .. } => {
                self.step(Some(IndexState::Invalid));
                return false;
            }
            Action::Fence { rung } => {
                self.alive.remove(&rung);
                self.job.fenced = self.job.fenced.max(rung + 1);
                self.trace.push(format!("fence {rung}"));
            }
            Action::Backfill { anew } => {
                let unready = self.alive.iter().any(|r| *r < self.job.since);
                assert!(!unready, "a writer may commit without an entry: {:?}", self.alive);
                let done = if anew { 0 } else { self.job.backfill.rows };
                self.job.backfill = Backfill {
                    table: self.table.storage,
                    index: self.table.indexes[0].storage,
                    rows: done + 1,
                    complete: done == 1,
                    ..Backfill::default()
                };
                self.trace.push(if anew { "backfill anew".into() } else { "backfill".into() });
            }
            Action::Complete => {
                self.trace.push("complete".into());
                return false;
            }
            Action::Abandon => {
                self.trace.push("abandon".into());
                return false;
            }
        }
        true
    }

    fn step(&mut self, to: Option<IndexState>) {
        let before = self.table.clone();
        let job =
            if to.is_none_or(|s| matches!(s, IndexState::Public | IndexState::Invalid)) { 0 } else { self.job.id };
        match to {
            Some(state) => self.table.indexes[0] = index(state, job),
            None => self.table.indexes.clear(),
        }
        self.table.rung += 1;
        assert_eq!(rung::change(&before, &self.table), rung::Change::Step, "{before:?}");
        self.alive.retain(|r| *r + 1 >= self.table.rung);
        self.alive.insert(self.table.rung);
        assert!(self.alive.len() <= 2, "three versions mix: {:?}", self.alive);
        self.job.fenced = self.job.fenced.max(before.rung);
        self.job.since = self.table.rung;
        self.trace.push(to.map_or_else(|| "gone".into(), |s| format!("{s:?}")));
    }

    fn climb(&mut self) -> String {
        for _ in 0..50 {
            if !self.act() {
                return self.trace.join(", ");
            }
        }
        panic!("it does not end: {:?}", self.trace);
    }
}

fn building() -> World {
    World::new(table(1, vec![index(IndexState::DeleteOnly, 7)]), job(JobKind::BuildIndex, 1))
}

#[test]
fn an_index_is_built_rung_by_rung() {
    let mut world = building();
    assert_eq!(world.climb(), "WriteOnly, fence 1, backfill anew, backfill, Public, fence 2, complete");
    assert_eq!(world.state(), Some(IndexState::Public));
    assert_eq!(world.alive, [3].into());
}

#[test]
fn an_index_is_dropped_rung_by_rung() {
    let mut world = World::new(table(4, vec![index(IndexState::Public, 7)]), job(JobKind::DropIndex, 4));
    assert_eq!(world.climb(), "DeleteOnly, gone, fence 5, complete");
    assert_eq!(world.alive, [6].into());
    // One that is being built goes the same way, one that has failed needs no writer to be waited for.
    let mut world = World::new(table(4, vec![index(IndexState::WriteOnly, 7)]), job(JobKind::DropIndex, 4));
    assert_eq!(world.climb(), "DeleteOnly, gone, fence 5, complete");
    let mut world = World::new(table(4, vec![index(IndexState::Invalid, 7)]), job(JobKind::DropIndex, 4));
    assert_eq!(world.climb(), "gone, fence 4, complete");
}

#[test]
fn whoever_takes_over_goes_on_where_the_last_commit_was() {
    let whole = building().climb();
    // A runner that dies after any of its commits leaves nothing but row and descriptor.
    for dies_after in 0..7 {
        let mut world = building();
        for _ in 0..dies_after {
            world.act();
        }
        world.job = Job::decode(&world.job.encode()).unwrap();
        world.job.runner = 2;
        assert_eq!(world.climb(), whole, "{dies_after}");
    }
}

#[test]
fn a_cancelled_build_leaves_an_invalid_index_and_a_finished_one_stays() {
    for (after, left) in [
        (0, IndexState::Invalid),
        (1, IndexState::Invalid),
        (3, IndexState::Invalid),
        (5, IndexState::Public),
        (6, IndexState::Public),
    ] {
        let mut world = building();
        for _ in 0..after {
            world.act();
        }
        world.job.cancelled = true;
        world.climb();
        assert_eq!(world.state(), Some(left), "{after}");
    }
}

#[test]
fn a_rewritten_table_is_filled_in_anew() {
    let mut world = building();
    for _ in 0..4 {
        world.act();
    }
    assert!(world.job.backfill.complete);
    world.table.storage = Oid(20000);
    assert_eq!(next(&world.job, Some(&world.table)), Action::Backfill { anew: true });
}

#[test]
fn steps_of_another_index_of_the_table_do_not_harm() {
    let mut world = building();
    let mut other = 0;
    loop {
        // The other job moves the table to its next rung between any two of our actions.
        if other < 6 {
            other += 1;
            world.table.rung += 1;
            let rung = world.table.rung;
            world.alive.retain(|r| *r + 1 >= rung);
            world.alive.insert(rung);
        }
        if !world.act() {
            break;
        }
    }
    assert_eq!(world.state(), Some(IndexState::Public));
    assert_eq!(world.trace.last().map(String::as_str), Some("complete"));
}

#[test]
fn an_index_that_is_gone_or_anothers_is_left_alone() {
    let build = job(JobKind::BuildIndex, 1);
    assert_eq!(next(&build, None), Action::Abandon);
    assert_eq!(next(&build, Some(&table(2, vec![]))), Action::Abandon);
    let taken = table(2, vec![index(IndexState::DeleteOnly, 8)]);
    assert_eq!(next(&build, Some(&taken)), Action::Abandon);
    assert_eq!(next(&job(JobKind::DropIndex, 1), Some(&taken)), Action::Abandon);
    assert_eq!(next(&job(JobKind::DropIndex, 0), None), Action::Complete);
    let done = Job { fenced: 5, since: 5, ..job(JobKind::DropIndex, 5) };
    assert_eq!(next(&done, None), Action::Complete);
}

#[test]
fn phases_are_postgresqls() {
    let mut world = building();
    let mut phases = vec![];
    loop {
        phases.push(phase(&world.job, Some(&world.table)));
        if !world.act() {
            break;
        }
    }
    phases.dedup();
    assert_eq!(
        phases,
        [
            "initializing",
            "waiting for writers before build",
            "building index: scanning table",
            "waiting for writers before validation",
            "waiting for old snapshots",
        ]
    );
}
