//! `gavel query`: a query node. It keeps nothing.
//!
//! It takes connections from the first moment. Until a leader and a replica have answered, it is not ready:
//! clients are told that the database is starting up, and a balancer that asks `/readyz` leaves it out.

use std::sync::{Arc, OnceLock};

use anyhow::Context;
use gavel_query::{Engine, EngineHandle, EngineParts};
use gavel_rpc::Role;
use gavel_rpc::client::{RemoteAdjudicator, RemoteJournal, RemoteStorage};
use gavel_txn::learner::{CommitLearner, FAR};
use gavel_types::{SqlError, SqlState};

use super::late::Late;
use super::network::{Peers, targets};
use super::parts;
use crate::Failure;
use crate::admin::{Node, sections};
use crate::cli::Source;
use crate::front::Front;
use crate::process::{self, Process, until_open};

pub fn run(source: Source) -> Result<(), Failure> {
    process::run("query", source, serve)
}

async fn serve(process: Process) -> Result<(), Failure> {
    let settings = process.settings.clone();
    let front = Front::prepare(&settings)?;
    let peers = Peers::open(&settings, Role::Query)?;
    let journal = targets("cluster.journal", &settings.cluster_journal)?;
    let replicas = targets("cluster.storage", &settings.cluster_storage)?;
    let clock = parts::clock(&settings)?;
    let notifications = Arc::new(RemoteJournal::new(peers.network.clone(), journal.clone()));
    let journal = Arc::new(RemoteAdjudicator::new(peers.network.clone(), journal.into_iter().map(|node| node.address)));
    let locks = journal.clone();
    let adjudicator = Arc::new(CommitLearner::new(journal.clone(), journal, clock.clone(), FAR));
    let storage = Arc::new(RemoteStorage::new(peers.network.clone(), &replicas));
    let open = async || {
        Engine::open(EngineParts {
            storage: storage.clone(),
            adjudicator: adjudicator.clone(),
            locks: locks.clone(),
            notifications: notifications.clone(),
            clock: clock.clone(),
            entropy: Arc::new(|buffer| rand::Rng::fill(&mut rand::rng(), buffer)),
            settings: parts::engine(&settings),
        })
        .await
    };
    let (engine, mock_secret) = (Arc::new(Late::default()), Arc::new(OnceLock::new()));
    let front = front.bind(engine.clone(), mock_secret.clone()).await?;
    let late = engine.clone();
    let node = Arc::new(Node {
        sections: vec![
            sections::sessions(front.stats()),
            sections::replicas(storage.clone(), replicas),
            sections::clock(clock.clone(), || None),
        ],
        busy: Box::new(move || (!late.is_open()).then(|| "no leader of the journal, or no replica, answers".into())),
        ..Node::without_data(&process, "query", &settings.cluster_id, front.address().to_string())
    });
    let mut process = process.answer(&node);
    let front = front.serve();
    let opening = async { Ok(until_open(open, passes).await.context("cannot open the query node")?) };
    let Some(opened) = process.open(opening).await? else { return front.drain().await };
    let secret = opened.mock_secret();
    engine.open(Arc::new(EngineHandle(opened)));
    let _ = mock_secret.set(secret);
    front.announce();
    let admin = process.serve(node).await;
    front.drain().await?;
    admin.close().await;
    Ok(())
}

/// Whether what keeps a query node from opening is that others do not answer yet.
fn passes(error: &SqlError) -> bool {
    matches!(error.code(), SqlState::CannotConnectNow | SqlState::StatementCompletionUnknown)
}
