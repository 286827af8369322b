//! ALTER, DROP and COMMENT ON of operator classes and families.

use std::sync::Arc;

use gavel_binder::ddl::ast::{ClassItem, MemberName, OperatorGroup, OperatorGroupAction, OperatorGroupName};
use gavel_catalog::bootstrap::SUPERUSER;
use gavel_catalog::snapshot::{PG_OPCLASS, PG_OPFAMILY};
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_catalog::{FamilyMember, IndexMethod, UserOperatorClass, UserOperatorFamily};
use gavel_functions::registry;
use gavel_types::text_io::type_name;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::drop::{Object, Plan, depended_upon};
use super::index_key::method;
use super::operator_class::{MeantClass, MeantFamily, duplicate};
use super::operator_member::word;
use super::permit::refused;
use crate::system::operator_classes;

/// A class or a family of users.
#[derive(Clone)]
enum Group {
    Class(Arc<UserOperatorClass>),
    Family(Arc<UserOperatorFamily>),
}

/// What a name turns out to mean.
enum Meant {
    User(Group),
    /// One of PostgreSQL's own.
    System(Oid),
}

impl Group {
    fn owner(&self) -> Oid {
        match self {
            Self::Class(class) => class.owner,
            Self::Family(family) => family.owner,
        }
    }

    fn schema(&self) -> Oid {
        match self {
            Self::Class(class) => class.schema,
            Self::Family(family) => family.schema,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Class(class) => &class.name,
            Self::Family(family) => &family.name,
        }
    }

    fn object(&self) -> Object {
        match self {
            Self::Class(class) => Object::OperatorClass(class.oid),
            Self::Family(family) => Object::OperatorFamily(family.oid),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Class(_) => OperatorGroup::Class.word(),
            Self::Family(_) => OperatorGroup::Family.word(),
        }
    }

    /// The same with another schema, name or owner.
    fn changed(&self, schema: Oid, name: &str, owner: Oid) -> Self {
        let name = name.to_owned();
        match self {
            Self::Class(c) => {
                let version = c.version + 1;
                let next = UserOperatorClass { schema, name, owner, version, ..UserOperatorClass::clone(c) };
                Self::Class(Arc::new(next))
            }
            Self::Family(f) => {
                let version = f.version + 1;
                let next = UserOperatorFamily { schema, name, owner, version, ..UserOperatorFamily::clone(f) };
                Self::Family(Arc::new(next))
            }
        }
    }
}

impl DdlContext<'_> {
    /// A class as messages show it: `operator class int4_ops for access method btree`.
    pub(super) fn operator_class_shown(&self, class: &UserOperatorClass) -> String {
        let name = operator_classes::class_text(self.now(), self.search_path, class);
        format!("operator class {name} for access method {}", class.method.name())
    }

    /// A family as messages show it.
    pub(super) fn operator_family_shown(&self, family: &UserOperatorFamily) -> String {
        let name = operator_classes::family_text(self.now(), self.search_path, family);
        format!("operator family {name} for access method {}", family.method.name())
    }

    /// A member of a family as messages show it:
    /// `operator 1 (integer, integer) of operator family f for access method hash: =(integer,integer)`.
    pub(super) fn family_member_shown(&self, family: Oid, member: Oid) -> String {
        let Some(family) = self.now().operator_family(family) else { return String::new() };
        let Some(found) = family.members().find(|m| m.oid == member) else { return String::new() };
        let function = family.functions.contains(found);
        let object = match (function, self.now().function(found.object), self.now().operator(found.object)) {
            (true, Some(own), _) => self.function_shown(own),
            (false, _, Some(own)) => self.operator_shown(own),
            (true, None, _) => system_function_shown(found.object),
            (false, _, None) => system_operator_shown(found.object),
        };
        let (left, right) = (self.type_shown(found.left), self.type_shown(found.right));
        let (what, number, of) = (word(function), found.number, self.operator_family_shown(family));
        format!("{what} {number} ({left}, {right}) of {of}: {object}")
    }

    fn meant_group(&self, name: &OperatorGroupName) -> SqlResult<Meant> {
        let method = method(Some(&name.method))?;
        Ok(match name.group {
            OperatorGroup::Class => match self.meant_class(method, &name.name)? {
                MeantClass::User(class) => Meant::User(Group::Class(class)),
                MeantClass::System(class) => Meant::System(class.oid),
            },
            OperatorGroup::Family => match self.meant_family(method, &name.name)? {
                MeantFamily::User(family) => Meant::User(Group::Family(family)),
                MeantFamily::System(oid) => Meant::System(oid),
            },
        })
    }

    /// Catalog and OID that a comment is kept by.
    pub(super) fn operator_group_to_comment_on(&self, name: &OperatorGroupName) -> SqlResult<(Oid, Oid)> {
        let (owner, oid) = match self.meant_group(name)? {
            Meant::User(Group::Class(class)) => (class.owner, class.oid),
            Meant::User(Group::Family(family)) => (family.owner, family.oid),
            Meant::System(oid) => (SUPERUSER, oid),
        };
        self.must_own(owner, name.group.word(), &format!("{}.{}", name.method, name.name))?;
        Ok((if name.group == OperatorGroup::Class { PG_OPCLASS } else { PG_OPFAMILY }, oid))
    }

    pub(super) async fn drop_operator_group(
        &mut self,
        name: &OperatorGroupName,
        if_exists: bool,
        cascade: bool,
    ) -> SqlResult<()> {
        let method = method(Some(&name.method))?;
        let group = match self.meant_group(name) {
            Ok(Meant::User(group)) => group,
            Ok(Meant::System(_)) => {
                let (what, by) = (name.group.word(), method.name());
                let bare = name.name.0.last().map_or("", String::as_str);
                return Err(depended_upon(format!(
                    "cannot drop {what} {bare} for access method {by} because it is required by the database system"
                )));
            }
            Err(e) if if_exists && matches!(e.code(), SqlState::UndefinedObject | SqlState::InvalidSchemaName) => {
                self.notice(format!("{}, skipping", e.message()));
                return Ok(());
            }
            Err(e) => return Err(e),
        };
        // The owner of a schema may drop what is in it, too.
        let schema = self.now().schema_by_oid(group.schema()).map(|s| s.owner);
        if !schema.is_some_and(|owner| self.subject.has_privileges_of(owner)) {
            self.must_own(group.owner(), group.word(), &format!("{}.{}", name.method, name.name))?;
        }
        self.drop_all(&[group.object()], cascade).await
    }

    fn put_group(&mut self, group: Group) {
        match group {
            Group::Class(class) => self.edit().put_operator_class(class),
            Group::Family(family) => self.edit().put_operator_family(family),
        }
    }

    /// Gives a class another owner.
    pub(super) fn give_operator_class(&mut self, class: &Arc<UserOperatorClass>, owner: Oid) {
        self.give_group(&Group::Class(Arc::clone(class)), owner);
    }

    /// Gives a family another owner.
    pub(super) fn give_operator_family(&mut self, family: &Arc<UserOperatorFamily>, owner: Oid) {
        self.give_group(&Group::Family(Arc::clone(family)), owner);
    }

    fn give_group(&mut self, group: &Group, owner: Oid) {
        self.catalog.used.insert(owner);
        self.put_group(group.changed(group.schema(), group.name(), owner));
    }

    pub(super) async fn alter_operator_group(
        &mut self,
        name: &OperatorGroupName,
        action: &OperatorGroupAction,
    ) -> SqlResult<()> {
        let members = matches!(action, OperatorGroupAction::Add(_) | OperatorGroupAction::Drop(_));
        let group = match self.meant_group(name)? {
            _ if members && !self.subject.superuser => {
                return Err(refused("must be superuser to alter an operator family"));
            }
            Meant::User(group) => group,
            Meant::System(_) => {
                let message = "operator classes and families of PostgreSQL's own cannot be altered";
                return Err(SqlError::unsupported(message).hint("Make a family with CREATE OPERATOR FAMILY."));
            }
        };
        let method = method(Some(&name.method))?;
        match (action, &group) {
            (OperatorGroupAction::Add(items), Group::Family(family)) => self.add_to_family(family, method, items).await,
            (OperatorGroupAction::Drop(members), Group::Family(family)) => {
                self.drop_from_family(family, method, members)
            }
            (OperatorGroupAction::Rename(new), _) => {
                self.must_own(group.owner(), group.word(), group.name())?;
                self.require_creation(&self.subject, group.schema())?;
                self.require_free_group(&group, group.schema(), new, method)?;
                self.put_group(group.changed(group.schema(), new, group.owner()));
                Ok(())
            }
            (OperatorGroupAction::Owner(role), _) => {
                self.must_own(group.owner(), group.word(), group.name())?;
                let owner = self.role(role)?;
                if owner != group.owner() {
                    self.may_give(owner, Some(group.schema()))?;
                    self.give_group(&group, owner);
                }
                Ok(())
            }
            (OperatorGroupAction::SetSchema(schema), _) => {
                let target = self.schema(schema)?;
                self.require_creation(&self.subject, target.oid)?;
                self.must_own(group.owner(), group.word(), group.name())?;
                if target.oid == group.schema() {
                    return Ok(());
                }
                if target.oid == TEMPORARY_SCHEMA {
                    return Err(SqlError::unsupported("cannot move objects into or out of temporary schemas"));
                }
                self.require_free_group(&group, target.oid, group.name(), method)?;
                self.catalog.used.insert(target.oid);
                self.put_group(group.changed(target.oid, group.name(), group.owner()));
                Ok(())
            }
            (OperatorGroupAction::Add(_) | OperatorGroupAction::Drop(_), Group::Class(_)) => {
                Err(SqlError::internal("operator classes have no members of their own"))
            }
        }
    }

    /// # Errors
    /// 42710 if there is one of that name.
    fn require_free_group(&self, group: &Group, schema: Oid, name: &str, method: IndexMethod) -> SqlResult<()> {
        let taken = match group {
            Group::Class(_) => self.now().operator_class_named(schema, method, name).is_some(),
            Group::Family(_) => self.now().operator_family_named(schema, method, name).is_some(),
        };
        if !taken {
            return Ok(());
        }
        let (what, by) = (group.word(), method.name());
        let within = self.now().schema_by_oid(schema).map_or("", |s| s.name.as_str());
        Err(duplicate(format!("{what} \"{name}\" for access method \"{by}\" already exists in schema \"{within}\"")))
    }

    async fn add_to_family(
        &mut self,
        family: &Arc<UserOperatorFamily>,
        method: IndexMethod,
        items: &[ClassItem],
    ) -> SqlResult<()> {
        let mut members = Vec::new();
        for item in items {
            let Some(member) = self.member(method, item, None)? else {
                let message = "STORAGE cannot be specified in ALTER OPERATOR FAMILY";
                return Err(SqlError::new(SqlState::SyntaxError, message));
            };
            member.join(&mut members, |ty| self.type_shown(ty))?;
        }
        if let Some(taken) = members.iter().find(|m| m.is_in(family)) {
            let (left, right) = (self.type_shown(taken.left), self.type_shown(taken.right));
            let (what, number, name) = (word(taken.function), taken.number, &family.name);
            return Err(duplicate(format!(
                "{what} {number}({left},{right}) already exists in operator family \"{name}\""
            )));
        }
        let mut next = UserOperatorFamily::clone(family);
        self.add_members(&mut next, &members, None).await?;
        self.edit().put_operator_family(Arc::new(next));
        Ok(())
    }

    fn drop_from_family(
        &mut self,
        family: &Arc<UserOperatorFamily>,
        method: IndexMethod,
        members: &[MemberName],
    ) -> SqlResult<()> {
        let mut named = Vec::new();
        for member in members {
            let named_one = self.named_member(method, (member.function, member.number), &member.types)?;
            named_one.join(&mut named, |ty| self.type_shown(ty))?;
        }
        for member in named {
            let list = if member.function { &family.functions } else { &family.operators };
            let place = (member.number, member.left, member.right);
            let Some(found) = list.iter().find(|m| m.place() == place) else {
                let (left, right) = (self.type_shown(member.left), self.type_shown(member.right));
                let (what, number, name) = (word(member.function), member.number, &family.name);
                let message = format!("{what} {number}({left},{right}) does not exist in operator family \"{name}\"");
                return Err(SqlError::new(SqlState::UndefinedObject, message));
            };
            if let Some(class) = self.now().operator_class(found.class) {
                let (what, of) = (self.family_member_shown(family.oid, found.oid), self.operator_class_shown(class));
                return Err(depended_upon(format!("cannot drop {what} because {of} requires it"))
                    .hint(format!("You can drop {of} instead.")));
            }
            self.remove_member(family.oid, found.oid);
        }
        Ok(())
    }

    /// What goes by a class, and what is bound to it.
    pub(super) fn operator_class_goes(&self, oid: Oid, on: &str, plan: &mut Plan) {
        for table in self.now().tables.values() {
            if table.partitioned.iter().flat_map(|key| &key.parts).any(|part| part.class == oid) {
                plan.depend(Object::Table(table.oid), on);
            }
            // What is a part of another index goes with it.
            for index in table.indexes.iter().filter(|i| i.parent.is_none() && i.classes.contains(&oid)) {
                plan.depend(Object::Index(table.oid, index.oid), on);
            }
        }
        for family in self.now().operator_families.values() {
            for member in family.members().filter(|m| m.class == oid) {
                plan.take(Object::FamilyMember(family.oid, member.oid));
            }
        }
    }

    /// The classes that cannot do without an operator or function, and the families that have it loosely.
    pub(super) fn member_goes(&self, object: Oid, on: &str, plan: &mut Plan) {
        for family in self.now().operator_families.values() {
            for member in family.members().filter(|m| m.object == object) {
                if member.class.0 == 0 {
                    plan.take(Object::FamilyMember(family.oid, member.oid));
                } else {
                    plan.depend(Object::OperatorClass(member.class), on);
                }
            }
        }
    }

    /// The classes of a family, which go with it.
    pub(super) fn operator_family_goes(&self, oid: Oid, plan: &mut Plan) {
        for class in self.now().operator_classes.values().filter(|c| c.family == oid) {
            plan.take(Object::OperatorClass(class.oid));
        }
    }

    /// Takes an operator or function out of its family.
    pub(super) fn remove_member(&mut self, family: Oid, member: Oid) {
        let Some(found) = self.now().operator_family(family) else { return };
        let mut next = UserOperatorFamily { version: found.version + 1, ..UserOperatorFamily::clone(found) };
        let stays = |m: &FamilyMember| m.oid != member;
        next.operators.retain(stays);
        next.functions.retain(stays);
        self.edit().put_operator_family(Arc::new(next));
    }
}

fn system_operator_shown(oid: Oid) -> String {
    registry::operator(oid)
        .map_or_else(String::new, |o| format!("{}({},{})", o.name, type_name(o.left), type_name(o.right)))
}

fn system_function_shown(oid: Oid) -> String {
    registry::proc(oid).map_or_else(String::new, |p| {
        let types: Vec<String> = p.args.iter().map(|ty| type_name(*ty)).collect();
        format!("{}({})", p.name, types.join(","))
    })
}
