//! `bytea`: parts, trimming, bits, `encode`/`decode`, digests, character set conversion.

use gavel_types::text_io::bytea::{decode_escape, decode_hex, encode_escape, encode_hex};
use gavel_types::{SqlError, SqlResult, SqlState};
use sha2::Digest;

use crate::args::scalar;
use crate::call::ScalarFn;
use crate::error::{integer_out_of_range, invalid_parameter};

fn length(b: &[u8]) -> SqlResult<i32> {
    i32::try_from(b.len()).map_err(|_| integer_out_of_range())
}

/// Bytes `from .. from + count`, counted from 1.
fn slice(b: &[u8], from: i64, count: Option<i64>) -> SqlResult<Vec<u8>> {
    let end = match count {
        None => i64::MAX,
        Some(n) if n < 0 => {
            return Err(SqlError::new(SqlState::SubstringError, "negative substring length not allowed"));
        }
        Some(n) => from.saturating_add(n),
    };
    let at = |n: i64| usize::try_from(n.max(1) - 1).unwrap_or(usize::MAX).min(b.len());
    let (start, end) = (at(from), at(end));
    Ok(if start < end { b[start..end].to_vec() } else { vec![] })
}

fn overlay(b: &[u8], by: &[u8], from: i32, count: Option<i32>) -> SqlResult<Vec<u8>> {
    if from <= 0 {
        return Err(SqlError::new(SqlState::SubstringError, "negative substring length not allowed"));
    }
    let count = count.map_or(by.len() as i64, i64::from);
    if i64::from(from) + count > i64::from(i32::MAX) {
        return Err(integer_out_of_range());
    }
    let mut out = slice(b, 1, Some(i64::from(from) - 1))?;
    out.extend_from_slice(by);
    out.extend(slice(b, i64::from(from) + count, None)?);
    Ok(out)
}

fn position(b: &[u8], needle: &[u8]) -> SqlResult<i32> {
    if needle.is_empty() {
        return Ok(1);
    }
    match b.windows(needle.len()).position(|w| w == needle) {
        Some(at) => i32::try_from(at + 1).map_err(|_| integer_out_of_range()),
        None => Ok(0),
    }
}

fn trim(b: &[u8], set: &[u8], left: bool, right: bool) -> Vec<u8> {
    let start = if left { b.iter().take_while(|c| set.contains(c)).count() } else { 0 };
    let rest = &b[start..];
    let end = if right { rest.iter().rev().take_while(|c| set.contains(c)).count() } else { 0 };
    rest[..rest.len() - end].to_vec()
}

fn index_error(index: i64, len: usize) -> SqlError {
    SqlError::new(SqlState::ArraySubscriptError, format!("index {index} out of valid range, 0..{}", len as i64 - 1))
}

/// Byte and mask of a bit, counted from the low end of each byte.
fn bit(b: &[u8], n: i64) -> SqlResult<(usize, u8)> {
    usize::try_from(n)
        .ok()
        .filter(|n| n / 8 < b.len())
        .map(|n| (n / 8, 1 << (n % 8)))
        .ok_or_else(|| index_error(n, b.len() * 8))
}

fn byte(b: &[u8], n: i32) -> SqlResult<usize> {
    usize::try_from(n).ok().filter(|n| *n < b.len()).ok_or_else(|| index_error(i64::from(n), b.len()))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Lines of 76 characters, as RFC 2045 has it.
fn base64_encode(b: &[u8]) -> String {
    let mut out = String::with_capacity(b.len() * 4 / 3 + 4);
    let mut line = 0;
    for chunk in b.chunks(3) {
        if line == 76 {
            out.push('\n');
            line = 0;
        }
        let n = chunk.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(char::from(BASE64[(n >> (18 - 6 * i)) as usize & 63]));
            } else {
                out.push('=');
            }
        }
        line += 4;
    }
    out
}

fn base64_decode(text: &str) -> SqlResult<Vec<u8>> {
    let mut out = vec![];
    let (mut buffer, mut have, mut padding) = (0u32, 0, 0);
    for c in text.chars() {
        let value = match c {
            ' ' | '\t' | '\n' | '\r' => continue,
            '=' => {
                if padding == 0 && have < 2 || padding == 2 {
                    return Err(invalid_parameter("unexpected \"=\" while decoding base64 sequence"));
                }
                padding += 1;
                have += 1;
                buffer <<= 6;
                if have == 4 {
                    out.extend_from_slice(&buffer.to_be_bytes()[1..4 - padding]);
                    (buffer, have) = (0, 0);
                }
                continue;
            }
            c => BASE64.iter().position(|b| char::from(*b) == c),
        };
        let Some(value) = value.filter(|_| padding == 0) else {
            return Err(invalid_parameter(format!("invalid symbol \"{c}\" found while decoding base64 sequence")));
        };
        buffer = buffer << 6 | value as u32;
        have += 1;
        if have == 4 {
            out.extend_from_slice(&buffer.to_be_bytes()[1..]);
            (buffer, have) = (0, 0);
        }
    }
    if have != 0 {
        return Err(invalid_parameter("invalid base64 end sequence")
            .hint("Input data is missing padding, is truncated, or is otherwise corrupted."));
    }
    Ok(out)
}

fn encode(b: &[u8], format: &str) -> SqlResult<String> {
    let mut out = String::new();
    match format.to_ascii_lowercase().as_str() {
        "hex" => encode_hex(b, &mut out),
        "base64" => out = base64_encode(b),
        "escape" => {
            // Unlike `bytea`'s own output, only zero and high bytes are escaped.
            for byte in b {
                match byte {
                    b'\\' => out.push_str("\\\\"),
                    0 | 0x80.. => {
                        let mut one = String::new();
                        encode_escape(&[*byte], &mut one);
                        out.push_str(&one);
                    }
                    byte => out.push(char::from(*byte)),
                }
            }
        }
        _ => return Err(invalid_parameter(format!("unrecognized encoding: \"{format}\""))),
    }
    Ok(out)
}

fn decode(text: &str, format: &str) -> SqlResult<Vec<u8>> {
    match format.to_ascii_lowercase().as_str() {
        "hex" => decode_hex(text, true),
        "base64" => base64_decode(text),
        "escape" => decode_escape(text),
        _ => Err(invalid_parameter(format!("unrecognized encoding: \"{format}\""))),
    }
}

fn hex_md5(b: &[u8]) -> String {
    let mut out = String::new();
    encode_hex(&md5::Md5::digest(b), &mut out);
    out
}

/// Only UTF-8 and its subsets: the one encoding of our databases.
fn is_utf8(encoding: &str, role: &str) -> SqlResult<bool> {
    if crate::system::encoding_number(encoding) < 0 {
        return Err(invalid_parameter(format!("invalid {role}encoding name \"{encoding}\"")));
    }
    let name: String = encoding.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    match name.as_str() {
        "utf8" | "unicode" | "sqlascii" => Ok(true),
        "latin1" | "iso88591" => Ok(false),
        _ => Err(SqlError::unsupported(format!("encoding \"{encoding}\" is not supported"))),
    }
}

fn from_encoding(b: &[u8], encoding: &str, role: &str) -> SqlResult<String> {
    let utf8 = is_utf8(encoding, role)?;
    let valid = std::str::from_utf8(b).map_or_else(|e| e.valid_up_to(), str::len);
    if b[..if utf8 { valid } else { b.len() }].contains(&0) {
        return Err(SqlError::new(
            SqlState::CharacterNotInRepertoire,
            format!("invalid byte sequence for encoding \"{}\": 0x00", if utf8 { "UTF8" } else { "LATIN1" }),
        ));
    }
    if !utf8 {
        return Ok(b.iter().map(|b| char::from(*b)).collect());
    }
    let text = std::str::from_utf8(b).map_err(|e| {
        let bad: Vec<String> =
            b[e.valid_up_to()..].iter().take(e.error_len().unwrap_or(1)).map(|b| format!("0x{b:02x}")).collect();
        SqlError::new(
            SqlState::CharacterNotInRepertoire,
            format!("invalid byte sequence for encoding \"UTF8\": {}", bad.join(" ")),
        )
    })?;
    Ok(text.to_owned())
}

fn to_encoding(text: &str, encoding: &str) -> SqlResult<Vec<u8>> {
    if is_utf8(encoding, "destination ")? {
        return Ok(text.as_bytes().to_vec());
    }
    text.chars()
        .map(|c| {
            u8::try_from(u32::from(c)).map_err(|_| {
                let bytes: Vec<String> = c.to_string().bytes().map(|b| format!("0x{b:02x}")).collect();
                SqlError::new(
                    SqlState::UntranslatableCharacter,
                    format!(
                        "character with byte sequence {} in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"",
                        bytes.join(" ")
                    ),
                )
            })
        })
        .collect()
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("byteaoctetlen", scalar!(|b: &[u8]| length(b)?)),
    ("byteacat", scalar!(|a: &[u8], b: &[u8]| [a, b].concat())),
    ("bytea_substr", scalar!(|b: &[u8], from: i32, n: i32| slice(b, i64::from(from), Some(i64::from(n)))?)),
    ("bytea_substr_no_len", scalar!(|b: &[u8], from: i32| slice(b, i64::from(from), None)?)),
    ("byteaoverlay", scalar!(|b: &[u8], by: &[u8], from: i32, n: i32| overlay(b, by, from, Some(n))?)),
    ("byteaoverlay_no_len", scalar!(|b: &[u8], by: &[u8], from: i32| overlay(b, by, from, None)?)),
    ("byteapos", scalar!(|b: &[u8], needle: &[u8]| position(b, needle)?)),
    ("byteatrim", scalar!(|b: &[u8], set: &[u8]| trim(b, set, true, true))),
    ("bytealtrim", scalar!(|b: &[u8], set: &[u8]| trim(b, set, true, false))),
    ("byteartrim", scalar!(|b: &[u8], set: &[u8]| trim(b, set, false, true))),
    ("bytea_bit_count", scalar!(|b: &[u8]| b.iter().map(|b| i64::from(b.count_ones())).sum::<i64>())),
    ("byteaGetByte", scalar!(|b: &[u8], n: i32| i32::from(b[byte(b, n)?]))),
    (
        "byteaGetBit",
        scalar!(|b: &[u8], n: i64| {
            let (at, mask) = bit(b, n)?;
            i32::from(b[at] & mask != 0)
        }),
    ),
    (
        "byteaSetByte",
        scalar!(|b: &[u8], n: i32, v: i32| {
            let mut out = b.to_vec();
            out[byte(b, n)?] = v as u8;
            out
        }),
    ),
    (
        "byteaSetBit",
        scalar!(|b: &[u8], n: i64, v: i32| {
            let (at, mask) = bit(b, n)?;
            let mut out = b.to_vec();
            match v {
                0 => out[at] &= !mask,
                1 => out[at] |= mask,
                _ => return Err(invalid_parameter("new bit must be 0 or 1")),
            }
            out
        }),
    ),
    ("binary_encode", scalar!(|b: &[u8], format: &str| encode(b, format)?)),
    ("binary_decode", scalar!(|s: &str, format: &str| decode(s, format)?)),
    ("md5_text", scalar!(|s: &str| hex_md5(s.as_bytes()))),
    ("md5_bytea", scalar!(|b: &[u8]| hex_md5(b))),
    ("sha224_bytea", scalar!(|b: &[u8]| sha2::Sha224::digest(b).to_vec())),
    ("sha256_bytea", scalar!(|b: &[u8]| sha2::Sha256::digest(b).to_vec())),
    ("sha384_bytea", scalar!(|b: &[u8]| sha2::Sha384::digest(b).to_vec())),
    ("sha512_bytea", scalar!(|b: &[u8]| sha2::Sha512::digest(b).to_vec())),
    ("pg_convert_from", scalar!(|b: &[u8], encoding: &str| from_encoding(b, encoding, "source ")?)),
    ("pg_convert_to", scalar!(|s: &str, encoding: &str| to_encoding(s, encoding)?)),
    ("pg_convert", scalar!(|b: &[u8], from: &str, to: &str| to_encoding(&from_encoding(b, from, "source ")?, to)?)),
    (
        "length_in_encoding",
        scalar!(|b: &[u8], encoding: &str| {
            i32::try_from(from_encoding(b, encoding, "")?.chars().count()).map_err(|_| integer_out_of_range())?
        }),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_round() {
        for n in 0..70 {
            let bytes: Vec<u8> = (0..n).collect();
            assert_eq!(base64_decode(&base64_encode(&bytes)), Ok(bytes));
        }
        assert_eq!(base64_encode(b"hello"), "aGVsbG8=");
        for bad in ["a", "aGVsbG8", "=", "a?b=", "aGVsbG8=x"] {
            assert!(base64_decode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn digests() {
        assert_eq!(hex_md5(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
    }
}
