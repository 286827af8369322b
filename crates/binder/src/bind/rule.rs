//! Rewriting of INSERT, UPDATE and DELETE by rules (manual, chapter 41).
//!
//! ```text
//!  UPDATE t SET a = 1 WHERE b > 2          rows: t, filtered, with what is assigned        old.*, new.*
//!  ON UPDATE TO t WHERE new.a > 0          the same rows, filtered once more
//!  DO ALSO INSERT INTO log                 the action reads them in its FROM
//!     VALUES (old.a, new.a)           ──▶  INSERT INTO log SELECT old.a, new.a FROM rows
//! ```
//! Each action is a statement of its own that computes the rows anew, and sees what the ones before it have written.
//! An INSERT is done before the actions, an UPDATE or DELETE behind them. A rule's text is bound with the rights of
//! the owner of its relation, and may meet rules in its turn.

use std::sync::Arc;

use gavel_catalog::rule::{Rule, RuleAction, RuleEvent};
use gavel_catalog::{Table, View};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, SetExpr, TableFactor};

use super::Binder;
use super::clause::Clause;
use super::modify::Verb;
use super::name::{Resolved, fold, qualified, relation, without_only};
use super::query::with;
use super::rule_rows::{RuleRows, is_narrowed, join_rows, returning_of, sides, take_returning};
use super::scalar::{boolean, constant, not};
use super::scope::{Level, NsItem};
use super::statement::finish;
use super::view::without_position;
use crate::bound::{
    ColumnId, Cte, Modify, ModifyOp, Rel, Rewritten, RuleStep, Scalar, ScalarKind, Statement, StepOrigin,
};
use crate::ddl;
use crate::parse;

/// The rules that a statement meets.
pub struct Met {
    /// What has the rules: the table, or the view as one. It is what the statement names, or under that.
    table: Arc<Table>,
    view: bool,
    layered: bool,
    event: RuleEvent,
    /// In the order in which they are applied, at least one.
    rules: Vec<Rule>,
    /// What the statement calls its table.
    label: Option<String>,
}

impl Met {
    fn replaced(&self) -> bool {
        self.rules.iter().any(Rule::replaces)
    }
}

/// The name of the table that a statement writes, with its alias.
fn target(statement: &ast::Statement) -> Option<(&ast::ObjectName, Option<String>, Option<RuleEvent>)> {
    let (factor, event) = match statement {
        ast::Statement::Insert(insert) => {
            let ast::TableObject::TableName(name) = &insert.table else { return None };
            let alias = insert.table_alias.as_ref().map(|a| fold(&a.alias));
            return Some((name, alias, Some(RuleEvent::Insert)));
        }
        ast::Statement::Update(update) => (&update.table.relation, Some(RuleEvent::Update)),
        ast::Statement::Delete(delete) => {
            let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
            (&from.first()?.relation, Some(RuleEvent::Delete))
        }
        ast::Statement::Merge(merge) => (&merge.table, None),
        _ => return None,
    };
    let TableFactor::Table { name, alias, .. } = factor else { return None };
    Some((name, alias.as_ref().map(|a| fold(&a.name)), event))
}

fn rules_of(relation: &Resolved) -> &[Rule] {
    match relation {
        Resolved::Table(table) => &table.rules,
        Resolved::View(view) => &view.rules,
        _ => &[],
    }
}

/// 42P17.
fn endless(name: &str) -> SqlError {
    let text = format!("infinite recursion detected in rules for relation \"{name}\"");
    SqlError::new(SqlState::InvalidObjectDefinition, text)
}

impl Binder<'_> {
    /// The rules that apply to a statement; `None` if there are none, or the statement is wrong, as binding it will
    /// tell.
    ///
    /// # Errors
    /// 0A000 for MERGE and ON CONFLICT where there are rules.
    pub fn met_rules(&mut self, statement: &ast::Statement) -> SqlResult<Option<Met>> {
        let Some((name, label, event)) = target(statement) else { return Ok(None) };
        if self.defining {
            return Ok(None);
        }
        let (name, _) = without_only(name);
        let Ok(found) = qualified(self.context, &name).and_then(|full| relation(self.context, &full)) else {
            return Ok(None);
        };
        let Some(event) = event else {
            if rules_of(&found).is_empty() || matches!(found, Resolved::View(_)) {
                return Ok(None);
            }
            let text = format!("cannot execute MERGE on relation \"{}\"", found.name());
            return Err(SqlError::unsupported(text).detail("MERGE is not supported for relations with rules."));
        };
        let own = rules_of(&found).iter().any(|r| r.event == event && r.is_in_force());
        let (found, layered) = match found {
            Resolved::View(view) if !own => match self.rules_below(&view, event)? {
                Some(below) => (below, true),
                None => (Resolved::View(view), false),
            },
            found => (found, false),
        };
        let in_force =
            |wanted: RuleEvent| rules_of(&found).iter().filter(move |r| r.event == wanted && r.is_in_force());
        if let ast::Statement::Insert(insert) = statement
            && insert.on.is_some()
            && (in_force(RuleEvent::Update).next().is_some() || in_force(RuleEvent::Insert).next().is_some())
        {
            let text = "INSERT with ON CONFLICT clause cannot be used with table that has INSERT or UPDATE rules";
            return Err(SqlError::unsupported(text));
        }
        let rules: Vec<Rule> = in_force(event).cloned().collect();
        if rules.is_empty() {
            return Ok(None);
        }
        let (table, view) = match found {
            Resolved::Table(table) => (table, false),
            Resolved::View(view) => (Arc::new(view.as_table(self.context.catalog)), true),
            _ => return Ok(None),
        };
        Ok(Some(Met { table, view, layered, event, rules, label }))
    }

    /// What has rules for the event among what a simple view is written through to.
    fn rules_below(&self, view: &Arc<View>, event: RuleEvent) -> SqlResult<Option<Resolved>> {
        let context = self.context.stored();
        let mut next = Arc::clone(view);
        for _ in 0..super::view::MAX_VIEW_DEPTH {
            let query = parse::parse_query(&next.sql)?;
            let Some(name) = super::written::only_relation(&query) else { return Ok(None) };
            let below = relation(&context, &qualified(&context, &name)?)?;
            if rules_of(&below).iter().any(|r| r.event == event && r.is_in_force()) {
                return Ok(Some(below));
            }
            match below {
                Resolved::View(view) => next = view,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The rules that a view's rows meet when they are written through it, its own apart.
    fn met_below(&self, statement: &ast::Statement, met: &Met) -> SqlResult<Option<Met>> {
        let Some(view) = self.context.catalog.views.get(&met.table.oid).cloned() else { return Ok(None) };
        let Some(found) = self.rules_below(&view, met.event)? else { return Ok(None) };
        let rules = rules_of(&found).iter().filter(|r| r.event == met.event && r.is_in_force()).cloned().collect();
        let (table, view) = match found {
            Resolved::Table(table) => (table, false),
            Resolved::View(view) => (Arc::new(view.as_table(self.context.catalog)), true),
            _ => return Ok(None),
        };
        let label = target(statement).and_then(|(_, label, _)| label);
        Ok(Some(Met { table, view, layered: true, event: met.event, rules, label }))
    }

    /// Has what is bound next write the rows that the rules see.
    fn write_ruled(&mut self, met: &Met) {
        self.rule_view = met.view && !met.layered;
        self.rule_base = (met.view && met.layered).then_some(met.table.oid);
    }

    fn write_tables(&mut self) {
        (self.rule_view, self.rule_base) = (false, None);
    }

    /// A DML statement with its CTEs, which the current level has.
    pub fn modification(&mut self, statement: &ast::Statement, mut ctes: Vec<Cte>) -> SqlResult<Statement> {
        let Some(met) = self.met_rules(statement)? else {
            let mut modify = self.modify_as_is(statement)?;
            super::prune::prune_modify_with(&mut modify, &mut ctes);
            return Ok(Statement::Modify(modify, ctes));
        };
        self.writing_with = ctes.iter().any(super::statement::writes);
        let mut steps = self.rule_steps(statement, &met)?;
        lend_ctes(ctes, &mut steps)?;
        for step in &mut steps {
            match &mut step.statement {
                Statement::Modify(modify, ctes) => super::prune::prune_modify_with(modify, ctes),
                Statement::Query(query) => {
                    let outputs: Vec<ColumnId> = query.output.iter().map(|o| o.id).collect();
                    super::prune::prune(&mut query.rel, outputs.into_iter());
                }
                _ => {}
            }
        }
        let same = |step: &RuleStep| match &step.statement {
            Statement::Modify(modify, _) => event_of(&modify.op) == Some(met.event),
            _ => false,
        };
        let own = steps.iter().position(|s| s.origin == StepOrigin::Written);
        let instead =
            || steps.iter().rposition(|s| same(s) && matches!(s.origin, StepOrigin::Instead | StepOrigin::Conditional));
        let tagging = own.or_else(instead);
        if tagging == Some(0) && steps.len() == 1 {
            return Ok(steps.swap_remove(0).statement);
        }
        Ok(Statement::Rewritten(Rewritten { verb: met.event.word(), steps, tagging }))
    }

    /// The same where the one statement must stay one.
    ///
    /// # Errors
    /// 0A000 if it does not.
    pub fn modification_alone(&mut self, statement: &ast::Statement, met: &Met) -> SqlResult<Modify> {
        let mut steps = self.rule_steps(statement, met)?;
        let (place, also) = match self.copying {
            true => ("COPY", "the COPY"),
            false => ("data-modifying statements in WITH", "data-modifying statements in WITH"),
        };
        let refused =
            |what: &str, place: &str| Err(SqlError::unsupported(format!("{what} rules are not supported for {place}")));
        match steps.as_slice() {
            [] => return refused("DO INSTEAD NOTHING", place),
            [_] => {}
            many => {
                if many.iter().any(|s| s.origin == StepOrigin::Conditional) {
                    return refused("conditional DO INSTEAD", place);
                }
                if many.iter().any(|s| s.origin == StepOrigin::Also) {
                    return refused("DO ALSO", also);
                }
                return refused("multi-statement DO INSTEAD", place);
            }
        }
        match steps.swap_remove(0).statement {
            Statement::Modify(modify, ctes) if ctes.is_empty() => Ok(modify),
            Statement::Other(_) => refused("DO INSTEAD NOTIFY", place),
            _ => Err(SqlError::unsupported("DO INSTEAD SELECT rules are not supported here")),
        }
    }

    /// The same in the body of a function: what runs, and the modification of it that returns rows.
    pub fn modification_in_body(
        &mut self,
        statement: &ast::Statement,
        met: &Met,
    ) -> SqlResult<super::query::BoundQuery> {
        let steps = self.rule_steps(statement, met)?;
        let own = steps.iter().any(|s| s.origin == StepOrigin::Written);
        let mut rels = Vec::with_capacity(steps.len());
        let mut columns = Vec::new();
        // The statement that returns rows, whatever runs after it.
        let mut answers = None;
        for step in steps {
            match step.statement {
                Statement::Modify(modify, ctes) => {
                    let bound = with(ctes, super::cte::modified(modify));
                    let may_answer = !own || step.origin == StepOrigin::Written;
                    if may_answer && (answers.is_none() || !bound.columns.is_empty()) {
                        answers = Some(rels.len());
                        columns.clone_from(&bound.columns);
                    }
                    rels.push(bound.rel);
                }
                Statement::Query(query) => rels.push(query.rel),
                _ => {
                    return Err(SqlError::unsupported("NOTIFY is not supported in functions")
                        .hint("Write the function in PL/pgSQL."));
                }
            }
        }
        let at = answers.unwrap_or(rels.len().saturating_sub(1));
        let after = rels.split_off(rels.len().min(at + 1));
        let last = rels.pop().unwrap_or(Rel::Values { rows: vec![], columns: vec![] });
        let rel = match rels.is_empty() && after.is_empty() {
            true => last,
            false => Rel::Statements { function: String::new(), guard: None, first: rels, last: Box::new(last), after },
        };
        Ok(super::query::BoundQuery { rel, columns, tree: None })
    }

    /// What a statement becomes: itself, unless rules replace it, and the actions.
    fn rule_steps(&mut self, statement: &ast::Statement, met: &Met) -> SqlResult<Vec<RuleStep>> {
        let key = (met.table.oid, met.event);
        if self.rewriting.contains(&key) && met.rules.iter().any(|r| !r.actions.is_empty()) {
            return Err(endless(&met.table.name));
        }
        let replaced = met.replaced();
        if met.view && !replaced && !met.table.stands_for_view() && met.rules.iter().any(|r| r.instead) {
            return Err(only_conditional(met));
        }
        let values = std::mem::take(&mut self.rule_values);
        let returning = returning_of(statement).filter(|_| replaced);
        let mut bare = statement.clone();
        take_returning(&mut bare);
        // The rows as the rules see them: those of a view are the view's, not its table's.
        self.rule_values = values;
        self.write_ruled(met);
        let source = self.modify_as_is(&bare);
        self.write_tables();
        let source = source?;
        let on_cursor = source.current_of.is_some();
        let rows = RuleRows { items: sides(&source), rel: source.source };
        let narrowed = is_narrowed(statement) || self.rule_rows.is_some();
        self.rewriting.push(key);
        let mut steps = Vec::new();
        let mut returns = false;
        for rule in &met.rules {
            let mut rows = rows.clone();
            if let Some(condition) = &rule.condition {
                let predicate = self.rule_condition(condition, &rows.items, met.table.owner)?;
                rows.rel = Rel::Filter { input: Box::new(rows.rel), predicate };
            }
            for action in &rule.actions {
                let joined = narrowed || action.by_row || rule.condition.is_some();
                let wanted = returning.filter(|_| action.returns && rule.replaces());
                let mut made = self.action(met, rule, action, joined.then_some(&rows), wanted.is_some())?;
                // The session finds the cursor's row by the statement's own table, which an action need not have.
                if on_cursor && made.iter().any(|step| !matches!(step.statement, Statement::Other(_))) {
                    if met.view {
                        return Err(SqlError::unsupported("WHERE CURRENT OF on a view is not implemented"));
                    }
                    return Err(SqlError::unsupported("WHERE CURRENT OF is not supported for tables with rules")
                        .hint("Name the row by its key."));
                }
                if let Some(list) = wanted {
                    for step in &mut made {
                        if let Statement::Modify(modify, _) = &mut step.statement
                            && modify.returning.is_some()
                        {
                            self.return_as(met, statement, list, modify)?;
                            returns = true;
                        }
                    }
                }
                steps.append(&mut made);
            }
        }
        self.rewriting.pop();
        if returning_of(statement).is_some() && met.rules.iter().any(|r| r.instead) && !returns {
            return Err(no_returning(met));
        }
        if !replaced {
            self.rule_values = values;
            if let Some(below) = self.met_below(statement, met)? {
                let mut own = self.rule_steps(statement, &below)?;
                match met.event {
                    RuleEvent::Insert => drop(steps.splice(0..0, own)),
                    _ => steps.append(&mut own),
                }
                return Ok(steps);
            }
            let mut own = self.modify_as_is(statement)?;
            let items = sides(&own);
            for condition in met.rules.iter().filter(|r| r.instead).filter_map(|r| r.condition.as_ref()) {
                let holds = self.rule_condition(condition, &items, met.table.owner)?;
                let known = constant(Datum::Bool(false), PgType::BOOL);
                let predicate = not(boolean(ScalarKind::Coalesce(vec![holds, known])));
                own.source = Rel::Filter { input: Box::new(own.source), predicate };
            }
            let own = RuleStep { origin: StepOrigin::Written, statement: Statement::Modify(own, vec![]) };
            match met.event {
                RuleEvent::Insert => steps.insert(0, own),
                _ => steps.push(own),
            }
        }
        Ok(steps)
    }

    /// Has `inner` bind a rule's text with the rights of the owner of its relation.
    fn lend_rule(&self, inner: &mut Binder<'_>, owner: Oid) {
        inner.allow_params = false;
        (inner.runs_as, inner.reads_as) = (self.runs_as, Some(owner));
        inner.view_depth = self.view_depth;
        inner.depth = self.depth;
        inner.routines = self.routines.clone();
        inner.rewriting = self.rewriting.clone();
        inner.domains.extend(self.domains.iter().map(|(id, domain)| (*id, *domain)));
        self.lend_ids(inner);
    }

    fn rule_condition(&mut self, sql: &str, items: &[NsItem], owner: Oid) -> SqlResult<Scalar> {
        let parsed = parse::parse_expression(sql)?;
        let context = self.context.stored();
        let mut inner = Binder::new(&context, sql);
        self.lend_rule(&mut inner, owner);
        inner.levels.push(Level::new());
        inner.level().items.extend(items.iter().cloned());
        let value = inner.condition(&parsed, Clause::Where, "WHERE");
        self.take_ids(&mut inner);
        value.map_err(without_position)
    }

    /// An action for these rows; once, if none are given.
    fn action(
        &mut self,
        met: &Met,
        rule: &Rule,
        action: &RuleAction,
        rows: Option<&RuleRows>,
        returns: bool,
    ) -> SqlResult<Vec<RuleStep>> {
        let origin = match (rule.instead, &rule.condition) {
            (false, _) => StepOrigin::Also,
            (true, None) => StepOrigin::Instead,
            (true, Some(_)) => StepOrigin::Conditional,
        };
        let mut statement = one(&action.sql)?;
        if ddl::carried(&statement).is_some() {
            return Ok(vec![RuleStep { origin, statement: Statement::Other(Box::new(statement)) }]);
        }
        if !returns {
            take_returning(&mut statement);
        }
        if let (true, ast::Statement::Insert(insert)) = (self.writing_with, &statement)
            && insert.source.as_ref().is_some_and(|query| !matches!(*query.body, SetExpr::Values(_)))
        {
            let text =
                "INSERT...SELECT rule actions are not supported for queries having data-modifying statements in WITH";
            return Err(SqlError::unsupported(text));
        }
        let context = self.context.stored();
        let mut inner = Binder::new(&context, &action.sql);
        self.lend_rule(&mut inner, met.table.owner);
        inner.rule_rows = rows.cloned();
        let steps = inner.action_steps(&mut statement);
        self.take_ids(&mut inner);
        let mut steps = steps.map_err(without_position)?;
        for step in &mut steps {
            if step.origin == StepOrigin::Written {
                step.origin = origin;
            }
        }
        Ok(steps)
    }

    /// Joins the rows to an action and binds it, as it stands, without the rules that it meets.
    pub fn defined_action(&mut self, statement: &mut ast::Statement) -> SqlResult<Statement> {
        let mut steps = self.action_steps(statement)?;
        steps.pop().map(|s| s.statement).ok_or_else(|| SqlError::internal("an action that is nothing"))
    }

    fn action_steps(&mut self, statement: &mut ast::Statement) -> SqlResult<Vec<RuleStep>> {
        let values = match &self.rule_rows {
            Some(rows) => join_rows(statement, rows)?,
            None => false,
        };
        self.levels.push(Level::new());
        let steps = self.action_on_level(statement, values);
        self.levels.pop();
        steps
    }

    fn action_on_level(&mut self, statement: &ast::Statement, values: bool) -> SqlResult<Vec<RuleStep>> {
        let (statement, ctes) = match statement {
            ast::Statement::Query(query) => match &*query.body {
                SetExpr::Insert(inner) | SetExpr::Update(inner) | SetExpr::Delete(inner) => {
                    (inner, self.with_clause(query.with.as_ref())?)
                }
                _ => {
                    let statement = Statement::Query(finish(self.query(query, true)?));
                    return Ok(vec![RuleStep { origin: StepOrigin::Written, statement }]);
                }
            },
            statement => (statement, vec![]),
        };
        self.rule_values = values;
        let mut steps = match self.met_rules(statement)? {
            Some(met) => self.rule_steps(statement, &met)?,
            None => {
                let modify = self.modify_as_is(statement)?;
                let statement = Statement::Modify(modify, vec![]);
                vec![RuleStep { origin: StepOrigin::Written, statement }]
            }
        };
        lend_ctes(ctes, &mut steps)?;
        Ok(steps)
    }

    /// Puts the statement's own RETURNING in the place of a rule's, whose columns are the relation's.
    fn return_as(
        &mut self,
        met: &Met,
        statement: &ast::Statement,
        list: &Vec<ast::SelectItem>,
        modify: &mut Modify,
    ) -> SqlResult<()> {
        let Some((name, ..)) = target(statement) else { return Ok(()) };
        let (name, _) = without_only(name);
        let verb = match met.event {
            RuleEvent::Insert => Verb::Insert,
            RuleEvent::Update => Verb::Update,
            _ => Verb::Delete,
        };
        self.write_ruled(met);
        let written = self.written(&name, verb);
        self.write_tables();
        let written = written?;
        let given = modify.returning.take().unwrap_or_default().into_iter().map(|(_, scalar)| scalar);
        let values: Vec<(i16, Scalar)> = met.table.visible_columns().map(|c| c.number).zip(given).collect();
        let value = |n: i16| values.iter().find(|(number, _)| *number == n).map(|(_, scalar)| scalar.clone());
        let label = met.label.clone().unwrap_or_else(|| written.name.clone());
        let item = self.written_row(&written, label, None, &value)?;
        self.levels.push(Level::new());
        self.level().items.push(item);
        let returning = self.returning(Some(list));
        self.levels.pop();
        modify.returning = returning?;
        Ok(())
    }
}

/// Gives a rewritten statement its CTEs.
///
/// # Errors
/// 0A000 if there are several statements for them.
fn lend_ctes(ctes: Vec<Cte>, steps: &mut [RuleStep]) -> SqlResult<()> {
    if ctes.is_empty() {
        return Ok(());
    }
    if steps.iter().filter(|s| !matches!(s.statement, Statement::Other(_))).count() > 1 {
        let text = "WITH cannot be used in a query that is rewritten by rules into multiple queries";
        return Err(SqlError::unsupported(text));
    }
    for step in steps {
        match &mut step.statement {
            Statement::Modify(_, own) => drop(own.splice(0..0, ctes)),
            Statement::Query(query) => {
                let body = std::mem::replace(&mut query.rel, Rel::Values { rows: vec![], columns: vec![] });
                query.rel = Rel::With { ctes, body: Box::new(body) };
            }
            _ => continue,
        }
        return Ok(());
    }
    Ok(())
}

/// The statement that a text is.
pub fn one(sql: &str) -> SqlResult<ast::Statement> {
    let mut parsed = parse(sql)?;
    match (parsed.pop(), parsed.is_empty()) {
        (Some(only), true) => Ok(only.statement),
        _ => Err(SqlError::internal("a rule's action that is not one statement")),
    }
}

fn event_of(op: &ModifyOp) -> Option<RuleEvent> {
    match op {
        ModifyOp::Insert { .. } => Some(RuleEvent::Insert),
        ModifyOp::Update { .. } => Some(RuleEvent::Update),
        ModifyOp::Delete { .. } => Some(RuleEvent::Delete),
        ModifyOp::Merge { .. } => None,
    }
}

/// 55000 for a view all of whose INSTEAD rules have conditions.
fn only_conditional(met: &Met) -> SqlError {
    let (phrase, gerund) = match met.event {
        RuleEvent::Insert => ("insert into", "inserting into"),
        RuleEvent::Update => ("update", "updating"),
        _ => ("delete from", "deleting from"),
    };
    let event = met.event.word();
    let text = format!("cannot {phrase} view \"{}\"", met.table.name);
    let hint = format!(
        "To enable {gerund} the view, provide an INSTEAD OF {event} trigger or an unconditional ON {event} DO INSTEAD rule."
    );
    SqlError::new(SqlState::ObjectNotInPrerequisiteState, text)
        .detail("Views with conditional DO INSTEAD rules are not automatically updatable.")
        .hint(hint)
}

/// 0A000 where nothing says what is returned.
fn no_returning(met: &Met) -> SqlError {
    let event = met.event.word();
    SqlError::unsupported(format!("cannot perform {event} RETURNING on relation \"{}\"", met.table.name))
        .hint(format!("You need an unconditional ON {event} DO INSTEAD rule with a RETURNING clause."))
}
