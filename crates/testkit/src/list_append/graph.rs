//! Dependencies between transactions, and cycles that must not be.
//!
//! Real time would give an edge for almost every pair. Instead, the ends of transactions form a chain of
//! instants: a transaction leads to the instant of its end, an instant to the next one, and the last
//! instant before a transaction's begin leads to it. Paths are the same, edges are linear in number.

use std::collections::{HashMap, HashSet, VecDeque};

use super::versions::Versions;
use super::{Anomaly, Kind, Level};
use crate::history::Transaction;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Ww,
    Wr,
    Rw,
    Rt,
}

/// Nodes below the number of transactions are transactions, those from there on instants.
struct Graph {
    transactions: usize,
    edges: Vec<Vec<(usize, Edge)>>,
}

/// A path so far: how its first and last edge were, and how many rw it has (0, 1, more).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Walk {
    first_rw: bool,
    last_rw: bool,
    rw: u8,
}

/// A class of cycles: which edges it may have, and how many rw.
struct Class {
    kind: Kind,
    rt: bool,
    wr: bool,
    rw: RwEdges,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RwEdges {
    None,
    One,
    NotAdjacent,
    Any,
}

/// From the most specific on.
const CLASSES: [Class; 8] = [
    Class { kind: Kind::G0, rt: false, wr: false, rw: RwEdges::None },
    Class { kind: Kind::G1c, rt: false, wr: true, rw: RwEdges::None },
    Class { kind: Kind::GSingle, rt: false, wr: true, rw: RwEdges::One },
    Class { kind: Kind::GNonadjacent, rt: false, wr: true, rw: RwEdges::NotAdjacent },
    Class { kind: Kind::FutureRead, rt: true, wr: true, rw: RwEdges::None },
    Class { kind: Kind::StaleRead, rt: true, wr: true, rw: RwEdges::One },
    Class { kind: Kind::StaleRead, rt: true, wr: true, rw: RwEdges::NotAdjacent },
    Class { kind: Kind::G2Item, rt: false, wr: true, rw: RwEdges::Any },
];

/// Components that are looked at closely, and nodes of each that cycles are looked for through: one cycle
/// of each is enough.
const CLOSE_LOOKS: usize = 10;
const STARTS: usize = 50;

/// Finds a cycle for each component that has a forbidden one.
pub(super) fn cycles(history: &[Transaction], versions: &Versions, level: Level) -> Vec<Anomaly> {
    let graph = Graph::new(history, versions);
    let mut found = graph.explain(&graph.components_without_adjacent_rw(), &CLASSES[..7]);
    if level == Level::Serializable && found.is_empty() {
        found = graph.explain(&graph.components_of_dependencies(), &CLASSES[7..]);
    }
    found
}

impl Graph {
    fn new(history: &[Transaction], versions: &Versions) -> Self {
        let mut graph = Self { transactions: history.len(), edges: vec![Vec::new(); history.len()] };
        for (key, order) in &versions.orders {
            let known = order.iter().filter_map(|&element| versions.writers.get(&(*key, element)));
            let mut before = None;
            for writer in known.map(|w| w.transaction) {
                if let Some(before) = before {
                    graph.add(before, writer, Edge::Ww);
                }
                before = Some(writer);
            }
            for &after in versions.unread.get(key).into_iter().flatten() {
                if let Some(before) = before {
                    graph.add(before, after, Edge::Ww);
                }
            }
        }
        let writer = |key, element| versions.writers.get(&(key, element)).map(|w| w.transaction);
        for read in &versions.reads {
            let order = &versions.orders[&read.key];
            if let Some(from) = read.length.checked_sub(1).and_then(|last| writer(read.key, order[last])) {
                graph.add(from, read.reader, Edge::Wr);
            }
            match order.get(read.length) {
                Some(&next) => {
                    if let Some(next) = writer(read.key, next) {
                        graph.add(read.reader, next, Edge::Rw);
                    }
                }
                None => {
                    for &next in versions.unread.get(&read.key).into_iter().flatten() {
                        graph.add(read.reader, next, Edge::Rw);
                    }
                }
            }
        }
        graph.add_real_time(history);
        graph
    }

    fn add(&mut self, from: usize, to: usize, edge: Edge) {
        if from != to && self.edges[from].last() != Some(&(to, edge)) {
            self.edges[from].push((to, edge));
        }
    }

    fn add_real_time(&mut self, history: &[Transaction]) {
        let committed = history.iter().enumerate().filter(|(_, t)| t.outcome == crate::history::Outcome::Committed);
        let mut ends: Vec<(u64, usize)> = committed.filter_map(|(n, t)| Some((t.ended?, n))).collect();
        ends.sort_unstable();
        let first = self.edges.len();
        self.edges.resize(first + ends.len(), Vec::new());
        for (place, &(_, transaction)) in ends.iter().enumerate() {
            self.add(transaction, first + place, Edge::Rt);
            if place + 1 < ends.len() {
                self.add(first + place, first + place + 1, Edge::Rt);
            }
        }
        for (index, transaction) in history.iter().enumerate() {
            let before = ends.partition_point(|&(end, _)| end < transaction.begun);
            if before > 0 {
                self.add(first + before - 1, index, Edge::Rt);
            }
        }
    }

    /// Components of the graph in which every walk keeps invariant 1: a node is doubled by whether it
    /// was reached by rw, and cannot be left by rw if it was.
    fn components_without_adjacent_rw(&self) -> Vec<Vec<usize>> {
        components(self.edges.len() * 2, |node, out| {
            for &(to, edge) in &self.edges[node / 2] {
                match edge {
                    Edge::Rw if node % 2 == 1 => {}
                    Edge::Rw => out.push(to * 2 + 1),
                    _ => out.push(to * 2),
                }
            }
        })
        .into_iter()
        .map(|component| component.into_iter().map(|node| node / 2).collect())
        .collect()
    }

    fn components_of_dependencies(&self) -> Vec<Vec<usize>> {
        components(self.transactions, |node, out| {
            out.extend(self.edges[node].iter().filter(|(_, edge)| *edge != Edge::Rt).map(|(to, _)| *to));
        })
    }

    fn explain(&self, components: &[Vec<usize>], classes: &[Class]) -> Vec<Anomaly> {
        let mut found = Vec::new();
        for component in components.iter().take(CLOSE_LOOKS) {
            let within: HashSet<usize> = component.iter().copied().collect();
            let starts: Vec<usize> = component.iter().copied().filter(|&node| node < self.transactions).collect();
            for class in classes {
                let cycles = starts.iter().take(STARTS).filter_map(|&start| self.cycle(start, class, &within));
                if let Some(cycle) = cycles.min_by_key(Vec::len) {
                    found.push(self.describe(class.kind, &cycle));
                    break;
                }
            }
        }
        found
    }

    /// The shortest cycle of `class` through `start`: nodes with the edges that leave them.
    fn cycle(&self, start: usize, class: &Class, within: &HashSet<usize>) -> Option<Vec<(usize, Edge)>> {
        type State = (usize, Option<Walk>);
        let mut from: HashMap<State, (State, Edge)> = HashMap::new();
        let mut queue: VecDeque<State> = VecDeque::from([(start, None)]);
        while let Some(state) = queue.pop_front() {
            for &(to, edge) in &self.edges[state.0] {
                let Some(walk) = class.step(state.1, edge) else { continue };
                if !within.contains(&to) {
                    continue;
                }
                let next = (to, Some(walk));
                if to == start && class.closes(walk) {
                    let mut cycle = vec![(state.0, edge)];
                    let mut at = state;
                    while let Some((before, edge)) = from.get(&at) {
                        cycle.push((before.0, *edge));
                        at = *before;
                    }
                    cycle.reverse();
                    return Some(cycle);
                }
                if let std::collections::hash_map::Entry::Vacant(entry) = from.entry(next) {
                    entry.insert((state, edge));
                    queue.push_back(next);
                }
            }
        }
        None
    }

    fn describe(&self, kind: Kind, cycle: &[(usize, Edge)]) -> Anomaly {
        let kind = match cycle {
            [(_, Edge::Wr), (_, Edge::Rw)] | [(_, Edge::Rw), (_, Edge::Wr)] => Kind::FracturedRead,
            _ => kind,
        };
        let mut what = String::new();
        for (node, edge) in cycle.iter().filter(|(node, _)| *node < self.transactions) {
            what.push_str(&format!("{node} -{}-> ", format!("{edge:?}").to_lowercase()));
        }
        if let Some((first, _)) = cycle.iter().find(|(node, _)| *node < self.transactions) {
            what.push_str(&first.to_string());
        }
        Anomaly { kind, what }
    }
}

impl Class {
    fn step(&self, walk: Option<Walk>, edge: Edge) -> Option<Walk> {
        if (edge == Edge::Rt && !self.rt) || (edge == Edge::Wr && !self.wr) {
            return None;
        }
        let is_rw = edge == Edge::Rw;
        let next = match walk {
            None => Walk { first_rw: is_rw, last_rw: is_rw, rw: u8::from(is_rw) },
            Some(walk) if self.rw == RwEdges::NotAdjacent && is_rw && walk.last_rw => return None,
            Some(walk) => Walk { last_rw: is_rw, rw: (walk.rw + u8::from(is_rw)).min(2), ..walk },
        };
        match self.rw {
            RwEdges::None if next.rw > 0 => None,
            RwEdges::One if next.rw > 1 => None,
            _ => Some(next),
        }
    }

    fn closes(&self, walk: Walk) -> bool {
        match self.rw {
            RwEdges::None | RwEdges::Any => true,
            RwEdges::One => walk.rw == 1,
            RwEdges::NotAdjacent => !(walk.first_rw && walk.last_rw),
        }
    }
}

/// Strongly connected components of more than one node, by Tarjan's algorithm with a stack of its own,
/// since histories are deep.
fn components(nodes: usize, edges: impl Fn(usize, &mut Vec<usize>)) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let (mut order, mut low) = (vec![NEW; nodes], vec![NEW; nodes]);
    let mut open = vec![false; nodes];
    let (mut stack, mut found, mut next) = (Vec::new(), Vec::new(), 0);
    for root in 0..nodes {
        if order[root] != NEW {
            continue;
        }
        let mut work: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut enter = Some(root);
        loop {
            if let Some(node) = enter.take() {
                (order[node], low[node], open[node]) = (next, next, true);
                next += 1;
                stack.push(node);
                let mut out = Vec::new();
                edges(node, &mut out);
                work.push((node, out));
            }
            let Some((node, out)) = work.last_mut() else { break };
            let node = *node;
            if let Some(to) = out.pop() {
                if order[to] == NEW {
                    enter = Some(to);
                } else if open[to] {
                    low[node] = low[node].min(order[to]);
                }
                continue;
            }
            work.pop();
            if let Some((above, _)) = work.last() {
                low[*above] = low[*above].min(low[node]);
            }
            if low[node] == order[node] {
                let mut component = Vec::new();
                while let Some(member) = stack.pop() {
                    open[member] = false;
                    component.push(member);
                    if member == node {
                        break;
                    }
                }
                if component.len() > 1 {
                    found.push(component);
                }
            }
        }
    }
    found
}
