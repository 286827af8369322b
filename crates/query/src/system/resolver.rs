//! Names of objects to OIDs and back: what `regclass`, `regtype`, `regproc` and their kin read and write.

use std::sync::Arc;

use gavel_binder::{BindContext, Qualified, Updatability};
use gavel_catalog::search::PG_TEMP;
use gavel_catalog::{Catalog, Subject, View, system};
use gavel_functions::cast::type_label;
use gavel_functions::{registry, textsearch};
use gavel_types::text_io::{EnumValues, NameResolver, TextStyle};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};

use crate::ddl::names::quote;

/// Looks names up in a catalog by a `search_path`.
#[derive(Clone, Debug)]
pub struct CatalogNames {
    pub catalog: Arc<Catalog>,
    /// Schemas in order, whether or not they exist.
    pub search_path: Vec<String>,
    /// Who must be allowed to look into the schemas that are named; `None`: everything may be.
    pub subject: Option<Arc<Subject>>,
}

/// Parts of a possibly quoted and qualified name.
///
/// # Errors
/// 42602 if it is not one.
pub fn parse_name(text: &str) -> SqlResult<Vec<String>> {
    let bad = || SqlError::new(SqlState::InvalidName, "invalid name syntax");
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut name = String::new();
            let mut chars = quoted.char_indices().peekable();
            let end = loop {
                match chars.next() {
                    Some((_, '"')) if chars.next_if(|(_, c)| *c == '"').is_some() => name.push('"'),
                    Some((at, '"')) => break at + 1,
                    Some((_, c)) => name.push(c),
                    None => return Err(bad()),
                }
            };
            parts.push(name);
            rest = &quoted[end..];
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            let name = rest[..end].trim();
            if name.is_empty() {
                return Err(bad());
            }
            parts.push(name.to_lowercase());
            rest = &rest[end..];
        }
        rest = rest.trim_start();
        match rest.strip_prefix('.') {
            Some(r) => rest = r.trim_start(),
            None if rest.is_empty() => return Ok(parts),
            None => return Err(bad()),
        }
    }
}

impl CatalogNames {
    /// OID of the relation of this name.
    pub fn relation(&self, parts: &[String]) -> Option<Oid> {
        let catalog = &self.catalog;
        let found = match parts {
            [name] => catalog.find(self.search_path.iter().map(String::as_str), name),
            [schema, name] => catalog.find_in(schema, name),
            [database, schema, name] if **database == *catalog.database_name => catalog.find_in(schema, name),
            _ => None,
        };
        found.map(|found| found.oid())
    }

    /// # Errors
    /// 42501 for a name in a schema that is closed.
    fn may_look_into(&self, parts: &[String]) -> SqlResult<()> {
        match (&self.subject, parts) {
            (Some(subject), [.., schema, _]) => subject.look_into(&self.catalog, schema),
            _ => Ok(()),
        }
    }

    /// Why there is no such type: its schema may be closed.
    fn no_type(&self, name: &str) -> SqlResult<Oid> {
        self.may_look_into(&parse_name(name.trim().trim_end_matches("[]")).unwrap_or_default())?;
        Err(SqlError::new(SqlState::UndefinedObject, format!("type \"{name}\" does not exist")))
    }

    fn relation_text(&self, oid: Oid) -> Option<String> {
        let (schema, name) = match system::relation_by_oid(oid) {
            Some(r) => (r.schema_oid(), r.name),
            None => self.catalog.relation_name(oid)?,
        };
        if self.catalog.is_visible(&self.search_path, schema, name) {
            return Some(quote(name));
        }
        let schema = match schema {
            system::PG_CATALOG => "pg_catalog",
            system::INFORMATION_SCHEMA => "information_schema",
            system::SYS => "sys",
            _ => self.catalog.schema_by_oid(schema)?.name.as_str(),
        };
        Some(format!("{}.{}", quote(schema), quote(name)))
    }

    /// The type of this name, as SQL or the catalogs call it; `[]` makes an array.
    pub fn type_oid(&self, text: &str) -> Option<Oid> {
        let text = text.trim();
        if let Some(element) = text.strip_suffix("[]") {
            let element = self.type_oid(element)?;
            return if element.is_user_array() { Some(element) } else { gavel_binder::array_type(element) };
        }
        if let Some(found) = builtin_type(text) {
            return Some(found);
        }
        let parts = parse_name(text).ok()?;
        let within = |schema: &str, name: &str| self.catalog.type_named(self.catalog.qualifier(schema)?.oid, name);
        match parts.as_slice() {
            [name] => self.catalog.find_type(self.search_path.iter().map(String::as_str), name),
            [schema, name] if schema == "pg_catalog" => registry::type_named(name).map(|t| t.oid),
            [.., schema, _] if self.subject.as_ref().is_some_and(|s| s.look_into(&self.catalog, schema).is_err()) => {
                None
            }
            [schema, name] => within(schema, name),
            [database, schema, name] if **database == *self.catalog.database_name => within(schema, name),
            _ => None,
        }
    }

    /// Every function that a name may mean, with the types of its inputs.
    pub fn functions(&self, parts: &[String]) -> Vec<(Oid, Vec<Oid>)> {
        let name = match parts {
            [name] => Qualified { schema: None, name: name.clone() },
            [schema, name] => Qualified { schema: Some(schema.clone()), name: name.clone() },
            [database, schema, name] if **database == *self.catalog.database_name => {
                Qualified { schema: Some(schema.clone()), name: name.clone() }
            }
            _ => return Vec::new(),
        };
        let (style, path) = (TextStyle::default(), self.search_path.as_slice());
        let context = BindContext {
            catalog: &self.catalog,
            search_path: path,
            user: "",
            subject: None,
            style: &style,
            session_path: path,
            calls: None,
            opaque_calls: false,
            rows: None,
        };
        gavel_binder::functions_of_name(&context, &name)
    }

    /// The same from the text of a name.
    ///
    /// # Errors
    /// 42602 if it is none; 42501 for one in a schema that is closed.
    fn visible_functions(&self, name: &str) -> SqlResult<Vec<(Oid, Vec<Oid>)>> {
        let parts = parse_name(name)?;
        self.may_look_into(&parts)?;
        Ok(self.functions(&parts))
    }

    /// A function's name: of a user's function qualified only if the name alone does not find it, or, where it has to
    /// be told from others of its name by itself, not it alone.
    fn function_text(&self, oid: Oid, alone: bool) -> Option<String> {
        let Some(function) = self.catalog.function(oid) else {
            return registry::proc(oid).map(|p| quote(p.name));
        };
        let found = self.functions(std::slice::from_ref(&function.name));
        if found.iter().any(|(found, _)| *found == oid) && (found.len() == 1 || !alone) {
            return Some(quote(&function.name));
        }
        let schema = self.catalog.schema_by_oid(function.schema)?;
        Some(format!("{}.{}", quote(&schema.name), quote(&function.name)))
    }

    /// A function's name as it is called: qualified only if the search path does not find it.
    pub fn call_text(&self, oid: Oid) -> Option<String> {
        self.function_text(oid, false)
    }

    /// A type's name: of a user's type qualified only if it must be.
    pub fn type_text(&self, oid: Oid) -> Option<String> {
        if !oid.is_user_type() {
            return registry::type_info(oid).map(|_| type_label(oid));
        }
        if let Some(element) = oid.element() {
            return Some(format!("{}[]", self.type_text(element)?));
        }
        let (schema, name) = self.catalog.type_name(oid)?;
        let shown = quote(name);
        if registry::type_named(name).is_none() && self.type_oid(&shown) == Some(oid) {
            return Some(shown);
        }
        if schema == system::TEMPORARY_SCHEMA {
            return Some(format!("{PG_TEMP}.{shown}"));
        }
        Some(format!("{}.{shown}", quote(&self.catalog.schema_by_oid(schema)?.name)))
    }
}

/// How text forms of the values in `catalog` are read and written where no session says more.
pub fn style_over(catalog: &Arc<Catalog>) -> TextStyle {
    let names = CatalogNames { catalog: Arc::clone(catalog), search_path: Vec::new(), subject: None };
    TextStyle { names: Some(Arc::new(names)), ..TextStyle::default() }
}

/// Whether a view of `catalog` can be written through.
pub fn updatability(catalog: &Arc<Catalog>, view: &Arc<View>) -> Updatability {
    let style = style_over(catalog);
    let context = BindContext {
        catalog,
        search_path: &[],
        user: "",
        subject: None,
        style: &style,
        session_path: &[],
        calls: None,
        opaque_calls: false,
        rows: None,
    };
    gavel_binder::updatability(&context, view)
}

/// `name(type, …)` or `name`, and the types.
fn signature(text: &str) -> (&str, Option<Vec<&str>>) {
    match text.split_once('(') {
        Some((name, rest)) => {
            let inside = rest.trim_end().trim_end_matches(')');
            let types = if inside.trim().is_empty() { Vec::new() } else { inside.split(',').map(str::trim).collect() };
            (name, Some(types))
        }
        None => (text, None),
    }
}

/// The type of PostgreSQL's own that is called so.
fn builtin_type(text: &str) -> Option<Oid> {
    let plain = text.split_once('(').map_or(text, |(name, _)| name).trim();
    let plain = plain.strip_prefix("pg_catalog.").unwrap_or(plain);
    if let Some(quoted) = plain.strip_prefix('"').and_then(|p| p.strip_suffix('"')) {
        return registry::type_named(quoted).map(|t| t.oid);
    }
    let lower = plain.to_lowercase();
    let name = match lower.as_str() {
        "boolean" => "bool",
        "smallint" => "int2",
        "integer" | "int" => "int4",
        "bigint" => "int8",
        "real" => "float4",
        "double precision" | "float" => "float8",
        "character varying" => "varchar",
        "character" | "char" => "bpchar",
        "decimal" | "dec" => "numeric",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        "bit varying" => "varbit",
        other => other,
    };
    registry::type_named(name).map(|t| t.oid)
}

/// What `find` knows under a name that may be qualified.
fn of_text_search(name: &str, find: fn(Option<&str>, &str) -> Option<Oid>) -> SqlResult<Option<Oid>> {
    Ok(match parse_name(name)?.as_slice() {
        [name] => find(None, name),
        [schema, name] => find(Some(schema), name),
        _ => None,
    })
}

impl NameResolver for CatalogNames {
    fn resolve(&self, name: &str, ty: Oid) -> SqlResult<Oid> {
        let undefined = |code: SqlState, what: &str| SqlError::new(code, format!("{what} \"{name}\" does not exist"));
        match ty {
            Oid::REGCLASS => {
                let parts = parse_name(name)?;
                self.may_look_into(&parts)?;
                self.relation(&parts).ok_or_else(|| undefined(SqlState::UndefinedTable, "relation"))
            }
            Oid::REGTYPE => self.type_oid(name).map_or_else(|| self.no_type(name), Ok),
            Oid::REGPROC => match self.visible_functions(name)?.as_slice() {
                [] => Err(undefined(SqlState::UndefinedFunction, "function")),
                [(one, _)] => Ok(*one),
                _ => {
                    Err(SqlError::new(SqlState::AmbiguousFunction, format!("more than one function named \"{name}\"")))
                }
            },
            Oid::REGPROCEDURE => {
                let (bare, types) = signature(name);
                let wanted: Option<Vec<Oid>> =
                    types.unwrap_or_default().into_iter().map(|t| self.type_oid(t)).collect();
                let found = self.visible_functions(bare)?.into_iter().find(|f| Some(&f.1) == wanted.as_ref());
                found.map(|f| f.0).ok_or_else(|| undefined(SqlState::UndefinedFunction, "function"))
            }
            Oid::REGOPER => registry::operators_named(name.trim_start_matches("pg_catalog."))
                .next()
                .map(|o| o.oid)
                .ok_or_else(|| undefined(SqlState::UndefinedFunction, "operator")),
            Oid::REGNAMESPACE => match name.trim_matches('"') {
                "pg_catalog" => Ok(system::PG_CATALOG),
                "information_schema" => Ok(system::INFORMATION_SCHEMA),
                other => self
                    .catalog
                    .schema(other)
                    .map(|s| s.oid)
                    .ok_or_else(|| undefined(SqlState::InvalidSchemaName, "schema")),
            },
            Oid::REGROLE => self
                .catalog
                .roles
                .get(name.trim_matches('"'))
                .map(|r| r.oid)
                .ok_or_else(|| undefined(SqlState::UndefinedObject, "role")),
            Oid::REGCOLLATION => match name.trim_matches('"') {
                "default" => Ok(Oid(100)),
                "C" => Ok(Oid(950)),
                "POSIX" => Ok(Oid(951)),
                "ucs_basic" => Ok(Oid(12_340)),
                _ => Err(undefined(SqlState::UndefinedObject, "collation")),
            },
            Oid::REGCONFIG => of_text_search(name, textsearch::configuration_named)?
                .ok_or_else(|| undefined(SqlState::UndefinedObject, "text search configuration")),
            Oid::REGDICTIONARY => of_text_search(name, textsearch::dictionary_named)?
                .ok_or_else(|| undefined(SqlState::UndefinedObject, "text search dictionary")),
            _ => Err(undefined(SqlState::UndefinedObject, "object")),
        }
    }

    fn name(&self, object: Oid, ty: Oid) -> Option<String> {
        match ty {
            Oid::REGCLASS => self.relation_text(object),
            Oid::REGTYPE => self.type_text(object),
            Oid::REGPROC => self.function_text(object, true),
            Oid::REGPROCEDURE if self.catalog.function(object).is_some() => {
                let function = self.catalog.function(object)?;
                let args: Vec<String> =
                    function.inputs().map(|p| self.type_text(p.ty).unwrap_or_else(|| type_label(p.ty))).collect();
                Some(format!("{}({})", self.function_text(object, false)?, args.join(",")))
            }
            Oid::REGPROCEDURE => registry::proc(object).map(|p| {
                let args: Vec<String> = p.args.iter().map(|a| type_label(*a)).collect();
                format!("{}({})", quote(p.name), args.join(","))
            }),
            Oid::REGOPER if self.catalog.operator(object).is_some() => {
                self.catalog.operator(object).map(|o| o.name.clone())
            }
            Oid::REGOPERATOR if self.catalog.operator(object).is_some() => {
                let o = self.catalog.operator(object)?;
                let side = |t: Oid| {
                    if t.0 == 0 { "NONE".to_owned() } else { self.type_text(t).unwrap_or_else(|| type_label(t)) }
                };
                let schema = match super::operators::is_visible(&self.catalog, &self.search_path, o) {
                    true => String::new(),
                    false => format!("{}.", quote(&self.catalog.schema_by_oid(o.schema)?.name)),
                };
                Some(format!("{schema}{}({},{})", o.name, side(o.left), side(o.right)))
            }
            Oid::REGOPER => registry::operator(object).map(|o| o.name.to_owned()),
            Oid::REGOPERATOR => registry::operator(object).map(|o| {
                let side = |t: Oid| if t.0 == 0 { "NONE".to_owned() } else { type_label(t) };
                format!("{}({},{})", o.name, side(o.left), side(o.right))
            }),
            Oid::REGNAMESPACE => match object {
                system::PG_CATALOG => Some("pg_catalog".into()),
                system::INFORMATION_SCHEMA => Some("information_schema".into()),
                _ => self.catalog.schema_by_oid(object).map(|s| quote(&s.name)),
            },
            Oid::REGROLE => self.catalog.role_by_oid(object).map(|r| quote(&r.name)),
            Oid::REGCOLLATION => match object.0 {
                100 => Some("\"default\"".into()),
                950 => Some("\"C\"".into()),
                951 => Some("\"POSIX\"".into()),
                12_340 => Some("ucs_basic".into()),
                _ => None,
            },
            Oid::REGCONFIG => textsearch::configuration_name(object).map(str::to_owned),
            Oid::REGDICTIONARY => textsearch::dictionary_name(object),
            _ => None,
        }
    }

    fn enum_values(&self, ty: Oid) -> Option<EnumValues> {
        self.catalog.enum_values(ty).cloned()
    }

    fn fields(&self, ty: Oid) -> Option<Arc<[(String, PgType)]>> {
        self.catalog.fields(ty)
    }
}
