//! A text of several statements → statements. A semicolon ends one unless it stands in quotes
//! (`'…'`, `E'…\'…'`, `"…"`, `$tag$…$tag$`), in a comment, or in parentheses.

/// Takes text piece by piece.
#[derive(Debug, Default)]
pub struct Splitter {
    /// What belongs to no complete statement yet.
    pending: String,
}

impl Splitter {
    /// Whether a new statement would begin.
    pub fn is_empty(&self) -> bool {
        self.pending.trim().is_empty()
    }

    /// Statements that `text` completes, without their semicolons.
    pub fn push(&mut self, text: &str) -> Vec<String> {
        self.pending.push_str(text);
        let mut statements = Vec::new();
        while let Some(end) = end_of_statement(&self.pending) {
            let rest = self.pending.split_off(end + 1);
            self.pending.pop();
            let statement = std::mem::replace(&mut self.pending, rest);
            if !statement.trim().is_empty() {
                statements.push(statement.trim().to_owned());
            }
        }
        statements
    }

    /// What is left without a semicolon.
    pub fn finish(self) -> Option<String> {
        let rest = self.pending.trim();
        (!only_comments(rest)).then(|| rest.to_owned())
    }
}

/// Position of the semicolon that ends the first statement.
fn end_of_statement(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut depth = 0usize;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b';' if depth == 0 => return Some(at),
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at = match opaque_end(bytes, at) {
            Some(end) => end?,
            None => at + 1,
        };
    }
    None
}

/// Where the quoted text or comment that starts at `at` ends; `None` if none starts there,
/// `Some(None)` if it does not end.
#[expect(clippy::option_option, reason = "both are answers, and they differ")]
fn opaque_end(bytes: &[u8], at: usize) -> Option<Option<usize>> {
    let rest = bytes.get(at..)?;
    match rest {
        [b'-', b'-', ..] => Some(find(bytes, at, b"\n")),
        [b'/', b'*', ..] => Some(comment_end(bytes, at)),
        [b'\'', ..] => {
            let word_before = at >= 2 && bytes.get(at - 2).is_some_and(|b| is_word(*b));
            let escapes = at >= 1 && matches!(bytes.get(at - 1), Some(b'e' | b'E')) && !word_before;
            Some(quote_end(bytes, at, b'\'', escapes))
        }
        [b'"', ..] => Some(quote_end(bytes, at, b'"', false)),
        [b'$', ..] if !(at >= 1 && bytes.get(at - 1).is_some_and(|b| is_word(*b))) => {
            let length = rest.iter().skip(1).position(|b| !is_word(*b))?;
            let tag = rest.get(..length + 2).filter(|t| t.ends_with(b"$"))?;
            if tag.get(1).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            Some(find(bytes, at + tag.len(), tag))
        }
        _ => None,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Position after the next `needle`.
fn find(bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    let found = bytes.get(from..)?.windows(needle.len()).position(|w| w == needle)?;
    Some(from + found + needle.len())
}

/// Position after the closing quote; a doubled one does not close.
fn quote_end(bytes: &[u8], start: usize, quote: u8, escapes: bool) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'\\' if escapes => at += 2,
            b if *b == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
            b if *b == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Comments nest.
fn comment_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0;
    let mut at = start;
    loop {
        match bytes.get(at..at + 2)? {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => at += 1,
        }
    }
}

fn only_comments(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_whitespace() {
            at += 1;
        } else if matches!(bytes.get(at..at + 2), Some(b"--" | b"/*")) {
            match opaque_end(bytes, at) {
                Some(Some(end)) => at = end,
                _ => return true,
            }
        } else {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut all = splitter.push(text);
        all.extend(splitter.finish());
        all
    }

    #[test]
    fn semicolons_in_quotes_and_comments_do_not_count() {
        assert_eq!(
            split("a ';' \";\" -- ;\n b; $$;$$ $x$ ; $$ $x$; E'\\';' ; /* ; /* ; */ ; */ c; (d;e); $1;f"),
            ["a ';' \";\" -- ;\n b", "$$;$$ $x$ ; $$ $x$", "E'\\';'", "/* ; /* ; */ ; */ c", "(d;e)", "$1", "f"]
        );
    }

    #[test]
    fn nothing_and_comments_are_no_statements() {
        assert!(split("").is_empty());
        assert!(split(" ;; \n -- done").is_empty());
        assert!(split("/* open").is_empty());
    }

    #[test]
    fn pieces_make_the_same_statements() {
        let text = "select ';é'; insert into t values ('a''b');x";
        for cut in (0..=text.len()).filter(|i| text.is_char_boundary(*i)) {
            let (one, two) = text.split_at(cut);
            let mut splitter = Splitter::default();
            let mut all = splitter.push(one);
            all.extend(splitter.push(two));
            all.extend(splitter.finish());
            assert_eq!(all, split(text));
        }
    }
}
