//! What every call carries besides its message, and what a call that was refused at the door carries
//! back.
//!
//! | header | meaning |
//! |---|---|
//! | `gavel-protocol` | version of `proto/`, see [`PROTOCOL`] |
//! | `gavel-cluster` | cluster of the caller |
//! | `gavel-caller` | identity of the caller; believed on connections without TLS only |
//! | `traceparent` | W3C's: span of the caller that this is for, if somebody collects traces |
//! | `grpc-timeout` | gRPC's own: after that long the caller does not listen any more |
//! | `gavel-refused` | in an answer: nothing was done, and for which reason |

use std::time::Duration;

use gavel_telemetry::trace;
use http::HeaderMap;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::{Request, Status};

use crate::identity::Identity;

/// Version of the protocol. Raised when an older peer could misunderstand; fields that it may pass
/// over do not count.
pub const PROTOCOL: &str = "1";

pub(crate) const PROTOCOL_HEADER: &str = "gavel-protocol";
pub(crate) const CLUSTER_HEADER: &str = "gavel-cluster";
pub(crate) const CALLER_HEADER: &str = "gavel-caller";
pub(crate) const REFUSED_HEADER: &str = "gavel-refused";

/// Adds our headers to each call.
#[derive(Clone, Debug)]
pub(crate) struct Headers {
    cluster: MetadataValue<Ascii>,
    caller: MetadataValue<Ascii>,
}

impl Headers {
    pub(crate) fn new(identity: &Identity) -> Self {
        let ascii = |text: &str| MetadataValue::try_from(text).unwrap_or_else(|_| MetadataValue::from_static("?"));
        Self { cluster: ascii(&identity.cluster), caller: ascii(&identity.to_string()) }
    }
}

impl Interceptor for Headers {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let metadata = request.metadata_mut();
        metadata.insert(PROTOCOL_HEADER, MetadataValue::from_static(PROTOCOL));
        metadata.insert(CLUSTER_HEADER, self.cluster.clone());
        metadata.insert(CALLER_HEADER, self.caller.clone());
        let parent = trace::traceparent(&tracing::Span::current());
        if let Some(parent) = parent.and_then(|text| MetadataValue::try_from(text).ok()) {
            metadata.insert(trace::HEADER, parent);
        }
        Ok(request)
    }
}

/// A failure of which the caller may conclude that nothing was done.
pub(crate) fn refused(mut status: Status) -> Status {
    status.metadata_mut().insert(REFUSED_HEADER, MetadataValue::from_static("1"));
    status
}

/// Whether `status` says that nothing was done: the call was never sent, or refused at the door.
pub(crate) fn nothing_done(status: &Status) -> bool {
    if refused_at_the_door(status) || status.code() == tonic::Code::Unimplemented {
        return true;
    }
    never_connected(status)
}

/// Whether the other end would not let the call in: we are not configured for each other.
pub(crate) fn refused_at_the_door(status: &Status) -> bool {
    status.metadata().contains_key(REFUSED_HEADER)
}

/// Whether there was no connection for the call to be sent over.
pub(crate) fn never_connected(status: &Status) -> bool {
    let mut source = std::error::Error::source(status);
    while let Some(error) = source {
        if error.is::<tonic::ConnectError>() {
            return true;
        }
        source = error.source();
    }
    false
}

/// The caller's patience; `None` if it has no end, or is not of gRPC's form.
pub(crate) fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let n: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(n * 3_600)),
        "M" => Some(Duration::from_secs(n * 60)),
        "S" => Some(Duration::from_secs(n)),
        "m" => Some(Duration::from_millis(n)),
        "u" => Some(Duration::from_micros(n)),
        "n" => Some(Duration::from_nanos(n)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_grpc_writes_them() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", text.parse().unwrap());
            timeout(&headers)
        };
        assert_eq!(read("2S"), Some(Duration::from_secs(2)));
        assert_eq!(read("1500m"), Some(Duration::from_millis(1_500)));
        assert_eq!(read("7u"), Some(Duration::from_micros(7)));
        assert_eq!(read("99999999n"), Some(Duration::from_nanos(99_999_999)));
        assert_eq!(read("1H"), Some(Duration::from_secs(3_600)));
        for bad in ["", "S", "-1S", "1.5S", "999999999S", "1s", "1", "1é"] {
            assert_eq!(read_or_none(bad), None, "{bad}");
        }
        assert_eq!(timeout(&HeaderMap::new()), None);
    }

    fn read_or_none(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", http::HeaderValue::from_bytes(text.as_bytes()).ok()?);
        timeout(&headers)
    }
}
