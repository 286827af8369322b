//! Which changes of a table its writers may overlap with (RFC 0005).
//!
//! A table counts the steps that its indexes have made online: its *rung*. Who uses the table relies on the version
//! key of the rung that its snapshot shows. A step from rung `n` to `n + 1` writes the key of `n - 1` and of no
//! other, so that writers of `n` commit beside those of `n + 1`; any other change writes the keys of `n` and of
//! `n - 1`, so that nobody who knows the table as it was commits after it.
//!
//! ```text
//!   rung       1        2        3             writers that may commit
//!   step 1→2   ├────────┤                      1 and 2; 0 is turned away
//!   step 2→3            ├────────┤             2 and 3; 1 is turned away
//!   ALTER                        ×             those that begin after it
//! ```
//! Whether a change is such a step is read off the two descriptors, so that other DDL of the same transaction
//! makes it an ordinary one.
//!
//! # Invariants
//! 1. At any time writers of two rungs at most can commit, and these follow each other.
//! 2. Between a rung and the next an index goes from one state to one that it [`may
//!    become`](IndexState::may_become), and nothing else of the table changes.

use bytes::Bytes;
use gavel_types::Oid;

use crate::descriptor::{Index, IndexState, Table};
use crate::keys::rung_version;

/// Whether writers under `old` may go on beside those under `new`.
pub fn is_step(old: &Table, new: &Table) -> bool {
    if old.rung.checked_add(1) != Some(new.rung) {
        return false;
    }
    let beyond_indexes = Table { version: new.version, rung: new.rung, indexes: new.indexes.clone(), ..old.clone() };
    let kept = |i: &Index| match new.indexes.iter().find(|n| n.oid == i.oid) {
        Some(next) => follows(i, next),
        None => matches!(i.state, IndexState::DeleteOnly | IndexState::Invalid),
    };
    let is_new = |i: &&Index| !old.indexes.iter().any(|o| o.oid == i.oid);
    beyond_indexes == *new
        && old.indexes.iter().all(kept)
        && new.indexes.iter().filter(is_new).all(|i| i.state == IndexState::DeleteOnly)
}

fn follows(old: &Index, new: &Index) -> bool {
    let same = Index { state: new.state, job: new.job, ..old.clone() } == *new;
    // Built anew: nobody has written to the fresh storage, and nobody reads the former.
    let anew = old.state == IndexState::Invalid
        && new.state == IndexState::DeleteOnly
        && new.storage != old.storage
        && Index { state: new.state, job: new.job, storage: new.storage, ..old.clone() } == *new;
    (same && old.state.may_become(new.state)) || anew
}

/// The version keys that a change of `old` writes; none are written for a first step.
pub fn withdrawn(tenant: Oid, old: &Table, step: bool) -> Vec<Bytes> {
    let below = old.rung.checked_sub(1);
    let own = (!step).then_some(old.rung);
    own.into_iter().chain(below).map(|rung| rung_version(tenant, old.oid, rung)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::{Column, IndexKey, OnCommit};
    use gavel_types::PgType;

    fn index(oid: u32, state: IndexState) -> Index {
        Index {
            oid: Oid(oid),
            name: format!("i{oid}"),
            storage: Oid(oid),
            primary: false,
            unique: false,
            keys: vec![(IndexKey::Column(1), false, false)],
            include: vec![],
            predicate: None,
            nulls_not_distinct: false,
            constraint: None,
            deferrable: false,
            state,
            job: 0,
        }
    }

    fn table(rung: u32, indexes: Vec<Index>) -> Table {
        Table {
            oid: Oid(16384),
            schema: Oid(2200),
            name: "t".into(),
            owner: Oid(10),
            version: u64::from(rung),
            columns: vec![Column::plain(1, "a".into(), PgType::INT4)],
            storage: Oid(16384),
            indexes,
            uniques: vec![],
            checks: vec![],
            foreign_keys: vec![],
            referenced_by: vec![],
            options: vec![],
            acl: None,
            materialized: None,
            rung,
            on_commit: OnCommit::PreserveRows,
        }
    }

    #[test]
    fn a_step_moves_indexes_by_one_state_and_touches_nothing_else() {
        use IndexState::{DeleteOnly, Invalid, Public, WriteOnly};
        let step = |from: Option<IndexState>, to: Option<IndexState>| {
            let of = |state: Option<IndexState>| state.map(|s| index(7, s)).into_iter().collect();
            is_step(&table(1, of(from)), &table(2, of(to)))
        };
        for (from, to) in [
            (None, Some(DeleteOnly)),
            (Some(DeleteOnly), Some(WriteOnly)),
            (Some(WriteOnly), Some(Public)),
            (Some(Public), Some(DeleteOnly)),
            (Some(WriteOnly), Some(Invalid)),
            (Some(DeleteOnly), None),
            (Some(Invalid), None),
        ] {
            assert!(step(from, to), "{from:?} to {to:?}");
        }
        for (from, to) in [
            (None, Some(WriteOnly)),
            (None, Some(Public)),
            (Some(DeleteOnly), Some(Public)),
            (Some(Public), None),
            (Some(WriteOnly), None),
            (Some(Invalid), Some(Public)),
            (Some(Public), Some(Invalid)),
        ] {
            assert!(!step(from, to), "{from:?} to {to:?}");
        }
        let fresh = Index { storage: Oid(9), ..index(7, DeleteOnly) };
        assert!(is_step(&table(1, vec![index(7, Invalid)]), &table(2, vec![fresh])));
        let renamed = Table { name: "u".into(), ..table(2, vec![index(7, DeleteOnly)]) };
        assert!(!is_step(&table(1, vec![]), &renamed));
        assert!(!is_step(&table(1, vec![]), &table(1, vec![index(7, DeleteOnly)])), "not without a rung");
    }

    #[test]
    fn a_step_turns_away_the_rung_before_and_other_changes_both() {
        let keys = |rung, step| withdrawn(Oid(5), &table(rung, vec![]), step);
        let key = |rung| rung_version(Oid(5), Oid(16384), rung);
        assert_eq!(keys(0, true), Vec::<Bytes>::new());
        assert_eq!(keys(0, false), [key(0)]);
        assert_eq!(keys(3, true), [key(2)]);
        assert_eq!(keys(3, false), [key(3), key(2)]);
    }
}
