//! See ARCHITECTURE.md.

pub mod apply;
pub mod ddl;
pub mod dml;
pub mod exec;
pub mod explain;
pub mod fast;
pub mod lower;
pub mod settings;
