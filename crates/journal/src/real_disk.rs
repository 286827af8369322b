//! A directory of the operating system. The only module of this crate that touches files.
#![allow(clippy::disallowed_methods, reason = "the shell that touches files")]

use std::any::Any;
use std::fs::{File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::{Disk, DiskFile};

const LOCK: &str = "LOCK";
const ZEROS: usize = 1 << 20;

/// A directory; created with its parents if it is not there.
#[derive(Debug)]
pub struct DirectoryDisk {
    path: PathBuf,
    handle: File,
}

impl DirectoryDisk {
    /// Opens or creates the directory.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref().to_path_buf();
        std::fs::create_dir_all(&path)?;
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            File::open(parent)?.sync_all()?;
        }
        let handle = File::open(&path)?;
        Ok(Self { path, handle })
    }

    fn read_write(&self, name: &str) -> OpenOptions {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(name == LOCK);
        options
    }
}

impl Disk for DirectoryDisk {
    fn lock(&self) -> io::Result<Box<dyn Any + Send + Sync>> {
        let file = self.read_write(LOCK).open(self.path.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(file)),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            if let Ok(name) = entry?.file_name().into_string()
                && name != LOCK
            {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(RealFile(self.read_write(name).open(self.path.join(name))?)))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = self.read_write(name).create(true).truncate(true).open(self.path.join(name))?;
        Ok(Arc::new(RealFile(file)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.path.join(name))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.handle.sync_all()
    }

    fn salt(&self) -> u64 {
        // The standard library's hash maps are keyed at random, for the same reason.
        RandomState::new().build_hasher().finish()
    }
}

#[derive(Debug)]
struct RealFile(File);

impl DiskFile for RealFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut done = 0;
        while let Some(rest) = buf.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.0.read_at(rest, offset + done as u64) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(buf, offset)
    }

    fn allocate(&self, size: u64, fill: bool) -> io::Result<()> {
        let start = self.size()?;
        if size <= start {
            return Ok(());
        }
        let reserved = rustix::fs::fallocate(&self.0, rustix::fs::FallocateFlags::empty(), start, size - start);
        let must_fill = match reserved {
            Ok(()) => fill,
            // File systems without fallocate reserve space only by being written to.
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS | rustix::io::Errno::INVAL) => true,
            Err(error) => return Err(error.into()),
        };
        if must_fill {
            let zeros = vec![0; ZEROS];
            let mut at = start;
            while at < size {
                let n = (size - at).min(ZEROS as u64);
                let chunk = usize::try_from(n).ok().and_then(|n| zeros.get(..n)).unwrap_or(&zeros);
                self.0.write_all_at(chunk, at)?;
                at += n;
            }
        }
        Ok(())
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        self.0.set_len(size)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_directory_refuses_a_second_opener() {
        let dir = tempfile::tempdir().unwrap();
        let one = DirectoryDisk::open(dir.path()).unwrap();
        let held = one.lock().unwrap();
        let two = DirectoryDisk::open(dir.path()).unwrap();
        assert_eq!(two.lock().err().unwrap().kind(), io::ErrorKind::WouldBlock);
        drop(held);
        assert!(two.lock().is_ok());
    }

    #[test]
    fn allocated_space_reads_as_zeros() {
        let dir = tempfile::tempdir().unwrap();
        let disk = DirectoryDisk::open(dir.path().join("a/b")).unwrap();
        let file = disk.create("x").unwrap();
        file.write_at(b"abc", 0).unwrap();
        file.allocate(3_000_000, true).unwrap();
        assert_eq!(file.size().unwrap(), 3_000_000);
        let mut buf = vec![1; 8];
        assert_eq!(file.read_at(&mut buf, 2_999_995).unwrap(), 5);
        assert_eq!(&buf[..5], [0; 5]);
        assert_eq!(disk.list().unwrap(), ["x"]);
    }
}
