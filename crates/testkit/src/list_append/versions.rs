//! What reads tell of the versions of each list: their order, and what is wrong with them alone.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Anomaly, Kind};
use crate::history::{Element, Key, Operation, Outcome, Transaction};

/// A transaction has read the first `length` elements of the list, its own appends not counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub reader: usize,
    pub key: Key,
    pub length: usize,
}

/// The versions of all lists, as far as they were read.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// The longest list that was read; its prefixes are the versions before.
    pub orders: BTreeMap<Key, Vec<Element>>,
    pub writers: HashMap<(Key, Element), Writer>,
    /// Reads that agree with the order.
    pub reads: Vec<Read>,
    /// Appends that took place and that nobody has read, of those that nobody need have read: they come
    /// after all that was read.
    pub unread: BTreeMap<Key, Vec<usize>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Writer {
    pub transaction: usize,
    /// Its last append to this list.
    last: bool,
}

/// Infers versions, and finds anomalies that show without dependencies.
pub(super) fn infer(history: &[Transaction]) -> (Versions, Vec<Anomaly>) {
    let mut found = Vec::new();
    let writers = writers(history);
    let counted = counted(history, &writers);
    let mut externals = Vec::new();
    for (reader, transaction) in history.iter().enumerate().filter(|(reader, _)| counted[*reader]) {
        external_reads(reader, transaction, &mut externals, &mut found);
    }
    let mut versions = Versions { writers, ..Versions::default() };
    for (_, key, list) in &externals {
        let order = versions.orders.entry(*key).or_default();
        if list.len() > order.len() {
            *order = list.to_vec();
        }
    }
    for (key, order) in &versions.orders {
        check_elements(history, &versions.writers, *key, order, &mut found);
    }
    for (reader, key, list) in externals {
        if versions.orders[&key].starts_with(list) {
            versions.reads.push(Read { reader, key, length: list.len() });
        } else {
            let order = &versions.orders[&key];
            let common = order.iter().zip(list).take_while(|(a, b)| a == b).count();
            let what = format!(
                "list {key}: transaction {reader} read {:?} where another read {:?} after {common} elements in common",
                &list[common..],
                &order[common..(common + list.len()).min(order.len())],
            );
            found.push(Anomaly { kind: Kind::IncompatibleOrder, what });
            check_elements(history, &versions.writers, key, list, &mut found);
        }
        if let Some(writer) = list.last().and_then(|&element| versions.writers.get(&(key, element))) {
            if writer.transaction != reader && !writer.last {
                let what = format!(
                    "list {key}: transaction {reader} read an append of {}, which went on to append",
                    writer.transaction
                );
                found.push(Anomaly { kind: Kind::G1b, what });
            }
        }
    }
    lost_updates(history, &versions, &mut found);
    unread(history, &counted, &mut versions, &mut found);
    (versions, found)
}

fn appends(transaction: &Transaction) -> impl Iterator<Item = (Key, Element)> + '_ {
    transaction.operations.iter().filter_map(|operation| match operation {
        Operation::Append { key, element } => Some((*key, *element)),
        Operation::Read { .. } => None,
    })
}

fn writers(history: &[Transaction]) -> HashMap<(Key, Element), Writer> {
    let mut writers = HashMap::new();
    for (index, transaction) in history.iter().enumerate() {
        let mut last: HashMap<Key, Element> = HashMap::new();
        for (key, element) in appends(transaction) {
            let before = writers.insert((key, element), Writer { transaction: index, last: true });
            assert!(before.is_none(), "{element} is appended to list {key} twice");
            if let Some(earlier) = last.insert(key, element) {
                writers.insert((key, earlier), Writer { transaction: index, last: false });
            }
        }
    }
    writers
}

/// Which transactions took place: the committed, and the unknown that one of these, other than itself,
/// has read from.
fn counted(history: &[Transaction], writers: &HashMap<(Key, Element), Writer>) -> Vec<bool> {
    let mut counted: Vec<bool> = history.iter().map(|t| t.outcome == Outcome::Committed).collect();
    let mut to_see: Vec<usize> = (0..history.len()).filter(|&t| counted[t]).collect();
    while let Some(reader) = to_see.pop() {
        for operation in &history[reader].operations {
            let Operation::Read { key, list } = operation else { continue };
            for element in list {
                let Some(writer) = writers.get(&(*key, *element)) else { continue };
                let writer = writer.transaction;
                if !counted[writer] && history[writer].outcome == Outcome::Unknown {
                    counted[writer] = true;
                    to_see.push(writer);
                }
            }
        }
    }
    counted
}

/// What a transaction has read of others, once for each list.
fn external_reads<'a>(
    reader: usize,
    transaction: &'a Transaction,
    out: &mut Vec<(usize, Key, &'a [Element])>,
    found: &mut Vec<Anomaly>,
) {
    let mut own: HashMap<Key, Vec<Element>> = HashMap::new();
    let mut seen: HashMap<Key, &[Element]> = HashMap::new();
    let mut wrong = |what: String| {
        found.push(Anomaly { kind: Kind::Internal, what: format!("transaction {reader} {what}") });
    };
    for operation in &transaction.operations {
        match operation {
            Operation::Append { key, element } => own.entry(*key).or_default().push(*element),
            Operation::Read { key, list } => {
                let mine = own.get(key).map_or(&[][..], Vec::as_slice);
                let Some(others) = list.strip_suffix(mine) else {
                    wrong(format!("read {list:?} from list {key} after it had appended {mine:?}"));
                    continue;
                };
                match seen.get(key) {
                    None => {
                        seen.insert(*key, others);
                        out.push((reader, *key, others));
                    }
                    Some(before) if *before != others => {
                        wrong(format!("saw list {key} change from {before:?} to {others:?}"));
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

fn check_elements(
    history: &[Transaction],
    writers: &HashMap<(Key, Element), Writer>,
    key: Key,
    list: &[Element],
    found: &mut Vec<Anomaly>,
) {
    let mut seen = HashSet::new();
    for &element in list {
        if !seen.insert(element) {
            let what = format!("list {key} holds {element} twice");
            found.push(Anomaly { kind: Kind::DuplicateAppend, what });
        }
        match writers.get(&(key, element)) {
            None => {
                let what = format!("list {key} holds {element}, which nobody appended");
                found.push(Anomaly { kind: Kind::UnknownElement, what });
            }
            Some(writer) if history[writer.transaction].outcome == Outcome::Aborted => {
                let what =
                    format!("list {key} holds {element} of transaction {}, which was aborted", writer.transaction);
                found.push(Anomaly { kind: Kind::G1a, what });
            }
            Some(_) => {}
        }
    }
}

fn lost_updates(history: &[Transaction], versions: &Versions, found: &mut Vec<Anomaly>) {
    let mut updates: BTreeMap<(Key, usize), Vec<usize>> = BTreeMap::new();
    for read in &versions.reads {
        if appends(&history[read.reader]).any(|(key, _)| key == read.key) {
            updates.entry((read.key, read.length)).or_default().push(read.reader);
        }
    }
    for ((key, length), both) in updates.into_iter().filter(|(_, both)| both.len() > 1) {
        let what = format!("list {key}: transactions {both:?} all read {length} elements and appended");
        found.push(Anomaly { kind: Kind::LostUpdate, what });
    }
}

/// Sorts appends that nobody has read into those that somebody should have, and the others.
fn unread(history: &[Transaction], counted: &[bool], versions: &mut Versions, found: &mut Vec<Anomaly>) {
    let mut latest_reader: HashMap<Key, usize> = HashMap::new();
    for read in &versions.reads {
        let latest = latest_reader.entry(read.key).or_insert(read.reader);
        if history[read.reader].begun > history[*latest].begun {
            *latest = read.reader;
        }
    }
    let read: HashSet<(Key, Element)> =
        versions.orders.iter().flat_map(|(&key, order)| order.iter().map(move |&element| (key, element))).collect();
    for (index, transaction) in history.iter().enumerate().filter(|(index, _)| counted[*index]) {
        for (key, element) in appends(transaction).filter(|append| !read.contains(append)) {
            let later =
                latest_reader.get(&key).filter(|&&r| transaction.ended.is_some_and(|end| end < history[r].begun));
            if let Some(later) = later {
                let what = format!(
                    "list {key}: transaction {index} was told that its append of {element} is committed; \
                     transaction {later}, which began later, does not see it, nor does any other"
                );
                found.push(Anomaly { kind: Kind::LostAppend, what });
            } else {
                let unread = versions.unread.entry(key).or_default();
                if unread.last() != Some(&index) {
                    unread.push(index);
                }
            }
        }
    }
}
