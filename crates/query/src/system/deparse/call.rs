//! Functions, aggregates and window calls.

use std::sync::Arc;

use gavel_binder::bound::{Aggregate, ColumnId, Scalar, ScalarKind, UserAggregate, Window};
use gavel_binder::query_tree::{CallTree, Form, WindowTree, WrittenArgs};
use gavel_functions::registry::{self, Proc};
use gavel_functions::variadic::MARK;
use gavel_types::text_io::numbered_function;
use gavel_types::{Datum, Oid};

use super::scalar::{cast_of, operator_of, qualified};
use super::simple::Parent;
use super::writer::Writer;
use crate::ddl::names::quote;
use crate::system::resolver::CatalogNames;

/// The name of a column of a function's result.
fn result_name(function: Oid, index: usize) -> Option<String> {
    let proc = registry::proc(function)?;
    let mut out = proc.all_args.iter().filter(|(_, mode, _)| matches!(mode, 'o' | 'b' | 't'));
    out.nth(index).map(|(_, _, name)| (*name).to_owned())
}

fn called(proc: &Proc) -> String {
    match proc.name.split_once('.') {
        Some((schema, name)) => format!("{}.{}", quote(schema), quote(name)),
        None => quote(proc.name),
    }
}

impl Writer<'_> {
    /// A column of FROM, or the call that stands for it.
    pub fn column(&mut self, id: ColumnId) -> Option<()> {
        if let Some(name) = self.names.bare(id) {
            let text = match (name.as_deref(), self.names.bare_prefix()) {
                (Some(name), Some(table)) => format!("{}.{}", quote(table), quote(name)),
                (Some(name), None) => quote(name),
                (None, _) => "VALUE".to_owned(),
            };
            self.put(&text);
            return Some(());
        }
        if let Some((item, name)) = self.names.column(id) {
            let text = qualified(item, name);
            self.put(&text);
            return Some(());
        }
        let calls = self.calls;
        match calls.get(&id)? {
            CallTree::Aggregate(aggregate) => self.aggregate(aggregate),
            CallTree::Window(window, over) => self.window_call(window, over),
            CallTree::Set(call, written) => self.function(call.function, &call.args, written.as_ref()),
            CallTree::Grouping(args) => {
                self.put("GROUPING(");
                self.list(args, |w, arg| w.scalar(arg))?;
                self.put(")");
                Some(())
            }
        }
    }

    /// The name of a column of the result of a function, PostgreSQL's own or a user's.
    pub fn field_of_result(&self, function: Oid, index: usize) -> Option<String> {
        match self.catalog.function(function) {
            Some(function) => function.outputs().nth(index).map(|p| p.name.clone()),
            None => result_name(function, index),
        }
    }

    pub fn result_name(&self, id: ColumnId, index: usize) -> Option<String> {
        match self.calls.get(&id)? {
            CallTree::Set(call, _) => self.field_of_result(call.function, index),
            _ => None,
        }
    }

    /// Whether an expression begins like a call, so that a clause could take it for a name.
    pub fn looks_like_call(&self, s: &Scalar) -> bool {
        match &s.kind {
            ScalarKind::Column(id) => {
                matches!(self.calls.get(id), Some(CallTree::Aggregate(_) | CallTree::Window(..) | CallTree::Set(..)))
            }
            ScalarKind::Call { function, args } => cast_of(s).is_some() || operator_of(*function, args).is_none(),
            ScalarKind::NextVal { .. } => true,
            ScalarKind::Form { form, .. } => matches!(**form, Form::Call(_) | Form::Syntax(_) | Form::SetRow(_)),
            _ => false,
        }
    }

    /// A call that is no cast.
    pub fn call(&mut self, function: Oid, args: &[Scalar]) -> Option<()> {
        match operator_of(function, args) {
            Some(operator) => self.operation(operator.name, args),
            None => self.function(function, args, None),
        }
    }

    /// `name(args)`.
    pub fn function(&mut self, function: Oid, args: &[Scalar], written: Option<&WrittenArgs>) -> Option<()> {
        let Some(proc) = registry::proc(function) else { return self.user_function(function, args, written) };
        // PostgreSQL's grammar knows this one.
        let name = if proc.name == "normalize" { "NORMALIZE".to_owned() } else { called(proc) };
        self.put(&format!("{name}("));
        if proc.name == "normalize"
            && let [value, form] = args
            && let ScalarKind::Const(Datum::Text(form)) = &form.kind
        {
            let given = written.is_none_or(|written| written.len() > 1);
            self.scalar(value)?;
            self.put(&if given { format!(", {})", form.to_uppercase()) } else { ")".to_owned() });
            return Some(());
        }
        match written {
            Some(written) => self.written_arguments(args, written)?,
            None => self.arguments(proc, args)?,
        }
        self.put(")");
        Some(())
    }

    fn written_arguments(&mut self, args: &[Scalar], written: &WrittenArgs) -> Option<()> {
        self.list(written, |w, (place, name)| {
            if let Some(name) = name {
                w.put(&format!("{} => ", quote(name)));
            }
            w.scalar(args.get(*place)?)
        })
    }

    /// What a user's function is called by: to be kept, its number.
    fn user_name(&self, oid: Oid) -> Option<String> {
        if self.layout.stored {
            return Some(numbered_function(oid));
        }
        let search_path = self.search_path.to_vec();
        CatalogNames { catalog: Arc::clone(self.catalog), search_path, subject: None }.call_text(oid)
    }

    /// What a user's operator is written as: to be kept, with its number in the place of the schema.
    pub fn operator_text(&self, oid: Oid) -> Option<String> {
        let operator = self.catalog.operator(oid)?;
        if self.layout.stored {
            return Some(format!("OPERATOR(\"{}\".{})", operator.numbered_schema(), operator.name));
        }
        Some(crate::system::operators::text(self.catalog, self.search_path, operator))
    }

    /// The arguments of a user's aggregate; variadic ones have been collected, or were given as an array.
    fn user_arguments(&mut self, user: &UserAggregate, args: &[Scalar]) -> Option<()> {
        for (i, arg) in args.iter().enumerate() {
            self.put(if i == 0 { "" } else { ", " });
            if user.function.is_variadic() && i + 1 == args.len() {
                self.put("VARIADIC ");
            }
            self.scalar(arg)?;
        }
        Some(())
    }

    /// The same for a user's function. To be kept, it is called by its number.
    fn user_function(&mut self, oid: Oid, args: &[Scalar], written: Option<&WrittenArgs>) -> Option<()> {
        let catalog = Arc::clone(self.catalog);
        let function = catalog.function(oid)?;
        let name = self.user_name(oid)?;
        self.put(&format!("{name}("));
        match (written, args.split_last()) {
            (Some(written), _) => self.written_arguments(args, written)?,
            // They have been collected into an array, or one was given.
            (None, Some((last, before))) if function.is_variadic() => {
                self.list(before, |w, arg| w.scalar(arg))?;
                self.put(if before.is_empty() { "VARIADIC " } else { ", VARIADIC " });
                self.scalar(last)?;
            }
            _ => self.list(args, |w, arg| w.scalar(arg))?,
        }
        self.put(")");
        Some(())
    }

    /// Arguments; those that were collected into an array are one again.
    fn arguments(&mut self, proc: &Proc, args: &[Scalar]) -> Option<()> {
        let spread = args.last().is_some_and(|a| a.ty == MARK);
        let args = if spread { args.get(..args.len() - 1)? } else { args };
        let collected = proc.variadic.0 != 0 && proc.variadic != Oid::ANY && args.len() == proc.args.len();
        for (i, arg) in args.iter().enumerate() {
            self.put(if i == 0 { "" } else { ", " });
            if (spread || collected) && i + 1 == args.len() {
                self.put("VARIADIC ");
            }
            self.scalar(arg)?;
        }
        Some(())
    }

    fn aggregate(&mut self, aggregate: &Aggregate) -> Option<()> {
        let user = aggregate.user.as_deref();
        let proc = registry::proc(aggregate.function);
        let name = match (user, proc) {
            (Some(user), _) => self.user_name(user.function.oid)?,
            (None, proc) => called(proc?),
        };
        self.put(&format!("{name}({}", if aggregate.distinct { "DISTINCT " } else { "" }));
        let within = match (user, proc) {
            (Some(user), _) => {
                user.function.aggregate().is_some_and(gavel_catalog::AggregateDefinition::is_ordered_set)
            }
            (None, proc) => proc.is_some_and(gavel_binder::is_ordered_set),
        };
        if within {
            self.list(aggregate.args.get(..aggregate.direct)?, |w, arg| w.scalar(arg))?;
            self.put(") WITHIN GROUP (ORDER BY ");
            self.list(&aggregate.order_by, |w, key| w.sort_key(key))?;
        } else {
            if aggregate.args.is_empty() {
                self.put("*");
            }
            match user {
                Some(user) => self.user_arguments(user, &aggregate.args)?,
                None => self.arguments(proc?, &aggregate.args)?,
            }
            if !aggregate.order_by.is_empty() {
                self.put(" ORDER BY ");
                self.list(&aggregate.order_by, |w, key| w.sort_key(key))?;
            }
        }
        self.filter(aggregate.filter.as_ref())?;
        self.put(")");
        Some(())
    }

    fn filter(&mut self, filter: Option<&Scalar>) -> Option<()> {
        let Some(filter) = filter else { return Some(()) };
        self.put(") FILTER (WHERE ");
        self.scalar(filter)
    }

    fn window_call(&mut self, window: &Window, over: &Result<String, WindowTree>) -> Option<()> {
        if let Some(user) = window.user.as_deref() {
            let name = self.user_name(user.function.oid)?;
            self.put(&format!("{name}({}", if window.args.is_empty() { "*" } else { "" }));
            self.user_arguments(user, &window.args)?;
        } else {
            let proc = registry::proc(window.function)?;
            self.put(&format!("{}(", called(proc)));
            if window.args.is_empty() && proc.kind == registry::ProcKind::Aggregate {
                self.put("*");
            }
            self.arguments(proc, &window.args)?;
        }
        self.filter(window.filter.as_ref())?;
        self.put(") OVER ");
        match over {
            Ok(name) => self.put(&quote(name)),
            Err(definition) => self.window(definition)?,
        }
        Some(())
    }

    /// A function in the syntax that the standard gives it, over its arguments before they are `cast`.
    pub fn syntax(&mut self, function: Oid, args: &[Scalar], cast: &[Scalar]) -> Option<()> {
        let proc = registry::proc(function)?;
        let counted = proc.args.get(1) == Some(&Oid::INT4);
        match (proc.name, args) {
            ("timezone", [zone, time]) => {
                self.put("(");
                self.operand(time, Parent::Other)?;
                self.put(" AT TIME ZONE ");
                self.operand(zone, Parent::Other)?;
                self.put(")");
            }
            ("extract", [field, value]) => {
                let ScalarKind::Const(Datum::Text(field)) = &field.kind else { return None };
                self.put(&format!("EXTRACT({field} FROM "));
                self.scalar(value)?;
                self.put(")");
            }
            ("is_normalized", [value, form]) => {
                self.put("(");
                self.operand(value, Parent::Other)?;
                match &form.kind {
                    ScalarKind::Const(Datum::Text(form)) if **form != *"NFC" => {
                        self.put(&format!(" IS {form} NORMALIZED)"));
                    }
                    _ => self.put(" IS NORMALIZED)"),
                }
            }
            ("overlaps", [a, b, c, d]) => {
                return self.parts(&[("((", a), (", ", b), (") OVERLAPS (", c), (", ", d)], "))");
            }
            ("overlay", [value, new, from]) => {
                return self.parts(&[("OVERLAY(", value), (" PLACING ", new), (" FROM ", from)], ")");
            }
            ("overlay", [value, new, from, count]) => {
                let parts = [("OVERLAY(", value), (" PLACING ", new), (" FROM ", from), (" FOR ", count)];
                return self.parts(&parts, ")");
            }
            ("pg_collation_for", [value]) => return self.parts(&[("COLLATION FOR (", value)], ")"),
            ("position", [value, part]) => {
                return self.parts(&[("POSITION((", part), (") IN (", value)], "))");
            }
            ("substring", [value, from]) if counted => {
                return self.parts(&[("SUBSTRING(", value), (" FROM ", from)], ")");
            }
            ("substring", [value, from, count]) => {
                let words = if counted { (" FROM ", " FOR ") } else { (" SIMILAR ", " ESCAPE ") };
                return self.parts(&[("SUBSTRING(", value), (words.0, from), (words.1, count)], ")");
            }
            ("btrim" | "ltrim" | "rtrim", [value, rest @ ..]) => {
                self.put(match proc.name {
                    "ltrim" => "TRIM(LEADING ",
                    "rtrim" => "TRIM(TRAILING ",
                    _ => "TRIM(BOTH ",
                });
                if let Some(characters) = rest.first() {
                    self.scalar(characters)?;
                    self.put(" ");
                }
                return self.parts(&[("FROM ", value)], ")");
            }
            _ => return self.function(function, cast, None),
        }
        Some(())
    }

    /// Expressions, each behind a word.
    fn parts(&mut self, parts: &[(&str, &Scalar)], end: &str) -> Option<()> {
        for (word, value) in parts {
            self.put(word);
            self.scalar(value)?;
        }
        self.put(end);
        Some(())
    }
}
