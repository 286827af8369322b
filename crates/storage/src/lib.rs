//! The storage role: a replica that follows the journal, keeps versions, and answers reads as of a
//! timestamp.
//!
//! ```text
//!   journal ──tail──► follow ──apply──► mvcc engine ◄──read── get, scan, scan_raw
//!      ▲                 │                  │                        ▲
//!      └──trim── upkeep ◄┴──── watermarks ──┴── flush, horizon       │ waits until W >= S
//!                                  └─────────────────────────────────┘
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`replica`] | [`Replica`]: opening, closing, the `Storage` trait |
//! | [`watermark`] | how far the replica is; waiting for it |
//! | `follow` | applies the journal |
//! | [`seat`] | [`Seat`]: a replica that is built anew from a peer when the journal has left it behind |
//! | [`bootstrap`], `copy` | a store copied from a peer, while both serve: taking, giving |
//! | `lend` | streams that can be taken back |
//! | `upkeep` | flushes, raises the horizon, trims the journal |
//! | `close` | asks the adjudicator to promise that nothing below `S` is to come |
//! | `lead` | asks for such promises ahead of time, where the leader is far |
//! | `scan` | streams of batches, made chunk by chunk off the async threads |
//! | [`retention`] | what may be collected and trimmed: pure |
//! | [`settings`] | what can be tuned |
//!
//! Invariants (PROTOCOL §15): a read at `S` is answered only when everything `<= S` is applied (9);
//! nothing that a snapshot `>=` the horizon sees is collected (16); the journal is not trimmed above
//! what is durable here.

pub mod bootstrap;
mod close;
mod copy;
mod follow;
mod lead;
mod lend;
pub mod replica;
pub mod retention;
mod scan;
pub mod seat;
pub mod settings;
mod upkeep;
pub mod watermark;

pub use replica::{Closing, Replica};
pub use seat::Seat;
pub use settings::Settings;
