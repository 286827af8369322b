//! Statements and expressions inside of PL/pgSQL bodies: names of variables are parameters.
//!
//! ```text
//!   SELECT a FROM t WHERE b = x       x: variable #2 of type integer       … WHERE b = $2
//! ```
//! A name that could be a variable and a column is refused (42702), unless the body says what it means.

use gavel_functions::registry::CastContext;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::assign::Place;
use super::from::FromItem;
use super::name::fold;
use super::scalar::{Typed, column, scalar};
use super::scope::{Columns, Fields, Level, NsColumn, NsItem};
use crate::bound::{Bound, Scalar, ScalarKind, Statement};
use crate::context::{BindContext, Conflict, Variables};
use crate::parse::{Pos, parse_expression};

impl Binder<'_> {
    /// The variable, or its field, that a name means.
    pub fn variable(&mut self, parts: &[ast::Ident], pos: Pos) -> SqlResult<Option<Typed>> {
        let Some(variables) = self.variables else { return Ok(None) };
        let names: Vec<String> = parts.iter().map(fold).collect();
        let Some((found, used)) = variables.find(&names)? else { return Ok(None) };
        let value = Typed::new(scalar(ScalarKind::Param(found.parameter), found.ty), pos);
        match (found.fields, parts.get(used..).unwrap_or_default()) {
            (None, []) => Ok(Some(value)),
            (Some(fields), []) => {
                let fields: Fields = fields.into_iter().collect();
                Ok(Some(self.remember_fields(value, fields)))
            }
            (Some(fields), [field]) => {
                let name = fold(field);
                let Some(index) = fields.iter().position(|(own, _)| *own == name) else {
                    if let Some(error) = self.no_version_field(&name, found.ty.oid) {
                        return Err(self.error_at(error, Pos::NONE));
                    }
                    let text = format!("record \"{}\" has no field \"{name}\"", found.name);
                    return Err(self.error_at(SqlError::new(SqlState::UndefinedColumn, text), Pos::NONE));
                };
                let value = self.recorded_field(value.scalar, index, &name, fields[index].1);
                Ok(Some(Typed::new(value, pos)))
            }
            // Fields of fields are asked for with parentheses only.
            _ => Ok(None),
        }
    }

    /// The transition table that a name means in FROM: its rows are the elements of a parameter.
    pub fn transition_item(&mut self, name: &str, alias: Option<&ast::TableAlias>) -> SqlResult<Option<FromItem>> {
        let Some(found) = self.variables.and_then(|v| v.transition(name)) else { return Ok(None) };
        let unnest = gavel_functions::registry::procs_named("unnest").find(|p| p.args == [Oid::ANYARRAY]);
        let (Some(unnest), Some(array)) = (unnest, super::typename::array_type(found.row)) else {
            return Err(SqlError::unsupported("transition tables of this table are not supported"));
        };
        let rows = scalar(ScalarKind::Param(found.parameter), PgType::new(array));
        let Some((rel, columns)) = self.rows_of_composite(unnest, &[rows], PgType::new(found.row))? else {
            return Err(SqlError::internal("rows of a type without fields"));
        };
        let columns: Vec<NsColumn> = columns
            .into_iter()
            .map(|(name, id, ty)| NsColumn { name, scalar: column(id, ty), origin: None, fields: None, access: None })
            .collect();
        let mut item = NsItem::new(name.to_owned(), Columns::List(columns.into()));
        item.unlockable = Some("a named tuplestore");
        let mut items = vec![item];
        self.rename(&mut items, alias)?;
        Ok(Some(FromItem::new(rel, items)))
    }

    /// Whether variables are looked for before columns.
    pub fn variables_win(&self) -> bool {
        self.variables.is_some_and(|v| v.conflict() == Conflict::Variable)
    }

    /// # Errors
    /// 42702 if a column's name is a variable's, too.
    pub fn not_both(&self, variable: &Option<Typed>, name: &str, pos: Pos) -> SqlResult<()> {
        if variable.is_none() || self.variables.is_none_or(|v| v.conflict() != Conflict::Error) {
            return Ok(());
        }
        let text = format!("column reference \"{name}\" is ambiguous");
        let error = SqlError::new(SqlState::AmbiguousColumn, text);
        Err(self.error_at(error.detail("It could refer to either a PL/pgSQL variable or a table column."), pos))
    }

    /// The variable that a qualified name means, unless it is a column's.
    pub fn variable_over(&mut self, names: &[String], parts: &[ast::Ident], pos: Pos) -> SqlResult<Option<Typed>> {
        if self.variables.is_none() {
            return Ok(None);
        }
        let item = match names {
            [table, column] => self.find_item(None, table, pos)?.map(|(l, i)| (l, i, column)),
            [schema, table, column] => self.find_item(Some(schema), table, pos)?.map(|(l, i)| (l, i, column)),
            _ => None,
        };
        let Some((l, i, column)) = item.filter(|_| !self.variables_win()) else { return self.variable(parts, pos) };
        if self.find_in_item(l, i, column, pos).is_err() {
            return self.variable(parts, pos);
        }
        let variable = self.variable(parts, pos).ok().flatten();
        self.not_both(&variable, &names.join("."), pos)?;
        Ok(None)
    }
}

/// Binds a statement of a body. Its places are in `sql_text`.
///
/// # Errors
/// As [`crate::bind`]; 42702 where a name could be a variable and a column.
pub fn bind_in_body(
    context: &BindContext<'_>,
    statement: &ast::Statement,
    sql_text: &str,
    variables: &dyn Variables,
) -> SqlResult<Bound> {
    in_body(context, statement, sql_text, variables, false)
}

/// Binds the query of a body's cursor: as DECLARE has it, if there are rows that WHERE CURRENT OF may name.
///
/// # Errors
/// As [`bind_in_body`].
pub fn bind_cursor_in_body(
    context: &BindContext<'_>,
    statement: &ast::Statement,
    sql_text: &str,
    variables: &dyn Variables,
) -> SqlResult<Bound> {
    in_body(context, statement, sql_text, variables, true)
}

fn in_body(
    context: &BindContext<'_>,
    statement: &ast::Statement,
    sql_text: &str,
    variables: &dyn Variables,
    cursor: bool,
) -> SqlResult<Bound> {
    let mut binder = Binder::new(context, sql_text);
    binder.variables = Some(variables);
    binder.allow_params = false;
    let mut statement = match binder.whole(statement)? {
        Statement::Query(mut query) if cursor => match binder.put_out_rows(&mut query) {
            rows if rows.is_empty() => Statement::Query(query),
            rows => Statement::Declare(query, rows),
        },
        other => other,
    };
    super::current::number_cursor(&mut statement, variables.count());
    let objects = binder.take_objects();
    Ok(Bound { statement, params: Vec::new(), objects, accesses: binder.accesses, guarded: binder.guarded })
}

/// How a value of type `from`, parameter 0, is assigned to a variable of type `to`: as to a column, or through the
/// text forms.
///
/// # Errors
/// Those of a domain's checks.
pub fn assignment_cast(context: &BindContext<'_>, from: PgType, to: PgType) -> SqlResult<Scalar> {
    let mut binder = Binder::new(context, "");
    binder.levels.push(Level::new());
    let value = scalar(ScalarKind::Param(0), from);
    let base = binder.base_type(to)?;
    let cast = match binder.coerce_to(Typed::new(value.clone(), Pos::NONE), base, CastContext::Assignment)? {
        Some(done) => done.scalar,
        None => {
            let read = scalar(ScalarKind::CoerceViaIo { input: Box::new(value) }, PgType::new(base.oid));
            binder.apply_typmod(read, base.typmod, CastContext::Assignment)
        }
    };
    if to.oid.is_over_domain() { binder.check_domain(cast, to.oid) } else { Ok(cast) }
}

/// `container[…] := value`: the container after it. `subscripts` are as they were written, brackets included; the
/// container is a value of the variable `name`, and the value, of type `given`, is parameter `value`.
///
/// # Errors
/// 42804 where the container has no elements, or not of this type.
pub fn subscript_assignment(
    context: &BindContext<'_>,
    variables: &dyn Variables,
    (name, container): (&str, Scalar),
    subscripts: &str,
    (value, given): (usize, PgType),
) -> SqlResult<Scalar> {
    let mut binder = Binder::new(context, "");
    binder.variables = Some(variables);
    binder.levels.push(Level::new());
    let ast::Expr::CompoundFieldAccess { access_chain, .. } = parse_expression(&format!("x{subscripts}"))? else {
        return Err(SqlError::internal("subscripts that are none"));
    };
    let target = Place { name, ty: container.ty };
    let value = Typed::new(scalar(ScalarKind::Param(value), given), Pos::NONE);
    let value = if given.oid == Oid::UNKNOWN { binder.resolve_unknown(value, PgType::TEXT)? } else { value };
    // A value that is not assigned as it is goes through the text forms, as that of a whole variable does.
    let element = super::typename::element_type(container.ty.oid).map(|e| PgType::with_typmod(e, container.ty.typmod));
    let slice = subscripts.contains(':');
    let wanted = if slice { Some(container.ty) } else { element };
    let value = match wanted {
        Some(wanted) => match binder.coerce_to(value.clone(), wanted, CastContext::Assignment)? {
            Some(done) => done,
            None => {
                let read = scalar(ScalarKind::CoerceViaIo { input: Box::new(value.scalar) }, PgType::new(wanted.oid));
                Typed::new(binder.apply_typmod(read, wanted.typmod, CastContext::Assignment), Pos::NONE)
            }
        },
        None => value,
    };
    binder.assign_at(container, target, &access_chain, value, Pos::NONE)
}

/// `container[…]` with subscripts as they were written, brackets included.
///
/// # Errors
/// 42804 where the container has no elements.
pub fn subscripted(
    context: &BindContext<'_>,
    variables: &dyn Variables,
    container: Scalar,
    subscripts: &str,
) -> SqlResult<Scalar> {
    let mut binder = Binder::new(context, "");
    binder.variables = Some(variables);
    binder.levels.push(Level::new());
    let ast::Expr::CompoundFieldAccess { access_chain, .. } = parse_expression(&format!("x{subscripts}"))? else {
        return Err(SqlError::internal("subscripts that are none"));
    };
    Ok(binder.subscript(Typed::new(container, Pos::NONE), &access_chain)?.scalar)
}
