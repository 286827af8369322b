//! Which words become the headline.

use super::{Options, Text};

/// How many words, and how many of those that the query asks for, there are from one word to another.
#[derive(Clone, Copy, Default)]
struct Counts {
    words: i32,
    wanted: i32,
}

impl Counts {
    fn add(&mut self, text: &Text<'_, '_>, at: usize) {
        self.words += i32::from(text.words[at].counts());
        self.wanted += i32::from(text.words[at].is_wanted());
    }

    fn remove(&mut self, text: &Text<'_, '_>, at: usize) {
        self.words -= i32::from(text.words[at].counts());
        self.wanted -= i32::from(text.words[at].is_wanted());
    }
}

/// One part: of all covers, brought to length, the best.
pub fn one(text: &mut Text<'_, '_>, options: &Options) {
    if options.highlight_all {
        if let Some(last) = text.words.len().checked_sub(1) {
            text.mark(0, last, options);
        }
        return;
    }
    let bad = |text: &Text<'_, '_>, at: usize| text.words[at].is_bad_end(options.short_word);
    let mut best: Option<Candidate> = None;
    let mut from = 0;
    while let Some((begin, end)) = text.cover(from, options.max_cover()) {
        let next = candidate(text, begin, end, options);
        let better = best.as_ref().is_none_or(|best| {
            if next.whole != best.whole {
                return next.whole;
            }
            next.wanted > best.wanted || (next.wanted == best.wanted && !bad(text, next.end) && bad(text, best.end))
        });
        if better {
            best = Some(next);
        }
        from = begin + 1;
    }
    match best {
        Some(best) => text.mark(best.begin, best.end, options),
        None => beginning(text, options),
    }
}

/// The first words, where nothing is found.
fn beginning(text: &mut Text<'_, '_>, options: &Options) {
    let (mut counts, mut end) = (Counts::default(), 0);
    for at in 0..text.words.len() {
        if counts.words >= options.min_words {
            break;
        }
        counts.add(text, at);
        end = at;
    }
    text.mark(0, end, options);
}

struct Candidate {
    begin: usize,
    end: usize,
    wanted: i32,
    /// Whether it has the whole cover.
    whole: bool,
}

/// The cover from `first` to `last` made longer, or cut, to a length that is asked for.
fn candidate(text: &Text<'_, '_>, first: usize, last: usize, options: &Options) -> Candidate {
    let bad = |at: usize| text.words[at].is_bad_end(options.short_word);
    let mut counts = Counts::default();
    let (mut begin, mut end) = (first, first);
    // The word behind those that were counted.
    let mut next = first;
    while next <= last && counts.words < options.max_words {
        counts.add(text, next);
        end = next;
        next += 1;
    }
    if counts.words < options.max_words {
        // There is room: forward to a good end, once there are words enough.
        for at in next - 1..text.words.len() {
            if counts.words >= options.max_words {
                break;
            }
            if at > last {
                counts.add(text, at);
            }
            end = at;
            if !bad(at) && counts.words >= options.min_words {
                break;
            }
        }
        if counts.words < options.min_words {
            // The text is at its end; back from the beginning then.
            begin = 0;
            for at in (0..first).rev() {
                counts.add(text, at);
                if counts.words >= options.max_words || (!bad(at) && counts.words >= options.min_words) {
                    begin = at;
                    break;
                }
            }
        }
    } else {
        // Full: back to a good end.
        let mut at = next.min(last);
        while counts.words > options.min_words && bad(at) {
            counts.remove(text, at);
            let Some(before) = at.checked_sub(1) else { break };
            end = before;
            at = before;
        }
    }
    Candidate { begin, end, wanted: counts.wanted, whole: begin <= first && end >= last }
}

/// A piece of a cover.
struct Piece {
    begin: usize,
    end: usize,
    words: i32,
    wanted: i32,
    chosen: bool,
    excluded: bool,
}

/// The piece of `begin ..= end` that has no more than so many words and a wanted word at both ends.
fn piece(text: &Text<'_, '_>, mut begin: usize, mut end: usize, max_words: i32) -> Piece {
    // Without a wanted word it is the last one.
    begin = (begin..=end).find(|at| text.words[*at].is_wanted()).unwrap_or(end.max(begin));
    let mut counts = Counts::default();
    let mut next = begin;
    while next <= end && counts.words < max_words {
        counts.add(text, next);
        next += 1;
    }
    if end > next {
        end = next;
        for at in (begin..=next).rev() {
            end = at;
            if text.words[at].is_wanted() {
                break;
            }
            counts.words -= i32::from(text.words[at].counts());
        }
    }
    Piece { begin, end, words: counts.words, wanted: counts.wanted, chosen: false, excluded: false }
}

/// Several parts: the pieces of covers with the most wanted words, each made longer on both sides.
pub fn fragments(text: &mut Text<'_, '_>, options: &Options) {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut from = 0;
    while let Some((first, last)) = text.cover(from, options.max_cover()) {
        let mut begin = first;
        while begin <= last {
            let piece = piece(text, begin, last, options.max_words);
            begin = piece.end + 1;
            pieces.push(piece);
        }
        from = first + 1;
    }
    let mut found = false;
    for _ in 0..options.max_fragments {
        let (mut wanted, mut words, mut best) = (0, i32::MAX, None);
        for (index, piece) in pieces.iter().enumerate().filter(|(_, p)| !p.chosen && !p.excluded) {
            if wanted < piece.wanted || (wanted == piece.wanted && words > piece.words) {
                (wanted, words, best) = (piece.wanted, piece.words, Some(index));
            }
        }
        let Some(best) = best else { break };
        let (begin, end) = stretched(text, &pieces[best], options);
        pieces[best].chosen = true;
        (pieces[best].begin, pieces[best].end) = (begin, end);
        text.mark(begin, end, options);
        found = true;
        for (index, piece) in pieces.iter_mut().enumerate() {
            let overlaps = (begin..=end).contains(&piece.begin)
                || (begin..=end).contains(&piece.end)
                || (piece.begin < begin && piece.end > end);
            piece.excluded |= index != best && overlaps;
        }
    }
    if !found {
        beginning(text, options);
    }
}

/// The piece with words around it, as many before as there is half of room for, then as many behind as fit.
fn stretched(text: &Text<'_, '_>, piece: &Piece, options: &Options) -> (usize, usize) {
    let (begin, end, mut words) = (piece.begin, piece.end, piece.words);
    if words >= options.max_words {
        return (begin, end);
    }
    let counts = |at: usize| i32::from(text.words[at].counts());
    let bad = |at: usize| text.words[at].is_bad_end(options.short_word);
    let room = (options.max_words - words) / 2;
    let (mut taken, mut first) = (0, begin);
    for at in (0..begin).rev() {
        if taken >= room || text.words[at].inside {
            break;
        }
        taken += counts(at);
        words += counts(at);
        first = at;
    }
    while first < begin && bad(first) {
        words -= counts(first);
        first += 1;
    }
    let mut last = end;
    for at in end + 1..text.words.len() {
        if words >= options.max_words || text.words[at].inside {
            break;
        }
        words += counts(at);
        last = at;
    }
    while last > end && bad(last) {
        last -= 1;
    }
    (first, last)
}
