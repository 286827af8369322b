//! Operators of `tsquery` (manual §9.13 and §12.4.2).

use std::collections::HashSet;

use gavel_types::tsquery::{Connective, MAX_DISTANCE, Node, bad_distance};
use gavel_types::{SqlResult, TsQuery};

/// Joins two queries; an empty one is nothing to join.
///
/// # Errors
/// 54001 if the result is too deep.
pub fn join(connective: Connective, a: &TsQuery, b: &TsQuery) -> SqlResult<TsQuery> {
    match (a.root(), b.root()) {
        (None, _) => Ok(b.clone()),
        (_, None) => Ok(a.clone()),
        (Some(a), Some(b)) => TsQuery::new(Some(Node::binary(connective, a.clone(), b.clone()))),
    }
}

/// `tsquery_phrase(a, b, distance)`.
///
/// # Errors
/// 22023 for a distance that is none, 54001.
pub fn phrase(a: &TsQuery, b: &TsQuery, distance: i32) -> SqlResult<TsQuery> {
    let valid = u16::try_from(distance).ok().filter(|_| distance <= MAX_DISTANCE);
    join(Connective::Phrase(valid.ok_or_else(bad_distance)?), a, b)
}

/// `!! query`.
///
/// # Errors
/// 54001.
pub fn not(query: &TsQuery) -> SqlResult<TsQuery> {
    match query.root() {
        None => Ok(query.clone()),
        Some(root) => TsQuery::new(Some(Node::Not(Box::new(root.clone())))),
    }
}

/// `a @> b`: whether all words of `b` are in `a`, whatever the operators.
pub fn contains(a: &TsQuery, b: &TsQuery) -> bool {
    let words: HashSet<&str> = a.operands().iter().map(|o| &*o.word).collect();
    b.operands().iter().all(|o| words.contains(&*o.word))
}

/// `querytree(query)`: what an index can be asked for. `T` if that is nothing.
pub fn indexable(query: &TsQuery) -> String {
    let Some(root) = query.root() else { return String::new() };
    match without_negations(root) {
        None => "T".to_owned(),
        Some(node) => {
            let mut out = String::new();
            gavel_types::text_io::tsquery::write_node(&node, 0, false, &mut out);
            out
        }
    }
}

fn without_negations(node: &Node) -> Option<Node> {
    match node {
        Node::Operand(_) => Some(node.clone()),
        Node::Not(_) => None,
        Node::Binary(Connective::Or, left, right) => {
            Some(Node::binary(Connective::Or, without_negations(left)?, without_negations(right)?))
        }
        Node::Binary(connective, left, right) => match (without_negations(left), without_negations(right)) {
            (Some(left), Some(right)) => Some(Node::binary(*connective, left, right)),
            (left, right) => left.or(right),
        },
    }
}
