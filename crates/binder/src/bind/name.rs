//! Names: folding, truncation, qualification, and relations found by them.

use std::borrow::Cow;
use std::sync::Arc;

use gavel_catalog::search::Found;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::SystemRelation;
use gavel_catalog::{Sequence, Table, View};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use crate::context::BindContext;
use crate::parse::marker;
use crate::query_tree::StoredAlias;

/// Longest identifier in bytes (`NAMEDATALEN` - 1).
pub const MAX_NAME_BYTES: usize = 63;

/// The name that an identifier stands for: lower case unless quoted, cut at 63 bytes.
pub fn fold(ident: &ast::Ident) -> String {
    if let Some(stored) = StoredAlias::of(&ident.value) {
        return stored.shown;
    }
    let mut name = ident.value.clone();
    if ident.quote_style.is_none() {
        name.make_ascii_lowercase();
    }
    truncate(&mut name);
    name
}

/// Cuts a name at 63 bytes, between characters.
pub fn truncate(name: &mut String) {
    if name.len() > MAX_NAME_BYTES {
        let mut end = MAX_NAME_BYTES;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
    }
}

/// `name` as SQL writes it: quoted where it must be.
pub fn quote(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'$')
        && !is_reserved(name);
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Whether PostgreSQL reserves the word against use as a column or table name.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// Fully reserved key words of PostgreSQL 15 and those that may only name functions or types
/// (manual, appendix C), in order.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

/// A possibly qualified name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qualified {
    pub schema: Option<String>,
    pub name: String,
}

impl std::fmt::Display for Qualified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A table's name without the marker of ONLY, and whether it has that.
pub fn without_only(name: &ast::ObjectName) -> (Cow<'_, ast::ObjectName>, bool) {
    let first = name.0.first().and_then(ast::ObjectNamePart::as_ident);
    if name.0.len() > 1 && first.is_some_and(|i| i.value == marker::ONLY) {
        return (Cow::Owned(ast::ObjectName(name.0.iter().skip(1).cloned().collect())), true);
    }
    (Cow::Borrowed(name), false)
}

/// Folds `name`; a leading database must be the current one.
///
/// # Errors
/// 0A000 for another database, 42601 for too many parts.
pub fn qualified(context: &BindContext<'_>, name: &ast::ObjectName) -> SqlResult<Qualified> {
    let mut parts = name.0.iter().filter_map(ast::ObjectNamePart::as_ident).map(fold);
    let (first, second, third) = (parts.next(), parts.next(), parts.next());
    match (first, second, third, parts.next()) {
        (Some(name), None, _, _) => Ok(Qualified { schema: None, name }),
        (Some(schema), Some(name), None, _) => Ok(Qualified { schema: Some(schema), name }),
        (Some(database), Some(schema), Some(name), None) => {
            if database == *context.catalog.database_name {
                return Ok(Qualified { schema: Some(schema), name });
            }
            let text = format!("cross-database references are not implemented: \"{database}.{schema}.{name}\"");
            Err(SqlError::unsupported(text))
        }
        _ => Err(SqlError::new(
            SqlState::SyntaxError,
            format!("improper qualified name (too many dotted names): {name}"),
        )),
    }
}

/// What a relation name stands for.
#[derive(Clone, Debug)]
pub enum Resolved {
    Table(Arc<Table>),
    View(Arc<View>),
    Sequence(Arc<Sequence>),
    /// An index, by its table and OID.
    Index(Arc<Table>, Oid),
    System(&'static SystemRelation),
}

impl Resolved {
    pub fn oid(&self) -> Oid {
        match self {
            Self::Table(t) => t.oid,
            Self::View(v) => v.oid,
            Self::Sequence(s) => s.oid,
            Self::Index(_, oid) => *oid,
            Self::System(s) => s.oid,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Table(t) => &t.name,
            Self::View(v) => &v.name,
            Self::Sequence(s) => &s.name,
            Self::Index(t, oid) => t.indexes.iter().find(|i| i.oid == *oid).map_or("", |i| &i.name),
            Self::System(s) => s.name,
        }
    }

    /// OID of the schema that it is in.
    pub fn schema(&self) -> Oid {
        match self {
            Self::Table(t) | Self::Index(t, _) => t.schema,
            Self::View(v) => v.schema,
            Self::Sequence(s) => s.schema,
            Self::System(s) => s.schema_oid(),
        }
    }
}

impl From<&Relation> for Resolved {
    fn from(relation: &Relation) -> Self {
        match relation {
            Relation::Table(t) => Self::Table(t.clone()),
            Relation::View(v) => Self::View(v.clone()),
            Relation::Sequence(s) => Self::Sequence(s.clone()),
            Relation::Index(t, oid) => Self::Index(t.clone(), *oid),
        }
    }
}

/// The relation of this name, if there is one.
pub fn find_relation(context: &BindContext<'_>, name: &Qualified) -> Option<Resolved> {
    let BindContext { catalog, search_path, user, .. } = *context;
    let found = match &name.schema {
        Some(schema) => catalog.find_in(schema, &name.name),
        None => catalog.find(search_path.iter().map(|s| if s == "$user" { user } else { s.as_str() }), &name.name),
    };
    found.map(|found| match found {
        Found::System(relation) => Resolved::System(relation),
        Found::Relation(relation) => relation.into(),
    })
}

/// The relation of this name.
///
/// # Errors
/// 42P01 `relation "x" does not exist`, 42501 for a schema that is closed, without position; the caller adds it.
pub fn relation(context: &BindContext<'_>, name: &Qualified) -> SqlResult<Resolved> {
    if let (Some(subject), Some(schema)) = (context.subject, &name.schema) {
        subject.look_into(context.catalog, schema)?;
    }
    find_relation(context, name)
        .ok_or_else(|| SqlError::new(SqlState::UndefinedTable, format!("relation \"{name}\" does not exist")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_and_are_cut_between_characters() {
        assert_eq!(fold(&ast::Ident::new("FooBar")), "foobar");
        assert_eq!(fold(&ast::Ident::with_quote('"', "FooBar")), "FooBar");
        assert_eq!(fold(&ast::Ident::new("é".repeat(40))).len(), 62);
    }

    #[test]
    fn names_are_quoted_where_they_must_be() {
        assert_eq!(quote("plain_1"), "plain_1");
        assert_eq!(quote("Order"), "\"Order\"");
        assert_eq!(quote("order"), "\"order\"");
        assert_eq!(quote("a\"b"), "\"a\"\"b\"");
        assert!(RESERVED.is_sorted());
    }
}
