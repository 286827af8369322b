//! What sessions do, have prepared, have open and hold.

use gavel_catalog::predefined::READ_ALL_STATS;
use gavel_types::{ArrayValue, Datum, Oid};

use super::SystemContext;
use super::table::Rows;
use std::sync::Arc;

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_stat_activity" => activity(context, out),
        "pg_locks" => locks(context, out),
        "pg_cursors" => cursors(context, out),
        "pg_prepared_statements" => prepared_statements(context, out),
        _ => return false,
    }
    true
}

fn activity(context: &SystemContext<'_>, out: &mut Rows) {
    for s in context.sessions {
        out.add(|row| {
            let time = |t: Option<i64>| t.map_or(Datum::Null, Datum::TimestampTz);
            row.set("datid", s.database).set("datname", s.database_name.as_str()).set("pid", s.pid);
            row.set("usesysid", s.user).set("usename", s.user_name.as_str());
            row.set("application_name", s.application_name.as_str());
            let subject = context.subject;
            if !subject.has_privileges_of(s.user) && !subject.has_privileges_of(READ_ALL_STATS) {
                row.set("query", "<insufficient privilege>");
                return;
            }
            row.set("backend_start", time(s.started));
            row.set("xact_start", time(s.transaction_start)).set("query_start", time(s.query_start));
            row.set("state_change", time(s.state_change)).set("state", s.state.as_str()).set("query", s.query.as_str());
            row.set("backend_type", "client backend");
            row.set("client_addr", s.client.map(|c| Datum::Inet(c.0.into())));
            row.set("client_port", s.client.map_or(-1, |c| i32::from(c.1)));
            if s.waits_for_lock {
                row.set("wait_event_type", "Lock").set("wait_event", "advisory");
            } else if s.state != "active" {
                row.set("wait_event_type", "Client").set("wait_event", "ClientRead");
            }
        });
    }
}

/// Advisory locks alone: there are no others.
fn locks(context: &SystemContext<'_>, out: &mut Rows) {
    for lock in context.locks {
        out.add(|row| {
            row.set("locktype", "advisory").set("database", lock.key.database).set("classid", Oid(lock.key.class));
            row.set("objid", Oid(lock.key.object)).set("objsubid", if lock.key.pair { 2_i16 } else { 1 });
            row.set("virtualtransaction", format!("{}/0", lock.pid)).set("pid", lock.pid);
            row.set("mode", lock.mode.name()).set("granted", lock.granted).set("fastpath", false);
        });
    }
}

/// Those of this session, as everything below.
fn cursors(context: &SystemContext<'_>, out: &mut Rows) {
    for (name, cursor) in &*context.cursors.lock() {
        out.add(|row| {
            row.set("name", name.as_str()).set("statement", &*cursor.statement);
            row.set("is_holdable", cursor.holdable).set("is_binary", cursor.binary);
            row.set("is_scrollable", cursor.scrollable).set("creation_time", Datum::TimestampTz(cursor.created));
        });
    }
}

fn prepared_statements(context: &SystemContext<'_>, out: &mut Rows) {
    for (name, statement) in &*context.statements.lock() {
        out.add(|row| {
            let types = statement.parameters.iter().map(|oid| Datum::Oid(oid.0)).collect();
            row.set("name", name.as_str()).set("statement", &*statement.statement);
            row.set("prepare_time", Datum::TimestampTz(statement.prepared));
            row.set("parameter_types", Datum::Array(Arc::new(ArrayValue::vector(Oid::REGTYPE, types))));
            // A plan is never made for particular values.
            row.set("from_sql", statement.from_sql).set("generic_plans", statement.runs).set("custom_plans", 0_i64);
        });
    }
}
