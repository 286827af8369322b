//! COPY's data formats (manual, "COPY", "File Formats"): text, CSV and binary.
//!
//! | module | what it holds |
//! |---|---|
//! | [`options`] | the options of COPY, validated as PostgreSQL does |
//! | [`decode`] | bytes in any chunks → rows of fields |
//! | [`lines`] | where a line of text or CSV ends |
//! | [`fields`] | a line → fields |
//! | [`binary`] | the binary format's frames |
//! | [`encode`] | rows → bytes |
//!
//! Decoding stops at fields: bytes for text and CSV (`text_io::parse` makes values of them), and
//! for binary what `wire_binary::read` takes. A session that fails on a field adds
//! [`decode::CopyRow::column_context`] to its error, on a whole row [`decode::CopyRow::line_context`].

pub mod binary;
pub mod decode;
pub mod encode;
pub mod fields;
pub mod lines;
pub mod options;

pub use decode::{CopyDecoder, CopyRow};
pub use encode::CopyEncoder;
pub use options::{ColumnChoice, CopyArg, CopyDirection, CopyFileFormat, CopyOptions, Header};
