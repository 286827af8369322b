//! What a process tells of itself while it works: logs, and traces if somebody collects them.
//!
//! | | |
//! |---|---|
//! | here | logs: where they go, what they look like, which are kept |
//! | [`trace`] | traces: spans that follow a statement through the processes, sent by OTLP |
//!
//! Events are lowercase fragments with structured fields. They go to standard error, so that
//! standard output is free for what a command prints; a filter in the manner of `RUST_LOG`
//! (`info,gavel_storage=debug`) says which are kept.

pub mod trace;

use std::io::IsTerminal;

use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

use trace::Traces;

/// What lines look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One line an event, for people; with colours on a terminal.
    #[default]
    Text,
    /// One JSON object an event.
    Json,
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("log format \"{text}\" is not text or json")),
        }
    }
}

/// Why telemetry cannot begin.
#[derive(Debug)]
pub enum Error {
    /// The filter cannot be read.
    Filter(String),
    /// Where traces are to go makes no sense.
    Traces(String),
    /// The process has a subscriber already.
    AlreadySet,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Filter(why) => write!(f, "log filter: {why}"),
            Self::Traces(why) => write!(f, "traces: {why}"),
            Self::AlreadySet => f.write_str("logging was set up twice"),
        }
    }
}

impl std::error::Error for Error {}

/// Keep it as long as the process works: with it traces end, the last ones sent.
#[derive(Debug)]
#[must_use = "traces end with it"]
pub struct Telemetry {
    _traces: Option<trace::Provider>,
}

/// Sends the events that pass `filter` to standard error, and spans to where `traces` says; inside a
/// Tokio runtime if it says so. Once a process.
///
/// # Errors
/// [`Error`].
pub fn init(filter: &str, format: Format, traces: Option<&Traces>) -> Result<Telemetry, Error> {
    // The libraries of the store and of consensus log their own doings: one a compaction that was called
    // off as an error, the other every vote. What matters of it, `gavel_mvcc` and `gavel_journal` report.
    let quiet = [("lsm_tree", "off"), ("openraft", "error")];
    let quiet: String = quiet
        .iter()
        .filter(|(target, _)| !filter.contains(target))
        .map(|(target, level)| format!(",{target}={level}"))
        .collect();
    // Spans of traces are none of the log's business. Where nobody else wants them either, that makes
    // them cost one comparison.
    let untraced = trace::TARGET;
    let filter =
        EnvFilter::try_new(format!("{filter}{quiet},{untraced}=off")).map_err(|e| Error::Filter(e.to_string()))?;
    let log = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let log: Box<dyn Layer<Registry> + Send + Sync> = match format {
        Format::Text => log.boxed(),
        Format::Json => log.json().boxed(),
    };
    let already = |_| Error::AlreadySet;
    let Some(traces) = traces else {
        Registry::default().with(log.with_filter(filter)).try_init().map_err(already)?;
        return Ok(Telemetry { _traces: None });
    };
    let (provider, spans) = trace::start(traces)?;
    Registry::default().with(log.with_filter(filter)).with(spans).try_init().map_err(already)?;
    Ok(Telemetry { _traces: Some(provider) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_named_and_logging_begins_once() {
        assert!(matches!(init("a=b=c", Format::Text, None), Err(Error::Filter(_))));
        assert!(init("info,gavel_storage=debug", Format::Json, None).is_ok());
        assert!(matches!(init("info", Format::Text, None), Err(Error::AlreadySet)));
        // Nobody collects traces: their spans are as good as not there.
        assert!(tracing::error_span!(target: "gavel_trace", "statement").is_disabled());
        assert!(!tracing::error_span!("other").is_disabled());
        assert_eq!("json".parse(), Ok(Format::Json));
        assert!("xml".parse::<Format>().is_err());
    }
}
