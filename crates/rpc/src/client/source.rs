//! Which journal node to tail: pure.
//!
//! - Near nodes first, then the others; the one that works is kept.
//! - A node that fails rests, the longer the more often it has failed since something came.
//! - A node that has trimmed the position, or whose copy is damaged, is not the journal: another may
//!   still have it. Only once nobody who answers has it is the tail over.

use std::time::Duration;

use gavel_api::journal::Error;
use gavel_types::Lsn;

const REST: Duration = Duration::from_millis(50);
const LONGEST_REST: Duration = Duration::from_secs(1);
/// After so many failures in a row a node is taken for gone when judging whether anybody has a position.
const GONE: u32 = 3;

/// Times are since any fixed moment.
#[derive(Debug)]
pub(crate) struct Sources {
    nodes: Vec<Node>,
    preferred: Option<usize>,
}

#[derive(Debug, Default)]
struct Node {
    near: bool,
    rests_until: Duration,
    failures: u32,
    /// Why it cannot give the position that is wanted.
    verdict: Option<Error>,
}

/// What to do next.
#[derive(Debug)]
pub(crate) enum Next {
    Ask(usize),
    Wait(Duration),
    GiveUp(Error),
}

impl Sources {
    /// `near`: for each node, whether it is in our zone.
    pub(crate) fn new(near: impl IntoIterator<Item = bool>) -> Self {
        let nodes = near.into_iter().map(|near| Node { near, ..Node::default() }).collect();
        Self { nodes, preferred: None }
    }

    /// The node to tail at `now`.
    pub(crate) fn next(&self, now: Duration) -> Next {
        if let Some(error) = self.hopeless() {
            return Next::GiveUp(error);
        }
        let usable = |node: &Node| node.verdict.is_none() && node.rests_until <= now;
        if let Some(index) = self.preferred.filter(|i| usable(&self.nodes[*i])) {
            return Next::Ask(index);
        }
        let candidates = self.nodes.iter().enumerate().filter(|(_, node)| usable(node));
        if let Some((index, _)) = candidates.min_by_key(|(index, node)| (node.failures, !node.near, *index)) {
            return Next::Ask(index);
        }
        let resting = self.nodes.iter().filter(|node| node.verdict.is_none()).map(|node| node.rests_until).min();
        Next::Wait(resting.map_or(LONGEST_REST, |until| until.saturating_sub(now)).max(Duration::from_millis(1)))
    }

    /// Why nobody can give the position; the earliest that anybody still has, if it was trimmed.
    fn hopeless(&self) -> Option<Error> {
        let out = |node: &Node| node.verdict.is_some() || node.failures >= GONE;
        if !self.nodes.iter().all(out) {
            return None;
        }
        let mut verdicts = self.nodes.iter().filter_map(|node| node.verdict.as_ref());
        let kept = verdicts.clone().filter_map(|error| match error {
            Error::Trimmed(kept) => Some(*kept),
            _ => None,
        });
        kept.min().map(Error::Trimmed).or_else(|| verdicts.next_back().cloned())
    }

    /// Something came from `index`.
    pub(crate) fn progressed(&mut self, index: usize) {
        self.preferred = Some(index);
        for node in &mut self.nodes {
            node.failures = 0;
            node.verdict = None;
        }
    }

    /// `index` could not be reached, or broke off.
    pub(crate) fn failed(&mut self, index: usize, now: Duration) {
        let node = &mut self.nodes[index];
        node.rests_until = now + (REST * 2_u32.saturating_pow(node.failures)).min(LONGEST_REST);
        node.failures = node.failures.saturating_add(1);
        self.preferred = self.preferred.filter(|preferred| *preferred != index);
    }

    /// `index` does not have the position.
    pub(crate) fn lacks(&mut self, index: usize, error: Error) {
        self.nodes[index].verdict = Some(error);
        self.preferred = self.preferred.filter(|preferred| *preferred != index);
    }

    /// `index` has more than the one that we tail.
    pub(crate) fn prefer(&mut self, index: usize) {
        self.preferred = Some(index);
        self.nodes[index].rests_until = Duration::ZERO;
    }
}

/// Whether an error of a node is about its copy of the journal.
pub(crate) fn is_verdict(error: &Error) -> bool {
    matches!(error, Error::Trimmed(_) | Error::Corrupt(_))
}

/// Whether a node whose last durable record is `durable` has `wanted`.
pub(crate) fn has(durable: Lsn, wanted: Lsn) -> bool {
    durable >= wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn asked(sources: &Sources, ms: u64) -> usize {
        match sources.next(at(ms)) {
            Next::Ask(index) => index,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn near_first_then_whoever_works() {
        let mut sources = Sources::new([false, true, false]);
        assert_eq!(asked(&sources, 0), 1);
        sources.failed(1, at(0));
        assert_eq!(asked(&sources, 0), 0);
        sources.progressed(0);
        assert_eq!(asked(&sources, 10_000), 0);
        sources.prefer(2);
        assert_eq!(asked(&sources, 10_000), 2);
    }

    #[test]
    fn rests_grow_and_end() {
        let mut sources = Sources::new([true]);
        let mut now = at(0);
        let mut rests = Vec::new();
        for _ in 0..7 {
            sources.failed(0, now);
            let Next::Wait(rest) = sources.next(now) else { panic!("asked at once") };
            rests.push(rest.as_millis());
            now += rest;
            assert!(matches!(sources.next(now), Next::Ask(0)));
        }
        assert_eq!(rests, [50, 100, 200, 400, 800, 1_000, 1_000]);
    }

    #[test]
    fn trimmed_here_is_not_trimmed_everywhere() {
        let mut sources = Sources::new([true, true, true]);
        sources.lacks(0, Error::Trimmed(Lsn(9)));
        assert_eq!(asked(&sources, 0), 1);
        sources.lacks(1, Error::Corrupt("crc".into()));
        assert_eq!(asked(&sources, 0), 2);
        sources.progressed(2);
        sources.failed(2, at(0));
        assert_eq!(asked(&sources, 0), 0, "the next position may be there");
    }

    #[test]
    fn it_ends_when_nobody_who_answers_has_it() {
        let mut sources = Sources::new([true, true, true]);
        sources.lacks(0, Error::Trimmed(Lsn(9)));
        sources.lacks(1, Error::Trimmed(Lsn(7)));
        for n in 0..3 {
            assert!(!matches!(sources.next(at(n * 2_000)), Next::GiveUp(_)));
            sources.failed(2, at(n * 2_000));
        }
        assert!(matches!(sources.next(at(9_000)), Next::GiveUp(Error::Trimmed(Lsn(7)))));
    }

    #[test]
    fn nodes_that_are_merely_away_are_waited_for() {
        let mut sources = Sources::new([true, true]);
        for n in 0..100 {
            sources.failed(0, at(n));
            sources.failed(1, at(n));
            assert!(!matches!(sources.next(at(n)), Next::GiveUp(_)));
        }
    }
}
