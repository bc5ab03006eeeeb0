//! What the checks found: each breach once, with the number of the invariant it breaks.

use std::{collections::BTreeMap, sync::Mutex};

use crate::history::lock;

/// How many sentences of one invariant are kept; the rest are counted.
const KEPT: usize = 20;

/// See the module.
#[derive(Default)]
pub struct Found(Mutex<BTreeMap<&'static str, Breaches>>);

/// The breaches of one invariant.
#[derive(Debug, Clone, Default)]
pub struct Breaches {
    /// How many.
    pub count: u64,
    /// The first of them, in words.
    pub said: Vec<String>,
}

impl Found {
    /// One breach; the same sentence counts once.
    pub fn add(&self, invariant: &'static str, text: String) {
        let mut all = lock(&self.0);
        let breaches = all.entry(invariant).or_default();
        if breaches.said.contains(&text) {
            return;
        }
        breaches.count += 1;
        if breaches.said.len() < KEPT {
            println!("      {invariant}: {text}");
            breaches.said.push(text);
        }
    }

    /// All of them.
    pub fn extend(&self, invariant: &'static str, texts: Vec<String>) {
        texts.into_iter().for_each(|text| self.add(invariant, text));
    }

    /// How many there are of an invariant.
    pub fn count(&self, invariant: &str) -> u64 {
        lock(&self.0).get(invariant).map_or(0, |breaches| breaches.count)
    }

    /// What was found until now; begins anew.
    pub fn take(&self) -> BTreeMap<&'static str, Breaches> {
        std::mem::take(&mut *lock(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_breach_counts_once() {
        let found = Found::default();
        found.add("I1", "a".into());
        found.add("I1", "a".into());
        found.add("I1", "b".into());
        assert_eq!((found.count("I1"), found.count("I2")), (2, 0));
        assert_eq!(found.take().len(), 1);
        assert!(found.take().is_empty());
    }
}
