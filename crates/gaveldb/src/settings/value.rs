//! How values of settings are written: `"16MiB"`, `"100ms"`, `"127.0.0.1:5432"`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// A value as it was given.
#[derive(Clone, Debug)]
pub enum Raw {
    Text(String),
    List(Vec<String>),
}

impl Raw {
    fn text(&self) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text.trim()),
            Self::List(_) => Err("is one value, not a list".to_owned()),
        }
    }
}

/// A type of setting.
pub trait Value: Sized {
    /// # Errors
    /// What is wrong with it.
    fn parse(raw: &Raw) -> Result<Self, String>;
    /// As TOML; `None` if it is not set.
    fn show(&self) -> Option<String>;
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl Size {
    pub const fn mib(n: u64) -> Self {
        Self(n << 20)
    }

    /// As an index; saturates.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

impl Value for Size {
    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text()?;
        let (number, unit) =
            UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?.trim(), *unit))).unwrap_or((text, 1));
        number
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(unit))
            .map(Self)
            .ok_or_else(|| format!("\"{text}\" is not a size such as \"16MiB\""))
    }

    fn show(&self) -> Option<String> {
        let (name, unit) =
            UNITS.iter().find(|(_, unit)| self.0 >= *unit && self.0.is_multiple_of(*unit)).unwrap_or(&("B", 1));
        Some(format!("\"{}{name}\"", self.0 / unit))
    }
}

const SPANS: [(&str, u64); 5] = [("ms", 1_000), ("us", 1), ("s", 1_000_000), ("min", 60_000_000), ("h", 3_600_000_000)];

impl Value for Duration {
    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text()?;
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let micros = SPANS.iter().find(|(name, _)| *name == unit.trim()).map(|(_, micros)| *micros);
        micros
            .zip(number.parse::<u64>().ok())
            .and_then(|(unit, n)| n.checked_mul(unit))
            .map(Self::from_micros)
            .ok_or_else(|| format!("\"{text}\" is not a time such as \"100ms\", \"10s\" or \"5min\""))
    }

    fn show(&self) -> Option<String> {
        let micros = u64::try_from(self.as_micros()).unwrap_or(u64::MAX);
        let (name, unit) = SPANS
            .iter()
            .filter(|(_, unit)| micros.is_multiple_of(*unit) && micros >= *unit)
            .max_by_key(|(_, unit)| *unit)
            .unwrap_or(&("us", 1));
        Some(format!("\"{}{name}\"", micros / unit))
    }
}

impl Value for usize {
    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text()?;
        text.parse().map_err(|_| format!("\"{text}\" is not a number"))
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Value for bool {
    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text()?;
        text.parse().map_err(|_| format!("\"{text}\" is not true or false"))
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Value for String {
    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.text().map(str::to_owned)
    }

    fn show(&self) -> Option<String> {
        Some(quoted(self))
    }
}

impl Value for PathBuf {
    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw.text()? {
            "" => Err("is empty".to_owned()),
            text => Ok(Self::from(text)),
        }
    }

    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string_lossy()))
    }
}

impl Value for SocketAddr {
    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text()?.replace("localhost:", "127.0.0.1:");
        text.parse().map_err(|_| format!("\"{text}\" is not an address such as \"127.0.0.1:5432\""))
    }

    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string()))
    }
}

/// A list; as text, its items are divided by semicolons.
impl Value for Vec<String> {
    fn parse(raw: &Raw) -> Result<Self, String> {
        Ok(match raw {
            Raw::List(items) => items.clone(),
            Raw::Text(text) => text.split(';').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect(),
        })
    }

    fn show(&self) -> Option<String> {
        Some(format!("[{}]", self.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", ")))
    }
}

/// Not set by default; empty text unsets.
impl<T: Value> Value for Option<T> {
    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Text(text) if text.trim().is_empty() => Ok(None),
            other => T::parse(other).map(Some),
        }
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(T::show)
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back<T: Value>(text: &str) -> String {
        T::parse(&Raw::Text(text.to_owned())).map_or_else(|e| e, |v| v.show().unwrap_or_default())
    }

    #[test]
    fn sizes_and_times_keep_their_units() {
        assert_eq!(back::<Size>("16MiB"), "\"16MiB\"");
        assert_eq!(back::<Size>("1536 KiB"), "\"1536KiB\"");
        assert_eq!(back::<Size>("7"), "\"7B\"");
        assert_eq!(back::<Duration>("1500ms"), "\"1500ms\"");
        assert_eq!(back::<Duration>("300s"), "\"5min\"");
        assert_eq!(back::<Duration>("0s"), "\"0us\"");
        assert!(back::<Size>("99999999999GiB").contains("is not a size"));
        assert!(back::<Duration>("10").contains("is not a time"));
    }
}
