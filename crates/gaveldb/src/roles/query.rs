//! `gavel query`: a query node. It keeps nothing.

use std::sync::Arc;

use anyhow::Context;
use gavel_api::sql::SqlEngine;
use gavel_query::{Engine, EngineHandle, EngineParts};
use gavel_rpc::Role;
use gavel_rpc::client::{RemoteAdjudicator, RemoteStorage};
use gavel_types::{SqlError, SqlState};

use super::network::{Peers, targets};
use super::parts;
use crate::Failure;
use crate::admin::{Node, sections};
use crate::cli::Source;
use crate::front::Front;
use crate::process::{self, Process, until_open};

pub fn run(source: Source) -> Result<(), Failure> {
    process::run(source, serve)
}

async fn serve(mut process: Process) -> Result<(), Failure> {
    let settings = process.settings.clone();
    let front = Front::prepare(&settings)?;
    let peers = Peers::open(&settings, Role::Query)?;
    let journal = targets("cluster.journal", &settings.cluster_journal)?;
    let replicas = targets("cluster.storage", &settings.cluster_storage)?;
    let adjudicator =
        Arc::new(RemoteAdjudicator::new(peers.network.clone(), journal.into_iter().map(|node| node.address)));
    let storage = Arc::new(RemoteStorage::new(peers.network.clone(), &replicas));
    let clock = parts::clock(&settings)?;
    let open = async || {
        Engine::open(EngineParts {
            storage: storage.clone(),
            adjudicator: adjudicator.clone(),
            clock: clock.clone(),
            entropy: Arc::new(|buffer| rand::Rng::fill(&mut rand::rng(), buffer)),
            settings: parts::engine(&settings),
        })
        .await
    };
    let opening = async {
        let engine = until_open(open, passes).await.context("cannot open the query node")?;
        let engine: Arc<dyn SqlEngine> = Arc::new(EngineHandle(engine));
        Ok(engine)
    };
    let Some(engine) = process.open(opening).await? else { return Ok(()) };
    let front = front.bind(engine, rand::random()).await?;
    let node = Arc::new(Node {
        sections: vec![sections::sessions(front.stats()), sections::replicas(storage, replicas)],
        ..Node::without_data(&process, "query", &settings.cluster_id, front.address().to_string())
    });
    let front = front.serve();
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
