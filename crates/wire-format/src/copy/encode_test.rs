use super::*;
use crate::copy::CopyDecoder;
use crate::copy::options::ColumnChoice;

fn encoder(options: CopyOptions, columns: &[&str]) -> CopyEncoder {
    let columns: Vec<_> = columns.iter().map(|c| ((*c).to_owned(), PgType::TEXT)).collect();
    CopyEncoder::new(options, &columns, TextStyle::default()).unwrap()
}

fn encode(options: CopyOptions, columns: &[&str], rows: &[Vec<Datum>]) -> Vec<u8> {
    let mut encoder = encoder(options, columns);
    let mut out = BytesMut::new();
    encoder.header(&mut out);
    for row in rows {
        encoder.row(row, &mut out).unwrap();
    }
    encoder.trailer(&mut out);
    out.to_vec()
}

fn csv() -> CopyOptions {
    CopyOptions { format: CopyFileFormat::Csv, delimiter: b',', null: String::new(), ..Default::default() }
}

#[test]
fn text_escapes_what_would_be_misread() {
    let out = encode(
        CopyOptions::default(),
        &["a", "b"],
        &[vec![Datum::text("x\ty\\z\n"), Datum::Null], vec![Datum::text(""), Datum::text("é")]],
    );
    assert_eq!(String::from_utf8(out).unwrap(), "x\\ty\\\\z\\n\t\\N\n\té\n");
}

#[test]
fn csv_quotes_only_where_needed() {
    let out = encode(
        CopyOptions { header: Header::Present, ..csv() },
        &["a", "b,c"],
        &[vec![Datum::text("x"), Datum::Null], vec![Datum::text(""), Datum::text("say \"hi\"")]],
    );
    assert_eq!(String::from_utf8(out).unwrap(), "a,\"b,c\"\nx,\n\"\",\"say \"\"hi\"\"\"\n");
    assert_eq!(encode(csv(), &["a"], &[vec![Datum::text("\\.")]]), b"\"\\.\"\n");
    let forced = CopyOptions { force_quote: ColumnChoice::All, ..csv() };
    assert_eq!(encode(forced, &["a", "b"], &[vec![Datum::text("x"), Datum::Null]]), b"\"x\",\n");
}

#[test]
fn binary_has_header_and_trailer() {
    let options = CopyOptions { format: CopyFileFormat::Binary, ..Default::default() };
    let out = encode(options, &["a"], &[vec![Datum::text("x")], vec![Datum::Null]]);
    assert_eq!(out, b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x01x\0\x01\xff\xff\xff\xff\xff\xff");
}

proptest::proptest! {
    #[test]
    fn what_is_written_is_read_back(
        rows in proptest::collection::vec(
            proptest::collection::vec(proptest::option::of("[a\\\\N.,\"\t\r\n é]{0,6}"), 2), 0..5),
        format in proptest::sample::select(vec![CopyFileFormat::Text, CopyFileFormat::Csv, CopyFileFormat::Binary]),
    ) {
        let options = if format == CopyFileFormat::Csv { csv() } else { CopyOptions { format, ..Default::default() } };
        let datums: Vec<Vec<Datum>> = rows.iter()
            .map(|r| r.iter().map(|f| f.as_deref().map_or(Datum::Null, Datum::text)).collect()).collect();
        let data = encode(options.clone(), &["a", "b"], &datums);
        let mut decoder = CopyDecoder::new(options, "t", &["a".into(), "b".into()]).unwrap();
        decoder.push(&data);
        decoder.finish();
        let mut back = vec![];
        while let Some(row) = decoder.next_row().unwrap() {
            back.push((0..2).map(|i| row.field(i).map(|f| String::from_utf8(f.to_vec()).unwrap())).collect::<Vec<_>>());
        }
        proptest::prop_assert_eq!(back, rows);
    }
}
