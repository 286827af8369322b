//! Order-preserving bytes of a `numeric`: what keys, sort keys and Arrow columns hold.
//!
//! The value is written as base-100 digits aligned at the decimal point, `0.d0 d1 d2 … × 100^E`
//! with `d0 != 0` and no trailing zero digit, so that equal values have equal bytes whatever their
//! display scale. `12.5` is digits `12 50` and `E = 1`.
//!
//! ```text
//! 07            -Infinity
//! !positive     a negative value: the bytes of its absolute value, inverted
//! 80            zero
//! 82 eeee dd…   E < -24   (E + 2^31, big-endian)
//! 83..DB dd…    E in -24..=64
//! F0 eeee dd…   E > 64
//! F8            Infinity
//! F9            NaN
//! ```
//! A digit `d` is the byte `2d`, plus one if another follows. Hence:
//! 1. comparing bytes compares values, NaN above all;
//! 2. no encoding is a prefix of another, and the end is found without a length.

use num_bigint::{BigInt, BigUint, Sign};

use crate::numeric::{Mantissa, Numeric};

const NEG_INFINITY: u8 = 0x07;
const ZERO: u8 = 0x80;
const TINY: u8 = 0x82;
const MIDDLE: u8 = 0x83;
const HUGE: u8 = 0xF0;
const INFINITY: u8 = 0xF8;
const NAN: u8 = 0xF9;
const MIN_MIDDLE: i32 = -24;
const MAX_MIDDLE: i32 = 64;
/// Beyond what PostgreSQL can hold (131,072 digits before the point), with room.
const MAX_EXPONENT: i32 = 70_000;

impl Numeric {
    /// Appends the ordered bytes of the value. The display scale is not in them.
    pub fn to_ordered_bytes(&self, out: &mut Vec<u8>) {
        let (mantissa, scale) = match self {
            Self::NegInfinity => return out.push(NEG_INFINITY),
            Self::Infinity => return out.push(INFINITY),
            Self::NaN => return out.push(NAN),
            Self::Finite { mantissa, scale } => (mantissa, i32::from(*scale)),
        };
        let start = out.len();
        let negative = match mantissa {
            Mantissa::Small(0) => return out.push(ZERO),
            Mantissa::Small(m) => {
                match aligned(m.unsigned_abs(), scale) {
                    Some((m, scale)) => small_digits(out, m, scale),
                    None => large_digits(out, BigUint::from(m.unsigned_abs()), scale),
                }
                *m < 0
            }
            Mantissa::Large(m) => {
                large_digits(out, m.magnitude().clone(), scale);
                m.sign() == Sign::Minus
            }
        };
        if negative {
            out[start..].iter_mut().for_each(|b| *b = !*b);
        }
    }

    /// Reads ordered bytes at the start of `bytes`; answers the value with `scale` as its display
    /// scale (more if its digits need more), and how many bytes it took. `None` if they are not
    /// what [`Numeric::to_ordered_bytes`] writes.
    pub fn from_ordered_bytes(bytes: &[u8], scale: u16) -> Option<(Self, usize)> {
        let first = *bytes.first()?;
        match first {
            NEG_INFINITY => return Some((Self::NegInfinity, 1)),
            INFINITY => return Some((Self::Infinity, 1)),
            NAN => return Some((Self::NaN, 1)),
            ZERO => {
                return Some((Self::Finite { mantissa: Mantissa::Small(0), scale }, 1));
            }
            _ => {}
        }
        let negative = first < ZERO;
        let flip = if negative { 0xff } else { 0 };
        let tag = first ^ flip;
        let (exponent, at) = match tag {
            TINY | HUGE => {
                let raw: [u8; 4] = bytes.get(1..5)?.try_into().ok()?;
                let biased = u32::from_be_bytes(raw.map(|b| b ^ flip));
                (i32::try_from(i64::from(biased) - (1 << 31)).ok()?, 5)
            }
            MIDDLE..=0xDB => (i32::from(tag) - i32::from(MIDDLE) + MIN_MIDDLE, 1),
            _ => return None,
        };
        if !(-MAX_EXPONENT..=MAX_EXPONENT).contains(&exponent) {
            return None;
        }
        let count = 1 + bytes.get(at..)?.iter().position(|b| (b ^ flip) & 1 == 0)?;
        let digits = &bytes[at..at + count];
        let digit = |b: &u8| (b ^ flip) >> 1;
        if digits.iter().any(|b| digit(b) > 99) {
            return None;
        }
        // Decimal places that the base-100 digits reach; negative if they end before the point.
        let places = 2 * (i32::try_from(count).ok()? - exponent);
        let value = if count <= 19 {
            let m = digits.iter().fold(0u128, |m, b| m * 100 + u128::from(digit(b)));
            at_scale_small(m, places, scale, negative)
        } else {
            None
        };
        let value = match value {
            Some(v) => v,
            None => {
                let plain: Vec<u8> = digits.iter().map(digit).collect();
                at_scale_large(BigUint::from_radix_be(&plain, 100)?, places, scale, negative)?
            }
        };
        Some((value, at + count))
    }

    /// The form that Arrow columns and rows hold: ordered bytes, then the display scale in two
    /// bytes, big-endian (zero where there is none). Its order is the SQL order, with equal values
    /// told apart by their display scale.
    pub fn to_arrow_bytes(&self, out: &mut Vec<u8>) {
        self.to_ordered_bytes(out);
        let scale = if let Self::Finite { scale, .. } = self { *scale } else { 0 };
        out.extend_from_slice(&scale.to_be_bytes());
    }

    /// Inverse of [`Numeric::to_arrow_bytes`]; `None` if malformed.
    pub fn from_arrow_bytes(bytes: &[u8]) -> Option<Self> {
        let (ordered, scale) = bytes.split_last_chunk::<2>()?;
        let (value, used) = Self::from_ordered_bytes(ordered, u16::from_be_bytes(*scale))?;
        (used == ordered.len()).then_some(value)
    }
}

/// Mantissa and scale with an even scale, so that base-100 digits meet the decimal point.
fn aligned(m: u128, scale: i32) -> Option<(u128, i32)> {
    if scale % 2 == 0 { Some((m, scale)) } else { Some((m.checked_mul(10)?, scale + 1)) }
}

fn small_digits(out: &mut Vec<u8>, mut m: u128, scale: i32) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    while m > u128::from(u64::MAX) {
        at -= 1;
        digits[at] = (m % 100) as u8;
        m /= 100;
    }
    let mut m = m as u64;
    while m > 0 {
        at -= 1;
        digits[at] = (m % 100) as u8;
        m /= 100;
    }
    push(out, &digits[at..], scale);
}

fn large_digits(out: &mut Vec<u8>, m: BigUint, scale: i32) {
    let (m, scale) = if scale % 2 == 0 { (m, scale) } else { (m * 10u8, scale + 1) };
    push(out, &m.to_radix_be(100), scale);
}

/// Writes tag and digits of `digits × 100^(-scale/2)`; `digits` begins with a non-zero one.
fn push(out: &mut Vec<u8>, digits: &[u8], scale: i32) {
    let exponent = i32::try_from(digits.len()).unwrap_or(i32::MAX) - scale / 2;
    match exponent {
        MIN_MIDDLE..=MAX_MIDDLE => out.push(MIDDLE + (exponent - MIN_MIDDLE) as u8),
        _ => {
            out.push(if exponent < MIN_MIDDLE { TINY } else { HUGE });
            out.extend_from_slice(&((i64::from(exponent) + (1 << 31)) as u32).to_be_bytes());
        }
    }
    let kept = digits.iter().rposition(|d| *d != 0).map_or(0, |last| last + 1);
    out.extend(digits[..kept].iter().map(|d| 2 * d + 1));
    if let Some(last) = out.last_mut() {
        *last &= !1;
    }
}

/// `m × 10^-places` with display scale `scale`, if that fits an `i128`.
fn at_scale_small(m: u128, places: i32, scale: u16, negative: bool) -> Option<Numeric> {
    let mut m = m;
    let mut places = places;
    let scale_wanted = i32::from(scale);
    // The last base-100 digit may end in a decimal zero that the display scale does not show.
    if places > scale_wanted && places > 0 && m.is_multiple_of(10) {
        m /= 10;
        places -= 1;
    }
    let scale = scale_wanted.max(places).max(0);
    let grow = u32::try_from(scale - places).ok()?;
    let m = m.checked_mul(10u128.checked_pow(grow)?)?;
    let m = i128::try_from(m).ok()?;
    Some(Numeric::Finite {
        mantissa: Mantissa::Small(if negative { -m } else { m }),
        scale: u16::try_from(scale).ok()?,
    })
}

fn at_scale_large(m: BigUint, places: i32, scale: u16, negative: bool) -> Option<Numeric> {
    let mut m = m;
    let mut places = places;
    let scale_wanted = i32::from(scale);
    if places > scale_wanted && places > 0 && (&m % 10u8) == BigUint::ZERO {
        m /= 10u8;
        places -= 1;
    }
    let scale = scale_wanted.max(places).max(0);
    let m = m * BigUint::from(10u8).pow(u32::try_from(scale - places).ok()?);
    let m = BigInt::from_biguint(if negative { Sign::Minus } else { Sign::Plus }, m);
    let mantissa = match i128::try_from(&m) {
        Ok(small) => Mantissa::Small(small),
        Err(_) => Mantissa::Large(Box::new(m)),
    };
    Some(Numeric::Finite { mantissa, scale: u16::try_from(scale).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finite(m: i128, scale: u16) -> Numeric {
        Numeric::Finite { mantissa: Mantissa::Small(m), scale }
    }

    fn large(text: &str, scale: u16) -> Numeric {
        let m: BigInt = text.parse().expect("digits");
        let mantissa = i128::try_from(&m).map_or_else(|_| Mantissa::Large(Box::new(m)), Mantissa::Small);
        Numeric::Finite { mantissa, scale }
    }

    fn bytes(n: &Numeric) -> Vec<u8> {
        let mut out = vec![];
        n.to_ordered_bytes(&mut out);
        out
    }

    #[test]
    fn bytes_of_known_values() {
        assert_eq!(bytes(&finite(0, 3)), [0x80]);
        assert_eq!(bytes(&finite(1, 0)), [0x9C, 0x02]);
        assert_eq!(bytes(&finite(125, 1)), [0x9C, 0x19, 0x64]);
        assert_eq!(bytes(&finite(-125, 1)), [0x63, 0xE6, 0x9B]);
        assert_eq!(bytes(&finite(100, 0)), [0x9D, 0x02]);
        assert_eq!(bytes(&finite(10_000, 2)), [0x9D, 0x02]);
    }

    #[test]
    fn order_and_round_trip() {
        let nines = "9".repeat(60);
        let sorted = [
            Numeric::NegInfinity,
            large(&format!("-{nines}"), 0),
            finite(i128::MIN, 0),
            finite(-100, 0),
            finite(-9999, 2),
            finite(-1, 0),
            finite(-1, 1),
            finite(-1, 16_383),
            finite(0, 0),
            finite(1, 16_383),
            finite(1, 60),
            finite(1, 3),
            finite(1, 1),
            finite(11, 1),
            finite(2, 0),
            finite(99, 0),
            finite(9999, 2),
            finite(100, 0),
            finite(10_001, 2),
            finite(i128::MAX, 0),
            large(&nines, 1),
            large(&nines, 0),
            large(&format!("1{}", "0".repeat(200)), 0),
            Numeric::Infinity,
            Numeric::NaN,
        ];
        for (i, a) in sorted.iter().enumerate() {
            let encoded = bytes(a);
            let mut arrow = vec![];
            a.to_arrow_bytes(&mut arrow);
            assert_eq!(Numeric::from_arrow_bytes(&arrow).as_ref(), Some(a));
            for b in &sorted[i + 1..] {
                let other = bytes(b);
                assert!(encoded < other, "{a:?} {b:?}");
                assert!(!other.starts_with(&encoded));
            }
        }
    }

    #[test]
    fn display_scale_does_not_change_the_bytes() {
        for (a, b) in
            [(finite(10, 1), finite(100, 2)), (finite(-5, 0), finite(-5000, 3)), (finite(7, 0), finite(70, 1))]
        {
            assert_eq!(bytes(&a), bytes(&b));
        }
    }

    #[test]
    fn malformed_bytes_are_refused() {
        for bad in
            [&[][..], &[0x9C], &[0x9C, 0x03], &[0x9C, 0xFE], &[0x82, 0, 0], &[0x00], &[0xF0, 0xff, 0xff, 0xff, 0xff, 2]]
        {
            assert!(Numeric::from_ordered_bytes(bad, 0).is_none(), "{bad:?}");
        }
    }
}
