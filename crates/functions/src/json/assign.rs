//! Assignment to parts of a `jsonb` value: `SET j['a'][2] = '1'`.
//!
//! Unlike `jsonb_set`, it makes what the path needs: objects for names, arrays for numbers, with `null` in the
//! gaps.

use gavel_types::json::Json;
use gavel_types::{Datum, SqlError, SqlResult, SqlState};

use super::{invalid, jsonb, tree};

/// Longest array that an assignment makes.
const MAX_ELEMENTS: usize = 134_217_727;

/// The value after an assignment at `path`. An SQL NULL as the target becomes an array if `array` and else an
/// object; as the value, it is JSON's `null`.
///
/// # Errors
/// 22023 where the path goes through a scalar or to the left of an array; 22P02 for a name in an array.
pub fn assign(target: &Datum, path: &[String], array: bool, value: &Datum) -> SqlResult<Datum> {
    let target = match target {
        Datum::Null if array => Json::Array(Vec::new()),
        Datum::Null => Json::Object(Vec::new()),
        given => tree(given)?,
    };
    let value = if value.is_null() { Json::Null } else { tree(value)? };
    Ok(jsonb(&at(target, path, 0, value)?))
}

fn at(target: Json, path: &[String], depth: usize, value: Json) -> SqlResult<Json> {
    let Some(step) = path.get(depth) else { return Ok(value) };
    match target {
        Json::Object(mut members) => {
            match members.iter().position(|(name, _)| name == step) {
                Some(found) => {
                    let old = std::mem::replace(&mut members[found].1, Json::Null);
                    members[found].1 = at(old, path, depth + 1, value)?;
                }
                None => members.push((step.clone(), made(path, depth + 1, value)?)),
            }
            Ok(Json::object(members))
        }
        Json::Array(mut items) => {
            let index: i32 = step.trim().parse().map_err(|_| {
                let message = format!("path element at position {} is not an integer: \"{step}\"", depth + 1);
                SqlError::new(SqlState::InvalidTextRepresentation, message)
            })?;
            let place = i64::from(index) + if index < 0 { i64::try_from(items.len()).unwrap_or(0) } else { 0 };
            let place = usize::try_from(place)
                .map_err(|_| invalid(format!("path element at position {} is out of range: {index}", depth + 1)))?;
            if let Some(slot) = items.get_mut(place) {
                let old = std::mem::replace(slot, Json::Null);
                *slot = at(old, path, depth + 1, value)?;
            } else {
                pad(&mut items, place)?;
                items.push(made(path, depth + 1, value)?);
            }
            Ok(Json::Array(items))
        }
        _ => Err(invalid("cannot replace existing key")
            .detail("The path assumes key is a composite object, but it is a scalar value.")),
    }
}

/// What holds `value` at the rest of the path.
fn made(path: &[String], depth: usize, value: Json) -> SqlResult<Json> {
    let Some(step) = path.get(depth) else { return Ok(value) };
    let inner = made(path, depth + 1, value)?;
    match step.trim().parse::<i32>() {
        Ok(index) => {
            let mut items = Vec::new();
            pad(&mut items, usize::try_from(index).unwrap_or(0))?;
            items.push(inner);
            Ok(Json::Array(items))
        }
        Err(_) => Ok(Json::Object(vec![(step.clone(), inner)])),
    }
}

fn pad(items: &mut Vec<Json>, len: usize) -> SqlResult<()> {
    if len > MAX_ELEMENTS {
        let message = format!("number of jsonb array elements exceeds the maximum allowed ({MAX_ELEMENTS})");
        return Err(SqlError::new(SqlState::ProgramLimitExceeded, message));
    }
    items.resize(items.len().max(len), Json::Null);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(target: &str, path: &[&str], value: &str) -> String {
        let path: Vec<String> = path.iter().map(|s| (*s).to_owned()).collect();
        let array = path.first().is_some_and(|s| s.parse::<i32>().is_ok());
        let target = if target == "NULL" { Datum::Null } else { Datum::Jsonb(target.into()) };
        match assign(&target, &path, array, &Datum::Jsonb(value.into())) {
            Ok(Datum::Jsonb(text)) => text.to_string(),
            Ok(other) => format!("{other:?}"),
            Err(error) => error.message().to_owned(),
        }
    }

    #[test]
    fn paths_are_made() {
        assert_eq!(shown("{}", &["a"], "1"), r#"{"a": 1}"#);
        assert_eq!(shown("NULL", &["a"], "1"), r#"{"a": 1}"#);
        assert_eq!(shown("NULL", &["2"], "1"), "[null, null, 1]");
        assert_eq!(shown(r#"{"a": 1}"#, &["b", "c", "1"], "2"), r#"{"a": 1, "b": {"c": [null, 2]}}"#);
        assert_eq!(shown("[0]", &["3"], "1"), "[0, null, null, 1]");
        assert_eq!(shown("[0, 5]", &["-1"], "1"), "[0, 1]");
        assert_eq!(shown(r#"{"a": [{}]}"#, &["a", "0", "b"], "[]"), r#"{"a": [{"b": []}]}"#);
    }

    #[test]
    fn some_paths_lead_nowhere() {
        assert_eq!(shown("[0]", &["-2"], "1"), "path element at position 1 is out of range: -2");
        assert_eq!(shown("[0]", &["a"], "1"), "path element at position 1 is not an integer: \"a\"");
        assert_eq!(shown(r#"{"a": 1}"#, &["a", "b"], "1"), "cannot replace existing key");
        assert_eq!(shown("5", &["0"], "1"), "cannot replace existing key");
    }
}
