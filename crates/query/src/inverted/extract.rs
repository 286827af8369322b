//! A value to its tokens.
//!
//! | token | of |
//! |---|---|
//! | `N` | NULL |
//! | `-` | a value without elements: an empty array, `{}` |
//! | `0` | a NULL element of an array |
//! | `e` key bytes | an element of an array |
//! | `k` text | a key of an object; a string that is an element of an array, or the whole document |
//! | `s` text, `d` key bytes, `b` `t` or `f`, `z` | a string, number, boolean, null of a document |
//! | `p` hash | a value of a document with the keys that lead to it |
//!
//! A token longer than [`MAX_TOKEN_BYTES`] is hashed, as PostgreSQL hashes long texts of `jsonb_ops`: its first byte then
//! has the highest bit set.

use aws_lc_rs::digest::{SHA256, digest};
use gavel_encoding::KeyOrder;
use gavel_encoding::key::encode_key;
use gavel_types::json::Json;
use gavel_types::{Datum, PgType, SqlResult};

use super::Class;

/// Longest token that is kept as it is.
const MAX_TOKEN_BYTES: usize = 128;
/// Bytes that are kept of a hash.
const HASH_BYTES: usize = 16;

/// One of the parts that a value is found by.
pub type Token = Vec<u8>;

/// Of a NULL.
pub fn of_null() -> Token {
    vec![b'N']
}

/// Of a value without elements.
pub fn of_empty() -> Token {
    vec![b'-']
}

/// All tokens of a value, NULL included: sorted, each once, at least one.
///
/// # Errors
/// 22P02 if a document is none.
pub fn tokens(class: Class, value: &Datum) -> SqlResult<Vec<Token>> {
    if value.is_null() {
        return Ok(vec![of_null()]);
    }
    let mut out = parts(class, value)?;
    if out.is_empty() {
        out.push(of_empty());
    }
    Ok(out)
}

/// Tokens of what is in a value: sorted, each once; none if nothing is.
///
/// # Errors
/// As [`tokens`].
pub fn parts(class: Class, value: &Datum) -> SqlResult<Vec<Token>> {
    let mut out = Vec::new();
    match (class, value) {
        (Class::Array, Datum::Array(array)) => {
            out.extend(array.values.iter().map(|element| of_element(element, PgType::new(array.element))));
        }
        (Class::Jsonb, Datum::Jsonb(text)) => keys_and_values(&Json::parse(text)?, true, &mut out),
        (Class::JsonbPath, Datum::Jsonb(text)) => paths(&Json::parse(text)?, &mut Vec::new(), &mut out),
        _ => {}
    }
    out.sort_unstable();
    out.dedup();
    Ok(out)
}

/// Of an element of an array.
pub fn of_element(element: &Datum, ty: PgType) -> Token {
    if element.is_null() {
        return vec![b'0'];
    }
    let mut token = vec![b'e'];
    encode_key(&mut token, element, ty, KeyOrder::ASC);
    bounded(token)
}

/// Of a key, or of a string that stands where a key may be asked for.
pub fn of_key(key: &str) -> Token {
    text(b'k', key)
}

fn text(kind: u8, text: &str) -> Token {
    let mut token = Vec::with_capacity(text.len() + 1);
    token.push(kind);
    token.extend_from_slice(text.as_bytes());
    bounded(token)
}

/// A scalar of a document.
fn of_scalar(value: &Json) -> Option<Token> {
    Some(match value {
        Json::Null => vec![b'z'],
        Json::Bool(value) => vec![b'b', if *value { b't' } else { b'f' }],
        Json::Number(number) => {
            let mut token = vec![b'd'];
            number.to_ordered_bytes(&mut token);
            bounded(token)
        }
        Json::String(string) => text(b's', string),
        Json::Array(_) | Json::Object(_) => return None,
    })
}

/// `element`: the value is an element of an array or the document itself, not a member of an object.
fn keys_and_values(value: &Json, element: bool, out: &mut Vec<Token>) {
    match value {
        Json::String(string) if element => out.push(of_key(string)),
        Json::Array(items) => items.iter().for_each(|item| keys_and_values(item, true, out)),
        Json::Object(members) => {
            for (key, value) in members {
                out.push(of_key(key));
                keys_and_values(value, false, out);
            }
        }
        scalar => out.extend(of_scalar(scalar)),
    }
}

/// `path`: the keys that lead to `value`, each with its length before it. Arrays add nothing to it.
fn paths(value: &Json, path: &mut Vec<u8>, out: &mut Vec<Token>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| paths(item, path, out)),
        Json::Object(members) => {
            for (key, value) in members {
                let before = path.len();
                push_key(path, key);
                paths(value, path, out);
                path.truncate(before);
            }
        }
        scalar => out.extend(of_path(path, scalar)),
    }
}

/// Adds a key to the path of [`of_path`].
pub fn push_key(path: &mut Vec<u8>, key: &str) {
    path.extend_from_slice(&(key.len() as u64).to_be_bytes());
    path.extend_from_slice(key.as_bytes());
}

/// Of a scalar behind a path of keys; `None` if the value is none.
pub fn of_path(path: &[u8], value: &Json) -> Option<Token> {
    let mut whole = path.to_vec();
    whole.push(0xFF);
    whole.extend(of_scalar(value)?);
    Some(hashed(b'p', &whole))
}

fn bounded(token: Token) -> Token {
    match token.split_first() {
        Some((kind, rest)) if token.len() > MAX_TOKEN_BYTES => hashed(*kind | 0x80, rest),
        _ => token,
    }
}

fn hashed(kind: u8, bytes: &[u8]) -> Token {
    let hash = digest(&SHA256, bytes);
    let mut token = vec![kind];
    token.extend(hash.as_ref().iter().take(HASH_BYTES));
    token
}

#[cfg(test)]
mod tests {
    use gavel_types::{ArrayValue, Oid};
    use std::sync::Arc;

    use super::*;

    fn shown(class: Class, value: &Datum) -> Vec<String> {
        let tokens = tokens(class, value).expect("a value");
        tokens.iter().map(|t| String::from_utf8_lossy(t).into_owned()).collect()
    }

    #[test]
    fn documents_are_keys_and_values() {
        let document = Datum::Jsonb(r#"{"a": ["x", "y", true], "b": {"c": "x", "d": null}, "a1": "x"}"#.into());
        assert_eq!(
            shown(Class::Jsonb, &document),
            ["bt", "ka", "ka1", "kb", "kc", "kd", "kx", "ky", "sx", "z"],
            "strings in arrays can be asked for as keys"
        );
        assert_eq!(shown(Class::Jsonb, &Datum::Jsonb("{}".into())), ["-"]);
        assert_eq!(shown(Class::Jsonb, &Datum::Jsonb("\"x\"".into())), ["kx"]);
        assert_eq!(shown(Class::Jsonb, &Datum::Null), ["N"]);
        let long = Datum::Jsonb(format!("[\"{}\"]", "x".repeat(1_000)).into());
        let long = tokens(Class::Jsonb, &long).expect("a document");
        assert_eq!((long.len(), long[0].len(), long[0][0]), (1, 1 + HASH_BYTES, b'k' | 0x80));
    }

    #[test]
    fn paths_leave_arrays_out() {
        let tokens = |text: &str| tokens(Class::JsonbPath, &Datum::Jsonb(text.into())).expect("a document");
        assert_eq!(tokens(r#"{"a": [1, [1]]}"#), tokens(r#"{"a": 1}"#));
        assert_ne!(tokens(r#"{"a": {"b": 1}}"#), tokens(r#"{"ab": 1}"#));
        assert_eq!(tokens(r#"{"a": {}}"#), [of_empty()], "what has no value is not found by its keys");
        assert_eq!(tokens("1.0"), tokens("1.00"));
    }

    #[test]
    fn arrays_are_their_elements() {
        let array = |values: Vec<Datum>| Datum::Array(Arc::new(ArrayValue::vector(Oid::INT4, values)));
        let value = array(vec![Datum::Int4(2), Datum::Int4(1), Datum::Null, Datum::Int4(2)]);
        let made = tokens(Class::Array, &value).expect("an array");
        assert_eq!(made.len(), 3);
        assert!(made.contains(&of_element(&Datum::Int4(2), PgType::INT4)) && made.contains(&vec![b'0']));
        assert_eq!(tokens(Class::Array, &array(vec![])).expect("an array"), [of_empty()]);
    }
}
