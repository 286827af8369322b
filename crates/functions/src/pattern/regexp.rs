//! `~`, `substring(… from pattern)` and the `regexp_*` functions.
//!
//! Compiled expressions are kept in a small cache, since a statement uses few of them many times.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::regex::{Captures, Flags, Matcher, Regex};
use super::similar::similar;
use crate::args::{Arg, scalar};
use crate::call::{Call, ScalarFn, SetFn, SetRows};
use crate::error::{integer_out_of_range, invalid_parameter};
use gavel_types::{ArrayValue, Datum, Oid, SqlError, SqlResult, SqlState};

/// How many compiled expressions are kept.
const CACHE_ENTRIES: usize = 256;

type Cache = HashMap<(Box<str>, Flags), Arc<Regex>>;

static CACHE: LazyLock<Mutex<Cache>> = LazyLock::new(Mutex::default);

/// The compiled expression.
///
/// # Errors
/// 2201B.
pub fn compile(pattern: &str, flags: Flags) -> SqlResult<Arc<Regex>> {
    let flags = Flags { global: false, ..flags };
    let key = (Box::from(pattern), flags);
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = cache.get(&key) {
        return Ok(found.clone());
    }
    let regex = Arc::new(Regex::new(pattern, flags)?);
    if cache.len() >= CACHE_ENTRIES {
        cache.clear();
    }
    cache.insert(key, regex.clone());
    Ok(regex)
}

fn case(ignore_case: bool) -> Flags {
    Flags { ignore_case, ..Flags::default() }
}

fn is_match(text: &str, pattern: &str, ignore_case: bool) -> SqlResult<bool> {
    compile(pattern, case(ignore_case))?.is_match(text)
}

/// Flags of a function that has no use for `g`.
fn flags_without_global(letters: &str, function: &str) -> SqlResult<Flags> {
    let flags = Flags::parse(letters)?;
    if flags.global {
        let e = invalid_parameter(format!("{function} does not support the \"global\" option"));
        return Err(if function == "regexp_match()" { e.hint("Use the regexp_matches function instead.") } else { e });
    }
    Ok(flags)
}

/// The parenthesised parts of a match, or all of it if there are none.
fn groups(captures: &Captures<'_>) -> Vec<Datum> {
    let text = |i: usize| captures.get(i).map_or(Datum::Null, Datum::text);
    if captures.groups() == 0 { vec![text(0)] } else { (1..=captures.groups()).map(text).collect() }
}

fn first_match(text: &str, pattern: &str, flags: Flags) -> SqlResult<Option<ArrayValue>> {
    let regex = compile(pattern, flags)?;
    let found = Matcher::new(&regex, text).find_at(0)?;
    Ok(found.map(|c| ArrayValue::vector(Oid::TEXT, groups(&c))))
}

/// `substring(text from pattern)`: the first group, or all of the match.
fn substring(text: &str, pattern: &str) -> SqlResult<Option<String>> {
    let regex = compile(pattern, Flags::default())?;
    let found = Matcher::new(&regex, text).find_at(0)?;
    Ok(found.and_then(|c| c.get(usize::from(c.groups() > 0)).map(str::to_owned)))
}

/// Appends the replacement: `\1` to `\9` are groups, `\&` all of the match, `\\` a backslash.
fn expand(replacement: &str, captures: &Captures<'_>, out: &mut String) {
    let mut chars = replacement.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('&') => out.push_str(captures.get(0).unwrap_or("")),
            Some(d @ '1'..='9') => {
                out.push_str(captures.get(d as usize - '0' as usize).unwrap_or(""));
            }
            Some('\\') => out.push('\\'),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
}

/// Replaces the `n`th match from character `start` on; all if `n` is 0.
fn replace(text: &str, pattern: &str, replacement: &str, start: i32, n: i32, flags: Flags) -> SqlResult<String> {
    let regex = compile(pattern, flags)?;
    let from = start_offset(text, start)?;
    let Some(from) = from else { return Ok(text.to_owned()) };
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (i, captures) in matches_from(&regex, text, from).enumerate() {
        let captures = captures?;
        if n > 0 && i + 1 < n as usize {
            continue;
        }
        let (begin, end) = captures.whole();
        out.push_str(&text[copied..begin]);
        expand(replacement, &captures, &mut out);
        copied = end;
        if n > 0 {
            break;
        }
    }
    out.push_str(&text[copied..]);
    Ok(out)
}

/// Matches that begin at or after byte `from`; after an empty one the next character is left out.
fn matches_from<'r, 't>(
    regex: &'r Regex,
    text: &'t str,
    from: usize,
) -> impl Iterator<Item = SqlResult<Captures<'t>>> + use<'r, 't> {
    let mut matcher = Matcher::new(regex, text);
    let mut at = Some(from);
    std::iter::from_fn(move || {
        let captures = match matcher.find_at(at?).transpose()? {
            Ok(captures) => captures,
            Err(e) => {
                at = None;
                return Some(Err(e));
            }
        };
        let (begin, end) = captures.whole();
        at = if begin == end { text[end..].chars().next().map(|c| end + c.len_utf8()) } else { Some(end) };
        Some(Ok(captures))
    })
}

fn bad_value(name: &str, value: i32) -> SqlError {
    invalid_parameter(format!("invalid value for parameter \"{name}\": {value}"))
}

/// Byte offset of a character position; `None` if beyond the end.
fn start_offset(text: &str, start: i32) -> SqlResult<Option<usize>> {
    if start <= 0 {
        return Err(bad_value("start", start));
    }
    let index = start as usize - 1;
    Ok((index <= crate::text::char_count(text)).then(|| crate::text::offset(text, index)))
}

fn count(text: &str, pattern: &str, start: i32, letters: &str) -> SqlResult<i32> {
    let from = start_offset(text, start)?;
    let regex = compile(pattern, flags_without_global(letters, "regexp_count()")?)?;
    let Some(from) = from else { return Ok(0) };
    let mut n = 0_usize;
    for found in matches_from(&regex, text, from) {
        found?;
        n += 1;
    }
    i32::try_from(n).map_err(|_| integer_out_of_range())
}

/// Which part of which match.
struct Wanted {
    start: i32,
    nth: i32,
    group: i32,
}

/// Checks the numbers in the order of the arguments.
fn check(text: &str, wanted: &Wanted, end: i32) -> SqlResult<()> {
    start_offset(text, wanted.start)?;
    if wanted.nth <= 0 {
        return Err(bad_value("n", wanted.nth));
    }
    if !(0..=1).contains(&end) {
        return Err(bad_value("endoption", end));
    }
    if wanted.group < 0 {
        return Err(bad_value("subexpr", wanted.group));
    }
    Ok(())
}

/// The asked part: byte range.
fn locate(text: &str, pattern: &str, wanted: &Wanted, flags: Flags) -> SqlResult<Option<(usize, usize)>> {
    let regex = compile(pattern, flags)?;
    let Some(from) = start_offset(text, wanted.start)? else { return Ok(None) };
    let found = matches_from(&regex, text, from).nth(wanted.nth as usize - 1).transpose()?;
    Ok(found.and_then(|c| c.span(wanted.group as usize)))
}

fn instr(text: &str, pattern: &str, wanted: &Wanted, end: i32, letters: &str) -> SqlResult<i32> {
    check(text, wanted, end)?;
    let flags = flags_without_global(letters, "regexp_instr()")?;
    Ok(match locate(text, pattern, wanted, flags)? {
        Some((start, stop)) => {
            let at = if end == 1 { stop } else { start };
            i32::try_from(crate::text::char_count(&text[..at]) + 1).map_err(|_| integer_out_of_range())?
        }
        None => 0,
    })
}

fn substr(text: &str, pattern: &str, wanted: &Wanted, letters: &str) -> SqlResult<Option<String>> {
    check(text, wanted, 0)?;
    let flags = flags_without_global(letters, "regexp_substr()")?;
    Ok(locate(text, pattern, wanted, flags)?.map(|(a, b)| text[a..b].to_owned()))
}

/// The pieces between matches. An empty match at the ends, or right after a match, does not split.
fn split(text: &str, pattern: &str, letters: &str, function: &str) -> SqlResult<Vec<String>> {
    let flags = flags_without_global(letters, function)?;
    let regex = compile(pattern, flags)?;
    let mut out = vec![];
    let mut from = 0;
    let mut last_end = 0;
    for captures in matches_from(&regex, text, 0) {
        let (begin, end) = captures?.whole();
        if begin < text.len() && end > last_end {
            out.push(text[from..begin].to_owned());
            from = end;
        }
        last_end = end;
    }
    out.push(text[from..].to_owned());
    Ok(out)
}

fn split_to_array(text: &str, pattern: &str, letters: &str) -> SqlResult<ArrayValue> {
    let parts = split(text, pattern, letters, "regexp_split_to_array()")?;
    Ok(ArrayValue::vector(Oid::TEXT, parts.into_iter().map(Datum::text).collect()))
}

fn split_rows(_call: &Call<'_>, args: &[Datum]) -> SqlResult<SetRows> {
    let letters = args.get(2).map(|d| <&str>::get(Some(d))).transpose()?.unwrap_or("");
    let parts = split(<&str>::get(args.first())?, <&str>::get(args.get(1))?, letters, "regexp_split_to_table()")?;
    Ok(Box::new(parts.into_iter().map(|p| Ok(vec![Datum::text(p)]))))
}

fn match_rows(_call: &Call<'_>, args: &[Datum]) -> SqlResult<SetRows> {
    let letters = args.get(2).map(|d| <&str>::get(Some(d))).transpose()?.unwrap_or("");
    let flags = Flags::parse(letters)?;
    let text = <&str>::get(args.first())?;
    let regex = compile(<&str>::get(args.get(1))?, flags)?;
    let wanted = if flags.global { usize::MAX } else { 1 };
    let rows = matches_from(&regex, text, 0)
        .take(wanted)
        .map(|c| Ok(vec![Datum::Array(Arc::new(ArrayValue::vector(Oid::TEXT, groups(&c?))))]))
        .collect::<SqlResult<Vec<Vec<Datum>>>>()?;
    Ok(Box::new(rows.into_iter().map(Ok)))
}

/// `regexp_replace(text, pattern, replacement, flags)`; flags that begin with a digit are a start position
/// passed by mistake.
fn replace_with_flags(text: &str, pattern: &str, replacement: &str, letters: &str) -> SqlResult<String> {
    if letters.starts_with(|c: char| c.is_ascii_digit()) {
        let c = &letters[..1];
        return Err(SqlError::new(
            SqlState::InvalidParameterValue,
            format!("invalid regular expression option: \"{c}\""),
        )
        .hint("If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly."));
    }
    let flags = Flags::parse(letters)?;
    replace(text, pattern, replacement, 1, i32::from(!flags.global), flags)
}

fn replace_extended(text: &str, pattern: &str, by: &str, start: i32, n: i32, letters: &str) -> SqlResult<String> {
    start_offset(text, start)?;
    if n < 0 {
        return Err(bad_value("n", n));
    }
    replace(text, pattern, by, start, n, Flags::parse(letters)?)
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("textregexeq", scalar!(|s: &str, p: &str| is_match(s, p, false)?)),
    ("textregexne", scalar!(|s: &str, p: &str| !is_match(s, p, false)?)),
    ("texticregexeq", scalar!(|s: &str, p: &str| is_match(s, p, true)?)),
    ("texticregexne", scalar!(|s: &str, p: &str| !is_match(s, p, true)?)),
    ("nameregexeq", scalar!(|s: &str, p: &str| is_match(s, p, false)?)),
    ("nameregexne", scalar!(|s: &str, p: &str| !is_match(s, p, false)?)),
    ("nameicregexeq", scalar!(|s: &str, p: &str| is_match(s, p, true)?)),
    ("nameicregexne", scalar!(|s: &str, p: &str| !is_match(s, p, true)?)),
    ("textregexsubstr", scalar!(|s: &str, p: &str| substring(s, p)?)),
    ("textregexreplace_noopt", scalar!(|s: &str, p: &str, by: &str| replace(s, p, by, 1, 1, Flags::default())?)),
    ("textregexreplace", scalar!(|s: &str, p: &str, by: &str, f: &str| replace_with_flags(s, p, by, f)?)),
    (
        "textregexreplace_extended",
        scalar!(|s: &str, p: &str, by: &str, start: i32, n: i32, f: &str| { replace_extended(s, p, by, start, n, f)? }),
    ),
    (
        "textregexreplace_extended_no_flags",
        scalar!(|s: &str, p: &str, by: &str, start: i32, n: i32| { replace_extended(s, p, by, start, n, "")? }),
    ),
    (
        "textregexreplace_extended_no_n",
        scalar!(|s: &str, p: &str, by: &str, start: i32| { replace_extended(s, p, by, start, 1, "")? }),
    ),
    (
        "regexp_like",
        scalar!(|s: &str, p: &str, f: &str| compile(p, flags_without_global(f, "regexp_like()")?)?.is_match(s)?),
    ),
    ("regexp_like_no_flags", scalar!(|s: &str, p: &str| is_match(s, p, false)?)),
    (
        "regexp_match",
        scalar!(|s: &str, p: &str, f: &str| first_match(s, p, flags_without_global(f, "regexp_match()")?)?),
    ),
    ("regexp_match_no_flags", scalar!(|s: &str, p: &str| first_match(s, p, Flags::default())?)),
    ("regexp_count", scalar!(|s: &str, p: &str, start: i32, f: &str| count(s, p, start, f)?)),
    ("regexp_count_no_flags", scalar!(|s: &str, p: &str, start: i32| count(s, p, start, "")?)),
    ("regexp_count_no_start", scalar!(|s: &str, p: &str| count(s, p, 1, "")?)),
    (
        "regexp_instr",
        scalar!(|s: &str, p: &str, start: i32, nth: i32, end: i32, f: &str, group: i32| {
            instr(s, p, &Wanted { start, nth, group }, end, f)?
        }),
    ),
    (
        "regexp_instr_no_subexpr",
        scalar!(|s: &str, p: &str, start: i32, nth: i32, end: i32, f: &str| {
            instr(s, p, &Wanted { start, nth, group: 0 }, end, f)?
        }),
    ),
    (
        "regexp_instr_no_flags",
        scalar!(|s: &str, p: &str, start: i32, nth: i32, end: i32| {
            instr(s, p, &Wanted { start, nth, group: 0 }, end, "")?
        }),
    ),
    (
        "regexp_instr_no_endoption",
        scalar!(|s: &str, p: &str, start: i32, nth: i32| { instr(s, p, &Wanted { start, nth, group: 0 }, 0, "")? }),
    ),
    (
        "regexp_instr_no_n",
        scalar!(|s: &str, p: &str, start: i32| { instr(s, p, &Wanted { start, nth: 1, group: 0 }, 0, "")? }),
    ),
    ("regexp_instr_no_start", scalar!(|s: &str, p: &str| instr(s, p, &Wanted { start: 1, nth: 1, group: 0 }, 0, "")?)),
    (
        "regexp_substr",
        scalar!(|s: &str, p: &str, start: i32, nth: i32, f: &str, group: i32| {
            substr(s, p, &Wanted { start, nth, group }, f)?
        }),
    ),
    (
        "regexp_substr_no_subexpr",
        scalar!(|s: &str, p: &str, start: i32, nth: i32, f: &str| {
            substr(s, p, &Wanted { start, nth, group: 0 }, f)?
        }),
    ),
    (
        "regexp_substr_no_flags",
        scalar!(|s: &str, p: &str, start: i32, nth: i32| { substr(s, p, &Wanted { start, nth, group: 0 }, "")? }),
    ),
    (
        "regexp_substr_no_n",
        scalar!(|s: &str, p: &str, start: i32| { substr(s, p, &Wanted { start, nth: 1, group: 0 }, "")? }),
    ),
    ("regexp_substr_no_start", scalar!(|s: &str, p: &str| substr(s, p, &Wanted { start: 1, nth: 1, group: 0 }, "")?)),
    ("regexp_split_to_array", scalar!(|s: &str, p: &str, f: &str| split_to_array(s, p, f)?)),
    ("regexp_split_to_array_no_flags", scalar!(|s: &str, p: &str| split_to_array(s, p, "")?)),
    (
        "similar_escape",
        scalar!(|p: Option<&str>, e: Option<&str>| match p {
            Some(p) => Some(similar(p, e)?),
            None => None,
        }),
    ),
    ("similar_to_escape_1", scalar!(|p: &str| similar(p, None)?)),
    ("similar_to_escape_2", scalar!(|p: &str, e: &str| similar(p, Some(e))?)),
];

/// `substring(text from pattern for escape)`, whose body PostgreSQL has in SQL.
pub const BY_OID: &[(u32, ScalarFn)] =
    &[(2074, scalar!(|s: &str, p: &str, e: &str| substring(s, &similar(p, Some(e))?)?))];

pub const SETS: &[(&str, SetFn)] = &[
    ("regexp_split_to_table", split_rows),
    ("regexp_split_to_table_no_flags", split_rows),
    ("regexp_matches", match_rows),
    ("regexp_matches_no_flags", match_rows),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacement() {
        let r = |t, p, by, f| replace_with_flags(t, p, by, f);
        assert_eq!(r("foobarbaz", "b..", "X", "").as_deref(), Ok("fooXbaz"));
        assert_eq!(r("foobarbaz", "b..", "X", "g").as_deref(), Ok("fooXX"));
        assert_eq!(r("foobarbaz", "b(..)", "X\\1Y\\&", "g").as_deref(), Ok("fooXarYbarXazYbaz"));
        assert_eq!(r("A", "a", "b", "i").as_deref(), Ok("b"));
        assert_eq!(r("a", "a", "b", "z").map_err(|e| e.code()), Err(SqlState::InvalidParameterValue));
    }

    #[test]
    fn splitting() {
        let s = |t, p| split(t, p, "", "f").expect("split");
        assert_eq!(s("the quick fox", r"\s+"), ["the", "quick", "fox"]);
        assert_eq!(s("abc", ""), ["a", "b", "c"]);
        assert_eq!(s(",a,", ","), ["", "a", ""]);
        assert_eq!(s("", ","), [""]);
        assert_eq!(s("aXXb", "X"), ["a", "", "b"]);
    }
}
