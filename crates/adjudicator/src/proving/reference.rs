//! What conflicts with what, written down a second time and another way: as a square of holds, and
//! over a plain list of all that ever committed.

use bytes::Bytes;
use gavel_types::{CheckMode, CommitRequest, ConflictKind, KeyRange, Timestamp, TxnId, WriteMode};

/// Rows: the hold of the transaction that asks. Columns: the hold that has committed after its
/// snapshot, in the order of [`column`]. `x` aborts.
///
/// ```text
///                      insert
///                      | update
///                      | | delete
///                      | | | blind
///                      | | | | for update
///                      | | | | | for no key update
///                      | | | | | | for share
///                      | | | | | | | for key share, schema
/// ```
const SQUARE: [&str; 8] = [
    "x x x x x x - -", // insert
    "x x x x x x x -", // update
    "x x x x x x x x", // delete
    "- - - - - - - -", // blind
    "x x x x x x x x", // for update
    "x x x x x x x -", // for no key update
    "x x x x x x - -", // for share
    "x - x - x - - -", // for key share, schema
];

/// A hold as a row or column of the square.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Write(WriteMode),
    Check(CheckMode),
    Schema,
}

const fn column(hold: Use) -> usize {
    match hold {
        Use::Write(WriteMode::Insert) => 0,
        Use::Write(WriteMode::Update) => 1,
        Use::Write(WriteMode::Delete) => 2,
        Use::Write(WriteMode::Blind) => 3,
        Use::Check(CheckMode::Update) => 4,
        Use::Check(CheckMode::NoKeyUpdate) => 5,
        Use::Check(CheckMode::Share) => 6,
        Use::Check(CheckMode::KeyShare) | Use::Schema => 7,
    }
}

/// Whether `mine` aborts because `theirs`, on the same key, committed after my snapshot.
pub(super) fn aborts(mine: Use, theirs: Use) -> bool {
    SQUARE[column(mine)].as_bytes()[2 * column(theirs)] == b'x'
}

/// A transaction that was accepted, and was not refused by the journal since.
#[derive(Clone, Debug)]
pub(super) struct Committed {
    pub txn_id: TxnId,
    pub commit_ts: Timestamp,
    pub durable: bool,
    holds: Vec<(Use, Bytes)>,
}

impl Committed {
    pub(super) fn new(request: &CommitRequest, commit_ts: Timestamp) -> Self {
        Self { txn_id: request.txn_id, commit_ts, durable: false, holds: holds(request) }
    }
}

fn holds(request: &CommitRequest) -> Vec<(Use, Bytes)> {
    let writes = request.writes.iter().map(|w| (Use::Write(w.mode), w.key.clone()));
    let checks = request.checks.iter().map(|c| (Use::Check(c.mode), c.key.clone()));
    let schema = request.schema_keys.iter().map(|key| (Use::Schema, key.clone()));
    writes.chain(checks).chain(schema).collect()
}

/// Everything in `history` that makes `request` abort: rule, key, and the newest winner on it.
pub(super) fn conflicts(history: &[Committed], request: &CommitRequest) -> Vec<(ConflictKind, Bytes, Timestamp)> {
    let mut found = Vec::new();
    let later = || history.iter().filter(|one| one.commit_ts > request.snapshot_ts);
    for (mine, key) in holds(request) {
        let kind = if mine == Use::Schema { ConflictKind::Schema } else { ConflictKind::Key };
        let winners = later().filter(|one| one.holds.iter().any(|(theirs, k)| *k == key && aborts(mine, *theirs)));
        if let Some(winner) = winners.map(|one| one.commit_ts).max() {
            found.push((kind, key, winner));
        }
    }
    let inside = |key: &Bytes| request.read_ranges.iter().any(|range: &KeyRange| range.contains(key));
    let mut newest = Timestamp::ZERO;
    for one in later() {
        for (theirs, key) in &one.holds {
            if matches!(theirs, Use::Write(_)) && inside(key) && one.commit_ts >= newest {
                newest = one.commit_ts;
                found.push((ConflictKind::ReadRange, key.clone(), one.commit_ts));
            }
        }
    }
    found.retain(|(kind, _, ts)| *kind != ConflictKind::ReadRange || *ts == newest);
    found
}
