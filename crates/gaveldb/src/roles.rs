//! The roles of one process, opened in order and wired through the traits of `api`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use gavel_adjudicator::Service;
use gavel_api::adjudicator::Adjudicator;
use gavel_api::journal::Journal;
use gavel_api::sql::SqlEngine;
use gavel_clock::{Clock, Source, SystemClock};
use gavel_journal::FileJournal;
use gavel_query::{Engine, EngineHandle, EngineParts, EngineSettings};
use gavel_storage::Replica;

use crate::Failure;
use crate::data_dir::DataDir;
use crate::settings::Settings;

/// Longest that the store may take to write out what it holds when the server stops; what it did
/// not manage, the journal has.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Everything below the front.
pub struct Roles {
    pub journal: Arc<dyn Journal>,
    pub journal_counters: Arc<gavel_journal::Counters>,
    pub service: Service,
    pub replica: Arc<Replica>,
    pub engine: Arc<dyn SqlEngine>,
}

impl Roles {
    pub async fn open(data_dir: &DataDir, settings: &Settings) -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(open_clock(settings)?);
        let journal = FileJournal::open_directory(data_dir.journal(), journal_settings(settings))
            .context("cannot open the journal")?;
        let journal_counters = journal.counters();
        let journal: Arc<dyn Journal> = Arc::new(journal);
        let service = Service::open(journal.clone(), clock.clone(), gavel_adjudicator::Settings::default())
            .await
            .context("cannot open the adjudicator")?;
        let adjudicator: Arc<dyn Adjudicator> = Arc::new(service.clone());
        let store = data_dir.store();
        std::fs::create_dir_all(&store).context("cannot make the store's directory")?;
        let replica = Replica::open(&store, journal.clone(), Some(adjudicator.clone()), storage_settings(settings))
            .context("cannot open the store")?;
        replica.catch_up().await.context("cannot apply the journal to the store")?;
        let replica = Arc::new(replica);
        let engine = Engine::open(EngineParts {
            storage: replica.clone(),
            adjudicator: adjudicator.clone(),
            clock,
            entropy: Arc::new(|buffer| rand::Rng::fill(&mut rand::rng(), buffer)),
            settings: engine_settings(settings),
        })
        .await
        .context("cannot open the query node")?;
        let engine: Arc<dyn SqlEngine> = Arc::new(EngineHandle(engine));
        Ok(Self { journal, journal_counters, service, replica, engine })
    }

    /// Writes out what the store holds. Late is not lost: the journal has it.
    pub async fn close(self) {
        match tokio::time::timeout(CLOSE_TIMEOUT, self.replica.close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the store could not be written out; the journal has the rest"),
            Err(_) => tracing::info!("the store was not written out in time; the journal has the rest"),
        }
    }
}

/// In one process the adjudicator is at hand, so a clock is used only where one is asked for.
fn open_clock(settings: &Settings) -> Result<SystemClock, Failure> {
    let usage = |e: anyhow::Error| Failure::new(Failure::USAGE, e);
    let source = match (&settings.clock_source, settings.clock_max_error) {
        (Some(text), _) => text.parse().map_err(|e: String| usage(anyhow!("setting \"clock.source\": {e}")))?,
        (None, Some(_)) => Source::Fixed,
        (None, None) => Source::Logical,
    };
    let clock =
        gavel_clock::Settings { source, max_error: settings.clock_max_error, ..gavel_clock::Settings::default() };
    SystemClock::open(&clock).map_err(|e| usage(e.into()))
}

fn journal_settings(settings: &Settings) -> gavel_journal::Settings {
    gavel_journal::Settings {
        segment_size_bytes: settings.journal_segment_size.0,
        group_size_bytes: settings.journal_group_size.as_usize(),
        queue_size_bytes: settings.journal_queue_size.as_usize(),
        cache_size_bytes: settings.journal_cache_size.as_usize(),
    }
}

fn storage_settings(settings: &Settings) -> gavel_storage::Settings {
    let mut storage = gavel_storage::Settings { flush_interval: settings.storage_flush_interval, ..Default::default() };
    storage.engine.cache_bytes = settings.storage_cache_size.0;
    storage.engine.memtable_bytes = settings.storage_memtable_size.0;
    storage
}

fn engine_settings(settings: &Settings) -> EngineSettings {
    EngineSettings {
        max_connections: settings.server_connections_max,
        transaction_age: settings.transaction_age_max,
        statement_memory_bytes: settings.statement_memory_max.as_usize(),
        statement_cache_entries: settings.statement_cache_entries,
        ..EngineSettings::default()
    }
}
