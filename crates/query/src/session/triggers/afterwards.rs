//! What comes after the rows of a statement: foreign keys, then the triggers after rows and those after the statement.
//!
//! ```text
//!  WITH … INSERT ─┐                        ┌─ foreign keys of the rows so far: BEFORE ROW ─► writes, as parts of their own
//!  WITH … UPDATE ─┼─► parts, in order ─► ──┤
//!  the statement ─┘                        └─ AFTER ROW, AFTER STATEMENT of the parts before ─► again, until nothing is left
//! ```
//! Triggers of statements fire once for a table and an event, however many parts there are: those before it for the first,
//! those after it for the last (but for those that see transition tables).

use futures::future::BoxFuture;
use gavel_catalog::trigger::{Timing, TriggerEvent};
use gavel_types::{Oid, SqlResult};

use super::rows::Wrote;
use super::{Act, TransitionRows};
use crate::dml::foreign::Cascade;
use crate::session::Session;

/// What the running statement has yet to do, and what it need not do again.
#[derive(Default)]
pub(crate) struct Afterwards {
    parts: Vec<Part>,
    /// A part is being written, which ends with the statement.
    within: bool,
    /// Tables and events of which the triggers before the statement have fired.
    begun: Vec<(Oid, TriggerEvent)>,
}

/// Rows that have been written, by one modification.
struct Part {
    acts: Vec<Act>,
    written: Vec<Wrote>,
}

impl Afterwards {
    /// Forgets a statement that has failed.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// From now on what is written is a part of a larger statement. Gives what was so before.
    pub fn go_within(&mut self, within: bool) -> bool {
        std::mem::replace(&mut self.within, within)
    }

    /// Whether triggers before a statement have not fired yet, which do so now.
    pub(super) fn begins(&mut self, table: Oid, event: TriggerEvent) -> bool {
        if event == TriggerEvent::Truncate {
            return true;
        }
        let new = !self.begun.contains(&(table, event));
        if new {
            self.begun.push((table, event));
        }
        new
    }
}

impl Session {
    /// Notes the rows of a modification, and ends the statement unless that is more than the modification. Triggers of
    /// statements go in the order of `acts`.
    pub(super) async fn after(&mut self, acts: &[Act], written: Vec<Wrote>) -> SqlResult<()> {
        self.routines.afterwards.parts.push(Part { acts: acts.to_vec(), written });
        if self.routines.afterwards.within { Ok(()) } else { self.finish_writes().await }
    }

    /// Ends a statement whose foreign keys have been followed as far as they concern tables without triggers.
    ///
    /// # Errors
    /// The functions'; violations of constraints.
    pub(crate) fn finish_firing(&mut self, mut cascades: Vec<Cascade>) -> BoxFuture<'_, SqlResult<()>> {
        Box::pin(async move {
            loop {
                let parts = std::mem::take(&mut self.routines.afterwards.parts);
                if parts.is_empty() && cascades.is_empty() {
                    self.routines.afterwards.begun.clear();
                    return Ok(());
                }
                let outer = self.routines.afterwards.go_within(true);
                let done = self.cascade_all(cascades).await;
                self.routines.afterwards.go_within(outer);
                done?;
                self.fire_after(&parts).await?;
                cascades = self.finish_checks().await?;
            }
        })
    }

    /// What foreign keys do to rows of tables with triggers.
    async fn cascade_all(&mut self, cascades: Vec<Cascade>) -> SqlResult<()> {
        for cascade in cascades {
            self.cascade_firing(cascade).await?;
        }
        Ok(())
    }

    async fn fire_after(&mut self, parts: &[Part]) -> SqlResult<()> {
        for (number, Part { acts, written }) in parts.iter().enumerate() {
            let transitions: Vec<Option<TransitionRows>> = acts.iter().map(|act| act.transitions(written)).collect();
            for row in written {
                let at = acts.iter().position(|act| act.event == row.by);
                let transitions = at.and_then(|at| transitions[at].as_ref());
                self.after_row(&row.part.act, row, transitions).await?;
            }
            for (act, transitions) in acts.iter().zip(&transitions) {
                let comes_again = |later: &[Part]| later.iter().flat_map(|part| &part.acts).any(|a| a.is_like(act));
                let last = !comes_again(&parts[number + 1..]) && !comes_again(&self.routines.afterwards.parts[..]);
                if last || transitions.is_some() {
                    self.fire_statement(act, Timing::After, transitions.as_ref()).await?;
                }
            }
        }
        Ok(())
    }
}
