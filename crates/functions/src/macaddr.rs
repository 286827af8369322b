//! `macaddr` and `macaddr8`.

use gavel_types::text_io::mac::widened;
use gavel_types::{SqlError, SqlResult, SqlState};

use crate::args::scalar;
use crate::call::ScalarFn;

fn combine<const N: usize>(a: [u8; N], b: [u8; N], f: fn(u8, u8) -> u8) -> [u8; N] {
    std::array::from_fn(|i| f(a[i], b[i]))
}

/// The manufacturer's bytes alone.
fn manufacturer<const N: usize>(address: [u8; N]) -> [u8; N] {
    std::array::from_fn(|i| if i < 3 { address[i] } else { 0 })
}

/// `macaddr8` to `macaddr`.
fn narrowed(address: [u8; 8]) -> SqlResult<[u8; 6]> {
    let [a, b, c, 0xff, 0xfe, d, e, f] = address else {
        let message = "macaddr8 data out of range to convert to macaddr";
        return Err(SqlError::new(SqlState::NumericValueOutOfRange, message).hint(
            "Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example \
             xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.",
        ));
    };
    Ok([a, b, c, d, e, f])
}

/// With the bit set that marks an address as made from a `macaddr`, for IPv6.
fn with_seventh_bit(mut address: [u8; 8]) -> [u8; 8] {
    address[0] |= 0x02;
    address
}

pub const TABLE: &[(&str, ScalarFn)] = &[
    ("macaddr_not", scalar!(|a: [u8; 6]| a.map(|b| !b))),
    ("macaddr_and", scalar!(|a: [u8; 6], b: [u8; 6]| combine(a, b, |a, b| a & b))),
    ("macaddr_or", scalar!(|a: [u8; 6], b: [u8; 6]| combine(a, b, |a, b| a | b))),
    ("macaddr_trunc", scalar!(|a: [u8; 6]| manufacturer(a))),
    ("macaddrtomacaddr8", scalar!(|a: [u8; 6]| widened(a))),
    ("macaddr8_not", scalar!(|a: [u8; 8]| a.map(|b| !b))),
    ("macaddr8_and", scalar!(|a: [u8; 8], b: [u8; 8]| combine(a, b, |a, b| a & b))),
    ("macaddr8_or", scalar!(|a: [u8; 8], b: [u8; 8]| combine(a, b, |a, b| a | b))),
    ("macaddr8_trunc", scalar!(|a: [u8; 8]| manufacturer(a))),
    ("macaddr8_set7bit", scalar!(|a: [u8; 8]| with_seventh_bit(a))),
    ("macaddr8tomacaddr", scalar!(|a: [u8; 8]| narrowed(a)?)),
];
