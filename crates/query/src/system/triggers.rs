//! Triggers: `pg_trigger`, `information_schema.triggers` and its kin, and how triggers are written.

use gavel_catalog::privilege::Securable;
use gavel_catalog::trigger::{Timing, Trigger, TriggerEvent};
use gavel_catalog::{FkAction, ForeignKey, Table, View};
use gavel_functions::registry;
use gavel_types::pg_type::UserKind;
use gavel_types::{Datum, Oid};

use super::SystemContext;
use super::deparse;
use super::information::database;
use super::table::{Row, Rows, numbers};
use crate::ddl::names::quote;
use crate::procedural::trigger::query_over_rows;

/// A table or view with triggers.
#[derive(Clone, Copy)]
enum On<'c> {
    Table(&'c Table),
    View(&'c View),
}

impl<'c> On<'c> {
    fn securable(self) -> Securable<'c> {
        match self {
            Self::Table(t) => Securable::Table(t),
            Self::View(v) => Securable::View(v),
        }
    }

    fn oid(self) -> Oid {
        match self {
            Self::Table(t) => t.oid,
            Self::View(v) => v.oid,
        }
    }

    fn schema(self) -> Oid {
        match self {
            Self::Table(t) => t.schema,
            Self::View(v) => v.schema,
        }
    }

    fn name(self) -> &'c str {
        match self {
            Self::Table(t) => &t.name,
            Self::View(v) => &v.name,
        }
    }

    fn triggers(self) -> &'c [Trigger] {
        match self {
            Self::Table(t) => &t.triggers,
            Self::View(v) => &v.triggers,
        }
    }

    /// UPDATE OF.
    fn columns(self, trigger: &Trigger) -> Vec<&'c str> {
        let Self::Table(table) = self else { return Vec::new() };
        trigger.columns.iter().filter_map(|n| table.column(*n)).map(|c| c.name.as_str()).collect()
    }
}

/// Everything that has triggers.
fn all<'c>(context: &SystemContext<'c>) -> impl Iterator<Item = (On<'c>, &'c Trigger)> {
    let catalog = context.catalog;
    let tables = catalog.tables.values().map(|t| On::Table(t));
    let views = catalog.views.values().map(|v| On::View(v));
    tables.chain(views).flat_map(|on| on.triggers().iter().map(move |trigger| (on, trigger)))
}

/// Bits of `pg_relation_is_updatable` for what triggers of a view do.
pub(super) fn written_by_triggers(view: &View) -> i32 {
    let bit = |event, bit| if view.is_written_by_triggers(event) { bit } else { 0 };
    bit(TriggerEvent::Update, 4) | bit(TriggerEvent::Insert, 8) | bit(TriggerEvent::Delete, 16)
}

/// Rows of `pg_trigger`.
pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    if name != "pg_trigger" {
        return false;
    }
    for (on, trigger) in all(context) {
        out.add(|row| {
            row.set("oid", trigger.oid).set("tgrelid", on.oid()).set("tgparentid", trigger.parent.unwrap_or(Oid(0)));
            row.set("tgname", trigger.name.as_str()).set("tgfoid", trigger.function);
            row.set("tgtype", trigger.kind_bits()).set("tgenabled", trigger.enabled).set("tgisinternal", false);
            row.set("tgconstrrelid", trigger.constraint.and_then(|c| c.from).unwrap_or(Oid(0)));
            row.set("tgconstrindid", Oid(0)).set("tgconstraint", trigger.constraint.map_or(Oid(0), |c| c.oid));
            row.set("tgdeferrable", trigger.constraint.is_some_and(|c| c.deferrable));
            row.set("tginitdeferred", trigger.constraint.is_some_and(|c| c.initially_deferred));
            row.set("tgnargs", i16::try_from(trigger.arguments.len()).unwrap_or(i16::MAX));
            row.set("tgattr", numbers(trigger.columns.iter().copied()));
            let mut bytes = Vec::new();
            for argument in &trigger.arguments {
                bytes.extend_from_slice(argument.as_bytes());
                bytes.push(0);
            }
            row.set("tgargs", Datum::Bytea(bytes.into()));
            row.set("tgqual", trigger.condition.as_deref());
            row.set("tgoldtable", trigger.old_table.as_deref()).set("tgnewtable", trigger.new_table.as_deref());
        });
    }
    for table in context.catalog.tables.values() {
        for key in &table.foreign_keys {
            of_foreign_key(table.oid, key, out);
        }
    }
    true
}

/// The rows that stand for a foreign key. There is nothing behind them, but PostgreSQL checks its keys by such
/// triggers, and clients look for them. Triggers are no types: OIDs of types tell the rows of one constraint apart.
fn of_foreign_key(table: Oid, key: &ForeignKey, out: &mut Rows) {
    let mut add = |(on, from): (Oid, Oid), constraint: Oid, (oid, letter): (Option<Oid>, char), does: Does| {
        let oid = oid.unwrap_or(constraint);
        out.add(|row| {
            row.set("oid", oid).set("tgrelid", on).set("tgparentid", Oid(0));
            row.set("tgname", format!("RI_ConstraintTrigger_{letter}_{}", oid.0));
            row.set("tgfoid", does.function);
            row.set("tgtype", does.kind).set("tgenabled", 'O').set("tgisinternal", true);
            row.set("tgconstrrelid", from).set("tgconstrindid", key.parent_index).set("tgconstraint", constraint);
            row.set("tgdeferrable", key.deferrable && does.waits);
            row.set("tginitdeferred", key.initially_deferred && does.waits);
            row.set("tgnargs", 0_i16).set("tgattr", numbers(Vec::new()));
            row.set("tgargs", Datum::Bytea(Vec::<u8>::new().into()));
        });
    };
    // Those of a key that is inherited are the partitioned table's.
    let whole = key.inherited_from.is_none().then_some((key.oid, key.parent));
    for (constraint, parent) in whole.into_iter().chain(key.parts.iter().map(|p| (p.oid, p.parent))) {
        let on_delete = Oid::user_type(UserKind::Enum, constraint.0);
        let on_update = Oid::user_type(UserKind::Domain, constraint.0);
        add((parent, table), constraint, (on_delete, 'a'), Does::action(key.on_delete, false));
        add((parent, table), constraint, (on_update, 'a'), Does::action(key.on_update, true));
    }
    let on_insert = Oid::user_type(UserKind::Composite, key.oid.0);
    let on_update = on_insert.and_then(Oid::array_of);
    add((table, key.parent), key.oid, (on_insert, 'c'), Does { function: Oid(1644), kind: 1 | 1 << 2, waits: true });
    add((table, key.parent), key.oid, (on_update, 'c'), Does { function: Oid(1645), kind: 1 | 1 << 4, waits: true });
}

/// What a trigger of a foreign key does.
struct Does {
    function: Oid,
    /// `tgtype`.
    kind: i16,
    /// Whether it can be deferred.
    waits: bool,
}

impl Does {
    /// At a DELETE, or an UPDATE, of a row that is referenced.
    fn action(action: FkAction, update: bool) -> Self {
        let function = match action {
            FkAction::Cascade => 1646,
            FkAction::Restrict => 1648,
            FkAction::SetNull => 1650,
            FkAction::SetDefault => 1652,
            FkAction::NoAction => 1654,
        };
        let kind = if update { 1 | 1 << 4 } else { 1 | 1 << 3 };
        Self { function: Oid(function + u32::from(update)), kind, waits: matches!(action, FkAction::NoAction) }
    }
}

/// Rows of `pg_constraint` for constraint triggers.
pub(super) fn constraints(context: &SystemContext<'_>, out: &mut Rows) {
    for (on, trigger) in all(context) {
        let Some(constraint) = trigger.constraint else { continue };
        out.add(|row| {
            row.set("oid", constraint.oid).set("conname", trigger.name.as_str()).set("connamespace", on.schema());
            row.set("contype", 't').set("condeferrable", constraint.deferrable);
            row.set("condeferred", constraint.initially_deferred).set("convalidated", true);
            row.set("conrelid", on.oid()).set("conislocal", true).set("connoinherit", true);
            row.set("confupdtype", ' ').set("confdeltype", ' ').set("confmatchtype", ' ');
        });
    }
}

/// Rows of `information_schema.triggers` and `triggered_update_columns`.
pub(super) fn fill_information(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    let shown = |on: On<'_>| on.securable().is_shown_to(context.subject, "awdDxt", "awx");
    match name {
        "triggers" => {
            for (on, trigger) in all(context).filter(|(on, _)| shown(*on)) {
                for event in trigger.events.iter().filter(|e| **e != TriggerEvent::Truncate) {
                    out.add(|row| triggers_row(context, row, (on, trigger), *event));
                }
            }
        }
        "triggered_update_columns" => {
            let shown = |on: On<'_>| on.securable().is_shown_to(context.subject, "aw", "aw");
            for (on, trigger) in all(context).filter(|(on, _)| shown(*on)) {
                for column in on.columns(trigger) {
                    out.add(|row| {
                        of_trigger(context, row, on, trigger);
                        row.set("event_object_column", column);
                    });
                }
            }
        }
        _ => return false,
    }
    true
}

fn of_trigger(context: &SystemContext<'_>, row: &mut Row<'_>, on: On<'_>, trigger: &Trigger) {
    let schema = context.schema_name(on.schema());
    row.set("trigger_catalog", database(context)).set("trigger_schema", schema);
    row.set("trigger_name", trigger.name.as_str());
    row.set("event_object_catalog", database(context)).set("event_object_schema", schema);
    row.set("event_object_table", on.name());
}

fn triggers_row(
    context: &SystemContext<'_>,
    row: &mut Row<'_>,
    (on, trigger): (On<'_>, &Trigger),
    event: TriggerEvent,
) {
    of_trigger(context, row, on, trigger);
    row.set("event_manipulation", event.word());
    let same = |t: &&Trigger| t.timing == trigger.timing && t.row == trigger.row && t.events.contains(&event);
    let before = on.triggers().iter().filter(same).take_while(|t| t.oid != trigger.oid).count();
    row.set("action_order", i32::try_from(before + 1).unwrap_or(i32::MAX));
    let owns = context.subject.has_privileges_of(on.securable().owner());
    let condition = trigger.condition.as_deref().filter(|_| owns).map(|c| condition(context, on, c, false));
    row.set("action_condition", condition);
    row.set("action_statement", format!("EXECUTE FUNCTION {}", call(context, trigger)));
    row.set("action_orientation", if trigger.row { "ROW" } else { "STATEMENT" });
    row.set("action_timing", trigger.timing.word());
    row.set("action_reference_old_table", trigger.old_table.as_deref());
    row.set("action_reference_new_table", trigger.new_table.as_deref());
}

/// The function with the arguments that it is given.
fn call(context: &SystemContext<'_>, trigger: &Trigger) -> String {
    let name = match context.catalog.function(trigger.function) {
        Some(f) => {
            let own = context.schema_name(f.schema);
            let first =
                context.search_path.iter().filter_map(|s| context.catalog.schema(s)).find(|s| {
                    context.catalog.functions_named(s.oid, &f.name).any(|other| other.inputs().next().is_none())
                });
            if first.is_some_and(|s| s.oid == f.schema) {
                quote(&f.name)
            } else {
                format!("{}.{}", quote(own), quote(&f.name))
            }
        }
        None => registry::proc(trigger.function).map_or_else(|| trigger.function.to_string(), |p| p.name.into()),
    };
    let arguments: Vec<String> = trigger.arguments.iter().map(|a| format!("'{}'", a.replace('\'', "''"))).collect();
    format!("{name}({})", arguments.join(", "))
}

/// A condition as it is shown.
fn condition(context: &SystemContext<'_>, on: On<'_>, sql: &str, pretty: bool) -> String {
    let query = format!("{}{sql}", query_over_rows(context.schema_name(on.schema()), on.name()));
    let shown = deparse::condition(context, &query, pretty);
    shown.unwrap_or_else(|| context.with_type_names(sql.to_owned()))
}

/// `pg_get_triggerdef`.
pub(super) fn definition(context: &SystemContext<'_>, oid: Oid, pretty: bool) -> Option<String> {
    let (on, trigger) = all(context).find(|(_, t)| t.oid == oid)?;
    let kind = if trigger.constraint.is_some() { "CONSTRAINT TRIGGER" } else { "TRIGGER" };
    let mut out = format!("CREATE {kind} {} {} ", quote(&trigger.name), trigger.timing.word());
    let columns: Vec<String> = on.columns(trigger).into_iter().map(quote).collect();
    let event = |event: &TriggerEvent| match (event, columns.is_empty()) {
        (TriggerEvent::Update, false) => format!("UPDATE OF {}", columns.join(", ")),
        _ => event.word().to_owned(),
    };
    let events: Vec<String> = trigger.events.iter().map(event).collect();
    out.push_str(&events.join(" OR "));
    let named = |schema: Oid, name: &str| {
        if pretty && context.is_visible(schema, name) {
            quote(name)
        } else {
            format!("{}.{}", quote(context.schema_name(schema)), quote(name))
        }
    };
    out.push_str(&format!(" ON {} ", named(on.schema(), on.name())));
    if let Some(constraint) = trigger.constraint {
        if let Some((schema, name)) = constraint.from.and_then(|from| context.relation_name(from)) {
            let bare = context.is_visible(schema, name);
            let from = if bare { quote(name) } else { named(schema, name) };
            out.push_str(&format!("FROM {from} "));
        }
        out.push_str(if constraint.deferrable { "DEFERRABLE INITIALLY " } else { "NOT DEFERRABLE INITIALLY " });
        out.push_str(if constraint.initially_deferred { "DEFERRED " } else { "IMMEDIATE " });
    }
    if trigger.old_table.is_some() || trigger.new_table.is_some() {
        out.push_str("REFERENCING ");
        for (word, name) in [("OLD", &trigger.old_table), ("NEW", &trigger.new_table)] {
            if let Some(name) = name {
                out.push_str(&format!("{word} TABLE AS {} ", quote(name)));
            }
        }
    }
    out.push_str(if trigger.row { "FOR EACH ROW " } else { "FOR EACH STATEMENT " });
    if let Some(sql) = &trigger.condition {
        out.push_str(&format!("WHEN ({}) ", condition(context, on, sql, pretty)));
    }
    out.push_str(&format!("EXECUTE FUNCTION {}", call(context, trigger)));
    debug_assert!(trigger.constraint.is_none() || trigger.timing == Timing::After, "constraint triggers come after");
    Some(out)
}
