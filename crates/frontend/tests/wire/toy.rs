//! A session that knows a handful of words, and a server around it.
//!
//! | statement | what it does |
//! |---|---|
//! | `select N` | one row, column `n int4` |
//! | `rows N` | N rows `n int4, t text` in Arrow batches |
//! | `echo TYPE` | prepared: returns its one parameter, of that type |
//! | `fail` | 42601 with position, hint, table and constraint |
//! | `warn` | a warning |
//! | `sleep` | runs until cancelled |
//! | `set NAME VALUE` | reports a setting |
//! | `begin`, `commit` | transaction status |
//! | `copy in [fail]`, `copy out N` | COPY; `fail` errs after the first piece |
//! | empty | empty query |

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, Int32Array, StringArray};
use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use gavel_api::sql::{
    CancelHandle, ColumnDesc, CopyFormat, Credential, ExecuteEnd, ResultSink, RowBatch, SessionParams, SqlEngine,
    SqlSession, StatementInfo, TransactionStatus,
};
use gavel_frontend::{Frontend, FrontendSettings, FrontendStats};
use gavel_types::text_io::TextStyle;
use gavel_types::{Datum, Notice, Notification, Oid, PgType, SqlError, SqlResult, SqlState};
use tokio_util::sync::CancellationToken;

/// Verifier of the password `pencil`, with the salt of RFC 7677's example.
pub const PENCIL: &str = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

/// A server on a port of its own; ends with the test.
pub struct Server {
    pub address: SocketAddr,
    pub stats: Arc<FrontendStats>,
    pub shutdown: CancellationToken,
    pub ended: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut FrontendSettings)) -> Self {
        let mut settings = FrontendSettings { listen: ([127, 0, 0, 1], 0).into(), ..FrontendSettings::default() };
        change(&mut settings);
        let frontend = Frontend::bind(settings, Arc::new(ToyEngine)).await.unwrap();
        let shutdown = CancellationToken::new();
        let (address, stats) = (frontend.local_addr().unwrap(), frontend.stats());
        let ended = tokio::spawn(frontend.serve(shutdown.clone()));
        Self { address, stats, shutdown, ended }
    }

    pub async fn connect(&self) -> tokio_postgres::Client {
        self.connect_as("user=pencil").await.unwrap()
    }

    pub async fn connect_as(&self, extra: &str) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
        let config = format!("host=127.0.0.1 port={} dbname=toy {extra}", self.address.port());
        let (client, connection) = tokio_postgres::connect(&config, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }
}

pub struct ToyEngine;

#[async_trait]
impl SqlEngine for ToyEngine {
    async fn credential(&self, user: &str) -> SqlResult<Credential> {
        if user == "lost" {
            return Err(SqlError::new(SqlState::CannotConnectNow, "storage is not available"));
        }
        Ok(if user == "pencil" { Credential::Scram(PENCIL.to_owned()) } else { Credential::None })
    }

    async fn open(&self, params: SessionParams) -> SqlResult<Box<dyn SqlSession>> {
        if params.database == "nowhere" {
            return Err(SqlError::new(SqlState::InvalidCatalogName, "database \"nowhere\" does not exist"));
        }
        Ok(Box::new(Toy {
            params,
            handle: Arc::default(),
            statements: HashMap::new(),
            portals: HashMap::new(),
            status: TransactionStatus::Idle,
            notes: Vec::new(),
            late: false,
        }))
    }
}

#[derive(Default)]
pub struct ToyHandle {
    cancel: tokio::sync::Notify,
    terminate: CancellationToken,
    gone: CancellationToken,
}

#[async_trait]
impl CancelHandle for ToyHandle {
    fn cancel(&self) {
        self.cancel.notify_waiters();
    }

    fn terminate(&self) {
        self.terminate.cancel();
    }

    fn client_gone(&self) {
        self.gone.cancel();
    }

    async fn terminated(&self) {
        self.terminate.cancelled().await;
    }
}

struct Portal {
    sql: String,
    params: Vec<Datum>,
    sent: usize,
}

struct Toy {
    params: SessionParams,
    handle: Arc<ToyHandle>,
    statements: HashMap<String, String>,
    portals: HashMap<String, Portal>,
    status: TransactionStatus,
    notes: Vec<Notification>,
    /// One more comes while the client is silent.
    late: bool,
}

fn column(name: &str, ty: PgType) -> ColumnDesc {
    ColumnDesc { name: name.into(), ty, table: Oid(0), attnum: 0, shown: None }
}

/// A type by its name; of an array by its element's name after an underscore.
fn type_named(name: &str) -> PgType {
    let element = name.trim_start_matches('_');
    let found = gavel_types::pg_type::TYPES.iter().find(|t| t.1 == element);
    let oid = found.map_or(Oid::TEXT, |t| if element == name { t.0 } else { t.2 });
    PgType::new(oid)
}

fn columns_of(sql: &str) -> Option<Arc<[ColumnDesc]>> {
    match sql.split_once(' ').unwrap_or((sql, "")) {
        ("select", _) => Some([column("n", PgType::INT4)].into()),
        ("rows", _) => Some([column("n", PgType::INT4), column("t", PgType::TEXT)].into()),
        ("echo", ty) => Some([column("echo", type_named(ty))].into()),
        _ => None,
    }
}

fn batch(from: usize, to: usize) -> RowBatch {
    let numbers = Int32Array::from_iter((from..to).map(|i| Some(i as i32)));
    let texts = StringArray::from_iter((from..to).map(|i| (i % 2 == 0).then(|| format!("row {i}"))));
    let columns: [(&str, ArrayRef, bool); 2] = [("n", Arc::new(numbers), true), ("t", Arc::new(texts), true)];
    RowBatch::Arrow(RecordBatch::try_from_iter_with_nullable(columns).unwrap())
}

impl Toy {
    async fn run(
        &mut self,
        sql: &str,
        params: &[Datum],
        from: usize,
        max_rows: usize,
        sink: &mut dyn ResultSink,
    ) -> SqlResult<(ExecuteEnd, usize)> {
        let (word, rest) = sql.split_once(' ').unwrap_or((sql, ""));
        if self.status == TransactionStatus::Failed && word != "commit" {
            return Err(SqlError::new(
                SqlState::InFailedSqlTransaction,
                "current transaction is aborted, commands ignored until end of transaction block",
            ));
        }
        if let Some(columns) = columns_of(sql) {
            sink.columns(&columns).await?;
        }
        let done = |tag: &str| Ok((ExecuteEnd::Complete(tag.to_owned()), 0));
        match word {
            "" => Ok((ExecuteEnd::Empty, 0)),
            "select" => {
                let n = rest.parse().unwrap_or(0);
                sink.rows(RowBatch::Rows(vec![vec![Datum::Int4(n)]])).await?;
                done("SELECT 1")
            }
            "rows" => {
                let total: usize = rest.parse().unwrap_or(0);
                let to = if max_rows == 0 { total } else { total.min(from + max_rows) };
                for start in (from..to).step_by(1000) {
                    sink.rows(batch(start, to.min(start + 1000))).await?;
                }
                let suspended = max_rows != 0 && to - from == max_rows;
                let end = if suspended {
                    ExecuteEnd::Suspended
                } else {
                    ExecuteEnd::Complete(format!("SELECT {}", to - from))
                };
                Ok((end, to))
            }
            "echo" => {
                sink.rows(RowBatch::Rows(vec![params.to_vec()])).await?;
                done("SELECT 1")
            }
            "fail" => Err(SqlError::new(SqlState::SyntaxError, "failed")
                .detail("as asked")
                .hint("do not ask")
                .at(Some(3))
                .table("t")
                .constraint("c")),
            "warn" => {
                sink.notice(Notice::warning(SqlState::Warning, "careful")).await?;
                done("WARN")
            }
            "sleep" => {
                tokio::select! {
                    () = self.handle.cancel.notified() =>
                        Err(SqlError::new(SqlState::QueryCanceled, "canceling statement due to user request")),
                    () = self.handle.terminate.cancelled() => Err(SqlError::new(
                        SqlState::AdminShutdown,
                        "terminating connection due to administrator command",
                    )),
                    () = self.handle.gone.cancelled() =>
                        Err(SqlError::new(SqlState::ConnectionFailure, "connection to client lost")),
                    () = tokio::time::sleep(Duration::from_secs(30)) => done("SLEEP"),
                }
            }
            "set" => {
                let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
                sink.parameter_status(name, value).await?;
                done("SET")
            }
            "tell" => {
                self.note(rest);
                done("TELL")
            }
            "tell-later" => {
                self.late = true;
                done("TELL")
            }
            "terminate" => {
                self.handle.terminate.cancel();
                done("TERMINATE")
            }
            "begin" => {
                self.status = TransactionStatus::InTransaction;
                done("BEGIN")
            }
            "commit" => {
                self.status = TransactionStatus::Idle;
                done("COMMIT")
            }
            "copy" if rest.starts_with("in") => {
                sink.copy_in_begin(CopyFormat { binary: false, columns: 1 }).await?;
                let mut lines = 0;
                while let Some(data) = sink.copy_in().await? {
                    if rest == "in fail" {
                        return Err(SqlError::new(SqlState::BadCopyFileFormat, "bad data"));
                    }
                    lines += data.iter().filter(|b| **b == b'\n').count();
                }
                done(&format!("COPY {lines}"))
            }
            "copy" => {
                let lines: usize = rest.strip_prefix("out ").and_then(|n| n.parse().ok()).unwrap_or(0);
                sink.copy_out_begin(CopyFormat { binary: false, columns: 1 }).await?;
                for i in 0..lines {
                    sink.copy_out(Bytes::from(format!("{i}\n"))).await?;
                }
                sink.copy_out_end().await?;
                done(&format!("COPY {lines}"))
            }
            other => Err(SqlError::new(SqlState::SyntaxError, format!("syntax error at or near \"{other}\""))),
        }
    }

    fn note(&mut self, payload: &str) {
        self.notes.push(Notification { database: Oid(1), pid: 7, channel: "c".into(), payload: payload.into() });
    }

    fn failed<T>(&mut self, result: SqlResult<T>) -> SqlResult<T> {
        if result.is_err() {
            self.mark_failed();
        }
        result
    }
}

#[async_trait]
impl SqlSession for Toy {
    fn reported_settings(&self) -> Vec<(String, String)> {
        let name = self.params.settings.iter().find(|(n, _)| n == "application_name");
        vec![
            ("server_version".into(), "15.0".into()),
            ("application_name".into(), name.map_or(String::new(), |(_, v)| v.clone())),
        ]
    }

    fn cancel_handle(&self) -> Arc<dyn CancelHandle> {
        self.handle.clone()
    }

    async fn simple_query(&mut self, sql: &str, sink: &mut dyn ResultSink) -> SqlResult<()> {
        for statement in sql.split(';').map(str::trim) {
            let result = self.run(statement, &[], 0, 0, sink).await;
            let (end, _) = self.failed(result)?;
            sink.complete(end).await?;
        }
        Ok(())
    }

    async fn parse(&mut self, name: &str, sql: &str, _: &[Oid]) -> SqlResult<()> {
        if sql == "unparsable" {
            return self.failed(Err(SqlError::new(SqlState::SyntaxError, "syntax error")));
        }
        self.statements.insert(name.to_owned(), sql.to_owned());
        Ok(())
    }

    async fn describe_statement(&mut self, name: &str) -> SqlResult<Arc<StatementInfo>> {
        let Some(sql) = self.statements.get(name) else {
            return self.failed(Err(SqlError::new(
                SqlState::InvalidSqlStatementName,
                format!("prepared statement \"{name}\" does not exist"),
            )));
        };
        let params = sql.strip_prefix("echo ").map(type_named).into_iter().collect();
        Ok(Arc::new(StatementInfo { params, columns: columns_of(sql) }))
    }

    async fn bind(&mut self, portal: &str, statement: &str, params: Vec<Datum>) -> SqlResult<()> {
        let sql = self.statements.get(statement).cloned().unwrap_or_default();
        self.portals.insert(portal.to_owned(), Portal { sql, params, sent: 0 });
        Ok(())
    }

    async fn describe_portal(&mut self, portal: &str) -> SqlResult<Option<Arc<[ColumnDesc]>>> {
        match self.portals.get(portal) {
            Some(p) => Ok(columns_of(&p.sql)),
            None => self
                .failed(Err(SqlError::new(SqlState::InvalidCursorName, format!("portal \"{portal}\" does not exist")))),
        }
    }

    async fn execute(&mut self, portal: &str, max_rows: usize, sink: &mut dyn ResultSink) -> SqlResult<ExecuteEnd> {
        let Some(mut open) = self.portals.remove(portal) else {
            return self.failed(Err(SqlError::new(
                SqlState::InvalidCursorName,
                format!("portal \"{portal}\" does not exist"),
            )));
        };
        let result = self.run(&open.sql.clone(), &open.params, open.sent, max_rows, sink).await;
        let (end, sent) = self.failed(result)?;
        open.sent = sent;
        self.portals.insert(portal.to_owned(), open);
        Ok(end)
    }

    async fn close_statement(&mut self, name: &str) -> SqlResult<()> {
        self.statements.remove(name);
        Ok(())
    }

    async fn close_portal(&mut self, name: &str) -> SqlResult<()> {
        self.portals.remove(name);
        Ok(())
    }

    async fn sync(&mut self, _: &mut dyn ResultSink) -> SqlResult<()> {
        if self.status == TransactionStatus::Idle {
            self.portals.clear();
        }
        Ok(())
    }

    fn take_notifications(&mut self) -> Vec<Notification> {
        std::mem::take(&mut self.notes)
    }

    async fn notified(&mut self) {
        if !self.late {
            return std::future::pending().await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.late = false;
        self.note("late");
    }

    fn mark_failed(&mut self) {
        if self.status == TransactionStatus::InTransaction {
            self.status = TransactionStatus::Failed;
        }
    }

    fn transaction_status(&self) -> TransactionStatus {
        self.status
    }

    fn text_style(&self) -> TextStyle {
        TextStyle::default()
    }

    fn idle_timeout(&self) -> Option<Duration> {
        let name = match self.status {
            TransactionStatus::Idle => "idle_session_timeout",
            TransactionStatus::InTransaction | TransactionStatus::Failed => "idle_in_transaction_session_timeout",
        };
        let setting = self.params.settings.iter().find(|(n, _)| n == name)?;
        setting.1.parse().ok().map(Duration::from_millis)
    }

    fn transaction_time_left(&self) -> Option<Duration> {
        None
    }

    fn transaction_time_over(&mut self) {}

    async fn close(self: Box<Self>) {}
}
