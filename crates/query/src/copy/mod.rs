//! COPY: rows in and out of a table, or out of a query, in PostgreSQL's three formats.
//!
//! | module | what it holds |
//! |---|---|
//! | [`options`] | options as the parser gives them |
//! | [`from`] | COPY … FROM STDIN |
//! | [`to`] | COPY … TO STDOUT |

pub mod from;
pub mod options;
pub mod to;

use gavel_api::sql::ResultSink;
use gavel_binder::bound::Copy;
use gavel_types::{Datum, SqlError, SqlResult, SqlState};
use sqlparser::ast::{CopyTarget, Statement};

use crate::prepared::Prepared;
use crate::session::Session;
use crate::session::result::Executed;

impl Session {
    /// Runs COPY. Files and programs of the server are nobody's to touch.
    pub(crate) async fn run_copy(
        &mut self,
        copy: &Copy,
        statement: &Prepared,
        params: Vec<Datum>,
        sink: &mut dyn ResultSink,
    ) -> SqlResult<Executed> {
        let target = statement.parsed.as_ref().and_then(|p| match &p.statement {
            Statement::Copy { target, .. } => Some(target),
            _ => None,
        });
        match target {
            Some(CopyTarget::Stdin | CopyTarget::Stdout) => {}
            _ => {
                return Err(SqlError::new(
                    SqlState::InsufficientPrivilege,
                    "COPY to or from a file or program on the server is not allowed",
                )
                .hint("Use COPY FROM STDIN and COPY TO STDOUT; psql's \\copy command does."));
            }
        }
        if copy.to { self.copy_to(copy, params, sink).await } else { self.copy_from(copy, sink).await }
    }
}
