//! Row-level security: policies as conditions on the rows that a statement reaches and on those that it writes
//! (<https://www.postgresql.org/docs/15/ddl-rowsecurity.html>).
//!
//! ```text
//!  SELECT … FROM t WHERE f(a)     Filter f(a)               what the statement asks
//!                                 └ Limit (none)            a fence: what could tell of rows stays above it
//!                                   └ Filter policies       USING of SELECT, and with row locks of UPDATE
//!                                     └ Scan t
//!  UPDATE t SET a = …             rows   USING of UPDATE, and of SELECT if the statement reads
//!                                 checks WITH CHECK of UPDATE, else USING; USING of SELECT if the statement reads
//! ```
//! # Invariants
//! 1. Policies are those of the table that is named, for the role by whose rights it is reached; tables below it have none.
//! 2. A condition is bound over the row that it is about, and apart from the statement: it has names of its own.
//! 3. What a policy reads is read by the same rights as the table, with the policies of what it reads.

use std::ops::ControlFlow;
use std::sync::Arc;

use gavel_catalog::acl::Privileges;
use gavel_catalog::{Policy, PolicyCommand, Subject, Table};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, Visit, Visitor};

use super::Binder;
use super::clause::Clause;
use super::modify::in_row;
use super::repeat::require_the_same;
use super::scalar::{and, boolean, column, or, truth};
use super::scope::{Columns, Level, NsItem};
use super::view::{edited, without_position};
use super::walk;
use super::written::Written;
use crate::bound::{
    ColumnId, ConflictAction, MergeAction, Modify, ModifyOp, OnConflict, Output, PolicyRow, PolicyRule, Query, Rel,
    RowCheck, RowRule, Scalar, ScalarKind,
};
use crate::context::BindContext;
use crate::parse::parse_expression;

/// USING or WITH CHECK as a descriptor keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyText {
    /// Binds without a search path, over a row of the table under the name that it has now.
    pub sql: String,
    /// Relations, functions and types that it uses.
    pub depends_on: Vec<Oid>,
}

/// Binds USING or WITH CHECK of a policy of `table`, whose places are in `text`.
///
/// # Errors
/// As binding a condition: 42703, 42804, 42803 …
pub fn policy_text(context: &BindContext<'_>, expr: &ast::Expr, text: &str, table: &Table) -> SqlResult<PolicyText> {
    // For the places of errors, which those of the printed text are not.
    over_row(&mut Binder::new(context, text), expr, table)?;
    let sql = expr.to_string();
    let parsed = parse_expression(&sql)?;
    let mut binder = Binder::new(context, &sql);
    binder.edits = Some(vec![]);
    over_row(&mut binder, &parsed, table).map_err(without_position)?;
    let edits = binder.edits.take().unwrap_or_default();
    Ok(PolicyText { sql: edited(&sql, edits), depends_on: binder.take_objects() })
}

/// Binds a condition over a row of `table`, of which nothing is read.
fn over_row(binder: &mut Binder<'_>, expr: &ast::Expr, table: &Table) -> SqlResult<()> {
    binder.allow_params = false;
    binder.defining = true;
    let first = binder.reserve_columns(table.columns.len());
    binder.levels.push(Level::new());
    let mut item = NsItem::new(table.name.clone(), Columns::Table { table: Arc::new(table.clone()), first });
    item.schema = Some(table.schema);
    binder.level().items.push(item);
    binder.condition(expr, Clause::Policy, "POLICY").map(|_| ())
}

/// By whose rights the rows of a table are reached, where policies have a say.
struct Reader {
    subject: Subject,
    /// The same role, as [`Binder::reads_as`] has it.
    as_role: Option<Oid>,
}

/// What gives the columns of a row their values, by number.
type RowValues<'v> = &'v dyn Fn(i16) -> Option<Scalar>;

/// Whether an expression has a query in it.
fn has_query(expr: &ast::Expr) -> bool {
    struct Find;
    impl Visitor for Find {
        type Break = ();
        fn pre_visit_query(&mut self, _: &ast::Query) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    expr.visit(&mut Find).is_break()
}

/// The rows of a scan that satisfy a condition, with a fence around them: conditions from outside that could tell of the
/// other rows are not asked before it.
fn fenced(scan: Rel, predicate: Scalar) -> Rel {
    let input = Box::new(Rel::Filter { input: Box::new(scan), predicate });
    Rel::Limit { input, limit: None, offset: None, with_ties: vec![] }
}

/// Puts a condition on the scan that gives this row key.
fn fence_scan(rel: &mut Rel, key: ColumnId, predicate: &mut Option<Scalar>) {
    let found = matches!(rel, Rel::Scan { row_key: Some(k), .. } | Rel::Append { row_key: Some(k), .. } if *k == key);
    if found {
        if let Some(predicate) = predicate.take() {
            let nothing = Rel::Values { rows: vec![], columns: vec![] };
            let scan = std::mem::replace(rel, nothing);
            *rel = fenced(scan, predicate);
        }
        return;
    }
    walk::inputs_mut(rel, &mut |input| fence_scan(input, key, predicate));
}

impl Binder<'_> {
    /// Whose policies count for `table`; `None` if none do.
    ///
    /// # Errors
    /// 42501 if they would, and `row_security` is off.
    fn reader_of(&self, table: &Table, as_role: Option<Oid>) -> SqlResult<Option<Reader>> {
        let Some(rows) = self.context.rows.filter(|_| table.row_security.enabled) else { return Ok(None) };
        let catalog = self.context.catalog;
        let subject = match as_role.filter(|role| *role != rows.subject.role) {
            Some(role) => Subject::of(catalog, role),
            None => rows.subject.clone(),
        };
        if !table.is_secured_from(catalog, &subject) {
            return Ok(None);
        }
        if !rows.filters {
            let text = format!("query would be affected by row-level security policy for table \"{}\"", table.name);
            let error = SqlError::new(SqlState::InsufficientPrivilege, text);
            let owns = subject.has_privileges_of(table.owner);
            let hint = "To disable the policy for the table's owner, use ALTER TABLE NO FORCE ROW LEVEL SECURITY.";
            return Err(if owns { error.hint(hint) } else { error });
        }
        Ok(Some(Reader { subject, as_role }))
    }

    /// The same for the table that a statement writes.
    fn writer_of(&self, written: &Written) -> SqlResult<Option<Reader>> {
        let as_role = match written.views().last() {
            Some(view) => view.reads_as().or(self.runs_as),
            None => self.reads_as,
        };
        self.reader_of(&written.table, as_role)
    }

    /// Whether a statement reads the table that it writes; a view always does.
    fn reads_written(&self, written: &Written) -> bool {
        let select = Privileges::of_letters("r");
        let read = self.accesses.get(written.access).is_some_and(|a| !a.privileges.and(select).is_empty());
        written.is_view() || read
    }

    /// A condition of a policy over a row.
    fn policy_condition(
        &mut self,
        table: &Table,
        (policy, sql): (&Policy, &str),
        as_role: Option<Oid>,
        values: RowValues<'_>,
    ) -> SqlResult<Scalar> {
        let parsed = parse_expression(sql)?;
        let reads = has_query(&parsed);
        if reads && self.secured.contains(&table.oid) {
            let text = format!("infinite recursion detected in policy for relation \"{}\"", table.name);
            return Err(SqlError::new(SqlState::InvalidObjectDefinition, text));
        }
        let context = self.context.stored();
        let mut inner = Binder::new(&context, sql);
        inner.allow_params = false;
        inner.routines = self.routines.clone();
        inner.view_depth = self.view_depth;
        self.lend_ids(&mut inner);
        (inner.runs_as, inner.reads_as) = (self.runs_as, as_role);
        if reads {
            inner.secured.push(table.oid);
        }
        inner.levels.push(Level::new());
        let mut item = Self::row_item(table, policy.called.clone(), values);
        item.schema = Some(table.schema);
        inner.level().items.push(item);
        let value = inner.condition(&parsed, Clause::Policy, "POLICY");
        self.take_ids(&mut inner);
        value.map_err(without_position)
    }

    /// The policies that concern what is done: permissive ones, and restrictive ones, by name.
    fn concerned<'t>(table: &'t Table, command: PolicyCommand, reader: &Reader) -> (Vec<&'t Policy>, Vec<&'t Policy>) {
        let all = table.row_security.policies.iter().filter(|p| p.is_for(&reader.subject, command));
        let (mut permissive, mut restrictive): (Vec<_>, Vec<_>) = all.partition(|p| p.permissive);
        permissive.sort_by(|a, b| a.name.cmp(&b.name));
        restrictive.sort_by(|a, b| a.name.cmp(&b.name));
        (permissive, restrictive)
    }

    /// What rows must satisfy to be reached: all of it.
    fn visible(
        &mut self,
        table: &Table,
        command: PolicyCommand,
        reader: &Reader,
        values: RowValues<'_>,
    ) -> SqlResult<Vec<Scalar>> {
        let (permissive, restrictive) = Self::concerned(table, command, reader);
        let mut any = Vec::with_capacity(permissive.len());
        for policy in permissive {
            if let Some(sql) = &policy.using {
                any.push(self.policy_condition(table, (policy, sql), reader.as_role, values)?);
            }
        }
        if any.is_empty() {
            return Ok(vec![truth(false)]);
        }
        let mut all = Vec::with_capacity(restrictive.len() + 1);
        for policy in restrictive {
            if let Some(sql) = &policy.using {
                all.push(self.policy_condition(table, (policy, sql), reader.as_role, values)?);
            }
        }
        all.push(or(any));
        Ok(all)
    }

    /// What is asked of a row that is written, in the order in which it is asked. `using`: USING counts, whether or not
    /// there is WITH CHECK.
    fn rules(
        &mut self,
        table: &Table,
        command: PolicyCommand,
        (row, using): (PolicyRow, bool),
        reader: &Reader,
        values: RowValues<'_>,
    ) -> SqlResult<Vec<(RowRule, Scalar)>> {
        let text_of = |policy: &Policy| match &policy.check {
            Some(check) if !using => Some(check.clone()),
            _ => policy.using.clone(),
        };
        let rule = |policy: Option<&Policy>| {
            let policy = policy.map(|p| p.name.clone());
            RowRule::Policy(PolicyRule { table: table.name.clone(), policy, row })
        };
        let (permissive, restrictive) = Self::concerned(table, command, reader);
        let mut any = Vec::with_capacity(permissive.len());
        for policy in permissive {
            if let Some(sql) = text_of(policy) {
                any.push(self.policy_condition(table, (policy, &sql), reader.as_role, values)?);
            }
        }
        if any.is_empty() {
            return Ok(vec![(rule(None), truth(false))]);
        }
        let mut all = vec![(rule(None), or(any))];
        for policy in restrictive {
            if let Some(sql) = text_of(policy) {
                let condition = self.policy_condition(table, (policy, &sql), reader.as_role, values)?;
                all.push((rule(Some(policy)), condition));
            }
        }
        Ok(all)
    }

    /// The rows of a scan of `table` that policies let through. `locked`: they will be locked.
    ///
    /// # Errors
    /// 42501 with `row_security` off; 42P17 for a policy that reads its own table.
    pub fn secure_read(&mut self, table: &Arc<Table>, scan: Rel, locked: bool) -> SqlResult<Rel> {
        let Some(reader) = self.reader_of(table, self.reads_as)? else { return Ok(scan) };
        let columns = match &scan {
            Rel::Scan { columns, .. } | Rel::Append { columns, .. } => columns.clone(),
            _ => return Err(SqlError::internal("a table without scan")),
        };
        let values = |n: i16| in_row(&columns, table, n);
        let mut all = self.visible(table, PolicyCommand::Select, &reader, &values)?;
        if locked {
            all.extend(self.visible(table, PolicyCommand::Update, &reader, &values)?);
        }
        Ok(fenced(scan, and(all)))
    }

    /// The query that COPY of a table is, if policies count for it.
    ///
    /// # Errors
    /// 0A000 for COPY FROM; as [`Self::secure_read`].
    pub fn secure_copy(&mut self, table: &Arc<Table>, numbers: &[i16], to: bool) -> SqlResult<Option<Query>> {
        if self.reader_of(table, self.reads_as)?.is_none() {
            return Ok(None);
        }
        if !to {
            return Err(SqlError::unsupported("COPY FROM not supported with row-level security")
                .hint("Use INSERT statements instead."));
        }
        let scan = self.table_item(table, true).rel;
        let Rel::Scan { columns, .. } = &scan else { return Err(SqlError::internal("a table without scan")) };
        let mut output = Vec::with_capacity(numbers.len());
        for number in numbers {
            let found = columns.iter().find(|(n, _)| n == number).map(|(_, id)| *id);
            let (Some(id), Some(c)) = (found, table.column(*number)) else { continue };
            output.push(Output { id, name: c.name.clone(), ty: c.ty, origin: Some((table.oid, *number)), shown: None });
        }
        let mut rel = self.secure_read(table, scan, false)?;
        super::prune::prune(&mut rel, output.iter().map(|o| o.id));
        Ok(Some(Query { rel, output }))
    }

    /// Holds the rows of an INSERT to policies.
    ///
    /// # Errors
    /// As [`Self::secure_read`].
    pub fn secure_insert(&mut self, modify: &mut Modify, written: &Written) -> SqlResult<()> {
        let Some(reader) = self.writer_of(written)? else { return Ok(()) };
        let (table, reads) = (Arc::clone(&written.table), self.reads_written(written));
        let ModifyOp::Insert { new_row, on_conflict } = &mut modify.op else { return Ok(()) };
        let new = |n: i16| in_row(new_row, &table, n);
        let (given, read) = ((PolicyRow::New, false), (PolicyRow::New, true));
        let mut rules = self.rules(&table, PolicyCommand::Insert, given, &reader, &new)?;
        if reads {
            rules.extend(self.rules(&table, PolicyCommand::Select, read, &reader, &new)?);
        }
        if let Some(OnConflict {
            action: ConflictAction::Update { existing, assignments, checks, again, .. }, ..
        }) = on_conflict
        {
            let there = (PolicyRow::Existing, true);
            let old = |n: i16| in_row(existing, &table, n);
            let changed = |n: i16| assignments.iter().find(|(a, _)| *a == n).map(|(_, s)| s.clone()).or_else(|| old(n));
            let mut own = self.rules(&table, PolicyCommand::Update, there, &reader, &old)?;
            if reads {
                own.extend(self.rules(&table, PolicyCommand::Select, there, &reader, &old)?);
            }
            require_the_same(assignments)?;
            own.extend(self.rules(&table, PolicyCommand::Update, given, &reader, &changed)?);
            let mut becomes = self.rules(&table, PolicyCommand::Update, given, &reader, &old)?;
            if reads {
                own.extend(self.rules(&table, PolicyCommand::Select, read, &reader, &changed)?);
                becomes.extend(self.rules(&table, PolicyCommand::Select, read, &reader, &old)?);
            }
            checks.splice(0..0, own);
            again.splice(0..0, becomes);
        }
        self.hold(modify, rules)
    }

    /// Leaves out of an UPDATE the rows that policies do not let through, and holds the others to them. The row of the
    /// scan has this key and these columns.
    ///
    /// # Errors
    /// As [`Self::secure_read`].
    pub fn secure_update(
        &mut self,
        modify: &mut Modify,
        written: &Written,
        (row_key, scanned): (ColumnId, &[(i16, ColumnId)]),
    ) -> SqlResult<()> {
        let Some(reader) = self.writer_of(written)? else { return Ok(()) };
        let (table, reads) = (Arc::clone(&written.table), self.reads_written(written));
        self.secure_target(modify, PolicyCommand::Update, (&table, reads), &reader, (row_key, scanned))?;
        let ModifyOp::Update { new_row, .. } = &modify.op else { return Ok(()) };
        let new_row = new_row.clone();
        let new = |n: i16| in_row(&new_row, &table, n);
        let mut rules = self.rules(&table, PolicyCommand::Update, (PolicyRow::New, false), &reader, &new)?;
        if reads {
            rules.extend(self.rules(&table, PolicyCommand::Select, (PolicyRow::New, true), &reader, &new)?);
        }
        self.hold(modify, rules)
    }

    /// The same for a DELETE.
    ///
    /// # Errors
    /// As [`Self::secure_read`].
    pub fn secure_delete(
        &mut self,
        modify: &mut Modify,
        written: &Written,
        (row_key, scanned): (ColumnId, &[(i16, ColumnId)]),
    ) -> SqlResult<()> {
        let Some(reader) = self.writer_of(written)? else { return Ok(()) };
        let (table, reads) = (Arc::clone(&written.table), self.reads_written(written));
        self.secure_target(modify, PolicyCommand::Delete, (&table, reads), &reader, (row_key, scanned))
    }

    fn secure_target(
        &mut self,
        modify: &mut Modify,
        command: PolicyCommand,
        (table, reads): (&Table, bool),
        reader: &Reader,
        (row_key, scanned): (ColumnId, &[(i16, ColumnId)]),
    ) -> SqlResult<()> {
        let old = |n: i16| in_row(scanned, table, n);
        let mut all = self.visible(table, command, reader, &old)?;
        if reads {
            all.extend(self.visible(table, PolicyCommand::Select, reader, &old)?);
        }
        fence_scan(&mut modify.source, row_key, &mut Some(and(all)));
        Ok(())
    }

    /// The same for a MERGE: rows that SELECT does not let through are not there for it; one that its action is not let
    /// through to is an error.
    ///
    /// # Errors
    /// As [`Self::secure_read`].
    pub fn secure_merge(
        &mut self,
        modify: &mut Modify,
        written: &Written,
        (row_key, scanned): (ColumnId, &[(i16, ColumnId)]),
    ) -> SqlResult<()> {
        let Some(reader) = self.writer_of(written)? else { return Ok(()) };
        let (table, reads) = (Arc::clone(&written.table), self.reads_written(written));
        if reads {
            let old = |n: i16| in_row(scanned, &table, n);
            let all = self.visible(&table, PolicyCommand::Select, &reader, &old)?;
            fence_scan(&mut modify.source, row_key, &mut Some(and(all)));
        }
        let ModifyOp::Merge { old_row, new_row, action, actions, .. } = &modify.op else { return Ok(()) };
        let (old_row, new_row, action, actions) = (old_row.clone(), new_row.clone(), *action, actions.clone());
        let old = |n: i16| in_row(&old_row, &table, n);
        let new = |n: i16| in_row(&new_row, &table, n);
        let (target, given) = ((PolicyRow::Target, true), (PolicyRow::New, false));
        let mut rules = Vec::new();
        for verb in [MergeAction::Update, MergeAction::Delete, MergeAction::Insert] {
            let mut chosen = Vec::new();
            for (_, number) in actions.iter().zip(0_i32..).filter(|(a, _)| **a == verb) {
                chosen.push(self.is_action(action, number)?);
            }
            if chosen.is_empty() {
                continue;
            }
            let own = match verb {
                MergeAction::Update => {
                    let mut own = self.rules(&table, PolicyCommand::Update, target, &reader, &old)?;
                    own.extend(self.rules(&table, PolicyCommand::Update, given, &reader, &new)?);
                    if reads {
                        let read = (PolicyRow::New, true);
                        own.extend(self.rules(&table, PolicyCommand::Select, read, &reader, &new)?);
                    }
                    own
                }
                MergeAction::Delete => self.rules(&table, PolicyCommand::Delete, target, &reader, &old)?,
                _ => self.rules(&table, PolicyCommand::Insert, given, &reader, &new)?,
            };
            let chosen = or(chosen);
            let only = |(rule, holds): (RowRule, Scalar)| {
                let arms = vec![(chosen.clone(), holds)];
                (rule, boolean(ScalarKind::Case { arms, otherwise: Box::new(truth(true)) }))
            };
            rules.extend(own.into_iter().map(only));
        }
        self.hold(modify, rules)
    }

    /// Adds to the rows of a modification what each must satisfy, before what views ask. The conditions are over the
    /// columns of its source, which get other ids.
    pub(super) fn hold(&mut self, modify: &mut Modify, rules: Vec<(RowRule, Scalar)>) -> SqlResult<()> {
        if rules.is_empty() {
            return Ok(());
        }
        let mut computed = Vec::with_capacity(rules.len());
        let mut checks = Vec::with_capacity(rules.len() + modify.checks.len());
        for (rule, condition) in rules {
            let holds = self.new_column();
            checks.push(RowCheck { rule, holds, again: condition.clone() });
            computed.push((holds, condition));
        }
        let passed = self.compute_above(modify, computed)?;
        for check in &mut checks {
            rename_within(&mut check.again, &passed);
        }
        checks.append(&mut modify.checks);
        modify.checks = checks;
        Ok(())
    }

    /// Adds columns to the source of a modification, computed over those that it has, which get other ids. Gives those
    /// with the former ones.
    ///
    /// # Errors
    /// XX000 if no projection makes the rows.
    pub(super) fn compute_above(
        &mut self,
        modify: &mut Modify,
        computed: Vec<(ColumnId, Scalar)>,
    ) -> SqlResult<Vec<(ColumnId, ColumnId)>> {
        let outputs: Vec<(ColumnId, PgType)> = match &modify.source {
            Rel::Project { exprs, .. } => exprs.iter().map(|(id, s)| (*id, s.ty)).collect(),
            Rel::Values { columns, .. } => columns.clone(),
            _ => return Err(SqlError::internal("rows to write that no projection makes")),
        };
        let mut exprs = Vec::with_capacity(outputs.len() + computed.len());
        let mut passed: Vec<(ColumnId, ColumnId)> = Vec::with_capacity(outputs.len());
        for (id, ty) in outputs {
            let fresh = self.new_column();
            exprs.push((fresh, column(id, ty)));
            passed.push((id, fresh));
        }
        let next = |id: ColumnId| passed.iter().find(|(from, _)| *from == id).map(|(_, to)| *to);
        let rename = |id: &mut ColumnId| *id = next(*id).unwrap_or(*id);
        let rename_all = |row: &mut Vec<(i16, ColumnId)>| row.iter_mut().for_each(|(_, id)| rename(id));
        let rename_in = |value: &mut Scalar| rename_within(value, &passed);
        exprs.extend(computed);
        match &mut modify.op {
            ModifyOp::Insert { new_row, on_conflict } => {
                rename_all(new_row);
                if let Some(OnConflict {
                    action: ConflictAction::Update { assignments, predicate, checks, .. }, ..
                }) = on_conflict
                {
                    assignments.iter_mut().for_each(|(_, s)| rename_in(s));
                    predicate.iter_mut().for_each(rename_in);
                    checks.iter_mut().for_each(|(_, s)| rename_in(s));
                }
            }
            ModifyOp::Update { row_key, old_row, new_row, .. } => {
                rename(row_key);
                rename_all(old_row);
                rename_all(new_row);
            }
            ModifyOp::Delete { row_key, old_row } => {
                rename(row_key);
                rename_all(old_row);
            }
            ModifyOp::Merge { row_key, old_row, new_row, action, .. } => {
                rename(row_key);
                rename(action);
                rename_all(old_row);
                rename_all(new_row);
            }
        }
        modify.returning.iter_mut().flatten().for_each(|(_, s)| rename_in(s));
        modify.tree.iter_mut().for_each(|tree| rename(&mut tree.table_oid));
        for check in &mut modify.checks {
            rename(&mut check.holds);
            rename_in(&mut check.again);
        }
        let source = std::mem::replace(&mut modify.source, Rel::Values { rows: vec![], columns: vec![] });
        modify.source = Rel::Project { input: Box::new(source), exprs };
        Ok(passed)
    }
}

/// `value` over columns that have got other ids.
pub(super) fn rename_within(value: &mut Scalar, passed: &[(ColumnId, ColumnId)]) {
    walk::replace(value, &mut |s| {
        let ScalarKind::Column(id) = s.kind else { return None };
        passed.iter().find(|(from, _)| *from == id).map(|(_, to)| column(*to, s.ty))
    });
}
