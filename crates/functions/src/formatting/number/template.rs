//! Templates of numbers.

use gavel_types::{SqlError, SqlResult, SqlState};

/// A pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `9`.
    Digit,
    /// `0`.
    Zero,
    /// `.`, `D`.
    Point,
    /// `,`, `G`.
    Comma,
    /// `S`: written at the number, not where it stands.
    Sign,
    /// `MI`.
    Minus,
    /// `PL`.
    Plus,
    /// `SG`.
    Either,
    /// `PR`.
    Angle,
    /// `L`.
    Currency,
    /// `RN`.
    Roman { lower: bool },
    /// `TH`.
    Ordinal { lower: bool },
    /// `V`, `FM`, `EEEE`, and those that mean nothing here (`B`, `C`, `SP`).
    Silent,
}

/// One piece of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Pattern(Pattern),
    /// A character that is none.
    Char(char),
}

/// Where `S` puts the sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Before,
    After,
}

/// A template that was read.
#[derive(Clone, Debug, Default)]
pub struct Template {
    pub slots: Vec<Slot>,
    /// `FM`.
    pub fill: bool,
    /// Places before the point.
    pub before: usize,
    /// Places behind it.
    pub after: usize,
    pub point: bool,
    /// How many places are before the first `0`, if there is one before the point.
    pub first_zero: Option<usize>,
    /// How many places there are up to the last `0`.
    pub last_zero: usize,
    /// `V`: the value is multiplied by ten to the power of the places behind it.
    pub multiplied: Option<usize>,
    pub anchor: Option<Anchor>,
    /// How many places are before an `S` that is before the point.
    pub before_anchor: usize,
    /// `MI`, `SG`.
    pub minus: bool,
    /// `PL`, `SG`.
    pub plus: bool,
    /// `PR`.
    pub angle: bool,
    pub roman: bool,
    /// `EEEE`.
    pub exponent: bool,
}

/// All upper or all lower case, longer ones first.
const PATTERNS: &[(&str, Pattern)] = &[
    ("EEEE", Pattern::Silent),
    ("FM", Pattern::Silent),
    ("MI", Pattern::Minus),
    ("PL", Pattern::Plus),
    ("PR", Pattern::Angle),
    ("RN", Pattern::Roman { lower: false }),
    ("SG", Pattern::Either),
    ("SP", Pattern::Silent),
    ("TH", Pattern::Ordinal { lower: false }),
    (",", Pattern::Comma),
    (".", Pattern::Point),
    ("0", Pattern::Zero),
    ("9", Pattern::Digit),
    ("B", Pattern::Silent),
    ("C", Pattern::Silent),
    ("D", Pattern::Point),
    ("G", Pattern::Comma),
    ("L", Pattern::Currency),
    ("S", Pattern::Sign),
    ("V", Pattern::Silent),
];

impl Template {
    /// # Errors
    /// 42601 for patterns that do not go together.
    pub fn parse(text: &str) -> SqlResult<Self> {
        let mut out = Self::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some((word, pattern)) = pattern_at(rest) {
                out.take(word, pattern)?;
                rest = &rest[word.len()..];
            } else if c == '"' {
                rest = out.quoted(rest);
            } else {
                // Outside of quotes a backslash means something before a quote only.
                let c = if rest.starts_with("\\\"") { '"' } else { c };
                let len = if c == '"' { 2 } else { c.len_utf8() };
                out.slots.push(Slot::Char(c));
                rest = &rest[len..];
            }
        }
        Ok(out)
    }

    /// Takes the quoted text that `rest` begins with, a backslash keeping the character behind it; what follows it.
    fn quoted<'a>(&mut self, rest: &'a str) -> &'a str {
        let mut chars = rest[1..].chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => return chars.as_str(),
                '\\' => self.slots.extend(chars.next().map(Slot::Char)),
                c => self.slots.push(Slot::Char(c)),
            }
        }
        ""
    }

    fn take(&mut self, word: &str, pattern: Pattern) -> SqlResult<()> {
        let folded = word.to_ascii_uppercase();
        if self.exponent && folded != "EEEE" {
            return Err(syntax("\"EEEE\" must be the last pattern used"));
        }
        match pattern {
            Pattern::Digit | Pattern::Zero => self.place(word, pattern == Pattern::Zero)?,
            Pattern::Point => {
                if self.point {
                    return Err(syntax("multiple decimal points"));
                }
                if self.multiplied.is_some() {
                    return Err(syntax("cannot use \"V\" and decimal point together"));
                }
                self.point = true;
            }
            Pattern::Sign => {
                if self.anchor.is_some() {
                    return Err(syntax("cannot use \"S\" twice"));
                }
                if self.plus || self.minus || self.angle {
                    return Err(syntax("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together"));
                }
                self.anchor = Some(if self.point { Anchor::After } else { Anchor::Before });
                if !self.point {
                    self.before_anchor = self.before;
                }
            }
            Pattern::Minus | Pattern::Plus | Pattern::Either => {
                if self.anchor.is_some() {
                    return Err(syntax(&format!("cannot use \"S\" and \"{folded}\" together")));
                }
                self.minus |= pattern != Pattern::Plus;
                self.plus |= pattern != Pattern::Minus;
            }
            Pattern::Angle => {
                if self.anchor.is_some() || self.plus || self.minus {
                    return Err(syntax("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together"));
                }
                self.angle = true;
            }
            Pattern::Roman { .. } => {
                self.roman = true;
                self.slots.push(Slot::Pattern(Pattern::Roman { lower: word == "rn" }));
                return Ok(());
            }
            Pattern::Ordinal { .. } => {
                self.slots.push(Slot::Pattern(Pattern::Ordinal { lower: word == "th" }));
                return Ok(());
            }
            Pattern::Comma | Pattern::Currency => {}
            Pattern::Silent => self.silent(&folded)?,
        }
        self.slots.push(Slot::Pattern(pattern));
        Ok(())
    }

    fn place(&mut self, word: &str, zero: bool) -> SqlResult<()> {
        if self.angle {
            return Err(syntax(&format!("\"{word}\" must be ahead of \"PR\"")));
        }
        if zero {
            if !self.point && self.first_zero.is_none() {
                self.first_zero = Some(self.before);
            }
        } else if let Some(n) = &mut self.multiplied {
            *n += 1;
            return Ok(());
        }
        if self.point {
            self.after += 1;
        } else {
            self.before += 1;
        }
        if zero {
            self.last_zero = self.before + self.after;
        }
        Ok(())
    }

    fn silent(&mut self, word: &str) -> SqlResult<()> {
        match word {
            "FM" => self.fill = true,
            "V" => {
                if self.point {
                    return Err(syntax("cannot use \"V\" and decimal point together"));
                }
                self.multiplied = self.multiplied.or(Some(0));
            }
            "EEEE" => {
                if self.exponent {
                    return Err(syntax("cannot use \"EEEE\" twice"));
                }
                let other = self.fill
                    || self.anchor.is_some()
                    || self.angle
                    || self.minus
                    || self.plus
                    || self.roman
                    || self.multiplied.is_some();
                if other {
                    return Err(syntax("\"EEEE\" is incompatible with other formats")
                        .detail("\"EEEE\" may only be used together with digit and decimal point patterns."));
                }
                self.exponent = true;
            }
            _ => {}
        }
        Ok(())
    }
}

fn pattern_at(rest: &str) -> Option<(&str, Pattern)> {
    PATTERNS.iter().find_map(|(word, pattern)| {
        let written = rest.get(..word.len())?;
        (written == *word || written == word.to_ascii_lowercase()).then_some((written, *pattern))
    })
}

/// 42601.
fn syntax(message: &str) -> SqlError {
    SqlError::new(SqlState::SyntaxError, message)
}
