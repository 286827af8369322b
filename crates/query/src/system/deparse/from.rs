//! FROM.

use gavel_binder::bound::{JoinKind, Scalar};
use gavel_binder::query_tree::{FromTree, FunctionTree, ItemCall, JoinTree, Origin, Range, RangeKind, StoredAlias};
use gavel_functions::registry;
use gavel_types::Oid;

use super::names::Called;
use super::scalar::{cast_of, is_call, type_label};
use super::writer::{ITEM, STEP, Writer};
use crate::ddl::names::quote;

impl Writer<'_> {
    pub fn from_clause(&mut self, items: &[FromTree]) -> Option<()> {
        for (i, item) in items.iter().enumerate() {
            if i == 0 {
                self.clause(" FROM ", 2);
                self.from_item(item)?;
                continue;
            }
            self.put(", ");
            let text = self.apart(|w| w.from_item(item))?;
            self.item(&text, false, false);
        }
        Some(())
    }

    fn from_item(&mut self, item: &FromTree) -> Option<()> {
        match item {
            FromTree::Range(range) => self.range(range),
            FromTree::Join(join) => self.join(join),
        }
    }

    fn range(&mut self, range: &Range) -> Option<()> {
        if range.lateral {
            self.put("LATERAL ");
        }
        let called = self.names.range(range.id)?.clone();
        let name = called.name.clone().unwrap_or_default();
        let mut definitions = None;
        let lists = self.lists_columns(&called, &range.given);
        let aliased = range.alias.is_some() || lists;
        let aliased = match &range.kind {
            RangeKind::Relation(oid) => {
                if range.only {
                    self.put("ONLY ");
                }
                let text = self.relation(*oid);
                self.put(&text);
                let own = self.catalog.relation_name(*oid).map(|r| r.1);
                let own = gavel_catalog::system::relation_by_oid(*oid).map(|r| r.name).or(own);
                aliased || own != Some(name.as_str())
            }
            RangeKind::Cte(cte) => {
                self.put(&quote(cte));
                aliased || *cte != name
            }
            RangeKind::Subquery(query) => {
                self.put("(");
                self.query(query, None, true)?;
                self.put(")");
                true
            }
            RangeKind::Function { calls, ordinality } => {
                definitions = self.functions(calls, *ordinality)?;
                if *ordinality {
                    self.put(" WITH ORDINALITY");
                }
                true
            }
        };
        let listed = if lists { called.listed.as_slice() } else { &[] };
        if aliased {
            self.alias(&name, range.alias.as_deref(), listed);
        }
        match definitions {
            Some(call) => return self.definitions(call, &called.columns),
            None => self.column_names(listed),
        }
        Some(())
    }

    /// Whether the names of an item's columns are written. What is to be kept has all aliases that were given.
    fn lists_columns(&self, called: &Called, given: &[(Origin, String)]) -> bool {
        called.prints_columns || self.layout.stored && !given.is_empty()
    }

    /// What an item is called; `alias` is the one that was given, and `columns` are written behind it.
    fn alias(&mut self, shown: &str, alias: Option<&str>, columns: &[(Origin, String)]) {
        let text = if self.layout.stored {
            let (shown, alias) = (shown.to_owned(), alias.map(str::to_owned));
            let columns = columns.iter().map(|c| c.0).collect();
            quote(&StoredAlias { shown, alias, columns }.ident())
        } else {
            quote(shown)
        };
        self.put(&format!(" {text}"));
    }

    fn column_names(&mut self, columns: &[(Origin, String)]) {
        if !columns.is_empty() {
            let names: Vec<String> = columns.iter().map(|c| quote(&c.1)).collect();
            self.put(&format!("({})", names.join(", ")));
        }
    }

    /// Gives the function whose column definitions are yet to be written.
    fn functions<'f>(&mut self, calls: &'f [FunctionTree], ordinality: bool) -> Option<Option<&'f FunctionTree>> {
        let one = |w: &mut Self, call: &FunctionTree| match &call.call {
            ItemCall::Function { function, args, written } => w.function(*function, args, written.as_ref()),
            ItemCall::Value(value) => w.item_value(value),
        };
        let unnests: Option<Vec<&[Scalar]>> = calls.iter().map(unnested).collect();
        match calls {
            [call] if call.definitions.is_empty() || !ordinality => {
                one(self, call)?;
                return Some((!call.definitions.is_empty()).then_some(call));
            }
            _ => match unnests {
                Some(arrays) => {
                    self.put("UNNEST(");
                    self.list(&arrays, |w, args| w.list(args, |w, arg| w.scalar(arg)))?;
                }
                None => {
                    self.put("ROWS FROM(");
                    self.list(calls, |w, call| {
                        one(w, call)?;
                        if !call.definitions.is_empty() {
                            w.put(" AS ");
                            w.definitions(call, &[])?;
                        }
                        Some(())
                    })?;
                }
            },
        }
        self.put(")");
        Some(None)
    }

    /// An expression in the place of a call: as it is if the grammar takes it for one, else as a cast to its own type.
    fn item_value(&mut self, value: &Scalar) -> Option<()> {
        if is_call(value) {
            return self.scalar(value);
        }
        self.put("CAST(");
        self.scalar(value)?;
        let ty = cast_of(value).map_or(value.ty, |(_, ty)| ty);
        self.put(&format!(" AS {})", type_label(ty)));
        Some(())
    }

    fn definitions(&mut self, call: &FunctionTree, names: &[String]) -> Option<()> {
        let one = |(i, (name, ty)): (usize, &(String, gavel_types::PgType))| {
            let name = names.get(i).unwrap_or(name);
            format!("{} {}", quote(name), type_label(*ty))
        };
        let list: Vec<String> = call.definitions.iter().enumerate().map(one).collect();
        self.put(&format!("({})", list.join(", ")));
        Some(())
    }

    fn join(&mut self, join: &JoinTree) -> Option<()> {
        let enclosed = !self.layout.pretty || join.alias.is_some();
        if enclosed {
            self.put("(");
        }
        self.from_item(&join.left)?;
        let plain = join.on.is_none() && join.using.is_empty();
        let word = match join.kind {
            JoinKind::Inner if plain => " CROSS JOIN ",
            JoinKind::Inner | JoinKind::Semi | JoinKind::Anti => " JOIN ",
            JoinKind::Left => " LEFT JOIN ",
            JoinKind::Right => " RIGHT JOIN ",
            JoinKind::Full => " FULL JOIN ",
        };
        self.line(word, -STEP, STEP, ITEM);
        let set_off = self.layout.pretty && matches!(&join.right, FromTree::Join(right) if right.alias.is_none());
        if set_off {
            self.put("(");
        }
        self.from_item(&join.right)?;
        if set_off {
            self.put(")");
        }
        if !join.using.is_empty() {
            let called = self.names.range(join.id)?.columns.get(..join.using.len())?;
            if called.iter().any(String::is_empty) {
                return None;
            }
            let names: Vec<String> = called.iter().map(|c| quote(c)).collect();
            self.put(&format!(" USING ({})", names.join(", ")));
            if let Some(alias) = &join.using_alias {
                self.put(&format!(" AS {}", quote(alias)));
            }
        } else if let Some(on) = &join.on {
            self.put(" ON ");
            self.open();
            self.scalar(on)?;
            self.close();
        } else if join.kind != JoinKind::Inner {
            self.put(" ON TRUE");
        }
        if enclosed {
            self.put(")");
        }
        if join.alias.is_some() {
            let called = self.names.range(join.id)?.clone();
            let listed = if self.lists_columns(&called, &join.given) { called.listed.as_slice() } else { &[] };
            self.alias(called.name.as_deref()?, join.alias.as_deref(), listed);
            self.column_names(listed);
        }
        Some(())
    }
}

/// The arguments of a call of `unnest`.
fn unnested(call: &FunctionTree) -> Option<&[Scalar]> {
    let is_unnest = |function: Oid| registry::proc(function).is_some_and(|p| p.name == "unnest");
    match &call.call {
        ItemCall::Function { function, args, .. } if is_unnest(*function) => Some(args.as_slice()),
        _ => None,
    }
}
