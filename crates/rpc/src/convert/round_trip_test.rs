//! Domain → message → bytes → message → domain gives the same.

use std::sync::Arc;

use gavel_api::adjudicator::{self, Closed, Visible};
use gavel_api::storage::{self, ScanRequest, Watermarks};
use gavel_api::{journal, scan::ScanExpr};
use gavel_types::{CommitOutcome, CommitRequest, Epoch, KeyRange, Lsn, TimeMode, Timestamp};
use proptest::prelude::*;
use prost::Message;

use super::{arbitrary, journal as journal_messages, read, status};
use crate::{Malformed, v1};

/// Through bytes.
fn travel<M: Message + Default>(message: &M) -> M {
    M::decode(message.encode_to_vec().as_slice()).unwrap()
}

proptest! {
    #[test]
    fn commit_requests(request in arbitrary::request()) {
        let back: CommitRequest = travel(&v1::CommitRequest::from(request.clone())).try_into().unwrap();
        prop_assert_eq!(back, request);
    }

    #[test]
    fn outcomes(outcome in arbitrary::outcome()) {
        let back: CommitOutcome = travel(&v1::CommitOutcome::from(outcome.clone())).try_into().unwrap();
        prop_assert_eq!(back, outcome);
    }

    #[test]
    fn tails(records in prop::collection::vec(arbitrary::record(), 0..4), first in 1..1_000u64) {
        let entries: Vec<_> = records.into_iter().enumerate().map(|(i, r)| (Lsn(first + i as u64), r)).collect();
        let message = travel(&journal_messages::tail_to_proto(entries.clone()).unwrap());
        prop_assert_eq!(journal_messages::tail_from_proto(message).unwrap(), entries);
    }

    #[test]
    fn programs(program in arbitrary::program()) {
        let request = ScanRequest {
            snapshot_ts: Timestamp(7),
            ranges: vec![KeyRange::new(&b"a"[..], &b"b"[..])],
            reverse: true,
            program: Arc::new(program),
            traffic: None,
        };
        let back: ScanRequest = travel(&v1::ScanRequest::try_from(&request).unwrap()).try_into().unwrap();
        prop_assert_eq!(back.program, request.program);
        prop_assert_eq!((back.snapshot_ts, back.ranges, back.reverse), (request.snapshot_ts, request.ranges, true));
    }

    #[test]
    fn rows(rows in prop::collection::vec(prop::option::of(arbitrary::bytes()), 0..5)) {
        let sent = rows.iter().cloned().map(read::row_to_proto).collect();
        let message = travel(&v1::GetResponse { rows: sent, watermarks: None });
        prop_assert!(read::rows_from_proto(message.rows.clone(), rows.len() + 1).is_err());
        prop_assert_eq!(read::rows_from_proto(message.rows, rows.len()).unwrap(), rows);
    }

    #[test]
    fn sql_errors_in_a_status(error in arbitrary::sql_error()) {
        match status::to_storage(&status::of_storage(&storage::Error::Evaluation(error.clone()))) {
            storage::Error::Evaluation(back) => prop_assert_eq!(back, error),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn any_bytes_convert_or_are_refused(data in prop::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(message) = v1::CommitRequest::decode(data.as_slice()) {
            let _ = CommitRequest::try_from(message);
        }
        if let Ok(message) = v1::ScanRequest::decode(data.as_slice()) {
            let _ = ScanRequest::try_from(message);
        }
        if let Ok(message) = v1::TailResponse::decode(data.as_slice()) {
            let _ = journal_messages::tail_from_proto(message);
        }
    }
}

#[test]
fn positions_and_watermarks() {
    let closed = Closed { ts: Timestamp(1), epoch: Epoch(2), last_lsn: Lsn(3), mode: TimeMode::Clock };
    assert_eq!(Closed::from(travel(&v1::Closed::from(closed))), closed);
    let visible = Visible { ts: Timestamp(4), epoch: Epoch(5), mode: TimeMode::Clock };
    assert_eq!(Visible::from(travel(&v1::Visible::from(visible))), visible);
    let marks = Watermarks { applied_ts: Timestamp(6), applied_lsn: Lsn(7), durable_lsn: Lsn(8), gc_ts: Timestamp(9) };
    assert_eq!(Watermarks::from(travel(&v1::Watermarks::from(marks))), marks);
}

#[test]
fn failures_keep_their_kind() {
    use adjudicator::Error as Commit;
    for error in [
        Commit::WrongEpoch(Epoch(3)),
        Commit::Overloaded,
        Commit::DiskFull,
        Commit::TooLarge("too many".into()),
        Commit::NotOpen,
        Commit::NotLeader(None),
        Commit::NotLeader(Some("10.0.0.1:7000".into())),
        Commit::Unknown("cut".into()),
    ] {
        let back = status::to_adjudicator(&status::of_adjudicator(&error));
        assert_eq!(format!("{back:?}"), format!("{error:?}"));
    }
    use journal::Error as Log;
    for error in [
        Log::Fenced(Epoch(3)),
        Log::DiskFull,
        Log::Overloaded,
        Log::TooLarge(9),
        Log::Failed("io".into()),
        Log::Trimmed(Lsn(4)),
        Log::Corrupt("crc".into()),
        Log::Closed,
        Log::NotLeader,
    ] {
        let back = status::to_journal(&status::of_journal(&error));
        assert_eq!(format!("{back:?}"), format!("{error:?}"));
    }
    use storage::Error as Read;
    for error in [
        Read::SnapshotTooOld { asked: Timestamp(1), kept: Timestamp(2) },
        Read::WrongShard,
        Read::Unsupported("function 7".into()),
        Read::Behind,
        Read::Failed("disk".into()),
    ] {
        let back = status::to_storage(&status::of_storage(&error));
        assert_eq!(format!("{back:?}"), format!("{error:?}"));
    }
}

#[test]
fn a_lost_connection_leaves_a_commit_unknown() {
    let lost = tonic::Status::unavailable("connection reset");
    assert!(matches!(status::to_adjudicator(&lost), adjudicator::Error::Unknown(_)));
    assert!(matches!(status::to_journal(&lost), journal::Error::Failed(_)));
    assert!(matches!(status::to_storage(&lost), storage::Error::Behind));
}

#[test]
fn what_no_peer_sends_is_refused() {
    let write = v1::Write { key: "k".into(), mode: 0, value: None };
    let request = v1::CommitRequest { txn_id: Some(v1::TxnId::default()), writes: vec![write], ..Default::default() };
    assert_eq!(CommitRequest::try_from(request), Err(Malformed("WriteMode is missing")));
    assert_eq!(CommitRequest::try_from(v1::CommitRequest::default()), Err(Malformed("txn_id is missing")));
    assert!(CommitOutcome::try_from(v1::CommitOutcome::default()).is_err());
    let gap = vec![(Lsn(1), journal::Record::Ceiling(Timestamp(1))), (Lsn(3), journal::Record::Ceiling(Timestamp(2)))];
    assert!(journal_messages::tail_to_proto(gap).is_err());
}

#[test]
fn deep_expressions_are_refused_on_either_side() {
    let deep = (0..100).fold(ScanExpr::Column(0), |e, _| ScanExpr::Not(Box::new(e)));
    let program = gavel_api::scan::ScanProgram {
        version: 1,
        columns: vec![],
        filter: Some(deep),
        output: vec![],
        with_key: false,
        limit: None,
        fold: None,
    };
    assert_eq!(v1::ScanProgram::try_from(&program), Err(Malformed("expression nests too deeply")));
    let wide = v1::ScanExpr { kind: Some(v1::scan_expr::Kind::Column(1)) };
    let message = v1::ScanProgram { version: 1, filter: Some(wide), ..Default::default() };
    assert!(gavel_api::scan::ScanProgram::try_from(message).is_err());
}
