//! The query node: what all sessions share.
//!
//! | module | what it holds |
//! |---|---|
//! | [`catalogs`] | catalogs by database and version |
//! | [`shapes`] | tables as the write stage sees them |
//! | [`sequences`] | `nextval` and its kin: blocks of values taken ahead |
//! | [`statistics`], [`sampling`] | how large tables are, and samples of them |
//! | [`system_rows`] | rows of system relations that were made lately |
//! | [`advisory`] | advisory locks of this node's sessions |
//! | [`listeners`] | sessions that LISTEN, and the journal followed for them |
//! | [`conflicts`] | a lost commit in the client's words |
//! | [`registry`] | the sessions that are open |
//! | [`transaction_ids`] | numbers of transactions that ask for one |

pub mod advisory;
pub mod catalogs;
pub mod conflicts;
pub mod listeners;
pub mod registry;
pub mod sampling;
pub mod sequences;
pub mod shapes;
pub mod statistics;
pub mod system_rows;
pub mod transaction_ids;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gavel_api::adjudicator::Adjudicator;
use gavel_api::journal::Notifications;
use gavel_api::locks::{Holder, Locks};
use gavel_api::sql::{Credential, SessionParams, SqlEngine, SqlSession};
use gavel_api::storage::Storage;
use gavel_catalog::keys;
use gavel_catalog::oids::OidBlock;
use gavel_clock::Clock;
use gavel_functions::call::EvalContext;
use gavel_txn::{CommitError, Committed, Snapshots, Transaction};
use gavel_types::{Oid, SqlError, SqlResult, SqlState, Timestamp, TxnId, Write, WriteMode};

use crate::online::{Jobs, watch};
use crate::session::Session;

/// PostgreSQL's epoch in microseconds of Unix time.
const POSTGRES_EPOCH_MICROS: i64 = 946_684_800_000_000;
/// How often a small transaction of the engine's own is tried.
const OWN_ATTEMPTS: usize = 16;

/// Fills a buffer with random bytes.
pub type Entropy = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What users may tune.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Sessions at a time (53300 beyond).
    pub max_connections: usize,
    /// Bounds of one transaction.
    pub transaction: gavel_txn::Limits,
    /// Longest life of a transaction (25P04 beyond): its snapshot may be collected then.
    pub transaction_age: Duration,
    /// Bytes that the operators of one statement may hold together (53200 beyond).
    pub statement_memory_bytes: usize,
    /// Bytes of rows of temporary tables that one session may hold (53200 beyond).
    pub temporary_bytes: usize,
    /// Statements whose plans are kept.
    pub statement_cache_entries: usize,
    /// Name of the first superuser, made at bootstrap.
    pub superuser: String,
    /// Shown by `version()`.
    pub version: String,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            transaction: gavel_txn::Limits::default(),
            transaction_age: Duration::from_secs(300),
            statement_memory_bytes: 2 << 30,
            temporary_bytes: 256 << 20,
            statement_cache_entries: 4_096,
            superuser: "postgres".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

/// What an engine is made of.
pub struct EngineParts {
    pub storage: Arc<dyn Storage>,
    pub adjudicator: Arc<dyn Adjudicator>,
    pub locks: Arc<dyn Locks>,
    pub notifications: Arc<dyn Notifications>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Entropy,
    pub settings: EngineSettings,
}

/// See the module.
pub struct Engine {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) adjudicator: Arc<dyn Adjudicator>,
    snapshots: Snapshots,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Entropy,
    pub(crate) settings: EngineSettings,
    pub(crate) catalogs: catalogs::Catalogs,
    pub(crate) shapes: shapes::ShapeCache,
    pub(crate) sequences: sequences::Sequences,
    pub(crate) statistics: statistics::Statistics,
    pub(crate) system_rows: system_rows::SystemRowCache,
    pub(crate) sessions: registry::Registry,
    pub(crate) advisory: Arc<advisory::Advisory>,
    pub(crate) listeners: listeners::Listeners,
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) statements: crate::prepared::cache::StatementCache,
    oids: tokio::sync::Mutex<OidBlock>,
    transaction_ids: transaction_ids::TransactionIds,
    mock_secret: std::sync::OnceLock<[u8; 32]>,
    /// When this node opened, in microseconds since 2000-01-01 UTC.
    pub(crate) started: i64,
}

impl Engine {
    /// Opens a query node over a store; an empty one is given its first role and databases.
    ///
    /// # Errors
    /// Whatever reading and committing raise.
    pub async fn open(parts: EngineParts) -> SqlResult<Arc<Self>> {
        let EngineParts { storage, adjudicator, locks, notifications, clock, entropy, settings } = parts;
        let (mut holder, mut runner) = ([0; 8], [0; 8]);
        entropy(&mut holder);
        entropy(&mut runner);
        let engine = Arc::new(Self {
            started: now_micros(&*clock),
            storage,
            snapshots: Snapshots::new(Arc::clone(&adjudicator), Arc::clone(&clock)),
            adjudicator,
            clock,
            entropy,
            catalogs: catalogs::Catalogs::default(),
            shapes: shapes::ShapeCache::default(),
            sequences: sequences::Sequences::default(),
            statistics: statistics::Statistics::default(),
            system_rows: system_rows::SystemRowCache::default(),
            sessions: registry::Registry::new(settings.max_connections),
            advisory: advisory::Advisory::new(locks, Holder(u64::from_le_bytes(holder))),
            listeners: listeners::Listeners::new(notifications),
            jobs: Arc::new(Jobs::new(u64::from_le_bytes(runner))),
            statements: crate::prepared::cache::StatementCache::new(settings.statement_cache_entries),
            oids: tokio::sync::Mutex::default(),
            transaction_ids: transaction_ids::TransactionIds::default(),
            mock_secret: std::sync::OnceLock::new(),
            settings,
        });
        engine.bootstrap().await?;
        let _ = engine.mock_secret.set(engine.find_mock_secret().await?);
        statistics::keep_fresh(&engine);
        watch::watch(&engine);
        Ok(engine)
    }

    async fn bootstrap(&self) -> SqlResult<()> {
        let mut at_least = Timestamp::ZERO;
        for _ in 0..OWN_ATTEMPTS {
            let mut txn = self.begin(at_least, false).await?;
            let roles = txn.view().scan_raw(&keys::descriptors(keys::CLUSTER), false, 1).await?;
            if !roles.is_empty() {
                return Ok(());
            }
            for Write { key, mode, value } in
                gavel_catalog::bootstrap::cluster(&self.settings.superuser, self.random_u64())
            {
                txn.write(key, mode, value)?;
            }
            match self.commit_own(txn).await? {
                Ok(_) => return Ok(()),
                Err(winner) => at_least = winner,
            }
        }
        Err(SqlError::internal("could not set up an empty store"))
    }

    /// Random bytes that all query nodes of this database share, and that no client can know: what the
    /// front makes salts of unknown users from. They lie in the catalog, since that is all that query nodes
    /// have in common; the first node that looks for them puts them there.
    pub fn mock_secret(&self) -> [u8; 32] {
        self.mock_secret.get().copied().unwrap_or_default()
    }

    async fn find_mock_secret(&self) -> SqlResult<[u8; 32]> {
        let mut at_least = Timestamp::ZERO;
        for _ in 0..OWN_ATTEMPTS {
            let mut txn = self.begin(at_least, false).await?;
            if let Some(found) = txn.view().get(&[keys::mock_secret()]).await?.pop().flatten() {
                return found[..].try_into().map_err(|_| SqlError::internal("mock secret is not of 32 bytes"));
            }
            let mut secret = [0; 32];
            (self.entropy)(&mut secret);
            txn.write(keys::mock_secret(), WriteMode::Insert, Some(secret.to_vec().into()))?;
            match self.commit_own(txn).await? {
                Ok(_) => return Ok(secret),
                Err(winner) => at_least = winner,
            }
        }
        Err(SqlError::new(SqlState::SerializationFailure, "could not store the mock secret"))
    }

    /// Begins a transaction at what is visible now, or at `at_least` if that is later.
    pub(crate) async fn begin(&self, at_least: Timestamp, serializable: bool) -> SqlResult<Transaction> {
        let snapshot_ts = self.snapshot().await?.max(at_least);
        let storage = Arc::clone(&self.storage);
        Ok(Transaction::begin(storage, self.adjudicator.epoch(), snapshot_ts, serializable, &self.settings.transaction))
    }

    /// A timestamp at which all is visible that was acknowledged before the call.
    pub(crate) async fn snapshot(&self) -> SqlResult<Timestamp> {
        match self.snapshots.take().await {
            Ok(ts) => Ok(ts),
            Err(_) => Err(CommitError::NotOpen.into_sql(|_| SqlError::internal("conflict"))),
        }
    }

    /// Commits a transaction of the engine's own. One that has lost a conflict gives the winner's time: the next
    /// attempt is to begin there, since the winner may not be visible yet.
    pub(crate) async fn commit_own(&self, txn: Transaction) -> SqlResult<Result<Committed, Timestamp>> {
        match txn.commit(&*self.adjudicator, self.txn_id()).await {
            Ok(committed) => Ok(Ok(committed)),
            Err(CommitError::Conflict(conflict)) => Ok(Err(conflict.winner_ts)),
            Err(e) => Err(e.into_sql(|_| SqlError::internal("conflict"))),
        }
    }

    /// The first of `count` consecutive OIDs that nobody has had.
    pub(crate) async fn allocate_oids(&self, count: u32) -> SqlResult<Oid> {
        let mut block = self.oids.lock().await;
        if let Some(oid) = block.take(count) {
            return Ok(oid);
        }
        let mut at_least = Timestamp::ZERO;
        for _ in 0..OWN_ATTEMPTS {
            let mut txn = self.begin(at_least, false).await?;
            let counter = txn.view().get(&[keys::next_oid()]).await?.pop().flatten();
            let Some((fresh, write)) = OidBlock::refill(counter.as_deref(), count) else {
                return Err(SqlError::new(SqlState::ProgramLimitExceeded, "object identifiers have run out"));
            };
            txn.write(write.key, write.mode, write.value)?;
            match self.commit_own(txn).await? {
                Ok(_) => {
                    *block = fresh;
                    return block.take(count).ok_or_else(|| SqlError::internal("fresh block of OIDs is too small"));
                }
                Err(winner) => at_least = winner,
            }
        }
        Err(SqlError::new(SqlState::SerializationFailure, "could not allocate object identifiers"))
    }

    pub(crate) fn txn_id(&self) -> TxnId {
        let mut bytes = [0; 16];
        (self.entropy)(&mut bytes);
        TxnId(u128::from_le_bytes(bytes))
    }

    pub(crate) fn random_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        (self.entropy)(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Microseconds since 2000-01-01 UTC, as SQL counts time.
    pub(crate) fn now_micros(&self) -> i64 {
        now_micros(&*self.clock)
    }

    /// Context for expressions of descriptors: no session.
    pub(crate) fn plain_context(&self) -> EvalContext {
        let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
        EvalContext { clock: Arc::new(move || now_micros(&*clock)), entropy, ..EvalContext::immutable() }
    }
}

/// The middle of the clock's reading, in SQL's terms.
pub(crate) fn now_micros(clock: &dyn Clock) -> i64 {
    let reading = clock.now();
    let middle = reading.lo.0 / 2 + reading.hi.0 / 2;
    micros_of(Timestamp(middle))
}

/// A timestamp as `timestamptz`.
pub(crate) fn micros_of(ts: Timestamp) -> i64 {
    i64::try_from(ts.0 / 1_000).unwrap_or(i64::MAX).saturating_sub(POSTGRES_EPOCH_MICROS)
}

/// The engine as the frontend holds it.
pub struct EngineHandle(pub Arc<Engine>);

#[async_trait]
impl SqlEngine for EngineHandle {
    async fn credential(&self, user: &str) -> SqlResult<Credential> {
        let catalog = self.0.cluster_catalog().await?;
        Ok(match catalog.roles.get(user) {
            Some(role) if role.login => role.password.clone().map_or(Credential::None, Credential::Scram),
            _ => Credential::None,
        })
    }

    async fn open(&self, params: SessionParams) -> SqlResult<Box<dyn SqlSession>> {
        Ok(Box::new(Session::open(Arc::clone(&self.0), params).await?))
    }
}
