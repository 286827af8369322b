//! The journal, followed at any of its nodes: one question after another, each for what comes next. A node
//! that says nothing for a while is left for another.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::journal::{Entry, Error, Journal, Record};
use gavel_runtime::simulation::Owner;
use gavel_runtime::timer;
use gavel_types::{Epoch, Lsn, Timestamp};
use parking_lot::Mutex;

use crate::ledger::Ledger;
use crate::mutant::Mutant;
use crate::net::{Ask, Net, Place};

/// How long a node waits for something to tell.
const SILENCE: Duration = Duration::from_millis(300);
/// Before the next node is asked.
const PAUSE: Duration = Duration::from_millis(20);

/// See the module.
pub struct RemoteJournal {
    net: Arc<Net>,
    me: Place,
    ledger: Arc<Ledger>,
    hosts: Vec<Owner>,
    mutant: Option<Mutant>,
    bounds: Arc<Mutex<(Lsn, Lsn)>>,
}

impl RemoteJournal {
    /// Follows at `hosts`.
    pub fn new(net: Arc<Net>, me: Place, ledger: Arc<Ledger>, hosts: Vec<Owner>, mutant: Option<Mutant>) -> Self {
        Self { net, me, ledger, hosts, mutant, bounds: Arc::new(Mutex::new((Lsn(1), Lsn::ZERO))) }
    }
}

struct Following {
    net: Arc<Net>,
    me: Place,
    ledger: Arc<Ledger>,
    hosts: Vec<Owner>,
    mutant: Option<Mutant>,
    bounds: Arc<Mutex<(Lsn, Lsn)>>,
    node: usize,
    wanted: Lsn,
}

/// Every so many positions the mutant that skips skips a commit.
const SKIPPED: u64 = 40;

type Next = Option<Result<Vec<Entry>, Error>>;

impl Following {
    fn passed(&self, (lsn, mut record): Entry) -> Entry {
        if self.mutant == Some(Mutant::NothingIsSkipped)
            && lsn.0.is_multiple_of(SKIPPED)
            && let Record::Commit(commit) = &mut record
        {
            commit.writes.clear();
        }
        (lsn, record)
    }

    async fn step(&mut self) -> Result<Vec<Entry>, Error> {
        loop {
            let wanted = self.wanted;
            let ask: Ask<Next> = Arc::new(move |services| {
                let journal = services.journal.clone()?;
                Some(Box::pin(async move {
                    let mut tail = journal.tail(wanted);
                    timer::timeout(SILENCE, tail.next()).await.unwrap_or_default()
                }))
            });
            let host = self.hosts[self.node];
            match self.net.call(self.me, host, ask).await {
                Ok(Some(Ok(entries))) if entries.first().is_some_and(|(lsn, _)| *lsn == wanted) => {
                    self.ledger.journal_has(&format!("journal node {host}"), &entries);
                    self.wanted = Lsn(wanted.0 + entries.len() as u64);
                    let mut bounds = self.bounds.lock();
                    bounds.1 = bounds.1.max(Lsn(self.wanted.0 - 1));
                    return Ok(entries.into_iter().map(|entry| self.passed(entry)).collect());
                }
                Ok(Some(Err(error @ (Error::Trimmed(_) | Error::Corrupt(_))))) => return Err(error),
                Ok(_) | Err(_) => {
                    self.node = (self.node + 1) % self.hosts.len();
                    timer::sleep(PAUSE).await;
                }
            }
        }
    }
}

#[async_trait]
impl Journal for RemoteJournal {
    async fn open_epoch(&self, _: Timestamp) -> Result<Epoch, Error> {
        Err(Error::NotLeader)
    }

    async fn append(&self, _: Epoch, _: Vec<Record>) -> Result<Lsn, Error> {
        Err(Error::NotLeader)
    }

    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        let following = Following {
            net: Arc::clone(&self.net),
            me: self.me,
            ledger: Arc::clone(&self.ledger),
            hosts: self.hosts.clone(),
            mutant: self.mutant,
            bounds: Arc::clone(&self.bounds),
            node: self.net.below(self.hosts.len() as u64) as usize,
            wanted: Lsn(from.0.max(1)),
        };
        stream::unfold(Some(following), |following| async move {
            let mut following = following?;
            match following.step().await {
                Ok(entries) => Some((Ok(entries), Some(following))),
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }

    fn bounds(&self) -> (Lsn, Lsn) {
        *self.bounds.lock()
    }

    async fn trim(&self, below: Lsn) -> Result<(), Error> {
        for host in &self.hosts {
            let ask: Ask<Result<(), Error>> = Arc::new(move |services| {
                let journal = services.journal.clone()?;
                Some(Box::pin(async move { journal.trim(below).await }))
            });
            if let Ok(Ok(())) = self.net.call(self.me, *host, ask).await {
                return Ok(());
            }
        }
        Err(Error::Failed("no journal node".into()))
    }
}
