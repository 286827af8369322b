//! What goes in comes out, in small messages.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, Int32Array, StringArray};
use arrow::array::{BinaryArray, ListArray, RecordBatchOptions, TimestampMicrosecondArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{Field, Int32Type};
use bytes::Bytes;
use proptest::prelude::*;

use super::*;

fn batch(rows: &[(Option<i32>, Option<String>)]) -> RecordBatch {
    let pg = |oid: &str| HashMap::from([("pg:type".to_owned(), oid.to_owned())]);
    let ints: ArrayRef = Arc::new(rows.iter().map(|row| row.0).collect::<Int32Array>());
    let texts: ArrayRef = Arc::new(rows.iter().map(|row| row.1.as_deref()).collect::<StringArray>());
    let flags: ArrayRef = Arc::new(rows.iter().map(|row| row.0.map(|n| n % 2 == 0)).collect::<BooleanArray>());
    let bytes: ArrayRef =
        Arc::new(rows.iter().map(|row| row.1.as_ref().map(String::as_bytes)).collect::<BinaryArray>());
    let stamps: ArrayRef = Arc::new(rows.iter().map(|row| row.0.map(i64::from)).collect::<TimestampMicrosecondArray>());
    let numbers: ArrayRef = Arc::new(
        rows.iter()
            .map(|row| row.0.map(i128::from))
            .collect::<Decimal128Array>()
            .with_precision_and_scale(38, 4)
            .unwrap(),
    );
    let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(
        rows.iter().map(|row| row.0.map(|n| (0..n.rem_euclid(4)).map(Some).collect::<Vec<_>>())),
    ));
    let columns = [ints, texts, flags, bytes, stamps, numbers, lists];
    let field = |(i, column): (usize, &ArrayRef)| {
        Field::new(format!("c{i}"), column.data_type().clone(), true).with_metadata(pg(&format!("{i}:-1")))
    };
    let fields: Vec<_> = columns.iter().enumerate().map(field).collect();
    let schema = Schema::new_with_metadata(fields, HashMap::from([("of".to_owned(), "a scan".to_owned())]));
    RecordBatch::try_new(Arc::new(schema), columns.to_vec()).unwrap()
}

/// Through bytes, at whatever alignment they arrive.
fn travel(batches: &[RecordBatch], piece: usize) -> (Vec<usize>, Vec<RecordBatch>) {
    let (mut encoder, mut decoder) = (Encoder::new(piece, 64 << 20), Decoder::default());
    let (mut sizes, mut back) = (Vec::new(), Vec::new());
    for batch in batches {
        for message in encoder.encode(batch).unwrap() {
            let mut bytes = vec![0_u8; 3];
            message.encode(&mut bytes).unwrap();
            sizes.push(bytes.len());
            let message = ScanResponse::decode(Bytes::from(bytes).slice(3..)).unwrap();
            back.push(decoder.decode(message).unwrap());
        }
    }
    (sizes, back)
}

proptest! {
    #[test]
    fn batches_come_back_whole(
        rows in prop::collection::vec((any::<Option<i32>>(), prop::option::of(".{0,40}")), 0..60),
        from in 0..20_usize,
        piece in prop::sample::select(vec![1, 200, 1 << 20]),
    ) {
        let whole = batch(&rows);
        let sliced = whole.slice(from.min(rows.len()), rows.len() - from.min(rows.len()));
        let (_, back) = travel(&[whole.clone(), sliced.clone()], piece);
        prop_assert_eq!(back[0].schema(), whole.schema());
        let expected = concat_batches(&whole.schema(), [&whole, &sliced]).unwrap();
        prop_assert_eq!(concat_batches(&whole.schema(), &back).unwrap(), expected);
    }
}

#[test]
fn large_batches_are_cut_to_size_and_slices_send_only_their_rows() {
    let rows: Vec<_> = (0..8_192).map(|n| (Some(n), Some("x".repeat(500)))).collect();
    let whole = batch(&rows);
    let (sizes, back) = travel(std::slice::from_ref(&whole), 1 << 20);
    assert!(sizes.len() > 8, "{sizes:?}");
    assert!(sizes.iter().all(|size| *size < (1 << 20) + (64 << 10)), "{sizes:?}");
    assert_eq!(back.iter().map(RecordBatch::num_rows).sum::<usize>(), 8_192);
    let (sizes, _) = travel(&[whole.slice(4_000, 10)], 1 << 20);
    assert!(sizes[0] < 20_000, "{sizes:?}");
}

#[test]
fn rows_without_columns_are_counted() {
    let schema = Arc::new(Schema::empty());
    let options = RecordBatchOptions::new().with_row_count(Some(1_234));
    let counted = RecordBatch::try_new_with_options(schema, vec![], &options).unwrap();
    let (_, back) = travel(&[counted], 1);
    assert_eq!(back.iter().map(RecordBatch::num_rows).sum::<usize>(), 1_234);
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let dictionary: DictionaryArray<Int32Type> = ["a", "b"].into_iter().collect();
    let field = Field::new("d", dictionary.data_type().clone(), false);
    let batch_of = RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::new(dictionary)]).unwrap();
    assert!(
        matches!(Encoder::new(1, 1 << 20).encode(&batch_of), Err(Error::Failed(why)) if why.contains("dictionary"))
    );

    let huge = batch(&[(Some(1), Some("x".repeat(2_000)))]);
    let refused = Encoder::new(100, 1_000).encode(&huge);
    assert!(matches!(&refused, Err(Error::Failed(why)) if why.contains("more than a message")), "{refused:?}");

    let mut encoder = Encoder::new(1 << 20, 1 << 20);
    encoder.encode(&batch(&[])).unwrap();
    let other = RecordBatch::new_empty(Arc::new(Schema::empty()));
    assert!(matches!(encoder.encode(&other), Err(Error::Failed(why)) if why.contains("schema changes")));
}

#[test]
fn damaged_bodies_are_refused_or_read() {
    let encode = || {
        let rows = [(Some(1), Some("one".into())), (None, Some("two".into()))];
        Encoder::new(1 << 20, 1 << 20).encode(&batch(&rows)).unwrap().remove(0)
    };
    let length = encode().body.len();
    for at in 0..length {
        let mut damaged = encode();
        let mut body = damaged.body.to_vec();
        body[at] ^= 0x85;
        damaged.body = body.into();
        if let Ok(batch) = Decoder::default().decode(damaged) {
            assert_eq!(batch.num_rows(), 2);
        }
        let mut short = encode();
        short.body = short.body.slice(..at);
        let _: Result<RecordBatch, Error> = Decoder::default().decode(short);
    }
    let missing = ScanResponse { schema: Bytes::new(), ..encode() };
    assert!(Decoder::default().decode(missing).is_err());
    assert!(Decoder::default().decode(ScanResponse::default()).is_err());
}
