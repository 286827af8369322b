//! Which positions of the journal may go: those that enough replicas have made durable. Pure.
//!
//! A replica that lags, or is away, can follow from where it was as long as the others together hold the
//! journal back; one that is gone for good holds nothing back. What a restarted server has not heard yet
//! is not allowed, and replicas repeat themselves.

use std::collections::HashMap;

use gavel_types::Lsn;

/// What each replica has allowed.
pub(super) struct Trims {
    needed: usize,
    allowed: HashMap<String, Lsn>,
}

impl Trims {
    /// `needed`: how many replicas must allow a position; at least one.
    pub(super) fn new(needed: usize) -> Self {
        Self { needed: needed.max(1), allowed: HashMap::new() }
    }

    /// `replica` no longer needs what is below `below`. Returns below which nothing is needed by enough
    /// of them, or zero.
    pub(super) fn allow(&mut self, replica: &str, below: Lsn) -> Lsn {
        let mine = self.allowed.entry(replica.to_owned()).or_default();
        *mine = below.max(*mine);
        let mut all: Vec<Lsn> = self.allowed.values().copied().collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.get(self.needed - 1).copied().unwrap_or(Lsn::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_replica_alone_does_not_drop_what_others_need() {
        let mut trims = Trims::new(2);
        assert_eq!(trims.allow("a", Lsn(100)), Lsn::ZERO);
        assert_eq!(trims.allow("a", Lsn(120)), Lsn::ZERO);
        assert_eq!(trims.allow("b", Lsn(40)), Lsn(40));
        assert_eq!(trims.allow("c", Lsn(70)), Lsn(70));
        // Nobody takes back what it has allowed.
        assert_eq!(trims.allow("c", Lsn(10)), Lsn(70));
    }

    #[test]
    fn none_needed_means_one() {
        assert_eq!(Trims::new(0).allow("a", Lsn(5)), Lsn(5));
    }
}
