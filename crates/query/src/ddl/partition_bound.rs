//! FOR VALUES and DEFAULT of a partition: values are computed once and for all, and what they take must be free
//! (<https://www.postgresql.org/docs/15/sql-createtable.html>).

use std::sync::Arc;

use gavel_binder::ddl::ast::{BoundKind, BoundSpec};
use gavel_catalog::Table;
use gavel_catalog::descriptor::datum_text;
use gavel_catalog::partition::{PartitionBound, PartitionKey, PartitionOn, PartitionStrategy, RangeEdge};
use gavel_types::text_io;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{Expr, Spanned};
use sqlparser::tokenizer::Span;

use super::DdlContext;
use super::binding::Usage;
use super::expression::folded;
use crate::partition::bounds::{At, Bounds, Conflict};
use crate::partition::hashing::Hashing;
use crate::partition::stored_style;
use crate::system::resolver::style_over;

fn malformed(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidTableDefinition, message)
}

fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidObjectDefinition, message)
}

/// MODULUS and REMAINDER, which [`DdlContext::require_bound_words`] has seen to be there.
fn hash_numbers(words: &[(String, Span, i64)]) -> SqlResult<(i32, i32)> {
    let number = |name: &str| {
        let value = words.iter().find(|(word, ..)| word == name).map_or(0, |(.., value)| *value);
        i32::try_from(value)
            .map_err(|_| SqlError::new(SqlState::SyntaxError, format!("syntax error at or near \"{value}\"")))
    };
    Ok((number("modulus")?, number("remainder")?))
}

/// The list without a value that is in it already.
fn without_repeats(values: Vec<Option<String>>) -> Vec<Option<String>> {
    let mut out: Vec<Option<String>> = Vec::with_capacity(values.len());
    for value in values {
        if !out.contains(&value) {
            out.push(value);
        }
    }
    out
}

impl DdlContext<'_> {
    /// What is wrong with a bound whatever it is for: PostgreSQL says so while it reads the statement.
    ///
    /// # Errors
    /// 42710 and 42601 for MODULUS and REMAINDER.
    pub(super) fn require_bound_words(&self, spec: &BoundSpec) -> SqlResult<()> {
        let BoundKind::Hash(words) = &spec.kind else { return Ok(()) };
        let mut seen: Vec<&str> = Vec::new();
        for (word, span, _) in words {
            let place = self.binder.place(*span);
            if !matches!(word.as_str(), "modulus" | "remainder") {
                let message = format!("unrecognized hash partition bound specification \"{word}\"");
                return Err(SqlError::new(SqlState::SyntaxError, message).at(place));
            }
            if seen.contains(&word.as_str()) {
                let message = format!("{word} for hash partition provided more than once");
                return Err(SqlError::new(SqlState::DuplicateObject, message).at(place));
            }
            seen.push(word);
        }
        match ["modulus", "remainder"].into_iter().find(|word| !seen.contains(word)) {
            Some(word) => {
                let message = format!("{word} for hash partition must be specified");
                Err(SqlError::new(SqlState::SyntaxError, message))
            }
            None => Ok(()),
        }
    }

    /// The bound of a partition of `parent`, which is partitioned, with its values computed.
    ///
    /// # Errors
    /// 42P16 for a bound that is not one of its strategy; what the values raise, and 42804, 42P17.
    pub(super) async fn written_bound(&mut self, parent: &Arc<Table>, spec: &BoundSpec) -> SqlResult<PartitionBound> {
        let key = parent.partitioned.as_ref().ok_or_else(|| SqlError::internal("table is not partitioned"))?;
        let other = |strategy: &str| malformed(format!("invalid bound specification for a {strategy} partition"));
        match (key.strategy, &spec.kind) {
            (PartitionStrategy::Hash, BoundKind::Default) => {
                Err(malformed("a hash-partitioned table may not have a default partition"))
            }
            (_, BoundKind::Default) => Ok(PartitionBound::Default),
            (PartitionStrategy::Hash, BoundKind::Hash(words)) => {
                Hashing::of(parent, self.now()).require()?;
                let (modulus, remainder) = hash_numbers(words)?;
                if modulus <= 0 {
                    let message = "modulus for hash partition must be an integer value greater than zero";
                    return Err(malformed(message));
                }
                if remainder >= modulus {
                    return Err(malformed("remainder for hash partition must be less than modulus"));
                }
                Ok(PartitionBound::Hash { modulus, remainder })
            }
            (PartitionStrategy::List, BoundKind::List(exprs)) => {
                let mut values = Vec::with_capacity(exprs.len());
                for expr in exprs {
                    values.push(self.bound_value(parent, key, 0, expr).await?);
                }
                Ok(PartitionBound::List(without_repeats(values)))
            }
            (PartitionStrategy::Range, BoundKind::Range { from, to }) => {
                for (word, edge) in [("FROM", from), ("TO", to)] {
                    if edge.len() != key.parts.len() {
                        let message = format!("{word} must specify exactly one value per partitioning column");
                        return Err(malformed(message));
                    }
                }
                let from = self.written_edges(parent, key, from).await?;
                let to = self.written_edges(parent, key, to).await?;
                Ok(PartitionBound::Range { from, to })
            }
            (strategy, _) => {
                let strategy = match strategy {
                    PartitionStrategy::Hash => "hash",
                    PartitionStrategy::List => "list",
                    PartitionStrategy::Range => "range",
                };
                Err(other(strategy).at(self.binder.place(spec.span)))
            }
        }
    }

    async fn written_edges(
        &mut self,
        parent: &Arc<Table>,
        key: &PartitionKey,
        exprs: &[Expr],
    ) -> SqlResult<Vec<RangeEdge>> {
        let mut edges = Vec::with_capacity(exprs.len());
        for (at, expr) in exprs.iter().enumerate() {
            let infinite = match expr {
                Expr::Identifier(name) => match folded(name).as_str() {
                    "minvalue" => Some(RangeEdge::Min),
                    "maxvalue" => Some(RangeEdge::Max),
                    _ => None,
                },
                _ => None,
            };
            edges.push(match infinite {
                Some(edge) => edge,
                None => match self.bound_value(parent, key, at, expr).await? {
                    Some(text) => RangeEdge::Value(text),
                    None => return Err(invalid("cannot specify NULL in range bound")),
                },
            });
        }
        // Behind something infinite there is nothing else.
        for (at, pair) in edges.windows(2).enumerate() {
            let word = match pair {
                [RangeEdge::Min, next] if *next != RangeEdge::Min => "MINVALUE",
                [RangeEdge::Max, next] if *next != RangeEdge::Max => "MAXVALUE",
                _ => continue,
            };
            let message = format!("every bound following {word} must also be {word}");
            let place = exprs.get(at + 1).and_then(|expr| self.place_of(expr));
            return Err(SqlError::new(SqlState::DatatypeMismatch, message).at(place));
        }
        Ok(edges)
    }

    /// A value for a part of the key, as the catalog keeps it; `None` is NULL.
    async fn bound_value(
        &mut self,
        parent: &Arc<Table>,
        key: &PartitionKey,
        at: usize,
        expr: &Expr,
    ) -> SqlResult<Option<String>> {
        let part = key.parts.get(at).ok_or_else(|| SqlError::internal("a bound has more parts than its key"))?;
        let stored = self.binder.expression(self.scope(), parent, expr, Usage::PartitionBound(at))?;
        // A domain is asked about the value; its length is looked at as in an assignment, below.
        let plain = if part.ty.oid == Oid::BIT { part.ty } else { PgType::new(part.ty.oid) };
        let declared = match &part.key {
            PartitionOn::Column(number) => parent.column(*number).and_then(|c| c.domain),
            PartitionOn::Expression(_) => None,
        };
        let target = text_io::type_name_with_typmod(declared.map_or(plain, PgType::new));
        let catalog = self.now().clone();
        let rows = self.host.run(&catalog, &format!("SELECT CAST(({}) AS {target})", stored.sql)).await?;
        let value = rows.first().and_then(|row| row.first()).unwrap_or(&Datum::Null);
        let Some(text) = datum_text(value, plain) else { return Ok(None) };
        let value = text_io::parse(&text, part.ty, &stored_style(&catalog))?;
        Ok(datum_text(&value, part.ty))
    }

    fn place_of(&self, expr: &Expr) -> Option<usize> {
        let inner = match expr {
            Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::Collate { expr: inner, .. } => inner,
            Expr::BinaryOp { left, .. } => left,
            _ => return self.binder.place(expr.span()),
        };
        self.place_of(inner)
    }

    /// # Errors
    /// 42P17 if the new partition `name` of `parent` would take what others take, or nothing.
    pub(super) fn require_room(
        &self,
        name: &str,
        parent: &Table,
        spec: &BoundSpec,
        bound: &PartitionBound,
    ) -> SqlResult<()> {
        let Some(conflict) = Bounds::of(parent, self.now())?.conflict(bound)? else { return Ok(()) };
        let called = |oid: Oid| self.now().table(oid).map_or("", |t| t.name.as_str());
        let whole = self.binder.place(spec.span);
        let modulus = "every hash partition modulus must be a factor of the next larger modulus";
        let own = if let PartitionBound::Hash { modulus, .. } = bound { *modulus } else { 0 };
        Err(match conflict {
            Conflict::Default(other) => {
                let other = called(other);
                invalid(format!("partition \"{name}\" conflicts with existing default partition \"{other}\"")).at(whole)
            }
            Conflict::Empty(at) => {
                let (from, to) = match bound {
                    PartitionBound::Range { from, to } => (self.edge_text(parent, from), self.edge_text(parent, to)),
                    _ => (String::new(), String::new()),
                };
                invalid(format!("empty range bound specified for partition \"{name}\""))
                    .detail(format!("Specified lower bound {from} is greater than or equal to upper bound {to}."))
                    .at(self.place_in(spec, At::From(at)))
            }
            Conflict::Overlap(other, at) => {
                let other = called(other);
                invalid(format!("partition \"{name}\" would overlap partition \"{other}\"")).at(self.place_in(spec, at))
            }
            Conflict::NoFactor(next, other) => invalid(modulus).detail(format!(
                "The new modulus {own} is not a factor of {next}, the modulus of existing partition \"{}\".",
                called(other)
            )),
            Conflict::NoMultiple(previous, other) => invalid(modulus).detail(format!(
                "The new modulus {own} is not divisible by {previous}, the modulus of existing partition \"{}\".",
                called(other)
            )),
        })
    }

    fn place_in(&self, spec: &BoundSpec, at: At) -> Option<usize> {
        let expr = match (&spec.kind, at) {
            (BoundKind::List(exprs), At::Item(at)) => exprs.get(at),
            (BoundKind::Range { from, .. }, At::From(at)) => from.get(at),
            (BoundKind::Range { to, .. }, At::To(at)) => to.get(at),
            _ => return self.binder.place(spec.span),
        };
        self.place_of(expr?)
    }

    /// An edge as messages show it.
    fn edge_text(&self, parent: &Table, edges: &[RangeEdge]) -> String {
        let (stored, style) = (stored_style(self.now()), style_over(self.now()));
        let types = parent.partitioned.iter().flat_map(|key| &key.parts).map(|part| part.ty);
        let one = |(edge, ty): (&RangeEdge, PgType)| match edge {
            RangeEdge::Min => "MINVALUE".to_owned(),
            RangeEdge::Max => "MAXVALUE".to_owned(),
            RangeEdge::Value(text) => {
                let text = match text_io::parse(text, ty, &stored) {
                    Ok(value) => text_io::to_text(&value, ty, &style),
                    Err(_) => text.clone(),
                };
                literal(&text, ty.oid)
            }
        };
        let all: Vec<String> = edges.iter().zip(types).map(one).collect();
        format!("({})", all.join(", "))
    }
}

/// A value as PostgreSQL writes a constant whose type is known.
fn literal(text: &str, ty: Oid) -> String {
    let positive = text.starts_with(|c: char| c.is_ascii_digit());
    match (ty, text) {
        (Oid::BOOL, "t") => "true".to_owned(),
        (Oid::BOOL, _) => "false".to_owned(),
        (Oid::INT4, _) if positive => text.to_owned(),
        (Oid::NUMERIC, _) if positive && text.contains('.') => text.to_owned(),
        _ => format!("'{}'", text.replace('\'', "''")),
    }
}
