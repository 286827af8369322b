//! What each file's own program, or its schema, says of it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Findings;
use super::load::Files;
use crate::install::DeployTools;
use crate::shell::root;

/// Least hardened that a unit may be, on systemd's scale from 0 (best) to 10, times ten.
const EXPOSURE: &str = "20";

pub fn check(tools: &DeployTools, files: &Files, binary: &Path, findings: &mut Findings) -> Result<()> {
    let mut compose = Command::new(&tools.check_jsonschema);
    compose.args(["--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]);
    accepts(&mut compose, findings)?;

    let mut kubernetes = Command::new(&tools.kubernetes_validate);
    let manifests = files.yaml.keys().filter(|path| path.starts_with("deploy/kubernetes/"));
    kubernetes.args(["--strict", "--quiet", "--no-warn"]).args(manifests);
    accepts(&mut kubernetes, findings)?;

    accepts(Command::new("promtool").args(["check", "config", "deploy/prometheus/prometheus.yml"]), findings)?;
    haproxy(files, findings)?;
    systemd(files, binary, findings)?;
    grafana(files, findings)
}

/// Runs a checker; what it says against the file is a finding.
fn accepts(command: &mut Command, findings: &mut Findings) -> Result<()> {
    let line = format!("{command:?}");
    let out = command.current_dir(root()).output().with_context(|| line.clone())?;
    if !out.status.success() {
        let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        findings.add(format!("{line}: {}", said.trim()));
    }
    Ok(())
}

fn scratch() -> Result<std::path::PathBuf> {
    let folder = root().join("target/xtask").join(format!("deploy-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Names do not resolve here, which `HAProxy` warns of; everything else it warns of counts.
fn haproxy(files: &Files, findings: &mut Findings) -> Result<()> {
    let folder = scratch()?;
    let file = folder.join("haproxy.cfg");
    let text = files.content("deploy/haproxy/haproxy.cfg")?;
    std::fs::write(&file, text.replace("query-1:", "127.0.0.1:").replace("query-2:", "127.0.0.1:"))?;
    let out = Command::new("haproxy").args(["-c", "-f"]).arg(&file).output().context("haproxy")?;
    let said = String::from_utf8_lossy(&out.stderr);
    let complaints: Vec<&str> =
        said.lines().filter(|line| line.contains("[WARNING]") || line.contains("[ALERT]")).collect();
    findings.check(out.status.success() && complaints.is_empty(), || format!("haproxy -c: {}", complaints.join("; ")));
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

/// The unit is checked with the binary that was built in the place of the installed one.
fn systemd(files: &Files, binary: &Path, findings: &mut Findings) -> Result<()> {
    let folder = scratch()?;
    let unit = folder.join("gavel@.service");
    let text = files.content("deploy/systemd/gavel@.service")?;
    std::fs::write(&unit, text.replace("/usr/bin/gavel", &binary.display().to_string()))?;
    let out = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit).output();
    let out = out.context("systemd-analyze")?;
    let said = String::from_utf8_lossy(&out.stderr);
    findings.check(out.status.success() && !said.contains("gavel@"), || format!("systemd-analyze verify: {said}"));
    let mut security = Command::new("systemd-analyze");
    accepts(
        security.args(["security", "--no-pager", "--offline=true", &format!("--threshold={EXPOSURE}")]).arg(&unit),
        findings,
    )?;
    for line in files.content("deploy/systemd/gavel.env.example")?.lines().filter(|line| !line.starts_with('#')) {
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let fine = line.is_empty() || line.split_once('=').is_some_and(|(name, _)| name.chars().all(plain));
        findings.check(fine, || format!("gavel.env.example: not NAME=value: {line}"));
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

/// Grafana is in no registry that we reach: its dashboard is JSON whose panels do not overlap and whose
/// data source is the provisioned one.
fn grafana(files: &Files, findings: &mut Findings) -> Result<()> {
    let sources = files.document("deploy/grafana/provisioning/datasources/prometheus.yml")?;
    let uids: Vec<&str> =
        sources["datasources"].as_array().into_iter().flatten().filter_map(|source| source["uid"].as_str()).collect();
    let dashboard: Value = serde_json::from_str(files.content("deploy/grafana/dashboards/gavel.json")?)?;
    let panels = dashboard["panels"].as_array().context("dashboard without panels")?;
    let mut taken: Vec<(u64, u64, u64, u64, String)> = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    for panel in panels {
        let title = panel["title"].as_str().unwrap_or("?").to_owned();
        findings.check(ids.insert(panel["id"].as_u64()), || format!("dashboard: {title}: its id is another's"));
        let place = |name: &str| panel["gridPos"][name].as_u64().unwrap_or(0);
        let (x, y, w, h) = (place("x"), place("y"), place("w"), place("h"));
        findings.check(w > 0 && h > 0 && x + w <= 24, || format!("dashboard: {title} has no place"));
        for (ox, oy, ow, oh, other) in &taken {
            let apart = x + w <= *ox || ox + ow <= x || y + h <= *oy || oy + oh <= y;
            findings.check(apart, || format!("dashboard: {title} lies on {other}"));
        }
        if panel["type"] != "row" {
            let known = panel["datasource"]["uid"].as_str().is_some_and(|uid| uids.contains(&uid));
            findings.check(known, || format!("dashboard: {title} has a data source that is not provisioned"));
            let described = panel["description"].as_str().is_some_and(|text| !text.is_empty());
            findings.check(described, || format!("dashboard: {title} does not say what it shows"));
        }
        taken.push((x, y, w, h, title));
    }
    let provider = files.document("deploy/grafana/provisioning/dashboards/gavel.yml")?;
    findings.check(provider["providers"][0]["options"]["path"].is_string(), || "dashboards: no path".into());
    Ok(())
}
