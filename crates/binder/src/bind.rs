//! The binder: one per statement (and one per view in it). See the crate's documentation for the map.

pub mod access;
pub mod assign;
pub mod call;
pub mod called;
pub mod candidate;
pub mod clause;
pub mod coerce;
pub mod column_function;
pub mod column_type;
pub mod common_type;
pub mod compare;
pub mod composite;
pub mod conflict;
pub mod cte;
pub mod current;
pub mod cycle;
pub mod direct;
pub mod domain;
pub mod expr;
pub mod from;
pub mod from_function;
pub mod function;
pub mod function_name;
pub mod group;
pub mod hypothetical;
pub mod implied;
pub mod insert;
pub mod instead;
pub mod join;
pub mod json_rows;
pub mod literal;
pub mod lock;
pub mod merge;
pub mod modify;
pub mod name;
pub mod nearest;
pub mod operator;
pub mod output;
pub mod policy;
pub mod polymorphic;
pub mod populate;
pub mod prune;
pub mod query;
pub mod record;
pub mod recursive;
pub mod reference;
pub mod repeat;
pub mod routine;
pub mod rule;
pub mod rule_definition;
pub mod rule_rows;
pub mod same;
pub mod scalar;
pub mod scope;
pub mod select;
pub mod setop;
pub mod special;
pub mod star;
pub mod statement;
pub mod subquery;
pub mod support;
pub mod table_expr;
pub mod typename;
pub mod update;
pub mod user_aggregate;
pub mod user_call;
pub mod user_item;
pub mod user_operator;
pub mod variable;
pub mod view;
pub mod walk;
pub mod window;
pub mod written;

use std::collections::HashMap;
use std::ops::Range;

use gavel_catalog::privilege::Access;
use gavel_catalog::rule::RuleEvent;
use gavel_types::{Oid, PgType, SqlError, SqlResult};
use sqlparser::ast;

use crate::bound::{ColumnId, CteId, Scalar};
use crate::context::{BindContext, Variables};
use crate::parse::{Pos, Source};

use call::AggregateFrame;
use routine::Parameters;
use scope::{Fields, Level};

/// State of binding one statement.
pub struct Binder<'a> {
    pub context: &'a BindContext<'a>,
    pub source: Source<'a>,
    pub levels: Vec<Level>,
    /// Types of `$n`; `unknown` while open.
    pub params: Vec<PgType>,
    pub allow_params: bool,
    /// Parameters that stand where nothing gives them a type.
    pub open_params: Vec<(usize, Pos)>,
    /// Descriptors that were used.
    objects: Vec<Oid>,
    /// Privileges that the statement needs; see [`access`].
    pub accesses: Vec<Access>,
    /// Functions of PostgreSQL's own that are called and that not everybody may call; as whom, as in
    /// [`Access::as_role`].
    pub guarded: Vec<(Oid, Option<Oid>)>,
    /// Whose rights count for relations: see [`Access::as_role`].
    pub reads_as: Option<Oid>,
    /// Whose rights count for calls, and who CURRENT_USER is: the owner of the function with SECURITY DEFINER whose
    /// body this is in.
    pub runs_as: Option<Oid>,
    next_column: u32,
    next_cte: u32,
    /// Calls of functions whose bodies were put in their place.
    pub expansions: usize,
    /// Nesting of expressions and queries.
    pub depth: usize,
    /// Nesting of views.
    pub view_depth: usize,
    pub aggregate_frames: Vec<AggregateFrame>,
    /// The construct that set-returning functions may not stand in, if any.
    pub sets_forbidden: Option<&'static str>,
    /// A CTE's body is being bound: it may modify data.
    pub modifying_cte: bool,
    /// Field names of row values.
    pub row_fields: Vec<(Scalar, Fields)>,
    /// Columns whose values are known to be of a domain, or an array of one.
    pub domains: HashMap<ColumnId, Oid>,
    /// First columns of calls in FROM that give rows of composite types: the relations whose types those are, and how
    /// many columns the rows have.
    pub call_rows: HashMap<ColumnId, (Oid, usize)>,
    /// Parameters of the function whose body is bound.
    pub parameters: Option<Parameters>,
    /// Variables of the body that the statement stands in.
    pub variables: Option<&'a dyn Variables>,
    /// Functions whose bodies this text is in, from the outside.
    pub routines: Vec<Oid>,
    /// Tables whose policies, of those that read something, this text is in.
    pub secured: Vec<Oid>,
    /// Statements of the body that is being defined, with names that mean the same under any search path.
    pub rewritten: Vec<String>,
    /// A view is being defined: nothing is read.
    pub defining: bool,
    /// Calls of functions in language `internal` stay calls: their volatility is asked for.
    pub keeps_internal: bool,
    /// The query tree is wanted: see [`record`].
    pub recorder: Option<Box<record::Recorder>>,
    /// Replacements that make a view's text independent of the search path, if one is being defined.
    pub edits: Option<Vec<(Range<usize>, String)>>,
    /// The rows that the rule's action is done for whose text this is.
    pub rule_rows: Option<rule_rows::RuleRows>,
    /// The next INSERT computes its VALUES for each of them.
    pub rule_values: bool,
    /// The next view that is written to gives its own rows.
    pub rule_view: bool,
    /// The view under the one that is written to whose rows are meant.
    pub rule_base: Option<Oid>,
    /// Relations and statements whose rules are being applied.
    pub rewriting: Vec<(Oid, RuleEvent)>,
    /// The WITH of the statement that is being rewritten writes.
    pub writing_with: bool,
    /// The query of COPY is being bound.
    pub copying: bool,
    /// A FILTER is being bound that stands for something else, with rules of its own.
    pub stands_in: bool,
}

impl<'a> Binder<'a> {
    pub fn new(context: &'a BindContext<'a>, text: &'a str) -> Self {
        Self {
            context,
            source: Source::new(text),
            levels: Vec::with_capacity(2),
            params: vec![],
            allow_params: true,
            open_params: vec![],
            objects: vec![],
            accesses: vec![],
            guarded: vec![],
            reads_as: None,
            runs_as: None,
            next_column: 0,
            next_cte: 0,
            expansions: 0,
            depth: 0,
            view_depth: 0,
            aggregate_frames: vec![],
            sets_forbidden: None,
            modifying_cte: false,
            row_fields: vec![],
            domains: HashMap::new(),
            call_rows: HashMap::new(),
            parameters: None,
            variables: None,
            routines: vec![],
            secured: vec![],
            rewritten: vec![],
            defining: false,
            keeps_internal: false,
            recorder: None,
            edits: None,
            rule_rows: None,
            rule_values: false,
            rule_view: false,
            rule_base: None,
            rewriting: vec![],
            writing_with: false,
            copying: false,
            stands_in: false,
        }
    }

    pub fn new_column(&mut self) -> ColumnId {
        ColumnId(self.reserve_columns(1))
    }

    /// The first of `count` ids in a row.
    pub fn reserve_columns(&mut self, count: usize) -> u32 {
        let first = self.next_column;
        self.next_column = first.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        first
    }

    pub fn new_cte(&mut self) -> CteId {
        self.next_cte += 1;
        CteId(self.next_cte - 1)
    }

    /// Notes that the descriptor of `object` was used.
    pub fn uses(&mut self, object: Oid) {
        if object >= gavel_catalog::system::FIRST_USER_OID && !self.objects.contains(&object) {
            self.objects.push(object);
        }
    }

    /// Has `inner` make ids that this binder has not made.
    pub fn lend_ids(&self, inner: &mut Binder<'_>) {
        inner.next_column = self.next_column;
        inner.next_cte = self.next_cte;
        inner.expansions = self.expansions;
        inner.secured.clone_from(&self.secured);
    }

    /// Takes over what `inner` has made and used, [`Self::lend_ids`] being undone.
    pub fn take_ids(&mut self, inner: &mut Binder<'_>) {
        self.next_column = inner.next_column;
        self.next_cte = inner.next_cte;
        self.expansions = inner.expansions;
        for object in inner.take_objects() {
            self.uses(object);
        }
        self.take_accesses_of(inner);
        self.row_fields.append(&mut inner.row_fields);
        self.domains.extend(inner.domains.drain());
    }

    /// Adds a position to an error that has none.
    pub fn error_at(&self, error: SqlError, pos: Pos) -> SqlError {
        if error.fields().position.is_some() { error } else { error.at(self.source.characters(pos)) }
    }

    /// Where a possibly qualified name begins.
    pub fn name_pos(&self, name: &ast::ObjectName) -> Pos {
        let first = name.0.first().and_then(ast::ObjectNamePart::as_ident);
        first.map(|i| self.source.start(i.span)).unwrap_or_default()
    }

    /// The text that a marker's byte range names.
    pub fn marked_text(&self, range: &str) -> SqlResult<&'a str> {
        let bounds =
            range.split_once(' ').and_then(|(a, b)| Some((a.parse::<usize>().ok()?, b.parse::<usize>().ok()?)));
        bounds
            .and_then(|(start, end)| self.source.text.get(start..end))
            .ok_or_else(|| SqlError::internal("a marker outside its text"))
    }

    /// Descriptors that were used, sorted.
    pub fn take_objects(&mut self) -> Vec<Oid> {
        let mut objects = std::mem::take(&mut self.objects);
        objects.sort_unstable();
        objects
    }
}
