//! Roles: CREATE, ALTER, DROP.

use std::sync::Arc;

use gavel_binder::ddl::ast::{Alter, AlterAction, Drop, RoleOption};
use gavel_catalog::Role;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::permit::refused;
use super::{DdlContext, scram};

fn reserved(name: &str, why: &str) -> SqlError {
    SqlError::new(SqlState::ReservedName, format!("role name \"{name}\" is reserved")).detail(why)
}

fn require_free_name(name: &str) -> SqlResult<()> {
    if name.starts_with("pg_") {
        return Err(reserved(name, "Role names starting with \"pg_\" are reserved."));
    }
    Ok(())
}

impl DdlContext<'_> {
    pub(super) async fn create_role(&mut self, name: &str, options: &[RoleOption], login: bool) -> SqlResult<()> {
        self.may_create_role(options)?;
        require_free_name(name)?;
        if matches!(name, "public" | "none") {
            return Err(SqlError::new(SqlState::ReservedName, format!("role name \"{name}\" is reserved")));
        }
        self.require_no_role(name)?;
        let oid = self.host.allocate_oids(1).await?;
        let mut role = Role {
            oid,
            name: name.to_owned(),
            superuser: false,
            login,
            create_db: false,
            create_role: false,
            inherit: true,
            password: None,
            replication: false,
            bypass_rls: false,
            connection_limit: None,
            member_of: Vec::new(),
        };
        self.apply_role_options(&mut role, options)?;
        self.edit().put_role(Arc::new(role));
        for option in options {
            match option {
                RoleOption::In(groups) => {
                    for group in groups {
                        let group = self.role(group)?;
                        self.may_admin(group, self.user)?;
                        self.join(group, oid, false, self.user)?;
                    }
                }
                RoleOption::Members(members, admin) => {
                    for member in members {
                        let member = self.role(member)?;
                        self.join(oid, member, *admin, self.user)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn may_create_role(&self, options: &[RoleOption]) -> SqlResult<()> {
        if self.subject.superuser {
            return Ok(());
        }
        for option in options {
            match option {
                RoleOption::Superuser(true) => return Err(refused("must be superuser to create superusers")),
                RoleOption::Replication(true) => {
                    return Err(refused("must be superuser to create replication users"));
                }
                RoleOption::BypassRls(true) => return Err(refused("must be superuser to create bypassrls users")),
                _ => {}
            }
        }
        self.require_create_role(None, "permission denied to create role", "")
    }

    fn require_no_role(&self, name: &str) -> SqlResult<()> {
        if self.now().roles.contains_key(name) {
            return Err(SqlError::new(SqlState::DuplicateObject, format!("role \"{name}\" already exists")));
        }
        Ok(())
    }

    fn apply_role_options(&mut self, role: &mut Role, options: &[RoleOption]) -> SqlResult<()> {
        for option in options {
            match option {
                RoleOption::Superuser(on) => role.superuser = *on,
                RoleOption::CreateDb(on) => role.create_db = *on,
                RoleOption::CreateRole(on) => role.create_role = *on,
                RoleOption::Inherit(on) => role.inherit = *on,
                RoleOption::Login(on) => role.login = *on,
                RoleOption::Password(None) => role.password = None,
                RoleOption::Password(Some(text)) => {
                    let mut salt = [0; scram::SALT_BYTES];
                    self.host.fill_random(&mut salt);
                    role.password = (!text.is_empty()).then(|| scram::verifier(text, &salt));
                }
                RoleOption::ConnectionLimit(limit) if *limit < -1 => {
                    let message = format!("invalid connection limit: {limit}");
                    return Err(SqlError::new(SqlState::InvalidParameterValue, message));
                }
                RoleOption::ConnectionLimit(limit) => {
                    role.connection_limit = i32::try_from(*limit).ok().filter(|limit| *limit >= 0);
                }
                // Memberships are made once the role is there.
                RoleOption::In(_) | RoleOption::Members(..) => {}
                RoleOption::Replication(on) => role.replication = *on,
                RoleOption::BypassRls(on) => role.bypass_rls = *on,
                RoleOption::Other => {}
            }
        }
        Ok(())
    }

    pub(super) fn alter_role(&mut self, name: &str, options: &[RoleOption]) -> SqlResult<()> {
        let oid = self.role(name)?;
        let mut role = Role::clone(&*self.role_of(oid)?);
        if role.name.starts_with("pg_") {
            return Err(reserved(&role.name, "Cannot alter reserved roles."));
        }
        self.may_alter_role(&role, options)?;
        self.apply_role_options(&mut role, options)?;
        self.edit().put_role(Arc::new(role));
        Ok(())
    }

    fn may_alter_role(&self, role: &Role, options: &[RoleOption]) -> SqlResult<()> {
        if self.subject.superuser {
            return Ok(());
        }
        let any = |f: fn(&RoleOption) -> bool| options.iter().any(f);
        if role.superuser || any(|o| matches!(o, RoleOption::Superuser(_))) {
            return Err(refused("must be superuser to alter superuser roles or change superuser attribute"));
        }
        if role.replication || any(|o| matches!(o, RoleOption::Replication(_))) {
            return Err(refused("must be superuser to alter replication roles or change replication attribute"));
        }
        if any(|o| matches!(o, RoleOption::BypassRls(_))) {
            return Err(refused("must be superuser to change bypassrls attribute"));
        }
        // Everybody may change the own password.
        let own = role.oid == self.user && options.iter().all(|o| matches!(o, RoleOption::Password(_)));
        if own || options.is_empty() {
            return Ok(());
        }
        self.require_create_role(None, "permission denied", "")
    }

    pub(super) fn alter_role_name(&mut self, alter: &Alter) -> SqlResult<()> {
        let name = alter.name.0.last().map_or("", String::as_str);
        if name == "all" {
            return if self.subject.superuser {
                Ok(())
            } else {
                Err(refused("must be superuser to alter settings globally"))
            };
        }
        let oid = self.role(name)?;
        for action in &alter.actions {
            let role = self.role_of(oid)?;
            match action {
                AlterAction::Rename(new) => self.rename_role(&role, new)?,
                // Settings of its own a role may change.
                _ if oid == self.user => {}
                _ => {
                    let superuser = "must be superuser to alter superusers";
                    self.require_create_role(Some(&role), "permission denied", superuser)?;
                }
            }
        }
        Ok(())
    }

    fn rename_role(&mut self, role: &Role, new: &str) -> SqlResult<()> {
        if role.oid == self.session_user {
            return Err(SqlError::unsupported("session user cannot be renamed"));
        }
        if role.oid == self.user {
            return Err(SqlError::unsupported("current user cannot be renamed"));
        }
        require_free_name(&role.name)?;
        require_free_name(new)?;
        self.require_no_role(new)?;
        let superuser = "must be superuser to rename superusers";
        self.require_create_role(Some(role), "permission denied to rename role", superuser)?;
        let catalog = self.edit();
        catalog.roles.remove(&role.name);
        catalog.put_role(Arc::new(Role { name: new.to_owned(), ..role.clone() }));
        Ok(())
    }

    pub(super) async fn drop_roles(&mut self, drop: &Drop) -> SqlResult<()> {
        self.require_create_role(None, "permission denied to drop role", "")?;
        let large_objects = self.host.large_objects().await?;
        for name in drop.names.iter().filter_map(|n| n.0.last()) {
            let Some(role) = self.now().roles.get(name).cloned() else {
                let message = format!("role \"{name}\" does not exist");
                if !drop.if_exists {
                    return Err(SqlError::new(SqlState::UndefinedObject, message));
                }
                self.notice(format!("{message}, skipping"));
                continue;
            };
            for (who, oid) in [("current user", self.user), ("session user", self.session_user)] {
                if role.oid == oid {
                    return Err(SqlError::new(SqlState::ObjectInUse, format!("{who} cannot be dropped")));
                }
            }
            self.require_create_role(Some(&role), "", "must be superuser to drop superusers")?;
            if role.oid < gavel_catalog::system::FIRST_USER_OID {
                let message = format!("cannot drop role {name} because it is required by the database system");
                return Err(SqlError::new(SqlState::DependentObjectsStillExist, message));
            }
            self.require_unused_role(&role, &large_objects)?;
            self.edit().roles.remove(name);
            self.forget_memberships(role.oid);
        }
        Ok(())
    }

    pub(super) fn role_of(&self, oid: Oid) -> SqlResult<Arc<Role>> {
        self.now().role_by_oid(oid).cloned().ok_or_else(|| SqlError::internal("role has left the catalog"))
    }
}
