//! What PostgreSQL is born with: types, functions, operators, casts, and small catalogs kept as data.

use std::sync::Arc;

use gavel_catalog::bootstrap::SUPERUSER;
use gavel_catalog::system::{self, PG_CATALOG, PLPGSQL_LANGUAGE, SQL_LANGUAGE, SystemRelation};
use gavel_functions::registry::{self, CastContext, CastMethod, Proc, ProcKind, Volatility};
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{ArrayValue, Datum, Oid, PgType};

use super::table::{Rows, oids, texts};
use super::{SystemContext, operator_classes, privileges};

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_proc" => {
            procs(context, out);
            super::routines::procs(context, out);
        }
        "pg_operator" => {
            operators(out);
            super::operators::fill(context, out);
        }
        "pg_aggregate" => {
            facts("pg_aggregate", include_str!("data/pg_aggregate.tsv"), out);
            super::aggregates::fill(context, out);
        }
        "pg_cast" => casts(out),
        "pg_am" => facts("pg_am", include_str!("data/pg_am.tsv"), out),
        "pg_opclass" => {
            facts("pg_opclass", include_str!("data/pg_opclass.tsv"), out);
            operator_classes::classes(context, out);
        }
        "pg_opfamily" => {
            facts("pg_opfamily", include_str!("data/pg_opfamily.tsv"), out);
            operator_classes::families(context, out);
        }
        "pg_amop" => {
            facts("pg_amop", include_str!("data/pg_amop.tsv"), out);
            operator_classes::operators(context, out);
        }
        "pg_amproc" => {
            facts("pg_amproc", include_str!("data/pg_amproc.tsv"), out);
            operator_classes::functions(context, out);
        }
        "pg_collation" => facts("pg_collation", include_str!("data/pg_collation.tsv"), out),
        "pg_language" => languages(context, out),
        "pg_tablespace" => facts("pg_tablespace", include_str!("data/pg_tablespace.tsv"), out),
        "pg_range" => facts("pg_range", include_str!("data/pg_range.tsv"), out),
        _ => return super::textsearch::fill(name, out),
    }
    true
}

fn languages(context: &SystemContext<'_>, out: &mut Rows) {
    for (oid, name, trusted, validator) in [
        (Oid(12), "internal", false, 2246),
        (Oid(13), "c", false, 2247),
        (SQL_LANGUAGE, "sql", true, 2248),
        (PLPGSQL_LANGUAGE, "plpgsql", true, 0),
    ] {
        out.add(|row| {
            row.set("oid", oid).set("lanname", name).set("lanowner", SUPERUSER).set("lanispl", oid == PLPGSQL_LANGUAGE);
            row.set("lanpltrusted", trusted).set("lanplcallfoid", Oid(0)).set("laninline", Oid(0));
            row.set("lanvalidator", Oid(validator)).set("lanacl", privileges::of_system(context, oid));
        });
    }
}

/// Rows of a tab-separated file whose first line names the columns.
fn facts(name: &str, text: &str, out: &mut Rows) {
    let Some(relation) = system::relation("pg_catalog", name) else { return };
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or("").split('\t').collect();
    let style = TextStyle::default();
    for line in lines {
        out.add(|row| {
            for (column, field) in header.iter().zip(line.split('\t')) {
                if let Some(value) = fact(relation, column, field, &style) {
                    row.set(column, value);
                }
            }
        });
    }
}

fn fact(relation: &SystemRelation, column: &str, field: &str, style: &TextStyle) -> Option<Datum> {
    let column = relation.column_named(column)?;
    // Functions are written as numbers in the facts.
    let ty = if column.ty.oid == Oid::REGPROC { PgType::OID } else { column.ty };
    if field.is_empty() { None } else { text_io::parse(field, ty, style).ok() }
}

fn proc_oid(text: &str) -> Oid {
    Oid(text.parse().unwrap_or(0))
}

/// The rows of `pg_type` that PostgreSQL is born with.
pub(super) fn types(out: &mut Rows) {
    for t in registry::types() {
        let true_array = t.category == 'A' && t.len == -1;
        out.add(|row| {
            row.set("oid", t.oid).set("typname", t.name).set("typnamespace", PG_CATALOG).set("typowner", SUPERUSER);
            row.set("typlen", t.len).set("typbyval", t.by_value).set("typtype", t.kind);
            row.set("typcategory", t.category).set("typispreferred", t.preferred).set("typisdefined", true);
            row.set("typdelim", if matches!(t.oid.0, 603 | 1020) { ';' } else { ',' });
            row.set("typelem", t.element).set("typarray", t.array);
            row.set("typinput", proc_oid(t.input)).set("typoutput", proc_oid(t.output));
            // `array_recv` and `array_send`, by which drivers tell arrays.
            if true_array {
                row.set("typsubscript", Oid(6179)).set("typreceive", Oid(2400)).set("typsend", Oid(2401));
            } else {
                row.set("typreceive", binary_function(t.name, "recv")).set("typsend", binary_function(t.name, "send"));
            }
            row.set("typalign", t.align)
                .set("typstorage", t.storage)
                .set("typtypmod", -1)
                .set("typcollation", t.collation);
        });
    }
}

/// The binary input or output function of a type, by PostgreSQL's habit of naming them.
pub(super) fn binary_function(name: &str, suffix: &str) -> Oid {
    let plain = format!("{name}{suffix}");
    let spaced = format!("{name}_{suffix}");
    let find = |n: &str| registry::procs_named(n).next().map(|p| p.oid);
    find(&plain).or_else(|| find(&spaced)).unwrap_or(Oid(0))
}

fn oid_array(values: impl IntoIterator<Item = Oid>) -> Datum {
    let values = values.into_iter().map(|o| Datum::Oid(o.0)).collect();
    Datum::Array(Arc::new(ArrayValue::vector(Oid::OID, values)))
}

fn procs(context: &SystemContext<'_>, out: &mut Rows) {
    for p in registry::pg_procs() {
        out.add(|row| {
            row.set("oid", p.oid).set("proname", p.name).set("pronamespace", PG_CATALOG).set("proowner", SUPERUSER);
            row.set("prolang", Oid(12)).set("procost", 1.0_f32).set("prorows", if p.retset { 1000.0_f32 } else { 0.0 });
            row.set("provariadic", p.variadic).set("prokind", kind_letter(p)).set("proisstrict", p.strict);
            row.set("proretset", p.retset).set("proparallel", 's').set("proacl", privileges::of_system(context, p.oid));
            row.set(
                "provolatile",
                match p.volatility {
                    Volatility::Immutable => 'i',
                    Volatility::Stable => 's',
                    Volatility::Volatile => 'v',
                },
            );
            row.set("pronargs", i16::try_from(p.args.len()).unwrap_or(0));
            row.set("pronargdefaults", i16::try_from(p.defaults).unwrap_or(0));
            row.set("prorettype", p.ret).set("proargtypes", oids(p.args.iter().copied())).set("prosrc", p.src);
            if !p.all_args.is_empty() {
                row.set("proallargtypes", oid_array(p.all_args.iter().map(|a| a.0)));
                let modes = p.all_args.iter().map(|a| Datum::Char(u8::try_from(a.1).unwrap_or(b'i'))).collect();
                row.set("proargmodes", Datum::Array(Arc::new(ArrayValue::vector(Oid::CHAR, modes))));
            }
            if !p.arg_names.is_empty() {
                row.set("proargnames", texts(Oid::TEXT, p.arg_names.iter().copied()));
            }
        });
    }
}

fn kind_letter(p: &Proc) -> char {
    match p.kind {
        ProcKind::Function => 'f',
        ProcKind::Procedure => 'p',
        ProcKind::Aggregate => 'a',
        ProcKind::Window => 'w',
    }
}

fn operators(out: &mut Rows) {
    for o in registry::operators() {
        out.add(|row| {
            row.set("oid", o.oid).set("oprname", o.name).set("oprnamespace", PG_CATALOG).set("oprowner", SUPERUSER);
            row.set("oprkind", if o.left.0 == 0 { 'l' } else { 'b' }).set("oprcanhash", o.hashable);
            row.set("oprleft", o.left).set("oprright", o.right).set("oprresult", o.result);
            row.set("oprcom", o.commutator).set("oprnegate", o.negator).set("oprcode", o.proc);
        });
    }
}

fn casts(out: &mut Rows) {
    for (number, c) in (10_000_u32..).zip(registry::casts()) {
        out.add(|row| {
            row.set("oid", Oid(number)).set("castsource", c.source).set("casttarget", c.target);
            row.set(
                "castcontext",
                match c.context {
                    CastContext::Implicit => 'i',
                    CastContext::Assignment => 'a',
                    CastContext::Explicit => 'e',
                },
            );
            match c.method {
                CastMethod::Function(f) => row.set("castfunc", f).set("castmethod", 'f'),
                CastMethod::Binary => row.set("castmethod", 'b'),
                CastMethod::InOut => row.set("castmethod", 'i'),
            };
        });
    }
}
