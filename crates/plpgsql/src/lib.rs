//! PL/pgSQL (PostgreSQL's manual, chapter 43): text of a body to a tree. Pure: nothing is run here, and SQL inside of a
//! body stays text with a place and the names that it sees.
//!
//! ```text
//!   DECLARE n integer := 1;            variables  #2 n : integer := 'SELECT 1'
//!   BEGIN
//!     n := n + x;                      assign #2 := 'n + x' seeing n, x, found
//!   END
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`tree`] | what comes out |
//! | [`names`] | which names a place sees |
//! | [`conditions`] | names of error conditions |
//! | `lexer`, `cursor` | words of the text, and walking over them |
//! | `block`, `statement`, `control`, `sql`, `raise` | the grammar, one module a construct |
//!
//! # Invariants
//! 1. A target of an assignment is a variable that was declared; names in SQL are resolved when it is bound.
//! 2. What SQL sees are the variables declared before it, those of inner blocks first.
//! 3. Lines and places count from the first character of the body.

mod block;
pub mod conditions;
mod control;
mod cursor;
mod lexer;
pub mod names;
mod raise;
mod sql;
mod statement;
pub mod tree;

#[cfg(test)]
mod parse_test;

use gavel_types::SqlResult;

pub use names::{Name, Names};
pub use tree::{Body, Signature};

/// Parses the body of a function, procedure, trigger or DO block.
///
/// # Errors
/// PostgreSQL's, with places in characters of `text`: 42601 for syntax and unknown variables, 42804 where RETURN does
/// not fit the signature, 42704 for conditions that do not exist, 54001 for blocks nested too deeply.
pub fn parse(text: &str, signature: &Signature) -> SqlResult<Body> {
    cursor::Cursor::new(text, signature)?.body()
}
