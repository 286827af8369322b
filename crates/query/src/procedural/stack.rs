//! Room on the stack for functions that call each other: a future whose polls go on on a new piece of stack once the old
//! one is nearly used up.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::BoxFuture;

/// What has to be left for a call, up to the next one within it. Frames without optimisation are many times as large.
const LEFT_BYTES: usize = if cfg!(debug_assertions) { 3 << 19 } else { 1 << 19 };
/// What is added when less is left.
const PIECE_BYTES: usize = 8 << 20;

/// A call that is polled with enough stack.
pub(crate) struct WithStack<'a, T>(pub BoxFuture<'a, T>);

impl<T> Future for WithStack<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        stacker::maybe_grow(LEFT_BYTES, PIECE_BYTES, || self.0.as_mut().poll(cx))
    }
}
