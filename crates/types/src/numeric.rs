//! PostgreSQL's `numeric`: a decimal number with its own display scale, NaN and infinities.

use num_bigint::BigInt;

/// A decimal value. `1.0` and `1.00` are equal in SQL and differ in `scale`; structural equality
/// (`PartialEq`) tells them apart, [`Numeric::cmp_sql`] does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Numeric {
    NegInfinity,
    /// `mantissa * 10^-scale`; `scale` (display scale) is at most 16,383.
    Finite { mantissa: Mantissa, scale: u16 },
    Infinity,
    /// Greater than everything else, equal to itself.
    NaN,
}

/// The digits: small in place, large on the heap. Always `Small` when it fits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Mantissa {
    Small(i128),
    Large(Box<BigInt>),
}

impl Numeric {
    /// Orders as SQL does, whatever the display scales; NaN is greatest and equal to itself.
    pub fn cmp_sql(&self, other: &Self) -> std::cmp::Ordering {
        let key = |n: &Self| {
            let mut out = vec![];
            n.to_ordered_bytes(&mut out);
            out
        };
        key(self).cmp(&key(other))
    }
}
