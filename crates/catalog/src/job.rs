//! Work that takes many transactions and outlives whoever began it: indexes built and dropped online (RFC 0005).
//!
//! A job is a row beside the catalog: it is written at every step and every batch, which must not make caches of the
//! catalog stale. The query node that works on it writes the row with everything that it does, so that of two that
//! take themselves for its runner one conflicts and stops.

use bytes::Bytes;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use serde::{Deserialize, Serialize};

use crate::store;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobKind {
    BuildIndex,
    DropIndex,
}

/// How far it is, in the words of `sys.jobs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobStatus {
    Submitted,
    Processing,
    Completed,
    Failed,
}

impl JobStatus {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// How far a backfill has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// Storage of the table and of the index that it is about: others are begun anew.
    pub table: Oid,
    pub index: Oid,
    /// Key of the last row that has its entry, in hexadecimal; empty: none has.
    #[serde(default)]
    pub after: String,
    pub rows: u64,
    /// As estimated when it began.
    pub rows_total: u64,
    /// All rows have their entries.
    #[serde(default)]
    pub complete: bool,
}

/// An error that outlives the process that it came up in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobError {
    pub code: String,
    pub message: String,
    #[serde(default)]
    pub detail: Option<String>,
    #[serde(default)]
    pub hint: Option<String>,
    #[serde(default)]
    pub schema: Option<String>,
    #[serde(default)]
    pub table: Option<String>,
    #[serde(default)]
    pub constraint: Option<String>,
}

impl JobError {
    pub fn new(error: &SqlError) -> Self {
        let fields = error.fields();
        Self {
            code: fields.code.as_str().to_owned(),
            message: fields.message.clone(),
            detail: fields.detail.clone(),
            hint: fields.hint.clone(),
            schema: fields.schema.clone(),
            table: fields.table.clone(),
            constraint: fields.constraint.clone(),
        }
    }

    /// The error as it came up.
    pub fn into_sql(self) -> SqlError {
        let code = SqlState::from_code(&self.code).unwrap_or(SqlState::InternalError);
        let mut error = SqlError::new(code, self.message);
        if let Some(detail) = self.detail {
            error = error.detail(detail);
        }
        if let Some(hint) = self.hint {
            error = error.hint(hint);
        }
        if let Some(schema) = self.schema {
            error = error.schema(schema);
        }
        if let Some(table) = self.table {
            error = error.table(table);
        }
        match self.constraint {
            Some(constraint) => error.constraint(constraint),
            None => error,
        }
    }
}

/// See the module. Times are microseconds since 2000-01-01 UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Random, and not 0.
    pub id: u64,
    pub database: Oid,
    pub kind: JobKind,
    pub table: Oid,
    pub index: Oid,
    /// Schema and name of the index, for those who look at a job whose index is gone.
    pub object_name: String,
    /// Process id of the session that asked for it.
    pub pid: i32,
    pub concurrently: bool,
    pub status: JobStatus,
    #[serde(default)]
    pub error: Option<JobError>,
    pub started: i64,
    pub updated: i64,
    /// The query node that works on it.
    pub runner: u64,
    /// Grows while its runner waits, so that others see that it lives.
    #[serde(default)]
    pub beats: u64,
    /// How often it was taken over since a runner last got anything done: the next one is given more time.
    #[serde(default)]
    pub takeovers: u32,
    /// Somebody wants it to end.
    #[serde(default)]
    pub cancelled: bool,
    /// Rung of the table at which the index got its present state.
    #[serde(default)]
    pub since: u32,
    /// No writer of a rung below this can commit any more, as far as this job has seen to it.
    #[serde(default)]
    pub fenced: u32,
    #[serde(default)]
    pub backfill: Backfill,
}

impl Job {
    /// The job that is a row's value.
    ///
    /// # Errors
    /// XX000 if it does not read.
    pub fn decode(value: &[u8]) -> SqlResult<Self> {
        Ok(store::decode::<Self>(value)?.as_ref().clone())
    }

    pub fn encode(&self) -> Bytes {
        store::encode(self)
    }

    /// Its id as clients see it: 13 digits of base 32.
    pub fn id_text(&self) -> String {
        id_text(self.id)
    }
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const ID_DIGITS: usize = 13;

/// An id as clients see it.
pub fn id_text(id: u64) -> String {
    let digit = |place: usize| char::from(DIGITS[(id >> (5 * place) & 31) as usize]);
    (0..ID_DIGITS).rev().map(digit).collect()
}

/// The id that a client means; `None` if it is none.
pub fn parse_id(text: &str) -> Option<u64> {
    if text.len() != ID_DIGITS {
        return None;
    }
    text.bytes().try_fold(0_u64, |id, byte| {
        let digit = DIGITS.iter().position(|d| d.eq_ignore_ascii_case(&byte))?;
        id.checked_mul(32)?.checked_add(digit as u64)
    })
}

/// Bytes in hexadecimal.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes of [`to_hex`]; `None` for any other text.
pub fn from_hex(text: &str) -> Option<Bytes> {
    let digits = text.as_bytes();
    let digit = |b: u8| char::from(b).to_digit(16);
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_keys_read_back() {
        for id in [0, 1, 31, 32, u64::MAX, 0x1234_5678_9abc_def0] {
            assert_eq!(parse_id(&id_text(id)), Some(id));
            assert_eq!(parse_id(&id_text(id).to_uppercase()), Some(id));
        }
        for wrong in ["", "0", "zzzzzzzzzzzzz", "000000000000u", "00000000000000"] {
            assert_eq!(parse_id(wrong), None, "{wrong}");
        }
        assert_eq!(from_hex(&to_hex(b"\x00\xff a")).as_deref(), Some(&b"\x00\xff a"[..]));
        assert_eq!((from_hex("0"), from_hex("zz")), (None, None));
        assert_eq!(from_hex("").as_deref(), Some(&b""[..]));
    }

    #[test]
    fn an_error_survives_its_row() {
        let error = SqlError::new(SqlState::UniqueViolation, "could not create unique index \"i\"")
            .detail("Key (a)=(1) is duplicated.")
            .schema("public")
            .table("t")
            .constraint("i");
        let job = Job {
            id: 7,
            database: Oid(5),
            kind: JobKind::BuildIndex,
            table: Oid(16384),
            index: Oid(16390),
            object_name: "public.i".into(),
            pid: 1,
            concurrently: true,
            status: JobStatus::Failed,
            error: Some(JobError::new(&error)),
            started: 1,
            updated: 2,
            runner: 3,
            beats: 0,
            takeovers: 0,
            cancelled: false,
            since: 2,
            fenced: 2,
            backfill: Backfill::default(),
        };
        let read = Job::decode(&job.encode()).unwrap();
        assert_eq!(read, job);
        assert_eq!(read.error.unwrap().into_sql(), error);
    }
}
