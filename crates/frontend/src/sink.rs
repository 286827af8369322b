//! What a session pushes, on its way to the client: rows and tags into the connection's buffer,
//! COPY data in both directions.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gavel_api::sql::{ColumnDesc, CopyFormat, ExecuteEnd, ResultSink, RowBatch};
use gavel_types::text_io::TextStyle;
use gavel_types::{Notice, PgType, SqlError, SqlResult, SqlState};
use gavel_wire_format::{Format, RowEncoder};

use crate::backend;
use crate::connection::{Connection, FLUSH_BYTES, ReadError};
use crate::message::{self, Message, violation};

/// Which protocol the results belong to.
enum Mode {
    /// RowDescription and CommandComplete come from here; values are text, except for one result of a
    /// binary cursor.
    Simple { binary: bool },
    /// One Execute; values as Bind asked.
    Extended(Vec<Format>),
}

/// The sink of one Query, Execute or Sync.
pub struct WireSink<'a> {
    connection: &'a mut Connection,
    mode: Mode,
    style: TextStyle,
    columns: Option<Arc<[ColumnDesc]>>,
    rows: Option<RowEncoder>,
    /// Whether the client is sending COPY data.
    copying_in: bool,
}

impl<'a> WireSink<'a> {
    pub fn simple(connection: &'a mut Connection, style: TextStyle) -> Self {
        Self { connection, mode: Mode::Simple { binary: false }, style, columns: None, rows: None, copying_in: false }
    }

    pub fn extended(connection: &'a mut Connection, style: TextStyle, formats: Vec<Format>) -> Self {
        Self { connection, mode: Mode::Extended(formats), style, columns: None, rows: None, copying_in: false }
    }

    fn encoder(&mut self) -> SqlResult<&mut RowEncoder> {
        if self.rows.is_none() {
            let columns = self.columns.as_ref().ok_or_else(|| SqlError::internal("rows came before columns"))?;
            let types: Vec<PgType> = columns.iter().map(|c| c.ty).collect();
            let formats: &[Format] = match &self.mode {
                Mode::Simple { binary: false } => &[],
                Mode::Simple { binary: true } => &[Format::Binary],
                Mode::Extended(formats) => formats,
            };
            self.rows = Some(RowEncoder::new(&types, formats, self.style.clone())?);
        }
        self.rows.as_mut().ok_or_else(|| SqlError::internal("no row encoder"))
    }

    async fn flush_if_full(&mut self) -> SqlResult<()> {
        self.connection.flush_if_full().await.map_err(|_| gone())
    }
}

/// The client cannot be reached.
pub(crate) fn gone() -> SqlError {
    SqlError::new(SqlState::ConnectionFailure, "connection to client lost")
}

#[async_trait]
impl ResultSink for WireSink<'_> {
    async fn columns(&mut self, columns: &Arc<[ColumnDesc]>) -> SqlResult<()> {
        self.rows = None;
        self.columns = Some(columns.clone());
        match &self.mode {
            Mode::Simple { binary } => {
                let formats: &[Format] = if *binary { &[Format::Binary] } else { &[] };
                backend::row_description(columns, formats, &mut self.connection.out);
            }
            Mode::Extended(_) => {
                // Finds out whether the formats fit before anything runs.
                self.encoder()?;
            }
        }
        Ok(())
    }

    fn set_binary(&mut self) {
        if let Mode::Simple { binary } = &mut self.mode {
            *binary = true;
        }
    }

    async fn rows(&mut self, batch: RowBatch) -> SqlResult<()> {
        self.encoder()?;
        match batch {
            RowBatch::Arrow(batch) => {
                let mut row = 0;
                while row < batch.num_rows() {
                    if let Some(encoder) = &mut self.rows {
                        row = encoder.batch(&batch, row, FLUSH_BYTES, &mut self.connection.out)?;
                    }
                    self.flush_if_full().await?;
                }
            }
            RowBatch::Rows(rows) => {
                for row in &rows {
                    if let Some(encoder) = &mut self.rows {
                        encoder.datums(row, &mut self.connection.out)?;
                    }
                    self.flush_if_full().await?;
                }
            }
        }
        Ok(())
    }

    async fn complete(&mut self, end: ExecuteEnd) -> SqlResult<()> {
        end_of_statement(&end, self.connection);
        self.columns = None;
        self.rows = None;
        if let Mode::Simple { binary } = &mut self.mode {
            *binary = false;
        }
        self.flush_if_full().await
    }

    async fn notice(&mut self, notice: Notice) -> SqlResult<()> {
        backend::notice(&notice, &mut self.connection.out);
        self.flush_if_full().await
    }

    fn set_text_style(&mut self, style: TextStyle) {
        self.style = style;
        self.rows = None;
    }

    async fn parameter_status(&mut self, name: &str, value: &str) -> SqlResult<()> {
        self.connection.setting_changed(name, value);
        Ok(())
    }

    async fn copy_out_begin(&mut self, format: CopyFormat) -> SqlResult<()> {
        backend::copy_out(format, &mut self.connection.out);
        Ok(())
    }

    async fn copy_out(&mut self, data: Bytes) -> SqlResult<()> {
        backend::copy_data(&data, &mut self.connection.out);
        self.flush_if_full().await
    }

    async fn copy_out_end(&mut self) -> SqlResult<()> {
        backend::copy_done(&mut self.connection.out);
        Ok(())
    }

    async fn copy_in_begin(&mut self, format: CopyFormat) -> SqlResult<()> {
        backend::copy_in(format, &mut self.connection.out);
        self.copying_in = true;
        self.connection.flush().await.map_err(|_| gone())
    }

    async fn copy_in(&mut self) -> SqlResult<Option<Bytes>> {
        while self.copying_in {
            let (tag, body) = match self.connection.frame().await {
                Ok(frame) => frame,
                Err(ReadError::Gone) => {
                    return Err(SqlError::new(
                        SqlState::ConnectionFailure,
                        "unexpected EOF on client connection with an open transaction",
                    ));
                }
                Err(ReadError::Malformed(error)) => return Err(fatal_violation(&error)),
            };
            match message::decode(tag, &body)? {
                Message::CopyData => return Ok(Some(body)),
                Message::CopyDone => self.copying_in = false,
                Message::CopyFail(reason) => {
                    self.copying_in = false;
                    return Err(SqlError::new(SqlState::QueryCanceled, format!("COPY from stdin failed: {reason}")));
                }
                // Clients that pipeline send these without knowing that a COPY runs.
                Message::Flush | Message::Sync => {}
                Message::Terminate => return Err(gone()),
                _ => {
                    self.copying_in = false;
                    return Err(violation(format!("unexpected message type 0x{tag:02X} during COPY from stdin")));
                }
            }
        }
        Ok(None)
    }
}

/// A frame that is none leaves no way to find the next: the connection must end.
fn fatal_violation(error: &SqlError) -> SqlError {
    SqlError::new(SqlState::ConnectionFailure, error.message())
}

/// CommandComplete and its kin.
pub(crate) fn end_of_statement(end: &ExecuteEnd, connection: &mut Connection) {
    match end {
        ExecuteEnd::Complete(tag) => backend::command_complete(tag, &mut connection.out),
        ExecuteEnd::Suspended => backend::portal_suspended(&mut connection.out),
        ExecuteEnd::Empty => backend::empty_query(&mut connection.out),
    }
}
