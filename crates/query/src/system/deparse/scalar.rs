//! Expressions.

use gavel_binder::bound::{Index, RowCompareOp, Scalar, ScalarKind, SubqueryKind};
use gavel_binder::query_tree::{Form, QueryOperator, QueryTree};
use gavel_functions::registry::{self, CastMethod};
use gavel_types::text_io::{type_name, type_name_with_typmod};
use gavel_types::{Oid, PgType};

use super::simple::{Parent, is_simple, short_name};
use super::writer::{ITEM, Writer};
use crate::ddl::names::quote;

/// The name of a type in a definition. `bit` alone would be `bit(1)`.
pub fn type_label(ty: PgType) -> String {
    if ty.oid == Oid::BIT && ty.typmod < 0 { "\"bit\"".to_owned() } else { type_name_with_typmod(ty) }
}

/// Whether a function only applies a type's modifier.
pub fn is_length_cast(function: Oid, ty: Oid) -> bool {
    registry::cast(ty, ty).is_some_and(|c| c.method == CastMethod::Function(function))
}

/// What is cast, and to what, if the expression is a cast. One to a type and its modifier is one cast.
pub fn cast_of(s: &Scalar) -> Option<(&Scalar, PgType)> {
    match &s.kind {
        ScalarKind::Relabel { input } | ScalarKind::CoerceViaIo { input } | ScalarKind::ArrayCoerce { input, .. } => {
            Some((input, s.ty))
        }
        ScalarKind::DomainCheck { input, domain, .. } => {
            let to_base = cast_of(input).filter(|(_, ty)| ty.oid == input.ty.oid).map(|c| c.0);
            Some((to_base.unwrap_or(input), PgType::new(domain.oid)))
        }
        ScalarKind::Call { function, args } => {
            let input = args.first()?;
            let proc = registry::proc(*function)?;
            let cast = registry::cast(input.ty.oid, proc.ret)?;
            if cast.method != CastMethod::Function(*function) {
                return None;
            }
            if input.ty.oid == s.ty.oid {
                let to_type = cast_of(input).filter(|(_, ty)| ty.oid == s.ty.oid && ty.typmod < 0).map(|c| c.0);
                return Some((to_type.unwrap_or(input), s.ty));
            }
            Some((input, s.ty))
        }
        _ => None,
    }
}

/// Whether the grammar takes an expression for a call wherever calls alone may stand.
pub fn is_call(s: &Scalar) -> bool {
    match &s.kind {
        ScalarKind::Coalesce(_) | ScalarKind::MinMax { .. } | ScalarKind::NextVal { .. } => true,
        ScalarKind::Call { function, args } => cast_of(s).is_none() && operator_of(*function, args).is_none(),
        ScalarKind::Form { form, .. } => {
            matches!(**form, Form::Call(_) | Form::Syntax(_) | Form::NullIf | Form::Word(_))
        }
        _ => false,
    }
}

/// The operator that calls `function` with these arguments.
pub fn operator_of(function: Oid, args: &[Scalar]) -> Option<&'static registry::Operator> {
    let (left, right) = match args {
        [right] => (Oid(0), right),
        [left, right] => (left.ty.oid, right),
        _ => return None,
    };
    let found = |o: &&registry::Operator| o.proc == function && (o.left.0 == 0) == (left.0 == 0);
    let exact = |o: &&registry::Operator| o.left == left && o.right == right.ty.oid;
    let mut all = registry::operators().iter().filter(found);
    let first = all.next()?;
    Some(std::iter::once(first).chain(all).find(exact).unwrap_or(first))
}

/// The operator behind a comparison function.
fn operator_name(function: Oid) -> Option<&'static str> {
    registry::operators().iter().find(|o| o.proc == function && o.left.0 != 0).map(|o| o.name)
}

/// Whether an expression is a subquery that gives one value.
fn is_scalar_subquery(s: &Scalar) -> bool {
    let ScalarKind::Form { form, input } = &s.kind else { return false };
    let scalar = matches!(&input.kind, ScalarKind::Subquery(subquery) if subquery.kind == SubqueryKind::Scalar);
    scalar && matches!(**form, Form::Query { .. })
}

impl Writer<'_> {
    pub fn scalar(&mut self, s: &Scalar) -> Option<()> {
        if let Some((input, ty)) = cast_of(s) {
            return self.cast(input, ty);
        }
        match &s.kind {
            ScalarKind::Const(value) => self.constant(value, s.ty, true),
            ScalarKind::Column(id) => return self.column(*id),
            ScalarKind::Call { function, args } => return self.call(*function, args),
            ScalarKind::And(items) => return self.joined(items, " AND ", Parent::And),
            ScalarKind::Or(items) => return self.joined(items, " OR ", Parent::Or),
            ScalarKind::Not(inner) => {
                self.open();
                self.put("NOT ");
                self.operand(inner, Parent::Not)?;
                self.close();
            }
            ScalarKind::IsNull { input, negated } => {
                return self.postfix(input, if *negated { " IS NOT NULL" } else { " IS NULL" });
            }
            ScalarKind::IsBool { input, value, negated } => {
                let not = if *negated { "NOT " } else { "" };
                let word = match value {
                    Some(true) => "TRUE",
                    Some(false) => "FALSE",
                    None => "UNKNOWN",
                };
                return self.postfix(input, &format!(" IS {not}{word}"));
            }
            ScalarKind::IsDistinct { left, right, negated, .. } => {
                if *negated {
                    self.open();
                    self.put("NOT ");
                }
                self.open();
                self.operand(left, Parent::Other)?;
                self.put(" IS DISTINCT FROM ");
                self.operand(right, Parent::Other)?;
                self.close();
                if *negated {
                    self.close();
                }
            }
            ScalarKind::AnyArray { function, left, array, all } => {
                self.open();
                self.operand(left, Parent::Other)?;
                let word = if *all { "ALL" } else { "ANY" };
                self.put(&format!(" {} {word} (", operator_name(*function)?));
                self.operand(array, Parent::Other)?;
                // Else it would be read as a query of elements.
                if is_scalar_subquery(array) {
                    self.put(&format!("::{}", type_name(array.ty.oid)));
                }
                self.put(")");
                self.close();
            }
            ScalarKind::Case { arms, otherwise } => return self.case(None, arms, otherwise),
            ScalarKind::Coalesce(items) => return self.enclosed("COALESCE(", items, ")"),
            ScalarKind::MinMax { greatest, args } => {
                return self.enclosed(if *greatest { "GREATEST(" } else { "LEAST(" }, args, ")");
            }
            ScalarKind::Array { items } => {
                self.enclosed("ARRAY[", items, "]")?;
                if items.is_empty() {
                    self.put(&format!("::{}", type_label(s.ty)));
                }
            }
            ScalarKind::Row(items) => {
                self.put("ROW(");
                self.list(items, |w, item| w.row_item(item))?;
                self.put(")");
                if s.ty.oid.is_composite() {
                    self.put(&format!("::{}", type_name(s.ty.oid)));
                }
            }
            ScalarKind::RowCompare { op, pairs } => {
                let left: Vec<Scalar> = pairs.iter().map(|p| p.left.clone()).collect();
                let right: Vec<Scalar> = pairs.iter().map(|p| p.right.clone()).collect();
                let op = match op {
                    RowCompareOp::Lt => ") < ",
                    RowCompareOp::Le => ") <= ",
                    RowCompareOp::Gt => ") > ",
                    RowCompareOp::Ge => ") >= ",
                };
                self.enclosed("(ROW(", &left, op)?;
                self.enclosed("ROW(", &right, "))")?;
            }
            ScalarKind::Field { input, index } => {
                let name = self.field_name(input, *index)?;
                return self.field(input, &name);
            }
            ScalarKind::Subscript { input, indices } => {
                self.subscripted(input)?;
                for index in indices {
                    self.put("[");
                    match index {
                        Index::Element(e) => self.scalar(e)?,
                        Index::Slice(lower, upper) => {
                            lower.as_ref().map_or(Some(()), |e| self.scalar(e))?;
                            self.put(":");
                            upper.as_ref().map_or(Some(()), |e| self.scalar(e))?;
                        }
                    }
                    self.put("]");
                }
            }
            ScalarKind::NextVal { sequence, .. } => {
                let stored = self.layout.stored;
                let name = if stored { sequence.to_string() } else { self.relation(*sequence).replace('\'', "''") };
                self.put(&format!("nextval('{name}'::regclass)"));
            }
            ScalarKind::Form { form, input } => return self.form(form, input),
            _ => return None,
        }
        Some(())
    }

    /// A relation's name, qualified only if it must be.
    pub fn relation(&self, oid: Oid) -> String {
        let hidden = self.catalog.relation_name(oid).is_some_and(|(_, name)| self.names.ctes.iter().any(|c| c == name));
        let path = if hidden { &[] } else { self.search_path };
        super::relation_name(self.catalog, path, oid)
    }

    /// An operand, in parentheses if it needs them.
    pub fn operand(&mut self, s: &Scalar, parent: Parent<'_>) -> Option<()> {
        let set_off = self.layout.pretty && !is_simple(s, parent);
        self.put(if set_off { "(" } else { "" });
        self.scalar(s)?;
        self.put(if set_off { ")" } else { "" });
        Some(())
    }

    fn enclosed(&mut self, before: &str, items: &[Scalar], after: &str) -> Option<()> {
        self.put(before);
        self.list(items, |w, item| w.scalar(item))?;
        self.put(after);
        Some(())
    }

    fn joined(&mut self, items: &[Scalar], word: &str, parent: Parent<'_>) -> Option<()> {
        self.open();
        for (i, item) in items.iter().enumerate() {
            self.put(if i == 0 { "" } else { word });
            self.operand(item, parent)?;
        }
        self.close();
        Some(())
    }

    fn postfix(&mut self, input: &Scalar, words: &str) -> Option<()> {
        self.open();
        self.operand(input, Parent::Other)?;
        self.put(words);
        self.close();
        Some(())
    }

    pub fn cast(&mut self, input: &Scalar, ty: PgType) -> Option<()> {
        match &input.kind {
            ScalarKind::Const(value) if input.ty.oid == ty.oid && input.ty.typmod < 0 => {
                self.constant(value, input.ty, false);
            }
            _ => {
                self.open();
                self.operand(input, Parent::Other)?;
                self.close();
            }
        }
        self.put(&format!("::{}", type_label(ty)));
        Some(())
    }

    /// An operator with its operands.
    pub fn operation(&mut self, name: &str, args: &[Scalar]) -> Option<()> {
        let own = short_name(name, args.len());
        self.open();
        match args {
            [right] => {
                self.put(&format!("{name} "));
                self.operand(right, Parent::Operator(None, true))?;
            }
            [left, right] => {
                self.operand(left, Parent::Operator(own, true))?;
                self.put(&format!(" {name} "));
                self.operand(right, Parent::Operator(own, false))?;
            }
            _ => return None,
        }
        self.close();
        Some(())
    }

    /// CASE on lines of its own; over `operand`, the conditions are comparisons with it.
    fn case(&mut self, operand: Option<&Scalar>, arms: &[(Scalar, Scalar)], otherwise: &Scalar) -> Option<()> {
        self.line("CASE", 0, ITEM, 0);
        if let Some(operand) = operand {
            self.put(" ");
            self.scalar(operand)?;
        }
        for (when, then) in arms {
            self.line("WHEN ", 0, 0, 0);
            match &when.kind {
                ScalarKind::Call { args, .. } if operand.is_some() => self.scalar(args.get(1)?)?,
                _ => self.scalar(when)?,
            }
            self.put(" THEN ");
            self.scalar(then)?;
        }
        self.line("ELSE ", 0, 0, 0);
        self.scalar(otherwise)?;
        self.line("END", -ITEM, 0, 0);
        Some(())
    }

    fn subscripted(&mut self, input: &Scalar) -> Option<()> {
        let bare = match &input.kind {
            ScalarKind::Column(id) => !self.calls.contains_key(id),
            ScalarKind::Field { .. } => true,
            ScalarKind::Form { form, .. } => matches!(**form, Form::JoinColumn { .. }),
            _ => false,
        };
        self.put(if bare { "" } else { "(" });
        self.scalar(input)?;
        self.put(if bare { "" } else { ")" });
        Some(())
    }

    fn form(&mut self, form: &Form, input: &Scalar) -> Option<()> {
        match form {
            Form::JoinColumn { range, slot } => {
                let (item, name) = self.names.slot(*range, *slot)?;
                let text = qualified(item, name);
                self.put(&text);
            }
            Form::WholeRow(range) => {
                let name = self.names.range(*range)?.name.clone()?;
                self.put(&format!("{}.*", quote(&name)));
            }
            Form::TableOid(range) => {
                let item = match range {
                    Some(range) => self.names.range(*range)?.name.clone(),
                    None => None,
                };
                let text = qualified(item.as_deref(), "tableoid");
                self.put(&text);
            }
            Form::Field(name) => {
                let ScalarKind::Field { input: row, .. } = &input.kind else { return None };
                return self.field(row, name);
            }
            Form::SetRow(id) => return self.column(*id),
            Form::Call(written) => {
                let ScalarKind::Call { function, args } = &input.kind else { return None };
                return self.function(*function, args, written.as_ref());
            }
            Form::Syntax(given) => {
                let ScalarKind::Call { function, args } = &input.kind else { return None };
                return self.syntax(*function, given, args);
            }
            Form::Operator(oid) => {
                let ScalarKind::Call { args, .. } = &input.kind else { return None };
                let name = self.operator_text(*oid)?;
                return self.operation(&name, args);
            }
            Form::Word(word) => self.put(word),
            Form::CaseOf(operand) => {
                let ScalarKind::Case { arms, otherwise } = &input.kind else { return None };
                return self.case(Some(operand), arms, otherwise);
            }
            Form::NullIf => {
                let ScalarKind::Case { arms, .. } = &input.kind else { return None };
                let ScalarKind::Call { args, .. } = &arms.first()?.0.kind else { return None };
                return self.enclosed("NULLIF(", args, ")");
            }
            Form::Collate(name) => return self.postfix(input, &format!(" COLLATE {}", quote(name))),
            Form::Subscripts(value, steps) => {
                self.subscripted(value)?;
                for step in steps {
                    self.put("[");
                    self.scalar(step)?;
                    self.put("]");
                }
            }
            Form::Query { tree, operator } => return self.subquery(tree, operator.as_ref(), input),
        }
        Some(())
    }

    fn subquery(&mut self, tree: &QueryTree, operator: Option<&QueryOperator>, input: &Scalar) -> Option<()> {
        let operator = match operator {
            Some(QueryOperator::System(symbol)) => Some(symbol.clone()),
            Some(QueryOperator::User(oid)) => Some(self.operator_text(*oid)?),
            None => None,
        };
        let kind = match &input.kind {
            ScalarKind::Subquery(subquery) => Some(&subquery.kind),
            _ => None,
        };
        let enclosed = match kind {
            Some(SubqueryKind::Scalar | SubqueryKind::Array) => false,
            Some(SubqueryKind::Exists | SubqueryKind::Quantified { .. }) | None => true,
        };
        self.put(if matches!(kind, Some(SubqueryKind::Array)) { "ARRAY(" } else { "(" });
        match (kind, &input.kind) {
            (Some(SubqueryKind::Exists), _) => self.put("EXISTS "),
            (Some(SubqueryKind::Quantified { left, all, .. }), _) => {
                match left.as_slice() {
                    [one] => self.scalar(one)?,
                    several => self.enclosed("(", several, ")")?,
                }
                let operator = operator?;
                self.put(&match (operator.as_str(), all) {
                    ("=", false) => " IN ".to_owned(),
                    (_, false) => format!(" {operator} ANY "),
                    (_, true) => format!(" {operator} ALL "),
                });
            }
            // A row against the row of a query.
            (None, ScalarKind::Call { args, .. }) => {
                let ScalarKind::Row(items) = &args.first()?.kind else { return None };
                self.enclosed("(", items, ")")?;
                self.put(&format!(" {} ", operator?));
            }
            _ => {}
        }
        self.put(if enclosed { "(" } else { "" });
        self.query(tree, None, false)?;
        self.put(if enclosed { "))" } else { ")" });
        Some(())
    }

    /// Field `name` of a row.
    fn field(&mut self, row: &Scalar, name: &str) -> Option<()> {
        let bare = match &row.kind {
            ScalarKind::Field { .. } | ScalarKind::Subscript { .. } => true,
            ScalarKind::Form { form, .. } => matches!(**form, Form::Field(_)),
            _ => false,
        };
        self.put(if bare { "" } else { "(" });
        self.scalar(row)?;
        self.put(if bare { "" } else { ")" });
        self.put(&format!(".{}", quote(name)));
        Some(())
    }

    /// An item of a row or of VALUES, where the row of a FROM item could be taken for its columns.
    pub fn row_item(&mut self, item: &Scalar) -> Option<()> {
        self.scalar(item)?;
        if matches!(&item.kind, ScalarKind::Form { form, .. } if matches!(**form, Form::WholeRow(_))) {
            self.put(&format!("::{}", type_name(item.ty.oid)));
        }
        Some(())
    }

    fn field_name(&self, input: &Scalar, index: usize) -> Option<String> {
        if let Some(fields) = self.catalog.fields(input.ty.oid) {
            return fields.get(index).map(|f| f.0.clone());
        }
        match &input.kind {
            ScalarKind::Row(_) => Some(format!("f{}", index + 1)),
            ScalarKind::Form { form, input } => match &**form {
                Form::WholeRow(range) => self.names.range(*range)?.columns.get(index).cloned(),
                Form::SetRow(id) => self.result_name(*id, index),
                Form::Call(_) => self.field_name(input, index),
                _ => None,
            },
            ScalarKind::Call { function, .. } => self.field_of_result(*function, index),
            ScalarKind::Column(id) => self.result_name(*id, index),
            _ => None,
        }
    }
}

/// `item.name`.
pub fn qualified(item: Option<&str>, name: &str) -> String {
    match item {
        Some(item) => format!("{}.{}", quote(item), quote(name)),
        None => quote(name),
    }
}
