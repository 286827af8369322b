//! `jsonpath`: the language that looks into JSON documents (manual §9.16.2). Its values are kept in the text form that
//! [`Path::to_string`] gives; here are the tree, and what it is written as.
//!
//! ```text
//! lax $.a[*] ? (@.b > 1).size()
//! └─┬ └┬┘└┬┘└────┬──────┘└──┬─┘
//! mode root  steps: member, elements, filter, method
//! ```

use std::fmt::Write as _;

use crate::json::write_string;
use crate::numeric::Numeric;

mod parse;

pub use parse::parse;

/// A whole path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Structural faults are errors, and arrays are neither unwrapped nor made.
    pub strict: bool,
    pub expr: Expr,
}

/// An expression gives a sequence of items, or, if it is a predicate, true, false or unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `$`.
    Root,
    /// `@`.
    Current,
    /// `last`, within a subscript.
    Last,
    Null,
    Bool(bool),
    Number(Numeric),
    String(String),
    Variable(String),
    /// Accessors one after another.
    Steps(Box<Expr>, Vec<Step>),
    Sign {
        minus: bool,
        operand: Box<Expr>,
    },
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    IsUnknown(Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Exists(Box<Expr>),
    StartsWith(Box<Expr>, Box<Expr>),
    /// Flags as written.
    LikeRegex {
        value: Box<Expr>,
        pattern: String,
        flags: String,
    },
}

/// One accessor.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Member(String),
    /// `.*`.
    AnyMember,
    /// `[*]`.
    AnyElement,
    /// `[a, b to c]`.
    Elements(Vec<(Expr, Option<Expr>)>),
    /// `.**{first to last}`; `None` is `last`.
    Descendants {
        first: Option<u32>,
        last: Option<u32>,
    },
    Filter(Expr),
    Method(Method),
    /// `.datetime("template")`; without one, what ISO 8601 writes is known.
    Datetime(Option<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Type,
    Size,
    Double,
    Ceiling,
    Floor,
    Abs,
    KeyValue,
    Datetime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Method {
    pub const ALL: [Self; 8] =
        [Self::Type, Self::Size, Self::Double, Self::Ceiling, Self::Floor, Self::Abs, Self::KeyValue, Self::Datetime];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Size => "size",
            Self::Double => "double",
            Self::Ceiling => "ceiling",
            Self::Floor => "floor",
            Self::Abs => "abs",
            Self::KeyValue => "keyvalue",
            Self::Datetime => "datetime",
        }
    }
}

impl Arithmetic {
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
        }
    }
}

impl Comparison {
    const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Expr {
    /// How tightly it binds; operands that bind no tighter are written in parentheses.
    const fn priority(&self) -> u8 {
        match self {
            Self::Or(..) => 0,
            Self::And(..) => 1,
            Self::Compare(..) | Self::StartsWith(..) => 2,
            Self::Arithmetic(Arithmetic::Add | Arithmetic::Sub, ..) => 3,
            Self::Arithmetic(..) => 4,
            Self::Sign { .. } => 5,
            _ => 6,
        }
    }

    /// Whether it is true, false or unknown, rather than items.
    pub const fn is_predicate(&self) -> bool {
        matches!(
            self,
            Self::And(..)
                | Self::Or(..)
                | Self::Not(_)
                | Self::IsUnknown(_)
                | Self::Compare(..)
                | Self::Exists(_)
                | Self::StartsWith(..)
                | Self::LikeRegex { .. }
        )
    }

    fn infix(&self, sign: &str, left: &Self, right: &Self, brackets: bool, out: &mut String) {
        if brackets {
            out.push('(');
        }
        left.write(left.priority() <= self.priority(), out);
        let _ = write!(out, " {sign} ");
        right.write(right.priority() <= self.priority(), out);
        if brackets {
            out.push(')');
        }
    }

    fn write(&self, brackets: bool, out: &mut String) {
        match self {
            Self::Root => out.push('$'),
            Self::Current => out.push('@'),
            Self::Last => out.push_str("last"),
            Self::Null => out.push_str("null"),
            Self::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Self::Number(n) => {
                let _ = write!(out, "{n}");
            }
            Self::String(s) => write_string(s, out),
            Self::Variable(name) => {
                out.push('$');
                write_string(name, out);
            }
            Self::Steps(base, steps) => {
                // An operand of accessors keeps its parentheses; a number needs some, for its point.
                let number = matches!(**base, Self::Number(_));
                if number {
                    out.push('(');
                }
                base.write(true, out);
                if number {
                    out.push(')');
                }
                steps.iter().for_each(|s| s.write(out));
            }
            Self::Sign { minus, operand } => {
                if brackets {
                    out.push('(');
                }
                out.push(if *minus { '-' } else { '+' });
                operand.write(operand.priority() <= self.priority(), out);
                if brackets {
                    out.push(')');
                }
            }
            Self::Arithmetic(op, left, right) => self.infix(op.sign(), left, right, brackets, out),
            Self::And(left, right) => self.infix("&&", left, right, brackets, out),
            Self::Or(left, right) => self.infix("||", left, right, brackets, out),
            Self::Compare(op, left, right) => self.infix(op.sign(), left, right, brackets, out),
            Self::StartsWith(left, right) => self.infix("starts with", left, right, brackets, out),
            Self::Not(operand) => {
                out.push_str("!(");
                operand.write(false, out);
                out.push(')');
            }
            Self::IsUnknown(operand) => {
                out.push('(');
                operand.write(false, out);
                out.push_str(") is unknown");
            }
            Self::Exists(operand) => {
                out.push_str("exists (");
                operand.write(false, out);
                out.push(')');
            }
            Self::LikeRegex { value, pattern, flags } => {
                if brackets {
                    out.push('(');
                }
                value.write(value.priority() <= self.priority(), out);
                out.push_str(" like_regex ");
                write_string(pattern, out);
                if !flags.is_empty() {
                    let _ = write!(out, " flag \"{}\"", known_flags(flags));
                }
                if brackets {
                    out.push(')');
                }
            }
        }
    }
}

/// Flags in the order in which they are written, each once.
fn known_flags(flags: &str) -> String {
    "ismxq".chars().filter(|f| flags.contains(*f)).collect()
}

impl Step {
    fn write(&self, out: &mut String) {
        let level = |l: &Option<u32>| l.map_or_else(|| "last".to_owned(), |n| n.to_string());
        match self {
            Self::Member(name) => {
                out.push('.');
                write_string(name, out);
            }
            Self::AnyMember => out.push_str(".*"),
            Self::AnyElement => out.push_str("[*]"),
            Self::Elements(list) => {
                out.push('[');
                for (i, (from, to)) in list.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    from.write(false, out);
                    if let Some(to) = to {
                        out.push_str(" to ");
                        to.write(false, out);
                    }
                }
                out.push(']');
            }
            Self::Descendants { first: Some(0), last: None } => out.push_str(".**"),
            Self::Descendants { first, last } if first == last => {
                let _ = write!(out, ".**{{{}}}", level(first));
            }
            Self::Descendants { first, last } => {
                let _ = write!(out, ".**{{{} to {}}}", level(first), level(last));
            }
            Self::Filter(predicate) => {
                out.push_str("?(");
                predicate.write(false, out);
                out.push(')');
            }
            Self::Method(method) => {
                let _ = write!(out, ".{}()", method.name());
            }
            Self::Datetime(template) => {
                out.push_str(".datetime(");
                if let Some(template) = template {
                    write_string(template, out);
                }
                out.push(')');
            }
        }
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = String::new();
        self.expr.write(true, &mut out);
        write!(f, "{}{out}", if self.strict { "strict " } else { "" })
    }
}

#[cfg(test)]
mod jsonpath_test;
