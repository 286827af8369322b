#![allow(clippy::disallowed_methods, reason = "waits for real threads")]

use futures::StreamExt;
use gavel_api::conformance::journal::{self as suite, commit, read_all};

use super::*;
use crate::memory_disk::MemoryDisk;
use crate::{segment, spare};

/// Segments of a few dozen records, so that every test crosses their borders.
fn small() -> Settings {
    Settings { segment_size_bytes: 4_096, cache_size_bytes: 1_024, ..Settings::default() }
}

fn open(disk: &MemoryDisk) -> Result<FileJournal, Error> {
    FileJournal::open(Arc::new(disk.clone()), small())
}

fn segments(disk: &MemoryDisk) -> Vec<String> {
    disk.list().unwrap().into_iter().filter(|name| segment::parse_name(name).is_some()).collect()
}

/// `n` commits, one append each; the epoch and the position of the last.
async fn fill(journal: &FileJournal, n: u64) -> (Epoch, Lsn) {
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    let mut last = Lsn::ZERO;
    for i in 0..n {
        last = journal.append(epoch, vec![commit(i)]).await.unwrap();
    }
    (epoch, last)
}

#[tokio::test]
async fn it_conforms_with_small_and_with_default_segments() {
    suite::all(async || open(&MemoryDisk::new()).unwrap()).await;
    suite::all(async || FileJournal::open(Arc::new(MemoryDisk::new()), Settings::default()).unwrap()).await;
}

#[tokio::test]
async fn it_conforms_on_a_real_directory() {
    let root = tempfile::tempdir().unwrap();
    let count = std::sync::atomic::AtomicUsize::new(0);
    suite::all(async || {
        let n = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        FileJournal::open_directory(root.path().join(n.to_string()), small()).unwrap()
    })
    .await;
}

#[tokio::test]
async fn a_second_opener_is_refused_until_the_first_has_gone() {
    let dir = tempfile::tempdir().unwrap();
    let one = FileJournal::open_directory(dir.path(), small()).unwrap();
    match FileJournal::open_directory(dir.path(), small()) {
        Err(Error::Failed(why)) => assert!(why.contains("in use"), "{why}"),
        _ => panic!("the directory was opened twice"),
    }
    drop(one);
    FileJournal::open_directory(dir.path(), small()).unwrap();
}

#[tokio::test]
async fn a_reopened_journal_goes_on_where_it_was() {
    let disk = MemoryDisk::new();
    let journal = open(&disk).unwrap();
    let (one, last) = fill(&journal, 200).await;
    drop(journal);
    assert!(segments(&disk).len() > 3);
    let journal = open(&disk).unwrap();
    assert_eq!(journal.bounds(), (Lsn(1), last));
    assert_eq!(journal.torn_bytes(), 0);
    let read = read_all(&journal, Lsn(1)).await;
    assert_eq!(read[1..].iter().map(|(_, r)| r.clone()).collect::<Vec<_>>(), (0..200).map(commit).collect::<Vec<_>>());
    let two = journal.open_epoch(Timestamp(2)).await.unwrap();
    assert!(two > one);
    assert_eq!(journal.append(two, vec![commit(999)]).await.unwrap(), Lsn(last.0 + 2));
}

#[tokio::test]
async fn the_epoch_survives_a_trim_of_its_record() {
    let disk = MemoryDisk::new();
    let journal = open(&disk).unwrap();
    journal.open_epoch(Timestamp(1)).await.unwrap();
    let (epoch, last) = fill(&journal, 200).await;
    journal.trim(last).await.unwrap();
    assert!(journal.bounds().0 > Lsn(100));
    drop(journal);
    let journal = open(&disk).unwrap();
    assert_eq!(journal.open_epoch(Timestamp(1)).await.unwrap(), Epoch(epoch.0 + 1));
}

#[tokio::test]
async fn an_append_larger_than_a_segment_gets_one_of_its_own() {
    let disk = MemoryDisk::new();
    let journal = open(&disk).unwrap();
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    let many: Vec<Record> = (0..500).map(commit).collect();
    journal.append(epoch, many.clone()).await.unwrap();
    journal.append(epoch, vec![commit(7)]).await.unwrap();
    drop(journal);
    let journal = open(&disk).unwrap();
    let read = read_all(&journal, Lsn(2)).await;
    assert_eq!(read.len(), 501);
    assert_eq!(read[499].1, many[499]);
}

#[tokio::test]
async fn a_torn_tail_is_cut_whatever_it_looks_like() {
    let disk = MemoryDisk::new();
    let journal = open(&disk).unwrap();
    fill(&journal, 10).await;
    let acknowledged = read_all(&journal, Lsn(1)).await;
    drop(journal);
    let last = segments(&disk).pop().unwrap();
    let bytes = bytes::Bytes::from(disk.contents(&last).unwrap());
    let header = segment::Header::decode(&bytes).unwrap();
    let extent = segment::walk(&bytes, &header);
    // The frame that a crash has torn, at every length, followed by zeros or by rubbish.
    let mut torn = frame::build(&[commit(77)]).unwrap();
    frame::seal(&mut torn, header.salt, extent.last_lsn.next(), extent.last_lsn);
    for cut in 1..torn.len() {
        for rubbish in [0u8, 0xa5] {
            let copy = disk.after_power_cut(0);
            copy.damage(&last, |file| {
                let end = (extent.end + torn.len()).min(file.len());
                file[extent.end..end].fill(rubbish);
                file[extent.end..extent.end + cut].copy_from_slice(&torn[..cut]);
                file[extent.end + cut - 1] ^= 0x11;
            })
            .unwrap();
            let journal = open(&copy).unwrap();
            assert_eq!(read_all(&journal, Lsn(1)).await, acknowledged);
            assert!(journal.torn_bytes() > 0);
            let epoch = journal.open_epoch(Timestamp(5)).await.unwrap();
            journal.append(epoch, vec![commit(5)]).await.unwrap();
            drop(journal);
            let again = open(&copy).unwrap();
            assert_eq!(again.torn_bytes(), 0);
            assert_eq!(again.bounds().1, Lsn(acknowledged.len() as u64 + 2));
        }
    }
}

#[tokio::test]
async fn damage_before_the_tail_is_refused_with_its_place() {
    let disk = MemoryDisk::new();
    let journal = open(&disk).unwrap();
    fill(&journal, 200).await;
    drop(journal);
    let names = segments(&disk);
    for (i, name) in names.iter().enumerate() {
        let bytes = bytes::Bytes::from(disk.contents(name).unwrap());
        let header = segment::Header::decode(&bytes).unwrap();
        let extent = segment::walk(&bytes, &header);
        let last_frame = {
            let mut at = segment::HEADER;
            while let Some(found) = frame::check(&bytes[at..], header.salt)
                && at + found.frame_len() < extent.end
            {
                at += found.frame_len();
            }
            at
        };
        let is_last = i + 1 == names.len();
        for at in (0..extent.end).step_by(13) {
            let copy = disk.after_power_cut(0);
            copy.damage(name, |file| file[at] ^= 0x40).unwrap();
            match open(&copy) {
                Err(Error::Corrupt(why)) => {
                    assert!(why.contains(name.as_str()) && why.contains("offset"), "{why}");
                }
                Ok(journal) => {
                    // Nothing came after the last frame of all, so it cannot be told from a torn one.
                    assert!(is_last && at >= last_frame, "{name} {at}: damage went unnoticed");
                    assert!(journal.torn_bytes() > 0);
                }
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn appends_side_by_side_share_flushes() {
    let journal = open(&MemoryDisk::new()).unwrap();
    let epoch = journal.open_epoch(Timestamp(1)).await.unwrap();
    let appends: Vec<_> = (0..500).map(|n| journal.append(epoch, vec![commit(n)])).collect();
    for append in futures::future::join_all(appends).await {
        append.unwrap();
    }
    let counters = journal.counters();
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(count(&counters.appends), 501);
    assert!(count(&counters.flushes) < 250, "{counters:?}");
}

#[tokio::test]
async fn a_missing_segment_is_damage() {
    let disk = MemoryDisk::new();
    let journal = open(&disk).unwrap();
    fill(&journal, 200).await;
    drop(journal);
    disk.remove(&segments(&disk)[1]).unwrap();
    assert!(matches!(open(&disk), Err(Error::Corrupt(_))));
}

#[tokio::test]
async fn a_full_disk_keeps_nothing_of_the_batch_and_recovers() {
    let disk = MemoryDisk::new();
    let journal = open(&disk).unwrap();
    let (epoch, mut last) = fill(&journal, 20).await;
    disk.set_capacity(Some(disk.used()));
    let mut kept = 20;
    let full = loop {
        match journal.append(epoch, vec![commit(kept)]).await {
            Ok(lsn) => (kept, last) = (kept + 1, lsn),
            Err(error) => break error,
        }
        assert!(kept < 10_000, "the disk never filled up");
    };
    assert!(matches!(full, Error::DiskFull), "{full:?}");
    assert!(matches!(journal.append(epoch, vec![commit(0); 3]).await, Err(Error::DiskFull)));
    assert_eq!(journal.bounds().1, last);
    assert_eq!(read_all(&journal, Lsn(1)).await.len() as u64, kept + 1);
    disk.set_capacity(None);
    assert_eq!(journal.append(epoch, vec![commit(kept)]).await.unwrap(), last.next());
    drop(journal);
    let journal = open(&disk).unwrap();
    let read = read_all(&journal, Lsn(2)).await;
    assert_eq!(read.into_iter().map(|(_, r)| r).collect::<Vec<_>>(), (0..=kept).map(commit).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_giant_that_finds_no_space_leaves_the_spare_to_the_others() {
    let disk = MemoryDisk::new();
    let journal = open(&disk).unwrap();
    let (epoch, _) = fill(&journal, 20).await;
    while disk.open(spare::SPARE).is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    disk.set_capacity(Some(disk.used()));
    let giant: Vec<Record> = (0..500).map(commit).collect();
    assert!(matches!(journal.append(epoch, giant).await, Err(Error::DiskFull)));
    // What is left of the segment and all of the spare are still good for small appends.
    let mut kept = 0;
    while journal.append(epoch, vec![commit(99)]).await.is_ok() {
        kept += 1;
    }
    assert!(kept > 20, "{kept}");
}

#[tokio::test]
async fn a_write_that_finds_no_space_is_cut_back() {
    // A file system that does not honour preallocation: the file is shorter than its segment.
    let disk = MemoryDisk::new();
    let journal = open(&disk).unwrap();
    let (_, last) = fill(&journal, 5).await;
    drop(journal);
    let name = segments(&disk).pop().unwrap();
    let header = segment::Header::decode(&disk.contents(&name).unwrap()).unwrap();
    let bytes = bytes::Bytes::from(disk.contents(&name).unwrap());
    let end = segment::walk(&bytes, &header).end;
    let journal = open(&disk).unwrap();
    disk.damage(&name, |file| file.truncate(end)).unwrap();
    disk.set_capacity(Some(disk.used() + 20));
    assert!(matches!(journal.open_epoch(Timestamp(9)).await, Err(Error::DiskFull)));
    assert_eq!(disk.contents(&name).unwrap().len(), end);
    disk.set_capacity(None);
    let epoch = journal.open_epoch(Timestamp(9)).await.unwrap();
    assert_eq!(epoch, Epoch(2));
    assert_eq!(journal.bounds().1, last.next());
}

#[tokio::test]
async fn a_failed_flush_ends_writing_and_leaves_reading() {
    let disk = MemoryDisk::new();
    let journal = open(&disk).unwrap();
    let (epoch, last) = fill(&journal, 5).await;
    disk.fail_flushes();
    assert!(matches!(journal.append(epoch, vec![commit(5)]).await, Err(Error::Failed(_))));
    assert!(matches!(journal.append(epoch, vec![commit(6)]).await, Err(Error::Failed(_))));
    let mut tail = journal.tail(Lsn(1));
    let mut read = 0;
    let end = loop {
        match tail.next().await {
            Some(Ok(batch)) => read += batch.len() as u64,
            other => break other,
        }
    };
    assert_eq!(read, last.0);
    assert!(matches!(end, Some(Err(Error::Failed(_)))));
}

#[tokio::test]
async fn leftovers_of_a_crash_are_removed_or_used() {
    let disk = MemoryDisk::new();
    drop(open(&disk).unwrap());
    disk.create("spare.unfinished").unwrap().write_at(b"x", 0).unwrap();
    assert!(spare::is_unfinished("spare.unfinished"));
    let journal = open(&disk).unwrap();
    fill(&journal, 100).await;
    drop(journal);
    assert!(open(&disk).is_ok());
    // A spare of another size, left by other settings, is not taken for a good one.
    disk.create(spare::SPARE).unwrap().write_at(b"x", 0).unwrap();
    let journal = open(&disk).unwrap();
    fill(&journal, 200).await;
    assert_eq!(read_all(&journal, Lsn(1)).await.len(), 302);
}

#[tokio::test]
async fn dropping_the_journal_ends_tails() {
    let journal = open(&MemoryDisk::new()).unwrap();
    fill(&journal, 3).await;
    let mut tail = journal.tail(Lsn(1));
    drop(journal);
    let mut read = 0;
    while let Some(batch) = tail.next().await {
        read += batch.unwrap().len();
    }
    assert_eq!(read, 4);
}

/// Appends from several tasks, a power cut that keeps any part of what was not flushed, again and
/// again on what is left: everything acknowledged is there, in order, and nothing refused is.
#[tokio::test]
async fn nothing_acknowledged_is_lost_in_a_power_cut() {
    for seed in 0..150u64 {
        let mut disk = MemoryDisk::new();
        let mut acknowledged: Vec<Entry> = Vec::new();
        for round in 0..6 {
            let journal = Arc::new(open(&disk).unwrap_or_else(|error| panic!("seed {seed}: {error}")));
            let (first, _) = journal.bounds();
            let read = read_all(journal.as_ref(), first).await;
            for entry in &acknowledged {
                assert!(read.contains(entry), "seed {seed}: {} was acknowledged and is lost", entry.0);
            }
            for (i, entry) in read.iter().enumerate() {
                assert_eq!(entry.0, Lsn(i as u64 + 1), "seed {seed}");
            }
            acknowledged = read;
            let epoch = journal.open_epoch(Timestamp(round)).await.unwrap();
            acknowledged.push((journal.bounds().1, Record::Epoch { epoch, opened_at: Timestamp(round) }));
            let mut running = Vec::new();
            for n in 0..(seed % 7 + 20) {
                let record = commit(seed * 1_000 + n);
                let mut append = Box::pin({
                    let journal = Arc::clone(&journal);
                    let record = record.clone();
                    async move { journal.append(epoch, vec![record]).await }
                });
                match futures::poll!(append.as_mut()) {
                    std::task::Poll::Ready(lsn) => acknowledged.push((lsn.unwrap(), record)),
                    std::task::Poll::Pending => running.push((append, record)),
                }
            }
            // Some are waited for, then the power goes while the rest is on its way.
            let wait = running.len() / 2 + (seed as usize + round as usize) % 5;
            for (append, record) in running.drain(..wait.min(running.len())) {
                acknowledged.push((append.await.unwrap(), record));
            }
            disk = disk.after_power_cut(seed * 31 + round);
        }
    }
}
