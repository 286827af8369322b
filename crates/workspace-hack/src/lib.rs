//! Depends on what the heavy crates share, so that every build picks one feature set (docs/dependencies.md).
