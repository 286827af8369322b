//! Rows of COPY for a table or view with triggers: each is written when it has come, as by a statement of its own whose
//! triggers of statements fire before the first row and after the last.

use std::sync::Arc;

use gavel_catalog::Table;
use gavel_catalog::trigger::{Timing, TriggerEvent};
use gavel_types::{Datum, SqlResult};

use super::Act;
use super::rows::{Given, Target};
use crate::session::Session;

/// A COPY that fires triggers, as far as it has come.
pub(crate) struct Copying {
    act: Act,
    target: Target,
    /// Of a view, whose triggers are all that is done.
    instead: bool,
    count: u64,
}

impl Copying {
    /// Whether the rows so far were put into unique indexes one by one: triggers may have changed them, or the session asks
    /// their checks.
    pub fn is_by_row(&self) -> bool {
        self.instead || self.target.fires || self.act.shape.asks_session()
    }
}

impl Session {
    /// # Errors
    /// Those of the functions of triggers.
    pub(crate) async fn begin_copy(&mut self, table: &Arc<Table>) -> SqlResult<Copying> {
        let act = self.act(table, TriggerEvent::Insert).await?;
        self.fire_statement(&act, Timing::Before, None).await?;
        let target = Target::new(&act.shape);
        Ok(Copying { act, target, instead: table.stands_for_view(), count: 0 })
    }

    /// # Errors
    /// Those of the functions of triggers; violations of constraints other than foreign keys.
    pub(crate) async fn copy_row(&mut self, copying: &mut Copying, row: Vec<Datum>) -> SqlResult<()> {
        let Copying { act, target, instead, count } = copying;
        // Of a partition's triggers, too.
        self.routines.busy.push(act.table().oid);
        let done = if *instead {
            self.instead_of_row(act, None, Some(row)).await.map(|_| true)
        } else {
            self.write_row(target, act, Given::New(row), None).await.map(|done| done.is_some())
        };
        self.routines.busy.pop();
        *count += u64::from(done?);
        Ok(())
    }

    /// What comes after the rows: foreign keys, triggers. Gives how many rows there were.
    ///
    /// # Errors
    /// Those of the functions of triggers; violations of foreign keys.
    pub(crate) async fn end_copy(&mut self, Copying { act, target, count, .. }: Copying) -> SqlResult<u64> {
        self.after(std::slice::from_ref(&act), target.written).await?;
        Ok(count)
    }
}
