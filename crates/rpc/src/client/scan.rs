//! A scan, which outlives the replica that it began on.
//!
//! At one snapshot, one program gives the same rows in the same order on every replica. So when a replica
//! is lost half way, the scan is begun again on another, and as many rows as were already handed on are
//! passed over. A program whose rows come in no fixed order is begun again only while nothing was handed on.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use gavel_api::scan::{ScanFold, ScanProgram};
use gavel_api::storage::{Error, ScanRequest};
use gavel_api::traffic::Traffic;
use gavel_types::Timestamp;
use prost::Message;
use tokio::time::timeout;
use tonic::Streaming;

use crate::batches::Decoder;
use crate::client::connect::Network;
use crate::client::race::{InFlight, Kind, Replicas, elsewhere};
use crate::client::storage::client;
use crate::convert::status::to_storage;
use crate::v1;

/// How often one scan may change its replica.
const CHANGES: u32 = 5;

struct Scan {
    network: Network,
    replicas: Arc<Replicas>,
    message: v1::ScanRequest,
    ordered: bool,
    answer: Streaming<v1::ScanResponse>,
    in_flight: InFlight,
    decoder: Decoder,
    traffic: Option<Arc<Traffic>>,
    /// Rows that were handed on.
    given: usize,
    /// Of those, the ones that the present replica has still to give again.
    skip: usize,
    changes: u32,
}

/// Begins `request` at some replica.
pub(super) async fn start(
    network: Network,
    replicas: Arc<Replicas>,
    request: &ScanRequest,
) -> Result<BoxStream<'static, Result<RecordBatch, Error>>, Error> {
    // What cannot be said cannot be run there.
    let message = v1::ScanRequest::try_from(request).map_err(|error| Error::Unsupported(error.to_string()))?;
    let (answer, in_flight) = open(&network, &replicas, &message).await?;
    let scan = Scan {
        network,
        replicas,
        message,
        ordered: is_ordered(&request.program),
        answer,
        in_flight,
        decoder: Decoder::default(),
        traffic: request.traffic.clone(),
        given: 0,
        skip: 0,
        changes: 0,
    };
    scan.asked();
    let step = |scan: Option<Scan>| async move {
        let mut scan = scan?;
        match scan.next().await {
            Ok(batch) => batch.map(|batch| (Ok(batch), Some(scan))),
            Err(error) => Some((Err(error), None)),
        }
    };
    Ok(stream::unfold(Some(scan), step).boxed())
}

/// Whether the program gives its rows in an order that depends on nothing but the data. All fields are
/// named, so that whoever adds one decides anew.
fn is_ordered(program: &ScanProgram) -> bool {
    let ScanProgram { version: _, columns: _, filter: _, output: _, with_key: _, limit: _, fold } = program;
    // Groups that fill a replica's memory are answered early, and when that is depends on the replica.
    !matches!(fold, Some(ScanFold::Aggregate(_)))
}

async fn open(
    network: &Network,
    replicas: &Arc<Replicas>,
    message: &v1::ScanRequest,
) -> Result<(Streaming<v1::ScanResponse>, InFlight), Error> {
    let wait = network.settings().read_wait;
    let attempt = |index: usize| async move {
        let ask = |line| {
            let (mut client, message) = (client(network, line), message.clone());
            async move { client.scan(message).await }
        };
        match timeout(wait, replicas.nodes()[index].bulk.call(ask)).await {
            Ok(Ok(answer)) => Ok(answer.into_inner()),
            Ok(Err(status)) => Err(to_storage(&status)),
            Err(_) => Err(Error::Behind),
        }
    };
    replicas.race(Kind::Scan, Timestamp(message.snapshot_ts), wait, attempt).await
}

impl Scan {
    async fn next(&mut self) -> Result<Option<RecordBatch>, Error> {
        loop {
            match self.receive().await {
                Ok(Some(batch)) => {
                    let rows = batch.num_rows();
                    let passed = self.skip.min(rows);
                    self.skip -= passed;
                    if passed > 0 && passed == rows {
                        continue;
                    }
                    self.given += rows - passed;
                    return Ok(Some(batch.slice(passed, rows - passed)));
                }
                Ok(None) if self.skip == 0 => return Ok(None),
                Ok(None) => return Err(Error::Failed("replicas differ: a scan gave fewer rows than before".into())),
                Err(error) => self.go_elsewhere(error).await?,
            }
        }
    }

    /// The replica that answers now.
    fn replica(&self) -> &str {
        self.replicas.nodes().get(self.in_flight.index).map_or("", |node| &node.address)
    }

    fn asked(&self) {
        if let Some(traffic) = &self.traffic {
            traffic.asked(self.replica());
        }
    }

    /// Takes one batch; none at the end.
    async fn receive(&mut self) -> Result<Option<RecordBatch>, Error> {
        match self.answer.message().await {
            Ok(Some(message)) => {
                let bytes = message.encoded_len();
                let batch = self.decoder.decode(message)?;
                if let Some(traffic) = &self.traffic {
                    traffic.answered(self.replica(), batch.num_rows(), bytes);
                }
                Ok(Some(batch))
            }
            Ok(None) => Ok(None),
            Err(status) => Err(to_storage(&status)),
        }
    }

    /// Begins again at another replica after `error`, if that may help.
    async fn go_elsewhere(&mut self, error: Error) -> Result<(), Error> {
        if !elsewhere(&error) {
            return Err(error);
        }
        self.replicas.failed(self.in_flight.index);
        self.changes += 1;
        if (self.given > 0 && !self.ordered) || self.changes > CHANGES {
            return Err(error);
        }
        tracing::info!(%error, given = self.given, "scan goes on at another replica");
        (self.answer, self.in_flight) = open(&self.network, &self.replicas, &self.message).await?;
        self.asked();
        self.decoder = Decoder::default();
        self.skip = self.given;
        Ok(())
    }
}
