//! Bit strings. A value is text of `0` and `1`.

use gavel_types::{SqlError, SqlResult, SqlState};

use crate::args::scalar;
use crate::call::ScalarFn;
use crate::error::{bigint_out_of_range, integer_out_of_range};

fn same_size(a: &str, b: &str, name: &str) -> SqlResult<()> {
    if a.len() == b.len() {
        return Ok(());
    }
    Err(SqlError::new(SqlState::StringDataLengthMismatch, format!("cannot {name} bit strings of different sizes")))
}

fn combine(a: &str, b: &str, f: fn(bool, bool) -> bool) -> String {
    a.bytes().zip(b.bytes()).map(|(a, b)| if f(a == b'1', b == b'1') { '1' } else { '0' }).collect()
}

/// `&` of bit strings.
///
/// # Errors
/// 22026 unless they are of one length; so for the others.
pub(crate) fn and(a: &str, b: &str) -> SqlResult<String> {
    same_size(a, b, "AND")?;
    Ok(combine(a, b, |a, b| a & b))
}

/// `|` of bit strings.
pub(crate) fn or(a: &str, b: &str) -> SqlResult<String> {
    same_size(a, b, "OR")?;
    Ok(combine(a, b, |a, b| a | b))
}

/// `#` of bit strings.
pub(crate) fn xor(a: &str, b: &str) -> SqlResult<String> {
    same_size(a, b, "XOR")?;
    Ok(combine(a, b, |a, b| a ^ b))
}

/// Moves bits to the left (to the right if negative); the length stays.
fn shift(bits: &str, n: i64) -> String {
    let len = bits.len();
    let by = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX).min(len);
    let zeros = "0".repeat(by);
    if n >= 0 { format!("{}{zeros}", &bits[by..]) } else { format!("{zeros}{}", &bits[..len - by]) }
}

/// Cut or filled with zeros at the right, as a cast to `bit(n)` does.
fn to_length(bits: &str, n: i32, explicit: bool, varying: bool) -> SqlResult<String> {
    let Ok(n) = usize::try_from(n) else { return Ok(bits.to_owned()) };
    if bits.len() == n || (varying && bits.len() < n) {
        return Ok(bits.to_owned());
    }
    if !explicit {
        return Err(if varying {
            SqlError::new(
                SqlState::StringDataRightTruncation22,
                format!("bit string too long for type bit varying({n})"),
            )
        } else {
            SqlError::new(
                SqlState::StringDataLengthMismatch,
                format!("bit string length {} does not match type bit({n})", bits.len()),
            )
        });
    }
    Ok(format!("{:0<n$}", &bits[..bits.len().min(n)]))
}

/// The low `n` bits of an integer, its sign filling what is above.
fn from_int(v: i64, n: i32) -> String {
    let n = usize::try_from(n).unwrap_or(1).max(1);
    (0..n).rev().map(|i| if (if i < 64 { v >> i } else { v >> 63 }) & 1 == 1 { '1' } else { '0' }).collect()
}

fn to_int(bits: &str, width: usize, range: fn() -> SqlError) -> SqlResult<i64> {
    if bits.len() > width {
        return Err(range());
    }
    Ok(bits.bytes().fold(0, |v, b| v << 1 | i64::from(b == b'1')))
}

fn index(bits: &str, n: i32) -> SqlResult<usize> {
    usize::try_from(n).ok().filter(|n| *n < bits.len()).ok_or_else(|| {
        SqlError::new(
            SqlState::ArraySubscriptError,
            format!("bit index {n} out of valid range (0..{})", bits.len() as i64 - 1),
        )
    })
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("bit_and", scalar!(|a: &str, b: &str| and(a, b)?)),
    ("bit_or", scalar!(|a: &str, b: &str| or(a, b)?)),
    ("bitxor", scalar!(|a: &str, b: &str| xor(a, b)?)),
    ("bitnot", scalar!(|a: &str| combine(a, a, |a, _| !a))),
    ("bitcat", scalar!(|a: &str, b: &str| format!("{a}{b}"))),
    ("bitshiftleft", scalar!(|a: &str, n: i32| shift(a, i64::from(n)))),
    ("bitshiftright", scalar!(|a: &str, n: i32| shift(a, -i64::from(n)))),
    ("bitlength", scalar!(|a: &str| i32::try_from(a.len()).map_err(|_| integer_out_of_range())?)),
    ("bitoctetlength", scalar!(|a: &str| i32::try_from(a.len().div_ceil(8)).map_err(|_| integer_out_of_range())?)),
    ("bit_bit_count", scalar!(|a: &str| a.bytes().filter(|b| *b == b'1').count() as i64)),
    ("bitsubstr", scalar!(|a: &str, from: i32, n: i32| super::substring(a, i64::from(from), Some(i64::from(n)))?)),
    ("bitsubstr_no_len", scalar!(|a: &str, from: i32| super::substring(a, i64::from(from), None)?)),
    ("bitoverlay", scalar!(|a: &str, by: &str, from: i32, n: i32| super::overlay(a, by, from, Some(n))?)),
    ("bitoverlay_no_len", scalar!(|a: &str, by: &str, from: i32| super::overlay(a, by, from, None)?)),
    ("bitposition", scalar!(|a: &str, needle: &str| a.find(needle).map_or(0, |i| i as i32 + 1))),
    ("bitgetbit", scalar!(|a: &str, n: i32| i32::from(a.as_bytes()[index(a, n)?] == b'1'))),
    (
        "bitsetbit",
        scalar!(|a: &str, n: i32, v: i32| {
            let at = index(a, n)?;
            let new = match v {
                0 => "0",
                1 => "1",
                _ => return Err(crate::error::invalid_parameter("new bit must be 0 or 1")),
            };
            let mut out = a.to_owned();
            out.replace_range(at..=at, new);
            out
        }),
    ),
    ("bit", scalar!(|a: &str, n: i32, explicit: bool| to_length(a, n, explicit, false)?)),
    ("varbit", scalar!(|a: &str, n: i32, explicit: bool| to_length(a, n, explicit, true)?)),
    ("bitfromint4", scalar!(|v: i32, n: i32| from_int(i64::from(v), n))),
    ("bitfromint8", scalar!(|v: i64, n: i32| from_int(v, n))),
    ("bittoint4", scalar!(|a: &str| to_int(a, 32, integer_out_of_range)? as i32)),
    ("bittoint8", scalar!(|a: &str| to_int(a, 64, bigint_out_of_range)?)),
];
