//! Chance from a seed, and the trace of what it decided: the same seed gives the same trace.

use std::{
    fmt::Display,
    hash::{DefaultHasher, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};

/// One run's chance, shared by everything that is simulated; one thing runs at a time.
#[derive(Clone)]
pub struct Dice(Arc<Mutex<Inner>>);

struct Inner {
    chance: StdRng,
    /// Nothing goes wrong any more.
    healed: bool,
    trace: DefaultHasher,
    told: bool,
}

impl Dice {
    /// `told` prints the trace.
    pub fn new(seed: u64, told: bool) -> Self {
        let (chance, trace) = (StdRng::seed_from_u64(seed), DefaultHasher::new());
        Self(Arc::new(Mutex::new(Inner { chance, healed: false, trace, told })))
    }

    /// A number below `n`.
    pub fn below(&self, n: usize) -> usize {
        self.lock().chance.random_range(0..n)
    }

    /// A mishap that comes once in `n` times, and not at all once healed.
    pub fn mishap(&self, n: u32) -> bool {
        let mut inner = self.lock();
        inner.chance.random_ratio(1, n) && !inner.healed
    }

    /// A number of any size.
    pub fn any(&self) -> u128 {
        let mut inner = self.lock();
        u128::from(inner.chance.next_u64()) << 64 | u128::from(inner.chance.next_u64())
    }

    /// From now on nothing goes wrong.
    pub fn heal(&self) {
        self.lock().healed = true;
    }

    /// What happened: part of the trace.
    pub fn note(&self, what: impl Display) {
        let (mut inner, what) = (self.lock(), what.to_string());
        inner.trace.write(what.as_bytes());
        inner.trace.write_u8(0xff);
        if inner.told {
            eprintln!("{what}");
        }
    }

    /// The trace in one number.
    pub fn trace(&self) -> u64 {
        self.lock().trace.finish()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
