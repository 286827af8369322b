//! What the shells of the roles ask of the ground they run on: time to pass, threads for what blocks,
//! chance, and word of changes. On a machine these are tokio's and the operating system's; on a thread
//! that simulates they are the simulation's, so that the same roles run in virtual time, on one thread,
//! the same way each time.
//!
//! ```text
//!   journal, adjudicator, storage, txn
//!        │ sleep, timeout, now      │ offload             │ random       │ watch
//!   ┌────▼──────────────────────────▼─────────────────────▼──────┐       │ one order of waking,
//!   │ tokio's timers, blocking pool, the system's randomness     │       ▼ everywhere
//!   │ ── or, once a thread has entered one ──  the simulation    │
//!   └────────────────────────────────────────────────────────────┘
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`timer`] | waiting, and the monotonic clock |
//! | [`offload`] | work that may block |
//! | [`random`] | randomness |
//! | [`distance`] | how far away something is, by how long exchanges with it take |
//! | [`watch`] | a value that many follow, whose followers wake in the order in which they waited |
//! | [`simulation`] | virtual time and seeded chance for one thread |
//!
//! Outside of a simulation each question costs one look at a thread's own flag.

pub mod distance;
pub mod offload;
pub mod random;
pub mod simulation;
pub mod timer;
pub mod watch;

pub use offload::offload;
