//! The binary format of `inet` and `cidr`.
//!
//! ```text
//! family (2 IPv4, 3 IPv6), prefix length, is_cidr, length of the address (4 or 16), address
//! ```

use std::net::IpAddr;

use bytes::{BufMut, BytesMut};
use gavel_types::{Inet, SqlError, SqlResult, SqlState};

use crate::wire_binary::Reader;

const IPV4: u8 = 2;
const IPV6: u8 = 3;

/// Appends a value.
pub(crate) fn write(value: Inet, is_cidr: bool, out: &mut BytesMut) {
    let (octets, count) = value.octets();
    out.put_u8(if value.is_ipv6() { IPV6 } else { IPV4 });
    out.put_u8(value.prefix());
    out.put_u8(u8::from(is_cidr));
    out.put_u8(count as u8);
    out.put_slice(&octets[..count]);
}

/// Reads a value. Whether it was sent as `cidr` does not matter, only what it is read as.
///
/// # Errors
/// 22P03, 08P01.
pub(crate) fn read(reader: &mut Reader<'_>, is_cidr: bool) -> SqlResult<Inet> {
    let name = if is_cidr { "cidr" } else { "inet" };
    let invalid = |message: String| SqlError::new(SqlState::InvalidBinaryRepresentation, message);
    let [family] = reader.fixed()?;
    let width = match family {
        IPV4 => 32,
        IPV6 => 128,
        _ => return Err(invalid(format!("invalid address family in external \"{name}\" value"))),
    };
    let [prefix] = reader.fixed()?;
    let bad_prefix = || invalid(format!("invalid bits in external \"{name}\" value"));
    if prefix > width {
        return Err(bad_prefix());
    }
    let [_, length] = reader.fixed()?;
    if length != width / 8 {
        return Err(invalid(format!("invalid length in external \"{name}\" value")));
    }
    let address = if family == IPV4 { IpAddr::from(reader.fixed::<4>()?) } else { IpAddr::from(reader.fixed::<16>()?) };
    let value = Inet::new(address, prefix).ok_or_else(bad_prefix)?;
    if is_cidr && !value.is_network() {
        return Err(
            invalid("invalid external \"cidr\" value".to_owned()).detail("Value has bits set to right of mask.")
        );
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire_binary;
    use gavel_types::text_io::TextStyle;
    use gavel_types::{Datum, PgType};

    fn message(bytes: &[u8], ty: PgType) -> String {
        wire_binary::read(bytes, ty, &TextStyle::default()).unwrap_err().message().to_owned()
    }

    #[test]
    fn addresses_are_written_as_postgres_sends_them() {
        for (text, ty, bytes) in [
            ("10.1.2.3/8", PgType::INET, &[2, 8, 0, 4, 10, 1, 2, 3][..]),
            ("10.0.0.0/8", PgType::CIDR, &[2, 8, 1, 4, 10, 0, 0, 0]),
            ("::1", PgType::INET, &[3, 128, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ] {
            let value = gavel_types::text_io::parse(text, ty, &TextStyle::default()).unwrap();
            let mut out = BytesMut::new();
            wire_binary::write(&value, ty, &TextStyle::default(), &mut out).unwrap();
            assert_eq!(&out[..], bytes);
            assert_eq!(wire_binary::read(bytes, ty, &TextStyle::default()).unwrap(), value);
        }
        let sent_as_cidr = wire_binary::read(&[2, 32, 1, 4, 1, 2, 3, 4], PgType::INET, &TextStyle::default());
        assert!(matches!(sent_as_cidr, Ok(Datum::Inet(_))));
    }

    #[test]
    fn what_is_no_address_is_refused_in_the_same_words() {
        assert_eq!(
            message(&[9, 8, 0, 4, 1, 2, 3, 4], PgType::INET),
            "invalid address family in external \"inet\" value"
        );
        assert_eq!(message(&[2, 33, 0, 4, 1, 2, 3, 4], PgType::CIDR), "invalid bits in external \"cidr\" value");
        assert_eq!(message(&[2, 8, 0, 5, 1, 2, 3, 4], PgType::INET), "invalid length in external \"inet\" value");
        assert_eq!(message(&[2, 8, 0, 4, 10, 1, 0, 0], PgType::CIDR), "invalid external \"cidr\" value");
        assert_eq!(message(&[2, 8, 0, 4, 10], PgType::INET), "insufficient data left in message");
    }
}
