//! The `id` that `.keyvalue()` gives to an object: where it lies in PostgreSQL's binary form of the whole document.
//!
//! A container is a header of four bytes, then four for each element (key or value), then what they hold; containers
//! and numbers begin at multiples of four.

use std::ops::ControlFlow;

use gavel_types::Numeric;
use gavel_types::json::Json;

/// Where `object` lies in `document`; `None` if it is not part of it.
pub fn place(document: &Json, object: &Json) -> Option<usize> {
    match find(document, 0, object) {
        ControlFlow::Break(place) => Some(place),
        ControlFlow::Continue(_) => None,
    }
}

/// Breaks with the place of `wanted`, or goes on with the end of `json`.
fn find(json: &Json, at: usize, wanted: &Json) -> ControlFlow<usize, usize> {
    let start = at.next_multiple_of(4);
    if std::ptr::eq(json, wanted) {
        return ControlFlow::Break(start);
    }
    ControlFlow::Continue(match json {
        Json::Null | Json::Bool(_) => at,
        Json::String(text) => at + text.len(),
        Json::Number(n) => start + size(n),
        Json::Array(items) => items.iter().try_fold(start + 4 + 4 * items.len(), |at, item| find(item, at, wanted))?,
        Json::Object(pairs) => {
            let keys: usize = pairs.iter().map(|(key, _)| key.len()).sum();
            pairs.iter().try_fold(start + 4 + 8 * pairs.len() + keys, |at, (_, value)| find(value, at, wanted))?
        }
    })
}

/// Bytes of a number: four of length, a header, and two for each four decimal digits that are not zeros at the ends.
fn size(n: &Numeric) -> usize {
    let text = n.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let padded = format!(
        "{}{whole}{fraction}{}",
        "0".repeat(whole.len().next_multiple_of(4) - whole.len()),
        "0".repeat(fraction.len().next_multiple_of(4) - fraction.len())
    );
    let groups: Vec<&str> = (0..padded.len() / 4).map(|i| &padded[4 * i..4 * i + 4]).collect();
    let first = groups.iter().position(|g| *g != "0000");
    let last = groups.iter().rposition(|g| *g != "0000");
    let digits = first.zip(last).map_or(0, |(first, last)| last - first + 1);
    let weight = (whole.len().div_ceil(4) as i64 - 1) - first.unwrap_or(0) as i64;
    let short = fraction.len() < 64 && (-64..64).contains(&weight);
    4 + if short { 2 } else { 4 } + 2 * digits
}
