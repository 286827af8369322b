//! Who vouches for the wall clock's error, and by how much (PROTOCOL §2).

use std::fmt::Debug;
use std::time::Duration;

/// What a source says of the wall clock at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// True time is no further than this from wall time.
    Within(Duration),
    /// The source has nothing to say: it is absent, out of date, or not synchronised itself.
    Unknown,
    /// The source knows that wall time is wrong, for instance after a virtual machine was moved.
    Disrupted,
}

/// A source of error bounds.
pub trait ErrorBound: Send + Debug {
    /// As settings and status name it.
    fn name(&self) -> &'static str;

    /// Its word at this moment. Costs a few system calls at most.
    fn bound(&mut self) -> Bound;
}

/// The operator's word.
#[derive(Clone, Copy, Debug)]
pub struct Fixed(pub Duration);

impl ErrorBound for Fixed {
    fn name(&self) -> &'static str {
        "fixed"
    }

    fn bound(&mut self) -> Bound {
        Bound::Within(self.0)
    }
}

/// The first source of `sources` whose bound is of use, at most `limit`; else the first that knows
/// of a disruption; else nobody.
pub fn best(sources: &mut [Box<dyn ErrorBound>], limit: Duration) -> (Option<&'static str>, Bound) {
    let mut disrupted = None;
    for source in sources {
        match source.bound() {
            Bound::Within(error) if error <= limit => return (Some(source.name()), Bound::Within(error)),
            Bound::Within(_) | Bound::Unknown => {}
            Bound::Disrupted => disrupted = disrupted.or(Some(source.name())),
        }
    }
    (disrupted, if disrupted.is_some() { Bound::Disrupted } else { Bound::Unknown })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Says(Bound);

    impl ErrorBound for Says {
        fn name(&self) -> &'static str {
            "says"
        }
        fn bound(&mut self) -> Bound {
            self.0
        }
    }

    fn ask(says: &[Bound]) -> (Option<&'static str>, Bound) {
        let mut sources: Vec<Box<dyn ErrorBound>> = says.iter().map(|b| Box::new(Says(*b)) as _).collect();
        best(&mut sources, Duration::from_millis(10))
    }

    #[test]
    fn the_first_useful_bound_wins() {
        let ms = |n| Bound::Within(Duration::from_millis(n));
        assert_eq!(ask(&[Bound::Unknown, ms(900), ms(3), ms(1)]), (Some("says"), ms(3)));
        assert_eq!(ask(&[Bound::Disrupted, ms(3)]).1, ms(3));
        assert_eq!(ask(&[ms(11), Bound::Disrupted]).1, Bound::Disrupted);
        assert_eq!(ask(&[ms(11), Bound::Unknown]), (None, Bound::Unknown));
        assert_eq!(ask(&[]), (None, Bound::Unknown));
    }
}
