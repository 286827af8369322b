//! The binary formats of `tsvector` and `tsquery`.
//!
//! ```text
//! tsvector   count, (lexeme, 0, count of positions u16, position u16 …) …
//! tsquery    count, node …       operators before their operands, right ones before left ones
//! node       1, weights, prefix, lexeme, 0  |  2, operator, distance u16 of a phrase
//! ```

use bytes::{BufMut, BytesMut};
use gavel_types::tsquery::{Connective, MAX_DEPTH, Node, Operand, too_deep};
use gavel_types::tsvector::{Lexeme, MAX_LEXEME_BYTES, MAX_POSITIONS, Position};
use gavel_types::{SqlError, SqlResult, TsQuery, TsVector};

use crate::wire_binary::Reader;

const OPERAND: u8 = 1;
const OPERATOR: u8 = 2;
const NOT: u8 = 1;
const AND: u8 = 2;
const OR: u8 = 3;
const PHRASE: u8 = 4;
/// More nodes or lexemes than any message holds.
const MAX_COUNT: i32 = 1 << 26;

/// Appends a vector.
pub(crate) fn write_vector(vector: &TsVector, out: &mut BytesMut) {
    out.put_i32(vector.lexemes().len() as i32);
    for lexeme in vector.lexemes() {
        out.put_slice(lexeme.word.as_bytes());
        out.put_u8(0);
        out.put_u16(lexeme.positions.len() as u16);
        for position in &lexeme.positions {
            out.put_u16(position.bits());
        }
    }
}

/// Reads a vector.
///
/// # Errors
/// XX000 for what is none, 08P01, 22021, 54000.
pub(crate) fn read_vector(reader: &mut Reader<'_>) -> SqlResult<TsVector> {
    let count = i32::from_be_bytes(reader.fixed()?);
    if !(0..=MAX_COUNT).contains(&count) {
        return Err(SqlError::internal("invalid size of tsvector"));
    }
    let mut lexemes = Vec::new();
    for _ in 0..count {
        let word = reader.string()?.to_owned();
        if word.len() > MAX_LEXEME_BYTES {
            return Err(SqlError::internal("invalid tsvector: lexeme too long"));
        }
        let count = usize::from(u16::from_be_bytes(reader.fixed()?));
        if count > MAX_POSITIONS {
            return Err(SqlError::internal("unexpected number of tsvector positions"));
        }
        let mut positions: Vec<Position> = Vec::with_capacity(count);
        for _ in 0..count {
            let position = Position::from_bits(u16::from_be_bytes(reader.fixed()?));
            if positions.last().is_some_and(|last| last.position() >= position.position()) {
                return Err(SqlError::internal("position information is misordered"));
            }
            positions.push(position);
        }
        lexemes.push(Lexeme::new(word, positions));
    }
    TsVector::new(lexemes)
}

/// Appends a query.
pub(crate) fn write_query(query: &TsQuery, out: &mut BytesMut) {
    out.put_i32(query.count() as i32);
    if let Some(root) = query.root() {
        write_node(root, out);
    }
}

fn write_node(node: &Node, out: &mut BytesMut) {
    match node {
        Node::Operand(operand) => {
            out.put_slice(&[OPERAND, operand.weights, u8::from(operand.prefix)]);
            out.put_slice(operand.word.as_bytes());
            out.put_u8(0);
        }
        Node::Not(inner) => {
            out.put_slice(&[OPERATOR, NOT]);
            write_node(inner, out);
        }
        Node::Binary(connective, left, right) => {
            match connective {
                Connective::And => out.put_slice(&[OPERATOR, AND]),
                Connective::Or => out.put_slice(&[OPERATOR, OR]),
                Connective::Phrase(distance) => {
                    out.put_slice(&[OPERATOR, PHRASE]);
                    out.put_u16(*distance);
                }
            }
            write_node(right, out);
            write_node(left, out);
        }
    }
}

/// Reads a query.
///
/// # Errors
/// XX000 for what is none, 08P01, 22021, 54001.
pub(crate) fn read_query(reader: &mut Reader<'_>) -> SqlResult<TsQuery> {
    let count = i32::from_be_bytes(reader.fixed()?);
    if !(0..=MAX_COUNT).contains(&count) {
        return Err(SqlError::internal("invalid size of tsquery"));
    }
    if count == 0 {
        return TsQuery::new(None);
    }
    let mut left = count;
    let root = read_node(reader, &mut left, MAX_DEPTH + 1)?;
    if left != 0 {
        return Err(SqlError::internal("malformed tsquery: extra nodes"));
    }
    TsQuery::new(Some(root))
}

/// `left` nodes are announced and not read yet.
fn read_node(reader: &mut Reader<'_>, left: &mut i32, depth: usize) -> SqlResult<Node> {
    let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
    *left -= 1;
    if *left < 0 {
        return Err(SqlError::internal("malformed tsquery: operand not found"));
    }
    let [kind] = reader.fixed()?;
    if kind == OPERAND {
        let [weights, prefix] = reader.fixed()?;
        if weights > 0xF {
            return Err(SqlError::internal("invalid tsquery: invalid weight bitmap"));
        }
        let word = reader.string()?;
        if word.len() > MAX_LEXEME_BYTES {
            return Err(SqlError::internal("invalid tsquery: operand too long"));
        }
        return Ok(Node::Operand(Operand { word: word.into(), weights, prefix: prefix != 0 }));
    }
    if kind != OPERATOR {
        return Err(SqlError::internal(format!("unrecognized tsquery node type: {kind}")));
    }
    let [operator] = reader.fixed()?;
    let connective = match operator {
        NOT => return Ok(Node::Not(Box::new(read_node(reader, left, depth)?))),
        AND => Connective::And,
        OR => Connective::Or,
        PHRASE => Connective::Phrase(u16::from_be_bytes(reader.fixed()?)),
        _ => return Err(SqlError::internal(format!("unrecognized tsquery operator type: {operator}"))),
    };
    let second = read_node(reader, left, depth)?;
    let first = read_node(reader, left, depth)?;
    Ok(Node::binary(connective, first, second))
}
