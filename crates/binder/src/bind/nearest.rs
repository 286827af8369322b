//! "Perhaps you meant": names that differ by a little (edit distance of at most half their length, and
//! at most three).

/// Edit distance between two names if it is small enough for a hint.
pub fn close(wanted: &str, candidate: &str) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (wanted.chars().collect(), candidate.chars().collect());
    if a.is_empty() || b.is_empty() || a.len().abs_diff(b.len()) > MAX_DISTANCE {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    let distance = row[b.len()];
    (distance <= MAX_DISTANCE && distance <= a.len() / 2).then_some(distance)
}

const MAX_DISTANCE: usize = 3;

/// The one nearest name; `None` if none is near or two are equally so.
pub fn nearest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    let mut tie = false;
    for candidate in candidates {
        let Some(distance) = close(wanted, candidate) else { continue };
        match best {
            Some((d, _)) if d < distance => {}
            Some((d, _)) if d == distance => tie = true,
            _ => {
                best = Some((distance, candidate));
                tie = false;
            }
        }
    }
    best.filter(|_| !tie).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        assert_eq!(nearest("emial", ["email", "name"].into_iter()), Some("email"));
        assert_eq!(nearest("x", ["y", "z"].into_iter()), None);
        assert_eq!(nearest("nam", ["name", "namx"].into_iter()), None);
    }
}
