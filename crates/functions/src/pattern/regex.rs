//! PostgreSQL's advanced regular expressions (manual §9.7.3), matched by its rules: from the leftmost start the
//! longest or the shortest match, as the expression prefers, and the groups as its parts prefer.
//!
//! ```text
//! pattern ─► parse ─► Node ─┬► finder ─► the `regex` crate: whether there is a match, and where it begins
//!                           └► tree, program ─► where it ends ─► dissect: what each group took
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`flags`] | options |
//! | [`syntax`], [`parse`] | the expression read |
//! | [`finder`] | the expression for the `regex` crate |
//! | [`program`] | the ends that a match can have |
//! | [`tree`], [`dissect`] | preferences, and groups by them |

mod dissect;
mod finder;
mod flags;
mod parse;
mod program;
mod syntax;
mod tree;

use gavel_types::{SqlError, SqlResult, SqlState};

use dissect::{Dissection, Span};
pub use flags::Flags;
use program::Runner;
use tree::Tree;

/// Largest program of the `regex` crate, in bytes.
const PROGRAM_BYTES: usize = 16 << 20;

/// 2201B.
pub fn invalid(why: &str) -> SqlError {
    SqlError::new(SqlState::InvalidRegularExpression, format!("invalid regular expression: {why}"))
}

/// A compiled expression.
#[derive(Debug)]
pub struct Regex {
    tree: Tree,
    /// How many groups there are.
    groups: usize,
    ignore_case: bool,
    refers_back: bool,
    /// The same for the `regex` crate, unless it has no such thing.
    finder: Option<regex::Regex>,
    /// Whether the finder's matches are what is asked for.
    divides_alike: bool,
}

impl Regex {
    /// # Errors
    /// 2201B.
    pub fn new(pattern: &str, flags: Flags) -> SqlResult<Self> {
        let (node, groups) = parse::parse(pattern, flags)?;
        let tree = Tree::new(&node, &program::groups(&node))?;
        let ignore_case = flags.ignore_case;
        let finder = finder::write(&node, flags).and_then(|written| {
            // What is too large for the crate is looked for without it.
            regex::RegexBuilder::new(&written).size_limit(PROGRAM_BYTES).build().ok()
        });
        let divides_alike = finder::divides_alike(&node);
        Ok(Self { tree, groups, ignore_case, refers_back: node.refers_back(), finder, divides_alike })
    }

    /// Whether it matches anywhere.
    ///
    /// # Errors
    /// 2201B if too much would have to be tried.
    pub fn is_match(&self, text: &str) -> SqlResult<bool> {
        match &self.finder {
            Some(finder) => Ok(finder.is_match(text)),
            None => Ok(Matcher::new(self, text).find_at(0)?.is_some()),
        }
    }
}

/// A match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captures<'t> {
    text: &'t str,
    /// All of it, then the groups.
    spans: Vec<Option<Span>>,
}

impl<'t> Captures<'t> {
    /// Where all of it is, in bytes.
    pub fn whole(&self) -> Span {
        self.spans.first().copied().flatten().unwrap_or_default()
    }

    /// Where a group is; 0 is all of the match.
    pub fn span(&self, group: usize) -> Option<Span> {
        self.spans.get(group).copied().flatten()
    }

    /// What a group took.
    pub fn get(&self, group: usize) -> Option<&'t str> {
        self.span(group).map(|(from, to)| &self.text[from..to])
    }

    /// How many groups there are.
    pub fn groups(&self) -> usize {
        self.spans.len() - 1
    }
}

/// The matches of an expression in one text.
#[derive(Debug)]
pub struct Matcher<'r, 't> {
    regex: &'r Regex,
    text: &'t str,
    runner: Runner,
}

impl<'r, 't> Matcher<'r, 't> {
    pub fn new(regex: &'r Regex, text: &'t str) -> Self {
        Self { regex, text, runner: Runner::default() }
    }

    /// The first match that begins at byte `from` or later.
    ///
    /// # Errors
    /// 2201B if too much would have to be tried.
    pub fn find_at(&mut self, from: usize) -> SqlResult<Option<Captures<'t>>> {
        let mut start = from;
        self.runner.steps = 0;
        if let Some(finder) = &self.regex.finder {
            if self.regex.divides_alike {
                return Ok(finder.captures_at(self.text, from).map(|c| Captures {
                    text: self.text,
                    spans: (0..c.len()).map(|i| c.get(i).map(|m| (m.start(), m.end()))).collect(),
                }));
            }
            match finder.find_at(self.text, from) {
                Some(found) => start = found.start(),
                None => return Ok(None),
            }
        }
        loop {
            if let Some(found) = self.from(start)? {
                return Ok(Some(found));
            }
            let Some(c) = self.text[start..].chars().next() else { return Ok(None) };
            start += c.len_utf8();
        }
    }

    /// The match that begins here.
    fn from(&mut self, start: usize) -> SqlResult<Option<Captures<'t>>> {
        let Self { regex, text, runner } = self;
        let shortest = regex.tree.prefers_shortest();
        let mut ends = vec![];
        runner.ends(&regex.tree.program, text, start, text.len(), |end| {
            // Other lengths are of use only if back references refuse the preferred one.
            if !regex.refers_back {
                ends.clear();
            }
            ends.push(end);
            regex.refers_back || !shortest
        });
        if shortest {
            ends.reverse();
        }
        while let Some(end) = ends.pop() {
            let mut spans = vec![None; regex.groups + 1];
            let mut dissection = Dissection { text, ignore_case: regex.ignore_case, runner, groups: &mut spans };
            if dissection.divide(&regex.tree, (start, end))? {
                spans[0] = Some((start, end));
                return Ok(Some(Captures { text, spans }));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Vec<Option<String>> {
        let regex = Regex::new(pattern, Flags::default()).expect(pattern);
        let captures = Matcher::new(&regex, text).find_at(0).expect(pattern);
        captures.map_or(vec![], |c| (0..=c.groups()).map(|i| c.get(i).map(str::to_owned)).collect())
    }

    /// What PostgreSQL 15 answers.
    #[test]
    fn the_longest_or_the_shortest_by_preference() {
        for (pattern, text, expected) in [
            ("a|ay", "xay", vec!["ay"]),
            ("Y*([0-9]{1,3})", "XY1234Z", vec!["Y123", "123"]),
            ("Y*?([0-9]{1,3})", "XY1234Z", vec!["Y1", "1"]),
            ("(.*)(\\d+)(.*)", "abc01234xyz", vec!["abc01234xyz", "abc0123", "4", "xyz"]),
            ("(.*?)(\\d+)(.*)", "abc01234xyz", vec!["abc0", "abc", "0", ""]),
            ("(?:(.*?)(\\d+)(.*)){1,1}", "abc01234xyz", vec!["abc01234xyz", "abc", "01234", "xyz"]),
            ("a(b|bc)(c|d)*", "abcd", vec!["abcd", "bc", "d"]),
            ("(.)\\1", "hello", vec!["ll", "l"]),
            ("(a+)(?=b)", "caab", vec!["aa", "aa"]),
            ("(?<=b)(a)", "aba", vec!["a", "a"]),
            ("(?<!b)a", "baca", vec!["a"]),
            ("(a*){3}", "aa", vec!["aa", ""]),
            ("(ab|a)(bc|c)?", "abc", vec!["abc", "ab", "c"]),
            ("x(?#nothing)y", "xy", vec!["xy"]),
        ] {
            let expected: Vec<Option<String>> = expected.into_iter().map(|s| Some(s.to_owned())).collect();
            assert_eq!(found(pattern, text), expected, "{pattern}");
        }
        assert_eq!(found("(a)|(b)", "b"), [Some("b".to_owned()), None, Some("b".to_owned())]);
        assert_eq!(found("(a)x|b", "c"), []);
    }

    #[test]
    fn syntax_that_is_refused() {
        for bad in [
            "*a",
            "a**",
            "[a",
            "\\",
            "a{3,2}",
            "a{300}",
            r"\q",
            "[[:foo:]]",
            "[b-a]",
            r"\2(a)",
            "a)",
            "(a",
            "^*",
            "(?z)a",
        ] {
            let code = Regex::new(bad, Flags::default()).map(|_| ()).map_err(|e| e.code());
            assert_eq!(code, Err(SqlState::InvalidRegularExpression), "{bad}");
        }
    }

    #[test]
    fn classes_agree_with_the_crate() {
        for (name, named, _) in syntax::Named::ALL {
            let regex = Regex::new(&format!("[[:{name}:]]"), Flags::default()).expect(name);
            for c in (0..0x250).filter_map(char::from_u32) {
                let text = c.to_string();
                assert_eq!(regex.is_match(&text).expect(name), named.contains(c), "{name} {c:?}");
            }
        }
    }
}
