//! SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, 7677), over pgwire's state machine: which
//! mechanisms are offered, which verifier is used, and the doomed exchange with an unknown user.
#![allow(clippy::disallowed_methods, reason = "verifiers of unknown users are random")]

use std::hash::{Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gavel_api::sql::Credential;
use pgwire::api::auth::sasl::scram::{ScramSecret, ScramServerAuth, ScramServerAuthWaitingForClientFinal};
use rand::{RngCore, SeedableRng};

pub const MECHANISM: &str = "SCRAM-SHA-256";
/// With channel binding `tls-server-end-point`.
pub const MECHANISM_PLUS: &str = "SCRAM-SHA-256-PLUS";
/// Iterations of the doomed exchange: those of most stored verifiers.
const ITERATIONS: usize = 4096;
/// Most iterations that a stored verifier may ask a client to make.
const MAX_ITERATIONS: usize = 10_000_000;

/// The exchange cannot go on: wrong password, wrong channel, or nonsense. Told to the client as a
/// wrong password in any case.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused(pub String);

/// An exchange before the client's first message.
pub struct Exchange {
    server: ScramServerAuth,
    plus: bool,
    secret: ScramSecret,
}

/// An exchange that waits for the client's proof.
pub struct AwaitingProof(ScramServerAuthWaitingForClientFinal);

impl Exchange {
    /// `certificate`: the server's, in PEM, if this connection is over TLS.
    pub fn new(credential: &Credential, user: &str, mock_secret: &[u8; 32], certificate: Option<&[u8]>) -> Self {
        let mut server = ScramServerAuth::new();
        // A certificate signed by an algorithm without a hash of its own (Ed25519) cannot be bound.
        let plus = certificate.is_some_and(|pem| server.configure_certificate(pem).is_ok());
        let stored = match credential {
            Credential::Scram(text) => parse_verifier(text),
            Credential::None => None,
        };
        Self { server, plus, secret: stored.unwrap_or_else(|| doomed(user, mock_secret)) }
    }

    /// Names for AuthenticationSASL, the preferred first.
    pub fn mechanisms(&self) -> &'static [&'static str] {
        if self.plus { &[MECHANISM_PLUS, MECHANISM] } else { &[MECHANISM] }
    }

    /// The client's choice and first message → the server's first message.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn client_first(self, mechanism: &str, data: &[u8]) -> Result<(String, AwaitingProof), Refused> {
        if !self.mechanisms().contains(&mechanism) {
            return Err(Refused("client selected an invalid SASL authentication mechanism".to_owned()));
        }
        if (mechanism == MECHANISM_PLUS) != data.starts_with(b"p=") {
            return Err(Refused("channel binding does not fit the mechanism".to_owned()));
        }
        self.server
            .on_client_first_message_with_secret(data, self.secret)
            .map(|(reply, state)| (reply, AwaitingProof(state)))
            .map_err(|e| Refused(e.to_string()))
    }
}

impl AwaitingProof {
    /// The client's proof → the server's.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn client_final(self, data: &[u8]) -> Result<String, Refused> {
        self.0.on_client_final_message(data).map_err(|e| Refused(e.to_string()))
    }
}

/// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
fn parse_verifier(text: &str) -> Option<ScramSecret> {
    let (iterations, rest) = text.strip_prefix("SCRAM-SHA-256$")?.split_once(':')?;
    let (salt, keys) = rest.split_once('$')?;
    let (stored, server) = keys.split_once(':')?;
    let iterations = iterations.parse().ok().filter(|n| (1..=MAX_ITERATIONS).contains(n))?;
    let key = |text: &str| STANDARD.decode(text).ok().filter(|k| k.len() == 32);
    Some(ScramSecret::Verifier {
        salt: STANDARD.decode(salt).ok()?,
        iterations,
        stored_key: key(stored)?,
        server_key: key(server)?,
    })
}

/// A verifier that no password fits, with a salt that stays the same for `user`.
fn doomed(user: &str, mock_secret: &[u8; 32]) -> ScramSecret {
    let mut hasher = std::hash::DefaultHasher::new();
    (mock_secret, user).hash(&mut hasher);
    let mut salt = vec![0; 16];
    rand::rngs::StdRng::seed_from_u64(hasher.finish()).fill_bytes(&mut salt);
    let mut keys = [vec![0; 32], vec![0; 32]];
    keys.iter_mut().for_each(|k| rand::rng().fill_bytes(k));
    let [stored_key, server_key] = keys;
    ScramSecret::Verifier { salt, iterations: ITERATIONS, stored_key, server_key }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(credential: &Credential, user: &str) -> String {
        let exchange = Exchange::new(credential, user, &[7; 32], None);
        exchange.client_first(MECHANISM, b"n,,n=,r=abc").unwrap().0
    }

    #[test]
    fn unknown_users_keep_their_salt() {
        let salt = |s: String| s.split(',').nth(1).unwrap().to_owned();
        let none = Credential::None;
        assert_eq!(salt(first(&none, "eve")), salt(first(&none, "eve")));
        assert_ne!(salt(first(&none, "eve")), salt(first(&none, "bob")));
    }

    #[test]
    fn a_damaged_verifier_is_as_none() {
        let damaged = Credential::Scram("SCRAM-SHA-256$4096:AAAA$short:short".to_owned());
        assert_eq!(first(&damaged, "eve").split(',').nth(2), Some("i=4096"));
    }

    #[test]
    fn mechanisms_that_were_not_offered_are_refused() {
        let exchange = || Exchange::new(&Credential::None, "eve", &[0; 32], None);
        assert!(exchange().client_first(MECHANISM_PLUS, b"p=tls-server-end-point,,n=,r=abc").is_err());
        assert!(exchange().client_first(MECHANISM, b"p=tls-server-end-point,,n=,r=abc").is_err());
        assert!(exchange().client_first("PLAIN", b"").is_err());
        assert!(exchange().client_first(MECHANISM, b"\xff").is_err());
    }
}
