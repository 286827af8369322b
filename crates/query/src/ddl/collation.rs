//! COLLATE of columns. There is one order, by bytes, whatever a collation is called; the names are those that PostgreSQL
//! has without an operating system's locales.

use gavel_binder::ddl::ast::QualifiedName;
use gavel_catalog::Catalog;
use gavel_functions::registry;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

/// Name and OID of each.
pub const COLLATIONS: [(&str, Oid); 4] =
    [("default", Oid(100)), ("C", Oid(950)), ("POSIX", Oid(951)), ("ucs_basic", Oid(12_340))];

/// The collation that a column of type `ty` keeps; `None` for the type's own.
///
/// # Errors
/// 42704 for an unknown one, 42804 for a type without collations.
pub fn of_column(catalog: &Catalog, name: Option<&QualifiedName>, ty: PgType) -> SqlResult<Option<Oid>> {
    let Some(QualifiedName(parts)) = name else { return Ok(None) };
    let bare = parts.last().map_or("", String::as_str);
    if let [.., schema, _] = parts.as_slice()
        && schema != "pg_catalog"
        && schema != "information_schema"
        && catalog.schema(schema).is_none()
    {
        return Err(SqlError::new(SqlState::InvalidSchemaName, format!("schema \"{schema}\" does not exist")));
    }
    let known = COLLATIONS.iter().find(|(name, _)| *name == bare && parts.len() < 3);
    let Some((_, oid)) = known.filter(|_| parts.len() == 1 || parts[0] == "pg_catalog") else {
        let text = format!("collation \"{}\" for encoding \"UTF8\" does not exist", parts.join("."));
        return Err(SqlError::new(SqlState::UndefinedObject, text));
    };
    let own = registry::type_info(ty.oid).map_or(Oid(0), |t| t.collation);
    if own == Oid(0) {
        let shown = gavel_types::text_io::type_name(ty.oid);
        let text = format!("collations are not supported by type {shown}");
        return Err(SqlError::new(SqlState::DatatypeMismatch, text));
    }
    Ok(Some(*oid).filter(|oid| *oid != own))
}
