//! Cuts answers into messages of a bounded size.

use prost::Message;

/// Splits `items` so that those of each piece take about `size_bytes` together as elements of a
/// message; an item that is larger has a piece of its own. No items: no pieces.
pub(super) fn pieces<T: Message>(items: impl IntoIterator<Item = T>, size_bytes: usize) -> Vec<Vec<T>> {
    let mut pieces = Vec::new();
    let (mut piece, mut size) = (Vec::new(), 0);
    for item in items {
        // Tag and length of an element, at most.
        let bytes = item.encoded_len() + 6;
        if !piece.is_empty() && size + bytes > size_bytes {
            pieces.push(std::mem::take(&mut piece));
            size = 0;
        }
        size += bytes;
        piece.push(item);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::RawRow;

    #[test]
    fn every_item_is_in_one_piece_and_each_piece_is_small() {
        let row = |n: usize| RawRow { key: vec![1; n].into(), row: bytes::Bytes::new() };
        let rows: Vec<_> = [10, 200, 3, 90, 500, 1, 1, 1].map(row).into();
        let cut = pieces(rows.clone(), 100);
        assert_eq!(cut.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1, 1, 1, 3]);
        assert_eq!(cut.concat(), rows);
        assert!(pieces(Vec::<RawRow>::new(), 10).is_empty());
    }
}
