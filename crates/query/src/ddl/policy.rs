//! CREATE, ALTER and DROP POLICY, and the switches of ALTER TABLE: row-level security
//! (<https://www.postgresql.org/docs/15/sql-createpolicy.html>).

use std::sync::Arc;

use gavel_binder::PolicyText;
use gavel_binder::ddl::ast::{AlterPolicy, CreatePolicy, DropPolicy, PolicyChange, PolicyDef, QualifiedName};
use gavel_catalog::acl;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{Catalog, Policy, PolicyCommand, Table};
use gavel_types::{Notice, Oid, Severity, SqlError, SqlResult, SqlState};
use sqlparser::ast::Expr;

use super::names::{oid_of, undefined_table};
use super::{DdlContext, expression};

fn syntax(message: &str) -> SqlError {
    SqlError::new(SqlState::SyntaxError, message)
}

/// 42704 for a policy that a relation does not have.
pub(super) fn undefined_policy(name: &str, relation: &str) -> SqlError {
    SqlError::new(SqlState::UndefinedObject, format!("policy \"{name}\" for table \"{relation}\" does not exist"))
}

fn require_new(table: &Table, name: &str) -> SqlResult<()> {
    if table.row_security.named(name).is_none() {
        return Ok(());
    }
    let message = format!("policy \"{name}\" for table \"{}\" already exists", table.name);
    Err(SqlError::new(SqlState::DuplicateObject, message))
}

/// Whether a policy for this command can have these conditions.
fn require_fitting(command: PolicyCommand, def: &PolicyDef, with_check: &str) -> SqlResult<()> {
    match command {
        PolicyCommand::Select | PolicyCommand::Delete if def.check.is_some() => Err(syntax(with_check)),
        PolicyCommand::Insert if def.using.is_some() => Err(syntax("only WITH CHECK expression allowed for INSERT")),
        _ => Ok(()),
    }
}

/// USING or WITH CHECK, changed as the text of a query is.
fn change_text(sql: &str, change: impl Fn(&str) -> SqlResult<String>) -> SqlResult<String> {
    let changed = change(&format!("SELECT {sql}"))?;
    let inner = changed.trim_start().strip_prefix("SELECT ").map(str::to_owned);
    inner.ok_or_else(|| SqlError::internal("a condition that is no select list"))
}

impl DdlContext<'_> {
    /// The table of CREATE and ALTER POLICY, which the role must own.
    fn policy_table(&self, name: &QualifiedName) -> SqlResult<Arc<Table>> {
        let found = self.find(name)?.ok_or_else(|| undefined_table("relation", name))?;
        self.must_own_relation(&found)?;
        match found {
            Relation::Table(table) if table.materialized.is_none() => Ok(table),
            _ => {
                let message = format!("\"{}\" is not a table", name.0.last().map_or("", String::as_str));
                Err(SqlError::new(SqlState::WrongObjectType, message))
            }
        }
    }

    /// The roles of TO; `None` if none are named.
    fn policy_roles(&mut self, names: &[String]) -> SqlResult<Option<Vec<Oid>>> {
        if names.is_empty() {
            return Ok(None);
        }
        if names.iter().any(|name| name == "public") {
            if names.len() > 1 {
                let message = "ignoring specified roles other than PUBLIC";
                let error = SqlError::new(SqlState::InvalidParameterValue, message)
                    .hint("All roles are members of the PUBLIC role.");
                self.notices.push(Notice { severity: Severity::Warning, error });
            }
            return Ok(Some(vec![acl::PUBLIC]));
        }
        names.iter().map(|name| self.role(name)).collect::<SqlResult<Vec<Oid>>>().map(Some)
    }

    fn policy_text(&mut self, table: &Table, expr: Option<&Expr>) -> SqlResult<Option<PolicyText>> {
        let Some(expr) = expr else { return Ok(None) };
        let text = self.binder.policy(self.scope(), table, expr)?;
        let others: Vec<Oid> = text.depends_on.iter().copied().filter(|oid| *oid != table.oid).collect();
        self.pin(table.schema, &others);
        Ok(Some(text))
    }

    pub(super) async fn create_policy(&mut self, create: &CreatePolicy) -> SqlResult<()> {
        let permissive = match create.kind.as_deref() {
            None | Some("permissive") => true,
            Some("restrictive") => false,
            Some(other) => {
                return Err(syntax(&format!("unrecognized row security option \"{other}\""))
                    .hint("Only PERMISSIVE or RESTRICTIVE policies are supported currently."));
            }
        };
        require_fitting(create.command, &create.def, "WITH CHECK cannot be applied to SELECT or DELETE")?;
        let roles = self.policy_roles(&create.def.roles)?.unwrap_or_else(|| vec![acl::PUBLIC]);
        let table = self.policy_table(&create.table)?;
        let using = self.policy_text(&table, create.def.using.as_ref())?;
        let check = self.policy_text(&table, create.def.check.as_ref())?;
        require_new(&table, &create.name)?;
        let mut depends_on: Vec<Oid> = Vec::new();
        for text in using.iter().chain(&check) {
            depends_on.extend(text.depends_on.iter().copied());
        }
        depends_on.sort_unstable();
        depends_on.dedup();
        let policy = Policy {
            oid: self.new_oid(table.schema).await?,
            name: create.name.clone(),
            permissive,
            command: create.command,
            roles,
            using: using.map(|text| text.sql),
            check: check.map(|text| text.sql),
            called: table.name.clone(),
            depends_on,
        };
        self.edit_table(table.oid, |t| t.row_security.policies.push(policy))?;
        Ok(())
    }

    pub(super) fn alter_policy(&mut self, alter: &AlterPolicy) -> SqlResult<()> {
        let name = alter.name.as_str();
        let def = match &alter.change {
            PolicyChange::Rename(new) => {
                let table = self.policy_table(&alter.table)?;
                require_new(&table, new)?;
                if table.row_security.named(name).is_none() {
                    return Err(undefined_policy(name, &table.name));
                }
                return self.edit_policy(table.oid, name, |policy| policy.name.clone_from(new));
            }
            PolicyChange::Definition(def) => def,
        };
        let roles = self.policy_roles(&def.roles)?;
        let table = self.policy_table(&alter.table)?;
        let using = self.policy_text(&table, def.using.as_ref())?;
        let check = self.policy_text(&table, def.check.as_ref())?;
        let found = table.row_security.named(name).ok_or_else(|| undefined_policy(name, &table.name))?;
        require_fitting(found.command, def, "only USING expression allowed for SELECT, DELETE")?;
        let mut next = found.clone();
        if let Some(roles) = roles {
            next.roles = roles;
        }
        // What stays may call the table as it was called before.
        if next.called != table.name {
            let kept = [(&mut next.using, using.is_none()), (&mut next.check, check.is_none())];
            for (text, _) in kept.into_iter().filter(|(_, stays)| *stays) {
                if let Some(sql) = text {
                    *sql = expression::requalify(sql, &next.called, &table.name)?;
                }
            }
            next.called.clone_from(&table.name);
        }
        for (slot, text) in [(&mut next.using, using), (&mut next.check, check)] {
            if let Some(text) = text {
                next.depends_on.extend(text.depends_on);
                *slot = Some(text.sql);
            }
        }
        next.depends_on = self.policy_depends_on(&table, &next);
        self.edit_policy(table.oid, name, |policy| *policy = next.clone())
    }

    /// What the texts of a policy use now; what cannot be read counts as it did.
    fn policy_depends_on(&self, table: &Table, policy: &Policy) -> Vec<Oid> {
        let mut out: Vec<Oid> = Vec::new();
        for sql in policy.texts() {
            let read = gavel_binder::parse::parse_expression(sql);
            match read.and_then(|expr| self.binder.policy(self.scope(), table, &expr)) {
                Ok(text) => out.extend(text.depends_on),
                Err(_) => out.extend(policy.depends_on.iter().copied()),
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    fn edit_policy(&mut self, table: Oid, name: &str, change: impl Fn(&mut Policy)) -> SqlResult<()> {
        self.edit_table(table, |t| {
            t.row_security.policies.iter_mut().filter(|p| p.name == name).for_each(change);
        })?;
        Ok(())
    }

    pub(super) fn drop_policy(&mut self, drop: &DropPolicy) -> SqlResult<()> {
        let found = match self.find(&drop.table) {
            Err(e) if drop.if_exists && e.code() == SqlState::InvalidSchemaName => {
                self.notice(format!("{}, skipping", e.message()));
                return Ok(());
            }
            other => other?,
        };
        let Some(found) = found else {
            let error = undefined_table("relation", &drop.table);
            if drop.if_exists {
                self.notice(format!("{}, skipping", error.message()));
                return Ok(());
            }
            return Err(error);
        };
        let relation = drop.table.0.last().map_or("", String::as_str);
        let policy = match &found {
            Relation::Table(table) => table.row_security.named(&drop.name).map(|p| p.oid),
            _ => None,
        };
        let Some(policy) = policy else {
            if drop.if_exists {
                self.notice(format!("policy \"{}\" for relation \"{relation}\" does not exist, skipping", drop.name));
                return Ok(());
            }
            return Err(undefined_policy(&drop.name, relation));
        };
        self.must_own_as(&found, "relation")?;
        self.remove_policy(oid_of(&found), policy)
    }

    /// Takes a policy from its table.
    pub(super) fn remove_policy(&mut self, table: Oid, policy: Oid) -> SqlResult<()> {
        self.edit_table(table, |t| t.row_security.policies.retain(|p| p.oid != policy))?;
        self.forget_comments(policy);
        Ok(())
    }

    /// DROP OWNED: policies are no longer for the role; one that was for nobody else goes.
    pub(super) fn forget_role_of_policies(&mut self, catalog: &Catalog, role: Oid) -> SqlResult<()> {
        for table in catalog.tables.values() {
            for policy in table.row_security.policies.iter().filter(|p| p.roles.contains(&role)) {
                if policy.roles.iter().all(|r| *r == role) {
                    self.remove_policy(table.oid, policy.oid)?;
                } else {
                    self.edit_policy(table.oid, &policy.name, |p| p.roles.retain(|r| *r != role))?;
                }
            }
        }
        Ok(())
    }

    /// Changes the texts of policies that read these relations, which had other names `before`.
    pub(super) fn rewrite_policies(
        &mut self,
        before: &Arc<Catalog>,
        relations: &[Oid],
        change: impl Fn(&str, &[String]) -> SqlResult<String>,
    ) -> SqlResult<()> {
        let now = Arc::clone(self.now());
        for table in now.tables.values() {
            let mut security = table.row_security.clone();
            for policy in &mut security.policies {
                let used: Vec<Oid> = relations.iter().copied().filter(|oid| policy.depends_on.contains(oid)).collect();
                for (schema, name) in used.iter().filter_map(|oid| before.relation_name(*oid)) {
                    let schema = before.schema_by_oid(schema).map_or_else(String::new, |s| s.name.clone());
                    let called = [schema, name.to_owned()];
                    for sql in policy.texts_mut() {
                        *sql = change_text(sql, |query| change(query, &called))?;
                    }
                }
            }
            if security != table.row_security {
                self.edit_table(table.oid, |t| t.row_security = security)?;
            }
        }
        Ok(())
    }
}

/// Policies of a table of which a column gets another name. A bare name within a query is that of a column of the query's
/// own, unless it has none of that name, which is not looked into.
pub(super) fn rename_column(table: &mut Table, old: &str, new: &str) -> SqlResult<()> {
    for policy in &mut table.row_security.policies {
        let called = policy.called.clone();
        for sql in policy.texts_mut().filter(|sql| super::drop::mentions(sql, old)) {
            *sql = expression::rename_own_column(sql, &called, old, new)?;
        }
    }
    Ok(())
}
