//! Rows that come one after the other, as COPY reads them: each is checked when it comes, and they are written many at a
//! time. An error names the row that it is about.

use std::sync::Arc;

use gavel_types::{Datum, SqlError, SqlResult};

use crate::dml::shape::TableShape;
use crate::dml::tree::Place;
use crate::dml::writer::Writer;

/// Rows that wait to be written. They may be given to one writer after another.
#[derive(Default)]
pub struct Arrivals {
    rows: Vec<Arrived>,
}

struct Arrived {
    place: Place,
    /// As the table of `place` has it.
    row: Vec<Datum>,
    line: u64,
}

impl Arrivals {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Writer<'_> {
    /// Takes a row of line `line` for a table, or for a partition of it.
    ///
    /// # Errors
    /// 23502, 23514.
    pub fn receive(
        &mut self,
        arrivals: &mut Arrivals,
        shape: &Arc<TableShape>,
        row: Vec<Datum>,
        line: u64,
    ) -> SqlResult<()> {
        let (place, row) = self.placed(shape, row)?;
        arrivals.rows.push(Arrived { place, row, line });
        Ok(())
    }

    fn placed(&mut self, shape: &Arc<TableShape>, row: Vec<Datum>) -> SqlResult<(Place, Vec<Datum>)> {
        let routed = shape.table.partitioned.is_some();
        let place = if routed { self.place_of_new(shape, &row)? } else { Place::named(shape) };
        let row = place.down(row, self.eval)?;
        self.check_new(&place, &row)?;
        Ok((place, row))
    }

    /// Writes the rows that wait.
    ///
    /// # Errors
    /// As [`Writer::insert`], with the line that it is about if it is about one.
    pub async fn write_arrivals(&mut self, arrivals: &mut Arrivals) -> Result<(), (Option<u64>, SqlError)> {
        let rows = std::mem::take(&mut arrivals.rows);
        let lines: Vec<u64> = rows.iter().map(|r| r.line).collect();
        let mut prepared = Vec::with_capacity(rows.len());
        let mut failed = None;
        for Arrived { place, row, line } in rows {
            match self.make(&place.shape, row) {
                Ok(p) => prepared.push((place.shape, p)),
                Err(e) => {
                    failed = Some((Some(line), e));
                    break;
                }
            }
        }
        let line = |number: usize| lines.get(number).copied();
        self.put_all(prepared).await.map_err(|(number, error)| (number.and_then(line), error))?;
        failed.map_or(Ok(()), Err)
    }
}
