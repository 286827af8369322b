//! Functions and procedures of users: their rows of `pg_proc`, and how they are written and described.

use std::sync::Arc;

use gavel_catalog::Function;
use gavel_catalog::function::{Body, FunctionKind, Mode};
use gavel_catalog::system::{PLPGSQL_LANGUAGE, SQL_LANGUAGE};
use gavel_types::text_io::type_name;
use gavel_types::{ArrayValue, Datum, Oid, PgType};

use super::information::{data_type, database};
use super::table::{Rows, oids, texts};
use super::{SystemContext, definition, deparse, privileges};
use crate::ddl::names::quote;

/// `pg_language.oid`.
fn language(body: &Body) -> Oid {
    match body {
        Body::Plpgsql(_) => PLPGSQL_LANGUAGE,
        Body::Text(_) | Body::Return(_) | Body::Atomic(_) => SQL_LANGUAGE,
        Body::Aggregate(_) | Body::Internal(_) => INTERNAL_LANGUAGE,
    }
}

/// `pg_language.oid` of what PostgreSQL has in itself.
const INTERNAL_LANGUAGE: Oid = Oid(12);

/// What an estimate is unless something else was said.
const COST: f32 = 100.0;
const ROWS: f32 = 1000.0;

fn shown_type(context: &SystemContext<'_>, ty: Oid) -> String {
    context.names().type_text(ty).unwrap_or_else(|| type_name(ty))
}

/// A default of a parameter as it is shown.
fn shown_default(context: &SystemContext<'_>, sql: &str, ty: Oid) -> String {
    let base = context.catalog.base_type(ty).filter(|_| ty.is_over_domain()).unwrap_or(PgType::new(ty));
    deparse::default(context, sql, base, false).unwrap_or_else(|| definition::expression(context, sql))
}

/// `pg_get_function_arguments`, with defaults, and `pg_get_function_identity_arguments`, without.
pub(super) fn arguments(context: &SystemContext<'_>, f: &Function, defaults: bool) -> String {
    let shown = f.parameters.iter().filter(|p| p.mode != Mode::Table).map(|p| {
        let mode = match p.mode {
            Mode::In if f.is_procedure() => "IN ",
            Mode::In | Mode::Table => "",
            Mode::Out => "OUT ",
            Mode::InOut => "INOUT ",
            Mode::Variadic => "VARIADIC ",
        };
        let name = if p.name.is_empty() { String::new() } else { format!("{} ", quote(&p.name)) };
        let default = p.default.as_deref().filter(|_| defaults);
        let default = default.map(|sql| format!(" DEFAULT {}", shown_default(context, sql, p.ty)));
        format!("{mode}{name}{}{}", shown_type(context, p.ty), default.unwrap_or_default())
    });
    let mut shown: Vec<String> = shown.collect();
    let Some(direct) = f.aggregate().filter(|a| a.is_ordered_set()).map(|a| a.direct) else { return shown.join(", ") };
    let mut aggregated = shown.split_off(direct.min(shown.len()));
    if aggregated.is_empty() {
        // Variadic arguments stand for both.
        aggregated.extend(shown.last().cloned());
    }
    let before = if shown.is_empty() { String::new() } else { format!("{} ", shown.join(", ")) };
    format!("{before}ORDER BY {}", aggregated.join(", "))
}

/// `pg_get_function_result`.
pub(super) fn result(context: &SystemContext<'_>, f: &Function) -> Option<String> {
    if f.is_procedure() {
        return None;
    }
    let table: Vec<String> = f
        .parameters
        .iter()
        .filter(|p| p.mode == Mode::Table)
        .map(|p| format!("{} {}", quote(&p.name), shown_type(context, p.ty)))
        .collect();
    if !table.is_empty() {
        return Some(format!("TABLE({})", table.join(", ")));
    }
    Some(format!("{}{}", if f.set { "SETOF " } else { "" }, shown_type(context, f.result)))
}

/// `pg_get_function_arg_default`: of the parameter of this number, counted from 1.
pub(super) fn argument_default(context: &SystemContext<'_>, f: &Function, number: i32) -> Option<String> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    let parameter = f.parameters.get(at)?;
    Some(shown_default(context, parameter.default.as_deref()?, parameter.ty))
}

/// `pg_get_function_sqlbody`.
pub(super) fn sql_body(context: &SystemContext<'_>, f: &Function) -> Option<String> {
    let text = match &f.body {
        Body::Text(_) | Body::Plpgsql(_) | Body::Aggregate(_) | Body::Internal(_) => return None,
        Body::Return(expr) => format!("RETURN {expr}"),
        Body::Atomic(statements) => {
            let lines: String = statements.iter().map(|s| format!(" {s};\n")).collect();
            format!("BEGIN ATOMIC\n{lines}END")
        }
    };
    Some(definition::expression(context, &text))
}

/// `pg_get_functiondef`.
pub(super) fn create_statement(context: &SystemContext<'_>, f: &Function) -> String {
    let kind = f.kind.word();
    let name = format!("{}.{}", quote(context.schema_name(f.schema)), quote(&f.name));
    let mut out = format!("CREATE OR REPLACE {} {name}({})\n", kind.to_uppercase(), arguments(context, f, true));
    if let Some(result) = result(context, f) {
        out.push_str(&format!(" RETURNS {result}\n"));
    }
    out.push_str(&format!(" LANGUAGE {}\n", f.body.language()));
    let mut options = String::new();
    match f.volatility {
        'i' => options.push_str(" IMMUTABLE"),
        's' => options.push_str(" STABLE"),
        _ => {}
    }
    match f.parallel {
        's' => options.push_str(" PARALLEL SAFE"),
        'r' => options.push_str(" PARALLEL RESTRICTED"),
        _ => {}
    }
    for (on, words) in [(f.strict, " STRICT"), (f.security_definer, " SECURITY DEFINER"), (f.leakproof, " LEAKPROOF")] {
        if on {
            options.push_str(words);
        }
    }
    let usual = if language(&f.body) == INTERNAL_LANGUAGE { 1.0 } else { COST };
    if (f.cost - usual).abs() > f32::EPSILON {
        options.push_str(&format!(" COST {}", f.cost));
    }
    if f.rows > 0.0 && (f.rows - ROWS).abs() > f32::EPSILON {
        options.push_str(&format!(" ROWS {}", f.rows));
    }
    if !options.is_empty() {
        out.push_str(&options);
        out.push('\n');
    }
    for setting in &f.settings {
        if let Some((name, value)) = setting.split_once('=') {
            let parts = crate::settings::special::parse_names(value).unwrap_or_default();
            let parts: Vec<String> = parts.iter().map(|p| format!("'{}'", p.replace('\'', "''"))).collect();
            out.push_str(&format!(" SET {name} TO {}\n", parts.join(", ")));
        }
    }
    match &f.body {
        Body::Text(text) | Body::Plpgsql(text) | Body::Internal(text) => {
            let mut tag = format!("${kind}");
            while text.contains(&tag) {
                tag.push('x');
            }
            out.push_str(&format!("AS {tag}${text}{tag}$\n"));
        }
        _ => {
            out.push_str(&sql_body(context, f).unwrap_or_default());
            out.push('\n');
        }
    }
    out
}

/// Rows of `pg_proc`.
pub(super) fn procs(context: &SystemContext<'_>, out: &mut Rows) {
    for f in context.catalog.functions.values() {
        out.add(|row| {
            row.set("oid", f.oid)
                .set("proname", f.name.as_str())
                .set("pronamespace", f.schema)
                .set("proowner", f.owner);
            row.set("prolang", language(&f.body)).set("procost", f.cost).set("prorows", f.rows);
            let variadic = f.parameters.iter().find(|p| p.mode == Mode::Variadic).map(|p| match p.ty {
                Oid::ANYARRAY => Oid::ANYELEMENT,
                Oid::ANYCOMPATIBLEARRAY => Oid::ANYCOMPATIBLE,
                ty => gavel_binder::element_type(ty).unwrap_or_default(),
            });
            row.set("provariadic", variadic.unwrap_or_default());
            let kind = match f.kind {
                FunctionKind::Function => 'f',
                FunctionKind::Procedure => 'p',
                FunctionKind::Aggregate => 'a',
            };
            row.set("prokind", kind).set("prosecdef", f.security_definer);
            row.set("proleakproof", f.leakproof).set("proisstrict", f.strict).set("proretset", f.set);
            row.set("provolatile", f.volatility).set("proparallel", f.parallel);
            row.set("pronargs", i16::try_from(f.inputs().count()).unwrap_or(0));
            row.set("pronargdefaults", i16::try_from(f.defaults()).unwrap_or(0));
            row.set("prorettype", f.result).set("proargtypes", oids(f.input_types()));
            if f.parameters.iter().any(|p| p.mode != Mode::In) {
                let types = f.parameters.iter().map(|p| Datum::Oid(p.ty.0)).collect();
                row.set("proallargtypes", Datum::Array(Arc::new(ArrayValue::vector(Oid::OID, types))));
                let modes = f.parameters.iter().map(|p| Datum::Char(u8::try_from(p.mode.letter()).unwrap_or(b'i')));
                row.set("proargmodes", Datum::Array(Arc::new(ArrayValue::vector(Oid::CHAR, modes.collect()))));
            }
            if f.parameters.iter().any(|p| !p.name.is_empty()) {
                row.set("proargnames", texts(Oid::TEXT, f.parameters.iter().map(|p| p.name.as_str())));
            }
            let defaults: Vec<&str> = f.inputs().filter_map(|p| p.default.as_deref()).collect();
            if !defaults.is_empty() {
                row.set("proargdefaults", defaults.join(", "));
            }
            match &f.body {
                Body::Text(text) | Body::Plpgsql(text) | Body::Internal(text) => row.set("prosrc", text.as_str()),
                Body::Aggregate(_) => row.set("prosrc", "aggregate_dummy"),
                _ => row.set("prosqlbody", sql_body(context, f)),
            };
            if !f.settings.is_empty() {
                row.set("proconfig", texts(Oid::TEXT, f.settings.iter().map(String::as_str)));
            }
            row.set("proacl", privileges::value(context, &f.acl));
        });
    }
}

/// What `information_schema` calls a function that shares its name with others.
fn specific_name(f: &Function) -> String {
    format!("{}_{}", f.name, f.oid)
}

/// Whether the current role owns the function or may call it.
fn is_shown(context: &SystemContext<'_>, f: &Function) -> bool {
    context.subject.has_privileges_of(f.owner) || !context.subject.on_routine(f).is_empty()
}

/// Rows of `information_schema.routines`.
pub(super) fn information(context: &SystemContext<'_>, out: &mut Rows) {
    let yes_no = |value: bool| if value { "YES" } else { "NO" };
    for f in context.catalog.functions.values().filter(|f| is_shown(context, f)) {
        out.add(|row| {
            for prefix in ["specific", "routine"] {
                row.set(&format!("{prefix}_catalog"), database(context));
                row.set(&format!("{prefix}_schema"), context.schema_name(f.schema));
            }
            row.set("specific_name", specific_name(f)).set("routine_name", f.name.as_str());
            let kind = if f.is_procedure() { "PROCEDURE" } else { "FUNCTION" };
            row.set("routine_type", (!f.is_aggregate()).then_some(kind));
            if !f.is_procedure() {
                let (schema, name) = super::information_types::udt_name(context, f.result);
                let shown = match (f.result.is_user_type(), gavel_binder::element_type(f.result)) {
                    (_, Some(_)) => "ARRAY".to_owned(),
                    (true, None) => "USER-DEFINED".to_owned(),
                    (false, None) => type_name(f.result),
                };
                row.set("data_type", shown).set("type_udt_catalog", database(context));
                row.set("type_udt_schema", schema).set("type_udt_name", name).set("dtd_identifier", "0");
                row.set("is_null_call", yes_no(f.strict));
            }
            let external = matches!(f.body, Body::Plpgsql(_) | Body::Aggregate(_) | Body::Internal(_));
            let body = if external { "EXTERNAL" } else { "SQL" };
            row.set("routine_body", body).set("external_language", f.body.language().to_uppercase());
            row.set("parameter_style", "GENERAL");
            row.set(
                "routine_definition",
                match &f.body {
                    Body::Text(text) | Body::Plpgsql(text) | Body::Internal(text)
                        if context.subject.has_privileges_of(f.owner) =>
                    {
                        Some(text.as_str())
                    }
                    _ => None,
                },
            );
            row.set("is_deterministic", yes_no(f.volatility == 'i')).set("sql_data_access", "MODIFIES");
            row.set("schema_level_routine", "YES").set("max_dynamic_result_sets", 0);
            row.set("security_type", if f.security_definer { "DEFINER" } else { "INVOKER" });
            row.set("as_locator", "NO").set("is_udt_dependent", "NO");
        });
    }
}

/// Rows of `information_schema.parameters`.
pub(super) fn parameters(context: &SystemContext<'_>, out: &mut Rows) {
    for f in context.catalog.functions.values().filter(|f| is_shown(context, f)) {
        for (number, p) in (1_i16..).zip(&f.parameters) {
            out.add(|row| {
                row.set("specific_catalog", database(context)).set("specific_schema", context.schema_name(f.schema));
                row.set("specific_name", specific_name(f)).set("ordinal_position", i32::from(number));
                let mode = match p.mode {
                    Mode::In | Mode::Variadic => "IN",
                    Mode::InOut => "INOUT",
                    Mode::Out | Mode::Table => "OUT",
                };
                row.set("parameter_mode", mode).set("is_result", "NO").set("as_locator", "NO");
                row.set("parameter_name", (!p.name.is_empty()).then_some(p.name.as_str()));
                let (schema, name) = super::information_types::udt_name(context, p.ty);
                let plain = !p.ty.is_user_type();
                if plain {
                    data_type(context, row, PgType::new(p.ty), number);
                } else {
                    let array = gavel_binder::element_type(p.ty).is_some();
                    row.set("data_type", if array { "ARRAY" } else { "USER-DEFINED" });
                    row.set("dtd_identifier", number.to_string());
                }
                // Of parameters nothing but the type is said.
                for detail in [
                    "character_octet_length",
                    "numeric_precision",
                    "numeric_precision_radix",
                    "numeric_scale",
                    "datetime_precision",
                ] {
                    row.set(detail, Datum::Null);
                }
                row.set("udt_catalog", database(context)).set("udt_schema", schema).set("udt_name", name);
                let default = p.default.as_deref().map(|sql| shown_default(context, sql, p.ty));
                row.set("parameter_default", default.filter(|_| context.subject.has_privileges_of(f.owner)));
            });
        }
    }
}

/// Whether a function's name alone finds it; `None` if there is no such function of users.
pub(super) fn visibility(context: &SystemContext<'_>, oid: Oid) -> Option<bool> {
    let f = context.catalog.function(oid)?;
    let found = context.names().functions(std::slice::from_ref(&f.name));
    Some(found.iter().any(|(found, _)| *found == oid))
}
