//! Full-text search as PostgreSQL has it (manual, chapter 12): texts into lexemes, queries over them, rank, headlines.
//!
//! ```text
//! "The Fat Rats"  ─parser─►  asciiword The, blank, asciiword Fat …  ─dictionary─►  (stop), fat, rat  ─►  'fat':2 'rat':3
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`characters`] | letters, digits, blanks; lower case |
//! | [`token`], [`parser`] | kinds of tokens; text into tokens |
//! | [`dictionary`], [`configuration`] | tokens into lexemes; which dictionary a token goes to |
//! | [`document`] | text and JSON into `tsvector` |
//! | [`query`] | text into `tsquery`, in each of its syntaxes |
//! | [`vector`], [`combine`], [`rewrite`] | operators and functions of `tsvector` and `tsquery` |
//! | [`matching`] | whether a document satisfies a query |
//! | [`rank`], [`cover`] | how well it does |
//! | [`headline`] | the part of a document that shows it |
//!
//! The two types with their text forms are in `gavel_types`. Nothing here knows a catalog or a setting: the configuration is
//! handed in.

pub mod characters;
pub mod combine;
pub mod configuration;
pub mod cover;
pub mod dictionary;
pub mod document;
pub mod headline;
pub mod matching;
pub mod parser;
pub mod query;
pub mod rank;
pub mod rewrite;
pub mod token;
pub mod vector;

pub use configuration::Configuration;
pub use dictionary::Dictionary;
pub use matching::matches;
