//! Bodies that run within each other, and what is in force while they do: a role, settings, and security-restricted
//! operations, in which the code of an owner runs whoever it is that asked for it (REFRESH MATERIALIZED VIEW, CREATE INDEX).
//!
//! A statement is dropped wherever it is when it is interrupted (see [`cancel`](crate::session::cancel)). What a body brings
//! into force is therefore held by a value on the body's own stack and ends with it, however the body goes: nothing
//! that comes after a statement needs to clear up behind it.

use std::sync::Arc;

use gavel_types::{Oid, SqlError, SqlResult, SqlState};
use parking_lot::Mutex;

use crate::procedural::activation::Place;
use crate::procedural::compiled::Compiled;
use crate::session::{Session, Shared};
use crate::settings::authority::Confined;
use crate::settings::{Shadowed, Values};

/// What runs.
enum Kind {
    /// A body in PL/pgSQL, and where it is.
    Body(Arc<Compiled>, Place),
    /// A body in SQL that was not put in the place of its call.
    InSql,
    /// A security-restricted operation.
    Operation,
}

/// One body that runs, or a security-restricted operation.
struct Frame {
    kind: Kind,
    /// The role whose rights count from here on, if it is not the caller's.
    role: Option<Oid>,
}

impl Frame {
    fn is_operation(&self) -> bool {
        matches!(self.kind, Kind::Operation)
    }
}

/// The bodies of a session that run, the innermost last.
#[derive(Clone, Default)]
pub struct Bodies(Arc<Mutex<Vec<Frame>>>);

impl Bodies {
    /// A body begins, with the rights of `role` if there is one. It runs until what is given here is dropped.
    #[must_use]
    pub fn enter(&self, compiled: Arc<Compiled>, place: Place, role: Option<Oid>) -> Within {
        self.push(Frame { kind: Kind::Body(compiled, place), role })
    }

    /// The same of a body in SQL.
    #[must_use]
    pub fn enter_sql(&self, role: Option<Oid>) -> Within {
        self.push(Frame { kind: Kind::InSql, role })
    }

    fn push(&self, frame: Frame) -> Within {
        let mut frames = self.0.lock();
        let depth = frames.len();
        frames.push(frame);
        Within { bodies: self.clone(), depth }
    }

    /// How many run, operations among them.
    pub fn depth(&self) -> usize {
        self.0.lock().len()
    }

    /// The role whose rights count instead of the session's: that of the innermost body which has one.
    pub fn acts_as(&self) -> Option<Oid> {
        self.0.lock().iter().rev().find_map(|frame| frame.role)
    }

    /// What keeps the session from becoming another role.
    pub fn confined(&self) -> Confined {
        let frames = self.0.lock();
        if frames.iter().any(|frame| !frame.is_operation() && frame.role.is_some()) {
            Confined::Definer
        } else if frames.iter().any(Frame::is_operation) {
            Confined::Operation
        } else {
            Confined::No
        }
    }

    /// Whether a security-restricted operation runs.
    pub fn restricted(&self) -> bool {
        self.0.lock().iter().any(Frame::is_operation)
    }

    /// Notes where the innermost body is.
    pub fn is_at(&self, place: Place) {
        if let Some(Frame { kind: Kind::Body(_, at), .. }) = self.0.lock().last_mut() {
            *at = place;
        }
    }

    /// Lines of CONTEXT for the bodies around the innermost one, from the inside out.
    pub fn around(&self) -> Vec<String> {
        let frames = self.0.lock();
        let bodies = frames.iter().rev().filter_map(|frame| match &frame.kind {
            Kind::Body(compiled, place) => Some(place.line(&compiled.signature)),
            Kind::InSql | Kind::Operation => None,
        });
        bodies.skip(1).collect()
    }
}

/// A body that runs. Dropped, it has ended, and so have those that it called.
pub struct Within {
    bodies: Bodies,
    /// How many run around it.
    depth: usize,
}

impl Drop for Within {
    fn drop(&mut self) {
        self.bodies.0.lock().truncate(self.depth);
    }
}

/// A setting that has another value while a body runs. Dropped, it has its own again.
pub struct SetWithin {
    shared: Arc<Shared>,
    /// Taken when it is dropped.
    before: Option<Shadowed>,
}

impl SetWithin {
    /// # Errors
    /// Those of SET.
    pub fn begin(shared: &Arc<Shared>, name: &str, value: &str) -> SqlResult<Self> {
        let before = shared.settings.lock().shadow(name, value)?;
        Ok(Self { shared: Arc::clone(shared), before: Some(before) })
    }
}

impl Drop for SetWithin {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            self.shared.settings.lock().unshadow(before);
        }
    }
}

/// A security-restricted operation. Dropped, it has ended, and the settings are as they were before it.
pub struct Restriction {
    _within: Within,
    shared: Arc<Shared>,
    /// Taken when it is dropped.
    before: Option<Values>,
}

impl Drop for Restriction {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            self.shared.settings.lock().restore(before);
        }
    }
}

impl Session {
    /// Begins a security-restricted operation with the rights of `role`. It lasts until what is given here is dropped.
    #[must_use]
    pub(crate) fn restrict(&self, role: Oid) -> Restriction {
        let before = Some(self.shared.settings.lock().values());
        let within = self.routines.bodies.push(Frame { kind: Kind::Operation, role: Some(role) });
        Restriction { _within: within, shared: Arc::clone(&self.shared), before }
    }

    /// # Errors
    /// 42501 `cannot … within security-restricted operation`, if one runs.
    pub(crate) fn refuse_restricted(&self, what: &str) -> SqlResult<()> {
        if self.routines.bodies.restricted() { Err(restricted(what)) } else { Ok(()) }
    }
}

/// 42501 for what a security-restricted operation may not do.
pub fn restricted(what: &str) -> SqlError {
    let text = format!("cannot {what} within security-restricted operation");
    SqlError::new(SqlState::InsufficientPrivilege, text)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use gavel_plpgsql::tree::Signature;
    use gavel_types::Oid;
    use parking_lot::Mutex;

    use super::Bodies;
    use crate::procedural::activation::Place;
    use crate::procedural::compiled::{self, Compiled};
    use crate::settings::authority::Confined;

    fn body() -> Arc<Compiled> {
        let body = gavel_plpgsql::parse("BEGIN END", &Signature::default()).expect("a body");
        let found = compiled::found(&body).expect("FOUND");
        Arc::new(Compiled {
            signature: String::new(),
            oid: Oid(0),
            body,
            variables: Vec::new(),
            found,
            parameters: Vec::new(),
            outputs: Vec::new(),
            whole: false,
            volatile: true,
            kept: Mutex::default(),
        })
    }

    #[tokio::test]
    async fn a_role_ends_with_its_body_wherever_that_is_dropped() {
        let bodies = Bodies::default();
        let place = Place::Outside("");
        let running = {
            let bodies = bodies.clone();
            async move {
                let _definer = bodies.enter(body(), place, Some(Oid(7)));
                let _called = bodies.enter(body(), place, None);
                std::future::pending::<()>().await;
            }
        };
        let mut running = Box::pin(running);
        assert!(futures::poll!(running.as_mut()).is_pending());
        assert_eq!((bodies.depth(), bodies.acts_as()), (2, Some(Oid(7))));
        assert_eq!(bodies.confined(), Confined::Definer);
        drop(running);
        assert_eq!((bodies.depth(), bodies.acts_as()), (0, None));
        assert_eq!(bodies.confined(), Confined::No);
    }
}
