//! EXPLAIN of a bound statement, and its running under ANALYZE.

use std::sync::Arc;

use gavel_api::sql::ColumnDesc;
use gavel_binder::bound::{Rewritten, Statement};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, AnalyzeFormat, AnalyzeFormatKind};

use crate::exec::frame::Frame;
use crate::exec::{ExecEnv, Execution};
use crate::explain::{Options, Profile, json, lines};
use crate::lower::PlannedQuery;
use crate::session::Session;
use crate::session::result::{Executed, Tag};
use crate::session::running::{Body, ModifyBy, tables_of};
use crate::session::statement::{not_supported, text_column, verb};
use crate::session::utility::execute_name;

/// What was asked for.
struct Asked {
    analyze: bool,
    json: bool,
    options: Options,
}

impl Asked {
    fn read(statement: &ast::Statement) -> SqlResult<Self> {
        let ast::Statement::Explain { analyze, verbose, format, options, .. } = statement else {
            return Err(SqlError::internal("not EXPLAIN"));
        };
        let mut asked =
            Self { analyze: *analyze, json: false, options: Options { verbose: *verbose, ..Options::default() } };
        if let Some(AnalyzeFormatKind::Keyword(f) | AnalyzeFormatKind::Assignment(f)) = format {
            asked.json = match f {
                AnalyzeFormat::TEXT => false,
                AnalyzeFormat::JSON => true,
                other => return Err(not_supported(&format!("EXPLAIN format {other}"))),
            };
        }
        for option in options.iter().flatten() {
            let argument = option.arg.as_ref().map(|a| a.to_string().trim_matches('\'').to_lowercase());
            let on = argument.as_deref().is_none_or(|a| matches!(a, "true" | "on" | "1"));
            match option.name.value.to_lowercase().as_str() {
                "analyze" => asked.analyze = on,
                "verbose" => asked.options.verbose = on,
                "costs" => asked.options.costs = on,
                "timing" => asked.options.timing = on,
                "buffers" | "settings" | "wal" | "summary" => {}
                "format" => match argument.as_deref() {
                    Some("text") => asked.json = false,
                    Some("json") => asked.json = true,
                    other => {
                        return Err(not_supported(&format!("EXPLAIN format {}", other.unwrap_or_default())));
                    }
                },
                other => {
                    return Err(SqlError::new(
                        SqlState::SyntaxError,
                        format!("unrecognized EXPLAIN option \"{other}\""),
                    ));
                }
            }
        }
        Ok(asked)
    }
}

/// The one column of EXPLAIN: of type `json` under FORMAT JSON.
pub(crate) fn explain_columns(options: &ast::Statement) -> Arc<[ColumnDesc]> {
    let mut column = text_column("QUERY PLAN");
    // Wrong options are told when it runs.
    if Asked::read(options).is_ok_and(|asked| asked.json) {
        column.ty = PgType::new(Oid::JSON);
    }
    Arc::new([column])
}

/// Whether EXPLAIN runs its statement.
///
/// # Errors
/// 42601 for options that there are not.
pub(crate) fn analyzes(options: &ast::Statement) -> SqlResult<bool> {
    Ok(Asked::read(options)?.analyze)
}

impl Session {
    pub(crate) async fn run_explain(
        &mut self,
        options: &ast::Statement,
        inner: &Statement,
        params: Vec<Datum>,
    ) -> SqlResult<Executed> {
        let mut asked = Asked::read(options)?;
        asked.options.style = self.text_style_now();
        let catalog = self.catalog();
        let env = self.plan_env(&catalog, &tables_of(inner)).await?;
        let body = Body::plan(inner, &env, true)?;
        if let (Body::Rewritten(bodies), Statement::Rewritten(rewritten)) = (&body, inner) {
            return self.explain_rewritten(options, &asked, bodies, rewritten, params).await;
        }
        let (plan, writes) = match &body {
            Body::Query { plan: Some(plan), locks, .. } => (plan, locks.map(|_| "SELECT")),
            Body::Modify(body) => match &body.by {
                ModifyBy::Plan(plan) => (plan, Some(verb(&body.modify.op))),
                ModifyBy::Fast(_) | ModifyBy::Source(_) => return Err(SqlError::internal("no plan to explain")),
            },
            _ => return Err(not_supported("EXPLAIN of this statement")),
        };
        let profile = if asked.analyze {
            if let Some(verb) = writes {
                self.may_run(inner, verb)?;
            }
            let profile = self.profiled(plan, params).await?;
            if writes.is_some() {
                self.finish_writes().await?;
            }
            Some(profile)
        } else {
            None
        };
        let out = if asked.json {
            let value = json(&plan.root, &asked.options, profile.as_deref());
            vec![serde_json::to_string_pretty(&value).unwrap_or_default()]
        } else {
            lines(&plan.root, &asked.options, profile.as_deref())
        };
        let rows = out.into_iter().map(|line| vec![Datum::text(line)]).collect();
        Ok(Executed::memory(explain_columns(options), rows, Tag::Fixed("EXPLAIN".into())))
    }

    /// The plans of a statement that rules have rewritten, with an empty line between them.
    async fn explain_rewritten(
        &mut self,
        options: &ast::Statement,
        asked: &Asked,
        bodies: &[(Body, Option<Arc<[ColumnDesc]>>)],
        rewritten: &Rewritten,
        params: Vec<Datum>,
    ) -> SqlResult<Executed> {
        let mut out = Vec::new();
        for ((body, _), step) in bodies.iter().zip(&rewritten.steps) {
            if !out.is_empty() {
                out.push(String::new());
            }
            let (plan, writes) = match body {
                Body::Query { plan: Some(plan), locks, .. } => (plan, locks.map(|_| "SELECT")),
                Body::Modify(body) if let ModifyBy::Plan(plan) = &body.by => (plan, Some(verb(&body.modify.op))),
                _ => {
                    out.push("Utility Statement".to_owned());
                    continue;
                }
            };
            let mut profile = None;
            if asked.analyze {
                if let Some(verb) = writes {
                    self.may_run(&step.statement, verb)?;
                }
                profile = Some(self.profiled(plan, params.clone()).await?);
                if writes.is_some() {
                    self.finish_writes().await?;
                }
            }
            if asked.json {
                let value = json(&plan.root, &asked.options, profile.as_deref());
                out.push(serde_json::to_string_pretty(&value).unwrap_or_default());
            } else {
                out.extend(lines(&plan.root, &asked.options, profile.as_deref()));
            }
        }
        if out.is_empty() {
            out.push("Query rewrites to nothing".to_owned());
        }
        let rows = out.into_iter().map(|line| vec![Datum::text(line)]).collect();
        Ok(Executed::memory(explain_columns(options), rows, Tag::Fixed("EXPLAIN".into())))
    }

    /// EXPLAIN EXECUTE: the prepared statement's plan.
    pub(crate) async fn explain_prepared(
        &mut self,
        options: &ast::Statement,
        name: Option<&ast::ObjectName>,
        parameters: &[ast::Expr],
    ) -> SqlResult<Executed> {
        let (prepared, params) = self.prepared_with(&execute_name(name), parameters).await?;
        match Box::pin(self.plan(&prepared)).await? {
            Some(planned) => {
                planned.allow()?;
                Box::pin(self.run_explain(options, &planned.bound.statement, params)).await
            }
            None => Err(not_supported("EXPLAIN of this statement")),
        }
    }

    /// Runs a plan to its end, counting.
    async fn profiled(&mut self, plan: &PlannedQuery, params: Vec<Datum>) -> SqlResult<Arc<Profile>> {
        let access = self.access(params).await?;
        let clock = Arc::clone(&access.eval.clock);
        let profile = Profile::new(clock);
        let env = ExecEnv {
            params: access.params.clone(),
            eval: access.eval.clone(),
            tables: Arc::new(access),
            memory_limit: self.engine.settings.statement_memory_bytes,
            profile: Some(Arc::clone(&profile)),
        };
        let mut operator = crate::exec::start(&plan.root, &Frame::new(Execution::new(env)))?;
        self.drive(async {
            while operator.next().await?.is_some() {
                tokio::task::consume_budget().await;
            }
            Ok(())
        })
        .await?;
        Ok(profile)
    }
}
