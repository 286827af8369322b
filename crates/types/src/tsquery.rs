//! PostgreSQL's `tsquery`: which lexemes a document must have, and how they must stand to each other (manual §8.11.2).
//!
//! ```text
//! 'fat':AB & ( 'rat':* | !'cat' ) & 'a' <2> 'b'
//! ```

use std::sync::Arc;

use crate::error::{SqlError, SqlResult};
use crate::sqlstate::SqlState;

/// How deeply operators may nest. PostgreSQL is bounded by its stack.
pub const MAX_DEPTH: usize = 1_500;
/// Greatest distance of a phrase.
pub const MAX_DISTANCE: i32 = 1 << 14;

/// A lexeme that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    pub word: Arc<str>,
    /// Set of [`crate::tsvector::Weight::bit`]; 0 for any weight.
    pub weights: u8,
    /// Whether every lexeme that begins so will do.
    pub prefix: bool,
}

/// An operator of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connective {
    And,
    Or,
    /// The right side is so many positions behind the left.
    Phrase(u16),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Operand(Operand),
    Not(Box<Node>),
    Binary(Connective, Box<Node>, Box<Node>),
}

/// See the module. Without a node it is the empty query, which finds nothing.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TsQuery(Option<Arc<Node>>);

/// 54001 past [`MAX_DEPTH`].
pub fn too_deep() -> SqlError {
    SqlError::new(SqlState::StatementTooComplex, "stack depth limit exceeded")
        .hint("Write the query with fewer operators.")
}

/// 22023 for a distance that phrases cannot have.
pub fn bad_distance() -> SqlError {
    let message =
        format!("distance in phrase operator must be an integer value between zero and {MAX_DISTANCE} inclusive");
    SqlError::new(SqlState::InvalidParameterValue, message)
}

impl Node {
    pub fn binary(connective: Connective, left: Self, right: Self) -> Self {
        Self::Binary(connective, Box::new(left), Box::new(right))
    }

    /// How many operators are above the deepest operand.
    pub fn depth(&self) -> usize {
        // Not recursive: this is asked before it is known that recursion is safe.
        let (mut deepest, mut open) = (0, vec![(self, 0)]);
        while let Some((node, depth)) = open.pop() {
            deepest = deepest.max(depth);
            match node {
                Self::Operand(_) => {}
                Self::Not(inner) => open.push((inner, depth + 1)),
                Self::Binary(_, left, right) => open.extend([(&**left, depth + 1), (&**right, depth + 1)]),
            }
        }
        deepest
    }

    /// Calls `f` on operands as PostgreSQL stores them: right ones before left ones.
    pub fn each_operand<'a>(&'a self, f: &mut dyn FnMut(&'a Operand)) {
        match self {
            Self::Operand(operand) => f(operand),
            Self::Not(inner) => inner.each_operand(f),
            Self::Binary(_, left, right) => {
                right.each_operand(f);
                left.each_operand(f);
            }
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Operand(_) => 1,
            Self::Not(inner) => 1 + inner.count(),
            Self::Binary(_, left, right) => 1 + left.count() + right.count(),
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Operand(operand) => {
                out.extend_from_slice(&[OPERAND, operand.weights, u8::from(operand.prefix)]);
                out.extend_from_slice(&u16::try_from(operand.word.len()).unwrap_or(u16::MAX).to_le_bytes());
                out.extend_from_slice(operand.word.as_bytes());
            }
            Self::Not(inner) => {
                out.push(NOT);
                inner.encode(out);
            }
            Self::Binary(connective, left, right) => {
                match connective {
                    Connective::And => out.push(AND),
                    Connective::Or => out.push(OR),
                    Connective::Phrase(distance) => {
                        out.push(PHRASE);
                        out.extend_from_slice(&distance.to_le_bytes());
                    }
                }
                left.encode(out);
                right.encode(out);
            }
        }
    }

    fn decode(bytes: &mut &[u8], depth: usize) -> Option<Self> {
        fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
            let (head, rest) = bytes.split_first_chunk::<N>()?;
            *bytes = rest;
            Some(*head)
        }
        let deeper = depth.checked_sub(1);
        let connective = match take::<1>(bytes)? {
            [OPERAND] => {
                let [weights, prefix] = take(bytes)?;
                let length = usize::from(u16::from_le_bytes(take(bytes)?));
                let (word, rest) = bytes.split_at_checked(length)?;
                *bytes = rest;
                let word = std::str::from_utf8(word).ok()?.into();
                return Some(Self::Operand(Operand { word, weights, prefix: prefix != 0 }));
            }
            [NOT] => return Some(Self::Not(Box::new(Self::decode(bytes, deeper?)?))),
            [AND] => Connective::And,
            [OR] => Connective::Or,
            [PHRASE] => Connective::Phrase(u16::from_le_bytes(take(bytes)?)),
            _ => return None,
        };
        let left = Self::decode(bytes, deeper?)?;
        Some(Self::binary(connective, left, Self::decode(bytes, deeper?)?))
    }

    /// Bytes ordered as PostgreSQL orders trees: what has the greater number in its structures is first.
    pub fn ordered(&self, out: &mut Vec<u8>) {
        match self {
            Self::Operand(operand) => {
                out.push(1);
                let checksum = checksum(operand.word.as_bytes());
                out.extend_from_slice(&(!(checksum ^ 1 << 31)).to_be_bytes());
                out.extend_from_slice(operand.word.as_bytes());
                out.extend_from_slice(&[0, 1]);
            }
            Self::Not(inner) => {
                out.extend_from_slice(&[0, 4 - 1]);
                inner.ordered(out);
            }
            Self::Binary(connective, left, right) => {
                let number = match connective {
                    Connective::And => 2,
                    Connective::Or => 3,
                    Connective::Phrase(_) => 4,
                };
                out.extend_from_slice(&[0, 4 - number]);
                right.ordered(out);
                left.ordered(out);
                if let Connective::Phrase(distance) = connective {
                    out.extend_from_slice(&(!distance).to_be_bytes());
                }
            }
        }
    }
}

const OPERAND: u8 = 0;
const NOT: u8 = 1;
const AND: u8 = 2;
const OR: u8 = 3;
const PHRASE: u8 = 4;

/// PostgreSQL's old checksum of operands, by which they are ordered: the table of CRC-32 in the order of bits that is not
/// its own.
fn checksum(bytes: &[u8]) -> u32 {
    let entry = |index: u32| (0..8).fold(index, |v, _| if v & 1 == 1 { v >> 1 ^ 0xEDB8_8320 } else { v >> 1 });
    !bytes.iter().fold(u32::MAX, |sum, byte| entry((sum >> 24 ^ u32::from(*byte)) & 0xFF) ^ sum << 8)
}

impl TsQuery {
    /// # Errors
    /// 54001 if it is too deep.
    pub fn new(node: Option<Node>) -> SqlResult<Self> {
        if node.as_ref().is_some_and(|n| n.depth() > MAX_DEPTH) {
            let error = too_deep();
            // Boxes of boxes would be dropped by recursion.
            dismantle(node);
            return Err(error);
        }
        Ok(Self(node.map(Arc::new)))
    }

    /// Of one node; `None` if the query is empty.
    pub fn root(&self) -> Option<&Node> {
        self.0.as_deref()
    }

    /// Number of operands and operators.
    pub fn count(&self) -> usize {
        self.root().map_or(0, Node::count)
    }

    /// All operands, as PostgreSQL stores them: right ones before left ones.
    pub fn operands(&self) -> Vec<&Operand> {
        let mut found = Vec::new();
        if let Some(root) = self.root() {
            root.each_operand(&mut |operand| found.push(operand));
        }
        found
    }

    /// Bytes that the value has in PostgreSQL.
    pub fn stored_bytes(&self) -> usize {
        8 + 12 * self.count() + self.operands().iter().map(|o| o.word.len() + 1).sum::<usize>()
    }

    /// Appends the form in which rows and columns hold it: operators before their operands.
    pub fn to_bytes(&self, out: &mut Vec<u8>) {
        if let Some(root) = self.root() {
            root.encode(out);
        }
    }

    /// Inverse of [`TsQuery::to_bytes`]; `None` if these are other bytes.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        let root = Node::decode(&mut bytes, MAX_DEPTH + 1)?;
        bytes.is_empty().then(|| Self(Some(Arc::new(root))))
    }

    /// Appends bytes whose order is that of `tsquery_ops`: by number of nodes, by size, then node by node. Weights and
    /// prefixes do not count. None is a prefix of another.
    pub fn to_ordered_bytes(&self, out: &mut Vec<u8>) {
        let word = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
        out.extend_from_slice(&word(self.count()));
        out.extend_from_slice(&word(self.stored_bytes()));
        if let Some(root) = self.root() {
            root.ordered(out);
        }
    }
}

/// Drops a tree without recursion.
fn dismantle(node: Option<Node>) {
    let mut open: Vec<Node> = node.into_iter().collect();
    while let Some(node) = open.pop() {
        match node {
            Node::Operand(_) => {}
            Node::Not(inner) => open.push(*inner),
            Node::Binary(_, left, right) => open.extend([*left, *right]),
        }
    }
}

/// A query while it is put together, operands before their operator. Words that were left out (stop words) go with the
/// operators around them; what a phrase lost in length is added to the distance of what stays.
#[derive(Debug, Default)]
pub struct Builder {
    stack: Vec<Part>,
    /// Whether anything was pushed, be it words that were left out.
    pushed: bool,
}

#[derive(Debug)]
struct Part {
    node: Option<Node>,
    /// Positions that were lost on either side.
    lost: (u32, u32),
    depth: usize,
}

impl Builder {
    pub fn operand(&mut self, operand: Operand) {
        self.pushed = true;
        self.stack.push(Part { node: Some(Node::Operand(operand)), lost: (0, 0), depth: 0 });
    }

    /// A word that is left out.
    pub fn gap(&mut self) {
        self.pushed = true;
        self.stack.push(Part { node: None, lost: (0, 0), depth: 0 });
    }

    /// Negates what was pushed last.
    ///
    /// # Errors
    /// XX000 if there is no operand; 54001 if this is too deep.
    pub fn not(&mut self) -> SqlResult<()> {
        let part = self.pop()?;
        let depth = part.depth + 1;
        self.push(Part { node: part.node.map(|n| Node::Not(Box::new(n))), depth, ..part })
    }

    /// Joins the two that were pushed last.
    ///
    /// # Errors
    /// XX000 if there are none; 54001 if this is too deep.
    pub fn binary(&mut self, connective: Connective) -> SqlResult<()> {
        let (right, left) = (self.pop()?, self.pop()?);
        let distance = match connective {
            Connective::Phrase(distance) => Some(u32::from(distance)),
            _ => None,
        };
        let depth = left.depth.max(right.depth) + 1;
        let (node, lost) = match (left.node, right.node, distance) {
            (None, None, Some(own)) => (None, [left.lost.0 + own + right.lost.0; 2].into()),
            (None, None, None) => (None, [left.lost.0.max(right.lost.0); 2].into()),
            (None, node, Some(own)) => (node, (left.lost.0 + own + right.lost.0, right.lost.1)),
            (None, node, None) => (node, right.lost),
            (node, None, Some(own)) => (node, (left.lost.0, left.lost.1 + own + right.lost.1)),
            (node, None, None) => (node, left.lost),
            (Some(l), Some(r), Some(own)) => {
                let distance = u16::try_from(own + left.lost.1 + right.lost.0).unwrap_or(u16::MAX);
                (Some(Node::binary(Connective::Phrase(distance), l, r)), (left.lost.0, right.lost.1))
            }
            (Some(l), Some(r), None) => (Some(Node::binary(connective, l, r)), (0, 0)),
        };
        self.push(Part { node, lost, depth })
    }

    fn push(&mut self, part: Part) -> SqlResult<()> {
        let fits = part.depth <= MAX_DEPTH;
        self.stack.push(part);
        if fits { Ok(()) } else { Err(too_deep()) }
    }

    fn pop(&mut self) -> SqlResult<Part> {
        self.stack.pop().ok_or_else(|| SqlError::internal("malformed tsquery: operand not found"))
    }

    /// Whether nothing was pushed at all.
    pub fn is_empty(&self) -> bool {
        !self.pushed
    }

    /// # Errors
    /// XX000 if operands are left over.
    pub fn finish(mut self) -> SqlResult<TsQuery> {
        let root = self.stack.pop();
        if !self.stack.is_empty() {
            return Err(SqlError::internal("malformed tsquery: extra nodes"));
        }
        TsQuery::new(root.and_then(|part| part.node))
    }
}
