//! A condition on an indexed value to the tokens that rows must have which meet it: an AND of ORs.
//!
//! | condition | tokens |
//! |---|---|
//! | `array @> q`, `array = q` | each element of `q` |
//! | `array && q` | any element of `q` |
//! | `array <@ q` | any element of `q`, or none at all |
//! | `doc @> q` | each key and value of `q`; with `jsonb_path_ops` each value with its keys |
//! | `doc ? k`, `doc ?\| ks`, `doc ?& ks` | the key; any of them; each of them |
//!
//! `@?` and `@@` find no tokens: the table is read.

use std::collections::HashMap;
use std::sync::LazyLock;

use gavel_functions::registry;
use gavel_types::{Datum, Oid, PgType, SqlResult};

use super::Class;
use super::extract::{self, Token};

/// What is asked of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Search {
    Contains,
    Contained,
    Overlaps,
    Equal,
    HasKey,
    HasAnyKey,
    HasAllKeys,
}

/// What a search comes to once its operand is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// No row can meet it.
    Nothing,
    /// Tokens do not tell.
    Anything,
    /// A row must have a token of each of these; none of them is empty.
    Tokens(Vec<Vec<Token>>),
}

/// A condition that an inverted index can serve: what it asks, and the operator as EXPLAIN shows it.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    pub search: Search,
    pub operator: &'static str,
}

/// Functions of operators with the indexed value on their left.
static CONDITIONS: LazyLock<HashMap<Oid, Condition>> = LazyLock::new(|| {
    let (array, jsonb, texts) = (Oid::ANYARRAY, Oid::JSONB, Oid(1_009));
    let all = [
        ("@>", array, array, Search::Contains),
        ("<@", array, array, Search::Contained),
        ("&&", array, array, Search::Overlaps),
        ("=", array, array, Search::Equal),
        ("@>", jsonb, jsonb, Search::Contains),
        ("?", jsonb, Oid::TEXT, Search::HasKey),
        ("?|", jsonb, texts, Search::HasAnyKey),
        ("?&", jsonb, texts, Search::HasAllKeys),
    ];
    let made = all.into_iter().filter_map(|(operator, left, right, search)| {
        let found = registry::operator_exact(operator, left, right)?;
        Some((found.proc, Condition { search, operator }))
    });
    made.collect()
});

/// The same for the indexed value on their right.
static TURNED: LazyLock<HashMap<Oid, Condition>> = LazyLock::new(|| {
    let turned = |o: &registry::Operator| {
        let condition = CONDITIONS.get(&registry::operator(o.commutator)?.proc)?;
        Some((o.proc, *condition))
    };
    registry::operators().iter().filter_map(turned).collect()
});

/// What a call of `function` asks of its left operand (or, `turned`, of its right one).
pub fn condition(function: Oid, turned: bool) -> Option<Condition> {
    if turned { TURNED.get(&function).copied() } else { CONDITIONS.get(&function).copied() }
}

/// Whether an index of the class serves the search.
pub fn serves(class: Class, search: Search) -> bool {
    use Search::{Contained, Contains, Equal, HasAllKeys, HasAnyKey, HasKey, Overlaps};
    match class {
        Class::Array => matches!(search, Contains | Contained | Overlaps | Equal),
        Class::Jsonb => matches!(search, Contains | HasKey | HasAnyKey | HasAllKeys),
        Class::JsonbPath => search == Contains,
    }
}

fn each(tokens: Vec<Token>) -> Asked {
    if tokens.is_empty() { Asked::Anything } else { Asked::Tokens(tokens.into_iter().map(|t| vec![t]).collect()) }
}

fn any(tokens: Vec<Token>) -> Asked {
    if tokens.is_empty() { Asked::Nothing } else { Asked::Tokens(vec![tokens]) }
}

/// What a search with this operand asks for.
///
/// # Errors
/// 22P02 if a document is none.
pub fn asked(class: Class, search: Search, operand: &Datum) -> SqlResult<Asked> {
    if operand.is_null() {
        return Ok(Asked::Nothing);
    }
    Ok(match (search, operand) {
        (Search::HasKey, Datum::Text(key)) => any(vec![extract::of_key(key)]),
        (Search::HasAnyKey | Search::HasAllKeys, Datum::Array(keys)) => {
            let mut tokens: Vec<Token> = Vec::with_capacity(keys.values.len());
            for key in &keys.values {
                if let Datum::Text(key) = key {
                    tokens.push(extract::of_key(key));
                }
            }
            if search == Search::HasAnyKey { any(tokens) } else { each(tokens) }
        }
        (Search::Contains, Datum::Array(array)) if array.values.iter().any(Datum::is_null) => Asked::Nothing,
        (Search::Contains, _) => each(extract::parts(class, operand)?),
        (Search::Equal, _) => each(extract::tokens(class, operand)?),
        (Search::Overlaps | Search::Contained, Datum::Array(array)) => {
            let ty = PgType::new(array.element);
            let there = array.values.iter().filter(|v| !v.is_null());
            let mut tokens: Vec<Token> = there.map(|v| extract::of_element(v, ty)).collect();
            if search == Search::Contained {
                tokens.push(extract::of_empty());
            }
            any(tokens)
        }
        _ => Asked::Anything,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gavel_types::ArrayValue;

    use super::*;

    #[test]
    fn conditions_ask_for_tokens() {
        let document = |text: &str| Datum::Jsonb(text.into());
        let key = |k: &str| extract::of_key(k);
        let array = |keys: &[Datum]| Datum::Array(Arc::new(ArrayValue::vector(Oid::TEXT, keys.to_vec())));
        let asked = |search, operand: &Datum| asked(Class::Jsonb, search, operand).expect("asked");
        assert_eq!(
            asked(Search::Contains, &document(r#"{"a": ["b"]}"#)),
            Asked::Tokens(vec![vec![key("a")], vec![key("b")]])
        );
        assert_eq!(asked(Search::Contains, &document("{}")), Asked::Anything);
        assert_eq!(asked(Search::HasKey, &Datum::Null), Asked::Nothing);
        let keys = array(&[Datum::text("a"), Datum::Null, Datum::text("b")]);
        assert_eq!(asked(Search::HasAnyKey, &keys), Asked::Tokens(vec![vec![key("a"), key("b")]]));
        assert_eq!(asked(Search::HasAllKeys, &keys), Asked::Tokens(vec![vec![key("a")], vec![key("b")]]));
        assert_eq!(asked(Search::HasAnyKey, &array(&[])), Asked::Nothing);
        assert_eq!(asked(Search::HasAllKeys, &array(&[])), Asked::Anything);
    }

    #[test]
    fn arrays_with_null_contain_nothing_and_empty_ones_everything() {
        let array = |values: &[Datum]| Datum::Array(Arc::new(ArrayValue::vector(Oid::INT4, values.to_vec())));
        let asked = |search, operand: &Datum| asked(Class::Array, search, operand).expect("asked");
        let one = extract::of_element(&Datum::Int4(1), PgType::INT4);
        assert_eq!(asked(Search::Contains, &array(&[Datum::Int4(1), Datum::Null])), Asked::Nothing);
        assert_eq!(asked(Search::Contains, &array(&[])), Asked::Anything);
        assert_eq!(asked(Search::Overlaps, &array(&[Datum::Null])), Asked::Nothing);
        let contained = asked(Search::Contained, &array(&[Datum::Int4(1), Datum::Null]));
        assert_eq!(contained, Asked::Tokens(vec![vec![one, extract::of_empty()]]));
        assert_eq!(asked(Search::Equal, &array(&[])), Asked::Tokens(vec![vec![extract::of_empty()]]));
        assert!(condition(registry::operator_exact("<@", Oid::JSONB, Oid::JSONB).expect("<@").proc, true).is_some());
    }
}
