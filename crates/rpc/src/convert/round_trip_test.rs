//! Domain → message → bytes → message → domain gives the same.

use std::sync::Arc;

use gavel_api::adjudicator::{self, Ahead, Closed, Visible};
use gavel_api::storage::{self, Copied, CopyRequest, ScanRequest, Version, Watermarks};
use gavel_api::{journal, scan::ScanExpr};
use gavel_types::{CommitOutcome, CommitRequest, Epoch, KeyRange, Lsn, TimeMode, Timestamp};
use proptest::prelude::*;
use prost::Message;

use super::copy::{Joined, Sum};
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
    fn requests_for_a_copy(range in arbitrary::range(), upto in prop::option::of(arbitrary::point())) {
        let back: CopyRequest =
            travel(&v1::CopyRequest::from(CopyRequest { range: range.clone(), upto })).try_into().unwrap();
        prop_assert_eq!((back.range, back.upto), (range, upto));
    }

    #[test]
    fn pieces_of_a_copy(
        upto in arbitrary::point(),
        parts in prop::collection::vec(prop::collection::vec(arbitrary::version(), 0..4), 1..5),
        gc_ts in any::<u64>(),
        last in any::<bool>(),
    ) {
        let whole: Vec<Version> = parts.concat();
        let (mut sealing, mut opening, mut joined) = (Sum::default(), Sum::default(), Joined::default());
        let mut sent: Vec<_> = parts
            .into_iter()
            .map(|part| v1::CopyPiece {
                upto: Some(upto.into()),
                gc_ts,
                versions: part.into_iter().map(Into::into).collect(),
                continues: true,
                last: false,
            })
            .collect();
        let end = sent.last_mut().unwrap();
        (end.continues, end.last) = (false, last);
        let mut back = None;
        for piece in &sent {
            prop_assert!(back.is_none());
            let piece = opening.open(travel(&sealing.seal(piece))).unwrap();
            back = joined.add(piece, 1 << 20).unwrap();
        }
        let copied = Copied { upto, gc_ts: Timestamp(gc_ts), versions: whole, last };
        prop_assert_eq!(back, Some(copied));
    }

    #[test]
    fn damage_to_a_copy_is_seen(version in arbitrary::version(), at in any::<prop::sample::Index>(), bit in 0..8) {
        let piece = |gc_ts| v1::CopyPiece {
            upto: Some(v1::CopyPoint { lsn: 1, ts: 2 }),
            gc_ts,
            versions: vec![version.clone().into()],
            continues: false,
            last: false,
        };
        let mut sum = Sum::default();
        let (first, second) = (sum.seal(&piece(1)), sum.seal(&piece(2)));
        // One that is missing is damage as well.
        prop_assert!(Sum::default().open(second).is_err());
        let mut bytes = first.piece.to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        let damaged = v1::CopyResponse { piece: bytes.into(), ..first };
        prop_assert_eq!(Sum::default().open(damaged), Err(Malformed("checksum of a copy")));
    }

    #[test]
    fn members(member in arbitrary::member()) {
        let back: journal::Member = travel(&v1::Member::from(member.clone())).try_into().unwrap();
        prop_assert_eq!(back, member);
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
    let ahead = Ahead { ts: Timestamp(10), last_lsn: Lsn(11), newest: Timestamp(12) };
    for ahead in [None, Some(ahead)] {
        let closed = Closed { ts: Timestamp(1), epoch: Epoch(2), last_lsn: Lsn(3), mode: TimeMode::Clock, ahead };
        assert_eq!(Closed::from(travel(&v1::Closed::from(closed))), closed);
    }
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
    let member = |id, address: &str, zone: String| v1::Member { id, address: address.into(), zone, voter: true };
    for bad in [member(0, "a:1", String::new()), member(1, "a", String::new()), member(1, ":1", String::new())] {
        assert!(journal::Member::try_from(bad).is_err());
    }
    assert!(journal::Member::try_from(member(1, "a:1", "z".repeat(300))).is_err());
    let gap = vec![(Lsn(1), journal::Record::Ceiling(Timestamp(1))), (Lsn(3), journal::Record::Ceiling(Timestamp(2)))];
    assert!(journal_messages::tail_to_proto(gap).is_err());
}

#[test]
fn what_does_not_end_is_not_held_for_ever() {
    let row = v1::Version { key: "k".into(), commit_ts: 1, value: Some(vec![0; 400].into()) };
    let upto = Some(v1::CopyPoint { lsn: 1, ts: 2 });
    let piece = v1::CopyPiece { upto, gc_ts: 0, versions: vec![row], continues: true, last: false };
    let mut joined = Joined::default();
    assert_eq!(joined.add(piece.clone(), 1_000), Ok(None));
    assert_eq!(joined.add(piece.clone(), 1_000), Ok(None));
    assert!(joined.add(piece.clone(), 1_000).is_err());
    assert!(Joined::default().add(v1::CopyPiece { last: true, ..piece.clone() }, 1_000).is_err());
    assert!(Joined::default().add(v1::CopyPiece { upto: None, ..piece }, 1_000).is_err());
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
