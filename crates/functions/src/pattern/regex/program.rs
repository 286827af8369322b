//! Expressions as programs that are run over all ways at once (Thompson, "Regular Expression Search Algorithm",
//! 1968): which ends a match from a given start can have, in one pass, however the expression is nested.
//!
//! Nothing is captured here. A back reference is taken for whatever its group could be; who asks checks the text.

use std::collections::HashMap;

use gavel_types::SqlResult;

use super::invalid;
use super::syntax::{Assertion, Class, Node};

/// Most instructions of a program.
const MOST_INSTRUCTIONS: usize = 100_000;

#[derive(Clone, Debug)]
enum Instruction {
    /// Takes one character; goes on with the next instruction.
    Class(Class),
    /// Goes on at both.
    Split(usize, usize),
    Jump(usize),
    Assert(Assertion),
    /// Number among [`Program::looks`].
    Look(usize),
    Match,
}

#[derive(Clone, Debug)]
struct Look {
    ahead: bool,
    negative: bool,
    program: Program,
}

/// An expression that can be run.
#[derive(Clone, Debug)]
pub struct Program {
    code: Vec<Instruction>,
    looks: Vec<Look>,
}

/// What groups hold, for references back to them.
pub type Groups<'a> = HashMap<usize, &'a Node>;

/// The groups of an expression by number.
pub fn groups(node: &Node) -> Groups<'_> {
    fn collect<'a>(node: &'a Node, found: &mut Groups<'a>) {
        match node {
            Node::Group { number, node } => {
                found.extend(number.map(|n| (n, &**node)));
                collect(node, found);
            }
            Node::Repeat { node, .. } => collect(node, found),
            Node::Concat(nodes) | Node::Alternate(nodes) => nodes.iter().for_each(|n| collect(n, found)),
            Node::Empty | Node::Class(_) | Node::Assert(_) | Node::Look { .. } | Node::Back(_) => {}
        }
    }
    let mut found = HashMap::new();
    collect(node, &mut found);
    found
}

impl Program {
    /// # Errors
    /// 2201B if it would be too long.
    pub fn new(node: &Node, groups: &Groups<'_>) -> SqlResult<Self> {
        let mut program = Self { code: vec![], looks: vec![] };
        program.compile(node, groups)?;
        program.code.push(Instruction::Match);
        Ok(program)
    }

    fn compile(&mut self, node: &Node, groups: &Groups<'_>) -> SqlResult<()> {
        if self.code.len() > MOST_INSTRUCTIONS {
            return Err(invalid("regular expression is too complex"));
        }
        match node {
            Node::Empty => {}
            Node::Class(class) => self.code.push(Instruction::Class(class.clone())),
            Node::Assert(assertion) => self.code.push(Instruction::Assert(*assertion)),
            Node::Look { ahead, negative, node } => {
                self.code.push(Instruction::Look(self.looks.len()));
                let program = Self::new(node, groups)?;
                self.looks.push(Look { ahead: *ahead, negative: *negative, program });
            }
            Node::Group { node, .. } => self.compile(node, groups)?,
            Node::Back(number) => {
                if let Some(node) = groups.get(number) {
                    self.compile(node, groups)?;
                }
            }
            Node::Concat(nodes) => {
                for node in nodes {
                    self.compile(node, groups)?;
                }
            }
            Node::Alternate(nodes) => {
                let mut ends = vec![];
                for (i, node) in nodes.iter().enumerate() {
                    if i + 1 == nodes.len() {
                        self.compile(node, groups)?;
                        break;
                    }
                    let split = self.hole();
                    self.compile(node, groups)?;
                    ends.push(self.hole());
                    self.code[split] = Instruction::Split(split + 1, self.code.len());
                }
                for end in ends {
                    self.code[end] = Instruction::Jump(self.code.len());
                }
            }
            Node::Repeat { node, min, max, .. } => {
                for _ in 0..*min {
                    self.compile(node, groups)?;
                }
                match max {
                    None => {
                        let split = self.hole();
                        self.compile(node, groups)?;
                        self.code.push(Instruction::Jump(split));
                        self.code[split] = Instruction::Split(split + 1, self.code.len());
                    }
                    Some(max) => {
                        let mut splits = vec![];
                        for _ in *min..*max {
                            splits.push(self.hole());
                            self.compile(node, groups)?;
                        }
                        for split in splits {
                            self.code[split] = Instruction::Split(split + 1, self.code.len());
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// An instruction that is written later.
    fn hole(&mut self) -> usize {
        self.code.push(Instruction::Match);
        self.code.len() - 1
    }
}

/// The instructions that are waiting for a character.
#[derive(Debug, Default)]
struct Waiting {
    list: Vec<usize>,
    /// In which round an instruction was last reached.
    reached: Vec<u64>,
    stack: Vec<usize>,
}

/// Runs programs over one text.
#[derive(Debug, Default)]
pub struct Runner {
    /// How many characters were looked at in all.
    pub steps: u64,
    round: u64,
    spare: Vec<(Waiting, Waiting)>,
    /// Where matches of a lookbehind end, by the address of its program, once it was asked.
    behind: HashMap<usize, Vec<bool>>,
}

impl Runner {
    /// Tells `found` each end, in order, that a match from byte `start` of `text` can have, none beyond `limit`; it
    /// answers whether to go on.
    pub fn ends(
        &mut self,
        program: &Program,
        text: &str,
        start: usize,
        limit: usize,
        mut found: impl FnMut(usize) -> bool,
    ) {
        self.run(program, text, start, limit, false, &mut found);
    }

    /// A number that no character had before, so that what was reached need not be cleared.
    fn next_round(&mut self) -> u64 {
        self.round += 1;
        self.round
    }

    /// `everywhere`: matches begin at every place from `start` on.
    fn run(
        &mut self,
        program: &Program,
        text: &str,
        start: usize,
        limit: usize,
        everywhere: bool,
        found: &mut dyn FnMut(usize) -> bool,
    ) {
        let (mut now, mut next) = self.spare.pop().unwrap_or_default();
        for waiting in [&mut now, &mut next] {
            waiting.list.clear();
            if waiting.reached.len() < program.code.len() {
                waiting.reached.resize(program.code.len(), 0);
            }
        }
        let mut at = start;
        let mut round = self.next_round();
        let mut matched = self.reach(program, text, at, 0, round, &mut now);
        loop {
            if matched && !found(at) {
                break;
            }
            if at >= limit || (now.list.is_empty() && !everywhere) {
                break;
            }
            let Some(c) = text[at..].chars().next() else { break };
            at += c.len_utf8();
            self.steps += 1;
            round = self.next_round();
            matched = false;
            next.list.clear();
            for i in 0..now.list.len() {
                let here = now.list[i];
                if let Instruction::Class(class) = &program.code[here]
                    && class.contains(c)
                {
                    matched |= self.reach(program, text, at, here + 1, round, &mut next);
                }
            }
            if everywhere {
                matched |= self.reach(program, text, at, 0, round, &mut next);
            }
            std::mem::swap(&mut now, &mut next);
        }
        self.spare.push((now, next));
    }

    /// Follows from instruction `from` what takes no character; whether the program's end is reached.
    fn reach(
        &mut self,
        program: &Program,
        text: &str,
        at: usize,
        from: usize,
        round: u64,
        waiting: &mut Waiting,
    ) -> bool {
        let mut matched = false;
        waiting.stack.push(from);
        while let Some(here) = waiting.stack.pop() {
            if std::mem::replace(&mut waiting.reached[here], round) == round {
                continue;
            }
            match &program.code[here] {
                Instruction::Class(_) => waiting.list.push(here),
                Instruction::Split(a, b) => waiting.stack.extend([*b, *a]),
                Instruction::Jump(to) => waiting.stack.push(*to),
                Instruction::Assert(assertion) => {
                    if assertion.holds(text, at) {
                        waiting.stack.push(here + 1);
                    }
                }
                Instruction::Look(look) => {
                    if self.looks(&program.looks[*look], text, at) {
                        waiting.stack.push(here + 1);
                    }
                }
                Instruction::Match => matched = true,
            }
        }
        matched
    }

    fn looks(&mut self, look: &Look, text: &str, at: usize) -> bool {
        let mut found = false;
        if look.ahead {
            self.run(&look.program, text, at, text.len(), false, &mut |_| {
                found = true;
                false
            });
        } else {
            let key = std::ptr::from_ref(look) as usize;
            if !self.behind.contains_key(&key) {
                let mut ends = vec![false; text.len() + 1];
                self.run(&look.program, text, 0, text.len(), true, &mut |end| {
                    ends[end] = true;
                    true
                });
                self.behind.insert(key, ends);
            }
            found = self.behind.get(&key).is_some_and(|ends| ends[at]);
        }
        found != look.negative
    }
}
