//! What the columns of FROM items are called. They have the names that the relations' columns have by now, and those that were
//! added since the query was stored are among them; where two in one item would be alike, one gets a number behind it.
//!
//! USING is what makes this more than a choice for each item: the columns that it merges must have one name on both sides,
//! and no other column of its sides may have that name. So names of merged columns are chosen first, from the top down,
//! and pushed into what is joined. Where a merged column is a value of its own (FULL, or sides of two types), its name
//! stands alone, and must be the only one of the query.

use gavel_binder::bound::{ColumnId, JoinKind, Scalar, ScalarKind};
use gavel_binder::query_tree::{
    Form, FromTree, JoinTree, Origin, Range, RangeColumn, RangeId, RangeKind, UsingTree, alias_of,
};
use gavel_catalog::{Catalog, system};
use gavel_types::Oid;

use super::scalar::cast_of;

/// A FROM item with the columns that it has by now, in the order in which the parser would find them.
pub struct Shape<'t> {
    pub item: &'t FromTree,
    /// What a join joins.
    pub sides: Option<Box<(Shape<'t>, Shape<'t>)>>,
    columns: Vec<Slot>,
    /// Which of the columns each of the tree's is, if it is still there.
    slots: Vec<Option<usize>>,
    /// Names that USING above has taken.
    reserved: Vec<String>,
    /// Whether a name is not what the relation or the join finds below.
    changed: bool,
}

/// A column of a shape.
#[derive(Clone, Debug, Default)]
struct Slot {
    name: Option<String>,
    /// What it is called without an alias; for columns of a join, the names below say.
    own: String,
    alias: Option<String>,
    added: bool,
    /// A FROM item's column in the tree.
    id: Option<ColumnId>,
    /// The column of the left and of the right side that a join's column is; both for a merged one.
    left: Option<usize>,
    right: Option<usize>,
}

impl Slot {
    fn is_merged(&self) -> bool {
        self.left.is_some() && self.right.is_some()
    }
}

/// The items of one FROM, with names for all of their columns.
pub fn named<'t>(catalog: &Catalog, items: &'t [FromTree]) -> Vec<Shape<'t>> {
    let mut shapes: Vec<Shape<'t>> = items.iter().map(|item| Shape::of(catalog, item)).collect();
    let mut taken = shapes.iter().any(Shape::merges_values).then(Vec::new);
    for shape in &mut shapes {
        shape.name_merged(&[], &mut taken);
    }
    for shape in &mut shapes {
        shape.name_rest(taken.as_deref().unwrap_or_default());
    }
    shapes
}

impl<'t> Shape<'t> {
    fn of(catalog: &Catalog, item: &'t FromTree) -> Self {
        let shape = Self { item, sides: None, columns: vec![], slots: vec![], reserved: vec![], changed: false };
        match item {
            FromTree::Range(range) => shape.with_columns_of(catalog, range),
            FromTree::Join(join) => {
                let sides = (Self::of(catalog, &join.left), Self::of(catalog, &join.right));
                shape.with_sides(join, sides)
            }
        }
    }

    fn with_columns_of(mut self, catalog: &Catalog, range: &Range) -> Self {
        let alias = |slot: usize| alias_of(&range.given, slot).map(str::to_owned);
        let now = match range.kind {
            RangeKind::Relation(oid) => columns_now(catalog, oid),
            _ => None,
        };
        let Some(now) = now else {
            let column = |(slot, c): (usize, &RangeColumn)| {
                let (own, alias, id) = (c.name.clone(), alias(slot), Some(c.id));
                Slot { own, alias, id, ..Slot::default() }
            };
            self.columns = range.columns.iter().enumerate().map(column).collect();
            self.slots = (0..self.columns.len()).map(Some).collect();
            return self;
        };
        self.slots = vec![None; range.columns.len()];
        for (number, own) in now {
            let slot = range.columns.iter().position(|c| c.number == number);
            if let Some(known) = slot.and_then(|slot| self.slots.get_mut(slot)) {
                *known = Some(self.columns.len());
            }
            self.columns.push(Slot {
                own,
                alias: slot.and_then(alias),
                added: slot.is_none_or(|slot| is_added(&range.given, slot)),
                id: slot.and_then(|slot| range.columns.get(slot)).map(|c| c.id),
                ..Slot::default()
            });
        }
        self
    }

    fn with_sides(mut self, join: &JoinTree, sides: (Self, Self)) -> Self {
        for (slot, using) in join.using.iter().enumerate() {
            self.columns.push(Slot {
                own: using.name.clone(),
                alias: alias_of(&join.given, slot).map(str::to_owned),
                left: sides.0.find(&using.left),
                right: sides.1.find(&using.right),
                ..Slot::default()
            });
        }
        let merged = self.columns.clone();
        let rest = |side: &Self, of: fn(&Slot) -> Option<usize>| -> Vec<usize> {
            (0..side.columns.len()).filter(|at| !merged.iter().any(|m| of(m) == Some(*at))).collect()
        };
        let (left, right) = (rest(&sides.0, |m| m.left), rest(&sides.1, |m| m.right));
        self.columns.extend(left.into_iter().map(|at| Slot { left: Some(at), ..Slot::default() }));
        self.columns.extend(right.into_iter().map(|at| Slot { right: Some(at), ..Slot::default() }));
        self.slots = (0..join.using.len()).map(Some).collect();
        if join.alias.is_some() {
            for (_, value) in join.columns.iter().skip(join.using.len()) {
                let left = sides.0.find(value).and_then(|at| self.columns.iter().position(|c| c.left == Some(at)));
                let right = || sides.1.find(value).and_then(|at| self.columns.iter().position(|c| c.right == Some(at)));
                self.slots.push(left.or_else(right));
            }
            for (at, column) in self.columns.iter_mut().enumerate() {
                let slot = self.slots.iter().position(|slot| *slot == Some(at));
                column.alias = slot.and_then(|slot| alias_of(&join.given, slot)).map(str::to_owned);
                column.added = slot.is_none_or(|slot| is_added(&join.given, slot));
            }
        }
        self.sides = Some(Box::new(sides));
        self
    }

    pub fn id(&self) -> RangeId {
        match self.item {
            FromTree::Range(range) => range.id,
            FromTree::Join(join) => join.id,
        }
    }

    /// How many columns USING merges here.
    fn merged(&self) -> usize {
        match self.item {
            FromTree::Range(_) => 0,
            FromTree::Join(join) => join.using.len(),
        }
    }

    /// A join whose columns are those of its sides, without names of its own.
    fn is_open(&self) -> bool {
        matches!(self.item, FromTree::Join(join) if join.alias.is_none())
    }

    /// The column that a value of the tree is.
    fn find(&self, value: &Scalar) -> Option<usize> {
        match &value.kind {
            ScalarKind::Column(id) if self.sides.is_none() => self.columns.iter().position(|c| c.id == Some(*id)),
            ScalarKind::Column(_) => self.find_below(value),
            ScalarKind::Form { form, input } => match **form {
                Form::JoinColumn { range, slot } if range == self.id() => self.slots.get(slot).copied().flatten(),
                Form::JoinColumn { .. } => self.find_below(value),
                _ => self.find(input),
            },
            _ => cast_of(value).and_then(|(input, _)| self.find(input)),
        }
    }

    fn find_below(&self, value: &Scalar) -> Option<usize> {
        let sides = self.sides.as_ref().filter(|_| self.is_open())?;
        if let Some(at) = sides.0.find(value) {
            return self.columns.iter().position(|c| c.left == Some(at));
        }
        let at = sides.1.find(value)?;
        self.columns.iter().position(|c| c.right == Some(at))
    }

    /// Whether a join without an alias, here or below, merges columns into values that none of its sides has.
    fn merges_values(&self) -> bool {
        let own = |using: &UsingTree| match &using.value.kind {
            ScalarKind::Form { form, .. } => {
                matches!(**form, Form::JoinColumn { range, .. } if range == self.id())
            }
            _ => false,
        };
        let here = match self.item {
            FromTree::Join(join) => self.is_open() && (join.kind == JoinKind::Full || join.using.iter().any(own)),
            FromTree::Range(_) => false,
        };
        let used = self.merged() > 0;
        here && used || self.sides.as_ref().is_some_and(|sides| sides.0.merges_values() || sides.1.merges_values())
    }

    fn push_down(&mut self, at: usize, name: &str) {
        let (left, right) = self.columns.get(at).map_or((None, None), |c| (c.left, c.right));
        let Some(sides) = &mut self.sides else { return };
        for (side, at) in [(&mut sides.0, left), (&mut sides.1, right)] {
            if let Some(column) = at.and_then(|at| side.columns.get_mut(at)) {
                column.name = Some(name.to_owned());
            }
        }
    }

    /// Names what USING merges, here and below. `taken` are such names of the whole query, where they must be unique
    /// in it; `reserved` those of the joins around this.
    fn name_merged(&mut self, reserved: &[String], taken: &mut Option<Vec<String>>) {
        self.reserved = reserved.to_vec();
        if self.sides.is_none() {
            return;
        }
        if self.is_open() {
            for at in 0..self.columns.len() {
                if let Some(name) = self.columns[at].name.clone() {
                    self.push_down(at, &name);
                }
            }
        }
        let mut within = reserved.to_vec();
        for at in 0..self.merged() {
            let name = match &self.columns[at].name {
                Some(name) => name.clone(),
                None => {
                    let wanted = self.columns[at].alias.as_ref().unwrap_or(&self.columns[at].own);
                    let name = self.unique(wanted, taken.as_deref().unwrap_or_default());
                    if let Some(taken) = taken {
                        taken.push(name.clone());
                    }
                    self.columns[at].name = Some(name.clone());
                    name
                }
            };
            self.push_down(at, &name);
            within.push(name);
        }
        if let Some(sides) = &mut self.sides {
            sides.0.name_merged(&within, taken);
            sides.1.name_merged(&within, taken);
        }
    }

    /// Names the columns that have no name yet; those that were there when the query was stored first.
    fn name_rest(&mut self, taken: &[String]) {
        if let Some(sides) = &mut self.sides {
            sides.0.name_rest(taken);
            sides.1.name_rest(taken);
        }
        let (joins, open) = (self.sides.is_some(), self.is_open());
        for added in [false, true] {
            for at in self.merged()..self.columns.len() {
                // The columns of an item by itself are named in their order.
                if joins && self.columns[at].added != added || !joins && added {
                    continue;
                }
                let own = self.below(at).unwrap_or(&self.columns[at].own).to_owned();
                let name = match (&self.columns[at].name, &self.columns[at].alias) {
                    _ if open => own.clone(),
                    (Some(name), _) => name.clone(),
                    (None, alias) => self.unique(alias.as_ref().unwrap_or(&own), taken),
                };
                self.changed |= name != own;
                self.columns[at].name = Some(name);
            }
        }
    }

    /// The name of the column below that a join's column is.
    fn below(&self, at: usize) -> Option<&str> {
        let (sides, column) = (self.sides.as_ref()?, self.columns.get(at)?);
        let found = match (column.left, column.right) {
            (Some(left), _) => sides.0.columns.get(left),
            (None, right) => sides.1.columns.get(right?),
        };
        found?.name.as_deref()
    }

    /// `wanted`, with a number behind it if a column here is called so or none must be.
    fn unique(&self, wanted: &str, taken: &[String]) -> String {
        let mut name = wanted.to_owned();
        let mut number = 0;
        let here = |name: &String| self.columns.iter().any(|c| c.name.as_ref() == Some(name));
        while here(&name) || self.reserved.contains(&name) || taken.contains(&name) {
            number += 1;
            name = format!("{wanted}_{number}");
        }
        name
    }

    /// Names as the tree counts columns; empty for one that is gone, or that one side has no more.
    pub fn by_slot(&self) -> Vec<String> {
        let merged = self.merged();
        let name = |slot: &Option<usize>| {
            let column = slot.and_then(|at| self.columns.get(at).filter(|c| at >= merged || c.is_merged()));
            column.and_then(|c| c.name.clone()).unwrap_or_default()
        };
        self.slots.iter().map(name).collect()
    }

    /// The columns as they can be written behind the item's name.
    pub fn listed(&self) -> Vec<(Origin, String)> {
        let one = |column: &Slot| {
            let origin = match column {
                Slot { added: true, .. } => Origin::Added,
                Slot { alias: Some(_), .. } => Origin::Alias,
                _ => Origin::Own,
            };
            (origin, column.name.clone().unwrap_or_default())
        };
        self.columns.iter().map(one).collect()
    }

    /// Whether they must be.
    pub fn prints_columns(&self) -> bool {
        match self.item {
            FromTree::Join(join) => join.alias.is_some() && self.changed,
            FromTree::Range(range) => match range.kind {
                RangeKind::Relation(_) => self.changed,
                RangeKind::Function { .. } => true,
                RangeKind::Cte(_) | RangeKind::Subquery(_) => self.changed || !range.given.is_empty(),
            },
        }
    }
}

fn is_added(given: &[(Origin, String)], slot: usize) -> bool {
    given.get(slot).is_some_and(|(origin, _)| *origin == Origin::Added)
}

/// Numbers and names of the columns that a relation has.
fn columns_now(catalog: &Catalog, oid: Oid) -> Option<Vec<(i16, String)>> {
    if let Some(relation) = system::relation_by_oid(oid) {
        return Some(relation.columns.iter().map(|c| (c.number, c.name.to_owned())).collect());
    }
    if let Some(table) = catalog.table(oid) {
        return Some(table.visible_columns().map(|c| (c.number, c.name.clone())).collect());
    }
    let view = catalog.views.get(&oid)?;
    let numbered = view.columns.iter().zip(1_i16..);
    Some(numbered.map(|((name, _), number)| (number, name.clone())).collect())
}
