//! Runs bodies in PL/pgSQL, and those in SQL that hold more than queries.
//!
//! ```text
//!  session ── call ──▶ Compiled (tree, types of variables, plans of its SQL)
//!                         │ Activation: values
//!                         ▼
//!              statements, one after the other ── SQL ──▶ the session: bound with variables as parameters, planned, run
//! ```
//! A running plan that calls a function hands the call to the session that waits for it (`session/calls.rs`): a body
//! may do whatever a session may.
//!
//! | module | what it holds |
//! |---|---|
//! | [`compiled`] | a body with the types of its variables, kept from call to call |
//! | [`activation`] | one call: values of variables, what it has given so far |
//! | [`fragment`] | the SQL of a body, bound and planned once |
//! | [`assign`] | values into variables |
//! | [`execute`] | statements |
//! | [`rows`] | SQL statements, queries, loops over rows |
//! | [`cursor`] | OPEN, FETCH, MOVE, CLOSE |
//! | [`raise`] | RAISE, ASSERT, GET DIAGNOSTICS, and which handler takes an error |
//! | [`call`] | calls, DO, CALL: arguments in, results out |
//! | [`commands`] | bodies in SQL |
//! | [`quiet`] | a client that hears nothing |
//! | [`stack`] | room for calls within calls |
//! | [`trigger`] | calls of trigger functions |
//!
//! # Invariants
//! 1. Values of variables have their variables' types.
//! 2. No plan of a body runs while another statement of it does: rows are read to their end first.

pub mod activation;
pub mod assign;
pub mod call;
pub mod commands;
pub mod compiled;
pub mod cursor;
pub mod execute;
pub mod fragment;
pub mod quiet;
pub mod raise;
pub mod rows;
pub mod stack;
pub mod trigger;
