//! A simulated process: a runtime of its own, which runs only when the world says so, and can be killed
//! in the midst of anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};

use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};

/// Tells the world that no task of a host can go on.
#[derive(Default)]
struct Idle {
    reached: AtomicBool,
    world: Mutex<Option<Waker>>,
}

impl Idle {
    /// The host would sleep now.
    fn reach(&self) {
        self.reached.store(true, Ordering::Relaxed);
        if let Some(world) = self.world.lock().take() {
            world.wake();
        }
    }
}

/// See the module. Dropping it kills the process: its tasks end where they are.
pub struct Host {
    runtime: Runtime,
    idle: Arc<Idle>,
}

impl Host {
    /// A process that has no tasks yet. It has neither timers nor sockets of the machine: a task that
    /// asks for one panics.
    ///
    /// # Errors
    /// If the runtime cannot be built.
    pub fn start() -> std::io::Result<Self> {
        let idle = Arc::new(Idle::default());
        let theirs = Arc::clone(&idle);
        let runtime = Builder::new_current_thread().on_thread_park(move || theirs.reach()).build()?;
        Ok(Self { runtime, idle })
    }

    /// Where to spawn tasks of this process.
    pub fn handle(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// Runs its tasks until none of them can go on.
    pub fn run(&self) {
        let idle = &self.idle;
        idle.reached.store(false, Ordering::Relaxed);
        self.runtime.block_on(std::future::poll_fn(|context| {
            if idle.reached.load(Ordering::Relaxed) {
                return Poll::Ready(());
            }
            *idle.world.lock() = Some(context.waker().clone());
            Poll::Pending
        }));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use gavel_runtime::{simulation::Simulation, timer};

    use super::*;

    #[test]
    fn tasks_run_until_they_wait_and_go_on_when_their_timer_rings() {
        let simulation = Simulation::enter(1);
        let host = Host::start().unwrap();
        let done = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&done);
        host.handle().spawn(async move {
            tokio::task::yield_now().await;
            timer::sleep(Duration::from_secs(3_600)).await;
            theirs.store(true, Ordering::Relaxed);
        });
        host.run();
        assert!(!done.load(Ordering::Relaxed));
        simulation.advance(Duration::from_secs(3_600));
        assert_eq!(simulation.ring(|_| false), Some(0));
        host.run();
        assert!(done.load(Ordering::Relaxed));
    }

    #[test]
    fn a_killed_host_takes_its_timers_along() {
        let simulation = Simulation::enter(1);
        let host = Host::start().unwrap();
        host.handle().spawn(timer::sleep(Duration::from_secs(1)));
        host.run();
        assert!(simulation.next_timer(|_| false).is_some());
        drop(host);
        assert_eq!(simulation.next_timer(|_| false), None);
    }
}
