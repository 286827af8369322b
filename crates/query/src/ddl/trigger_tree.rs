//! Triggers of partitioned tables (<https://www.postgresql.org/docs/15/sql-createtrigger.html>). A trigger of rows is on
//! each partition too, level by level: each has one of its own for it, whose `parent` it is.
//!
//! ```text
//!  CREATE TRIGGER ─▶ spread_trigger
//!  PARTITION OF, ATTACH PARTITION ─▶ join_triggers
//!  DETACH PARTITION ─▶ leave_triggers: they go away
//! ```

use gavel_binder::ddl::ast::CreateTrigger;
use gavel_catalog::Table;
use gavel_catalog::trigger::{ConstraintTrigger, Trigger};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;
use super::drop::{Object, depended_upon};
use super::index_tree::column_in;

/// # Errors
/// 0A000: transition tables have rows of one kind.
pub(super) fn require_no_transitions_below(table: &Table, create: &CreateTrigger) -> SqlResult<()> {
    if !create.row || create.transitions.is_empty() || table.inherits.is_empty() {
        return Ok(());
    }
    let what = if table.bound.is_some() { "partitions" } else { "inheritance children" };
    Err(SqlError::unsupported(format!("ROW triggers with transition tables are not supported on {what}")))
}

/// # Errors
/// 0A000 if a table has a trigger that a partition, or else a child, must not have.
pub(super) fn require_triggers_fit(table: &Table, partition: bool) -> SqlResult<()> {
    let refused = |t: &&Trigger| t.row && (t.old_table.is_some() || t.new_table.is_some());
    let Some(trigger) = table.triggers.iter().find(refused) else { return Ok(()) };
    let (what, where_to) = match partition {
        true => ("a partition", "on partitions"),
        false => ("an inheritance child", "in inheritance hierarchies"),
    };
    let text = format!("trigger \"{}\" prevents table \"{}\" from becoming {what}", trigger.name, table.name);
    let detail = format!("ROW triggers with transition tables are not supported {where_to}.");
    Err(SqlError::unsupported(text).detail(detail))
}

/// 42710: the trigger `name` of a relation is in the way.
pub(super) fn in_the_way(name: &str, relation: &str, why: &str) -> SqlError {
    let text = format!("trigger \"{name}\" for relation \"{relation}\" {why}");
    SqlError::new(SqlState::DuplicateObject, text)
}

impl DdlContext<'_> {
    /// Gives all partitions below a table their triggers for one of rows that it has.
    ///
    /// # Errors
    /// 42710 if one has another trigger of that name, unless `replace`.
    pub(super) async fn spread_trigger(&mut self, table: Oid, trigger: &Trigger, replace: bool) -> SqlResult<()> {
        let mut open = vec![(table, trigger.clone())];
        while let Some((table, trigger)) = open.pop() {
            for partition in self.child_oids(table) {
                let made = self.trigger_for_partition(partition, (table, &trigger), replace).await?;
                open.push((partition, made));
            }
        }
        Ok(())
    }

    async fn trigger_for_partition(
        &mut self,
        partition: Oid,
        (parent, trigger): (Oid, &Trigger),
        replace: bool,
    ) -> SqlResult<Trigger> {
        let (parent, own) = (self.table_by_oid(parent)?, self.table_by_oid(partition)?);
        let old = own.triggers.iter().find(|t| t.name == trigger.name);
        if let Some(old) = old {
            if !replace {
                return Err(in_the_way(&trigger.name, &own.name, "already exists"));
            }
            if old.constraint.is_some() {
                return Err(in_the_way(&trigger.name, &own.name, "is a constraint trigger"));
            }
        }
        let oid = match old {
            Some(old) => old.oid,
            None => self.new_oid(own.schema).await?,
        };
        let constraint = match trigger.constraint {
            Some(of) => Some(ConstraintTrigger { oid: self.new_oid(own.schema).await?, ..of }),
            None => None,
        };
        let columns = trigger.columns.iter().map(|n| column_in(&own, &parent, *n)).collect::<SqlResult<_>>()?;
        let made = Trigger { oid, columns, constraint, parent: Some(trigger.oid), ..trigger.clone() };
        self.pin(own.schema, &[made.function]);
        let kept = made.clone();
        self.edit_triggers(partition, |triggers| {
            triggers.retain(|own| own.name != kept.name);
            triggers.push(kept);
        })?;
        Ok(made)
    }

    /// Gives a new partition, and those below it, the triggers of rows that the parent has.
    ///
    /// # Errors
    /// 42710 if it has another trigger of that name.
    pub(super) async fn join_triggers(&mut self, parent: Oid, partition: Oid) -> SqlResult<()> {
        let of = self.table_by_oid(parent)?;
        for trigger in of.triggers.iter().filter(|t| t.row) {
            let made = self.trigger_for_partition(partition, (parent, trigger), false).await?;
            self.spread_trigger(partition, &made, false).await?;
        }
        Ok(())
    }

    /// Takes away the triggers that a partition has of its parent.
    pub(super) fn leave_triggers(&mut self, partition: Oid) -> SqlResult<()> {
        let own = self.table_by_oid(partition)?;
        own.triggers.iter().filter(|t| t.parent.is_some()).try_for_each(|t| self.remove_trigger(partition, t.oid))
    }

    /// What the partitions below a table have of a trigger, from above to below, each with its table.
    pub(super) fn parts_of_trigger(&self, table: Oid, trigger: Oid) -> Vec<(Oid, Oid)> {
        let mut found = vec![(table, trigger)];
        for below in self.now().descendants(table).into_iter().skip(1) {
            for own in &below.triggers {
                if own.parent.is_some_and(|parent| found.iter().any(|(_, known)| *known == parent)) {
                    found.push((below.oid, own.oid));
                }
            }
        }
        found.split_off(1)
    }

    /// Takes a trigger away, and what partitions have of it.
    pub(super) fn remove_trigger(&mut self, relation: Oid, trigger: Oid) -> SqlResult<()> {
        let mut all = self.parts_of_trigger(relation, trigger);
        all.push((relation, trigger));
        for (on, oid) in all {
            self.edit_triggers(on, |triggers| triggers.retain(|own| own.oid != oid))?;
            self.forget_comments(oid);
        }
        Ok(())
    }

    /// The table and the trigger that a partition's trigger is there for.
    fn parent_of_trigger(&self, trigger: &Trigger) -> Option<(Oid, &Trigger)> {
        let parent = trigger.parent?;
        self.now().triggers().find(|(_, t)| t.oid == parent)
    }

    /// # Errors
    /// 2BP01 for a trigger that a partition has of its parent.
    pub(super) fn refuse_part_of_trigger(&self, table: Oid, trigger: &Trigger) -> SqlResult<()> {
        let Some((of, whole)) = self.parent_of_trigger(trigger) else { return Ok(()) };
        let of = self.described(&Object::Trigger(of, whole.oid));
        let part = self.described(&Object::Trigger(table, trigger.oid));
        Err(depended_upon(format!("cannot drop {part} because {of} requires it"))
            .hint(format!("You can drop {of} instead.")))
    }

    /// # Errors
    /// XX000 for a trigger that a partition has of its parent, 42710 if another has the name `to`, there or below.
    pub(super) fn require_renamable(&self, table: &Table, trigger: &Trigger, to: &str) -> SqlResult<()> {
        if let Some((of, _)) = self.parent_of_trigger(trigger) {
            let parent = self.now().table(of).map_or("", |t| t.name.as_str());
            let text = format!("cannot rename trigger \"{}\" on table \"{}\"", trigger.name, table.name);
            let hint = format!("Rename the trigger on the partitioned table \"{parent}\" instead.");
            return Err(SqlError::internal(text).hint(hint));
        }
        for (on, _) in self.parts_of_trigger(table.oid, trigger.oid) {
            let on = self.table_by_oid(on)?;
            if on.triggers.iter().any(|t| t.name == to) {
                return Err(in_the_way(to, &on.name, "already exists"));
            }
        }
        Ok(())
    }
}
