//! What a statement is bound against.

use std::cell::RefCell;

use gavel_catalog::{Catalog, Subject};
use gavel_types::text_io::TextStyle;
use gavel_types::{Oid, PgType, SqlResult};
use sqlparser::tokenizer::Location;

/// Catalog and session as the binder sees them. Cheap to make.
#[derive(Clone, Copy)]
pub struct BindContext<'a> {
    pub catalog: &'a Catalog,
    /// Schemas in order; `$user` stands for one of the user's name. What else is searched is
    /// [`gavel_catalog::search`]'s to say.
    pub search_path: &'a [String],
    pub user: &'a str,
    /// Who must be allowed to look into the schemas that are named; `None`: everything may be.
    pub subject: Option<&'a Subject>,
    /// How literals are read: time zone, date order.
    pub style: &'a TextStyle,
    /// `search_path` of the session, by which bodies of functions look names up that are kept as they were written.
    /// Empty where there is no session: then they look into the schema of the function, and into `public`.
    pub session_path: &'a [String],
    /// Where calls of users' functions are noted, for whoever wants to write them by number.
    pub calls: Option<&'a RefCell<Vec<FunctionCall>>>,
    /// Calls of users' functions stay calls, as what is bound is to be shown, not run.
    pub opaque_calls: bool,
    /// Whom policies let rows through to; `None`: nothing is asked of them.
    pub rows: Option<RowRights<'a>>,
}

/// By whose rights rows are reached.
#[derive(Clone, Copy)]
pub struct RowRights<'a> {
    /// The current role.
    pub subject: &'a Subject,
    /// `row_security`: false if a statement is to fail rather than to leave rows out.
    pub filters: bool,
}

/// Variables of a PL/pgSQL body as a statement in it sees them. Their values are the statement's parameters.
pub trait Variables {
    /// The variable that begins with these parts of a name, and how many of them name it.
    ///
    /// # Errors
    /// 55000 for a record that nothing was assigned to.
    fn find(&self, parts: &[String]) -> SqlResult<Option<(Variable, usize)>>;

    /// What a name means that could be a variable and a column.
    fn conflict(&self) -> Conflict;

    /// How many parameters they are, those of transition tables among them.
    fn count(&self) -> usize {
        0
    }

    /// The rows that REFERENCING of a trigger gives this name.
    fn transition(&self, name: &str) -> Option<TransitionTable> {
        let _ = name;
        None
    }
}

/// Rows that a statement has written, as a trigger function reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionTable {
    /// The parameter, from 0, that is an array of them.
    pub parameter: usize,
    /// The type of one.
    pub row: Oid,
}

/// See [`Variables`].
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its parameter, from 0.
    pub parameter: usize,
    /// Not a domain.
    pub ty: PgType,
    /// Of a row.
    pub fields: Option<Vec<(String, PgType)>>,
    pub name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// 42702.
    Error,
    Variable,
    Column,
}

/// A call of a user's function in the text that is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionCall {
    /// Where its name begins.
    pub at: Location,
    pub function: Oid,
}

impl<'a> BindContext<'a> {
    /// For SQL text that a descriptor keeps: names in it are qualified and were looked up when it was made, and its calls are not the
    /// statement's.
    #[must_use]
    pub fn stored(&self) -> BindContext<'a> {
        BindContext { search_path: &[], subject: None, calls: None, ..*self }
    }
}
