//! Names of `gavel` that files and manuals use, against the binary that was built.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::Findings;
use super::compose::containers;
use super::load::Files;
use crate::shell::{output, root};

/// Manuals whose commands are looked at.
const MANUALS: [&str; 3] = ["README.md", "docs/running.md", "docs/operating.md"];

/// What the binary knows.
struct Known {
    /// Flags of each subcommand; nested ones as `config show`.
    commands: BTreeMap<String, BTreeSet<String>>,
    settings: BTreeSet<String>,
    variables: BTreeSet<String>,
}

impl Known {
    fn ask(binary: &Path) -> Result<Self> {
        let example = output(Command::new(binary).args(["config", "example"]))?;
        let settings: BTreeSet<String> = example
            .lines()
            .filter_map(|line| line.strip_prefix("# ")?.split_once(" = "))
            .map(|(name, _)| name.to_owned())
            .collect();
        let mut variables: BTreeSet<String> =
            settings.iter().map(|name| format!("GAVEL_{}", name.replace('.', "_").to_ascii_uppercase())).collect();
        let mut commands = BTreeMap::new();
        let mut waiting = vec![String::new()];
        while let Some(command) = waiting.pop() {
            let help = output(Command::new(binary).args(command.split_whitespace()).arg("--help"))?;
            let flags = words(&help, |c| c.is_ascii_lowercase() || c == '-').filter(|word| word.starts_with("--"));
            commands.insert(command.clone(), flags.map(str::to_owned).collect());
            variables.extend(
                help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next()).map(str::to_owned),
            );
            let nested = help.lines().skip_while(|line| *line != "Commands:").skip(1);
            for line in nested.take_while(|line| line.starts_with("  ")) {
                let Some(name) = line.split_whitespace().next().filter(|name| *name != "help") else { continue };
                if line.starts_with("   ") {
                    continue;
                }
                waiting.push(format!("{command} {name}").trim().to_owned());
            }
        }
        Ok(Self { commands, settings, variables })
    }

    /// `gavel` with these arguments: subcommand and flags must exist.
    fn command(&self, place: &str, arguments: &[&str], findings: &mut Findings) {
        let mut command = String::new();
        let mut rest = arguments.iter().peekable();
        while let Some(word) = rest.peek() {
            // Of several that a manual names at once, each.
            if word.contains('|') {
                for one in word.split('|') {
                    let mut alone = vec![one];
                    alone.extend(rest.clone().skip(1));
                    let prefix: Vec<&str> = command.split_whitespace().chain(alone).collect();
                    self.command(place, &prefix, findings);
                }
                return;
            }
            let deeper = format!("{command} {word}").trim().to_owned();
            if !self.commands.contains_key(&deeper) {
                break;
            }
            command = deeper;
            rest.next();
        }
        let Some(flags) = self.commands.get(&command).filter(|_| !command.is_empty() || arguments.is_empty()) else {
            return findings.add(format!("{place}: gavel has no subcommand {:?}", arguments.first()));
        };
        let mut value_follows = false;
        for word in rest {
            if value_follows {
                value_follows = false;
                if let Some((name, _)) = word.split_once('=') {
                    findings.check(self.settings.contains(name), || format!("{place}: no setting {name}"));
                }
                continue;
            }
            let flag = word.trim_matches(['[', ']']).split('=').next().unwrap_or("");
            if flag.starts_with("--") && flag.len() > 2 {
                findings.check(flags.contains(flag), || format!("{place}: gavel {command} has no flag {flag}"));
                value_follows = flag == "--set";
            }
        }
    }
}

/// Runs of characters that `belongs` to.
fn words(text: &str, belongs: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(move |c| !belongs(c)).filter(|word| !word.is_empty())
}

pub fn check(files: &Files, binary: &Path, findings: &mut Findings) -> Result<()> {
    let known = Known::ask(binary)?;
    let mut texts = files.text.clone();
    for manual in MANUALS {
        texts.insert(manual.to_owned(), std::fs::read_to_string(root().join(manual)).context(manual)?);
    }
    for (path, text) in &texts {
        for word in words(text, |c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') {
            let ours = word.starts_with("GAVEL_") && word != "GAVEL_" && word != "GAVEL_A_B_C";
            findings.check(!ours || known.variables.contains(word) || word == "GAVEL_SHARED", || {
                format!("{path}: no variable {word}")
            });
        }
    }
    for manual in MANUALS {
        for line in spoken(texts.get(manual).map_or("", String::as_str)) {
            let arguments: Vec<&str> = line.split_whitespace().collect();
            known.command(manual, &arguments, findings);
        }
    }
    for (path, documents) in files.yaml.iter().filter(|(path, _)| path.starts_with("deploy/kubernetes/")) {
        for document in documents {
            manifest(path, document, &known, binary, findings)?;
        }
    }
    for container in containers(files)?.iter().filter(|one| one.ours()) {
        let arguments: Vec<&str> = container.command.iter().map(String::as_str).collect();
        known.command(&container.name, &arguments, findings);
        settings_hold(&container.name, binary, &container.environment, &[], findings)?;
    }
    for list in [&files.image.command, &files.image.health.get(1..).unwrap_or_default().to_vec()] {
        let arguments: Vec<&str> = list.iter().map(String::as_str).collect();
        known.command("deploy/Dockerfile", &arguments, findings);
    }
    settings_hold("deploy/Dockerfile", binary, &files.image.environment, &[], findings)?;
    let example = files.content("deploy/systemd/gavel.env.example")?;
    let lines = example.lines().map(|line| line.trim_start_matches(['#', ' ']));
    let environment = lines.filter_map(|line| line.split_once('=')).filter(|(name, _)| name.starts_with("GAVEL_"));
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    settings_hold("deploy/systemd/gavel.env.example", binary, &environment, &[], findings)
}

/// What a manifest says to `gavel`: settings files, arguments, commands of scripts.
fn manifest(
    path: &str,
    document: &serde_json::Value,
    known: &Known,
    binary: &Path,
    findings: &mut Findings,
) -> Result<()> {
    for (name, content) in super::load::pairs(&document["data"]) {
        if name.ends_with(".toml") {
            let file = root().join("target/xtask").join(format!("deploy-{}-{name}", std::process::id()));
            std::fs::create_dir_all(root().join("target/xtask"))?;
            std::fs::write(&file, content)?;
            let arguments = ["--config".to_owned(), file.display().to_string()];
            settings_hold(path, binary, &BTreeMap::new(), &arguments, findings)?;
            std::fs::remove_file(file)?;
        }
    }
    let spec = &document["spec"]["template"]["spec"];
    for container in spec["initContainers"].as_array().into_iter().chain(spec["containers"].as_array()).flatten() {
        let arguments = super::load::strings(&container["args"]);
        if container["command"].is_null() {
            known.command(path, &arguments.iter().map(String::as_str).collect::<Vec<_>>(), findings);
        } else {
            for line in arguments.iter().flat_map(|script| script.lines()) {
                if let Some(rest) = line.trim().strip_prefix("gavel ") {
                    known.command(path, &rest.split_whitespace().collect::<Vec<_>>(), findings);
                }
            }
        }
    }
    Ok(())
}

/// Whether `gavel` can read these settings, names and values.
fn settings_hold(
    place: &str,
    binary: &Path,
    environment: &BTreeMap<String, String>,
    arguments: &[String],
    findings: &mut Findings,
) -> Result<()> {
    let mut command = Command::new(binary);
    let out = command.env_clear().envs(environment).args(["config", "show"]).args(arguments).output()?;
    findings.check(out.status.success(), || format!("{place}: {}", String::from_utf8_lossy(&out.stderr).trim()));
    Ok(())
}

/// What follows `gavel` in a manual's examples and between its backquotes.
fn spoken(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            let command = line.split(" #").next().unwrap_or("").trim();
            let command = command.split(" && ").last().unwrap_or("");
            let command = command
                .strip_prefix("docker compose exec ")
                .map_or(command, |rest| rest.split_once(' ').map_or("", |(_, command)| command));
            found.extend(command.strip_prefix("gavel ").map(|rest| rest.split(" > ").next().unwrap_or("").to_owned()));
        } else {
            let quoted = line.split('`').skip(1).step_by(2);
            found.extend(quoted.filter_map(|code| code.strip_prefix("gavel ")).map(str::to_owned));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let flags = |list: &[&str]| list.iter().map(|flag| (*flag).to_owned()).collect();
        Known {
            commands: BTreeMap::from([
                (String::new(), flags(&["--help"])),
                ("start".into(), flags(&["--set", "--listen"])),
                ("config".into(), flags(&[])),
                ("config show".into(), flags(&["--config"])),
            ]),
            settings: BTreeSet::from(["a.b".to_owned()]),
            variables: BTreeSet::new(),
        }
    }

    fn said(line: &str) -> Vec<String> {
        let mut findings = Findings::default();
        known().command("x", &line.split_whitespace().collect::<Vec<_>>(), &mut findings);
        findings.0
    }

    #[test]
    fn what_does_not_exist_is_found() {
        for fine in ["start --set a.b=1", "config show --config x", "start --listen 0:1", "start|config"] {
            assert_eq!(said(fine), Vec::<String>::new(), "{fine}");
        }
        for wrong in ["stop", "start --lisen 1", "config --config x", "start --set a.c=1", "start|stop"] {
            assert_eq!(said(wrong).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn manuals_speak_in_fences_and_quotes() {
        let text = "Gavel is. `gavel start --x` and `gavel`\n```sh\ngavel config show > f   # why\ndocker compose exec q gavel status\ngavels\n```\ngavel not\n";
        assert_eq!(spoken(text), ["start --x", "config show", "status"]);
    }
}
