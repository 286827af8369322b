//! What a role owns and has privileges for: it keeps the role from being dropped, until REASSIGN OWNED and DROP OWNED have
//! taken it away. Other databases are not looked into.

use std::collections::BTreeMap;
use std::sync::Arc;

use gavel_catalog::acl::{self, Acl, AclItem};
use gavel_catalog::bootstrap::SUPERUSER;
use gavel_catalog::privilege::TABLEOID_COLUMN;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::{
    Database, DefaultPrivileges, Function, LargeObject, Role, Schema, Sequence, SystemPrivileges, UserType, View,
};
use gavel_functions::registry;
use gavel_types::text_io::type_name;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::default_privileges::shown_kind;
use super::drop::Object;
use super::large_object::dependence;
use super::permit::refused;

/// What depends on a role, by OID and column in the order in which PostgreSQL tells it.
type Dependents = BTreeMap<(u32, i16, bool), String>;

fn names(items: &[AclItem], role: Oid) -> bool {
    items.iter().any(|i| i.grantee == role || i.grantor == role)
}

fn listed(acl: &Acl, role: Oid) -> bool {
    acl.as_deref().is_some_and(|items| names(items, role))
}

/// The list without what was granted to `role`.
fn without(acl: &Acl, owner: Oid, role: Oid) -> Acl {
    let mut items = acl.clone()?;
    acl::forget(&mut items, owner, role);
    Some(items)
}

/// A function or language of the system, as descriptions name it.
fn described_of_system(oid: Oid) -> String {
    match registry::proc(oid) {
        Some(p) => {
            let types: Vec<String> = p.args.iter().map(|ty| type_name(*ty)).collect();
            format!("function {}({})", p.name, types.join(","))
        }
        None => "language sql".to_owned(),
    }
}

impl DdlContext<'_> {
    /// # Errors
    /// 2BP01 with a line for each thing that the role owns or has privileges for.
    pub(super) fn require_unused_role(&self, role: &Role, large_objects: &[(Oid, LargeObject)]) -> SqlResult<()> {
        let mut dependents = self.dependents_of(role.oid);
        for (oid, object) in large_objects {
            if let Some((listed, line)) = dependence(*oid, object, role.oid) {
                // Their OIDs may be those of other objects, too: these come first.
                dependents.insert((oid.0, i16::MAX, listed), line);
            }
        }
        let lines: Vec<String> = dependents.into_values().collect();
        if lines.is_empty() {
            return Ok(());
        }
        let message = format!("role \"{}\" cannot be dropped because some objects depend on it", role.name);
        Err(SqlError::new(SqlState::DependentObjectsStillExist, message).detail(lines.join("\n")))
    }

    fn dependents_of(&self, role: Oid) -> Dependents {
        let catalog = self.now();
        let mut out = Dependents::new();
        let mut add = |oid: u32, owner: Oid, acl: &Acl, what: &dyn Fn() -> String| {
            if owner == role {
                out.insert((oid, 0, false), format!("owner of {}", what()));
            } else if listed(acl, role) {
                out.insert((oid, 0, true), format!("privileges for {}", what()));
            }
        };
        for d in catalog.databases.values() {
            add(d.oid.0, d.owner, &d.acl, &|| format!("database {}", d.name));
        }
        for s in catalog.schemas.values() {
            add(s.oid.0, s.owner, &s.acl, &|| self.described(&Object::Schema(s.oid)));
        }
        for t in catalog.tables.values() {
            add(t.oid.0, t.owner, &t.acl, &|| self.described(&Object::Table(t.oid)));
        }
        for v in catalog.views.values() {
            add(v.oid.0, v.owner, &v.acl, &|| self.described(&Object::View(v.oid)));
        }
        for s in catalog.sequences.values() {
            add(s.oid.0, s.owner, &s.acl, &|| self.described(&Object::Sequence(s.oid)));
        }
        for t in catalog.types.values() {
            add(t.oid.type_number(), t.owner, &t.acl, &|| self.described(&Object::Type(t.oid)));
        }
        for f in catalog.functions.values() {
            add(f.oid.0, f.owner, &f.acl, &|| self.described(&Object::Function(f.oid)));
        }
        for o in catalog.operators.values() {
            add(o.oid.0, o.owner, &None, &|| self.described(&Object::Operator(o.oid)));
        }
        for f in catalog.operator_families.values() {
            add(f.oid.0, f.owner, &None, &|| self.described(&Object::OperatorFamily(f.oid)));
        }
        for c in catalog.operator_classes.values() {
            add(c.oid.0, c.owner, &None, &|| self.described(&Object::OperatorClass(c.oid)));
        }
        for p in catalog.system_privileges.values() {
            add(p.oid.0, SUPERUSER, &Some(p.acl.clone()), &|| described_of_system(p.oid));
        }
        for d in catalog.default_privileges.values() {
            let what = || {
                let owner = catalog.role_by_oid(d.role).map_or("", |r| r.name.as_str());
                let schema = catalog.schema_by_oid(d.schema);
                let schema = schema.map_or(String::new(), |s| format!(" in schema {}", s.name));
                let kind = shown_kind(d.kind);
                format!("default privileges on new {kind} belonging to role {owner}{schema}")
            };
            add(d.oid.0, d.role, &Some(d.acl.clone()), &what);
        }
        for t in catalog.tables.values().filter(|t| t.owner != role) {
            for c in t.visible_columns().filter(|c| listed(&c.acl, role)) {
                let what = self.described(&Object::Column(t.oid, c.number));
                out.insert((t.oid.0, c.number, true), format!("privileges for {what}"));
            }
            if listed(&t.tableoid_acl, role) {
                let what = format!("column tableoid of {}", self.described(&Object::Table(t.oid)));
                out.insert((t.oid.0, TABLEOID_COLUMN, true), format!("privileges for {what}"));
            }
        }
        for t in catalog.tables.values() {
            for p in t.row_security.policies.iter().filter(|p| p.roles.contains(&role)) {
                let what = self.described(&Object::Policy(t.oid, p.oid));
                out.insert((p.oid.0, 0, true), format!("target of {what}"));
            }
        }
        for v in catalog.views.values().filter(|v| v.owner != role) {
            for (number, _) in v.column_acls.iter().filter(|c| names(&c.1, role)) {
                let at = usize::try_from(*number).ok().and_then(|n| n.checked_sub(1));
                let column = at.and_then(|at| v.columns.get(at)).map_or("", |c| c.0.as_str());
                let what = format!("column {column} of {}", self.described(&Object::View(v.oid)));
                out.insert((v.oid.0, *number, true), format!("privileges for {what}"));
            }
        }
        out
    }

    /// The roles of these names, whose objects are given away or dropped.
    fn roles_to_empty(&self, names: &[String], denied: &str, pinned: &str) -> SqlResult<Vec<Oid>> {
        let roles = names.iter().map(|r| self.role(r)).collect::<SqlResult<Vec<Oid>>>()?;
        for role in &roles {
            if !self.subject.has_privileges_of(*role) {
                return Err(refused(denied));
            }
            if *role < gavel_catalog::system::FIRST_USER_OID {
                let name = self.role_of(*role)?.name.clone();
                let message = pinned.replace("%s", &format!("role {name}"));
                return Err(SqlError::new(SqlState::DependentObjectsStillExist, message));
            }
        }
        Ok(roles)
    }

    pub(super) fn reassign_owned(&mut self, roles: &[String], to: &str) -> SqlResult<()> {
        let denied = "permission denied to reassign objects";
        let pinned =
            "cannot reassign ownership of objects owned by %s because they are required by the database system";
        let roles = self.roles_to_empty(roles, denied, pinned)?;
        let owner = self.role(to)?;
        if !self.subject.has_privileges_of(owner) {
            return Err(refused(denied));
        }
        let gone = |of: Oid| roles.contains(&of);
        let catalog = Arc::clone(self.now());
        for d in catalog.databases.values().filter(|d| gone(d.owner)) {
            let acl = d.acl.as_ref().map(|items| acl::new_owner(items, d.owner, owner));
            self.edit().put_database(Arc::new(Database { owner, acl, ..Database::clone(d) }));
        }
        for s in catalog.schemas.values().filter(|s| gone(s.owner)) {
            self.give_schema(s, owner);
        }
        for t in catalog.types.values().filter(|t| gone(t.owner)) {
            self.give_type(t, owner);
        }
        for f in catalog.functions.values().filter(|f| gone(f.owner)) {
            self.give_function(f, owner);
        }
        for o in catalog.operators.values().filter(|o| gone(o.owner)) {
            self.give_operator(o, owner);
        }
        for f in catalog.operator_families.values().filter(|f| gone(f.owner)) {
            self.give_operator_family(f, owner);
        }
        for c in catalog.operator_classes.values().filter(|c| gone(c.owner)) {
            self.give_operator_class(c, owner);
        }
        let tables = catalog.tables.values().filter(|t| gone(t.owner)).cloned().map(Relation::Table);
        let views = catalog.views.values().filter(|v| gone(v.owner)).cloned().map(Relation::View);
        for relation in tables.chain(views) {
            self.give_relation(&relation, owner)?;
        }
        // Those that belong to tables have been given with them.
        let rest: Vec<_> = self.now().sequences.values().filter(|s| gone(s.owner)).cloned().collect();
        for sequence in rest {
            self.give_relation(&Relation::Sequence(sequence), owner)?;
        }
        Ok(())
    }

    pub(super) async fn drop_owned(&mut self, roles: &[String], cascade: bool) -> SqlResult<()> {
        let denied = "permission denied to drop objects";
        let pinned = "cannot drop objects owned by %s because they are required by the database system";
        let roles = self.roles_to_empty(roles, denied, pinned)?;
        let catalog = Arc::clone(self.now());
        let gone = |of: Oid| roles.contains(&of);
        let mut objects: Vec<Object> = Vec::new();
        objects.extend(catalog.tables.values().filter(|t| gone(t.owner)).map(|t| Object::Table(t.oid)));
        objects.extend(catalog.views.values().filter(|v| gone(v.owner)).map(|v| Object::View(v.oid)));
        let alone = |s: &&Arc<Sequence>| gone(s.owner) && s.owned_by.is_none();
        objects.extend(catalog.sequences.values().filter(alone).map(|s| Object::Sequence(s.oid)));
        objects.extend(catalog.types.values().filter(|t| gone(t.owner)).map(|t| Object::Type(t.oid)));
        objects.extend(catalog.functions.values().filter(|f| gone(f.owner)).map(|f| Object::Function(f.oid)));
        objects.extend(catalog.operators.values().filter(|o| gone(o.owner)).map(|o| Object::Operator(o.oid)));
        let families = catalog.operator_families.values().filter(|f| gone(f.owner));
        objects.extend(families.map(|f| Object::OperatorFamily(f.oid)));
        let classes = catalog.operator_classes.values().filter(|c| gone(c.owner));
        objects.extend(classes.map(|c| Object::OperatorClass(c.oid)));
        objects.extend(catalog.schemas.values().filter(|s| gone(s.owner)).map(|s| Object::Schema(s.oid)));
        self.drop_all(&objects, cascade).await?;
        for role in roles {
            self.forget_privileges(role)?;
        }
        Ok(())
    }

    /// Revokes everything that was granted to a role, and forgets what its new objects were to be granted.
    fn forget_privileges(&mut self, role: Oid) -> SqlResult<()> {
        let catalog = Arc::clone(self.now());
        self.forget_role_of_policies(&catalog, role)?;
        for d in catalog.databases.values().filter(|d| listed(&d.acl, role)) {
            let acl = without(&d.acl, d.owner, role);
            self.edit().put_database(Arc::new(Database { acl, ..Database::clone(d) }));
        }
        for s in catalog.schemas.values().filter(|s| listed(&s.acl, role)) {
            let acl = without(&s.acl, s.owner, role);
            self.edit().put_schema(Arc::new(Schema { acl, ..Schema::clone(s) }));
        }
        for t in catalog.types.values().filter(|t| listed(&t.acl, role)) {
            let (acl, version) = (without(&t.acl, t.owner, role), t.version + 1);
            self.edit().put_type(Arc::new(UserType { acl, version, ..UserType::clone(t) }));
        }
        for f in catalog.functions.values().filter(|f| listed(&f.acl, role)) {
            let (acl, version) = (without(&f.acl, f.owner, role), f.version + 1);
            self.edit().put_function(Arc::new(Function { acl, version, ..Function::clone(f) }));
        }
        for s in catalog.sequences.values().filter(|s| listed(&s.acl, role)) {
            let (acl, version) = (without(&s.acl, s.owner, role), s.version + 1);
            self.edit().put_sequence(Arc::new(Sequence { acl, version, ..Sequence::clone(s) }));
        }
        for t in catalog.tables.values() {
            let on_columns = t.visible_columns().any(|c| listed(&c.acl, role)) || listed(&t.tableoid_acl, role);
            if listed(&t.acl, role) || on_columns {
                self.edit_table(t.oid, |t| {
                    t.acl = without(&t.acl, t.owner, role);
                    t.tableoid_acl = without(&t.tableoid_acl, t.owner, role).filter(|items| !items.is_empty());
                    for c in &mut t.columns {
                        c.acl = without(&c.acl, t.owner, role).filter(|items| !items.is_empty());
                    }
                })?;
            }
        }
        for v in catalog.views.values() {
            if listed(&v.acl, role) || v.column_acls.iter().any(|c| names(&c.1, role)) {
                let mut next = View { acl: without(&v.acl, v.owner, role), version: v.version + 1, ..View::clone(v) };
                for (_, items) in &mut next.column_acls {
                    acl::forget(items, v.owner, role);
                }
                next.column_acls.retain(|(_, items)| !items.is_empty());
                self.edit().put_view(Arc::new(next));
            }
        }
        for p in catalog.system_privileges.values().filter(|p| names(&p.acl, role)) {
            let mut next = SystemPrivileges::clone(p);
            acl::forget(&mut next.acl, SUPERUSER, role);
            self.edit().system_privileges.insert(p.oid, Arc::new(next));
        }
        for d in catalog.default_privileges.values() {
            if d.role == role {
                self.edit().default_privileges.remove(&d.oid);
            } else if names(&d.acl, role) {
                let mut next = DefaultPrivileges::clone(d);
                acl::forget(&mut next.acl, d.role, role);
                self.put_default_privileges(next);
            }
        }
        Ok(())
    }
}
