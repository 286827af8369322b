//! The loop of an open session: simple and extended protocol (manual §55.2.2, §55.2.3).
//!
//! ```text
//!            ┌────────────── error ───────────────┐
//!            │                                    ▼
//! ready ─► Parse/Bind/Describe/Execute/…      skipping ─── everything but Sync is dropped
//!   ▲            │ Sync                           │ Sync
//!   └────────────┴──────── ReadyForQuery ─────────┘
//! ```

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use gavel_api::sql::{CancelHandle, SqlSession, TransactionStatus};
use gavel_telemetry::trace::TARGET;
use gavel_types::{SqlError, SqlResult, SqlState};
use gavel_wire_format::Format;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

use crate::backend;
use crate::call::ValueSink;
use crate::connection::{Connection, ReadError, Watch};
use crate::message::{self, Bind, FunctionCall, Message, Target};
use crate::parameters;
use crate::sink::{WireSink, end_of_statement};

/// Portals with formats of their own that one transaction may have open.
const MAX_PORTALS: usize = 10_000;
/// The statement and portal of a function that is called by its OID; no client can name them so.
const CALL: &str = "\u{1}call";

/// Where a trace begins. It costs nothing while nobody collects traces. The text stays out of it: values in
/// it are the client's.
fn statement() -> Span {
    tracing::info_span!(target: TARGET, "statement", otel.kind = "server")
}

/// Whether the connection goes on.
#[derive(Debug, PartialEq, Eq)]
enum Flow {
    Go,
    End,
}

/// A connection with its session.
pub struct Conversation {
    connection: Connection,
    session: Box<dyn SqlSession>,
    /// After an error in the extended protocol: drop everything until Sync.
    skipping: bool,
    /// Result formats of portals that are not all text.
    portal_formats: HashMap<String, Vec<Format>>,
    /// Set while the client owes nothing: the last thing sent was ReadyForQuery.
    ready: bool,
}

impl Conversation {
    pub fn new(connection: Connection, session: Box<dyn SqlSession>) -> Self {
        Self { connection, session, skipping: false, portal_formats: HashMap::new(), ready: true }
    }

    /// Talks until the client leaves, is told to, or `drain` is cancelled while nothing runs.
    pub async fn run(mut self, drain: &CancellationToken) {
        let handle = self.session.cancel_handle();
        // A token of its own, so that ten thousand connections do not wait at one lock.
        let drain = drain.child_token();
        if self.talk(&drain, &handle).await == Flow::End {
            self.session.close().await;
            self.connection.close().await;
        }
    }

    async fn talk(&mut self, drain: &CancellationToken, handle: &Arc<dyn CancelHandle>) -> Flow {
        let mut terminated = handle.terminated();
        loop {
            // What has come already is not waited for.
            let frame = match self.connection.buffered_frame() {
                Ok(Some(frame)) => Some(Ok(frame)),
                Err(error) => Some(Err(error)),
                Ok(None) => {
                    let idle = self.ready && self.session.transaction_status() == TransactionStatus::Idle;
                    if self.ready {
                        self.connection.shrink();
                    }
                    tokio::select! {
                        biased;
                        () = &mut terminated => return self.fatal(&shut_down()),
                        () = drain.cancelled(), if idle => return self.fatal(&shut_down()),
                        frame = self.silence() => frame,
                    }
                }
            };
            let (tag, body) = match frame {
                None => return self.fatal(&self.idle_too_long()),
                Some(Ok(frame)) => frame,
                Some(Err(ReadError::Gone)) => return Flow::End,
                Some(Err(ReadError::Malformed(error))) => return self.fatal(&error),
            };
            self.ready = false;
            let skipping = self.skipping;
            if self.handle(tag, &body).await == Flow::End {
                return Flow::End;
            }
            // A client may wait for the error before it sends Sync.
            if self.skipping && !skipping && self.connection.flush().await.is_err() {
                return Flow::End;
            }
        }
    }

    /// Waits for the client, and tells it what comes for it meanwhile; `None` when it has been silent for too long. A transaction whose time is
    /// over meanwhile is rolled back.
    async fn silence(&mut self) -> Option<Result<(u8, Bytes), ReadError>> {
        let limit = if self.ready { self.session.idle_timeout() } else { None };
        let idle_until = limit.and_then(|limit| Instant::now().checked_add(limit));
        loop {
            let left = self.session.transaction_time_left();
            let may_tell = self.ready && self.session.transaction_status() == TransactionStatus::Idle;
            tokio::select! {
                biased;
                frame = self.connection.frame() => return Some(frame),
                () = until(idle_until) => return None,
                () = until(left.and_then(|left| Instant::now().checked_add(left))) => {
                    self.session.transaction_time_over();
                }
                () = self.session.notified(), if may_tell => {
                    self.put_notifications();
                    if self.connection.flush().await.is_err() {
                        return Some(Err(ReadError::Gone));
                    }
                }
            }
        }
    }

    async fn handle(&mut self, tag: u8, body: &Bytes) -> Flow {
        if self.skipping && !matches!(tag, b'S' | b'X') {
            return Flow::Go;
        }
        let message = match message::decode(tag, body) {
            Ok(message) => message,
            Err(error) if tag == b'Q' => {
                self.session.mark_failed();
                return self.report_and_ready(&error).await;
            }
            Err(error) => return self.failed_unseen(&error),
        };
        match message {
            Message::Query(sql) => {
                let (watch, handle) = (self.connection.watch(), self.session.cancel_handle());
                let mut sink = WireSink::simple(&mut self.connection, self.session.text_style());
                let result = attended(&watch, &*handle, self.session.simple_query(sql, &mut sink));
                let result = result.instrument(statement()).await;
                self.unnamed_portal_gone();
                match result {
                    Ok(()) => self.ready_for_query().await,
                    Err(error) => self.report_and_ready(&error).await,
                }
            }
            Message::Parse { name, sql, types } => {
                let done = self.session.parse(name, sql, &types).await;
                self.step(done, |c| backend::parse_complete(&mut c.out))
            }
            Message::Bind(bind) => self.bind(&bind).await,
            Message::Describe(target, name) => {
                let done = self.describe(target, name).await;
                self.step(done, |_| {})
            }
            Message::Execute { portal, max_rows } => {
                let formats = self.portal_formats.get(portal).cloned().unwrap_or_default();
                let (watch, handle) = (self.connection.watch(), self.session.cancel_handle());
                let mut sink = WireSink::extended(&mut self.connection, self.session.text_style(), formats);
                let done = attended(&watch, &*handle, self.session.execute(portal, max_rows, &mut sink));
                let done = done.instrument(statement()).await;
                match done {
                    Ok(end) => {
                        end_of_statement(&end, &mut self.connection);
                        self.flushed_if_full().await
                    }
                    Err(error) => self.failed(&error),
                }
            }
            Message::Close(target, name) => {
                let done = match target {
                    Target::Statement => self.session.close_statement(name).await,
                    Target::Portal => {
                        self.portal_formats.remove(name);
                        self.session.close_portal(name).await
                    }
                };
                self.step(done, |c| backend::close_complete(&mut c.out))
            }
            Message::Flush => match self.connection.flush().await {
                Ok(()) => Flow::Go,
                Err(_) => Flow::End,
            },
            Message::Sync => self.sync().await,
            Message::Terminate => Flow::End,
            // Left over from a COPY that failed: the client did not know yet.
            Message::CopyData | Message::CopyDone | Message::CopyFail(_) => Flow::Go,
            Message::FunctionCall(call) => self.call_function(&call).await,
        }
    }

    async fn bind(&mut self, bind: &Bind<'_>) -> Flow {
        if self.portal_formats.len() >= MAX_PORTALS {
            let error = SqlError::new(SqlState::ProgramLimitExceeded, "too many portals are open");
            return self.failed_unseen(&error);
        }
        let info = match self.session.describe_statement(bind.statement).await {
            Ok(info) => info,
            Err(error) => return self.failed(&error),
        };
        let params = if bind.params.is_empty() && info.params.is_empty() {
            Ok(vec![])
        } else {
            let style = self.session.text_style();
            parameters::decode(bind.portal, bind.statement, &bind.params, &bind.param_formats, &info.params, &style)
        };
        let formats_fit = match &info.columns {
            Some(columns) => gavel_wire_format::row::check_formats(&bind.result_formats, columns.len()),
            None => Ok(()),
        };
        let params = match (params, formats_fit) {
            (Ok(params), Ok(())) => params,
            (Err(error), _) | (_, Err(error)) => return self.failed_unseen(&error),
        };
        if let Err(error) = self.session.bind(bind.portal, bind.statement, params).await {
            return self.failed(&error);
        }
        if bind.result_formats.iter().all(|f| *f == Format::Text) {
            self.portal_formats.remove(bind.portal);
        } else {
            self.portal_formats.insert(bind.portal.to_owned(), bind.result_formats.clone());
        }
        backend::bind_complete(&mut self.connection.out);
        Flow::Go
    }

    /// A function called by its OID: its value or its error, and the end of the implicit transaction.
    async fn call_function(&mut self, call: &FunctionCall<'_>) -> Flow {
        match self.value_of(call).await {
            Ok(value) => backend::function_call_response(&value, &mut self.connection.out),
            Err(error) => {
                if self.report(&error) == Flow::End {
                    return Flow::End;
                }
            }
        }
        self.sync().await
    }

    async fn value_of(&mut self, call: &FunctionCall<'_>) -> SqlResult<Bytes> {
        let (sql, types) = self.session.function_statement(call.function, call.arguments.len()).await?;
        self.session.parse(CALL, &sql, &types).await?;
        let value = self.value_of_parsed(call).await;
        self.session.close_portal(CALL).await?;
        self.session.close_statement(CALL).await?;
        value
    }

    async fn value_of_parsed(&mut self, call: &FunctionCall<'_>) -> SqlResult<Bytes> {
        let info = self.session.describe_statement(CALL).await?;
        let style = self.session.text_style();
        let params = match parameters::decode("", CALL, &call.arguments, &call.formats, &info.params, &style) {
            Ok(params) => params,
            Err(error) => {
                self.session.mark_failed();
                return Err(error);
            }
        };
        self.session.bind(CALL, CALL, params).await?;
        let (watch, handle) = (self.connection.watch(), self.session.cancel_handle());
        let wire = WireSink::extended(&mut self.connection, style.clone(), vec![]);
        let mut sink = ValueSink::new(wire, style, call.result_format);
        let done = attended(&watch, &*handle, self.session.execute(CALL, 0, &mut sink));
        done.instrument(statement()).await?;
        sink.value().ok_or_else(|| SqlError::internal("a function has given no value"))
    }

    async fn describe(&mut self, target: Target, name: &str) -> SqlResult<()> {
        let out = &mut self.connection.out;
        match target {
            Target::Statement => {
                let info = self.session.describe_statement(name).await?;
                backend::parameter_description(&info.params, out);
                match &info.columns {
                    Some(columns) => backend::row_description(columns, &[], out),
                    None => backend::no_data(out),
                }
            }
            Target::Portal => match self.session.describe_portal(name).await? {
                Some(columns) => {
                    let formats = self.portal_formats.get(name).map_or(&[][..], Vec::as_slice);
                    backend::row_description(&columns, formats, out);
                }
                None => backend::no_data(out),
            },
        }
        Ok(())
    }

    async fn sync(&mut self) -> Flow {
        self.skipping = false;
        let (watch, handle) = (self.connection.watch(), self.session.cancel_handle());
        let mut sink = WireSink::extended(&mut self.connection, self.session.text_style(), vec![]);
        let result = attended(&watch, &*handle, self.session.sync(&mut sink)).await;
        match result {
            Ok(()) => self.ready_for_query().await,
            Err(error) => self.report_and_ready(&error).await,
        }
    }

    /// A step of the extended protocol: its answer, or its error.
    fn step(&mut self, done: SqlResult<()>, answer: impl FnOnce(&mut Connection)) -> Flow {
        match done {
            Ok(()) => {
                answer(&mut self.connection);
                Flow::Go
            }
            Err(error) => self.failed(&error),
        }
    }

    /// An error of the extended protocol that the session knows of: what follows is skipped up to Sync.
    fn failed(&mut self, error: &SqlError) -> Flow {
        self.skipping = true;
        self.report(error)
    }

    /// Same, of which the session does not know.
    fn failed_unseen(&mut self, error: &SqlError) -> Flow {
        self.session.mark_failed();
        self.failed(error)
    }

    async fn report_and_ready(&mut self, error: &SqlError) -> Flow {
        match self.report(error) {
            Flow::Go => self.ready_for_query().await,
            Flow::End => Flow::End,
        }
    }

    fn report(&mut self, error: &SqlError) -> Flow {
        let fatal = ends_session(error.code()) || self.connection.is_gone();
        tracing::debug!(code = error.code().as_str(), message = error.message(), fatal, "statement failed");
        backend::error(error, fatal, &mut self.connection.out);
        if fatal { Flow::End } else { Flow::Go }
    }

    fn fatal(&mut self, error: &SqlError) -> Flow {
        backend::error(error, true, &mut self.connection.out);
        Flow::End
    }

    async fn ready_for_query(&mut self) -> Flow {
        let status = self.session.transaction_status();
        if status == TransactionStatus::Idle {
            // No portal outlives its transaction.
            self.portal_formats.clear();
        }
        self.connection.put_settings();
        if status == TransactionStatus::Idle {
            self.put_notifications();
        }
        backend::ready_for_query(status, &mut self.connection.out);
        self.ready = true;
        match self.connection.flush().await {
            Ok(()) => Flow::Go,
            Err(_) => Flow::End,
        }
    }

    fn put_notifications(&mut self) {
        for told in self.session.take_notifications() {
            backend::notification(told.pid, &told.channel, &told.payload, &mut self.connection.out);
        }
    }

    async fn flushed_if_full(&mut self) -> Flow {
        match self.connection.flush_if_full().await {
            Ok(()) => Flow::Go,
            Err(_) => Flow::End,
        }
    }

    fn unnamed_portal_gone(&mut self) {
        self.portal_formats.remove("");
    }

    fn idle_too_long(&self) -> SqlError {
        match self.session.transaction_status() {
            TransactionStatus::Idle => {
                SqlError::new(SqlState::IdleSessionTimeout, "terminating connection due to idle-session timeout")
            }
            TransactionStatus::InTransaction | TransactionStatus::Failed => SqlError::new(
                SqlState::IdleInTransactionSessionTimeout,
                "terminating connection due to idle-in-transaction timeout",
            ),
        }
    }
}

/// Waits until then; for ever if there is no such time.
async fn until(time: Option<Instant>) {
    match time {
        None => std::future::pending().await,
        Some(time) => tokio::time::sleep_until(time).await,
    }
}

/// Runs a statement and watches over its client: if that goes away, the statement is told, and ends by
/// itself; a commit on its way is not torn.
async fn attended<T>(watch: &Watch, handle: &dyn CancelHandle, statement: impl Future<Output = T>) -> T {
    let mut statement = pin!(statement);
    tokio::select! {
        biased;
        // First, so that a statement that never waits costs no look at the socket.
        result = &mut statement => return result,
        // Outside the task's budget: a busy statement comes here only when it has used that up, and a look
        // that pays from it would never find the client gone.
        () = tokio::task::coop::unconstrained(watch.gone()) => {
            tracing::debug!("the client is gone while its statement runs");
            handle.client_gone();
        }
    }
    statement.await
}

pub(crate) fn shut_down() -> SqlError {
    SqlError::new(SqlState::AdminShutdown, "terminating connection due to administrator command")
}

/// Errors after which PostgreSQL ends the session.
fn ends_session(code: SqlState) -> bool {
    matches!(
        code,
        SqlState::AdminShutdown
            | SqlState::CrashShutdown
            | SqlState::CannotConnectNow
            | SqlState::IdleSessionTimeout
            | SqlState::IdleInTransactionSessionTimeout
            | SqlState::ConnectionFailure
    )
}
