//! Proof that the core decides as PROTOCOL §7 says.
