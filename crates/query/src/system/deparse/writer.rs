//! Where the text goes. Clauses begin lines of their own, indented by what they stand in; items of lists are written
//! apart first, to see whether they fit on the line.

use std::collections::HashMap;
use std::sync::Arc;

use gavel_binder::bound::ColumnId;
use gavel_binder::query_tree::CallTree;
use gavel_catalog::Catalog;
use gavel_types::text_io::TextStyle;

use super::Layout;
use super::names::Names;

/// Columns by which a clause's inside is moved to the right.
pub const STEP: i32 = 8;
/// The same for items of lists and parts of CASE.
pub const ITEM: i32 = 4;
/// Where indentation begins to grow slower.
const LIMIT: i32 = 40;

pub struct Writer<'a> {
    pub catalog: &'a Arc<Catalog>,
    pub search_path: &'a [String],
    pub style: &'a TextStyle,
    pub layout: Layout,
    pub calls: &'a HashMap<ColumnId, CallTree>,
    pub names: Names,
    pub out: String,
    /// Columns, of the query or expression that is being written.
    pub indent: i32,
}

impl<'a> Writer<'a> {
    pub fn new(
        catalog: &'a Arc<Catalog>,
        search_path: &'a [String],
        style: &'a TextStyle,
        layout: Layout,
        calls: &'a HashMap<ColumnId, CallTree>,
    ) -> Self {
        let (names, out) = (Names::default(), String::new());
        Self { catalog, search_path, style, layout, calls, names, out, indent: 0 }
    }

    pub fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// `(`, unless only the necessary ones are wanted.
    pub fn open(&mut self) {
        if !self.layout.pretty {
            self.out.push('(');
        }
    }

    pub fn close(&mut self) {
        if !self.layout.pretty {
            self.out.push(')');
        }
    }

    /// `word` on a line of its own, `more` columns to the right of where lines begin after `before` more; lines after
    /// it begin `after` further.
    pub fn line(&mut self, word: &str, before: i32, after: i32, more: i32) {
        self.indent += before;
        let mut columns = self.indent.max(0);
        if columns >= LIMIT {
            columns = (LIMIT + (columns - LIMIT) / (STEP / 2)) % LIMIT;
        }
        self.trim();
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', usize::try_from(columns + more).unwrap_or(0)));
        self.out.push_str(word);
        self.indent = (self.indent + after).max(0);
    }

    /// A clause, whose word is moved back from what stands in it.
    pub fn clause(&mut self, word: &str, more: i32) {
        self.line(word, -STEP, STEP, more);
    }

    /// Takes blanks off the end.
    fn trim(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
    }

    /// What `f` writes, by itself.
    pub fn apart(&mut self, f: impl FnOnce(&mut Self) -> Option<()>) -> Option<String> {
        let before = std::mem::take(&mut self.out);
        let done = f(self);
        let text = std::mem::replace(&mut self.out, before);
        done.map(|()| text)
    }

    /// The next item of a list, on a line of its own if it does not fit on this one; `breaks` if it must not stay.
    pub fn item(&mut self, text: &str, first: bool, breaks: bool) {
        if self.layout.wrap >= 0 {
            if text.starts_with('\n') {
                self.trim();
            } else {
                let line = self.out.rsplit('\n').next().map_or(0, str::len);
                let wide = line + text.len() > usize::try_from(self.layout.wrap).unwrap_or(0);
                if !first && (wide || breaks) {
                    self.line("", -STEP, STEP, ITEM);
                }
            }
        }
        self.out.push_str(text);
    }

    /// Items with `, ` between them.
    pub fn list<T>(&mut self, items: &[T], mut f: impl FnMut(&mut Self, &T) -> Option<()>) -> Option<()> {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.put(", ");
            }
            f(self, item)?;
        }
        Some(())
    }
}
