//! The disk of a simulated journal node: memory that loses what was not flushed when the power is cut,
//! which may happen between any two of its operations.

use std::any::Any;
use std::io;
use std::sync::Arc;

use gavel_journal::{Disk, DiskFile, MemoryDisk};
use gavel_runtime::simulation::{Owner, SplitMix};
use parking_lot::Mutex;

use crate::mutant::Mutant;
use crate::net::Net;

struct Power {
    /// Operations that still succeed; `None` for any number.
    left: Option<u64>,
    /// What the cut has left.
    remains: Option<MemoryDisk>,
    chance: SplitMix,
}

/// See the module.
#[derive(Clone)]
pub struct SimulatedDisk {
    memory: MemoryDisk,
    power: Arc<Mutex<Power>>,
    net: Arc<Net>,
    host: Owner,
    mutant: Option<Mutant>,
}

impl SimulatedDisk {
    /// A new disk.
    pub fn new(net: Arc<Net>, host: Owner, seed: u64, mutant: Option<Mutant>) -> Self {
        Self::over(MemoryDisk::new(), net, host, seed, mutant)
    }

    fn over(memory: MemoryDisk, net: Arc<Net>, host: Owner, seed: u64, mutant: Option<Mutant>) -> Self {
        let power = Power { left: None, remains: None, chance: SplitMix(seed) };
        Self { memory, power: Arc::new(Mutex::new(power)), net, host, mutant }
    }

    /// The power is cut after `operations` more.
    pub fn cut_after(&self, operations: u64) {
        self.power.lock().left = Some(operations);
    }

    /// Whether the power was cut.
    pub fn is_cut(&self) -> bool {
        self.power.lock().remains.is_some()
    }

    /// The disk as the next life finds it: with the power cut now, if it was not yet.
    #[must_use]
    pub fn after_cut(&self) -> Self {
        let mut power = self.power.lock();
        self.cut(&mut power);
        let remains = power.remains.take().unwrap_or_default();
        // What is left of the process must not write to what it no longer has.
        power.remains = Some(MemoryDisk::new());
        let seed = power.chance.next_u64();
        Self::over(remains, Arc::clone(&self.net), self.host, seed, self.mutant)
    }

    fn cut(&self, power: &mut Power) {
        if power.remains.is_none() {
            let seed = power.chance.next_u64();
            power.remains = Some(self.memory.after_power_cut(seed));
            self.net.silence(self.host);
        }
    }

    fn operate(&self) -> io::Result<()> {
        let mut power = self.power.lock();
        match &mut power.left {
            Some(0) => self.cut(&mut power),
            Some(left) => *left -= 1,
            None => {}
        }
        if power.remains.is_some() { Err(io::Error::other("the power is cut")) } else { Ok(()) }
    }
}

impl Disk for SimulatedDisk {
    fn lock(&self) -> io::Result<Box<dyn Any + Send + Sync>> {
        // One process at a time is the world's care.
        Ok(Box::new(()))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.memory.list()
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = self.memory.open(name)?;
        Ok(Arc::new(File { file, disk: self.clone(), name: name.to_owned() }))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        self.operate()?;
        let file = self.memory.create(name)?;
        Ok(Arc::new(File { file, disk: self.clone(), name: name.to_owned() }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.operate()?;
        self.memory.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.operate()?;
        self.memory.remove(name)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.operate()
    }

    fn salt(&self) -> u64 {
        self.power.lock().chance.next_u64()
    }
}

struct File {
    file: Arc<dyn DiskFile>,
    disk: SimulatedDisk,
    name: String,
}

impl DiskFile for File {
    fn size(&self) -> io::Result<u64> {
        self.file.size()
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buf, offset)
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<()> {
        self.disk.operate()?;
        self.file.write_at(buf, offset)
    }

    fn allocate(&self, size: u64, fill: bool) -> io::Result<()> {
        self.disk.operate()?;
        self.file.allocate(size, fill)
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        self.disk.operate()?;
        self.file.truncate(size)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.operate()?;
        let lies = match self.disk.mutant {
            // Files get their later names by being renamed.
            Some(Mutant::LogIsFlushed) => self.name != "vote" && self.name != "node" && self.name != "snapshot",
            Some(Mutant::VoteIsFlushed) => self.name == "vote",
            _ => false,
        };
        if lies { Ok(()) } else { self.file.sync_data() }
    }
}
