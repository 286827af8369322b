//! Which privileges a statement needs: noted where names are found, since what is pruned later counts all the same.
//!
//! ```text
//!  UPDATE v SET x = x + 1         v       UPDATE (x), SELECT (x)            of whoever runs it
//!  v: SELECT a AS x FROM t        t       UPDATE (a), SELECT (a)            of the owner of v
//! ```
//! # Invariants
//! 1. Every mention of a relation in FROM, or as what is written, is an [`Access`] of its own.
//! 2. A view comes before what it reads.

use std::sync::Arc;

use gavel_catalog::acl::Privileges;
use gavel_catalog::privilege::{Access, TABLEOID_COLUMN};
use gavel_catalog::{Function, View, predefined};
use gavel_types::{Oid, SqlError, SqlResult};

use super::Binder;
use super::scope::NsColumn;
use super::written::Written;
use crate::context::BindContext;
use crate::parse;

/// Stands for system columns: of those `tableoid` alone can be read of tables that have privileges on columns.
pub const SYSTEM_COLUMN: i16 = TABLEOID_COLUMN;

/// Place of an [`Access`] in the binder's list, and the number of a column of its relation.
pub type ColumnAccess = (usize, i16);

impl Binder<'_> {
    /// Notes that a relation is used; `letters` are the privileges that this takes.
    pub fn new_access(&mut self, relation: Oid, letters: &str) -> usize {
        self.accesses.push(Access::new(relation, self.reads_as, Privileges::of_letters(letters)));
        self.accesses.len() - 1
    }

    /// More privileges that the use takes.
    pub fn needs(&mut self, access: usize, letters: &str) {
        if let Some(access) = self.accesses.get_mut(access) {
            access.privileges = access.privileges.or(Privileges::of_letters(letters));
        }
    }

    /// Notes that a column is read.
    pub fn selects(&mut self, column: Option<ColumnAccess>) {
        let Some((access, number)) = column else { return };
        self.needs(access, "r");
        if let Some(access) = self.accesses.get_mut(access) {
            add(&mut access.selected, number);
        }
    }

    /// Notes that columns are read.
    pub fn selects_all(&mut self, columns: &[NsColumn]) {
        columns.iter().for_each(|c| self.selects(c.access));
    }

    /// Notes that a column gets a value in new rows.
    pub fn inserts(&mut self, (access, number): ColumnAccess) {
        if let Some(access) = self.accesses.get_mut(access) {
            add(&mut access.inserted, number);
        }
    }

    /// Notes that a column gets another value.
    pub fn updates(&mut self, (access, number): ColumnAccess) {
        if let Some(access) = self.accesses.get_mut(access) {
            add(&mut access.updated, number);
        }
    }

    /// Takes over what `inner` has noted.
    pub fn take_accesses_of(&mut self, inner: &mut Binder<'_>) {
        for access in inner.accesses.drain(..) {
            self.note_access(access);
        }
        self.guarded.append(&mut inner.guarded);
    }

    /// Notes that a function of PostgreSQL's own is called.
    pub fn calls(&mut self, function: Oid) {
        let call = (function, self.runs_as);
        let guarded =
            predefined::is_guarded(function) || self.context.catalog.system_privileges.contains_key(&function);
        if guarded && !self.guarded.contains(&call) {
            self.guarded.push(call);
        }
    }

    /// Notes that a function of users is called.
    pub fn executes(&mut self, function: &Function) {
        self.note_access(Access::new(function.oid, self.runs_as, Privileges::of_letters("X")));
    }

    /// Has `role` be asked whether it may call these functions, of what was noted after the first `before` accesses.
    pub fn asked_of(&mut self, role: Oid, before: usize, functions: &[Option<Oid>]) {
        for access in self.accesses.iter_mut().skip(before) {
            if functions.contains(&Some(access.relation)) {
                access.as_role = Some(role);
            }
        }
    }

    /// Notes that the next value of a sequence is taken.
    pub fn takes_value(&mut self, sequence: Oid) {
        self.note_access(Access::new(sequence, self.runs_as, Privileges::of_letters("Uw")));
    }

    /// The name of the role that counts for calls, where it is not the current one.
    pub fn definer(&self) -> Option<&str> {
        let role = self.context.catalog.role_by_oid(self.runs_as?);
        role.map(|r| r.name.as_str())
    }

    /// Says of all that was noted that statement `number` of a function's body does it, unless the body is nothing but
    /// calls, which are looked at in the place of the function's own.
    pub fn within_body(&mut self, function: &Function, number: usize) {
        let call = Privileges::of_letters("X");
        if !function.security_definer && self.accesses.iter().all(|a| a.privileges == call) {
            return;
        }
        let own = format!("SQL function \"{}\" statement {number}", function.name);
        for access in &mut self.accesses {
            let context = access.context.take().map_or_else(|| own.clone(), |inner| format!("{inner}\n{own}"));
            access.context = Some(context);
        }
    }

    /// Has `inner`, over SQL text of a descriptor, do what it does with the rights that count here.
    pub fn lend_rights(&self, inner: &mut Binder<'_>) {
        (inner.runs_as, inner.reads_as) = (self.runs_as, self.runs_as);
    }

    /// Has `inner` read what the view reads.
    pub fn lend_view_rights(&self, inner: &mut Binder<'_>, view: &View) {
        (inner.runs_as, inner.reads_as) = (self.runs_as, view.reads_as().or(self.runs_as));
    }

    /// Has `inner` run statements of the function's body.
    pub fn lend_body_rights(&self, inner: &mut Binder<'_>, function: &Function) {
        let role = if function.security_definer { Some(function.owner) } else { self.runs_as };
        (inner.runs_as, inner.reads_as) = (role, role);
    }

    fn note_access(&mut self, access: Access) {
        if !self.accesses.contains(&access) {
            self.accesses.push(access);
        }
    }

    /// Notes what writing through a view takes of the relations under it, when all is noted that it takes of the view.
    pub fn accesses_below(&mut self, written: &Written) -> SqlResult<()> {
        let Some(mut above) = self.accesses.get(written.access).cloned() else { return Ok(()) };
        let views: Vec<Arc<View>> = written.views().cloned().collect();
        for view in views {
            let (read, columns) = self.read_by(&view)?;
            let below = |numbers: &[i16]| {
                let of = |n: &i16| columns.get(usize::try_from(*n).ok()?.checked_sub(1)?).copied().flatten();
                numbers.iter().filter_map(of).collect()
            };
            let (inserted, updated) = (below(&above.inserted), below(&above.updated));
            above = Access { privileges: above.privileges, inserted, updated, ..read };
            self.note_access(above.clone());
        }
        Ok(())
    }

    /// The one relation that a simple view reads, with the columns that it reads of it, and for each column of the view
    /// the one that it is.
    fn read_by(&self, view: &View) -> SqlResult<(Access, Vec<Option<i16>>)> {
        let context = BindContext { rows: None, ..self.context.stored() };
        let query = parse::parse_query(&view.sql)?;
        let mut inner = Binder::new(&context, &view.sql);
        inner.allow_params = false;
        inner.view_depth = self.view_depth + 1;
        self.lend_view_rights(&mut inner, view);
        let bound = inner.query(&query, true)?;
        let columns = bound.columns.iter().map(|c| c.origin.map(|(_, number)| number)).collect();
        let read = inner.accesses.into_iter().next();
        Ok((read.ok_or_else(|| SqlError::internal("a view that reads nothing"))?, columns))
    }
}

fn add(numbers: &mut Vec<i16>, number: i16) {
    if !numbers.contains(&number) {
        numbers.push(number);
    }
}
