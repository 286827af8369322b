//! Triggers: `pg_trigger`, `information_schema.triggers`, and how they are written.

use gavel_catalog::Table;
use gavel_catalog::trigger::{Timing, Trigger, TriggerEvent};
use gavel_types::{Datum, Oid};

use super::information::database;
use super::table::{Rows, numbers};
use super::SystemContext;
use crate::ddl::names::quote;

/// Rows of `pg_trigger`.
pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    if name != "pg_trigger" {
        return false;
    }
    for (table, trigger) in all(context) {
        out.add(|row| {
            row.set("oid", trigger.oid).set("tgrelid", table.oid).set("tgparentid", Oid(0));
            row.set("tgname", trigger.name.as_str()).set("tgfoid", trigger.function);
            row.set("tgtype", trigger.kind_bits()).set("tgenabled", trigger.enabled).set("tgisinternal", false);
            row.set("tgconstrrelid", Oid(0)).set("tgconstrindid", Oid(0));
            row.set("tgconstraint", trigger.constraint.map_or(Oid(0), |c| c.oid));
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
        });
    }
    true
}

/// Rows of `information_schema.triggers`.
pub(super) fn fill_information(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    if name != "triggers" {
        return false;
    }
    for (table, trigger) in all(context) {
        for event in trigger.events.iter().filter(|e| **e != TriggerEvent::Truncate) {
            out.add(|row| {
                let schema = context.schema_name(table.schema);
                row.set("trigger_catalog", database(context)).set("trigger_schema", schema);
                row.set("trigger_name", trigger.name.as_str()).set("event_manipulation", event.word());
                row.set("event_object_catalog", database(context)).set("event_object_schema", schema);
                row.set("event_object_table", table.name.as_str());
                let same = |t: &&Trigger| {
                    t.timing == trigger.timing && t.row == trigger.row && t.events.contains(event)
                };
                let before = table.triggers.iter().filter(same).take_while(|t| t.oid != trigger.oid).count();
                row.set("action_order", i32::try_from(before + 1).unwrap_or(i32::MAX));
                row.set("action_condition", trigger.condition.as_deref().map(|c| format!("({})", shown_condition(c))));
                row.set("action_statement", format!("EXECUTE FUNCTION {}", call(context, trigger)));
                row.set("action_orientation", if trigger.row { "ROW" } else { "STATEMENT" });
                row.set("action_timing", trigger.timing.word());
            });
        }
    }
    true
}

fn all<'c>(context: &SystemContext<'c>) -> impl Iterator<Item = (&'c Table, &'c Trigger)> {
    context.catalog.tables.values().flat_map(|t| t.triggers.iter().map(move |trigger| (&**t, trigger)))
}

/// The function with the arguments that it is given.
fn call(context: &SystemContext<'_>, trigger: &Trigger) -> String {
    let name = match context.catalog.function(trigger.function) {
        Some(f) => {
            let own = context.schema_name(f.schema);
            let first = context
                .search_path
                .iter()
                .filter_map(|s| context.catalog.schema(s))
                .find(|s| context.catalog.functions_named(s.oid, &f.name).any(|other| other.inputs().next().is_none()));
            if first.is_some_and(|s| s.oid == f.schema) {
                quote(&f.name)
            } else {
                format!("{}.{}", quote(own), quote(&f.name))
            }
        }
        None => trigger.function.to_string(),
    };
    let arguments: Vec<String> =
        trigger.arguments.iter().map(|a| format!("'{}'", a.replace('\'', "''"))).collect();
    format!("{name}({})", arguments.join(", "))
}

/// A condition as it is shown: in parentheses, with `old` and `new` in lower case.
fn shown_condition(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut word = String::new();
    let mut quoted = None;
    let flush = |word: &mut String, out: &mut String| {
        let plain = word.eq_ignore_ascii_case("old") || word.eq_ignore_ascii_case("new");
        out.push_str(&if plain { word.to_lowercase() } else { word.clone() });
        word.clear();
    };
    for c in text.chars() {
        if quoted.is_none() && (c.is_alphanumeric() || c == '_') {
            word.push(c);
            continue;
        }
        flush(&mut word, &mut out);
        match quoted {
            Some(q) if q == c => quoted = None,
            None if c == '\'' || c == '"' => quoted = Some(c),
            _ => {}
        }
        out.push(c);
    }
    flush(&mut word, &mut out);
    format!("({out})")
}

/// `pg_get_triggerdef`.
pub(super) fn definition(context: &SystemContext<'_>, oid: Oid, pretty: bool) -> Option<String> {
    let (table, trigger) = all(context).find(|(_, t)| t.oid == oid)?;
    let kind = if trigger.constraint.is_some() { "CONSTRAINT TRIGGER" } else { "TRIGGER" };
    let mut out = format!("CREATE {kind} {} {} ", quote(&trigger.name), trigger.timing.word());
    let events: Vec<String> = trigger
        .events
        .iter()
        .map(|event| {
            let columns: Vec<String> = trigger
                .columns
                .iter()
                .filter_map(|n| table.column(*n))
                .map(|c| quote(&c.name))
                .collect();
            match (event, columns.is_empty()) {
                (TriggerEvent::Update, false) => format!("UPDATE OF {}", columns.join(", ")),
                _ => event.word().to_owned(),
            }
        })
        .collect();
    out.push_str(&events.join(" OR "));
    let relation = if pretty && context.is_visible(table.schema, &table.name) {
        quote(&table.name)
    } else {
        format!("{}.{}", quote(context.schema_name(table.schema)), quote(&table.name))
    };
    out.push_str(&format!(" ON {relation} "));
    if let Some(constraint) = trigger.constraint {
        out.push_str(if constraint.deferrable { "DEFERRABLE INITIALLY " } else { "NOT DEFERRABLE INITIALLY " });
        out.push_str(if constraint.initially_deferred { "DEFERRED " } else { "IMMEDIATE " });
    }
    out.push_str(if trigger.row { "FOR EACH ROW " } else { "FOR EACH STATEMENT " });
    if let Some(condition) = &trigger.condition {
        out.push_str(&format!("WHEN ({}) ", shown_condition(condition)));
    }
    out.push_str(&format!("EXECUTE FUNCTION {}", call(context, trigger)));
    debug_assert!(trigger.constraint.is_none() || trigger.timing == Timing::After, "constraint triggers come after");
    Some(out)
}
