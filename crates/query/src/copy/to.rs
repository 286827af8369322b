//! COPY … TO STDOUT: rows of a table or a query through the encoder to the client, a message a row.

use bytes::BytesMut;
use gavel_api::sql::{CopyFormat, ResultSink, RowBatch};
use gavel_binder::bound::{ColumnId, Copy, CopySource, Output, Query, Rel, Source};
use gavel_types::{Datum, SqlError, SqlResult};
use gavel_wire_format::copy::{CopyEncoder, CopyFileFormat};

use crate::copy::options::{copy_options, require_columns};
use crate::lower::walk::Refs;
use crate::session::Session;
use crate::session::result::Executed;
use crate::session::running::describe;

impl Session {
    pub(crate) async fn copy_to(
        &mut self,
        copy: &Copy,
        params: Vec<Datum>,
        sink: &mut dyn ResultSink,
    ) -> SqlResult<Executed> {
        let options = copy_options(&copy.options, true)?;
        let query = match &copy.source {
            CopySource::Query(query) => query.clone(),
            CopySource::Table { table, columns, .. } => {
                let mut scan = Vec::new();
                let mut output = Vec::new();
                for (i, number) in columns.iter().enumerate() {
                    let id = ColumnId(u32::try_from(i).unwrap_or(u32::MAX));
                    let column = table
                        .column(*number)
                        .ok_or_else(|| SqlError::internal(format!("column {number} of COPY is gone")))?;
                    scan.push((*number, id));
                    output.push(Output { id, name: column.name.clone(), ty: column.ty, origin: None, shown: None });
                }
                let rel = Rel::Scan { source: Source::Table(table.clone()), columns: scan, row_key: None };
                Query { rel, output }
            }
        };
        match &copy.source {
            CopySource::Table { table, .. } => {
                require_columns(&options, Some(&table.name), &|name| table.column_named(name).is_some())?;
            }
            CopySource::Query(query) => {
                require_columns(&options, None, &|name| query.output.iter().any(|o| o.name == name))?;
            }
        }
        let columns: Vec<_> = query.output.iter().map(|o| (o.name.clone(), o.ty)).collect();
        let binary = options.format == CopyFileFormat::Binary;
        let mut encoder = CopyEncoder::new(options, &columns, self.text_style_now())?;
        let tables = Refs::of_rel(&query.rel).tables;
        let catalog = self.catalog();
        let env = self.plan_env(&catalog, &tables).await?;
        let plan = crate::lower::plan(&query, &env)?;
        let access = self.access(params).await?;
        let operator = self.start(&plan, access)?;
        let mut executed = Executed::stream(describe(&query.output), operator);

        sink.copy_out_begin(CopyFormat { binary, columns: columns.len() }).await?;
        let mut out = BytesMut::new();
        let mut pieces = Vec::new();
        let mut count: u64 = 0;
        encoder.header(&mut out);
        if !binary && !out.is_empty() {
            sink.copy_out(out.split().freeze()).await?;
        }
        while let Some(batch) = self.drive(executed.next()).await? {
            count += batch.num_rows() as u64;
            match batch {
                RowBatch::Arrow(batch) => encoder.batch(&batch, &mut out, &mut pieces)?,
                RowBatch::Rows(rows) => {
                    for row in &rows {
                        encoder.row(row, &mut out)?;
                        pieces.push(out.split().freeze());
                    }
                }
            }
            for piece in pieces.drain(..) {
                sink.copy_out(piece).await?;
            }
        }
        encoder.trailer(&mut out);
        if !out.is_empty() {
            sink.copy_out(out.freeze()).await?;
        }
        sink.copy_out_end().await?;
        Ok(Executed::tag(format!("COPY {count}")))
    }
}
