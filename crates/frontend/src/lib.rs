//! The front: PostgreSQL's wire protocol, version 3 (manual, chapter 55), over TCP and TLS.
//!
//! A connection is one task. It shakes hands ([`startup`]), proves who it is ([`auth`]), opens a
//! session of the engine (`api::sql`), and then turns messages into calls of the session and what
//! the session pushes into messages ([`conversation`], [`sink`]). The front knows no SQL: it
//! never looks into a statement.
//!
//! ```text
//! socket ─► connection: frames ─► message: decode ─► conversation ─► SqlSession
//!    ▲                                                                   │
//!    └──────────── connection: buffer ◄─ backend: encode ◄─ sink ◄───────┘
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`server`] | listening, limits on connections, draining |
//! | [`settings`] | what an operator tunes |
//! | [`connection`] | one socket: frames in, buffered bytes out |
//! | [`message`], [`backend`] | messages of the client decoded, of the server encoded; pure |
//! | [`startup`] | TLS and GSS requests, startup packet, protocol version, cancel requests |
//! | [`auth`] | who may connect how, SCRAM, delay of guessing |
//! | [`conversation`] | the loop over simple and extended protocol |
//! | [`sink`] | results of a session to the wire, COPY both ways |
//! | [`parameters`] | values of Bind |
//! | [`cancel`] | live sessions by process id and secret |
//! | [`tls`] | certificates |
//!
//! Invariants:
//! 1. Output is buffered and leaves at Sync, Flush, the end of a simple query, or when the buffer
//!    is full; never a message at a time.
//! 2. No length in a frame is believed before as many bytes have come.
//! 3. After an error in the extended protocol nothing is done until Sync.
//! 4. An unknown user and a wrong password look and take the same.

pub mod auth;
pub mod backend;
mod call;
pub mod cancel;
pub mod connection;
pub mod conversation;
pub mod message;
pub mod parameters;
pub mod server;
pub mod settings;
pub mod sink;
pub mod startup;
pub mod tls;

pub use server::{Frontend, FrontendStats};
pub use settings::FrontendSettings;
