//! LOCK TABLE: a check, never a wait.
//!
//! Every transaction that uses a table relies on the version of its definition (PROTOCOL §11), as a row lock
//! of strength KEY SHARE would. A table lock is a stronger reliance on that same key, so that COMMIT finds
//! out whether others have used the table since the snapshot, and those that come later lose against it:
//!
//! | LOCK … MODE | reliance | fails COMMIT if meanwhile |
//! |---|---|---|
//! | ACCESS SHARE, ROW SHARE, ROW EXCLUSIVE | key share | the table was changed by DDL |
//! | SHARE UPDATE EXCLUSIVE | no key update | … or locked in this mode or a stronger one |
//! | SHARE, SHARE ROW EXCLUSIVE, EXCLUSIVE, ACCESS EXCLUSIVE | update | … or used by any transaction that committed something |
//!
//! Where an index is built online users of a table rely on two versions of it, one after the other (RFC 0005). A
//! lock stronger than ROW EXCLUSIVE is held against both, and against the step from one to the next.
//!
//! PostgreSQL lets readers by that lock weakly; here they are only refused if they also write, somewhere.

use std::collections::BTreeSet;

use gavel_binder::ddl::ast::{TableLockMode, TableRef};
use gavel_catalog::acl::Privileges;
use gavel_catalog::keys::{self, Kind};
use gavel_catalog::privilege::{Securable, denied};
use gavel_catalog::search::Found;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::is_temporary;
use gavel_catalog::{Catalog, Subject};
use gavel_types::{CheckMode, Oid, SqlError, SqlResult, SqlState};

use crate::session::result::Executed;
use crate::session::{Session, binding};

impl Session {
    pub(crate) async fn lock_tables(&mut self, tables: &[TableRef], mode: TableLockMode) -> SqlResult<Executed> {
        if mode > TableLockMode::RowExclusive {
            self.may_write("LOCK TABLE")?;
        }
        if !self.is_enclosed() {
            return Err(SqlError::new(
                SqlState::NoActiveSqlTransaction,
                "LOCK TABLE can only be used in transaction blocks",
            ));
        }
        self.work().await?;
        for table in tables {
            let objects = self.lockable(table, mode).await?;
            let temporary = objects.iter().any(|oid| is_temporary(*oid));
            self.work().await?.used_temporary |= temporary;
            self.lock_objects(&objects, mode).await?;
        }
        Ok(Executed::tag("LOCK TABLE"))
    }

    /// The table of this name, and unless it says ONLY those that inherit from it, for which nobody needs privileges of
    /// their own; of a view, all that it reads from.
    async fn lockable(&mut self, of: &TableRef, mode: TableLockMode) -> SqlResult<BTreeSet<Oid>> {
        let name = &of.name;
        let catalog = self.catalog();
        let path = self.search_path();
        let subject = self.subject();
        if let [.., schema, _] = name.0.as_slice() {
            subject.look_into(&catalog, schema)?;
        }
        let (found, bare) = match name.0.as_slice() {
            [.., schema, bare] => (catalog.find_in(schema, bare), bare),
            [bare] => (catalog.find(path.iter().map(String::as_str), bare), bare),
            [] => return Err(SqlError::internal("relation without a name")),
        };
        let refused = |what: &str| {
            Err(SqlError::new(SqlState::WrongObjectType, format!("cannot lock relation \"{bare}\""))
                .detail(format!("This operation is not supported for {what}.")))
        };
        match found {
            Some(Found::Relation(Relation::Table(table))) if table.materialized.is_some() => {
                refused("materialized views")
            }
            Some(Found::Relation(Relation::Table(table))) => {
                may_lock(&catalog, table.oid, &subject, mode)?;
                if of.only {
                    return Ok([table.oid].into());
                }
                Ok(catalog.descendants(table.oid).iter().map(|t| t.oid).collect())
            }
            Some(Found::Relation(Relation::View(view))) => {
                let basis = self.basis().await?;
                let style = self.text_style_now();
                let quoted: Vec<String> = name.0.iter().map(|n| gavel_binder::ddl::quote(n)).collect();
                let bound = binding::bind_text(&format!("SELECT FROM {}", quoted.join(".")), &basis, &style, None)?;
                for access in &bound.accesses {
                    match access.as_role {
                        Some(owner) => may_lock(&catalog, access.relation, &Subject::of(&catalog, owner), mode)?,
                        None => may_lock(&catalog, access.relation, &subject, mode)?,
                    }
                }
                Ok(bound.objects.into_iter().chain([view.oid]).collect())
            }
            Some(Found::Relation(Relation::Sequence(_))) => refused("sequences"),
            Some(Found::Relation(Relation::Index(..))) => refused("indexes"),
            // Nobody changes those.
            Some(Found::System(relation)) => {
                may_lock(&catalog, relation.oid, &subject, mode)?;
                Ok(BTreeSet::new())
            }
            None => Err(SqlError::new(
                SqlState::UndefinedTable,
                format!("relation \"{}\" does not exist", name.0.join(".")),
            )),
        }
    }

    async fn lock_objects(&mut self, objects: &BTreeSet<Oid>, mode: TableLockMode) -> SqlResult<()> {
        use TableLockMode as M;
        let check = match mode {
            M::AccessShare | M::RowShare | M::RowExclusive => CheckMode::KeyShare,
            M::ShareUpdateExclusive => CheckMode::NoKeyUpdate,
            M::Share | M::ShareRowExclusive | M::Exclusive | M::AccessExclusive => CheckMode::Update,
        };
        let database = self.database;
        let work = self.work().await?;
        let state = work.state.lock().await;
        // Nobody else uses those that are temporary.
        for oid in objects.iter().filter(|oid| !is_temporary(**oid)) {
            if check == CheckMode::KeyShare {
                state.txn.check(work.catalog.version_key(*oid), check);
                continue;
            }
            work.catalog.version_keys(*oid).for_each(|key| state.txn.check(key, check));
            if work.catalog.base.table(*oid).is_some() {
                state.txn.check(keys::descriptor(database, Kind::Table, *oid), CheckMode::Share);
            }
        }
        Ok(())
    }
}

/// Whether a role may lock a relation: one of some privileges is enough.
///
/// # Errors
/// 42501.
fn may_lock(catalog: &Catalog, relation: Oid, subject: &Subject, mode: TableLockMode) -> SqlResult<()> {
    let enough = match mode {
        TableLockMode::AccessShare => "r",
        TableLockMode::RowExclusive => "awdD",
        _ => "wdD",
    };
    match Securable::find(catalog, relation) {
        Some(of) if subject.on_relation(&of).and(Privileges::of_letters(enough)).is_empty() => {
            Err(denied(of.kind(), of.name()))
        }
        _ => Ok(()),
    }
}
