//! Small functions about the system that need no session: sizes as text, encodings, NULL counts, uuids,
//! row identity.

use gavel_types::text_io::type_name;
use gavel_types::{Datum, Numeric, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::args::scalar;
use crate::call::{Call, ScalarFn};
use crate::error::invalid_parameter;

/// PostgreSQL's numbers of server encodings. Only UTF8 is one of ours.
const ENCODINGS: &[(i32, &str)] = &[
    (0, "SQL_ASCII"),
    (1, "EUC_JP"),
    (2, "EUC_CN"),
    (3, "EUC_KR"),
    (4, "EUC_TW"),
    (5, "EUC_JIS_2004"),
    (6, "UTF8"),
    (7, "MULE_INTERNAL"),
    (8, "LATIN1"),
    (9, "LATIN2"),
    (10, "LATIN3"),
    (11, "LATIN4"),
    (12, "LATIN5"),
    (13, "LATIN6"),
    (14, "LATIN7"),
    (15, "LATIN8"),
    (16, "LATIN9"),
    (17, "LATIN10"),
    (18, "WIN1256"),
    (19, "WIN1258"),
    (20, "WIN866"),
    (21, "WIN874"),
    (22, "KOI8R"),
    (23, "WIN1251"),
    (24, "WIN1252"),
    (25, "ISO_8859_5"),
    (26, "ISO_8859_6"),
    (27, "ISO_8859_7"),
    (28, "ISO_8859_8"),
    (29, "WIN1250"),
    (30, "WIN1253"),
    (31, "WIN1254"),
    (32, "WIN1255"),
    (33, "WIN1257"),
    (34, "KOI8U"),
];

/// The number of an encoding by its name, however it is written; -1 if there is none.
pub(crate) fn encoding_number(name: &str) -> i32 {
    let plain = |s: &str| s.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wanted = plain(name);
    let wanted = match wanted.as_str() {
        "unicode" => "utf8",
        "iso88591" => "latin1",
        other => other,
    };
    ENCODINGS.iter().find(|(_, n)| plain(n) == wanted).map_or(-1, |(i, _)| *i)
}

/// Units of sizes: name, bytes as a power of two, and up to which a value is shown in the unit before.
const SIZES: [(&str, u32); 6] = [("bytes", 0), ("kB", 10), ("MB", 20), ("GB", 30), ("TB", 40), ("PB", 50)];

/// A size in the largest unit that keeps five digits: halves round away from zero.
fn size_pretty(bytes: i64) -> String {
    let mut size = i128::from(bytes);
    for (i, (name, _)) in SIZES.iter().enumerate() {
        let last = i + 1 == SIZES.len();
        // All but plain bytes carry one extra bit, by which they are rounded.
        let (limit, rounded) = if i == 0 { (10 * 1024, size) } else { (20 * 1024 - 1, halve(size)) };
        if last || size.abs() < limit {
            return format!("{rounded} {name}");
        }
        // Each unit is kept doubled, but for bytes.
        size /= if i == 0 { 512 } else { 1024 };
    }
    String::new()
}

/// Half, rounded away from zero.
fn halve(v: i128) -> i128 {
    if v < 0 { (v - 1) / 2 } else { (v + 1) / 2 }
}

fn size_pretty_numeric(n: &Numeric) -> SqlResult<String> {
    if let Some(v) = n.to_i64().filter(|_| n.scale() == 0) {
        return Ok(size_pretty(v));
    }
    let mut size = n.clone();
    for (i, (name, _)) in SIZES.iter().enumerate() {
        let last = i + 1 == SIZES.len();
        let limit = Numeric::from(if i == 0 { 10 * 1024 } else { 20 * 1024 - 1 });
        if last || size.abs().cmp_sql(&limit).is_lt() {
            if i == 0 {
                return Ok(format!("{size} {name}"));
            }
            let one = Numeric::from(if size.signum() < 0 { -1 } else { 1 });
            return Ok(format!("{} {name}", size.add(&one)?.div_trunc(&Numeric::from(2))?));
        }
        size = size.div_trunc(&Numeric::from(if i == 0 { 512 } else { 1024 }))?;
    }
    Ok(String::new())
}

fn size_bytes(text: &str) -> SqlResult<i64> {
    let invalid = || invalid_parameter(format!("invalid size: \"{text}\""));
    let trimmed = text.trim();
    let end = trimmed
        .char_indices()
        .find(|(i, c)| {
            let exponent = matches!(c, 'e' | 'E')
                && trimmed[i + 1..].trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit());
            !(c.is_ascii_digit()
                || matches!(c, '.')
                || exponent
                || (matches!(c, '+' | '-') && (*i == 0 || matches!(trimmed.as_bytes()[i - 1], b'e' | b'E'))))
        })
        .map_or(trimmed.len(), |(i, _)| i);
    let (number, unit) = (&trimmed[..end], trimmed[end..].trim());
    let number = Numeric::parse(number).map_err(|_| invalid())?;
    let power = if unit.is_empty() {
        0
    } else {
        let known = SIZES.iter().find(|(n, _)| n.eq_ignore_ascii_case(unit)).map(|(_, p)| *p);
        let known = known.or_else(|| unit.eq_ignore_ascii_case("B").then_some(0));
        known.ok_or_else(|| {
            invalid()
                .detail(format!("Invalid size unit: \"{unit}\"."))
                .hint("Valid units are \"bytes\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".")
        })?
    };
    number.mul(&Numeric::from(1i64 << power))?.to_i64().ok_or_else(crate::error::bigint_out_of_range)
}

fn count_nulls(call: &Call<'_>, args: &[Datum], nulls: bool) -> Datum {
    let Some(values) = crate::variadic::tail(call, args, 0) else { return Datum::Null };
    let n = values.iter().filter(|(d, _)| d.is_null() == nulls).count();
    Datum::Int4(i32::try_from(n).unwrap_or(i32::MAX))
}

/// A position in the log, so many bytes further.
fn lsn_moved(position: i64, n: &Numeric, back: bool) -> SqlResult<i64> {
    if n.is_nan() {
        let what = if back { "cannot subtract NaN from pg_lsn" } else { "cannot add NaN to pg_lsn" };
        return Err(SqlError::unsupported(what));
    }
    let position = Numeric::from(i128::from(position as u64));
    lsn_of(&if back { position.sub(n)? } else { position.add(n)? })
}

/// A number as a position in the log.
fn lsn_of(n: &Numeric) -> SqlResult<i64> {
    if n.is_nan() {
        return Err(SqlError::unsupported("cannot convert NaN to pg_lsn"));
    }
    let position = n
        .round(0)
        .to_string()
        .parse::<u64>()
        .map_err(|_| SqlError::new(SqlState::InvalidParameterValue, "pg_lsn out of range"))?;
    Ok(position as i64)
}

/// A version 4 uuid of the session's randomness.
fn random_uuid(call: &Call<'_>) -> [u8; 16] {
    let mut bytes = [0; 16];
    (call.context.entropy)(&mut bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    bytes
}

/// Bytes that PostgreSQL would store a value in, headers of variable lengths included.
fn column_size(value: &Datum) -> i32 {
    let variable = |n: usize| n + if n < 127 { 1 } else { 4 };
    let n = match value {
        Datum::Null => 0,
        Datum::Bool(_) | Datum::Char(_) => 1,
        Datum::Int2(_) => 2,
        Datum::Int4(_) | Datum::Float4(_) | Datum::Date(_) | Datum::Oid(_) | Datum::Enum(_) => 4,
        Datum::Int8(_) | Datum::Float8(_) | Datum::Time(_) | Datum::Timestamp(_) | Datum::TimestampTz(_) => 8,
        Datum::TimeTz(..) => 12,
        Datum::Interval(_) | Datum::Uuid(_) | Datum::Point(_) => 16,
        Datum::MacAddr(_) => 6,
        Datum::MacAddr8(_) => 8,
        Datum::Inet(v) => variable(2 + v.octets().1),
        Datum::Text(s) | Datum::Jsonb(s) => variable(s.len()),
        Datum::Bytea(b) => variable(b.len()),
        Datum::TsVector(v) => variable(v.stored_bytes() - 4),
        Datum::TsQuery(v) => variable(v.stored_bytes() - 4),
        Datum::Numeric(n) => variable(2 + 2 * n.abs().to_string().len().div_ceil(4)),
        Datum::Array(a) => 20 + 8 * a.dims.len() + a.values.iter().map(|v| column_size(v) as usize).sum::<usize>(),
        Datum::Record(f) => 24 + f.iter().map(|(_, v)| column_size(v) as usize).sum::<usize>(),
    };
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// `oidvectortypes`: names of types, as `\df` shows arguments.
fn vector_types(value: &Datum) -> SqlResult<String> {
    let Datum::Array(array) = value else { return Err(crate::args::mismatch(Some(value))) };
    let names: Vec<String> = array
        .values
        .iter()
        .filter_map(|v| if let Datum::Oid(o) = v { Some(crate::cast::type_label(Oid(*o))) } else { None })
        .collect();
    Ok(names.join(", "))
}

/// `numeric + pg_lsn`, which PostgreSQL writes in SQL.
pub const BY_OID: &[(u32, ScalarFn)] = &[(5023, scalar!(|n: &Numeric, a: i64| lsn_moved(a, n, false)?))];

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("PG_encoding_to_char", scalar!(|n: i32| { ENCODINGS.iter().find(|(i, _)| *i == n).map_or("", |(_, name)| name) })),
    ("PG_char_to_encoding", scalar!(|name: &str| encoding_number(name))),
    ("getdatabaseencoding", scalar!(|| "UTF8")),
    (
        "pg_encoding_max_length_sql",
        scalar!(|n: i32| match n {
            6 => Some(4),
            0 | 8..=34 => Some(1),
            1..=5 | 7 => Some(4),
            _ => None,
        }),
    ),
    ("pg_num_nulls", |call, args| Ok(count_nulls(call, args, true))),
    ("pg_num_nonnulls", |call, args| Ok(count_nulls(call, args, false))),
    ("pg_size_pretty", scalar!(|n: i64| size_pretty(n))),
    ("pg_size_pretty_numeric", scalar!(|n: &Numeric| size_pretty_numeric(n)?)),
    ("pg_size_bytes", scalar!(|s: &str| size_bytes(s)?)),
    ("pg_column_size", scalar!(|v: &Datum| column_size(v))),
    ("gen_random_uuid", scalar!(call; | | random_uuid(call))),
    ("oidvectortypes", scalar!(|v: &Datum| vector_types(v)?)),
    ("numeric_pg_lsn", scalar!(|n: &Numeric| lsn_of(n)?)),
    ("pg_lsn_pli", scalar!(|a: i64, n: &Numeric| lsn_moved(a, n, false)?)),
    ("pg_lsn_mii", scalar!(|a: i64, n: &Numeric| lsn_moved(a, n, true)?)),
    ("pg_lsn_mi", scalar!(|a: i64, b: i64| Numeric::from(i128::from(a as u64) - i128::from(b as u64)))),
    (
        "pg_collation_for",
        scalar!(call; |v: &Datum| {
            let ty = call.arg_types.first().copied().unwrap_or(PgType::TEXT);
            let collatable = crate::registry::type_info(ty.oid).is_some_and(|t| t.collation.0 != 0);
            if !collatable {
                return Err(SqlError::new(
                    SqlState::DatatypeMismatch,
                    format!("collations are not supported by type {}", type_name(ty.oid)),
                ));
            }
            let _ = v;
            "\"default\""
        }),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_have_version_and_variant() {
        let context =
            crate::EvalContext { entropy: std::sync::Arc::new(|b| b.fill(0xff)), ..crate::EvalContext::immutable() };
        let call = Call { context: &context, arg_types: &[], result: PgType::UUID };
        let uuid = random_uuid(&call);
        assert_eq!((uuid[6], uuid[8]), (0x4f, 0xbf));
    }

    #[test]
    fn sizes() {
        assert_eq!(size_pretty(10_240), "10 kB");
        assert_eq!(size_pretty(10_239), "10239 bytes");
        assert_eq!(size_bytes("1.5 GB"), Ok(1_610_612_736));
        assert!(size_bytes("1 zz").is_err());
    }
}
