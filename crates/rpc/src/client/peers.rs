//! Messages between journal nodes.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gavel_api::journal::{Member, PeerError, PeerTransport};
use parking_lot::Mutex;
use tonic::Request;

use crate::client::connect::{Link, Network};
use crate::identity::Role;
use crate::v1::PeerMessage;
use crate::v1::peer_client::PeerClient;

/// Most addresses that connections are kept to: memberships are small, and addresses change rarely.
const LINKS: usize = 64;

/// [`PeerTransport`] over gRPC. Neither repeats nor chooses: consensus does both. A message may have up to
/// `rpc.transaction.size_bytes`; exchanges side by side share one connection per node.
pub struct GrpcPeers {
    network: Network,
    links: Mutex<HashMap<String, Arc<Link>>>,
}

impl GrpcPeers {
    pub fn new(network: Network) -> Self {
        Self { network, links: Mutex::default() }
    }

    fn link(&self, address: &str) -> Arc<Link> {
        let mut links = self.links.lock();
        if links.len() >= LINKS && !links.contains_key(address) {
            links.clear();
        }
        links.entry(address.to_owned()).or_insert_with(|| Arc::new(self.network.link(address, Role::Journal))).clone()
    }
}

#[async_trait]
impl PeerTransport for GrpcPeers {
    async fn send(&self, to: &Member, message: Bytes) -> Result<Bytes, PeerError> {
        let settings = self.network.settings();
        let exchange = |line| {
            let mut request = Request::new(PeerMessage { payload: message.clone() });
            request.set_timeout(settings.peer_timeout);
            let mut client = PeerClient::new(line)
                .max_decoding_message_size(settings.transaction_size_bytes)
                .max_encoding_message_size(settings.transaction_size_bytes);
            async move { client.exchange(request).await }
        };
        match self.link(&to.address).call(exchange).await {
            Ok(answer) => Ok(answer.into_inner().payload),
            Err(status) => Err(PeerError(status.message().to_owned())),
        }
    }
}
