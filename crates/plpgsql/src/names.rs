//! Which names a place in a body sees: a list from the innermost outwards, of which every place has an end.

use crate::tree::Var;

/// An entry of [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name(usize);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A block or loop begins; the function itself is the outermost. It may have no label.
    Scope {
        label: Option<String>,
        looped: bool,
    },
    Variable {
        name: String,
        var: Var,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    kind: NameKind,
    before: Option<Name>,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    entries: Vec<Entry>,
}

impl Names {
    pub(crate) fn push(&mut self, before: Option<Name>, kind: NameKind) -> Name {
        self.entries.push(Entry { kind, before });
        Name(self.entries.len() - 1)
    }

    /// What the very end of a body sees.
    pub fn last(&self) -> Option<Name> {
        self.entries.len().checked_sub(1).map(Name)
    }

    /// What is seen at `at`, from the innermost outwards.
    pub fn from(&self, at: Option<Name>) -> impl Iterator<Item = &NameKind> {
        let mut next = at;
        std::iter::from_fn(move || {
            let entry = self.entries.get(next?.0)?;
            next = entry.before;
            Some(&entry.kind)
        })
    }

    /// The variable that an unqualified name means.
    pub fn find(&self, at: Option<Name>, wanted: &str) -> Option<Var> {
        self.from(at).find_map(|kind| match kind {
            NameKind::Variable { name, var } if name == wanted => Some(*var),
            _ => None,
        })
    }

    /// The variable that `label.name` means.
    pub fn find_qualified(&self, at: Option<Name>, label: &str, wanted: &str) -> Option<Var> {
        let mut found = None;
        for kind in self.from(at) {
            match kind {
                NameKind::Variable { name, var } if name == wanted => found = found.or(Some(*var)),
                NameKind::Variable { .. } => {}
                NameKind::Scope { label: Some(own), .. } if own == label => return found,
                NameKind::Scope { .. } => found = None,
            }
        }
        None
    }

    /// The variable that begins with these parts of a name, and how many of them name it: the rest are fields.
    pub fn resolve(&self, at: Option<Name>, parts: &[String]) -> Option<(Var, usize)> {
        let [first, rest @ ..] = parts else { return None };
        // A variable that is nearer than the label wins.
        if let Some(var) = self.find(at, first) {
            return Some((var, 1));
        }
        let second = rest.first()?;
        self.find_qualified(at, first, second).map(|var| (var, 2))
    }
}
