//! ALTER, DROP and COMMENT ON of functions and procedures: which one is meant, and what becomes of those that call it.

use std::sync::Arc;

use gavel_binder::ddl::ast::{
    AlterFunction, DropFunction, FunctionAction, FunctionName, FunctionType, ParameterDef, QualifiedName, WrittenKind,
};
use gavel_catalog::bootstrap::SUPERUSER;
use gavel_catalog::function::{Body, FunctionKind, Mode};
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_catalog::{Function, IndexKey, Table, acl};
use gavel_functions::registry;
use gavel_types::text_io::{numbered_function, type_name};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use sqlparser::ast::DataType;

use super::DdlContext;
use super::drop::Object;
use super::function_option::Attributes;
use super::names::quote;

/// What a name of a function turns out to mean.
pub(super) enum Meant {
    User(Arc<Function>),
    /// One of PostgreSQL's own.
    System(Oid),
}

pub(super) fn word(kind: WrittenKind) -> &'static str {
    match kind {
        WrittenKind::Only(kind) => kind.word(),
        WrittenKind::Routine => "routine",
    }
}

pub(super) fn is_of(function: &Function, kind: WrittenKind) -> bool {
    match kind {
        // Aggregates are functions, too.
        WrittenKind::Only(FunctionKind::Function) => !function.is_procedure(),
        WrittenKind::Only(kind) => function.kind == kind,
        WrittenKind::Routine => true,
    }
}

/// Whether SQL text of a descriptor calls the function.
pub(super) fn calls(sql: &str, function: Oid) -> bool {
    sql.contains(&numbered_function(function))
}

/// Whether a text that belongs to the table calls a function of users.
fn calls_any(table: &Table) -> bool {
    let any = |sql: &str| sql.contains("pg_catalog.\"#f");
    let defaults = table.columns.iter().filter_map(|c| c.default.as_deref());
    let checks = table.checks.iter().map(|c| c.sql.as_str());
    let keys = table.indexes.iter().flat_map(|i| &i.keys).filter_map(|k| match &k.0 {
        IndexKey::Expression { sql, .. } => Some(sql.as_str()),
        IndexKey::Column(_) => None,
    });
    let predicates = table.indexes.iter().filter_map(|i| i.predicate.as_deref());
    let parts = table.partitioned.iter().flat_map(|key| key.expressions());
    defaults.chain(checks).chain(keys).chain(predicates).chain(parts).any(any)
}

impl DdlContext<'_> {
    /// A function as messages show it: `f(integer)`, qualified only if it must be.
    pub(super) fn function_shown(&self, function: &Function) -> String {
        let types: Vec<String> = function.inputs().map(|p| self.type_shown(p.ty)).collect();
        let visible = self.function_schemas().find_map(|schema| {
            let inputs = function.input_types();
            self.now().functions_named(schema, &function.name).find(|f| f.input_types() == inputs)
        });
        let inputs = function.input_types();
        let hidden = registry::procs_named(&function.name).any(|p| p.args == inputs);
        let name = if !hidden && visible.is_some_and(|f| f.oid == function.oid) {
            quote(&function.name)
        } else {
            super::names::qualified(self.now(), function.schema, &function.name)
        };
        format!("{name}({})", types.join(","))
    }

    /// Schemas in which bare names of functions are looked up, in order: never that of temporary objects.
    fn function_schemas(&self) -> impl Iterator<Item = Oid> {
        let found = self.search_path.iter().filter_map(|s| self.now().qualifier(s)).map(|s| s.oid);
        found.filter(|schema| *schema != TEMPORARY_SCHEMA)
    }

    /// Functions of this name, schema by schema.
    pub(super) fn functions_called(&self, name: &QualifiedName) -> SqlResult<Vec<Arc<Function>>> {
        let (schema, bare) = self.split(name)?;
        let mut out: Vec<Arc<Function>> = Vec::new();
        let schemas: Vec<Oid> = match schema {
            Some("pg_catalog") => Vec::new(),
            Some(schema) => {
                self.subject.look_into(self.now(), schema)?;
                vec![self.schema(schema)?.oid]
            }
            None => self.function_schemas().collect(),
        };
        for schema in schemas {
            for function in self.now().functions_named(schema, bare) {
                // One of an earlier schema hides another of the same inputs.
                if !out.iter().any(|f| f.input_types() == function.input_types()) {
                    out.push(Arc::clone(function));
                }
            }
        }
        Ok(out)
    }

    /// PostgreSQL's own functions of this name, and with these inputs if they are given.
    fn system_functions(&self, name: &QualifiedName, inputs: Option<&[Oid]>) -> SqlResult<Vec<Oid>> {
        let (schema, bare) = self.split(name)?;
        if schema.is_some_and(|s| s != "pg_catalog") {
            return Ok(Vec::new());
        }
        let found = registry::procs_named(bare).filter(|p| inputs.is_none_or(|i| p.args == i));
        Ok(found.map(|p| p.oid).collect())
    }

    /// The function that is meant.
    ///
    /// # Errors
    /// 42883 if there is none, 42725 if the name alone does not tell which, 42809 if it is of another kind.
    pub(super) fn meant(&self, kind: WrittenKind, name: &FunctionName) -> SqlResult<Meant> {
        let found = self.functions_called(&name.name)?;
        let Some(parameters) = &name.parameters else {
            let own: Vec<_> = found.into_iter().filter(|f| is_of(f, kind)).collect();
            let procedure = kind == WrittenKind::Only(FunctionKind::Procedure);
            let system = if procedure { Vec::new() } else { self.system_functions(&name.name, None)? };
            return match (own.as_slice(), system.as_slice()) {
                ([one], []) => Ok(Meant::User(Arc::clone(one))),
                ([], [one]) => Ok(Meant::System(*one)),
                ([], []) => {
                    let what = if kind == WrittenKind::Routine { "function" } else { word(kind) };
                    let message = format!("could not find a {what} named \"{}\"", name.name);
                    Err(SqlError::new(SqlState::UndefinedFunction, message))
                }
                _ => {
                    let message = format!("{} name \"{}\" is not unique", word(kind), name.name);
                    let hint = format!("Specify the argument list to select the {} unambiguously.", word(kind));
                    Err(SqlError::new(SqlState::AmbiguousFunction, message).hint(hint))
                }
            };
        };
        let inputs = self.written_types(parameters)?;
        let types: Vec<String> = inputs.iter().map(|ty| self.type_shown(*ty)).collect();
        let signature = format!("{}({})", name.name, types.join(", "));
        // `pg_catalog` is searched before the path.
        if let Some(system) = self.system_functions(&name.name, Some(&inputs))?.first() {
            return Ok(Meant::System(*system));
        }
        let Some(function) = found.into_iter().find(|f| f.input_types() == inputs) else {
            let what = if kind == WrittenKind::Routine { "function" } else { word(kind) };
            let message = format!("{what} {signature} does not exist");
            return Err(SqlError::new(SqlState::UndefinedFunction, message));
        };
        if !is_of(&function, kind) {
            let message = match kind {
                WrittenKind::Only(FunctionKind::Aggregate) => format!("function {signature} is not an aggregate"),
                _ => format!("{signature} is not a {}", word(kind)),
            };
            return Err(SqlError::new(SqlState::WrongObjectType, message));
        }
        Ok(Meant::User(function))
    }

    fn written_types(&self, parameters: &[ParameterDef]) -> SqlResult<Vec<Oid>> {
        let inputs = parameters.iter().filter(|p| p.mode != Mode::Out);
        inputs.map(|p| self.binder.resolve_type(self.scope(), &p.ty.ty).map(|ty| ty.oid)).collect()
    }

    pub(super) async fn drop_functions(&mut self, drop: &DropFunction) -> SqlResult<()> {
        let mut objects = Vec::new();
        for name in &drop.names {
            match self.meant(drop.kind, name) {
                Ok(Meant::User(function)) => {
                    if function.is_aggregate() && drop.kind == WrittenKind::Only(FunctionKind::Function) {
                        return Err(is_aggregate(&function).hint("Use DROP AGGREGATE to drop aggregate functions."));
                    }
                    self.may_drop_function(&function, word(drop.kind), &name.name)?;
                    objects.push(Object::Function(function.oid));
                }
                Ok(Meant::System(oid)) => {
                    let shown = registry::proc(oid).map_or_else(String::new, |p| {
                        let types: Vec<String> = p.args.iter().map(|ty| type_name(*ty)).collect();
                        format!("{}({})", p.name, types.join(","))
                    });
                    let message = format!("cannot drop function {shown} because it is required by the database system");
                    return Err(SqlError::new(SqlState::DependentObjectsStillExist, message));
                }
                Err(e) if drop.if_exists => self.skip_missing(drop.kind, name, e)?,
                Err(e) => return Err(e),
            }
        }
        self.drop_all(&objects, drop.cascade).await?;
        self.renew_callers()
    }

    /// A notice instead of an error where something does not exist.
    fn skip_missing(&mut self, kind: WrittenKind, name: &FunctionName, error: SqlError) -> SqlResult<()> {
        match error.code() {
            SqlState::InvalidSchemaName | SqlState::UndefinedObject => {
                self.notice(format!("{}, skipping", error.message()));
            }
            SqlState::UndefinedFunction => {
                let parameters = name.parameters.as_deref().unwrap_or_default();
                let types: Vec<String> = parameters.iter().map(|p| as_written(&p.ty)).collect();
                let message = format!("{} {}({}) does not exist, skipping", word(kind), name.name, types.join(","));
                self.notice(message);
            }
            _ => return Err(error),
        }
        Ok(())
    }

    /// The OID that a comment on the function is kept by.
    pub(super) fn function_to_comment_on(&self, kind: WrittenKind, name: &FunctionName) -> SqlResult<Oid> {
        let (owner, oid) = match self.meant(kind, name)? {
            Meant::User(function) => (function.owner, function.oid),
            Meant::System(oid) => (SUPERUSER, oid),
        };
        self.must_own(owner, word(kind), &name.name.to_string())?;
        Ok(oid)
    }

    pub(super) fn alter_function(&mut self, alter: &AlterFunction) -> SqlResult<()> {
        let function = match self.meant(alter.kind, &alter.name)? {
            Meant::User(function) => function,
            Meant::System(_) => {
                return Err(SqlError::unsupported("functions of PostgreSQL's own cannot be altered"));
            }
        };
        if let FunctionAction::SetSchema(schema) = &alter.action {
            self.require_creation(&self.subject, self.schema(schema)?.oid)?;
        }
        let shown = match alter.action {
            FunctionAction::Options(_) => word(alter.kind),
            _ if function.is_aggregate() => "function",
            _ => function.kind.word(),
        };
        self.must_own(function.owner, shown, &alter.name.name.to_string())?;
        let mut next = Function::clone(&function);
        next.version += 1;
        match &alter.action {
            FunctionAction::Rename(new) => {
                self.require_creation(&self.subject, function.schema)?;
                self.require_free_function(function.schema, new, &function)?;
                new.clone_into(&mut next.name);
            }
            FunctionAction::SetSchema(schema) => {
                let target = self.schema(schema)?;
                if target.oid == function.schema {
                    return Ok(());
                }
                if target.oid == TEMPORARY_SCHEMA || function.schema == TEMPORARY_SCHEMA {
                    return Err(SqlError::unsupported("cannot move objects into or out of temporary schemas"));
                }
                self.require_free_function(target.oid, &function.name, &function)?;
                self.catalog.used.insert(target.oid);
                next.schema = target.oid;
            }
            FunctionAction::Owner(role) => {
                let owner = self.role(role)?;
                if owner != function.owner {
                    self.may_give(owner, Some(function.schema))?;
                    self.give_function(&function, owner);
                }
                return Ok(());
            }
            FunctionAction::Options(_) if function.is_aggregate() => return Err(is_aggregate(&function)),
            FunctionAction::Options(options) => {
                Attributes::of(options, function.kind, false)?.apply(&mut next, self.search_path)?;
                self.may_be_leakproof(&next, function.leakproof)?;
            }
        }
        let renamed = next.name != function.name;
        let before = Arc::clone(self.now());
        self.edit().put_function(Arc::new(next));
        if renamed {
            // What views call after the function keeps its name.
            self.rewrite_views(&before, &[function.oid], |sql, _| Ok(sql.to_owned()))?;
            self.require_readable_views(&function)?;
        }
        self.renew_callers()
    }

    /// Gives a function another owner.
    pub(super) fn give_function(&mut self, function: &Function, owner: Oid) {
        self.catalog.used.insert(owner);
        let acl = function.acl.as_ref().map(|items| acl::new_owner(items, function.owner, owner));
        let version = function.version + 1;
        self.edit().put_function(Arc::new(Function { owner, acl, version, ..function.clone() }));
    }

    fn require_free_function(&self, schema: Oid, name: &str, function: &Function) -> SqlResult<()> {
        let inputs = function.input_types();
        if self.now().functions_named(schema, name).any(|f| f.input_types() == inputs) {
            let types: Vec<String> = inputs.iter().map(|ty| self.type_shown(*ty)).collect();
            let schema = self.now().schema_by_oid(schema).map_or("", |s| s.name.as_str());
            let message = format!("function {name}({}) already exists in schema \"{schema}\"", types.join(", "));
            return Err(SqlError::new(SqlState::DuplicateFunction, message));
        }
        Ok(())
    }

    /// Columns that are called as the function they come from would be called otherwise now; inside of a view
    /// something may mention them.
    fn require_readable_views(&self, function: &Function) -> SqlResult<()> {
        let scope = super::binding::Scope { catalog: self.now(), search_path: &[] };
        let kept = self.now().tables.values().filter_map(|t| Some((&t.name, t.materialized.as_ref()?)));
        let kept = kept.map(|(name, m)| (name, &m.sql, &m.depends_on));
        let views = self.now().views.values().map(|v| (&v.name, &v.sql, &v.depends_on));
        for (name, sql, depends_on) in views.chain(kept) {
            if depends_on.contains(&function.oid)
                && self.binder.query(scope, &*gavel_binder::parse::parse_query(sql)?).is_err()
            {
                let message = format!("cannot rename function \"{}\"", function.name);
                return Err(SqlError::unsupported(message)
                    .detail(format!("View \"{name}\" mentions a column that is called as the function is.")));
            }
        }
        Ok(())
    }

    /// Changes the bodies of functions, other than strings, that use a relation.
    pub(super) fn rewrite_bodies(&mut self, oid: Oid, change: impl Fn(&str) -> SqlResult<String>) -> SqlResult<()> {
        let users: Vec<_> = self.now().functions.values().filter(|f| f.depends_on.contains(&oid)).cloned().collect();
        for function in users {
            let changed = |sql: &str| -> SqlResult<String> {
                let text = change(sql)?;
                // What the parser knows only by marks cannot be written again.
                let readable = !text.contains('\u{1}') && gavel_binder::parse::parse(&text).is_ok();
                readable.then_some(text).ok_or_else(|| {
                    let shown = self.function_shown(&function);
                    SqlError::unsupported(format!("cannot rename what the body of function {shown} uses"))
                        .hint("Replace the function, and rename then.")
                })
            };
            let body = match &function.body {
                Body::Text(_) | Body::Plpgsql(_) | Body::Aggregate(_) | Body::Internal(_) => continue,
                Body::Return(sql) => {
                    let text = changed(&format!("SELECT {sql}"))?;
                    Body::Return(text.strip_prefix("SELECT ").unwrap_or(&text).to_owned())
                }
                Body::Atomic(statements) => {
                    Body::Atomic(statements.iter().map(|sql| changed(sql)).collect::<SqlResult<_>>()?)
                }
            };
            let mut next = Function::clone(&function);
            (next.body, next.version) = (body, next.version + 1);
            self.edit().put_function(Arc::new(next));
        }
        Ok(())
    }

    /// New versions of the tables whose rules call functions: what was compiled of them is compiled anew, and rows
    /// that were checked by the old rules and come in meanwhile abort.
    pub(super) fn renew_callers(&mut self) -> SqlResult<()> {
        let tables: Vec<Oid> = self.now().tables.values().filter(|t| calls_any(t)).map(|t| t.oid).collect();
        for oid in tables {
            self.edit_table(oid, |_| {})?;
        }
        Ok(())
    }
}

/// 42809 for what is no plain function.
fn is_aggregate(function: &Function) -> SqlError {
    SqlError::new(SqlState::WrongObjectType, format!("\"{}\" is an aggregate function", function.name))
}

/// A type as PostgreSQL repeats it in a notice: the words of SQL by their names in the catalog.
fn as_written(written: &FunctionType) -> String {
    let array = |element: &DataType| format!("{}[]", as_written(&FunctionType { ty: element.clone(), set: false }));
    let name = match &written.ty {
        DataType::Int(_) | DataType::Integer(_) => "pg_catalog.int4",
        DataType::SmallInt(_) => "pg_catalog.int2",
        DataType::BigInt(_) => "pg_catalog.int8",
        DataType::Real => "pg_catalog.float4",
        DataType::DoublePrecision | DataType::Float(_) => "pg_catalog.float8",
        DataType::Numeric(_) | DataType::Decimal(_) | DataType::Dec(_) => "pg_catalog.numeric",
        DataType::Boolean => "pg_catalog.bool",
        DataType::Varchar(_) | DataType::CharacterVarying(_) | DataType::CharVarying(_) => "pg_catalog.varchar",
        DataType::Char(_) | DataType::Character(_) => "pg_catalog.bpchar",
        DataType::Interval { .. } => "pg_catalog.interval",
        DataType::Timestamp(_, zone) if zone.to_string().contains("WITH TIME") => "pg_catalog.timestamptz",
        DataType::Timestamp(..) => "pg_catalog.timestamp",
        DataType::Array(
            sqlparser::ast::ArrayElemTypeDef::SquareBracket(element, _)
            | sqlparser::ast::ArrayElemTypeDef::AngleBracket(element)
            | sqlparser::ast::ArrayElemTypeDef::Parenthesis(element),
        ) => return array(element),
        other => return other.to_string().to_lowercase(),
    };
    name.to_owned()
}
