//! Classes of characters, as C's library has them in a UTF-8 locale.

use std::sync::LazyLock;

use regex::Regex;

/// Marks that combine with the letter before them.
static MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\p{Mn}\p{Me}\p{Mc}]$").ok());
/// Digits of all scripts.
static DIGITS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{Nd}$").ok());

fn in_class(class: &Option<Regex>, c: char) -> bool {
    class.as_ref().is_some_and(|r| r.is_match(c.encode_utf8(&mut [0; 4])))
}

/// Letters, and digits of other scripts than Latin.
pub fn is_alphabetic(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    c.is_alphabetic() || (c.is_numeric() && in_class(&DIGITS, c))
}

pub fn is_alphanumeric(c: char) -> bool {
    c.is_ascii_digit() || is_alphabetic(c)
}

/// Marks that stand over or under a letter: they end no word.
pub fn is_mark(c: char) -> bool {
    !c.is_ascii() && in_class(&MARKS, c)
}

/// Blanks; no-break spaces are none.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// In lower case, character by character.
pub fn lower(text: &str) -> String {
    text.chars()
        .map(|c| {
            let mut lower = c.to_lowercase();
            // Only the dotted capital I has two characters, of which C's library gives the first.
            lower.next().unwrap_or(c)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_those_of_unicode() {
        assert!(is_alphabetic('é') && is_alphabetic('界') && is_alphabetic('\u{663}') && !is_alphabetic('3'));
        assert!(!is_alphabetic('«') && !is_alphabetic('²') && is_alphanumeric('3'));
        assert!(is_mark('\u{301}') && !is_mark('e') && !is_mark('é'));
        assert_eq!(lower("ÀΣİ"), "àσi");
    }
}
