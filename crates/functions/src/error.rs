//! Errors that many functions share, in PostgreSQL's words.

use gavel_types::{SqlError, SqlState};

/// 22003 for an integer type.
pub fn smallint_out_of_range() -> SqlError {
    SqlError::new(SqlState::NumericValueOutOfRange, "smallint out of range")
}

pub fn integer_out_of_range() -> SqlError {
    SqlError::new(SqlState::NumericValueOutOfRange, "integer out of range")
}

pub fn bigint_out_of_range() -> SqlError {
    SqlError::new(SqlState::NumericValueOutOfRange, "bigint out of range")
}

/// 22003 for `money`, where PostgreSQL 15 lets the amount wrap around.
pub fn money_out_of_range() -> SqlError {
    SqlError::new(SqlState::NumericValueOutOfRange, "money out of range")
}

/// 22012.
pub fn division_by_zero() -> SqlError {
    SqlError::new(SqlState::DivisionByZero, "division by zero")
}

/// 22003 for floats.
pub fn float_overflow() -> SqlError {
    SqlError::new(SqlState::NumericValueOutOfRange, "value out of range: overflow")
}

pub fn float_underflow() -> SqlError {
    SqlError::new(SqlState::NumericValueOutOfRange, "value out of range: underflow")
}

pub fn out_of_range(message: &str) -> SqlError {
    SqlError::new(SqlState::NumericValueOutOfRange, message)
}

/// 22023.
pub fn invalid_parameter(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidParameterValue, message)
}

/// 54000: a result that would be longer than 1 GB.
pub fn too_large(message: &str) -> SqlError {
    SqlError::new(SqlState::ProgramLimitExceeded, message)
}

/// Longest text or bytea that a function makes: PostgreSQL's limit of an allocation.
pub const MAX_BYTES: usize = 0x3fff_ffff;
