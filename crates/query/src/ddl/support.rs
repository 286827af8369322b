//! The functions that a definition (of an aggregate, of an operator) is made of, found by name and types.

use gavel_binder::ddl::ast::QualifiedName;
use gavel_binder::{Fit, fit};
use gavel_catalog::FunctionKind;
use gavel_catalog::privilege::denied;
use gavel_functions::registry::{self, ProcKind};
use gavel_types::{Oid, SqlError, SqlResult, SqlState};

use super::DdlContext;

/// A function that takes the types it was looked for by, as they are.
pub(super) struct Support {
    pub oid: Oid,
    /// What it gives for them.
    pub result: Oid,
    pub strict: bool,
}

struct Candidate {
    oid: Oid,
    declared: Vec<Oid>,
    result: Oid,
    strict: bool,
    set: bool,
}

impl DdlContext<'_> {
    /// [`DdlContext::support`] for an aggregate, whose functions may take values of domains as those of their types.
    pub(super) fn aggregate_support(&self, name: &QualifiedName, actual: &[Oid]) -> SqlResult<Support> {
        let base = |ty: &Oid| self.now().base_type(*ty).filter(|_| ty.is_domain()).map_or(*ty, |base| base.oid);
        let bases: Vec<Oid> = actual.iter().map(base).collect();
        let found = self.support(name, actual);
        if found.is_ok() || bases == actual {
            return found;
        }
        self.support(name, &bases).or(found)
    }

    fn support_candidates(&self, name: &QualifiedName) -> SqlResult<Vec<Candidate>> {
        let (schema, bare) = self.split(name)?;
        let mut out = Vec::new();
        if schema.is_none_or(|s| s == "pg_catalog") {
            let procs = registry::procs_named(bare).filter(|p| p.kind == ProcKind::Function);
            out.extend(procs.map(|p| {
                let declared = p.args.clone();
                Candidate { oid: p.oid, declared, result: p.ret, strict: p.strict, set: p.retset }
            }));
        }
        let own = self.functions_called(name)?;
        out.extend(own.iter().filter(|f| f.kind == FunctionKind::Function).map(|f| {
            let declared = f.input_types();
            Candidate { oid: f.oid, declared, result: f.result, strict: f.strict, set: f.set }
        }));
        Ok(out)
    }

    /// `name(types)`.
    pub(super) fn call_shown(&self, name: &QualifiedName, types: &[Oid]) -> String {
        let types: Vec<String> = types.iter().map(|ty| self.type_shown(*ty)).collect();
        format!("{name}({})", types.join(", "))
    }

    /// The function of this name that takes values of these types, which may be polymorphic.
    ///
    /// # Errors
    /// 42883 if there is none; 42804 for one that gives a set, or before which values would have to be converted; 42501.
    pub(super) fn support(&self, name: &QualifiedName, actual: &[Oid]) -> SqlResult<Support> {
        let candidates = self.support_candidates(name)?;
        let fits: Vec<Fit> = candidates.iter().map(|c| fit(&c.declared, actual, c.result)).collect();
        let as_they_are = |f: &Fit| match f {
            Fit::AsTheyAre(result) => Some(*result),
            _ => None,
        };
        let exact = candidates.iter().position(|c| c.declared == actual);
        let found = exact.or_else(|| fits.iter().position(|f| as_they_are(f).is_some()));
        let Some((candidate, result)) = found.and_then(|at| Some((candidates.get(at)?, as_they_are(fits.get(at)?)?)))
        else {
            let converted = fits.iter().find_map(|f| match f {
                Fit::Converted(goals) => Some(goals),
                _ => None,
            });
            return Err(match converted {
                Some(goals) => {
                    let message = format!("function {} requires run-time type coercion", self.call_shown(name, goals));
                    SqlError::new(SqlState::DatatypeMismatch, message)
                }
                None => {
                    let message = format!("function {} does not exist", self.call_shown(name, actual));
                    SqlError::new(SqlState::UndefinedFunction, message)
                }
            });
        };
        if candidate.set {
            let message = format!("function {} returns a set", self.call_shown(name, actual));
            return Err(SqlError::new(SqlState::DatatypeMismatch, message));
        }
        if let Some(function) = self.now().function(candidate.oid)
            && self.subject.on_routine(function).is_empty()
        {
            return Err(denied("function", &function.name));
        }
        Ok(Support { oid: candidate.oid, result, strict: candidate.strict })
    }
}
