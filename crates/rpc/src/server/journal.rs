//! Tails, bounds, trims.

use std::sync::{Arc, Mutex, PoisonError};

use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use gavel_api::journal::{Entry, Error, Journal};
use gavel_types::Lsn;
use tokio::sync::watch;
use tonic::{Request, Response, Status};

use crate::convert::journal::{stripped, tail_to_proto};
use crate::convert::status::of_journal;
use crate::identity::{Identity, Role};
use crate::server::pieces::pieces;
use crate::server::trims::Trims;
use crate::settings::Settings;
use crate::v1;

pub(super) struct Service {
    journal: Arc<dyn Journal>,
    closing: watch::Receiver<bool>,
    piece_size_bytes: usize,
    trims: Mutex<Trims>,
}

impl Service {
    pub(super) fn new(journal: Arc<dyn Journal>, closing: watch::Receiver<bool>, settings: &Settings) -> Self {
        let trims = Mutex::new(Trims::new(settings.trim_replicas));
        Self { journal, closing, piece_size_bytes: settings.piece_size_bytes, trims }
    }
}

type Tail = BoxStream<'static, Result<v1::TailResponse, Status>>;

impl Service {
    fn tail_of(&self, of: Of, from: Lsn) -> Tail {
        let (journal, size_bytes) = (self.journal.clone(), self.piece_size_bytes);
        let answer = self.journal.tail(from).map_err(|error| of_journal(&error)).map(move |entries| {
            let mut entries = entries?;
            if of == Of::Notifications {
                entries = entries.into_iter().map(|(lsn, record)| (lsn, stripped(record))).collect();
            }
            messages(entries, &*journal, size_bytes).map(|messages| stream::iter(messages.into_iter().map(Ok)))
        });
        let mut closing = self.closing.clone();
        let closed = async move {
            // An error: the server is gone altogether.
            let _ = closing.wait_for(|closing| *closing).await;
        };
        let end = stream::once(async { Err(of_journal(&Error::Closed)) });
        answer.try_flatten().take_until(closed).chain(end).boxed()
    }
}

fn bounds(journal: &dyn Journal) -> v1::Bounds {
    let (first, durable) = journal.bounds();
    v1::Bounds { first_lsn: first.0, durable_lsn: durable.0 }
}

/// How much of each record is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    All,
    Notifications,
}

/// One step of the journal's tail as messages.
fn messages(entries: Vec<Entry>, journal: &dyn Journal, size_bytes: usize) -> Result<Vec<v1::TailResponse>, Status> {
    let whole = tail_to_proto(entries)?;
    let bounds = bounds(journal);
    let mut first_lsn = whole.first_lsn;
    let message = |records: Vec<v1::Record>| {
        let message = v1::TailResponse { first_lsn, records, bounds: Some(bounds) };
        first_lsn += message.records.len() as u64;
        message
    };
    Ok(pieces(whole.records, size_bytes).into_iter().map(message).collect())
}

#[tonic::async_trait]
impl v1::journal_server::Journal for Service {
    type TailStream = Tail;
    type TailNotificationsStream = Tail;

    async fn tail(&self, request: Request<v1::TailRequest>) -> Result<Response<Tail>, Status> {
        Ok(Response::new(self.tail_of(Of::All, Lsn(request.into_inner().from_lsn))))
    }

    async fn tail_notifications(&self, request: Request<v1::TailRequest>) -> Result<Response<Tail>, Status> {
        Ok(Response::new(self.tail_of(Of::Notifications, Lsn(request.into_inner().from_lsn))))
    }

    async fn get_bounds(&self, _: Request<v1::GetBoundsRequest>) -> Result<Response<v1::Bounds>, Status> {
        Ok(Response::new(bounds(&*self.journal)))
    }

    async fn trim(&self, request: Request<v1::TrimRequest>) -> Result<Response<v1::TrimResponse>, Status> {
        let caller = request.extensions().get::<Identity>().cloned();
        let below = Lsn(request.into_inner().below_lsn);
        let below = match caller {
            Some(Identity { role: Role::Storage, name, .. }) => {
                self.trims.lock().unwrap_or_else(PoisonError::into_inner).allow(&name, below)
            }
            // An operator knows what it does.
            _ => below,
        };
        if below == Lsn::ZERO {
            return Ok(Response::new(v1::TrimResponse {}));
        }
        self.journal.trim(below).await.map_err(|error| of_journal(&error))?;
        Ok(Response::new(v1::TrimResponse {}))
    }
}
