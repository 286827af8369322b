//! INSERT: rows from VALUES, a query or DEFAULT VALUES, completed to whole table rows.

use std::sync::Arc;

use gavel_catalog::{Column, Identity, Table};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, SetExpr};

use super::Binder;
use super::clause::Clause;
use super::modify::{Verb, in_row};
use super::name::fold;
use super::scalar::{Typed, column, null};
use super::written::{TargetColumn, Written};
use crate::bound::{ColumnId, Modify, ModifyOp, ModifyTree, Rel, Scalar, ScalarKind};
use crate::parse::{Pos, marker};

/// What a value is given for: a column, or a place in one.
struct Target {
    of: TargetColumn,
    pos: Pos,
    path: Vec<ast::AccessExpr>,
}

impl Target {
    fn is_whole(&self) -> bool {
        self.path.is_empty()
    }

    /// Whether it is this column of the table.
    fn is(&self, c: &Column) -> bool {
        self.of.refused.is_none() && self.of.column.number == c.number
    }
}

/// OVERRIDING … VALUE.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Overriding {
    No,
    System,
    User,
}

impl Binder<'_> {
    pub fn insert(&mut self, insert: &ast::Insert) -> SqlResult<Modify> {
        let ast::TableObject::TableName(name) = &insert.table else {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"(\""));
        };
        if insert.or.is_some() || insert.ignore || insert.overwrite || insert.replace_into {
            return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"or\""));
        }
        let written = self.written(name, Verb::Insert)?;
        let table = Arc::clone(&written.table);
        let label = insert.table_alias.as_ref().map_or_else(|| written.name.clone(), |a| fold(&a.alias));
        let (overriding, names) = overriding(&insert.columns);
        let explicit = !names.is_empty();
        let targets = self.insert_columns(&written, &names)?;
        let rows = self.rows_of_values();
        let (mut source, mut new_row) = match &insert.source {
            None => self.insert_rows(&written, &targets, &[vec![]], overriding, explicit)?,
            Some(query) => match plain_values(query) {
                Some(values) => {
                    let rows: Vec<Vec<&ast::Expr>> = values.rows.iter().map(|r| r.content.iter().collect()).collect();
                    self.insert_rows(&written, &targets, &rows, overriding, explicit)?
                }
                None => self.insert_query(&written, &targets, query, overriding, explicit)?,
            },
        };
        if let Some(rows) = rows {
            (source, new_row) = self.values_for_rows(rows, source, &table, new_row);
        }
        let (mut source, new_row, checks) = self.check_new_rows(&written, source, new_row)?;
        let tree = table.partitioned.as_ref().map(|_| self.put_no_table(table.oid, &mut source));
        let on_conflict = match &insert.on {
            None => None,
            Some(ast::OnInsert::OnConflict(on)) => Some(self.on_conflict(on, &written, &label, &new_row)?),
            Some(_) => return Err(SqlError::new(SqlState::SyntaxError, "syntax error at or near \"duplicate\"")),
        };
        let item = self.written_row(&written, label, tree.as_ref(), &|n| in_row(&new_row, &table, n))?;
        self.level().items = vec![item];
        let returning = self.returning(insert.returning.as_ref())?;
        self.accesses_below(&written)?;
        let op = ModifyOp::Insert { new_row, on_conflict };
        let mut modify = Modify { table, source, op, returning, checks, current_of: None, tree };
        self.secure_insert(&mut modify, &written)?;
        Ok(modify)
    }

    /// The columns that values are given for, in order.
    fn insert_columns(&self, written: &Written, names: &[&ast::ObjectName]) -> SqlResult<Vec<Target>> {
        if names.is_empty() {
            let whole = |of: TargetColumn| Target { of, pos: Pos::NONE, path: Vec::new() };
            return Ok(written.all().into_iter().map(whole).collect());
        }
        let mut out: Vec<Target> = Vec::with_capacity(names.len());
        for name in names {
            let pos = self.name_pos(name);
            let Some(ident) = name.0.first().and_then(ast::ObjectNamePart::as_ident) else { continue };
            let folded = fold(ident);
            let of = written.find(&folded).ok_or_else(|| self.no_target_column(&written.name, &folded, pos))?;
            let target = Target { of, pos, path: self.target_path(name)? };
            if out.iter().any(|t| t.of.column.name == folded && (t.is_whole() || target.is_whole())) {
                let text = format!("column \"{folded}\" specified more than once");
                return Err(self.error_at(SqlError::new(SqlState::DuplicateColumn, text), pos));
            }
            out.push(target);
        }
        Ok(out)
    }

    /// Notes that the first `width` targets get values.
    fn gives(&mut self, written: &Written, targets: &[Target], width: usize) {
        targets.iter().take(width).for_each(|t| self.inserts((written.access, t.of.number)));
    }

    fn check_width(
        &self,
        targets: &[Target],
        given: usize,
        explicit: bool,
        extra: impl Fn(usize) -> Pos,
    ) -> SqlResult<()> {
        if given > targets.len() {
            let error = SqlError::new(SqlState::SyntaxError, "INSERT has more expressions than target columns");
            return Err(self.error_at(error, extra(targets.len())));
        }
        if explicit && given < targets.len() {
            let error = SqlError::new(SqlState::SyntaxError, "INSERT has more target columns than expressions");
            return Err(self.error_at(error, targets[given].pos));
        }
        Ok(())
    }

    /// VALUES, or DEFAULT VALUES as one row of nothing.
    fn insert_rows(
        &mut self,
        written: &Written,
        targets: &[Target],
        rows: &[Vec<&ast::Expr>],
        overriding: Overriding,
        explicit: bool,
    ) -> SqlResult<(Rel, Vec<(i16, ColumnId)>)> {
        let mut values = Vec::with_capacity(rows.len());
        for row in rows {
            values.push(self.values_of(row)?);
        }
        let width = values.first().map_or(0, Vec::len);
        let defaults_only = width == 0;
        if !defaults_only {
            for (row, values) in rows.iter().zip(&values) {
                if values.len() != width {
                    let error = SqlError::new(SqlState::SyntaxError, "VALUES lists must all be the same length");
                    let pos = row.first().map(|e| self.expr_pos(e)).unwrap_or_default();
                    return Err(self.error_at(error, pos));
                }
            }
            if let (Some(row), Some(values)) = (rows.first(), values.first()) {
                self.check_width(targets, width, explicit, |i| self.value_pos(row, values, i))?;
            }
        }
        self.check_defaults(written, targets.get(..width).unwrap_or(targets))?;
        self.gives(written, targets, width);
        let mut columns = written.stored();
        columns.retain(|c| !c.generated);
        let places = places(&columns, targets, width)?;
        let mut out_rows = Vec::with_capacity(rows.len());
        for values in values {
            let out = self.row_values(written, targets, (&columns, &places), values, overriding)?;
            out_rows.push(out);
        }
        let ids: Vec<(ColumnId, PgType)> = columns.iter().map(|c| (self.new_column(), c.ty)).collect();
        let new_row: Vec<(i16, ColumnId)> = columns.iter().zip(&ids).map(|(c, (id, _))| (c.number, *id)).collect();
        self.with_generated(&written.table, Rel::Values { rows: out_rows, columns: ids }, new_row)
    }

    /// The values of a row of VALUES, with those of the fields that stars stand for.
    fn values_of(&mut self, row: &[&ast::Expr]) -> SqlResult<Vec<Typed>> {
        let mut out = Vec::with_capacity(row.len());
        self.level().allows_default = true;
        let bound = self.within(Clause::Values, |b| row.iter().try_for_each(|e| b.listed(e, &mut out)));
        self.level().allows_default = false;
        bound.map(|()| out)
    }

    /// The place of value `i` of a row.
    fn value_pos(&self, row: &[&ast::Expr], values: &[Typed], i: usize) -> Pos {
        match row.get(i) {
            Some(e) if row.len() == values.len() => self.expr_pos(e),
            _ => values.get(i).map(|v| v.pos).unwrap_or_default(),
        }
    }

    /// The values that `columns` get from those of a row of VALUES; `places` are theirs in it.
    fn row_values(
        &mut self,
        written: &Written,
        targets: &[Target],
        (columns, places): (&[Column], &[Option<usize>]),
        row: Vec<Typed>,
        overriding: Overriding,
    ) -> SqlResult<Vec<Scalar>> {
        let mut values: Vec<Option<Typed>> = row.into_iter().map(Some).collect();
        // Values for generated columns must be DEFAULT.
        for (i, target) in targets.iter().take(values.len()).enumerate() {
            let given = values.get(i).and_then(Option::as_ref).is_some_and(|v| v.scalar.kind != ScalarKind::Default);
            if given || target.of.default_refused {
                self.check_target(written, target)?;
            }
        }
        let mut out = Vec::with_capacity(columns.len());
        for (c, place) in columns.iter().zip(places) {
            let given = match place.and_then(|i| targets.get(i)) {
                Some(target) if !target.is_whole() => {
                    let of = targets.iter().zip(&mut values).filter(|(t, _)| t.is(c));
                    let parts = of.filter_map(|(t, value)| Some((t, value.take()?))).collect();
                    Some(self.put_together(c, parts)?)
                }
                _ => place.and_then(|i| values.get_mut(i)).and_then(Option::take),
            };
            out.push(self.inserted(c, given, overriding)?);
        }
        Ok(out)
    }

    /// Refuses defaults of the view for columns that are not given, and can get no value.
    fn check_defaults(&self, written: &Written, given: &[Target]) -> SqlResult<()> {
        for of in written.all().into_iter().filter(|of| of.default_refused) {
            if !given.iter().any(|t| t.of.column.name == of.column.name) {
                self.check_target(written, &Target { of, pos: Pos::NONE, path: Vec::new() })?;
            }
        }
        Ok(())
    }

    /// Refuses a value for a column that gets none from a statement.
    fn check_target(&self, written: &Written, target: &Target) -> SqlResult<()> {
        match &target.of.refused {
            Some(refused) => Err(written.refuse(refused)),
            None if target.of.column.generated => {
                Err(self.not_default("insert a non-DEFAULT value into", &target.of.column))
            }
            None => Ok(()),
        }
    }

    /// The row that MERGE inserts, generated columns left out: the values of `row` for the named columns, defaults for
    /// the others.
    pub fn merged_row(
        &mut self,
        written: &Written,
        names: &[ast::ObjectName],
        row: &[&ast::Expr],
    ) -> SqlResult<Vec<(i16, Scalar)>> {
        let (overriding, names) = overriding(names);
        let targets = self.insert_columns(written, &names)?;
        let values = self.values_of(row)?;
        if !values.is_empty() {
            self.check_width(&targets, values.len(), !names.is_empty(), |i| self.value_pos(row, &values, i))?;
        }
        self.gives(written, &targets, values.len());
        let mut columns = written.stored();
        columns.retain(|c| !c.generated);
        let places = places(&columns, &targets, values.len())?;
        let row = self.row_values(written, &targets, (&columns, &places), values, overriding)?;
        Ok(columns.iter().map(|c| c.number).zip(row).collect())
    }

    /// The value of a column of which only elements are given, in the order of the targets.
    fn put_together(&mut self, c: &Column, parts: Vec<(&Target, Typed)>) -> SqlResult<Typed> {
        let pos = parts.first().map(|(target, _)| target.pos).unwrap_or_default();
        let mut made = null(c.ty);
        for (target, value) in parts {
            if value.scalar.kind == ScalarKind::Default {
                return Err(self.no_default_part(&target.path, target.pos));
            }
            made = self.within(Clause::Values, |b| b.assign_path(made, c, &target.path, value, target.pos))?;
        }
        if let Some(domain) = c.domain {
            made = self.check_domain(made, domain)?;
        }
        Ok(Typed::new(made, pos))
    }

    /// The value that a column gets.
    fn inserted(&mut self, c: &Column, given: Option<Typed>, overriding: Overriding) -> SqlResult<Scalar> {
        match given {
            Some(value) if value.scalar.kind != ScalarKind::Default => {
                if c.identity.is_some() && overriding == Overriding::User {
                    return self.column_default(c);
                }
                if c.identity == Some(Identity::Always) && overriding != Overriding::System {
                    return Err(self.not_default("insert a non-DEFAULT value into", c));
                }
                self.coerce_assignment(value, c.declared(), &c.name)
            }
            _ => self.column_default(c),
        }
    }

    /// 428C9 for a value where only DEFAULT may stand.
    pub fn not_default(&self, verb: &str, c: &Column) -> SqlError {
        let error = SqlError::new(SqlState::GeneratedAlways, format!("cannot {verb} column \"{}\"", c.name));
        if c.generated {
            return error.detail(format!("Column \"{}\" is a generated column.", c.name));
        }
        error
            .detail(format!("Column \"{}\" is an identity column defined as GENERATED ALWAYS.", c.name))
            .hint("Use OVERRIDING SYSTEM VALUE to override.")
    }

    fn insert_query(
        &mut self,
        written: &Written,
        targets: &[Target],
        query: &ast::Query,
        overriding: Overriding,
        explicit: bool,
    ) -> SqlResult<(Rel, Vec<(i16, ColumnId)>)> {
        let bound = self.query(query, false)?;
        self.check_width(targets, bound.columns.len(), explicit, |i| {
            bound.columns.get(i).map(|c| c.pos).unwrap_or_default()
        })?;
        self.check_defaults(written, targets.get(..bound.columns.len()).unwrap_or(targets))?;
        self.gives(written, targets, bound.columns.len());
        let columns = written.stored();
        places(&columns, targets, bound.columns.len())?;
        for target in targets.iter().take(bound.columns.len()) {
            self.check_target(written, target)?;
        }
        let mut exprs = Vec::with_capacity(columns.len());
        let mut new_row = Vec::with_capacity(columns.len());
        for c in &columns {
            let of = targets.iter().zip(&bound.columns).filter(|(t, _)| t.is(c));
            let mut parts: Vec<(&Target, Typed)> = of
                .map(|(target, output)| {
                    let value = output.literal.clone().unwrap_or_else(|| column(output.id, output.ty));
                    (target, Typed::new(value, output.pos))
                })
                .collect();
            let given = match parts.first() {
                Some((target, _)) if !target.is_whole() => Some(self.put_together(c, parts)?),
                _ => parts.pop().map(|(_, value)| value),
            };
            if c.generated {
                continue;
            }
            let value = self.inserted(c, given, overriding)?;
            let id = self.new_column();
            new_row.push((c.number, id));
            exprs.push((id, value));
        }
        self.with_generated(&written.table, Rel::Project { input: Box::new(bound.rel), exprs }, new_row)
    }

    /// Adds the column in which the write stage says which partition each row has come into.
    fn put_no_table(&mut self, table: Oid, source: &mut Rel) -> ModifyTree {
        let (table_oid, ty) = (self.new_column(), PgType::new(Oid::OID));
        match source {
            Rel::Values { rows, columns } => {
                rows.iter_mut().for_each(|row| row.push(null(ty)));
                columns.push((table_oid, ty));
            }
            Rel::Project { exprs, .. } => exprs.push((table_oid, null(ty))),
            // Rows of an INSERT are made by one of the two.
            _ => {}
        }
        ModifyTree { table_oid, parts: vec![], fires: self.context.catalog.has_row_triggers_below(table) }
    }

    /// Adds generated columns, and puts the row in attnum order.
    fn with_generated(
        &mut self,
        table: &Arc<Table>,
        rel: Rel,
        mut new_row: Vec<(i16, ColumnId)>,
    ) -> SqlResult<(Rel, Vec<(i16, ColumnId)>)> {
        if !table.visible_columns().any(|c| c.generated) {
            return Ok((rel, new_row));
        }
        let base = new_row.clone();
        let generated = self.generated_values(table, &|n| in_row(&base, table, n))?;
        let mut exprs = Vec::with_capacity(new_row.len() + generated.len());
        for (number, id) in &mut new_row {
            let Some(c) = table.column(*number) else { continue };
            let fresh = self.new_column();
            exprs.push((fresh, column(*id, c.ty)));
            *id = fresh;
        }
        for (number, value) in generated {
            let id = self.new_column();
            exprs.push((id, value));
            new_row.push((number, id));
        }
        new_row.sort_unstable();
        Ok((Rel::Project { input: Box::new(rel), exprs }, new_row))
    }
}

/// Where the value of each column stands among the first `width` targets.
fn places(columns: &[Column], targets: &[Target], width: usize) -> SqlResult<Vec<Option<usize>>> {
    let mut out = Vec::with_capacity(columns.len());
    for c in columns {
        let mut of = targets.iter().take(width).enumerate().filter(|(_, t)| t.is(c));
        let (first, second) = (of.next(), of.next());
        // Two columns of a view may be one of the table.
        if second.is_some_and(|(_, t)| t.is_whole()) {
            let text = format!("multiple assignments to same column \"{}\"", c.name);
            return Err(SqlError::new(SqlState::SyntaxError, text));
        }
        out.push(first.map(|(i, _)| i));
    }
    Ok(out)
}

/// Splits the marker of OVERRIDING from the column list.
fn overriding(columns: &[ast::ObjectName]) -> (Overriding, Vec<&ast::ObjectName>) {
    let mut kind = Overriding::No;
    let mut names = Vec::with_capacity(columns.len());
    for name in columns {
        let ident = name.0.first().and_then(ast::ObjectNamePart::as_ident);
        match ident.and_then(|i| i.value.strip_prefix(marker::OVERRIDING)) {
            Some("system") => kind = Overriding::System,
            Some(_) => kind = Overriding::User,
            None => names.push(name),
        }
    }
    (kind, names)
}

/// The VALUES lists of a source that is nothing else.
fn plain_values(query: &ast::Query) -> Option<&ast::Values> {
    let bare = query.with.is_none()
        && query.order_by.is_none()
        && query.limit_clause.is_none()
        && query.fetch.is_none()
        && query.locks.is_empty();
    match &*query.body {
        SetExpr::Values(values) if bare => Some(values),
        _ => None,
    }
}
