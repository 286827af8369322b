//! The catalogs' views for people: `pg_tables`, `pg_indexes`, `pg_stat_user_tables` and the like.

use gavel_catalog::{Table, system};
use gavel_types::{Datum, Oid};

use super::deparse::Layout;
use super::table::Rows;
use super::{SystemContext, definition};

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_tables" => tables(context, out),
        "pg_views" => views(context, out),
        "pg_rules" => super::rules::listing(context, out),
        "pg_matviews" => materialized_views(context, out),
        "pg_indexes" => indexes(context, out),
        "pg_sequences" => sequences(context, out),
        "pg_stat_all_tables"
        | "pg_stat_user_tables"
        | "pg_statio_all_tables"
        | "pg_statio_user_tables"
        | "pg_stat_xact_all_tables"
        | "pg_stat_xact_user_tables" => table_activity(context, name, out),
        "pg_stat_all_indexes" | "pg_stat_user_indexes" | "pg_statio_all_indexes" | "pg_statio_user_indexes" => {
            let counts = counters(name);
            let stored = context.catalog.tables.values().filter(|t| t.partitioned.is_none());
            for (t, i) in stored.flat_map(|t| t.indexes.iter().map(move |i| (t, i))) {
                out.add(|row| {
                    row.set("relid", t.oid).set("indexrelid", i.oid).set("schemaname", context.schema_name(t.schema));
                    row.set("relname", t.name.as_str()).set("indexrelname", i.name.as_str());
                    for count in &counts {
                        row.set(count, 0_i64);
                    }
                });
            }
        }
        "pg_statio_all_sequences" | "pg_statio_user_sequences" => {
            for s in context.catalog.sequences.values() {
                out.add(|row| {
                    row.set("relid", s.oid).set("schemaname", context.schema_name(s.schema));
                    row.set("relname", s.name.as_str()).set("blks_read", 0_i64).set("blks_hit", 0_i64);
                });
            }
        }
        _ => return false,
    }
    true
}

/// Columns of a view that count something.
pub(super) fn counters(view: &str) -> Vec<&'static str> {
    let columns = system::relation("pg_catalog", view).map_or(&[][..], |r| &r.columns);
    columns.iter().filter(|c| c.ty.oid == Oid::INT8).map(|c| c.name).collect()
}

/// What happens to tables. Nothing is counted but rows; what PostgreSQL sums over a table's indexes is NULL where there
/// are none, and there are no TOAST tables.
fn table_activity(context: &SystemContext<'_>, view: &str, out: &mut Rows) {
    let counts = counters(view);
    // What is read and written of a partitioned table is its partitions.
    let of_storage = view.starts_with("pg_statio");
    for t in context.catalog.tables.values().filter(|t| !of_storage || t.partitioned.is_none()) {
        let missing = |count: &str| {
            count.starts_with("idx_") && t.indexes.is_empty()
                || count.starts_with("toast_")
                || count.starts_with("tidx_")
        };
        out.add(|row| {
            row.set("relid", t.oid).set("schemaname", context.schema_name(t.schema)).set("relname", t.name.as_str());
            for count in counts.iter().filter(|c| !missing(c)) {
                let live = if *count == "n_live_tup" { (context.live_rows)(t.oid) } else { None };
                row.set(count, live.unwrap_or(0));
            }
        });
    }
}

fn tables(context: &SystemContext<'_>, out: &mut Rows) {
    let user = |row: &mut super::table::Row<'_>, t: &Table| {
        row.set("schemaname", context.schema_name(t.schema)).set("tablename", t.name.as_str());
        row.set("tableowner", context.role_name(t.owner)).set("hasindexes", !t.indexes.is_empty());
        row.set("hasrules", !t.rules.is_empty()).set("rowsecurity", t.row_security.enabled);
        let triggers = !t.triggers.is_empty() || !t.foreign_keys.is_empty() || !t.referenced_by.is_empty();
        row.set("hastriggers", triggers);
    };
    for t in context.catalog.tables.values().filter(|t| t.materialized.is_none()) {
        out.add(|row| user(row, t));
    }
    for r in system::relations().iter().filter(|r| !r.view) {
        out.add(|row| {
            row.set("schemaname", r.schema).set("tablename", r.name).set("hasindexes", false).set("hasrules", false);
            row.set("tableowner", context.role_name(gavel_catalog::bootstrap::SUPERUSER));
            row.set("hastriggers", false).set("rowsecurity", false);
        });
    }
}

fn views(context: &SystemContext<'_>, out: &mut Rows) {
    for v in context.catalog.views.values() {
        out.add(|row| {
            row.set("schemaname", context.schema_name(v.schema)).set("viewname", v.name.as_str());
            row.set("viewowner", context.role_name(v.owner))
                .set("definition", definition::view(context, v.oid, Layout::of(false)));
        });
    }
    for r in system::relations().iter().filter(|r| r.view) {
        out.add(|row| {
            row.set("schemaname", r.schema).set("viewname", r.name);
            row.set("viewowner", context.role_name(gavel_catalog::bootstrap::SUPERUSER));
        });
    }
}

fn materialized_views(context: &SystemContext<'_>, out: &mut Rows) {
    for t in context.catalog.tables.values() {
        let Some(kept) = &t.materialized else { continue };
        out.add(|row| {
            row.set("schemaname", context.schema_name(t.schema)).set("matviewname", t.name.as_str());
            row.set("matviewowner", context.role_name(t.owner)).set("hasindexes", !t.indexes.is_empty());
            row.set("ispopulated", kept.populated)
                .set("definition", definition::view(context, t.oid, Layout::of(false)));
        });
    }
}

fn indexes(context: &SystemContext<'_>, out: &mut Rows) {
    for (t, i) in context.catalog.tables.values().flat_map(|t| t.indexes.iter().map(move |i| (t, i))) {
        out.add(|row| {
            row.set("schemaname", context.schema_name(t.schema)).set("tablename", t.name.as_str());
            row.set("indexname", i.name.as_str()).set("indexdef", definition::index(context, t, i, false));
        });
    }
}

fn sequences(context: &SystemContext<'_>, out: &mut Rows) {
    for s in context.catalog.sequences.values() {
        out.add(|row| {
            row.set("schemaname", context.schema_name(s.schema)).set("sequencename", s.name.as_str());
            row.set("sequenceowner", context.role_name(s.owner)).set("data_type", Datum::Oid(s.ty.oid.0));
            row.set("start_value", s.start).set("min_value", s.min).set("max_value", s.max);
            row.set("increment_by", s.increment).set("cycle", s.cycle).set("cache_size", s.cache);
            row.set("last_value", (context.last_value)(s.oid).filter(|_| super::functions::reads_sequence(context, s)));
        });
    }
}
