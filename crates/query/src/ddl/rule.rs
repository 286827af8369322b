//! CREATE, ALTER and DROP RULE, and ALTER TABLE … ENABLE and DISABLE RULE (manual, CREATE RULE).

use std::sync::Arc;

use gavel_binder::WrittenRule;
use gavel_binder::ddl::ast::{CreateRule, QualifiedName, RuleName};
use gavel_catalog::rule::{self, RETURN_RULE, Rule, RuleEvent};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{Table, View};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::drop::Object;
use super::names::{quote, undefined_table};
use super::permit::securable;

/// 42704.
pub(super) fn missing(name: &str, relation: &str) -> SqlError {
    let text = format!("rule \"{name}\" for relation \"{relation}\" does not exist");
    SqlError::new(SqlState::UndefinedObject, text)
}

fn taken(name: &str, relation: &str) -> SqlError {
    let text = format!("rule \"{name}\" for relation \"{relation}\" already exists");
    SqlError::new(SqlState::DuplicateObject, text)
}

fn invalid(text: impl Into<String>) -> SqlError {
    SqlError::new(SqlState::InvalidObjectDefinition, text)
}

/// 42P17: only the query of a view is called so.
fn reserved(relation: &str) -> SqlError {
    invalid(format!("non-view rule for \"{relation}\" must not be named \"{RETURN_RULE}\""))
}

/// The rules of a table or view.
pub(super) fn rules_of(relation: &Relation) -> &[Rule] {
    match relation {
        Relation::Table(table) => &table.rules,
        Relation::View(view) => &view.rules,
        _ => &[],
    }
}

/// 42809 for a relation that has no rules.
fn ruleless(relation: &Relation) -> SqlError {
    let (name, kinds) = match relation {
        Relation::Index(table, oid) => {
            (table.indexes.iter().find(|i| i.oid == *oid).map_or("", |i| i.name.as_str()), "indexes")
        }
        other => (securable(other).name(), "sequences"),
    };
    let detail = format!("This operation is not supported for {kinds}.");
    SqlError::new(SqlState::WrongObjectType, format!("relation \"{name}\" cannot have rules")).detail(detail)
}

impl DdlContext<'_> {
    /// The relation of a rule.
    ///
    /// # Errors
    /// 42P01.
    pub(super) fn relation_of_rule(&self, name: &QualifiedName) -> SqlResult<Relation> {
        self.find(name)?.ok_or_else(|| undefined_table("relation", name))
    }

    /// CREATE RULE.
    ///
    /// # Errors
    /// 42P01, 42809, 42501, 42P17, 42710, 0A000, and those of its parts.
    pub(super) async fn create_rule(&mut self, create: &CreateRule) -> SqlResult<()> {
        let relation = self.relation_of_rule(&create.relation)?;
        let table = match &relation {
            Relation::Table(table) if table.materialized.is_some() => {
                return Err(SqlError::unsupported("rules on materialized views are not supported"));
            }
            Relation::Table(table) => Arc::clone(table),
            Relation::View(view) => Arc::new(view.as_table(self.now())),
            other => return Err(ruleless(other)),
        };
        self.must_own_relation(&relation)?;
        if create.event == RuleEvent::Select {
            return self.create_return_rule(create, &relation).await;
        }
        let written = WrittenRule {
            event: create.event,
            instead: create.instead,
            condition: create.condition.as_deref(),
            actions: &create.actions,
        };
        let definition = self.binder.rule(self.scope(), &table, written)?;
        if create.name == RETURN_RULE {
            return Err(reserved(&table.name));
        }
        self.pin(table.schema, &definition.depends_on);
        let old = rules_of(&relation).iter().find(|r| r.name == create.name).cloned();
        if old.is_some() && !create.or_replace {
            return Err(taken(&create.name, &table.name));
        }
        let made = Rule {
            oid: match &old {
                Some(old) => old.oid,
                None => self.new_oid(table.schema).await?,
            },
            name: create.name.clone(),
            event: create.event,
            instead: create.instead,
            condition: definition.condition,
            actions: definition.actions,
            enabled: old.map_or('O', |old| old.enabled),
            depends_on: definition.depends_on,
        };
        self.edit_rules(table.oid, |rules| {
            rules.retain(|own| own.name != made.name);
            rules.push(made);
        })
    }

    /// A rule ON SELECT, which makes a view of a table without rows, or gives a view another query.
    async fn create_return_rule(&mut self, create: &CreateRule, relation: &Relation) -> SqlResult<()> {
        let name = securable(relation).name().to_owned();
        let [action] = create.actions.as_slice() else {
            let text = match create.actions.is_empty() {
                true => "INSTEAD NOTHING rules on SELECT are not implemented",
                false => "multiple actions for rules on SELECT are not implemented",
            };
            return Err(SqlError::unsupported(text).hint("Use views instead."));
        };
        let query = match gavel_binder::parse::parse_query(action) {
            Ok(query) if create.instead => query,
            _ => return Err(SqlError::unsupported("rules on SELECT must have action INSTEAD SELECT")),
        };
        if create.condition.is_some() {
            let text = "event qualifications are not implemented for rules on SELECT";
            return Err(SqlError::unsupported(text));
        }
        let stored = self.binder.query(self.scope(), &query)?;
        let columns = match relation {
            Relation::View(view) => view.columns.clone(),
            Relation::Table(table) => table.visible_columns().map(|c| (c.name.clone(), c.declared())).collect(),
            other => return Err(ruleless(other)),
        };
        let entry = |text: String| invalid(format!("SELECT rule's target {text}"));
        for (n, (given, ty)) in (1..).zip(&stored.columns) {
            let Some((column, wanted)) = columns.get(n - 1) else {
                return Err(entry("list has too many entries".into()));
            };
            if given != column {
                let text = format!("entry {n} has different column name from column \"{column}\"");
                return Err(entry(text).detail(format!("SELECT target entry is named \"{given}\".")));
            }
            if ty.oid != wanted.oid {
                let text = format!("entry {n} has different type from column \"{column}\"");
                let (ty, wanted) = (gavel_binder::format_type(*ty), gavel_binder::format_type(*wanted));
                let detail = format!("SELECT target entry has type {ty}, but column has type {wanted}.");
                return Err(entry(text).detail(detail));
            }
        }
        if stored.columns.len() < columns.len() {
            return Err(entry("list has too few entries".into()));
        }
        match relation {
            Relation::View(view) if create.or_replace && create.name == RETURN_RULE => {
                let mut view = View::clone(view);
                (view.sql, view.depends_on) = (stored.sql, stored.depends_on);
                view.version += 1;
                self.edit().put_view(Arc::new(view));
                Ok(())
            }
            Relation::View(_) => {
                let text = format!("\"{name}\" is already a view");
                Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, text))
            }
            Relation::Table(table) if create.name == RETURN_RULE => self.table_becomes_view(table, stored).await,
            _ => Err(invalid(format!("view rule for \"{name}\" must be named \"{RETURN_RULE}\""))),
        }
    }

    /// The table is a view from now on.
    async fn table_becomes_view(&mut self, table: &Table, query: super::binding::StoredQuery) -> SqlResult<()> {
        let name = &table.name;
        let refused = |why: &str| {
            let text = format!("could not convert table \"{name}\" to a view because it {why}");
            Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, text))
        };
        if table.partitioned.is_some() {
            let text = format!("cannot convert partitioned table \"{name}\" to a view");
            return Err(SqlError::new(SqlState::WrongObjectType, text));
        }
        if table.bound.is_some() {
            let text = format!("cannot convert partition \"{name}\" to a view");
            return Err(SqlError::new(SqlState::WrongObjectType, text));
        }
        if !table.foreign_keys.is_empty() || !table.referenced_by.is_empty() {
            return refused("has triggers");
        }
        if !table.indexes.is_empty() {
            return refused("has indexes");
        }
        if self.now().has_children(table.oid) {
            return refused("has child tables");
        }
        if !table.inherits.is_empty() {
            return refused("has parent tables");
        }
        if self.has_rows(table).await? {
            let text = format!("could not convert table \"{name}\" to a view because it is not empty");
            return Err(SqlError::new(SqlState::ObjectNotInPrerequisiteState, text));
        }
        let defaults = table.visible_columns().filter_map(|c| Some((c.number, c.default.clone()?)));
        let view = View {
            oid: table.oid,
            schema: table.schema,
            name: name.clone(),
            owner: table.owner,
            version: table.version + 1,
            sql: query.sql,
            columns: table.visible_columns().map(|c| (c.name.clone(), c.declared())).collect(),
            depends_on: query.depends_on.clone(),
            acl: table.acl.clone(),
            column_acls: Vec::new(),
            options: Vec::new(),
            defaults: defaults.collect(),
            triggers: table.triggers.clone(),
            rules: table.rules.clone(),
        };
        self.pin(table.schema, &query.depends_on);
        self.edit().remove_table(table.oid);
        self.edit().put_view(Arc::new(view));
        Ok(())
    }

    /// Changes the rules of a table or view.
    pub(super) fn edit_rules(&mut self, relation: Oid, change: impl FnOnce(&mut Vec<Rule>)) -> SqlResult<()> {
        if let Some(view) = self.now().views.get(&relation) {
            let mut view = View::clone(view);
            change(&mut view.rules);
            rule::sort(&mut view.rules);
            view.version += 1;
            self.edit().put_view(Arc::new(view));
            return Ok(());
        }
        self.edit_table(relation, |table| {
            change(&mut table.rules);
            rule::sort(&mut table.rules);
        })?;
        Ok(())
    }

    /// Changes the actions of rules that use a relation.
    pub(super) fn rewrite_rules(&mut self, relation: Oid, change: impl Fn(&str) -> SqlResult<String>) -> SqlResult<()> {
        let before = Arc::clone(self.now());
        for (on, rule) in before.rules().filter(|(on, r)| *on == relation || r.depends_on.contains(&relation)) {
            let mut actions = rule.actions.clone();
            // NOTIFY is no query.
            for action in actions.iter_mut().filter(|a| gavel_binder::parse::parse_query(&a.sql).is_ok()) {
                action.sql = change(&action.sql)?;
            }
            self.edit_rules(on, |rules| {
                rules.iter_mut().filter(|own| own.oid == rule.oid).for_each(|own| own.actions.clone_from(&actions));
            })?;
        }
        Ok(())
    }

    /// Gives a column of a relation another name where its own rules mention it as one of OLD or NEW.
    pub(super) fn rename_in_rules(&mut self, relation: Oid, column: &str, to: &str) -> SqlResult<()> {
        let own = self.now().rules().any(|(on, _)| on == relation);
        if !own {
            return Ok(());
        }
        self.edit_rules(relation, |rules| {
            for rule in rules {
                let texts = rule.condition.iter_mut().chain(rule.actions.iter_mut().map(|a| &mut a.sql));
                texts.for_each(|sql| *sql = renamed_side(sql, column, to));
            }
        })
    }

    /// DROP RULE.
    pub(super) async fn drop_rule(&mut self, name: &RuleName, if_exists: bool, cascade: bool) -> SqlResult<()> {
        let relation = match self.find(&name.relation) {
            Ok(Some(relation)) => relation,
            Ok(None) if if_exists => {
                self.notice(format!("relation \"{}\" does not exist, skipping", name.relation));
                return Ok(());
            }
            Ok(None) => return Err(undefined_table("relation", &name.relation)),
            Err(e) if if_exists && e.code() == SqlState::InvalidSchemaName => {
                self.notice(format!("{}, skipping", e.message()));
                return Ok(());
            }
            Err(e) => return Err(e),
        };
        if let (Relation::View(view), RETURN_RULE) = (&relation, name.name.as_str()) {
            let shown = self.shown(view.schema, &view.name);
            let text = format!("cannot drop rule {RETURN_RULE} on view {shown} because view {shown} requires it");
            return Err(SqlError::new(SqlState::DependentObjectsStillExist, text)
                .hint(format!("You can drop view {shown} instead.")));
        }
        let Some(oid) = rules_of(&relation).iter().find(|r| r.name == name.name).map(|r| r.oid) else {
            if if_exists {
                let text =
                    format!("rule \"{}\" for relation \"{}\" does not exist, skipping", name.name, name.relation);
                self.notice(text);
                return Ok(());
            }
            return Err(missing(&name.name, securable(&relation).name()));
        };
        self.must_own_as(&relation, "relation")?;
        self.drop_all(&[Object::Rule(relation.oid(), oid)], cascade).await
    }

    /// ALTER RULE … RENAME.
    pub(super) fn rename_rule(&mut self, name: &RuleName, to: &str) -> SqlResult<()> {
        let relation = self.relation_of_rule(&name.relation)?;
        if !matches!(relation, Relation::Table(_) | Relation::View(_)) {
            return Err(ruleless(&relation));
        }
        self.must_own_relation(&relation)?;
        let shown = securable(&relation).name().to_owned();
        if name.name == RETURN_RULE && matches!(relation, Relation::View(_)) {
            return Err(invalid("renaming an ON SELECT rule is not allowed"));
        }
        if !rules_of(&relation).iter().any(|r| r.name == name.name) {
            return Err(missing(&name.name, &shown));
        }
        if rules_of(&relation).iter().any(|r| r.name == to) {
            return Err(taken(to, &shown));
        }
        if to == RETURN_RULE {
            return Err(reserved(&shown));
        }
        self.edit_rules(relation.oid(), |rules| {
            for rule in rules.iter_mut().filter(|own| own.name == name.name) {
                to.clone_into(&mut rule.name);
            }
        })
    }

    /// ENABLE and DISABLE RULE.
    pub(super) fn enable_rule(&mut self, table: &Table, name: &str, enabled: char) -> SqlResult<()> {
        if !table.rules.iter().any(|r| r.name == name) {
            return Err(missing(name, &table.name));
        }
        self.edit_rules(table.oid, |rules| {
            for rule in rules.iter_mut().filter(|own| own.name == name) {
                rule.enabled = enabled;
            }
        })
    }
}

/// A text with `old.column` and `new.column` called otherwise.
fn renamed_side(sql: &str, column: &str, to: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let quoted = quote(column);
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    let mut in_string = false;
    while let Some(c) = rest.chars().next() {
        let starts = !in_string && !out.chars().next_back().is_some_and(|b| word(b) || b == '"' || b == '.');
        let side = rest.get(..4).filter(|s| ["old.", "new."].iter().any(|side| s.eq_ignore_ascii_case(side)));
        if let Some(side) = side.filter(|_| starts)
            && let Some(behind) = [column, quoted.as_str()].iter().find_map(|name| {
                let found = rest.get(4..4 + name.len()).is_some_and(|s| s.eq_ignore_ascii_case(name));
                let behind = rest.get(4 + name.len()..).filter(|_| found)?;
                (!behind.starts_with(word)).then_some(behind)
            })
        {
            out.push_str(side);
            out.push_str(&quote(to));
            rest = behind;
            continue;
        }
        in_string ^= c == '\'';
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_both_sides_are_renamed() {
        assert_eq!(
            renamed_side("NEW.a + old.ab, 'new.a', x.new.a", "a", "B c"),
            "NEW.\"B c\" + old.ab, 'new.a', x.new.a"
        );
    }
}
