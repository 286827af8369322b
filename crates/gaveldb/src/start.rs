//! `gavel start`: one process, every role.
//!
//! ```text
//! lock data directory → journal → adjudicator (opens an epoch) → replica (follows) → engine
//!   → PostgreSQL port → serve … signal → drain sessions → close replica, journal
//! ```
//! Each step needs the ones before it, and closing goes the other way.

use std::sync::Arc;

use crate::Failure;
use crate::admin::{Node, sections};
use crate::cli::Source;
use crate::data_dir::DataDir;
use crate::front::Front;
use crate::process::{self, Process};
use crate::roles::single::Roles;

pub fn run(source: Source) -> Result<(), Failure> {
    process::run("single", source, serve)
}

async fn serve(mut process: Process) -> Result<(), Failure> {
    let settings = process.settings.clone();
    let front = Front::prepare(&settings)?;
    let data_dir = DataDir::open(&settings.data_dir, None)?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        data_dir = %data_dir.path().display(),
        cluster_id = data_dir.identity.cluster_id,
        "starting"
    );
    let Some(roles) = process.open(Roles::open(&data_dir, &settings)).await? else { return Ok(()) };
    let front = front.bind(roles.engine.clone(), Arc::new(data_dir.identity.mock_secret().into())).await?;
    let (replica, service) = (roles.replica.clone(), roles.service.clone());
    let node = Arc::new(Node {
        sections: vec![
            sections::adjudicator(roles.service.clone()),
            sections::journal(roles.journal.clone(), roles.journal_counters.clone()),
            sections::storage(roles.replica.clone()),
            sections::sessions(front.stats()),
            sections::clock(roles.clock.clone(), move || Some(service.time().0)),
        ],
        health: Box::new(move || replica.failure()),
        ..Node::new(&process, "single", &data_dir, front.address().to_string())
    });
    let front = front.serve();
    front.announce();
    let admin = process.serve(node).await;
    front.drain().await?;
    roles.close().await;
    admin.close().await;
    Ok(())
}
