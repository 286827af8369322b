//! Frames into segment files, durably, one group at a time.
//!
//! Invariants:
//! - one flush at a time: everything before a frame's `durable` field was durable when the frame
//!   was written;
//! - a group lies in one segment; a new segment is begun only when all before it is durable;
//! - after a write that found no space, the file is cut back to where it was *and flushed* before
//!   anybody is told, so that what was refused cannot come back after a crash;
//! - after any other failure the caller must write nothing any more.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gavel_api::journal::Error;
use gavel_runtime::timer;
use gavel_types::{Epoch, Lsn};

use crate::counters::Counters;
use crate::disk::{Disk, DiskFile, is_full};
use crate::segment::{self, Header};
use crate::settings::Settings;
use crate::shared::Segment;
use crate::spare::{self, GIANT, SPARE, Spare};
use crate::{frame, recovery};

/// Below this, frames of a group are copied together and written by one call.
const COALESCE_BYTES: usize = 1 << 20;

/// The segment that is being written.
struct Current {
    file: Arc<dyn DiskFile>,
    salt: u64,
    /// Where the next frame goes.
    offset: u64,
    /// What the file has space for.
    allocated: u64,
}

/// Where a group has been written, within the last segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    /// Offset of the first frame.
    pub start: u64,
    /// Offset behind the last one.
    pub end: u64,
}

/// See the module.
pub(crate) struct Wal {
    disk: Arc<dyn Disk>,
    settings: Settings,
    spare: Spare,
    current: Option<Current>,
    /// Last durable position.
    last: Lsn,
    counters: Arc<Counters>,
}

impl Wal {
    /// Continues after what recovery has found.
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        settings: Settings,
        last: Lsn,
        last_segment: Option<&Segment>,
        counters: Arc<Counters>,
    ) -> io::Result<Self> {
        let current = match last_segment {
            None => None,
            Some(segment) => {
                let file = disk.open(&segment.name)?;
                let allocated = file.size()?;
                Some(Current { file, salt: segment.salt, offset: segment.end, allocated })
            }
        };
        let spare_size = match disk.open(SPARE) {
            Ok(file) => Some(file.size()?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let ready = spare_size == Some(settings.segment_size_bytes);
        let spare = Spare::start(Arc::clone(&disk), settings.segment_size_bytes, ready)?;
        Ok(Self { disk, settings, spare, current, last, counters })
    }

    /// Last durable position.
    pub(crate) const fn last(&self) -> Lsn {
        self.last
    }

    /// Writes and flushes frames made by [`frame::build`]; their positions follow
    /// [`Wal::last`]. If that begins a segment, `begun` is told of it first.
    ///
    /// # Errors
    /// [`Error::DiskFull`]: nothing was written. [`Error::Failed`]: nothing is known, and nothing
    /// may be written any more.
    pub(crate) fn write(
        &mut self,
        frames: &mut [Vec<u8>],
        epoch: Epoch,
        begun: &mut dyn FnMut(Segment),
    ) -> Result<Written, Error> {
        let total: u64 = frames.iter().map(|frame| frame.len() as u64).sum();
        let fits = self.current.as_ref().is_some_and(|current| current.offset + total <= current.allocated);
        if !fits {
            self.begin_segment(total, epoch, begun).map_err(|error| classify("beginning a segment", &error))?;
        }
        let durable = self.last;
        let Some(current) = &mut self.current else {
            return Err(Error::Failed("no segment is open".into()));
        };
        let mut last = durable;
        for one in frames.iter_mut() {
            frame::seal(one, current.salt, last.next(), durable);
            last = Lsn(last.0 + u64::from(frame::count(one)));
        }
        if let Err(error) = write_frames(current.file.as_ref(), current.offset, frames, total) {
            if is_full(&error) {
                let undo = current.file.truncate(current.offset).and_then(|()| current.file.sync_data());
                undo.map_err(recovery::failed("cutting back after the disk was full"))?;
                current.allocated = current.offset;
            }
            return Err(classify("writing", &error));
        }
        let flush = timer::now();
        current.file.sync_data().map_err(recovery::failed("flushing"))?;
        add(&self.counters.flush_micros, timer::since(flush).as_micros() as usize);
        add(&self.counters.flushes, 1);
        add(&self.counters.appends, frames.len());
        add(&self.counters.bytes, total as usize);
        let start = current.offset;
        current.offset += total;
        self.last = last;
        Ok(Written { start, end: current.offset })
    }

    /// Begins a segment with room for `total` bytes of frames. All before it is durable.
    fn begin_segment(&mut self, total: u64, epoch: Epoch, begun: &mut dyn FnMut(Segment)) -> io::Result<()> {
        let needed = segment::HEADER as u64 + total;
        if needed > self.settings.segment_size_bytes {
            // Filling a giant with zeros would double its cost, and it is written only once.
            spare::prepare(self.disk.as_ref(), GIANT, needed, false)?;
            return self.begin_segment_in(GIANT, epoch, begun);
        }
        self.spare.take()?;
        let done = self.begin_segment_in(SPARE, epoch, begun);
        match &done {
            Ok(()) => self.spare.want(),
            Err(_) if self.disk.open(SPARE).is_ok() => self.spare.give_back(),
            Err(_) => {}
        }
        done
    }

    /// Makes the file `prepared` the next segment.
    fn begin_segment_in(&mut self, prepared: &str, epoch: Epoch, begun: &mut dyn FnMut(Segment)) -> io::Result<()> {
        let first = self.last.next();
        let header = Header { first_lsn: first, epoch, salt: self.disk.salt() };
        let file = self.disk.open(prepared)?;
        file.write_at(&header.encode(), 0)?;
        file.sync_data()?;
        let name = segment::name(first);
        self.disk.rename(prepared, &name)?;
        self.disk.sync_directory()?;
        let allocated = file.size()?;
        let offset = segment::HEADER as u64;
        begun(Segment { name, first, last: self.last, end: offset, salt: header.salt });
        self.current = Some(Current { file, salt: header.salt, offset, allocated });
        Ok(())
    }
}

fn write_frames(file: &dyn DiskFile, offset: u64, frames: &[Vec<u8>], total: u64) -> io::Result<()> {
    match frames {
        [one] => file.write_at(one, offset),
        many if total <= COALESCE_BYTES as u64 => {
            let mut bytes = Vec::with_capacity(COALESCE_BYTES.min(total as usize));
            for one in many {
                bytes.extend_from_slice(one);
            }
            file.write_at(&bytes, offset)
        }
        many => {
            let mut at = offset;
            for one in many {
                file.write_at(one, at)?;
                at += one.len() as u64;
            }
            Ok(())
        }
    }
}

pub(crate) fn add(counter: &AtomicU64, n: usize) {
    counter.fetch_add(n as u64, Ordering::Relaxed);
}

fn classify(doing: &str, error: &io::Error) -> Error {
    if is_full(error) { Error::DiskFull } else { Error::Failed(format!("{doing}: {error}")) }
}
