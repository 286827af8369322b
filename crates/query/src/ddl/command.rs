//! What a statement is called before it runs: in messages, as PostgreSQL's command tags have it.

use gavel_binder::ddl::ast::{DiscardTarget, SessionCommand};
use gavel_binder::ddl::{self, Ddl};
use gavel_types::SqlResult;
use sqlparser::ast::{SetExpr, Statement};

/// The name of a statement, such as `CREATE TABLE` or `FETCH`.
///
/// # Errors
/// 42601 if it does not parse.
pub fn command_name(statement: &Statement) -> SqlResult<String> {
    use Statement as S;
    let name = match statement {
        S::Query(query) if ddl::select_into(query).is_some() => "SELECT INTO",
        S::Query(query) => match &*query.body {
            SetExpr::Insert(_) => "INSERT",
            SetExpr::Update(_) => "UPDATE",
            SetExpr::Delete(_) => "DELETE",
            SetExpr::Merge(_) => "MERGE",
            _ => "SELECT",
        },
        S::Insert(_) => "INSERT",
        S::Update(_) => "UPDATE",
        S::Delete(_) => "DELETE",
        S::Merge(_) => "MERGE",
        S::StartTransaction { begin: true, .. } => "BEGIN",
        S::StartTransaction { .. } => "START TRANSACTION",
        S::Commit { .. } => "COMMIT",
        S::Rollback { .. } => "ROLLBACK",
        S::Savepoint { .. } => "SAVEPOINT",
        S::ReleaseSavepoint { .. } => "RELEASE",
        S::Set(_) => "SET",
        S::Reset(_) => "RESET",
        S::ShowVariable { .. } => "SHOW",
        S::Prepare { .. } => "PREPARE",
        S::Execute { .. } => "EXECUTE",
        S::Deallocate { name, .. } if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("all") => {
            "DEALLOCATE ALL"
        }
        S::Deallocate { .. } => "DEALLOCATE",
        S::Declare { .. } => "DECLARE CURSOR",
        S::Explain { .. } => "EXPLAIN",
        S::Copy { .. } => "COPY",
        S::Call(_) => "CALL",
        carried if ddl::carried(carried).is_some() => return carried_name(carried),
        other => {
            let text = other.to_string();
            return Ok(text.split_whitespace().next().unwrap_or("statement").to_uppercase());
        }
    };
    Ok(name.to_owned())
}

fn carried_name(statement: &Statement) -> SqlResult<String> {
    use SessionCommand as C;
    Ok(match super::parsed(statement)? {
        Ddl::CreateTableAs(_) | Ddl::CreateTableAsExecute { .. } => "CREATE TABLE AS".to_owned(),
        Ddl::Session(command) => match command {
            C::SetConstraints { .. } => "SET CONSTRAINTS",
            C::Fetch { moves: true, .. } => "MOVE",
            C::Fetch { .. } => "FETCH",
            C::Close { cursor: None } => "CLOSE CURSOR ALL",
            C::Close { .. } => "CLOSE CURSOR",
            C::Lock { .. } => "LOCK TABLE",
            C::Discard(DiscardTarget::All) => "DISCARD ALL",
            C::Discard(DiscardTarget::Plans) => "DISCARD PLANS",
            C::Discard(DiscardTarget::Sequences) => "DISCARD SEQUENCES",
            C::Discard(DiscardTarget::Temp) => "DISCARD TEMP",
            C::PrepareTransaction => "PREPARE TRANSACTION",
            C::Do { .. } => "DO",
            C::Listen { .. } => "LISTEN",
            C::Unlisten { .. } => "UNLISTEN",
            C::Notify { .. } => "NOTIFY",
        }
        .to_owned(),
        other => super::tag(&other),
    })
}
