//! `gavel journal members`, `add`, `remove`: the nodes of a journal that runs.

use anyhow::anyhow;
use gavel_api::journal::{Error, Member};
use gavel_rpc::client::RemoteMembership;
use gavel_types::NodeId;
use serde_json::json;

use crate::Failure;
use crate::cli::{JournalAction, Shown, Source};
use crate::roles::network;
use crate::settings::{self, Settings};

pub fn run(source: &Source, action: JournalAction) -> Result<(), Failure> {
    let settings = settings::load(&source.layers())?;
    let network = network::operator(&settings)?;
    let addresses = addresses(&settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (Shown { json }, members) = runtime.block_on(act(RemoteMembership::new(network, addresses), action))?;
    print!("{}", if json { as_json(&members) } else { table(&members) });
    Ok(())
}

/// The nodes after `action`.
async fn act(journal: RemoteMembership, action: JournalAction) -> Result<(Shown, Vec<Member>), Failure> {
    let (shown, members) = match action {
        JournalAction::Members(shown) => (shown, journal.members().await.map(|(members, _)| members)),
        JournalAction::Add { node, address, shown } => (shown, journal.add(member(node, &address)?).await),
        JournalAction::Remove { node, shown } => (shown, journal.remove(NodeId(node)).await),
    };
    Ok((shown, members.map_err(refused)?))
}

fn member(node: u64, address: &str) -> Result<Member, Failure> {
    network::member(&format!("{node}={address}")).map_err(|e| Failure::new(Failure::USAGE, e))
}

/// Where some nodes are: an operator's settings say it as those of a query node do, a journal node's in
/// their own way.
fn addresses(settings: &Settings) -> Result<Vec<String>, Failure> {
    if settings.cluster_journal.is_empty() && !settings.journal_members.is_empty() {
        return Ok(network::members(&settings.journal_members)?.into_iter().map(|member| member.address).collect());
    }
    let targets = network::targets("cluster.journal", &settings.cluster_journal)?;
    Ok(targets.into_iter().map(|target| target.address).collect())
}

fn refused(error: Error) -> Failure {
    match error {
        Error::NotLeader => Failure::new(Failure::UNREACHABLE, anyhow!("no node of the journal leads, or answers")),
        Error::Failed(why) => anyhow!(why).context("the journal refuses").into(),
        other => anyhow::Error::from(other).context("the journal refuses").into(),
    }
}

fn as_json(members: &[Member]) -> String {
    let list: Vec<_> = members
        .iter()
        .map(|m| json!({ "node": m.id.0, "address": m.address, "zone": m.zone, "voter": m.voter }))
        .collect();
    format!("{:#}\n", serde_json::Value::Array(list))
}

fn table(members: &[Member]) -> String {
    let mut text = String::from("NODE  ADDRESS                   ZONE      VOTES\n");
    for Member { id, address, zone, voter } in members {
        let zone = if zone.is_empty() { "-" } else { zone };
        let votes = if *voter { "yes" } else { "no" };
        text.push_str(&format!("{:<4}  {address:<24}  {zone:<8}  {votes}\n", id.0));
    }
    text
}
