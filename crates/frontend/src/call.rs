//! The value of a function that the client has called by its OID (manual §55.2.5): the one row of a statement, on its way
//! into a message of its own.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use gavel_api::sql::{ColumnDesc, CopyFormat, ExecuteEnd, ResultSink, RowBatch};
use gavel_types::text_io::TextStyle;
use gavel_types::{Notice, PgType, SqlError, SqlResult};
use gavel_wire_format::{Format, RowEncoder};

use crate::sink::WireSink;

/// Bytes of a DataRow before its first value: type, length, number of columns.
const ROW_HEAD: usize = 7;

/// Keeps the value, and lets everything else go to the client.
pub struct ValueSink<'a> {
    wire: WireSink<'a>,
    style: TextStyle,
    format: Format,
    columns: Option<Arc<[ColumnDesc]>>,
    rows: BytesMut,
}

impl<'a> ValueSink<'a> {
    pub fn new(wire: WireSink<'a>, style: TextStyle, format: Format) -> Self {
        Self { wire, style, format, columns: None, rows: BytesMut::new() }
    }

    fn encoder(&self) -> SqlResult<RowEncoder> {
        let columns = self.columns.as_ref().ok_or_else(|| SqlError::internal("rows came before columns"))?;
        let types: Vec<PgType> = columns.iter().map(|c| c.ty).collect();
        RowEncoder::new(&types, &[self.format], self.style.clone())
    }

    /// The value with its length before it; `None` if there was no row.
    pub fn value(self) -> Option<Bytes> {
        let rows = self.rows.freeze();
        let length: [u8; 4] = rows.get(1..5)?.try_into().ok()?;
        // The length counts itself, but not the type before it.
        let end = usize::try_from(u32::from_be_bytes(length)).ok()? + 1;
        (ROW_HEAD <= end && end <= rows.len()).then(|| rows.slice(ROW_HEAD..end))
    }
}

#[async_trait]
impl ResultSink for ValueSink<'_> {
    async fn columns(&mut self, columns: &Arc<[ColumnDesc]>) -> SqlResult<()> {
        self.columns = Some(Arc::clone(columns));
        Ok(())
    }

    fn set_binary(&mut self) {}

    async fn rows(&mut self, batch: RowBatch) -> SqlResult<()> {
        let mut encoder = self.encoder()?;
        match batch {
            RowBatch::Arrow(batch) => {
                let mut row = 0;
                while row < batch.num_rows() {
                    row = encoder.batch(&batch, row, usize::MAX, &mut self.rows)?;
                }
            }
            RowBatch::Rows(rows) => {
                for row in &rows {
                    encoder.datums(row, &mut self.rows)?;
                }
            }
        }
        Ok(())
    }

    async fn complete(&mut self, _: ExecuteEnd) -> SqlResult<()> {
        Ok(())
    }

    async fn notice(&mut self, notice: Notice) -> SqlResult<()> {
        self.wire.notice(notice).await
    }

    fn set_text_style(&mut self, style: TextStyle) {
        self.style = style;
    }

    async fn parameter_status(&mut self, name: &str, value: &str) -> SqlResult<()> {
        self.wire.parameter_status(name, value).await
    }

    async fn copy_out_begin(&mut self, _: CopyFormat) -> SqlResult<()> {
        Err(SqlError::internal("a function called by its OID copies"))
    }

    async fn copy_out(&mut self, _: Bytes) -> SqlResult<()> {
        Ok(())
    }

    async fn copy_out_end(&mut self) -> SqlResult<()> {
        Ok(())
    }

    async fn copy_in_begin(&mut self, _: CopyFormat) -> SqlResult<()> {
        Err(SqlError::internal("a function called by its OID copies"))
    }

    async fn copy_in(&mut self) -> SqlResult<Option<Bytes>> {
        Ok(None)
    }
}
