//! How the key of a table that is partitioned by hash is hashed: each part by PostgreSQL's function for its type, or by
//! support function 2 of an operator class of users (<https://www.postgresql.org/docs/15/xindex.html#XINDEX-SUPPORT>).
//!
//! ```text
//!  HASH (a, b custom_ops)    a ─► hash of its type ─┐
//!                            b ─► f(b, seed) ───────┴─► combined ─► modulus, remainder
//! ```
//! Such a function is compiled as an expression over one value, so that its body must be one: in SQL, or what
//! follows RETURN where a body in PL/pgSQL does nothing else.

use std::sync::Arc;

use gavel_catalog::function::Body;
use gavel_catalog::{Catalog, Function, IndexMethod, PartitionStrategy, Table, UserOperatorClass};
use gavel_functions::call::EvalContext;
use gavel_functions::registry;
use gavel_plpgsql::tree::Kind;
use gavel_types::text_io::{numbered_function, type_name};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use super::hash;
use crate::ddl::names::quote;
use crate::ddl::value_table;
use crate::fast::expr::{RowContext, RowExpr};
use crate::procedural::call::signature_of;
use crate::session::binding;
use crate::system::opclass;
use crate::system::resolver::style_over;

/// Number of the support function that hashes with a seed.
const EXTENDED: i16 = 2;

/// See the module.
#[derive(Clone, Debug)]
pub struct Hashing {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    ty: PgType,
    by: By,
}

#[derive(Clone, Debug)]
enum By {
    /// PostgreSQL's function for the type.
    Default,
    Function {
        function: Oid,
        /// Over a row of the value alone.
        expr: Box<RowExpr>,
        /// Whether values that `=` calls equal have one hash.
        equal: bool,
    },
    /// It cannot be told here.
    Unknown(SqlError),
}

impl Hashing {
    /// How the keys of `table` are hashed. What cannot be is told where something is to be hashed.
    pub fn of(table: &Table, catalog: &Arc<Catalog>) -> Self {
        Self::each(table, |class, ty| match catalog.operator_class(class) {
            Some(class) => by_class(catalog, class, ty),
            None => By::Default,
        })
    }

    /// The same without a catalog, which knows no classes of users.
    pub fn plain(table: &Table) -> Self {
        let unknown = || SqlError::internal("an operator class of users is asked for without a catalog");
        Self::each(table, |class, _| if is_of_users(class) { By::Unknown(unknown()) } else { By::Default })
    }

    fn each(table: &Table, by: impl Fn(Oid, PgType) -> By) -> Self {
        let hashed = table.partitioned.iter().filter(|key| key.strategy == PartitionStrategy::Hash);
        let parts = hashed.flat_map(|key| &key.parts).map(|p| Part { ty: p.ty, by: by(p.class, p.ty) });
        Self { parts: parts.collect() }
    }

    /// Whether it is by operator classes of users, so that it may change while the table does not.
    pub fn is_of_users(table: &Table) -> bool {
        table.partitioned.iter().flat_map(|key| &key.parts).any(|part| is_of_users(part.class))
    }

    /// # Errors
    /// 42P17 if a class has no function to hash with; 0A000 if it has one that is not run here.
    pub fn require(&self) -> SqlResult<()> {
        match self.parts.iter().find_map(|p| if let By::Unknown(why) = &p.by { Some(why) } else { None }) {
            Some(why) => Err(why.clone()),
            None => Ok(()),
        }
    }

    /// Whether keys that are equal by `=` have one hash, so that the hash tells where rows of a key are.
    pub fn follows_equality(&self) -> bool {
        self.parts.iter().all(|p| matches!(p.by, By::Default | By::Function { equal: true, .. }))
    }

    /// The hash of a whole key; NULLs count for nothing.
    ///
    /// # Errors
    /// As [`Self::require`]; what functions of users raise; XX000 for a NULL from one, and for a type without hashes.
    pub fn hash(&self, key: &[Datum]) -> SqlResult<u64> {
        self.require()?;
        let mut sum = hash::START;
        for (value, part) in key.iter().zip(&self.parts).filter(|(value, _)| !value.is_null()) {
            sum = hash::combine(sum, part.hash(value)?);
        }
        Ok(sum)
    }

    /// Whether the values of a key are just of its types. Integers of another width are equal to them, but no arguments.
    pub fn takes(&self, key: &[Datum]) -> bool {
        let fits = |value: &Datum, part: &Part| match part.by {
            By::Default => true,
            _ => match part.ty.oid {
                Oid::INT2 => matches!(value, Datum::Int2(_) | Datum::Null),
                Oid::INT4 => matches!(value, Datum::Int4(_) | Datum::Null),
                Oid::INT8 => matches!(value, Datum::Int8(_) | Datum::Null),
                _ => true,
            },
        };
        key.iter().zip(&self.parts).all(|(value, part)| fits(value, part))
    }
}

impl Part {
    fn hash(&self, value: &Datum) -> SqlResult<u64> {
        let (function, expr) = match &self.by {
            By::Default => return hash::of_value(value, self.ty.oid),
            By::Unknown(why) => return Err(why.clone()),
            By::Function { function, expr, .. } => (function, expr),
        };
        let eval = EvalContext::immutable();
        match expr.eval(&RowContext { eval: &eval, row: std::slice::from_ref(value), params: &[] })? {
            Datum::Int8(hash) => Ok(hash.cast_unsigned()),
            _ => Err(SqlError::internal(format!("function {function} returned NULL"))),
        }
    }
}

fn is_of_users(class: Oid) -> bool {
    class >= gavel_catalog::system::FIRST_USER_OID
}

fn by_class(catalog: &Arc<Catalog>, class: &UserOperatorClass, ty: PgType) -> By {
    let found = catalog.operator_family(class.family).and_then(|f| f.function(EXTENDED, class.input));
    let Some(function) = found else {
        let message = format!(
            "operator class \"{}\" of access method {} is missing support function {EXTENDED} for type {}",
            class.name,
            class.method.name(),
            type_name(class.input)
        );
        return By::Unknown(SqlError::new(SqlState::InvalidObjectDefinition, message));
    };
    let default = opclass::default_of(IndexMethod::Hash, class.input);
    if default.and_then(|c| c.function(EXTENDED)) == Some(function) {
        return By::Default;
    }
    match compiled(catalog, function, ty) {
        Ok(expr) => {
            let equal = opclass::is_default_equality(catalog, class);
            By::Function { function, expr: Box::new(expr), equal }
        }
        Err(why) => By::Unknown(why),
    }
}

/// A call of the function over a row of the value alone.
fn compiled(catalog: &Arc<Catalog>, function: Oid, ty: PgType) -> SqlResult<RowExpr> {
    let (called, shown) = match (catalog.function(function), registry::proc(function)) {
        (Some(own), _) => (numbered_function(function), own.name.clone()),
        (None, Some(system)) => (format!("pg_catalog.{}", quote(system.name)), system.name.to_owned()),
        (None, None) => return Err(SqlError::internal(format!("cache lookup failed for function {function}"))),
    };
    let sql = format!("{called}(value, CAST({} AS bigint))", hash::SEED);
    let table = value_table(ty);
    let style = style_over(catalog);
    let bound = match catalog.function(function).and_then(|f| as_expression(f)) {
        Some(plain) => {
            let mut with = Catalog::clone(catalog);
            with.put_function(Arc::new(plain));
            binding::table_expression(&with, &table, &sql, None, &style)
        }
        None => binding::table_expression(catalog, &table, &sql, None, &style),
    };
    bound.map_err(|_| {
        SqlError::unsupported(format!("partitions by the hash function {shown} are not supported"))
            .hint("The body of such a function is one expression: a SELECT in SQL, or a RETURN in PL/pgSQL.")
    })
}

/// A function in PL/pgSQL that does nothing but return an expression, as one in SQL.
fn as_expression(function: &Function) -> Option<Function> {
    let Body::Plpgsql(text) = &function.body else { return None };
    let body = gavel_plpgsql::parse(text, &signature_of(function)).ok()?;
    let block = &body.block;
    let [only] = block.statements.as_slice() else { return None };
    let Kind::Return(Some(value)) = &only.kind else { return None };
    if !block.declared.is_empty() || block.handlers.is_some() {
        return None;
    }
    // A comment may end the text.
    let text = format!("SELECT CAST(({}\n) AS bigint)", value.text);
    Some(Function { body: Body::Text(text), ..function.clone() })
}

#[cfg(test)]
mod tests {
    use gavel_catalog::FunctionKind;
    use gavel_catalog::function::{Mode, Parameter};

    use super::*;

    fn function(body: &str) -> Function {
        let parameter = |name: &str, ty| Parameter { name: name.into(), mode: Mode::In, ty, default: None };
        Function {
            oid: Oid(20_000),
            schema: Oid(2200),
            name: "f".into(),
            owner: Oid(10),
            version: 1,
            kind: FunctionKind::Function,
            parameters: vec![parameter("a", Oid::INT4), parameter("seed", Oid::INT8)],
            result: Oid::INT8,
            set: false,
            body: Body::Plpgsql(body.into()),
            volatility: 'i',
            strict: false,
            security_definer: false,
            leakproof: false,
            parallel: 'u',
            cost: 100.0,
            rows: 0.0,
            settings: vec![],
            depends_on: vec![],
            acl: None,
        }
    }

    #[test]
    fn a_body_that_returns_is_an_expression() {
        let plain = as_expression(&function(" begin return (a + seed); end; ")).expect("an expression");
        assert!(matches!(plain.body, Body::Text(text) if text.contains("(a + seed)")));
        assert_eq!(as_expression(&function("begin if a > 1 then return 1; end if; return 2; end")), None);
        assert_eq!(as_expression(&function("declare b int8 := 1; begin return a + b; end")), None);
    }
}
