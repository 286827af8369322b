//! What the journal asks of a disk: one flat directory of files. Narrow, so that a simulated disk
//! that loses power, fills up or fails is small and faithful.

use std::any::Any;
use std::io;
use std::sync::Arc;

/// A directory that one journal owns.
pub trait Disk: Send + Sync + 'static {
    /// Takes the directory for this opener, until the answer is dropped.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] if somebody else has it.
    fn lock(&self) -> io::Result<Box<dyn Any + Send + Sync>>;

    /// Names of all files, in no order.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Opens a file that exists, for reading and writing.
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;

    /// Creates an empty file, in place of one of that name.
    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;

    /// Renames a file, in place of one of the new name. Durable after [`Disk::sync_directory`].
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file. Durable after [`Disk::sync_directory`].
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes creations, renames and removals durable.
    fn sync_directory(&self) -> io::Result<()>;

    /// A number that clients cannot guess, another one at each call.
    fn salt(&self) -> u64;
}

/// A file. Reads and writes name their position, so that readers need no lock.
pub trait DiskFile: Send + Sync {
    /// Length in bytes.
    fn size(&self) -> io::Result<u64>;

    /// Reads until `buf` is full or the file ends; returns the bytes read.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all of `buf`, extending the file as needed.
    ///
    /// # Errors
    /// Part of it may have been written.
    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<()>;

    /// Extends the file to `size` bytes that have a place on the disk and read as zeros. With
    /// `fill`, really writes them, so that later writes change no metadata of the file system and
    /// their flush is one write.
    ///
    /// # Errors
    /// [`io::ErrorKind::StorageFull`] or [`io::ErrorKind::QuotaExceeded`] if there is no space; the
    /// file may have grown.
    fn allocate(&self, size: u64, fill: bool) -> io::Result<()>;

    /// Cuts the file to `size`.
    fn truncate(&self, size: u64) -> io::Result<()>;

    /// `fdatasync`: returns once all that was written is durable.
    ///
    /// # Errors
    /// What was written since the last success is in an unknown state; calling again proves
    /// nothing.
    fn sync_data(&self) -> io::Result<()>;
}

/// Whether `error` says that there is no space.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
