//! `to_number`: the input is read along the template, pattern by pattern.
//!
//! A sign counts before the first digit and behind the last one. A character of the template that is no pattern takes
//! one of the input, whichever it is; one that stands for something that is no digit (`L`, `TH`, a sign that is not
//! there) takes one only if it could not belong to a number.

use gavel_types::{Datum, Numeric, SqlError, SqlResult};

use super::template::{Pattern, Slot, Template};

/// The number that `input` is by `template`.
///
/// # Errors
/// 0A000 for `RN` and `EEEE`, 22P02 if no number was found, 22003 if it has too many digits.
pub fn number(input: &str, template: &str) -> SqlResult<Datum> {
    let template = Template::parse(template)?;
    if template.exponent {
        return Err(SqlError::unsupported("\"EEEE\" not supported for input"));
    }
    if template.roman {
        return Err(SqlError::unsupported("\"RN\" not supported for input"));
    }
    let reader = Reader {
        template: &template,
        input: input.as_bytes(),
        at: 0,
        sign: b' ',
        number: vec![],
        before: 0,
        after: 0,
        point: false,
    };
    let (shown, decimals) = reader.run();
    let multiplied = template.multiplied.unwrap_or(0);
    let precision = (template.before + multiplied + decimals) as i32;
    let mut value = Numeric::parse(&shown)?.with_typmod((precision << 16 | decimals as i32) + 4)?;
    if template.multiplied.is_some() {
        value = value.mul(&Numeric::from(10_i64).pow(&Numeric::from(-(multiplied as i64)))?)?;
    }
    Ok(Datum::Numeric(value))
}

struct Reader<'a> {
    template: &'a Template,
    input: &'a [u8],
    at: usize,
    /// A blank if there was none yet.
    sign: u8,
    number: Vec<u8>,
    /// Digits that were read before the point.
    before: usize,
    /// And behind it.
    after: usize,
    point: bool,
}

impl Reader<'_> {
    /// The number's text with its sign, and how many decimals it has.
    fn run(mut self) -> (String, usize) {
        for slot in &self.template.slots {
            if self.at >= self.input.len() {
                break;
            }
            match slot {
                Slot::Char(_) => self.skip_char(),
                Slot::Pattern(pattern) => self.pattern(*pattern),
            }
        }
        if self.number.last() == Some(&b'.') {
            self.number.pop();
        }
        let text = format!("{}{}", char::from(self.sign), String::from_utf8_lossy(&self.number));
        (text, self.after)
    }

    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    /// Leaves out one character of the input.
    fn skip_char(&mut self) {
        self.at += 1;
        while self.peek().is_some_and(|b| b & 0xc0 == 0x80) {
            self.at += 1;
        }
    }

    /// Leaves out up to `n` characters that cannot belong to a number.
    fn skip_others(&mut self, n: usize) {
        for _ in 0..n {
            match self.peek() {
                Some(b'0'..=b'9' | b'.' | b',' | b'+' | b'-') | None => return,
                Some(_) => self.skip_char(),
            }
        }
    }

    fn pattern(&mut self, pattern: Pattern) {
        match pattern {
            Pattern::Digit | Pattern::Zero => {
                self.part(true);
                self.at += 1;
            }
            Pattern::Point => {
                self.part(false);
                self.at += 1;
            }
            Pattern::Comma => {
                if !self.template.fill && self.peek() == Some(b',') {
                    self.at += 1;
                }
            }
            Pattern::Currency => self.skip_others(1),
            Pattern::Ordinal { .. } => {
                if !self.template.point && self.sign != b'-' {
                    self.skip_others(2);
                }
            }
            Pattern::Minus => self.own_sign(b"-"),
            Pattern::Plus => self.own_sign(b"+"),
            Pattern::Either => self.own_sign(b"-+"),
            Pattern::Sign | Pattern::Angle | Pattern::Roman { .. } | Pattern::Silent => {}
        }
    }

    fn own_sign(&mut self, signs: &[u8]) {
        match self.peek() {
            Some(c) if signs.contains(&c) => {
                self.sign = c;
                self.at += 1;
            }
            _ => self.skip_others(1),
        }
    }

    /// A digit or the point, with the sign before or behind it. Leaves the input at the last character that it took.
    fn part(&mut self, digit: bool) {
        let anchored = self.template.anchor.is_some();
        if self.peek() == Some(b' ') {
            self.at += 1;
        }
        let none_read = self.before + self.after == 0;
        if self.sign == b' ' && digit && none_read {
            match self.peek() {
                Some(c @ (b'-' | b'+')) => {
                    self.sign = c;
                    self.at += 1;
                }
                Some(b'<') if self.template.angle => {
                    self.sign = b'-';
                    self.at += 1;
                }
                _ => {}
            }
        }
        let Some(c) = self.peek() else { return };
        let mut read = false;
        if c.is_ascii_digit() {
            if self.point && self.after == self.template.after {
                return;
            }
            self.number.push(c);
            if self.point {
                self.after += 1;
            } else {
                self.before += 1;
            }
            read = true;
        } else if self.template.point && !self.point && c == b'.' {
            self.number.push(b'.');
            self.point = true;
            read = true;
        }
        if self.sign != b' ' || self.before + self.after == 0 {
            return;
        }
        if anchored {
            // Right behind what was read.
            if read && let Some(c @ (b'-' | b'+')) = self.input.get(self.at + 1).copied() {
                self.sign = c;
                self.at += 1;
            }
        } else if !read
            && (self.template.plus || self.template.minus)
            && let Some(c @ (b'-' | b'+')) = self.peek()
        {
            self.sign = c;
        }
    }
}
