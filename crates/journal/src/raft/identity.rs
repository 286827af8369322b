//! Who this node is, and whom it has met: how a disk that lost its memory is found out.
//!
//! Raft is safe only while no node forgets what it has acknowledged. A node whose disk was
//! replaced, or restored from an older copy, forgets and does not know it; so its peers remember
//! for it. Each start of a node is a *generation*, numbered on its own disk and marked at random.
//! Each message carries both, and each node keeps the highest of every peer.
//!
//! | a peer shows | verdict |
//! |---|---|
//! | a higher generation | it was restarted: remembered, durably, before the message is looked at |
//! | the known generation and mark | known |
//! | a lower generation, or the known one with another mark | its disk is not the one we knew: refused |
//!
//! Not found out: a disk that was set back to a moment *within* its latest generation.
//!
//! ```text
//! file "node"   version u8 = 1, cluster bytes, node u64, generation u64, mark u64,
//!               n, n × (node u64, generation u64, mark u64)
//! ```

use std::collections::BTreeMap;

use bytes::Bytes;
use gavel_api::journal::{Error, PeerError};
use gavel_types::NodeId;

use super::codec;
use super::slots::SlotFile;
use crate::disk::Disk;
use crate::record::{self, Input, put_length};
use crate::recovery::{corrupt, failed};

const VERSION: u8 = 1;
const SLOT: usize = 64 << 10;
/// Name of the file that says that a directory is one of a replicated journal.
pub(crate) const FILE: &str = "node";

/// One life of a node's disk, from a start of the node to its end: told apart so that a disk which has lost
/// its memory is not taken for the one that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation {
    pub number: u64,
    pub mark: u64,
}

/// See the module.
pub(crate) struct Identity {
    file: SlotFile,
    cluster: String,
    node: NodeId,
    generation: Generation,
    peers: BTreeMap<u64, Generation>,
}

impl Identity {
    /// Begins a generation of this node on `disk`.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the disk belongs to another node or cluster, or does not read;
    /// [`Error::Failed`] if it does not work.
    pub(crate) fn open(disk: &dyn Disk, cluster: &str, node: NodeId) -> Result<Self, Error> {
        if cluster.is_empty() || cluster.len() > 255 {
            return Err(Error::Failed("the cluster's name must have 1 to 255 bytes".into()));
        }
        let file = SlotFile::open(disk, FILE, SLOT)?;
        let mut this = Self {
            cluster: cluster.to_owned(),
            node,
            generation: Generation { number: 0, mark: 0 },
            peers: BTreeMap::new(),
            file,
        };
        if let Some(value) = this.file.value().cloned() {
            this.decode(value).map_err(|why| corrupt(FILE, 0, why))??;
        }
        this.generation = Generation { number: this.generation.number + 1, mark: disk.salt() };
        this.store().map_err(failed(FILE))?;
        Ok(this)
    }

    fn decode(&mut self, value: Bytes) -> Result<Result<(), Error>, record::Error> {
        let mut input = Input(value);
        let version = input.byte()?;
        if version != VERSION {
            return Err(record::Error::Version(version));
        }
        let (cluster, node) = (codec::get_text(&mut input)?, input.u64()?);
        if cluster != self.cluster || node != self.node.0 {
            let why = format!("the disk belongs to node {node} of cluster {cluster:?}");
            return Ok(Err(corrupt(FILE, 0, why)));
        }
        self.generation = get_generation(&mut input)?;
        let peers = input.list(24, |input| Ok((input.u64()?, get_generation(input)?)))?;
        self.peers = peers.into_iter().collect();
        Ok(Ok(()))
    }

    fn store(&mut self) -> std::io::Result<()> {
        let mut value = vec![VERSION];
        codec::put_text(&self.cluster, &mut value);
        value.extend_from_slice(&self.node.0.to_le_bytes());
        put_generation(self.generation, &mut value);
        put_length(self.peers.len(), &mut value);
        for (node, generation) in &self.peers {
            value.extend_from_slice(&node.to_le_bytes());
            put_generation(*generation, &mut value);
        }
        self.file.store(&value)
    }

    pub(crate) const fn generation(&self) -> Generation {
        self.generation
    }

    /// Whether `peer` was seen in just this generation, and not in a later one.
    pub(crate) fn knows(&self, peer: NodeId, shown: Generation) -> bool {
        self.peers.get(&peer.0) == Some(&shown)
    }

    /// Whether a message of `peer` may be looked at. Blocks while something new is remembered,
    /// which is once for each start of a peer.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn meet(&mut self, peer: NodeId, shown: Generation) -> Result<(), PeerError> {
        match self.peers.get(&peer.0) {
            Some(known) if *known == shown => return Ok(()),
            Some(known) if known.number >= shown.number => {
                return Err(PeerError(format!(
                    "node {peer} has lost its memory: it shows generation {}, and generation {} was seen; \
                     remove it and add it with another number",
                    shown.number, known.number
                )));
            }
            _ => {}
        }
        let before = self.peers.insert(peer.0, shown);
        self.store().map_err(|error| {
            match before {
                Some(before) => self.peers.insert(peer.0, before),
                None => self.peers.remove(&peer.0),
            };
            PeerError(format!("cannot remember node {peer}: {error}"))
        })
    }
}

pub(crate) fn put_generation(generation: Generation, out: &mut Vec<u8>) {
    out.extend_from_slice(&generation.number.to_le_bytes());
    out.extend_from_slice(&generation.mark.to_le_bytes());
}

pub(crate) fn get_generation(input: &mut Input) -> Result<Generation, record::Error> {
    Ok(Generation { number: input.u64()?, mark: input.u64()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory_disk::MemoryDisk;

    #[test]
    fn each_start_is_a_generation_and_a_disk_has_one_owner() {
        let disk = MemoryDisk::new();
        let one = Identity::open(&disk, "c", NodeId(1)).unwrap().generation();
        let two = Identity::open(&disk, "c", NodeId(1)).unwrap().generation();
        assert_eq!((one.number, two.number), (1, 2));
        assert_ne!(one.mark, two.mark);
        assert!(matches!(Identity::open(&disk, "c", NodeId(2)), Err(Error::Corrupt(_))));
        assert!(matches!(Identity::open(&disk, "other", NodeId(1)), Err(Error::Corrupt(_))));
    }

    #[test]
    fn a_peer_that_goes_back_is_refused_also_after_a_restart() {
        let disk = MemoryDisk::new();
        let seen = |number, mark| Generation { number, mark };
        let mut me = Identity::open(&disk, "c", NodeId(1)).unwrap();
        me.meet(NodeId(2), seen(3, 33)).unwrap();
        me.meet(NodeId(2), seen(3, 33)).unwrap();
        assert!(me.meet(NodeId(2), seen(3, 34)).is_err());
        assert!(me.meet(NodeId(2), seen(1, 33)).is_err());
        me.meet(NodeId(2), seen(4, 44)).unwrap();
        let mut me = Identity::open(&disk.after_power_cut(7), "c", NodeId(1)).unwrap();
        assert!(me.meet(NodeId(2), seen(3, 33)).is_err());
        me.meet(NodeId(2), seen(4, 44)).unwrap();
    }
}
