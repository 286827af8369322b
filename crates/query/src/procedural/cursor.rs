//! Cursors of bodies: they are the session's, and a variable holds a cursor's name.

use gavel_binder::ddl::ast::FetchDirection;
use gavel_plpgsql::tree::{Direction, Rows, Sql, Statement, Target, Var, VarType};
use gavel_types::{Datum, PgType, SqlError, SqlResult, SqlState};

use crate::prepared::cursor::{Cursor, Keep};
use crate::prepared::portals::{CursorInfo, Portal, PortalState};
use crate::procedural::activation::{Activation, Flow};
use crate::procedural::assign::Row;
use crate::procedural::execute::after_round;
use crate::procedural::rows::{Given, in_use};
use crate::session::Session;
use crate::session::result::{Executed, Tag};

impl Session {
    /// The name of the cursor that a variable holds.
    ///
    /// # Errors
    /// 22004 if it holds none.
    pub(crate) fn cursor_name(&self, act: &Activation, var: Var) -> SqlResult<String> {
        match &act.values[var.0] {
            Datum::Text(name) => Ok(name.to_string()),
            _ => {
                let text = format!("cursor variable \"{}\" is null", act.name(var));
                Err(SqlError::new(SqlState::NullValueNotAllowed, text))
            }
        }
    }

    /// The query of a bound cursor, its arguments assigned.
    pub(crate) async fn bound_query(
        &mut self,
        act: &mut Activation,
        cursor: Var,
        arguments: &[(Var, Sql)],
    ) -> SqlResult<Sql> {
        let compiled = act.compiled.clone();
        let VarType::Cursor(Some(def)) = &compiled.body.variables[cursor.0].ty else {
            return Err(SqlError::internal("a cursor without a query"));
        };
        for (var, sql) in arguments {
            let (value, kind) = self.value_of(act, sql).await?;
            self.assign(act, *var, value, kind).await?;
        }
        Ok(def.query.clone())
    }

    /// OPEN.
    pub(crate) async fn open_cursor(
        &mut self,
        act: &mut Activation,
        cursor: Var,
        scroll: Option<bool>,
        rows: Option<&Rows>,
        arguments: &[(Var, Sql)],
    ) -> SqlResult<()> {
        let name = match &act.values[cursor.0] {
            Datum::Text(name) => name.to_string(),
            _ => {
                self.routines.unnamed += 1;
                format!("<unnamed portal {}>", self.routines.unnamed)
            }
        };
        if self.portals.contains(&name) {
            return Err(in_use(&name));
        }
        let own = match &act.compiled.body.variables[cursor.0].ty {
            VarType::Cursor(Some(def)) => def.scroll,
            _ => None,
        };
        let keep = match scroll.or(own) {
            Some(false) => Keep::Nothing,
            _ => Keep::All,
        };
        let query = match rows {
            None => Some(self.bound_query(act, cursor, arguments).await?),
            Some(Rows::Query(sql)) => Some(sql.clone()),
            Some(_) => None,
        };
        let (given, keys) = match (&query, rows) {
            (Some(sql), _) => self.cursor_rows(act, sql).await?,
            (None, Some(rows)) => (self.rows_from(act, rows).await?, Vec::new()),
            (None, None) => return Err(SqlError::internal("OPEN without a query")),
        };
        let all: std::sync::Arc<[_]> = given
            .columns
            .iter()
            .map(|(name, ty)| gavel_api::sql::ColumnDesc {
                name: name.as_str().into(),
                ty: *ty,
                table: gavel_types::Oid(0),
                attnum: 0,
                shown: None,
            })
            .collect();
        let columns = all.get(..all.len().saturating_sub(keys.len())).unwrap_or_default().into();
        let executed = Executed::memory(all, given.rows, Tag::Counting("SELECT"));
        let limit = self.engine.settings.statement_memory_bytes;
        let held = Cursor::new(Box::new(executed), keep, limit).with_keys(keys);
        let text = query.map_or_else(String::new, |sql| sql.text);
        let prepared = crate::prepared::Prepared::new(text.as_str().into(), None, Vec::new());
        let portal = Portal::new(prepared, Vec::new(), Some(columns), PortalState::Cursor(held));
        let info = CursorInfo {
            statement: text.as_str().into(),
            holdable: false,
            binary: false,
            scrollable: keep != Keep::Nothing,
            created: self.engine.now_micros(),
        };
        self.portals.insert(&name, portal, Some(info));
        act.values[cursor.0] = Datum::text(name);
        Ok(())
    }

    /// A loop over a bound cursor that is open meanwhile, and on the row of the round: its body may name that row.
    pub(crate) async fn for_cursor(
        &mut self,
        act: &mut Activation,
        label: Option<&str>,
        (into, cursor, arguments): (&[Target], Var, &[(Var, Sql)]),
        body: &[Statement],
    ) -> SqlResult<Flow> {
        let before = act.values[cursor.0].clone();
        self.open_cursor(act, cursor, None, None, arguments).await?;
        let name = self.cursor_name(act, cursor)?;
        let done = self.cursor_rounds(act, label, (into, &name), body).await;
        // The body may have closed it.
        if self.portals.contains(&name) {
            self.close_cursor(Some(&name))?;
        }
        act.values[cursor.0] = before;
        done
    }

    async fn cursor_rounds(
        &mut self,
        act: &mut Activation,
        label: Option<&str>,
        (into, name): (&[Target], &str),
        body: &[Statement],
    ) -> SqlResult<Flow> {
        let mut found = false;
        loop {
            tokio::task::consume_budget().await;
            let executed = self.fetch(name, FetchDirection::Forward(Some(1)), false).await?;
            let Given { rows, columns, .. } = self.drained(executed, false).await?;
            let Some(values) = rows.into_iter().next() else {
                if !found {
                    self.assign_row(act, into, None, &columns).await?;
                }
                break;
            };
            found = true;
            self.assign_row(act, into, Some(Row { values, columns: &columns }), &columns).await?;
            if let Some(flow) = after_round(self.statements(act, body).await?, label) {
                act.set_found(true);
                return Ok(flow);
            }
        }
        act.set_found(found);
        Ok(Flow::Next)
    }

    /// FETCH and MOVE.
    pub(crate) async fn fetch_into(
        &mut self,
        act: &mut Activation,
        cursor: Var,
        direction: &Direction,
        into: Option<&[Target]>,
    ) -> SqlResult<()> {
        let name = self.cursor_name(act, cursor)?;
        let direction = self.fetch_direction(act, direction).await?;
        let executed = self.fetch(&name, direction, into.is_none()).await?;
        let Some(targets) = into else {
            let count = match &executed.tag {
                Tag::Fixed(tag) => tag.rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0),
                Tag::Counting(_) => 0,
            };
            act.row_count = count;
            act.set_found(count > 0);
            return Ok(());
        };
        let Given { rows, columns, .. } = self.drained(executed, false).await?;
        act.row_count = i64::try_from(rows.len()).unwrap_or(0);
        act.set_found(!rows.is_empty());
        let row = rows.into_iter().next().map(|values| Row { values, columns: &columns });
        self.assign_row(act, targets, row, &columns).await
    }

    async fn fetch_direction(&mut self, act: &mut Activation, direction: &Direction) -> SqlResult<FetchDirection> {
        use Direction as D;
        use FetchDirection as F;
        Ok(match direction {
            D::Next | D::Forward(None) => F::Forward(Some(1)),
            D::Prior | D::Backward(None) => F::Backward(Some(1)),
            D::First => F::Absolute(1),
            D::Last => F::Absolute(-1),
            D::Absolute(sql) => F::Absolute(self.count_of(act, sql).await?),
            D::Relative(sql) => F::Relative(self.count_of(act, sql).await?),
            D::Forward(Some(sql)) => F::Forward(Some(self.count_of(act, sql).await?)),
            D::Backward(Some(sql)) => F::Backward(Some(self.count_of(act, sql).await?)),
            D::ForwardAll => F::Forward(None),
            D::BackwardAll => F::Backward(None),
        })
    }

    async fn count_of(&mut self, act: &mut Activation, sql: &Sql) -> SqlResult<i32> {
        match self.typed_value(act, sql, PgType::INT4).await? {
            Datum::Int4(n) => Ok(n),
            _ => Err(SqlError::new(SqlState::NullValueNotAllowed, "relative or absolute cursor position is null")),
        }
    }
}
