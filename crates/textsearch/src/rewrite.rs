//! `ts_rewrite(query, target, substitute)`: part of a query replaced by another (manual §12.4.2.1).
//!
//! For this AND and OR take any number of operands, in the order of the type, so that `b & a & c` has `a & c` in it.

use gavel_types::tsquery::{Connective, Node, Operand};
use gavel_types::{SqlResult, TsQuery};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Tree {
    Operand(Operand),
    Not(Box<Tree>),
    /// Operands as PostgreSQL stores them: right ones before left ones.
    Many(Connective, Vec<Tree>),
    /// What was put in, where nothing is looked for.
    Done(Node),
}

impl Tree {
    fn of(node: &Node) -> Self {
        match node {
            Node::Operand(operand) => Self::Operand(operand.clone()),
            Node::Not(inner) => Self::Not(Box::new(Self::of(inner))),
            Node::Binary(connective, left, right) => {
                let mut parts = Vec::new();
                for part in [Self::of(right), Self::of(left)] {
                    match part {
                        Self::Many(inner, inside) if inner == *connective && is_free(inner) => parts.extend(inside),
                        part => parts.push(part),
                    }
                }
                let mut tree = Self::Many(*connective, parts);
                tree.sort();
                tree
            }
        }
    }

    /// Brings the operands of AND and OR into order.
    fn sort(&mut self) {
        if let Self::Many(connective, parts) = self
            && is_free(*connective)
        {
            parts.sort_by_cached_key(Self::key);
        }
    }

    /// Back to operators of two operands.
    fn node(&self) -> Node {
        match self {
            Self::Operand(operand) => Node::Operand(operand.clone()),
            Self::Not(inner) => Node::Not(Box::new(inner.node())),
            Self::Done(node) => node.clone(),
            Self::Many(connective, parts) => {
                let mut nodes: Vec<Node> = parts.iter().map(Self::node).collect();
                while nodes.len() > 2 {
                    // The first two become one; the last takes the place of the second.
                    let last = nodes.pop();
                    let second = match last {
                        Some(last) => std::mem::replace(&mut nodes[1], last),
                        None => break,
                    };
                    let first = nodes[0].clone();
                    nodes[0] = Node::binary(*connective, second, first);
                }
                let mut nodes = nodes.into_iter();
                match (nodes.next(), nodes.next()) {
                    (Some(right), Some(left)) => Node::binary(*connective, left, right),
                    (Some(only), None) => only,
                    // A tree has operands.
                    _ => Node::Operand(Operand { word: "".into(), weights: 0, prefix: false }),
                }
            }
        }
    }

    /// Bytes in the order of trees. Weights and prefixes do not count.
    fn key(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_key(&mut out);
        out
    }

    fn write_key(&self, out: &mut Vec<u8>) {
        match self {
            Self::Many(connective, parts) => {
                let number = match connective {
                    Connective::And => 2,
                    Connective::Or => 3,
                    Connective::Phrase(_) => 4,
                };
                out.extend_from_slice(&[0, 4 - number]);
                // Those with more operands come first.
                out.extend_from_slice(&(!(parts.len() as u32)).to_be_bytes());
                parts.iter().for_each(|part| part.write_key(out));
                if let Connective::Phrase(distance) = connective {
                    out.extend_from_slice(&(!distance).to_be_bytes());
                }
            }
            Self::Not(inner) => {
                out.extend_from_slice(&[0, 3]);
                out.extend_from_slice(&(!1u32).to_be_bytes());
                inner.write_key(out);
            }
            Self::Operand(operand) => Node::Operand(operand.clone()).ordered(out),
            Self::Done(node) => Self::of(node).write_key(out),
        }
    }
}

/// Whether the operands of the operator may be in any order.
const fn is_free(connective: Connective) -> bool {
    matches!(connective, Connective::And | Connective::Or)
}

/// The node with the operands of each AND and OR in order.
fn ordered(node: &Node) -> Node {
    let (connective, left, right) = match node {
        Node::Operand(_) => return node.clone(),
        Node::Not(inner) => return Node::Not(Box::new(ordered(inner))),
        Node::Binary(connective, left, right) => (*connective, ordered(left), ordered(right)),
    };
    let key = |node: &Node| {
        let mut out = Vec::new();
        node.ordered(&mut out);
        out
    };
    if is_free(connective) && key(&left) < key(&right) {
        return Node::binary(connective, right, left);
    }
    Node::binary(connective, left, right)
}

struct Replacement<'a> {
    target: &'a Tree,
    key: Vec<u8>,
    substitute: Option<&'a Node>,
}

impl Replacement<'_> {
    fn substitute(&self) -> Option<Tree> {
        self.substitute.cloned().map(Tree::Done)
    }

    /// The tree with every occurrence replaced; `None` if nothing is left of it.
    fn apply(&self, tree: Tree) -> Option<Tree> {
        if matches!(tree, Tree::Done(_)) {
            return Some(tree);
        }
        if tree.key() == self.key {
            return self.substitute();
        }
        let tree = self.within(tree);
        match tree {
            Tree::Operand(_) | Tree::Done(_) => Some(tree),
            Tree::Not(inner) => self.apply(*inner).map(|t| Tree::Not(Box::new(t))),
            Tree::Many(connective, parts) => {
                let mut parts: Vec<Tree> = parts.into_iter().filter_map(|part| self.apply(part)).collect();
                match parts.len() {
                    0 => None,
                    1 => parts.pop(),
                    _ => Some(Tree::Many(connective, parts)),
                }
            }
        }
    }

    /// Replaces the target where it is some of the operands of an AND or OR.
    fn within(&self, tree: Tree) -> Tree {
        let (connective, parts) = match (tree, self.target) {
            (Tree::Many(connective, parts), Tree::Many(wanted, some))
                if connective == *wanted && is_free(connective) && parts.len() > some.len() =>
            {
                (connective, parts)
            }
            (tree, _) => return tree,
        };
        let Tree::Many(_, some) = self.target else { return Tree::Many(connective, parts) };
        let mut wanted = some.iter().map(Tree::key).peekable();
        let taken: Vec<bool> = parts.iter().map(|part| wanted.next_if_eq(&part.key()).is_some()).collect();
        if wanted.peek().is_some() {
            return Tree::Many(connective, parts);
        }
        let rest = parts.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(part, _)| part);
        // What is put among others is brought into order with them, inside, too.
        let substitute = self.substitute.map(|node| Tree::Done(ordered(node)));
        let mut tree = Tree::Many(connective, rest.chain(substitute).collect());
        tree.sort();
        tree
    }
}

/// # Errors
/// 54001 if the result is too deep.
pub fn rewrite(query: &TsQuery, target: &TsQuery, substitute: &TsQuery) -> SqlResult<TsQuery> {
    let (Some(root), Some(wanted)) = (query.root(), target.root()) else { return Ok(query.clone()) };
    let (tree, target) = (Tree::of(root), Tree::of(wanted));
    let replacement = Replacement { key: target.key(), target: &target, substitute: substitute.root() };
    TsQuery::new(replacement.apply(tree).map(|t| t.node()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::text_io::tsquery::{parse, write};

    #[test]
    fn parts_are_replaced() {
        let shown = |query: &str, target: &str, substitute: &str| {
            let [query, target, substitute] = [query, target, substitute].map(|text| parse(text).expect("query"));
            let mut out = String::new();
            write(&rewrite(&query, &target, &substitute).expect("rewritten"), &mut out);
            out
        };
        assert_eq!(
            shown("foo & bar & qq & new & york", "new & york", "big & apple"),
            "'foo' & 'bar' & 'qq' & 'big' & 'apple'"
        );
        assert_eq!(shown("a & b", "b", ""), "'a'");
        assert_eq!(shown("a & b", "a & b", ""), "");
        assert_eq!(shown("!a", "a", "b | c"), "!( 'b' | 'c' )");
    }
}
