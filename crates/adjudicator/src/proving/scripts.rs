//! Golden scripts, one line a step, expected answers after `=`. A file is one behaviour; its name
//! says which.
//!
//! ```text
//! begin T1                    snapshot: newest durable commit
//! begin T1 at T0 | before T0  snapshot: T0's commit, or just before it
//! begin T1 ahead 200ms        snapshot: ahead of the clock
//! T1 update k                 also insert, delete, blind, for-update, for-no-key-update,
//!                             for-share, for-key-share, schema, read a..c
//! commit T1 = ANSWER          and make it durable
//! send T1 = ANSWER            leave it on its way
//! flush                       what is on its way becomes durable
//! refuse                      the journal refuses what is on its way
//! close 200ms = closed | refused
//! close 200ms without journal = refused
//! resolve T1 = committed | aborted
//! restart                     after a flush; "restart losing all" loses what is on its way
//! rejoin T1                   T1 names the present epoch from now on
//! advance 10s, clock back 5s
//! ```
//! ANSWER: `committed`, `known`, `nothing`, `aborted key k by T0`, `aborted schema k by T0`,
//! `aborted range k by T0`, `aborted too-old`, `aborted cancelled`, `wrong epoch`, `refused`.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use gavel_types::{Check, CheckMode, CommitRequest, ConflictKind, KeyRange, Timestamp, TxnId, Write, WriteMode};

use super::world::{Verdict, World};
use crate::rules::Rules;
use crate::settings::Settings;

/// Names and texts of all scripts.
pub(super) fn all() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/testscripts");
    let mut scripts: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of scripts")
        .map(|entry| {
            let path = entry.expect("a script").path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a readable script"))
        })
        .collect();
    scripts.sort();
    scripts
}

struct Script {
    world: World,
    requests: HashMap<String, CommitRequest>,
    committed: HashMap<String, Timestamp>,
}

/// Plays a script.
pub(super) fn run(text: &str, rules: Rules) -> Result<(), String> {
    let mut settings = Settings::default();
    if let Some(n) = text.lines().find_map(|line| line.strip_prefix("# max keys ")) {
        settings.max_keys = n.trim().parse().map_err(|_| "bad number of keys")?;
    }
    let mut script = Script { world: World::new(settings, rules), requests: HashMap::new(), committed: HashMap::new() };
    for (n, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let (step, expected) = match line.split_once(" = ") {
            Some((step, expected)) => (step, Some(expected)),
            None => (line, None),
        };
        let words: Vec<&str> = step.split_whitespace().collect();
        let fail = |why: String| format!("line {}: {line}: {why}", n + 1);
        let answer = script.step(&words).map_err(fail)?;
        if answer.as_deref() != expected {
            return Err(fail(format!("answered {answer:?}")));
        }
    }
    Ok(())
}

fn duration(text: &str) -> Result<Duration, String> {
    let number = |digits: &str| digits.parse::<u64>().map_err(|_| format!("bad duration {text}"));
    match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(ms), _) => number(ms).map(Duration::from_millis),
        (None, Some(s)) => number(s).map(Duration::from_secs),
        (None, None) => Err(format!("bad duration {text}")),
    }
}

fn id(name: &str) -> TxnId {
    let bytes = name.as_bytes().iter().fold(0u128, |n, byte| n << 8 | u128::from(*byte));
    TxnId(bytes)
}

impl Script {
    fn step(&mut self, words: &[&str]) -> Result<Option<String>, String> {
        match words {
            ["begin", name] => self.begin(name, self.world.visible()),
            ["begin", name, "at", other] => self.begin(name, self.commit_of(other)?),
            ["begin", name, "before", other] => self.begin(name, Timestamp(self.commit_of(other)?.0 - 1)),
            ["begin", name, "ahead", by] => self.begin(name, self.world.now().saturating_add(duration(by)?)),
            ["commit", name] => {
                let answer = self.send(name)?;
                self.world.flush_all();
                return Ok(Some(answer));
            }
            ["send", name] => return self.send(name).map(Some),
            ["flush"] => self.world.flush_all(),
            ["refuse"] => self.world.refuse(),
            ["close", ahead] => return self.close(ahead, true),
            ["close", ahead, "without", "journal"] => return self.close(ahead, false),
            ["resolve", name] => {
                let committed = self.world.resolve(id(name))?;
                return Ok(Some(if committed { "committed" } else { "aborted" }.into()));
            }
            ["restart"] => {
                let probes: Vec<_> = self.requests.values().cloned().map(fresh).collect();
                self.world.restart(usize::MAX, &probes)?;
            }
            ["restart", "losing", "all"] => self.world.restart(0, &[])?,
            ["rejoin", name] => {
                let epoch = self.world.core.epoch();
                self.request(name)?.epoch = epoch;
            }
            ["advance", by] => self.world.advance(duration(by)?),
            ["clock", "back", by] => self.world.step_back(duration(by)?),
            [name, how, key] => self.hold(name, how, key)?,
            _ => return Err("no such step".into()),
        }
        Ok(None)
    }

    fn begin(&mut self, name: &str, snapshot_ts: Timestamp) {
        let request = CommitRequest {
            txn_id: id(name),
            epoch: self.world.core.epoch(),
            snapshot_ts,
            writes: Vec::new(),
            checks: Vec::new(),
            read_ranges: Vec::new(),
            schema_keys: Vec::new(),
            notifications: Vec::new(),
        };
        self.requests.insert(name.to_owned(), request);
    }

    fn request(&mut self, name: &str) -> Result<&mut CommitRequest, String> {
        self.requests.get_mut(name).ok_or_else(|| format!("{name} has not begun"))
    }

    fn commit_of(&self, name: &str) -> Result<Timestamp, String> {
        self.committed.get(name).copied().ok_or_else(|| format!("{name} has not committed"))
    }

    fn hold(&mut self, name: &str, how: &str, key: &str) -> Result<(), String> {
        let request = self.request(name)?;
        let bytes = Bytes::copy_from_slice(key.as_bytes());
        let write = |mode, value| Write { key: bytes.clone(), mode, value };
        let check = |mode| Check { key: bytes.clone(), mode };
        let row = Some(Bytes::from_static(b"row"));
        match how {
            "insert" => request.writes.push(write(WriteMode::Insert, row)),
            "update" => request.writes.push(write(WriteMode::Update, row)),
            "delete" => request.writes.push(write(WriteMode::Delete, None)),
            "blind" => request.writes.push(write(WriteMode::Blind, row)),
            "for-update" => request.checks.push(check(CheckMode::Update)),
            "for-no-key-update" => request.checks.push(check(CheckMode::NoKeyUpdate)),
            "for-share" => request.checks.push(check(CheckMode::Share)),
            "for-key-share" => request.checks.push(check(CheckMode::KeyShare)),
            "schema" => request.schema_keys.push(bytes),
            "read" => {
                let (start, end) = key.split_once("..").ok_or("a range is start..end")?;
                request.read_ranges.push(KeyRange::new(start.to_owned(), end.to_owned()));
            }
            _ => return Err("no such hold".into()),
        }
        Ok(())
    }

    fn send(&mut self, name: &str) -> Result<String, String> {
        let request = self.request(name)?.clone();
        let verdict = self.world.commit(&request)?;
        Ok(match verdict {
            Verdict::Committed(ts) => {
                self.committed.insert(name.to_owned(), ts);
                "committed".into()
            }
            Verdict::Known(_) => "known".into(),
            Verdict::Nothing => "nothing".into(),
            Verdict::WrongEpoch => "wrong epoch".into(),
            Verdict::Refused => "refused".into(),
            Verdict::Aborted(conflict) => {
                let winner = self.committed.iter().find(|(_, ts)| **ts == conflict.winner_ts);
                let winner = winner.map_or("nobody", |(name, _)| name);
                let key = String::from_utf8_lossy(&conflict.key);
                match conflict.kind {
                    ConflictKind::Key => format!("aborted key {key} by {winner}"),
                    ConflictKind::Schema => format!("aborted schema {key} by {winner}"),
                    ConflictKind::ReadRange => format!("aborted range {key} by {winner}"),
                    ConflictKind::TooOld => "aborted too-old".into(),
                    ConflictKind::Cancelled => "aborted cancelled".into(),
                }
            }
        })
    }

    fn close(&mut self, ahead: &str, journal_takes: bool) -> Result<Option<String>, String> {
        let ts = self.world.now().saturating_add(duration(ahead)?);
        let closed = self.world.close(ts, journal_takes)?;
        Ok(Some(if closed { "closed" } else { "refused" }.into()))
    }
}

/// The same request under an id of its own, for asking what would happen.
fn fresh(mut request: CommitRequest) -> CommitRequest {
    request.txn_id = TxnId(!request.txn_id.0);
    request
}

#[test]
fn every_script_holds() {
    let scripts = all();
    assert!(scripts.len() > 80, "there are {} scripts", scripts.len());
    let failed: Vec<String> = scripts
        .iter()
        .filter_map(|(name, text)| run(text, Rules::default()).err().map(|why| format!("{name}: {why}")))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let text = "begin T1\nT1 update k\ncommit T1 = aborted too-old";
    assert!(run(text, Rules::default()).is_err());
}
