//! The commit decision (PROTOCOL §3, §5, §7): which transactions commit, and when. Soft state over
//! the journal: all of it is rebuilt from the journal's tail.
//!
//! ```text
//!  commit ──► Core::decide ──► open batch ──► journal.append ──► visible, answer
//!             (one at a time)   (gathers while the pipe is full)
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | `hold` | the table of PROTOCOL §7: what a hold on a key is tested against and leaves |
//! | `conflict` | the conflict map: stamps of keys, in generations |
//! | `recent` | recent writes in commit order, for SERIALIZABLE |
//! | `outcomes` | what became of transactions, and tombstones |
//! | `rules` | the rules by name, so that tests can switch one off |
//! | [`core`] | all of these together: requests in, decisions out; pure |
//! | `retention` | which part of the journal a rebuild needs |
//! | `counters` | [`Counters`], for metrics |
//! | `batch` | what is on its way to the journal |
//! | `mode` | when snapshots rest on clocks; pure |
//! | `confirm` | leadership, confirmed once for all who wait |
//! | `rebuild` | the journal read back |
//! | [`service`] | [`Service`]: one [`core::Core`] over a journal and a clock, for one epoch |
//! | [`seat`] | [`Seat`]: opens a [`Service`] whenever this node leads a replicated journal |
//! | `locks` | advisory locks, which live as long as a [`Service`] |
//! | [`settings`] | what users tune |
//!
//! Invariants (numbers of PROTOCOL §15):
//! - a reported abort is in no journal; one `txn_id` has at most one live record (4);
//! - commit timestamps strictly increase along the journal (5);
//! - no committed transaction has another's write to a key of its own in `(snapshot_ts, commit_ts)`
//!   (6), checks included (7), nor, if SERIALIZABLE, to a range that it read (8);
//! - after `close(x)` no commit is at or below `x` (10), even by a successor (11);
//! - a rebuilt core refuses nothing that the old one would have passed (15).

mod batch;
mod confirm;
mod conflict;
pub mod core;
mod counters;
mod hold;
mod locks;
mod mode;
mod outcomes;
mod rebuild;
mod recent;
mod retention;
mod rules;
pub mod seat;
pub mod service;
pub mod settings;

pub use counters::Counters;
pub use seat::Seat;
pub use service::Service;
pub use settings::Settings;

#[cfg(test)]
mod proving;
