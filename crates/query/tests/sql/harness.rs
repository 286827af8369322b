//! A node in a temporary directory, and scripts run on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use gavel_api::adjudicator::Adjudicator;
use gavel_api::journal::{Journal, Whole};
use gavel_api::sql::{SessionParams, SqlEngine, SqlSession};
use gavel_clock::{Clock, SystemClock};
use gavel_query::{Engine, EngineHandle, EngineParts, EngineSettings};
use gavel_storage::{Closing, Replica};

use crate::sink::TextSink;

/// Everything of one process, below the front.
pub struct Node {
    engine: EngineHandle,
    _directory: tempfile::TempDir,
}

impl Node {
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(EngineSettings::default(), |adjudicator| adjudicator).await
    }

    /// A node whose engine has these settings and commits by what `wrap` makes of its adjudicator.
    pub async fn start_with(
        settings: EngineSettings,
        wrap: impl FnOnce(Arc<dyn Adjudicator>) -> Arc<dyn Adjudicator>,
    ) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::unbounded());
        let journal: Arc<dyn Journal> = Arc::new(gavel_journal::FileJournal::open_directory(
            directory.path().join("journal"),
            gavel_journal::Settings { segment_size_bytes: 1 << 20, ..Default::default() },
        )?);
        let service = gavel_adjudicator::Service::open(
            Arc::clone(&journal),
            Arc::clone(&clock),
            gavel_adjudicator::Settings::default(),
        )
        .await?;
        let service = Arc::new(service);
        let adjudicator: Arc<dyn Adjudicator> = service.clone();
        let store = directory.path().join("store");
        std::fs::create_dir_all(&store)?;
        let notifying = Arc::clone(&journal);
        let closing = Closing { adjudicator: Arc::clone(&adjudicator), clock: Arc::clone(&clock) };
        let replica = Replica::open(&store, journal, Some(closing), gavel_storage::Settings::default())?;
        replica.catch_up().await?;
        let seed = std::sync::atomic::AtomicU64::new(0x9e37_79b9_7f4a_7c15);
        let parts = EngineParts {
            storage: Arc::new(replica),
            adjudicator: wrap(adjudicator),
            locks: service,
            notifications: Arc::new(Whole(notifying)),
            clock,
            // Distinct is all that a test needs of randomness; the clock makes it so across nodes.
            entropy: Arc::new(move |buffer: &mut [u8]| {
                for chunk in buffer.chunks_mut(8) {
                    let mut x = seed.fetch_add(0x9e37_79b9_7f4a_7c15, std::sync::atomic::Ordering::Relaxed);
                    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                    let bytes = (x ^ (x >> 31)).to_le_bytes();
                    chunk.copy_from_slice(&bytes[..chunk.len()]);
                }
            }),
            settings,
        };
        Ok(Self { engine: EngineHandle(Engine::open(parts).await?), _directory: directory })
    }

    pub async fn session(&self, pid: i32) -> anyhow::Result<Box<dyn SqlSession>> {
        let params = SessionParams {
            user: "postgres".into(),
            database: "postgres".into(),
            settings: Vec::new(),
            client: None,
            pid,
        };
        Ok(self.engine.open(params).await?)
    }
}

/// Runs a script; statements of session `at` also show where an error is.
///
/// Gives the script back with the answers that came.
pub async fn run(script: &str) -> anyhow::Result<String> {
    let node = Node::start().await?;
    let mut sessions: BTreeMap<String, Box<dyn SqlSession>> = BTreeMap::new();
    let mut out = String::new();
    let mut lines = script.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, rest)) = prompt(line) else {
            // Comments and empty lines stay; answers are made anew.
            if line.is_empty() || line.starts_with("--") {
                out.push_str(line);
                out.push('\n');
            }
            continue;
        };
        let mut sql = rest.to_owned();
        out.push_str(line);
        out.push('\n');
        while !sql.trim_end().ends_with(';') {
            let Some(more) = lines.next() else { break };
            out.push_str(more);
            out.push('\n');
            sql.push('\n');
            sql.push_str(more);
        }
        if !sessions.contains_key(name) {
            sessions.insert(name.to_owned(), node.session(sessions.len() as i32 + 1).await?);
        }
        let Some(session) = sessions.get_mut(name) else { continue };
        let mut sink = TextSink::default();
        sink.style = session.text_style();
        // The lines up to the next empty one are data for COPY.
        while lines.peek().is_some_and(|l| l.starts_with('<')) {
            let Some(data) = lines.next() else { break };
            out.push_str(data);
            out.push('\n');
            sink.input.push_back(format!("{}\n", repeated(&data[1..])));
        }
        let result = session.simple_query(&sql, &mut sink).await;
        out.push_str(&sink.text);
        for told in session.take_notifications() {
            out.push_str(&format!("NOTIFICATION {} \"{}\" of process {}\n", told.channel, told.payload, told.pid));
        }
        if let Err(e) = result {
            let fields = e.fields();
            let place = fields.position.filter(|_| name == "at").map(|p| format!(" at {p}")).unwrap_or_default();
            out.push_str(&format!("ERROR {}: {}{place}\n", fields.code.as_str(), fields.message));
            for (label, text) in [("DETAIL", &fields.detail), ("HINT", &fields.hint), ("CONTEXT", &fields.context)] {
                if let Some(text) = text {
                    out.push_str(&format!("{label}: {text}\n"));
                }
            }
        }
    }
    Ok(masked(&out))
}

/// `{70000 x}` in COPY data as so many times that letter.
fn repeated(data: &str) -> String {
    let Some((head, rest)) = data.split_once('{') else { return data.to_owned() };
    let Some((inner, tail)) = rest.split_once('}') else { return data.to_owned() };
    let parts = inner.split_once(' ').and_then(|(n, what)| Some((n.parse::<usize>().ok()?, what)));
    match parts {
        Some((n, what)) => format!("{head}{}{tail}", what.repeat(n)),
        None => data.to_owned(),
    }
}

fn prompt(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once('>')?;
    let plain = name.chars().all(|c| c.is_ascii_lowercase());
    (plain && name.len() <= 2).then(|| (name, rest.trim_start()))
}

/// Times of commit differ from run to run.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.split_once("that committed at ") {
            Some((head, _)) => out.push_str(&format!("{head}that committed at ….")),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}
