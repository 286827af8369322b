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
//! PostgreSQL lets readers by that lock weakly; here they are only refused if they also write, somewhere.

use std::collections::BTreeSet;

use gavel_binder::ddl::ast::{QualifiedName, TableLockMode};
use gavel_catalog::keys;
use gavel_catalog::search::Found;
use gavel_catalog::snapshot::Relation;
use gavel_catalog::system::is_temporary;
use gavel_types::{CheckMode, Oid, SqlError, SqlResult, SqlState};

use crate::session::result::Executed;
use crate::session::{Session, binding};

impl Session {
    pub(crate) async fn lock_tables(&mut self, tables: &[QualifiedName], mode: TableLockMode) -> SqlResult<Executed> {
        if mode > TableLockMode::RowExclusive {
            self.may_write("LOCK TABLE")?;
        }
        if !self.block.is_explicit() {
            return Err(SqlError::new(
                SqlState::NoActiveSqlTransaction,
                "LOCK TABLE can only be used in transaction blocks",
            ));
        }
        self.work().await?;
        for name in tables {
            let objects = self.lockable(name).await?;
            let temporary = objects.iter().any(|oid| is_temporary(*oid));
            self.work().await?.used_temporary |= temporary;
            self.lock_objects(&objects, mode).await?;
        }
        Ok(Executed::tag("LOCK TABLE"))
    }

    /// The table of this name; of a view, all that it reads from.
    async fn lockable(&mut self, name: &QualifiedName) -> SqlResult<BTreeSet<Oid>> {
        let catalog = self.catalog();
        let path = self.search_path();
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
            Some(Found::Relation(Relation::Table(table))) => Ok([table.oid].into()),
            Some(Found::Relation(Relation::View(view))) => {
                let basis = self.basis().await?;
                let style = self.text_style_now();
                let quoted: Vec<String> = name.0.iter().map(|n| gavel_binder::ddl::quote(n)).collect();
                let bound = binding::bind_text(&format!("SELECT FROM {}", quoted.join(".")), &basis, &style)?;
                Ok(bound.objects.into_iter().chain([view.oid]).collect())
            }
            Some(Found::Relation(Relation::Sequence(_))) => refused("sequences"),
            Some(Found::Relation(Relation::Index(..))) => refused("indexes"),
            // Nobody changes those.
            Some(Found::System(_)) => Ok(BTreeSet::new()),
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
            state.txn.check(keys::object_version(database, *oid), check);
        }
        Ok(())
    }
}
