//! See ARCHITECTURE.md.

pub mod ddl;
pub mod dml;
pub mod fast;
pub mod settings;
