//! INSERT, UPDATE and DELETE.

use gavel_types::{SqlError, SqlResult};
use sqlparser::ast;

use super::Binder;
use crate::bound::Modify;

impl Binder<'_> {
    /// Binds a DML statement on the current level, which holds its CTEs.
    pub fn modify(&mut self, statement: &ast::Statement) -> SqlResult<Modify> {
        let _ = statement;
        Err(SqlError::unsupported("DML is not built"))
    }
}
