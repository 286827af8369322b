//! Each anomaly by hand, clean histories, and a store with each of its rules broken.

use super::store::{Rule, Settings, run};
use super::*;
use crate::history::{Operation, Outcome};

/// `"1+7 2=3,4"`: append 7 to list 1, read [3, 4] from list 2.
fn operations(text: &str) -> Vec<Operation> {
    let number = |text: &str| text.parse().unwrap();
    text.split_whitespace()
        .map(|word| match word.split_once('+') {
            Some((key, element)) => Operation::Append { key: number(key), element: number(element) },
            None => {
                let (key, list) = word.split_once('=').unwrap();
                Operation::Read {
                    key: number(key),
                    list: list.split(',').filter(|e| !e.is_empty()).map(number).collect(),
                }
            }
        })
        .collect()
}

/// All at the same time unless an interval is given: `"0-9 ok 1+7"`; outcomes `ok`, `no` and `??`.
fn history(lines: &[&str]) -> Vec<Transaction> {
    lines
        .iter()
        .enumerate()
        .map(|(client, line)| {
            let (interval, line) = line.split_once(' ').filter(|(i, _)| i.contains('-')).unwrap_or(("0-100", line));
            let (begun, ended) = interval.split_once('-').unwrap();
            let (outcome, text) = line.split_once(' ').unwrap();
            let outcome = match outcome {
                "ok" => Outcome::Committed,
                "no" => Outcome::Aborted,
                _ => Outcome::Unknown,
            };
            Transaction {
                client: u32::try_from(client).unwrap(),
                node: 0,
                begun: begun.parse().unwrap(),
                ended: (outcome != Outcome::Unknown).then(|| ended.parse().unwrap()),
                outcome,
                operations: operations(text),
            }
        })
        .collect()
}

fn kinds(lines: &[&str]) -> Vec<Kind> {
    check(&history(lines), Level::Snapshot).kinds()
}

#[track_caller]
fn shows(kind: Kind, lines: &[&str]) {
    let report = check(&history(lines), Level::Snapshot);
    assert_eq!(report.kinds(), [kind], "{:?}", report.anomalies);
}

#[test]
fn clean_histories_pass() {
    assert!(kinds(&["ok 1+1", "ok 1=1 1+2", "ok 1=1,2", "no 1+3", "?? 1+4"]).is_empty());
    assert!(kinds(&["0-5 ok 1+1 2+1", "6-9 ok 1=1 2=1 1+2", "10-12 ok 1=1,2 2=1"]).is_empty());
    // A transaction sees its own appends after those of others.
    assert!(kinds(&["ok 1+1", "ok 1+2 1=1,2 1+3 1=1,2,3"]).is_empty());
    // A reader that overlaps a writer need not see it.
    assert!(kinds(&["0-5 ok 1+1", "4-9 ok 1=", "10-11 ok 1=1"]).is_empty());
}

#[test]
fn an_unknown_outcome_may_have_happened_or_not() {
    assert!(kinds(&["0-1 ?? 1+1 2+1", "5-6 ok 1=", "7-8 ok 1=1 2=1"]).is_empty());
    assert!(kinds(&["0-1 ?? 1+1 2+1", "5-6 ok 1= 2="]).is_empty());
    // Once it was seen, it has happened, with all that it had read, and whom it had read from.
    shows(Kind::FracturedRead, &["ok 3=", "?? 1+1 2+1", "ok 1=1 2="]);
    shows(Kind::StaleRead, &["0-1 ok 3+1", "2-3 ?? 3= 1+1", "4-5 ok 1=1 3=1"]);
    shows(Kind::StaleRead, &["0-1 ?? 1+1", "2-3 ok 1=1", "4-5 ok 1="]);
    assert!(kinds(&["?? 1+1", "?? 1=1 2+1", "ok 2=1 1=1"]).is_empty());
    shows(Kind::GSingle, &["?? 1+1", "?? 1=1 2+1", "ok 2=1 1="]);
}

#[test]
fn what_reads_show_alone() {
    shows(Kind::DuplicateAppend, &["ok 1+1", "ok 1=1,1"]);
    shows(Kind::UnknownElement, &["ok 1+1", "ok 1=1,5"]);
    shows(Kind::IncompatibleOrder, &["ok 1+1", "ok 1+2", "ok 1=1", "ok 1=2"]);
    shows(Kind::G1a, &["no 1+1", "ok 1=1"]);
    shows(Kind::Internal, &["ok 1+1 1="]);
    shows(Kind::Internal, &["ok 1+1", "ok 1= 1=1"]);
    assert!(kinds(&["ok 1+1 1+2", "ok 1=1"]).contains(&Kind::G1b));
    assert!(kinds(&["ok 1+9", "ok 1=9 1+1", "ok 1=9 1+2", "ok 1=9,1,2"]).contains(&Kind::LostUpdate));
    shows(Kind::LostAppend, &["0-1 ok 1+1", "2-3 ok 1="]);
    shows(Kind::LostAppend, &["0-1 ok 1+1 2+1", "2-3 ok 1=1 2="]);
}

#[test]
fn cycles_of_dependencies() {
    shows(Kind::G0, &["ok 1+1 2+1", "ok 1+2 2+2", "ok 1=1,2", "ok 2=2,1"]);
    shows(Kind::G1c, &["ok 1+1 2=1", "ok 2+1 1=1"]);
    shows(Kind::FracturedRead, &["ok 1+1 2+1", "ok 1=1 2=", "ok 2=1"]);
    // 0 is seen through 1, which read it, by 2, which does not see 0 itself.
    shows(Kind::GSingle, &["ok 1+1", "ok 1=1 2+1", "ok 2=1 1=", "ok 1=1"]);
    // Two rw, apart: a long fork that goes through writers.
    let long_fork = ["ok 1+1", "ok 2+1", "ok 1=1 2=", "ok 1= 2=1"];
    assert!(kinds(&long_fork).contains(&Kind::GNonadjacent), "{:?}", kinds(&long_fork));
}

#[test]
fn real_time() {
    shows(Kind::StaleRead, &["0-1 ok 1+1", "2-3 ok 1=", "4-5 ok 1=1"]);
    // By way of another list: 2 sees less than 1, which had ended before, did.
    shows(Kind::StaleRead, &["0-9 ok 1+1", "1-2 ok 1=1", "3-4 ok 1="]);
    shows(Kind::FutureRead, &["0-1 ok 1=1", "2-3 ok 1+1"]);
    // Stale by way of two lists and two rw.
    shows(Kind::StaleRead, &["0-1 ok 2+1", "2-9 ok 1=", "0-9 ok 1+1", "0-9 ok 1=1 2=", "10-11 ok 1=1 2=1"]);
}

#[test]
fn write_skew_is_an_anomaly_of_serializable_alone() {
    let skew = history(&["ok 1= 2+1", "ok 2= 1+1", "ok 1=1 2=1"]);
    assert!(check(&skew, Level::Snapshot).anomalies.is_empty());
    assert_eq!(check(&skew, Level::Serializable).kinds(), [Kind::G2Item]);
}

#[test]
#[should_panic(expected = "twice")]
fn a_history_that_appends_an_element_twice_is_refused() {
    check(&history(&["ok 1+1", "ok 1+1"]), Level::Snapshot);
}

const SEEDS: u64 = 20;
const TRANSACTIONS: usize = 300;

fn of(seed: u64, broken: Rule, serial: bool, level: Level) -> Report {
    check(&run(seed, Settings { broken, serial, transactions: TRANSACTIONS }), level)
}

#[test]
fn a_store_that_keeps_its_rules_has_clean_histories() {
    let mut skewed = 0;
    for seed in 0..SEEDS {
        let report = of(seed, Rule::None, false, Level::Snapshot);
        assert!(report.anomalies.is_empty(), "seed {seed}: {:?}", report.anomalies);
        assert!(report.outcomes.iter().all(|&n| n > 0) && report.reads > 80, "{report:?}");
        let report = of(seed, Rule::None, true, Level::Serializable);
        assert!(report.anomalies.is_empty(), "seed {seed}, serial: {:?}", report.anomalies);
        let report = of(seed, Rule::None, false, Level::Serializable);
        assert!(report.kinds().iter().all(|kind| *kind == Kind::G2Item), "seed {seed}: {report:?}");
        skewed += usize::from(!report.anomalies.is_empty());
    }
    assert!(skewed > 0, "snapshot isolation never showed write skew");
}

/// In how many of the seeds a store that breaks `rule` is caught, and by what.
fn caught(rule: Rule) -> (u64, Vec<Kind>) {
    let mut kinds = Vec::new();
    let mut count = 0;
    for seed in 0..SEEDS {
        let report = of(seed, rule, false, Level::Snapshot);
        count += u64::from(!report.anomalies.is_empty());
        kinds.extend(report.kinds());
    }
    kinds.sort_unstable();
    kinds.dedup();
    (count, kinds)
}

#[test]
fn each_broken_rule_is_caught() {
    for (rule, kind) in [
        (Rule::FreshSnapshot, Kind::StaleRead),
        (Rule::OneSnapshot, Kind::Internal),
        (Rule::FirstCommitterWins, Kind::IncompatibleOrder),
        (Rule::KeepsWrites, Kind::LostAppend),
        (Rule::Atomic, Kind::FracturedRead),
        (Rule::CommittedOnly, Kind::G1a),
        (Rule::AbortsUndo, Kind::G1a),
    ] {
        let (count, kinds) = caught(rule);
        println!("{rule:?}: {count} of {SEEDS}: {kinds:?}");
        assert!(count > SEEDS * 2 / 3, "{rule:?} is caught in {count} of {SEEDS} seeds: {kinds:?}");
        assert!(kinds.contains(&kind), "{rule:?} shows as {kinds:?}");
    }
}
