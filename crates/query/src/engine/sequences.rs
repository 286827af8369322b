//! Sequences. They are not transactional: a value once given is never given again, whatever becomes of
//! the transaction. So that not every `nextval` is a commit, a node takes a block of values ahead by a
//! small transaction of its own and hands them out from memory; a crash leaves a gap, as in PostgreSQL.
//!
//! ```text
//! stored   last = 64, called = true        what any other node continues from
//! memory   33 34 … 64                      what this node still gives
//! ```
//! A sequence that is used much takes larger blocks.
#![allow(clippy::disallowed_methods, reason = "the shell that measures a wait")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gavel_catalog::{Sequence, keys};
use gavel_types::{Oid, SqlError, SqlResult, SqlState, Timestamp, WriteMode};
use parking_lot::Mutex;

use crate::engine::Engine;

/// Values taken ahead at first, and at most.
const FIRST_BLOCK: u64 = 32;
const LARGEST_BLOCK: u64 = 8_192;
/// A block used up faster than this is followed by one twice as large.
const SOON: Duration = Duration::from_millis(500);
const ATTEMPTS: usize = 64;
/// Version byte of a stored state.
const STATE_VERSION: u8 = 1;

/// What is stored of a sequence, as PostgreSQL's `last_value` and `is_called`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub last: i64,
    pub called: bool,
}

impl State {
    fn encode(self) -> Bytes {
        let mut out = vec![STATE_VERSION];
        out.extend_from_slice(&self.last.to_be_bytes());
        out.push(u8::from(self.called));
        out.into()
    }

    /// # Errors
    /// XX001 if the bytes are not a state.
    pub fn decode(bytes: &[u8]) -> SqlResult<Self> {
        match bytes {
            [STATE_VERSION, last @ .., called] if last.len() == 8 => {
                let mut raw = [0; 8];
                raw.copy_from_slice(last);
                Ok(Self { last: i64::from_be_bytes(raw), called: *called != 0 })
            }
            _ => Err(SqlError::new(SqlState::DataCorrupted, "state of a sequence does not decode")),
        }
    }
}

/// The value after `state`.
///
/// # Errors
/// 2200H at the end of a sequence that does not cycle.
pub fn next_value(sequence: &Sequence, state: State) -> SqlResult<i64> {
    if !state.called {
        return Ok(state.last);
    }
    let up = sequence.increment > 0;
    let next = state.last.checked_add(sequence.increment);
    match next.filter(|n| if up { *n <= sequence.max } else { *n >= sequence.min }) {
        Some(next) => Ok(next),
        None if sequence.cycle => Ok(if up { sequence.min } else { sequence.max }),
        None => {
            let (which, bound) = if up { ("maximum", sequence.max) } else { ("minimum", sequence.min) };
            Err(SqlError::new(
                SqlState::SequenceGeneratorLimitExceeded,
                format!("nextval: reached {which} value of sequence \"{}\" ({bound})", sequence.name),
            ))
        }
    }
}

/// Increment, bounds and CYCLE.
type MadeFor = (i64, i64, i64, bool);

fn made_for(sequence: &Sequence) -> MadeFor {
    (sequence.increment, sequence.min, sequence.max, sequence.cycle)
}

/// Values at hand.
#[derive(Debug)]
struct Block {
    /// What they were computed by; other changes of the sequence leave them good.
    made_for: MadeFor,
    state: State,
    left: u64,
    size: u64,
    taken_at: Instant,
}

type Slot = Arc<tokio::sync::Mutex<Option<Block>>>;

/// Blocks by database and storage of the sequence.
#[derive(Default)]
pub struct Sequences {
    slots: Mutex<HashMap<(Oid, Oid), Slot>>,
}

impl Sequences {
    fn slot(&self, database: Oid, sequence: Oid) -> Slot {
        Arc::clone(self.slots.lock().entry((database, sequence)).or_default())
    }
}

impl Engine {
    /// The next value, from memory if there is one.
    ///
    /// # Errors
    /// 2200H at the end; what the small commit raises.
    pub(crate) async fn next_value(&self, database: Oid, sequence: &Sequence) -> SqlResult<i64> {
        let slot = self.sequences.slot(database, sequence.storage());
        let mut block = slot.lock().await;
        if !block.as_ref().is_some_and(|b| b.left > 0 && b.made_for == made_for(sequence)) {
            let size = match &*block {
                Some(b) if b.taken_at.elapsed() < SOON => (b.size * 2).min(LARGEST_BLOCK),
                _ => FIRST_BLOCK,
            };
            *block = Some(self.take_block(database, sequence, size).await?);
        }
        let block = block.as_mut().ok_or_else(|| SqlError::internal("no block of a sequence"))?;
        let value = next_value(sequence, block.state)?;
        block.state = State { last: value, called: true };
        block.left -= 1;
        Ok(value)
    }

    /// The next value if it is at hand and nobody else is at the sequence.
    pub(crate) fn next_value_at_hand(&self, database: Oid, sequence: &Sequence) -> Option<SqlResult<i64>> {
        let slot = self.sequences.slot(database, sequence.storage());
        let mut block = slot.try_lock().ok()?;
        let block = block.as_mut().filter(|b| b.left > 0 && b.made_for == made_for(sequence))?;
        Some(next_value(sequence, block.state).inspect(|value| {
            block.state = State { last: *value, called: true };
            block.left -= 1;
        }))
    }

    async fn take_block(&self, database: Oid, sequence: &Sequence, size: u64) -> SqlResult<Block> {
        let mut at_least = Timestamp::ZERO;
        for _ in 0..ATTEMPTS {
            let mut txn = self.begin(at_least, false).await?;
            let key = keys::sequence(database, sequence.storage());
            let stored = txn.view().get(std::slice::from_ref(&key)).await?.pop().flatten();
            let first = match &stored {
                Some(bytes) => State::decode(bytes)?,
                None => State { last: sequence.first(), called: false },
            };
            // As many as there are, at least one; the error of none is the caller's.
            let (mut state, mut left) = (first, 0);
            while left < size {
                match next_value(sequence, state) {
                    Ok(value) => state = State { last: value, called: true },
                    Err(e) if left == 0 => return Err(e),
                    Err(_) => break,
                }
                left += 1;
            }
            let mode = if stored.is_some() { WriteMode::Update } else { WriteMode::Insert };
            txn.write(key, mode, Some(state.encode()))?;
            match self.commit_own(txn).await? {
                Ok(_) => {
                    let (made_for, taken_at) = (made_for(sequence), Instant::now());
                    return Ok(Block { made_for, state: first, left, size, taken_at });
                }
                Err(winner) => at_least = winner,
            }
        }
        Err(SqlError::new(
            SqlState::SerializationFailure,
            format!("could not take values of sequence \"{}\" due to concurrent use", sequence.name),
        ))
    }

    /// `setval`: the state as it is to be; values taken ahead are dropped.
    pub(crate) async fn set_value(&self, database: Oid, sequence: &Sequence, state: State) -> SqlResult<()> {
        let slot = self.sequences.slot(database, sequence.storage());
        let mut block = slot.lock().await;
        let mut at_least = Timestamp::ZERO;
        for _ in 0..ATTEMPTS {
            let mut txn = self.begin(at_least, false).await?;
            let key = keys::sequence(database, sequence.storage());
            let stored = txn.view().get(std::slice::from_ref(&key)).await?.pop().flatten();
            let mode = if stored.is_some() { WriteMode::Update } else { WriteMode::Insert };
            txn.write(key, mode, Some(state.encode()))?;
            match self.commit_own(txn).await? {
                Ok(_) => {
                    *block = None;
                    return Ok(());
                }
                Err(winner) => at_least = winner,
            }
        }
        Err(SqlError::new(SqlState::SerializationFailure, "could not set sequence due to concurrent use"))
    }

    /// What `SELECT last_value, is_called` shows: as this node has given values.
    pub(crate) async fn sequence_state(&self, database: Oid, sequence: &Sequence) -> SqlResult<State> {
        let slot = self.sequences.slot(database, sequence.storage());
        let block = slot.lock().await;
        if let Some(b) = block.as_ref().filter(|b| b.made_for == made_for(sequence)) {
            return Ok(b.state);
        }
        let key = keys::sequence(database, sequence.storage());
        let ts = self.snapshot().await?;
        let stored = self.storage.get(ts, &[key]).await.map_err(gavel_txn::error::storage_error)?.pop().flatten();
        stored.map_or(Ok(State { last: sequence.first(), called: false }), |b| State::decode(&b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::PgType;

    fn sequence(increment: i64, min: i64, max: i64, cycle: bool) -> Sequence {
        Sequence {
            oid: Oid(1),
            schema: Oid(2),
            name: "s".into(),
            owner: Oid(10),
            version: 1,
            ty: PgType::INT8,
            start: if increment > 0 { min } else { max },
            increment,
            min,
            max,
            cache: 1,
            cycle,
            restarted: None,
            owned_by: None,
            unlogged: false,
            acl: None,
        }
    }

    fn first(s: &Sequence, n: usize) -> Vec<String> {
        let mut state = State { last: s.start, called: false };
        (0..n)
            .map(|_| match next_value(s, state) {
                Ok(v) => {
                    state = State { last: v, called: true };
                    v.to_string()
                }
                Err(e) => e.code().as_str().to_owned(),
            })
            .collect()
    }

    #[test]
    fn values_ascend_descend_end_and_cycle() {
        assert_eq!(first(&sequence(1, 1, 3, false), 4), ["1", "2", "3", "2200H"]);
        assert_eq!(first(&sequence(2, 1, 4, true), 4), ["1", "3", "1", "3"]);
        assert_eq!(first(&sequence(-1, -2, -1, false), 3), ["-1", "-2", "2200H"]);
        assert_eq!(first(&sequence(1, i64::MAX - 1, i64::MAX, false), 3)[2], "2200H");
    }

    #[test]
    fn a_state_survives_its_bytes() {
        let state = State { last: -5, called: true };
        assert_eq!(State::decode(&state.encode()), Ok(state));
        assert!(State::decode(b"\x01").is_err());
        assert!(State::decode(b"\x02\0\0\0\0\0\0\0\0\0").is_err());
    }
}
