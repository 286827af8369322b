//! `gavel storage`: a replica that follows the journal and answers reads.
//!
//! It builds itself anew from another replica when the journal no longer has what it needs: see
//! [`gavel_storage::seat`]. Until it has caught up it is not ready, and sends reads elsewhere; the same
//! while no journal node answers.

use std::sync::{Arc, OnceLock};

use anyhow::Context;
use gavel_api::adjudicator::Adjudicator;
use gavel_api::storage::Bootstrap;
use gavel_rpc::Role;
use gavel_rpc::client::{RemoteAdjudicator, RemoteBootstrap, RemoteJournal};
use gavel_rpc::server::Server;
use gavel_storage::seat::{Parts, State};
use gavel_storage::{Closing, Seat};
use tokio_util::sync::CancellationToken;

use super::network::{Peers, other_replicas, targets};
use super::parts;
use super::single::closed_in_time;
use crate::Failure;
use crate::admin::{Node, sections};
use crate::cli::Source;
use crate::data_dir::DataDir;
use crate::process::{self, Process, listen, until_open};

pub fn run(source: Source) -> Result<(), Failure> {
    process::run("storage", source, serve)
}

async fn serve(process: Process) -> Result<(), Failure> {
    let settings = process.settings.clone();
    let peers = Peers::open(&settings, Role::Storage)?;
    let nodes = targets("cluster.journal", &settings.cluster_journal)?;
    let replicas = other_replicas(&settings)?;
    let clock = parts::clock(&settings)?;
    let listener = listen(settings.rpc_listen).await?;
    let address = listener.local_addr()?;
    let data_dir = DataDir::open(&settings.data_dir, Some(&settings.cluster_id))?;
    let addresses = nodes.iter().map(|node| node.address.clone());
    let adjudicator: Arc<dyn Adjudicator> = Arc::new(RemoteAdjudicator::new(peers.network.clone(), addresses));
    let dir = data_dir.store();
    std::fs::create_dir_all(&dir).context("cannot make the store's directory")?;

    let seat: Arc<OnceLock<Arc<Seat>>> = Arc::default();
    let (health, busy) = (seat.clone(), seat.clone());
    let node = Arc::new(Node {
        sections: vec![sections::storage_seat(seat.clone()), sections::clock(clock.clone(), || None)],
        health: Box::new(move || health.get().and_then(|seat| failure(seat))),
        busy: Box::new(move || busy.get().map_or_else(|| Some("no journal node answers".into()), |seat| reason(seat))),
        ..Node::new(&process, "storage", &data_dir, address.to_string())
    });
    let mut process = process.answer(&node);
    let opening = async {
        // Until one has answered nobody knows what there is to catch up with.
        let connect = async || RemoteJournal::connect(peers.network.clone(), nodes.clone()).await;
        let journal = Arc::new(until_open(connect, |_| true).await.context("no journal answers")?);
        let peer = |peer| Arc::new(RemoteBootstrap::new(peers.network.clone(), peer)) as Arc<dyn Bootstrap>;
        let peers = replicas.iter().map(peer).collect();
        let settings = parts::storage(&settings);
        let closing = Closing { adjudicator, clock };
        let parts = Parts { dir, journal, closing: Some(closing), peers, settings };
        Ok(Arc::new(Seat::open(parts).context("cannot open the store")?))
    };
    let Some(open) = process.open(opening).await? else { return Ok(()) };
    let open = seat.get_or_init(|| open).clone();
    // From now on, so that reads and copies that come too early are sent elsewhere instead of waiting.
    let stop = CancellationToken::new();
    let server = Server::new(peers.security, peers.rpc)
        .storage(open.clone())
        .bootstrap(open.clone())
        .serve(listener, stop.clone().cancelled_owned());
    let server = tokio::spawn(server);
    let caught_up = async { Ok(open.serving().await.context("cannot apply the journal to the store")?) };
    let Some(()) = process.open(caught_up).await? else { return Ok(()) };
    println!("ready: replica {} on {address}", settings.node_name);
    let admin = process.serve(node).await;
    stop.cancel();
    server.await.context("the server ended badly")??;
    closed_in_time(open.close()).await;
    admin.close().await;
    Ok(())
}

/// Why it does not work. One that is being built anew does.
fn failure(seat: &Seat) -> Option<String> {
    match &*seat.state().borrow() {
        State::Failed(reason) => Some(reason.clone()),
        State::CatchesUp | State::Serves | State::Copies => None,
    }
}

/// Why it takes no reads at present.
fn reason(seat: &Seat) -> Option<String> {
    match &*seat.state().borrow() {
        State::CatchesUp => Some("catching up with the journal".into()),
        State::Copies => Some("the store is being copied from another replica".into()),
        State::Serves | State::Failed(_) => None,
    }
}
