//! Who is let in.

use std::sync::Arc;
use std::time::Duration;

use gavel_api::adjudicator::Adjudicator;
use gavel_api::storage::Storage;
use gavel_rpc::client::{Network, RemoteAdjudicator, RemoteStorage};
use gavel_rpc::server::{Error, Server};
use gavel_rpc::tls::{Authority, Files, Tls, write_development};
use gavel_rpc::{Identity, Role, Security, Settings, v1};
use gavel_types::Timestamp;
use tokio::net::TcpListener;
use tonic::{Code, Request};

use crate::fakes::{FakeAdjudicator, FakeStorage, Stand, Truth};
use crate::support::{CLUSTER, Certificates, Mode, identity, plain, serve, settings};

fn storage() -> Arc<FakeStorage> {
    Arc::new(FakeStorage::new("a"))
}

/// One read by `security`, with little patience.
async fn read(security: Security, address: &str) -> Result<(), gavel_api::storage::Error> {
    let network = Network::new(security, Settings { read_wait: Duration::from_secs(1), ..settings() }, "");
    let remote = RemoteStorage::new(network, &[gavel_rpc::client::Target::at(address)]);
    remote.get(Timestamp(1), &["k".into()]).await.map(|_| ())
}

fn told(result: Result<(), gavel_api::storage::Error>) -> String {
    result.expect_err("is refused").to_string()
}

#[tokio::test]
async fn another_cluster_is_refused_by_name() {
    let served = serve(Mode::Plain.server(Role::Storage).storage(storage())).await;
    let other = Identity::new("other", Role::Query, "q").unwrap();
    let why = told(read(Security::Plaintext { identity: other, beyond_loopback: false }, &served.address).await);
    assert!(why.contains("call is for cluster other, this node is of cluster test"), "{why}");
    read(plain(Role::Query), &served.address).await.unwrap();
}

#[tokio::test]
async fn other_protocols_and_nameless_callers_are_refused() {
    let served = serve(Mode::Plain.server(Role::Storage).storage(storage())).await;
    let mut raw = v1::storage_client::StorageClient::connect(format!("http://{}", served.address)).await.unwrap();
    let ask = |protocol: &'static str, caller: &'static str| {
        let mut request = Request::new(v1::GetWatermarksRequest {});
        let metadata = request.metadata_mut();
        metadata.insert("gavel-protocol", protocol.parse().unwrap());
        metadata.insert("gavel-cluster", CLUSTER.parse().unwrap());
        metadata.insert("gavel-caller", caller.parse().unwrap());
        request
    };
    let refused = raw.get_watermarks(Request::new(v1::GetWatermarksRequest {})).await.unwrap_err();
    assert!(refused.message().contains("protocol none"), "{refused:?}");
    let refused = raw.get_watermarks(ask("999", "spiffe://test/role/query/q")).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let refused = raw.get_watermarks(ask(gavel_rpc::PROTOCOL, "me")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    raw.get_watermarks(ask(gavel_rpc::PROTOCOL, "spiffe://test/role/query/q")).await.unwrap();
}

#[tokio::test]
async fn a_role_may_do_what_the_table_says_and_no_more() {
    for mode in [Mode::Plain, Mode::tls()] {
        let leader = FakeAdjudicator::new(Stand::Leads, &Truth::default());
        let served = serve(mode.server(Role::Journal).adjudicator(leader.clone())).await;
        let ask = |role| {
            let network =
                Network::new(mode.of(role), Settings { leader_wait: Duration::from_secs(1), ..settings() }, "");
            RemoteAdjudicator::new(network, [served.address.clone()])
        };
        let replica = ask(Role::Storage);
        replica.close(Timestamp(1), Duration::ZERO).await.unwrap();
        let calls = leader.calls();
        assert!(replica.resolve(gavel_types::TxnId(1)).await.is_err());
        assert!(ask(Role::Operator).close(Timestamp(1), Duration::ZERO).await.is_err());
        assert_eq!(leader.calls(), calls, "it never came through");
        ask(Role::Query).resolve(gavel_types::TxnId(1)).await.unwrap();
    }
}

#[tokio::test]
async fn without_a_certificate_of_our_authority_nobody_comes_in() {
    let ours = Certificates::of(CLUSTER);
    let served = serve(Server::new(ours.tls(Role::Storage), settings()).storage(storage())).await;
    read(ours.tls(Role::Query), &served.address).await.unwrap();
    // Another authority of the same cluster name; no TLS at all.
    let theirs = Certificates::of(CLUSTER);
    told(read(theirs.tls(Role::Query), &served.address).await);
    told(read(plain(Role::Query), &served.address).await);
    // And we do not talk to a server of theirs, nor to a plain one.
    let impostor = serve(Server::new(theirs.tls(Role::Storage), settings()).storage(storage())).await;
    told(read(ours.tls(Role::Query), &impostor.address).await);
    let open = serve(Mode::Plain.server(Role::Storage).storage(storage())).await;
    told(read(ours.tls(Role::Query), &open.address).await);
}

#[tokio::test]
async fn a_server_of_another_role_is_not_believed() {
    let ours = Certificates::of(CLUSTER);
    let posing = serve(Server::new(ours.tls(Role::Query), settings()).storage(storage())).await;
    let why = told(read(ours.tls(Role::Query), &posing.address).await);
    assert!(why.contains("storage") || why.contains("behind"), "{why}");
}

#[tokio::test]
async fn one_authority_for_two_clusters_does_not_join_them() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::generate("a").unwrap();
    assert!(authority.issue(&Identity::new("b", Role::Query, "q").unwrap(), Duration::from_secs(60)).is_err());
    assert!(Authority::from_pem("b", authority.certificate_pem(), &authority.key_pem()).is_err());
    assert!(Authority::from_pem("a", authority.certificate_pem(), &authority.key_pem()).is_ok());
    let other = Authority::generate("a").unwrap();
    assert!(Authority::from_pem("a", authority.certificate_pem(), &other.key_pem()).is_err());
    let stranger = Identity::new("b", Role::Query, "q").unwrap();
    assert!(write_development(dir.path(), "a", &[stranger], Duration::from_secs(60)).is_err());
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let ours = Certificates::of(CLUSTER);
    let served = serve(Server::new(ours.tls(Role::Storage), settings()).storage(storage())).await;
    let files =
        write_development(ours.path(), CLUSTER, &[identity(Role::Query)], Duration::from_millis(1)).unwrap().remove(0);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    told(read(Security::Tls(Arc::new(Tls::open(files).unwrap())), &served.address).await);
}

#[tokio::test]
async fn new_certificates_are_taken_and_useless_ones_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let write =
        |role| write_development(dir.path(), CLUSTER, &[identity(role)], Duration::from_secs(60)).unwrap().remove(0);
    let files: Files = write(Role::Storage);
    let tls = Arc::new(Tls::open(files.clone()).unwrap());
    let served = serve(Server::new(Security::Tls(tls.clone()), settings()).storage(storage())).await;
    assert!(!tls.reload().unwrap(), "nothing changed");
    let client = Security::Tls(Arc::new(Tls::open(write(Role::Query)).unwrap()));
    read(client, &served.address).await.unwrap();

    // A whole new authority: who trusts the old one is out, who trusts the new one is in.
    for name in ["ca.crt", "ca.key"] {
        std::fs::remove_file(dir.path().join(name)).unwrap();
    }
    write(Role::Storage);
    let client = Security::Tls(Arc::new(Tls::open(write(Role::Query)).unwrap()));
    told(read(client.clone(), &served.address).await);
    assert!(tls.reload().unwrap());
    read(client.clone(), &served.address).await.unwrap();

    // Another's identity, then rubbish.
    std::fs::copy(dir.path().join("query-one.crt"), &files.certificate).unwrap();
    std::fs::copy(dir.path().join("query-one.key"), &files.key).unwrap();
    assert!(tls.reload().unwrap_err().to_string().contains("not for"));
    std::fs::write(&files.certificate, "rubbish").unwrap();
    assert!(tls.reload().is_err());
    read(client, &served.address).await.unwrap();
}

#[cfg(unix)]
#[test]
fn keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let ours = Certificates::of(CLUSTER);
    ours.tls(Role::Query);
    for name in ["ca.key", "query-one.key"] {
        let mode = std::fs::metadata(ours.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn without_tls_only_loopback_is_served_unless_told_otherwise() {
    let everywhere = async || TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = Server::new(plain(Role::Storage), settings()).serve(everywhere().await, async {}).await;
    assert!(matches!(refused, Err(Error::Plaintext(_))), "{refused:?}");
    let told = Security::Plaintext { identity: identity(Role::Storage), beyond_loopback: true };
    Server::new(told, settings()).serve(everywhere().await, async {}).await.unwrap();
}
