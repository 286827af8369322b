//! What two writes of one key in one transaction come to.
//!
//! The first write says what the snapshot holds: `Insert` that it holds nothing, `Update` and
//! `Delete` that it holds a row. The sum keeps that, so that the conflict check (PROTOCOL §7) tests
//! what the transaction as a whole relied on.
//!
//! | before \ then | insert | update | delete |
//! |---|---|---|---|
//! | insert | insert | insert | nothing |
//! | update | – | update | delete |
//! | delete | delete, with a value | delete, with a value | delete |
//!
//! A row deleted and inserted anew stays a `Delete` with a value: its key has changed hands, and
//! who held the old row by a key share must see that. `Blind` (entries of non-unique indexes) is
//! whatever came last.

use bytes::Bytes;
use gavel_types::WriteMode;

/// What the transaction will do to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub mode: WriteMode,
    /// Encoded row afterwards; `None` deletes.
    pub value: Option<Bytes>,
}

/// The sum of `before` and `then`; `None` if the key is as if it had never been touched.
pub fn merge(before: Option<&Entry>, then: Entry) -> Option<Entry> {
    let Some(before) = before else {
        return Some(then);
    };
    let mode = match (before.mode, then.mode) {
        (WriteMode::Insert, _) => {
            then.value.as_ref()?;
            WriteMode::Insert
        }
        (WriteMode::Delete, _) => WriteMode::Delete,
        (WriteMode::Update, WriteMode::Delete) => WriteMode::Delete,
        (WriteMode::Update, _) => WriteMode::Update,
        (WriteMode::Blind, m) => m,
    };
    Some(Entry { mode, value: then.value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use WriteMode::{Blind, Delete, Insert, Update};

    fn entry(mode: WriteMode, value: Option<&'static str>) -> Entry {
        Entry { mode, value: value.map(|v| Bytes::from_static(v.as_bytes())) }
    }

    fn sum(steps: &[(WriteMode, Option<&'static str>)]) -> Option<Entry> {
        steps.iter().fold(None, |acc, &(m, v)| merge(acc.as_ref(), entry(m, v)))
    }

    #[test]
    fn every_pair_keeps_what_the_snapshot_held() {
        assert_eq!(sum(&[(Insert, Some("a")), (Update, Some("b"))]), Some(entry(Insert, Some("b"))));
        assert_eq!(sum(&[(Insert, Some("a")), (Delete, None)]), None);
        assert_eq!(sum(&[(Update, Some("a")), (Update, Some("b"))]), Some(entry(Update, Some("b"))));
        assert_eq!(sum(&[(Update, Some("a")), (Delete, None)]), Some(entry(Delete, None)));
        assert_eq!(sum(&[(Delete, None), (Insert, Some("a"))]), Some(entry(Delete, Some("a"))));
        assert_eq!(sum(&[(Blind, Some("a")), (Blind, None)]), Some(entry(Blind, None)));
        assert_eq!(sum(&[(Blind, None), (Blind, Some("a"))]), Some(entry(Blind, Some("a"))));
    }

    #[test]
    fn longer_histories_follow_from_the_pairs() {
        assert_eq!(sum(&[(Delete, None), (Insert, Some("a")), (Delete, None)]), Some(entry(Delete, None)));
        assert_eq!(sum(&[(Insert, Some("a")), (Delete, None), (Insert, Some("b"))]), Some(entry(Insert, Some("b"))));
        assert_eq!(
            sum(&[(Update, Some("a")), (Delete, None), (Insert, Some("b")), (Update, Some("c"))]),
            Some(entry(Delete, Some("c")))
        );
    }
}
