//! Statements about sessions and transactions in the words that `sqlparser` has for them. Tokens keep their places.
//!
//! | written | read as |
//! |---|---|
//! | `RESET SESSION AUTHORIZATION` | `RESET session_authorization` |
//! | `SET LOCAL SESSION AUTHORIZATION a` | `SET LOCAL session_authorization TO a` |
//! | `ABORT` | `ROLLBACK` |
//! | `BEGIN DEFERRABLE`, `… NOT DEFERRABLE` | a mode of the parser's that PostgreSQL has not: `ISOLATION LEVEL SNAPSHOT`, once and twice |

use std::borrow::Cow;

use gavel_types::{SqlError, SqlState};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::is_word;

fn word(at: &TokenWithSpan, text: &str) -> TokenWithSpan {
    TokenWithSpan::new(Token::make_keyword(text), at.span)
}

fn begins(tokens: &[TokenWithSpan], words: &[&str]) -> bool {
    words.iter().enumerate().all(|(n, word)| is_word(tokens.get(n), word))
}

/// The tokens of one statement, spelled so.
pub fn spelled(tokens: &[TokenWithSpan]) -> Cow<'_, [TokenWithSpan]> {
    let Some(first) = tokens.first() else { return Cow::Borrowed(tokens) };
    if begins(tokens, &["reset", "session", "authorization"]) {
        let mut out = vec![first.clone(), word(&tokens[1], "session_authorization")];
        out.extend_from_slice(&tokens[3..]);
        return out.into();
    }
    if begins(tokens, &["set", "local", "session", "authorization"]) {
        let mut out = vec![first.clone(), tokens[1].clone()];
        out.extend([word(&tokens[2], "session_authorization"), word(&tokens[3], "TO")]);
        out.extend_from_slice(&tokens[4..]);
        return out.into();
    }
    if begins(tokens, &["abort"]) {
        let mut out = vec![word(first, "ROLLBACK")];
        out.extend_from_slice(&tokens[1..]);
        return out.into();
    }
    let modes = begins(tokens, &["begin"])
        || begins(tokens, &["start", "transaction"])
        || begins(tokens, &["set", "transaction"])
        || begins(tokens, &["set", "session", "characteristics"]);
    if modes && tokens.iter().any(|t| is_word(Some(t), "deferrable")) {
        return with_snapshots(tokens).into();
    }
    Cow::Borrowed(tokens)
}

/// The statement with other words for `[NOT] DEFERRABLE`.
fn with_snapshots(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 5);
    for token in tokens {
        if !is_word(Some(token), "deferrable") {
            out.push(token.clone());
            continue;
        }
        let times = if is_word(out.last(), "not") {
            out.pop();
            2
        } else {
            1
        };
        for _ in 0..times {
            out.extend(["ISOLATION", "LEVEL", "SNAPSHOT"].map(|text| word(token, text)));
        }
    }
    out
}

/// What is refused for what it is, whatever follows its first words.
pub fn refusal(tokens: &[TokenWithSpan]) -> Option<SqlError> {
    if begins(tokens, &["commit", "prepared"]) || begins(tokens, &["rollback", "prepared"]) {
        let name = match tokens.get(2).map(|t| &t.token) {
            Some(Token::SingleQuotedString(name)) => name.as_str(),
            _ => "",
        };
        let text = format!("prepared transaction with identifier \"{name}\" does not exist");
        return Some(SqlError::new(SqlState::UndefinedObject, text));
    }
    // The parser has it, PostgreSQL has not.
    if tokens.windows(2).any(|t| begins(t, &["level", "snapshot"])) {
        return Some(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"snapshot\""));
    }
    // Rows go into one table.
    if begins(tokens, &["insert", "into", "only"])
        && let Some(Token::Word(only)) = tokens.get(2).map(|t| &t.token)
    {
        let text = format!("syntax error at or near \"{}\"", only.value);
        return Some(SqlError::new(SqlState::SyntaxError, text));
    }
    None
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::PostgreSqlDialect;
    use sqlparser::tokenizer::{Token, Tokenizer};

    use super::*;

    fn tokens(sql: &str) -> Vec<TokenWithSpan> {
        let all = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().unwrap_or_default();
        all.into_iter().filter(|t| !matches!(t.token, Token::Whitespace(_))).collect()
    }

    #[test]
    fn statements_are_spelled_in_words_that_the_parser_has() {
        for (written, read) in [
            ("reset session authorization", "reset session_authorization"),
            ("SET LOCAL SESSION AUTHORIZATION bob", "SET LOCAL session_authorization TO bob"),
            ("abort and chain", "ROLLBACK and chain"),
            ("BEGIN READ ONLY, DEFERRABLE", "BEGIN READ ONLY , ISOLATION LEVEL SNAPSHOT"),
            ("set transaction not deferrable", "set transaction ISOLATION LEVEL SNAPSHOT ISOLATION LEVEL SNAPSHOT"),
            ("select 1", "select 1"),
        ] {
            let shown: Vec<String> = spelled(&tokens(written)).iter().map(|t| t.token.to_string()).collect();
            assert_eq!(shown.join(" "), read, "{written}");
        }
    }
}
