//! `ts_rank_cd`: ranks by cover density (manual §12.3.3). A cover is a shortest part of the document that satisfies the
//! query; short ones with heavy lexemes count most.
//!
//! ```text
//! document  . a . . b . a b .        query  a & b
//! covers      └─────┘                the second begins behind the first's beginning
//!                   └───┘
//!                       └─┘
//! ```

use std::borrow::Cow;

use gavel_types::tsquery::{Node, Operand};
use gavel_types::tsvector::Position;
use gavel_types::{TsQuery, TsVector};

use crate::matching::{Answer, Source, entries, satisfies};
use crate::rank::{Weights, length, normalization};

/// An occurrence of a lexeme, with the operands that it is one of.
struct Occurrence {
    position: Position,
    operands: Vec<usize>,
}

/// What of the document was looked at: the positions of each operand, and the operands by where they are in memory,
/// which is how the query refers to them.
struct Part<'q> {
    operands: Vec<&'q Operand>,
    positions: Vec<Vec<u32>>,
}

impl<'q> Part<'q> {
    fn clear(&mut self) {
        self.positions.iter_mut().for_each(Vec::clear);
    }

    fn add(&mut self, occurrence: &Occurrence) {
        let position = u32::from(occurrence.position.position());
        for operand in &occurrence.operands {
            let positions = &mut self.positions[*operand];
            if let Err(at) = positions.binary_search(&position) {
                positions.insert(at, position);
            }
        }
    }

    fn of(&self, operand: &Operand) -> &[u32] {
        let found = self.operands.iter().position(|o| std::ptr::eq(*o, operand));
        found.map_or(&[], |at| &self.positions[at])
    }
}

impl Source for Part<'_> {
    fn has(&self, operand: &Operand) -> Answer {
        if self.of(operand).is_empty() { Answer::No } else { Answer::Yes }
    }

    fn positions(&self, operand: &Operand) -> Option<Cow<'_, [u32]>> {
        Some(Cow::Borrowed(self.of(operand)))
    }
}

/// All occurrences of operands, in order.
fn occurrences(document: &TsVector, operands: &[&Operand]) -> Vec<Occurrence> {
    // Position, lexeme, operand: what is at one place of one lexeme becomes one occurrence.
    let mut found: Vec<(Position, usize, usize)> = Vec::new();
    for (n, operand) in operands.iter().enumerate() {
        for lexeme in entries(document, operand) {
            let index = document.find(&lexeme.word).unwrap_or_default();
            let fitting =
                lexeme.positions.iter().filter(|p| operand.weights == 0 || operand.weights & p.weight().bit() != 0);
            found.extend(fitting.map(|p| (*p, index, n)));
        }
    }
    found.sort_by_key(|(position, lexeme, _)| (position.position(), position.weight(), *lexeme));
    let mut out: Vec<Occurrence> = Vec::with_capacity(found.len());
    let mut last = None;
    for (position, lexeme, operand) in found {
        match out.last_mut() {
            Some(occurrence) if last == Some((position, lexeme)) => occurrence.operands.push(operand),
            _ => out.push(Occurrence { position, operands: vec![operand] }),
        }
        last = Some((position, lexeme));
    }
    out
}

/// The next cover that begins at occurrence `from` or later: its first and last occurrence, and where to look next.
fn next_cover(all: &[Occurrence], part: &mut Part<'_>, query: &Node, mut from: usize) -> Option<(usize, usize, usize)> {
    loop {
        part.clear();
        let end = (from..all.len()).find(|at| {
            part.add(&all[*at]);
            satisfies(&*part, query)
        })?;
        // A query that nothing is needed for has no covers.
        if all[end].position.position() == 0 {
            return None;
        }
        part.clear();
        let begin = (from..=end).rev().find(|at| {
            part.add(&all[*at]);
            satisfies(&*part, query)
        });
        match begin {
            Some(begin) if all[begin].position.position() <= all[end].position.position() => {
                return Some((begin, end, begin + 1));
            }
            _ => from += 1,
        }
    }
}

/// `ts_rank_cd(weights, document, query, normalization)`.
pub fn rank_by_covers(weights: &Weights, document: &TsVector, query: &TsQuery, method: i32) -> f32 {
    let Some(root) = query.root() else { return 0.0 };
    let operands = query.operands();
    let all = occurrences(document, &operands);
    if all.is_empty() {
        return 0.0;
    }
    let inverse = weights.map(|w| 1.0 / f64::from(w));
    let mut part = Part { positions: vec![Vec::new(); operands.len()], operands };
    let (mut rank, mut distances, mut covers) = (0f64, 0f64, 0u32);
    let (mut before, mut from) = (0f64, 0);
    while let Some((begin, end, next)) = next_cover(&all, &mut part, root, from) {
        let weight: f64 = all[begin..=end].iter().map(|o| inverse[o.position.weight() as usize]).sum();
        let density = (end - begin + 1) as f64 / weight;
        let (first, last) = (i64::from(all[begin].position.position()), i64::from(all[end].position.position()));
        let within = (end - begin) as i64;
        // Positions at the limit are the same though the words are not: half of them are taken as other words.
        let noise = if last - first < within { within / 2 } else { last - first - within };
        rank += density / (1 + noise) as f64;
        let middle = (last + first) as f64 / 2.0;
        if covers > 0 && middle > before {
            distances += 1.0 / (middle - before);
        }
        before = middle;
        covers += 1;
        from = next;
    }
    let lexemes = document.lexemes().len();
    if method & normalization::LOG_LENGTH != 0 {
        rank /= ((length(document) + 1) as f64).ln();
    }
    if method & normalization::LENGTH != 0 {
        rank /= length(document) as f64;
    }
    if method & normalization::EXTENT_DISTANCE != 0 && covers > 0 && distances > 0.0 {
        rank /= f64::from(covers) / distances;
    }
    if method & normalization::UNIQUE != 0 {
        rank /= lexemes as f64;
    }
    if method & normalization::LOG_UNIQUE != 0 {
        rank /= ((lexemes + 1) as f64).ln() / 2f64.ln();
    }
    if method & normalization::SELF != 0 {
        rank /= rank + 1.0;
    }
    rank as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rank::DEFAULT_WEIGHTS;
    use gavel_types::text_io::{tsquery, tsvector};

    #[test]
    fn densities_are_postgresql_s() {
        let of = |vector: &str, query: &str| {
            let (vector, query) = (tsvector::parse(vector).expect("vector"), tsquery::parse(query).expect("query"));
            rank_by_covers(&DEFAULT_WEIGHTS, &vector, &query, 0)
        };
        assert_eq!(of(" a:1 s:2C d g", "a | s"), 0.3);
        assert_eq!(of(" a:1 s:2C d g", "a & s"), 0.133_333_34);
        assert_eq!(of(" a:1 s:2 d g", "a & d"), 0.0);
        assert_eq!(of("a:1 b:2 c:3", "a <-> b"), 0.1);
    }
}
