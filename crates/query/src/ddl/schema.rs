//! CREATE SCHEMA, and the statements within it: they run one after the other with the new schema as the first of
//! `search_path`, as its owner. Names without a schema are in the new one; no other may be written.
//!
//! Sequences come first, then tables, views, indexes and grants, whatever the order in which they were written.

use std::sync::Arc;

use gavel_binder::ddl::Ddl;
use gavel_binder::ddl::ast::QualifiedName;
use gavel_catalog::{Schema, Subject};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;

impl DdlContext<'_> {
    pub(super) async fn create_schema(
        &mut self,
        name: Option<&str>,
        if_not_exists: bool,
        owner: Option<&str>,
        elements: &[Ddl],
    ) -> SqlResult<()> {
        if if_not_exists && !elements.is_empty() {
            return Err(SqlError::unsupported("CREATE SCHEMA IF NOT EXISTS cannot include schema elements"));
        }
        let owner_oid = owner.map(|o| self.role(o)).transpose()?.unwrap_or(self.user);
        self.require_on_database("C")?;
        self.require_member_of(owner_oid)?;
        let owner_name = || self.now().role_by_oid(owner_oid).map_or_else(String::new, |r| r.name.clone());
        let name = name.map_or_else(owner_name, str::to_owned);
        if if_not_exists && self.now().schema(&name).is_some() {
            self.notice_of(SqlState::DuplicateSchema, format!("schema \"{name}\" already exists, skipping"));
            return Ok(());
        }
        self.require_schema_name(&name)?;
        let oid = self.host.allocate_oids(1).await?;
        let acl = self.initial_acl('n', owner_oid, Oid(0));
        self.edit().put_schema(Arc::new(Schema { oid, name: name.clone(), owner: owner_oid, acl }));
        self.create_elements(&name, owner_oid, elements).await
    }

    async fn create_elements(&mut self, schema: &str, owner: Oid, elements: &[Ddl]) -> SqlResult<()> {
        let mut ordered = Vec::with_capacity(elements.len());
        for element in elements {
            ordered.push(within(element, schema)?);
        }
        ordered.sort_by_key(place);
        let mut path = vec![schema.to_owned()];
        path.extend(self.search_path.iter().filter(|s| *s != schema).cloned());
        let subject =
            if owner == self.user { Arc::clone(&self.subject) } else { Arc::new(Subject::of(self.now(), owner)) };
        for element in ordered {
            let mut inner = DdlContext::new(
                &mut *self.catalog,
                &mut *self.host,
                self.binder,
                Arc::clone(&subject),
                &path,
                self.in_block,
            );
            inner.session_user = self.session_user;
            let done = Box::pin(inner.run(&element)).await;
            let (notices, jobs) = (std::mem::take(&mut inner.notices), std::mem::take(&mut inner.jobs));
            self.notices.extend(notices);
            self.jobs.extend(jobs);
            done?;
        }
        Ok(())
    }
}

/// When an element's turn is.
fn place(element: &Ddl) -> u8 {
    match element {
        Ddl::CreateSequence { .. } => 0,
        Ddl::CreateTable(_) => 1,
        Ddl::CreateView(_) => 2,
        Ddl::CreateIndex(_) => 3,
        Ddl::Grant(_) => 5,
        _ => 4,
    }
}

/// The element with the schema in its name.
///
/// # Errors
/// 42P15 if another is written.
fn within(element: &Ddl, schema: &str) -> SqlResult<Ddl> {
    let mut element = element.clone();
    match &mut element {
        Ddl::CreateSequence { name, .. } => qualify(name, schema)?,
        Ddl::CreateTable(create) => qualify(&mut create.name, schema)?,
        Ddl::CreateView(create) => qualify(&mut create.name, schema)?,
        Ddl::CreateIndex(create) => qualify(&mut create.table, schema)?,
        _ => {}
    }
    Ok(element)
}

fn qualify(name: &mut QualifiedName, schema: &str) -> SqlResult<()> {
    match name.0.as_slice() {
        [bare] => *name = QualifiedName(vec![schema.to_owned(), bare.clone()]),
        [.., written, _] if written != schema => {
            let message =
                format!("CREATE specifies a schema ({written}) different from the one being created ({schema})");
            return Err(SqlError::new(SqlState::InvalidSchemaDefinition, message));
        }
        _ => {}
    }
    Ok(())
}
