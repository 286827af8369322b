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

/// Jenkins' hash as PostgreSQL's `hash_any` computes it, for `hashtext` and its kin: applications partition by
/// it and expect the same numbers.
pub(crate) fn hash_bytes(key: &[u8]) -> u32 {
    let seed = 0x9e37_79b9u32.wrapping_add(key.len() as u32).wrapping_add(3_923_095);
    let (mut a, mut b, mut c) = (seed, seed, seed);
    let mut chunks = key.chunks_exact(12);
    let word = |k: &[u8], i: usize| u32::from_le_bytes([k[i], k[i + 1], k[i + 2], k[i + 3]]);
    for k in &mut chunks {
        a = a.wrapping_add(word(k, 0));
        b = b.wrapping_add(word(k, 4));
        c = c.wrapping_add(word(k, 8));
        a = a.wrapping_sub(c) ^ c.rotate_left(4);
        c = c.wrapping_add(b);
        b = b.wrapping_sub(a) ^ a.rotate_left(6);
        a = a.wrapping_add(c);
        c = c.wrapping_sub(b) ^ b.rotate_left(8);
        b = b.wrapping_add(a);
        a = a.wrapping_sub(c) ^ c.rotate_left(16);
        c = c.wrapping_add(b);
        b = b.wrapping_sub(a) ^ a.rotate_left(19);
        a = a.wrapping_add(c);
        c = c.wrapping_sub(b) ^ b.rotate_left(4);
        b = b.wrapping_add(a);
    }
    for (i, byte) in chunks.remainder().iter().enumerate() {
        let v = u32::from(*byte);
        match i {
            0..=3 => a = a.wrapping_add(v << (8 * i)),
            4..=7 => b = b.wrapping_add(v << (8 * (i - 4))),
            // The lowest byte of `c` is reserved for the length.
            _ => c = c.wrapping_add(v << (8 * (i - 7))),
        }
    }
    finish_hash(a, b, c)
}

fn finish_hash(mut a: u32, mut b: u32, mut c: u32) -> u32 {
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}

/// `hash_uint32`.
fn hash_u32(k: u32) -> u32 {
    let seed = 0x9e37_79b9u32.wrapping_add(4).wrapping_add(3_923_095);
    finish_hash(seed.wrapping_add(k), seed, seed)
}

/// `hashint8`: equal numbers of all widths have equal hashes.
pub(crate) fn hash_i64(v: i64) -> i32 {
    let (low, high) = (v as u32, (v >> 32) as u32);
    hash_u32(low ^ if v >= 0 { high } else { !high }) as i32
}

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
    ("hashtext", scalar!(|s: &str| hash_bytes(s.as_bytes()) as i32)),
    ("hashvarlena", |_, args| match args.first() {
        Some(Datum::Bytea(b)) => Ok(Datum::Int4(hash_bytes(b) as i32)),
        other => Err(crate::args::mismatch(other)),
    }),
    ("hashname", scalar!(|s: &str| hash_bytes(s.as_bytes()) as i32)),
    ("hashint2", scalar!(|v: i16| hash_u32(i32::from(v) as u32) as i32)),
    ("hashint4", scalar!(|v: i32| hash_u32(v as u32) as i32)),
    ("hashint8", scalar!(|v: i64| hash_i64(v))),
    ("hashchar", scalar!(|v: crate::args::CharValue| hash_u32(i32::from(v.0 as i8) as u32) as i32)),
    ("hashoid", scalar!(|v: crate::args::OidValue| hash_u32(v.0) as i32)),
    ("uuid_hash", scalar!(|v: [u8; 16]| hash_bytes(&v) as i32)),
    ("numeric_pg_lsn", scalar!(|n: &Numeric| lsn_of(n)?)),
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

    /// What PostgreSQL 15 answers.
    #[test]
    fn hashes_are_postgresqls() {
        assert_eq!(hash_bytes(b"") as i32, -1_477_818_771);
        assert_eq!(hash_bytes(b"abc") as i32, -785_388_649);
        assert_eq!(hash_bytes(b"hello world, how are you") as i32, -14_574_851);
        assert_eq!(hash_u32(1) as i32, -1_905_060_026);
        assert_eq!(hash_i64(1), -1_905_060_026);
        assert_eq!(hash_i64(-1), 385_747_274);
    }

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
