//! The data directory.
//!
//! ```text
//! LOCK            locked by the process that uses it; holds its process id
//! identity.toml   format version, cluster id, secret for salts of unknown users
//! journal/        the log: the only durability
//! store/          rows, rebuilt from the journal where they lag
//! ```

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::Failure;

/// Format of the directory that this build writes and reads.
const FORMAT: u32 = 1;

/// A directory that this process alone uses. The lock ends with the value, and with the process
/// however that ends.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    pub identity: Identity,
    _lock: File,
}

/// What makes this database this one.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub format: u32,
    pub cluster_id: String,
    /// 32 bytes in hexadecimal.
    pub mock_secret: String,
}

impl DataDir {
    /// Opens the directory, making it if need be. `cluster`: what it must belong to; without one, a new
    /// directory begins a cluster of its own.
    ///
    /// # Errors
    /// Exit code 3 if another process uses it.
    pub fn open(path: &Path, cluster: Option<&str>) -> Result<Self, Failure> {
        let at = || path.display().to_string();
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .with_context(|| format!("cannot make data directory {}", at()))?;
        let path = path.canonicalize().with_context(at)?;
        let lock = lock(&path)?;
        let identity = Identity::load_or_create(&path, cluster)?;
        if let Some(cluster) = cluster.filter(|cluster| *cluster != identity.cluster_id) {
            let other = &identity.cluster_id;
            return Err(anyhow!("{} belongs to cluster {other:?}, not to {cluster:?}", path.display()).into());
        }
        Ok(Self { path, identity, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    pub fn store(&self) -> PathBuf {
        self.path.join("store")
    }
}

fn lock(path: &Path) -> Result<File, Failure> {
    let name = path.join("LOCK");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&name)
        .with_context(|| format!("cannot open {}", name.display()))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = holder.trim();
            let by = if holder.is_empty() { "another process".to_owned() } else { format!("process {holder}") };
            return Err(Failure::new(Failure::IN_USE, anyhow!("data directory {} is in use by {by}", path.display())));
        }
        Err(error) => return Err(anyhow!("cannot lock {}: {error}", name.display()).into()),
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).context("cannot write LOCK")?;
    Ok(file)
}

impl Identity {
    fn load_or_create(path: &Path, cluster: Option<&str>) -> anyhow::Result<Self> {
        let name = path.join("identity.toml");
        match std::fs::read_to_string(&name) {
            Ok(text) => {
                let identity: Self = toml::from_str(&text).with_context(|| name.display().to_string())?;
                if identity.format != FORMAT {
                    bail!("{} has format {}, this build reads format {FORMAT}", path.display(), identity.format);
                }
                Ok(identity)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                // A journal without an identity is somebody's data, not an empty directory.
                if path.join("journal").exists() {
                    bail!("{} has a journal but no identity.toml", path.display());
                }
                let identity = Self {
                    format: FORMAT,
                    cluster_id: cluster.map_or_else(|| hex(&rand::random::<[u8; 16]>()), str::to_owned),
                    mock_secret: hex(&rand::random::<[u8; 32]>()),
                };
                write_durably(path, &name, toml::to_string(&identity)?.as_bytes())?;
                Ok(identity)
            }
            Err(error) => Err(error).with_context(|| name.display().to_string()),
        }
    }

    /// The secret as bytes.
    pub fn mock_secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        for (byte, digits) in secret.iter_mut().zip(self.mock_secret.as_bytes().chunks_exact(2)) {
            *byte = std::str::from_utf8(digits).ok().and_then(|d| u8::from_str_radix(d, 16).ok()).unwrap_or(0);
        }
        secret
    }
}

/// Writes beside, flushes, renames, and flushes the directory.
fn write_durably(directory: &Path, name: &Path, content: &[u8]) -> anyhow::Result<()> {
    let beside = name.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&beside, name)?;
    File::open(directory)?.sync_all()?;
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_and_the_same_identity_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/data");
        let first = DataDir::open(&path, None).unwrap();
        let second = DataDir::open(&path, None).unwrap_err();
        assert_eq!(second.code, Failure::IN_USE);
        assert!(format!("{}", second.error).contains(&format!("in use by process {}", std::process::id())));
        let identity = first.identity.clone();
        drop(first);
        assert_eq!(DataDir::open(&path, None).unwrap().identity, identity);
        assert_ne!(identity.mock_secret(), [0; 32]);
    }

    #[test]
    fn a_directory_of_another_cluster_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        drop(DataDir::open(directory.path(), Some("orders")).unwrap());
        let error = DataDir::open(directory.path(), Some("stocks")).unwrap_err();
        assert!(format!("{}", error.error).contains("belongs to cluster \"orders\""), "{}", error.error);
        assert_eq!(DataDir::open(directory.path(), Some("orders")).unwrap().identity.cluster_id, "orders");
    }

    #[test]
    fn another_format_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("identity.toml"), "format = 9\ncluster_id = \"x\"\nmock_secret = \"y\"")
            .unwrap();
        let error = DataDir::open(directory.path(), None).unwrap_err();
        assert!(format!("{}", error.error).contains("format 9"));
    }

    #[test]
    fn a_journal_without_identity_is_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("journal")).unwrap();
        assert!(DataDir::open(directory.path(), None).is_err());
    }
}
