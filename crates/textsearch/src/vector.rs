//! Functions and operators of `tsvector` (manual §9.13 and §12.4.1).

use gavel_types::tsvector::{Lexeme, MAX_POSITION, MAX_POSITIONS, Position, Weight};
use gavel_types::{SqlResult, TsVector};

/// `a || b`: the positions of `b` are behind those of `a`.
///
/// # Errors
/// 54000 if they are too long together.
pub fn concat(a: &TsVector, b: &TsVector) -> SqlResult<TsVector> {
    let last = a.lexemes().iter().flat_map(|l| &l.positions).map(|p| p.position()).max().unwrap_or(0);
    let mut left = a.lexemes().iter().peekable();
    let mut out = Vec::with_capacity(a.lexemes().len() + b.lexemes().len());
    for lexeme in b.lexemes() {
        while let Some(before) = left.next_if(|l| l.word.as_bytes() < lexeme.word.as_bytes()) {
            out.push(before.clone());
        }
        let mut joined = match left.next_if(|l| l.word == lexeme.word) {
            Some(same) => same.clone(),
            None => Lexeme { word: lexeme.word.clone(), positions: vec![] },
        };
        for position in &lexeme.positions {
            let full = joined.positions.len() >= MAX_POSITIONS
                || joined.positions.last().is_some_and(|p| p.position() == MAX_POSITION);
            if full {
                break;
            }
            joined.positions.push(Position::new(u32::from(position.position()) + u32::from(last), position.weight()));
        }
        out.push(joined);
    }
    out.extend(left.cloned());
    TsVector::checked(out)
}

/// `strip(vector)`: no positions.
pub fn strip(vector: &TsVector) -> TsVector {
    let bare = |l: &Lexeme| Lexeme { word: l.word.clone(), positions: vec![] };
    TsVector::from_ordered(vector.lexemes().iter().map(bare).collect())
}

/// `setweight(vector, weight, words)`; all lexemes if there are no `words`.
pub fn set_weight(vector: &TsVector, weight: Weight, words: Option<&[&str]>) -> TsVector {
    let weighed = |l: &Lexeme| {
        let mut lexeme = l.clone();
        if words.is_none_or(|words| words.contains(&&*l.word)) {
            lexeme.positions.iter_mut().for_each(|p| *p = p.with_weight(weight));
        }
        lexeme
    };
    TsVector::from_ordered(vector.lexemes().iter().map(weighed).collect())
}

/// `ts_delete(vector, words)`.
pub fn delete(vector: &TsVector, words: &[&str]) -> TsVector {
    TsVector::from_ordered(vector.lexemes().iter().filter(|l| !words.contains(&&*l.word)).cloned().collect())
}

/// `ts_filter(vector, weights)`: the positions with one of these weights (a set of [`Weight::bit`]); lexemes without any
/// are left out.
pub fn filter(vector: &TsVector, weights: u8) -> TsVector {
    let kept = vector.lexemes().iter().filter_map(|l| {
        let positions: Vec<Position> =
            l.positions.iter().filter(|p| weights & p.weight().bit() != 0).copied().collect();
        (!positions.is_empty()).then(|| Lexeme { word: l.word.clone(), positions })
    });
    TsVector::from_ordered(kept.collect())
}

/// The lexemes alone, in order: what an inverted index has entries for.
pub fn words(vector: &TsVector) -> impl Iterator<Item = &str> {
    vector.lexemes().iter().map(|l| &*l.word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gavel_types::text_io::tsvector::{parse, write};

    fn shown(vector: &TsVector) -> String {
        let mut out = String::new();
        write(vector, &mut out);
        out
    }

    #[test]
    fn vectors_are_joined_and_cut() {
        let vector = |text| parse(text).expect("vector");
        assert_eq!(
            shown(&concat(&vector("a:3A b:2a"), &vector("ba:1234 a:1B")).unwrap()),
            "'a':3A,4B 'b':2A 'ba':1237"
        );
        let base = vector("base:7 hidden:6 rebel:1 spaceship:2,33A,34B,35C,36D strike:3");
        assert_eq!(shown(&delete(&base, &["spaceship", "strike"])), "'base':7 'hidden':6 'rebel':1");
        assert_eq!(shown(&filter(&base, Weight::A.bit() | Weight::B.bit())), "'spaceship':33A,34B");
        assert_eq!(shown(&strip(&vector("a:1 b"))), "'a' 'b'");
        assert_eq!(shown(&set_weight(&vector("a:1,3A b:1"), Weight::C, Some(&["a"]))), "'a':1C,3C 'b':1");
    }
}
