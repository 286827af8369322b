//! Which clock a process has.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// `clock.source`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// ClockBound, else the kernel, else the operator's bound, else logical; looked at again all
    /// the time, so that a daemon may start later.
    #[default]
    Auto,
    /// ClockBound only.
    ClockBound,
    /// The kernel's estimate only.
    Adjtimex,
    /// The operator's bound only.
    Fixed,
    /// Nobody vouches for the clock: snapshots come from the adjudicator.
    Logical,
}

impl FromStr for Source {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        Ok(match s {
            "auto" => Self::Auto,
            "clockbound" => Self::ClockBound,
            "adjtimex" => Self::Adjtimex,
            "fixed" => Self::Fixed,
            "logical" => Self::Logical,
            other => {
                return Err(format!("\"{other}\" is not one of auto, clockbound, adjtimex, fixed, logical"));
            }
        })
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Settings {
    pub source: Source,
    /// `clock.max_error`: how far the clock may be off, as the operator vouches for it.
    pub max_error: Option<Duration>,
    /// Bounds above this are of no use: commits would wait for so long.
    pub useful_error: Duration,
    /// Where ClockBound publishes.
    pub clockbound_path: PathBuf,
    /// The hypervisor's clock page, if the daemon watches it.
    pub vmclock_path: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            source: Source::Auto,
            max_error: None,
            useful_error: Duration::from_millis(10),
            clockbound_path: crate::clockbound::DEFAULT_PATH.into(),
            vmclock_path: crate::clockbound::VMCLOCK_PATH.into(),
        }
    }
}
