//! GRANT and REVOKE of privileges.
//!
//! Whoever may not grant all that is said grants what it may, and is warned. It grants as the owner if it has the owner's
//! privileges, else as the one among its roles that may grant most.

use std::sync::Arc;

use gavel_binder::ddl::ast::{Grant, GrantTarget, QualifiedName, WrittenKind};
use gavel_catalog::acl::{self, Acl, AclItem, Change, Class, Privileges};
use gavel_catalog::bootstrap::SUPERUSER;
use gavel_catalog::privilege::{TABLEOID_COLUMN, denied};
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::SQL_LANGUAGE;
use gavel_catalog::{Database, Function, Schema, Sequence, SystemPrivileges, View, predefined};
use gavel_functions::registry;
use gavel_types::{Notice, Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::drop::is_system_column;
use super::function_change::{Meant, is_of, word};
use super::names::undefined_table;
use super::permit::{refused, securable};
use super::user_type::undefined_type;

/// What a statement does to one kind of object.
pub(super) struct Effect {
    pub privileges: Privileges,
    /// ALL was said.
    pub all: bool,
    /// Privileges by column; whether ALL was said.
    columns: Vec<(Privileges, bool, String)>,
}

/// Something that has a list.
#[derive(Clone, Copy)]
pub(super) struct On<'a> {
    pub class: Class,
    pub owner: Oid,
    pub kind: &'a str,
    pub name: &'a str,
    pub column: Option<&'a str>,
}

impl On<'_> {
    /// As warnings name it.
    fn shown(&self) -> String {
        match self.column {
            Some(column) => format!("column \"{column}\" of relation \"{}\"", self.name),
            None => format!("\"{}\"", self.name),
        }
    }

    fn denied(&self) -> SqlError {
        match self.column {
            Some(_) => refused(format!("permission denied for {}", self.shown())),
            None => denied(self.kind, self.name),
        }
    }
}

fn unchanged(why: acl::Refused) -> SqlError {
    match why {
        acl::Refused::DependentPrivileges => {
            let message = "dependent privileges exist";
            SqlError::new(SqlState::DependentObjectsStillExist, message).hint("Use CASCADE to revoke them too.")
        }
        acl::Refused::Circular => {
            let message = "grant options cannot be granted back to your own grantor";
            SqlError::new(SqlState::InvalidGrantOperation, message)
        }
    }
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
pub(super) fn effect(grant: &Grant, class: Class, allowed: Privileges) -> SqlResult<Effect> {
    let mut out = Effect { privileges: Privileges::NONE, all: false, columns: Vec::new() };
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
        let all = privilege.name == "all";
        if of_columns {
            for column in &privilege.columns {
                match out.columns.iter_mut().find(|c| c.2 == *column) {
                    Some(same) => (same.0, same.1) = (same.0.or(named), same.1 || all),
                    None => out.columns.push((named, all, column.clone())),
                }
            }
        } else {
            out.privileges = out.privileges.or(named);
            out.all |= all;
        }
    }
    Ok(out)
}

/// Changes a list for every grantee, as `grantor`.
pub(super) fn apply(
    items: &mut Vec<AclItem>,
    owner: Oid,
    grantor: Oid,
    grant: &Grant,
    grantees: &[Oid],
    privileges: Privileges,
) -> SqlResult<()> {
    for grantee in grantees {
        let change = Change {
            revoke: grant.revoke,
            option: if grant.revoke { grant.option_only } else { grant.option },
            privileges,
            grantor,
            grantee: *grantee,
            cascade: grant.cascade,
        };
        acl::change(items, owner, &change).map_err(unchanged)?;
    }
    Ok(())
}

impl DdlContext<'_> {
    /// As whom the current role changes the list, and which of the privileges it may.
    ///
    /// # Errors
    /// 42501 if it may grant none of them, and has no privilege at all.
    fn grantor(
        &mut self,
        on: On<'_>,
        items: &[AclItem],
        held: Privileges,
        (privileges, all): (Privileges, bool),
        grant: &Grant,
    ) -> SqlResult<(Oid, Privileges)> {
        let owner = on.owner;
        let (grantor, may) = match self.subject.superuser {
            true => (owner, privileges),
            false => acl::best_grantor(items, owner, self.subject.roles(), privileges),
        };
        if may.is_empty() {
            let listed = Some(items.to_vec());
            if held.is_empty() && self.subject.grantable(on.class, &listed, owner).is_empty() {
                return Err(on.denied());
            }
        }
        let (code, verb) = match grant.revoke {
            true => (SqlState::PrivilegeNotRevoked, "could be revoked"),
            false => (SqlState::PrivilegeNotGranted, "were granted"),
        };
        if may.is_empty() {
            self.notices.push(Notice::warning(code, format!("no privileges {verb} for {}", on.shown())));
        } else if !all && may != privileges {
            self.notices.push(Notice::warning(code, format!("not all privileges {verb} for {}", on.shown())));
        }
        Ok((grantor, may))
    }

    /// A list after the change for every grantee.
    pub(super) fn changed(
        &mut self,
        on: On<'_>,
        old: &Acl,
        held: Privileges,
        privileges: (Privileges, bool),
        grant: &Grant,
        grantees: &[Oid],
    ) -> SqlResult<Acl> {
        let mut items = old.clone().unwrap_or_else(|| acl::default(on.class, on.owner));
        let (grantor, may) = self.grantor(on, &items, held, privileges, grant)?;
        apply(&mut items, on.owner, grantor, grant, grantees, may)?;
        Ok(Some(items))
    }

    /// GRANT and REVOKE. Names must exist, whatever is granted on them.
    pub(super) fn grant(&mut self, grant: &Grant) -> SqlResult<()> {
        if let GrantTarget::Roles(roles) = &grant.target {
            return self.grant_membership(grant, roles);
        }
        self.require_own_grant(grant)?;
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
            GrantTarget::Types(names, domains) => self.grant_on_types(grant, names, *domains)?,
            GrantTarget::Functions(kind, names) => {
                let found = names.iter().map(|n| self.meant(*kind, n)).collect::<SqlResult<Vec<Meant>>>()?;
                self.grant_on_functions(grant, *kind, found)?;
            }
            GrantTarget::AllFunctions(kind, schemas) => {
                let schemas = schemas.iter().map(|s| self.require_schema(s)).collect::<SqlResult<Vec<Oid>>>()?;
                let of = |f: &&Arc<Function>| schemas.contains(&f.schema) && is_of(f, *kind);
                let found = self.now().functions.values().filter(of).cloned().map(Meant::User).collect();
                self.grant_on_functions(grant, *kind, found)?;
            }
            GrantTarget::Languages(names) => self.grant_on_languages(grant, names)?,
            GrantTarget::Roles(_) | GrantTarget::LargeObjects(_) | GrantTarget::Other => {
                self.grantees(grant)?;
            }
        }
        Ok(())
    }

    /// # Errors
    /// 0A000 for GRANTED BY somebody else than the current role.
    pub(super) fn require_own_grant(&self, grant: &Grant) -> SqlResult<()> {
        if let Some(by) = &grant.granted_by
            && self.role(by)? != self.user
        {
            return Err(SqlError::unsupported("grantor must be current user"));
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

    pub(super) fn grantees(&self, grant: &Grant) -> SqlResult<Vec<Oid>> {
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
                let (class, owner, kind) = (Class::Sequence, found.owner, "sequence");
                let on = On { class, owner, kind, name: &found.name, column: None };
                let held = self.subject.on_relation(&securable(relation));
                let acl = self.changed(on, &found.acl, held, (useful, effect.all), grant, grantees)?;
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
                let system = t.tableoid_acl.clone().map(|items| (TABLEOID_COLUMN, items));
                (t.owner, &t.acl, with_lists.chain(system).collect::<Vec<_>>())
            }
            Relation::View(v) => (v.owner, &v.acl, v.column_acls.clone()),
            Relation::Sequence(_) | Relation::Index(..) => return Ok(()),
        };
        let of = securable(relation);
        let on = On { class: Class::Relation, owner, kind: of.kind(), name: of.name(), column: None };
        let held = self.subject.on_relation(&of);
        let before = old.clone().unwrap_or_else(|| acl::default(Class::Relation, owner));
        let whole = if effect.privileges.is_empty() {
            old.clone()
        } else {
            self.changed(on, old, held, (effect.privileges, effect.all), grant, grantees)?
        };
        let of_columns = effect.privileges.and(Class::Column.all());
        if grant.revoke && !of_columns.is_empty() {
            // What could not be revoked has been told of the whole.
            for (_, items) in &mut columns {
                let (grantor, may) = self.silent_grantor(owner, &before, items, of_columns);
                apply(items, owner, grantor, grant, grantees, may)?;
            }
        }
        for (privileges, all, name) in &effect.columns {
            let system = matches!(relation, Relation::Table(_)) && is_system_column(name);
            // Of those on system columns only what can be read is kept.
            if system && name.as_str() != "tableoid" {
                continue;
            }
            let number = if system { TABLEOID_COLUMN } else { column_number(relation, name)? };
            let at = columns.iter().position(|c| c.0 == number).unwrap_or_else(|| {
                columns.push((number, Vec::new()));
                columns.len() - 1
            });
            let Some((_, items)) = columns.get_mut(at) else { continue };
            // Who may grant on the whole may grant on its columns.
            let lists = [before.as_slice(), items.as_slice()].concat();
            let on = On { class: Class::Column, column: Some(name), ..on };
            let held = held.or(self.subject.on_column(&of, number));
            let (grantor, may) = self.grantor(on, &lists, held, (*privileges, *all), grant)?;
            apply(items, owner, grantor, grant, grantees, may)?;
        }
        columns.retain(|(_, items)| !items.is_empty());
        match relation {
            Relation::Table(t) => {
                self.edit_table(t.oid, |t| {
                    t.acl = whole;
                    t.tableoid_acl = columns.iter().find(|c| c.0 == TABLEOID_COLUMN).map(|c| c.1.clone());
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

    fn silent_grantor(
        &self,
        owner: Oid,
        whole: &[AclItem],
        column: &[AclItem],
        privileges: Privileges,
    ) -> (Oid, Privileges) {
        match self.subject.superuser {
            true => (owner, privileges),
            false => acl::best_grantor(&[whole, column].concat(), owner, self.subject.roles(), privileges),
        }
    }

    fn grant_on_databases(&mut self, grant: &Grant, names: &[String]) -> SqlResult<()> {
        let effect = effect(grant, Class::Database, Class::Database.all())?;
        let grantees = self.grantees(grant)?;
        for name in names {
            let found = self.now().databases.get(name).cloned().ok_or_else(|| {
                SqlError::new(SqlState::InvalidCatalogName, format!("database \"{name}\" does not exist"))
            })?;
            let on = On { class: Class::Database, owner: found.owner, kind: "database", name, column: None };
            let held = self.subject.on_database(&found);
            let acl = self.changed(on, &found.acl, held, (effect.privileges, effect.all), grant, &grantees)?;
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
            let on = On { class: Class::Schema, owner: found.owner, kind: "schema", name, column: None };
            let held = self.subject.on_schema(&found);
            let acl = self.changed(on, &found.acl, held, (effect.privileges, effect.all), grant, &grantees)?;
            self.edit().put_schema(Arc::new(Schema { acl, ..Schema::clone(&found) }));
        }
        Ok(())
    }

    fn grant_on_functions(&mut self, grant: &Grant, kind: WrittenKind, found: Vec<Meant>) -> SqlResult<()> {
        let class = Class::Function;
        let effect = effect(grant, class, class.all()).map_err(|e| {
            let message = e.message().strip_suffix(" for function").map(|m| format!("{m} for {}", word(kind)));
            message.map_or(e, |message| SqlError::new(SqlState::InvalidGrantOperation, message))
        })?;
        let grantees = self.grantees(grant)?;
        let wanted = (effect.privileges, effect.all);
        for found in found {
            match found {
                Meant::User(f) => {
                    let on = On { class, owner: f.owner, kind: "function", name: &f.name, column: None };
                    let held = self.subject.on_routine(&f);
                    let acl = self.changed(on, &f.acl, held, wanted, grant, &grantees)?;
                    let version = f.version + 1;
                    self.edit().put_function(Arc::new(Function { acl, version, ..Function::clone(&f) }));
                }
                Meant::System(oid) => {
                    let name = registry::proc(oid).map_or("", |p| p.name);
                    let on = On { class, owner: SUPERUSER, kind: "function", name, column: None };
                    let held = self.subject.on_function(self.now(), oid);
                    let before = predefined::function_acl(oid);
                    self.grant_on_system(on, oid, before, held, wanted, grant, &grantees)?;
                }
            }
        }
        Ok(())
    }

    fn grant_on_languages(&mut self, grant: &Grant, names: &[String]) -> SqlResult<()> {
        let class = Class::Language;
        let effect = effect(grant, class, class.all())?;
        let grantees = self.grantees(grant)?;
        for name in names {
            let oid = match name.as_str() {
                "sql" => SQL_LANGUAGE,
                // There is nothing that it could be used for.
                "plpgsql" => continue,
                "c" | "internal" => {
                    let message = format!("language \"{name}\" is not trusted");
                    return Err(SqlError::new(SqlState::WrongObjectType, message).detail(
                        "GRANT and REVOKE are not allowed on untrusted languages, because only superusers can use \
                         untrusted languages.",
                    ));
                }
                _ => {
                    let message = format!("language \"{name}\" does not exist");
                    return Err(SqlError::new(SqlState::UndefinedObject, message));
                }
            };
            let on = On { class, owner: SUPERUSER, kind: "language", name, column: None };
            let held = self.subject.on_language(self.now(), oid);
            let before = acl::default(class, SUPERUSER);
            self.grant_on_system(on, oid, before, held, (effect.privileges, effect.all), grant, &grantees)?;
        }
        Ok(())
    }

    /// The same on something of the system, which comes with the list `before`.
    #[allow(clippy::too_many_arguments, reason = "the parts of a change, and what is changed")]
    fn grant_on_system(
        &mut self,
        on: On<'_>,
        oid: Oid,
        before: Vec<AclItem>,
        held: Privileges,
        wanted: (Privileges, bool),
        grant: &Grant,
        grantees: &[Oid],
    ) -> SqlResult<()> {
        let own = self.now().system_privileges.get(&oid).map(|p| p.acl.clone());
        let acl = self.changed(on, &own.or(Some(before)), held, wanted, grant, grantees)?.unwrap_or_default();
        self.edit().system_privileges.insert(oid, Arc::new(SystemPrivileges { oid, acl }));
        Ok(())
    }

    /// Lists of types of the system cannot change, nor can those of row types.
    fn grant_on_types(&mut self, grant: &Grant, names: &[QualifiedName], domains: bool) -> SqlResult<()> {
        let effect = effect(grant, Class::Type, Class::Type.all())?;
        let found = names.iter().map(|n| self.find_type(n)?.ok_or_else(|| undefined_type(n)));
        let found = found.collect::<SqlResult<Vec<Oid>>>()?;
        let grantees = self.grantees(grant)?;
        for (oid, name) in found.into_iter().zip(names) {
            if domains && !oid.is_domain() {
                let message = format!("\"{}\" is not a domain", name.0.last().map_or("", String::as_str));
                return Err(SqlError::new(SqlState::WrongObjectType, message));
            }
            if oid.is_user_array() {
                return Err(SqlError::new(SqlState::InvalidGrantOperation, "cannot set privileges of array types")
                    .hint("Set the privileges of the element type instead."));
            }
            let Some(ty) = self.now().user_type(oid).cloned() else { continue };
            let on = On { class: Class::Type, owner: ty.owner, kind: "type", name: &ty.name, column: None };
            let held = self.subject.on_type(&ty);
            let acl = self.changed(on, &ty.acl, held, (effect.privileges, effect.all), grant, &grantees)?;
            self.edit_type(&ty, |t| t.acl = acl);
        }
        Ok(())
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
