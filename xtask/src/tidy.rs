//! What the compiler does not check: which crate may depend on which, and which crate may know which
//! technology (ARCHITECTURE.md states both).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell::{cargo, output, root};

/// Our crates, lowest layer first. A crate may depend only on crates of lower layers.
const LAYERS: &[&[&str]] = &[
    &["gavel-types", "gavel-runtime", "gavel-telemetry"],
    &["gavel-encoding", "gavel-clock", "gavel-plpgsql", "gavel-textsearch"],
    &["gavel-functions", "gavel-wire-format"],
    &["gavel-api"],
    &["gavel-catalog"],
    &["gavel-binder", "gavel-pushdown"],
    &["gavel-mvcc", "gavel-txn"],
    &["gavel-journal", "gavel-adjudicator", "gavel-storage", "gavel-query"],
    &["gavel-frontend", "gavel-rpc"],
    &["gaveldb"],
];

/// Crates that only tests and tools use.
const TOOLS: &[&str] = &["gavel-sim", "gavel-testkit", "xtask", "workspace-hack"];

/// Outside crate (or prefix ending in `*`) and the only crates of ours that may name it.
const HOMES: &[(&str, &[&str])] = &[
    ("sqlparser", &["gavel-binder", "gavel-catalog", "gavel-query"]),
    ("datafusion", &["gavel-query"]),
    ("datafusion-*", &["gavel-functions", "gavel-pushdown", "gavel-query"]),
    ("tonic*", &["gavel-rpc"]),
    ("prost*", &["gavel-rpc"]),
    ("rcgen", &["gavel-rpc"]),
    ("pgwire", &["gavel-frontend", "gavel-wire-format"]),
    ("rust-stemmers", &["gavel-textsearch"]),
    ("lsm-tree", &["gavel-mvcc"]),
    ("fjall", &["gavel-mvcc"]),
    ("opentelemetry*", &["gavel-telemetry"]),
    ("openraft", &["gavel-journal"]),
    ("aws-sdk-*", &["gavel-archive"]),
    ("aws-config", &["gavel-archive"]),
    ("object_store", &["gavel-archive"]),
];

/// The only file that may allow `unsafe`: a system call that no crate wraps.
const UNSAFE: &str = "crates/clock/src/adjtimex.rs";

/// Checks the manifests, and where `unsafe` is allowed.
///
/// # Errors
/// Lists every breach.
pub fn run() -> Result<()> {
    let metadata: Value =
        serde_json::from_str(&output(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"]))?)?;
    let mut breaches = Vec::new();
    let layer: BTreeMap<&str, usize> =
        LAYERS.iter().enumerate().flat_map(|(n, names)| names.iter().map(move |name| (*name, n))).collect();
    for package in metadata["packages"].as_array().context("packages")? {
        let name = package["name"].as_str().context("name")?;
        let tool = TOOLS.contains(&name);
        if !tool && !layer.contains_key(name) {
            breaches.push(format!("{name} has no layer in xtask/src/tidy.rs"));
            continue;
        }
        if package["license"].as_str() != Some("Apache-2.0") {
            breaches.push(format!("{name} does not say license = Apache-2.0"));
        }
        let mut seen = BTreeSet::new();
        for dependency in package["dependencies"].as_array().context("dependencies")? {
            let on = dependency["name"].as_str().context("dependency name")?;
            let development = dependency["kind"].as_str() == Some("dev");
            if !seen.insert((on, development)) || tool || development {
                continue;
            }
            if let (Some(mine), Some(theirs)) = (layer.get(name), layer.get(on)) {
                if theirs >= mine {
                    breaches.push(format!("{name} may not depend on {on}: not a lower layer"));
                }
            }
            if TOOLS.contains(&on) && on != "workspace-hack" {
                breaches.push(format!("{name} may depend on {on} for tests only"));
            }
            for (outside, homes) in HOMES {
                let same = outside.strip_suffix('*').map_or(on == *outside, |prefix| on.starts_with(prefix));
                if same && !homes.contains(&name) {
                    breaches.push(format!("{name} may not know {on}: its home is {}", homes.join(", ")));
                }
            }
        }
    }
    for file in rust_files(&root().join("crates"))? {
        let relative = file.strip_prefix(root())?.display().to_string();
        if relative != UNSAFE && std::fs::read_to_string(&file)?.contains("allow(unsafe_code") {
            breaches.push(format!("{relative} may not allow unsafe code: only {UNSAFE} does"));
        }
    }
    for file in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", "docs/dependencies.md", ".ci/run"] {
        if !root().join(file).exists() {
            breaches.push(format!("{file} is missing"));
        }
    }
    if breaches.is_empty() { Ok(()) } else { bail!("tidy:\n  {}", breaches.join("\n  ")) }
}

/// Every Rust file below `directory`.
fn rust_files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}
