//! Copies of a store.

use bytes::Bytes;
use gavel_api::storage::{Copied, CopyPoint, CopyRequest, Version};
use gavel_types::{Lsn, Timestamp};
use prost::Message;

use crate::convert::{each, required};
use crate::{Malformed, v1};

impl From<CopyPoint> for v1::CopyPoint {
    fn from(point: CopyPoint) -> Self {
        Self { lsn: point.lsn.0, ts: point.ts.0 }
    }
}

impl From<v1::CopyPoint> for CopyPoint {
    fn from(point: v1::CopyPoint) -> Self {
        Self { lsn: Lsn(point.lsn), ts: Timestamp(point.ts) }
    }
}

impl From<CopyRequest> for v1::CopyRequest {
    fn from(request: CopyRequest) -> Self {
        Self { range: Some(request.range.into()), upto: request.upto.map(Into::into) }
    }
}

impl TryFrom<v1::CopyRequest> for CopyRequest {
    type Error = Malformed;

    fn try_from(request: v1::CopyRequest) -> Result<Self, Malformed> {
        let range = required(request.range, "range is missing")?.into();
        Ok(Self { range, upto: request.upto.map(Into::into) })
    }
}

impl From<Version> for v1::Version {
    fn from(version: Version) -> Self {
        Self { key: version.key, commit_ts: version.commit_ts.0, value: version.value }
    }
}

impl From<v1::Version> for Version {
    fn from(version: v1::Version) -> Self {
        Self { key: version.key, commit_ts: Timestamp(version.commit_ts), value: version.value }
    }
}

/// The checksum of all pieces so far.
#[derive(Debug, Default)]
pub struct Sum(u32);

impl Sum {
    /// Seals a piece, which is the next of its answer.
    pub fn seal(&mut self, piece: &v1::CopyPiece) -> v1::CopyResponse {
        let piece: Bytes = piece.encode_to_vec().into();
        self.0 = crc32c::crc32c_append(self.0, &piece);
        v1::CopyResponse { piece, crc32c: self.0 }
    }

    /// The piece in `response`, which is the next of its answer.
    ///
    /// # Errors
    /// If it is not the piece that was sealed, or not the next.
    pub fn open(&mut self, response: v1::CopyResponse) -> Result<v1::CopyPiece, Malformed> {
        self.0 = crc32c::crc32c_append(self.0, &response.piece);
        if self.0 != response.crc32c {
            return Err(Malformed("checksum of a copy"));
        }
        v1::CopyPiece::decode(response.piece).map_err(|_| Malformed("piece of a copy"))
    }
}

/// Puts the pieces of each [`Copied`] together again.
#[derive(Debug, Default)]
pub struct Joined {
    versions: Vec<Version>,
    gc_ts: Timestamp,
    bytes: usize,
}

impl Joined {
    /// The next piece; what it completes. Holds at most about `most` bytes.
    ///
    /// # Errors
    /// If that is not enough, or something is missing.
    pub fn add(&mut self, piece: v1::CopyPiece, most: usize) -> Result<Option<Copied>, Malformed> {
        let upto = required(piece.upto, "upto is missing")?.into();
        self.bytes += piece.encoded_len();
        if self.bytes > most {
            return Err(Malformed("versions of one key take more than a transaction may have"));
        }
        self.gc_ts = self.gc_ts.max(Timestamp(piece.gc_ts));
        self.versions.extend(each::<_, Version>(piece.versions));
        if piece.continues {
            return if piece.last { Err(Malformed("a last piece that goes on")) } else { Ok(None) };
        }
        let Self { versions, gc_ts, .. } = std::mem::take(self);
        Ok(Some(Copied { upto, gc_ts, versions, last: piece.last }))
    }
}
