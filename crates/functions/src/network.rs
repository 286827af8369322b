//! `inet` and `cidr`. A function whose result is declared `cidr` answers networks only.

use gavel_types::text_io::inet::{write, write_abbreviated, write_address, write_with_prefix};
use gavel_types::{Inet, SqlResult};

use crate::args::scalar;
use crate::call::ScalarFn;
use crate::error::{invalid_parameter, out_of_range};

fn text(value: Inet, write: fn(Inet, &mut String)) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// -1 is the whole address.
fn set_prefix(value: Inet, prefix: i32) -> SqlResult<Inet> {
    let given = if prefix == -1 { Some(value.width()) } else { u8::try_from(prefix).ok() };
    given
        .and_then(|prefix| value.with_prefix(prefix))
        .ok_or_else(|| invalid_parameter(format!("invalid mask length: {prefix}")))
}

/// The smallest network that both are in.
fn merge(a: Inet, b: Inet) -> SqlResult<Inet> {
    a.common_prefix(b)
        .and_then(|prefix| a.with_prefix(prefix))
        .map(Inet::network)
        .ok_or_else(|| invalid_parameter("cannot merge addresses from different families"))
}

fn combine(a: Inet, b: Inet, verb: &str, f: fn(u128, u128) -> u128) -> SqlResult<Inet> {
    a.combined(b, f).ok_or_else(|| invalid_parameter(format!("cannot {verb} inet values of different sizes")))
}

fn add(value: Inet, offset: i64) -> SqlResult<Inet> {
    value
        .number()
        .checked_add_signed(i128::from(offset))
        .and_then(|number| value.with_number(number))
        .ok_or_else(|| out_of_range("result is out of range"))
}

/// How far `b` is below `a`, as numbers of 128 bits wrap around.
fn distance(a: Inet, b: Inet) -> SqlResult<i64> {
    if a.is_ipv6() != b.is_ipv6() {
        return Err(invalid_parameter("cannot subtract inet values of different sizes"));
    }
    let distance = a.number().wrapping_sub(b.number()).cast_signed();
    i64::try_from(distance).map_err(|_| out_of_range("result is out of range"))
}
/// Functions with a body in SQL.
pub const BY_OID: &[(u32, ScalarFn)] = &[
    // bigint + inet
    (2631, scalar!(|n: i64, a: Inet| add(a, n)?)),
];

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("network_sub", scalar!(|a: Inet, b: Inet| b.contains(a) && b.prefix() != a.prefix())),
    ("network_subeq", scalar!(|a: Inet, b: Inet| b.contains(a))),
    ("network_sup", scalar!(|a: Inet, b: Inet| a.contains(b) && a.prefix() != b.prefix())),
    ("network_supeq", scalar!(|a: Inet, b: Inet| a.contains(b))),
    ("network_overlap", scalar!(|a: Inet, b: Inet| a.contains(b) || b.contains(a))),
    ("inet_abbrev", scalar!(|a: Inet| text(a, write))),
    ("cidr_abbrev", scalar!(|a: Inet| text(a, write_abbreviated))),
    ("network_broadcast", scalar!(|a: Inet| a.broadcast())),
    ("network_family", scalar!(|a: Inet| if a.is_ipv6() { 6i32 } else { 4 })),
    ("network_host", scalar!(|a: Inet| text(a, write_address))),
    ("network_hostmask", scalar!(|a: Inet| a.hostmask())),
    ("network_masklen", scalar!(|a: Inet| i32::from(a.prefix()))),
    ("network_netmask", scalar!(|a: Inet| a.netmask())),
    ("network_network", scalar!(|a: Inet| a.network())),
    ("network_show", scalar!(|a: Inet| text(a, write_with_prefix))),
    ("inet_merge", scalar!(|a: Inet, b: Inet| merge(a, b)?)),
    ("inet_same_family", scalar!(|a: Inet, b: Inet| a.is_ipv6() == b.is_ipv6())),
    ("inet_set_masklen", scalar!(|a: Inet, n: i32| set_prefix(a, n)?)),
    ("cidr_set_masklen", scalar!(|a: Inet, n: i32| set_prefix(a, n)?.network())),
    ("inet_to_cidr", scalar!(|a: Inet| a.network())),
    ("inetnot", scalar!(|a: Inet| a.inverted())),
    ("inetand", scalar!(|a: Inet, b: Inet| combine(a, b, "AND", |a, b| a & b)?)),
    ("inetor", scalar!(|a: Inet, b: Inet| combine(a, b, "OR", |a, b| a | b)?)),
    ("inetpl", scalar!(|a: Inet, n: i64| add(a, n)?)),
    ("inetmi_int8", scalar!(|a: Inet, n: i64| add(a, n.wrapping_neg())?)),
    ("inetmi", scalar!(|a: Inet, b: Inet| distance(a, b)?)),
];
