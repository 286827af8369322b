//! The kernel's own estimate: `adjtimex(2)`.
//!
//! A time daemon (chrony, ntpd, systemd-timesyncd) sets `maxerror` whenever it disciplines the
//! clock; the kernel lets it grow by 500 ppm from then on, and raises `STA_UNSYNC` once it passes
//! 16 s. So a daemon that died shows as a bound that grows, and soon exceeds what is of use.
#![allow(unsafe_code, reason = "no safe wrapper of adjtimex reads maxerror; the one call is below")]

use std::time::Duration;

use crate::bound::{Bound, ErrorBound};

/// See the module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Adjtimex;

impl ErrorBound for Adjtimex {
    fn name(&self) -> &'static str {
        "adjtimex"
    }

    fn bound(&mut self) -> Bound {
        judge(read())
    }
}

/// What the kernel answers, reduced to what matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kernel {
    unsynchronised: bool,
    /// Microseconds.
    max_error: i64,
}

fn judge(kernel: Option<Kernel>) -> Bound {
    match kernel {
        Some(Kernel { unsynchronised: false, max_error }) => match u64::try_from(max_error) {
            Ok(micros) => Bound::Within(Duration::from_micros(micros)),
            Err(_) => Bound::Unknown,
        },
        _ => Bound::Unknown,
    }
}

/// `None` where the call is not allowed, as in some sandboxes.
#[cfg(target_os = "linux")]
fn read() -> Option<Kernel> {
    // SAFETY: `timex` is plain data for which all zeroes are valid; with `modes` zero the call only
    // fills it in, and keeps no pointer to it.
    let (state, answer) = unsafe {
        let mut answer: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut answer), answer)
    };
    let unsynchronised = state == libc::TIME_ERROR || answer.status & libc::STA_UNSYNC != 0;
    (state >= 0).then_some(Kernel { unsynchronised, max_error: answer.maxerror })
}

#[cfg(not(target_os = "linux"))]
fn read() -> Option<Kernel> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsynchronised_kernel_vouches_for_nothing() {
        let kernel = |unsynchronised, max_error| Some(Kernel { unsynchronised, max_error });
        assert_eq!(judge(kernel(false, 1_500)), Bound::Within(Duration::from_micros(1_500)));
        assert_eq!(judge(kernel(true, 1_500)), Bound::Unknown);
        assert_eq!(judge(kernel(false, -1)), Bound::Unknown);
        assert_eq!(judge(None), Bound::Unknown);
    }

    #[test]
    fn the_kernel_can_be_asked() {
        // Whatever it says, it says it of a clock that its daemon may or may not discipline.
        assert_ne!(Adjtimex.bound(), Bound::Disrupted);
    }
}
