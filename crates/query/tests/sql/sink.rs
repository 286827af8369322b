//! A client that writes down what it is sent.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gavel_api::sql::{ColumnDesc, CopyFormat, ExecuteEnd, ResultSink, RowBatch};
use gavel_functions::physical::datum_at;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Notice, PgType, SqlResult};

#[derive(Default)]
pub struct TextSink {
    pub text: String,
    /// Pieces of COPY data.
    pub input: VecDeque<String>,
    columns: Vec<PgType>,
    pub style: TextStyle,
}

impl TextSink {
    fn row(&mut self, values: &[Datum]) {
        let shown: Vec<String> = values
            .iter()
            .zip(&self.columns)
            .map(|(v, ty)| {
                if v.is_null() {
                    return "NULL".into();
                }
                let mut text = String::new();
                text_io::write(v, *ty, &self.style, &mut text);
                text
            })
            .collect();
        let _ = writeln!(self.text, "{}", shown.join(" | "));
    }
}

#[async_trait]
impl ResultSink for TextSink {
    fn set_text_style(&mut self, style: TextStyle) {
        self.style = style;
    }

    async fn columns(&mut self, columns: &Arc<[ColumnDesc]>) -> SqlResult<()> {
        self.columns = columns.iter().map(|c| c.ty).collect();
        let names: Vec<&str> = columns.iter().map(|c| &*c.name).collect();
        let _ = writeln!(self.text, "{}", names.join(" | "));
        Ok(())
    }

    fn set_binary(&mut self) {
        let _ = writeln!(self.text, "(binary)");
    }

    async fn rows(&mut self, batch: RowBatch) -> SqlResult<()> {
        match batch {
            RowBatch::Rows(rows) => rows.iter().for_each(|r| self.row(r)),
            RowBatch::Arrow(batch) => {
                for i in 0..batch.num_rows() {
                    let values = batch
                        .columns()
                        .iter()
                        .zip(&self.columns)
                        .map(|(a, ty)| datum_at(a, i, *ty))
                        .collect::<SqlResult<Vec<_>>>()?;
                    self.row(&values);
                }
            }
        }
        Ok(())
    }

    async fn complete(&mut self, end: ExecuteEnd) -> SqlResult<()> {
        if let ExecuteEnd::Complete(tag) = end {
            let _ = writeln!(self.text, "{tag}");
        }
        Ok(())
    }

    async fn notice(&mut self, notice: Notice) -> SqlResult<()> {
        let _ = writeln!(self.text, "{}: {}", notice.severity.as_str(), notice.error.message());
        Ok(())
    }

    async fn parameter_status(&mut self, name: &str, value: &str) -> SqlResult<()> {
        let _ = writeln!(self.text, "({name} = {value})");
        Ok(())
    }

    async fn copy_out_begin(&mut self, _: CopyFormat) -> SqlResult<()> {
        Ok(())
    }

    async fn copy_out(&mut self, data: Bytes) -> SqlResult<()> {
        self.text.push_str(&String::from_utf8_lossy(&data));
        Ok(())
    }

    async fn copy_out_end(&mut self) -> SqlResult<()> {
        Ok(())
    }

    async fn copy_in_begin(&mut self, _: CopyFormat) -> SqlResult<()> {
        Ok(())
    }

    async fn copy_in(&mut self) -> SqlResult<Option<Bytes>> {
        Ok(self.input.pop_front().map(Bytes::from))
    }
}
