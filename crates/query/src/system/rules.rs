//! Rules: `pg_rewrite`, `pg_rules`, and how rules are written.

use gavel_catalog::rule::{RETURN_RULE, Rule, RuleEvent};
use gavel_types::Oid;

use super::deparse::Layout;
use super::table::Rows;
use super::{SystemContext, definition, return_rule};
use crate::ddl::names::quote;

/// Rows of `pg_rewrite`, those of views' queries left out.
pub(super) fn rewrites(context: &SystemContext<'_>, out: &mut Rows) {
    for (on, rule) in context.catalog.rules() {
        out.add(|row| {
            row.set("oid", rule.oid).set("rulename", rule.name.as_str()).set("ev_class", on);
            row.set("ev_type", rule.event.letter()).set("ev_enabled", rule.enabled).set("is_instead", rule.instead);
            row.set("ev_qual", rule.condition.as_deref().unwrap_or("<>"));
            let actions: Vec<&str> = rule.actions.iter().map(|a| a.sql.as_str()).collect();
            row.set("ev_action", if actions.is_empty() { "<>".to_owned() } else { actions.join("; ") });
        });
    }
}

/// Rows of `pg_rules`, which leaves out the queries of views.
pub(super) fn listing(context: &SystemContext<'_>, out: &mut Rows) {
    for (on, rule) in context.catalog.rules() {
        let Some((schema, name)) = context.catalog.relation_name(on) else { continue };
        out.add(|row| {
            row.set("schemaname", context.schema_name(schema)).set("tablename", name);
            row.set("rulename", rule.name.as_str()).set("definition", shown(context, on, rule, false));
        });
    }
}

/// Bits of `pg_relation_is_updatable` for what rules of a relation do.
pub(super) fn written_by_rules(context: &SystemContext<'_>, relation: Oid) -> i32 {
    let Some(view) = context.catalog.views.get(&relation) else { return 0 };
    let all = [RuleEvent::Update, RuleEvent::Insert, RuleEvent::Delete];
    all.into_iter().filter(|event| view.is_written_by_rules(*event)).map(RuleEvent::bit).sum()
}

/// `pg_get_ruledef`.
pub(super) fn definition(context: &SystemContext<'_>, oid: Oid, pretty: bool) -> Option<String> {
    if let Some((on, rule)) = context.catalog.rules().find(|(_, rule)| rule.oid == oid) {
        return Some(shown(context, on, rule, pretty));
    }
    let view = context.catalog.views.values().find(|v| return_rule(v.oid) == oid)?;
    let name = if pretty { definition::relation(context, view.oid) } else { definition::qualified(context, view.oid) };
    let sql = definition::view(context, view.oid, Layout::of(pretty)).unwrap_or_default();
    Some(format!("CREATE RULE \"{RETURN_RULE}\" AS\n    ON SELECT TO {name} DO INSTEAD {sql}"))
}

/// A rule as CREATE RULE; its statements are shown as they are kept.
fn shown(context: &SystemContext<'_>, on: Oid, rule: &Rule, pretty: bool) -> String {
    let name = match context.catalog.relation_name(on) {
        Some((_, name)) if pretty => quote(name),
        _ => definition::qualified(context, on),
    };
    let mut out = format!("CREATE RULE {} AS\n    ON {} TO {name}", quote(&rule.name), rule.event.word());
    if let Some(condition) = &rule.condition {
        let condition = context.with_type_names(condition.clone());
        let condition = condition.trim();
        let whole = definition::bare(condition) != condition;
        out.push_str(&if whole { format!("\n   WHERE {condition}") } else { format!("\n   WHERE ({condition})") });
    }
    out.push_str(" DO ");
    if rule.instead {
        out.push_str("INSTEAD ");
    }
    let texts: Vec<String> = rule.actions.iter().map(|a| context.with_type_names(a.sql.clone())).collect();
    match texts.as_slice() {
        [] => out.push_str("NOTHING;"),
        [one] => out.push_str(&format!(" {one};")),
        many => {
            out.push('(');
            for one in many {
                out.push_str(&format!(" {one};{}", if pretty { "\n" } else { " " }));
            }
            out.push_str(");");
        }
    }
    out
}
