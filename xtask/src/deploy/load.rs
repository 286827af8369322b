//! Files into values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell::{output, root};

/// Prints each file's documents as JSON.
const TO_JSON: &str = "
import json, sys, yaml
class Strict(yaml.SafeLoader):
    pass
def mapping(loader, node, deep=False):
    seen = set()
    for key, _ in node.value:
        if key.tag != 'tag:yaml.org,2002:merge':
            name = loader.construct_object(key, deep=True)
            if name in seen:
                raise SystemExit(f'{loader.name}: key {name!r} twice{key.start_mark}')
            seen.add(name)
    loader.flatten_mapping(node)
    return yaml.SafeLoader.construct_mapping(loader, node, deep)
Strict.add_constructor('tag:yaml.org,2002:map', lambda l, n: mapping(l, n, True))
print(json.dumps({p: list(yaml.load_all(open(p), Strict)) for p in sys.argv[1:]}))
";

/// Everything that is looked at, by path below the repository's root.
#[derive(Debug)]
pub struct Files {
    /// Documents of each YAML file.
    pub yaml: BTreeMap<String, Vec<Value>>,
    /// Each file as it is.
    pub text: BTreeMap<String, String>,
    pub image: Image,
}

/// What a Dockerfile says of its containers.
#[derive(Debug, Default)]
pub struct Image {
    pub environment: BTreeMap<String, String>,
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    pub health: Vec<String>,
    pub user: String,
    pub ports: Vec<String>,
}

impl Files {
    pub fn read(python: &Path) -> Result<Self> {
        let mut paths = vec![PathBuf::from("docker-compose.yml"), PathBuf::from(".dockerignore")];
        collect(Path::new("deploy"), &mut paths)?;
        let mut text = BTreeMap::new();
        for path in &paths {
            let content = std::fs::read_to_string(root().join(path)).with_context(|| path.display().to_string())?;
            text.insert(path.display().to_string(), content);
        }
        let named_yaml = |name: &&String| name.ends_with(".yml") || name.ends_with(".yaml");
        let mut command = Command::new(python);
        command.current_dir(root()).args(["-c", TO_JSON]).args(text.keys().filter(named_yaml));
        let yaml = serde_json::from_str(&output(&mut command)?)?;
        let image = Image::parse(text.get("deploy/Dockerfile").context("deploy/Dockerfile")?)?;
        Ok(Self { yaml, text, image })
    }

    /// The one document of a file.
    pub fn document(&self, path: &str) -> Result<&Value> {
        self.yaml.get(path).and_then(|documents| documents.first()).with_context(|| format!("{path} is missing"))
    }

    pub fn content(&self, path: &str) -> Result<&str> {
        self.text.get(path).map(String::as_str).with_context(|| format!("{path} is missing"))
    }
}

fn collect(folder: &Path, out: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(root().join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(&path, out)?;
        } else {
            out.push(path);
        }
    }
    Ok(())
}

impl Image {
    /// Of the last stage.
    fn parse(text: &str) -> Result<Self> {
        let mut image = Self::default();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        for line in lines.join("\n").replace("\\\n", " ").lines() {
            let (instruction, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            let list = |text: &str| -> Result<Vec<String>> {
                serde_json::from_str(text).with_context(|| format!("Dockerfile: not a list of strings: {text}"))
            };
            match instruction {
                "FROM" => image = Self::default(),
                "ENV" => {
                    let pairs = rest.split_whitespace().filter_map(|pair| pair.split_once('='));
                    image.environment.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
                }
                "ENTRYPOINT" => image.entrypoint = list(rest)?,
                "CMD" => image.command = list(rest)?,
                "HEALTHCHECK" => image.health = list(rest.split_once("CMD ").context("HEALTHCHECK without CMD")?.1)?,
                "USER" => rest.clone_into(&mut image.user),
                "EXPOSE" => image.ports = rest.split_whitespace().map(str::to_owned).collect(),
                _ => {}
            }
        }
        Ok(image)
    }
}

/// The strings of a list; empty for anything else.
pub fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
}

/// The strings of a mapping; numbers and truth values as they are written.
pub fn pairs(value: &Value) -> BTreeMap<String, String> {
    let items = value.as_object().into_iter().flatten();
    items.map(|(name, item)| (name.clone(), item.as_str().map_or_else(|| item.to_string(), str::to_owned))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stage_of_a_dockerfile_counts() {
        let image = Image::parse(
            "FROM a AS b\nENV X=1\nFROM c\n# no\nENV A=1 \\\n    # between\n    B=2\nUSER 1:1\nHEALTHCHECK --retries=3 \\\n CMD [\"x\", \"y\"]\nENTRYPOINT [\"x\"]",
        )
        .unwrap();
        assert_eq!(image.environment.len(), 2);
        assert_eq!((image.health.len(), image.entrypoint.len(), image.user.as_str()), (2, 1, "1:1"));
        assert!(Image::parse("CMD x y").is_err());
    }
}
