//! Delay of those who guess passwords: each failure doubles how long the next attempt of the same
//! address or at the same role waits; failures are forgotten with time.
//!
//! An address is delayed longer than a role, so that a stranger's guessing at a role costs its
//! owner little. The table is bounded: when full, the least recent half is forgotten.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// First delay.
const FIRST: Duration = Duration::from_millis(100);
/// Longest delay of an address; below the startup deadline, so that a wrong password is told.
const MAX_ADDRESS: Duration = Duration::from_secs(6);
/// Longest delay at a role.
const MAX_ROLE: Duration = Duration::from_secs(1);
/// Failures are forgotten after this long without another.
const FORGET: Duration = Duration::from_secs(60);
/// Failures of an address that are free: everybody mistypes.
const FREE: u32 = 3;
/// Failures beyond which an address is refused unheard until it is forgotten.
const LOCKED_OUT: u32 = 100;
/// Addresses and roles remembered.
const MAX_ENTRIES: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    Role(String),
}

/// Recent failures.
#[derive(Debug, Default)]
pub struct Throttle {
    failures: HashMap<Key, (u32, Instant)>,
}

/// What an attempt must do first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wait(Duration),
    /// Refuse as if the password were wrong.
    LockedOut,
}

impl Throttle {
    /// What an attempt from `address` at `role` must do at `now`.
    pub fn verdict(&self, address: IpAddr, role: &str, now: Instant) -> Verdict {
        let of_address = self.count(&Key::Address(address), now);
        if of_address >= LOCKED_OUT {
            return Verdict::LockedOut;
        }
        let of_role = self.count(&Key::Role(role.to_owned()), now);
        Verdict::Wait(delay(of_address, MAX_ADDRESS).max(delay(of_role, MAX_ROLE)))
    }

    /// Remembers a failure.
    pub fn failed(&mut self, address: IpAddr, role: &str, now: Instant) {
        if self.failures.len() >= MAX_ENTRIES {
            self.forget(now);
        }
        for key in [Key::Address(address), Key::Role(role.to_owned())] {
            let count = self.count(&key, now).saturating_add(1);
            self.failures.insert(key, (count, now));
        }
    }

    /// A success clears the address: whoever knows the password is not guessing.
    pub fn succeeded(&mut self, address: IpAddr) {
        self.failures.remove(&Key::Address(address));
    }

    fn count(&self, key: &Key, now: Instant) -> u32 {
        match self.failures.get(key) {
            Some((count, at)) if now.saturating_duration_since(*at) < FORGET => *count,
            _ => 0,
        }
    }

    fn forget(&mut self, now: Instant) {
        self.failures.retain(|_, (_, at)| now.saturating_duration_since(*at) < FORGET);
        if self.failures.len() < MAX_ENTRIES {
            return;
        }
        let mut times: Vec<Instant> = self.failures.values().map(|(_, at)| *at).collect();
        let (_, middle, _) = times.select_nth_unstable(MAX_ENTRIES / 2);
        let middle = *middle;
        self.failures.retain(|_, (_, at)| *at > middle);
    }
}

fn delay(failures: u32, max: Duration) -> Duration {
    match failures.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(beyond) => FIRST.saturating_mul(1 << beyond.min(16)).min(max),
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "any instant serves as a start")]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn delay_doubles_and_then_locks_out_the_address_alone() {
        let mut throttle = Throttle::default();
        let now = Instant::now();
        for _ in 0..FREE {
            assert_eq!(throttle.verdict(HOME, "r", now), Verdict::Wait(Duration::ZERO));
            throttle.failed(HOME, "r", now);
        }
        assert_eq!(throttle.verdict(HOME, "r", now), Verdict::Wait(FIRST));
        throttle.failed(HOME, "r", now);
        assert_eq!(throttle.verdict(HOME, "r", now), Verdict::Wait(FIRST * 2));
        (0..LOCKED_OUT).for_each(|_| throttle.failed(HOME, "r", now));
        assert_eq!(throttle.verdict(HOME, "other", now), Verdict::LockedOut);
        assert_eq!(throttle.verdict(AWAY, "r", now), Verdict::Wait(MAX_ROLE));
        assert_eq!(throttle.verdict(AWAY, "other", now), Verdict::Wait(Duration::ZERO));
    }

    #[test]
    fn failures_are_forgotten() {
        let mut throttle = Throttle::default();
        let now = Instant::now();
        (0..LOCKED_OUT).for_each(|_| throttle.failed(HOME, "r", now));
        assert_eq!(throttle.verdict(HOME, "r", now + FORGET), Verdict::Wait(Duration::ZERO));
    }

    #[test]
    fn the_table_is_bounded() {
        let mut throttle = Throttle::default();
        let now = Instant::now();
        for i in 0..3 * MAX_ENTRIES {
            throttle.failed(HOME, &format!("role{i}"), now + Duration::from_millis(i as u64 / 10));
        }
        assert!(throttle.failures.len() <= MAX_ENTRIES + 1);
    }
}
