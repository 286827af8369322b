use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..200).prop_map(Bytes::from)
}

fn any_write_mode() -> impl Strategy<Value = WriteMode> {
    prop_oneof![Just(WriteMode::Insert), Just(WriteMode::Update), Just(WriteMode::Delete), Just(WriteMode::Blind)]
}

fn any_check_mode() -> impl Strategy<Value = CheckMode> {
    prop_oneof![
        Just(CheckMode::KeyShare),
        Just(CheckMode::Share),
        Just(CheckMode::NoKeyUpdate),
        Just(CheckMode::Update)
    ]
}

fn any_record() -> impl Strategy<Value = Record> {
    let write = (bytes(), any_write_mode(), proptest::option::of(bytes())).prop_map(|(key, mode, value)| Write {
        key,
        mode,
        value,
    });
    let check = (bytes(), any_check_mode()).prop_map(|(key, mode)| Check { key, mode });
    let notification =
        (any::<u32>(), any::<i32>(), "[a-zé]{0,9}", "[a-zé]{0,200}").prop_map(|(oid, pid, channel, payload)| {
            Notification { database: Oid(oid), pid, channel: channel.into(), payload: payload.into() }
        });
    let lists = (vec(write, 0..5), vec(check, 0..5), vec(bytes(), 0..5), vec(notification, 0..3));
    let commit = (any::<u128>(), any::<u64>(), any::<u64>(), lists).prop_map(
        |(txn, snapshot, commit, (writes, checks, schema_keys, notifications))| {
            Record::Commit(CommitRecord {
                txn_id: TxnId(txn),
                snapshot_ts: Timestamp(snapshot),
                commit_ts: Timestamp(commit),
                writes,
                checks,
                schema_keys,
                notifications,
            })
        },
    );
    let epoch = (any::<u64>(), any::<u64>())
        .prop_map(|(epoch, at)| Record::Epoch { epoch: Epoch(epoch), opened_at: Timestamp(at) });
    let mode = prop_oneof![Just(TimeMode::Logical), Just(TimeMode::Clock)].prop_map(Record::TimeMode);
    prop_oneof![commit, epoch, mode, any::<u64>().prop_map(|ts| Record::Ceiling(Timestamp(ts)))]
}

proptest! {
    #[test]
    fn decoding_gives_back_what_was_encoded(record in any_record()) {
        let mut out = Vec::new();
        encode(&record, &mut out);
        prop_assert!(size_hint(&record) * 2 >= out.len());
        prop_assert_eq!(decode(Bytes::from(out)), Ok(record));
    }

    #[test]
    fn a_shortened_record_is_refused(record in any_record(), cut in 1usize..50) {
        let mut out = Vec::new();
        encode(&record, &mut out);
        out.truncate(out.len().saturating_sub(cut));
        prop_assert!(decode(Bytes::from(out)).is_err());
    }

    #[test]
    fn any_bytes_are_decoded_or_refused_without_panic(bytes in vec(any::<u8>(), 0..300)) {
        let mut framed = vec![VERSION, COMMIT];
        framed.extend_from_slice(&bytes);
        let _ = decode(Bytes::from(framed));
        let _ = decode(Bytes::from(bytes));
    }
}

#[test]
fn bytes_of_version_1_stay_as_they_are() {
    let record = Record::Commit(CommitRecord {
        txn_id: TxnId(0x0102),
        snapshot_ts: Timestamp(3),
        commit_ts: Timestamp(4),
        writes: vec![
            Write { key: Bytes::from_static(b"k"), mode: WriteMode::Insert, value: Some(Bytes::from_static(b"vw")) },
            Write { key: Bytes::from_static(b"l"), mode: WriteMode::Delete, value: None },
        ],
        checks: vec![Check { key: Bytes::from_static(b"c"), mode: CheckMode::KeyShare }],
        schema_keys: vec![Bytes::from_static(b"s")],
        notifications: Vec::new(),
    });
    let mut out = Vec::new();
    encode(&record, &mut out);
    let mut expected = vec![1, 3, 2, 1];
    expected.extend_from_slice(&[0; 14]);
    expected.extend_from_slice(&[3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend_from_slice(&[2, 1, 1, b'k', 3, b'v', b'w', 3, 1, b'l', 0]);
    expected.extend_from_slice(&[1, 1, 1, b'c']);
    expected.extend_from_slice(&[1, 1, b's', 0]);
    assert_eq!(out, expected);

    // With notifications, which builds from before refuse to read.
    let Record::Commit(mut commit) = record else { panic!("no commit") };
    let (channel, payload) = ("ch".into(), "p".into());
    commit.notifications = vec![Notification { database: Oid(5), pid: -2, channel, payload }];
    let mut out = Vec::new();
    encode(&Record::Commit(commit), &mut out);
    expected[1] = 5;
    expected.extend_from_slice(&[1, 5, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 2, b'c', b'h', 1, b'p']);
    assert_eq!(out, expected);
    assert_eq!(decode(Bytes::from_static(&[1, 5])), Err(Error::Length));

    let mut out = Vec::new();
    encode(&Record::TimeMode(TimeMode::Clock), &mut out);
    assert_eq!(out, [1, 4, 1]);

    let mut out = Vec::new();
    encode(&Record::Epoch { epoch: Epoch(7), opened_at: Timestamp(8) }, &mut out);
    assert_eq!(out, [1, 1, 7, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(peek_epoch(&out), Some(Epoch(7)));
    let mut out = Vec::new();
    encode(&Record::Ceiling(Timestamp(9)), &mut out);
    assert_eq!(out, [1, 2, 9, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn unknown_versions_and_kinds_are_refused() {
    assert_eq!(decode(Bytes::from_static(&[2, 1])), Err(Error::Version(2)));
    assert_eq!(decode(Bytes::from_static(&[1, 9])), Err(Error::Kind(9)));
    assert_eq!(decode(Bytes::new()), Err(Error::Length));
}
