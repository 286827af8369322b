//! COPY's options in the form that the codecs take: lower-case names with arguments.

use gavel_types::SqlResult;
use gavel_wire_format::copy::{CopyArg, CopyDirection, CopyOptions};
use sqlparser::ast::{CopyLegacyCsvOption, CopyLegacyOption, CopyOption, Ident};

fn names(idents: &[Ident]) -> CopyArg {
    match idents {
        [star] if star.value == "*" && star.quote_style.is_none() => CopyArg::Star,
        _ => CopyArg::List(
            idents
                .iter()
                .map(|i| if i.quote_style.is_some() { i.value.clone() } else { i.value.to_lowercase() })
                .collect(),
        ),
    }
}

fn text(c: impl ToString) -> CopyArg {
    CopyArg::Text(c.to_string())
}

/// # Errors
/// 42601, 22023, 0A000 with PostgreSQL's messages.
pub fn copy_options(options: &[CopyOption], legacy: &[CopyLegacyOption], to: bool) -> SqlResult<CopyOptions> {
    let mut list: Vec<(String, CopyArg)> = Vec::new();
    let mut add = |name: &str, arg: CopyArg| list.push((name.to_owned(), arg));
    for option in options {
        match option {
            CopyOption::Format(name) => add("format", text(name.value.to_lowercase())),
            CopyOption::Freeze(on) => add("freeze", text(on)),
            CopyOption::Delimiter(c) => add("delimiter", text(c)),
            CopyOption::Null(s) => add("null", text(s)),
            CopyOption::Header(on) => add("header", text(on)),
            CopyOption::Quote(c) => add("quote", text(c)),
            CopyOption::Escape(c) => add("escape", text(c)),
            CopyOption::ForceQuote(c) => add("force_quote", names(c)),
            CopyOption::ForceNotNull(c) => add("force_not_null", names(c)),
            CopyOption::ForceNull(c) => add("force_null", names(c)),
            CopyOption::Encoding(e) => add("encoding", text(e)),
        }
    }
    for option in legacy {
        match option {
            CopyLegacyOption::Binary => add("format", text("binary")),
            CopyLegacyOption::Delimiter(c) => add("delimiter", text(c)),
            CopyLegacyOption::Null(s) => add("null", text(s)),
            CopyLegacyOption::Header => add("header", CopyArg::None),
            CopyLegacyOption::Csv(csv) => {
                add("format", text("csv"));
                for option in csv {
                    match option {
                        CopyLegacyCsvOption::Header => add("header", CopyArg::None),
                        CopyLegacyCsvOption::Quote(c) => add("quote", text(c)),
                        CopyLegacyCsvOption::Escape(c) => add("escape", text(c)),
                        CopyLegacyCsvOption::ForceQuote(c) => add("force_quote", names(c)),
                        CopyLegacyCsvOption::ForceNotNull(c) => add("force_not_null", names(c)),
                    }
                }
            }
            other => add(&other.to_string().to_lowercase(), CopyArg::None),
        }
    }
    CopyOptions::new(&list, if to { CopyDirection::To } else { CopyDirection::From })
}
