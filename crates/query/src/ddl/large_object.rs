//! Large objects in statements: GRANT, REVOKE, COMMENT, ALTER … OWNER TO, and what becomes of them with a role.
//!
//! They are in no [`gavel_catalog::Catalog`]: what changes is written to the transaction at once, as rows of tables are.

use gavel_binder::ddl::ast::Grant;
use gavel_catalog::LargeObject;
use gavel_catalog::acl::{self, Class};
use gavel_catalog::large_object::missing;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult};

use super::DdlContext;
use super::grant::{On, effect};

/// The OID that a number stands for.
///
/// # Errors
/// 22003, 22P02.
fn oid_of(written: &str) -> SqlResult<Oid> {
    match text_io::parse(written, PgType::new(Oid::OID), &TextStyle::default())? {
        Datum::Oid(oid) => Ok(Oid(oid)),
        _ => Err(SqlError::internal("an OID reads as something else")),
    }
}

impl DdlContext<'_> {
    async fn large_object(&mut self, oid: Oid) -> SqlResult<LargeObject> {
        self.host.large_object(oid).await?.ok_or_else(|| missing(oid))
    }

    pub(super) async fn grant_on_large_objects(&mut self, grant: &Grant, written: &[String]) -> SqlResult<()> {
        self.require_own_grant(grant)?;
        let oids = written.iter().map(|w| oid_of(w)).collect::<SqlResult<Vec<Oid>>>()?;
        for oid in &oids {
            self.large_object(*oid).await?;
        }
        let class = Class::LargeObject;
        let grantees = self.grantees(grant)?;
        let effect = effect(grant, class, class.all())?;
        for oid in oids {
            let found = self.large_object(oid).await?;
            let name = format!("large object {oid}");
            let on = On { class, owner: found.owner, kind: "large object", name: &name, column: None };
            let held = found.held_by(&self.subject);
            let acl = self.changed(on, &found.acl, held, (effect.privileges, effect.all), grant, &grantees)?;
            self.host.put_large_object(oid, Some(LargeObject { acl, ..found })).await?;
        }
        Ok(())
    }

    /// ALTER LARGE OBJECT … OWNER TO.
    pub(super) async fn give_large_object(&mut self, written: &str, owner: &str) -> SqlResult<()> {
        let owner = self.role(owner)?;
        let oid = oid_of(written)?;
        let found = self.large_object(oid).await?;
        if found.owner == owner {
            return Ok(());
        }
        self.must_own(found.owner, "large object", &oid.to_string())?;
        self.may_give(owner, None)?;
        self.host.put_large_object(oid, Some(given(found, owner))).await
    }

    pub(super) async fn comment_on_large_object(&mut self, written: &str, text: Option<&str>) -> SqlResult<()> {
        let oid = oid_of(written)?;
        let found = self.large_object(oid).await?;
        if !self.host.everybody_may_use_large_objects() {
            self.must_own(found.owner, "large object", &oid.to_string())?;
        }
        let comment = text.filter(|text| !text.is_empty()).map(str::to_owned);
        self.host.put_large_object(oid, Some(LargeObject { comment, ..found })).await
    }

    /// REASSIGN OWNED: what the roles have goes to another. Whether it may has been asked.
    pub(super) async fn reassign_large_objects(&mut self, roles: &[String], to: &str) -> SqlResult<()> {
        let roles = roles.iter().map(|r| self.role(r)).collect::<SqlResult<Vec<Oid>>>()?;
        let owner = self.role(to)?;
        for (oid, found) in self.host.large_objects().await? {
            if roles.contains(&found.owner) {
                self.host.put_large_object(oid, Some(given(found, owner))).await?;
            }
        }
        Ok(())
    }

    /// DROP OWNED: what the roles have goes, and what they may do with what others have.
    pub(super) async fn drop_owned_large_objects(&mut self, roles: &[String]) -> SqlResult<()> {
        let roles = roles.iter().map(|r| self.role(r)).collect::<SqlResult<Vec<Oid>>>()?;
        for (oid, mut found) in self.host.large_objects().await? {
            if roles.contains(&found.owner) {
                self.host.put_large_object(oid, None).await?;
                continue;
            }
            let owner = found.owner;
            let Some(items) = &mut found.acl else { continue };
            let before = items.clone();
            roles.iter().for_each(|role| acl::forget(items, owner, *role));
            if *items != before {
                self.host.put_large_object(oid, Some(found)).await?;
            }
        }
        Ok(())
    }
}

/// The object as another's.
fn given(found: LargeObject, owner: Oid) -> LargeObject {
    let acl = found.acl.as_ref().map(|items| acl::new_owner(items, found.owner, owner));
    LargeObject { owner, acl, ..found }
}

/// What is told of a large object to whoever drops a role; `None` if the role has nothing to do with it.
pub(super) fn dependence(oid: Oid, object: &LargeObject, role: Oid) -> Option<(bool, String)> {
    let items = object.acl.as_deref().unwrap_or_default();
    if object.owner == role {
        return Some((false, format!("owner of large object {oid}")));
    }
    let listed = items.iter().any(|i| i.grantee == role || i.grantor == role);
    listed.then(|| (true, format!("privileges for large object {oid}")))
}
