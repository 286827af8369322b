//! Names that PostgreSQL makes up: `t_pkey`, `t_a_b_key`, `t_a_check1`, `t_id_seq`, `t_expr_idx`.

use gavel_catalog::Catalog;
use gavel_types::Oid;

/// Longest identifier, in bytes.
const MAX_NAME_BYTES: usize = 63;

/// `first_second_label`, the two names shortened (the longer first) until it fits.
pub fn object_name(first: &str, second: &str, label: &str) -> String {
    let overhead = label.len() + usize::from(!label.is_empty()) + usize::from(!second.is_empty());
    let room = MAX_NAME_BYTES.saturating_sub(overhead);
    let (mut a, mut b) = (first.len(), second.len());
    while a + b > room {
        if a > b { a -= 1 } else { b -= 1 }
    }
    let mut name = clip(first, a).to_owned();
    for part in [clip(second, b), label] {
        if !part.is_empty() {
            name.push('_');
            name.push_str(part);
        }
    }
    name
}

fn clip(name: &str, mut bytes: usize) -> &str {
    while !name.is_char_boundary(bytes) {
        bytes -= 1;
    }
    name.get(..bytes).unwrap_or(name)
}

/// The first of `first_second_label`, `…label1`, `…label2` … that is not `taken`.
fn choose(first: &str, second: &str, label: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = object_name(first, second, label);
    let mut n = 0_u32;
    while taken(&name) {
        n += 1;
        name = object_name(first, second, &format!("{label}{n}"));
    }
    name
}

/// Whether a constraint of some table in the schema is called that.
fn constraint_exists(catalog: &Catalog, schema: Oid, name: &str) -> bool {
    catalog.tables.values().filter(|t| t.schema == schema).any(|t| {
        t.checks.iter().any(|c| c.name == name)
            || t.foreign_keys.iter().any(|f| f.name == name || f.parts.iter().any(|p| p.name == name))
            || t.uniques.iter().any(|u| u.name == name)
    })
}

/// A name for a new index or sequence that no relation of the schema has; for the index of a constraint,
/// no constraint either.
pub fn relation_name(catalog: &Catalog, schema: Oid, parts: [&str; 3], constraint: bool) -> String {
    let [first, second, label] = parts;
    choose(first, second, label, |name| {
        catalog.relation(schema, name).is_some() || constraint && constraint_exists(catalog, schema, name)
    })
}

/// A name for a new check or foreign key that no constraint of the schema has.
pub fn constraint_name(catalog: &Catalog, schema: Oid, parts: [&str; 3]) -> String {
    let [first, second, label] = parts;
    choose(first, second, label, |name| constraint_exists(catalog, schema, name))
}

/// Column names joined for a made-up name, as far as they fit.
pub fn joined(columns: &[String]) -> String {
    let mut out = String::new();
    for column in columns {
        if !out.is_empty() {
            out.push('_');
        }
        out.push_str(column);
        if out.len() >= MAX_NAME_BYTES {
            break;
        }
    }
    clip(&out, out.len().min(MAX_NAME_BYTES)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_shortened_evenly() {
        assert_eq!(object_name("t", "a", "key"), "t_a_key");
        assert_eq!(object_name("t", "", "pkey"), "t_pkey");
        let name = object_name(&"x".repeat(60), &"y".repeat(60), "fkey");
        assert_eq!(name, format!("{}_{}_fkey", "x".repeat(29), "y".repeat(28)));
        assert_eq!(name.len(), 63);
        assert_eq!(joined(&["a".into(), "b".into()]), "a_b");
        assert_eq!(choose("t", "a", "idx", |n| matches!(n, "t_a_idx" | "t_a_idx1")), "t_a_idx2");
    }
}
