use super::*;
use crate::raft::types::Payload;

fn entries(term: u64, indices: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
    indices.map(|index| Entry { log_id: log_id(term, index), payload: Payload::Blank }).collect()
}

fn segment(first: u64) -> Segment {
    Segment { name: format!("{first}.seg"), first: Lsn(first), last: Lsn(first), end: 64, salt: 0 }
}

/// A log that keeps only the last append in memory.
fn log() -> Log {
    let mut log = Log::new(None, Lsn::ZERO, 0);
    log.begin_segment(segment(1));
    log
}

fn write(log: &mut Log, term: u64, indices: std::ops::RangeInclusive<u64>, offset: u64) {
    let (first, last) = (*indices.start(), *indices.end());
    let ticket = log.append(&entries(term, indices), |_| 10).unwrap();
    log.written(Some(ticket), first, last, offset, offset + 100);
}

#[test]
fn what_is_not_durable_is_never_dropped_from_memory() {
    let mut log = log();
    let one = log.append(&entries(1, 0..=4), |_| 10).unwrap();
    let two = log.append(&entries(1, 5..=9), |_| 10).unwrap();
    log.written(Some(one), 0, 4, 64, 164);
    assert!(log.read_cache(0, 10, 1_000).is_none());
    assert_eq!(log.read_cache(5, 10, 1_000).unwrap().len(), 5);
    log.written(Some(two), 5, 9, 164, 264);
    assert_eq!(log.read_cache(9, 10, 1_000).unwrap().len(), 1);
    assert!(log.read_cache(8, 10, 1_000).is_none());
}

#[test]
fn entries_must_follow_each_other() {
    let mut log = log();
    write(&mut log, 1, 0..=4, 64);
    assert_eq!(log.append(&entries(1, 6..=6), |_| 10), None);
}

#[test]
fn a_run_ends_where_a_truncation_began() {
    let mut log = log();
    write(&mut log, 1, 0..=9, 64);
    log.truncate(6);
    assert_eq!(log.last(), Some(log_id(1, 5)));
    log.truncated(6, 200);
    write(&mut log, 2, 6..=8, 200);
    assert_eq!((log.run_of(5).unwrap().offset, log.run_of(5).unwrap().until), (64, 6));
    assert_eq!(log.run_of(6).unwrap().offset, 200);
    assert_eq!(log.id_at(5), Some(log_id(1, 5)));
    assert_eq!(log.id_at(6), Some(log_id(2, 6)));
    assert_eq!(log.key_ids(0, 8), [log_id(1, 5), log_id(2, 8)]);
    assert_eq!(log.key_ids(6, 8), [log_id(2, 8)]);
    assert_eq!(log.key_ids(2, 5), [log_id(1, 5)]);
}

#[test]
fn a_run_ends_where_a_truncation_began_before_that_is_durable() {
    let mut log = log();
    write(&mut log, 1, 0..=9, 64);
    log.truncate(6);
    let ticket = log.append(&entries(2, 6..=8), |_| 10).unwrap();
    assert_eq!(log.run_of(5).unwrap().until, 6, "the file has truncated entries there");
    assert_eq!(log.read_cache(6, 9, 1_000).unwrap().len(), 3);
    log.truncated(6, 200);
    assert_eq!(log.run_of(5).unwrap().until, 6);
    log.written(Some(ticket), 6, 8, 200, 300);
    assert_eq!(log.run_of(5).unwrap().until, 6);
}

#[test]
fn positions_are_found_once_they_are_applied() {
    let mut log = log();
    write(&mut log, 1, 0..=4, 64);
    log.begin_segment(segment(6));
    write(&mut log, 1, 5..=9, 64);
    assert_eq!(log.run_of_lsn(Lsn(1)).unwrap().base, Some((0, Lsn::ZERO)));
    for index in 0..=9 {
        // Each entry has two records.
        log.applied(index, Lsn(2 * index));
    }
    assert_eq!(log.run_of_lsn(Lsn(10)).unwrap().index, 0);
    assert_eq!(log.run_of_lsn(Lsn(11)).unwrap().index, 5);
    assert_eq!(log.trim_point(Lsn(11)), Some((log_id(1, 4), Lsn(10))));
    assert_eq!(log.trim_point(Lsn(10)), None);
}

#[test]
fn a_purge_drops_whole_segments_and_may_leap_ahead() {
    let mut log = log();
    write(&mut log, 1, 0..=4, 64);
    log.begin_segment(segment(6));
    write(&mut log, 1, 5..=9, 64);
    assert!(log.purge(log_id(1, 3), Lsn(3)).is_empty());
    assert_eq!(log.id_at(3), Some(log_id(1, 3)));
    assert_eq!(log.id_at(2), None);
    assert_eq!(log.purge(log_id(1, 6), Lsn(6)), ["1.seg"]);
    assert_eq!(log.run_of_lsn(Lsn(7)).unwrap().base, Some((7, Lsn(6))));
    log.purge(log_id(3, 100), Lsn(70));
    assert_eq!((log.next_index(), log.last()), (101, Some(log_id(3, 100))));
    write(&mut log, 3, 101..=102, 300);
    assert_eq!(log.run_of(101).unwrap().offset, 300);
}
