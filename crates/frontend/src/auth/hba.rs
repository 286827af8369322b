//! Who may connect how: rules in the manner of `pg_hba.conf`, the first that fits decides.
//!
//! ```text
//! # type     database  user  address       method
//! host       all       all   loopback      trust
//! hostssl    all       all   all           scram-sha-256
//! ```
//! `type` is `host` (with or without TLS), `hostssl` or `hostnossl`; `database` and `user` are
//! `all` or names between commas; `address` is `all`, `loopback`, an address, or one with a prefix
//! length; `method` is `trust`, `scram-sha-256` or `reject`.

use std::net::IpAddr;

/// How a connection proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Trust,
    Scram,
    Reject,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Names {
    All,
    Listed(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    All,
    Loopback,
    Net(IpAddr, u8),
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `None`: with or without TLS.
    tls: Option<bool>,
    databases: Names,
    users: Names,
    source: Source,
    method: Method,
}

/// Trust on loopback; SCRAM over TLS from elsewhere.
pub fn default_rules() -> Vec<Rule> {
    let rule = |tls, source, method| Rule { tls, databases: Names::All, users: Names::All, source, method };
    vec![rule(None, Source::Loopback, Method::Trust), rule(Some(true), Source::All, Method::Scram)]
}

impl Rule {
    /// A rule from its line.
    ///
    /// # Errors
    /// What is wrong with it, for the operator.
    pub fn parse(line: &str) -> Result<Self, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind, databases, users, address, method] = words[..] else {
            return Err(format!("\"{line}\" is not: type database user address method"));
        };
        let tls = match kind {
            "host" => None,
            "hostssl" => Some(true),
            "hostnossl" => Some(false),
            _ => return Err(format!("connection type \"{kind}\" is not host, hostssl or hostnossl")),
        };
        let method = match method {
            "trust" => Method::Trust,
            "scram-sha-256" => Method::Scram,
            "reject" => Method::Reject,
            _ => return Err(format!("method \"{method}\" is not trust, scram-sha-256 or reject")),
        };
        Ok(Self { tls, databases: names(databases), users: names(users), source: source(address)?, method })
    }

    fn fits(&self, who: &Attempt<'_>) -> bool {
        self.tls.is_none_or(|tls| tls == who.tls)
            && self.databases.include(who.database)
            && self.users.include(who.user)
            && self.source.contains(who.address)
    }
}

/// A connection that wants in.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    pub address: IpAddr,
    pub tls: bool,
    pub user: &'a str,
    pub database: &'a str,
}

/// The method of the first rule that fits; `None` if none does.
pub fn method(rules: &[Rule], who: &Attempt<'_>) -> Option<Method> {
    rules.iter().find(|r| r.fits(who)).map(|r| r.method)
}

impl Names {
    fn include(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Listed(names) => names.iter().any(|n| n == name),
        }
    }
}

impl Source {
    fn contains(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        match self {
            Self::All => true,
            Self::Loopback => address.is_loopback(),
            Self::Net(net, prefix) => match (net, address) {
                (IpAddr::V4(n), IpAddr::V4(a)) => same_prefix(n.to_bits().into(), a.to_bits().into(), 32, prefix),
                (IpAddr::V6(n), IpAddr::V6(a)) => same_prefix(n.to_bits(), a.to_bits(), 128, prefix),
                _ => false,
            },
        }
    }
}

fn same_prefix(a: u128, b: u128, width: u32, prefix: u8) -> bool {
    let shift = width.saturating_sub(prefix.into());
    (a ^ b).checked_shr(shift).unwrap_or(0) == 0
}

fn names(word: &str) -> Names {
    if word == "all" { Names::All } else { Names::Listed(word.split(',').map(str::to_owned).collect()) }
}

fn source(word: &str) -> Result<Source, String> {
    let bad = || format!("address \"{word}\" is not all, loopback, or an address with or without prefix length");
    match word {
        "all" => return Ok(Source::All),
        "loopback" => return Ok(Source::Loopback),
        _ => {}
    }
    let (address, prefix) = match word.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (word, None),
    };
    let address: IpAddr = address.parse().map_err(|_| bad())?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.map_or(Ok(width), str::parse).map_err(|_| bad())?;
    if prefix <= width { Ok(Source::Net(address, prefix)) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(rules: &[&str], address: &str, tls: bool, user: &str) -> Option<Method> {
        let rules: Vec<Rule> = rules.iter().map(|r| Rule::parse(r).unwrap()).collect();
        method(&rules, &Attempt { address: address.parse().unwrap(), tls, user, database: "db" })
    }

    #[test]
    fn loopback_is_trusted_and_others_need_tls_by_default() {
        let rules = default_rules();
        let ask = |address: &str, tls| {
            let address = address.parse().unwrap();
            method(&rules, &Attempt { address, tls, user: "u", database: "d" })
        };
        assert_eq!(ask("127.0.0.1", false), Some(Method::Trust));
        assert_eq!(ask("::1", false), Some(Method::Trust));
        assert_eq!(ask("::ffff:127.0.0.1", false), Some(Method::Trust));
        assert_eq!(ask("10.0.0.1", true), Some(Method::Scram));
        assert_eq!(ask("10.0.0.1", false), None);
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let rules = ["host all eve all reject", "host all all 10.1.0.0/16 trust", "hostnossl db all all scram-sha-256"];
        assert_eq!(decide(&rules, "10.1.2.3", false, "eve"), Some(Method::Reject));
        assert_eq!(decide(&rules, "10.1.2.3", false, "bob"), Some(Method::Trust));
        assert_eq!(decide(&rules, "10.2.2.3", false, "bob"), Some(Method::Scram));
        assert_eq!(decide(&rules, "10.2.2.3", true, "bob"), None);
    }

    #[test]
    fn prefixes_of_zero_and_of_ipv6() {
        assert_eq!(decide(&["host all all 0.0.0.0/0 trust"], "9.9.9.9", false, "x"), Some(Method::Trust));
        assert_eq!(decide(&["host all all fd00::/8 trust"], "fd12::1", false, "x"), Some(Method::Trust));
        assert_eq!(decide(&["host all all fd00::/8 trust"], "fe12::1", false, "x"), None);
    }

    #[test]
    fn nonsense_is_named() {
        for line in ["host all all", "hst all all all trust", "host all all 1.2.3.4/33 trust", "host all all all md5"] {
            assert!(Rule::parse(line).is_err(), "{line}");
        }
    }
}
