//! Text into `tsquery`: words are made lexemes of, and what a word has several of becomes a phrase or a conjunction.

use gavel_types::text_io::tsquery::{Syntax, Word, operand, read};
use gavel_types::tsquery::{Builder, Connective};
use gavel_types::{Notice, SqlResult, TsQuery};

use crate::configuration::Configuration;
use crate::document::Document;

/// How lexemes of one word are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// One behind the other.
    Phrase,
    /// Anywhere.
    And,
}

/// `to_tsquery` and its kin: `(Operators, Phrase)` is `to_tsquery`, `(None, And)` `plainto_tsquery`, `(None, Phrase)`
/// `phraseto_tsquery`, `(Web, Phrase)` `websearch_to_tsquery`.
///
/// # Errors
/// 42601, 22023, 54000, 54001.
pub fn to_query(
    configuration: Configuration,
    text: &str,
    syntax: Syntax,
    join: Join,
) -> SqlResult<(TsQuery, Vec<Notice>)> {
    let mut notices = Vec::new();
    let connective = match join {
        Join::Phrase => Connective::Phrase(1),
        Join::And => Connective::And,
    };
    let mut push = |word: Word<'_>, builder: &mut Builder| -> SqlResult<()> {
        let mut document = Document::new(configuration);
        document.add(word.text);
        notices.append(&mut document.notices);
        push_lexemes(document, word, connective, text, builder)
    };
    let (query, notice) = read(text, syntax, &mut push)?;
    notices.extend(notice);
    Ok((query, notices))
}

/// The lexemes of one word, with gaps where stop words were between them.
fn push_lexemes(
    document: Document,
    word: Word<'_>,
    connective: Connective,
    text: &str,
    builder: &mut Builder,
) -> SqlResult<()> {
    let found = document.into_words();
    if found.is_empty() {
        builder.gap();
        return Ok(());
    }
    let mut before: Option<u32> = None;
    for placed in found {
        if let Some(before) = before {
            for _ in before + 1..placed.position {
                builder.gap();
                builder.binary(connective)?;
            }
        }
        builder.operand(operand(&placed.word, word.weights, word.prefix, text)?);
        if before.is_some() {
            builder.binary(connective)?;
        }
        before = Some(placed.position);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::text_io::tsquery::write;

    fn shown(text: &str, syntax: Syntax, join: Join) -> String {
        let configuration = Configuration::named("english").expect("English");
        let mut out = String::new();
        match to_query(configuration, text, syntax, join) {
            Ok((query, _)) => write(&query, &mut out),
            Err(error) => out = format!("{} {}", error.code().as_str(), error.message()),
        }
        out
    }

    #[test]
    fn each_syntax_reads_words_its_way() {
        assert_eq!(shown("The & Fat & Rats", Syntax::Operators, Join::Phrase), "'fat' & 'rat'");
        assert_eq!(shown("'super foo'&bar:*", Syntax::Operators, Join::Phrase), "'super' <-> 'foo' & 'bar':*");
        assert_eq!(shown("The Fat Rats", Syntax::None, Join::And), "'fat' & 'rat'");
        assert_eq!(shown("The Cat and Rats", Syntax::None, Join::Phrase), "'cat' <2> 'rat'");
        assert_eq!(shown("\"fat rat\" or cat -dog", Syntax::Web, Join::Phrase), "'fat' <-> 'rat' | 'cat' & !'dog'");
        assert_eq!(
            shown("signal -\"segmentation fault\"", Syntax::Web, Join::Phrase),
            "'signal' & !( 'segment' <-> 'fault' )"
        );
        assert_eq!(shown("a <-> the <-> cat", Syntax::Operators, Join::Phrase), "'cat'");
        assert_eq!(shown("dog <-> the <-> cat", Syntax::Operators, Join::Phrase), "'dog' <2> 'cat'");
    }
}
