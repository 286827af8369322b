//! How values look outside: PostgreSQL's binary format of each type, columns of a result written
//! as text or binary, and the data formats of COPY. Pure: bytes in, bytes out.
//!
//! | module | what it holds |
//! |---|---|
//! | [`wire_text`] | values written as text: one datum, or a column of a batch |
//! | [`wire_binary`] | values written to and read from their binary format |
//! | `network_binary` | `inet` and `cidr` |
//! | `shape_binary` | geometric types but `point` |
//! | `textsearch_binary` | `tsvector` and `tsquery` |
//! | [`numeric_binary`] | `numeric` as base-10000 digits |
//! | [`column`] | a column of a batch, looked at row by row without a `Datum` for common types |
//! | [`row`] | DataRow bodies from Arrow batches and datum rows |
//! | [`copy`] | COPY's text, CSV and binary formats |
//!
//! Text forms themselves are `gavel_types::text_io`; this crate only moves them.

pub mod column;
pub mod copy;
mod network_binary;
pub mod numeric_binary;
pub mod row;
mod shape_binary;
mod textsearch_binary;
pub mod wire_binary;
pub mod wire_text;

pub use row::RowEncoder;

/// Format code of a parameter or result column (manual §55.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Text,
    Binary,
}

impl Format {
    /// The code as it travels.
    pub const fn code(self) -> i16 {
        match self {
            Self::Text => 0,
            Self::Binary => 1,
        }
    }

    /// # Errors
    /// 22023 for codes other than 0 and 1.
    pub fn from_code(code: i16) -> gavel_types::SqlResult<Self> {
        match code {
            0 => Ok(Self::Text),
            1 => Ok(Self::Binary),
            _ => Err(gavel_types::SqlError::new(
                gavel_types::SqlState::InvalidParameterValue,
                format!("unsupported format code: {code}"),
            )),
        }
    }
}
