//! A disk in memory that can fill up, fail a flush, and lose power.
//!
//! Each file has two contents: what reads see, and what would be there after a power cut. A flush
//! makes them equal. At a power cut each block that was written since is kept or lost by itself,
//! and a block may be torn in the middle: a mix of its old and its new bytes. Names are durable at
//! once, which is kinder than a real directory.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::disk::{Disk, DiskFile};

/// Size of what a power cut keeps or loses as one.
const BLOCK: usize = 4096;

#[derive(Clone, Debug, Default)]
struct Contents {
    now: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Arc<Mutex<Contents>>>,
    capacity: Option<u64>,
    fail_flushes: bool,
    salts: u64,
}

/// See the module. Clones share the disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
    lock: Arc<Mutex<bool>>,
}

impl MemoryDisk {
    /// An empty disk without limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits the sum of all files' lengths; `None` lifts the limit. May lie below what is there.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.state.lock().capacity = bytes;
    }

    /// The sum of all files' lengths.
    pub fn used(&self) -> u64 {
        self.state.lock().used()
    }

    /// Makes flushes fail from now on.
    pub fn fail_flushes(&self) {
        self.state.lock().fail_flushes = true;
    }

    /// What a power cut leaves, as another disk; `seed` decides what of the unflushed blocks stays.
    #[must_use]
    pub fn after_power_cut(&self, seed: u64) -> Self {
        let mut random = SplitMix(seed);
        let state = self.state.lock();
        let mut files = BTreeMap::new();
        for (name, file) in &state.files {
            let left = file.lock().after_power_cut(&mut random);
            files.insert(name.clone(), Arc::new(Mutex::new(Contents { now: left.clone(), durable: left })));
        }
        let state = State { files, capacity: state.capacity, fail_flushes: false, salts: state.salts + 1_000 };
        Self { state: Arc::new(Mutex::new(state)), lock: Arc::default() }
    }

    /// The present bytes of a file.
    pub fn contents(&self, name: &str) -> Option<Vec<u8>> {
        self.state.lock().files.get(name).map(|file| file.lock().now.clone())
    }

    /// Changes a file behind the journal's back, durably.
    ///
    /// # Errors
    /// If there is no such file.
    pub fn damage(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let file = self.state.lock().file(name)?;
        let mut contents = file.lock();
        change(&mut contents.now);
        contents.durable = contents.now.clone();
        Ok(())
    }
}

impl State {
    fn used(&self) -> u64 {
        self.files.values().map(|file| file.lock().now.len() as u64).sum()
    }

    fn file(&self, name: &str) -> io::Result<Arc<Mutex<Contents>>> {
        self.files.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Contents {
    fn after_power_cut(&self, random: &mut SplitMix) -> Vec<u8> {
        let keep_length = random.next().is_multiple_of(2);
        let len = if keep_length { self.now.len() } else { self.durable.len() };
        let mut left = self.durable.clone();
        left.resize(len, 0);
        for start in (0..len).step_by(BLOCK) {
            let end = (start + BLOCK).min(len);
            let (Some(new), Some(old)) = (self.now.get(start..end.min(self.now.len())), left.get_mut(start..end))
            else {
                continue;
            };
            let n = match random.next() % 3 {
                0 => 0,
                1 => new.len(),
                _ => random.next() as usize % (new.len() + 1),
            };
            for (to, from) in old.iter_mut().zip(new).take(n) {
                *to = *from;
            }
        }
        left
    }
}

impl Disk for MemoryDisk {
    fn lock(&self) -> io::Result<Box<dyn Any + Send + Sync>> {
        struct Held(Arc<Mutex<bool>>);
        impl Drop for Held {
            fn drop(&mut self) {
                *self.0.lock() = false;
            }
        }
        let mut taken = self.lock.lock();
        if *taken {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        *taken = true;
        Ok(Box::new(Held(Arc::clone(&self.lock))))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.state.lock().files.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = self.state.lock().file(name)?;
        Ok(Arc::new(MemoryFile { file, disk: Arc::clone(&self.state) }))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = Arc::new(Mutex::new(Contents::default()));
        self.state.lock().files.insert(name.to_owned(), Arc::clone(&file));
        Ok(Arc::new(MemoryFile { file, disk: Arc::clone(&self.state) }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state.lock();
        let file = state.file(from)?;
        state.files.remove(from);
        state.files.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.state.lock().files.remove(name).map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn salt(&self) -> u64 {
        let mut state = self.state.lock();
        state.salts += 1;
        SplitMix(state.salts).next()
    }
}

struct MemoryFile {
    file: Arc<Mutex<Contents>>,
    disk: Arc<Mutex<State>>,
}

impl MemoryFile {
    /// How far this file may grow, at most to `wanted`.
    fn room(&self, wanted: usize) -> usize {
        let disk = self.disk.lock();
        let len = self.file.lock().now.len();
        match disk.capacity {
            Some(capacity) if wanted > len => {
                let free = capacity.saturating_sub(disk.used());
                wanted.min(len + usize::try_from(free).unwrap_or(usize::MAX))
            }
            _ => wanted,
        }
    }
}

impl DiskFile for MemoryFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.file.lock().now.len() as u64)
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let contents = self.file.lock();
        let rest = usize::try_from(offset).ok().and_then(|at| contents.now.get(at..)).unwrap_or_default();
        let n = rest.len().min(buf.len());
        for (to, from) in buf.iter_mut().zip(rest) {
            *to = *from;
        }
        Ok(n)
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let end = start + buf.len();
        let reach = self.room(end);
        let mut contents = self.file.lock();
        if contents.now.len() < reach {
            contents.now.resize(reach, 0);
        }
        if let Some(place) = contents.now.get_mut(start..reach.min(end)) {
            for (to, from) in place.iter_mut().zip(buf) {
                *to = *from;
            }
        }
        if reach < end { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn allocate(&self, size: u64, _fill: bool) -> io::Result<()> {
        let size = usize::try_from(size).map_err(io::Error::other)?;
        let reach = self.room(size);
        let mut contents = self.file.lock();
        if contents.now.len() < reach {
            contents.now.resize(reach, 0);
        }
        if reach < size { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        let size = usize::try_from(size).map_err(io::Error::other)?;
        self.file.lock().now.resize(size, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        if self.disk.lock().fail_flushes {
            return Err(io::Error::other("injected failure of a flush"));
        }
        let mut contents = self.file.lock();
        contents.durable = contents.now.clone();
        Ok(())
    }
}

/// Steele, Lea and Flood's SplitMix64: enough randomness for faults, and no dependency.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
