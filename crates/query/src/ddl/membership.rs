//! GRANT and REVOKE of roles.

use std::sync::Arc;

use gavel_binder::ddl::ast::Grant;
use gavel_catalog::bootstrap::DATABASE_OWNER;
use gavel_catalog::{Membership, Role, Subject};
use gavel_types::{Notice, Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::permit::refused;

impl DdlContext<'_> {
    pub(super) fn grant_membership(&mut self, grant: &Grant, roles: &[String]) -> SqlResult<()> {
        // REVOKE does not look at who is said to have granted.
        let by = grant.granted_by.as_deref().filter(|_| !grant.revoke);
        let grantor = by.map(|by| self.role(by)).transpose()?.unwrap_or(self.user);
        let members = grant.roles.iter().map(|m| self.role(m)).collect::<SqlResult<Vec<Oid>>>()?;
        for role in roles {
            let role = self.role(role)?;
            self.may_admin(role, if grant.revoke { self.user } else { grantor })?;
            if !grant.revoke && grantor != self.user && !self.subject.superuser {
                return Err(refused("must be superuser to set grantor"));
            }
            for member in &members {
                if grant.revoke {
                    self.leave(role, *member, grant.option_only)?;
                } else {
                    self.join(role, *member, grant.option, grantor)?;
                }
            }
        }
        Ok(())
    }

    /// ALTER GROUP … ADD or DROP USER.
    pub(super) fn alter_group(&mut self, group: &str, members: &[String], drop: bool) -> SqlResult<()> {
        let role = self.role(group)?;
        self.require_create_role(None, "permission denied", "")?;
        let members = members.iter().map(|m| self.role(m)).collect::<SqlResult<Vec<Oid>>>()?;
        self.may_admin(role, self.user)?;
        for member in members {
            if drop {
                self.leave(role, member, false)?;
            } else {
                self.join(role, member, false, self.user)?;
            }
        }
        Ok(())
    }

    /// Whether `by` may say who is a member of `role`.
    ///
    /// # Errors
    /// 42501.
    pub(super) fn may_admin(&self, role: Oid, by: Oid) -> SqlResult<()> {
        let found = self.role_of(role)?;
        let denied = format!("must have admin option on role \"{}\"", found.name);
        let may = self.require_create_role(Some(&found), &denied, "must be superuser to alter superusers");
        if may.is_err() && !found.superuser && self.is_admin(by, role) { Ok(()) } else { may }
    }

    fn is_admin(&self, by: Oid, role: Oid) -> bool {
        // Nobody says who is a member of itself.
        if by == role {
            return false;
        }
        let subject = Subject::of(self.now(), by);
        let admin = |r: &&Arc<Role>| r.member_of.iter().any(|m| m.role == role && m.admin);
        self.now().roles.values().filter(admin).any(|r| subject.is_member_of(r.oid))
    }

    /// Whether `role` is `of`, or a member of it through others, superuser or not.
    fn is_within_role(&self, role: Oid, of: Oid) -> bool {
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
    pub(super) fn join(&mut self, role: Oid, member: Oid, admin: bool, grantor: Oid) -> SqlResult<()> {
        let (group, found) = (self.role_of(role)?, self.role_of(member)?);
        for (oid, name, what) in [
            (role, &group.name, "cannot have explicit members"),
            (member, &found.name, "cannot be a member of any role"),
        ] {
            if oid == DATABASE_OWNER {
                return Err(SqlError::new(SqlState::InternalError, format!("role \"{name}\" {what}")));
            }
        }
        if self.is_within_role(role, member) {
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
            None => next.member_of.push(Membership { role, grantor, admin }),
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
