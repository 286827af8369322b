//! What INSERT, UPDATE and DELETE share: the target table, RETURNING, generated columns.

use gavel_catalog::Table;
use gavel_catalog::trigger::TriggerEvent;
use gavel_types::{PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast;

use super::Binder;
use super::clause::Clause;
use super::name::{Resolved, qualified, relation};
use super::scalar::column;
use super::scope::{Columns, Level, NsColumn, NsItem};
use crate::bound::{ColumnId, Modify, Output, Scalar};
use crate::parse::{Pos, parse_expression};

/// The verb of a DML statement, for messages.
#[derive(Clone, Copy)]
pub enum Verb {
    Insert,
    Update,
    Delete,
    Merge,
}

impl Verb {
    /// As in `cannot insert into view`.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Insert => "insert into",
            Self::Update => "update",
            Self::Delete => "delete from",
            Self::Merge => "merge into",
        }
    }

    /// The privilege that it takes, whatever it says; what MERGE takes its clauses say.
    pub fn privilege(self) -> &'static str {
        match self {
            Self::Insert => "a",
            Self::Update => "w",
            Self::Delete => "d",
            Self::Merge => "",
        }
    }

    /// What triggers call it; MERGE is written to no view.
    pub fn event(self) -> Option<TriggerEvent> {
        match self {
            Self::Insert => Some(TriggerEvent::Insert),
            Self::Update => Some(TriggerEvent::Update),
            Self::Delete => Some(TriggerEvent::Delete),
            Self::Merge => None,
        }
    }

    /// As in `cannot insert into column`.
    pub fn column_phrase(self) -> &'static str {
        match self {
            Self::Insert => "insert into",
            _ => "update",
        }
    }
}

impl Binder<'_> {
    /// Binds a DML statement. The current level holds its CTEs; it gets a level of its own for names.
    /// Rules may change it, but it must stay one statement.
    pub fn modify(&mut self, statement: &ast::Statement) -> SqlResult<Modify> {
        match self.met_rules(statement)? {
            Some(met) => self.modification_alone(statement, &met),
            None => self.modify_as_is(statement),
        }
    }

    /// The same, whatever rules there are.
    pub fn modify_as_is(&mut self, statement: &ast::Statement) -> SqlResult<Modify> {
        self.descend()?;
        self.levels.push(Level::new());
        let out = match statement {
            ast::Statement::Insert(insert) => self.insert(insert),
            ast::Statement::Update(update) => self.update(update),
            ast::Statement::Delete(delete) => self.delete(delete),
            ast::Statement::Merge(merge) => self.merge_into(merge),
            other => Err(SqlError::unsupported(format!("{other} is not supported here"))),
        };
        self.levels.pop();
        self.depth -= 1;
        out
    }

    /// The table or view that a DML statement names.
    pub fn target_relation(&mut self, name: &ast::ObjectName, verb: Verb) -> SqlResult<Resolved> {
        let pos = self.name_pos(name);
        let full = qualified(self.context, name).map_err(|e| self.error_at(e, pos))?;
        let resolved = relation(self.context, &full).map_err(|e| self.error_at(e, pos))?;
        self.qualify_in_text(name, &resolved);
        match resolved {
            Resolved::Table(ref table) if table.materialized.is_none() => {
                self.uses(table.oid);
                Ok(resolved)
            }
            Resolved::View(_) if !matches!(verb, Verb::Merge) => Ok(resolved),
            Resolved::Table(_) | Resolved::View(_) | Resolved::Sequence(_) if matches!(verb, Verb::Merge) => {
                let kind = match &resolved {
                    Resolved::View(_) => "views",
                    Resolved::Sequence(_) => "sequences",
                    _ => "materialized views",
                };
                let text = format!("cannot execute MERGE on relation \"{}\"", resolved.name());
                Err(SqlError::unsupported(text).detail(format!("This operation is not supported for {kind}.")))
            }
            Resolved::Table(_) | Resolved::View(_) => {
                let text = format!("cannot change materialized view \"{}\"", resolved.name());
                Err(SqlError::new(SqlState::WrongObjectType, text))
            }
            Resolved::System(system) => {
                let text = format!("permission denied: \"{}\" is a system catalog", system.name);
                Err(SqlError::new(SqlState::InsufficientPrivilege, text))
            }
            Resolved::Sequence(sequence) => {
                let text = format!("cannot change sequence \"{}\"", sequence.name);
                Err(SqlError::new(SqlState::WrongObjectType, text))
            }
            Resolved::Index(..) => {
                let text = format!("cannot open relation \"{}\"", full.name);
                let error = SqlError::new(SqlState::WrongObjectType, text)
                    .detail("This operation is not supported for indexes.");
                Err(self.error_at(error, pos))
            }
        }
    }

    /// 42703 for a column that an INSERT or UPDATE names.
    pub fn no_target_column(&self, relation: &str, name: &str, pos: Pos) -> SqlError {
        let text = format!("column \"{name}\" of relation \"{relation}\" does not exist");
        self.error_at(SqlError::new(SqlState::UndefinedColumn, text), pos)
    }

    /// An item whose columns are the given ids, in the table's order.
    pub fn row_item(table: &Table, name: String, values: &dyn Fn(i16) -> Option<Scalar>) -> NsItem {
        let columns: Vec<NsColumn> = table
            .visible_columns()
            .filter_map(|c| {
                let scalar = values(c.number)?;
                let origin = Some((table.oid, c.number));
                Some(NsColumn { name: c.name.clone(), scalar, origin, fields: None, access: None })
            })
            .collect();
        let whole = columns.len() == table.visible_columns().count();
        let row_of = whole.then_some(table.oid);
        NsItem { table: Some(table.oid), row_of, ..NsItem::new(name, Columns::List(columns.into())) }
    }

    /// Binds RETURNING over the items that are visible.
    pub fn returning(&mut self, items: Option<&Vec<ast::SelectItem>>) -> SqlResult<Option<Vec<(Output, Scalar)>>> {
        let Some(items) = items else { return Ok(None) };
        let targets = self.within(Clause::Returning, |b| b.target_list(items))?;
        let mut out = Vec::with_capacity(targets.len());
        for target in targets {
            let value = self.settle(target.value)?;
            let output =
                Output { id: target.id, name: target.name, ty: value.ty(), origin: target.origin, shown: None };
            out.push((output, value.scalar));
        }
        Ok(Some(out))
    }

    /// An expression of the table's descriptor, over these values of its columns.
    pub fn table_expression(
        &mut self,
        sql: &str,
        table: &Table,
        target: PgType,
        values: &dyn Fn(i16) -> Option<Scalar>,
    ) -> SqlResult<Scalar> {
        let parsed = parse_expression(sql)?;
        let context = self.context.stored();
        let mut inner = Binder::new(&context, sql);
        inner.allow_params = false;
        inner.routines = self.routines.clone();
        self.lend_ids(&mut inner);
        self.lend_rights(&mut inner);
        inner.levels.push(Level::new());
        inner.level().items.push(Self::row_item(table, table.name.clone(), values));
        let value = inner.expr(&parsed).and_then(|value| inner.coerce_assignment(value, target, ""));
        self.take_ids(&mut inner);
        value
    }

    /// The values of generated columns over the other columns' values.
    pub fn generated_values(
        &mut self,
        table: &Table,
        values: &dyn Fn(i16) -> Option<Scalar>,
    ) -> SqlResult<Vec<(i16, Scalar)>> {
        let mut out = Vec::new();
        for c in table.visible_columns().filter(|c| c.generated) {
            if let Some(sql) = &c.default {
                out.push((c.number, self.table_expression(sql, table, c.declared(), values)?));
            }
        }
        Ok(out)
    }
}

/// The value of a column whose id is in a row.
pub fn in_row(row: &[(i16, ColumnId)], table: &Table, number: i16) -> Option<Scalar> {
    let (_, id) = row.iter().find(|(n, _)| *n == number)?;
    table.column(number).map(|c| column(*id, c.ty))
}
