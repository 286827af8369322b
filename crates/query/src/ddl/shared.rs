//! Schemas and databases.

use std::sync::Arc;

use gavel_binder::ddl::ast::{Alter, AlterAction, Drop, ObjectKind};
use gavel_catalog::bootstrap::DATABASE_OWNER;
use gavel_catalog::{Database, acl, store};
use gavel_types::{SqlError, SqlResult, SqlState};

use super::DdlContext;

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
        self.require_create_database("permission denied to create database")?;
        self.require_member_of(owner)?;
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
        self.must_own_database(&database)?;
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
        self.must_own_database(&database)?;
        for action in &alter.actions {
            match action {
                AlterAction::Rename(new) => {
                    self.require_create_database("permission denied to rename database")?;
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
                    if owner == database.owner {
                        continue;
                    }
                    self.may_give(owner, None)?;
                    self.require_create_database("permission denied to change owner of database")?;
                    let acl = database.acl.as_ref().map(|items| acl::new_owner(items, database.owner, owner));
                    self.edit().put_database(Arc::new(Database { owner, acl, ..Database::clone(&database) }));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// DROP of any kind.
    pub(super) async fn drop(&mut self, drop: &Drop) -> SqlResult<()> {
        match drop.kind {
            ObjectKind::Database => self.drop_database(drop),
            ObjectKind::Role => self.drop_roles(drop).await,
            _ => self.drop_objects(drop).await,
        }
    }
}
