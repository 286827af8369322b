//! Clocks that say how wrong they may be (PROTOCOL §2). A reading is an interval that holds true
//! time; safety never rests on it, only freshness does.
//!
//! | module | what it holds |
//! |---|---|
//! | [`reading`] | [`Clock`], [`Reading`], [`Status`] |
//! | [`guard`] | compares wall time with monotonic progress; pure |
//! | [`manual`] | a clock that tests and simulations move by hand |
//! | [`system`] | the machine's clock: the one place that asks the operating system for the time |

pub mod guard;
pub mod manual;
pub mod reading;
pub mod system;

pub use guard::{Guard, Sample};
pub use manual::ManualClock;
pub use reading::{Clock, Reading, Status};
pub use system::SystemClock;
