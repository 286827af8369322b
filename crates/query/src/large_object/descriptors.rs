//! Large objects that a session has open: small numbers, the lowest that is free first, which live as long as the
//! transaction that opened them, or until what opened them is undone. There are at most [`MOST_OPEN`] at a time.

use gavel_catalog::large_object::LARGEST;
use gavel_txn::ReadView;
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

/// Most that are open at a time. Each that is only read keeps what the transaction had written when it was opened.
pub const MOST_OPEN: usize = 1_024;

/// One that is open.
#[derive(Clone)]
pub struct Descriptor {
    pub oid: Oid,
    /// The object as it was when it was opened to be read alone; one that is written to is read as it is.
    pub as_of: Option<ReadView>,
    /// Where the next byte is read or written.
    pub position: u64,
    /// Which of the session's it is, in the order in which they were opened.
    opened: u64,
}

/// See the module.
#[derive(Default)]
pub struct Descriptors {
    open: Vec<Option<Descriptor>>,
    opened: u64,
}

impl Descriptors {
    /// Opens one, and gives its number.
    ///
    /// # Errors
    /// 54000 if [`MOST_OPEN`] are open.
    pub fn open(&mut self, oid: Oid, as_of: Option<ReadView>) -> SqlResult<i32> {
        let free = self.open.iter().position(Option::is_none).unwrap_or(self.open.len());
        if free >= MOST_OPEN {
            let message = format!("cannot have more than {MOST_OPEN} large-object descriptors open");
            return Err(SqlError::new(SqlState::ProgramLimitExceeded, message)
                .hint("Close some of them by lo_close(); the end of the transaction closes all."));
        }
        self.opened += 1;
        let descriptor = Some(Descriptor { oid, as_of, position: 0, opened: self.opened });
        match self.open.get_mut(free) {
            Some(slot) => *slot = descriptor,
            None => self.open.push(descriptor),
        }
        Ok(i32::try_from(free).unwrap_or(i32::MAX))
    }

    /// # Errors
    /// 42704 for a number that nothing is open under.
    pub fn get(&mut self, number: i32) -> SqlResult<&mut Descriptor> {
        let slot = usize::try_from(number).ok().and_then(|at| self.open.get_mut(at));
        slot.and_then(Option::as_mut).ok_or_else(|| {
            SqlError::new(SqlState::UndefinedObject, format!("invalid large-object descriptor: {number}"))
        })
    }

    /// # Errors
    /// As [`Self::get`].
    pub fn close(&mut self, number: i32) -> SqlResult<()> {
        self.get(number)?;
        if let Some(slot) = usize::try_from(number).ok().and_then(|at| self.open.get_mut(at)) {
            *slot = None;
        }
        Ok(())
    }

    /// Closes those of an object that goes.
    pub fn close_object(&mut self, oid: Oid) {
        self.retain(|d| d.oid != oid);
    }

    /// How many were opened so far; for [`Self::close_after`].
    pub fn mark(&self) -> u64 {
        self.opened
    }

    /// Closes those that were opened after a mark.
    pub fn close_after(&mut self, mark: u64) {
        self.retain(|d| d.opened <= mark);
    }

    /// Closes all.
    pub fn close_all(&mut self) {
        self.open.clear();
    }

    fn retain(&mut self, keep: impl Fn(&Descriptor) -> bool) {
        for slot in &mut self.open {
            if slot.as_ref().is_some_and(|d| !keep(d)) {
                *slot = None;
            }
        }
    }
}

/// Where `lo_lseek` leads: `whence` is 0 for the beginning, 1 for `position`, 2 for the end.
///
/// # Errors
/// 22023 for other numbers, and where no object may reach.
pub fn target(position: u64, size: u64, offset: i64, whence: i32) -> SqlResult<u64> {
    let invalid = |message: String| SqlError::new(SqlState::InvalidParameterValue, message);
    let from = match whence {
        0 => 0,
        1 => position,
        2 => size,
        _ => return Err(invalid(format!("invalid whence setting: {whence}"))),
    };
    let sought = i64::try_from(from).unwrap_or(i64::MAX).wrapping_add(offset);
    u64::try_from(sought)
        .ok()
        .filter(|at| *at <= LARGEST)
        .ok_or_else(|| invalid(format!("invalid large object seek target: {sought}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_number_is_taken() {
        let mut open = Descriptors::default();
        let opened = [Oid(1), Oid(2), Oid(1)].map(|oid| open.open(oid, None).unwrap());
        assert_eq!(opened, [0, 1, 2]);
        open.close(0).unwrap();
        assert_eq!(open.close(0).unwrap_err().message(), "invalid large-object descriptor: 0");
        let mark = open.mark();
        assert_eq!(open.open(Oid(3), None).unwrap(), 0);
        open.close_after(mark);
        assert!(open.get(0).is_err() && open.get(-1).is_err() && open.get(3).is_err());
        open.close_object(Oid(1));
        assert!(open.get(2).is_err());
        assert_eq!(open.get(1).unwrap().oid, Oid(2));
        open.close_all();
        assert!(open.get(1).is_err());
    }

    #[test]
    fn only_so_many_are_open() {
        let mut open = Descriptors::default();
        for number in 0..MOST_OPEN {
            assert_eq!(usize::try_from(open.open(Oid(1), None).unwrap()).unwrap(), number);
        }
        let refused = open.open(Oid(1), None).unwrap_err();
        assert_eq!(refused.code(), SqlState::ProgramLimitExceeded);
        open.close(7).unwrap();
        assert_eq!(open.open(Oid(2), None).unwrap(), 7);
        assert!(open.open(Oid(2), None).is_err());
    }

    #[test]
    fn seeking_stays_within_what_an_object_may_have() {
        assert_eq!(target(5, 10, -3, 1).unwrap(), 2);
        assert_eq!(target(5, 10, 3, 2).unwrap(), 13);
        assert_eq!(target(5, 10, 4_398_046_509_056, 0).unwrap(), LARGEST);
        let message = |at: SqlResult<u64>| at.unwrap_err().message().to_owned();
        assert_eq!(message(target(0, 0, -1, 0)), "invalid large object seek target: -1");
        assert_eq!(message(target(0, 0, 4_398_046_509_057, 0)), "invalid large object seek target: 4398046509057");
        assert_eq!(message(target(0, 0, 0, 7)), "invalid whence setting: 7");
    }
}
