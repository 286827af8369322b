use super::*;
use crate::copy::options::ColumnChoice;

type Rows = Vec<Vec<Option<String>>>;

fn options(format: CopyFileFormat) -> CopyOptions {
    match format {
        CopyFileFormat::Csv => CopyOptions { format, delimiter: b',', null: String::new(), ..Default::default() },
        _ => CopyOptions { format, ..Default::default() },
    }
}

/// Decodes `data` cut into chunks of `chunk` bytes.
fn decode(options: &CopyOptions, columns: usize, data: &[u8], chunk: usize) -> Result<Rows, SqlError> {
    let names: Vec<String> = ["a", "b", "c", "d"].iter().take(columns).map(|s| (*s).to_owned()).collect();
    let mut decoder = CopyDecoder::new(options.clone(), "t", &names)?;
    let mut rows = vec![];
    let mut chunks: Vec<Option<&[u8]>> = data.chunks(chunk).map(Some).collect();
    chunks.push(None);
    for piece in chunks {
        match piece {
            Some(piece) => decoder.push(piece),
            None => decoder.finish(),
        }
        while let Some(row) = decoder.next_row()? {
            for index in 0..columns {
                row.require(index)?;
            }
            rows.push((0..columns).map(|i| row.field(i).map(|f| String::from_utf8_lossy(f).into_owned())).collect());
        }
    }
    Ok(rows)
}

/// Decodes whole and byte by byte, which must agree.
fn both(options: &CopyOptions, columns: usize, data: &str) -> Result<Rows, SqlError> {
    let whole = decode(options, columns, data.as_bytes(), usize::MAX);
    for chunk in [1, 2, 3, 7] {
        assert_eq!(decode(options, columns, data.as_bytes(), chunk), whole, "chunks of {chunk}");
    }
    whole
}

fn row(fields: &[Option<&str>]) -> Vec<Option<String>> {
    fields.iter().map(|f| f.map(str::to_owned)).collect()
}

#[test]
fn text_escapes_and_nulls() {
    let text = options(CopyFileFormat::Text);
    assert_eq!(
        both(&text, 2, "1\t\\N\nx\\ty\\\\\\\n\\101\t\\x41z\\q\n\\\\N\t\n").unwrap(),
        [row(&[Some("1"), None]), row(&[Some("x\ty\\\nA"), Some("Azq")]), row(&[Some("\\N"), Some("")]),]
    );
}

#[test]
fn text_end_marker_ends_and_what_follows_is_ignored() {
    let text = options(CopyFileFormat::Text);
    assert_eq!(both(&text, 1, "1\n\\.\ngarbage\n").unwrap(), [row(&[Some("1")])]);
    assert_eq!(both(&text, 1, "1\n2\\.\n").unwrap(), [row(&[Some("1")]), row(&[Some("2")])]);
    assert_eq!(both(&text, 1, "\\.x\n").unwrap_err().message(), "end-of-copy marker corrupt");
    assert_eq!(both(&text, 1, "1\n\\.").unwrap_err().message(), "end-of-copy marker corrupt");
}

#[test]
fn line_ends_of_each_style_and_not_mixed() {
    let text = options(CopyFileFormat::Text);
    let want = [row(&[Some("1")]), row(&[Some("2")])];
    for data in ["1\n2\n", "1\r\n2\r\n", "1\r2\r", "1\n2", "1\r\n2"] {
        assert_eq!(both(&text, 1, data).unwrap(), want, "{data:?}");
    }
    let error = both(&text, 1, "1\n2\r\n").unwrap_err();
    assert_eq!(error.message(), "literal carriage return found in data");
    assert_eq!(error.fields().hint.as_deref(), Some("Use \"\\r\" to represent carriage return."));
    assert_eq!(error.fields().context.as_deref(), Some("COPY t, line 2"));
    assert_eq!(both(&text, 1, "1\r\n2\n").unwrap_err().message(), "literal newline found in data");
}

#[test]
fn wrong_number_of_fields_names_the_line() {
    let text = options(CopyFileFormat::Text);
    let error = both(&text, 2, "1\t2\n3\n").unwrap_err();
    assert_eq!(error.message(), "missing data for column \"b\"");
    assert_eq!(error.fields().context.as_deref(), Some("COPY t, line 2: \"3\""));
    let error = both(&text, 1, "1\t2\n").unwrap_err();
    assert_eq!(error.message(), "extra data after last expected column");
    assert_eq!(error.code(), SqlState::BadCopyFileFormat);
}

#[test]
fn csv_quotes_may_hold_anything() {
    let csv = options(CopyFileFormat::Csv);
    assert_eq!(
        both(&csv, 3, "1,\"a,\"\"b\"\"\nc\",\n,\"\",x\"y\"z\n").unwrap(),
        [row(&[Some("1"), Some("a,\"b\"\nc"), None]), row(&[None, Some(""), Some("xyz")])]
    );
    assert_eq!(both(&csv, 1, "\"open\n").unwrap_err().message(), "unterminated CSV quoted field");
    assert_eq!(both(&csv, 1, "1\n2\r\n").unwrap_err().message(), "unquoted carriage return found in data");
}

#[test]
fn csv_with_its_own_escape() {
    let csv = CopyOptions { escape: b'\\', ..options(CopyFileFormat::Csv) };
    assert_eq!(both(&csv, 2, "\"a\\\"b\",\"\\\\\"\n").unwrap(), [row(&[Some("a\"b"), Some("\\")])]);
}

#[test]
fn csv_end_marker_counts_alone_on_a_line_only() {
    let csv = options(CopyFileFormat::Csv);
    assert_eq!(both(&csv, 1, "\\.x\na\\.\n\\.\nz\n").unwrap(), [row(&[Some("\\.x")]), row(&[Some("a\\.")])]);
}

#[test]
fn forced_nulls() {
    let csv = CopyOptions {
        force_null: ColumnChoice::Named(vec!["a".into()]),
        force_not_null: ColumnChoice::Named(vec!["b".into()]),
        ..options(CopyFileFormat::Csv)
    };
    assert_eq!(both(&csv, 2, "\"\",\n").unwrap(), [row(&[None, Some("")])]);
    let wrong = CopyOptions { force_null: ColumnChoice::Named(vec!["z".into()]), ..csv };
    assert_eq!(decode(&wrong, 2, b"", 1).unwrap_err().message(), "FORCE_NULL column \"z\" not referenced by COPY");
}

#[test]
fn header_is_skipped_or_checked() {
    let csv = CopyOptions { header: Header::Present, ..options(CopyFileFormat::Csv) };
    assert_eq!(both(&csv, 1, "whatever,it,is\n1\n").unwrap(), [row(&[Some("1")])]);
    let csv = CopyOptions { header: Header::Match, ..csv };
    assert_eq!(both(&csv, 2, "a,b\n1,2\n").unwrap(), [row(&[Some("1"), Some("2")])]);
    assert_eq!(
        both(&csv, 2, "a,x\n").unwrap_err().message(),
        "column name mismatch in header line field 2: got \"x\", expected \"b\""
    );
    assert_eq!(both(&csv, 2, "a\n").unwrap_err().message(), "wrong number of fields in header line: got 1, expected 2");
}

#[test]
fn field_contexts_show_the_value_or_null() {
    let mut decoder = CopyDecoder::new(options(CopyFileFormat::Text), "t", &["a".into(), "b".into()]).unwrap();
    decoder.push(format!("{}\t\\N\n", "é".repeat(80)).as_bytes());
    let row = decoder.next_row().unwrap().unwrap();
    assert_eq!(row.column_context(0), format!("COPY t, line 1, column a: \"{}...\"", "é".repeat(50)));
    assert_eq!(row.column_context(1), "COPY t, line 1, column b: null input");
}

#[test]
fn a_line_counts_what_its_quotes_hold() {
    let csv = options(CopyFileFormat::Csv);
    let error = both(&csv, 1, "a\n\"b\n\n\"\nc,d\n").unwrap_err();
    assert_eq!(error.fields().context.as_deref(), Some("COPY t, line 5: \"c,d\""));
}

#[test]
fn escapes_that_make_no_characters_are_refused() {
    for data in ["a\\0\n", "\\xff\n", "\\303x\n"] {
        let error = both(&options(CopyFileFormat::Text), 1, data).unwrap_err();
        assert_eq!(error.code(), SqlState::CharacterNotInRepertoire, "{data:?}");
    }
    let rows = both(&options(CopyFileFormat::Text), 1, "\\303\\xa9\n").unwrap();
    assert_eq!(rows, [row(&[Some("é")])]);
}

#[test]
fn no_data_do_not_match_a_header() {
    let text = CopyOptions { header: Header::Match, ..options(CopyFileFormat::Text) };
    assert!(both(&text, 2, "").unwrap_err().message().contains("got 1, expected 2"));
}

#[test]
fn bad_utf8_is_refused() {
    for data in [&b"a\xff\n"[..], b"a\0\n"] {
        let error = decode(&options(CopyFileFormat::Text), 1, data, usize::MAX).unwrap_err();
        assert_eq!(error.code(), SqlState::CharacterNotInRepertoire);
    }
}

fn tuples(parts: &[&[u8]]) -> Vec<u8> {
    let mut data = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    parts.iter().for_each(|p| data.extend_from_slice(p));
    data
}

#[test]
fn binary_tuples_in_any_chunks() {
    let binary = options(CopyFileFormat::Binary);
    let data = tuples(&[&[0, 2, 0, 0, 0, 1, b'x', 255, 255, 255, 255], &[255, 255]]);
    for chunk in [1, 2, 5, usize::MAX] {
        assert_eq!(decode(&binary, 2, &data, chunk).unwrap(), [row(&[Some("x"), None])]);
    }
}

#[test]
fn binary_damage_is_named() {
    let binary = options(CopyFileFormat::Binary);
    for (data, message) in [
        (b"PGCOPX".to_vec(), "COPY file signature not recognized"),
        (tuples(&[&[0, 3]]), "row field count is 3, expected 2"),
        (tuples(&[&[0, 2, 0, 0]]), "unexpected EOF in COPY data"),
        (tuples(&[&[0, 2, 255, 255, 255, 254]]), "invalid field size"),
        (tuples(&[&[255, 255, 0]]), "received copy data after EOF marker"),
    ] {
        for chunk in [1, usize::MAX] {
            assert_eq!(decode(&binary, 2, &data, chunk).unwrap_err().message(), message);
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_in_any_chunks_decode_alike(
        data in proptest::collection::vec(proptest::sample::select(b"ab,\t\n\r\\.\"N\xc3\xa9".to_vec()), 0..40),
        chunk in 1usize..5,
        csv in proptest::bool::ANY,
    ) {
        let options = options(if csv { CopyFileFormat::Csv } else { CopyFileFormat::Text });
        proptest::prop_assert_eq!(decode(&options, 2, &data, chunk), decode(&options, 2, &data, usize::MAX));
    }

    #[test]
    fn any_binary_bytes_never_panic(data in proptest::collection::vec(0u8.., 0..60)) {
        let _ = decode(&options(CopyFileFormat::Binary), 2, &tuples(&[&data]), 3);
    }
}
