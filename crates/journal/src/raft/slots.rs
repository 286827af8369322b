//! Small values that must never be lost nor read torn: the vote, the snapshot, what is known of
//! peers.
//!
//! ```text
//! file: slot │ slot          each of a fixed size, so that a full disk does not matter
//! slot:  0 magic u32 "GVS1" │ 4 length u32 │ 8 sequence u64 │ 16 crc u32 │ 20 value │ zeros
//! ```
//! The checksum is CRC32C over length, sequence and value. A store writes the first slot, flushes,
//! writes the second, flushes, and only then returns.
//!
//! | first | second | verdict |
//! |---|---|---|
//! | zeros | zeros | nothing was ever stored |
//! | good | good | the later one; the other is made equal before anything else happens |
//! | bad | zeros | the very first store was torn: nothing |
//! | one is bad | good | a torn store that was not acknowledged, or damage to one copy: the good one |
//! | bad | bad, or zeros behind a good first | damage: refused |

use std::io;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use gavel_api::journal::Error;

use crate::disk::{Disk, DiskFile};
use crate::recovery::{corrupt, failed};

const MAGIC: u32 = u32::from_le_bytes(*b"GVS1");
const HEADER: usize = 20;

/// See the module.
pub(crate) struct SlotFile {
    name: &'static str,
    file: Arc<dyn DiskFile>,
    slot_size: usize,
    sequence: u64,
    value: Option<Bytes>,
}

enum Slot {
    Zeros,
    Bad,
    Good(u64, Bytes),
}

impl SlotFile {
    /// Opens the file `name`, or makes it.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if neither slot reads, [`Error::Failed`] if the disk does not work.
    pub(crate) fn open(disk: &dyn Disk, name: &'static str, slot_size: usize) -> Result<Self, Error> {
        let file = open_or_create(disk, name, slot_size).map_err(failed(name))?;
        let mut bytes = vec![0; 2 * slot_size];
        let n = file.read_at(&mut bytes, 0).map_err(failed(name))?;
        if n < bytes.len() {
            return Err(corrupt(name, n as u64, "the file is cut short"));
        }
        let (first, second) = bytes.split_at(slot_size);
        let (value, sequence, repair) = match (parse(first), parse(second)) {
            (Slot::Good(a, x), Slot::Good(b, y)) => {
                if a >= b {
                    (Some(x), a, a != b)
                } else {
                    (Some(y), b, true)
                }
            }
            (Slot::Good(a, x), _) | (_, Slot::Good(a, x)) => (Some(x), a, true),
            (Slot::Zeros | Slot::Bad, Slot::Zeros) => (None, 0, false),
            (_, Slot::Bad) => return Err(corrupt(name, 0, "neither copy reads")),
        };
        let mut this = Self { name, file, slot_size, sequence, value };
        if repair && let Some(value) = this.value.clone() {
            // A torn store of the next value must not bring back the one before this.
            this.store(&value).map_err(failed(name))?;
        }
        Ok(this)
    }

    /// What was stored last.
    pub(crate) const fn value(&self) -> Option<&Bytes> {
        self.value.as_ref()
    }

    /// Replaces the value; durable when this returns.
    ///
    /// # Errors
    /// Either the old or the new value will be found.
    pub(crate) fn store(&mut self, value: &[u8]) -> io::Result<()> {
        if value.len() > self.slot_size - HEADER {
            return Err(io::Error::other(format!("{} bytes are too many for the file {}", value.len(), self.name)));
        }
        let sequence = self.sequence + 1;
        let mut slot = vec![0; self.slot_size];
        let length = value.len() as u32;
        for (to, from) in slot.iter_mut().zip(MAGIC.to_le_bytes().iter().chain(&length.to_le_bytes())) {
            *to = *from;
        }
        for (at, bytes) in
            [(8, &sequence.to_le_bytes()[..]), (16, &checksum(sequence, value).to_le_bytes()), (HEADER, value)]
        {
            if let Some(place) = slot.get_mut(at..at + bytes.len()) {
                place.copy_from_slice(bytes);
            }
        }
        for offset in [0, self.slot_size as u64] {
            self.file.write_at(&slot, offset)?;
            self.file.sync_data()?;
        }
        self.sequence = sequence;
        self.value = Some(Bytes::copy_from_slice(value));
        Ok(())
    }
}

fn open_or_create(disk: &dyn Disk, name: &str, slot_size: usize) -> io::Result<Arc<dyn DiskFile>> {
    match disk.open(name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        done => return done,
    }
    let unfinished = format!("{name}.unfinished");
    let file = disk.create(&unfinished)?;
    file.allocate(2 * slot_size as u64, true)?;
    file.sync_data()?;
    disk.rename(&unfinished, name)?;
    disk.sync_directory()?;
    disk.open(name)
}

fn checksum(sequence: u64, value: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&(value.len() as u32).to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(crc, &sequence.to_le_bytes()), value)
}

fn parse(slot: &[u8]) -> Slot {
    if slot.iter().all(|&b| b == 0) {
        return Slot::Zeros;
    }
    let mut input = slot;
    let (magic, length) = (input.get_u32_le(), input.get_u32_le() as usize);
    let (sequence, crc) = (input.get_u64_le(), input.get_u32_le());
    match input.get(..length) {
        Some(value) if magic == MAGIC && checksum(sequence, value) == crc => {
            Slot::Good(sequence, Bytes::copy_from_slice(value))
        }
        _ => Slot::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory_disk::MemoryDisk;

    const SIZE: usize = 4096;

    fn open(disk: &MemoryDisk) -> SlotFile {
        SlotFile::open(disk, "vote", SIZE).unwrap()
    }

    #[test]
    fn what_was_stored_is_there_after_any_power_cut() {
        for seed in 0..500 {
            let disk = MemoryDisk::new();
            let mut slots = open(&disk);
            slots.store(b"one").unwrap();
            slots.store(b"two").unwrap();
            // A store that the power cut interrupts between its two halves, at either of them.
            let mut torn = vec![0; SIZE];
            torn[..30].copy_from_slice(&[7; 30]);
            let offset = if seed % 2 == 0 { 0 } else { SIZE as u64 };
            disk.open("vote").unwrap().write_at(&torn, offset).unwrap();
            let again = disk.after_power_cut(seed);
            assert_eq!(open(&again).value().unwrap(), &b"two"[..], "seed {seed}");
            let contents = again.contents("vote").unwrap();
            assert_eq!(contents[..SIZE], contents[SIZE..], "seed {seed}: opening repairs");
        }
    }

    #[test]
    fn a_torn_first_store_is_nothing_and_two_bad_slots_are_damage() {
        let disk = MemoryDisk::new();
        assert!(open(&disk).value().is_none());
        disk.damage("vote", |bytes| bytes[3] = 9).unwrap();
        assert!(open(&disk).value().is_none());
        disk.damage("vote", |bytes| bytes[SIZE + 3] = 9).unwrap();
        assert!(matches!(SlotFile::open(&disk, "vote", SIZE), Err(Error::Corrupt(_))));
    }

    #[test]
    fn damage_to_one_copy_loses_nothing() {
        for at in [0, 9, 17, 21, SIZE, SIZE + 9, SIZE + 17, SIZE + 21] {
            let disk = MemoryDisk::new();
            open(&disk).store(b"value").unwrap();
            disk.damage("vote", |bytes| bytes[at] ^= 0x40).unwrap();
            assert_eq!(open(&disk).value().unwrap(), &b"value"[..]);
        }
    }

    #[test]
    fn a_full_disk_does_not_matter() {
        let disk = MemoryDisk::new();
        let mut slots = open(&disk);
        disk.set_capacity(Some(0));
        slots.store(b"full").unwrap();
        assert_eq!(open(&disk).value().unwrap(), &b"full"[..]);
    }
}
