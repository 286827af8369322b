use std::sync::Arc;

use gavel_api::sql::{ColumnDesc, RowBatch};
use gavel_types::Oid;

use super::FetchDirection::{Absolute, Backward, Forward, Relative};
use super::*;
use crate::session::result::Tag;

/// A cursor over the numbers from 1, in batches of three.
fn cursor(rows: i32, keep: Keep, limit: usize) -> Cursor {
    let column = ColumnDesc { name: "n".into(), ty: PgType::INT4, table: Oid(0), attnum: 0, shown: None };
    let columns = Arc::new([column]);
    let rows: Vec<Row> = (1..=rows).map(|n| vec![Datum::Int4(n)]).collect();
    let batches = rows.chunks(3).map(|rows| RowBatch::Rows(rows.to_vec())).collect();
    Cursor::new(Box::new(Executed::batches(columns, batches, Tag::Counting("SELECT"))), keep, limit)
}

fn numbers(rows: Vec<Row>) -> Vec<i32> {
    let number = |row: &Row| if let Datum::Int4(n) = row[0] { n } else { 0 };
    rows.iter().map(number).collect()
}

#[tokio::test]
async fn a_cursor_moves_as_postgresql_says() {
    let mut c = cursor(4, Keep::All, 1 << 20);
    let steps: [(FetchDirection, &[i32]); 22] = [
        (Backward(Some(1)), &[]),
        (Forward(Some(1)), &[1]),
        (Forward(Some(2)), &[2, 3]),
        (Backward(Some(1)), &[2]),
        (Relative(0), &[2]),
        (Forward(Some(-1)), &[1]),
        (Backward(Some(-1)), &[2]),
        (Forward(None), &[3, 4]),
        (Forward(Some(1)), &[]),
        (Forward(Some(0)), &[]),
        (Backward(Some(1)), &[4]),
        (Absolute(1), &[1]),
        (Absolute(-1), &[4]),
        (Absolute(-3), &[2]),
        (Forward(None), &[3, 4]),
        (Backward(None), &[4, 3, 2, 1]),
        (Backward(Some(1)), &[]),
        (Forward(Some(1)), &[1]),
        (Relative(2), &[3]),
        (Absolute(9), &[]),
        (Absolute(3), &[3]),
        (Absolute(0), &[]),
    ];
    for (i, (direction, rows)) in steps.into_iter().enumerate() {
        assert_eq!(numbers(c.fetch(direction).await.unwrap()), rows, "step {i}");
    }
}

#[tokio::test]
async fn move_counts_what_fetch_gives() {
    let steps = [Forward(Some(3)), Backward(Some(1)), Relative(0), Absolute(4), Forward(None), Backward(None)];
    let (mut fetched, mut moved) = (cursor(5, Keep::All, 1 << 20), cursor(5, Keep::All, 1 << 20));
    for step in steps {
        assert_eq!(fetched.fetch(step).await.unwrap().len() as u64, moved.shift(step).await.unwrap(), "{step:?}");
    }
}

#[tokio::test]
async fn without_scroll_it_only_goes_forward_and_keeps_nothing() {
    let mut c = cursor(3_000, Keep::Nothing, 1 << 10);
    assert_eq!(numbers(c.fetch(Absolute(1)).await.unwrap()), [1]);
    assert_eq!(c.shift(Forward(Some(2_000))).await.unwrap(), 2_000);
    assert!(c.rows.len() <= 4, "{} rows are kept", c.rows.len());
    assert_eq!(numbers(c.fetch(Absolute(2_005)).await.unwrap()), [2_005]);
    for back in [Backward(Some(1)), Relative(-1), Relative(0), Absolute(1), Absolute(-1), Absolute(0), Backward(None)] {
        let error = c.fetch(back).await.unwrap_err();
        assert_eq!(error.code(), SqlState::ObjectNotInPrerequisiteState, "{back:?}");
    }
}

#[tokio::test]
async fn what_must_be_kept_is_bounded() {
    let mut c = cursor(3_000, Keep::All, 10_000);
    assert_eq!(c.shift(Forward(None)).await.unwrap_err().code(), SqlState::OutOfMemory);
    let mut c = cursor(3_000, Keep::Nothing, 10_000);
    assert_eq!(c.fetch(Forward(None)).await.unwrap_err().code(), SqlState::OutOfMemory);
    let mut c = cursor(3_000, Keep::Recent, 10_000);
    assert_eq!(c.read_all().await.unwrap_err().code(), SqlState::OutOfMemory);
}
