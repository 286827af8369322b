//! Domain values of every shape, for the round trips.

use bytes::Bytes;
use gavel_api::journal::{Member, Record};
use gavel_api::scan::{ScanAggregate, ScanCall, ScanColumn, ScanExpr, ScanFold, ScanOrder, ScanProgram};
use gavel_api::storage::{CopyPoint, Version};
use gavel_types::numeric::Mantissa;
use gavel_types::{
    ArrayValue, Check, CheckMode, CommitOutcome, CommitRecord, CommitRequest, Conflict, ConflictKind, Datum, Epoch,
    Interval, KeyRange, Lsn, NodeId, Notification, Numeric, Oid, PgType, SqlError, SqlState, TimeMode, Timestamp,
    TxnId, Write, WriteMode,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

pub fn bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..12).prop_map(Bytes::from)
}

pub fn range() -> impl Strategy<Value = KeyRange> {
    (bytes(), bytes()).prop_map(|(start, end)| KeyRange { start, end })
}

fn write() -> impl Strategy<Value = Write> {
    let mode = prop::sample::select(vec![WriteMode::Insert, WriteMode::Update, WriteMode::Delete, WriteMode::Blind]);
    (bytes(), mode, option::of(bytes())).prop_map(|(key, mode, value)| Write { key, mode, value })
}

fn check() -> impl Strategy<Value = Check> {
    use CheckMode::{KeyShare, NoKeyUpdate, Share, Update};
    let mode = prop::sample::select(vec![KeyShare, Share, NoKeyUpdate, Update]);
    (bytes(), mode).prop_map(|(key, mode)| Check { key, mode })
}

fn notification() -> impl Strategy<Value = Notification> {
    (any::<u32>(), any::<i32>(), "[a-zé]{0,9}", "[a-zé]{0,30}").prop_map(|(oid, pid, channel, payload)| Notification {
        database: Oid(oid),
        pid,
        channel: channel.into(),
        payload: payload.into(),
    })
}

fn ts() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp)
}

pub fn request() -> impl Strategy<Value = CommitRequest> {
    let lists =
        (vec(write(), 0..4), vec(check(), 0..4), vec(range(), 0..4), vec(bytes(), 0..4), vec(notification(), 0..3));
    (any::<u128>(), any::<u64>(), ts(), lists).prop_map(|(id, epoch, snapshot_ts, lists)| {
        let (writes, checks, read_ranges, schema_keys, notifications) = lists;
        let (txn_id, epoch) = (TxnId(id), Epoch(epoch));
        CommitRequest { txn_id, epoch, snapshot_ts, writes, checks, read_ranges, schema_keys, notifications }
    })
}

pub fn outcome() -> impl Strategy<Value = CommitOutcome> {
    use ConflictKind::{Cancelled, Key, ReadRange, Schema, TooOld};
    let kind = prop::sample::select(vec![Key, Schema, ReadRange, TooOld, Cancelled]);
    prop_oneof![
        ts().prop_map(CommitOutcome::Committed),
        (kind, bytes(), ts()).prop_map(|(kind, key, winner_ts)| CommitOutcome::Aborted(Conflict {
            kind,
            key,
            winner_ts
        })),
    ]
}

pub fn record() -> impl Strategy<Value = Record> {
    let lists = (vec(write(), 0..4), vec(check(), 0..4), vec(bytes(), 0..4), vec(notification(), 0..3));
    let commit = (any::<u128>(), ts(), ts(), lists).prop_map(|(id, snapshot_ts, commit_ts, lists)| {
        let (writes, checks, schema_keys, notifications) = lists;
        let txn_id = TxnId(id);
        Record::Commit(CommitRecord { txn_id, snapshot_ts, commit_ts, writes, checks, schema_keys, notifications })
    });
    prop_oneof![
        (any::<u64>(), ts()).prop_map(|(epoch, opened_at)| Record::Epoch { epoch: Epoch(epoch), opened_at }),
        ts().prop_map(Record::Ceiling),
        prop_oneof![Just(TimeMode::Logical), Just(TimeMode::Clock)].prop_map(Record::TimeMode),
        commit,
    ]
}

pub fn member() -> impl Strategy<Value = Member> {
    (1..=u64::MAX, "[a-z0-9.:-]{1,20}:[0-9]{1,5}", "[a-z]{0,5}", any::<bool>())
        .prop_map(|(id, address, zone, voter)| Member { id: NodeId(id), address, zone, voter })
}

pub fn point() -> impl Strategy<Value = CopyPoint> {
    (any::<u64>(), ts()).prop_map(|(lsn, ts)| CopyPoint { lsn: Lsn(lsn), ts })
}

pub fn version() -> impl Strategy<Value = Version> {
    (bytes(), ts(), option::of(bytes())).prop_map(|(key, commit_ts, value)| Version { key, commit_ts, value })
}

fn datum() -> impl Strategy<Value = Datum> {
    let flat = prop_oneof![
        Just(Datum::Null),
        any::<bool>().prop_map(Datum::Bool),
        any::<i32>().prop_map(Datum::Int4),
        any::<i64>().prop_map(Datum::TimestampTz),
        ".{0,6}".prop_map(Datum::text),
        bytes().prop_map(Datum::Bytea),
        (any::<i64>(), 0u16..20)
            .prop_map(|(m, scale)| Datum::Numeric(Numeric::Finite { mantissa: Mantissa::Small(m.into()), scale })),
        any::<[u8; 16]>().prop_map(Datum::Uuid),
        any::<[u8; 16]>().prop_map(|address| Datum::Inet(std::net::IpAddr::from(address).into())),
        any::<[u8; 6]>().prop_map(Datum::MacAddr),
        (any::<i32>(), any::<i32>(), any::<i64>()).prop_map(|(months, days, micros)| Datum::Interval(Interval {
            months,
            days,
            micros
        })),
    ];
    flat.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|v| Datum::Array(ArrayValue::vector(Oid::TEXT, v).into())),
            vec(inner, 0..3).prop_map(|v| Datum::Record(v.into_iter().map(|d| (Oid::TEXT, d)).collect())),
        ]
    })
}

fn ty() -> impl Strategy<Value = PgType> {
    (any::<u32>(), any::<i32>()).prop_map(|(oid, typmod)| PgType::with_typmod(Oid(oid), typmod))
}

fn expr(columns: usize) -> impl Strategy<Value = ScanExpr> {
    let leaf = prop_oneof![
        (0..columns).prop_map(ScanExpr::Column),
        (datum(), ty()).prop_map(|(value, ty)| ScanExpr::Const(value, ty)),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let list = vec(inner.clone(), 0..3);
        let any_of = (any::<u32>(), inner.clone(), vec((datum(), ty()), 0..3))
            .prop_map(|(f, left, items)| ScanExpr::AnyOf { function: Oid(f), left: Box::new(left), items });
        prop_oneof![
            list.clone().prop_map(ScanExpr::And),
            list.clone().prop_map(ScanExpr::Or),
            inner.clone().prop_map(|e| ScanExpr::Not(Box::new(e))),
            inner.prop_map(|e| ScanExpr::IsNull(Box::new(e))),
            (any::<u32>(), list, ty()).prop_map(|(f, args, ty)| ScanExpr::Call { function: Oid(f), args, ty }),
            any_of,
        ]
    })
}

fn fold(columns: usize, outputs: usize) -> BoxedStrategy<Option<ScanFold>> {
    let order = (0..outputs.max(1), any::<bool>(), any::<bool>())
        .prop_map(|(output, descending, nulls_first)| ScanOrder { output, descending, nulls_first });
    let call = (any::<u32>(), vec(expr(columns), 0..3), option::of(expr(columns)), ty())
        .prop_map(|(f, args, filter, ty)| ScanCall { function: Oid(f), args, filter, ty });
    let aggregate = (vec(expr(columns), 0..3), vec(call, 0..3))
        .prop_map(|(groups, calls)| ScanFold::Aggregate(ScanAggregate { groups, calls }));
    let top = vec(order, 0..if outputs == 0 { 1 } else { 3 }).prop_map(ScanFold::Top);
    option::of(prop_oneof![aggregate, top]).boxed()
}

pub fn program() -> impl Strategy<Value = ScanProgram> {
    const COLUMNS: usize = 3;
    let column = (any::<u32>(), ty(), datum()).prop_map(|(id, ty, missing)| ScanColumn { id, ty, missing });
    let output = vec(0..COLUMNS, 0..4);
    let output = output.prop_flat_map(|output| {
        let fold = fold(COLUMNS, output.len());
        (Just(output), fold)
    });
    (vec(column, COLUMNS), option::of(expr(COLUMNS)), output, any::<bool>(), option::of(any::<u64>())).prop_map(
        |(columns, filter, (output, fold), with_key, limit)| ScanProgram {
            version: 1,
            columns,
            filter,
            output,
            with_key,
            limit,
            fold,
        },
    )
}

pub fn sql_error() -> impl Strategy<Value = SqlError> {
    let text = || option::of(".{0,6}");
    let code = prop::sample::select(vec![SqlState::UniqueViolation, SqlState::DivisionByZero]);
    (code, ".{0,6}", text(), text(), option::of(any::<u32>()), text(), text()).prop_map(
        |(code, message, detail, hint, position, table, constraint)| {
            let mut error = SqlError::new(code, message).at(position.map(|p| p as usize));
            if let Some(t) = detail {
                error = error.detail(t);
            }
            if let Some(t) = hint {
                error = error.hint(t);
            }
            if let Some(t) = table {
                error = error.table(t);
            }
            if let Some(t) = constraint {
                error = error.constraint(t);
            }
            error
        },
    )
}
