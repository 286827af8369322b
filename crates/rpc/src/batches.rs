//! Record batches as messages: the messages of an Arrow IPC stream, each with its body beside it.
//!
//! ```text
//!  batch 1 (3 MB) ─► [schema, rows 0..4096] [rows 4096..8192]      batch 2 ─► [rows 0..100]
//! ```
//!
//! - The schema goes first, once; all batches of a scan have it. Its metadata, which carry PostgreSQL's
//!   types, go along.
//! - Large batches are sent as several, of about a megabyte each, so that one scan does not keep the
//!   others from a connection, and no row but a huge one breaks the message limit.
//! - There are no dictionaries: a replica's batches have none.
//! - Arrow's own stream framing is not used: gRPC frames already, and Arrow's reader gives a batch without
//!   a body (rows of no columns) only once it sees the next one.

use std::collections::HashMap;

use arrow::array::{Array, RecordBatch};
use arrow::buffer::Buffer;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow_ipc::convert::fb_to_schema;
use arrow_ipc::reader::read_record_batch;
use arrow_ipc::root_as_message;
use arrow_ipc::writer::{DictionaryTracker, IpcDataGenerator, IpcWriteContext, IpcWriteOptions};
use gavel_api::storage::Error;
use prost::Message;

use crate::v1::ScanResponse;

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Failed(format!("batch: {error}"))
}

/// Batches to messages.
pub(crate) struct Encoder {
    schema: Option<SchemaRef>,
    generator: IpcDataGenerator,
    options: IpcWriteOptions,
    context: IpcWriteContext,
    dictionaries: DictionaryTracker,
    piece_size_bytes: usize,
    message_size_bytes: usize,
}

impl Encoder {
    pub(crate) fn new(piece_size_bytes: usize, message_size_bytes: usize) -> Self {
        Self {
            schema: None,
            generator: IpcDataGenerator::default(),
            options: IpcWriteOptions::default(),
            context: IpcWriteContext::default(),
            dictionaries: DictionaryTracker::new(true),
            piece_size_bytes,
            message_size_bytes,
        }
    }

    /// The messages of one batch, in order; at least one.
    ///
    /// # Errors
    /// If it has dictionaries, another schema than the first, or a row beyond the message limit.
    pub(crate) fn encode(&mut self, batch: &RecordBatch) -> Result<Vec<ScanResponse>, Error> {
        let mut schema = self.schema(batch.schema_ref())?;
        let mut pieces = Vec::new();
        split(batch, self.piece_size_bytes, &mut pieces);
        let mut messages = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let (_, encoded) = self
                .generator
                .encode(&piece, &mut self.dictionaries, &self.options, &mut self.context)
                .map_err(failed)?;
            let message = ScanResponse {
                schema: std::mem::take(&mut schema).into(),
                batch: encoded.ipc_message.into(),
                body: encoded.arrow_data.into(),
            };
            let size = message.encoded_len();
            if size > self.message_size_bytes {
                return Err(failed(format_args!(
                    "{} row(s) take {size} bytes, more than a message may have ({})",
                    piece.num_rows(),
                    self.message_size_bytes
                )));
            }
            messages.push(message);
        }
        Ok(messages)
    }

    /// The schema as a message, if it has not been sent yet; else nothing.
    fn schema(&mut self, schema: &SchemaRef) -> Result<Vec<u8>, Error> {
        match &self.schema {
            Some(known) if known == schema => return Ok(Vec::new()),
            Some(_) => return Err(failed("schema changes within a scan")),
            None => refuse_dictionaries(schema)?,
        }
        self.schema = Some(schema.clone());
        let encoded =
            self.generator.schema_to_bytes_with_dictionary_tracker(schema, &mut self.dictionaries, &self.options);
        Ok(encoded.ipc_message)
    }
}

fn refuse_dictionaries(schema: &Schema) -> Result<(), Error> {
    match schema.flattened_fields().iter().find(|field| matches!(field.data_type(), DataType::Dictionary(..))) {
        Some(field) => Err(failed(format_args!("column {} is a dictionary", field.name()))),
        None => Ok(()),
    }
}

/// Bytes that the rows of a batch take, not counting what its buffers hold of other rows.
fn size(batch: &RecordBatch) -> usize {
    batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or(0)).sum()
}

fn split(batch: &RecordBatch, size_bytes: usize, pieces: &mut Vec<RecordBatch>) {
    if batch.num_rows() <= 1 || size(batch) <= size_bytes {
        pieces.push(batch.clone());
        return;
    }
    let half = batch.num_rows() / 2;
    split(&batch.slice(0, half), size_bytes, pieces);
    split(&batch.slice(half, batch.num_rows() - half), size_bytes, pieces);
}

/// Messages to batches.
#[derive(Default)]
pub(crate) struct Decoder {
    schema: Option<SchemaRef>,
}

impl Decoder {
    /// The batch of one message.
    ///
    /// # Errors
    /// If it is damaged, or the first one lacks the schema.
    pub(crate) fn decode(&mut self, message: ScanResponse) -> Result<RecordBatch, Error> {
        if !message.schema.is_empty() {
            let header = root_as_message(&message.schema).map_err(failed)?;
            let schema = header.header_as_schema().ok_or_else(|| failed("no schema where one should be"))?;
            self.schema = Some(fb_to_schema(schema).into());
        }
        let schema = self.schema.clone().ok_or_else(|| failed("schema is missing"))?;
        let header = root_as_message(&message.batch).map_err(failed)?;
        let batch = header.header_as_record_batch().ok_or_else(|| failed("no batch where one should be"))?;
        // Arrow's reader trusts these.
        let fits = |at: i64, length: i64| {
            at >= 0 && length >= 0 && at.checked_add(length).is_some_and(|end| end <= message.body.len() as i64)
        };
        if !batch.buffers().into_iter().flatten().all(|buffer| fits(buffer.offset(), buffer.length())) {
            return Err(failed("body is cut short"));
        }
        let body = Buffer::from(message.body);
        read_record_batch(&body, batch, schema, &HashMap::new(), None, &header.version()).map_err(failed)
    }
}

#[cfg(test)]
#[path = "batches_test.rs"]
mod tests;
