//! One call of a body.

use std::sync::Arc;

use gavel_plpgsql::tree::Var;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::procedural::compiled::{Compiled, Fields, Holds};

/// What a value is of: its type and, of a row, its fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    pub ty: PgType,
    pub fields: Option<Fields>,
}

impl Kind {
    pub fn of(ty: PgType) -> Self {
        Self { ty, fields: None }
    }
}

/// How statements go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flow {
    Next,
    /// EXIT, of the loop or block with this label.
    Exit(Option<String>),
    Continue(Option<String>),
    Return,
}

/// Where a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the statement of this line and kind.
    At(u32, &'static str),
    During(u32, &'static str),
    /// Without a line.
    Outside(&'static str),
}

impl Place {
    /// The line of CONTEXT, for a function of this signature.
    pub fn line(self, signature: &str) -> String {
        match self {
            Self::At(line, what) => format!("PL/pgSQL function {signature} line {line} at {what}"),
            Self::During(line, what) => format!("PL/pgSQL function {signature} line {line} during {what}"),
            Self::Outside(what) => format!("PL/pgSQL function {signature} {what}").trim_end().to_owned(),
        }
    }
}

/// See the module.
pub struct Activation {
    pub compiled: Arc<Compiled>,
    pub values: Vec<Datum>,
    /// What variables hold now: of records it changes.
    pub kinds: Vec<Kind>,
    /// What RETURN has said.
    pub returned: Option<(Datum, Kind)>,
    /// What RETURN NEXT and RETURN QUERY have given.
    pub rows: Vec<Vec<Datum>>,
    /// Columns of the rows.
    pub columns: Vec<PgType>,
    pub row_count: i64,
    /// Errors that are being handled, the innermost last.
    pub handled: Vec<SqlError>,
    /// What runs; after an error, what failed.
    pub current: Place,
    /// The error that is on its way has been told where it was.
    pub told: bool,
    /// Blocks with handlers around the statement that runs.
    pub savepoints: usize,
    /// Whether COMMIT and ROLLBACK may end the transaction.
    pub may_commit: bool,
    /// It gives a row of a trigger.
    pub is_trigger: bool,
    /// Names of transition tables, with the type of their rows; the values behind those of the variables are theirs.
    pub transitions: Vec<(String, Oid)>,
}

impl Activation {
    /// All variables NULL.
    pub fn new(compiled: Arc<Compiled>) -> Self {
        let values = vec![Datum::Null; compiled.variables.len()];
        let kinds = compiled.variables.iter().map(|v| v.kind.clone()).collect();
        Self {
            compiled,
            values,
            kinds,
            returned: None,
            rows: Vec::new(),
            columns: Vec::new(),
            row_count: 0,
            handled: Vec::new(),
            current: Place::Outside("during function entry"),
            told: false,
            savepoints: 0,
            may_commit: false,
            is_trigger: false,
            transitions: Vec::new(),
        }
    }

    /// Gives rows of this type a name: an array of them.
    pub fn add_transition(&mut self, name: String, row: Oid, rows: Datum) {
        self.transitions.push((name, row));
        self.values.push(rows);
    }

    pub fn set_found(&mut self, found: bool) {
        self.values[self.compiled.found.0] = Datum::Bool(found);
    }

    pub fn name(&self, var: Var) -> &str {
        &self.compiled.body.variables[var.0].name
    }

    /// Whether a row is assigned to it as a whole.
    pub fn holds_row(&self, var: Var) -> bool {
        matches!(self.compiled.variables[var.0].holds, Holds::Record | Holds::Row)
    }

    /// 55000 for a record that nothing was assigned to.
    pub fn unassigned(name: &str) -> SqlError {
        SqlError::new(SqlState::ObjectNotInPrerequisiteState, format!("record \"{name}\" is not assigned yet"))
            .detail("The tuple structure of a not-yet-assigned record is indeterminate.")
    }

    /// The fields of what a variable holds.
    ///
    /// # Errors
    /// 55000 for a record that nothing was assigned to; 42804 for what has no fields.
    pub fn fields(&self, var: Var) -> SqlResult<Fields> {
        match &self.kinds[var.0].fields {
            Some(fields) => Ok(Arc::clone(fields)),
            None if self.compiled.variables[var.0].holds == Holds::Record => Err(Self::unassigned(self.name(var))),
            None => {
                let text = format!("variable \"{}\" is not of composite type", self.name(var));
                Err(SqlError::new(SqlState::DatatypeMismatch, text))
            }
        }
    }

    /// The line of CONTEXT about where the body is.
    pub fn place(&self) -> String {
        self.current.line(&self.compiled.signature)
    }

    /// An error with that line, unless it has it from the first time that it was raised.
    pub fn told(&mut self, error: SqlError) -> SqlError {
        if std::mem::take(&mut self.told) { error } else { with_context(error, &self.place()) }
    }
}

/// The values of a row, or as many NULLs as it has fields.
pub fn items_of(value: &Datum, fields: &Fields) -> Vec<Datum> {
    match value {
        Datum::Record(items) => items.iter().map(|(_, value)| value.clone()).collect(),
        _ => vec![Datum::Null; fields.len()],
    }
}

/// A row value.
pub fn record(values: Vec<Datum>, fields: &Fields) -> Datum {
    Datum::Record(fields.iter().map(|(_, ty)| ty.oid).zip(values).collect())
}

/// The fields of a row of no named type, from what it consists of.
pub fn fields_within(value: &Datum) -> Option<Fields> {
    let Datum::Record(items) = value else { return None };
    Some(items.iter().enumerate().map(|(i, (ty, _))| (format!("f{}", i + 1), PgType::new(*ty))).collect())
}

/// Adds a line of CONTEXT.
pub fn with_context(error: SqlError, line: &str) -> SqlError {
    let context = match error.fields().context.as_deref() {
        Some(inner) => format!("{inner}\n{line}"),
        None => line.to_owned(),
    };
    error.context(context)
}

/// `f(integer, text)`, as CONTEXT names a function.
pub fn signature(name: &str, types: impl Iterator<Item = Oid>) -> String {
    let types: Vec<String> = types.map(|ty| gavel_binder::format_type(PgType::new(ty))).collect();
    format!("{name}({})", types.join(","))
}
