//! `to_char` of numbers and `to_number` (manual table 9.28).
//!
//! | module | what it holds |
//! |---|---|
//! | [`template`] | templates, and what they ask of a number |
//! | [`write`] | a number's digits set into a template |
//! | [`read`] | `to_number` |
//!
//! Here a value becomes digits: rounded to as many decimals as the template has places for. Digits that find no
//! room before the point become `#`, all of them.

mod read;
mod template;
mod write;

use gavel_types::{Datum, Numeric, SqlError, SqlResult};

use super::text;
use crate::call::ScalarFn;
use crate::error::{bigint_out_of_range, integer_out_of_range};
use template::Template;
use write::{Digits, Sign};

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("numeric_to_char", |_, a| match &a[0] {
        Datum::Numeric(n) => exact(n, text(&a[1])?).map(Datum::text),
        other => Err(SqlError::internal(format!("expected numeric, got {other:?}"))),
    }),
    ("int4_to_char", |_, a| match a[0] {
        Datum::Int4(n) => integer(n, text(&a[1])?).map(Datum::text),
        _ => Ok(Datum::Null),
    }),
    ("int8_to_char", |_, a| match a[0] {
        Datum::Int8(n) => bigint(n, text(&a[1])?).map(Datum::text),
        _ => Ok(Datum::Null),
    }),
    ("float4_to_char", |_, a| match a[0] {
        Datum::Float4(v) => single(v, text(&a[1])?).map(Datum::text),
        _ => Ok(Datum::Null),
    }),
    ("float8_to_char", |_, a| match a[0] {
        Datum::Float8(v) => double(v, text(&a[1])?).map(Datum::text),
        _ => Ok(Datum::Null),
    }),
    ("numeric_to_number", |_, a| {
        let template = text(&a[1])?;
        if template.is_empty() {
            return Ok(Datum::Null);
        }
        read::number(text(&a[0])?, template)
    }),
];

fn exact(value: &Numeric, template: &str) -> SqlResult<String> {
    let mut template = Template::parse(template)?;
    if template.roman {
        let n = crate::numeric::to_integer::<i32>(&value.round(0), "integer", integer_out_of_range)?;
        return Ok(write::roman(n, &template));
    }
    if template.exponent {
        return Ok(scientific(value, &template));
    }
    let shifted = match template.multiplied {
        Some(n) => {
            template.before += n;
            value.mul(&Numeric::from(10_i64).pow(&Numeric::from(n as i64))?)?
        }
        None => value.clone(),
    };
    let shown = shifted.round(i32::try_from(template.after).unwrap_or(i32::MAX)).to_string();
    Ok(write::digits(signed(&shown), &template))
}

fn integer(value: i32, template: &str) -> SqlResult<String> {
    let mut template = Template::parse(template)?;
    if template.roman {
        return Ok(write::roman(value, &template));
    }
    if template.exponent {
        return Ok(c_scientific(f64::from(value), template.after));
    }
    let shifted = match template.multiplied {
        Some(n) => {
            template.before += n;
            // As C multiplies.
            value.wrapping_mul(10_f64.powi(n as i32) as i32)
        }
        None => value,
    };
    Ok(whole(&shifted.to_string(), &template))
}

fn bigint(value: i64, template: &str) -> SqlResult<String> {
    let mut template = Template::parse(template)?;
    if template.roman {
        return Ok(write::roman(i32::try_from(value).map_err(|_| integer_out_of_range())?, &template));
    }
    if template.exponent {
        return Ok(scientific(&Numeric::from(value), &template));
    }
    let shifted = match template.multiplied {
        Some(n) => {
            template.before += n;
            let factor = u32::try_from(n).ok().and_then(|n| 10_i64.checked_pow(n));
            factor.and_then(|f| value.checked_mul(f)).ok_or_else(bigint_out_of_range)?
        }
        None => value,
    };
    Ok(whole(&shifted.to_string(), &template))
}

/// An integer with zeros for its decimals.
fn whole(shown: &str, template: &Template) -> String {
    let shown = if template.after > 0 { format!("{shown}.{}", "0".repeat(template.after)) } else { shown.to_owned() };
    write::digits(signed(&shown), template)
}

fn single(value: f32, template: &str) -> SqlResult<String> {
    let shift = |n: usize| f64::from(value * 10_f32.powi(n as i32));
    float(f64::from(value), shift, f32::DIGITS as usize, template)
}

fn double(value: f64, template: &str) -> SqlResult<String> {
    float(value, |n| value * 10_f64.powi(n as i32), f64::DIGITS as usize, template)
}

/// A float shows no more decimals than `known` digits allow.
fn float(value: f64, shift: impl Fn(usize) -> f64, known: usize, template: &str) -> SqlResult<String> {
    let mut template = Template::parse(template)?;
    if template.roman {
        return Ok(write::roman(value.round_ties_even() as i32, &template));
    }
    if template.exponent {
        return Ok(if value.is_finite() { c_scientific(value, template.after) } else { no_mantissa(&template) });
    }
    let shifted = match template.multiplied {
        Some(n) => {
            template.before += n;
            shift(n)
        }
        None => value,
    };
    let length = fixed(shifted.abs(), 0).len();
    template.after = template.after.min(known.saturating_sub(length));
    Ok(write::digits(signed(&fixed(shifted, template.after)), &template))
}

/// As C prints `%.*f`.
fn fixed(value: f64, decimals: usize) -> String {
    match value {
        v if v.is_nan() => "NaN".to_owned(),
        v if v.is_infinite() => if v > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        v => format!("{v:.decimals$}"),
    }
}

/// As C prints `%.*e`; a blank stands for the plus sign.
fn c_scientific(value: f64, decimals: usize) -> String {
    let shown = format!("{value:.decimals$e}");
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let blank = if mantissa.starts_with('-') { "" } else { " " };
    format!("{blank}{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// The mantissa is rounded after its point is set, so it may become 10.
fn scientific(value: &Numeric, template: &Template) -> String {
    if !matches!(value, Numeric::Finite { .. }) {
        return no_mantissa(template);
    }
    let text = value.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{fraction}");
    let leading = digits.bytes().take_while(|b| *b == b'0').count();
    let exponent = if leading == digits.len() { 0 } else { whole.len() as i64 - 1 - leading as i64 };
    let significant = &digits[leading.min(digits.len() - 1)..];
    let (head, tail) = significant.split_at(1);
    let mantissa = Numeric::parse(&format!("{head}.{tail}0")).unwrap_or_else(|_| value.abs());
    let mantissa = mantissa.round(i32::try_from(template.after).unwrap_or(i32::MAX));
    let sign = if value.signum() < 0 { '-' } else { ' ' };
    format!("{sign}{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// What stands for a value without digits: room for a sign, the point and the exponent is kept.
fn no_mantissa(template: &Template) -> String {
    format!(" {}.{}", "#".repeat(template.before), "#".repeat(template.after + 4))
}

fn signed(shown: &str) -> Digits {
    match shown.strip_prefix('-') {
        Some(rest) => Digits { sign: Sign::Minus, text: rest.to_owned() },
        None => Digits { sign: Sign::Plus, text: shown.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str, template: &str) -> String {
        let value = Numeric::parse(value).expect("number");
        exact(&value, template).expect("format")
    }

    #[test]
    fn numbers_come_out_as_the_manual_shows() {
        for (value, template, want) in [
            ("-0.1", "99.99", "  -.10"),
            ("-0.1", "FM9.99", "-.1"),
            ("0.1", "0.9", " 0.1"),
            ("12", "9990999.9", "    0012.0"),
            ("12", "FM9990999.9", "0012."),
            ("485", "999", " 485"),
            ("-485", "999", "-485"),
            ("485", "9 9 9", " 4 8 5"),
            ("1485", "9,999", " 1,485"),
            ("485", "9,999", "   485"),
            ("148.5", "999.999", " 148.500"),
            ("148.5", "FM999.999", "148.5"),
            ("148.5", "FM999.990", "148.500"),
            ("3148.5", "9G999D999", " 3,148.500"),
            ("-485", "999S", "485-"),
            ("-485", "999MI", "485-"),
            ("485", "999MI", "485 "),
            ("485", "FM999MI", "485"),
            ("485", "SG999", "+485"),
            ("-485", "SG999", "-485"),
            ("-485", "9SG99", "4-85"),
            ("-485", "999PR", "<485>"),
            ("485", "RN", "        CDLXXXV"),
            ("485", "FMRN", "CDLXXXV"),
            ("5.2", "FMRN", "V"),
            ("482", "999th", " 482nd"),
            ("485", "\"Good number:\"999", "Good number: 485"),
            ("485.8", "\"Pre:\"999\" Post:\" .999", "Pre: 485 Post: .800"),
            ("12", "99V999", " 12000"),
            ("12.4", "99V999", " 12400"),
            ("12.45", "99V9", " 125"),
            ("0.0004859", "9.99EEEE", " 4.86e-04"),
            ("1234567", "999", " ###"),
            ("0", "999", "   0"),
            ("-12", "S9999", "  -12"),
            ("Infinity", "MI9999999999.99", "   Infinity"),
            ("NaN", "MI99.99", " ##.##"),
            ("485", "PL999", "+ 485"),
            ("12", "B9999", "   12"),
            ("9.999", "9.9EEEE", " 10.0e+00"),
            ("-0.5", "FM.99", "-.##"),
            ("5", "9thabc", " 5tha"),
        ] {
            assert_eq!(shown(value, template), want, "to_char({value}, '{template}')");
        }
    }

    #[test]
    fn numbers_are_read_back() {
        for (input, template, want) in [
            ("12,454.8-", "99G999D9S", "-12454.8"),
            ("-34,338,492", "99G999G999", "-34338492"),
            ("0.00001-", "9.999999S", "-0.00001"),
            (".-01", "S99.99", "-0.01"),
            ("123V456", "999V999", "12.3450000000000000"),
        ] {
            match read::number(input, template) {
                Ok(Datum::Numeric(n)) => assert_eq!(n.to_string(), want, "{input}"),
                other => panic!("{input}: {other:?}"),
            }
        }
    }
}
