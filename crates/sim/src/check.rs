//! What has to hold of a whole run: the rules of PROTOCOL §15, each tested against the journal as it was
//! in the end, by definition and not by the code that is tested.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use gavel_api::journal::Record;
use gavel_types::{CheckMode, CommitRecord, Lsn, Timestamp, TxnId};

use crate::ledger::{Book, Told};
use crate::load::is_list;

/// Most breaches that are told.
const MOST: usize = 10;

/// Versions of each key, by commit time.
pub struct Versions(BTreeMap<Bytes, BTreeMap<Timestamp, Option<Bytes>>>);

impl Versions {
    /// What the journal's commits make of the keys.
    pub fn of<'a>(commits: impl IntoIterator<Item = &'a CommitRecord>) -> Self {
        let mut versions: BTreeMap<Bytes, BTreeMap<Timestamp, Option<Bytes>>> = BTreeMap::new();
        for commit in commits {
            for write in &commit.writes {
                versions.entry(write.key.clone()).or_default().insert(commit.commit_ts, write.value.clone());
            }
        }
        Self(versions)
    }

    /// The value of `key` at `ts`.
    pub fn at(&self, key: &Bytes, ts: Timestamp) -> Option<Bytes> {
        self.0.get(key)?.range(..=ts).next_back()?.1.clone()
    }

    /// When the value of `key` at `ts` was written.
    fn written_at(&self, key: &Bytes, ts: Timestamp) -> Option<Timestamp> {
        Some(*self.0.get(key)?.range(..=ts).next_back()?.0)
    }

    /// Whether `key` was written after `from` and before `to`.
    fn written(&self, key: &Bytes, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        between(self.0.get(key)?.keys(), from, to)
    }

    pub fn keys(&self) -> impl Iterator<Item = &Bytes> {
        self.0.keys()
    }
}

fn between<'a>(times: impl IntoIterator<Item = &'a Timestamp>, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
    times.into_iter().copied().find(|ts| *ts > from && *ts < to)
}

/// Everything that does not hold.
pub fn breaches(book: &Book) -> Vec<String> {
    let mut found = Vec::new();
    let commits: Vec<(Lsn, &CommitRecord)> = book
        .records
        .iter()
        .filter_map(|(lsn, record)| if let Record::Commit(commit) = record { Some((*lsn, commit)) } else { None })
        .collect();
    dense(book, &mut found);
    order(&commits, &mut found);
    outcomes(book, &commits, &mut found);
    isolation(book, &commits, &mut found);
    reads(book, &commits, &mut found);
    observed(book, &commits, &mut found);
    closes(book, &commits, &mut found);
    lists(&commits, &mut found);
    found.truncate(MOST);
    found
}

/// Positions have no gaps (1).
fn dense(book: &Book, found: &mut Vec<String>) {
    let mut next = Lsn(1);
    for lsn in book.records.keys() {
        if *lsn != next {
            found.push(format!("the journal has {lsn} where {next} should be"));
            return;
        }
        next = lsn.next();
    }
}

/// Commit times rise along the journal (5).
fn order(commits: &[(Lsn, &CommitRecord)], found: &mut Vec<String>) {
    let mut last = Timestamp::ZERO;
    for (lsn, commit) in commits {
        if commit.commit_ts <= last || commit.commit_ts <= commit.snapshot_ts {
            found.push(format!("commit time {} at {lsn} follows {last}", commit.commit_ts));
        }
        last = commit.commit_ts;
    }
}

/// What was told is what is there: acknowledged commits are (3), reported aborts are not, nothing is
/// there twice (4).
fn outcomes(book: &Book, commits: &[(Lsn, &CommitRecord)], found: &mut Vec<String>) {
    let mut kept: BTreeMap<TxnId, Timestamp> = BTreeMap::new();
    for (lsn, commit) in commits {
        if kept.insert(commit.txn_id, commit.commit_ts).is_some() {
            found.push(format!("transaction {} is in the journal twice, again at {lsn}", commit.txn_id));
        }
    }
    for (txn_id, told) in &book.told {
        match (told, kept.get(txn_id)) {
            (Told::Committed(ts), Some(kept)) if ts == kept => {}
            (Told::Committed(ts), kept) => {
                found.push(format!("transaction {txn_id} was acknowledged at {ts}, the journal has {kept:?}"));
            }
            (Told::Aborted | Told::Refused, Some(kept)) => {
                found.push(format!("transaction {txn_id} was told {told:?}, but committed at {kept}"));
            }
            (Told::Aborted | Told::Refused, None) | (Told::Unknown, _) => {}
        }
    }
}

/// First committer wins (6), also over checked keys, in both directions (7), and over the ranges that a
/// serializable transaction has read (8).
fn isolation(book: &Book, commits: &[(Lsn, &CommitRecord)], found: &mut Vec<String>) {
    let versions = Versions::of(commits.iter().map(|(_, commit)| *commit));
    let mut checks: BTreeMap<&Bytes, BTreeMap<Timestamp, CheckMode>> = BTreeMap::new();
    for (_, commit) in commits {
        for (key, mode) in book.relied.get(&commit.txn_id).iter().flat_map(|relied| &relied.checks) {
            checks.entry(key).or_default().insert(commit.commit_ts, *mode);
        }
    }
    for (lsn, commit) in commits {
        let (from, to) = (commit.snapshot_ts, commit.commit_ts);
        let mut lost = |key: &Bytes, to_whom: Timestamp, how: &str| {
            found.push(format!("the commit at {lsn} ({from}..{to}) {how} {key:?}, written or locked at {to_whom}"));
        };
        for write in &commit.writes {
            if let Some(ts) = versions.written(&write.key, from, to) {
                lost(&write.key, ts, "overwrote");
            }
            let locked = checks.get(&write.key).into_iter().flatten();
            let strong = locked.filter(|(_, mode)| **mode >= CheckMode::Share).map(|(ts, _)| ts);
            if let Some(ts) = between(strong, from, to) {
                lost(&write.key, ts, "wrote");
            }
        }
        let Some(relied) = book.relied.get(&commit.txn_id) else { continue };
        for (key, mode) in &relied.checks {
            if *mode >= CheckMode::Share
                && let Some(ts) = versions.written(key, from, to)
            {
                lost(key, ts, "relied on");
            }
        }
        for range in &relied.ranges {
            let keys = versions.0.range(range.start.clone()..).take_while(|(key, _)| **key < range.end);
            for (key, times) in keys {
                if let Some(ts) = between(times.keys(), from, to) {
                    lost(key, ts, "had read");
                }
            }
        }
    }
}

/// A read at a snapshot is the newest version at or below it, wherever it was read (9).
fn reads(book: &Book, commits: &[(Lsn, &CommitRecord)], found: &mut Vec<String>) {
    let versions = Versions::of(commits.iter().map(|(_, commit)| *commit));
    for read in &book.reads {
        let expected = versions.at(&read.key, read.snapshot_ts);
        if read.value != expected {
            found.push(format!(
                "a read of {:?} at {} gave {:?}, not {expected:?}",
                read.key, read.snapshot_ts, read.value
            ));
            if found.len() > MOST {
                return;
            }
        }
    }
}

/// What somebody has seen is in every snapshot that is asked for afterwards (14): a replica shows nothing
/// that lies in the future.
fn observed(book: &Book, commits: &[(Lsn, &CommitRecord)], found: &mut Vec<String>) {
    if book.stale_allowed {
        return;
    }
    let versions = Versions::of(commits.iter().map(|(_, commit)| *commit));
    let (mut seen, mut newest, mut first) = (BTreeMap::new(), Timestamp::ZERO, 0);
    for (at, count) in &book.answered {
        for read in book.reads.get(first..*count).unwrap_or_default() {
            newest = newest.max(versions.written_at(&read.key, read.snapshot_ts).unwrap_or_default());
        }
        first = *count;
        seen.insert(*at, newest);
    }
    for (asked, snapshot_ts) in &book.snapshots {
        if let Some((at, newest)) = seen.range(..*asked).next_back().filter(|(_, newest)| snapshot_ts < *newest) {
            found.push(format!(
                "snapshot {snapshot_ts} was asked for at {asked:?}, after the commit at {newest} had been seen at {at:?}"
            ));
            return;
        }
    }
}

/// After a close no commit is at or below it, except before the position that it named (10, 11).
fn closes(book: &Book, commits: &[(Lsn, &CommitRecord)], found: &mut Vec<String>) {
    let ahead = book.closes.iter().filter_map(|closed| closed.ahead).map(|ahead| (ahead.ts, ahead.last_lsn));
    let closes: BTreeSet<_> = book.closes.iter().map(|closed| (closed.ts, closed.last_lsn)).chain(ahead).collect();
    // Both rise along the journal, so the first commit behind the position is the lowest.
    for (ts, last_lsn) in closes {
        let behind = commits.partition_point(|(lsn, _)| *lsn <= last_lsn);
        if let Some((lsn, commit)) = commits.get(behind).filter(|(_, commit)| commit.commit_ts <= ts) {
            found.push(format!("{ts} was closed at {last_lsn}, and {} committed at {lsn}", commit.commit_ts));
            return;
        }
    }
}

/// A list only grows, by one element a commit: nothing appended is lost, doubled or moved.
fn lists(commits: &[(Lsn, &CommitRecord)], found: &mut Vec<String>) {
    let mut known: BTreeMap<&Bytes, &[u8]> = BTreeMap::new();
    for (lsn, commit) in commits {
        for write in commit.writes.iter().filter(|write| is_list(&write.key)) {
            let now = write.value.as_deref().unwrap_or_default();
            if let Some(before) = known.insert(&write.key, now)
                && !(now.starts_with(before) && now.len() == before.len() + 8)
            {
                found.push(format!("the commit at {lsn} does not append to what list {:?} was", write.key));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use gavel_api::adjudicator::{Ahead, Closed};
    use gavel_types::{KeyRange, Write, WriteMode};

    use super::*;
    use crate::ledger::{Read, Relied};

    fn commit(id: u128, snapshot: u64, ts: u64, keys: &[&'static str]) -> Record {
        let write = |key: &&'static str| Write {
            key: Bytes::from_static(key.as_bytes()),
            mode: WriteMode::Update,
            value: Some(Bytes::from(ts.to_string())),
        };
        Record::Commit(CommitRecord {
            txn_id: TxnId(id),
            snapshot_ts: Timestamp(snapshot),
            commit_ts: Timestamp(ts),
            writes: keys.iter().map(write).collect(),
            checks: vec![],
            schema_keys: vec![],
            notifications: Vec::new(),
        })
    }

    fn book(records: Vec<Record>) -> Book {
        let records = records.into_iter().enumerate().map(|(n, record)| (Lsn(n as u64 + 1), record)).collect();
        Book { records, ..Book::default() }
    }

    fn key(name: &'static str) -> Bytes {
        Bytes::from_static(name.as_bytes())
    }

    #[test]
    fn a_sound_history_has_no_breach() {
        let mut sound = book(vec![commit(1, 0, 10, &["a"]), commit(2, 10, 20, &["a", "b"])]);
        sound.told.insert(TxnId(1), Told::Committed(Timestamp(10)));
        sound.told.insert(TxnId(3), Told::Aborted);
        sound.reads.push(Read { snapshot_ts: Timestamp(15), key: key("a"), value: Some(Bytes::from("10")) });
        sound.reads.push(Read { snapshot_ts: Timestamp(15), key: key("b"), value: None });
        assert_eq!(breaches(&sound), Vec::<String>::new());
    }

    #[test]
    fn each_breach_is_found() {
        let lost_update = book(vec![commit(1, 0, 10, &["a"]), commit(2, 5, 20, &["a"])]);
        assert_eq!(breaches(&lost_update).len(), 1);
        assert_eq!(breaches(&book(vec![commit(1, 0, 10, &["a"]), commit(2, 8, 10, &["b"])])).len(), 1);
        assert_eq!(breaches(&book(vec![commit(1, 0, 10, &["a"]), commit(1, 10, 20, &["b"])])).len(), 1);

        let mut one = book(vec![commit(1, 0, 10, &["a"])]);
        one.told.insert(TxnId(1), Told::Aborted);
        one.told.insert(TxnId(2), Told::Committed(Timestamp(7)));
        one.reads.push(Read { snapshot_ts: Timestamp(9), key: key("a"), value: Some(Bytes::from("10")) });
        one.reads.push(Read { snapshot_ts: Timestamp(10), key: key("a"), value: None });
        assert_eq!(breaches(&one).len(), 4);

        let mut skew = book(vec![commit(1, 0, 10, &["a"]), commit(2, 5, 20, &["b"])]);
        let ranges = vec![KeyRange::point(&key("a"))];
        skew.relied.insert(TxnId(2), Relied { ranges, ..Relied::default() });
        assert_eq!(breaches(&skew).len(), 1);

        let mut locked = book(vec![commit(1, 0, 10, &["x"]), commit(2, 5, 20, &["a"])]);
        locked.relied.insert(TxnId(1), Relied { checks: vec![(key("a"), CheckMode::Share)], ranges: vec![] });
        assert_eq!(breaches(&locked).len(), 1);

        let mut future = book(vec![commit(1, 0, 10, &["a"])]);
        future.reads.push(Read { snapshot_ts: Timestamp(12), key: key("a"), value: Some(Bytes::from("10")) });
        future.answered.push((std::time::Duration::from_secs(1), 1));
        future.snapshots.push((std::time::Duration::from_secs(1), Timestamp(9)));
        assert_eq!(breaches(&future).len(), 0, "they were under way at the same time");
        future.snapshots.push((std::time::Duration::from_secs(2), Timestamp(9)));
        assert_eq!(breaches(&future).len(), 1);

        let mut promised = book(vec![commit(1, 0, 10, &["a"]), commit(2, 10, 20, &["b"])]);
        let (epoch, mode) = (gavel_types::Epoch(1), gavel_types::TimeMode::Logical);
        let sound = Closed { ts: Timestamp(19), epoch, last_lsn: Lsn(1), mode, ahead: None };
        promised.closes.push(sound);
        assert_eq!(breaches(&promised).len(), 0);
        let ahead = Some(Ahead { ts: Timestamp(20), last_lsn: Lsn(1), newest: Timestamp(10) });
        for broken in [Closed { ts: Timestamp(20), ..sound }, Closed { ahead, ..sound }] {
            promised.closes = vec![broken];
            assert_eq!(breaches(&promised).len(), 1);
        }
    }
}
