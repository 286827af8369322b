//! Waiting for writers of a rung that is on its way out.
//!
//! Who began before the last step may still commit under the rung before it, and is to be let do so. Sessions of this
//! node are known: a step waits for those whose transactions are as old. Those of other nodes are not, but what they
//! commit leaves a stamp on the key of their rung. So a step takes its snapshot, lets some time pass, and commits in a
//! mode that fails if the key was used since: it succeeds once nobody has committed under that rung for so long. Who is
//! still at it then, on another node, is told 40001 (OC001).
#![allow(clippy::disallowed_methods, reason = "the shell that waits")]

use std::time::{Duration, Instant};

use crate::engine::Engine;

/// For so long nobody must have committed under a rung that is turned away.
pub(super) const QUIET: Duration = Duration::from_millis(200);
/// Sessions of this node are waited for at most so long.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// How often they are looked at.
const LOOK: Duration = Duration::from_millis(10);

impl Engine {
    /// Whether a session of this node is in a transaction that it began before `limit`, in microseconds.
    fn has_older(&self, limit: i64) -> bool {
        self.sessions.list().iter().any(|session| {
            let live = session.live.lock();
            !live.waits_for_job && live.transaction_start.is_some_and(|start| start <= limit)
        })
    }

    /// Waits until no transaction of this node is older than `limit`, or `most` has passed. Whether there is none.
    pub(super) async fn outlive(&self, limit: i64, most: Duration) -> bool {
        let begun = Instant::now();
        while self.has_older(limit) {
            if begun.elapsed() >= most {
                return false;
            }
            tokio::time::sleep(LOOK).await;
        }
        true
    }
}
