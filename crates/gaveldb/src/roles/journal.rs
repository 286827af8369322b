//! `gavel journal`: a node of the journal, and the adjudicator while it leads.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use gavel_adjudicator::Seat;
use gavel_api::journal::{PeerService, Replicated};
use gavel_clock::Clock;
use gavel_journal::DirectoryDisk;
use gavel_journal::raft::{Components, RaftJournal, Settings as RaftSettings};
use gavel_rpc::Role;
use gavel_rpc::client::GrpcPeers;
use gavel_rpc::server::Server;
use gavel_types::{NodeId, Timestamp};
use tokio_util::sync::CancellationToken;

use super::network::{Peers, members};
use super::parts;
use crate::Failure;
use crate::admin::{Node, sections};
use crate::cli::Source;
use crate::data_dir::DataDir;
use crate::process::{self, Process, listen};
use crate::settings::Settings;

pub fn run(source: Source) -> Result<(), Failure> {
    process::run("journal", source, serve)
}

async fn serve(mut process: Process) -> Result<(), Failure> {
    let settings = process.settings.clone();
    let peers = Peers::open(&settings, Role::Journal)?;
    let raft = raft_settings(&settings)?;
    let listener = listen(settings.rpc_listen).await?;
    let address = listener.local_addr()?;
    let data_dir = DataDir::open(&settings.data_dir, Some(&settings.cluster_id))?;
    let clock = parts::clock(&settings)?;
    let components = Components {
        disk: Arc::new(DirectoryDisk::open(data_dir.journal()).context("cannot open the journal's directory")?),
        transport: Arc::new(GrpcPeers::new(peers.network.clone())),
        clock: Some(latest(clock.clone())),
    };
    let opening = async { Ok(RaftJournal::start(raft, components).await.context("cannot open the journal")?) };
    let Some(journal) = process.open(opening).await? else { return Ok(()) };
    let journal = Arc::new(journal);
    let counters = journal.counters();
    let replicated: Arc<dyn Replicated> = journal.clone();
    let seat = Arc::new(Seat::new(replicated.clone(), clock.clone(), gavel_adjudicator::Settings::default()));
    let leads = seat.clone();
    let stop = CancellationToken::new();
    let peer: Arc<dyn PeerService> = journal.clone();
    let server = Server::new(peers.security, peers.rpc)
        .journal(journal.clone())
        .adjudicator(seat.clone())
        .locks(seat.clone())
        .witness(journal.clone())
        .peer(peer)
        .membership(replicated.clone())
        .serve(listener, stop.clone().cancelled_owned());
    let server = tokio::spawn(server);
    let node = Arc::new(Node {
        sections: vec![
            sections::consensus(replicated.clone()),
            sections::journal(journal.clone(), counters),
            sections::seat(seat.clone()),
            sections::clock(clock, move || leads.serving().map(|service| service.time().0)),
        ],
        ..Node::new(&process, "journal", &data_dir, address.to_string())
    });
    println!("ready: journal node {} on {address}", settings.journal_node);
    let admin = process.serve(node).await;
    // First somebody else leads, so that commits go on; then the port closes.
    journal.close().await;
    seat.stop();
    stop.cancel();
    server.await.context("the server ended badly")??;
    admin.close().await;
    Ok(())
}

/// The latest that true time may be: commits beyond it, and some more, are from the future (PROTOCOL §2).
/// A clock that nobody vouches for refuses nothing.
fn latest(clock: Arc<dyn Clock>) -> gavel_journal::raft::Clock {
    Arc::new(move || {
        let now = clock.now();
        if now.is_trusted() { now.hi } else { Timestamp::MAX }
    })
}

fn raft_settings(settings: &Settings) -> Result<RaftSettings, Failure> {
    let node = NodeId(settings.journal_node as u64);
    let initial = members(&settings.journal_members)?;
    let usage = |why: &str| Failure::new(Failure::USAGE, anyhow!("setting \"journal.node\": {why}"));
    if node.0 == 0 {
        return Err(usage("is needed by a node of the journal"));
    }
    if !initial.is_empty() && initial.iter().all(|m| m.id != node) {
        return Err(usage("is not among journal.members"));
    }
    let files = parts::journal(settings);
    Ok(RaftSettings {
        queue_size_bytes: files.queue_size_bytes,
        files,
        ..RaftSettings::new(settings.cluster_id.clone(), node, initial)
    })
}
