//! A copy of a peer's store.
#![allow(clippy::disallowed_methods, reason = "a shell: waits")]

use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::storage::{Bootstrap, Copied, CopyRequest, Error};
use tokio::time::timeout;
use tonic::Streaming;

use crate::client::Target;
use crate::client::connect::{Link, Network};
use crate::convert::copy::{Joined, Sum};
use crate::convert::status::to_storage;
use crate::identity::Role;
use crate::v1;
use crate::v1::bootstrap_client::BootstrapClient;

/// [`Bootstrap`] over gRPC, of one replica. A copy has a connection of its own, which is read only as fast
/// as pieces are taken. Neither repeats nor chooses: whoever copies does both.
pub struct RemoteBootstrap {
    network: Network,
    link: Link,
}

impl RemoteBootstrap {
    /// Nothing is connected yet.
    pub fn new(network: Network, peer: &Target) -> Self {
        let link = network.link(&peer.address, Role::Storage);
        Self { network, link }
    }
}

/// A copy that is being read.
struct Reading {
    answer: Streaming<v1::CopyResponse>,
    sum: Sum,
    joined: Joined,
    stall: Duration,
    most: usize,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Copied>, Error> {
        loop {
            let message = match timeout(self.stall, self.answer.message()).await {
                Ok(Ok(Some(message))) => message,
                Ok(Ok(None)) => return Ok(None),
                Ok(Err(status)) => return Err(to_storage(&status)),
                Err(_) => return Err(Error::Behind),
            };
            let damaged = |error: crate::Malformed| Error::Failed(error.to_string());
            let piece = self.sum.open(message).map_err(damaged)?;
            if let Some(copied) = self.joined.add(piece, self.most).map_err(damaged)? {
                return Ok(Some(copied));
            }
        }
    }
}

#[async_trait]
impl Bootstrap for RemoteBootstrap {
    async fn copy(&self, request: CopyRequest) -> Result<BoxStream<'static, Result<Copied, Error>>, Error> {
        let settings = self.network.settings();
        let message = v1::CopyRequest::from(request);
        let open = |line| {
            let mut client = BootstrapClient::new(line)
                .max_decoding_message_size(settings.transaction_size_bytes)
                .max_encoding_message_size(settings.message_size_bytes);
            let message = message.clone();
            async move { client.copy(message).await }
        };
        let answer = match timeout(settings.copy_stall, self.link.call(open)).await {
            Ok(answer) => answer.map_err(|status| to_storage(&status))?.into_inner(),
            Err(_) => return Err(Error::Behind),
        };
        let reading = Reading {
            answer,
            sum: Sum::default(),
            joined: Joined::default(),
            stall: settings.copy_stall,
            most: settings.transaction_size_bytes,
        };
        let step = |reading: Option<Reading>| async move {
            let mut reading = reading?;
            match reading.next().await {
                Ok(copied) => copied.map(|copied| (Ok(copied), Some(reading))),
                Err(error) => Some((Err(error), None)),
            }
        };
        Ok(stream::unfold(Some(reading), step).boxed())
    }
}
