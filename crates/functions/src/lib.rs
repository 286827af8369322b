//! PostgreSQL's functions, operators, casts and aggregates.
//!
//! *What exists* is data: PostgreSQL 15's own catalog facts under `data/`, loaded by [`registry`].
//! *What runs* is code: one implementation a function, entered under its internal name
//! (`pg_proc.prosrc`) in the table of the module that holds it. A function that the facts name and
//! no table implements resolves like any other and answers 0A000.
//!
//! | module | what it holds |
//! |---|---|
//! | [`registry`] | signatures, operators, casts, types; look-up by name and OID |
//! | [`call`] | what an implementation is given, and the one place that calls one |
//! | `tables` | the list of all tables of implementations |
//! | [`args`] | typed arguments: plain Rust functions as implementations |
//! | [`physical`] | Arrow types of PostgreSQL types; `Datum` to and from arrays |
//! | [`vector`] | evaluation over Arrow arrays: kernels where they exist, else row by row |
//! | [`aggregate`] | accumulators |
//! | [`aggregate_facts`] | what aggregates are made of |
//! | [`formatting`], [`json`] | `to_char` and its kin; JSON |
//! | `tables` | the list of all tables of implementations |
//! | [`compare`] | SQL comparison and order-preserving sort keys |
//! | [`comparison`] | comparison operators |
//! | [`enums`] | values of enums by their place |
//! | [`int`], [`float`], [`numeric`], [`money`] | numbers |
//! | [`random`] | random numbers |
//! | [`network`], [`macaddr`] | network and hardware addresses |
//! | [`geometry`] | points |
//! | [`hash`] | hash functions |
//! | [`text`] | text, `bytea`, bit strings, `format()` |
//! | [`textsearch`] | full-text search |
//! | [`pattern`] | LIKE and regular expressions |
//! | [`system`] | sizes, encodings, uuids |
//! | [`cast`] | input, output, and casts of strings |

pub mod aggregate;
pub mod aggregate_facts;
pub mod args;
pub mod array;
pub mod call;
pub mod cast;
pub mod compare;
pub mod comparison;
pub mod datetime;
pub mod enums;
pub mod error;
pub mod float;
pub mod formatting;
pub mod geometry;
#[cfg(test)]
mod golden_test;
pub mod hash;
pub mod int;
pub mod json;
pub mod keywords;
pub mod macaddr;
pub mod money;
pub mod network;
pub mod numeric;
pub mod pattern;
pub mod physical;
pub mod random;
pub mod registry;
mod series;
#[cfg(test)]
mod silently_different_test;
pub mod system;
mod tables;
#[cfg(test)]
mod testing;
pub mod text;
pub mod textsearch;
pub mod variadic;
pub mod vector;

pub use call::{Call, EvalContext, SessionHooks};
pub use physical::physical_type;
