//! `to_char` of numbers and `to_number` (manual table 9.28).
//!
//! A template is read into slots. The value is rounded to as many decimals as there are digit slots
//! behind the point, its whole digits are set right-aligned into those before it, and the slots are
//! then written one after another. Without a sign slot, the sign takes a place of its own in front of
//! the first thing written.

use gavel_types::{Datum, Numeric, SqlError, SqlResult, SqlState};

use super::datetime::ordinal_suffix;
use super::text;
use crate::call::ScalarFn;

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("numeric_to_char", |_, a| match &a[0] {
        Datum::Numeric(n) => format(n, text(&a[1])?, None),
        other => Err(SqlError::internal(format!("expected numeric, got {other:?}"))),
    }),
    ("int4_to_char", |_, a| integer(&a[0], text(&a[1])?)),
    ("int8_to_char", |_, a| integer(&a[0], text(&a[1])?)),
    ("float4_to_char", |_, a| match a[0] {
        Datum::Float4(v) => format(&Numeric::from_f32(v)?, text(&a[1])?, Some((f64::from(v), 6))),
        _ => Ok(Datum::Null),
    }),
    ("float8_to_char", |_, a| match a[0] {
        Datum::Float8(v) => format(&Numeric::from_f64(v)?, text(&a[1])?, Some((v, 15))),
        _ => Ok(Datum::Null),
    }),
    ("numeric_to_number", |_, a| to_number(text(&a[0])?, text(&a[1])?)),
];

fn integer(value: &Datum, template: &str) -> SqlResult<Datum> {
    match value {
        Datum::Int4(n) => format(&Numeric::from(i64::from(*n)), template, None),
        Datum::Int8(n) => {
            let roman = Template::parse(template)?.has(|s| matches!(s, Slot::Roman { .. }));
            if roman && i32::try_from(*n).is_err() {
                return Err(crate::error::integer_out_of_range());
            }
            format(&Numeric::from(*n), template, None)
        }
        other => Err(SqlError::internal(format!("expected an integer, got {other:?}"))),
    }
}

/// One piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Slot {
    /// `9`, or `0`.
    Digit {
        zero: bool,
    },
    Point,
    Comma,
    /// `S`, `MI`, `PL`, `SG`.
    Sign(Sign),
    /// `PR`.
    Angle,
    Currency,
    Roman {
        lower: bool,
    },
    Ordinal {
        lower: bool,
    },
    Exponent,
    Char(char),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Anchored,
    Minus,
    Plus,
    Either,
}

#[derive(Debug, Default)]
struct Template {
    slots: Vec<Slot>,
    /// `FM`.
    fill: bool,
    /// Digit slots before the point.
    before: usize,
    /// Digit slots behind it.
    after: usize,
    /// Index among the slots before the point from which zeros are written.
    first_zero: Option<usize>,
    /// How many decimals stay when trailing zeros go (`FM`).
    kept_decimals: usize,
    /// Digit slots behind `V`: the value is multiplied by that power of ten.
    shift: Option<usize>,
}

impl Template {
    fn parse(template: &str) -> SqlResult<Self> {
        let mut out = Self::default();
        let mut rest = template;
        let mut point = false;
        while let Some(c) = rest.chars().next() {
            let two = rest.get(..2).unwrap_or_default().to_ascii_uppercase();
            let mut len = 1;
            match (c.to_ascii_uppercase(), two.as_str()) {
                (_, "FM") => {
                    out.fill = true;
                    len = 2;
                }
                (_, "MI" | "PL" | "SG" | "PR" | "RN" | "TH") => {
                    len = 2;
                    let lower = c.is_ascii_lowercase();
                    out.slots.push(match two.as_str() {
                        "MI" => Slot::Sign(Sign::Minus),
                        "PL" => Slot::Sign(Sign::Plus),
                        "SG" => Slot::Sign(Sign::Either),
                        "PR" => Slot::Angle,
                        "RN" => Slot::Roman { lower },
                        _ => Slot::Ordinal { lower },
                    });
                }
                ('E', _) if rest.get(..4).is_some_and(|w| w.eq_ignore_ascii_case("EEEE")) => {
                    len = 4;
                    out.slots.push(Slot::Exponent);
                }
                ('9' | '0', _) => {
                    let zero = c == '0';
                    if point {
                        out.after += 1;
                        if zero {
                            out.kept_decimals = out.after;
                        }
                    } else {
                        if zero && out.first_zero.is_none() {
                            out.first_zero = Some(out.before);
                        }
                        out.before += 1;
                        if let Some(n) = &mut out.shift {
                            *n += 1;
                        }
                    }
                    out.slots.push(Slot::Digit { zero });
                }
                ('.' | 'D', _) => {
                    if point {
                        return Err(syntax("multiple decimal points"));
                    }
                    if out.shift.is_some() {
                        return Err(syntax("cannot use \"V\" and decimal point together"));
                    }
                    point = true;
                    out.slots.push(Slot::Point);
                }
                (',' | 'G', _) => out.slots.push(Slot::Comma),
                ('S', _) => out.slots.push(Slot::Sign(Sign::Anchored)),
                ('L', _) => out.slots.push(Slot::Currency),
                ('V', _) => {
                    if point {
                        return Err(syntax("cannot use \"V\" and decimal point together"));
                    }
                    out.shift = Some(0);
                }
                ('"', _) => len = out.quoted(rest),
                // Outside of quotes a backslash means something before a quote only.
                ('\\', _) if rest[1..].starts_with('"') => {
                    out.slots.push(Slot::Char('"'));
                    len = 2;
                }
                _ => {
                    out.slots.push(Slot::Char(c));
                    len = c.len_utf8();
                }
            }
            rest = rest.get(len..).unwrap_or_default();
        }
        Ok(out)
    }

    /// Takes the quoted text that `rest` begins with, a backslash keeping the character behind it; how long it is.
    fn quoted(&mut self, rest: &str) -> usize {
        let mut chars = rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return at + 1,
                '\\' => self.slots.extend(chars.next().map(|(_, c)| Slot::Char(c))),
                c => self.slots.push(Slot::Char(c)),
            }
        }
        rest.len()
    }

    fn has(&self, test: impl Fn(&Slot) -> bool) -> bool {
        self.slots.iter().any(test)
    }
}

fn syntax(message: &str) -> SqlError {
    SqlError::new(SqlState::SyntaxError, message)
}

/// `float`: the value itself and how many digits its type has, if it is not exact.
fn format(value: &Numeric, template: &str, float: Option<(f64, usize)>) -> SqlResult<Datum> {
    let template = Template::parse(template)?;
    if let Some(Slot::Roman { lower }) = template.slots.iter().find(|s| matches!(s, Slot::Roman { .. })) {
        let roman = roman(value);
        let roman = if *lower { roman.to_lowercase() } else { roman };
        return Ok(Datum::text(if template.fill { roman } else { format!("{roman:>15}") }));
    }
    if template.has(|s| *s == Slot::Exponent) {
        return Ok(Datum::text(scientific(value, &template)));
    }
    let scaled = match template.shift {
        Some(n) => value.mul(&Numeric::from(10_i64).pow(&Numeric::from(i64::try_from(n).unwrap_or(0)))?)?,
        None => value.clone(),
    };
    let finite = matches!(scaled, Numeric::Finite { .. });
    let negative = scaled.signum() < 0;
    let whole_digits = scaled.abs().trunc(0).to_string().len();
    // A float shows no more digits than it has.
    let decimals = match float {
        Some((_, digits)) => template.after.min(digits.saturating_sub(whole_digits)),
        None => template.after,
    };
    let rounded = match float {
        // Floats are rounded as C prints them: half of an exact value goes to even.
        Some((v, _)) if finite && template.shift.is_none() => Numeric::parse(&format!("{:.*}", decimals, v.abs()))?,
        _ => scaled.abs().round(i32::try_from(decimals).unwrap_or(0)),
    };
    let not_a_number = scaled.is_nan();
    let shown = rounded.to_string();
    let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, ""));
    let whole = if whole == "0" { "" } else { whole };
    let negative = negative && !rounded.is_zero();
    let mut fraction: Vec<u8> = fraction.bytes().collect();
    fraction.resize(template.after, b'0');
    let overflow = scaled.is_infinite() || whole.len() > template.before;
    let single = float.is_some_and(|(_, digits)| digits == 6);
    let mut visible_decimals = if finite || (scaled.is_infinite() && !single) { template.after } else { 0 };
    if template.fill && finite && !overflow {
        let mut needed = fraction.len();
        while needed > template.kept_decimals && fraction[needed - 1] == b'0' {
            needed -= 1;
        }
        visible_decimals = needed;
    }
    Ok(Datum::text(
        Writer {
            template: &template,
            whole: whole.as_bytes(),
            fraction: &fraction,
            visible_decimals,
            overflow,
            not_a_number,
            negative,
            out: String::new(),
            sign_due: true,
        }
        .run(),
    ))
}

struct Writer<'a> {
    template: &'a Template,
    whole: &'a [u8],
    fraction: &'a [u8],
    visible_decimals: usize,
    overflow: bool,
    not_a_number: bool,
    negative: bool,
    out: String,
    /// The floating sign has not been written yet.
    sign_due: bool,
}

impl Writer<'_> {
    fn run(mut self) -> String {
        let angle = self.template.has(|s| *s == Slot::Angle);
        let anchored = self.template.slots.iter().position(|s| *s == Slot::Sign(Sign::Anchored));
        let first_digit = self.template.slots.iter().position(|s| matches!(s, Slot::Digit { .. } | Slot::Point));
        let leading = anchored.is_some() && anchored < first_digit;
        let own_sign = self.template.has(|s| matches!(s, Slot::Sign(Sign::Minus | Sign::Plus | Sign::Either)));
        self.sign_due = if anchored.is_some() { leading } else { !own_sign || angle };
        let blanks = self.template.before.saturating_sub(self.whole.len());
        let mut before = 0;
        let mut after = 0;
        let mut point = false;
        for (n, slot) in self.template.slots.iter().enumerate() {
            match slot {
                Slot::Digit { .. } if !point => {
                    let forced = self.template.first_zero.is_some_and(|z| before >= z)
                        // The last place of a whole number is never empty.
                        || (before + 1 == self.template.before
                            && (!self.template.has(|s| *s == Slot::Point)
                                || (self.template.fill && self.visible_decimals == 0)));
                    if self.overflow {
                        self.sign(leading, angle);
                        self.out.push('#');
                    } else if before >= blanks {
                        self.sign(leading, angle);
                        self.out.push(char::from(self.whole[before - blanks]));
                    } else if forced {
                        self.sign(leading, angle);
                        self.out.push('0');
                    } else if !self.template.fill {
                        self.out.push(' ');
                    }
                    before += 1;
                }
                Slot::Digit { .. } => {
                    if after < self.visible_decimals {
                        self.out.push(if self.overflow { '#' } else { char::from(self.fraction[after]) });
                    }
                    after += 1;
                }
                Slot::Point if self.not_a_number || (self.template.fill && self.template.after == 0) => point = true,
                Slot::Point => {
                    point = true;
                    self.sign(leading, angle);
                    self.out.push('.');
                }
                Slot::Comma => {
                    let started = point
                        || self.overflow
                        || before > blanks
                        || self.template.first_zero.is_some_and(|z| before > z);
                    if started {
                        self.out.push(',');
                    } else if !self.template.fill {
                        self.out.push(' ');
                    }
                }
                Slot::Sign(Sign::Anchored) if Some(n) == anchored && leading => {}
                Slot::Sign(Sign::Anchored | Sign::Either) => self.out.push(if self.negative { '-' } else { '+' }),
                Slot::Sign(Sign::Minus) => self.blank_unless(self.negative, '-'),
                Slot::Sign(Sign::Plus) => self.blank_unless(!self.negative, '+'),
                Slot::Angle => self.blank_unless(self.negative, '>'),
                Slot::Currency => self.out.push(' '),
                Slot::Ordinal { lower } => {
                    let whole = !self.template.has(|s| *s == Slot::Point);
                    if whole && !self.negative && !self.overflow && !self.not_a_number {
                        let digits: String = if self.whole.is_empty() {
                            "0".to_owned()
                        } else {
                            String::from_utf8_lossy(self.whole).into_owned()
                        };
                        let suffix = ordinal_suffix(&digits);
                        self.out.push_str(&if *lower { suffix.to_owned() } else { suffix.to_ascii_uppercase() });
                    }
                }
                Slot::Char(c) => self.out.push(*c),
                Slot::Roman { .. } | Slot::Exponent => {}
            }
        }
        self.out
    }

    fn blank_unless(&mut self, condition: bool, c: char) {
        if condition {
            self.out.push(c);
        } else if !self.template.fill {
            self.out.push(' ');
        }
    }

    /// Writes the floating sign in front of the first digit.
    fn sign(&mut self, leading: bool, angle: bool) {
        if !std::mem::take(&mut self.sign_due) {
            return;
        }
        if leading {
            self.out.push(if self.negative { '-' } else { '+' });
        } else if self.negative {
            self.out.push(if angle { '<' } else { '-' });
        } else if !self.template.fill {
            self.out.push(' ');
        }
    }
}

fn scientific(value: &Numeric, template: &Template) -> String {
    let places = template.after;
    if !matches!(value, Numeric::Finite { .. }) {
        return format!(" {}.{}", "#".repeat(template.before.max(1)), "#".repeat(places + 4));
    }
    let magnitude = value.abs();
    let mut exponent: i32 = 0;
    let mut mantissa = magnitude.clone();
    if !magnitude.is_zero() {
        let text = magnitude.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        exponent = if whole != "0" {
            i32::try_from(whole.len()).unwrap_or(0) - 1
        } else {
            -(i32::try_from(fraction.bytes().take_while(|b| *b == b'0').count()).unwrap_or(0) + 1)
        };
        let digits: String = format!("{whole}{fraction}").trim_start_matches('0').to_owned();
        let (head, tail) = digits.split_at(1);
        let parsed = Numeric::parse(&format!("{head}.{}", if tail.is_empty() { "0" } else { tail }));
        mantissa = parsed.unwrap_or(magnitude).round(i32::try_from(places).unwrap_or(0));
        // 9.99 rounds to 10.0.
        if mantissa.to_string().starts_with("10") {
            exponent += 1;
            mantissa = Numeric::from(1_i64).round(i32::try_from(places).unwrap_or(0));
        }
    } else {
        mantissa = mantissa.round(i32::try_from(places).unwrap_or(0));
    }
    let sign = if value.signum() < 0 {
        "-"
    } else if template.fill {
        ""
    } else {
        " "
    };
    format!("{sign}{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn roman(value: &Numeric) -> String {
    const DIGITS: [(i64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let Some(mut n) = value.round(0).to_i64().filter(|n| (1..4000).contains(n)) else {
        return "#".repeat(15);
    };
    let mut out = String::new();
    for (worth, letters) in DIGITS {
        while n >= worth {
            out.push_str(letters);
            n -= worth;
        }
    }
    out
}

fn to_number(input: &str, template: &str) -> SqlResult<Datum> {
    let template = Template::parse(template)?;
    let mut rest = input.trim_start();
    let mut negative = false;
    let mut digits = String::new();
    let mut point = false;
    let take_sign = |rest: &mut &str, negative: &mut bool| {
        let trimmed = rest.trim_start();
        if let Some(after) = trimmed.strip_prefix(['-', '+', '<']) {
            *negative = !trimmed.starts_with('+');
            *rest = after;
        }
    };
    take_sign(&mut rest, &mut negative);
    for slot in &template.slots {
        match slot {
            Slot::Digit { .. } => {
                if digits.is_empty() {
                    take_sign(&mut rest, &mut negative);
                }
                rest = rest.trim_start_matches(' ');
                if let Some(c) = rest.chars().next().filter(char::is_ascii_digit) {
                    digits.push(c);
                    rest = &rest[1..];
                }
            }
            Slot::Point => {
                if let Some(after) = rest.strip_prefix('.') {
                    rest = after;
                }
                if !point {
                    digits.push('.');
                    point = true;
                }
            }
            Slot::Comma => rest = rest.strip_prefix(',').unwrap_or(rest),
            Slot::Sign(_) | Slot::Angle => {
                if rest.starts_with('-') {
                    negative = true;
                }
                rest = rest.strip_prefix(['-', '+', '>']).unwrap_or(rest);
            }
            Slot::Currency | Slot::Char(_) => {
                let mut chars = rest.chars();
                if chars.next().is_some_and(|c| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+' | ',')) {
                    rest = chars.as_str();
                }
            }
            Slot::Ordinal { .. } => rest = rest.get(2..).unwrap_or_default(),
            Slot::Roman { .. } => return Err(syntax("\"RN\" is not supported for input")),
            Slot::Exponent => return Err(syntax("\"EEEE\" not supported for input")),
        }
    }
    let digits = digits.trim_end_matches('.');
    if digits.is_empty() {
        return Err(SqlError::new(
            SqlState::InvalidTextRepresentation,
            format!("invalid input syntax for type numeric: \"{}\"", if input.is_empty() { " " } else { input }),
        ));
    }
    let mut value = Numeric::parse(digits)?;
    if let Some(shift) = template.shift {
        value = value.div(&Numeric::from(10_i64).pow(&Numeric::from(i64::try_from(shift).unwrap_or(0)))?)?;
    }
    Ok(Datum::Numeric(if negative { value.negate() } else { value }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str, template: &str) -> String {
        match format(&Numeric::parse(value).expect("number"), template, None).expect("format") {
            Datum::Text(t) => t.to_string(),
            other => panic!("{other:?}"),
        }
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
            ("485", "PL999", "+485"),
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
        ] {
            match to_number(input, template) {
                Ok(Datum::Numeric(n)) => assert_eq!(n.to_string(), want, "{input}"),
                other => panic!("{input}: {other:?}"),
            }
        }
    }
}
