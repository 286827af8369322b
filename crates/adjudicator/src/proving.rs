//! Proof that the core decides as PROTOCOL says.
//!
//! | module | what it holds |
//! |---|---|
//! | `reference` | the table of §7 once more, as pairs of holds, and conflicts by definition over all of history |
//! | `world` | a core with a pretended journal and clock; every answer is checked against the reference |
//! | `scripts` | golden scripts: `src/testscripts/*.txt` |
//! | `property` | random histories |
//! | `mutants` | each rule of the core, switched off, is noticed by one of these |

mod mutants;
mod property;
mod reference;
mod scripts;
mod world;
