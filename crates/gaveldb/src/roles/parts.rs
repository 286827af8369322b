//! Settings of each part, from those of the process.

use std::sync::Arc;

use anyhow::anyhow;
use gavel_clock::{Source, SystemClock};
use gavel_query::EngineSettings;

use crate::Failure;
use crate::settings::Settings;

/// In one process the adjudicator is at hand, so a clock is used only where one is asked for.
///
/// # Errors
/// Exit code 2 if the source is unknown, or is of no use here.
pub fn clock(settings: &Settings) -> Result<Arc<SystemClock>, Failure> {
    let usage = |e: anyhow::Error| Failure::new(Failure::USAGE, e);
    let source = match (&settings.clock_source, settings.clock_max_error) {
        (Some(text), _) => text.parse().map_err(|e: String| usage(anyhow!("setting \"clock.source\": {e}")))?,
        (None, Some(_)) => Source::Fixed,
        (None, None) => Source::Logical,
    };
    let clock =
        gavel_clock::Settings { source, max_error: settings.clock_max_error, ..gavel_clock::Settings::default() };
    Ok(Arc::new(SystemClock::open(&clock).map_err(|e| usage(e.into()))?))
}

pub fn journal(settings: &Settings) -> gavel_journal::Settings {
    gavel_journal::Settings {
        segment_size_bytes: settings.journal_segment_size.0,
        group_size_bytes: settings.journal_group_size.as_usize(),
        queue_size_bytes: settings.journal_queue_size.as_usize(),
        cache_size_bytes: settings.journal_cache_size.as_usize(),
    }
}

pub fn storage(settings: &Settings) -> gavel_storage::Settings {
    let mut storage = gavel_storage::Settings {
        flush_interval: settings.storage_flush_interval,
        lead: settings.storage_lead_max,
        ..Default::default()
    };
    storage.engine.cache_bytes = settings.storage_cache_size.0;
    storage.engine.memtable_bytes = settings.storage_memtable_size.0;
    storage
}

pub fn engine(settings: &Settings) -> EngineSettings {
    EngineSettings {
        max_connections: settings.server_connections_max,
        transaction_age: settings.transaction_age_max,
        statement_memory_bytes: settings.statement_memory_max.as_usize(),
        temporary_bytes: settings.session_temporary_max.as_usize(),
        statement_cache_entries: settings.statement_cache_entries,
        ..EngineSettings::default()
    }
}
