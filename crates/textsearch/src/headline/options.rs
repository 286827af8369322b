//! Lists of parameters: `name = value, "name"="value", name='value'`.

use gavel_types::{SqlError, SqlResult, SqlState};

/// Names and values in order.
///
/// # Errors
/// 42601.
pub fn pairs(text: &str) -> SqlResult<Vec<(String, String)>> {
    let bad = || SqlError::new(SqlState::SyntaxError, format!("invalid parameter list format: \"{text}\""));
    let mut found = Vec::new();
    let mut rest = text.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_ascii_whitespace() || *c == ',').is_some() {}
        let Some(first) = rest.next() else { return Ok(found) };
        let mut name = String::new();
        if first == '"' {
            name = quoted(&mut rest, '"').ok_or_else(bad)?;
        } else {
            name.push(first);
            while let Some(c) = rest.next_if(|c| !c.is_ascii_whitespace() && *c != '=') {
                name.push(c);
            }
        }
        while rest.next_if(char::is_ascii_whitespace).is_some() {}
        rest.next_if_eq(&'=').ok_or_else(bad)?;
        while rest.next_if(char::is_ascii_whitespace).is_some() {}
        let value = match rest.next().ok_or_else(bad)? {
            quote @ ('\'' | '"') => quoted(&mut rest, quote).ok_or_else(bad)?,
            'E' if rest.next_if_eq(&'\'').is_some() => quoted(&mut rest, '\'').ok_or_else(bad)?,
            first => {
                let mut value = String::from(first);
                while let Some(c) = rest.next_if(|c| !c.is_ascii_whitespace() && *c != ',') {
                    value.push(c);
                }
                value
            }
        };
        found.push((name, value));
    }
}

/// Up to the quote; two are one that is meant, and so are two backslashes between single quotes.
fn quoted(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, quote: char) -> Option<String> {
    let mut out = String::new();
    loop {
        match rest.next()? {
            c if c == quote => match rest.next_if_eq(&quote) {
                Some(_) => out.push(quote),
                None => return Some(out),
            },
            '\\' if quote == '\'' => {
                rest.next_if_eq(&'\\');
                out.push('\\');
            }
            c => out.push(c),
        }
    }
}
