//! What comes before a session: requests for TLS or GSS encryption, a cancel request, or the
//! startup packet with its parameters (manual §55.2.1). Decoding is pure; [`negotiate`] drives it.

use std::collections::BTreeMap;

use gavel_types::{SqlError, SqlResult, SqlState};
use tokio::net::TcpStream;

use crate::connection::{Connection, ReadError, Stream};
use crate::message::{Body, violation};
use crate::tls::{ALPN, Tls};

/// Longest packet before authentication (PostgreSQL's `MAX_STARTUP_PACKET_LENGTH`).
pub const MAX_PACKET: usize = 10_000;
/// Newest protocol version spoken: 3.2.
const NEWEST_MINOR: u32 = 2;
const CANCEL: u32 = 80_877_102;
const SSL: u32 = 80_877_103;
const GSS: u32 = 80_877_104;
/// First byte of a TLS handshake record.
const TLS_HANDSHAKE: u8 = 0x16;

/// A packet before startup.
#[derive(Debug, PartialEq, Eq)]
pub enum Packet {
    Ssl,
    Gss,
    Cancel { pid: i32, secret: Vec<u8> },
    Startup(Startup),
}

/// The startup packet.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Startup {
    /// Minor version to speak: 0 or 2.
    pub minor: u32,
    /// Whether the client must be told so, since it asked for another or for unknown options.
    pub negotiate: bool,
    pub unknown_options: Vec<String>,
    pub user: String,
    pub database: String,
    /// Everything else, `options` split.
    pub settings: Vec<(String, String)>,
}

/// Decodes a packet, its length word cut off.
///
/// # Errors
/// What the client is told before it is let go: 0A000 for other protocols, 08P01 for nonsense,
/// 28000 without a user.
pub fn decode(packet: &[u8]) -> SqlResult<Packet> {
    let mut body = Body(packet);
    let code = body.u32()?;
    match code {
        SSL | GSS if !body.0.is_empty() => Err(violation("invalid length of startup packet")),
        SSL => Ok(Packet::Ssl),
        GSS => Ok(Packet::Gss),
        CANCEL => {
            let pid = body.u32()? as i32;
            if body.0.is_empty() || body.0.len() > 256 {
                return Err(violation("invalid length of cancel request"));
            }
            Ok(Packet::Cancel { pid, secret: body.0.to_vec() })
        }
        version => startup(version, body).map(Packet::Startup),
    }
}

fn startup(version: u32, mut body: Body<'_>) -> SqlResult<Startup> {
    let (major, minor) = (version >> 16, version & 0xffff);
    if major != 3 {
        return Err(SqlError::unsupported(format!(
            "unsupported frontend protocol {major}.{minor}: server supports 3.0 to 3.{NEWEST_MINOR}"
        )));
    }
    if body.0.last() != Some(&0) {
        return Err(violation("invalid startup packet layout: expected terminator as last byte"));
    }
    let mut parameters = BTreeMap::new();
    loop {
        let name = body.string()?;
        if name.is_empty() {
            break;
        }
        parameters.insert(name.to_owned(), body.string()?.to_owned());
    }
    if !body.0.is_empty() {
        return Err(violation("invalid startup packet layout: expected terminator as last byte"));
    }
    let user = parameters.remove("user").filter(|u| !u.is_empty()).ok_or_else(|| {
        SqlError::new(
            SqlState::InvalidAuthorizationSpecification,
            "no PostgreSQL user name specified in startup packet",
        )
    })?;
    let database = parameters.remove("database").filter(|d| !d.is_empty()).unwrap_or_else(|| user.clone());
    if let Some(mode) = parameters.remove("replication")
        && !matches!(mode.to_ascii_lowercase().as_str(), "false" | "off" | "no" | "0")
    {
        return Err(SqlError::unsupported("replication connections are not supported"));
    }
    let mut settings = match parameters.remove("options") {
        Some(options) => split_options(&options)?,
        None => vec![],
    };
    let (unknown, rest): (Vec<_>, Vec<_>) = parameters.into_iter().partition(|(name, _)| name.starts_with("_pq_."));
    settings.extend(rest);
    // There never was a 3.1.
    let spoken = if minor >= NEWEST_MINOR { NEWEST_MINOR } else { 0 };
    Ok(Startup {
        minor: spoken,
        negotiate: spoken != minor || !unknown.is_empty(),
        unknown_options: unknown.into_iter().map(|(name, _)| name).collect(),
        user,
        database,
        settings,
    })
}

/// `-c name=value`, `-cname=value` and `--name=value`, between spaces; a backslash takes the next
/// character as it is. Dashes of a long name are underscores.
fn split_options(text: &str) -> SqlResult<Vec<(String, String)>> {
    let mut words: Vec<String> = vec![];
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c if c.is_ascii_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);

    let mut settings = vec![];
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let bad = || {
            SqlError::new(SqlState::SyntaxError, format!("invalid command-line argument for server process: {word}"))
        };
        let assignment = if word == "-c" {
            words.next().ok_or_else(bad)?
        } else if let Some(rest) = word.strip_prefix("--").or_else(|| word.strip_prefix("-c")) {
            rest.to_owned()
        } else {
            return Err(bad());
        };
        let (name, value) = assignment.split_once('=').ok_or_else(bad)?;
        settings.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(settings)
}

/// How the conversation before authentication ended.
pub enum Negotiated {
    Startup {
        connection: Connection,
        startup: Startup,
        tls: bool,
    },
    Cancel {
        pid: i32,
        secret: Vec<u8>,
    },
    /// Nothing more to say: the client left, or what it sent deserves no answer.
    Closed,
    /// Told the client why not.
    Refused(Connection, SqlError),
}

/// Answers requests until a startup packet or a cancel request comes. The caller bounds the time.
pub async fn negotiate(socket: TcpStream, tls: Option<&Tls>, max_message_bytes: usize) -> Negotiated {
    let mut secured = false;
    let mut gss_refused = false;
    let direct = match tls {
        Some(_) => first_byte(&socket).await == Some(TLS_HANDSHAKE),
        None => false,
    };
    let mut connection = match (direct, tls) {
        (true, Some(tls)) => match tls.acceptor.accept(socket).await {
            // Without ALPN this may be any protocol, whose text must not be taken for ours.
            Ok(stream) if stream.get_ref().1.alpn_protocol() == Some(ALPN) => {
                secured = true;
                Connection::new(Stream::Tls(Box::new(stream)), max_message_bytes)
            }
            _ => return Negotiated::Closed,
        },
        _ => Connection::new(Stream::Plain(socket), max_message_bytes),
    };
    loop {
        let packet = match connection.packet(MAX_PACKET).await {
            Ok(packet) => packet,
            Err(ReadError::Gone) => return Negotiated::Closed,
            Err(ReadError::Malformed(error)) => return Negotiated::Refused(connection, error),
        };
        match decode(&packet) {
            Err(error) => return Negotiated::Refused(connection, error),
            Ok(Packet::Cancel { pid, secret }) => return Negotiated::Cancel { pid, secret },
            Ok(Packet::Startup(startup)) => {
                return Negotiated::Startup { connection, startup, tls: secured };
            }
            Ok(Packet::Gss) if !gss_refused => {
                gss_refused = true;
                if answer(&mut connection, b"N").await.is_err() {
                    return Negotiated::Closed;
                }
            }
            Ok(Packet::Ssl) if !secured => match tls {
                None => {
                    if answer(&mut connection, b"N").await.is_err() {
                        return Negotiated::Closed;
                    }
                }
                Some(tls) => {
                    if connection.has_input() {
                        let error = violation("received unencrypted data after SSL request").detail(
                            "This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.",
                        );
                        return Negotiated::Refused(connection, error);
                    }
                    if answer(&mut connection, b"S").await.is_err() {
                        return Negotiated::Closed;
                    }
                    let Some(socket) = connection.into_bare_socket() else { return Negotiated::Closed };
                    let Ok(stream) = tls.acceptor.accept(socket).await else { return Negotiated::Closed };
                    secured = true;
                    connection = Connection::new(Stream::Tls(Box::new(stream)), max_message_bytes);
                }
            },
            Ok(Packet::Gss | Packet::Ssl) => {
                return Negotiated::Refused(connection, violation("repeated negotiation request"));
            }
        }
    }
}

async fn first_byte(socket: &TcpStream) -> Option<u8> {
    let mut byte = [0];
    match socket.peek(&mut byte).await {
        Ok(1) => Some(byte[0]),
        _ => None,
    }
}

async fn answer(connection: &mut Connection, letter: &[u8]) -> std::io::Result<()> {
    connection.out.extend_from_slice(letter);
    connection.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(version: u32, rest: &[u8]) -> Vec<u8> {
        [&version.to_be_bytes(), rest].concat()
    }

    fn ok(version: u32, rest: &[u8]) -> Startup {
        match decode(&packet(version, rest)).unwrap() {
            Packet::Startup(startup) => startup,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn startup_with_options() {
        let startup = ok(0x30000, b"user\0u\0options\0-c a=1 --b-c=x\\ y -cd=\0application_name\0psql\0\0");
        assert_eq!((startup.user.as_str(), startup.database.as_str()), ("u", "u"));
        let settings: Vec<_> = startup.settings.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(settings, [("a", "1"), ("b_c", "x y"), ("d", ""), ("application_name", "psql")]);
        assert!(!startup.negotiate);
    }

    #[test]
    fn versions_are_negotiated_down() {
        let rest = b"user\0u\0_pq_.x\0\x31\0\0";
        let startup = ok(0x3_0009, rest);
        assert_eq!((startup.minor, startup.negotiate), (2, true));
        assert_eq!(startup.unknown_options, ["_pq_.x"]);
        assert_eq!(ok(0x3_0001, b"user\0u\0\0").minor, 0);
        assert!(!ok(0x3_0002, b"user\0u\0\0").negotiate);
        let error = decode(&packet(0x2_0000, b"x")).unwrap_err();
        assert_eq!(error.message(), "unsupported frontend protocol 2.0: server supports 3.0 to 3.2");
    }

    #[test]
    fn nonsense_is_refused() {
        for rest in [&b"user\0u"[..], b"user\0u\0", b"user\0u\0\0x\0", b"\0", b"user\0\xff\0\0", b""] {
            assert!(decode(&packet(0x30000, rest)).is_err(), "{rest:?}");
        }
        assert!(decode(&packet(CANCEL, &[0; 4])).is_err());
        assert!(decode(b"ab").is_err());
    }

    #[test]
    fn cancel_secrets_may_be_long() {
        assert_eq!(
            decode(&packet(CANCEL, &[0, 0, 0, 7, 1, 2, 3, 4, 5])).unwrap(),
            Packet::Cancel { pid: 7, secret: vec![1, 2, 3, 4, 5] }
        );
    }

    proptest::proptest! {
        #[test]
        fn any_packet_never_panics(data in proptest::collection::vec(0u8.., 0..64)) {
            let _ = decode(&data);
            let _ = decode(&packet(0x30000, &data));
        }
    }
}
