//! A body with the types of its variables.

use std::collections::HashMap;
use std::sync::Arc;

use gavel_binder::{BindContext, Qualified, Resolved};
use gavel_plpgsql::tree::{Body, Sql, Statement, TriggerVariable, Var, VarType};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;

use crate::procedural::activation::Kind;
use crate::procedural::fragment::Kept;

/// Names and types of a row's fields.
pub type Fields = Arc<[(String, PgType)]>;

/// How a variable takes values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Scalar,
    /// A row of a named type.
    Row,
    /// Any row.
    Record,
    /// Whatever comes.
    Anything,
}

/// A variable with its type.
#[derive(Clone, Debug)]
pub struct Variable {
    /// A domain if it was declared with one.
    pub declared: PgType,
    /// What it holds to begin with.
    pub kind: Kind,
    pub holds: Holds,
    pub not_null: bool,
}

/// See the module.
pub struct Compiled {
    /// As CONTEXT names it.
    pub signature: String,
    pub oid: Oid,
    pub body: Body,
    pub variables: Vec<Variable>,
    pub found: Var,
    /// Variables of all parameters, in order.
    pub parameters: Vec<Var>,
    /// Those of output parameters.
    pub outputs: Vec<Var>,
    /// A result is one value of a row type.
    pub whole: bool,
    /// May write.
    pub volatile: bool,
    /// Its SQL, by place, and whether it is an expression or the query of a cursor.
    pub kept: Mutex<HashMap<(usize, bool, bool), Kept>>,
}

/// What parameters and, in triggers, rows are of.
#[derive(Clone, Debug, Default)]
pub struct Types {
    /// Of all parameters, outputs among them.
    pub parameters: Vec<PgType>,
    /// The table of a trigger.
    pub row: Option<Fields>,
    pub row_type: Option<Oid>,
}

/// Finds the types of a body's variables.
///
/// # Errors
/// 42704, 42P01, 42703 for types, tables and columns that do not exist.
pub fn variables(context: &BindContext<'_>, body: &Body, types: &Types) -> SqlResult<Vec<Variable>> {
    let mut out: Vec<Variable> = Vec::with_capacity(body.variables.len());
    for variable in &body.variables {
        let line = variable.line;
        let mut found =
            of_type(context, &variable.ty, types, &out).map_err(|e| if line == 0 { e } else { e.nowhere() })?;
        found.not_null = variable.not_null;
        out.push(found);
    }
    Ok(out)
}

fn of_type(context: &BindContext<'_>, ty: &VarType, types: &Types, before: &[Variable]) -> SqlResult<Variable> {
    Ok(match ty {
        VarType::Parameter(number) => {
            let ty = types.parameters.get(*number).copied().unwrap_or(PgType::TEXT);
            declared(context, ty)?
        }
        VarType::Named(sql) => declared(context, named(context, sql)?)?,
        VarType::OfVariable(var) => {
            before.get(var.0).cloned().ok_or_else(|| SqlError::internal("a variable of the type of a later one"))?
        }
        VarType::OfColumn(parts, _) => declared(context, gavel_binder::column_type(context, parts)?)?,
        VarType::RowOf(parts, _) => {
            let (ty, fields) = row_type(context, parts)?;
            let ty = PgType::new(ty);
            Variable { declared: ty, kind: Kind { ty, fields: Some(fields) }, holds: Holds::Row, not_null: false }
        }
        VarType::Record => record(None, None),
        VarType::New | VarType::Old => record(types.row_type, types.row.clone()),
        VarType::Operand => Variable { holds: Holds::Anything, ..plain(PgType::TEXT) },
        VarType::Cursor(_) | VarType::SqlState | VarType::SqlErrm => plain(PgType::TEXT),
        VarType::Integer => plain(PgType::INT4),
        VarType::Found => plain(PgType::BOOL),
        VarType::Trigger(what) => plain(match what {
            TriggerVariable::RelId => PgType::new(Oid::OID),
            TriggerVariable::NArgs => PgType::INT4,
            TriggerVariable::Argv => PgType::new(gavel_binder::array_type(Oid::TEXT).unwrap_or(Oid::ANYARRAY)),
            TriggerVariable::When | TriggerVariable::Level | TriggerVariable::Op => PgType::TEXT,
            TriggerVariable::Name
            | TriggerVariable::RelName
            | TriggerVariable::TableName
            | TriggerVariable::TableSchema => PgType::new(Oid::NAME),
        }),
    })
}

fn plain(ty: PgType) -> Variable {
    Variable { declared: ty, kind: Kind::of(ty), holds: Holds::Scalar, not_null: false }
}

fn record(ty: Option<Oid>, fields: Option<Fields>) -> Variable {
    let ty = PgType::new(ty.unwrap_or(Oid::RECORD));
    Variable { declared: PgType::new(Oid::RECORD), kind: Kind { ty, fields }, holds: Holds::Record, not_null: false }
}

/// A variable of a type that has a name.
fn declared(context: &BindContext<'_>, ty: PgType) -> SqlResult<Variable> {
    if ty.oid == Oid::RECORD {
        return Ok(record(None, None));
    }
    let base = gavel_binder::base_type(context, ty)?;
    let fields = context.catalog.fields(base.oid);
    let holds = if fields.is_some() { Holds::Row } else { Holds::Scalar };
    Ok(Variable { declared: ty, kind: Kind { ty: base, fields }, holds, not_null: false })
}

/// The type that SQL text names.
fn named(context: &BindContext<'_>, sql: &Sql) -> SqlResult<PgType> {
    use sqlparser::ast::Expr;
    let text = format!("CAST(NULL AS {})", sql.text);
    match gavel_binder::parse::parse_expression(&text) {
        Ok(Expr::Cast { data_type, .. }) => {
            let ty = gavel_binder::resolve_type(context, &data_type)?;
            if gavel_functions::registry::type_info(ty.oid).is_some_and(|t| t.kind == 'p') && ty.oid != Oid::RECORD {
                let text = format!("variable \"{}\" has pseudo-type {}", sql.text, gavel_binder::format_type(ty));
                return Err(SqlError::unsupported(text));
            }
            Ok(ty)
        }
        _ => {
            let text = format!("syntax error at or near \"{}\"", sql.text);
            Err(SqlError::new(SqlState::SyntaxError, text))
        }
    }
}

fn relation(context: &BindContext<'_>, parts: &[String]) -> Option<Resolved> {
    let (schema, name) = match parts {
        [name] => (None, name.clone()),
        [.., schema, name] => (Some(schema.clone()), name.clone()),
        [] => return None,
    };
    gavel_binder::find_relation(context, &Qualified { schema, name })
}

/// The row type of a table, view or composite type.
fn row_type(context: &BindContext<'_>, parts: &[String]) -> SqlResult<(Oid, Fields)> {
    let missing = || {
        let text = format!("relation \"{}\" does not exist", parts.join("."));
        SqlError::new(SqlState::UndefinedTable, text)
    };
    let ty = match relation(context, parts) {
        Some(Resolved::Table(table)) => gavel_catalog::snapshot::row_type(table.oid),
        Some(Resolved::View(view)) => gavel_catalog::snapshot::row_type(view.oid),
        Some(Resolved::System(relation)) => {
            let fields = relation.columns.iter().map(|c| (c.name.to_owned(), c.ty)).collect();
            return Ok((Oid::RECORD, fields));
        }
        _ => {
            let quoted: Vec<String> = parts.iter().map(|p| gavel_binder::quote(p)).collect();
            let sql = Sql { text: quoted.join("."), at: 0, before: 0, line: 0, names: None, assignment: None };
            Some(named(context, &sql).map_err(|_| missing())?.oid)
        }
    };
    let ty = ty.ok_or_else(missing)?;
    Ok((ty, context.catalog.fields(ty).ok_or_else(missing)?))
}

/// The variable that holds `FOUND`.
pub fn found(body: &Body) -> SqlResult<Var> {
    let place = body.variables.iter().position(|v| v.ty == VarType::Found);
    place.map(Var).ok_or_else(|| SqlError::internal("a body without FOUND"))
}

/// Every piece of SQL in a body, and whether it is an expression.
pub fn fragments<'b>(body: &'b Body, f: &mut dyn FnMut(&'b Sql, bool)) {
    for variable in &body.variables {
        if let Some(sql) = &variable.default {
            f(sql, true);
        }
        if let VarType::Cursor(Some(cursor)) = &variable.ty {
            f(&cursor.query, false);
        }
    }
    block_fragments(&body.block, f);
}

fn block_fragments<'b>(block: &'b gavel_plpgsql::tree::Block, f: &mut dyn FnMut(&'b Sql, bool)) {
    statement_fragments(&block.statements, f);
    for arm in block.handlers.iter().flat_map(|h| &h.arms) {
        statement_fragments(&arm.statements, f);
    }
}

fn statement_fragments<'b>(statements: &'b [Statement], f: &mut dyn FnMut(&'b Sql, bool)) {
    use gavel_plpgsql::tree::{Kind as K, RaiseWhat, Rows};
    for statement in statements {
        match &statement.kind {
            K::Block(block) => block_fragments(block, f),
            K::Assign { value, .. } => f(value, true),
            K::If { arms, otherwise } => {
                for (condition, body) in arms {
                    f(condition, true);
                    statement_fragments(body, f);
                }
                statement_fragments(otherwise, f);
            }
            K::Case { operand, arms, otherwise } => {
                if let Some((_, sql)) = operand {
                    f(sql, true);
                }
                for (condition, body) in arms {
                    f(condition, true);
                    statement_fragments(body, f);
                }
                statement_fragments(otherwise.as_deref().unwrap_or_default(), f);
            }
            K::Loop { body, .. } => statement_fragments(body, f),
            K::While { condition, body, .. } => {
                f(condition, true);
                statement_fragments(body, f);
            }
            K::ForInteger { from, to, by, body, .. } => {
                f(from, true);
                f(to, true);
                if let Some(by) = by {
                    f(by, true);
                }
                statement_fragments(body, f);
            }
            K::ForRows { rows, body, .. } => {
                if let Rows::Query(sql) = rows {
                    f(sql, false);
                }
                statement_fragments(body, f);
            }
            K::Foreach { array, body, .. } => {
                f(array, true);
                statement_fragments(body, f);
            }
            K::Exit { when: Some(sql), .. } | K::Return(Some(sql)) | K::ReturnNext(Some(sql)) | K::Perform(sql) => {
                f(sql, true)
            }
            K::ReturnQuery(Rows::Query(sql)) | K::Sql { sql, .. } => f(sql, false),
            K::Raise(raise) => {
                if let RaiseWhat::Format { arguments, .. } = &raise.what {
                    arguments.iter().for_each(|a| f(a, true));
                }
                raise.using.iter().for_each(|(_, sql)| f(sql, true));
            }
            K::Assert { condition, message } => {
                f(condition, true);
                if let Some(message) = message {
                    f(message, true);
                }
            }
            K::Execute { command, using, .. } => {
                f(command, true);
                using.iter().for_each(|u| f(u, true));
            }
            K::Open { rows: Some(Rows::Query(sql)), .. } => f(sql, false),
            _ => {}
        }
    }
}

/// Whether a statement of a body is about the row that a cursor is on.
pub fn names_current_rows(body: &Body) -> bool {
    let mut found = false;
    fragments(body, &mut |sql, _| {
        let words: Vec<&str> = sql.text.split_whitespace().collect();
        found |= words.join(" ").to_ascii_lowercase().contains("current of");
    });
    found
}
