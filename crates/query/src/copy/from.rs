//! COPY … FROM STDIN: bytes from the client, through the decoder, into the write stage, a batch at a
//! time. Only the write buffer grows with the data.

use gavel_api::sql::{CopyFormat, ResultSink};
use gavel_binder::bound::{Copy, CopySource};
use gavel_catalog::Table;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, PgType, SqlError, SqlResult, SqlState};
use gavel_wire_format::copy::{CopyDecoder, CopyRow};
use gavel_wire_format::wire_binary;

use crate::copy::options::{copy_options, require_columns};
use crate::dml::arrivals::Arrivals;
use crate::dml::writer::{Shapes, Writer};
use crate::fast::expr::{RowContext, RowExpr};
use crate::procedural::activation::with_context;
use crate::session::result::Executed;
use crate::session::triggers::is_written_by_row;
use crate::session::{Session, binding};

/// Rows that are written in one go.
const BATCH_ROWS: usize = 1_024;

/// Where a slot's value comes from.
enum From {
    Field(usize),
    Default(RowExpr),
    /// Computed over the other columns, once they are there.
    Generated(RowExpr),
}

impl Session {
    pub(crate) async fn copy_from(&mut self, copy: &Copy, sink: &mut dyn ResultSink) -> SqlResult<Executed> {
        let CopySource::Table { table, columns, defaults, domains, condition } = &copy.source else {
            return Err(SqlError::internal("COPY FROM a query"));
        };
        if !table.is_temporary() {
            self.may_write("COPY FROM")?;
        }
        let options = copy_options(&copy.options, false)?;
        require_columns(&options, Some(&table.name), &|name| table.column_named(name).is_some())?;
        let (catalog, style) = (self.catalog(), self.text_style_now());
        let access = self.access(Vec::new()).await?;
        let (eval, shapes, state) = (access.eval.clone(), access.shapes.clone(), access.state.clone());
        drop(access);
        let shape = shapes.shape(table.oid)?;
        let mut sources = Vec::with_capacity(shape.columns.len());
        for column in &shape.columns {
            let generated = table.column(column.number).filter(|c| c.generated);
            let generation = generated.and_then(|c| Some((c.default.as_deref()?, c.declared())));
            sources.push(match (columns.iter().position(|n| *n == column.number), generation) {
                (_, Some((sql, ty))) => {
                    From::Generated(binding::table_expression(&catalog, table, sql, Some(ty), &style)?)
                }
                (Some(field), None) => From::Field(field),
                (None, None) => {
                    let default = defaults.iter().find(|(n, _)| *n == column.number).map(|(_, s)| s);
                    From::Default(match default {
                        None => RowExpr::constant(Datum::Null, column.ty),
                        Some(scalar) => RowExpr::compile(scalar, &|_| None).ok_or_else(|| {
                            SqlError::unsupported(format!(
                                "the default of column \"{}\" cannot be computed by COPY",
                                column.name
                            ))
                        })?,
                    })
                }
            });
        }
        let mut checks = Vec::with_capacity(domains.len());
        for (number, id, value) in domains {
            let check = RowExpr::compile(value, &|column| (column == *id).then_some(0)).ok_or_else(|| {
                SqlError::unsupported(format!("the domain of column {number} cannot be checked by COPY"))
            })?;
            let field = columns.iter().position(|n| n == number).unwrap_or(usize::MAX);
            checks.push((shape.slot(*number)?, field, check));
        }
        let condition = match condition {
            None => None,
            Some((condition, mentioned)) => {
                let slot = |id| {
                    let number = mentioned.iter().find(|(_, mentioned)| *mentioned == id)?.0;
                    shape.slot(number).ok()
                };
                let text = "this condition cannot be evaluated by COPY";
                let compiled = RowExpr::compile(condition, &slot);
                Some(compiled.ok_or_else(|| SqlError::unsupported(text))?)
            }
        };
        let freeze = options.freeze;
        let types: Vec<PgType> =
            columns.iter().map(|n| shape.slot(*n).map(|s| shape.columns[s].ty)).collect::<SqlResult<_>>()?;
        let names: Vec<String> =
            columns.iter().map(|n| shape.slot(*n).map(|s| shape.columns[s].name.clone())).collect::<SqlResult<_>>()?;
        let mut decoder = CopyDecoder::new(options, &table.name, &names)?;
        sink.copy_in_begin(CopyFormat { binary: decoder.is_binary(), columns: columns.len() }).await?;
        // As PostgreSQL does, once the client has been asked for its rows.
        if freeze {
            self.may_freeze(table)?;
        }

        let located = |(line, error): (Option<u64>, SqlError)| match line {
            Some(line) => error.context(located_at(table, line)),
            None => error,
        };
        let fires = is_written_by_row(&shapes, table, table.partitioned.is_some())?;
        let mut firing = if fires { Some(self.begin_copy(table).await?) } else { None };
        let mut arrivals = Arrivals::default();
        let mut count: u64 = 0;
        loop {
            let chunk = sink.copy_in().await?;
            match &chunk {
                Some(data) => decoder.push(data),
                None => decoder.finish(),
            }
            loop {
                let binary = decoder.is_binary();
                let Some(row) = decoder.next_row()? else { break };
                let context = RowContext { eval: &eval, row: &[], params: &[] };
                let mut fields = Vec::with_capacity(types.len());
                for (i, ty) in types.iter().enumerate() {
                    fields.push(field(&row, i, *ty, binary, &eval.style)?);
                }
                let mut values = Vec::with_capacity(sources.len());
                for source in &sources {
                    values.push(match source {
                        From::Field(i) => std::mem::replace(&mut fields[*i], Datum::Null),
                        From::Default(expr) => expr.eval(&context).map_err(|e| e.context(row.line_context()))?,
                        From::Generated(_) => Datum::Null,
                    });
                }
                for (slot, field, check) in &checks {
                    let context = RowContext { eval: &eval, row: &[values[*slot].clone()], params: &[] };
                    values[*slot] = check.eval(&context).map_err(|e| e.context(row.column_context(*field)))?;
                }
                if let Some(condition) = &condition {
                    let context = RowContext { eval: &eval, row: &values, params: &[] };
                    let taken = condition.eval(&context).map_err(|e| e.context(row.line_context()))?;
                    if !matches!(taken, Datum::Bool(true)) {
                        continue;
                    }
                }
                for (slot, source) in sources.iter().enumerate() {
                    if let From::Generated(expr) = source {
                        let context = RowContext { eval: &eval, row: &values, params: &[] };
                        let value = expr.eval(&context).map_err(|e| e.context(row.line_context()))?;
                        values[slot] = value;
                    }
                }
                count += 1;
                if let Some(firing) = &mut firing {
                    if let Err(error) = self.copy_row(firing, values).await {
                        // Rows that no trigger may change are put into unique indexes many at a time.
                        let among_others = !firing.is_by_row() && is_taken(&error);
                        let place = if among_others { located_at(table, row.line()) } else { row.line_context() };
                        return Err(with_context(error, &place));
                    }
                    continue;
                }
                // Defaults and conditions are computed while the transaction is free.
                let mut held = state.lock().await;
                let mut writer = Writer::new(&mut held, &shapes, &eval);
                let received = writer.receive(&mut arrivals, &shape, values, row.line());
                received.map_err(|e| e.context(row.line_context()))?;
                if arrivals.len() == BATCH_ROWS {
                    writer.write_arrivals(&mut arrivals).await.map_err(located)?;
                }
            }
            if chunk.is_none() {
                if let Some(firing) = firing {
                    let count = self.end_copy(firing).await?;
                    return Ok(Executed::tag(format!("COPY {count}")));
                }
                let mut held = state.lock().await;
                let mut writer = Writer::new(&mut held, &shapes, &eval);
                writer.write_arrivals(&mut arrivals).await.map_err(located)?;
                writer.finish().await?;
                return Ok(Executed::tag(format!("COPY {count}")));
            }
        }
    }
}

impl Session {
    /// 55000 unless the table is as good as new: made or truncated since the innermost savepoint.
    fn may_freeze(&self, table: &Table) -> SqlResult<()> {
        if table.partitioned.is_some() {
            return Err(SqlError::unsupported("cannot perform COPY FREEZE on a partitioned table"));
        }
        let before = self.work.as_ref().map(|work| match work.savepoints.last() {
            Some(savepoint) => savepoint.catalog(),
            None => &work.catalog.base,
        });
        let known = before.and_then(|catalog| catalog.table(table.oid)).is_some_and(|t| t.storage == table.storage);
        if !known {
            return Ok(());
        }
        Err(SqlError::new(
            SqlState::ObjectNotInPrerequisiteState,
            "cannot perform COPY FREEZE because the table was not created or truncated in the current subtransaction",
        ))
    }
}

/// CONTEXT of a row of which no more is known than its line.
fn located_at(table: &Table, line: u64) -> String {
    format!("COPY {}, line {line}", table.name)
}

/// Whether a row was refused because another has its key.
fn is_taken(error: &SqlError) -> bool {
    matches!(error.code(), SqlState::UniqueViolation | SqlState::ExclusionViolation)
}

fn field(row: &CopyRow<'_>, index: usize, ty: PgType, binary: bool, style: &TextStyle) -> SqlResult<Datum> {
    row.require(index)?;
    let Some(bytes) = row.field(index) else { return Ok(Datum::Null) };
    let value = if binary {
        wire_binary::read(bytes, ty, style)
    } else {
        wire_binary::text(bytes).and_then(|text| text_io::parse(text, ty, style))
    };
    value.map_err(|e| e.context(row.column_context(index)))
}
