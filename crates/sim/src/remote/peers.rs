//! The consensus protocol's messages.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use gavel_api::journal::{Member, PeerError, PeerTransport};

use crate::net::{Ask, Net, Place};

/// See the module. Node numbers are host numbers.
pub struct Peers {
    pub net: Arc<Net>,
    pub me: Place,
}

#[async_trait]
impl PeerTransport for Peers {
    async fn send(&self, to: &Member, message: Bytes) -> Result<Bytes, PeerError> {
        let ask: Ask<Result<Bytes, PeerError>> = Arc::new(move |services| {
            let (peer, message) = (services.peer.clone()?, message.clone());
            Some(Box::pin(async move { peer.handle(message).await }))
        });
        let answer = self.net.call(self.me, to.id.0 as u32, ask).await;
        answer.unwrap_or_else(|broken| Err(PeerError(format!("{broken:?}"))))
    }
}
