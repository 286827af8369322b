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

use gavel_functions::registry::{self, ProcKind};
use gavel_types::{PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, Expr, Visit, VisitMut, Visitor, VisitorMut};

use super::Binder;
use super::direct::marked;
use super::scalar::{Typed, column};
use crate::bound::{Aggregate, Scalar, SortKey};
use crate::parse::{Pos, parse_expression};
use crate::query_tree::CallTree;

/// Whether the name is one of the four.
pub fn is_one(name: &str) -> bool {
    matches!(name, "rank" | "dense_rank" | "percent_rank" | "cume_dist")
}

/// `k0` stands for the first key, `h0` for the first direct argument.
fn place(kind: char, i: usize) -> String {
    format!("\"\u{1}{kind}{i}\"")
}

/// The row comes before the hypothetical one, or (`equal`) is equal to it, by the keys.
fn before(keys: &[ast::OrderByExpr], direct: &[&Expr], sets: bool, equal: bool) -> String {
    let mut condition = if equal { "true" } else { "false" }.to_owned();
    for (i, key) in keys.iter().enumerate().rev() {
        let (k, mut h) = (place('k', i), place('h', i));
        // What no set can lack is left as it is; so are literals, whose type is not known yet.
        if sets && direct.get(i).is_some_and(|e| mentions_columns(e)) {
            h = marked(&h);
        }
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

/// Whether an expression has names in it.
fn mentions_columns(expr: &Expr) -> bool {
    struct Names;
    impl Visitor for Names {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            match expr {
                Expr::Identifier(_) | Expr::CompoundIdentifier(_) => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        }
    }
    expr.visit(&mut Names).is_break()
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
        if self.recorder.is_some() {
            return self.recorded_hypothetical(f, name, &direct, pos);
        }
        let filter = |condition: String| match &f.filter {
            Some(_) => format!("count(*) FILTER (WHERE ({condition}) AND \"\u{1}f\")"),
            None => format!("count(*) FILTER (WHERE {condition})"),
        };
        let row: Vec<String> = (0..keys.len()).map(|i| place('k', i)).collect();
        let sets = self.level().grouping_sets;
        let earlier = filter(before(keys, &direct, sets, false));
        let all = filter("true".into());
        let text = match name {
            "rank" => format!("1 + {earlier}"),
            "dense_rank" => {
                format!("1 + {}", earlier.replacen("count(*)", &format!("count(DISTINCT ROW({}))", row.join(", ")), 1))
            }
            "percent_rank" => {
                format!("CASE WHEN {all} = 0 THEN 0::float8 ELSE {earlier}::float8 / {all}::float8 END")
            }
            _ => format!("({} + 1)::float8 / ({all} + 1)::float8", filter(before(keys, &direct, sets, true))),
        };
        let mut expr = parse_expression(&text)?;
        let _ = VisitMut::visit(&mut expr, &mut Fill { keys, direct: &direct, filter: f.filter.as_deref() });
        let outer = std::mem::replace(&mut self.stands_in, true);
        let value = self.expr(&expr);
        self.stands_in = outer;
        let mut value = value?;
        value.pos = pos;
        Ok(value)
    }

    /// The aggregate itself, for a query tree.
    fn recorded_hypothetical(&mut self, f: &ast::Function, name: &str, direct: &[&Expr], pos: Pos) -> SqlResult<Typed> {
        let proc = registry::procs_named(name).find(|p| p.kind == ProcKind::Aggregate);
        let proc = proc.ok_or_else(|| SqlError::internal("a hypothetical-set aggregate that is not there"))?;
        let (mut args, mut keys) = (Vec::with_capacity(direct.len() * 2), Vec::with_capacity(direct.len()));
        for (value, key) in direct.iter().zip(&f.within_group) {
            let (value, expr) = (self.expr(value)?, self.expr(&key.expr)?);
            let (pair, _) = self.to_common(vec![expr, value], "WITHIN GROUP")?;
            let [expr, value] = <[Scalar; 2]>::try_from(pair).map_err(|_| SqlError::internal("a pair of one"))?;
            args.push(value);
            let descending = key.options.asc == Some(false);
            let nulls_first = key.options.nulls_first.unwrap_or(descending);
            keys.push(SortKey { expr, descending, nulls_first });
        }
        let filter = match &f.filter {
            Some(filter) => {
                let value = self.expr(filter)?;
                Some(self.coerce_boolean(value, "FILTER")?)
            }
            None => None,
        };
        let (id, ty, count) = (self.new_column(), PgType::new(proc.ret), args.len());
        let (function, order_by, user) = (proc.oid, keys, None);
        let aggregate = Aggregate { id, function, args, direct: count, distinct: false, filter, order_by, ty, user };
        self.record_call(id, || CallTree::Aggregate(aggregate.clone()));
        let level = self.level();
        level.has_aggregates = true;
        level.first_aggregate = level.first_aggregate.or(pos);
        level.aggregates.push(aggregate);
        Ok(Typed::new(column(id, ty), pos))
    }
}
