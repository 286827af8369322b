//! Waiting, and the monotonic clock.
#![allow(clippy::disallowed_methods, reason = "a shell: waits by tokio's timers")]

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::simulation::{self, Key};

/// The present moment of the monotonic clock.
pub fn now() -> Instant {
    simulation::moment().unwrap_or_else(Instant::now)
}

/// Time since `moment`.
pub fn since(moment: Instant) -> Duration {
    now().saturating_duration_since(moment)
}

/// Waits for `time`.
pub fn sleep(time: Duration) -> Sleep {
    // As far in the future as moments go, if not further.
    let moment = now();
    sleep_until(moment.checked_add(time).unwrap_or(moment + FAR))
}

/// About thirty years, as tokio has it.
const FAR: Duration = Duration::from_secs(86_400 * 365 * 30);

/// Waits until `moment`.
pub fn sleep_until(moment: Instant) -> Sleep {
    Sleep(match simulation::since_begin(moment) {
        Some(at) => Kind::Virtual { at, key: None },
        None => Kind::Real(Box::pin(tokio::time::sleep_until(moment.into()))),
    })
}

/// See [`sleep`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Sleep(Kind);

#[derive(Debug)]
enum Kind {
    Real(Pin<Box<tokio::time::Sleep>>),
    Virtual { at: Duration, key: Option<Key> },
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            Kind::Real(sleep) => sleep.as_mut().poll(context),
            Kind::Virtual { at, key } => {
                if simulation::is_due(*at) {
                    return Poll::Ready(());
                }
                *key = simulation::set_timer(*at, *key, context.waker());
                Poll::Pending
            }
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Kind::Virtual { key: Some(key), .. } = self.0 {
            simulation::drop_timer(key);
        }
    }
}

/// The time was over before the future was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

impl std::fmt::Display for Elapsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("time is over")
    }
}

impl std::error::Error for Elapsed {}

/// Waits for `future`, no longer than `time`; one that is ready is answered even if the time is over.
pub fn timeout<F: Future>(time: Duration, future: F) -> Timeout<F> {
    Timeout { future: Box::pin(future), sleep: sleep(time) }
}

/// [`timeout`], until `moment`.
pub fn timeout_at<F: Future>(moment: Instant, future: F) -> Timeout<F> {
    Timeout { future: Box::pin(future), sleep: sleep_until(moment) }
}

/// See [`timeout`].
#[must_use = "futures do nothing unless polled"]
pub struct Timeout<F> {
    /// Boxed, so that it can be polled without unsafe code.
    future: Pin<Box<F>>,
    sleep: Sleep,
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(answer) = self.future.as_mut().poll(context) {
            return Poll::Ready(Ok(answer));
        }
        Pin::new(&mut self.sleep).poll(context).map(|()| Err(Elapsed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn on_a_machine_time_passes_by_itself() {
        let begun = now();
        sleep(Duration::from_millis(5)).await;
        assert!(since(begun) >= Duration::from_millis(5));
        let never = std::future::pending::<()>();
        assert_eq!(timeout(Duration::from_millis(1), never).await, Err(Elapsed));
        assert_eq!(timeout(Duration::ZERO, async { 7 }).await, Ok(7));
        assert_eq!(timeout(Duration::MAX, async { 7 }).await, Ok(7));
    }
}
