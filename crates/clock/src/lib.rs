//! Clocks that say how wrong they may be (PROTOCOL §2). A reading is an interval that holds true
//! time; safety never rests on it, only freshness does.
//!
//! | module | what it holds |
//! |---|---|
//! | [`reading`] | [`Clock`], [`Reading`], [`Status`] |
//! | [`bound`] | who vouches for an error bound; the first useful word wins |
//! | [`clockbound`], [`adjtimex`] | AWS ClockBound and the kernel as sources of bounds |
//! | [`guard`] | compares wall time with monotonic progress; pure |
//! | [`manual`] | a clock that tests and simulations move by hand |
//! | [`settings`] | which source is asked |
//! | [`system`] | the machine's clock: the one place that asks the operating system for the time |

pub mod adjtimex;
pub mod bound;
pub mod clockbound;
pub mod guard;
pub mod manual;
pub mod reading;
pub mod settings;
pub mod system;

pub use bound::Bound;
pub use guard::{Guard, Sample};
pub use manual::ManualClock;
pub use reading::{Clock, Health, Reading, Status};
pub use settings::{Settings, Source};
pub use system::SystemClock;
