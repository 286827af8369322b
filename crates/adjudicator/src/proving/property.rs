//! Random histories in a small world: few keys, so that everything collides.

use std::time::Duration;

use bytes::Bytes;
use gavel_types::{Check, CheckMode, CommitRequest, Epoch, KeyRange, Timestamp, TxnId, Write, WriteMode};
use proptest::collection::vec;
use proptest::prelude::*;

use super::world::World;
use crate::rules::Rules;
use crate::settings::Settings;

/// Where a snapshot lies.
#[derive(Clone, Copy, Debug)]
enum Snapshot {
    Visible,
    /// That many commits before the newest, or just before that.
    Commit(usize),
    Before(usize),
    /// Milliseconds ahead of the clock.
    Ahead(u64),
}

#[derive(Clone, Debug)]
struct Request {
    writes: Vec<(u8, WriteMode)>,
    checks: Vec<(u8, CheckMode)>,
    schema: Vec<u8>,
    ranges: Vec<(u8, u8)>,
    snapshot: Snapshot,
    /// Is an earlier request once more, counted back from the last.
    repeats: Option<usize>,
    /// Names the epoch before.
    old_epoch: bool,
}

#[derive(Clone, Debug)]
enum Op {
    Commit(Request),
    Flush(usize),
    Refuse,
    Advance(Duration),
    StepBack(Duration),
    Close {
        ahead: Duration,
        journal_takes: bool,
    },
    Lead(Duration),
    /// Of the id counted back from the last, or of one to come.
    Resolve(isize),
    Restart {
        kept: usize,
        probes: Vec<Request>,
    },
}

/// A history, and whether memory is short in it.
#[derive(Clone, Debug)]
pub(super) struct History {
    crowded: bool,
    ops: Vec<Op>,
}

const KEYS: u8 = 5;

fn write_mode() -> impl Strategy<Value = WriteMode> {
    prop_oneof![Just(WriteMode::Insert), Just(WriteMode::Update), Just(WriteMode::Delete), Just(WriteMode::Blind)]
}

fn check_mode() -> impl Strategy<Value = CheckMode> {
    prop_oneof![
        Just(CheckMode::KeyShare),
        Just(CheckMode::Share),
        Just(CheckMode::NoKeyUpdate),
        Just(CheckMode::Update)
    ]
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    prop_oneof![
        5 => Just(Snapshot::Visible),
        4 => (0usize..5).prop_map(Snapshot::Commit),
        1 => (0usize..3).prop_map(Snapshot::Before),
        1 => (0u64..1_500).prop_map(Snapshot::Ahead),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let few = |n: usize| 0..=n;
    (
        vec((0..KEYS, write_mode()), few(2)),
        vec((0..KEYS, check_mode()), few(2)),
        prop_oneof![4 => Just(Vec::new()), 1 => vec(0..KEYS, 1)],
        prop_oneof![3 => Just(Vec::new()), 1 => vec((0..KEYS, 0..=KEYS), 1..3)],
        snapshot(),
        proptest::option::weighted(0.08, 0usize..4),
        proptest::bool::weighted(0.04),
    )
        .prop_map(|(mut writes, checks, schema, ranges, snapshot, repeats, old_epoch)| {
            writes.dedup_by_key(|(key, _)| *key);
            Request { writes, checks, schema, ranges, snapshot, repeats, old_epoch }
        })
}

fn op() -> impl Strategy<Value = Op> {
    let advance = prop_oneof![
        4 => (0u64..20).prop_map(Duration::from_millis),
        2 => (1u64..40).prop_map(Duration::from_secs),
        1 => (250u64..700).prop_map(Duration::from_secs),
    ];
    prop_oneof![
        30 => request().prop_map(Op::Commit),
        8 => (1usize..6).prop_map(Op::Flush),
        2 => Just(Op::Refuse),
        6 => advance.prop_map(Op::Advance),
        1 => (1u64..2_000).prop_map(|ms| Op::StepBack(Duration::from_millis(ms))),
        3 => (0u64..900, proptest::bool::weighted(0.8)).prop_map(|(ms, journal_takes)| {
            Op::Close { ahead: Duration::from_millis(ms), journal_takes }
        }),
        3 => (0u64..200).prop_map(|ms| Op::Lead(Duration::from_millis(ms))),
        2 => (-1isize..4).prop_map(Op::Resolve),
        2 => (0usize..9, vec(request(), 12)).prop_map(|(kept, probes)| Op::Restart { kept, probes }),
    ]
}

pub(super) fn history() -> impl Strategy<Value = History> {
    (proptest::bool::weighted(0.25), vec(op(), 1..80)).prop_map(|(crowded, ops)| History { crowded, ops })
}

fn key(n: u8) -> Bytes {
    Bytes::from(vec![b'a' + n])
}

fn build(world: &World, request: &Request, ids: u128) -> CommitRequest {
    let nth = |n: usize| world.commits().rev().nth(n).map_or(Timestamp(1), |(_, ts)| ts);
    let snapshot_ts = match request.snapshot {
        Snapshot::Visible => world.visible(),
        Snapshot::Commit(n) => nth(n),
        Snapshot::Before(n) => Timestamp(nth(n).0 - 1),
        Snapshot::Ahead(ms) => world.now().saturating_add(Duration::from_millis(ms)),
    };
    let epoch = world.core.epoch();
    CommitRequest {
        txn_id: TxnId(ids),
        epoch: if request.old_epoch { Epoch(epoch.0 - 1) } else { epoch },
        snapshot_ts,
        writes: request
            .writes
            .iter()
            .map(|(k, mode)| Write { key: key(*k), mode: *mode, value: (*mode != WriteMode::Delete).then(Bytes::new) })
            .collect(),
        checks: request.checks.iter().map(|(k, mode)| Check { key: key(*k), mode: *mode }).collect(),
        read_ranges: request.ranges.iter().map(|(a, b)| KeyRange::new(key(*a), key(*b))).collect(),
        schema_keys: request.schema.iter().map(|k| key(*k)).collect(),
        notifications: Vec::new(),
    }
}

/// Plays a history.
pub(super) fn play(history: &History, rules: Rules) -> Result<(), String> {
    let settings = if history.crowded {
        Settings { max_keys: 3, range_size_bytes: 100, ..Settings::default() }
    } else {
        Settings::default()
    };
    let mut world = World::new(settings, rules);
    let mut ids = 1_000u128;
    let mut sent: Vec<CommitRequest> = Vec::new();
    for (step, op) in history.ops.iter().enumerate() {
        let played = match op {
            Op::Commit(request) => {
                ids += 1;
                let again = request.repeats.and_then(|n| sent.iter().rev().nth(n).cloned());
                let request = again.unwrap_or_else(|| build(&world, request, ids));
                sent.push(request.clone());
                world.commit(&request).map(|_| ())
            }
            Op::Flush(n) => {
                world.flush(*n);
                Ok(())
            }
            Op::Refuse => {
                world.refuse();
                Ok(())
            }
            Op::Advance(by) => {
                world.advance(*by);
                Ok(())
            }
            Op::StepBack(by) => {
                world.step_back(*by);
                Ok(())
            }
            Op::Close { ahead, journal_takes } => {
                world.close(world.now().saturating_add(*ahead), *journal_takes).map(|_| ())
            }
            Op::Lead(by) => {
                world.lead(world.now().saturating_add(*by));
                Ok(())
            }
            Op::Resolve(back) => world.resolve(TxnId(ids.saturating_add_signed(-(*back as i128)))).map(|_| ()),
            Op::Restart { kept, probes } => {
                // Ids of their own: tombstones are not rebuilt, the new epoch does without them.
                let probes: Vec<_> = probes.iter().map(|probe| build(&world, probe, u128::MAX)).collect();
                // The floor may have risen to the ceiling, and with it what is the far future.
                let near = |probe: &CommitRequest| probe.snapshot_ts <= world.visible();
                let probes: Vec<_> = probes.into_iter().filter(|p| !history.crowded && near(p)).collect();
                world.restart(*kept, &probes)
            }
        };
        played.map_err(|why| format!("step {step}: {why}"))?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_decision_agrees_with_the_definition(history in history()) {
        if let Err(why) = play(&history, Rules::default()) {
            prop_assert!(false, "{}", why);
        }
    }
}
