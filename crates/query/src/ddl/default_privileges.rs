//! ALTER DEFAULT PRIVILEGES: what will be granted on new objects.

use std::sync::Arc;

use gavel_binder::ddl::ast;
use gavel_catalog::DefaultPrivileges;
use gavel_catalog::acl::{self, Acl, AclItem, Class};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::grant::{apply, effect};

/// What objects of a role are granted when nothing else is said; in single schemas nothing more.
fn plain(class: Class, role: Oid, schema: Oid) -> Vec<AclItem> {
    if schema.0 == 0 { acl::default(class, role) } else { Vec::new() }
}

fn sorted(mut items: Vec<AclItem>) -> Vec<AclItem> {
    items.sort_by_key(|i| (i.grantee, i.grantor));
    items
}

impl DdlContext<'_> {
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
        for role in &roles {
            self.require_member_of(*role)?;
        }
        let schemas = alter.schemas.iter().map(|s| self.require_schema(s)).collect::<SqlResult<Vec<Oid>>>()?;
        if schemas.contains(&gavel_catalog::system::TEMPORARY_SCHEMA) {
            return Err(SqlError::unsupported("default privileges cannot be set for a temporary schema"));
        }
        let schemas = if schemas.is_empty() { vec![Oid(0)] } else { schemas };
        for role in roles {
            for schema in &schemas {
                let same = |d: &&Arc<DefaultPrivileges>| d.role == role && d.schema == *schema && d.kind == alter.kind;
                let old = self.now().default_privileges.values().find(same).cloned();
                let mut items = old.as_ref().map_or_else(|| plain(class, role, *schema), |d| d.acl.clone());
                apply(&mut items, role, role, &alter.grant, &grantees, effect.privileges)?;
                let oid = match &old {
                    Some(old) => old.oid,
                    None => self.host.allocate_oids(1).await?,
                };
                let next = DefaultPrivileges { oid, role, schema: *schema, kind: alter.kind, acl: items };
                self.put_default_privileges(next);
            }
        }
        Ok(())
    }

    /// Keeps what says something else than PostgreSQL would by itself.
    pub(super) fn put_default_privileges(&mut self, mut next: DefaultPrivileges) {
        next.acl = sorted(next.acl);
        if next.acl == sorted(plain(default_class(next.kind), next.role, next.schema)) {
            self.edit().default_privileges.remove(&next.oid);
        } else {
            self.edit().default_privileges.insert(next.oid, Arc::new(next));
        }
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

/// The same as messages call it.
pub(super) const fn shown_kind(kind: char) -> &'static str {
    match kind {
        'S' => "sequences",
        'f' => "functions",
        'T' => "types",
        'n' => "schemas",
        _ => "relations",
    }
}
