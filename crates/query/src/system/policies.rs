//! `pg_policy` and `pg_policies`: row-level security.

use gavel_catalog::{Policy, acl};
use gavel_types::{Datum, Oid};

use super::table::{Rows, texts};
use super::{SystemContext, deparse};

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    let all = || {
        let tables = context.catalog.tables.values();
        tables.flat_map(|t| t.row_security.policies.iter().map(move |p| (t, p)))
    };
    match name {
        "pg_policy" => {
            for (t, p) in all() {
                out.add(|row| {
                    row.set("oid", p.oid).set("polname", p.name.as_str()).set("polrelid", t.oid);
                    row.set("polcmd", p.command.letter()).set("polpermissive", p.permissive).set("polroles", roles(p));
                    row.set("polqual", p.using.as_deref()).set("polwithcheck", p.check.as_deref());
                });
            }
        }
        "pg_policies" => {
            for (t, p) in all() {
                out.add(|row| {
                    row.set("schemaname", context.schema_name(t.schema)).set("tablename", t.name.as_str());
                    row.set("policyname", p.name.as_str()).set("cmd", p.command.word());
                    row.set("permissive", if p.permissive { "PERMISSIVE" } else { "RESTRICTIVE" });
                    row.set("roles", names(context, p));
                    row.set("qual", p.using.as_ref().map(|sql| deparse::policy(context, t, p, sql, false)));
                    row.set("with_check", p.check.as_ref().map(|sql| deparse::policy(context, t, p, sql, false)));
                });
            }
        }
        _ => return false,
    }
    true
}

/// An array of type `oid[]`.
fn roles(policy: &Policy) -> Datum {
    let values = policy.roles.iter().map(|role| Datum::Oid(role.0)).collect();
    Datum::Array(std::sync::Arc::new(gavel_types::ArrayValue::vector(Oid::OID, values)))
}

/// The names of its roles, in order and once each.
fn names(context: &SystemContext<'_>, policy: &Policy) -> Datum {
    if policy.roles.contains(&acl::PUBLIC) {
        return texts(Oid::NAME, ["public"]);
    }
    let known = policy.roles.iter().filter_map(|role| context.catalog.role_by_oid(*role));
    let mut names: Vec<&str> = known.map(|role| role.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    texts(Oid::NAME, names)
}
