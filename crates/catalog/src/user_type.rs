//! Types that users define: enums, domains, composite types.
//!
//! # Enums
//! A stored value is a number that orders as the label does and that the label keeps for good, so that comparing
//! and sorting values takes no catalog, and a new label changes no row:
//! ```text
//! label   ok          fine (AFTER 'ok')   good
//! place   1 · 2^47    1 · 2^47 + 2^46     2 · 2^47
//! order   1           1.5                 2           as pg_enum.enumsortorder shows it
//! ```
//! A new label stands half way between its neighbours, which can be done 47 times in one spot. `order` is for show
//! alone: it is a `real`, and all labels are numbered anew when it has no room.

use gavel_types::text_io::EnumValues;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use serde::{Deserialize, Serialize};

use crate::acl::Acl;
use crate::descriptor::CheckConstraint;

/// Distance of neighbouring places before anything came between.
const STEP: i64 = 1 << 47;
/// Most labels of a new enum.
const MAX_LABELS: usize = 1 << 15;

/// A type. Tables and views have a row type besides, which has no descriptor of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserType {
    /// OID of the type; it says what the type is.
    pub oid: Oid,
    pub schema: Oid,
    pub name: String,
    pub owner: Oid,
    pub version: u64,
    pub definition: Definition,
    /// Privileges that were granted on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Acl,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Definition {
    /// In order.
    Enum(Vec<EnumLabel>),
    Domain(Domain),
    Composite(Vec<Attribute>),
}

/// A label of an enum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnumLabel {
    /// Of its row in `pg_enum`.
    pub oid: Oid,
    pub label: String,
    /// What values of it are stored as.
    pub place: i64,
    /// `pg_enum.enumsortorder`.
    pub order: f32,
}

/// `CREATE DOMAIN`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    /// The type that values have: no domain, nor an array of one.
    pub base: PgType,
    /// The domain, or array of a domain, that it is over, if it is over one.
    #[serde(default)]
    pub over: Option<Oid>,
    #[serde(default)]
    pub not_null: bool,
    /// SQL text that binds without a `search_path`.
    #[serde(default)]
    pub default: Option<String>,
    /// Their texts are over `VALUE`.
    #[serde(default)]
    pub checks: Vec<CheckConstraint>,
}

/// A field of a composite type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// `attnum`: positive, never reused.
    pub number: i16,
    pub name: String,
    /// The type that values have.
    pub ty: PgType,
    /// The domain, or array of one, that it was declared with.
    #[serde(default)]
    pub domain: Option<Oid>,
}

impl Attribute {
    /// The type that it was declared with.
    pub fn declared(&self) -> PgType {
        self.domain.map_or(self.ty, PgType::new)
    }
}

impl UserType {
    /// Its labels, if it is an enum.
    pub fn labels(&self) -> Option<&[EnumLabel]> {
        match &self.definition {
            Definition::Enum(labels) => Some(labels),
            _ => None,
        }
    }

    pub fn domain(&self) -> Option<&Domain> {
        match &self.definition {
            Definition::Domain(domain) => Some(domain),
            _ => None,
        }
    }

    /// Its fields, if it is composite.
    pub fn attributes(&self) -> Option<&[Attribute]> {
        match &self.definition {
            Definition::Composite(attributes) => Some(attributes),
            _ => None,
        }
    }
}

/// Places and labels, as text forms are read and written by.
pub fn enum_values(labels: &[EnumLabel]) -> EnumValues {
    labels.iter().map(|l| (l.place, l.label.as_str().into())).collect()
}

/// The labels of a new enum, with OIDs from `first` on.
///
/// # Errors
/// 54000 for too many.
pub fn new_labels(labels: Vec<String>, first: Oid) -> SqlResult<Vec<EnumLabel>> {
    if labels.len() > MAX_LABELS {
        let message = format!("an enum can have at most {MAX_LABELS} labels");
        return Err(SqlError::new(SqlState::ProgramLimitExceeded, message));
    }
    let one = |(n, label): (i64, String)| {
        let oid = Oid(first.0 + u32::try_from(n).unwrap_or(0) - 1);
        EnumLabel { oid, label, place: n * STEP, order: n as f32 }
    };
    Ok((1..).zip(labels).map(one).collect())
}

/// Puts `label` at index `at` of `labels`.
///
/// # Errors
/// 54000 if there is no room between its neighbours.
pub fn insert_label(labels: &mut Vec<EnumLabel>, at: usize, label: String, oid: Oid) -> SqlResult<()> {
    let (before, after) = (at.checked_sub(1).and_then(|i| labels.get(i)), labels.get(at));
    let place = match (before, after) {
        (None, None) => Some(STEP),
        (Some(b), None) => b.place.checked_add(STEP),
        (None, Some(a)) => a.place.checked_sub(STEP),
        (Some(b), Some(a)) => Some(b.place + (a.place - b.place) / 2).filter(|place| *place != b.place),
    };
    let Some(place) = place else {
        let message = format!("there is no room for label \"{label}\" between its neighbours");
        return Err(SqlError::new(SqlState::ProgramLimitExceeded, message)
            .hint("Make a new type with all labels, and change the columns to it."));
    };
    let order = order_between(before, after).unwrap_or_else(|| {
        for (n, label) in (1..).zip(labels.iter_mut()) {
            label.order = n as f32;
        }
        order_between(at.checked_sub(1).and_then(|i| labels.get(i)), labels.get(at)).unwrap_or(0.0)
    });
    labels.insert(at, EnumLabel { oid, label, place, order });
    Ok(())
}

/// `None` if there is none between.
fn order_between(before: Option<&EnumLabel>, after: Option<&EnumLabel>) -> Option<f32> {
    match (before.map(|l| l.order), after.map(|l| l.order)) {
        (None, None) => Some(1.0),
        (Some(b), None) => Some(b + 1.0),
        (None, Some(a)) => Some(a - 1.0),
        (Some(b), Some(a)) => Some((b + a) / 2.0).filter(|order| *order != b && *order != a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abc() -> Vec<EnumLabel> {
        new_labels(vec!["a".into(), "b".into(), "c".into()], Oid(20_000)).expect("labels")
    }

    fn is_in_order(labels: &[EnumLabel]) -> bool {
        labels.is_sorted_by(|a, b| a.place < b.place && a.order < b.order)
    }

    /// Places are stored in rows.
    #[test]
    fn places_are_as_documented() {
        let mut labels = abc();
        insert_label(&mut labels, 1, "a+".into(), Oid(20_003)).expect("room");
        let places: Vec<i64> = labels.iter().map(|l| l.place).collect();
        assert_eq!(places, [1 << 47, (1 << 47) + (1 << 46), 2 << 47, 3 << 47]);
        assert_eq!(labels.iter().map(|l| l.order).collect::<Vec<_>>(), [1.0, 1.5, 2.0, 3.0]);
    }

    #[test]
    fn labels_come_before_between_and_behind() {
        let mut labels = abc();
        for (at, label) in [(0, "first"), (4, "last"), (2, "between")] {
            insert_label(&mut labels, at, label.into(), Oid(20_010)).expect("room");
        }
        let names: Vec<&str> = labels.iter().map(|l| l.label.as_str()).collect();
        assert_eq!(names, ["first", "a", "between", "b", "c", "last"]);
        assert!(is_in_order(&labels));
    }

    #[test]
    fn many_labels_fit_in_one_spot_and_orders_are_numbered_anew() {
        let mut labels = abc();
        let places: Vec<i64> = labels.iter().map(|l| l.place).collect();
        for n in 0..47_usize {
            insert_label(&mut labels, 1 + n, format!("n{n}"), Oid(20_010)).expect("room");
            assert!(is_in_order(&labels), "after {n}");
        }
        // What is stored does not change.
        let old = [&labels[0], &labels[48], &labels[49]];
        assert!(old.iter().zip(places).all(|(l, place)| l.place == place));
        let full = insert_label(&mut labels, 48, "full".into(), Oid(20_010)).map_err(|e| e.code());
        assert_eq!(full, Err(SqlState::ProgramLimitExceeded));
    }
}
