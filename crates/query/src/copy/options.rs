//! COPY's options in the form that the codecs take: lower-case names with arguments.

use gavel_binder::ddl::copy::{CopyArgument, option};
use gavel_types::SqlResult;
use gavel_wire_format::copy::{CopyArg, CopyDirection, CopyOptions};
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
