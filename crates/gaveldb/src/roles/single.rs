//! The roles of one process, opened in order and wired through the traits of `api`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use gavel_adjudicator::Service;
use gavel_api::adjudicator::Adjudicator;
use gavel_api::journal::{Journal, Whole};
use gavel_api::sql::SqlEngine;
use gavel_clock::SystemClock;
use gavel_journal::FileJournal;
use gavel_query::{Engine, EngineHandle, EngineParts};
use gavel_storage::{Closing, Replica};

use super::parts;
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
    pub clock: Arc<SystemClock>,
    pub replica: Arc<Replica>,
    pub engine: Arc<dyn SqlEngine>,
}

impl Roles {
    pub async fn open(data_dir: &DataDir, settings: &Settings) -> Result<Self, Failure> {
        let clock = parts::clock(settings)?;
        let journal = FileJournal::open_directory(data_dir.journal(), parts::journal(settings))
            .context("cannot open the journal")?;
        let journal_counters = journal.counters();
        let journal: Arc<dyn Journal> = Arc::new(journal);
        let service = Service::open(journal.clone(), clock.clone(), gavel_adjudicator::Settings::default())
            .await
            .context("cannot open the adjudicator")?;
        let adjudicator: Arc<dyn Adjudicator> = Arc::new(service.clone());
        let store = data_dir.store();
        std::fs::create_dir_all(&store).context("cannot make the store's directory")?;
        let closing = Closing { adjudicator: adjudicator.clone(), clock: clock.clone() };
        let replica = Replica::open(&store, journal.clone(), Some(closing), parts::storage(settings))
            .context("cannot open the store")?;
        replica.catch_up().await.context("cannot apply the journal to the store")?;
        let replica = Arc::new(replica);
        let engine = Engine::open(EngineParts {
            storage: replica.clone(),
            adjudicator: adjudicator.clone(),
            locks: Arc::new(service.clone()),
            notifications: Arc::new(Whole(journal.clone())),
            clock: clock.clone(),
            entropy: Arc::new(|buffer| rand::Rng::fill(&mut rand::rng(), buffer)),
            settings: parts::engine(settings),
        })
        .await
        .context("cannot open the query node")?;
        let engine: Arc<dyn SqlEngine> = Arc::new(EngineHandle(engine));
        Ok(Self { journal, journal_counters, service, clock, replica, engine })
    }

    /// Writes out what the store holds. Late is not lost: the journal has it.
    pub async fn close(self) {
        closed_in_time(self.replica.close()).await;
    }
}

/// Writes out what the store holds. Late is not lost: the journal has it.
pub async fn closed_in_time(closing: impl Future<Output = Result<(), gavel_api::storage::Error>>) {
    match tokio::time::timeout(CLOSE_TIMEOUT, closing).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the store could not be written out; the journal has the rest"),
        Err(_) => tracing::info!("the store was not written out in time; the journal has the rest"),
    }
}
