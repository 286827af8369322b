//! What is on its way to the journal, in the order of commit timestamps. Pure: it is told what has
//! landed, and says what to ship next.
//!
//! ```text
//!  add ──► waiting: [batch] [batch, open] ──ship──► flying: [batch] [batch] … ──land──► in order
//!                                                                          └──hold──► gated ──pass──►
//! ```
//! Batches may land in any order; they are handed out in theirs, so that what is visible has no
//! holes. A batch is shipped as soon as the pipe has room, however small it is: with nobody else
//! about, a commit does not wait for company. What is durable may have to wait at the gate until true
//! time has reached it (PROTOCOL §2).

use std::collections::VecDeque;
use std::time::Duration;

use gavel_api::adjudicator::Error;
use gavel_api::journal::{self, Record};
use gavel_types::{Lsn, TimeMode, Timestamp, TxnId};
use tokio::sync::oneshot;

use crate::core::Accepted;
use crate::settings::Settings;

/// Appends that the quickest one is the quickest of.
const FLIGHTS: usize = 4;

/// Is told when a batch is durable, or why not.
pub(crate) type Waiter = oneshot::Sender<Result<Lsn, Error>>;

/// Records for one append, and whom to tell.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    records: Vec<Record>,
    bytes: usize,
    pub accepted: Vec<Accepted>,
    pub ceiling: Option<Timestamp>,
    pub mode: Option<TimeMode>,
    pub count: u64,
    pub waiters: Vec<Waiter>,
}

impl Batch {
    /// Newest commit in it.
    pub(crate) fn last_ts(&self) -> Option<Timestamp> {
        self.accepted.last().map(|one| one.commit_ts)
    }

    /// Oldest commit in it.
    fn first_ts(&self) -> Option<Timestamp> {
        self.accepted.first().map(|one| one.commit_ts)
    }

    /// Whether a promise at `ts` may be told once it is durable.
    fn covers(&self, ts: Timestamp) -> bool {
        self.ceiling.max(self.last_ts()).is_some_and(|most| most >= ts)
    }

    /// Whether the transaction is in it.
    pub(crate) fn holds(&self, txn_id: TxnId) -> bool {
        self.accepted.iter().any(|one| one.txn_id == txn_id)
    }

    /// Tells everybody.
    pub(crate) fn answer(self, result: &Result<Lsn, Error>) {
        for waiter in self.waiters {
            // A caller that has gone away needs no answer.
            let _ = waiter.send(result.clone());
        }
    }
}

#[derive(Debug)]
struct Flight {
    id: u64,
    batch: Batch,
    shipped_at: Timestamp,
    landed: Option<Result<Lsn, journal::Error>>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    waiting: VecDeque<Batch>,
    waiting_bytes: usize,
    waiting_requests: usize,
    flying: VecDeque<Flight>,
    flying_bytes: usize,
    next_id: u64,
    /// How long an append takes, smoothed.
    flight_nanos: u64,
    /// How long the last ones took.
    flights: VecDeque<u64>,
    /// Durable, but not yet visible, each with its last position.
    gated: VecDeque<(Batch, Lsn)>,
}

impl Pipe {
    /// Whether another transaction of that size may wait. One that is larger than the bound may if
    /// nothing else waits.
    pub(crate) fn has_room(&self, bytes: usize, settings: &Settings) -> bool {
        self.waiting.is_empty()
            || (self.waiting_bytes.saturating_add(bytes) <= settings.queue_size_bytes
                && self.waiting_requests < settings.queue_requests
                && self.estimated_wait(settings) <= settings.queue_wait)
    }

    /// How long a batch that is added now will wait for the pipe, as things go.
    fn estimated_wait(&self, settings: &Settings) -> Duration {
        let rounds = self.waiting.len() as u64 / settings.pipe_depth.max(1) as u64;
        Duration::from_nanos(self.flight_nanos.saturating_mul(rounds))
    }

    /// Adds an accepted transaction.
    pub(crate) fn add(
        &mut self,
        accepted: Accepted,
        record: Record,
        bytes: usize,
        waiter: Waiter,
        settings: &Settings,
    ) {
        let batch = self.open_batch(bytes, settings);
        batch.records.push(record);
        batch.count += 1;
        batch.bytes += bytes;
        batch.accepted.push(accepted);
        batch.waiters.push(waiter);
        self.waiting_bytes += bytes;
        self.waiting_requests += 1;
    }

    /// Adds a ceiling.
    pub(crate) fn add_ceiling(&mut self, ts: Timestamp, settings: &Settings) {
        let batch = self.open_batch(0, settings);
        batch.records.push(Record::Ceiling(ts));
        batch.count += 1;
        batch.ceiling = Some(ts);
    }

    /// Adds a declaration of the mode.
    pub(crate) fn add_mode(&mut self, mode: TimeMode, settings: &Settings) {
        let batch = self.open_batch(0, settings);
        batch.records.push(Record::TimeMode(mode));
        batch.count += 1;
        batch.mode = Some(mode);
    }

    /// Waits for the commit at `ts`, or for everything if there is none on its way. Gives the
    /// waiter back if nothing is on its way.
    pub(crate) fn attach(&mut self, ts: Timestamp, waiter: Waiter) -> Result<(), Waiter> {
        let gated = self.gated.iter_mut().map(|(batch, _)| batch);
        let flying = self.flying.iter_mut().map(|flight| &mut flight.batch);
        let batches = gated.chain(flying).chain(self.waiting.iter_mut());
        let mut last = None;
        for batch in batches {
            let found = batch.last_ts().is_some_and(|newest| newest >= ts);
            last = Some(batch);
            if found {
                break;
            }
        }
        match last {
            Some(batch) => {
                batch.waiters.push(waiter);
                Ok(())
            }
            None => Err(waiter),
        }
    }

    /// Waits until no commit at or below `ts` is on its way, and until what a promise at `ts` rests on is
    /// durable unless that is `covered` already. Gives the waiter back if there is nothing to wait for.
    pub(crate) fn attach_close(&mut self, ts: Timestamp, covered: bool, waiter: Waiter) -> Result<(), Waiter> {
        let gated = self.gated.iter_mut().map(|(batch, _)| batch);
        let flying = self.flying.iter_mut().map(|flight| &mut flight.batch);
        let (mut covered, mut last) = (covered, None);
        for batch in gated.chain(flying).chain(self.waiting.iter_mut()) {
            let below = batch.first_ts().is_some_and(|oldest| oldest <= ts);
            let covers = !covered && batch.covers(ts);
            covered |= covers;
            if below || covers {
                last = Some(batch);
            }
        }
        match last {
            Some(batch) => {
                batch.waiters.push(waiter);
                Ok(())
            }
            None => Err(waiter),
        }
    }

    /// Records that have no position yet, as far as is known.
    pub(crate) fn records(&self) -> u64 {
        let flying = self.flying.iter().map(|flight| &flight.batch);
        flying.chain(&self.waiting).map(|batch| batch.count).sum()
    }

    /// The oldest commit that is not visible.
    pub(crate) fn first_commit(&self) -> Option<Timestamp> {
        let gated = self.gated.iter().map(|(batch, _)| batch);
        let flying = self.flying.iter().map(|flight| &flight.batch);
        gated.chain(flying).chain(&self.waiting).find_map(Batch::first_ts)
    }

    /// How long the quickest of the last few appends took; zero before there were as many.
    pub(crate) fn quickest_flight(&self) -> Duration {
        let quickest = self.flights.iter().min().filter(|_| self.flights.len() == FLIGHTS);
        Duration::from_nanos(quickest.copied().unwrap_or_default())
    }

    /// The next batch to append, if the pipe has room for it.
    pub(crate) fn ship(&mut self, now: Timestamp, settings: &Settings) -> Option<(u64, Vec<Record>)> {
        let next = self.waiting.front()?;
        let room = self.flying.is_empty()
            || (self.flying.len() < settings.pipe_depth && self.flying_bytes + next.bytes <= settings.pipe_size_bytes);
        if !room {
            return None;
        }
        let mut batch = self.waiting.pop_front()?;
        self.waiting_bytes -= batch.bytes;
        self.waiting_requests -= batch.accepted.len();
        self.flying_bytes += batch.bytes;
        let id = self.next_id;
        self.next_id += 1;
        let records = std::mem::take(&mut batch.records);
        self.flying.push_back(Flight { id, batch, shipped_at: now, landed: None });
        Some((id, records))
    }

    /// The append of batch `id` has ended.
    pub(crate) fn land(&mut self, now: Timestamp, id: u64, result: Result<Lsn, journal::Error>) {
        if let Some(flight) = self.flying.iter_mut().find(|flight| flight.id == id) {
            let took = now.0.saturating_sub(flight.shipped_at.0);
            self.flight_nanos = self.flight_nanos / 8 * 7 + took / 8;
            if result.is_ok() {
                self.flights.truncate(FLIGHTS - 1);
                self.flights.push_front(took);
            }
            flight.landed = Some(result);
        }
    }

    /// A durable batch has to pass the gate.
    pub(crate) fn hold(&mut self, batch: Batch, lsn: Lsn) {
        self.gated.push_back((batch, lsn));
    }

    /// The oldest batch at the gate, if it may pass: `open` is told its newest commit.
    pub(crate) fn pass(&mut self, open: impl FnOnce(Option<Timestamp>) -> bool) -> Option<(Batch, Lsn)> {
        self.gated.pop_front_if(|(batch, _)| open(batch.last_ts()))
    }

    /// Newest commit of the oldest batch at the gate.
    pub(crate) fn next_gated(&self) -> Option<Timestamp> {
        self.gated.front().and_then(|(batch, _)| batch.last_ts())
    }

    /// The oldest batch, if it has landed.
    pub(crate) fn next_landed(&mut self) -> Option<(Batch, Result<Lsn, journal::Error>)> {
        let flight = self.flying.pop_front_if(|flight| flight.landed.is_some())?;
        self.flying_bytes -= flight.batch.bytes;
        flight.landed.map(|result| (flight.batch, result))
    }

    /// Whether nothing is at the journal.
    pub(crate) fn is_grounded(&self) -> bool {
        self.flying.is_empty()
    }

    /// Takes out all that was not shipped.
    pub(crate) fn take_waiting(&mut self) -> VecDeque<Batch> {
        (self.waiting_bytes, self.waiting_requests) = (0, 0);
        std::mem::take(&mut self.waiting)
    }

    /// Takes out everything that is at the journal; what lands later is ignored.
    pub(crate) fn take_flying(&mut self) -> Vec<Batch> {
        self.flying_bytes = 0;
        std::mem::take(&mut self.flying).into_iter().map(|flight| flight.batch).collect()
    }

    /// The batch that takes the next record.
    fn open_batch(&mut self, bytes: usize, settings: &Settings) -> &mut Batch {
        let full = self
            .waiting
            .back()
            .is_none_or(|batch| batch.count > 0 && batch.bytes.saturating_add(bytes) > settings.batch_size_bytes);
        if full {
            self.waiting.push_back(Batch::default());
        }
        let last = self.waiting.len() - 1;
        &mut self.waiting[last]
    }
}
