use super::*;
use gavel_encoding::layout::{FIRST_TEMPORARY, TenantId, object_prefix, object_range};

const A: ObjectId = FIRST_TEMPORARY;
const B: ObjectId = ObjectId(FIRST_TEMPORARY.0 + 1);

fn key(object: ObjectId, name: &str) -> Bytes {
    [&object_prefix(TenantId(5), object)[..], name.as_bytes()].concat().into()
}

fn text(value: &str) -> Bytes {
    Bytes::copy_from_slice(value.as_bytes())
}

fn range(object: ObjectId) -> KeyRange {
    object_range(TenantId(5), object)
}

fn put(writes: &mut TemporaryWrites, object: ObjectId, name: &str, value: &str) -> Result<(), Error> {
    writes.write(object, key(object, name), WriteMode::Insert, Some(text(value)))
}

fn delete(writes: &mut TemporaryWrites, object: ObjectId, name: &str) {
    writes.write(object, key(object, name), WriteMode::Delete, None).unwrap();
}

fn names(rows: &[RawRow]) -> String {
    rows.iter().map(|(k, _)| k[8] as char).collect()
}

/// The rows after a transaction that does `work`.
fn after(
    rows: &Arc<TemporaryRows>,
    keep: impl Fn(ObjectId) -> bool,
    work: impl Fn(&mut TemporaryWrites),
) -> Arc<TemporaryRows> {
    let mut writes = TemporaryWrites::new(Arc::clone(rows), usize::MAX);
    work(&mut writes);
    let counts = [A, B].map(|object| writes.count(object));
    let mut next = TemporaryRows::clone(rows);
    next.apply(writes.writes.take(), &keep);
    for (object, count) in [A, B].into_iter().zip(counts) {
        if keep(object) {
            assert_eq!(next.count(object), count, "a transaction counts its own writes");
        }
    }
    let weights = next.objects.values().flatten().map(|(k, v)| weight(k, Some(v))).sum::<usize>();
    assert_eq!(next.size(), weights);
    Arc::new(next)
}

#[test]
fn rows_are_read_in_both_directions_object_by_object() {
    let rows = after(
        &Arc::default(),
        |_| true,
        |w| {
            for name in ["c", "a", "b"] {
                put(w, A, name, "1").unwrap();
            }
            put(w, B, "x", "2").unwrap();
        },
    );
    assert_eq!(names(&rows.scan(&range(A), false, 10)), "abc");
    assert_eq!(names(&rows.scan(&range(A), true, 2)), "cb");
    let from_b = KeyRange::new(key(A, "b"), range(A).end);
    assert_eq!(names(&rows.scan(&from_b, false, 10)), "bc");
    assert_eq!(names(&rows.scan(&range(B), false, 10)), "x");
    assert_eq!(rows.get(&key(A, "a")), Some(text("1")));
    assert_eq!(rows.get(&key(B, "a")), None);
    let inverted = KeyRange::new(key(A, "z"), key(A, "a"));
    assert!(rows.scan(&inverted, false, 10).is_empty());
}

#[test]
fn what_is_not_kept_leaves_with_its_bytes() {
    let first = after(
        &Arc::default(),
        |_| true,
        |w| {
            put(w, A, "a", "1").unwrap();
            put(w, B, "b", "2").unwrap();
        },
    );
    let second = after(
        &first,
        |object| object == B,
        |w| {
            put(w, A, "c", "dropped, too").unwrap();
            put(w, B, "d", "3").unwrap();
            delete(w, B, "b");
        },
    );
    assert_eq!((second.count(A), second.count(B)), (0, 1));
    assert_eq!(names(&second.scan(&range(B), false, 10)), "d");
    let third = after(&second, |_| false, |_| {});
    assert_eq!(third.size(), 0);
    assert_eq!(first.count(A), 1, "an older state is not touched");
}

#[test]
fn counts_follow_writes_and_savepoints() {
    let rows = after(&Arc::default(), |_| true, |w| put(w, A, "a", "1").unwrap());
    let mut writes = TemporaryWrites::new(rows, usize::MAX);
    writes.writes.set_logging(true);
    put(&mut writes, A, "b", "2").unwrap();
    writes.write(A, key(A, "a"), WriteMode::Update, Some(text("other"))).unwrap();
    assert_eq!(writes.count(A), 2);
    let mark = writes.writes.position();
    delete(&mut writes, A, "a");
    delete(&mut writes, A, "b");
    assert_eq!(writes.count(A), 0);
    put(&mut writes, A, "a", "again").unwrap();
    assert_eq!(writes.count(A), 1);
    writes.rollback_to(mark);
    assert_eq!(writes.count(A), 2);
}

#[test]
fn the_limit_counts_rows_and_own_writes_and_lets_deletions_pass() {
    let rows = after(&Arc::default(), |_| true, |w| put(w, A, "a", "12345678").unwrap());
    let limit = rows.size() * 2;
    let mut writes = TemporaryWrites::new(Arc::clone(&rows), limit);
    put(&mut writes, B, "b", "12345678").unwrap();
    let refused = put(&mut writes, B, "c", "");
    assert!(matches!(refused, Err(Error::TemporaryFull { limit: l }) if l == limit));
    assert_eq!(writes.count(B), 1);
    delete(&mut writes, A, "a");
    assert_eq!(writes.count(A), 0);
}
