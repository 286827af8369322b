//! Integers: arithmetic that answers 22003 instead of wrapping, bits, and conversions between widths.

use gavel_types::text_io::xid;

use crate::args::{CharValue, OidValue, scalar};
use crate::call::ScalarFn;
use crate::error::{bigint_out_of_range, division_by_zero, integer_out_of_range, smallint_out_of_range};

/// Division: by zero is 22012, and the least value by -1 does not fit.
macro_rules! divide {
    ($a:expr, $b:expr, $range:expr) => {{
        if $b == 0 {
            return Err(division_by_zero());
        }
        $a.checked_div($b).ok_or_else($range)?
    }};
}

/// Remainder, with the sign of the dividend; of anything by -1 it is 0.
macro_rules! remainder {
    ($a:expr, $b:expr) => {{
        if $b == 0 {
            return Err(division_by_zero());
        }
        $a.wrapping_rem($b)
    }};
}

/// Greatest common divisor, by Euclid on absolute values.
fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A shift count as C's machine instruction takes it: modulo the width of the type it is done in.
const fn count(n: i32, width: u32) -> u32 {
    (n as u32) & (width - 1)
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("int2pl", scalar!(|a: i16, b: i16| a.checked_add(b).ok_or_else(smallint_out_of_range)?)),
    ("int2mi", scalar!(|a: i16, b: i16| a.checked_sub(b).ok_or_else(smallint_out_of_range)?)),
    ("int2mul", scalar!(|a: i16, b: i16| a.checked_mul(b).ok_or_else(smallint_out_of_range)?)),
    ("int2div", scalar!(|a: i16, b: i16| divide!(a, b, smallint_out_of_range))),
    ("int2mod", scalar!(|a: i16, b: i16| remainder!(a, b))),
    ("int2um", scalar!(|a: i16| a.checked_neg().ok_or_else(smallint_out_of_range)?)),
    ("int2up", scalar!(|a: i16| a)),
    ("int2abs", scalar!(|a: i16| a.checked_abs().ok_or_else(smallint_out_of_range)?)),
    ("int2and", scalar!(|a: i16, b: i16| a & b)),
    ("int2or", scalar!(|a: i16, b: i16| a | b)),
    ("int2xor", scalar!(|a: i16, b: i16| a ^ b)),
    ("int2not", scalar!(|a: i16| !a)),
    ("int2shl", scalar!(|a: i16, n: i32| i32::from(a).wrapping_shl(count(n, 32)) as i16)),
    ("int2shr", scalar!(|a: i16, n: i32| i32::from(a).wrapping_shr(count(n, 32)) as i16)),
    ("int4pl", scalar!(|a: i32, b: i32| a.checked_add(b).ok_or_else(integer_out_of_range)?)),
    ("int4mi", scalar!(|a: i32, b: i32| a.checked_sub(b).ok_or_else(integer_out_of_range)?)),
    ("int4mul", scalar!(|a: i32, b: i32| a.checked_mul(b).ok_or_else(integer_out_of_range)?)),
    ("int4div", scalar!(|a: i32, b: i32| divide!(a, b, integer_out_of_range))),
    ("int4mod", scalar!(|a: i32, b: i32| remainder!(a, b))),
    ("int4um", scalar!(|a: i32| a.checked_neg().ok_or_else(integer_out_of_range)?)),
    ("int4up", scalar!(|a: i32| a)),
    ("int4abs", scalar!(|a: i32| a.checked_abs().ok_or_else(integer_out_of_range)?)),
    ("int4and", scalar!(|a: i32, b: i32| a & b)),
    ("int4or", scalar!(|a: i32, b: i32| a | b)),
    ("int4xor", scalar!(|a: i32, b: i32| a ^ b)),
    ("int4not", scalar!(|a: i32| !a)),
    ("int4shl", scalar!(|a: i32, n: i32| a.wrapping_shl(count(n, 32)))),
    ("int4shr", scalar!(|a: i32, n: i32| a.wrapping_shr(count(n, 32)))),
    ("int8pl", scalar!(|a: i64, b: i64| a.checked_add(b).ok_or_else(bigint_out_of_range)?)),
    ("int8mi", scalar!(|a: i64, b: i64| a.checked_sub(b).ok_or_else(bigint_out_of_range)?)),
    ("int8mul", scalar!(|a: i64, b: i64| a.checked_mul(b).ok_or_else(bigint_out_of_range)?)),
    ("int8div", scalar!(|a: i64, b: i64| divide!(a, b, bigint_out_of_range))),
    ("int8mod", scalar!(|a: i64, b: i64| remainder!(a, b))),
    ("int8um", scalar!(|a: i64| a.checked_neg().ok_or_else(bigint_out_of_range)?)),
    ("int8up", scalar!(|a: i64| a)),
    ("int8abs", scalar!(|a: i64| a.checked_abs().ok_or_else(bigint_out_of_range)?)),
    ("int8and", scalar!(|a: i64, b: i64| a & b)),
    ("int8or", scalar!(|a: i64, b: i64| a | b)),
    ("int8xor", scalar!(|a: i64, b: i64| a ^ b)),
    ("int8not", scalar!(|a: i64| !a)),
    ("int8shl", scalar!(|a: i64, n: i32| a.wrapping_shl(count(n, 64)))),
    ("int8shr", scalar!(|a: i64, n: i32| a.wrapping_shr(count(n, 64)))),
    ("int24pl", scalar!(|a: i16, b: i32| i32::from(a).checked_add(b).ok_or_else(integer_out_of_range)?)),
    ("int24mi", scalar!(|a: i16, b: i32| i32::from(a).checked_sub(b).ok_or_else(integer_out_of_range)?)),
    ("int24mul", scalar!(|a: i16, b: i32| i32::from(a).checked_mul(b).ok_or_else(integer_out_of_range)?)),
    ("int24div", scalar!(|a: i16, b: i32| divide!(i32::from(a), b, integer_out_of_range))),
    ("int28pl", scalar!(|a: i16, b: i64| i64::from(a).checked_add(b).ok_or_else(bigint_out_of_range)?)),
    ("int28mi", scalar!(|a: i16, b: i64| i64::from(a).checked_sub(b).ok_or_else(bigint_out_of_range)?)),
    ("int28mul", scalar!(|a: i16, b: i64| i64::from(a).checked_mul(b).ok_or_else(bigint_out_of_range)?)),
    ("int28div", scalar!(|a: i16, b: i64| divide!(i64::from(a), b, bigint_out_of_range))),
    ("int42pl", scalar!(|a: i32, b: i16| a.checked_add(i32::from(b)).ok_or_else(integer_out_of_range)?)),
    ("int42mi", scalar!(|a: i32, b: i16| a.checked_sub(i32::from(b)).ok_or_else(integer_out_of_range)?)),
    ("int42mul", scalar!(|a: i32, b: i16| a.checked_mul(i32::from(b)).ok_or_else(integer_out_of_range)?)),
    ("int42div", scalar!(|a: i32, b: i16| divide!(a, i32::from(b), integer_out_of_range))),
    ("int48pl", scalar!(|a: i32, b: i64| i64::from(a).checked_add(b).ok_or_else(bigint_out_of_range)?)),
    ("int48mi", scalar!(|a: i32, b: i64| i64::from(a).checked_sub(b).ok_or_else(bigint_out_of_range)?)),
    ("int48mul", scalar!(|a: i32, b: i64| i64::from(a).checked_mul(b).ok_or_else(bigint_out_of_range)?)),
    ("int48div", scalar!(|a: i32, b: i64| divide!(i64::from(a), b, bigint_out_of_range))),
    ("int82pl", scalar!(|a: i64, b: i16| a.checked_add(i64::from(b)).ok_or_else(bigint_out_of_range)?)),
    ("int82mi", scalar!(|a: i64, b: i16| a.checked_sub(i64::from(b)).ok_or_else(bigint_out_of_range)?)),
    ("int82mul", scalar!(|a: i64, b: i16| a.checked_mul(i64::from(b)).ok_or_else(bigint_out_of_range)?)),
    ("int82div", scalar!(|a: i64, b: i16| divide!(a, i64::from(b), bigint_out_of_range))),
    ("int84pl", scalar!(|a: i64, b: i32| a.checked_add(i64::from(b)).ok_or_else(bigint_out_of_range)?)),
    ("int84mi", scalar!(|a: i64, b: i32| a.checked_sub(i64::from(b)).ok_or_else(bigint_out_of_range)?)),
    ("int84mul", scalar!(|a: i64, b: i32| a.checked_mul(i64::from(b)).ok_or_else(bigint_out_of_range)?)),
    ("int84div", scalar!(|a: i64, b: i32| divide!(a, i64::from(b), bigint_out_of_range))),
    ("int4inc", scalar!(|a: i32| a.checked_add(1).ok_or_else(integer_out_of_range)?)),
    ("int8inc", scalar!(|a: i64| a.checked_add(1).ok_or_else(bigint_out_of_range)?)),
    ("int8dec", scalar!(|a: i64| a.checked_sub(1).ok_or_else(bigint_out_of_range)?)),
    (
        "int4gcd",
        scalar!(|a: i32, b: i32| {
            let g = gcd(u64::from(a.unsigned_abs()), u64::from(b.unsigned_abs()));
            i32::try_from(g).map_err(|_| integer_out_of_range())?
        }),
    ),
    (
        "int8gcd",
        scalar!(|a: i64, b: i64| {
            i64::try_from(gcd(a.unsigned_abs(), b.unsigned_abs())).map_err(|_| bigint_out_of_range())?
        }),
    ),
    (
        "int4lcm",
        scalar!(|a: i32, b: i32| {
            if a == 0 || b == 0 {
                0
            } else {
                let (a, b) = (u64::from(a.unsigned_abs()), u64::from(b.unsigned_abs()));
                i32::try_from(a / gcd(a, b) * b).map_err(|_| integer_out_of_range())?
            }
        }),
    ),
    (
        "int8lcm",
        scalar!(|a: i64, b: i64| {
            if a == 0 || b == 0 {
                0
            } else {
                let (a, b) = (a.unsigned_abs(), b.unsigned_abs());
                let lcm = (a / gcd(a, b)).checked_mul(b).ok_or_else(bigint_out_of_range)?;
                i64::try_from(lcm).map_err(|_| bigint_out_of_range())?
            }
        }),
    ),
    ("i2toi4", scalar!(|a: i16| i32::from(a))),
    ("int28", scalar!(|a: i16| i64::from(a))),
    ("int48", scalar!(|a: i32| i64::from(a))),
    ("i4toi2", scalar!(|a: i32| i16::try_from(a).map_err(|_| smallint_out_of_range())?)),
    ("int82", scalar!(|a: i64| i16::try_from(a).map_err(|_| smallint_out_of_range())?)),
    ("int84", scalar!(|a: i64| i32::try_from(a).map_err(|_| integer_out_of_range())?)),
    (
        "i8tooid",
        scalar!(|a: i64| OidValue(u32::try_from(a).map_err(|_| crate::error::out_of_range("OID out of range"))?)),
    ),
    ("oidtoi8", scalar!(|a: OidValue| i64::from(a.0))),
    ("xid8toxid", scalar!(|a: i64| OidValue(xid::number(a) as u32))),
    ("chartoi4", scalar!(|a: CharValue| i32::from(a.0 as i8))),
    (
        "i4tochar",
        scalar!(|a: i32| {
            CharValue(i8::try_from(a).map_err(|_| crate::error::out_of_range("\"char\" out of range"))? as u8)
        }),
    ),
    ("to_hex32", scalar!(|a: i32| format!("{a:x}"))),
    ("to_hex64", scalar!(|a: i64| format!("{a:x}"))),
    ("int4_bool", scalar!(|a: i32| a != 0)),
    ("bool_int4", scalar!(|a: bool| i32::from(a))),
    ("booland_statefunc", scalar!(|a: bool, b: bool| a && b)),
    ("boolor_statefunc", scalar!(|a: bool, b: bool| a || b)),
];

#[cfg(test)]
mod tests {
    use gavel_types::{Datum, SqlState};

    use crate::testing::{eval_source, fails};

    #[test]
    fn overflow_is_an_error_and_never_wraps() {
        for (source, a, b) in [
            ("int4pl", Datum::Int4(i32::MAX), Datum::Int4(1)),
            ("int4mi", Datum::Int4(i32::MIN), Datum::Int4(1)),
            ("int4mul", Datum::Int4(65_536), Datum::Int4(65_536)),
            ("int4div", Datum::Int4(i32::MIN), Datum::Int4(-1)),
            ("int8pl", Datum::Int8(i64::MAX), Datum::Int8(1)),
            ("int8mul", Datum::Int8(i64::MAX), Datum::Int8(2)),
            ("int2pl", Datum::Int2(i16::MAX), Datum::Int2(1)),
            ("int48pl", Datum::Int4(1), Datum::Int8(i64::MAX)),
        ] {
            assert_eq!(fails(source, &[a, b]), SqlState::NumericValueOutOfRange, "{source}");
        }
        assert_eq!(fails("int4um", &[Datum::Int4(i32::MIN)]), SqlState::NumericValueOutOfRange);
        assert_eq!(fails("int4div", &[Datum::Int4(1), Datum::Int4(0)]), SqlState::DivisionByZero);
        assert_eq!(fails("int8mod", &[Datum::Int8(1), Datum::Int8(0)]), SqlState::DivisionByZero);
    }

    #[test]
    fn the_edges_that_fit() {
        assert_eq!(eval_source("int4mod", &[Datum::Int4(i32::MIN), Datum::Int4(-1)]), Datum::Int4(0));
        assert_eq!(eval_source("int4div", &[Datum::Int4(-7), Datum::Int4(2)]), Datum::Int4(-3));
        assert_eq!(eval_source("int4shl", &[Datum::Int4(1), Datum::Int4(33)]), Datum::Int4(2));
        assert_eq!(eval_source("int4lcm", &[Datum::Int4(4), Datum::Int4(6)]), Datum::Int4(12));
        assert_eq!(eval_source("to_hex32", &[Datum::Int4(-1)]), Datum::text("ffffffff"));
    }
}
