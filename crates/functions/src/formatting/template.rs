//! Templates of dates and times (manual tables 9.26 and 9.27): keywords with their modifiers, and the
//! text between them.

/// What a keyword stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `HH`, `HH12`.
    Hour12,
    Hour24,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    /// `FF1` … `FF6`: that many digits of the fraction.
    Fraction(u8),
    /// `SSSS`, `SSSSS`: seconds since midnight.
    SecondOfDay,
    /// `AM`, `p.m.` …; with dots if so written.
    Meridiem {
        dots: bool,
    },
    /// `Y,YYY`.
    YearComma,
    /// The last so many digits of the year.
    Year(u8),
    /// Of the ISO 8601 week-numbering year.
    IsoYear(u8),
    /// `BC`, `a.d.` …
    Era {
        dots: bool,
    },
    MonthName,
    MonthShort,
    Month,
    DayName,
    DayShort,
    DayOfYear,
    IsoDayOfYear,
    Day,
    /// Sunday is 1.
    DayOfWeek,
    /// Monday is 1.
    IsoDayOfWeek,
    WeekOfMonth,
    Week,
    IsoWeek,
    Century,
    Julian,
    Quarter,
    RomanMonth,
    ZoneName,
    ZoneHour,
    ZoneMinute,
    /// `OF`.
    ZoneOffset,
}

/// How letters come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Upper,
    Capital,
    Lower,
}

/// One piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Field {
        field: Field,
        case: Case,
        /// `FM`: no padding.
        fill: bool,
        /// `TH`/`th`: an English ordinal suffix, in this case.
        ordinal: Option<Case>,
    },
    /// Anything that is not a keyword, one character.
    Char(char),
    /// A character of a quoted string, or behind a backslash.
    Quoted(char),
}

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub nodes: Vec<Node>,
    /// `FX`: input must match exactly.
    pub exact: bool,
}

/// Keywords, longest first among those that begin alike; matched as written or in lower case.
const KEYWORDS: &[(&str, Field)] = &[
    ("SSSSS", Field::SecondOfDay),
    ("SSSS", Field::SecondOfDay),
    ("SS", Field::Second),
    ("HH24", Field::Hour24),
    ("HH12", Field::Hour12),
    ("HH", Field::Hour12),
    ("MI", Field::Minute),
    ("MS", Field::Millisecond),
    ("US", Field::Microsecond),
    ("FF1", Field::Fraction(1)),
    ("FF2", Field::Fraction(2)),
    ("FF3", Field::Fraction(3)),
    ("FF4", Field::Fraction(4)),
    ("FF5", Field::Fraction(5)),
    ("FF6", Field::Fraction(6)),
    ("A.M.", Field::Meridiem { dots: true }),
    ("P.M.", Field::Meridiem { dots: true }),
    ("AM", Field::Meridiem { dots: false }),
    ("PM", Field::Meridiem { dots: false }),
    ("Y,YYY", Field::YearComma),
    ("YYYY", Field::Year(4)),
    ("YYY", Field::Year(3)),
    ("YY", Field::Year(2)),
    ("Y", Field::Year(1)),
    ("IYYY", Field::IsoYear(4)),
    ("IYY", Field::IsoYear(3)),
    ("IY", Field::IsoYear(2)),
    ("IDDD", Field::IsoDayOfYear),
    ("ID", Field::IsoDayOfWeek),
    ("IW", Field::IsoWeek),
    ("I", Field::IsoYear(1)),
    ("B.C.", Field::Era { dots: true }),
    ("A.D.", Field::Era { dots: true }),
    ("BC", Field::Era { dots: false }),
    ("AD", Field::Era { dots: false }),
    ("MONTH", Field::MonthName),
    ("MON", Field::MonthShort),
    ("MM", Field::Month),
    ("DAY", Field::DayName),
    ("DY", Field::DayShort),
    ("DDD", Field::DayOfYear),
    ("DD", Field::Day),
    ("D", Field::DayOfWeek),
    ("WW", Field::Week),
    ("W", Field::WeekOfMonth),
    ("CC", Field::Century),
    ("J", Field::Julian),
    ("Q", Field::Quarter),
    ("RM", Field::RomanMonth),
    ("TZH", Field::ZoneHour),
    ("TZM", Field::ZoneMinute),
    ("TZ", Field::ZoneName),
    ("OF", Field::ZoneOffset),
];

/// Keywords that are also written with only their first letter large.
const CAPITALIZED: &[&str] = &["MONTH", "MON", "DAY", "DY"];

fn keyword(rest: &str) -> Option<(Field, Case, usize)> {
    KEYWORDS.iter().find_map(|(word, field)| {
        let written = rest.get(..word.len())?;
        let capital = || written.starts_with(&word[..1]) && written[1..] == word[1..].to_ascii_lowercase();
        if written == *word {
            Some((*field, Case::Upper, word.len()))
        } else if written == word.to_ascii_lowercase() {
            Some((*field, Case::Lower, word.len()))
        } else if CAPITALIZED.contains(word) && capital() {
            Some((*field, Case::Capital, word.len()))
        } else {
            None
        }
    })
}

impl Template {
    /// Cuts `text` into nodes. Every text is a template: what is no keyword stands for itself.
    pub fn parse(text: &str) -> Self {
        let mut nodes = Vec::new();
        let mut exact = false;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let mut fill = false;
            let mut at = rest;
            loop {
                let prefix = at.get(..2).unwrap_or_default();
                if prefix.eq_ignore_ascii_case("FM") {
                    fill = true;
                } else if prefix.eq_ignore_ascii_case("FX") {
                    exact = true;
                } else if !prefix.eq_ignore_ascii_case("TM") || prefix == "tm" && keyword(&at[2..]).is_none() {
                    break;
                }
                at = &at[2..];
            }
            if let Some((field, case, len)) = keyword(at) {
                at = &at[len..];
                let ordinal = match at.get(..2) {
                    Some("TH") => Some(Case::Upper),
                    Some("th") => Some(Case::Lower),
                    _ => None,
                };
                if ordinal.is_some() {
                    at = &at[2..];
                }
                nodes.push(Node::Field { field, case, fill, ordinal });
                rest = at;
                continue;
            }
            if at.len() < rest.len() && !at.is_empty() {
                rest = at;
                continue;
            }
            if at.is_empty() && at.len() < rest.len() {
                break;
            }
            rest = &rest[c.len_utf8()..];
            match c {
                '"' => {
                    while let Some(q) = rest.chars().next() {
                        rest = &rest[q.len_utf8()..];
                        match q {
                            '"' => break,
                            '\\' => {
                                if let Some(escaped) = rest.chars().next() {
                                    rest = &rest[escaped.len_utf8()..];
                                    nodes.push(Node::Quoted(escaped));
                                }
                            }
                            q => nodes.push(Node::Quoted(q)),
                        }
                    }
                }
                '\\' if rest.starts_with('"') => {
                    rest = &rest[1..];
                    nodes.push(Node::Quoted('"'));
                }
                c => nodes.push(Node::Char(c)),
            }
        }
        Self { nodes, exact }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_modifiers_and_text_are_told_apart() {
        let plain = |field, case| Node::Field { field, case, fill: false, ordinal: None };
        assert_eq!(
            Template::parse("YYYY\"Q\"Q-Mon FMDDth").nodes,
            vec![
                plain(Field::Year(4), Case::Upper),
                Node::Quoted('Q'),
                plain(Field::Quarter, Case::Upper),
                Node::Char('-'),
                plain(Field::MonthShort, Case::Capital),
                Node::Char(' '),
                Node::Field { field: Field::Day, case: Case::Upper, fill: true, ordinal: Some(Case::Lower) },
            ]
        );
        assert!(Template::parse("FXYYYY").exact);
        assert_eq!(Template::parse("x").nodes, vec![Node::Char('x')]);
    }
}
