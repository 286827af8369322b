//! Expressions taken apart as far as it matters which part of the text each part takes.
//!
//! PostgreSQL's rules (manual §9.7.3.5): a quantified atom prefers the longest or the shortest; a branch prefers what
//! the first such atom in it does; alternatives prefer the longest. First the whole takes its length by its own
//! preference, then earlier parts take theirs before later ones. Parts that all prefer the same and capture nothing
//! are not taken apart: together they are one program.

use std::ops::BitOr;

use gavel_types::SqlResult;

use super::program::{Groups, Program};
use super::syntax::Node;

/// What is in a part, as far as it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits(u8);

impl Traits {
    const NONE: Self = Self(0);
    const LONGEST: Self = Self(1);
    const SHORTEST: Self = Self(2);
    /// Parts of both preferences.
    const MIXED: Self = Self(4);
    const CAPTURES: Self = Self(8);
    const REFERS_BACK: Self = Self(16);

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Its own preference, if it has one.
    fn preference(self) -> Self {
        Self(self.0 & 3)
    }

    /// What the whole around it has of it.
    fn inner(self) -> Self {
        let mixed = if self.preference().0 == 3 { Self::MIXED } else { Self::NONE };
        Self(self.0 & !3) | mixed
    }

    /// Of a whole of two parts: the preference is that of the first which has one.
    fn then(self, other: Self) -> Self {
        let first = self.preference();
        (self | other).inner() | if first == Self::NONE { other.preference() } else { first }
    }

    /// Whether it matters how it is divided.
    fn matter(self) -> bool {
        self.has(Self(4 | 8 | 16))
    }
}

impl BitOr for Traits {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A part of the text's division.
#[derive(Clone, Debug)]
pub struct Tree {
    pub traits: Traits,
    /// What it can be at all.
    pub program: Program,
    /// The group that it is.
    pub captured: Option<usize>,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    /// It does not matter what is inside.
    Plain,
    Concat(Box<Tree>, Box<Tree>),
    Alternate(Vec<Tree>),
    Repeat {
        node: Box<Tree>,
        min: u32,
        max: Option<u32>,
    },
    Back {
        group: usize,
        min: u32,
        max: Option<u32>,
    },
}

impl Tree {
    /// # Errors
    /// 2201B if it would be too large.
    pub fn new(node: &Node, groups: &Groups<'_>) -> SqlResult<Self> {
        match node {
            Node::Alternate(branches) => {
                let mut traits = Traits::LONGEST;
                let mut trees = vec![];
                for branch in branches {
                    let tree = Self::branch(items(branch), groups)?;
                    traits = traits | traits.then(tree.traits);
                    trees.push(tree);
                }
                let kind = if traits.matter() { Kind::Alternate(trees) } else { Kind::Plain };
                Ok(Self { traits, program: Program::new(node, groups)?, captured: None, kind })
            }
            node => Self::branch(items(node), groups),
        }
    }

    /// Whether it takes as little as possible.
    pub fn prefers_shortest(&self) -> bool {
        self.traits.has(Traits::SHORTEST)
    }

    fn plain(node: &Node, traits: Traits, groups: &Groups<'_>) -> SqlResult<Self> {
        Ok(Self { traits, program: Program::new(node, groups)?, captured: None, kind: Kind::Plain })
    }

    fn branch(nodes: &[Node], groups: &Groups<'_>) -> SqlResult<Self> {
        let mut traits = Traits::NONE;
        for (i, node) in nodes.iter().enumerate() {
            let with = traits | own(node);
            if !with.inner().matter() && !matches!(atom(node), Node::Group { number: Some(_), .. } | Node::Back(_)) {
                traits = with;
                continue;
            }
            let part = Self::quantified(node, groups)?;
            let rest = if i + 1 == nodes.len() {
                part
            } else {
                let after = Self::branch(&nodes[i + 1..], groups)?;
                Self {
                    traits: part.traits | part.traits.then(after.traits),
                    program: Program::new(&Node::Concat(nodes[i..].to_vec()), groups)?,
                    captured: None,
                    kind: Kind::Concat(Box::new(part), Box::new(after)),
                }
            };
            if i == 0 {
                return Ok(rest);
            }
            let prefix = Self::plain(&Node::Concat(nodes[..i].to_vec()), traits, groups)?;
            return Ok(Self {
                traits: traits | traits.then(rest.traits),
                program: Program::new(&Node::Concat(nodes.to_vec()), groups)?,
                captured: None,
                kind: Kind::Concat(Box::new(prefix), Box::new(rest)),
            });
        }
        Self::plain(&Node::Concat(nodes.to_vec()), traits, groups)
    }

    /// An atom with its quantifier, where it matters how it is divided.
    fn quantified(node: &Node, groups: &Groups<'_>) -> SqlResult<Self> {
        let Node::Repeat { node: inner, min, max, .. } = node else { return Self::atom(node, groups) };
        let preferred = preference(node);
        if let Node::Back(group) = **inner {
            let kind = Kind::Back { group, min: *min, max: *max };
            let traits = preferred.then(Traits::REFERS_BACK);
            return Ok(Self { traits, program: Program::new(node, groups)?, captured: None, kind });
        }
        let tree = Self::atom(inner, groups)?;
        let own = tree.traits.preference();
        if (*min, *max) == (1, Some(1)) && (preferred == Traits::NONE || own == Traits::NONE || preferred == own) {
            return Ok(Self { traits: preferred.then(tree.traits), ..tree });
        }
        let traits = preferred.then(tree.traits);
        if !tree.traits.has(Traits::CAPTURES | Traits::REFERS_BACK) {
            return Self::plain(node, traits, groups);
        }
        let program = Program::new(node, groups)?;
        let kind = if *min > 0 && !tree.traits.has(Traits::REFERS_BACK) {
            // Only the last round captures: the others need not be divided.
            let before = Node::Repeat { node: inner.clone(), min: min - 1, max: max.map(|m| m - 1), greedy: None };
            let before = Self::plain(&before, traits.preference(), groups)?;
            Kind::Concat(Box::new(before), Box::new(tree))
        } else {
            Kind::Repeat { node: Box::new(tree), min: *min, max: *max }
        };
        Ok(Self { traits, program, captured: None, kind })
    }

    fn atom(node: &Node, groups: &Groups<'_>) -> SqlResult<Self> {
        match node {
            Node::Group { number: None, node } => Self::new(node, groups),
            Node::Group { number: Some(number), node } => {
                let tree = Self::new(node, groups)?;
                let traits = tree.traits | Traits::CAPTURES;
                if tree.captured.is_none() {
                    return Ok(Self { traits, captured: Some(*number), ..tree });
                }
                // `((x))`: an empty part makes room for the second number.
                let program = tree.program.clone();
                let nothing = Self::plain(&Node::Empty, Traits::NONE, groups)?;
                let kind = Kind::Concat(Box::new(nothing), Box::new(tree));
                Ok(Self { traits, program, captured: Some(*number), kind })
            }
            Node::Back(group) => {
                let kind = Kind::Back { group: *group, min: 1, max: Some(1) };
                Ok(Self { traits: Traits::REFERS_BACK, program: Program::new(node, groups)?, captured: None, kind })
            }
            node => Self::plain(node, own(node), groups),
        }
    }
}

fn items(node: &Node) -> &[Node] {
    match node {
        Node::Concat(nodes) => nodes,
        node => std::slice::from_ref(node),
    }
}

fn atom(node: &Node) -> &Node {
    if let Node::Repeat { node, .. } = node { node } else { node }
}

fn preference(node: &Node) -> Traits {
    match node {
        Node::Repeat { greedy: Some(true), .. } => Traits::LONGEST,
        Node::Repeat { greedy: Some(false), .. } => Traits::SHORTEST,
        _ => Traits::NONE,
    }
}

/// The traits of an atom together with its quantifier.
fn own(node: &Node) -> Traits {
    match node {
        Node::Repeat { node: inner, .. } => preference(node) | own(inner),
        Node::Group { number, node } => inside(node) | if number.is_some() { Traits::CAPTURES } else { Traits::NONE },
        Node::Back(_) => Traits::REFERS_BACK,
        Node::Concat(_) | Node::Alternate(_) => inside(node),
        Node::Empty | Node::Class(_) | Node::Assert(_) | Node::Look { .. } => Traits::NONE,
    }
}

/// The traits of what is in parentheses, as [`Tree::new`] finds them.
fn inside(node: &Node) -> Traits {
    let branch = |nodes: &[Node]| nodes.iter().fold(Traits::NONE, |so_far, node| so_far.then(own(node)));
    match node {
        Node::Alternate(branches) => {
            branches.iter().fold(Traits::LONGEST, |so_far, b| so_far | so_far.then(branch(items(b))))
        }
        node => branch(items(node)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::regex::flags::Flags;
    use crate::pattern::regex::{parse, program};

    fn tree(pattern: &str) -> Tree {
        let (node, _) = parse::parse(pattern, Flags::default()).expect(pattern);
        Tree::new(&node, &program::groups(&node)).expect(pattern)
    }

    #[test]
    fn preferences() {
        for (pattern, shortest) in [
            ("a*", false),
            ("a*?", true),
            ("xa*?b*", true),
            ("a|b*?", false),
            ("(a*?)", true),
            ("a{2}b*?", true),
            ("a", false),
        ] {
            assert_eq!(tree(pattern).prefers_shortest(), shortest, "{pattern}");
        }
    }

    #[test]
    fn what_captures_nothing_is_not_taken_apart() {
        for pattern in ["ab*c", "(?:a|b)+c?", "a*?b+?"] {
            assert!(matches!(tree(pattern).kind, Kind::Plain), "{pattern}");
        }
        for pattern in ["a(b)", "a*?b*", r"(a)\1"] {
            assert!(matches!(tree(pattern).kind, Kind::Concat(..)), "{pattern}");
        }
    }
}
