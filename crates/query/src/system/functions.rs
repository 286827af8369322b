//! Functions of the session over the catalog, found by name: what they describe, and what they answer
//! for psql, dumps and drivers. The rest (`nextval`, `current_setting` …) is the session's own.

use gavel_catalog::acl::Privileges;
use gavel_catalog::privilege::{Securable, denied};
use gavel_catalog::{Catalog, IndexKey, Sequence, system};
use gavel_functions::call::Call;
use gavel_functions::cast::type_label;
use gavel_functions::registry::{self, Proc, ProcKind, Volatility};
use gavel_types::text_io::NameResolver;
use gavel_types::{Datum, Oid, SqlError, SqlResult, SqlState};

use super::SystemContext;
use super::deparse::{self, Layout};
use super::partition_constraint::constraint;
use super::resolver::{CatalogNames, parse_name, updatability};
use super::routines;
use super::{definition, descent, partition};
use crate::ddl::names::quote;

/// Arguments of one call. A strict function never sees NULL; the others of these take it as "none".
struct Args<'a>(&'a [Datum]);

impl Args<'_> {
    fn oid(&self, at: usize) -> Oid {
        match self.0.get(at) {
            Some(Datum::Oid(n)) => Oid(*n),
            Some(Datum::Int4(n)) => Oid(n.cast_unsigned()),
            Some(Datum::Int8(n)) => Oid(u32::try_from(*n).unwrap_or(0)),
            _ => Oid(0),
        }
    }

    fn int(&self, at: usize) -> Option<i32> {
        match self.0.get(at) {
            Some(Datum::Int4(n)) => Some(*n),
            Some(Datum::Int2(n)) => Some(i32::from(*n)),
            _ => None,
        }
    }

    fn text(&self, at: usize) -> &str {
        match self.0.get(at) {
            Some(Datum::Text(t)) => t,
            _ => "",
        }
    }

    fn is_text(&self, at: usize) -> bool {
        matches!(self.0.get(at), Some(Datum::Text(_)))
    }

    fn is_true(&self, at: usize) -> bool {
        matches!(self.0.get(at), Some(Datum::Bool(true)))
    }

    fn any_null(&self) -> bool {
        self.0.iter().any(Datum::is_null)
    }
}

fn text(value: Option<String>) -> SqlResult<Datum> {
    Ok(value.map_or(Datum::Null, Datum::text))
}

/// Runs `proc`; `None` if it is not one of these.
pub fn call(
    context: &SystemContext<'_>,
    names: &CatalogNames,
    proc: &Proc,
    call: &Call<'_>,
    args: &[Datum],
) -> Option<SqlResult<Datum>> {
    let a = Args(args);
    if proc.name == "satisfies_hash_partition" {
        return Some(super::hash_partition::satisfies(context, call, args));
    }
    if proc.name == "pg_describe_object" {
        let object = (a.oid(0), a.oid(1), a.int(2).unwrap_or(0));
        return Some(super::description::describe(context, names, object).and_then(text));
    }
    if let Some(result) = definitions(context, proc, &a).or_else(|| types_and_visibility(context, proc, &a)) {
        return Some(result);
    }
    if let Some(kind) = proc.name.strip_prefix("to_reg") {
        return Some(to_reg(names, kind, a.text(0)));
    }
    if proc.name.starts_with("has_") && proc.name.ends_with("_privilege") || proc.name == "pg_has_role" {
        return Some(super::inquiry::call(context, names, proc, args));
    }
    server(context, names, proc, &a)
}

/// Definitions and comments.
fn definitions(context: &SystemContext<'_>, proc: &Proc, a: &Args<'_>) -> Option<SqlResult<Datum>> {
    let catalog = context.catalog;
    Some(match proc.name {
        "pg_get_expr" => {
            if a.any_null() {
                return Some(Ok(Datum::Null));
            }
            text(Some(shown_expression(context, a.text(0), a.oid(1), a.is_true(2))))
        }
        "pg_get_indexdef" => {
            let found = catalog.index_by_oid(a.oid(0));
            match a.int(1).unwrap_or(0) {
                0 => text(found.map(|(t, i)| definition::index(context, t, i, a.is_true(2)))),
                n => text(found.and_then(|(t, i)| {
                    let at = usize::try_from(n).ok()?.checked_sub(1)?;
                    let key = i.keys.get(at).map(|k| definition::index_key(context, t, &k.0, a.is_true(2)));
                    key.or_else(|| {
                        let number = i.include.get(at.checked_sub(i.keys.len())?)?;
                        Some(definition::index_key(context, t, &IndexKey::Column(*number), false))
                    })
                })),
            }
        }
        "pg_get_constraintdef" => text(definition::constraint(context, a.oid(0), a.is_true(1))),
        "pg_get_viewdef" => {
            let names = context.names();
            let oid = if a.is_text(0) {
                match names.resolve(a.text(0), Oid::REGCLASS) {
                    Ok(oid) => oid,
                    Err(e) => return Some(Err(e)),
                }
            } else {
                a.oid(0)
            };
            let layout = match proc.args.get(1) {
                Some(&Oid::INT4) => Layout { wrap: a.int(1).unwrap_or(0), ..Layout::of(true) },
                Some(_) => Layout::of(a.is_true(1)),
                None => Layout::of(false),
            };
            text(definition::view(context, oid, layout))
        }
        "pg_get_ruledef" => text(super::rules::definition(context, a.oid(0), a.is_true(1))),
        "pg_get_partkeydef" => text(catalog.table(a.oid(0)).and_then(|t| partition::key(context, t))),
        "pg_get_partition_constraintdef" => text(catalog.table(a.oid(0)).and_then(|t| constraint(context, t))),
        "pg_partition_root" => Ok(descent::root(catalog, a.oid(0)).map_or(Datum::Null, |root| Datum::Oid(root.0))),
        "pg_get_triggerdef" => text(super::triggers::definition(context, a.oid(0), a.is_true(1))),
        "pg_get_statisticsobjdef"
        | "pg_get_statisticsobjdef_columns"
        | "pg_get_statisticsobjdef_expressions"
        | "pg_get_replica_identity_index" => Ok(Datum::Null),
        "pg_get_function_sqlbody" => text(catalog.function(a.oid(0)).and_then(|f| routines::sql_body(context, f))),
        "pg_get_function_arg_default" => {
            let found = catalog.function(a.oid(0));
            text(found.and_then(|f| routines::argument_default(context, f, a.int(1).unwrap_or(0))))
        }
        "acldefault" => {
            let Some(Datum::Char(letter)) = a.0.first() else { return Some(Ok(Datum::Null)) };
            if a.any_null() { Ok(Datum::Null) } else { super::privileges::acl_default(context, *letter, a.oid(1)) }
        }
        "makeaclitem" if a.any_null() => Ok(Datum::Null),
        "makeaclitem" => super::privileges::make(context, (a.oid(0), a.oid(1)), a.text(2), a.is_true(3)),
        "pg_get_functiondef" if catalog.function(a.oid(0)).is_some_and(|f| f.is_aggregate()) => {
            let name = catalog.function(a.oid(0)).map_or("", |f| f.name.as_str());
            Err(SqlError::new(SqlState::WrongObjectType, format!("\"{name}\" is an aggregate function")))
        }
        "pg_get_functiondef" if catalog.function(a.oid(0)).is_some() => {
            text(catalog.function(a.oid(0)).map(|f| routines::create_statement(context, f)))
        }
        "pg_get_functiondef" => match registry::proc(a.oid(0)) {
            Some(p) if p.kind == ProcKind::Aggregate => {
                let message = format!("\"{}\" is an aggregate function", p.name);
                Err(SqlError::new(SqlState::WrongObjectType, message))
            }
            found => text(found.map(function_definition)),
        },
        "pg_get_userbyid" => Ok(Datum::text(context.role_name(a.oid(0)))),
        "pg_get_serial_sequence" => serial_sequence(context, a),
        "obj_description" => {
            let class = a.is_text(1).then(|| system::relation("pg_catalog", a.text(1)).map_or(Oid(0), |r| r.oid));
            let found = catalog
                .comments
                .iter()
                .find(|((c, oid, sub), _)| *oid == a.oid(0) && *sub == 0 && class.is_none_or(|want| want == *c));
            text(found.map(|(_, t)| t.to_string()))
        }
        "shobj_description" => {
            let class = system::relation("pg_catalog", a.text(1)).map_or(Oid(0), |r| r.oid);
            text(catalog.comments.get(&(class, a.oid(0), 0)).map(ToString::to_string))
        }
        "col_description" => {
            let key = (gavel_catalog::snapshot::PG_CLASS, a.oid(0), a.int(1).unwrap_or(0));
            text(catalog.comments.get(&key).map(ToString::to_string))
        }
        "pg_get_function_arguments" | "pg_get_function_identity_arguments" if catalog.function(a.oid(0)).is_some() => {
            let defaults = proc.name == "pg_get_function_arguments";
            text(catalog.function(a.oid(0)).map(|f| routines::arguments(context, f, defaults)))
        }
        "pg_get_function_result" if catalog.function(a.oid(0)).is_some() => {
            text(catalog.function(a.oid(0)).and_then(|f| routines::result(context, f)))
        }
        "pg_get_function_arguments" | "pg_get_function_identity_arguments" => {
            text(registry::proc(a.oid(0)).map(function_arguments))
        }
        "pg_get_function_result" => text(registry::proc(a.oid(0)).map(function_result)),
        _ => return None,
    })
}

/// An expression of the catalogs that belongs to this relation.
fn shown_expression(context: &SystemContext<'_>, sql: &str, relation: Oid, pretty: bool) -> String {
    let Some(table) = context.catalog.table(relation) else { return definition::expression(context, sql) };
    if let Some(shown) = partition::shown(context, table, sql, pretty) {
        return shown;
    }
    if let Some(policy) = table.row_security.policies.iter().find(|p| p.texts().any(|text| text == sql)) {
        return deparse::policy(context, table, policy, sql, pretty);
    }
    let column = table.visible_columns().find(|c| c.default.as_deref() == Some(sql));
    match column.and_then(|c| definition::column_default(context, table, c, pretty)) {
        Some(shown) => shown,
        None => definition::table_expression(context, table, sql, pretty),
    }
}

fn function_arguments(p: &Proc) -> String {
    let one = |(at, ty): (usize, &Oid)| {
        let variadic = if p.variadic.0 != 0 && at + 1 == p.args.len() { "VARIADIC " } else { "" };
        match p.arg_names.get(at).filter(|n| !n.is_empty()) {
            Some(name) => format!("{variadic}{name} {}", type_label(*ty)),
            None => format!("{variadic}{}", type_label(*ty)),
        }
    };
    let mut parts: Vec<String> = if p.all_args.is_empty() {
        p.args.iter().enumerate().map(one).collect()
    } else {
        let shown = p.all_args.iter().filter(|a| a.1 != 't').map(|(ty, mode, name)| {
            let mode = match mode {
                'o' => "OUT ",
                'b' => "INOUT ",
                'v' => "VARIADIC ",
                _ => "",
            };
            let gap = if name.is_empty() { "" } else { " " };
            format!("{mode}{name}{gap}{}", type_label(*ty))
        });
        shown.collect()
    };
    let first_default = parts.len().saturating_sub(p.defaults);
    for part in parts.iter_mut().skip(first_default) {
        part.push_str(" DEFAULT NULL");
    }
    parts.join(", ")
}

/// A function of PostgreSQL's own as the statement that would create it.
fn function_definition(p: &Proc) -> String {
    let kind = if p.kind == ProcKind::Procedure { "PROCEDURE" } else { "FUNCTION" };
    let mut out = format!("CREATE OR REPLACE {kind} pg_catalog.{}({})\n", quote(p.name), function_arguments(p));
    if p.kind != ProcKind::Procedure {
        out.push_str(&format!(" RETURNS {}\n", function_result(p)));
    }
    out.push_str(" LANGUAGE internal\n");
    let window = if p.kind == ProcKind::Window { " WINDOW" } else { "" };
    let volatility = match p.volatility {
        Volatility::Immutable => " IMMUTABLE",
        Volatility::Stable => " STABLE",
        Volatility::Volatile => "",
    };
    let strict = if p.strict { " STRICT" } else { "" };
    out.push_str(&format!("{window}{volatility} PARALLEL SAFE{strict}\nAS $function${}$function$\n", p.src));
    out
}

fn function_result(p: &Proc) -> String {
    let table: Vec<String> =
        p.all_args.iter().filter(|a| a.1 == 't').map(|(ty, _, name)| format!("{name} {}", type_label(*ty))).collect();
    if !table.is_empty() {
        return format!("TABLE({})", table.join(", "));
    }
    format!("{}{}", if p.retset { "SETOF " } else { "" }, type_label(p.ret))
}

fn serial_sequence(context: &SystemContext<'_>, a: &Args<'_>) -> SqlResult<Datum> {
    let names = context.names();
    let oid = names.resolve(a.text(0), Oid::REGCLASS)?;
    // Views have no sequences.
    if context.catalog.views.contains_key(&oid) {
        return Ok(Datum::Null);
    }
    let table = context.catalog.table(oid);
    let column = table.and_then(|t| t.column_named(a.text(1)));
    let Some(column) = column else {
        let relation = table.map_or(a.text(0), |t| t.name.as_str());
        let message = format!("column \"{}\" of relation \"{relation}\" does not exist", a.text(1));
        return Err(SqlError::new(SqlState::UndefinedColumn, message));
    };
    let owned = context.catalog.sequences.values().find(|s| s.owned_by == Some((oid, column.number)));
    text(owned.map(|s| definition::qualified(context, s.oid)))
}

/// Types by name, and what can be named without its schema.
fn types_and_visibility(context: &SystemContext<'_>, proc: &Proc, a: &Args<'_>) -> Option<SqlResult<Datum>> {
    Some(match proc.name {
        "pg_table_is_visible" => Ok(match context.relation_name(a.oid(0)) {
            Some((schema, name)) => Datum::Bool(context.is_visible(schema, name)),
            None => Datum::Null,
        }),
        "pg_type_is_visible" => Ok(match type_visibility(context, a.oid(0)) {
            Some(visible) => Datum::Bool(visible),
            None => Datum::Null,
        }),
        "pg_function_is_visible" => Ok(Datum::Bool(routines::visibility(context, a.oid(0)).unwrap_or(true))),
        "pg_operator_is_visible" if context.catalog.operator(a.oid(0)).is_some() => {
            let found = context.catalog.operator(a.oid(0));
            let visible = found.is_some_and(|o| super::operators::is_visible(context.catalog, context.search_path, o));
            Ok(Datum::Bool(visible))
        }
        "pg_opclass_is_visible" if context.catalog.operator_class(a.oid(0)).is_some() => {
            let found = context.catalog.operator_class(a.oid(0));
            let (catalog, path) = (context.catalog, context.search_path);
            Ok(Datum::Bool(found.is_some_and(|c| super::operator_classes::is_class_visible(catalog, path, c))))
        }
        "pg_opfamily_is_visible" if context.catalog.operator_family(a.oid(0)).is_some() => {
            let found = context.catalog.operator_family(a.oid(0));
            let (catalog, path) = (context.catalog, context.search_path);
            Ok(Datum::Bool(found.is_some_and(|f| super::operator_classes::is_family_visible(catalog, path, f))))
        }
        // Everything else of these kinds is PostgreSQL's own, and `pg_catalog` is always on the path.
        "pg_operator_is_visible"
        | "pg_opclass_is_visible"
        | "pg_opfamily_is_visible"
        | "pg_collation_is_visible"
        | "pg_conversion_is_visible"
        | "pg_statistics_obj_is_visible"
        | "pg_ts_config_is_visible"
        | "pg_ts_dict_is_visible"
        | "pg_ts_parser_is_visible"
        | "pg_ts_template_is_visible" => Ok(Datum::Bool(true)),
        _ => return None,
    })
}

/// Whether a type's name alone finds it; `None` if there is no such type.
fn type_visibility(context: &SystemContext<'_>, oid: Oid) -> Option<bool> {
    if !oid.is_user_type() {
        return registry::type_info(oid).map(|_| true);
    }
    let (schema, name) = context.catalog.type_name(oid)?;
    let builtin = registry::type_named(name).is_some();
    let first = context.catalog.find_type(context.search_path.iter().map(String::as_str), name);
    let first = first.and_then(|found| context.catalog.type_name(found));
    Some(!builtin && first.is_some_and(|found| found.0 == schema))
}

/// NULL instead of an error where there is no such object.
fn to_reg(names: &CatalogNames, kind: &str, name: &str) -> SqlResult<Datum> {
    if kind == "type" {
        return Ok(names.type_oid(name).map_or(Datum::Null, |o| Datum::Oid(o.0)));
    }
    let ty = match kind {
        "class" => Oid::REGCLASS,
        "proc" => Oid::REGPROC,
        "procedure" => Oid::REGPROCEDURE,
        "oper" => Oid::REGOPER,
        "operator" => Oid::REGOPERATOR,
        "namespace" => Oid::REGNAMESPACE,
        "role" => Oid::REGROLE,
        _ => Oid::REGCOLLATION,
    };
    Ok(names.resolve(name, ty).map_or(Datum::Null, |o| Datum::Oid(o.0)))
}

/// Whether the current role may know what a sequence has given.
pub(super) fn reads_sequence(context: &SystemContext<'_>, sequence: &Sequence) -> bool {
    let held = context.subject.on_relation(&Securable::Sequence(sequence));
    !held.and(Privileges::of_letters("Ur")).is_empty()
}

/// The server and what it stores.
fn server(context: &SystemContext<'_>, names: &CatalogNames, proc: &Proc, a: &Args<'_>) -> Option<SqlResult<Datum>> {
    Some(match proc.name {
        "version" => {
            let version = context.settings.show("server_version").unwrap_or_default();
            Ok(Datum::text(format!("PostgreSQL {version} on {}-{}", std::env::consts::ARCH, std::env::consts::OS)))
        }
        "pg_encoding_to_char" | "getdatabaseencoding" | "pg_client_encoding" => {
            let number = if proc.name == "pg_encoding_to_char" { a.int(0).unwrap_or(-1) } else { 6 };
            Ok(Datum::text(match number {
                6 => "UTF8",
                0 => "SQL_ASCII",
                8 => "LATIN1",
                _ => "",
            }))
        }
        "pg_char_to_encoding" => Ok(Datum::Int4(match a.text(0).to_ascii_lowercase().as_str() {
            "utf8" | "utf-8" | "unicode" => 6,
            "sql_ascii" => 0,
            "latin1" => 8,
            _ => -1,
        })),
        // Sizes on disk are not known here; what asks for them wants a number.
        "pg_relation_size"
        | "pg_total_relation_size"
        | "pg_table_size"
        | "pg_indexes_size"
        | "pg_database_size"
        | "pg_tablespace_size" => Ok(Datum::Int8(0)),
        "pg_is_in_recovery" | "pg_is_wal_replay_paused" | "pg_is_in_backup" => Ok(Datum::Bool(false)),
        "pg_postmaster_start_time" | "pg_conf_load_time" => Ok(Datum::TimestampTz(context.started)),
        "pg_tablespace_location" => Ok(Datum::text("")),
        "pg_relation_is_publishable" | "pg_relation_is_updatable" | "pg_column_is_updatable" => {
            let table = context.catalog.table(a.oid(0)).is_some_and(|t| t.materialized.is_none());
            let view = context.catalog.views.get(&a.oid(0)).map(|v| updatability(context.catalog, v));
            Ok(match proc.name {
                "pg_relation_is_updatable" => {
                    let triggers = context.catalog.views.get(&a.oid(0)).filter(|_| a.is_true(1));
                    let by_triggers = triggers.map_or(0, |v| super::triggers::written_by_triggers(v));
                    let events = view.map_or(if table { 28 } else { 0 }, |v| v.events());
                    Datum::Int4(events | by_triggers | super::rules::written_by_rules(context, a.oid(0)))
                }
                "pg_column_is_updatable" => {
                    let number = match a.0.get(1) {
                        Some(Datum::Int2(n)) => usize::try_from(*n).unwrap_or(0),
                        _ => 0,
                    };
                    let writable = |v: gavel_binder::Updatability| {
                        number > 0 && v.events() & 4 != 0 && v.columns.get(number - 1) == Some(&true)
                    };
                    let by_rules = super::rules::written_by_rules(context, a.oid(0)) & 20 == 20;
                    Datum::Bool(number > 0 && by_rules || view.map_or(table && number > 0, writable))
                }
                _ => Datum::Bool(table),
            })
        }
        "pg_relation_filenode" => Ok(filenode(context.catalog, a.oid(0)).map_or(Datum::Null, |n| Datum::Oid(n.0))),
        // There is one tablespace, and it is the default one.
        "pg_filenode_relation" => {
            let node = a.oid(1);
            let moved = context.catalog.tables.values().find(|t| t.storage == node).map(|t| t.oid);
            let found = moved.or_else(|| (filenode(context.catalog, node) == Some(node)).then_some(node));
            let found = found.filter(|oid| !system::is_temporary(*oid));
            Ok(found.map_or(Datum::Null, |oid| Datum::Oid(oid.0)))
        }
        "pg_my_temp_schema" => Ok(Datum::Oid(context.catalog.temporary_schema.as_ref().map_or(0, |s| s.oid.0))),
        // Those of other sessions are not shown at all.
        "pg_is_other_temp_schema" => Ok(Datum::Bool(false)),
        "pg_stat_get_numscans" | "pg_stat_get_live_tuples" | "pg_stat_get_dead_tuples" => Ok(Datum::Int8(0)),
        "row_security_active" => {
            let oid = if a.is_text(0) { names.resolve(a.text(0), Oid::REGCLASS) } else { Ok(a.oid(0)) };
            oid.map(|oid| {
                let table = context.catalog.table(oid);
                Datum::Bool(table.is_some_and(|t| t.is_secured_from(context.catalog, context.subject)))
            })
        }
        "parse_ident" => parse_name(a.text(0)).map(|parts| super::table::texts(Oid::TEXT, parts)),
        "pg_sequence_last_value" => {
            let sequence = context.catalog.sequences.get(&a.oid(0));
            if let Some(s) = sequence.filter(|s| !reads_sequence(context, s)) {
                return Some(Err(denied("sequence", &s.name)));
            }
            Ok((context.last_value)(a.oid(0)).map_or(Datum::Null, Datum::Int8))
        }
        "pg_sequence_parameters" => match context.catalog.sequences.get(&a.oid(0)) {
            Some(s) if !reads_sequence(context, s) => Err(denied("sequence", &s.name)),
            Some(s) => {
                let numbers = [s.start, s.min, s.max, s.increment].map(|n| (Oid::INT8, Datum::Int8(n)));
                let rest = [
                    (Oid::BOOL, Datum::Bool(s.cycle)),
                    (Oid::INT8, Datum::Int8(s.cache)),
                    (Oid::OID, Datum::Oid(s.ty.oid.0)),
                ];
                Ok(Datum::Record(numbers.into_iter().chain(rest).collect::<Vec<_>>().into()))
            }
            None => Err(SqlError::internal(format!("cache lookup failed for sequence {}", a.oid(0)))),
        },
        "inet_server_addr" | "inet_server_port" => Ok(Datum::Null),
        "regclass" if a.is_text(0) => names.resolve(a.text(0), Oid::REGCLASS).map(|o| Datum::Oid(o.0)),
        _ => return None,
    })
}

/// What `pg_class` has for the file of a relation; `None` for one that has no rows of its own.
fn filenode(catalog: &Catalog, oid: Oid) -> Option<Oid> {
    if let Some(table) = catalog.table(oid) {
        return table.partitioned.is_none().then_some(table.storage);
    }
    let system = system::relation_by_oid(oid).is_some_and(|r| !r.view);
    let other = || catalog.sequences.contains_key(&oid) || catalog.index_by_oid(oid).is_some();
    (system || other()).then_some(oid)
}

/// Runs a function that returns rows; `None` if it is not one of these.
pub fn call_set(context: &SystemContext<'_>, proc: &Proc, args: &[Datum]) -> Option<SqlResult<Vec<Vec<Datum>>>> {
    if proc.name == "aclexplode" {
        return Some(super::privileges::explode(context, args.first().unwrap_or(&Datum::Null)));
    }
    let a = Args(args);
    Some(Ok(match proc.name {
        "pg_show_all_settings" => super::rows(context, "pg_catalog", "pg_settings").unwrap_or_default(),
        "pg_timezone_names" => super::rows(context, "pg_catalog", "pg_timezone_names").unwrap_or_default(),
        "pg_lock_status" => super::rows(context, "pg_catalog", "pg_locks").unwrap_or_default(),
        "pg_cursor" => super::rows(context, "pg_catalog", "pg_cursors").unwrap_or_default(),
        "pg_prepared_statement" => super::rows(context, "pg_catalog", "pg_prepared_statements").unwrap_or_default(),
        "pg_partition_tree" => descent::tree(context.catalog, a.oid(0)),
        "pg_partition_ancestors" => descent::ancestors(context.catalog, a.oid(0)),
        "pg_get_publication_tables" | "pg_prepared_xact" | "pg_available_extensions" => Vec::new(),
        _ => return None,
    }))
}
