//! Expressions in the syntax of the `regex` crate, which is quick to say whether and where a match begins.
//!
//! Where a match ends is another matter: among alternatives the crate takes the first that matches, PostgreSQL the
//! longest. Only a chain of single characters with counts that all take as much as they can is divided alike, since
//! there nothing that an earlier part leaves would let a later one reach further.

use std::fmt::Write as _;

use super::flags::Flags;
use super::syntax::{Assertion, Class, Item, Named, Node};

/// The expression for the crate; `None` if it has no such thing.
pub fn write(node: &Node, flags: Flags) -> Option<String> {
    if node.refers_back() || node.looks_around() {
        return None;
    }
    let mut out = String::from(if flags.ignore_case { "(?si)" } else { "(?s)" });
    write_node(node, &mut out);
    Some(out)
}

/// Whether the crate's matches and groups are PostgreSQL's.
pub fn divides_alike(node: &Node) -> bool {
    match node {
        Node::Empty | Node::Class(_) | Node::Assert(_) => true,
        Node::Group { node, .. } => divides_alike(node),
        Node::Concat(nodes) => nodes.iter().all(divides_alike),
        Node::Repeat { node, greedy, .. } => *greedy != Some(false) && matches!(**node, Node::Class(_)),
        Node::Look { .. } | Node::Back(_) | Node::Alternate(_) => false,
    }
}

fn write_node(node: &Node, out: &mut String) {
    match node {
        Node::Empty => out.push_str("(?:)"),
        Node::Class(class) => write_class(class, out),
        Node::Assert(assertion) => out.push_str(match assertion {
            Assertion::TextStart => r"\A",
            Assertion::TextEnd => r"\z",
            Assertion::LineStart => "(?m:^)",
            Assertion::LineEnd => "(?m:$)",
            Assertion::WordStart => r"\b{start}",
            Assertion::WordEnd => r"\b{end}",
            Assertion::WordEdge => r"\b",
            Assertion::NoWordEdge => r"\B",
        }),
        Node::Look { .. } | Node::Back(_) => {}
        Node::Group { number, node } => {
            out.push_str(if number.is_some() { "(" } else { "(?:" });
            write_node(node, out);
            out.push(')');
        }
        Node::Concat(nodes) => nodes.iter().for_each(|n| write_node(n, out)),
        Node::Alternate(nodes) => {
            for (i, node) in nodes.iter().enumerate() {
                if i > 0 {
                    out.push('|');
                }
                write_node(node, out);
            }
        }
        Node::Repeat { node, min, max, greedy } => {
            out.push_str("(?:");
            write_node(node, out);
            out.push(')');
            let _ = match max {
                Some(max) => write!(out, "{{{min},{max}}}"),
                None => write!(out, "{{{min},}}"),
            };
            if *greedy == Some(false) {
                out.push('?');
            }
        }
    }
}

fn write_class(class: &Class, out: &mut String) {
    match (class.negated, &*class.items) {
        (true, []) => return out.push('.'),
        (false, [Item::Range(low, high)]) if low == high => {
            return write_char(*low, out);
        }
        _ => {}
    }
    out.push_str(if class.negated { "[^" } else { "[" });
    for item in &class.items {
        match item {
            Item::Range(low, high) => {
                write_char(*low, out);
                if low != high {
                    out.push('-');
                    write_char(*high, out);
                }
            }
            Item::Named(named) => out.push_str(written(*named)),
            Item::NotNamed(named) => {
                let _ = write!(out, "[^{}]", written(*named));
            }
        }
    }
    out.push(']');
}

fn written(named: Named) -> &'static str {
    Named::ALL.iter().find(|(_, n, _)| *n == named).map_or("", |(.., written)| written)
}

fn write_char(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() || !c.is_ascii() {
        out.push(c);
    } else {
        let _ = write!(out, "\\x{:02X}", u32::from(c));
    }
}
