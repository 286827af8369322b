//! Which changes of a table its writers may overlap with (RFC 0005).
//!
//! A table counts the steps that its indexes have made online: its *rung*. Who uses the table relies on the version
//! key of the rung that its snapshot shows.
//!
//! | change of a table on rung `n` | writes the keys of | so that nobody commits after it who knew the table |
//! |---|---|---|
//! | *announcement*: an index to be, that nobody writes to yet; a job for one that is there | none | |
//! | *step* to rung `n + 1` | `n - 1` | as it was before the last step |
//! | any other | `n` and `n - 1` | as it was before this change |
//!
//! ```text
//!   rung       1        2        3             writers that may commit
//!   step 1→2   ├────────┤                      1 and 2; 0 is turned away
//!   step 2→3            ├────────┤             2 and 3; 1 is turned away
//!   ALTER                        ×             those that begin after it
//! ```
//! What a change is is read off the two descriptors, so that other DDL of the same transaction makes it an ordinary one.
//! DDL that changes nothing of the table but its version, since something that the table uses has changed, is such other
//! DDL; hence each announcement makes one version.
//!
//! # Invariants
//! 1. At any time writers of two rungs at most can commit, and these follow each other.
//! 2. Between a rung and the next an index goes from one state to one that it [`may
//!    become`](IndexState::may_become), and nothing else of the table changes.
//! 3. Writers of one rung write the same entries, whether or not they have seen what was announced on it.

use bytes::Bytes;
use gavel_types::Oid;

use crate::descriptor::{Index, IndexState, Table};
use crate::keys::rung_version;

/// What one descriptor is to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Announcement,
    Step,
    Other,
}

/// See the module.
pub fn change(old: &Table, new: &Table) -> Change {
    let kind = match new.rung.checked_sub(old.rung) {
        Some(0) => Change::Announcement,
        Some(1) => Change::Step,
        _ => return Change::Other,
    };
    let beyond_indexes = Table { version: new.version, rung: new.rung, indexes: new.indexes.clone(), ..old.clone() };
    let kept = |i: &Index| match new.indexes.iter().find(|n| n.oid == i.oid) {
        Some(next) => follows(i, next, kind),
        None => kind == Change::Step && !i.state.takes_entries(),
    };
    let is_new = |i: &&Index| !old.indexes.iter().any(|o| o.oid == i.oid);
    // A new version with nothing new in it is one for its users' sake: what a type or a function of the table means has
    // changed.
    let announced = new.indexes.iter().filter(|i| !old.indexes.contains(i)).count() as u64;
    let renewed =
        kind == Change::Announcement && (announced == 0 || new.version.saturating_sub(old.version) > announced);
    let fits = !renewed
        && beyond_indexes == *new
        && old.indexes.iter().all(kept)
        && new.indexes.iter().filter(is_new).all(|i| i.state == IndexState::DeleteOnly);
    if fits { kind } else { Change::Other }
}

fn follows(old: &Index, new: &Index, kind: Change) -> bool {
    let same = Index { state: new.state, job: new.job, ..old.clone() } == *new;
    let moves = if kind == Change::Step { old.state.may_become(new.state) } else { old.state == new.state };
    // Built anew: nobody has written to the fresh storage, and nobody reads the former.
    let anew = old.state == IndexState::Invalid
        && new.state == IndexState::DeleteOnly
        && new.storage != old.storage
        && Index { state: new.state, job: new.job, storage: new.storage, ..old.clone() } == *new;
    (same && moves) || anew
}

/// The version keys that a change of `old` writes.
pub fn withdrawn(tenant: Oid, old: &Table, change: Change) -> Vec<Bytes> {
    let own = (change == Change::Other).then_some(old.rung);
    let below = old.rung.checked_sub(1).filter(|_| change != Change::Announcement);
    own.into_iter().chain(below).map(|rung| rung_version(tenant, old.oid, rung)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::{Column, IndexKey};
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
            ..Index::default()
        }
    }

    fn table(rung: u32, indexes: Vec<Index>) -> Table {
        Table {
            version: u64::from(rung),
            storage: Oid(16384),
            indexes,
            rung,
            ..Table::bare(Oid(16384), Oid(2200), "t".into(), Oid(10), vec![Column::plain(1, "a".into(), PgType::INT4)])
        }
    }

    /// What it is that an index goes from one state to another, the table going up so many rungs.
    fn moved(rungs: u32, from: Option<IndexState>, to: Option<IndexState>) -> Change {
        let of = |state: Option<IndexState>| -> Vec<Index> { state.map(|s| index(7, s)).into_iter().collect() };
        change(&table(1, of(from)), &table(1 + rungs, of(to)))
    }

    #[test]
    fn a_step_moves_indexes_by_one_state_and_touches_nothing_else() {
        use IndexState::{DeleteOnly, Invalid, Public, WriteOnly};
        for (from, to) in [
            (None, Some(DeleteOnly)),
            (Some(DeleteOnly), Some(WriteOnly)),
            (Some(WriteOnly), Some(Public)),
            (Some(Public), Some(DeleteOnly)),
            (Some(WriteOnly), Some(Invalid)),
            (Some(DeleteOnly), None),
            (Some(Invalid), None),
        ] {
            assert_eq!(moved(1, from, to), Change::Step, "{from:?} to {to:?}");
            assert_eq!(moved(2, from, to), Change::Other, "{from:?} to {to:?}");
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
            assert_eq!(moved(1, from, to), Change::Other, "{from:?} to {to:?}");
        }
        // The same under a new version.
        let renewed = |version, indexes| Table { version, ..table(1, indexes) };
        assert_eq!(change(&renewed(5, vec![]), &renewed(6, vec![])), Change::Other);
        assert_eq!(change(&renewed(5, vec![]), &renewed(6, vec![index(7, DeleteOnly)])), Change::Announcement);
        assert_eq!(change(&renewed(5, vec![]), &renewed(7, vec![index(7, DeleteOnly)])), Change::Other);
        let renamed = Table { name: "u".into(), ..table(2, vec![index(7, DeleteOnly)]) };
        assert_eq!(change(&table(1, vec![]), &renamed), Change::Other);
    }

    #[test]
    fn what_is_announced_changes_nothing_for_writers() {
        use IndexState::{DeleteOnly, Invalid, Public, WriteOnly};
        assert_eq!(moved(0, None, Some(DeleteOnly)), Change::Announcement);
        for state in [Invalid, DeleteOnly, WriteOnly, Public] {
            let job = Index { job: 8, ..index(7, state) };
            assert_eq!(change(&table(1, vec![index(7, state)]), &table(1, vec![job])), Change::Announcement);
            assert_eq!(moved(0, Some(state), None), Change::Other);
        }
        for (from, to) in [(DeleteOnly, WriteOnly), (Public, DeleteOnly), (WriteOnly, Invalid)] {
            assert_eq!(moved(0, Some(from), Some(to)), Change::Other);
        }
        // Built anew, in other storage.
        let fresh = Index { storage: Oid(9), ..index(7, DeleteOnly) };
        assert_eq!(change(&table(1, vec![index(7, Invalid)]), &table(1, vec![fresh])), Change::Announcement);
        assert_eq!(moved(0, Some(Invalid), Some(DeleteOnly)), Change::Other);
    }

    #[test]
    fn a_step_turns_away_the_rung_before_and_other_changes_both() {
        let keys = |rung, change| withdrawn(Oid(5), &table(rung, vec![]), change);
        let key = |rung| rung_version(Oid(5), Oid(16384), rung);
        assert_eq!(keys(0, Change::Step), Vec::<Bytes>::new());
        assert_eq!(keys(0, Change::Other), [key(0)]);
        assert_eq!(keys(3, Change::Announcement), Vec::<Bytes>::new());
        assert_eq!(keys(3, Change::Step), [key(2)]);
        assert_eq!(keys(3, Change::Other), [key(3), key(2)]);
    }
}
