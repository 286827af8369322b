//! A number's digits set into a template.
//!
//! Places are counted from the left; the digits begin where as many places are left as there are digits. A sign that
//! has no pattern of its own is written in front of the first place that is not blank.

use super::super::datetime::ordinal_suffix;
use super::template::{Anchor, Pattern, Slot, Template};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Plus,
    Minus,
}

impl Sign {
    fn char(self) -> char {
        if self == Self::Plus { '+' } else { '-' }
    }
}

/// What a number is written with.
#[derive(Clone, Debug)]
pub struct Digits {
    pub sign: Sign,
    /// Digits and perhaps a point; or `NaN`, `Infinity`.
    pub text: String,
}

/// # Panics
/// Never: `digits` has at least one character.
pub fn digits(mut digits: Digits, template: &Template) -> String {
    let whole = digits.text.find('.').unwrap_or(digits.text.len());
    if whole > template.before {
        digits.text = format!("{}.{}", "#".repeat(template.before), "#".repeat(template.after));
    }
    Writer::new(digits.sign, digits.text.into_bytes(), template.before.saturating_sub(whole), template).run()
}

/// `n` in Roman numerals, or `#`.
pub fn roman(n: i32, template: &Template) -> String {
    const DIGITS: [(i32, &str); 13] = [
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
    let numerals = if (1..4000).contains(&n) {
        let mut rest = n;
        let mut numerals = String::new();
        for (worth, letters) in DIGITS {
            while rest >= worth {
                numerals.push_str(letters);
                rest -= worth;
            }
        }
        numerals
    } else {
        "#".repeat(15)
    };
    let mut out = String::new();
    for slot in &template.slots {
        match slot {
            Slot::Char(c) => out.push(*c),
            Slot::Pattern(Pattern::Roman { lower }) => {
                let numerals = if *lower { numerals.to_lowercase() } else { numerals.clone() };
                out.push_str(&if template.fill { numerals } else { format!("{numerals:>15}") });
            }
            Slot::Pattern(Pattern::Currency | Pattern::Minus | Pattern::Plus | Pattern::Comma) if !template.fill => {
                out.push(' ');
            }
            Slot::Pattern(_) => {}
        }
    }
    out
}

struct Writer<'a> {
    template: &'a Template,
    sign: Sign,
    text: Vec<u8>,
    /// Index into `text`.
    at: usize,
    /// Places before the first digit.
    blanks: usize,
    /// Places that were written.
    place: usize,
    /// The number of the last place.
    last: usize,
    /// Index into `text` of what is last shown; `None`: all is.
    relevant: Option<usize>,
    anchor: Option<Anchor>,
    angle: bool,
    sign_written: bool,
    /// Digits were begun, so that commas are written.
    started: bool,
    out: String,
}

impl<'a> Writer<'a> {
    fn new(sign: Sign, text: Vec<u8>, blanks: usize, template: &'a Template) -> Self {
        let own = template.plus || template.minus;
        let mut anchor = template.anchor;
        let mut angle = template.angle;
        let sign_written = if own {
            template.minus
        } else {
            if sign == Sign::Plus && template.fill {
                angle = false;
            }
            if anchor == Some(Anchor::Before) && template.before == template.before_anchor {
                anchor = Some(Anchor::After);
            }
            sign == Sign::Plus && template.fill && anchor.is_none()
        };
        // Behind the point trailing zeros go, unless a `0` asks for them.
        let relevant =
            (template.fill && template.point).then(|| text.iter().position(|b| *b == b'.')).flatten().map(|point| {
                let mut last = point + text[point + 1..].iter().rposition(|b| *b != b'0').map_or(0, |n| n + 1);
                if template.last_zero > blanks {
                    last = last.max((text.len() - 1).min(template.last_zero - blanks));
                }
                last
            });
        let mut last = (template.after + template.before).saturating_sub(1);
        if !sign_written && blanks == 0 {
            last += 1;
        }
        last += usize::from(blanks > 0) + usize::from(template.point);
        Self {
            template,
            sign,
            text,
            at: 0,
            blanks,
            place: 0,
            last,
            relevant,
            anchor,
            angle,
            sign_written,
            started: false,
            out: String::new(),
        }
    }

    fn run(mut self) -> String {
        for slot in &self.template.slots {
            match slot {
                Slot::Char(c) => self.out.push(*c),
                Slot::Pattern(Pattern::Digit | Pattern::Point) => self.place(false),
                Slot::Pattern(Pattern::Zero) => self.place(true),
                Slot::Pattern(Pattern::Comma) => self.or_blank(self.started, ','),
                Slot::Pattern(Pattern::Currency) => self.out.push(' '),
                Slot::Pattern(Pattern::Minus) => self.or_blank(self.sign == Sign::Minus, '-'),
                Slot::Pattern(Pattern::Plus) => self.or_blank(self.sign == Sign::Plus, '+'),
                Slot::Pattern(Pattern::Either) => self.out.push(self.sign.char()),
                Slot::Pattern(Pattern::Ordinal { lower }) => self.ordinal(*lower),
                Slot::Pattern(Pattern::Sign | Pattern::Angle | Pattern::Roman { .. } | Pattern::Silent) => {}
            }
        }
        self.out
    }

    fn or_blank(&mut self, wanted: bool, c: char) {
        if wanted {
            self.out.push(c);
        } else if !self.template.fill {
            self.out.push(' ');
        }
    }

    fn ordinal(&mut self, lower: bool) {
        if self.text.first() == Some(&b'#') || self.sign == Sign::Minus || self.template.point {
            return;
        }
        let suffix = ordinal_suffix(&String::from_utf8_lossy(&self.text));
        self.out.push_str(&if lower { suffix.to_owned() } else { suffix.to_ascii_uppercase() });
    }

    /// `.5` rather than `0.5`, unless a `0` asks for it.
    fn lone_zero(&self) -> bool {
        self.template.first_zero.is_none()
            && self.at == 0
            && self.text.first() == Some(&b'0')
            && self.template.after != 0
    }

    /// Whether nothing behind the point is shown.
    fn ends_in_point(&self) -> bool {
        self.relevant.is_some_and(|last| self.text[last] == b'.')
    }

    fn place(&mut self, zero: bool) {
        self.started = false;
        let zeros = self.template.first_zero;
        let shown = self.place >= self.blanks || zeros == Some(self.place);
        if !self.sign_written && shown && (!self.lone_zero() || self.ends_in_point()) {
            self.leading_sign();
        }
        if self.place < self.blanks {
            if zeros.is_some_and(|from| from <= self.place) {
                self.out.push('0');
                self.started = true;
            } else if !self.template.fill {
                self.out.push(' ');
            }
        } else {
            self.digit(zero);
        }
        let last = if self.relevant == Some(self.at) { self.place } else { self.last };
        if self.place + 1 == last {
            self.trailing_sign();
        }
        self.place += 1;
    }

    fn digit(&mut self, zero: bool) {
        let Some(&c) = self.text.get(self.at) else { return };
        if c == b'.' {
            self.out.push('.');
        } else if self.relevant.is_some_and(|last| self.at > last) && !zero {
            // Left out.
        } else if self.lone_zero() {
            if !self.template.fill {
                self.out.push(' ');
            } else if self.ends_in_point() {
                self.out.push('0');
            }
        } else {
            self.out.push(char::from(c));
            self.started = true;
        }
        self.at += 1;
    }

    fn leading_sign(&mut self) {
        match (self.anchor, self.angle, self.sign) {
            (Some(Anchor::Before), ..) => self.out.push(self.sign.char()),
            (Some(Anchor::After), ..) => return,
            (None, true, sign) => self.out.push(if sign == Sign::Plus { ' ' } else { '<' }),
            (None, false, Sign::Plus) if self.template.fill => {}
            (None, false, Sign::Plus) => self.out.push(' '),
            (None, false, Sign::Minus) => self.out.push('-'),
        }
        self.sign_written = true;
    }

    fn trailing_sign(&mut self) {
        if self.sign_written && self.angle {
            self.out.push(if self.sign == Sign::Plus { ' ' } else { '>' });
        } else if self.anchor == Some(Anchor::After) {
            self.out.push(self.sign.char());
        }
    }
}
