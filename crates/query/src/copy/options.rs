//! COPY's options in the form that the codecs take: lower-case names with arguments.

use gavel_binder::ddl::copy::{CopyArgument, option};
use gavel_types::{SqlError, SqlResult, SqlState};
use gavel_wire_format::copy::{ColumnChoice, CopyArg, CopyDirection, CopyOptions};
use sqlparser::ast::CopyOption;

/// # Errors
/// 42601, 22023, 0A000 with PostgreSQL's messages.
pub fn copy_options(options: &[CopyOption], to: bool) -> SqlResult<CopyOptions> {
    let argument = |argument| match argument {
        CopyArgument::None => CopyArg::None,
        CopyArgument::Text(text) => CopyArg::Text(text),
        CopyArgument::Star => CopyArg::Star,
        CopyArgument::Columns(names) => CopyArg::List(names),
    };
    let list: Vec<(String, CopyArg)> =
        options.iter().filter_map(option).map(|(name, given)| (name, argument(given))).collect();
    CopyOptions::new(&list, if to { CopyDirection::To } else { CopyDirection::From })
}

/// 42703 for an option that names a column which there is not; `table` is its name, `known` its columns.
///
/// # Errors
/// As said.
pub fn require_columns(options: &CopyOptions, table: Option<&str>, known: &dyn Fn(&str) -> bool) -> SqlResult<()> {
    for choice in [&options.force_quote, &options.force_not_null, &options.force_null] {
        let ColumnChoice::Named(names) = choice else { continue };
        if let Some(missing) = names.iter().find(|n| !known(n)) {
            let message = match table {
                Some(table) => format!("column \"{missing}\" of relation \"{table}\" does not exist"),
                None => format!("column \"{missing}\" does not exist"),
            };
            return Err(SqlError::new(SqlState::UndefinedColumn, message));
        }
    }
    Ok(())
}
