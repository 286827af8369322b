//! `gavel storage`: a replica that follows the journal and answers reads.

use std::sync::Arc;

use anyhow::Context;
use gavel_api::adjudicator::Adjudicator;
use gavel_rpc::Role;
use gavel_rpc::client::{RemoteAdjudicator, RemoteJournal};
use gavel_rpc::server::Server;
use gavel_storage::Replica;
use tokio_util::sync::CancellationToken;

use super::network::{Peers, targets};
use super::{parts, single};
use crate::Failure;
use crate::admin::{Node, sections};
use crate::cli::Source;
use crate::data_dir::DataDir;
use crate::process::{self, Process, listen, until_open};

pub fn run(source: Source) -> Result<(), Failure> {
    process::run(source, serve)
}

async fn serve(mut process: Process) -> Result<(), Failure> {
    let settings = process.settings.clone();
    let peers = Peers::open(&settings, Role::Storage)?;
    let nodes = targets("cluster.journal", &settings.cluster_journal)?;
    let listener = listen(settings.rpc_listen).await?;
    let address = listener.local_addr()?;
    let data_dir = DataDir::open(&settings.data_dir, Some(&settings.cluster_id))?;
    let addresses = nodes.iter().map(|node| node.address.clone());
    let adjudicator: Arc<dyn Adjudicator> = Arc::new(RemoteAdjudicator::new(peers.network.clone(), addresses));
    let store = data_dir.store();
    std::fs::create_dir_all(&store).context("cannot make the store's directory")?;
    let opening = async {
        let connect = async || RemoteJournal::connect(peers.network.clone(), nodes.clone()).await;
        let journal = until_open(connect, |_| true).await.context("no journal answers")?;
        let replica = Replica::open(&store, Arc::new(journal), Some(adjudicator), parts::storage(&settings))
            .context("cannot open the store")?;
        replica.catch_up().await.context("cannot apply the journal to the store")?;
        Ok(Arc::new(replica))
    };
    let Some(replica) = process.open(opening).await? else { return Ok(()) };
    let stop = CancellationToken::new();
    let server =
        Server::new(peers.security, peers.rpc).storage(replica.clone()).serve(listener, stop.clone().cancelled_owned());
    let server = tokio::spawn(server);
    let health = replica.clone();
    let node = Arc::new(Node {
        sections: vec![sections::storage(replica.clone())],
        health: Box::new(move || health.failure()),
        ..Node::new(&process, "storage", &data_dir, address.to_string())
    });
    println!("ready: replica {} on {address}", settings.node_name);
    let admin = process.serve(node).await;
    stop.cancel();
    server.await.context("the server ended badly")??;
    single::close_replica(&replica).await;
    admin.close().await;
    Ok(())
}
