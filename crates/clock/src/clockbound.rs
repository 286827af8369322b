//! AWS ClockBound: a daemon over chrony or the hypervisor's clock, which publishes the error bound
//! in a file on tmpfs, by default `/var/run/clockbound/shm0`, that it maps and rewrites.
//!
//! ```text
//!   0 magic (2 × u32)  8 size (u32)  12 version (u16)  14 generation (u16)
//!  16 as_of (s, ns)   32 void_after (s, ns)   48 bound (ns)   56 disruption marker
//!  64 drift (ppb, u32)   68 status (u32)   72 watches for disruptions (bool)
//! ```
//! Numbers are in the machine's byte order; version 2 of the layout, which the daemons of 2.0 and
//! 3.0 write. The generation is odd while the writer is at work, and changes with each rewrite.
//! We read the file instead of mapping it: a reader sees what a mapper sees, page cache and mapping
//! being the same memory, and nothing here needs `unsafe`. Times are of `CLOCK_MONOTONIC`.
//!
//! If the daemon watches for disruptions, the hypervisor's marker in `/dev/vmclock0` must be the one
//! that it last took note of; another one means that the machine was moved or resumed since.
#![allow(clippy::disallowed_methods, reason = "a shell: reads what a daemon and a device publish")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::bound::{Bound, ErrorBound};

/// Where the daemon publishes.
pub const DEFAULT_PATH: &str = "/var/run/clockbound/shm0";
/// The hypervisor's clock page.
pub const VMCLOCK_PATH: &str = "/dev/vmclock0";

const MAGIC: [u32; 2] = [0x414d_5a4e, 0x4342_0200];
const VERSION: u16 = 2;
const SIZE: usize = 80;
/// A drift that no clock has: the segment is damaged.
const MAX_DRIFT_PPB: u32 = 1_000_000_000;
/// Attempts to read between two rewrites.
const ATTEMPTS: usize = 8;

/// `"VCLK"`, at the head of the hypervisor's page, and the offset of its disruption marker.
const VMCLOCK_MAGIC: u32 = 0x4b4c_4356;
const VMCLOCK_MARKER: usize = 16;

/// What the daemon says of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Vouched,
    Unknown,
    Disrupted,
}

/// One consistent copy of what is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Published {
    generation: u16,
    as_of: Duration,
    void_after: Duration,
    bound: Duration,
    marker: u64,
    drift_ppb: u32,
    state: State,
    watches: bool,
}

impl Published {
    /// `None` if these bytes are not what version 2 writes, or are being rewritten.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let u32_at = |at: usize| Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?));
        let u64_at = |at: usize| Some(u64::from_ne_bytes(*bytes.get(at..)?.first_chunk()?));
        let u16_at = |at: usize| Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?));
        let time_at = |at: usize| {
            let nanos = u32::try_from(u64_at(at + 8)?).ok().filter(|n| *n < 1_000_000_000)?;
            i64::try_from(u64_at(at)?).ok().map(|_| Duration::new(u64_at(at).unwrap_or_default(), nanos))
        };
        let generation = u16_at(14)?;
        let whole =
            [u32_at(0)?, u32_at(4)?] == MAGIC && u16_at(12)? == VERSION && usize::try_from(u32_at(8)?).ok()? >= SIZE;
        if !whole || generation == 0 || generation % 2 == 1 {
            return None;
        }
        Some(Self {
            generation,
            as_of: time_at(16)?,
            void_after: time_at(32)?,
            bound: Duration::from_nanos(u64::try_from(i64::from_ne_bytes(*bytes.get(48..)?.first_chunk()?)).ok()?),
            marker: u64_at(56)?,
            drift_ppb: u32_at(64).filter(|ppb| *ppb < MAX_DRIFT_PPB)?,
            state: match u32_at(68)? {
                // Synchronised, or free running with a bound that grows.
                1 | 2 => State::Vouched,
                3 => State::Disrupted,
                _ => State::Unknown,
            },
            watches: *bytes.get(72)? != 0,
        })
    }

    /// The bound at `now`, with the hypervisor's marker where it can be read.
    fn bound(&self, now: Duration, marker: Option<u64>) -> Bound {
        if self.watches && marker != Some(self.marker) {
            return Bound::Disrupted;
        }
        match self.state {
            State::Disrupted => Bound::Disrupted,
            State::Unknown => Bound::Unknown,
            State::Vouched if now >= self.void_after => Bound::Unknown,
            State::Vouched => {
                let age = now.saturating_sub(self.as_of);
                let drift = age.as_nanos().saturating_mul(u128::from(self.drift_ppb)) / 1_000_000_000;
                let drift = Duration::from_nanos(u64::try_from(drift).unwrap_or(u64::MAX));
                Bound::Within(self.bound.saturating_add(drift))
            }
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct ClockBound {
    path: PathBuf,
    vmclock: PathBuf,
    /// Opened when first needed, and again after the daemon has replaced it.
    file: Option<File>,
}

impl ClockBound {
    /// Reads what a daemon publishes in `path`; it may come and go meanwhile.
    pub fn new(path: impl Into<PathBuf>, vmclock: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), vmclock: vmclock.into(), file: None }
    }

    fn read(&mut self) -> Option<Published> {
        if self.file.is_none() {
            self.file = File::open(&self.path).ok();
        }
        let found = self.file.as_ref().and_then(published);
        if found.is_none() {
            // Absent, being replaced, or of another version: looked at afresh the next time.
            self.file = None;
        }
        found
    }
}

/// Read twice with the same generation, so that no rewrite lies within.
fn published(file: &File) -> Option<Published> {
    (0..ATTEMPTS).find_map(|_| {
        let (mut first, mut second) = ([0; SIZE], [0; SIZE]);
        file.read_exact_at(&mut first, 0).ok()?;
        file.read_exact_at(&mut second, 0).ok()?;
        let (one, two) = (Published::decode(&first)?, Published::decode(&second)?);
        (one == two).then_some(one)
    })
}

fn marker(path: &Path) -> Option<u64> {
    let mut page = [0; VMCLOCK_MARKER + 8];
    File::open(path).ok()?.read_exact_at(&mut page, 0).ok()?;
    let magic = u32::from_le_bytes(*page.first_chunk()?);
    let marker = u64::from_le_bytes(*page.last_chunk()?);
    (magic == VMCLOCK_MAGIC).then_some(marker)
}

fn monotonic() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let (seconds, nanos) = (u64::try_from(now.tv_sec), u32::try_from(now.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanos.unwrap_or_default())
}

impl ErrorBound for ClockBound {
    fn name(&self) -> &'static str {
        "clockbound"
    }

    fn bound(&mut self) -> Bound {
        let Some(found) = self.read() else { return Bound::Unknown };
        let marker = if found.watches { marker(&self.vmclock) } else { None };
        // The clock is read after the publication, so that the bound can only come out too large.
        found.bound(monotonic(), marker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a daemon would publish: valid until 100 s, a bound of 2 ms at 10 s, 1 ppm of drift.
    fn published_bytes(generation: u16, status: u32, watches: bool) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(MAGIC[0].to_ne_bytes());
        out.extend(MAGIC[1].to_ne_bytes());
        out.extend(80u32.to_ne_bytes());
        out.extend(VERSION.to_ne_bytes());
        out.extend(generation.to_ne_bytes());
        for number in [10i64, 0, 100, 0, 2_000_000] {
            out.extend(number.to_ne_bytes());
        }
        out.extend(77u64.to_ne_bytes());
        out.extend(1_000u32.to_ne_bytes());
        out.extend(status.to_ne_bytes());
        out.push(u8::from(watches));
        out.resize(SIZE, 0);
        out
    }

    fn at(second: u64, status: u32) -> Bound {
        Published::decode(&published_bytes(4, status, false)).unwrap().bound(Duration::from_secs(second), None)
    }

    #[test]
    fn a_bound_grows_with_its_age_and_ends() {
        assert_eq!(at(10, 1), Bound::Within(Duration::from_micros(2_000)));
        assert_eq!(at(60, 2), Bound::Within(Duration::from_micros(2_050)));
        assert_eq!(at(9, 1), Bound::Within(Duration::from_micros(2_000)), "a coarse clock may lag");
        assert_eq!(at(100, 1), Bound::Unknown);
        assert_eq!(at(60, 0), Bound::Unknown);
        assert_eq!(at(60, 3), Bound::Disrupted);
    }

    #[test]
    fn a_machine_that_was_moved_is_disrupted() {
        let found = Published::decode(&published_bytes(4, 1, true)).unwrap();
        assert!(matches!(found.bound(Duration::from_secs(20), Some(77)), Bound::Within(_)));
        assert_eq!(found.bound(Duration::from_secs(20), Some(78)), Bound::Disrupted);
        assert_eq!(found.bound(Duration::from_secs(20), None), Bound::Disrupted);
    }

    #[test]
    fn what_is_half_written_or_foreign_is_not_read() {
        assert_eq!(Published::decode(&published_bytes(5, 1, false)), None);
        assert_eq!(Published::decode(&published_bytes(0, 1, false)), None);
        let mut other = published_bytes(4, 1, false);
        other[12] = 9;
        assert_eq!(Published::decode(&other), None);
        assert_eq!(Published::decode(&published_bytes(4, 1, false)[..60]), None);
    }

    #[test]
    fn a_daemon_may_come_and_go() {
        let dir = std::env::temp_dir().join(format!("gavel-clockbound-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("shm0");
        let mut source = ClockBound::new(&path, dir.join("vmclock0"));
        assert_eq!(source.bound(), Bound::Unknown);
        // Valid for a while from now on.
        let mut bytes = published_bytes(4, 1, false);
        let now = i64::try_from(monotonic().as_secs()).unwrap();
        bytes[16..24].copy_from_slice(&now.to_ne_bytes());
        bytes[32..40].copy_from_slice(&(now + 1_000).to_ne_bytes());
        std::fs::write(&path, &bytes).unwrap();
        let Bound::Within(error) = source.bound() else { panic!("not read") };
        assert!(error >= Duration::from_millis(2) && error < Duration::from_millis(3), "{error:?}");
        bytes[14..16].copy_from_slice(&5u16.to_ne_bytes());
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(source.bound(), Bound::Unknown);
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(source.bound(), Bound::Unknown);
    }
}
