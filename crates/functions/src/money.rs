//! `money`: hundredths in 64 bits, as an `int8` inside. Amounts that do not fit are 22003, where PostgreSQL 15
//! lets most of them wrap around.

use gavel_types::text_io::money::{SCALE, UNITS};
use gavel_types::{Numeric, SqlResult};

use crate::args::scalar;
use crate::call::ScalarFn;
use crate::error::{bigint_out_of_range, division_by_zero, money_out_of_range};
use crate::numeric::to_integer;

fn times(amount: i64, by: i64) -> SqlResult<i64> {
    amount.checked_mul(by).ok_or_else(money_out_of_range)
}

fn divided(amount: i64, by: i64) -> SqlResult<i64> {
    if by == 0 {
        return Err(division_by_zero());
    }
    amount.checked_div(by).ok_or_else(money_out_of_range)
}

/// Rounded half to even.
fn from_float(amount: f64) -> SqlResult<i64> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    let rounded = amount.round_ties_even();
    if (-BEYOND..BEYOND).contains(&rounded) { Ok(rounded as i64) } else { Err(money_out_of_range()) }
}

fn times_float(amount: i64, by: f64) -> SqlResult<i64> {
    from_float(amount as f64 * by)
}

fn divided_float(amount: i64, by: f64) -> SqlResult<i64> {
    if by == 0.0 { Err(division_by_zero()) } else { from_float(amount as f64 / by) }
}

/// How many times `by` is in `amount`.
fn ratio(amount: i64, by: i64) -> SqlResult<f64> {
    if by == 0 { Err(division_by_zero()) } else { Ok(amount as f64 / by as f64) }
}

fn from_whole(n: i64) -> SqlResult<i64> {
    n.checked_mul(UNITS).ok_or_else(bigint_out_of_range)
}

/// Rounded half away from zero.
fn from_numeric(n: &Numeric) -> SqlResult<i64> {
    to_integer(&n.mul(&Numeric::from(UNITS))?, "bigint", bigint_out_of_range)
}

fn to_numeric(amount: i64) -> SqlResult<Numeric> {
    Ok(Numeric::from(amount).div(&Numeric::from(UNITS))?.round(i32::from(SCALE)))
}

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// A number below a thousand in words.
fn below_thousand(n: usize) -> String {
    let (hundreds, rest) = (n / 100, n % 100);
    let tail = match rest {
        0..20 => SMALL[rest].to_owned(),
        _ if rest % 10 == 0 => TENS[rest / 10].to_owned(),
        _ => format!("{} {}", TENS[rest / 10], SMALL[rest % 10]),
    };
    match (hundreds, rest) {
        (0, _) => tail,
        (_, 0) => format!("{} hundred", SMALL[hundreds]),
        (_, 1..20) => format!("{} hundred and {tail}", SMALL[hundreds]),
        _ => format!("{} hundred {tail}", SMALL[hundreds]),
    }
}

/// `cash_words`, with the two blanks that PostgreSQL leaves where nothing follows a thousand.
fn words(amount: i64) -> String {
    const UNIT: u64 = UNITS.unsigned_abs();
    let value = amount.unsigned_abs();
    let (whole, cents) = (value / UNIT, (value % UNIT) as usize);
    let mut number = String::new();
    for (size, name) in [
        (1_000_000_000_000_000, " quadrillion "),
        (1_000_000_000_000, " trillion "),
        (1_000_000_000, " billion "),
        (1_000_000, " million "),
        (1_000, " thousand "),
        (1, ""),
    ] {
        let part = (whole / size % 1000) as usize;
        if part > 0 {
            number.push_str(&below_thousand(part));
            number.push_str(name);
        }
    }
    if number.is_empty() {
        number.push_str("zero");
    }
    let sign = if amount < 0 { "minus " } else { "" };
    let dollars = if whole == 1 { " dollar and " } else { " dollars and " };
    let small = if cents == 1 { " cent" } else { " cents" };
    let mut text = format!("{sign}{number}{dollars}{}{small}", below_thousand(cents));
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("cash_pl", scalar!(|a: i64, b: i64| a.checked_add(b).ok_or_else(money_out_of_range)?)),
    ("cash_mi", scalar!(|a: i64, b: i64| a.checked_sub(b).ok_or_else(money_out_of_range)?)),
    ("cash_div_cash", scalar!(|a: i64, b: i64| ratio(a, b)?)),
    ("cash_mul_flt8", scalar!(|a: i64, n: f64| times_float(a, n)?)),
    ("flt8_mul_cash", scalar!(|n: f64, a: i64| times_float(a, n)?)),
    ("cash_div_flt8", scalar!(|a: i64, n: f64| divided_float(a, n)?)),
    ("cash_mul_flt4", scalar!(|a: i64, n: f32| times_float(a, f64::from(n))?)),
    ("flt4_mul_cash", scalar!(|n: f32, a: i64| times_float(a, f64::from(n))?)),
    ("cash_div_flt4", scalar!(|a: i64, n: f32| divided_float(a, f64::from(n))?)),
    ("cash_mul_int8", scalar!(|a: i64, n: i64| times(a, n)?)),
    ("int8_mul_cash", scalar!(|n: i64, a: i64| times(a, n)?)),
    ("cash_div_int8", scalar!(|a: i64, n: i64| divided(a, n)?)),
    ("cash_mul_int4", scalar!(|a: i64, n: i32| times(a, n.into())?)),
    ("int4_mul_cash", scalar!(|n: i32, a: i64| times(a, n.into())?)),
    ("cash_div_int4", scalar!(|a: i64, n: i32| divided(a, n.into())?)),
    ("cash_mul_int2", scalar!(|a: i64, n: i16| times(a, n.into())?)),
    ("int2_mul_cash", scalar!(|n: i16, a: i64| times(a, n.into())?)),
    ("cash_div_int2", scalar!(|a: i64, n: i16| divided(a, n.into())?)),
    ("int4_cash", scalar!(|n: i32| from_whole(n.into())?)),
    ("int8_cash", scalar!(|n: i64| from_whole(n)?)),
    ("numeric_cash", scalar!(|n: &Numeric| from_numeric(n)?)),
    ("cash_numeric", scalar!(|a: i64| to_numeric(a)?)),
    ("cash_words", scalar!(|a: i64| words(a))),
];
