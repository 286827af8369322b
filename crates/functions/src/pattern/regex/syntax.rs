//! What a regular expression is once it is read.

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Empty,
    /// One character.
    Class(Class),
    /// A place, no character.
    Assert(Assertion),
    /// `(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)`.
    Look {
        ahead: bool,
        negative: bool,
        node: Box<Self>,
    },
    /// Parentheses: captured under their number, counted from 1, or not.
    Group {
        number: Option<usize>,
        node: Box<Self>,
    },
    /// `\1`: the same text again as the group had.
    Back(usize),
    Concat(Vec<Self>),
    Alternate(Vec<Self>),
    Repeat {
        node: Box<Self>,
        min: u32,
        /// `None`: without end.
        max: Option<u32>,
        /// Whether as much or as little as possible is taken; `None` for `{m}`, which has no choice of its own.
        greedy: Option<bool>,
    },
}

impl Node {
    /// Whether there is a back reference in it.
    pub fn refers_back(&self) -> bool {
        self.any(&|node| matches!(node, Self::Back(_)))
    }

    /// Whether it looks around.
    pub fn looks_around(&self) -> bool {
        self.any(&|node| matches!(node, Self::Look { .. }))
    }

    fn any(&self, test: &dyn Fn(&Self) -> bool) -> bool {
        test(self)
            || match self {
                Self::Look { node, .. } | Self::Group { node, .. } | Self::Repeat { node, .. } => node.any(test),
                Self::Concat(nodes) | Self::Alternate(nodes) => nodes.iter().any(|n| n.any(test)),
                Self::Empty | Self::Class(_) | Self::Assert(_) | Self::Back(_) => false,
            }
    }
}

/// A place between characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assertion {
    /// `\A`, and `^` unless lines count.
    TextStart,
    /// `\Z`, and `$` unless lines count.
    TextEnd,
    LineStart,
    LineEnd,
    /// `\m`.
    WordStart,
    /// `\M`.
    WordEnd,
    /// `\y`.
    WordEdge,
    /// `\Y`.
    NoWordEdge,
}

impl Assertion {
    /// Whether byte `at` of `text` is such a place.
    pub fn holds(self, text: &str, at: usize) -> bool {
        let before = || text[..at].chars().next_back();
        let after = || text[at..].chars().next();
        let words = || {
            let word = |c: Option<char>| c.is_some_and(|c| Named::Word.contains(c));
            (word(before()), word(after()))
        };
        match self {
            Self::TextStart => at == 0,
            Self::TextEnd => at == text.len(),
            Self::LineStart => at == 0 || before() == Some('\n'),
            Self::LineEnd => at == text.len() || after() == Some('\n'),
            Self::WordStart => words() == (false, true),
            Self::WordEnd => words() == (true, false),
            Self::WordEdge => {
                let (before, after) = words();
                before != after
            }
            Self::NoWordEdge => {
                let (before, after) = words();
                before == after
            }
        }
    }
}

/// A set of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    pub negated: bool,
    pub items: Vec<Item>,
    /// Either case of a character counts.
    pub ignore_case: bool,
}

/// A part of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// From … to, both within.
    Range(char, char),
    Named(Named),
    NotNamed(Named),
}

impl Class {
    /// The one character.
    pub fn char(c: char, ignore_case: bool) -> Self {
        Self { negated: false, items: vec![Item::Range(c, c)], ignore_case }
    }

    /// Whether `c` is in it.
    pub fn contains(&self, c: char) -> bool {
        let listed = |c: char| {
            self.items.iter().any(|item| match item {
                Item::Range(low, high) => (*low..=*high).contains(&c),
                Item::Named(named) => named.contains(c),
                Item::NotNamed(named) => !named.contains(c),
            })
        };
        let found = listed(c)
            || self.ignore_case
                && (only(c.to_lowercase()).is_some_and(listed) || only(c.to_uppercase()).is_some_and(listed));
        found != self.negated
    }
}

/// The character, unless the other case of it is several.
fn only(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

/// A class that has a name: `[:alpha:]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Alpha,
    Digit,
    Alnum,
    Upper,
    Lower,
    Space,
    Blank,
    Punct,
    Control,
    Graph,
    Print,
    HexDigit,
    Word,
    Ascii,
}

impl Named {
    /// All of them: name, class, how the `regex` crate writes it within brackets.
    pub const ALL: [(&'static str, Self, &'static str); 14] = [
        ("alpha", Self::Alpha, r"\p{Alphabetic}"),
        ("digit", Self::Digit, "0-9"),
        ("alnum", Self::Alnum, r"\p{Alphabetic}\p{N}"),
        ("upper", Self::Upper, r"\p{Uppercase}"),
        ("lower", Self::Lower, r"\p{Lowercase}"),
        ("space", Self::Space, r"\s"),
        ("blank", Self::Blank, r"\x20\t"),
        ("punct", Self::Punct, "[:punct:]"),
        ("cntrl", Self::Control, "[:cntrl:]"),
        ("graph", Self::Graph, "[:graph:]"),
        ("print", Self::Print, "[:print:]"),
        ("xdigit", Self::HexDigit, "0-9A-Fa-f"),
        ("word", Self::Word, r"\p{Alphabetic}\p{N}_"),
        ("ascii", Self::Ascii, "[:ascii:]"),
    ];

    /// Whether `c` is in it.
    pub fn contains(self, c: char) -> bool {
        match self {
            Self::Alpha => c.is_alphabetic(),
            Self::Digit => c.is_ascii_digit(),
            Self::Alnum => c.is_alphanumeric(),
            Self::Upper => c.is_uppercase(),
            Self::Lower => c.is_lowercase(),
            Self::Space => c.is_whitespace(),
            Self::Blank => matches!(c, ' ' | '\t'),
            Self::Punct => c.is_ascii_punctuation(),
            Self::Control => c.is_ascii_control(),
            Self::Graph => c.is_ascii_graphic(),
            Self::Print => c.is_ascii_graphic() || c == ' ',
            Self::HexDigit => c.is_ascii_hexdigit(),
            Self::Word => c.is_alphanumeric() || c == '_',
            Self::Ascii => c.is_ascii(),
        }
    }
}
