//! The seam between the wire front and the query node: an engine that opens sessions, a session
//! that runs statements, and a sink that results are pushed into. The frontend knows bytes and
//! sockets, the session knows SQL; neither knows the other's library.

use std::net::IpAddr;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use gavel_types::{Datum, Notice, Notification, Oid, PgType, SqlError, SqlResult};

/// Who connects, as told by the startup message.
#[derive(Clone, Debug)]
pub struct SessionParams {
    pub user: String,
    pub database: String,
    /// Other startup parameters (`application_name`, `options` already split into settings).
    pub settings: Vec<(String, String)>,
    /// `None` for in-process callers.
    pub client: Option<(IpAddr, u16)>,
    /// Process id of BackendKeyData; unique among live sessions.
    pub pid: i32,
}

/// What a role's password is checked against.
#[derive(Clone, Debug)]
pub enum Credential {
    /// No such role, it may not log in, or has no password. Authentication proceeds as if there
    /// were one and fails, so that neither message nor timing tells.
    None,
    /// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, as in `pg_authid.rolpassword`.
    Scram(String),
}

/// Opens sessions.
#[async_trait]
pub trait SqlEngine: Send + Sync {
    /// What `user` must prove.
    async fn credential(&self, user: &str) -> SqlResult<Credential>;

    /// Opens a session for an authenticated user.
    ///
    /// # Errors
    /// 3D000 unknown database, 28000 unknown role, 53300 too many connections, 22023 bad setting.
    async fn open(&self, params: SessionParams) -> SqlResult<Box<dyn SqlSession>>;
}

/// A column of a result, as RowDescription needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDesc {
    pub name: Arc<str>,
    pub ty: PgType,
    /// Table OID and attribute number where the column is a plain table column, else zeros.
    pub table: Oid,
    pub attnum: i16,
    /// The type that clients are told, if it is not that of the values.
    pub shown: Option<Oid>,
}

/// A prepared statement, as Describe needs it.
#[derive(Clone, Debug)]
pub struct StatementInfo {
    pub params: Vec<PgType>,
    /// `None` if it returns no rows.
    pub columns: Option<Arc<[ColumnDesc]>>,
}

/// Rows of a result, either as computed by the executor or by a fast path.
#[derive(Clone, Debug)]
pub enum RowBatch {
    /// Columns in order; physical types are those of `gavel_functions::physical_type`.
    Arrow(RecordBatch),
    Rows(Vec<Vec<Datum>>),
}

impl RowBatch {
    pub fn num_rows(&self) -> usize {
        match self {
            Self::Arrow(b) => b.num_rows(),
            Self::Rows(r) => r.len(),
        }
    }
}

/// How an Execute ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExecuteEnd {
    /// CommandComplete with this tag (`SELECT 3`, `INSERT 0 1`).
    Complete(String),
    /// The row limit was reached; the portal can go on.
    Suspended,
    /// The statement was empty.
    Empty,
}

/// ReadyForQuery's letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStatus {
    Idle,
    InTransaction,
    Failed,
}

/// `COPY … TO STDOUT` / `FROM STDIN` as the client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyFormat {
    pub binary: bool,
    pub columns: usize,
}

/// Where a session pushes what it has for the client. Awaiting is back-pressure.
#[async_trait]
pub trait ResultSink: Send {
    /// RowDescription; in the extended protocol the sink does not send it (Describe has answered),
    /// but takes the types of the rows to come from it. Must precede the first `rows` of a result,
    /// and of each Execute.
    async fn columns(&mut self, columns: &Arc<[ColumnDesc]>) -> SqlResult<()>;
    /// The result described next is that of a binary cursor: in the simple protocol its values are binary,
    /// in the extended one the client has said what they are.
    fn set_binary(&mut self);
    /// Rows of the result described last.
    async fn rows(&mut self, batch: RowBatch) -> SqlResult<()>;
    /// End of one statement of a simple query. (Extended protocol: the return value of `execute`.)
    async fn complete(&mut self, end: ExecuteEnd) -> SqlResult<()>;
    async fn notice(&mut self, notice: Notice) -> SqlResult<()>;
    /// Values are written in this style from now on. The sink starts with the session's
    /// [`SqlSession::text_style`]; a session calls this when a statement of a list changes it.
    fn set_text_style(&mut self, style: gavel_types::text_io::TextStyle);
    /// A setting that is reported to the client has changed.
    async fn parameter_status(&mut self, name: &str, value: &str) -> SqlResult<()>;
    async fn copy_out_begin(&mut self, format: CopyFormat) -> SqlResult<()>;
    async fn copy_out(&mut self, data: Bytes) -> SqlResult<()>;
    async fn copy_out_end(&mut self) -> SqlResult<()>;
    async fn copy_in_begin(&mut self, format: CopyFormat) -> SqlResult<()>;
    /// Next piece of the client's data; `None` at CopyDone.
    ///
    /// # Errors
    /// 57014 on CopyFail, 08006 when the client is gone.
    async fn copy_in(&mut self) -> SqlResult<Option<Bytes>>;
}

/// Interrupts a running statement from another task.
#[async_trait]
pub trait CancelHandle: Send + Sync {
    /// 57014 in whatever runs now; nothing if idle.
    fn cancel(&self);
    /// 57P01, and the session ends.
    fn terminate(&self);
    /// The client was seen to be gone: whatever runs ends with 08006, a commit on its way excepted,
    /// and the session ends.
    fn client_gone(&self);
    /// Completes once the session is to end, at once if that was said before: how the frontend
    /// learns of it while it waits for the client.
    async fn terminated(&self);
}

/// One client's conversation. Not shared: calls come one at a time. An error from `parse`, `bind`
/// or `execute` has already marked the transaction as failed; the frontend skips to Sync.
#[async_trait]
pub trait SqlSession: Send {
    /// Settings to report after start-up (`server_version`, `TimeZone`, …), name and value.
    fn reported_settings(&self) -> Vec<(String, String)>;

    fn cancel_handle(&self) -> Arc<dyn CancelHandle>;

    /// A Query message: any number of statements, one implicit transaction. Errors of statements
    /// are returned, after what came before was pushed.
    async fn simple_query(&mut self, sql: &str, sink: &mut dyn ResultSink) -> SqlResult<()>;

    /// Parse. `name` empty is the unnamed statement. OIDs of 0 are left to be inferred.
    async fn parse(&mut self, name: &str, sql: &str, param_types: &[Oid]) -> SqlResult<()>;

    /// Describe(statement), and what Bind needs to decode parameters.
    ///
    /// # Errors
    /// 26000 if there is no such statement.
    async fn describe_statement(&mut self, name: &str) -> SqlResult<Arc<StatementInfo>>;

    /// Bind. `params` are already decoded by the types of [`StatementInfo::params`].
    async fn bind(&mut self, portal: &str, statement: &str, params: Vec<Datum>) -> SqlResult<()>;

    /// Describe(portal): `None` if it returns no rows. 34000 if there is no such portal.
    async fn describe_portal(&mut self, portal: &str) -> SqlResult<Option<Arc<[ColumnDesc]>>>;

    /// Execute; `max_rows` 0 is no limit.
    async fn execute(&mut self, portal: &str, max_rows: usize, sink: &mut dyn ResultSink) -> SqlResult<ExecuteEnd>;

    /// Close; unknown names are no error.
    async fn close_statement(&mut self, name: &str) -> SqlResult<()>;
    async fn close_portal(&mut self, name: &str) -> SqlResult<()>;

    /// What the function call message asks for: the text of a statement that calls the function with a parameter for
    /// each argument and gives its value, and the types of the parameters.
    ///
    /// # Errors
    /// 42883 if there is no such function, 08P01 for another number of arguments than it has, 0A000 for what cannot be
    /// called so.
    async fn function_statement(&mut self, function: Oid, arguments: usize) -> SqlResult<(String, Vec<Oid>)> {
        let _ = (function, arguments);
        Err(SqlError::unsupported("the function call protocol is not supported"))
    }

    /// Sync: ends an implicit transaction, which commits here (hence may fail with 40001).
    async fn sync(&mut self, sink: &mut dyn ResultSink) -> SqlResult<()>;

    /// What sessions have told those who listen, as this one does. To be sent outside of transactions only:
    /// before ReadyForQuery, and while the client is silent.
    fn take_notifications(&mut self) -> Vec<Notification>;

    /// Completes once there is something to take. Cancel safe.
    async fn notified(&mut self);

    /// The extended protocol met an error that the session has not seen (bad parameter format):
    /// fail the transaction as if it had.
    fn mark_failed(&mut self);

    fn transaction_status(&self) -> TransactionStatus;

    /// Settings by which values are written as text (DateStyle, TimeZone, …).
    fn text_style(&self) -> gavel_types::text_io::TextStyle;

    /// How long the client may now stay silent: idle-in-transaction or idle-session timeout.
    fn idle_timeout(&self) -> Option<std::time::Duration>;

    /// What is left of the running transaction's time; `None` if there is nothing that its end would
    /// free. The frontend calls [`SqlSession::transaction_time_over`] when it has passed in silence.
    fn transaction_time_left(&self) -> Option<std::time::Duration>;

    /// Rolls the transaction back if its time is over; the next statement is told (25P04).
    fn transaction_time_over(&mut self);

    /// Terminate or lost connection: rolls back, releases what the session holds.
    async fn close(self: Box<Self>);
}
