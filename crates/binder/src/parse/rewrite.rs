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
//! | `FROM CAST(a AS text)`, `FROM CURRENT_DATE` | the same, of one call ([`super::item_call`]) |
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
//! | `COLLATION FOR (a)` | `⟨collation for⟩(a)` |
//! | `WITH a AS (…) SEARCH …`, `CYCLE …` | `WITH a (⟨recursion line column text⟩) AS (…)` |
//! | LIMIT, OFFSET, FETCH, locks | in one order ([`super::tail`]) |
//! | joins whose conditions stand together | with parentheses ([`super::joins`]) |
//!
//! | module | what it rewrites |
//! |---|---|
//! | `stars` | `*` behind rows and tables |
//! | `items` | items of FROM, queries without one |
//! | `targets` | what is written to |
//! | `rows` | locks of rows, `CURRENT OF` |
//! | `merge` | MERGE |
//! | `grouping` | GROUP BY, frames |
//! | `operators` | operators |
//! | `expressions` | expressions and types |

mod expressions;
mod grouping;
mod items;
pub mod marker;
mod merge;
mod operators;
mod rows;
mod stars;
mod targets;
mod tokens;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use expressions::{array_type, ends_with_type, interval_with_precision, is_cast_string, is_normal_form, trim_from};
use grouping::{frame_exclusion, group_quantifier};
use items::{behind_list, ends_select, no_list, only, rows_from, table_query};
use merge::{merge_defaults, merge_nothing, merge_source};
use operators::{is_quantifier, joined_operator, ordering_operator, quantified_values, split_operator};
use rows::{current_of, row_lock};
use stars::{ends_with_field_of_value, ends_with_table, is_row_value, is_table_star};
use targets::{conflict_target, is_target, names_target, overriding, target_subscripts};
pub use tokens::{closing, marked, opening, own_level, plain};
use tokens::{ends_with_parenthesis, is_operand};

use super::{Source, is_keyword, is_word};

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
    let mut left_out = None;
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        if left_out == Some(i) {
            left_out = None;
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
                left_out = closing(tokens, i);
                Some(usize::from(left_out.is_some())).filter(|n| *n > 0)
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
                _ if super::item_call::begins(tokens, i, &out) => super::item_call::mark(source, tokens, i, &mut out),
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
                    out.push(marked(token, marker::COLLATION.to_owned()));
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
