//! Each rule, switched off, is noticed: by a script, or by a random history within a bound.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};

use super::{property, scripts};
use crate::rules::{Rule, Rules};

/// Random histories that a mutant may survive at most.
const HISTORIES: usize = 20_000;

/// Random histories that nothing may be found in while every rule holds.
const CONTROLS: usize = 600;

/// Without this, a test that always fails would seem to catch every mutant.
#[test]
fn nothing_is_missed_while_every_rule_holds() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    for n in 0..CONTROLS {
        let history = property::history().new_tree(&mut runner).expect("a history").current();
        assert_eq!(property::play(&history, Rules::default()), Ok(()), "history {n}");
    }
}

/// How a mutant was found out.
fn caught(rule: Rule) -> Option<String> {
    let rules = Rules::without(rule);
    for (name, text) in scripts::all() {
        if let Err(why) = scripts::run(&text, rules) {
            return Some(format!("script {name}: {why}"));
        }
    }
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    for n in 0..HISTORIES {
        let history = property::history().new_tree(&mut runner).ok()?.current();
        if let Err(why) = property::play(&history, rules) {
            return Some(format!("history {n}: {why}"));
        }
    }
    None
}

#[test]
fn every_rule_is_missed_when_it_is_off() {
    let mut survivors = Vec::new();
    for rule in Rule::ALL {
        match caught(rule) {
            Some(how) => println!("{rule:?}: {how}"),
            None => survivors.push(rule),
        }
    }
    assert!(survivors.is_empty(), "nobody missed {survivors:?}");
}

/// The random histories alone find most of them: they are the stronger net.
#[test]
fn random_histories_alone_miss_every_rule() {
    let mut survivors = Vec::new();
    for rule in Rule::ALL {
        let rules = Rules::without(rule);
        let mut runner = TestRunner::new_with_rng(
            Config::default(),
            proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
        );
        let found = (0..HISTORIES).find(|_| {
            let tree = property::history().new_tree(&mut runner);
            tree.is_ok_and(|tree| property::play(&tree.current(), rules).is_err())
        });
        match found {
            Some(n) => println!("{rule:?}: history {n}"),
            None => survivors.push(rule),
        }
    }
    assert!(survivors.is_empty(), "no history missed {survivors:?}");
}
