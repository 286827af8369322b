//! The roles, started on simulated hosts as the binary starts them on machines.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use gavel_adjudicator::Seat;
use gavel_api::journal::{Journal, Member, Replicated};
use gavel_journal::raft::{Components, RaftJournal, Settings};
use gavel_runtime::simulation::Owner;
use gavel_storage::{Closing, Replica};
use gavel_txn::{CommitLearner, Snapshots};
use gavel_types::{Lsn, NodeId};
use parking_lot::Mutex;

use crate::clock::HostClock;
use crate::disk::SimulatedDisk;
use crate::ledger::Ledger;
use crate::load::Session;
use crate::mutant::Mutant;
use crate::mutate::{Careless, Forgetful, Known};
use crate::net::{Net, Place, Services};
use crate::remote::{Peers, RemoteAdjudicator, RemoteJournal, RemoteStorage};

/// The hosts of a cluster.
pub const JOURNALS: [Owner; 3] = [1, 2, 3];
pub const REPLICAS: [Owner; 2] = [11, 12];
pub const QUERIES: [Owner; 2] = [21, 22];

/// What every role is given.
#[derive(Clone)]
pub struct Ground {
    pub net: Arc<Net>,
    pub ledger: Arc<Ledger>,
    pub place: Place,
    pub clock: Arc<HostClock>,
    pub mutant: Option<Mutant>,
}

impl Ground {
    fn adjudicator(&self) -> Arc<RemoteAdjudicator> {
        let (net, ledger) = (Arc::clone(&self.net), Arc::clone(&self.ledger));
        Arc::new(RemoteAdjudicator::new(net, self.place, ledger, JOURNALS.to_vec(), self.mutant))
    }

    /// Reads from `hosts`.
    pub fn storage(&self, hosts: &[Owner]) -> Arc<RemoteStorage> {
        let net = Arc::clone(&self.net);
        Arc::new(RemoteStorage { net, me: self.place, hosts: hosts.to_vec(), mutant: self.mutant })
    }

    /// What a session of a query node works with.
    pub fn session(&self) -> Session {
        let journal = self.adjudicator();
        // The next room is far enough, so that every commit is learnt of where it can be.
        let (clock, far) = (self.clock.clone(), Duration::ZERO);
        let adjudicator = Arc::new(CommitLearner::new(journal.clone(), journal, clock, far));
        Session {
            net: Arc::clone(&self.net),
            ledger: Arc::clone(&self.ledger),
            snapshots: Arc::new(Snapshots::new(adjudicator.clone(), self.clock.clone())),
            adjudicator,
            storage: self.storage(&REPLICAS),
        }
    }
}

fn member(host: Owner) -> Member {
    Member { id: NodeId(u64::from(host)), address: host.to_string(), zone: String::new(), voter: true }
}

fn journal_settings(host: Owner) -> Settings {
    let mut settings = Settings::new("sim", NodeId(u64::from(host)), JOURNALS.map(member).to_vec());
    settings.heartbeat = Duration::from_millis(60);
    settings.election_min = Duration::from_millis(200);
    settings.election_max = Duration::from_millis(400);
    settings.peer_timeout = Duration::from_millis(500);
    // The next room is far enough: every voter tells the others of its disk.
    settings.far = Duration::ZERO;
    settings.files = gavel_journal::Settings {
        // Small, so that segments and reads of files occur.
        segment_size_bytes: 64 << 10,
        cache_size_bytes: 16 << 10,
        ..gavel_journal::Settings::default()
    };
    settings
}

/// A journal node and the adjudicator's seat beside it.
pub async fn journal(ground: Ground, disk: SimulatedDisk) {
    let Ground { net, ledger, place, clock, mutant } = ground;
    let transport = Arc::new(Peers { net: Arc::clone(&net), me: place });
    let components = Components { disk: Arc::new(disk.clone()), transport, clock: None };
    let journal = match RaftJournal::start(journal_settings(place.host), components).await {
        Ok(journal) => Arc::new(journal),
        Err(_) if disk.is_cut() => return,
        Err(error) => {
            // A disk that keeps its promises always lets its node start again.
            net.breach(format!("journal node {} does not start: {error}", place.host));
            return;
        }
    };
    let beside = Arc::new(Forgetful { journal: journal.clone(), mutant });
    let seat = Arc::new(Seat::new(beside, clock, gavel_adjudicator::Settings::default()));
    let adjudicator =
        Arc::new(Careless { adjudicator: seat, journal: journal.clone(), mutant, known: Mutex::new(Known::default()) });
    let mut tail = journal.tail(Lsn(1));
    let replicated: Arc<dyn Replicated> = journal.clone();
    net.serve(
        place,
        Services {
            journal: Some(replicated),
            witness: Some(journal.clone()),
            peer: Some(journal),
            adjudicator: Some(adjudicator),
            ..Services::default()
        },
    );
    let whose = format!("node {}", place.host);
    while let Some(Ok(entries)) = tail.next().await {
        ledger.journal_has(&whose, &entries);
    }
}

/// A replica, over the store in `dir`.
pub async fn replica(ground: Ground, dir: &Path) {
    let (net, ledger) = (Arc::clone(&ground.net), Arc::clone(&ground.ledger));
    let journal = RemoteJournal::new(net, ground.place, ledger, JOURNALS.to_vec(), ground.mutant);
    let closing = Closing { adjudicator: ground.adjudicator(), clock: ground.clock.clone() };
    let settings = gavel_storage::Settings {
        max_wait: Duration::from_secs(1),
        flush_interval: Duration::from_secs(3),
        engine: gavel_mvcc::Settings {
            memtable_bytes: 1 << 20,
            cache_bytes: 1 << 20,
            ..gavel_mvcc::Settings::default()
        },
        ..gavel_storage::Settings::default()
    };
    match Replica::open(dir, Arc::new(journal), Some(closing), settings) {
        Ok(replica) => {
            let services = Services { storage: Some(Arc::new(replica)), ..Services::default() };
            ground.net.serve(ground.place, services);
        }
        Err(error) => ground.net.breach(format!("replica {} does not open: {error}", ground.place.host)),
    }
}
