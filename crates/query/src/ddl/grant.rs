//! GRANT, REVOKE and ALTER DEFAULT PRIVILEGES: lists of privileges are kept and shown. They are not enforced:
//! whoever may log in may do everything that a database holds.

use std::sync::Arc;

use gavel_binder::ddl::ast::{self, Grant, GrantTarget, QualifiedName};
use gavel_catalog::acl::{self, Acl, Change, Class, Privileges};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{Database, DefaultPrivileges, Membership, Role, Schema, Sequence, View};
use gavel_types::{Notice, Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::names::undefined_table;

/// What a statement does to one kind of object.
struct Effect {
    privileges: Privileges,
    /// Privileges by column.
    columns: Vec<(Privileges, String)>,
}

fn revoked_from_dependents(_: acl::DependentPrivileges) -> SqlError {
    let message = "dependent privileges exist";
    SqlError::new(SqlState::DependentObjectsStillExist, message).hint("Use CASCADE to revoke them too.")
}

/// How messages call a kind of object.
const fn class_word(class: Class) -> &'static str {
    match class {
        Class::Relation => "table",
        Class::Sequence => "sequence",
        Class::Database => "database",
        Class::Schema => "schema",
        Class::Column => "column",
        Class::Function => "function",
        Class::Type => "type",
        Class::Language => "language",
        Class::LargeObject => "large object",
        Class::Tablespace => "tablespace",
        Class::ForeignDataWrapper => "foreign-data wrapper",
        Class::ForeignServer => "foreign server",
        Class::Parameter => "parameter",
    }
}

/// The privileges that are named, for objects of `class`.
fn effect(grant: &Grant, class: Class, allowed: Privileges) -> SqlResult<Effect> {
    let mut out = Effect { privileges: Privileges::NONE, columns: Vec::new() };
    for privilege in &grant.privileges {
        let of_columns = !privilege.columns.is_empty();
        let kind = if of_columns { Class::Column } else { class };
        let allowed = if of_columns { Class::Column.all() } else { allowed };
        let named = if privilege.name == "all" {
            kind.all()
        } else {
            let named = Privileges::of_name(&privilege.name).ok_or_else(|| {
                let message = format!("unrecognized privilege type \"{}\"", privilege.name);
                SqlError::new(SqlState::SyntaxError, message)
            })?;
            if of_columns && class != Class::Relation {
                let message = "column privileges are only valid for relations";
                return Err(SqlError::new(SqlState::InvalidGrantOperation, message));
            }
            if named.and(allowed).is_empty() {
                let name = privilege.name.to_uppercase();
                // What sequences have is looked at table by table, anything else before.
                let elsewhere =
                    !of_columns && allowed != Class::Sequence.all() && named.and(Class::Sequence.all()).is_empty();
                let relation = matches!(class, Class::Relation | Class::Sequence) && elsewhere;
                let word = if relation { "relation" } else { class_word(kind) };
                let message = format!("invalid privilege type {name} for {word}");
                return Err(SqlError::new(SqlState::InvalidGrantOperation, message));
            }
            named
        };
        if of_columns {
            out.columns.extend(privilege.columns.iter().map(|c| (named, c.clone())));
        } else {
            out.privileges = out.privileges.or(named);
        }
    }
    Ok(out)
}

/// A list after the change of `privileges` for every grantee.
fn changed(
    old: &Acl,
    class: Class,
    owner: Oid,
    grant: &Grant,
    grantees: &[Oid],
    privileges: Privileges,
) -> SqlResult<Acl> {
    let mut items = old.clone().unwrap_or_else(|| acl::default(class, owner));
    apply(&mut items, owner, grant, grantees, privileges)?;
    Ok(Some(items))
}

fn apply(
    items: &mut Vec<acl::AclItem>,
    owner: Oid,
    grant: &Grant,
    grantees: &[Oid],
    privileges: Privileges,
) -> SqlResult<()> {
    for grantee in grantees {
        let change = Change {
            revoke: grant.revoke,
            option: if grant.revoke { grant.option_only } else { grant.option },
            privileges,
            grantor: owner,
            grantee: *grantee,
            cascade: grant.cascade,
        };
        acl::change(items, owner, &change).map_err(revoked_from_dependents)?;
    }
    Ok(())
}

impl DdlContext<'_> {
    /// GRANT and REVOKE. Names must exist, whatever is granted on them.
    pub(super) fn grant(&mut self, grant: &Grant) -> SqlResult<()> {
        if let GrantTarget::Roles(roles) = &grant.target {
            return self.grant_membership(grant, roles);
        }
        match &grant.target {
            GrantTarget::Tables(names) => {
                let found = self.relations(names)?;
                let grantees = self.grantees(grant)?;
                for relation in found {
                    self.grant_on_relation(&relation, grant, &grantees, false)?;
                }
            }
            GrantTarget::Sequences(names) => {
                let found = self.relations(names)?;
                let grantees = self.grantees(grant)?;
                for (relation, name) in found.iter().zip(names) {
                    if !matches!(relation, Relation::Sequence(_)) {
                        let message = format!("\"{}\" is not a sequence", name.0.last().map_or("", String::as_str));
                        return Err(SqlError::new(SqlState::WrongObjectType, message));
                    }
                    self.grant_on_relation(relation, grant, &grantees, true)?;
                }
            }
            GrantTarget::AllTables(schemas) | GrantTarget::AllSequences(schemas) => {
                let sequences = matches!(grant.target, GrantTarget::AllSequences(_));
                let schemas = schemas.iter().map(|s| self.require_schema(s)).collect::<SqlResult<Vec<Oid>>>()?;
                let grantees = self.grantees(grant)?;
                let wanted = |relation: &&Relation| match relation {
                    Relation::Sequence(_) => sequences,
                    Relation::Table(_) | Relation::View(_) => !sequences,
                    Relation::Index(..) => false,
                };
                let of = |(schema, _): &(Oid, String)| schemas.contains(schema);
                let all = self.now().relations.iter().filter(|(key, _)| of(key)).map(|(_, relation)| relation);
                let found: Vec<Relation> = all.filter(wanted).cloned().collect();
                for relation in found {
                    self.grant_on_relation(&relation, grant, &grantees, sequences)?;
                }
            }
            GrantTarget::Databases(names) => self.grant_on_databases(grant, names)?,
            GrantTarget::Schemas(names) => self.grant_on_schemas(grant, names)?,
            GrantTarget::Roles(_) | GrantTarget::Other => {
                self.grantees(grant)?;
            }
        }
        Ok(())
    }

    /// The relations of these names; system relations, whose lists cannot change, are left out.
    fn relations(&self, names: &[QualifiedName]) -> SqlResult<Vec<Relation>> {
        let mut out = Vec::with_capacity(names.len());
        for name in names {
            let (schema, bare) = self.split(name)?;
            if gavel_catalog::system::relation(schema.unwrap_or("pg_catalog"), bare).is_some() {
                continue;
            }
            match self.find(name)?.ok_or_else(|| undefined_table("relation", name))? {
                Relation::Index(..) => {
                    return Err(SqlError::new(SqlState::WrongObjectType, format!("\"{bare}\" is an index")));
                }
                found => out.push(found),
            }
        }
        Ok(out)
    }

    fn grantees(&self, grant: &Grant) -> SqlResult<Vec<Oid>> {
        let grantees = grant.roles.iter().map(|r| if r == "public" { Ok(acl::PUBLIC) } else { self.role(r) });
        let grantees = grantees.collect::<SqlResult<Vec<Oid>>>()?;
        if !grant.revoke && grant.option && grantees.contains(&acl::PUBLIC) {
            let message = "grant options can only be granted to roles";
            return Err(SqlError::new(SqlState::InvalidGrantOperation, message));
        }
        Ok(grantees)
    }

    fn grant_on_relation(
        &mut self,
        relation: &Relation,
        grant: &Grant,
        grantees: &[Oid],
        as_sequence: bool,
    ) -> SqlResult<()> {
        match relation {
            Relation::Table(_) | Relation::View(_) => {
                let effect = effect(grant, Class::Relation, Class::Relation.all())?;
                self.grant_on_columns(relation, grant, grantees, &effect)?;
            }
            // GRANT … ON TABLE takes tables' privileges for sequences, too; only those of sequences have an effect.
            Relation::Sequence(found) => {
                let allowed =
                    if as_sequence { Class::Sequence.all() } else { Class::Relation.all().or(Class::Sequence.all()) };
                let effect = effect(grant, Class::Sequence, allowed)?;
                let useful = effect.privileges.and(Class::Sequence.all());
                if useful != effect.privileges {
                    let message =
                        format!("sequence \"{}\" only supports USAGE, SELECT, and UPDATE privileges", found.name);
                    self.notices.push(Notice::warning(SqlState::InvalidGrantOperation, message));
                }
                let acl = changed(&found.acl, Class::Sequence, found.owner, grant, grantees, useful)?;
                self.edit().put_sequence(Arc::new(Sequence { acl, ..Sequence::clone(found) }));
            }
            Relation::Index(..) => {}
        }
        Ok(())
    }

    /// A table or view, and its columns. What is revoked from the whole is revoked from every column.
    fn grant_on_columns(
        &mut self,
        relation: &Relation,
        grant: &Grant,
        grantees: &[Oid],
        effect: &Effect,
    ) -> SqlResult<()> {
        let (owner, old, mut columns) = match relation {
            Relation::Table(t) => {
                let with_lists = t.visible_columns().filter_map(|c| Some((c.number, c.acl.clone()?)));
                (t.owner, &t.acl, with_lists.collect::<Vec<_>>())
            }
            Relation::View(v) => (v.owner, &v.acl, v.column_acls.clone()),
            Relation::Sequence(_) | Relation::Index(..) => return Ok(()),
        };
        let whole = if effect.privileges.is_empty() {
            old.clone()
        } else {
            changed(old, Class::Relation, owner, grant, grantees, effect.privileges)?
        };
        let of_columns = effect.privileges.and(Class::Column.all());
        if grant.revoke && !of_columns.is_empty() {
            for (_, items) in &mut columns {
                apply(items, owner, grant, grantees, of_columns)?;
            }
        }
        for (privileges, name) in &effect.columns {
            let number = column_number(relation, name)?;
            let at = columns.iter().position(|c| c.0 == number).unwrap_or_else(|| {
                columns.push((number, Vec::new()));
                columns.len() - 1
            });
            if let Some((_, items)) = columns.get_mut(at) {
                apply(items, owner, grant, grantees, *privileges)?;
            }
        }
        columns.retain(|(_, items)| !items.is_empty());
        match relation {
            Relation::Table(t) => {
                self.edit_table(t.oid, |t| {
                    t.acl = whole;
                    for column in &mut t.columns {
                        column.acl = columns.iter().find(|c| c.0 == column.number).map(|c| c.1.clone());
                    }
                })?;
            }
            Relation::View(v) => {
                let next = View { acl: whole, column_acls: columns, version: v.version + 1, ..View::clone(v) };
                self.edit().put_view(Arc::new(next));
            }
            Relation::Sequence(_) | Relation::Index(..) => {}
        }
        Ok(())
    }

    fn grant_on_databases(&mut self, grant: &Grant, names: &[String]) -> SqlResult<()> {
        let effect = effect(grant, Class::Database, Class::Database.all())?;
        let grantees = self.grantees(grant)?;
        for name in names {
            let found = self.now().databases.get(name).cloned().ok_or_else(|| {
                SqlError::new(SqlState::InvalidCatalogName, format!("database \"{name}\" does not exist"))
            })?;
            let acl = changed(&found.acl, Class::Database, found.owner, grant, &grantees, effect.privileges)?;
            self.edit().put_database(Arc::new(Database { acl, ..Database::clone(&found) }));
        }
        Ok(())
    }

    fn grant_on_schemas(&mut self, grant: &Grant, names: &[String]) -> SqlResult<()> {
        let effect = effect(grant, Class::Schema, Class::Schema.all())?;
        let grantees = self.grantees(grant)?;
        for name in names {
            if gavel_catalog::system::is_system_schema(name) {
                continue;
            }
            self.require_schema(name)?;
            let Some(found) = self.now().schema(name).cloned() else { continue };
            let acl = changed(&found.acl, Class::Schema, found.owner, grant, &grantees, effect.privileges)?;
            self.edit().put_schema(Arc::new(Schema { acl, ..Schema::clone(&found) }));
        }
        Ok(())
    }

    // ---- membership ----

    fn grant_membership(&mut self, grant: &Grant, roles: &[String]) -> SqlResult<()> {
        let roles = roles.iter().map(|r| self.role(r)).collect::<SqlResult<Vec<Oid>>>()?;
        for member in &grant.roles {
            let member = self.role(member)?;
            for role in &roles {
                if grant.revoke {
                    self.leave(*role, member, grant.option_only)?;
                } else {
                    self.join(*role, member, grant.option)?;
                }
            }
        }
        Ok(())
    }

    fn role_of(&self, oid: Oid) -> SqlResult<Arc<Role>> {
        self.now().role_by_oid(oid).cloned().ok_or_else(|| SqlError::internal("role has left the catalog"))
    }

    /// Whether `role` is `of`, or a member of it through others.
    fn is_member(&self, role: Oid, of: Oid) -> bool {
        let mut reached = vec![role];
        let mut at = 0;
        while let Some(&next) = reached.get(at) {
            at += 1;
            if next == of {
                return true;
            }
            for membership in self.now().role_by_oid(next).iter().flat_map(|r| &r.member_of) {
                if !reached.contains(&membership.role) {
                    reached.push(membership.role);
                }
            }
        }
        false
    }

    /// Makes `member` a member of `role`.
    pub(super) fn join(&mut self, role: Oid, member: Oid, admin: bool) -> SqlResult<()> {
        let (group, found) = (self.role_of(role)?, self.role_of(member)?);
        if self.is_member(role, member) {
            let message = format!("role \"{}\" is a member of role \"{}\"", group.name, found.name);
            return Err(SqlError::new(SqlState::InvalidGrantOperation, message));
        }
        let mut next = Role::clone(&found);
        match next.member_of.iter_mut().find(|m| m.role == role) {
            Some(membership) if membership.admin || !admin => {
                let message = format!("role \"{}\" is already a member of role \"{}\"", found.name, group.name);
                self.notice(message);
                return Ok(());
            }
            Some(membership) => membership.admin = true,
            None => next.member_of.push(Membership { role, grantor: self.user, admin }),
        }
        self.edit().put_role(Arc::new(next));
        Ok(())
    }

    fn leave(&mut self, role: Oid, member: Oid, option_only: bool) -> SqlResult<()> {
        let (group, found) = (self.role_of(role)?, self.role_of(member)?);
        let mut next = Role::clone(&found);
        if !next.member_of.iter().any(|m| m.role == role) {
            let message = format!("role \"{}\" is not a member of role \"{}\"", found.name, group.name);
            self.notices.push(Notice::warning(SqlState::Warning, message));
            return Ok(());
        }
        if option_only {
            next.member_of.iter_mut().filter(|m| m.role == role).for_each(|m| m.admin = false);
        } else {
            next.member_of.retain(|m| m.role != role);
        }
        self.edit().put_role(Arc::new(next));
        Ok(())
    }

    // ---- default privileges ----

    pub(super) async fn alter_default_privileges(&mut self, alter: &ast::DefaultPrivileges) -> SqlResult<()> {
        let class = default_class(alter.kind);
        if alter.kind == 'n' && !alter.schemas.is_empty() {
            let message = "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS";
            return Err(SqlError::new(SqlState::InvalidGrantOperation, message));
        }
        if alter.grant.privileges.iter().any(|p| !p.columns.is_empty()) {
            let message = "default privileges cannot be set for columns";
            return Err(SqlError::new(SqlState::InvalidGrantOperation, message));
        }
        let effect = effect(&alter.grant, class, class.all())?;
        let grantees = self.grantees(&alter.grant)?;
        let roles = alter.roles.iter().map(|r| self.role(r)).collect::<SqlResult<Vec<Oid>>>()?;
        let roles = if roles.is_empty() { vec![self.user] } else { roles };
        let schemas = alter.schemas.iter().map(|s| self.require_schema(s)).collect::<SqlResult<Vec<Oid>>>()?;
        if schemas.contains(&gavel_catalog::system::TEMPORARY_SCHEMA) {
            return Err(SqlError::unsupported("default privileges cannot be set for a temporary schema"));
        }
        let schemas = if schemas.is_empty() { vec![Oid(0)] } else { schemas };
        for role in roles {
            for schema in &schemas {
                let same = |d: &&Arc<DefaultPrivileges>| d.role == role && d.schema == *schema && d.kind == alter.kind;
                let old = self.now().default_privileges.values().find(same).cloned();
                let plain = if schema.0 == 0 { acl::default(class, role) } else { Vec::new() };
                let mut items = old.as_ref().map_or_else(|| plain.clone(), |d| d.acl.clone());
                apply(&mut items, role, &alter.grant, &grantees, effect.privileges)?;
                items.sort_by_key(|i| (i.grantee, i.grantor));
                let mut plain = plain;
                plain.sort_by_key(|i| (i.grantee, i.grantor));
                let oid = match &old {
                    Some(old) => old.oid,
                    None => self.host.allocate_oids(1).await?,
                };
                if items == plain {
                    self.edit().default_privileges.remove(&oid);
                } else {
                    let next = DefaultPrivileges { oid, role, schema: *schema, kind: alter.kind, acl: items };
                    self.edit().default_privileges.insert(oid, Arc::new(next));
                }
            }
        }
        Ok(())
    }

    /// The list that a new object gets; `None` if default privileges say nothing else than PostgreSQL.
    pub(super) fn initial_acl(&self, kind: char, owner: Oid, schema: Oid) -> Acl {
        let class = default_class(kind);
        let of = |schema: Oid| {
            let same = |d: &&Arc<DefaultPrivileges>| d.role == owner && d.schema == schema && d.kind == kind;
            self.now().default_privileges.values().find(same)
        };
        let everywhere = of(Oid(0));
        let here = if schema.0 == 0 { None } else { of(schema) };
        if everywhere.is_none() && here.is_none() {
            return None;
        }
        let plain = acl::default(class, owner);
        let mut items = everywhere.map_or_else(|| plain.clone(), |d| d.acl.clone());
        for item in here.iter().flat_map(|d| &d.acl) {
            match items.iter_mut().find(|i| i.grantee == item.grantee && i.grantor == item.grantor) {
                Some(same) => {
                    same.privileges = same.privileges.or(item.privileges);
                    same.grantable = same.grantable.or(item.grantable);
                }
                None => items.push(item.clone()),
            }
        }
        (items != plain).then_some(items)
    }

    // ---- what goes with roles ----

    /// What a role has privileges for, which keeps it from being dropped: a line each.
    pub(super) fn privileged_on(&self, role: Oid) -> Vec<String> {
        let catalog = self.now();
        let named = |items: &[acl::AclItem]| items.iter().any(|i| i.grantee == role || i.grantor == role);
        let of = |acl: &Acl| acl.as_deref().is_some_and(named);
        let mut out = Vec::new();
        out.extend(catalog.databases.values().filter(|d| of(&d.acl)).map(|d| format!("database {}", d.name)));
        out.extend(catalog.schemas.values().filter(|s| of(&s.acl)).map(|s| format!("schema {}", s.name)));
        for t in catalog.tables.values() {
            if of(&t.acl) || t.visible_columns().any(|c| of(&c.acl)) {
                out.push(format!("table {}", self.shown(t.schema, &t.name)));
            }
        }
        for v in catalog.views.values() {
            if of(&v.acl) || v.column_acls.iter().any(|c| named(&c.1)) {
                out.push(format!("view {}", self.shown(v.schema, &v.name)));
            }
        }
        for s in catalog.sequences.values().filter(|s| of(&s.acl)) {
            out.push(format!("sequence {}", self.shown(s.schema, &s.name)));
        }
        for d in catalog.default_privileges.values().filter(|d| d.role == role || named(&d.acl)) {
            let kind = match d.kind {
                'S' => "sequences",
                'f' => "functions",
                'T' => "types",
                'n' => "schemas",
                _ => "relations",
            };
            let owner = catalog.role_by_oid(d.role).map_or("", |r| r.name.as_str());
            let schema = catalog.schema_by_oid(d.schema).map_or(String::new(), |s| format!(" in schema {}", s.name));
            out.push(format!("default privileges on new {kind} belonging to role {owner}{schema}"));
        }
        out
    }

    /// Takes a role that is dropped out of every membership.
    pub(super) fn forget_memberships(&mut self, role: Oid) {
        let touched: Vec<Arc<Role>> =
            self.now().roles.values().filter(|r| r.member_of.iter().any(|m| m.role == role)).cloned().collect();
        for found in touched {
            let mut next = Role::clone(&found);
            next.member_of.retain(|m| m.role != role);
            self.edit().put_role(Arc::new(next));
        }
    }
}

/// The kind of object that `pg_default_acl.defaclobjtype` stands for.
const fn default_class(kind: char) -> Class {
    match kind {
        'S' => Class::Sequence,
        'f' => Class::Function,
        'T' => Class::Type,
        'n' => Class::Schema,
        _ => Class::Relation,
    }
}

fn column_number(relation: &Relation, name: &str) -> SqlResult<i16> {
    let (found, of) = match relation {
        Relation::Table(t) => (t.column_named(name).map(|c| c.number), t.name.as_str()),
        Relation::View(v) => {
            let at = v.columns.iter().position(|c| c.0 == name);
            (at.and_then(|i| i16::try_from(i + 1).ok()), v.name.as_str())
        }
        Relation::Sequence(_) | Relation::Index(..) => (None, ""),
    };
    found.ok_or_else(|| {
        SqlError::new(SqlState::UndefinedColumn, format!("column \"{name}\" of relation \"{of}\" does not exist"))
    })
}
