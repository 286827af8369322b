//! Operators of users: found beside PostgreSQL's own, schema by schema as `search_path` lists them, and called as the
//! functions behind them.

use std::sync::Arc;

use gavel_catalog::UserOperator;
use gavel_catalog::operator::operator_of_number;
use gavel_functions::registry;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::Binder;
use super::candidate::{Candidate, best, matching};
use super::scalar::Typed;
use crate::parse::Pos;
use crate::query_tree::Form;

/// Between schema and symbol where both are one string; no client can write it.
const BETWEEN: char = '\u{1}';

/// An operator with its schema as one string.
pub fn joined(schema: &str, name: &str) -> String {
    format!("{schema}{BETWEEN}{name}")
}

/// Schema, if there is one, and symbol.
pub fn parted(name: &str) -> (Option<&str>, &str) {
    match name.split_once(BETWEEN) {
        Some((schema, name)) => (Some(schema), name),
        None => (None, name),
    }
}

impl Binder<'_> {
    /// The operators of users that a name may mean, those of earlier schemas first.
    fn user_operators(&self, schema: Option<&str>, name: &str, pos: Pos) -> SqlResult<Vec<Arc<UserOperator>>> {
        let catalog = self.context.catalog;
        let mut schemas: Vec<Oid> = Vec::new();
        match schema {
            Some("pg_catalog") => {}
            Some(schema) => {
                if let Some(oid) = operator_of_number(schema) {
                    return Ok(catalog.operator(oid).cloned().into_iter().collect());
                }
                if self.schema_oid(schema).is_none() {
                    let text = format!("schema \"{schema}\" does not exist");
                    return Err(self.error_at(SqlError::new(SqlState::InvalidSchemaName, text), pos));
                }
                schemas.extend(catalog.qualifier(schema).map(|s| s.oid));
            }
            // Expressions that tables keep have no path, and operators of users without a schema.
            None if self.context.search_path.is_empty() => schemas.extend(catalog.schemas.values().map(|s| s.oid)),
            None => {
                for schema in self.context.search_path {
                    let schema = if schema == "$user" { self.context.user } else { schema };
                    schemas.extend(catalog.schema(schema).map(|s| s.oid));
                }
            }
        }
        let mut found: Vec<Arc<UserOperator>> = Vec::new();
        for schema in schemas {
            for operator in catalog.operators_named(schema, name) {
                // One of an earlier schema hides another of the same operands.
                if !found.iter().any(|f| (f.left, f.right) == (operator.left, operator.right)) {
                    found.push(Arc::clone(operator));
                }
            }
        }
        Ok(found)
    }

    /// Whether the search path names `pg_catalog`, and this schema before it; a path that does not begins there.
    fn is_before_system(&self, schema: Oid) -> bool {
        let path = self.context.search_path;
        let Some(system) = path.iter().position(|name| name == "pg_catalog") else { return false };
        let oid = |name: &str| self.context.catalog.schema(name).map(|s| s.oid);
        path.iter().take(system).any(|name| oid(if name == "$user" { self.context.user } else { name }) == Some(schema))
    }

    /// The operator of users that is meant; `None` if one of PostgreSQL's own is, or none at all.
    ///
    /// # Errors
    /// 3F000 for a schema that is not there.
    fn user_operator(
        &self,
        (schema, name): (Option<&str>, &str),
        left: Option<Oid>,
        right: Oid,
        pos: Pos,
    ) -> SqlResult<Option<Arc<UserOperator>>> {
        let own = self.user_operators(schema, name, pos)?;
        let own: Vec<_> = own.into_iter().filter(|o| o.is_prefix() == left.is_none()).collect();
        if own.is_empty() {
            return Ok(None);
        }
        if let (Some(_), [only]) = (schema.and_then(operator_of_number), own.as_slice()) {
            return Ok(Some(Arc::clone(only)));
        }
        // An unknown operand is first taken to be of the other's type.
        let (l, r) = match left {
            None => (Oid(0), right),
            Some(Oid::UNKNOWN) => (right, right),
            Some(l) if right == Oid::UNKNOWN => (l, l),
            Some(l) => (l, right),
        };
        let system = schema.is_none_or(|s| s == "pg_catalog");
        let exact = own.iter().find(|o| (o.left, o.right) == (l, r));
        let hides = exact.is_some_and(|o| self.is_before_system(o.schema));
        if system && !hides && registry::operator_exact(name, l, r).is_some() {
            return Ok(None);
        }
        if let Some(exact) = exact {
            return Ok(Some(Arc::clone(exact)));
        }
        let operands = |left: Oid, right: Oid| [left, right].into_iter().filter(|ty| ty.0 != 0).collect::<Vec<_>>();
        let mut candidates: Vec<Candidate<Option<Arc<UserOperator>>>> =
            own.into_iter().map(|o| Candidate { args: o.operands(), item: Some(o) }).collect();
        if system {
            let others = registry::operators_named(name).filter(|o| (o.left.0 == 0) == left.is_none());
            let others = others.map(|o| Candidate { args: operands(o.left, o.right), item: None });
            let others: Vec<_> = others.filter(|o| !candidates.iter().any(|c| c.args == o.args)).collect();
            candidates.extend(others);
        }
        let actual: Vec<Oid> = left.into_iter().chain([right]).collect();
        Ok(best(matching(candidates, &actual), &actual).and_then(|c| c.item))
    }

    /// `left name right` where the operator is one of users, and which; the operands come back where it is not.
    ///
    /// # Errors
    /// 3F000 for a schema that is not there, 42883 for an operator that is only a shell; those of the function behind it.
    #[allow(clippy::type_complexity, reason = "one of two, used once")]
    pub fn user_operation(
        &mut self,
        name: &str,
        left: Option<Typed>,
        right: Typed,
        pos: Pos,
    ) -> SqlResult<Result<(Typed, Oid), (Option<Typed>, Typed)>> {
        let (l, r) = (left.as_ref().map(Typed::oid), right.oid());
        let (schema, symbol) = parted(name);
        if self.context.catalog.operators.is_empty() && schema.is_none() {
            return Ok(Err((left, right)));
        }
        let Some(found) = self.user_operator((schema, symbol), l, r, pos)? else { return Ok(Err((left, right))) };
        if found.function.0 == 0 {
            let error = super::operator::shell(symbol, l, r);
            return Err(self.error_at(error, pos));
        }
        self.uses(found.oid);
        self.operator_in_text(&found, name, pos);
        let start = left.as_ref().map_or(right.pos, |l| l.pos).min_known(pos);
        let values = left.into_iter().chain([right]).collect();
        let called_before = self.objects.contains(&found.function);
        let value = self.support_call(found.function, values, pos)?;
        if self.is_opaque() && !called_before {
            // What is being defined depends on the operator, and the operator on its function.
            self.objects.retain(|object| *object != found.function);
        }
        let oid = found.oid;
        Ok(Ok((Typed::new(self.formed(value.scalar, || Form::Operator(oid)), start), oid)))
    }

    /// Names the operator by its number in text that is kept.
    fn operator_in_text(&mut self, operator: &UserOperator, name: &str, pos: Pos) {
        if self.edits.is_none() {
            return;
        }
        let range = pos.offset().and_then(|start| {
            let rest = self.source.text.get(start..)?;
            let word = rest.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("operator"));
            let length = match parted(name) {
                _ if rest.starts_with('"') => rest.get(1..)?.find('"')? + 2,
                (Some(_), _) if word => rest.find(')')? + 1,
                (None, symbol) if rest.starts_with(symbol) => symbol.len(),
                _ => return None,
            };
            Some(start..start + length)
        });
        self.edit(range, format!("OPERATOR(\"{}\".{})", operator.numbered_schema(), operator.name));
    }
}
