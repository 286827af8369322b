//! Whether a document satisfies a query (manual §12.3, and the phrases of §12.3.2).
//!
//! Outside of phrases it is enough to know which lexemes are there. Within one, each part says *where* it matches: at
//! some positions, or, behind a `!`, everywhere but at some. Parts may be several words wide; a match is known by the
//! position of its last word.
//!
//! Where the positions of a lexeme are not known, the answer is "maybe", which for a phrase means no.

use std::borrow::Cow;

use gavel_types::tsquery::{Connective, Node, Operand};
use gavel_types::{TsQuery, TsVector};

/// What can be said of a part of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    No,
    Yes,
    Maybe,
}

/// A document that can be asked for lexemes.
pub trait Source {
    /// Whether the lexeme is there.
    fn has(&self, operand: &Operand) -> Answer;

    /// The positions where it is, ordered and each once; `None` if it is there, but it is not known where. Empty if it is
    /// not there.
    fn positions(&self, operand: &Operand) -> Option<Cow<'_, [u32]>>;
}

/// Where a part of a phrase matches.
#[derive(Debug, Default)]
struct Places {
    positions: Vec<u32>,
    /// Whether it matches everywhere *but* there.
    negated: bool,
    /// How many positions the first word is before the last.
    width: u32,
}

/// Which positions of two lists are taken.
#[derive(Clone, Copy)]
struct Taken {
    both: bool,
    left: bool,
    right: bool,
}

/// Whether `document @@ query`.
pub fn matches(document: &TsVector, query: &TsQuery) -> bool {
    query.root().is_some_and(|root| satisfies(document, root))
}

/// Whether what is asked for is there.
pub fn satisfies(source: &impl Source, node: &Node) -> bool {
    answer(source, node) != Answer::No
}

fn answer(source: &impl Source, node: &Node) -> Answer {
    match node {
        Node::Operand(operand) => source.has(operand),
        Node::Not(inner) => match answer(source, inner) {
            Answer::No => Answer::Yes,
            Answer::Yes => Answer::No,
            Answer::Maybe => Answer::Maybe,
        },
        Node::Binary(Connective::And, left, right) => match answer(source, left) {
            Answer::No => Answer::No,
            found => match answer(source, right) {
                Answer::No => Answer::No,
                Answer::Yes => found,
                Answer::Maybe => Answer::Maybe,
            },
        },
        Node::Binary(Connective::Or, left, right) => match answer(source, left) {
            Answer::Yes => Answer::Yes,
            found => match answer(source, right) {
                Answer::No => found,
                other => other,
            },
        },
        Node::Binary(Connective::Phrase(_), ..) => match places(source, node) {
            // All lexemes are known to be there or not, so a phrase of unknown places is none.
            (Answer::Yes, _) => Answer::Yes,
            _ => Answer::No,
        },
    }
}

/// Where `node`, a part of a phrase, matches; without a yes the places mean nothing.
fn places(source: &impl Source, node: &Node) -> (Answer, Places) {
    let nowhere = |answer| (answer, Places::default());
    let (connective, left, right) = match node {
        Node::Operand(operand) => {
            return match source.positions(operand) {
                None => nowhere(Answer::Maybe),
                Some(found) if found.is_empty() => nowhere(Answer::No),
                Some(found) => (Answer::Yes, Places { positions: found.into_owned(), ..Places::default() }),
            };
        }
        Node::Not(inner) => {
            return match places(source, inner) {
                (Answer::No, found) => (Answer::Yes, Places { negated: true, positions: vec![], ..found }),
                (Answer::Yes, found) if !found.positions.is_empty() => {
                    (Answer::Yes, Places { negated: !found.negated, ..found })
                }
                (Answer::Yes, found) => (Answer::No, Places { negated: false, ..found }),
                (Answer::Maybe, _) => nowhere(Answer::Maybe),
            };
        }
        Node::Binary(connective, left, right) => (*connective, left, right),
    };
    let (mut on_left, mut left) = places(source, left);
    let either = connective == Connective::Or;
    if !either && on_left == Answer::No {
        return nowhere(Answer::No);
    }
    let (mut on_right, mut right) = places(source, right);
    if on_right == Answer::No && (!either || on_left == Answer::No) {
        return nowhere(Answer::No);
    }
    if on_left == Answer::Maybe || on_right == Answer::Maybe {
        return nowhere(Answer::Maybe);
    }
    for (answer, side) in [(&mut on_left, &mut left), (&mut on_right, &mut right)] {
        if *answer == Answer::No {
            *side = Places::default();
        }
    }
    let (left_offset, right_offset, width) = match connective {
        Connective::Phrase(distance) => {
            let distance = u32::from(distance);
            (distance + right.width, 0, distance + left.width + right.width)
        }
        _ => {
            let width = left.width.max(right.width);
            (width - left.width, width - right.width, width)
        }
    };
    // By De Morgan, whatever is negated is taken as the complement of something that is not.
    let (taken, negated) = match (either, left.negated, right.negated) {
        (false, true, true) => (Taken { both: true, left: true, right: true }, true),
        (false, true, false) => (Taken { both: false, left: false, right: true }, false),
        (false, false, true) => (Taken { both: false, left: true, right: false }, false),
        (false, false, false) => (Taken { both: true, left: false, right: false }, false),
        (true, true, true) => (Taken { both: true, left: false, right: false }, true),
        (true, true, false) => (Taken { both: false, left: true, right: false }, true),
        (true, false, true) => (Taken { both: false, left: false, right: true }, true),
        (true, false, false) => (Taken { both: true, left: true, right: true }, false),
    };
    let positions = merge((&left.positions, left_offset), (&right.positions, right_offset), taken);
    let answer = if negated || !positions.is_empty() { Answer::Yes } else { Answer::No };
    (answer, Places { positions, negated, width })
}

/// The positions of two ordered lists, each moved, that are taken.
fn merge((left, left_offset): (&[u32], u32), (right, right_offset): (&[u32], u32), taken: Taken) -> Vec<u32> {
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    loop {
        let (l, r) = (left.get(i).map(|p| p + left_offset), right.get(j).map(|p| p + right_offset));
        let (position, take) = match (l, r) {
            (None, None) => return out,
            (Some(l), Some(r)) if l == r => {
                (i, j) = (i + 1, j + 1);
                (l, taken.both)
            }
            (Some(l), r) if r.is_none_or(|r| l < r) => {
                i += 1;
                (l, taken.left)
            }
            (_, Some(r)) => {
                j += 1;
                (r, taken.right)
            }
            (Some(_), None) => return out,
        };
        if take && position > 0 {
            out.push(position);
        }
    }
}

/// The lexemes that an operand means: one, or all that begin so.
pub(crate) fn entries<'a>(vector: &'a TsVector, operand: &Operand) -> &'a [gavel_types::tsvector::Lexeme] {
    let lexemes = vector.lexemes();
    let from = match vector.find(&operand.word) {
        Ok(at) if !operand.prefix => return &lexemes[at..=at],
        Ok(at) => at,
        Err(_) if !operand.prefix => return &[],
        Err(at) => at,
    };
    let count = lexemes[from..].iter().take_while(|l| l.word.starts_with(&*operand.word)).count();
    &lexemes[from..from + count]
}

impl Source for TsVector {
    fn has(&self, operand: &Operand) -> Answer {
        let fits = |lexeme: &gavel_types::tsvector::Lexeme| {
            operand.weights == 0
                || lexeme.positions.is_empty()
                || lexeme.positions.iter().any(|p| operand.weights & p.weight().bit() != 0)
        };
        if entries(self, operand).iter().any(fits) { Answer::Yes } else { Answer::No }
    }

    fn positions(&self, operand: &Operand) -> Option<Cow<'_, [u32]>> {
        let mut found = Vec::new();
        for lexeme in entries(self, operand) {
            if lexeme.positions.is_empty() {
                return None;
            }
            let fitting =
                lexeme.positions.iter().filter(|p| operand.weights == 0 || operand.weights & p.weight().bit() != 0);
            found.extend(fitting.map(|p| u32::from(p.position())));
        }
        found.sort_unstable();
        found.dedup();
        Some(Cow::Owned(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::text_io::{tsquery, tsvector};

    #[test]
    fn phrases_and_negations_match_where_postgresql_finds_them() {
        let found = |vector: &str, query: &str| {
            matches(&tsvector::parse(vector).expect("vector"), &tsquery::parse(query).expect("query"))
        };
        for (vector, query, expected) in [
            ("wa:1D wb:2A", "w:*A & w:*D", true),
            ("wa:1A", "w:*D", false),
            ("a:1 b:2 c:3 d:4", "a <-> b <-> c", true),
            ("a:1 b:2 c:3 d:4", "a <-> (b|c)", true),
            ("a:1 b:2 c:3 d:4", "a <2> b", false),
            ("a:1 b:2 c:3", "!a <-> c", true),
            ("a:1 b:2", "b <-> !c", true),
            ("a b", "a <-> b", false),
            ("a b", "!(a <-> b)", true),
            ("", "!a", true),
            ("", "a", false),
            ("a:1 b:3", "a <0> b", false),
            ("wa wb", "wa:A", true),
        ] {
            assert_eq!(found(vector, query), expected, "{vector} @@ {query}");
        }
    }
}
