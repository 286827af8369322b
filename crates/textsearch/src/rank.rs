//! `ts_rank`: how often the lexemes of a query are in a document, and how near to each other (manual §12.3.3).
//!
//! Sums are kept in single precision between steps that are computed in double, as PostgreSQL keeps them, so that the numbers
//! are the same.

use gavel_types::tsquery::{Connective, Node, Operand};
use gavel_types::tsvector::{Lexeme, MAX_POSITION, Position, Weight};
use gavel_types::{TsQuery, TsVector};

use crate::matching::entries;

/// What the weights D, C, B, A count.
pub type Weights = [f32; 4];

/// What they count unless it is said.
pub const DEFAULT_WEIGHTS: Weights = [0.1, 0.2, 0.4, 1.0];

/// Bits of the argument `normalization`.
pub mod normalization {
    /// Divides by the logarithm of the length.
    pub const LOG_LENGTH: i32 = 1;
    pub const LENGTH: i32 = 2;
    /// Divides by the mean distance of covers (`ts_rank_cd` alone).
    pub const EXTENT_DISTANCE: i32 = 4;
    /// Divides by the number of lexemes.
    pub const UNIQUE: i32 = 8;
    pub const LOG_UNIQUE: i32 = 16;
    /// Divides by itself plus one.
    pub const SELF: i32 = 32;
}

/// The length of a document: occurrences of its lexemes; those without positions count as one.
pub(crate) fn length(document: &TsVector) -> usize {
    document.lexemes().iter().map(|l| l.positions.len().max(1)).sum()
}

/// How much nearness counts at this distance.
fn nearness(distance: u32) -> f32 {
    if distance > 100 {
        return 1e-30;
    }
    (1.0 / (1.005 + 0.05 * (f64::from(distance as f32) / 1.5 - 2.0).exp())) as f32
}

/// The operands of a query, each word once, by their bytes.
fn words(query: &TsQuery) -> Vec<&Operand> {
    let mut operands = query.operands();
    operands.sort_by(|a, b| a.word.as_bytes().cmp(b.word.as_bytes()));
    operands.dedup_by(|a, b| a.word == b.word);
    operands
}

/// `ts_rank(weights, document, query, normalization)`.
pub fn rank(weights: &Weights, document: &TsVector, query: &TsQuery, method: i32) -> f32 {
    let Some(root) = query.root() else { return 0.0 };
    let lexemes = document.lexemes().len();
    if lexemes == 0 {
        return 0.0;
    }
    let operands = words(query);
    let conjunction = matches!(root, Node::Binary(Connective::And | Connective::Phrase(_), ..));
    let mut rank = if conjunction && operands.len() > 1 {
        of_pairs(weights, document, &operands)
    } else {
        of_words(weights, document, &operands)
    };
    if rank < 0.0 {
        rank = 1e-20;
    }
    let divided = |rank: f32, by: f64| (f64::from(rank) / by) as f32;
    if method & normalization::LOG_LENGTH != 0 {
        rank = divided(rank, ((length(document) + 1) as f64).ln() / 2f64.ln());
    }
    if method & normalization::LENGTH != 0 {
        rank /= length(document) as f32;
    }
    if method & normalization::UNIQUE != 0 {
        rank /= lexemes as f32;
    }
    if method & normalization::LOG_UNIQUE != 0 {
        rank = divided(rank, ((lexemes + 1) as f64).ln() / 2f64.ln());
    }
    if method & normalization::SELF != 0 {
        rank /= rank + 1.0;
    }
    rank
}

/// Occurrences one by one: the best counts whole, the others less the later they are.
fn of_words(weights: &Weights, document: &TsVector, operands: &[&Operand]) -> f32 {
    let mut rank = 0f32;
    for operand in operands {
        for lexeme in entries(document, operand) {
            let somewhere = [Position::new(0, Weight::D)];
            let positions = if lexeme.positions.is_empty() { &somewhere[..] } else { &lexeme.positions };
            let (mut sum, mut best, mut best_at) = (0f32, -1f32, 0i32);
            for (n, position) in (0i32..).zip(positions) {
                let weight = weights[position.weight() as usize];
                sum += weight / ((n + 1) * (n + 1)) as f32;
                if weight > best {
                    (best, best_at) = (weight, n);
                }
            }
            let of_lexeme = best + sum - best / ((best_at + 1) * (best_at + 1)) as f32;
            // The sum of the reciprocals of all squares.
            rank = (f64::from(rank) + f64::from(of_lexeme) / 1.644_934_066_85) as f32;
        }
    }
    if operands.is_empty() { rank } else { rank / operands.len() as f32 }
}

/// Pairs of occurrences of different words, by their distance.
fn of_pairs(weights: &Weights, document: &TsVector, operands: &[&Operand]) -> f32 {
    // Words without positions are taken to be at the end.
    let end = [Position::new(u32::from(MAX_POSITION), Weight::D)];
    let mut rank = -1f32;
    let mut seen: Vec<Option<&Lexeme>> = Vec::with_capacity(operands.len());
    for operand in operands {
        let mut last = None;
        for lexeme in entries(document, operand) {
            last = Some(lexeme);
            let here = if lexeme.positions.is_empty() { &end[..] } else { &lexeme.positions };
            for other in seen.iter().flatten() {
                let there = if other.positions.is_empty() { &end[..] } else { &other.positions };
                let unknown = lexeme.positions.is_empty() || other.positions.is_empty();
                for a in here {
                    for b in there {
                        let distance = match u32::from(a.position().abs_diff(b.position())) {
                            0 if unknown => u32::from(MAX_POSITION) + 1,
                            0 => continue,
                            distance => distance,
                        };
                        let product = weights[a.weight() as usize] * weights[b.weight() as usize] * nearness(distance);
                        let of_pair = f64::from(product).sqrt() as f32;
                        rank = if rank < 0.0 {
                            of_pair
                        } else {
                            (1.0 - (1.0 - f64::from(rank)) * (1.0 - f64::from(of_pair))) as f32
                        };
                    }
                }
            }
        }
        seen.push(last);
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::text_io::{tsquery, tsvector};

    #[test]
    fn ranks_are_postgresql_s() {
        let of = |vector: &str, query: &str| {
            let (vector, query) = (tsvector::parse(vector).expect("vector"), tsquery::parse(query).expect("query"));
            rank(&DEFAULT_WEIGHTS, &vector, &query, 0)
        };
        assert_eq!(of(" a:1 s:2C d g", "a | s"), 0.091_189_064);
        assert_eq!(of(" a:1 sa:2C d g", "a | s:*"), 0.091_189_064);
        assert_eq!(of(" a:1 s:2C d g", "a & s"), 0.140_153_12);
        assert_eq!(of(" a:1 s:2A d g", "a & s"), 0.313_391_9);
    }
}
