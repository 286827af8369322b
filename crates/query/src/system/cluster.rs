//! What the whole cluster has: databases, roles; settings.

use gavel_catalog::Role;
use gavel_catalog::bootstrap::SUPERUSER;
use gavel_types::datetime::zone;
use gavel_types::{Datum, Interval, Oid};

use super::table::{Row, Rows, texts};
use super::{SystemContext, privileges};
use crate::settings::registry::{Kind, settings};

/// `pg_tablespace` of every database.
const PG_DEFAULT: Oid = Oid(1663);
/// `pg_char_to_encoding('UTF8')`.
const UTF8: i32 = 6;

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_database" => databases(context, out),
        "pg_authid" | "pg_roles" => {
            for r in context.catalog.roles.values() {
                out.add(|row| role(row, r, name == "pg_authid"));
            }
        }
        "pg_user" | "pg_shadow" => {
            for r in context.catalog.roles.values().filter(|r| r.login) {
                out.add(|row| {
                    row.set("usename", r.name.as_str()).set("usesysid", r.oid).set("usecreatedb", r.create_db);
                    row.set("usesuper", r.superuser).set("userepl", replicates(r)).set("usebypassrls", bypasses(r));
                    let hidden = r.password.as_ref().map(|_| "********".to_owned());
                    row.set(
                        "passwd",
                        if name == "pg_shadow" { r.password.clone() } else { hidden.or(Some("********".into())) },
                    );
                });
            }
        }
        "pg_group" => {
            for r in context.catalog.roles.values().filter(|r| !r.login) {
                out.add(|row| {
                    row.set("groname", r.name.as_str()).set("grosysid", r.oid);
                });
            }
        }
        "pg_settings" => pg_settings(context, out),
        "pg_stat_database" => {
            for d in context.catalog.databases.values() {
                out.add(|row| {
                    row.set("datid", d.oid).set("datname", d.name.as_str());
                    let sessions = context.sessions.iter().filter(|s| s.database == d.oid).count();
                    row.set("numbackends", i32::try_from(sessions).unwrap_or(i32::MAX));
                });
            }
        }
        "pg_timezone_names" => time_zones(context, out),
        _ => return false,
    }
    true
}

fn databases(context: &SystemContext<'_>, out: &mut Rows) {
    for d in context.catalog.databases.values() {
        out.add(|row| {
            row.set("oid", d.oid).set("datname", d.name.as_str()).set("datdba", d.owner).set("encoding", UTF8);
            row.set("datlocprovider", 'c').set("datistemplate", d.name.starts_with("template"));
            row.set("datallowconn", d.name != "template0").set("datconnlimit", -1).set("dattablespace", PG_DEFAULT);
            row.set("datcollate", "C.UTF-8")
                .set("datctype", "C.UTF-8")
                .set("datacl", privileges::value(context, &d.acl));
        });
    }
}

/// The first superuser has both from the beginning.
fn replicates(r: &Role) -> bool {
    r.replication || r.oid == SUPERUSER
}

fn bypasses(r: &Role) -> bool {
    r.bypass_rls || r.oid == SUPERUSER
}

fn role(row: &mut Row<'_>, r: &Role, authid: bool) {
    row.set("oid", r.oid).set("rolname", r.name.as_str()).set("rolsuper", r.superuser).set("rolinherit", r.inherit);
    row.set("rolcreaterole", r.create_role).set("rolcreatedb", r.create_db).set("rolcanlogin", r.login);
    row.set("rolreplication", replicates(r))
        .set("rolbypassrls", bypasses(r))
        .set("rolconnlimit", r.connection_limit.unwrap_or(-1));
    if authid {
        row.set("rolpassword", r.password.clone());
    } else {
        row.set("rolpassword", "********");
    }
}

fn pg_settings(context: &SystemContext<'_>, out: &mut Rows) {
    for (at, s) in settings().iter().enumerate().filter(|(_, s)| !s.is_hidden()) {
        out.add(|row| {
            row.set("name", s.name).set("setting", &*context.settings.raw(s.name)).set("category", s.category);
            row.set("context", s.context.as_str()).set("short_desc", "").set("pending_restart", false);
            row.set("source", if context.settings.is_set(at) { "session" } else { "default" });
            row.set("boot_val", s.default).set("reset_val", &*context.settings.reset_value(at));
            match s.kind {
                Kind::Bool => row.set("vartype", "bool"),
                Kind::Text => row.set("vartype", "string"),
                Kind::Enum(values) => row.set("vartype", "enum").set("enumvals", texts(Oid::TEXT, values.split(','))),
                Kind::Int { unit, min, max } => row
                    .set("vartype", "integer")
                    .set("unit", Some(unit).filter(|u| !u.is_empty()))
                    .set("min_val", min.to_string())
                    .set("max_val", max.to_string()),
                Kind::Real { unit, min, max } => row
                    .set("vartype", "real")
                    .set("unit", Some(unit).filter(|u| !u.is_empty()))
                    .set("min_val", min.to_string())
                    .set("max_val", max.to_string()),
            };
        });
    }
    for (name, setting) in context.settings.custom() {
        out.add(|row| {
            row.set("name", name).set("setting", setting).set("category", "Customized Options").set("context", "user");
            row.set("short_desc", "").set("vartype", "string").set("source", "session").set("pending_restart", false);
        });
    }
}

/// Zones with their offset now.
fn time_zones(context: &SystemContext<'_>, out: &mut Rows) {
    for zone in chrono_tz::TZ_VARIANTS {
        let found = zone::session_zone(zone.name());
        out.add(|row| {
            let micros = i64::from(found.offset_at(context.now)) * 1_000_000;
            row.set("name", zone.name()).set("abbrev", found.abbreviation_at(context.now));
            row.set("utc_offset", Datum::Interval(Interval { months: 0, days: 0, micros }));
        });
    }
}
