//! What every [`Journal`] does.

use bytes::Bytes;
use futures::StreamExt;
use gavel_types::{CommitRecord, Epoch, Lsn, Timestamp, TxnId, Write, WriteMode};

use crate::journal::{Entry, Error, Journal, Record};

/// A commit of one write, told apart by `n`.
pub fn commit(n: u64) -> Record {
    Record::Commit(CommitRecord {
        txn_id: TxnId(u128::from(n)),
        snapshot_ts: Timestamp(n),
        commit_ts: Timestamp(n + 1),
        writes: vec![Write {
            key: Bytes::from(format!("key {n}")),
            mode: WriteMode::Insert,
            value: Some(Bytes::from(vec![n as u8; (n % 100) as usize])),
        }],
        checks: Vec::new(),
        schema_keys: Vec::new(),
        notifications: Vec::new(),
    })
}

/// The durable records from `from` up to the last one.
///
/// # Panics
/// If the tail fails or ends.
pub async fn read_all(journal: &dyn Journal, from: Lsn) -> Vec<Entry> {
    let (_, last) = journal.bounds();
    let mut tail = journal.tail(from);
    let mut entries = Vec::new();
    while entries.last().map_or(Lsn(from.0.saturating_sub(1)), |(lsn, _)| *lsn) < last {
        let batch = tail.next().await.expect("the tail goes on").expect("the tail reads");
        assert!(!batch.is_empty(), "no step of a tail is empty");
        entries.extend(batch);
    }
    entries
}

/// Runs all of the suite that needs only one fresh journal each.
pub async fn all<J: Journal, F: AsyncFn() -> J>(fresh: F) {
    an_empty_journal_has_nothing(&fresh().await).await;
    epochs_rise_and_fence(&fresh().await).await;
    positions_are_dense_and_in_order(&fresh().await).await;
    a_tail_gives_the_past_and_then_what_comes(&fresh().await).await;
    a_tail_from_the_middle_begins_there(&fresh().await).await;
    an_empty_append_answers_the_last_position(&fresh().await).await;
    concurrent_appends_are_all_kept_whole(&fresh().await).await;
    the_order_of_first_polls_is_the_order_of_positions(&fresh().await).await;
    trimming_keeps_what_is_above(&fresh().await).await;
}

/// A fresh journal has no last position and refuses appends before an epoch.
pub async fn an_empty_journal_has_nothing<J: Journal>(journal: &J) {
    assert_eq!(journal.bounds().1, Lsn::ZERO);
    assert!(matches!(journal.append(Epoch(1), vec![commit(1)]).await, Err(Error::Fenced(_))));
}

/// Each epoch is above the last, has a record, and shuts out the earlier ones.
pub async fn epochs_rise_and_fence<J: Journal>(journal: &J) {
    let one = journal.open_epoch(Timestamp(10)).await.unwrap();
    journal.append(one, vec![commit(1)]).await.unwrap();
    let two = journal.open_epoch(Timestamp(20)).await.unwrap();
    assert!(two > one);
    match journal.append(one, vec![commit(2)]).await {
        Err(Error::Fenced(by)) => assert_eq!(by, two),
        other => panic!("an old epoch may not append, but: {other:?}"),
    }
    let read = read_all(journal, Lsn::ZERO).await;
    let epochs: Vec<_> = read.iter().filter(|(_, r)| matches!(r, Record::Epoch { .. })).collect();
    assert_eq!(epochs.len(), 2);
    assert_eq!(read.last().unwrap().1, Record::Epoch { epoch: two, opened_at: Timestamp(20) });
}

/// Positions begin at one and have no holes; the answer of an append is its last one.
pub async fn positions_are_dense_and_in_order<J: Journal>(journal: &J) {
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    let first = journal.append(epoch, vec![commit(1)]).await.unwrap();
    let third = journal.append(epoch, vec![commit(2), commit(3)]).await.unwrap();
    assert_eq!((first, third), (Lsn(2), Lsn(4)));
    assert_eq!(journal.bounds(), (Lsn(1), Lsn(4)));
    let read = read_all(journal, Lsn(1)).await;
    assert_eq!(read.iter().map(|(lsn, _)| lsn.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(read[1..].iter().map(|(_, r)| r.clone()).collect::<Vec<_>>(), [commit(1), commit(2), commit(3)]);
}

/// A tail that has caught up wakes for what is appended later.
pub async fn a_tail_gives_the_past_and_then_what_comes<J: Journal>(journal: &J) {
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    let mut tail = journal.tail(Lsn(1));
    assert_eq!(tail.next().await.unwrap().unwrap()[0].0, Lsn(1));
    for n in 2..20 {
        journal.append(epoch, vec![commit(n)]).await.unwrap();
        let batch = tail.next().await.unwrap().unwrap();
        assert_eq!(batch, [(Lsn(n), commit(n))]);
    }
}

/// `from` is inclusive.
pub async fn a_tail_from_the_middle_begins_there<J: Journal>(journal: &J) {
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    journal.append(epoch, (2..10).map(commit).collect()).await.unwrap();
    let read = read_all(journal, Lsn(5)).await;
    assert_eq!(read, (5..10).map(|n| (Lsn(n), commit(n))).collect::<Vec<_>>());
}

/// Nothing appended, nothing changed.
pub async fn an_empty_append_answers_the_last_position<J: Journal>(journal: &J) {
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    assert_eq!(journal.append(epoch, Vec::new()).await.unwrap(), Lsn(1));
    assert_eq!(journal.bounds().1, Lsn(1));
}

/// Appends side by side are not mixed, and each answer names the place of its own records.
pub async fn concurrent_appends_are_all_kept_whole<J: Journal>(journal: &J) {
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    let appends = (0..50u64).map(|n| async move {
        (n, journal.append(epoch, vec![commit(1_000 + 2 * n), commit(1_001 + 2 * n)]).await.unwrap())
    });
    let answers = futures::future::join_all(appends).await;
    let read = read_all(journal, Lsn(1)).await;
    assert_eq!(read.len(), 101);
    for (n, lsn) in answers {
        let at = (lsn.0 - 1) as usize;
        assert_eq!(read[at], (lsn, commit(1_001 + 2 * n)));
        assert_eq!(read[at - 1].1, commit(1_000 + 2 * n));
    }
}

/// What was polled first is first.
pub async fn the_order_of_first_polls_is_the_order_of_positions<J: Journal>(journal: &J) {
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    let mut running = Vec::new();
    for n in 2..40 {
        let mut append = Box::pin(journal.append(epoch, vec![commit(n)]));
        let polled = futures::poll!(append.as_mut());
        running.push((n, append, polled));
    }
    // Asked for in another order, on purpose.
    for (n, append, polled) in running.into_iter().rev() {
        let answer = match polled {
            std::task::Poll::Ready(answer) => answer,
            std::task::Poll::Pending => append.await,
        };
        assert_eq!(answer.unwrap(), Lsn(n));
    }
}

/// A trim drops nothing at or above its position, and what it drops is refused by name.
pub async fn trimming_keeps_what_is_above<J: Journal>(journal: &J) {
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    for n in 2..=200 {
        journal.append(epoch, vec![commit(n)]).await.unwrap();
    }
    journal.trim(Lsn(150)).await.unwrap();
    let (first, last) = journal.bounds();
    assert!(first <= Lsn(150), "{first} is above what was to be kept");
    assert_eq!(last, Lsn(200));
    let read = read_all(journal, Lsn(150)).await;
    assert_eq!(read.first().unwrap(), &(Lsn(150), commit(150)));
    if first > Lsn(1) {
        let below = journal.tail(Lsn(first.0 - 1)).next().await;
        assert!(matches!(below, Some(Err(Error::Trimmed(kept))) if kept == first), "{below:?}");
    }
    journal.append(epoch, vec![commit(201)]).await.unwrap();
}
