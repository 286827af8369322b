//! Items of FROM that PostgreSQL's grammar takes for calls though they are written otherwise: `CURRENT_DATE`,
//! `LOCALTIMESTAMP(3)`, `CAST(a AS text)`, `EXTRACT(year FROM a)` … (its `func_expr_windowless`). The parser knows only names
//! there, with arguments or without, so each is carried as a ROWS FROM of one call ([`super::rows_from`]).

use sqlparser::ast::{Function, FunctionArguments, Ident, ObjectNamePart};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::rewrite::{closing, marked, marker, own_level, plain};
use super::{Source, is_word};

/// Words that are calls by themselves.
const WORDS: [&str; 11] = [
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
];

/// Those of them that may have a precision.
const TIMES: [&str; 4] = ["current_time", "current_timestamp", "localtime", "localtimestamp"];

/// Functions that always have a syntax of their own.
const SYNTAXES: [&str; 4] = ["cast", "extract", "position", "trim"];

/// Functions that may be called like others, but for these words between their arguments.
const EITHER: [(&str, &[&str]); 2] = [("overlay", &["placing"]), ("substring", &["from", "for", "similar"])];

/// Whether an identifier is a call.
pub fn is_bare_call(word: &Ident) -> bool {
    word.quote_style.is_none() && WORDS.contains(&word.value.to_ascii_lowercase().as_str())
}

/// Whether a call has a meaning that the function of its name has not.
pub fn is_own_syntax(call: &Function) -> bool {
    let [ObjectNamePart::Identifier(name)] = call.name.0.as_slice() else { return false };
    let time = || name.quote_style.is_none() && TIMES.contains(&name.value.to_ascii_lowercase().as_str());
    name.value == marker::COLLATION || matches!(call.args, FunctionArguments::None) || time()
}

/// Whether such a call begins at token `i`, behind what was read.
pub fn begins(tokens: &[TokenWithSpan], i: usize, out: &[TokenWithSpan]) -> bool {
    end(tokens, i).is_some() && asks_for_item(out)
}

/// Marks the call that begins at token `i`.
pub fn mark(source: &Source<'_>, tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let (at, end) = (tokens.get(i)?, end(tokens, i)?);
    let start = source.start(at.span).offset()?;
    let stop = source.pos(tokens.get(end - 1)?.span.end).offset()?;
    let (place, text) = (at.span.start, source.text.get(start..stop)?);
    out.push(marked(at, format!("{}{} {} {text}", marker::ROWS, place.line, place.column)));
    out.extend([plain(at, Token::LParen), plain(at, Token::RParen)]);
    Some(end - i)
}

/// The place behind the call that begins at token `i`.
fn end(tokens: &[TokenWithSpan], i: usize) -> Option<usize> {
    let is = |n: usize, token: &Token| tokens.get(n).is_some_and(|t| t.token == *token);
    let any_of = |words: &[&str]| words.iter().any(|w| is_word(tokens.get(i), w));
    if any_of(&WORDS) {
        if !is(i + 1, &Token::LParen) {
            return (!is(i + 1, &Token::Period)).then_some(i + 1);
        }
        let precision = matches!(tokens.get(i + 2).map(|t| &t.token), Some(Token::Number(..)));
        return (any_of(&TIMES) && precision && is(i + 3, &Token::RParen)).then_some(i + 4);
    }
    let collation = is_word(tokens.get(i), "collation") && is_word(tokens.get(i + 1), "for");
    let open = i + 1 + usize::from(collation);
    let between = EITHER.iter().find(|(name, _)| is_word(tokens.get(i), name)).map(|(_, words)| *words);
    if !is(open, &Token::LParen) || !(collation || between.is_some() || any_of(&SYNTAXES)) {
        return None;
    }
    let close = closing(tokens, open)?;
    match between {
        Some(words) if !has_word(tokens.get(open + 1..close)?, words) => None,
        _ => Some(close + 1),
    }
}

/// Whether one of `words` stands in no parentheses.
fn has_word(tokens: &[TokenWithSpan], words: &[&str]) -> bool {
    let mut depth = 0_usize;
    tokens.iter().any(|t| {
        match t.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && words.iter().any(|w| is_word(Some(t), w))
    })
}

/// Whether an item of FROM, or of the USING of DELETE and MERGE, follows what was read.
fn asks_for_item(out: &[TokenWithSpan]) -> bool {
    let Some((last, before)) = out.split_last() else { return false };
    let privileges = ["grant", "revoke"].iter().any(|w| is_word(out.first(), w))
        || is_word(out.first(), "alter") && is_word(out.get(1), "default");
    if privileges {
        return false;
    }
    match &last.token {
        Token::Comma => lists_items(before),
        // Of a join; USING of one has names in them.
        Token::LParen => !is_word(before.last(), "using") && asks_for_item(before),
        _ if ["join", "lateral"].iter().any(|w| is_word(Some(last), w)) => true,
        _ if is_word(Some(last), "from") => is_from(before),
        _ if is_word(Some(last), "using") => is_using(before),
        _ => false,
    }
}

/// Whether a comma behind what was read stands between items of FROM or USING.
fn lists_items(out: &[TokenWithSpan]) -> bool {
    let ends = ["select", "set", "where", "by", "having", "values", "with", "returning", "window"];
    for (n, t) in own_level(out) {
        let before = out.get(..n).unwrap_or_default();
        if is_word(Some(t), "from") && !is_distinct(before) {
            return is_from(before);
        }
        // USING of a join has parentheses.
        if is_word(Some(t), "using") && out.get(n + 1).is_none_or(|next| next.token != Token::LParen) {
            return is_using(before);
        }
        let ordinality = is_word(Some(t), "with") && is_word(out.get(n + 1), "ordinality");
        if !ordinality && ends.iter().any(|w| is_word(Some(t), w)) {
            return false;
        }
    }
    false
}

/// Whether a FROM behind what was read is a clause: not that of `EXTRACT(… FROM …)`, `IS DISTINCT FROM`, `DELETE FROM` …
fn is_from(out: &[TokenWithSpan]) -> bool {
    if is_distinct(out) || is_word(out.last(), "delete") {
        return false;
    }
    own_level(out).any(|(_, t)| ["select", "update"].iter().any(|w| is_word(Some(t), w)))
}

/// Whether a USING behind what was read is that of DELETE or MERGE.
fn is_using(out: &[TokenWithSpan]) -> bool {
    let ends = ["select", "set", "where", "on", "by", "policy"];
    let words = |t: &TokenWithSpan, words: &[&str]| words.iter().any(|w| is_word(Some(t), w));
    let mut clauses = own_level(out).map(|(_, t)| t).filter(|t| words(t, &ends) || words(t, &["delete", "merge"]));
    clauses.next().is_some_and(|t| words(t, &["delete", "merge"])) && !is_word(out.get(1), "policy")
}

/// Whether what was read ends in `IS DISTINCT` or `IS NOT DISTINCT`.
fn is_distinct(out: &[TokenWithSpan]) -> bool {
    let [.., before, last] = out else { return false };
    is_word(Some(last), "distinct") && (is_word(Some(before), "is") || is_word(Some(before), "not"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{rewrite, tokenize};

    /// The texts of the calls that are carried.
    fn carried(sql: &str) -> Vec<String> {
        let source = Source::new(sql);
        let tokens = rewrite::rewrite(&source, &tokenize(&source).expect("tokens"));
        let text = |t: &TokenWithSpan| match &t.token {
            Token::Word(w) => w.value.strip_prefix(marker::ROWS)?.splitn(3, ' ').nth(2).map(str::to_owned),
            _ => None,
        };
        tokens.iter().filter_map(text).collect()
    }

    #[test]
    fn calls_are_carried_where_items_are_asked_for() {
        let all = "select 1 from cast(1 as text) a, current_date, t join localtime(2) on a is distinct from user, user";
        assert_eq!(carried(all), ["cast(1 as text)", "current_date", "localtime(2)", "user"]);
        assert_eq!(carried("select (select 1 from trim(' a ')), current_date"), ["trim(' a ')"]);
        assert_eq!(carried("update t set a = user from collation for ('a') c"), ["collation for ('a')"]);
        assert_eq!(carried("delete from t using lateral position('a' in b)"), ["position('a' in b)"]);
        assert_eq!(carried("merge into t using cast(1 as int) b on true when matched then delete").len(), 1);
        assert_eq!(carried("select 1 from (user u cross join current_role)"), ["user", "current_role"]);
        assert_eq!(carried("select 1 from substring(a from 2), substring(a, 2)"), ["substring(a from 2)"]);
    }

    #[test]
    fn expressions_are_left_alone() {
        for sql in [
            "select extract(year from current_date), user",
            "select a is not distinct from current_user, user from t where b is distinct from user order by a, user",
            "select trim(both from cast(a as text)) from t join u using (a), v group by a, current_date",
            "revoke select on t from current_user, session_user",
            "create policy p on t for delete using (a = current_user)",
            "alter table t alter a type text using cast(a as text)",
            "select f(a, current_date), \"current_date\" from t, current_schema(), pg_catalog.user",
            "insert into t (a, b) values (1, current_date), (2, user) returning a, user",
            "update t set a = 1, b = user from u where b = user",
            "select 1, (user) from t where a in (user) and b is distinct from (user)",
            "select 1 from t join u on t.a = array['a', user]",
        ] {
            assert_eq!(carried(sql), Vec::<String>::new(), "{sql}");
        }
    }
}
