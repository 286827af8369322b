//! Schemas, databases and roles.

use std::sync::Arc;

use gavel_binder::ddl::ast::{Alter, AlterAction, Drop, ObjectKind, RoleOption};
use gavel_catalog::bootstrap::DATABASE_OWNER;
use gavel_catalog::{Database, Role, acl, store};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::{DdlContext, scram};

impl DdlContext<'_> {
    // ---- schemas ----

    pub(super) fn require_schema_name(&self, name: &str) -> SqlResult<()> {
        if name.starts_with("pg_") {
            return Err(SqlError::new(SqlState::ReservedName, format!("unacceptable schema name \"{name}\""))
                .detail("The prefix \"pg_\" is reserved for system schemas."));
        }
        if self.now().schema(name).is_some() || gavel_catalog::system::is_system_schema(name) {
            return Err(SqlError::new(SqlState::DuplicateSchema, format!("schema \"{name}\" already exists")));
        }
        Ok(())
    }

    // ---- databases ----

    /// Statements that may not run in a transaction block.
    pub(super) fn require_no_block(&self, what: &str) -> SqlResult<()> {
        if self.in_block {
            let message = format!("{what} cannot run inside a transaction block");
            return Err(SqlError::new(SqlState::ActiveSqlTransaction, message));
        }
        Ok(())
    }

    pub(super) async fn create_database(&mut self, name: &str, options: &[(String, String)]) -> SqlResult<()> {
        self.require_no_block("CREATE DATABASE")?;
        let mut owner = self.user;
        for (option, value) in options {
            match option.as_str() {
                "owner" if value != "default" => owner = self.role(value)?,
                "template" if !matches!(value.as_str(), "template0" | "template1" | "default") => {
                    if !self.now().databases.contains_key(value) {
                        let message = format!("template database \"{value}\" does not exist");
                        return Err(SqlError::new(SqlState::InvalidCatalogName, message));
                    }
                    return Err(SqlError::unsupported("a database can be made from template0 or template1 only"));
                }
                "encoding" => {
                    let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
                    if !matches!(plain.to_ascii_lowercase().as_str(), "utf8" | "unicode" | "default" | "6") {
                        return Err(SqlError::unsupported(format!("encoding \"{value}\" is not supported"))
                            .hint("Text is always UTF8."));
                    }
                }
                "owner" | "template" | "locale" | "lc_collate" | "lc_ctype" | "icu_locale" | "locale_provider"
                | "tablespace" | "allow_connections" | "connection_limit" | "is_template" | "strategy" | "oid"
                | "collation_version" => {}
                other => {
                    let message = format!("option \"{other}\" not recognized");
                    return Err(SqlError::new(SqlState::SyntaxError, message));
                }
            }
        }
        if self.now().databases.contains_key(name) {
            return Err(SqlError::new(SqlState::DuplicateDatabase, format!("database \"{name}\" already exists")));
        }
        let oid = self.host.allocate_oids(1).await?;
        self.edit().put_database(Arc::new(Database { oid, name: name.to_owned(), owner, acl: None }));
        let mut version = [0; 8];
        self.host.fill_random(&mut version);
        self.catalog.extra.extend(store::database_rows(oid, DATABASE_OWNER, u64::from_le_bytes(version)));
        Ok(())
    }

    pub(super) fn drop_database(&mut self, drop: &Drop) -> SqlResult<()> {
        self.require_no_block("DROP DATABASE")?;
        let name = drop.names.first().and_then(|n| n.0.last()).map_or("", String::as_str);
        let Some(database) = self.database(name, drop.if_exists)? else { return Ok(()) };
        if database.oid == self.now().database {
            return Err(SqlError::new(SqlState::ObjectInUse, "cannot drop the currently open database"));
        }
        if matches!(name, "template0" | "template1") {
            return Err(SqlError::new(SqlState::WrongObjectType, "cannot drop a template database"));
        }
        self.edit().databases.remove(name);
        self.edit().comments.retain(|k, _| k.1 != database.oid);
        Ok(())
    }

    /// The database of this name; `None` with a notice if it may be missing.
    fn database(&mut self, name: &str, if_exists: bool) -> SqlResult<Option<Arc<Database>>> {
        let found = self.now().databases.get(name).cloned();
        if found.is_none() {
            let message = format!("database \"{name}\" does not exist");
            if !if_exists {
                return Err(SqlError::new(SqlState::InvalidCatalogName, message));
            }
            self.notice(format!("{message}, skipping"));
        }
        Ok(found)
    }

    pub(super) fn alter_database(&mut self, alter: &Alter) -> SqlResult<()> {
        let name = alter.name.0.last().map_or("", String::as_str);
        let Some(database) = self.database(name, false)? else { return Ok(()) };
        for action in &alter.actions {
            match action {
                AlterAction::Rename(new) => {
                    if database.oid == self.now().database {
                        return Err(SqlError::unsupported("current database cannot be renamed"));
                    }
                    if self.now().databases.contains_key(new) {
                        let message = format!("database \"{new}\" already exists");
                        return Err(SqlError::new(SqlState::DuplicateDatabase, message));
                    }
                    let catalog = self.edit();
                    catalog.databases.remove(name);
                    catalog.put_database(Arc::new(Database { name: new.clone(), ..Database::clone(&database) }));
                }
                AlterAction::Owner(role) => {
                    let owner = self.role(role)?;
                    let acl = database.acl.as_ref().map(|items| acl::new_owner(items, database.owner, owner));
                    self.edit().put_database(Arc::new(Database { owner, acl, ..Database::clone(&database) }));
                }
                _ => {}
            }
        }
        Ok(())
    }

    // ---- roles ----

    pub(super) async fn create_role(&mut self, name: &str, options: &[RoleOption], login: bool) -> SqlResult<()> {
        if name.starts_with("pg_") {
            return Err(SqlError::new(SqlState::ReservedName, format!("role name \"{name}\" is reserved"))
                .detail("Role names starting with \"pg_\" are reserved."));
        }
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
                        self.join(group, oid, false)?;
                    }
                }
                RoleOption::Members(members, admin) => {
                    for member in members {
                        let member = self.role(member)?;
                        self.join(oid, member, *admin)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
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
                RoleOption::In(_) | RoleOption::Members(..) | RoleOption::Other => {}
            }
        }
        Ok(())
    }

    pub(super) fn alter_role(&mut self, name: &str, options: &[RoleOption]) -> SqlResult<()> {
        let oid = self.role(name)?;
        let mut role = self
            .now()
            .role_by_oid(oid)
            .map(|r| Role::clone(r))
            .ok_or_else(|| SqlError::internal("role has left the catalog"))?;
        self.apply_role_options(&mut role, options)?;
        self.edit().put_role(Arc::new(role));
        Ok(())
    }

    pub(super) fn alter_role_name(&mut self, alter: &Alter) -> SqlResult<()> {
        let name = alter.name.0.last().map_or("", String::as_str);
        if name == "all" {
            return Ok(());
        }
        let oid = self.role(name)?;
        for action in &alter.actions {
            if let AlterAction::Rename(new) = action {
                self.require_no_role(new)?;
                if oid == self.user {
                    return Err(SqlError::unsupported("session user cannot be renamed"));
                }
                if let Some(role) = self.now().role_by_oid(oid).cloned() {
                    let catalog = self.edit();
                    catalog.roles.remove(&role.name);
                    catalog.put_role(Arc::new(Role { name: new.clone(), ..Role::clone(&role) }));
                }
            }
        }
        Ok(())
    }

    pub(super) fn drop_roles(&mut self, drop: &Drop) -> SqlResult<()> {
        for name in drop.names.iter().filter_map(|n| n.0.last()) {
            let Some(role) = self.now().roles.get(name).cloned() else {
                let message = format!("role \"{name}\" does not exist");
                if !drop.if_exists {
                    return Err(SqlError::new(SqlState::UndefinedObject, message));
                }
                self.notice(format!("{message}, skipping"));
                continue;
            };
            if role.oid == self.user {
                return Err(SqlError::new(SqlState::ObjectInUse, "current user cannot be dropped"));
            }
            if role.oid < gavel_catalog::system::FIRST_USER_OID {
                let message = format!("cannot drop role {name} because it is required by the database system");
                return Err(SqlError::new(SqlState::DependentObjectsStillExist, message));
            }
            if let Some(what) = self.owned_by(role.oid) {
                let message = format!("role \"{name}\" cannot be dropped because some objects depend on it");
                return Err(
                    SqlError::new(SqlState::DependentObjectsStillExist, message).detail(format!("owner of {what}"))
                );
            }
            let privileges = self.privileged_on(role.oid);
            if !privileges.is_empty() {
                let message = format!("role \"{name}\" cannot be dropped because some objects depend on it");
                let lines = privileges.iter().map(|what| format!("privileges for {what}"));
                let detail = lines.collect::<Vec<_>>().join("\n");
                return Err(SqlError::new(SqlState::DependentObjectsStillExist, message).detail(detail));
            }
            self.edit().roles.remove(name);
            self.forget_memberships(role.oid);
        }
        Ok(())
    }

    /// Something of this database, or a database, that the role owns.
    fn owned_by(&self, role: Oid) -> Option<String> {
        let catalog = self.now();
        None.or_else(|| catalog.databases.values().find(|d| d.owner == role).map(|d| format!("database {}", d.name)))
            .or_else(|| catalog.schemas.values().find(|s| s.owner == role).map(|s| format!("schema {}", s.name)))
            .or_else(|| catalog.tables.values().find(|t| t.owner == role).map(|t| format!("table {}", t.name)))
            .or_else(|| catalog.views.values().find(|v| v.owner == role).map(|v| format!("view {}", v.name)))
            .or_else(|| catalog.types.values().find(|t| t.owner == role).map(|t| format!("type {}", t.name)))
            .or_else(|| catalog.functions.values().find(|f| f.owner == role).map(|f| format!("function {}", f.name)))
            .or_else(|| catalog.sequences.values().find(|s| s.owner == role).map(|s| format!("sequence {}", s.name)))
    }

    /// DROP of any kind.
    pub(super) async fn drop(&mut self, drop: &Drop) -> SqlResult<()> {
        match drop.kind {
            ObjectKind::Database => self.drop_database(drop),
            ObjectKind::Role => self.drop_roles(drop),
            _ => self.drop_objects(drop).await,
        }
    }
}
