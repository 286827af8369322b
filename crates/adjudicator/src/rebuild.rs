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
