//! Text forms of `inet` and `cidr`.
//!
//! The readers follow PostgreSQL's (which are ISC's) character by character, since what they accept is not
//! tidy: `10.1/16` and `1.2.3.4.` are good `inet`s, `0x0a01` and `192.168` good `cidr`s, and `::1.2` is
//! `::1.2.0.0`. None of them takes blanks.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::invalid_syntax;
use crate::error::{SqlError, SqlResult};
use crate::inet::Inet;
use crate::sqlstate::SqlState;

/// Parses an `inet`.
///
/// # Errors
/// 22P02.
pub fn parse_inet(text: &str) -> SqlResult<Inet> {
    let parsed = if text.contains(':') { ipv6(text.as_bytes()) } else { inet_ipv4(text.as_bytes()) };
    parsed.ok_or_else(|| invalid_syntax("inet", text))
}

/// Parses a `cidr`; a mask that is not written follows from the class of the network.
///
/// # Errors
/// 22P02.
pub fn parse_cidr(text: &str) -> SqlResult<Inet> {
    let parsed = if text.contains(':') { ipv6(text.as_bytes()) } else { cidr_ipv4(text.as_bytes()) };
    let value = parsed.ok_or_else(|| invalid_syntax("cidr", text))?;
    if value.is_network() {
        return Ok(value);
    }
    Err(SqlError::new(SqlState::InvalidTextRepresentation, format!("invalid cidr value: \"{text}\""))
        .detail("Value has bits set to right of mask."))
}

/// Bytes of an IPv4 address as they are read.
#[derive(Default)]
struct Octets {
    bytes: [u8; 4],
    count: usize,
}

impl Octets {
    /// `None` if there is one too many.
    fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.count)? = byte;
        self.count += 1;
        Some(())
    }

    fn with_prefix(self, prefix: u8) -> Option<Inet> {
        Inet::new(IpAddr::from(self.bytes), prefix)
    }
}

/// A decimal number of at most `limit` at the start of `text`, which begins with a digit, and what follows.
fn decimal(text: &[u8], limit: u32) -> Option<(u8, &[u8])> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let value =
        text[..digits].iter().try_fold(0u32, |v, b| Some(v * 10 + u32::from(b - b'0')).filter(|v| *v <= limit))?;
    Some((u8::try_from(value).ok()?, &text[digits..]))
}

fn starts_with_digit(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_digit)
}

/// `/n` and nothing behind it, or nothing at all.
fn prefix_ipv4(text: &[u8]) -> Option<Option<u8>> {
    match text {
        [] => Some(None),
        [b'/', rest @ ..] if starts_with_digit(rest) => {
            let (prefix, rest) = decimal(rest, 32)?;
            rest.is_empty().then_some(Some(prefix))
        }
        _ => None,
    }
}

fn inet_ipv4(text: &[u8]) -> Option<Inet> {
    let mut octets = Octets::default();
    let mut rest = text;
    while starts_with_digit(rest) {
        let (octet, after) = decimal(rest, 255)?;
        octets.push(octet)?;
        rest = after;
        match rest {
            [] | [b'/', ..] => break,
            [b'.', after @ ..] => rest = after,
            _ => return None,
        }
    }
    if octets.count == 0 {
        return None;
    }
    match prefix_ipv4(rest)? {
        // Without a prefix the address must be whole, and a prefix may not reach beyond what is written.
        None if octets.count == 4 => octets.with_prefix(32),
        Some(prefix) if usize::from(prefix / 8) <= octets.count => octets.with_prefix(prefix),
        _ => None,
    }
}

fn cidr_ipv4(text: &[u8]) -> Option<Inet> {
    let mut octets = Octets::default();
    let rest = match text {
        [b'0', b'x' | b'X', digits @ ..] if digits.first().is_some_and(u8::is_ascii_hexdigit) => {
            hexadecimal(digits, &mut octets)?
        }
        _ => dotted(text, &mut octets)?,
    };
    let prefix = prefix_ipv4(rest)?.unwrap_or_else(|| class_prefix(&octets));
    octets.with_prefix(prefix)
}

/// Bytes of two digits each; a last digit alone is the high one.
fn hexadecimal<'t>(text: &'t [u8], octets: &mut Octets) -> Option<&'t [u8]> {
    let count = text.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let digit = |b: &u8| char::from(*b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    for pair in text[..count].chunks(2) {
        let high = digit(pair.first()?)?;
        let low = pair.get(1).map_or(Some(0), digit)?;
        octets.push(high << 4 | low)?;
    }
    Some(&text[count..])
}

fn dotted<'t>(text: &'t [u8], octets: &mut Octets) -> Option<&'t [u8]> {
    let mut rest = text;
    loop {
        if !starts_with_digit(rest) {
            return None;
        }
        let (octet, after) = decimal(rest, 255)?;
        octets.push(octet)?;
        match after {
            [] | [b'/', ..] => return Some(after),
            [b'.', after @ ..] => rest = after,
            _ => return None,
        }
    }
}

/// The prefix that the class of a network gives it, but no shorter than what is written.
fn class_prefix(octets: &Octets) -> u8 {
    let first = octets.bytes[0];
    let class = match first {
        240.. => 32,
        224.. => 8,
        192.. => 24,
        128.. => 16,
        _ => 8,
    };
    let prefix = class.max(8 * octets.count as u8);
    if prefix == 8 && first == 224 { 4 } else { prefix }
}

/// A number without zeros before it and with nothing behind it.
fn plain_number(text: &[u8], limit: u32) -> Option<u8> {
    let tidy = !text.is_empty() && text.iter().all(u8::is_ascii_digit) && (text[0] != b'0' || text.len() == 1);
    if tidy { decimal(text, limit).map(|(value, _)| value) } else { None }
}

/// The IPv4 address at the end of an IPv6 one, and the prefix behind it. Bytes that are missing are zeros.
fn embedded_ipv4(text: &[u8]) -> Option<([u8; 4], Option<u8>)> {
    let (address, prefix) = match text.iter().position(|b| *b == b'/') {
        Some(at) => (&text[..at], Some(plain_number(&text[at + 1..], 128)?)),
        None => (text, None),
    };
    let mut octets = Octets::default();
    let parts: Vec<&[u8]> = address.split(|b| *b == b'.').collect();
    for (i, part) in parts.iter().enumerate() {
        // An empty part is zero, save at the end of the text.
        let empty = part.is_empty() && (i + 1 < parts.len() || prefix.is_some());
        octets.push(if empty { 0 } else { plain_number(part, 255)? })?;
    }
    Some((octets.bytes, prefix))
}

/// Bytes of an IPv6 address as they are read, and where `::` was.
#[derive(Default)]
struct Words {
    bytes: [u8; 16],
    count: usize,
    gap: Option<usize>,
}

impl Words {
    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        self.bytes.get_mut(self.count..self.count + bytes.len())?.copy_from_slice(bytes);
        self.count += bytes.len();
        Some(())
    }

    /// All sixteen bytes, what is behind the gap moved to the end.
    fn finish(mut self) -> Option<[u8; 16]> {
        match self.gap {
            Some(_) if self.count == 16 => None,
            Some(gap) => {
                self.bytes.copy_within(gap..self.count, gap + 16 - self.count);
                self.bytes[gap..gap + 16 - self.count].fill(0);
                Some(self.bytes)
            }
            None => (self.count == 16).then_some(self.bytes),
        }
    }
}

fn ipv6(text: &[u8]) -> Option<Inet> {
    let mut words = Words::default();
    // A colon at the beginning must be one of two.
    let mut at = match text {
        [b':', b':', ..] => 1,
        [b':', ..] => return None,
        _ => 0,
    };
    let mut word_start = at;
    let mut prefix = None;
    let (mut word, mut digits) = (0u16, 0);
    while let Some(&c) = text.get(at) {
        at += 1;
        if let Some(digit) = char::from(c).to_digit(16) {
            word = word << 4 | digit as u16;
            digits += 1;
            if digits > 4 {
                return None;
            }
            continue;
        }
        match c {
            b':' => {
                word_start = at;
                if digits == 0 {
                    if words.gap.replace(words.count).is_some() {
                        return None;
                    }
                    continue;
                }
                if at == text.len() {
                    return None;
                }
                words.push(&word.to_be_bytes())?;
                (word, digits) = (0, 0);
            }
            b'.' => {
                let (octets, written) = embedded_ipv4(&text[word_start..])?;
                words.push(&octets)?;
                (prefix, digits) = (written, 0);
                break;
            }
            b'/' => {
                prefix = Some(plain_number(&text[at..], 128)?);
                break;
            }
            _ => return None,
        }
    }
    if digits > 0 {
        words.push(&word.to_be_bytes())?;
    }
    Inet::new(IpAddr::from(words.finish()?), prefix.unwrap_or(128))
}

/// Appends an address without its prefix.
pub fn write_address(value: Inet, out: &mut String) {
    match value.address() {
        IpAddr::V4(address) => {
            let _ = write!(out, "{address}");
        }
        IpAddr::V6(address) => write_ipv6(address.segments(), out),
    }
}

fn write_prefix(value: Inet, out: &mut String) {
    let _ = write!(out, "/{}", value.prefix());
}

/// Appends an `inet`: the prefix only where it is not the whole address.
pub fn write(value: Inet, out: &mut String) {
    write_address(value, out);
    if value.prefix() != value.width() {
        write_prefix(value, out);
    }
}

/// Appends a `cidr`, or an `inet` as its cast to text has it: the prefix always.
pub fn write_with_prefix(value: Inet, out: &mut String) {
    write_address(value, out);
    write_prefix(value, out);
}

/// The longest run of zeros, at least two of them: its start and length. The first of equal ones.
fn longest_zeros(words: &[u16; 8]) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    let mut start = 0;
    while start < words.len() {
        let length = words[start..].iter().take_while(|w| **w == 0).count();
        if length > best.map_or(1, |b| b.1) {
            best = Some((start, length));
        }
        start += length.max(1);
    }
    best
}

fn write_ipv6(words: [u16; 8], out: &mut String) {
    let zeros = longest_zeros(&words);
    let ipv4 = matches!(zeros, Some((0, 6))) || (matches!(zeros, Some((0, 5))) && words[5] == 0xffff);
    for (i, word) in words.iter().enumerate() {
        if let Some((start, length)) = zeros
            && (start..start + length).contains(&i)
        {
            if i == start {
                out.push(':');
            }
            continue;
        }
        if i != 0 {
            out.push(':');
        }
        if i == 6 && ipv4 {
            let [[a, b], [c, d]] = [words[6].to_be_bytes(), words[7].to_be_bytes()];
            let _ = write!(out, "{a}.{b}.{c}.{d}");
            break;
        }
        let _ = write!(out, "{word:x}");
    }
    if zeros.is_some_and(|(start, length)| start + length == words.len()) {
        out.push(':');
    }
}

/// Appends a `cidr` as `abbrev` gives it: bytes behind the prefix are left out.
pub fn write_abbreviated(value: Inet, out: &mut String) {
    let network = value.network();
    match network.address() {
        IpAddr::V4(_) if network.prefix() == 0 => out.push('0'),
        IpAddr::V4(address) => {
            let count = usize::from(network.prefix().div_ceil(8));
            for (i, octet) in address.octets().iter().take(count).enumerate() {
                let _ = write!(out, "{}{octet}", if i == 0 { "" } else { "." });
            }
        }
        IpAddr::V6(_) if network.prefix() == 0 => out.push_str("::"),
        IpAddr::V6(address) => write_abbreviated_ipv6(address.segments(), network.prefix(), out),
    }
    write_prefix(value, out);
}

/// The run of zeros that `abbrev` shortens, its start and length. It need not be the longest: a run that is
/// no longer than one before it is taken to go on in the next.
fn abbreviated_zeros(words: &[u16]) -> (usize, usize) {
    let (mut best, mut run) = ((0, 0), (0, 0));
    for (i, word) in words.iter().enumerate() {
        if *word == 0 {
            run = if run.1 == 0 { (i, 1) } else { (run.0, run.1 + 1) };
        } else if run.1 > best.1 {
            best = run;
            run = (0, 0);
        }
    }
    if run.1 > best.1 { run } else { best }
}

fn write_abbreviated_ipv6(words: [u16; 8], prefix: u8, out: &mut String) {
    let count = usize::from(prefix.div_ceil(16)).max(2);
    let (start, length) = abbreviated_zeros(&words[..count]);
    let [high, low] = words[7].to_be_bytes();
    let ipv4 = length != count
        && start == 0
        && (length == 6 || (length == 5 && words[5] == 0xffff) || (length == 7 && high != 0 && low != 1));
    let from = out.len();
    for (i, word) in words.iter().take(count).enumerate() {
        if (start..start + length).contains(&i) {
            if i == start {
                out.push(':');
            }
            if i + 1 == count {
                out.push(':');
            }
            continue;
        }
        if ipv4 && i > 5 {
            let [high, low] = word.to_be_bytes();
            let _ = write!(out, "{}{high}", if i == 6 { ':' } else { '.' });
            // The last byte can be left out.
            if i != 7 || prefix > 120 {
                let _ = write!(out, ".{low}");
            }
            continue;
        }
        if out.len() > from {
            out.push(':');
        }
        let _ = write!(out, "{word:x}");
    }
}
