//! A client that hears nothing of the statements of a body.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gavel_api::sql::{ColumnDesc, CopyFormat, ExecuteEnd, ResultSink, RowBatch};
use gavel_types::text_io::TextStyle;
use gavel_types::{Notice, SqlError, SqlResult};

/// See the module.
#[derive(Default)]
pub struct Quiet {}

fn no_copy() -> SqlError {
    SqlError::unsupported("cannot COPY to/from client in PL/pgSQL")
}

#[async_trait]
impl ResultSink for Quiet {
    async fn columns(&mut self, _: &Arc<[ColumnDesc]>) -> SqlResult<()> {
        Ok(())
    }

    fn set_binary(&mut self) {}

    async fn rows(&mut self, _: RowBatch) -> SqlResult<()> {
        Ok(())
    }

    async fn complete(&mut self, _: ExecuteEnd) -> SqlResult<()> {
        Ok(())
    }

    async fn notice(&mut self, _: Notice) -> SqlResult<()> {
        Ok(())
    }

    fn set_text_style(&mut self, _: TextStyle) {}

    async fn parameter_status(&mut self, _: &str, _: &str) -> SqlResult<()> {
        Ok(())
    }

    async fn copy_out_begin(&mut self, _: CopyFormat) -> SqlResult<()> {
        Err(no_copy())
    }

    async fn copy_out(&mut self, _: Bytes) -> SqlResult<()> {
        Err(no_copy())
    }

    async fn copy_out_end(&mut self) -> SqlResult<()> {
        Err(no_copy())
    }

    async fn copy_in_begin(&mut self, _: CopyFormat) -> SqlResult<()> {
        Err(no_copy())
    }

    async fn copy_in(&mut self) -> SqlResult<Option<Bytes>> {
        Err(no_copy())
    }
}
