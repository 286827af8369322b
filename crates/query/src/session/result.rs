//! What a statement gives: rows from a running plan or from memory, and its command tag.

use std::collections::VecDeque;
use std::sync::Arc;

use gavel_api::sql::{ColumnDesc, ExecuteEnd, ResultSink, RowBatch};
use gavel_types::{Datum, SqlResult};

use crate::exec::operator::BoxOperator;

/// Where rows come from.
pub enum RowSource {
    /// A running plan.
    Stream(BoxOperator),
    Memory(VecDeque<RowBatch>),
}

/// How the command tag is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Known already.
    Fixed(String),
    /// This word and the number of rows sent.
    Counting(&'static str),
}

/// A statement that has been run as far as it can be before its rows are asked for.
pub struct Executed {
    /// `None` if it returns no rows.
    pub columns: Option<Arc<[ColumnDesc]>>,
    pub rows: RowSource,
    pub tag: Tag,
    /// Rows of a binary cursor, which clients of the simple protocol get in binary too.
    pub binary: bool,
    /// Rows that were not told of beforehand, which the extended protocol therefore leaves out.
    pub unannounced: bool,
    sent: u64,
    /// Rows that came but were past the limit.
    pending: Option<RowBatch>,
}

impl Executed {
    /// No rows, only a tag.
    pub fn tag(tag: impl Into<String>) -> Self {
        let rows = RowSource::Memory(VecDeque::new());
        Self {
            columns: None,
            rows,
            tag: Tag::Fixed(tag.into()),
            binary: false,
            unannounced: false,
            sent: 0,
            pending: None,
        }
    }

    pub fn stream(columns: Arc<[ColumnDesc]>, operator: BoxOperator) -> Self {
        let rows = RowSource::Stream(operator);
        Self {
            columns: Some(columns),
            rows,
            tag: Tag::Counting("SELECT"),
            binary: false,
            unannounced: false,
            sent: 0,
            pending: None,
        }
    }

    pub fn memory(columns: Arc<[ColumnDesc]>, rows: Vec<Vec<Datum>>, tag: Tag) -> Self {
        let batch = (!rows.is_empty()).then_some(RowBatch::Rows(rows));
        Self::batches(columns, batch.into_iter().collect(), tag)
    }

    pub fn batches(columns: Arc<[ColumnDesc]>, batches: VecDeque<RowBatch>, tag: Tag) -> Self {
        Self {
            columns: Some(columns),
            rows: RowSource::Memory(batches),
            tag,
            binary: false,
            unannounced: false,
            sent: 0,
            pending: None,
        }
    }

    /// The next rows, at least one; `None` at the end.
    pub async fn next(&mut self) -> SqlResult<Option<RowBatch>> {
        if let Some(batch) = self.pending.take() {
            return Ok(Some(batch));
        }
        match &mut self.rows {
            RowSource::Memory(batches) => Ok(batches.pop_front()),
            RowSource::Stream(operator) => {
                // A plan over rows at hand never waits; others must get their turn all the same.
                tokio::task::consume_budget().await;
                Ok(operator.next().await?.map(RowBatch::Arrow))
            }
        }
    }

    /// Tells the client which columns are to come, if any.
    pub async fn announce(&mut self, sink: &mut dyn ResultSink) -> SqlResult<()> {
        let Some(columns) = self.columns.clone() else { return Ok(()) };
        if self.binary {
            sink.set_binary();
        }
        sink.columns(&columns).await
    }

    /// Reads everything into memory, so that the plan is not needed any more.
    pub async fn collect(&mut self) -> SqlResult<()> {
        let mut batches = VecDeque::new();
        while let Some(batch) = self.next().await? {
            batches.push_back(batch);
        }
        self.rows = RowSource::Memory(batches);
        Ok(())
    }

    /// Pushes up to `limit` rows (0: all) to the client.
    pub async fn deliver(&mut self, limit: usize, sink: &mut dyn ResultSink) -> SqlResult<ExecuteEnd> {
        let mut room = if limit == 0 { usize::MAX } else { limit };
        while self.columns.is_some() {
            if room == 0 {
                // The tag of the last Execute counts its own rows alone.
                self.sent = 0;
                return Ok(ExecuteEnd::Suspended);
            }
            let Some(batch) = self.next().await? else { break };
            let (now, later) = split(batch, room);
            room -= now.num_rows();
            self.sent += now.num_rows() as u64;
            self.pending = later;
            sink.rows(now).await?;
        }
        Ok(ExecuteEnd::Complete(self.finish_tag()))
    }

    /// The command tag, given what was sent.
    pub fn finish_tag(&mut self) -> String {
        match &self.tag {
            Tag::Fixed(tag) => tag.clone(),
            Tag::Counting(word) => {
                let tag = format!("{word} {}", self.sent);
                self.sent = 0;
                tag
            }
        }
    }
}

/// The first `room` rows, and the rest.
fn split(batch: RowBatch, room: usize) -> (RowBatch, Option<RowBatch>) {
    if batch.num_rows() <= room {
        return (batch, None);
    }
    match batch {
        RowBatch::Arrow(b) => {
            (RowBatch::Arrow(b.slice(0, room)), Some(RowBatch::Arrow(b.slice(room, b.num_rows() - room))))
        }
        RowBatch::Rows(mut rows) => {
            let rest = rows.split_off(room);
            (RowBatch::Rows(rows), Some(RowBatch::Rows(rest)))
        }
    }
}
