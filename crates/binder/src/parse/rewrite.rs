//! PostgreSQL's syntax that `sqlparser` has no node for, carried through it as *markers*: quoted
//! identifiers that begin with U+0001, which no client's identifier does, put where the grammar takes a
//! name. Tokens keep their places, so that positions in errors stay right.
//!
//! | written | read as |
//! |---|---|
//! | `FOR NO KEY UPDATE`, `FOR KEY SHARE`, `OF a, b` | `FOR UPDATE OF ⟨lock mode⟩.a.b` |
//! | frame `EXCLUDE TIES` | `(⟨exclude⟩ …)` as the window's base name |
//! | `INSERT … OVERRIDING SYSTEM VALUE` | a first column `⟨overriding⟩` |
//! | `ON CONFLICT (lower(a)) WHERE p` | `ON CONFLICT (⟨conflict start end⟩)`, bytes of the text |
//! | `ROWS FROM (f(), g())` | `⟨rows line column text⟩()` |
//! | `GROUP BY ALL a`, `GROUP BY DISTINCT a` | `GROUP BY a`, `GROUP BY ⟨distinct⟩, a` |
//! | `ORDER BY x USING >` | `ORDER BY x DESC` |
//! | `FROM ONLY t`, `FROM ONLY (t)` | `FROM ⟨only⟩.t` |
//! | `FROM t *` | `FROM t` |
//! | `TABLE t` | `SELECT * FROM t` |
//! | `SELECT` and no list | `SELECT FROM (SELECT 0) ⟨row⟩` |
//! | `integer ARRAY`, `integer ARRAY[4]` | `integer[]`, `integer[4]` |
//! | `USING (a) AS j` | `USING (a, ⟨using j⟩)` |
//! | `f() AS (a int)` | `f() AS f(a int)` |
//! | `SET a[1] = x`, `INSERT INTO t (a[1].f)` | `SET a.⟨at start end⟩ = x`, bytes of what follows the name |
//! | `(x).*` | `(x).⟨star⟩` |
//! | `t.* IS NULL`, `(t.*)::text`, … | `t IS NULL`, … |
//! | `= ANY (VALUES …)` | `= ANY (SELECT * FROM (VALUES …) v)` |
//! | `WHERE CURRENT OF c` | `WHERE ⟨current of c⟩` |
//! | `INSERT INTO t (VALUES …)` | `INSERT INTO t VALUES …` |
//! | MERGE's `USING a JOIN b ON c ON d` | `USING (a JOIN b ON c) ON d` |
//! | MERGE's `DO NOTHING` | `UPDATE SET ⟨nothing⟩ = 0`, `INSERT (⟨nothing⟩) VALUES (0)` |
//! | MERGE's `INSERT DEFAULT VALUES` | `INSERT (⟨defaults⟩) VALUES (0)` |
//! | `+-+` | `+ - +` |
//! | `interval(2) '…'` | `CAST('…' AS interval(2))` |
//! | `SUBSTRING(a SIMILAR b ESCAPE c)` | `SUBSTRING(a FROM b FOR c)` |
//! | `TRIM(BOTH FROM a)` | `TRIM(BOTH a)` |
//! | `a ISNULL` | `a IS NULL` |
//! | `ESCAPE 'x'::bytea` | `ESCAPE 'x'` |
//! | `NORMALIZE(a, NFC)` | `normalize(a, 'NFC')` |
//! | `COLLATION FOR (a)` | `pg_collation_for(a)` |
//! | `WITH a AS (…) SEARCH …`, `CYCLE …` | `WITH a (⟨recursion line column text⟩) AS (…)` |
//! | LIMIT, OFFSET, FETCH, locks | in one order ([`super::tail`]) |
//! | joins whose conditions stand together | with parentheses ([`super::joins`]) |

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::{Source, is_keyword, is_word};
use crate::bind::name::is_reserved;

/// The marker texts.
pub mod marker {
    /// First part of `OF` names: lock strength `nku`, `ks`, `u`, `s`.
    pub const LOCK: &str = "\u{1}lock ";
    pub const EXCLUDE: &str = "\u{1}exclude ";
    /// `system` or `user`.
    pub const OVERRIDING: &str = "\u{1}overriding ";
    /// Byte range of the conflict target with its WHERE.
    pub const CONFLICT: &str = "\u{1}conflict ";
    /// The calls of ROWS FROM: line and column where they begin, and their text.
    pub const ROWS: &str = "\u{1}rows ";
    /// Last of the columns of USING: the alias behind them.
    pub const USING_ALIAS: &str = "\u{1}using ";
    /// Second part of a target's name: byte range of the subscripts behind it.
    pub const SUBSCRIPTS: &str = "\u{1}at ";
    /// Symmetric BETWEEN: prefix of the lower bound.
    pub const SYMMETRIC: &str = "\u{1}symmetric";
    /// An operator before its operand that the parser has no name for: the operator, with its schema if it has one.
    pub const PREFIX: &str = "\u{1}prefix ";
    /// Column that stands for MERGE's DO NOTHING.
    pub const NOTHING: &str = "\u{1}nothing";
    /// The one row behind a SELECT without a list and without FROM.
    pub const ROW: &str = "\u{1}row";
    /// Column that stands for DEFAULT VALUES.
    pub const DEFAULTS: &str = "\u{1}defaults";
    /// Not from the parser but from stored text: see [`crate::query_tree::StoredAlias`].
    pub const ALIAS: &str = "\u{1}as ";
    /// A whole condition: the row that the cursor of this name is on.
    pub const CURRENT_OF: &str = "\u{1}current of ";
    /// What the VALUES behind ANY or ALL are called in the query that is made of them.
    pub const VALUES: &str = "\u{1}values";
    /// `*` behind a parenthesis.
    pub const STAR: &str = "\u{1}star";
    /// Before the number of rows of FETCH … WITH TIES.
    pub const TIES: &str = "\u{1}ties";
    /// Column name of a common table expression: line and column where its SEARCH or CYCLE begins, and the text of both.
    pub const RECURSION: &str = "\u{1}recursion ";
    /// First part of a table's name: without the tables that inherit from it.
    pub const ONLY: &str = "\u{1}only";
    /// First item of GROUP BY DISTINCT.
    pub const DISTINCT_SETS: &str = "\u{1}distinct";
    /// Not from the parser: the rows that a rule's action is done for.
    pub const RULE_ROWS: &str = "\u{1}rule";
}

/// Replaces what the parser lacks. `tokens` hold no whitespace.
pub fn rewrite(source: &Source<'_>, tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let ordered = super::tail::ordered(tokens);
    let tokens = &*ordered;
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 2);
    // Places in `out` of the parentheses that are open.
    let mut open: Vec<usize> = Vec::new();
    let insert = tokens.iter().any(|t| is_keyword(Some(t), Keyword::INSERT));
    let merge = tokens.iter().any(|t| is_keyword(Some(t), Keyword::MERGE));
    // Between the SIMILAR of SUBSTRING and its ESCAPE.
    let mut substring_similar = false;
    // Of the VALUES of an INSERT, whose parentheses are left out.
    let mut closing = None;
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        if closing == Some(i) {
            closing = None;
            i += 1;
            continue;
        }
        if let Some((count, text)) = joined_operator(source, tokens, i) {
            out.push(TokenWithSpan { token: Token::CustomBinaryOperator(text), span: token.span });
            i += count;
            continue;
        }
        let step = match &token.token {
            Token::LParen if insert && is_word(tokens.get(i + 1), "values") && names_target(&out) => {
                closing = closing_parenthesis(tokens, i);
                Some(usize::from(closing.is_some())).filter(|n| *n > 0)
            }
            Token::CustomBinaryOperator(text) if text.len() > 1 => split_operator(token, text, &mut out),
            Token::LParen if is_quantifier(out.last()) && is_word(tokens.get(i + 1), "values") => {
                quantified_values(tokens, i, &mut out)
            }
            Token::LParen => {
                open.push(out.len());
                None
            }
            Token::RParen => {
                open.pop();
                None
            }
            Token::LBracket if is_target(tokens, i, &out, insert) => target_subscripts(source, tokens, i, &mut out),
            Token::Mul if ends_with_field_of_value(&out) => {
                out.push(marked(token, marker::STAR.to_owned()));
                Some(1)
            }
            Token::Mul if is_row_value(tokens, i, &out) => {
                out.pop();
                Some(1)
            }
            Token::Mul if ends_with_table(&out, open.last().copied()) || is_table_star(tokens, i, &out) => Some(1),
            Token::Word(w) if w.quote_style.is_none() => match w.keyword {
                _ if ends_with_parenthesis(&out)
                    && (w.value.eq_ignore_ascii_case("search") || w.value.eq_ignore_ascii_case("cycle")) =>
                {
                    super::recursion::mark(source, tokens, i, &mut out)
                }
                Keyword::ALL | Keyword::DISTINCT if is_word(out.last(), "by") => group_quantifier(tokens, i, &mut out),
                // The command of a policy locks nothing.
                Keyword::FOR
                    if open.is_empty() && is_word(tokens.first(), "create") && is_word(tokens.get(1), "policy") =>
                {
                    None
                }
                Keyword::FOR => row_lock(tokens, i, &mut out),
                Keyword::ON if insert => conflict_target(source, tokens, i, &mut out),
                Keyword::EXCLUDE => frame_exclusion(tokens, i, &open, &mut out),
                Keyword::USING => ordering_operator(tokens, i, &mut out),
                Keyword::AS if out.last().is_some_and(|t| t.token == Token::RParen) => behind_list(tokens, i, &mut out),
                Keyword::INTERVAL => interval_with_precision(tokens, i, &mut out),
                Keyword::ROWS => rows_from(source, tokens, i, &mut out),
                Keyword::ONLY => only(tokens, i, merge, &mut out),
                Keyword::FROM => trim_from(&out),
                Keyword::SIMILAR if !is_word(tokens.get(i + 1), "to") => {
                    substring_similar = true;
                    out.push(plain(token, Token::make_keyword("FROM")));
                    Some(1)
                }
                _ if is_word(Some(token), "isnull") && is_operand(out.last()) => {
                    out.extend([plain(token, Token::make_keyword("IS")), plain(token, Token::make_keyword("NULL"))]);
                    Some(1)
                }
                Keyword::COLLATION
                    if is_word(tokens.get(i + 1), "for")
                        && matches!(tokens.get(i + 2), Some(t) if t.token == Token::LParen) =>
                {
                    out.push(plain(token, Token::make_word("pg_collation_for", None)));
                    Some(2)
                }
                _ if is_normal_form(tokens, i, &out, open.last().copied()) => {
                    out.push(plain(token, Token::SingleQuotedString(w.value.clone())));
                    Some(1)
                }
                Keyword::ESCAPE if !substring_similar && is_cast_string(tokens, i + 1) => {
                    out.extend([token.clone(), tokens[i + 1].clone()]);
                    Some(4)
                }
                Keyword::ESCAPE if substring_similar => {
                    substring_similar = false;
                    out.push(plain(token, Token::make_keyword("FOR")));
                    Some(1)
                }
                Keyword::ARRAY if ends_with_type(&out) => array_type(tokens, i, &mut out),
                Keyword::TABLE => table_query(tokens, i, &mut out),
                Keyword::SELECT if ends_select(tokens.get(i + 1)) => {
                    no_list(token, &mut out);
                    Some(1)
                }
                Keyword::BETWEEN if is_word(tokens.get(i + 1), "symmetric") => {
                    out.push(token.clone());
                    out.push(marked(&tokens[i + 1], marker::SYMMETRIC.to_owned()));
                    Some(2)
                }
                Keyword::WHERE if is_word(tokens.get(i + 1), "current") && is_word(tokens.get(i + 2), "of") => {
                    current_of(tokens, i, &mut out)
                }
                Keyword::DO if merge && is_word(tokens.get(i + 1), "nothing") => merge_nothing(token, &mut out),
                Keyword::DEFAULT if merge && is_word(tokens.get(i + 1), "values") => merge_defaults(token, &mut out),
                Keyword::NoKeyword if (insert || merge) && is_word(Some(token), "overriding") => {
                    overriding(tokens, i, &mut out)
                }
                _ => None,
            },
            _ => None,
        };
        match step {
            Some(n) => i += n,
            None => {
                out.push(token.clone());
                i += 1;
            }
        }
    }
    if merge {
        merge_source(&mut out);
    }
    super::joins::nest(out)
}

/// Whether an expression may end with this token.
fn is_operand(token: Option<&TokenWithSpan>) -> bool {
    let Some(token) = token else { return false };
    match &token.token {
        Token::Word(w) => {
            w.quote_style.is_some() || !matches!(w.keyword, Keyword::AS | Keyword::SELECT | Keyword::WHERE)
        }
        Token::RParen | Token::RBracket | Token::Number(..) | Token::SingleQuotedString(_) | Token::Placeholder(_) => {
            true
        }
        _ => false,
    }
}

/// Whether `'…'::bytea` begins at token `i`: behind ESCAPE the parser takes a string alone.
fn is_cast_string(tokens: &[TokenWithSpan], i: usize) -> bool {
    matches!(tokens.get(i), Some(t) if matches!(t.token, Token::SingleQuotedString(_)))
        && matches!(tokens.get(i + 1), Some(t) if t.token == Token::DoubleColon)
        && (is_word(tokens.get(i + 2), "bytea") || is_word(tokens.get(i + 2), "text"))
}

/// Whether token `i` is the form that NORMALIZE is told; `open` is where the innermost parenthesis is in `out`.
fn is_normal_form(tokens: &[TokenWithSpan], i: usize, out: &[TokenWithSpan], open: Option<usize>) -> bool {
    let form = ["nfc", "nfd", "nfkc", "nfkd"].iter().any(|form| is_word(tokens.get(i), form));
    form && matches!(out.last(), Some(t) if t.token == Token::Comma)
        && matches!(tokens.get(i + 1), Some(t) if t.token == Token::RParen)
        && open.and_then(|at| at.checked_sub(1)).is_some_and(|name| is_word(out.get(name), "normalize"))
}

/// Parentheses around joins behind MERGE's USING, which the parser takes for one relation: they end before the last ON
/// that precedes the first WHEN.
fn merge_source(out: &mut Vec<TokenWithSpan>) {
    let mut depth = 0_usize;
    let (mut using, mut on, mut joins) = (None, None, false);
    for (i, t) in out.iter().enumerate() {
        match &t.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Word(w) if depth == 0 && w.quote_style.is_none() => match w.keyword {
                Keyword::USING if using.is_none() => using = Some(i),
                Keyword::JOIN if using.is_some() => joins = true,
                Keyword::ON if using.is_some() => on = Some(i),
                Keyword::WHEN => break,
                _ => {}
            },
            _ => {}
        }
    }
    if let (Some(using), Some(on), true) = (using, on, joins) {
        let (open, close) = (plain(&out[using + 1], Token::LParen), plain(&out[on], Token::RParen));
        out.insert(on, close);
        out.insert(using + 1, open);
    }
}

/// Whether what was read is an UPDATE or a DELETE, at its own level of parentheses.
fn changes_rows(out: &[TokenWithSpan]) -> bool {
    let mut depth = 0_usize;
    for t in out.iter().rev() {
        match t.token {
            Token::RParen => depth += 1,
            Token::LParen if depth == 0 => return false,
            Token::LParen => depth -= 1,
            _ if depth == 0 && ["update", "delete"].into_iter().any(|w| is_word(Some(t), w)) => return true,
            _ if depth == 0 && is_word(Some(t), "select") => return false,
            _ => {}
        }
    }
    false
}

/// `WHERE CURRENT OF cursor`.
fn current_of(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let (condition, name) = (tokens.get(i)?, tokens.get(i + 3)?);
    if !changes_rows(out) {
        return None;
    }
    let Token::Word(word) = &name.token else { return None };
    let cursor = if word.quote_style.is_some() { word.value.clone() } else { word.value.to_lowercase() };
    out.extend([condition.clone(), marked(name, format!("{}{cursor}", marker::CURRENT_OF))]);
    Some(4)
}

/// DO NOTHING behind THEN, as an action of the kind that may stand there.
fn merge_nothing(at: &TokenWithSpan, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    if !is_word(out.last(), "then") {
        return None;
    }
    let matched = out.iter().rposition(|t| is_word(Some(t), "matched"))?;
    if is_word(out.get(matched.checked_sub(1)?), "not") {
        merge_insert(at, marker::NOTHING, out);
    } else {
        out.extend([plain(at, Token::make_keyword("UPDATE")), plain(at, Token::make_keyword("SET"))]);
        out.extend([marked(at, marker::NOTHING.to_owned()), plain(at, Token::Eq)]);
        out.push(plain(at, Token::Number("0".to_owned(), false)));
    }
    Some(2)
}

/// DEFAULT VALUES behind MERGE's INSERT.
fn merge_defaults(at: &TokenWithSpan, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let [.., then, insert] = out.as_slice() else { return None };
    if !is_word(Some(then), "then") || !is_word(Some(insert), "insert") {
        return None;
    }
    out.pop();
    merge_insert(at, marker::DEFAULTS, out);
    Some(2)
}

fn merge_insert(at: &TokenWithSpan, column: &str, out: &mut Vec<TokenWithSpan>) {
    out.extend([plain(at, Token::make_keyword("INSERT")), plain(at, Token::LParen)]);
    out.extend([marked(at, column.to_owned()), plain(at, Token::RParen), plain(at, Token::make_keyword("VALUES"))]);
    out.extend([plain(at, Token::LParen), plain(at, Token::Number("0".to_owned(), false)), plain(at, Token::RParen)]);
}

/// `USING (…) AS name`, and `function(…) AS (column type, …)`.
fn behind_list(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let open = opening(out)?;
    let before = out.get(open.checked_sub(1)?)?.clone();
    let at = tokens.get(i)?;
    match (&tokens.get(i + 1)?.token, &before.token) {
        (Token::Word(name), Token::Word(_)) if is_word(Some(&before), "using") => {
            // MERGE's USING is followed by a relation.
            let columns = out.get(open + 1..out.len() - 1)?;
            if is_query(columns.first()) || !columns.iter().all(|t| matches!(t.token, Token::Word(_) | Token::Comma)) {
                return None;
            }
            let name = if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() };
            let close = out.pop()?;
            out.extend([plain(at, Token::Comma), marked(at, format!("{}{name}", marker::USING_ALIAS)), close]);
            Some(2)
        }
        // A type follows the first name: no query, and no list of a query's columns.
        (Token::LParen, Token::Word(_)) => {
            let [Token::Word(column), Token::Word(_)] = [&tokens.get(i + 2)?.token, &tokens.get(i + 3)?.token] else {
                return None;
            };
            if column.quote_style.is_none() && is_query(tokens.get(i + 2)) {
                return None;
            }
            out.extend([at.clone(), plain(at, before.token.clone())]);
            Some(1)
        }
        _ => None,
    }
}

/// The `(` of the `)` that `out` ends in.
pub fn opening(out: &[TokenWithSpan]) -> Option<usize> {
    let mut depth = 0_usize;
    out.iter().rposition(|t| {
        match t.token {
            Token::RParen => depth += 1,
            Token::LParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

fn ends_with_parenthesis(out: &[TokenWithSpan]) -> bool {
    out.last().is_some_and(|t| t.token == Token::RParen)
}

/// `GROUP BY ALL` and `GROUP BY DISTINCT` before their items.
fn group_quantifier(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let [.., group, _] = out.as_slice() else { return None };
    if !is_word(Some(group), "group") {
        return None;
    }
    let at = tokens.get(i)?;
    if is_word(Some(at), "distinct") {
        out.extend([marked(at, marker::DISTINCT_SETS.to_owned()), plain(at, Token::Comma)]);
    }
    Some(1)
}

/// Whether a query or another statement that gives rows begins here.
fn is_query(token: Option<&TokenWithSpan>) -> bool {
    let words = ["select", "values", "insert", "update", "delete", "with", "table", "merge"];
    words.iter().any(|w| is_word(token, w))
}

/// Whether the bracket at `i` stands behind a name that is assigned to: in SET before `=`, or in the list of columns
/// of an INSERT.
fn is_target(tokens: &[TokenWithSpan], i: usize, out: &[TokenWithSpan], insert: bool) -> bool {
    let [.., before, name] = out else { return false };
    if !matches!(name.token, Token::Word(_)) {
        return false;
    }
    let Some(end) = behind_path(tokens, i) else { return false };
    let next = tokens.get(end).map(|t| &t.token);
    if next == Some(&Token::Eq) {
        return is_word(Some(before), "set") || before.token == Token::Comma && in_set(out);
    }
    if !insert || !matches!(before.token, Token::LParen | Token::Comma) {
        return false;
    }
    let names = |t: &&TokenWithSpan| matches!(t.token, Token::Word(_) | Token::Period | Token::Comma);
    let listed = out.iter().rev().take_while(names).count();
    let Some(open) = out.len().checked_sub(listed + 1) else { return false };
    out.get(open).is_some_and(|t| t.token == Token::LParen) && names_target(out.get(..open).unwrap_or_default())
}

/// Whether what was read ends in the list of SET, at its own level of parentheses.
fn in_set(out: &[TokenWithSpan]) -> bool {
    let mut depth = 0_usize;
    for t in out.iter().rev() {
        match t.token {
            Token::RParen => depth += 1,
            Token::LParen if depth == 0 => return false,
            Token::LParen => depth -= 1,
            _ if depth > 0 => {}
            _ if ["returning", "where", "select"].into_iter().any(|w| is_word(Some(t), w)) => return false,
            _ if is_word(Some(t), "set") => return true,
            _ => {}
        }
    }
    false
}

/// The place behind all subscripts that begin at `i`, and fields among them.
fn behind_path(tokens: &[TokenWithSpan], i: usize) -> Option<usize> {
    let mut at = behind_subscripts(tokens, i)?;
    while tokens.get(at).is_some_and(|t| t.token == Token::Period)
        && matches!(tokens.get(at + 1).map(|t| &t.token), Some(Token::Word(_)))
    {
        at += 2;
        if tokens.get(at).is_some_and(|t| t.token == Token::LBracket) {
            at = behind_subscripts(tokens, at)?;
        }
    }
    Some(at)
}

/// The place behind all subscripts that begin at `i`.
fn behind_subscripts(tokens: &[TokenWithSpan], i: usize) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, i);
    loop {
        match tokens.get(at)?.token {
            Token::LBracket => depth += 1,
            Token::RBracket => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

fn target_subscripts(
    source: &Source<'_>,
    tokens: &[TokenWithSpan],
    i: usize,
    out: &mut Vec<TokenWithSpan>,
) -> Option<usize> {
    let end = behind_path(tokens, i)?;
    let at = tokens.get(i)?;
    let start = source.pos(out.last()?.span.end).offset()?;
    let stop = source.pos(tokens.get(end - 1)?.span.end).offset()?;
    out.extend([plain(at, Token::Period), marked(at, format!("{}{start} {stop}", marker::SUBSCRIPTS))]);
    Some(end - i)
}

/// `interval(n) 'text'`, whose precision the parser drops.
fn interval_with_precision(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let [word, open, _, close] = tokens.get(i..i + 4)? else { return None };
    let literal = tokens.get(i + 4)?;
    let number = matches!(tokens.get(i + 2)?.token, Token::Number(..));
    let string = matches!(literal.token, Token::SingleQuotedString(_) | Token::EscapedStringLiteral(_));
    if !number || !string || open.token != Token::LParen || close.token != Token::RParen {
        return None;
    }
    out.extend([plain(word, Token::make_keyword("CAST")), plain(word, Token::LParen), literal.clone()]);
    out.push(plain(word, Token::make_keyword("AS")));
    out.extend_from_slice(tokens.get(i..i + 4)?);
    out.push(plain(close, Token::RParen));
    Some(5)
}

/// The FROM of `TRIM(BOTH FROM x)` and `TRIM(FROM x)`, which names no characters.
fn trim_from(out: &[TokenWithSpan]) -> Option<usize> {
    let side = ["both", "leading", "trailing"].iter().any(|side| is_word(out.last(), side));
    let before = out.get(..out.len().checked_sub(usize::from(side))?)?;
    let [.., name, open] = before else { return None };
    (open.token == Token::LParen && is_word(Some(name), "trim")).then_some(1)
}

/// Whether what was read ends in the target of an INSERT.
fn names_target(out: &[TokenWithSpan]) -> bool {
    let name = |t: &&TokenWithSpan| matches!(t.token, Token::Word(_) | Token::Period) && !is_word(Some(*t), "into");
    let names = out.iter().rev().take_while(name).count();
    names > 0
        && !is_keyword(out.last(), Keyword::VALUES)
        && !is_keyword(out.last(), Keyword::USING)
        && out.len() > names
        && is_word(out.get(out.len() - names - 1), "into")
}

fn closing_parenthesis(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, t) in tokens.iter().enumerate().skip(open) {
        match t.token {
            Token::LParen => depth += 1,
            Token::RParen => {
                depth -= 1;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}

fn is_operator(token: &Token) -> bool {
    let other = matches!(
        token,
        Token::Word(_)
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::Placeholder(_)
            | Token::LParen
            | Token::RParen
            | Token::Comma
            | Token::Period
            | Token::EOF
    );
    let text = if other { String::new() } else { token.to_string() };
    !text.is_empty() && text.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c))
}

/// How many tokens from `i` on are one operator, and which: characters of operators that follow each other belong
/// together (manual §4.1.3), and the tokenizer divides those that it does not know.
fn joined_operator(source: &Source<'_>, tokens: &[TokenWithSpan], i: usize) -> Option<(usize, String)> {
    let first = tokens.get(i).filter(|t| is_operator(&t.token))?;
    let adjacent = |a: &TokenWithSpan, b: &TokenWithSpan| a.span.end == b.span.start && is_operator(&b.token);
    let mut count = 1;
    while let (Some(last), Some(next)) = (tokens.get(i + count - 1), tokens.get(i + count))
        && adjacent(last, next)
    {
        count += 1;
    }
    if count == 1 {
        return None;
    }
    let start = source.pos(first.span.start).offset()?;
    // Where each of the tokens ends.
    let ends = tokens.get(i + 1..i + count)?.iter().map(|t| source.pos(t.span.start).offset());
    let mut ends: Vec<usize> = ends.collect::<Option<_>>()?;
    let last = tokens.get(i + count - 1)?;
    ends.push(source.pos(last.span.end).offset().unwrap_or(source.text.len()));
    let whole = source.text.get(start..*ends.last()?)?;
    let text = match whole.contains(|c| "~!@#%^&|`?".contains(c)) {
        true => whole,
        false => whole.trim_end_matches(['+', '-']),
    };
    let count = 1 + ends.iter().position(|end| *end == start + text.len())?;
    (count > 1 && text.chars().all(|c| "+-*/<>=~!@#%^&|`?".contains(c))).then(|| (count, text.to_owned()))
}

/// An operator of several characters ends in `+` or `-` only if it has one of a few others in it; else those
/// are operators of their own (manual §4.1.3).
fn split_operator(token: &TokenWithSpan, text: &str, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    if !text.ends_with(['+', '-']) || text.contains(|c| "~!@#%^&|`?".contains(c)) {
        return None;
    }
    let head = text.trim_end_matches(['+', '-']);
    let head = if head.is_empty() { text.get(..1)? } else { head };
    let mut at = token.span;
    let mut push = |piece: &str, out: &mut Vec<TokenWithSpan>| {
        let made = match piece {
            "+" => Token::Plus,
            "-" => Token::Minus,
            "*" => Token::Mul,
            "/" => Token::Div,
            "<" => Token::Lt,
            ">" => Token::Gt,
            "=" => Token::Eq,
            "<=" => Token::LtEq,
            ">=" => Token::GtEq,
            "<>" => Token::Neq,
            other => Token::CustomBinaryOperator(other.to_owned()),
        };
        out.push(TokenWithSpan { token: made, span: at });
        at.start.column += piece.len() as u64;
    };
    push(head, out);
    for c in text.get(head.len()..)?.chars() {
        push(&c.to_string(), out);
    }
    Some(1)
}

/// Whether `out` ends in `) .` or `$1 .`.
fn ends_with_field_of_value(out: &[TokenWithSpan]) -> bool {
    matches!(out, [.., a, b] if matches!(a.token, Token::RParen | Token::Placeholder(_)) && b.token == Token::Period)
}

/// A quoted identifier of this text at the place of `at`.
pub fn marked(at: &TokenWithSpan, value: String) -> TokenWithSpan {
    let word = Word { value, quote_style: Some('"'), keyword: Keyword::NoKeyword };
    TokenWithSpan::new(Token::Word(word), at.span)
}

fn plain(at: &TokenWithSpan, token: Token) -> TokenWithSpan {
    TokenWithSpan::new(token, at.span)
}

fn row_lock(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let word = |n: usize, w: &str| is_word(tokens.get(i + n), w);
    let (mode, verb, mut used) = if word(1, "no") && word(2, "key") && word(3, "update") {
        ("nku", 3, 4)
    } else if word(1, "key") && word(2, "share") {
        ("ks", 2, 3)
    } else if word(1, "update") {
        ("u", 1, 2)
    } else if word(1, "share") {
        ("s", 1, 2)
    } else {
        return None;
    };
    let at = tokens.get(i)?;
    out.extend([at.clone(), tokens.get(i + verb)?.clone(), plain(at, Token::make_keyword("OF"))]);
    out.push(marked(at, format!("{}{mode}", marker::LOCK)));
    if is_word(tokens.get(i + used), "of") {
        used += 1;
        loop {
            let name = tokens.get(i + used)?;
            out.extend([plain(name, Token::Period), name.clone()]);
            used += 1;
            match tokens.get(i + used).map(|t| &t.token) {
                Some(Token::Comma) => used += 1,
                _ => break,
            }
        }
    }
    Some(used)
}

/// `ON CONFLICT (…) [WHERE …] DO` unless the target is a plain list of columns.
fn conflict_target(
    source: &Source<'_>,
    tokens: &[TokenWithSpan],
    i: usize,
    out: &mut Vec<TokenWithSpan>,
) -> Option<usize> {
    if !is_word(tokens.get(i + 1), "conflict") || tokens.get(i + 2)?.token != Token::LParen {
        return None;
    }
    let close = closing(tokens, i + 2)?;
    let names = tokens.get(i + 3..close)?.iter().enumerate();
    let simple = names.fold(true, |so, (n, t)| {
        so && if n % 2 == 0 { matches!(t.token, Token::Word(_)) } else { t.token == Token::Comma }
    });
    if simple && is_word(tokens.get(close + 1), "do") {
        return None;
    }
    let end = (close..tokens.len()).find(|&k| is_word(tokens.get(k), "do"))?;
    let start = source.start(tokens.get(i + 2)?.span).offset()?;
    let stop = source.pos(tokens.get(end - 1)?.span.end).offset()?;
    let open = tokens.get(i + 2)?;
    out.extend([tokens.get(i)?.clone(), tokens.get(i + 1)?.clone(), open.clone()]);
    out.extend([marked(open, format!("{}{start} {stop}", marker::CONFLICT)), plain(open, Token::RParen)]);
    Some(end - i)
}

fn overriding(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let kind = ["system", "user"].into_iter().find(|w| is_word(tokens.get(i + 1), w))?;
    if !is_word(tokens.get(i + 2), "value") {
        return None;
    }
    let at = tokens.get(i)?;
    let mark = marked(at, format!("{}{kind}", marker::OVERRIDING));
    if out.last().is_some_and(|t| t.token == Token::RParen) {
        let open = out.iter().rposition(|t| t.token == Token::LParen)?;
        out.splice(open + 1..=open, [mark, plain(at, Token::Comma)]);
    } else {
        out.extend([plain(at, Token::LParen), mark, plain(at, Token::RParen)]);
    }
    Some(3)
}

fn frame_exclusion(tokens: &[TokenWithSpan], i: usize, open: &[usize], out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let (kind, used) = if is_word(tokens.get(i + 1), "current") && is_word(tokens.get(i + 2), "row") {
        ("current", 3)
    } else if is_word(tokens.get(i + 1), "no") && is_word(tokens.get(i + 2), "others") {
        ("none", 3)
    } else {
        (["group", "ties"].into_iter().find(|w| is_word(tokens.get(i + 1), w))?, 2)
    };
    let at = tokens.get(i)?;
    let paren = *open.last()?;
    // The window's own base name, if it has one, follows the marker within it.
    let base = match out.get(paren + 1).map(|t| &t.token) {
        Some(Token::Word(w))
            if !matches!(w.keyword, Keyword::PARTITION | Keyword::ORDER | Keyword::ROWS)
                && !matches!(w.keyword, Keyword::RANGE | Keyword::GROUPS) =>
        {
            let name = if w.quote_style.is_some() { w.value.clone() } else { w.value.to_lowercase() };
            out.remove(paren + 1);
            format!(" {name}")
        }
        _ => String::new(),
    };
    out.insert(paren + 1, marked(at, format!("{}{kind}{base}", marker::EXCLUDE)));
    Some(used)
}

fn ordering_operator(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let at = tokens.get(i + 1)?;
    let keyword = match at.token {
        Token::Lt => "ASC",
        Token::Gt => "DESC",
        _ => return None,
    };
    out.push(plain(at, Token::make_keyword(keyword)));
    Some(2)
}

fn rows_from(source: &Source<'_>, tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    if !is_word(tokens.get(i + 1), "from") || tokens.get(i + 2)?.token != Token::LParen {
        return None;
    }
    let close = closing(tokens, i + 2)?;
    let at = tokens.get(i)?;
    let start = source.pos(tokens.get(i + 2)?.span.end).offset()?;
    let stop = source.start(tokens.get(close)?.span).offset()?;
    let (place, text) = (tokens.get(i + 2)?.span.end, source.text.get(start..stop)?);
    out.push(marked(at, format!("{}{} {} {text}", marker::ROWS, place.line, place.column)));
    out.extend([plain(at, Token::LParen), plain(at, Token::RParen)]);
    Some(close + 1 - i)
}

/// `TABLE t` where a query may stand.
fn table_query(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let at = tokens.get(i)?;
    if is_word(tokens.first(), "reindex") {
        return None;
    }
    let query = match i.checked_sub(1).and_then(|b| tokens.get(b)) {
        None => true,
        Some(before) => {
            // Behind a parenthesis it follows the list of WITH.
            matches!(before.token, Token::LParen | Token::RParen)
                || ["union", "except", "intersect"].into_iter().any(|w| is_word(Some(before), w))
                || is_word(Some(before), "all") && i >= 2 && is_word(tokens.get(i - 2), "union")
        }
    };
    if !query || !matches!(tokens.get(i + 1).map(|t| &t.token), Some(Token::Word(_))) {
        return None;
    }
    out.extend([
        plain(at, Token::make_keyword("SELECT")),
        plain(at, Token::Mul),
        plain(at, Token::make_keyword("FROM")),
    ]);
    Some(1)
}

/// Whether a SELECT that this follows has neither a list nor FROM.
fn ends_select(next: Option<&TokenWithSpan>) -> bool {
    match next.map(|t| &t.token) {
        None | Some(Token::EOF | Token::SemiColon | Token::RParen) => true,
        Some(Token::Word(w)) if w.quote_style.is_none() => matches!(
            w.keyword,
            Keyword::WHERE
                | Keyword::UNION
                | Keyword::INTERSECT
                | Keyword::EXCEPT
                | Keyword::ORDER
                | Keyword::LIMIT
                | Keyword::OFFSET
                | Keyword::FETCH
                | Keyword::GROUP
                | Keyword::HAVING
        ),
        _ => false,
    }
}

fn no_list(at: &TokenWithSpan, out: &mut Vec<TokenWithSpan>) {
    out.extend([plain(at, Token::make_keyword("SELECT")), plain(at, Token::make_keyword("FROM"))]);
    out.extend([plain(at, Token::LParen), plain(at, Token::make_keyword("SELECT"))]);
    out.push(plain(at, Token::Number("0".to_owned(), false)));
    out.extend([plain(at, Token::RParen), marked(at, marker::ROW.to_owned())]);
}

/// ONLY before a table's name, which may have parentheses, where the grammar does not know it. Statements of ours, whose
/// lists of tables are no FROM, know it themselves.
fn only(tokens: &[TokenWithSpan], i: usize, merge: bool, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let at = tokens.get(i)?;
    let before = out.last();
    let listed = matches!(before.map(|t| &t.token), Some(Token::Comma | Token::LParen))
        && !["lock", "truncate", "alter"].into_iter().any(|w| is_word(tokens.first(), w));
    let from = ["from", "join", "update", "using"].into_iter().any(|w| is_word(before, w));
    if !(listed || from || merge && is_word(before, "into")) {
        return None;
    }
    let parenthesis = matches!(tokens.get(i + 1).map(|t| &t.token), Some(Token::LParen));
    let first = i + 1 + usize::from(parenthesis);
    let part = |n: usize| matches!(tokens.get(n).map(|t| &t.token), Some(Token::Word(_)));
    if !part(first) || is_word(tokens.get(first), "as") {
        return None;
    }
    out.extend([marked(at, marker::ONLY.to_owned()), plain(at, Token::Period)]);
    if !parenthesis {
        return Some(1);
    }
    let mut end = first + 1;
    while matches!(tokens.get(end).map(|t| &t.token), Some(Token::Period)) && part(end + 1) {
        end += 2;
    }
    if !matches!(tokens.get(end).map(|t| &t.token), Some(Token::RParen)) {
        out.truncate(out.len() - 2);
        return None;
    }
    out.extend_from_slice(tokens.get(first..end)?);
    Some(end + 1 - i)
}

/// Whether the star at `i` stands behind a table's name: nothing follows that it could be multiplied with.
fn is_table_star(tokens: &[TokenWithSpan], i: usize, out: &[TokenWithSpan]) -> bool {
    let Some(Token::Word(name)) = out.last().map(|t| &t.token) else { return false };
    if name.quote_style.is_none() && is_reserved(&name.value.to_ascii_lowercase()) {
        return false;
    }
    let part = |t: &&TokenWithSpan| matches!(t.token, Token::Word(_) | Token::Period);
    let names = out.iter().rev().take_while(part).enumerate();
    let names = names.take_while(|(n, t)| (n % 2 == 1) == (t.token == Token::Period)).count();
    let before = out.len().checked_sub(names + 1).and_then(|n| out.get(n));
    let words: &[&str] = if ["update", "join"].into_iter().any(|w| is_word(before, w)) {
        &["as", "set", "on", "using", "where"]
    } else if ["from", "using"].into_iter().any(|w| is_word(before, w))
        || matches!(before.map(|t| &t.token), Some(Token::Comma | Token::LParen))
            && is_within_from(&out[..out.len() - names])
    {
        &["as", "where", "group", "having", "order", "join", "inner", "cross", "natural", "full", "union", "except"]
    } else {
        return false;
    };
    let next = tokens.get(i + 1);
    let ends = match next.map(|t| &t.token) {
        None | Some(Token::EOF | Token::SemiColon) => true,
        Some(Token::Comma | Token::RParen) => !is_word(before, "update"),
        _ => false,
    };
    ends || words.iter().any(|w| is_word(next, w))
}

/// Whether what was read ends within a list of tables, before a name of one: the clause that the list, or the innermost parenthesis around it,
/// stands in is FROM or USING.
fn is_within_from(out: &[TokenWithSpan]) -> bool {
    // `COPY t FROM STDIN (force_quote *)` has no query.
    if is_word(out.first(), "copy") && !matches!(out.get(1).map(|t| &t.token), Some(Token::LParen)) {
        return false;
    }
    let mut depth = 0usize;
    for token in out.iter().rev() {
        match &token.token {
            Token::RParen => depth += 1,
            // One that is open yet, as in `FROM (a *, b)`: what is before it says.
            Token::LParen => depth = depth.saturating_sub(1),
            Token::Word(w) if depth == 0 && w.quote_style.is_none() => match w.value.to_ascii_lowercase().as_str() {
                "from" | "using" => return true,
                "select" | "where" | "set" | "by" | "values" | "with" | "returning" | "having" | "copy" | "explain" => {
                    return false;
                }
                _ => {}
            },
            _ => {}
        }
    }
    false
}

/// Whether the star at `i`, behind a name and a period, is an operand: the whole row, and not its columns.
fn is_row_value(tokens: &[TokenWithSpan], i: usize, out: &[TokenWithSpan]) -> bool {
    let [.., name, period] = out else { return false };
    if !matches!(name.token, Token::Word(_)) || period.token != Token::Period {
        return false;
    }
    let named = |t: &&TokenWithSpan| matches!(t.token, Token::Word(_) | Token::Period);
    // The parts of the name, up to the first word that follows a word.
    let mut parts = 0;
    for (n, t) in out.iter().rev().take_while(named).enumerate() {
        if (n % 2 == 0) != (t.token == Token::Period) {
            break;
        }
        parts += 1;
    }
    let before = out.len().checked_sub(parts + 1).and_then(|n| out.get(n));
    let next = tokens.get(i + 1);
    let operator = |t: Option<&TokenWithSpan>| {
        matches!(
            t.map(|t| &t.token),
            Some(
                Token::Eq
                    | Token::Neq
                    | Token::Lt
                    | Token::Gt
                    | Token::LtEq
                    | Token::GtEq
                    | Token::StringConcat
                    | Token::DoubleColon
            )
        )
    };
    if operator(next) || operator(before) || is_word(next, "is") || is_word(next, "in") {
        return true;
    }
    let parenthesized = before.is_some_and(|t| t.token == Token::LParen)
        && next.is_some_and(|t| t.token == Token::RParen)
        && out.len() >= parts + 2;
    let outside = out.len().checked_sub(parts + 2).and_then(|n| out.get(n));
    parenthesized
        && match outside.map(|t| &t.token) {
            Some(Token::Word(w)) => {
                ["select", "where", "and", "or", "not", "on", "when", "having", "by", "then", "else"]
                    .iter()
                    .any(|k| w.quote_style.is_none() && w.value.eq_ignore_ascii_case(k))
            }
            Some(Token::LParen | Token::Comma) => true,
            _ => operator(outside),
        }
}

fn is_quantifier(token: Option<&TokenWithSpan>) -> bool {
    ["any", "some", "all"].iter().any(|w| is_word(token, w))
}

/// The VALUES behind ANY or ALL, which the parser takes for an expression.
fn quantified_values(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let close = closing(tokens, i)?;
    let at = tokens.get(i)?;
    let end = tokens.get(close)?;
    out.extend([at.clone(), plain(at, Token::make_keyword("SELECT")), plain(at, Token::Mul)]);
    out.extend([plain(at, Token::make_keyword("FROM")), plain(at, Token::LParen)]);
    out.extend_from_slice(tokens.get(i + 1..close)?);
    out.extend([plain(end, Token::RParen), marked(end, marker::VALUES.to_owned()), end.clone()]);
    Some(close + 1 - i)
}

/// Whether what was read ends in the first name behind a query's FROM; `open` is the parenthesis that it stands in.
fn ends_with_table(out: &[TokenWithSpan], open: Option<usize>) -> bool {
    // `extract(year FROM a * 2)` is no query.
    if open.is_some_and(|open| !is_word(out.get(open + 1), "select")) {
        return false;
    }
    let name = |t: &&TokenWithSpan| matches!(t.token, Token::Word(_) | Token::Period) && !is_word(Some(*t), "from");
    let names = out.iter().rev().take_while(name).count();
    let name = out.iter().rev().take(names).enumerate();
    let alone = names % 2 == 1 && name.fold(true, |so, (n, t)| so && (n % 2 == 1) == (t.token == Token::Period));
    alone && out.len() > names && is_word(out.get(out.len() - names - 1), "from")
}

/// Whether what was read ends in a type's name, behind which ARRAY is no expression.
fn ends_with_type(out: &[TokenWithSpan]) -> bool {
    let Some(Token::Word(word)) = out.last().map(|t| &t.token) else { return false };
    word.quote_style.is_some()
        || matches!(
            word.keyword,
            Keyword::BIGINT
                | Keyword::BOOL
                | Keyword::BOOLEAN
                | Keyword::BYTEA
                | Keyword::CHAR
                | Keyword::CHARACTER
                | Keyword::DATE
                | Keyword::DECIMAL
                | Keyword::FLOAT4
                | Keyword::FLOAT8
                | Keyword::INT
                | Keyword::INT2
                | Keyword::INT4
                | Keyword::INT8
                | Keyword::INTEGER
                | Keyword::INTERVAL
                | Keyword::JSON
                | Keyword::JSONB
                | Keyword::NUMERIC
                | Keyword::PRECISION
                | Keyword::REAL
                | Keyword::SMALLINT
                | Keyword::TEXT
                | Keyword::TIME
                | Keyword::TIMESTAMP
                | Keyword::TIMESTAMPTZ
                | Keyword::UUID
                | Keyword::VARCHAR
                | Keyword::VARYING
                | Keyword::ZONE
        )
}

/// `ARRAY` and `ARRAY[n]` behind a type.
fn array_type(tokens: &[TokenWithSpan], i: usize, out: &mut Vec<TokenWithSpan>) -> Option<usize> {
    let at = tokens.get(i)?;
    if tokens.get(i + 1).is_none_or(|next| next.token != Token::LBracket) {
        out.extend([plain(at, Token::LBracket), plain(at, Token::RBracket)]);
    }
    Some(1)
}

/// The `)` that closes the `(` at `open`.
fn closing(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (k, t) in tokens.iter().enumerate().skip(open) {
        match t.token {
            Token::LParen => depth += 1,
            Token::RParen => {
                depth -= 1;
                if depth == 0 {
                    return Some(k);
                }
            }
            _ => {}
        }
    }
    None
}
