//! The hash functions of PostgreSQL's types, with its own numbers: applications partition by `hashtext` and its kin.
//!
//! Every type has two: of 32 bits, and of 64 bits with a seed (`hashtextextended`). With seed 0 the low half of the
//! second is the first, so all are computed as the second.

use gavel_types::json::Json;
use gavel_types::text_io::xid;
use gavel_types::{Datum, Inet, Numeric, Oid, SqlError, SqlResult};

use crate::call::{Call, ScalarFn};

/// Three words that Bob Jenkins' hash (`lookup3.c`) mixes.
struct Words(u32, u32, u32);

impl Words {
    fn seeded(length: usize, seed: u64) -> Self {
        let start = 0x9e37_79b9_u32.wrapping_add(length as u32).wrapping_add(3_923_095);
        let mut words = Self(start, start, start);
        if seed != 0 {
            words.0 = words.0.wrapping_add((seed >> 32) as u32);
            words.1 = words.1.wrapping_add(seed as u32);
            words.mix();
        }
        words
    }

    fn mix(&mut self) {
        let Self(a, b, c) = self;
        *a = a.wrapping_sub(*c) ^ c.rotate_left(4);
        *c = c.wrapping_add(*b);
        *b = b.wrapping_sub(*a) ^ a.rotate_left(6);
        *a = a.wrapping_add(*c);
        *c = c.wrapping_sub(*b) ^ b.rotate_left(8);
        *b = b.wrapping_add(*a);
        *a = a.wrapping_sub(*c) ^ c.rotate_left(16);
        *c = c.wrapping_add(*b);
        *b = b.wrapping_sub(*a) ^ a.rotate_left(19);
        *a = a.wrapping_add(*c);
        *c = c.wrapping_sub(*b) ^ b.rotate_left(4);
        *b = b.wrapping_add(*a);
    }

    fn finish(self) -> u64 {
        let Self(mut a, mut b, mut c) = self;
        c = (c ^ b).wrapping_sub(b.rotate_left(14));
        a = (a ^ c).wrapping_sub(c.rotate_left(11));
        b = (b ^ a).wrapping_sub(a.rotate_left(25));
        c = (c ^ b).wrapping_sub(b.rotate_left(16));
        a = (a ^ c).wrapping_sub(c.rotate_left(4));
        b = (b ^ a).wrapping_sub(a.rotate_left(14));
        c = (c ^ b).wrapping_sub(b.rotate_left(24));
        u64::from(b) << 32 | u64::from(c)
    }
}

fn of_bytes(key: &[u8], seed: u64) -> u64 {
    let mut words = Words::seeded(key.len(), seed);
    let mut chunks = key.chunks_exact(12);
    let word = |k: &[u8], i: usize| u32::from_le_bytes([k[i], k[i + 1], k[i + 2], k[i + 3]]);
    for k in &mut chunks {
        words.0 = words.0.wrapping_add(word(k, 0));
        words.1 = words.1.wrapping_add(word(k, 4));
        words.2 = words.2.wrapping_add(word(k, 8));
        words.mix();
    }
    for (i, byte) in chunks.remainder().iter().enumerate() {
        let v = u32::from(*byte);
        match i {
            0..=3 => words.0 = words.0.wrapping_add(v << (8 * i)),
            4..=7 => words.1 = words.1.wrapping_add(v << (8 * (i - 4))),
            // The lowest byte of the third word is reserved for the length.
            _ => words.2 = words.2.wrapping_add(v << (8 * (i - 7))),
        }
    }
    words.finish()
}

fn of_u32(key: u32, seed: u64) -> u64 {
    let mut words = Words::seeded(4, seed);
    words.0 = words.0.wrapping_add(key);
    words.finish()
}

/// Equal numbers of all widths have equal hashes.
fn of_i64(v: i64, seed: u64) -> u64 {
    let (low, high) = (v as u32, (v >> 32) as u32);
    of_u32(low ^ if v >= 0 { high } else { !high }, seed)
}

fn of_f64(v: f64, seed: u64) -> u64 {
    match v {
        // Both zeros are equal, as are all that are no numbers.
        0.0 => seed,
        v if v.is_nan() => of_bytes(&0x7ff8_0000_0000_0000_u64.to_le_bytes(), seed),
        v => of_bytes(&v.to_le_bytes(), seed),
    }
}

/// By the digits to base 10000 without zeros at the ends, and the weight of the first.
fn of_numeric(n: &Numeric, seed: u64) -> u64 {
    if !matches!(n, Numeric::Finite { .. }) {
        return seed;
    }
    let text = n.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let left = whole.len().next_multiple_of(4);
    let right = fraction.len().next_multiple_of(4);
    let digits = format!("{whole:0>left$}{fraction:0<right$}");
    let groups: Vec<u16> =
        (0..digits.len() / 4).map(|i| digits[4 * i..4 * i + 4].parse().unwrap_or_default()).collect();
    let Some(first) = groups.iter().position(|g| *g != 0) else { return seed.wrapping_sub(1) };
    let last = groups.iter().rposition(|g| *g != 0).unwrap_or(first);
    let weight = (left / 4) as i64 - 1 - first as i64;
    let bytes: Vec<u8> = groups[first..=last].iter().flat_map(|g| g.to_le_bytes()).collect();
    of_bytes(&bytes, seed) ^ weight as u64
}

fn of_inet(v: Inet, seed: u64) -> u64 {
    let (octets, length) = v.octets();
    let mut bytes = vec![if v.is_ipv6() { 3 } else { 2 }, v.prefix()];
    bytes.extend_from_slice(&octets[..length]);
    of_bytes(&bytes, seed)
}

fn of_json(json: &Json, seed: u64) -> u64 {
    const ARRAY: u64 = 0x4000_0000;
    const OBJECT: u64 = 0x2000_0000;
    // With a seed both halves are marked.
    let mark = |kind: u64| if seed == 0 { kind } else { kind << 32 | kind };
    if matches!(json, Json::Array(items) if items.is_empty()) || matches!(json, Json::Object(pairs) if pairs.is_empty())
    {
        return seed;
    }
    fn scalar(json: &Json, seed: u64, hash: &mut u64) {
        let own = match json {
            Json::Null => seed.wrapping_add(1),
            Json::Bool(b) if seed == 0 => {
                if *b {
                    2
                } else {
                    4
                }
            }
            Json::Bool(b) => of_u32(u32::from(*b), seed),
            Json::Number(n) => of_numeric(n, seed),
            Json::String(text) => of_bytes(text.as_bytes(), seed),
            Json::Array(_) | Json::Object(_) => return,
        };
        let (low, high) = (*hash as u32, (*hash >> 32) as u32);
        *hash = u64::from(high.rotate_left(1)) << 32 | u64::from(low.rotate_left(1));
        *hash ^= own;
    }
    fn walk(json: &Json, seed: u64, mark: &dyn Fn(u64) -> u64, hash: &mut u64) {
        match json {
            Json::Array(items) => {
                *hash ^= mark(ARRAY);
                items.iter().for_each(|item| walk(item, seed, mark, hash));
            }
            Json::Object(pairs) => {
                *hash ^= mark(OBJECT);
                for (key, value) in pairs {
                    scalar(&Json::String(key.clone()), seed, hash);
                    walk(value, seed, mark, hash);
                }
            }
            json => scalar(json, seed, hash),
        }
    }
    let mut hash = 0;
    // A scalar alone is kept in an array.
    if !matches!(json, Json::Array(_) | Json::Object(_)) {
        hash ^= mark(ARRAY);
    }
    walk(json, seed, &mark, &mut hash);
    hash
}

/// The hash of a value of type `ty`, with a seed: what the `…extended` functions answer.
///
/// # Errors
/// XX000 for a type that has none.
pub fn of(value: &Datum, ty: Oid, seed: u64) -> SqlResult<u64> {
    let combine = |sum: u64, next: u64| (sum << 5).wrapping_sub(sum).wrapping_add(next);
    Ok(match value {
        Datum::Null => 0,
        Datum::Bool(b) => of_u32(u32::from(*b), seed),
        Datum::Char(c) => of_u32(i32::from(*c as i8) as u32, seed),
        Datum::Int2(v) => of_u32(i32::from(*v) as u32, seed),
        Datum::Int4(v) | Datum::Date(v) => of_u32(*v as u32, seed),
        Datum::Oid(v) => of_u32(*v, seed),
        Datum::Int8(v) if ty == Oid::XID8 => of_i64(xid::number(*v) as i64, seed),
        Datum::Int8(v) | Datum::Time(v) | Datum::Timestamp(v) | Datum::TimestampTz(v) | Datum::Enum(v) => {
            of_i64(*v, seed)
        }
        Datum::Float4(v) => of_f64(f64::from(*v), seed),
        Datum::Float8(v) => of_f64(*v, seed),
        Datum::Numeric(n) => of_numeric(n, seed),
        Datum::Text(text) if ty == Oid::BPCHAR => of_bytes(text.trim_end_matches(' ').as_bytes(), seed),
        Datum::Text(text) => of_bytes(text.as_bytes(), seed),
        Datum::Bytea(bytes) => of_bytes(bytes, seed),
        Datum::TimeTz(micros, west) => of_i64(*micros, seed) ^ of_u32(*west as u32, seed),
        Datum::Interval(span) => of_i64(span.comparison_value() as i64, seed),
        Datum::Uuid(bytes) => of_bytes(bytes, seed),
        Datum::Inet(v) => of_inet(*v, seed),
        Datum::MacAddr(bytes) => of_bytes(bytes, seed),
        Datum::MacAddr8(bytes) => of_bytes(bytes, seed),
        Datum::Jsonb(text) => of_json(&Json::parse(text)?, seed),
        Datum::Array(array) if ty == Oid::OIDVECTOR => {
            let number = |v: &Datum| if let Datum::Oid(n) = v { n.to_le_bytes() } else { [0; 4] };
            of_bytes(&array.values.iter().flat_map(number).collect::<Vec<u8>>(), seed)
        }
        Datum::Array(array) => {
            let mut sum = 1;
            for value in &array.values {
                sum = combine(sum, of(value, array.element, seed)?);
            }
            sum
        }
        Datum::Record(fields) => {
            let mut sum = 0;
            for (ty, value) in fields.iter() {
                sum = combine(sum, of(value, *ty, seed)?);
            }
            sum
        }
        Datum::Point(_) | Datum::TsVector(_) | Datum::TsQuery(_) => {
            return Err(SqlError::internal("a value of this type has no hash"));
        }
    })
}

fn short(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let ty = call.arg_types.first().map_or(Oid::TEXT, |ty| ty.oid);
    Ok(Datum::Int4(of(&args[0], ty, 0)? as u32 as i32))
}

fn long(call: &Call<'_>, args: &[Datum]) -> SqlResult<Datum> {
    let ty = call.arg_types.first().map_or(Oid::TEXT, |ty| ty.oid);
    let Some(Datum::Int8(seed)) = args.get(1) else { return Err(crate::args::mismatch(args.get(1))) };
    Ok(Datum::Int8(of(&args[0], ty, *seed as u64)? as i64))
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("hashint2", short),
    ("hashint2extended", long),
    ("hashint4", short),
    ("hashint4extended", long),
    ("hashint8", short),
    ("hashint8extended", long),
    ("hashfloat4", short),
    ("hashfloat4extended", long),
    ("hashfloat8", short),
    ("hashfloat8extended", long),
    ("hash_numeric", short),
    ("hash_numeric_extended", long),
    ("hashoid", short),
    ("hashoidextended", long),
    ("hashchar", short),
    ("hashcharextended", long),
    ("hashname", short),
    ("hashnameextended", long),
    ("hashtext", short),
    ("hashtextextended", long),
    ("hashbpchar", short),
    ("hashbpcharextended", long),
    ("hashvarlena", short),
    ("hashvarlenaextended", long),
    ("hashoidvector", short),
    ("hashoidvectorextended", long),
    ("hashmacaddr", short),
    ("hashmacaddrextended", long),
    ("hashmacaddr8", short),
    ("hashmacaddr8extended", long),
    ("hashinet", short),
    ("hashinetextended", long),
    ("time_hash", short),
    ("time_hash_extended", long),
    ("timetz_hash", short),
    ("timetz_hash_extended", long),
    ("timestamp_hash", short),
    ("timestamp_hash_extended", long),
    ("interval_hash", short),
    ("interval_hash_extended", long),
    ("uuid_hash", short),
    ("uuid_hash_extended", long),
    ("pg_lsn_hash", short),
    ("pg_lsn_hash_extended", long),
    ("jsonb_hash", short),
    ("jsonb_hash_extended", long),
    ("hash_array", short),
    ("hash_array_extended", long),
    ("hash_record", short),
    ("hash_record_extended", long),
    ("hashenum", short),
    ("hashenumextended", long),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn short(value: Datum, ty: Oid) -> i32 {
        of(&value, ty, 0).expect("hash") as u32 as i32
    }

    /// What PostgreSQL 15 answers.
    #[test]
    fn hashes_are_postgresqls() {
        assert_eq!(of_bytes(b"", 0) as u32 as i32, -1_477_818_771);
        assert_eq!(of_bytes(b"hello world, how are you", 0) as u32 as i32, -14_574_851);
        assert_eq!(short(Datum::text("abc"), Oid::TEXT), -785_388_649);
        assert_eq!(short(Datum::text("abc  "), Oid::BPCHAR), -785_388_649);
        assert_eq!(short(Datum::Int4(1), Oid::INT4), -1_905_060_026);
        assert_eq!(short(Datum::Int8(-1), Oid::INT8), 385_747_274);
        assert_eq!(short(Datum::Int4(5), Oid::INT4), -1_330_264_708);
        assert_eq!(short(Datum::Numeric(Numeric::parse("5.50").expect("number")), Oid::NUMERIC), 1_200_955_048);
        assert_eq!(short(Datum::Float8(1.5), Oid::FLOAT8), 630_860_146);
        assert_eq!(short(Datum::Char(b'a'), Oid::CHAR), 463_612_535);
    }
}
