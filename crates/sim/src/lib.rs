//! Whole clusters on one thread, from one seed: the real code of journal, adjudicator, storage and the
//! transactions of query nodes, over a simulated network, disk and clock, under faults, with what must
//! hold checked (PROTOCOL §15).
//!
//! ```text
//!   seed ──► plan of faults ─┐
//!        ──► chance ─────────┤        journal 1 2 3   storage 11 12   query 21 22
//!                            ▼           │ each a runtime of its own that runs when the world says │
//!   world: run who has something to do, then jump to the next message or timer
//!                            │
//!                            └──► ledger: what was told, read, promised ──► check
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`world`] | time, hosts, and what happens next |
//! | [`host`], [`net`], [`disk`], [`clock`] | a process, the network, a disk, a clock |
//! | [`remote`] | the traits between roles over that network |
//! | [`roles`] | the roles, started on hosts |
//! | [`load`] | clients: bank with auditor, lists that are appended to, write skew |
//! | [`faults`] | what goes wrong when |
//! | [`ledger`], [`check`] | what everybody was told, and what must hold of it |
//! | [`mutant`], [`mutate`] | rules that can be switched off, and how |
//! | [`trace`] | what happened, as one number |
//! | [`run`] | one seed, from start to verdict |

pub mod check;
pub mod clock;
pub mod disk;
pub mod faults;
pub mod host;
pub mod ledger;
pub mod load;
pub mod mutant;
pub mod mutate;
pub mod net;
pub mod remote;
pub mod roles;
pub mod run;
pub mod trace;
pub mod world;
