//! Reads PostgreSQL's advanced regular expressions (manual §9.7.3).
//!
//! A quantifier needs an atom in front of it: places (`^`, `\y`, lookaround) are none. A `{` that begins no
//! count is itself, as is a `-` at either end of a bracket.

use gavel_types::SqlResult;

use super::flags::Flags;
use super::invalid;
use super::syntax::{Assertion, Class, Item, Named, Node};

/// Largest count of `{m,n}`.
const MOST_REPEATS: u32 = 255;
/// How deep parentheses nest.
const MOST_NESTED: usize = 200;

/// The expression that `pattern` is, and how many groups are captured.
///
/// # Errors
/// 2201B.
pub fn parse(pattern: &str, flags: Flags) -> SqlResult<(Node, usize)> {
    let (body, flags) = options(pattern, flags)?;
    if flags.literal {
        let chars = body.chars().map(|c| Node::Class(Class::char(c, flags.ignore_case)));
        return Ok((concat(chars.collect()), 0));
    }
    let mut parser =
        Parser { chars: body.chars().collect(), at: 0, flags, groups: 0, closed: vec![], depth: 0, around: false };
    let node = parser.alternatives()?;
    if parser.at < parser.chars.len() {
        return Err(invalid("parentheses () not balanced"));
    }
    Ok((node, parser.groups))
}

/// The directors `***=` and `***:`, and letters in parentheses, that the pattern begins with.
fn options(pattern: &str, mut flags: Flags) -> SqlResult<(&str, Flags)> {
    let mut body = pattern;
    if flags.literal {
        return Ok((body, flags));
    }
    if let Some(rest) = body.strip_prefix("***=") {
        flags.literal = true;
        return Ok((rest, flags));
    }
    if let Some(rest) = body.strip_prefix("***") {
        body = rest.strip_prefix(':').ok_or_else(|| invalid("quantifier operand invalid"))?;
    }
    if let Some(rest) = body.strip_prefix("(?")
        && rest.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        let bad = || invalid("invalid embedded option");
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        for c in rest[..end].chars() {
            // All matches or one is not the expression's own.
            if c == 'g' {
                return Err(bad());
            }
            flags.set(c).map_err(|()| bad())?;
        }
        body = rest[end..].strip_prefix(')').ok_or_else(bad)?;
    }
    Ok((body, flags))
}

fn concat(mut nodes: Vec<Node>) -> Node {
    match nodes.len() {
        0 => Node::Empty,
        1 => nodes.remove(0),
        _ => Node::Concat(nodes),
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    flags: Flags,
    /// How many groups were begun.
    groups: usize,
    /// Numbers of those that are closed.
    closed: Vec<usize>,
    depth: usize,
    /// Within lookaround, where nothing is captured.
    around: bool,
}

impl Parser {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek(0) == Some(c);
        self.at += usize::from(found);
        found
    }

    /// Leaves out comments, and blanks where the syntax is expanded.
    fn skip(&mut self) {
        loop {
            match self.peek(0) {
                Some('(') if self.peek(1) == Some('?') && self.peek(2) == Some('#') => {
                    while self.peek(0).is_some_and(|c| c != ')') {
                        self.at += 1;
                    }
                    self.at += 1;
                }
                Some(c) if self.flags.expanded && c.is_whitespace() => self.at += 1,
                Some('#') if self.flags.expanded => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    fn alternatives(&mut self) -> SqlResult<Node> {
        let mut branches = vec![self.branch()?];
        while self.eat('|') {
            branches.push(self.branch()?);
        }
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Alternate(branches) })
    }

    fn branch(&mut self) -> SqlResult<Node> {
        let mut nodes = vec![];
        loop {
            self.skip();
            match self.peek(0) {
                None | Some('|') => break,
                Some(')') if self.depth > 0 => break,
                Some(')') => return Err(invalid("parentheses () not balanced")),
                Some(_) => nodes.push(self.piece()?),
            }
        }
        Ok(concat(nodes))
    }

    /// An atom with its quantifier, or a place.
    fn piece(&mut self) -> SqlResult<Node> {
        let node = self.atom()?;
        if matches!(node, Node::Assert(_) | Node::Look { .. }) {
            return Ok(node);
        }
        self.skip();
        let (min, max, fixed) = match self.peek(0) {
            Some('*') => (0, None, false),
            Some('+') => (1, None, false),
            Some('?') => (0, Some(1), false),
            Some('{') if self.peek(1).is_some_and(|c| c.is_ascii_digit()) => {
                self.at += 1;
                self.count()?
            }
            _ => return Ok(node),
        };
        // The closing sign of the quantifier.
        self.at += 1;
        let lazy = self.eat('?');
        if max == Some(0) {
            self.forget(&node);
            return Ok(Node::Empty);
        }
        Ok(Node::Repeat { node: Box::new(node), min, max, greedy: (!fixed).then_some(!lazy) })
    }

    /// What can never match cannot be referred to.
    fn forget(&mut self, node: &Node) {
        match node {
            Node::Group { number, node } => {
                if let Some(n) = number {
                    self.closed.retain(|c| c != n);
                }
                self.forget(node);
            }
            Node::Repeat { node, .. } => self.forget(node),
            Node::Concat(nodes) | Node::Alternate(nodes) => nodes.iter().for_each(|n| self.forget(n)),
            _ => {}
        }
    }

    /// The numbers of `{m}`, `{m,}` or `{m,n}` up to the brace, and whether it is the first.
    fn count(&mut self) -> SqlResult<(u32, Option<u32>, bool)> {
        let bad = || invalid("invalid repetition count(s)");
        let min = self.repeats()?.ok_or_else(bad)?;
        let (max, fixed) = if self.eat(',') { (self.repeats()?, false) } else { (Some(min), true) };
        match self.peek(0) {
            Some('}') => {}
            Some(_) => return Err(bad()),
            None => return Err(invalid("braces {} not balanced")),
        }
        if max.is_some_and(|max| max < min) {
            return Err(bad());
        }
        Ok((min, max, fixed))
    }

    fn repeats(&mut self) -> SqlResult<Option<u32>> {
        let mut value = None;
        while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(10)) {
            let so_far = value.unwrap_or(0) * 10 + digit;
            if so_far > MOST_REPEATS {
                return Err(invalid("invalid repetition count(s)"));
            }
            value = Some(so_far);
            self.at += 1;
        }
        Ok(value)
    }

    fn atom(&mut self) -> SqlResult<Node> {
        let Some(c) = self.peek(0) else { return Ok(Node::Empty) };
        self.at += 1;
        Ok(match c {
            '(' => self.parentheses()?,
            '[' => self.bracket()?,
            '\\' => self.escape()?,
            '.' => {
                let items = if self.flags.stop_at_newline { vec![Item::Range('\n', '\n')] } else { vec![] };
                Node::Class(Class { negated: true, items, ignore_case: false })
            }
            '^' => Node::Assert(if self.flags.lines { Assertion::LineStart } else { Assertion::TextStart }),
            '$' => Node::Assert(if self.flags.lines { Assertion::LineEnd } else { Assertion::TextEnd }),
            '*' | '+' | '?' => return Err(invalid("quantifier operand invalid")),
            '{' if self.peek(0).is_some_and(|c| c.is_ascii_digit()) => {
                return Err(invalid("quantifier operand invalid"));
            }
            c => self.literal(c),
        })
    }

    fn literal(&self, c: char) -> Node {
        Node::Class(Class::char(c, self.flags.ignore_case))
    }

    /// What `(` begins; it is behind.
    fn parentheses(&mut self) -> SqlResult<Node> {
        if self.depth >= MOST_NESTED {
            return Err(invalid("regular expression is too complex"));
        }
        let look = if self.eat('?') {
            if self.eat(':') {
                None
            } else if self.eat('=') {
                Some((true, false))
            } else if self.eat('!') {
                Some((true, true))
            } else if self.eat('<') {
                if self.eat('=') {
                    Some((false, false))
                } else if self.eat('!') {
                    Some((false, true))
                } else {
                    return Err(invalid("quantifier operand invalid"));
                }
            } else {
                return Err(invalid("quantifier operand invalid"));
            }
        } else {
            let number = (!self.around).then(|| {
                self.groups += 1;
                self.groups
            });
            let node = self.inside()?;
            self.closed.extend(number);
            return Ok(Node::Group { number, node: Box::new(node) });
        };
        let outer = self.around;
        self.around |= look.is_some();
        let node = Box::new(self.inside()?);
        self.around = outer;
        Ok(match look {
            None => Node::Group { number: None, node },
            Some((ahead, negative)) => Node::Look { ahead, negative, node },
        })
    }

    fn inside(&mut self) -> SqlResult<Node> {
        self.depth += 1;
        let node = self.alternatives()?;
        self.depth -= 1;
        if !self.eat(')') {
            return Err(invalid("parentheses () not balanced"));
        }
        Ok(node)
    }

    fn named(&self, named: Named) -> Node {
        Node::Class(Class { negated: false, items: vec![Item::Named(named)], ignore_case: false })
    }

    /// What a backslash begins; it is behind.
    fn escape(&mut self) -> SqlResult<Node> {
        let Some(c) = self.peek(0) else { return Err(invalid("invalid escape \\ sequence")) };
        self.at += 1;
        let outside = |named| Node::Class(Class { negated: true, items: vec![Item::Named(named)], ignore_case: false });
        Ok(match c {
            'm' => Node::Assert(Assertion::WordStart),
            'M' => Node::Assert(Assertion::WordEnd),
            'y' => Node::Assert(Assertion::WordEdge),
            'Y' => Node::Assert(Assertion::NoWordEdge),
            'A' => Node::Assert(Assertion::TextStart),
            'Z' => Node::Assert(Assertion::TextEnd),
            'd' => self.named(Named::Digit),
            's' => self.named(Named::Space),
            'w' => self.named(Named::Word),
            'D' => outside(Named::Digit),
            'S' => outside(Named::Space),
            'W' => outside(Named::Word),
            '1'..='9' => self.back_reference(c)?,
            c => {
                let c = self.character(c)?;
                self.literal(c)
            }
        })
    }

    /// `\3`; more digits only if so many groups were begun, else they are octal.
    fn back_reference(&mut self, first: char) -> SqlResult<Node> {
        let begin = self.at - 1;
        let mut number = 0_usize;
        self.at = begin;
        while let Some(digit) = self.peek(0).and_then(|c| c.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(digit as usize);
            self.at += 1;
        }
        if self.at > begin + 1 && number > self.groups {
            self.at = begin + 1;
            let c = self.character(first)?;
            return Ok(self.literal(c));
        }
        if self.around || !self.closed.contains(&number) {
            return Err(invalid("invalid backreference number"));
        }
        Ok(Node::Back(number))
    }

    /// The character that an escape stands for; its letter is behind.
    fn character(&mut self, c: char) -> SqlResult<char> {
        Ok(match c {
            'a' => '\x07',
            'b' => '\x08',
            'B' => '\\',
            'c' => {
                let Some(c) = self.peek(0) else { return Err(invalid("invalid escape \\ sequence")) };
                self.at += 1;
                char::from_u32(c as u32 & 0o37).unwrap_or('\0')
            }
            'e' => '\x1b',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            'u' => self.digits(16, 4, 4)?,
            'U' => self.digits(16, 8, 8)?,
            'x' => self.digits(16, 1, 255)?,
            '0'..='9' => {
                self.at -= 1;
                self.digits(8, 1, 3)?
            }
            c if c.is_ascii_alphanumeric() => return Err(invalid("invalid escape \\ sequence")),
            c => c,
        })
    }

    fn digits(&mut self, base: u32, least: usize, most: usize) -> SqlResult<char> {
        let mut value = 0_u32;
        let mut seen = 0;
        while seen < most
            && let Some(digit) = self.peek(0).and_then(|c| c.to_digit(base))
        {
            value = value.saturating_mul(base).saturating_add(digit);
            self.at += 1;
            seen += 1;
        }
        char::from_u32(value).filter(|_| seen >= least).ok_or_else(|| invalid("invalid escape \\ sequence"))
    }

    /// A bracket expression; `[` is behind.
    fn bracket(&mut self) -> SqlResult<Node> {
        for (word, place) in [("[:<:]]", Assertion::WordStart), ("[:>:]]", Assertion::WordEnd)] {
            if self.chars[self.at..].iter().take(6).copied().eq(word.chars()) {
                self.at += 6;
                return Ok(Node::Assert(place));
            }
        }
        let negated = self.eat('^');
        let mut items = vec![];
        let mut first = true;
        while first || self.peek(0) != Some(']') {
            let start = self.element(&mut items, first)?;
            first = false;
            let range = self.peek(0) == Some('-') && self.peek(1).is_some_and(|c| c != ']');
            match start {
                Some(low) if range => {
                    self.at += 1;
                    let high = self.element(&mut vec![], true)?.ok_or_else(|| invalid("invalid character range"))?;
                    if high < low {
                        return Err(invalid("invalid character range"));
                    }
                    items.push(Item::Range(low, high));
                }
                Some(c) => items.push(Item::Range(c, c)),
                None => {}
            }
        }
        self.at += 1;
        if negated && self.flags.stop_at_newline {
            items.push(Item::Range('\n', '\n'));
        }
        Ok(Node::Class(Class { negated, items, ignore_case: self.flags.ignore_case }))
    }

    /// The next character of a bracket, or `None` once a class of several is among `items`. `dash`: a `-` is itself.
    fn element(&mut self, items: &mut Vec<Item>, dash: bool) -> SqlResult<Option<char>> {
        let unbalanced = || invalid("brackets [] not balanced");
        let c = self.peek(0).ok_or_else(unbalanced)?;
        self.at += 1;
        match c {
            '[' if matches!(self.peek(0), Some(':' | '.' | '=')) => self.bracketed(items),
            '\\' => {
                let c = self.peek(0).ok_or_else(unbalanced)?;
                self.at += 1;
                let item = match c {
                    'd' => Item::Named(Named::Digit),
                    's' => Item::Named(Named::Space),
                    'w' => Item::Named(Named::Word),
                    'D' => Item::NotNamed(Named::Digit),
                    'S' => Item::NotNamed(Named::Space),
                    'W' => Item::NotNamed(Named::Word),
                    'A' | 'm' | 'M' | 'y' | 'Y' | 'Z' | '1'..='9' => {
                        return Err(invalid("invalid escape \\ sequence"));
                    }
                    c => return Ok(Some(self.character(c)?)),
                };
                items.push(item);
                Ok(None)
            }
            '-' if !dash && self.peek(0) != Some(']') => Err(invalid("invalid character range")),
            c => Ok(Some(c)),
        }
    }

    /// `[:alpha:]`, `[.x.]`, `[=x=]`; the outer `[` is behind.
    fn bracketed(&mut self, items: &mut Vec<Item>) -> SqlResult<Option<char>> {
        let kind = self.peek(0).unwrap_or(':');
        self.at += 1;
        let mut name = String::new();
        loop {
            let c = self.peek(0).ok_or_else(|| invalid("brackets [] not balanced"))?;
            self.at += 1;
            if c == kind && self.eat(']') {
                break;
            }
            name.push(c);
        }
        if kind == ':' {
            let found =
                Named::ALL.iter().find(|(n, ..)| *n == name).ok_or_else(|| invalid("invalid character class"))?;
            items.push(Item::Named(found.1));
            return Ok(None);
        }
        let mut chars = name.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(Some(c)),
            _ => Err(invalid("invalid collating element")),
        }
    }
}
