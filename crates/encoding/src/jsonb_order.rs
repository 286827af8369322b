//! PostgreSQL's order of `jsonb` (manual §8.14.4) as bytes, written straight from canonical text.
//!
//! Null < string < number < boolean < array < object; arrays and objects first by how many
//! elements they have, then element by element (an object's pairs as key, value, in stored order:
//! shorter keys first). One oddity is kept: an empty array *at the top* sorts below everything.
//!
//! ```text
//! 01              empty array at the top
//! 02              null
//! 03 text 00 01   string, escaped as in keys
//! 04 numeric      number
//! 05 | 06         false | true
//! 10 n4 items     array of n
//! 20 n4 pairs     object of n; keys are written as text without the tag
//! ```

use gavel_types::Numeric;
use gavel_types::numeric::Mantissa;
use num_bigint::BigInt;

use crate::key::escaped;

const EMPTY_TOP: u8 = 0x01;
const NULL: u8 = 0x02;
const STRING: u8 = 0x03;
const NUMBER: u8 = 0x04;
const FALSE: u8 = 0x05;
const TRUE: u8 = 0x06;
const ARRAY: u8 = 0x10;
const OBJECT: u8 = 0x20;

/// Deeper documents are ordered as strings. PostgreSQL's own limit is its stack.
const MAX_DEPTH: usize = 512;

/// Appends the ordered bytes of the document `text`; of the text itself as a string, if it is not
/// JSON.
pub fn encode(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    let mut reader = Reader { text: text.as_bytes(), at: 0 };
    let read = reader.value(out, 0).and_then(|()| {
        reader.space();
        (reader.at == reader.text.len()).then_some(())
    });
    if read.is_none() {
        out.truncate(start);
        out.push(STRING);
        escaped(out, text.as_bytes());
    } else if out[start..] == [ARRAY, 0, 0, 0, 0] {
        out.truncate(start);
        out.push(EMPTY_TOP);
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, expected: u8) -> Option<()> {
        (self.peek()? == expected).then(|| self.at += 1)
    }

    fn word(&mut self, word: &str, tag: u8, out: &mut Vec<u8>) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word.as_bytes()).then(|| {
            self.at += word.len();
            out.push(tag);
        })
    }

    fn value(&mut self, out: &mut Vec<u8>, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.space();
        match self.peek()? {
            b'n' => self.word("null", NULL, out),
            b'f' => self.word("false", FALSE, out),
            b't' => self.word("true", TRUE, out),
            b'"' => {
                out.push(STRING);
                self.string(out)
            }
            b'[' => self.sequence(out, depth, ARRAY, b']'),
            b'{' => self.sequence(out, depth, OBJECT, b'}'),
            _ => self.number(out),
        }
    }

    fn sequence(&mut self, out: &mut Vec<u8>, depth: usize, tag: u8, close: u8) -> Option<()> {
        self.at += 1;
        out.push(tag);
        let count_at = out.len();
        out.extend_from_slice(&[0; 4]);
        let mut count = 0u32;
        self.space();
        if self.eat(close).is_some() {
            return Some(());
        }
        loop {
            if tag == OBJECT {
                self.space();
                self.string(out)?;
                self.space();
                self.eat(b':')?;
            }
            self.value(out, depth + 1)?;
            count = count.checked_add(1)?;
            self.space();
            if self.eat(b',').is_none() {
                break;
            }
        }
        self.eat(close)?;
        out[count_at..count_at + 4].copy_from_slice(&count.to_be_bytes());
        Some(())
    }

    fn string(&mut self, out: &mut Vec<u8>) -> Option<()> {
        self.eat(b'"')?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    escaped(out, &self.text[start..self.at]);
                    self.at += 1;
                    return Some(());
                }
                b'\\' => return self.string_with_escapes(out, start),
                _ => self.at += 1,
            }
        }
    }

    fn string_with_escapes(&mut self, out: &mut Vec<u8>, start: usize) -> Option<()> {
        let mut plain = self.text[start..self.at].to_vec();
        loop {
            let b = self.peek()?;
            self.at += 1;
            match b {
                b'"' => break,
                b'\\' => {
                    let c = self.peek()?;
                    self.at += 1;
                    match c {
                        b'n' => plain.push(b'\n'),
                        b't' => plain.push(b'\t'),
                        b'r' => plain.push(b'\r'),
                        b'b' => plain.push(8),
                        b'f' => plain.push(12),
                        b'u' => {
                            let mut utf8 = [0; 4];
                            plain.extend_from_slice(self.unicode()?.encode_utf8(&mut utf8).as_bytes());
                        }
                        b'"' | b'\\' | b'/' => plain.push(c),
                        _ => return None,
                    }
                }
                b => plain.push(b),
            }
        }
        escaped(out, &plain);
        Some(())
    }

    fn unicode(&mut self) -> Option<char> {
        let high = self.hex4()?;
        if !(0xD800..0xDC00).contains(&high) {
            return char::from_u32(high);
        }
        self.eat(b'\\')?;
        self.eat(b'u')?;
        let low = self.hex4()?;
        let low = low.checked_sub(0xDC00).filter(|l| *l < 0x400)?;
        char::from_u32(0x10000 + ((high - 0xD800) << 10) + low)
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }

    fn number(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let number = std::str::from_utf8(&self.text[start..self.at]).ok()?;
        out.push(NUMBER);
        decimal(number)?.to_ordered_bytes(out);
        Some(())
    }
}

/// A JSON number; exponents are folded into the digits. `None` if it is none, or out of
/// `numeric`'s range.
fn decimal(text: &str) -> Option<Numeric> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut all = String::with_capacity(digits.len());
    all.push_str(whole);
    all.push_str(fraction);
    let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    if !(-131_072..=16_383).contains(&scale) {
        return None;
    }
    for _ in scale..0 {
        all.push('0');
    }
    let scale = u16::try_from(scale.max(0)).ok()?;
    let mantissa = match all.parse::<i128>() {
        Ok(small) => Mantissa::Small(small),
        Err(_) => Mantissa::Large(Box::new(all.parse::<BigInt>().ok()?)),
    };
    Some(Numeric::Finite { mantissa, scale })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        let mut out = vec![];
        encode(&mut out, text);
        out
    }

    /// The order that PostgreSQL 15 gives these with `ORDER BY`.
    #[test]
    fn order_is_postgresqls() {
        let sorted = [
            "[]",
            "null",
            r#""""#,
            r#""a""#,
            r#""a\nb""#,
            r#""ab""#,
            r#""b""#,
            "-10.5",
            "-1",
            "0",
            "0.01",
            "1",
            "1.5",
            "12345678901234567890123456789012345678901234567890",
            "false",
            "true",
            "[null]",
            r#"["z"]"#,
            "[1]",
            "[[]]",
            "[{}]",
            "[null, 1]",
            "[1, 2]",
            "[[], 1]",
            r#"[1, "a", 3]"#,
            "{}",
            r#"{"a": 1}"#,
            r#"{"a": 2}"#,
            r#"{"aa": 1}"#,
            r#"{"b": null}"#,
            r#"{"b": 1}"#,
            r#"{"b": []}"#,
            r#"{"a": 1, "b": 1}"#,
        ];
        for pair in sorted.windows(2) {
            assert!(bytes(pair[0]) < bytes(pair[1]), "{pair:?}");
        }
        for a in sorted {
            for b in sorted {
                assert!(a == b || !bytes(a).starts_with(&bytes(b)), "{a} {b}");
            }
        }
    }

    #[test]
    fn equal_numbers_are_equal_bytes() {
        assert_eq!(bytes("1.50"), bytes("1.5"));
        assert_eq!(bytes("[1e2]"), bytes("[100]"));
    }

    #[test]
    fn what_is_not_json_sorts_as_a_string() {
        for bad in ["", "[1", "{\"a\"}", "nul", "1 2", "\"\\ud800\"", "--1"] {
            assert_eq!(bytes(bad)[0], STRING, "{bad}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(bytes(&deep)[0], STRING);
    }
}
