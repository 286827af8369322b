//! Reads the journal back into a core.

use futures::StreamExt;
use gavel_api::journal::{self, Journal, Record};
use gavel_types::{Lsn, TimeMode};

use crate::core::Core;
use crate::mode;
use crate::retention::Retention;

/// What a rebuild finds besides what it puts into the core.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rebuilt {
    pub last: Lsn,
    /// What it has declared, see [`mode::declared`].
    pub declared: Option<TimeMode>,
}

/// Feeds all that the journal holds to `core`.
pub(crate) async fn rebuild(
    journal: &dyn Journal,
    core: &mut Core,
    retention: &mut Retention,
) -> Result<Rebuilt, journal::Error> {
    let (first, last) = journal.bounds();
    let whole = first <= Lsn(1);
    let mut begun = whole;
    let mut declared = whole.then_some(TimeMode::Logical);
    let mut next = first;
    let mut tail = journal.tail(first);
    while next <= last {
        let entries = tail.next().await.unwrap_or(Err(journal::Error::Closed))?;
        for (lsn, record) in entries {
            match &record {
                Record::Commit(commit) => {
                    if !begun {
                        core.history_begins(commit.commit_ts);
                        begun = true;
                    }
                    retention.commits(lsn, commit.commit_ts);
                }
                Record::Ceiling(ts) => retention.ceiling(lsn, *ts),
                Record::TimeMode(mode) => declared = mode::declared(declared, *mode),
                Record::Epoch { .. } => {}
            }
            core.replay(&record);
            next = lsn.next();
        }
    }
    Ok(Rebuilt { last, declared })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gavel_journal::{FileJournal, MemoryDisk};
    use gavel_types::Timestamp;

    use super::*;
    use crate::settings::Settings;

    #[tokio::test]
    async fn logical_mode_counts_as_declared_once_the_leases_are_over() {
        let journal = FileJournal::open(Arc::new(MemoryDisk::default()), gavel_journal::Settings::default()).unwrap();
        let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
        let declarations = [
            (TimeMode::Clock, Some(TimeMode::Clock)),
            (TimeMode::Logical, None),
            (TimeMode::Logical, Some(TimeMode::Logical)),
        ];
        for (mode, expected) in declarations {
            journal.append(epoch, vec![Record::TimeMode(mode)]).await.unwrap();
            let mut core = Core::new(Settings::default(), 0);
            let rebuilt = rebuild(&journal, &mut core, &mut Retention::default()).await.unwrap();
            assert_eq!(rebuilt.declared, expected);
        }
    }
}
