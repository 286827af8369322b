//! Work that may block, away from the runtime's threads.
#![allow(clippy::disallowed_methods, reason = "a shell: hands work to the blocking pool")]

use crate::simulation;

/// The work was not done, or not to its end: it panicked, or the runtime is shutting down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost(String);

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Lost {}

/// Begins `work` on the blocking pool at once, and waits for it when polled; in a simulation, which has
/// one thread and disks that do not block, does it here.
///
/// # Errors
/// [`Lost`].
pub fn offload<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = Result<T, Lost>> + Send + 'static {
    let begun =
        if simulation::is_entered() { Begun::Done(work()) } else { Begun::Pool(tokio::task::spawn_blocking(work)) };
    async {
        match begun {
            Begun::Done(made) => Ok(made),
            Begun::Pool(task) => task.await.map_err(|error| Lost(error.to_string())),
        }
    }
}

enum Begun<T> {
    Done(T),
    Pool(tokio::task::JoinHandle<T>),
}
