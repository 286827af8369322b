//! PostgreSQL's `inet` and `cidr`: an IPv4 or IPv6 address and the length of its network's prefix. A `cidr` is
//! an [`Inet`] without bits right of the mask ([`Inet::is_network`]); the type says which one is meant.
//!
//! # Order and bytes
//! IPv4 comes before IPv6; then networks are ordered, shorter prefixes first, and last come addresses within one
//! network. The bytes of a value compare as values do, and no value's bytes begin with another's:
//! ```text
//! family 04 or 06, network (4 or 16), prefix length, bytes of the address from the first that holds host bits
//! 10.1.2.3/8 = 04 0a000000 08 010203          10.1.2.3 = 04 0a010203 20
//! ```

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const IPV4: u8 = 4;
const IPV6: u8 = 6;

/// An address and the length of its network's prefix, `0..=width`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Inet {
    address: IpAddr,
    prefix: u8,
}

impl Inet {
    /// `None` if the prefix is longer than the address.
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        let value = Self { address, prefix };
        (prefix <= value.width()).then_some(value)
    }

    pub const fn address(self) -> IpAddr {
        self.address
    }

    /// Bits of the mask.
    pub const fn prefix(self) -> u8 {
        self.prefix
    }

    pub const fn is_ipv6(self) -> bool {
        matches!(self.address, IpAddr::V6(_))
    }

    /// Bits of the address: 32 or 128.
    pub const fn width(self) -> u8 {
        if self.is_ipv6() { 128 } else { 32 }
    }

    /// The address as a number.
    pub const fn number(self) -> u128 {
        match self.address {
            IpAddr::V4(a) => a.to_bits() as u128,
            IpAddr::V6(a) => a.to_bits(),
        }
    }

    /// The address that has this number, with the same prefix; `None` beyond the family's range.
    pub fn with_number(self, number: u128) -> Option<Self> {
        let address = if self.is_ipv6() {
            IpAddr::V6(Ipv6Addr::from_bits(number))
        } else {
            IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(number).ok()?))
        };
        Some(Self { address, ..self })
    }

    /// The same with the bits of `number` that the family has.
    fn with_bits(self, number: u128) -> Self {
        let address = if self.is_ipv6() {
            IpAddr::V6(Ipv6Addr::from_bits(number))
        } else {
            IpAddr::V4(Ipv4Addr::from_bits(number as u32))
        };
        Self { address, ..self }
    }

    /// Ones where the prefix is. Bits above an IPv4 address are ones, too.
    const fn mask(self) -> u128 {
        match u128::MAX.checked_shl((self.width() - self.prefix) as u32) {
            Some(mask) => mask,
            None => 0,
        }
    }

    /// The same address in a network of another size; `None` if the prefix is longer than the address.
    pub fn with_prefix(self, prefix: u8) -> Option<Self> {
        Self::new(self.address, prefix)
    }

    /// Without the bits right of the mask.
    pub fn network(self) -> Self {
        self.with_bits(self.number() & self.mask())
    }

    /// With ones right of the mask.
    pub fn broadcast(self) -> Self {
        self.with_bits(self.number() | !self.mask())
    }

    pub fn netmask(self) -> Self {
        Self { prefix: self.width(), ..self.with_bits(self.mask()) }
    }

    pub fn hostmask(self) -> Self {
        Self { prefix: self.width(), ..self.with_bits(!self.mask()) }
    }

    /// Whether there are no bits right of the mask, as a `cidr` must have it.
    pub fn is_network(self) -> bool {
        self == self.network()
    }

    /// How many leading bits both addresses share, at most those of the shorter prefix; `None` for addresses of
    /// different families.
    pub fn common_prefix(self, other: Self) -> Option<u8> {
        if self.is_ipv6() != other.is_ipv6() {
            return None;
        }
        let differing = self.number() ^ other.number();
        let above = 128 - u32::from(self.width());
        let common = (differing.leading_zeros() - above).min(u32::from(self.prefix.min(other.prefix)));
        u8::try_from(common).ok()
    }

    /// Whether all of the network of `other` is in that of `self`.
    pub fn contains(self, other: Self) -> bool {
        self.prefix <= other.prefix && self.common_prefix(other) == Some(self.prefix)
    }

    /// Every bit the other way round.
    #[must_use]
    pub fn inverted(self) -> Self {
        self.with_bits(!self.number())
    }

    /// Both addresses' bits put together, with the longer prefix; `None` for addresses of different families.
    pub fn combined(self, other: Self, f: fn(u128, u128) -> u128) -> Option<Self> {
        let prefix = self.prefix.max(other.prefix);
        (self.is_ipv6() == other.is_ipv6()).then(|| Self { prefix, ..self.with_bits(f(self.number(), other.number())) })
    }

    /// Appends the bytes that order as values do.
    pub fn to_ordered_bytes(self, out: &mut Vec<u8>) {
        let (address, network) = (self.octets(), self.network().octets());
        out.push(if self.is_ipv6() { IPV6 } else { IPV4 });
        out.extend_from_slice(&network.0[..network.1]);
        out.push(self.prefix);
        out.extend_from_slice(&address.0[usize::from(self.prefix / 8)..address.1]);
    }

    /// Inverse of [`Inet::to_ordered_bytes`]; `None` for other bytes.
    pub fn from_ordered_bytes(bytes: &[u8]) -> Option<Self> {
        let (family, rest) = bytes.split_first()?;
        match *family {
            IPV4 => Self::from_network::<4>(rest, |octets| IpAddr::from(*octets)),
            IPV6 => Self::from_network::<16>(rest, |octets| IpAddr::from(*octets)),
            _ => None,
        }
    }

    fn from_network<const N: usize>(bytes: &[u8], address: fn(&[u8; N]) -> IpAddr) -> Option<Self> {
        let (network, rest) = bytes.split_first_chunk::<N>()?;
        let (prefix, hosts) = rest.split_first()?;
        let mut octets = *network;
        let with_hosts = octets.get_mut(usize::from(prefix / 8)..)?;
        if with_hosts.len() != hosts.len() {
            return None;
        }
        with_hosts.copy_from_slice(hosts);
        let value = Self::new(address(&octets), *prefix)?;
        (value.network().address == address(network)).then_some(value)
    }

    /// The address's bytes, and how many there are.
    pub fn octets(self) -> ([u8; 16], usize) {
        match self.address {
            IpAddr::V4(a) => {
                let mut octets = [0; 16];
                octets[..4].copy_from_slice(&a.octets());
                (octets, 4)
            }
            IpAddr::V6(a) => (a.octets(), 16),
        }
    }
}

/// One address, not a network.
impl From<IpAddr> for Inet {
    fn from(address: IpAddr) -> Self {
        Self { address, prefix: if address.is_ipv6() { 128 } else { 32 } }
    }
}

impl Ord for Inet {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |v: &Self| (v.is_ipv6(), v.network().number(), v.prefix, v.number());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Inet {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_io::inet::parse_inet;

    fn inet(text: &str) -> Inet {
        parse_inet(text).unwrap()
    }

    fn bytes(value: Inet) -> Vec<u8> {
        let mut out = vec![];
        value.to_ordered_bytes(&mut out);
        out
    }

    /// Part of the format of keys and rows.
    #[test]
    fn bytes_are_as_documented() {
        assert_eq!(bytes(inet("10.1.2.3/8")), [4, 10, 0, 0, 0, 8, 1, 2, 3]);
        assert_eq!(bytes(inet("10.1.2.3")), [4, 10, 1, 2, 3, 32]);
        assert_eq!(bytes(inet("10.1.2.3/12")), [4, 10, 0, 0, 0, 12, 1, 2, 3]);
        assert_eq!(bytes(inet("::1")).len(), 18);
        assert_eq!(bytes(inet("0.0.0.1/0")), [4, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn bytes_order_as_values_do_and_come_back() {
        let sorted = [
            "0.0.0.0/0",
            "0.0.0.1/0",
            "255.0.0.0/0",
            "10.0.0.0/8",
            "10.1.2.3/8",
            "10.0.0.0/12",
            "10.0.0.1/12",
            "10.0.0.0",
            "10.0.0.1",
            "192.168.0.0/16",
            "255.255.255.255",
            "::/0",
            "ff::/0",
            "::/128",
            "::1",
            "2001:db8::/32",
            "ffff::ffff",
        ]
        .map(inet);
        for (i, a) in sorted.iter().enumerate() {
            assert_eq!(Inet::from_ordered_bytes(&bytes(*a)), Some(*a));
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a:?} {b:?}");
                assert_eq!(bytes(*a).cmp(&bytes(*b)), i.cmp(&j), "{a:?} {b:?}");
                assert!(i == j || !bytes(*a).starts_with(&bytes(*b)));
            }
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        for bad in [
            &[][..],
            &[5, 1, 2, 3, 4, 32],
            &[4, 1, 2, 3, 4],
            &[4, 1, 2, 3, 4, 33],
            &[4, 1, 2, 3, 4, 255],
            &[4, 1, 2, 3, 4, 32, 0],
            &[4, 10, 0, 0, 0, 8, 1, 2],
            &[4, 10, 1, 0, 0, 8, 1, 2, 3],
        ] {
            assert_eq!(Inet::from_ordered_bytes(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn networks_contain_networks() {
        assert!(inet("10.0.0.0/8").contains(inet("10.1.2.3")));
        assert!(inet("10.9.9.9/8").contains(inet("10.1.2.3/8")));
        assert!(!inet("10.0.0.0/8").contains(inet("10.0.0.0/7")));
        assert!(!inet("::/0").contains(inet("10.0.0.0")));
        assert!(inet("0.0.0.0/0").contains(inet("10.0.0.0")));
        assert_eq!(inet("192.168.1.0/24").common_prefix(inet("192.168.2.0/24")), Some(22));
    }
}
