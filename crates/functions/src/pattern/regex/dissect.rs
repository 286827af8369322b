//! Which part of a matched text each group takes.
//!
//! A part is tried at the lengths that its program allows, in the order that it prefers, until what is behind it
//! fits the rest; so earlier parts have theirs before later ones.

use gavel_types::SqlResult;

use super::invalid;
use super::program::Runner;
use super::tree::{Kind, Tree};

/// Most characters that are looked at to divide one match: some seconds.
const MOST_STEPS: u64 = 100_000_000;

/// From … to, in bytes.
pub type Span = (usize, usize);

/// Divides one text.
pub struct Dissection<'a> {
    pub text: &'a str,
    pub ignore_case: bool,
    pub runner: &'a mut Runner,
    /// By the number of the group.
    pub groups: &'a mut [Option<Span>],
}

impl Dissection<'_> {
    /// Whether all of `span` can be `tree`; its groups are then set.
    ///
    /// # Errors
    /// 2201B if too much was tried.
    pub fn divide(&mut self, tree: &Tree, span: Span) -> SqlResult<bool> {
        self.require_steps()?;
        let (start, end) = span;
        let divided = match &tree.kind {
            Kind::Plain => true,
            Kind::Concat(first, second) => self.concat(first, second, span)?,
            Kind::Alternate(branches) => {
                let mut found = false;
                for branch in branches {
                    if self.fits(branch, span) && self.divide(branch, span)? {
                        found = true;
                        break;
                    }
                    self.forget(branch);
                }
                found
            }
            Kind::Repeat { node, min, max } => self.repeat(node, *min, *max, span)?,
            Kind::Back { group, min, max } => self.same_again(*group, *min, *max, &self.text[start..end]),
        };
        if divided && let Some(number) = tree.captured {
            self.groups[number] = Some(span);
        }
        Ok(divided)
    }

    fn require_steps(&mut self) -> SqlResult<()> {
        // A trial without characters counts, too.
        self.runner.steps += 1;
        if self.runner.steps > MOST_STEPS { Err(invalid("regular expression is too complex")) } else { Ok(()) }
    }

    /// Whether the tree's program can take exactly `span`.
    fn fits(&mut self, tree: &Tree, (start, end): Span) -> bool {
        let mut fits = false;
        self.runner.ends(&tree.program, self.text, start, end, |at| {
            fits |= at == end;
            true
        });
        fits
    }

    /// Ends from `start` on, the best last.
    fn ends(&mut self, tree: &Tree, start: usize, limit: usize) -> Vec<usize> {
        let mut ends = vec![];
        self.runner.ends(&tree.program, self.text, start, limit, |at| {
            ends.push(at);
            true
        });
        if tree.prefers_shortest() {
            ends.reverse();
        }
        ends
    }

    fn concat(&mut self, first: &Tree, second: &Tree, (start, end): Span) -> SqlResult<bool> {
        let mut ends = self.ends(first, start, end);
        while let Some(middle) = ends.pop() {
            self.require_steps()?;
            if self.fits(second, (middle, end))
                && self.divide(first, (start, middle))?
                && self.divide(second, (middle, end))?
            {
                return Ok(true);
            }
            self.forget(first);
            self.forget(second);
        }
        Ok(false)
    }

    /// Rounds take what they prefer, the first before the second; an empty one only to have enough of them.
    fn repeat(&mut self, node: &Tree, min: u32, max: Option<u32>, (start, end): Span) -> SqlResult<bool> {
        if min == 0 && start == end {
            self.forget(node);
            return Ok(true);
        }
        let min = min.max(1) as usize;
        let max = max.map_or(usize::MAX, |m| m as usize);
        // For each round where it begins, and the ends that were not tried yet.
        let mut rounds = vec![(start, self.ends(node, start, end))];
        while let Some((from, ends)) = rounds.last_mut() {
            let from = *from;
            let Some(to) = ends.pop() else {
                rounds.pop();
                continue;
            };
            let k = rounds.len();
            if to == end {
                if k >= min && self.verify(node, &rounds, end)? {
                    return Ok(true);
                }
                if k >= min || to != from {
                    continue;
                }
            }
            if k >= max || to == from && (k >= min || min - k < self.text[to..end].chars().count()) {
                continue;
            }
            let next = self.ends(node, to, end);
            rounds.push((to, next));
        }
        Ok(false)
    }

    /// Whether each round can be what it is to be; what the last captures stays.
    fn verify(&mut self, node: &Tree, rounds: &[(usize, Vec<usize>)], end: usize) -> SqlResult<bool> {
        for (i, (from, _)) in rounds.iter().enumerate() {
            let to = rounds.get(i + 1).map_or(end, |next| next.0);
            self.forget(node);
            if !self.divide(node, (*from, to))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether `part` is what the group took, from `min` to `max` times.
    fn same_again(&self, group: usize, min: u32, max: Option<u32>, part: &str) -> bool {
        let Some((from, to)) = self.groups[group] else { return false };
        let once = &self.text[from..to];
        if once.is_empty() || part.is_empty() {
            return part.is_empty() && (once.is_empty() || min == 0);
        }
        let fold = |c: char| if self.ignore_case { c.to_lowercase().next().unwrap_or(c) } else { c };
        let mut rest = part.chars();
        let mut times = 0;
        while !rest.as_str().is_empty() {
            for c in once.chars() {
                if rest.next().map(fold) != Some(fold(c)) {
                    return false;
                }
            }
            times += 1;
        }
        times >= min && max.is_none_or(|max| times <= max)
    }

    /// Unsets the groups within.
    fn forget(&mut self, tree: &Tree) {
        if let Some(number) = tree.captured {
            self.groups[number] = None;
        }
        match &tree.kind {
            Kind::Plain | Kind::Back { .. } => {}
            Kind::Concat(first, second) => {
                self.forget(first);
                self.forget(second);
            }
            Kind::Alternate(branches) => branches.iter().for_each(|b| self.forget(b)),
            Kind::Repeat { node, .. } => self.forget(node),
        }
    }
}
