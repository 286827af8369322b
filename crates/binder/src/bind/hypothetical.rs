//! Hypothetical-set aggregates: `rank(4) WITHIN GROUP (ORDER BY x)` and its kin say where a row would stand
//! if it were among the others. They are counts of the rows that would come before it:
//!
//! | call | is |
//! |---|---|
//! | `rank` | 1 + rows before |
//! | `dense_rank` | 1 + distinct keys before |
//! | `percent_rank` | rows before / rows |
//! | `cume_dist` | (rows before or equal + 1) / (rows + 1) |

use std::ops::ControlFlow;

use gavel_types::{SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, Expr, VisitMut, VisitorMut};

use super::Binder;
use super::scalar::Typed;
use crate::parse::{Pos, parse_expression};

/// Whether the name is one of the four.
pub fn is_one(name: &str) -> bool {
    matches!(name, "rank" | "dense_rank" | "percent_rank" | "cume_dist")
}

/// `k0` stands for the first key, `h0` for the first direct argument.
fn place(kind: char, i: usize) -> String {
    format!("\"\u{1}{kind}{i}\"")
}

/// The row comes before the hypothetical one, or (`equal`) is equal to it, by the keys.
fn before(keys: &[ast::OrderByExpr], equal: bool) -> String {
    let mut condition = if equal { "true" } else { "false" }.to_owned();
    for (i, key) in keys.iter().enumerate().rev() {
        let (k, h) = (place('k', i), place('h', i));
        let descending = key.options.asc == Some(false);
        let nulls_first = key.options.nulls_first.unwrap_or(descending);
        let operator = if descending { ">" } else { "<" };
        let (null, other) = if nulls_first { (&k, &h) } else { (&h, &k) };
        condition = format!(
            "({k} {operator} {h} OR {null} IS NULL AND {other} IS NOT NULL OR ({k} IS NOT DISTINCT FROM {h}) AND {condition})"
        );
    }
    condition
}

struct Fill<'a> {
    keys: &'a [ast::OrderByExpr],
    direct: &'a [&'a Expr],
    filter: Option<&'a Expr>,
}

impl VisitorMut for Fill<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let Expr::Identifier(ident) = expr else { return ControlFlow::Continue(()) };
        let Some(place) = ident.value.strip_prefix('\u{1}') else { return ControlFlow::Continue(()) };
        let number = place.get(1..).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
        let given = match place.chars().next() {
            Some('k') => self.keys.get(number).map(|k| &k.expr),
            Some('h') => self.direct.get(number).copied(),
            _ => self.filter,
        };
        if let Some(given) = given {
            *expr = Expr::Nested(Box::new(given.clone()));
        }
        ControlFlow::Continue(())
    }
}

impl Binder<'_> {
    pub fn hypothetical(
        &mut self,
        f: &ast::Function,
        name: &str,
        list: &[ast::FunctionArg],
        pos: Pos,
    ) -> SqlResult<Typed> {
        let mut direct = Vec::with_capacity(list.len());
        for argument in list {
            match argument {
                ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(e)) => direct.push(e),
                _ => {
                    let error = SqlError::new(SqlState::SyntaxError, "syntax error at or near \"*\"");
                    return Err(self.error_at(error, pos));
                }
            }
        }
        let keys = f.within_group.as_slice();
        if direct.len() != keys.len() {
            let mut types = Vec::new();
            for e in direct.iter().copied().chain(keys.iter().map(|k| &k.expr)) {
                types.push(super::typename::format_type(self.expr(e)?.scalar.ty));
            }
            let text = format!("function {name}({}) does not exist", types.join(", "));
            let hint = format!(
                "To use the hypothetical-set aggregate {name}, the number of hypothetical direct arguments (here {}) must match the number of ordering columns (here {}).",
                direct.len(),
                keys.len()
            );
            return Err(self.error_at(SqlError::new(SqlState::UndefinedFunction, text).hint(hint), pos));
        }
        let filter = |condition: String| match &f.filter {
            Some(_) => format!("count(*) FILTER (WHERE ({condition}) AND \"\u{1}f\")"),
            None => format!("count(*) FILTER (WHERE {condition})"),
        };
        let row: Vec<String> = (0..keys.len()).map(|i| place('k', i)).collect();
        let earlier = filter(before(keys, false));
        let all = filter("true".into());
        let text = match name {
            "rank" => format!("1 + {earlier}"),
            "dense_rank" => {
                format!("1 + {}", earlier.replacen("count(*)", &format!("count(DISTINCT ROW({}))", row.join(", ")), 1))
            }
            "percent_rank" => {
                format!("CASE WHEN {all} = 0 THEN 0::float8 ELSE {earlier}::float8 / {all}::float8 END")
            }
            _ => format!("({} + 1)::float8 / ({all} + 1)::float8", filter(before(keys, true))),
        };
        let mut expr = parse_expression(&text)?;
        let _ = expr.visit(&mut Fill { keys, direct: &direct, filter: f.filter.as_deref() });
        let mut value = self.expr(&expr)?;
        value.pos = pos;
        Ok(value)
    }
}
