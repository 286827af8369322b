//! CREATE OPERATOR.

use std::sync::Arc;

use gavel_binder::ddl::ast::{Attribute, Persistence, QualifiedName};
use gavel_catalog::UserOperator;
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_functions::registry;
use gavel_types::{Notice, Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast::DataType;

use super::DdlContext;
use super::aggregate_option::{boolean, named, type_of};
use super::function::invalid;

/// What is said of an operator.
#[derive(Default)]
struct Written {
    left: Option<DataType>,
    right: Option<DataType>,
    function: Option<QualifiedName>,
    commutator: Option<QualifiedName>,
    negator: Option<QualifiedName>,
    restrict: Option<QualifiedName>,
    join: Option<QualifiedName>,
    hashes: bool,
    merges: bool,
    /// Attributes that there are not.
    unknown: Vec<String>,
}

impl Written {
    fn of(attributes: &[(String, Attribute)]) -> SqlResult<Self> {
        let mut out = Self::default();
        for (name, value) in attributes {
            let name = name.as_str();
            let operand = matches!(name, "leftarg" | "rightarg");
            if operand && matches!(value, Attribute::Name(words, _) if words.0 == ["setof"]) {
                return Err(invalid("SETOF type not allowed for operator argument"));
            }
            match name {
                "leftarg" => out.left = Some(type_of(name, value)?),
                "rightarg" => out.right = Some(type_of(name, value)?),
                "function" | "procedure" => out.function = named(name, value)?,
                "commutator" => out.commutator = named(name, value)?,
                "negator" => out.negator = named(name, value)?,
                "restrict" => out.restrict = named(name, value)?,
                "join" => out.join = named(name, value)?,
                "hashes" => out.hashes = boolean(name, value)?,
                "merges" => out.merges = boolean(name, value)?,
                // What once said by which operators to merge.
                "sort1" | "sort2" | "ltcmp" | "gtcmp" => out.merges = true,
                other => out.unknown.push(other.to_owned()),
            }
        }
        Ok(out)
    }
}

/// What an estimator of conditions on one relation takes, and one of joins.
pub(super) const RESTRICT: [Oid; 4] = [Oid::INTERNAL, Oid::OID, Oid::INTERNAL, Oid::INT4];
pub(super) const JOIN: [Oid; 5] = [Oid::INTERNAL, Oid::OID, Oid::INTERNAL, Oid::INT2, Oid::INTERNAL];

impl DdlContext<'_> {
    pub(super) async fn create_operator(
        &mut self,
        name: &QualifiedName,
        attributes: &[(String, Attribute)],
    ) -> SqlResult<()> {
        let (schema, symbol) = self.creation_target(name, Persistence::Permanent)?;
        if schema == TEMPORARY_SCHEMA {
            return Err(SqlError::unsupported("temporary operators are not supported")
                .hint("Make it in another schema, and drop it when it is not needed any more."));
        }
        if symbol == "=>" {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"=>\""));
        }
        let written = Written::of(attributes)?;
        for attribute in &written.unknown {
            let message = format!("operator attribute \"{attribute}\" not recognized");
            self.notices.push(Notice::warning(SqlState::SyntaxError, message));
        }
        let Some(function) = &written.function else { return Err(invalid("operator function must be specified")) };
        let left = self.operand(written.left.as_ref())?;
        let right = self.operand(written.right.as_ref())?;
        if left.0 == 0 && right.0 == 0 {
            return Err(invalid("operator argument types must be specified"));
        }
        if right.0 == 0 {
            return Err(invalid("operator right argument type must be specified")
                .detail("Postfix operators are not supported."));
        }
        for ty in [left, right] {
            self.require_type(ty)?;
            self.rely_on_type(schema, ty);
        }
        let operands: Vec<Oid> = [left, right].into_iter().filter(|ty| ty.0 != 0).collect();
        let found = self.support(function, &operands)?;
        self.require_type(found.result)?;
        self.rely_on_type(schema, found.result);
        let restrict = self.estimator(written.restrict.as_ref(), &RESTRICT, "restriction")?;
        let join = self.estimator(written.join.as_ref(), &JOIN, "join")?;
        require_sense(&written, left, found.result)?;
        let before = self.now().operators_named(schema, &symbol).find(|o| (o.left, o.right) == (left, right)).cloned();
        if before.as_ref().is_some_and(|o| o.function.0 != 0) {
            let message = format!("operator {symbol} already exists");
            return Err(SqlError::new(SqlState::DuplicateFunction, message));
        }
        let oid = match &before {
            Some(shell) => shell.oid,
            None => self.new_oid(schema).await?,
        };
        let mut operator = UserOperator {
            oid,
            schema,
            name: symbol,
            owner: before.as_ref().map_or(self.user, |o| o.owner),
            version: before.as_ref().map_or(1, |o| o.version + 1),
            left,
            right,
            result: found.result,
            function: found.oid,
            commutator: Oid(0),
            negator: Oid(0),
            restrict,
            join,
            hashes: written.hashes,
            merges: written.merges,
        };
        if let Some(other) = &written.commutator {
            operator.commutator = self.partner(&operator, other, (right, left)).await?;
        }
        if let Some(other) = &written.negator {
            let negator = self.partner(&operator, other, (left, right)).await?;
            if negator == oid {
                return Err(invalid("operator cannot be its own negator"));
            }
            operator.negator = negator;
        }
        let functions: Vec<Oid> =
            [found.oid, restrict, join].into_iter().filter(|oid| self.now().function(*oid).is_some()).collect();
        self.pin(schema, &functions);
        let (commutator, negator) = (operator.commutator, operator.negator);
        self.edit().put_operator(Arc::new(operator));
        self.link(oid, commutator, negator);
        Ok(())
    }

    /// The type of an operand; 0 if there is none.
    fn operand(&self, written: Option<&DataType>) -> SqlResult<Oid> {
        let Some(written) = written else { return Ok(Oid(0)) };
        self.binder.resolve_type(self.scope(), written).map(|ty| ty.oid).map_err(SqlError::nowhere)
    }

    /// An estimator; 0 if there is none.
    ///
    /// # Errors
    /// 42P13 for a function that gives no number.
    pub(super) fn estimator(&self, name: Option<&QualifiedName>, takes: &[Oid], what: &str) -> SqlResult<Oid> {
        let Some(name) = name else { return Ok(Oid(0)) };
        let found = match self.support(name, takes) {
            // One of joins may do without the last.
            Err(_) if takes.len() == 5 => self.support(name, takes.get(..4).unwrap_or_default())?,
            found => found?,
        };
        if found.result != Oid::FLOAT8 {
            let message = format!("{what} estimator function {name} must return type double precision");
            return Err(invalid(message));
        }
        Ok(found.oid)
    }

    /// The operator of this name over these types, which is made as a shell if it is not there.
    async fn partner(&mut self, of: &UserOperator, name: &QualifiedName, (left, right): (Oid, Oid)) -> SqlResult<Oid> {
        let (schema, symbol) = self.split(name)?;
        let symbol = symbol.to_owned();
        let schema = match schema {
            Some("pg_catalog") => None,
            Some(schema) => Some(self.schema(schema)?.oid),
            None => Some(of.schema),
        };
        if schema.is_none_or(|s| s == of.schema)
            && let Some(system) = registry::operator_exact(&symbol, left, right)
        {
            return Ok(system.oid);
        }
        let schema = schema.unwrap_or(of.schema);
        if (schema, symbol.as_str(), left, right) == (of.schema, of.name.as_str(), of.left, of.right) {
            return Ok(of.oid);
        }
        let found = self.now().operators_named(schema, &symbol).find(|o| (o.left, o.right) == (left, right));
        if let Some(found) = found {
            return Ok(found.oid);
        }
        let oid = self.new_oid(schema).await?;
        let shell = UserOperator {
            oid,
            schema,
            name: symbol,
            version: 1,
            left,
            right,
            owner: self.user,
            result: Oid(0),
            function: Oid(0),
            commutator: Oid(0),
            negator: Oid(0),
            restrict: Oid(0),
            join: Oid(0),
            hashes: false,
            merges: false,
        };
        self.edit().put_operator(Arc::new(shell));
        Ok(oid)
    }

    /// Tells commutator and negator whose they are, unless they know another.
    fn link(&mut self, oid: Oid, commutator: Oid, negator: Oid) {
        for other in [commutator, negator] {
            let Some(found) = self.now().operator(other).filter(|o| o.oid != oid).cloned() else { continue };
            let mut next = UserOperator { version: found.version + 1, ..UserOperator::clone(&found) };
            if other == commutator && next.commutator.0 == 0 {
                next.commutator = oid;
            }
            if other == negator && next.negator.0 == 0 {
                next.negator = oid;
            }
            if next.commutator != found.commutator || next.negator != found.negator {
                self.edit().put_operator(Arc::new(next));
            }
        }
    }
}

/// What only some operators can have.
fn require_sense(written: &Written, left: Oid, result: Oid) -> SqlResult<()> {
    let binary = left.0 != 0;
    let boolean = result == Oid::BOOL;
    let of_two = [
        (written.commutator.is_some(), "have commutators"),
        (written.join.is_some(), "have join selectivity"),
        (written.merges, "merge join"),
        (written.hashes, "hash"),
    ];
    if let Some((_, what)) = of_two.iter().find(|(asked, _)| *asked && !binary) {
        return Err(invalid(format!("only binary operators can {what}")));
    }
    let of_conditions = [
        (written.negator.is_some(), "have negators"),
        (written.restrict.is_some(), "have restriction selectivity"),
        (written.join.is_some(), "have join selectivity"),
        (written.merges, "merge join"),
        (written.hashes, "hash"),
    ];
    match of_conditions.iter().find(|(asked, _)| *asked && !boolean) {
        Some((_, what)) => Err(invalid(format!("only boolean operators can {what}"))),
        None => Ok(()),
    }
}
