//! The binary format of `numeric`: a sign, a weight, a display scale and base-10000 digits.
//!
//! `12345.678` with display scale 3 is digits `[1, 2345, 6780]`, weight 1 (the first digit counts
//! 10000^1), sign 0. Zero has no digits. Digits are written without leading or trailing zeros, as
//! PostgreSQL writes them; what is read may have any number of either.

use bytes::{BufMut, BytesMut};
use gavel_types::numeric::Mantissa;
use gavel_types::{Numeric, SqlError, SqlResult, SqlState};
use num_bigint::BigInt;

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEG_INFINITY: u16 = 0xF000;
/// The display scale that PostgreSQL sends with an infinity; it means nothing.
const INFINITY_SCALE: u16 = 32;
/// Bits of the display scale that may be set.
const SCALE_MASK: u16 = 0x3FFF;
/// Decimal digits of one base-10000 digit.
const GROUP: usize = 4;

/// Appends `value` without a length word.
pub fn write(value: &Numeric, out: &mut BytesMut) {
    let (mantissa, scale) = match value {
        Numeric::NaN => return special(NAN, 0, out),
        Numeric::Infinity => return special(INFINITY, INFINITY_SCALE, out),
        Numeric::NegInfinity => return special(NEG_INFINITY, INFINITY_SCALE, out),
        Numeric::Finite { mantissa, scale } => (mantissa, *scale),
    };
    let (negative, mut decimal) = match mantissa {
        Mantissa::Small(m) => (*m < 0, m.unsigned_abs().to_string()),
        Mantissa::Large(m) => (m.sign() == num_bigint::Sign::Minus, m.magnitude().to_string()),
    };
    // Align the decimal point with a group boundary, then the front.
    let pad = (GROUP - usize::from(scale) % GROUP) % GROUP;
    decimal.extend(std::iter::repeat_n('0', pad));
    let fraction_groups = (usize::from(scale) + pad) / GROUP;
    let lead = (GROUP - decimal.len() % GROUP) % GROUP;
    let bytes: Vec<u8> = std::iter::repeat_n(b'0', lead).chain(decimal.bytes()).collect();
    let groups: Vec<u16> =
        bytes.chunks_exact(GROUP).map(|g| g.iter().fold(0, |n, d| n * 10 + u16::from(d - b'0'))).collect();

    let first = groups.iter().position(|g| *g != 0).unwrap_or(groups.len());
    let last = groups.iter().rposition(|g| *g != 0).map_or(first, |p| p + 1);
    let digits = groups.get(first..last).unwrap_or_default();
    let weight = if digits.is_empty() { 0 } else { groups.len() as i64 - fraction_groups as i64 - 1 - first as i64 };
    out.put_u16(u16::try_from(digits.len()).unwrap_or(u16::MAX));
    out.put_i16(weight.clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i16);
    out.put_u16(if negative { NEGATIVE } else { POSITIVE });
    out.put_u16(scale);
    for digit in digits {
        out.put_u16(*digit);
    }
}

fn special(sign: u16, scale: u16, out: &mut BytesMut) {
    out.put_u16(0);
    out.put_i16(0);
    out.put_u16(sign);
    out.put_u16(scale);
}

/// Reads what [`write`] wrote, or what a client did. Digits beyond the display scale are cut off,
/// as PostgreSQL does.
///
/// # Errors
/// 22P03 for a bad sign, scale or digit; 08P01 if data is missing or left over.
pub fn read(data: &[u8]) -> SqlResult<Numeric> {
    let bad = |what: &str| {
        SqlError::new(SqlState::InvalidBinaryRepresentation, format!("invalid {what} in external \"numeric\" value"))
    };
    let word = |i: usize| match data.get(2 * i..2 * i + 2) {
        Some(&[a, b]) => Ok(u16::from_be_bytes([a, b])),
        _ => Err(super::wire_binary::insufficient_data()),
    };
    let count = usize::from(word(0)?);
    let weight = i64::from(word(1)? as i16);
    let sign = word(2)?;
    let scale = word(3)?;
    let end = 8 + 2 * count;
    if data.len() < end {
        return Err(super::wire_binary::insufficient_data());
    }
    if data.len() > end {
        return Err(super::wire_binary::left_over());
    }
    match sign {
        NAN => return Ok(Numeric::NaN),
        INFINITY => return Ok(Numeric::Infinity),
        NEG_INFINITY => return Ok(Numeric::NegInfinity),
        POSITIVE | NEGATIVE => {}
        _ => return Err(bad("sign")),
    }
    if scale & SCALE_MASK != scale {
        return Err(bad("scale"));
    }
    let mut digits = Vec::with_capacity(count);
    for i in 0..count {
        let digit = word(4 + i)?;
        if digit >= 10_000 {
            return Err(bad("digit"));
        }
        digits.push(digit);
    }

    let fraction_groups = usize::from(scale).div_ceil(GROUP) as i64;
    let mut decimal = String::new();
    if sign == NEGATIVE {
        decimal.push('-');
    }
    decimal.push('0');
    // The group that counts 10000^exponent is digit `weight - exponent`.
    for exponent in (-fraction_groups..=weight).rev() {
        let digit = usize::try_from(weight - exponent).ok().and_then(|i| digits.get(i)).copied().unwrap_or(0);
        for place in [1000, 100, 10, 1] {
            decimal.push(char::from(b'0' + (digit / place % 10) as u8));
        }
    }
    let cut = fraction_groups as usize * GROUP - usize::from(scale);
    if weight >= -fraction_groups {
        decimal.truncate(decimal.len() - cut);
    }
    let mantissa = match decimal.parse::<i128>() {
        Ok(small) => Mantissa::Small(small),
        Err(_) => Mantissa::Large(Box::new(
            BigInt::parse_bytes(decimal.as_bytes(), 10).ok_or_else(|| SqlError::internal("numeric digits"))?,
        )),
    };
    Ok(Numeric::Finite { mantissa, scale })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|w| w.to_be_bytes()).collect()
    }

    fn written(n: &Numeric) -> Vec<u8> {
        let mut out = BytesMut::new();
        write(n, &mut out);
        out.to_vec()
    }

    fn num(mantissa: i128, scale: u16) -> Numeric {
        Numeric::Finite { mantissa: Mantissa::Small(mantissa), scale }
    }

    #[test]
    fn as_postgres_sends() {
        // From numeric_send on PostgreSQL 15.
        for (n, words) in [
            (num(0, 0), &[0, 0, 0, 0][..]),
            (num(0, 2), &[0, 0, 0, 2]),
            (num(1, 0), &[1, 0, 0, 0, 1]),
            (num(-1, 0), &[1, 0, 0x4000, 0, 1]),
            (num(12_345_678, 3), &[3, 1, 0, 3, 1, 2345, 6780]),
            (num(10_000, 0), &[1, 1, 0, 0, 1]),
            (num(1, 5), &[1, 0xFFFE, 0, 5, 1000]),
            (num(150, 2), &[2, 0, 0, 2, 1, 5000]),
            (Numeric::NaN, &[0, 0, 0xC000, 0]),
            (Numeric::Infinity, &[0, 0, 0xD000, 32]),
            (Numeric::NegInfinity, &[0, 0, 0xF000, 32]),
        ] {
            assert_eq!(written(&n), bytes(words), "{n:?}");
            assert_eq!(read(&bytes(words)).unwrap(), n);
        }
    }

    #[test]
    fn digits_beyond_the_scale_are_cut() {
        assert_eq!(read(&bytes(&[2, 0, 0, 2, 1, 5678])).unwrap(), num(156, 2));
        assert_eq!(read(&bytes(&[1, 0xFFFF, 0, 0, 5000])).unwrap(), num(0, 0));
        assert_eq!(read(&bytes(&[1, 0x8000, 0, 3, 5000])).unwrap(), num(0, 3));
    }

    #[test]
    fn nonsense_is_refused() {
        for words in [&[1, 0, 0, 0][..], &[0, 0, 1, 0], &[0, 0, 0, 0x4000], &[1, 0, 0, 0, 10_000], &[0, 0, 0, 0, 7]] {
            assert!(read(&bytes(words)).is_err(), "{words:?}");
        }
        assert!(read(&[0, 0, 0]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn round_trip(m in proptest::num::i128::ANY, scale in 0u16..60) {
            let n = num(m, scale);
            proptest::prop_assert_eq!(read(&written(&n)).unwrap(), n);
        }

        #[test]
        fn any_bytes_never_panic(data in proptest::collection::vec(0u8.., 0..64)) {
            let _ = read(&data);
        }
    }
}
