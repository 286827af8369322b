//! Keys of a new index: columns and expressions, their operator classes and order, and the operators of an exclusion
//! constraint.

use std::ops::ControlFlow;

use gavel_binder::ddl::ast::{IndexColumn, QualifiedName};
use gavel_catalog::{Catalog, Index, IndexKey, IndexMethod, Table};
use gavel_functions::registry::{Operator, Volatility};
use gavel_types::text_io::{type_name, type_name_with_typmod};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{Expr, visit_expressions};

use super::DdlContext;
use super::binding::Usage;
use super::drop::is_system_column;
use super::expression::folded;
use super::operator_class::{MeantClass, with_own_order};
use crate::system::opclass::{self, OperatorClass};

/// Most key and included columns of an index.
const MAX_COLUMNS: usize = 32;

/// What is written of an index's keys.
pub(super) struct Written<'a> {
    pub method: IndexMethod,
    pub columns: &'a [IndexColumn],
    pub include: &'a [String],
    /// Of an exclusion constraint: an operator for each column.
    pub operators: &'a [String],
    pub unique: bool,
}

/// The keys as a descriptor has them.
#[derive(Default)]
pub(super) struct Keys {
    pub keys: Vec<(IndexKey, bool, bool)>,
    /// Empty if all are default ones.
    pub classes: Vec<Oid>,
    pub exclusion: Vec<Oid>,
    pub include: Vec<i16>,
}

/// The method that is written.
///
/// # Errors
/// 42704 if there is none of that name.
pub(super) fn method(written: Option<&str>) -> SqlResult<IndexMethod> {
    let name = written.unwrap_or("btree");
    IndexMethod::named(name)
        .ok_or_else(|| SqlError::new(SqlState::UndefinedObject, format!("access method \"{name}\" does not exist")))
}

fn refused(method: IndexMethod, what: &str) -> SqlError {
    SqlError::unsupported(format!("access method \"{}\" does not support {what}", method.name()))
}

/// What the method cannot do of what is written.
///
/// # Errors
/// 0A000; 54011 for too many columns.
pub(super) fn require_able(written: &Written<'_>) -> SqlResult<()> {
    let method = written.method;
    if written.columns.len() + written.include.len() > MAX_COLUMNS {
        let message = format!("cannot use more than {MAX_COLUMNS} columns in an index");
        return Err(SqlError::new(SqlState::TooManyColumns, message));
    }
    if written.unique && !method.may_be_unique() {
        return Err(refused(method, "unique indexes"));
    }
    if !written.include.is_empty() && !method.may_include() {
        return Err(refused(method, "included columns"));
    }
    if written.columns.len() > 1 && !method.has_many_columns() {
        return Err(refused(method, "multicolumn indexes"));
    }
    if !written.operators.is_empty() && !method.may_exclude() {
        return Err(refused(method, "exclusion constraints"));
    }
    Ok(())
}

fn over_system_columns() -> SqlError {
    SqlError::unsupported("index creation on system columns is not supported")
}

/// # Errors
/// 0A000 for an expression that names a system column.
fn require_own_columns(expr: &Expr) -> SqlResult<()> {
    let named = |expr: &Expr| {
        let column = match expr {
            Expr::Identifier(word) => Some(word),
            Expr::CompoundIdentifier(words) => words.last(),
            _ => None,
        };
        match column {
            Some(word) if is_system_column(&folded(word)) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    };
    if visit_expressions(expr, named).is_break() { Err(over_system_columns()) } else { Ok(()) }
}

/// The class that a key of the type has by default.
///
/// # Errors
/// 42704 if there is none.
fn default_class(method: IndexMethod, ty: PgType) -> SqlResult<&'static OperatorClass> {
    opclass::default_of(method, ty.oid).ok_or_else(|| {
        let (shown, by) = (type_name(ty.oid), method.name());
        let message = format!("data type {shown} has no default operator class for access method \"{by}\"");
        SqlError::new(SqlState::UndefinedObject, message).hint(
            "You must specify an operator class for the index or define a default operator class for the data type.",
        )
    })
}

/// # Errors
/// 42804 if a class is not for keys of the type.
pub(super) fn require_accepted(name: &str, input: Oid, ty: PgType) -> SqlResult<()> {
    if opclass::is_coercible(ty.oid, input) {
        return Ok(());
    }
    let message = format!("operator class \"{name}\" does not accept data type {}", type_name(ty.oid));
    Err(SqlError::new(SqlState::DatatypeMismatch, message))
}

/// That every index of `table` over one of these columns, which have new types, can still be.
///
/// # Errors
/// 42704, 42804 or 0A000.
pub(super) fn require_classes(catalog: &Catalog, table: &Table, columns: &[i16]) -> SqlResult<()> {
    for index in &table.indexes {
        for (at, (key, ..)) in index.keys.iter().enumerate() {
            let IndexKey::Column(number) = key else { continue };
            if !columns.contains(number) {
                continue;
            }
            let ty = opclass::key_type(table, key);
            let own = index.class(at).and_then(|oid| catalog.operator_class(oid));
            let found = match (index.class(at).and_then(opclass::by_oid), own) {
                (Some(kept), _) => {
                    require_accepted(kept.name, kept.input, ty)?;
                    kept
                }
                (None, Some(own)) => {
                    require_accepted(&own.name, own.input, ty)?;
                    default_class(index.method, ty)?
                }
                (None, None) => default_class(index.method, ty)?,
            };
            require_made(index.method, found, ty)?;
        }
    }
    Ok(())
}

/// That indexes with this class over the type are made here.
///
/// # Errors
/// 0A000.
pub(super) fn require_made(method: IndexMethod, class: &OperatorClass, ty: PgType) -> SqlResult<()> {
    let sorted = |ty: Oid| gavel_binder::sortable(ty).is_ok();
    let made = match method {
        IndexMethod::Btree | IndexMethod::Hash => sorted(ty.oid),
        IndexMethod::Spgist => class.input == Oid::TEXT,
        IndexMethod::Gin => match class.oid {
            opclass::JSONB_OPS | opclass::JSONB_PATH_OPS => true,
            opclass::ARRAY_OPS => ty.oid.element().is_some_and(sorted),
            _ => false,
        },
        IndexMethod::Brin => true,
        IndexMethod::Gist => false,
    };
    if made {
        return Ok(());
    }
    let message = match method {
        IndexMethod::Gist => "access method \"gist\" is not supported".to_owned(),
        _ => format!("{} indexes over type {} are not supported", method.name(), type_name_with_typmod(ty)),
    };
    Err(SqlError::unsupported(message)
        .hint("There are btree and hash indexes over types with an order, and gin indexes over jsonb and arrays."))
}

/// The operator of an exclusion constraint over keys of the class.
///
/// # Errors
/// 42883 if there is none, 42809 if it is no equality of the class.
fn exclusion_operator(name: &str, ty: PgType, class: &OperatorClass) -> SqlResult<Oid> {
    let found = gavel_binder::compatible_operator(name, ty.oid).ok_or_else(|| {
        let shown = type_name(ty.oid);
        SqlError::new(SqlState::UndefinedFunction, format!("operator does not exist: {shown} {name} {shown}"))
            .hint("No operator matches the given name and argument types. You might need to add explicit type casts.")
    })?;
    let wrong = |message: String| SqlError::new(SqlState::WrongObjectType, message);
    if found.commutator != found.oid {
        return Err(wrong(format!("operator {} is not commutative", shown_operator(found)))
            .detail("Only commutative operators can be used in exclusion constraints."));
    }
    if class.strategy(found.oid).is_none() {
        let family = class.family_name();
        let message = format!("operator {} is not a member of operator family \"{family}\"", shown_operator(found));
        return Err(wrong(message)
            .detail("The exclusion operator must be related to the index operator class for the constraint."));
    }
    if found.name != "=" {
        return Err(SqlError::unsupported(format!("exclusion by operator {} is not supported", shown_operator(found)))
            .hint("Exclusion constraints compare by =."));
    }
    Ok(found.oid)
}

/// `=(integer,integer)`.
fn shown_operator(operator: &Operator) -> String {
    format!("{}({},{})", operator.name, type_name(operator.left), type_name(operator.right))
}

impl DdlContext<'_> {
    /// Binds the keys of an index over `table`.
    ///
    /// # Errors
    /// 42703, 42704, 42804, 42P17, 0A000 as PostgreSQL has them.
    pub(super) fn index_keys(&mut self, table: &Table, written: &Written<'_>) -> SqlResult<Keys> {
        let method = written.method;
        let mut out = Keys::default();
        for (at, column) in (1_i16..).zip(written.columns) {
            let (key, ty) = self.index_key(table, column, at, !written.operators.is_empty())?;
            let (class, named) = self.index_class(method, ty, column.class.as_ref())?;
            if let Some(operator) = written.operators.get(out.keys.len()) {
                out.exclusion.push(exclusion_operator(operator, ty, class)?);
            }
            if column.directed && !method.has_order() {
                return Err(refused(method, "ASC/DESC options"));
            }
            if column.nulls_first.is_some() && !method.has_order() {
                return Err(refused(method, "NULLS FIRST/LAST options"));
            }
            if column.class_options {
                let message = format!("operator class {} has no options", class.name);
                return Err(SqlError::new(SqlState::InvalidParameterValue, message));
            }
            require_made(method, class, ty)?;
            out.classes.push(named);
            let nulls_first = column.nulls_first.unwrap_or(column.descending);
            out.keys.push((key, column.descending, nulls_first));
        }
        let own = out.classes.iter().copied().filter(|class| self.now().operator_class(*class).is_some());
        let own: Vec<Oid> = own.collect();
        self.pin(table.schema, &own);
        if out.classes.iter().all(|c| c.0 == 0) {
            out.classes.clear();
        }
        for column in written.include {
            let missing = || undefined_column(column, !written.operators.is_empty());
            let found = table.column_named(column).ok_or_else(missing)?;
            if !out.include.contains(&found.number) {
                out.include.push(found.number);
            }
        }
        Ok(out)
    }

    /// The class that a key goes by, and the OID to keep of the one that is named; 0 if that is the default one.
    ///
    /// # Errors
    /// 42704 if there is none, 42804 if it is for other types; 0A000 for one of users with an order or equality of its own.
    fn index_class(
        &self,
        method: IndexMethod,
        ty: PgType,
        named: Option<&QualifiedName>,
    ) -> SqlResult<(&'static OperatorClass, Oid)> {
        let Some(name) = named else { return default_class(method, ty).map(|class| (class, Oid(0))) };
        match self.meant_class(method, name)? {
            MeantClass::System(class) => {
                require_accepted(&name.to_string(), class.input, ty)?;
                Ok((class, if class.is_default_of(ty.oid) { Oid(0) } else { class.oid }))
            }
            MeantClass::User(class) => {
                require_accepted(&name.to_string(), class.input, ty)?;
                let same = opclass::is_default_order(self.now(), &class);
                let same =
                    same.ok_or_else(|| with_own_order(&class, "Keys of indexes are kept in the default order"))?;
                Ok((same, class.oid))
            }
        }
    }

    fn index_key(
        &mut self,
        table: &Table,
        column: &IndexColumn,
        at: i16,
        constraint: bool,
    ) -> SqlResult<(IndexKey, PgType)> {
        let expr = without_collation(&column.expr);
        if let Expr::Identifier(word) = expr {
            let name = folded(word);
            if is_system_column(&name) {
                return Err(over_system_columns());
            }
            let found = table.column_named(&name).ok_or_else(|| undefined_column(&name, constraint))?;
            return Ok((IndexKey::Column(found.number), found.ty));
        }
        require_own_columns(expr)?;
        let stored = self.expression(table, expr, Usage::IndexKey)?;
        if stored.volatility != Volatility::Immutable {
            return Err(SqlError::new(
                SqlState::InvalidObjectDefinition,
                "functions in index expression must be marked IMMUTABLE",
            ));
        }
        let ty = if stored.ty.oid == Oid::UNKNOWN { PgType::TEXT } else { stored.ty };
        Ok((IndexKey::Expression { sql: stored.sql, ty, id: -at }, ty))
    }

    /// The predicate of a partial index.
    ///
    /// # Errors
    /// 42P17 if it is not immutable, and what binding it raises.
    pub(super) fn index_predicate(&mut self, table: &Table, predicate: Option<&Expr>) -> SqlResult<Option<String>> {
        let Some(expr) = predicate else { return Ok(None) };
        require_own_columns(expr)?;
        let stored = self.expression(table, expr, Usage::Predicate)?;
        if stored.volatility != Volatility::Immutable {
            return Err(SqlError::new(
                SqlState::InvalidObjectDefinition,
                "functions in index predicate must be marked IMMUTABLE",
            ));
        }
        Ok(Some(stored.sql))
    }
}

/// Names of an index's columns as its own name has them: `a`, `lower`, `expr1`.
pub(super) fn column_names(columns: &[IndexColumn], include: &[String]) -> Vec<String> {
    let mut parts = distinct(columns.iter().map(|column| label_of(&column.expr)));
    parts.extend(include.iter().cloned());
    parts
}

/// The same of an index that a descriptor holds.
pub(super) fn stored_names(table: &Table, index: &Index) -> Vec<String> {
    let column = |number: i16| table.column(number).map_or_else(String::new, |c| c.name.clone());
    let mut parts = distinct(index.keys.iter().map(|(key, ..)| match key {
        IndexKey::Column(number) => column(*number),
        IndexKey::Expression { sql, .. } => stored_label(sql),
    }));
    parts.extend(index.include.iter().map(|number| column(*number)));
    parts
}

/// Labels with numbers behind those that came before.
fn distinct(labels: impl Iterator<Item = String>) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for base in labels {
        let mut name = base.clone();
        let mut n = 0;
        while parts.contains(&name) {
            n += 1;
            name = format!("{base}{n}");
        }
        parts.push(name);
    }
    parts
}

/// What a key is called in the name of its index.
fn label_of(expr: &Expr) -> String {
    match without_collation(expr) {
        Expr::Identifier(word) => folded(word),
        Expr::Function(f) => f.name.0.last().map_or_else(|| "expr".into(), |n| n.to_string().to_lowercase()),
        _ => "expr".into(),
    }
}

/// The same of an expression that a descriptor holds.
pub(super) fn stored_label(sql: &str) -> String {
    gavel_binder::parse::parse_expression(sql).map_or_else(|_| "expr".into(), |expr| label_of(&expr))
}

fn undefined_column(name: &str, constraint: bool) -> SqlError {
    let named = if constraint { " named in key" } else { "" };
    SqlError::new(SqlState::UndefinedColumn, format!("column \"{name}\"{named} does not exist"))
}

/// The expression without parentheses and COLLATE around it: there is one collation.
fn without_collation(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => without_collation(inner),
        _ => expr,
    }
}
