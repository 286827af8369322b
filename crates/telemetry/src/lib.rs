//! Logs of a process: where they go, what they look like, which are kept.
//!
//! Events are lowercase fragments with structured fields. They go to standard error, so that
//! standard output is free for what a command prints; a filter in the manner of `RUST_LOG`
//! (`info,gavel_storage=debug`) says which are kept.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

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

/// Why logging cannot begin.
#[derive(Debug)]
pub enum Error {
    /// The filter cannot be read.
    Filter(String),
    /// The process has a subscriber already.
    AlreadySet,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Filter(why) => write!(f, "log filter: {why}"),
            Self::AlreadySet => f.write_str("logging was set up twice"),
        }
    }
}

impl std::error::Error for Error {}

/// Sends the events that pass `filter` to standard error. Once a process.
///
/// # Errors
/// [`Error`].
pub fn init(filter: &str, format: Format) -> Result<(), Error> {
    // The libraries of the store and of consensus log their own doings: one a compaction that was called
    // off as an error, the other every vote. What matters of it, `gavel_mvcc` and `gavel_journal` report.
    let quiet = [("lsm_tree", "off"), ("openraft", "error")];
    let quiet: String = quiet
        .iter()
        .filter(|(target, _)| !filter.contains(target))
        .map(|(target, level)| format!(",{target}={level}"))
        .collect();
    let filter = EnvFilter::try_new(format!("{filter}{quiet}")).map_err(|e| Error::Filter(e.to_string()))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        Format::Text => builder.try_init(),
        Format::Json => builder.json().try_init(),
    }
    .map_err(|_| Error::AlreadySet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_named_and_logging_begins_once() {
        assert!(matches!(init("a=b=c", Format::Text), Err(Error::Filter(_))));
        assert!(init("info,gavel_storage=debug", Format::Json).is_ok());
        assert!(matches!(init("info", Format::Text), Err(Error::AlreadySet)));
        assert_eq!("json".parse(), Ok(Format::Json));
        assert!("xml".parse::<Format>().is_err());
    }
}
