//! The steps of a random order: what anybody may do to a company's lots, sends and gifts, and orders of them by seed.

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::model::Model;

/// What a step comes to: what it says, or the reason of its refusal.
pub type Outcome = Result<String, String>;

/// One thing somebody does. Sends and gifts are meant by their place, counted round.
#[derive(Debug, Clone)]
pub enum Step {
    Draft {
        lot: usize,
        won: Vec<i64>,
        in_minutes: Option<i64>,
    },
    Add {
        send: usize,
        won: i64,
    },
    /// One, or all; one beyond the last is nobody.
    Remove {
        send: usize,
        which: Option<usize>,
    },
    Confirm {
        send: usize,
        verified: Verified,
    },
    Approve {
        send: usize,
        second: bool,
    },
    Reject {
        send: usize,
        second: bool,
    },
    Cancel {
        send: usize,
    },
    /// Issues one chunk of whatever is due first.
    Dispatch,
    Claim {
        gift: usize,
    },
    Decline {
        gift: usize,
    },
    /// Some, or all.
    Recall {
        send: usize,
        which: Option<Vec<usize>>,
    },
    Pass {
        minutes: i64,
    },
    Expire,
    Close {
        lot: usize,
    },
    Limit {
        won: Option<i64>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    ForThis,
    ForAnother,
    Not,
}

/// An order of some dozen steps, always the same for a seed.
pub fn order(seed: u64) -> Vec<Step> {
    let rng = &mut StdRng::seed_from_u64(seed);
    (0..rng.random_range(20..=40)).map(|_| any(rng)).collect()
}

fn any(rng: &mut StdRng) -> Step {
    let send = rng.random_range(0..100);
    match rng.random_range(0..38) {
        0..=4 => {
            let won = (0..rng.random_range(1..=4)).map(|_| rng.random_range(1..=50) * 1_000).collect();
            let in_minutes = rng.random_bool(0.4).then(|| *[10, 15, 60, 600, 1_500, 2_880].choose(rng).unwrap());
            Step::Draft { lot: rng.random_range(0..2), won, in_minutes }
        }
        5 => Step::Add { send, won: rng.random_range(1..=50) * 1_000 },
        6..=7 => Step::Remove { send, which: rng.random_bool(0.8).then(|| rng.random_range(0..5)) },
        8..=13 => {
            let verified = [Verified::ForThis; 8].into_iter().chain([Verified::ForAnother, Verified::Not]);
            Step::Confirm { send, verified: *verified.collect::<Vec<_>>().choose(rng).unwrap() }
        }
        14..=15 => Step::Approve { send, second: rng.random_bool(0.8) },
        16 => Step::Reject { send, second: rng.random_bool(0.8) },
        17..=18 => Step::Cancel { send },
        19..=24 => Step::Dispatch,
        25..=28 => Step::Claim { gift: rng.random_range(0..100) },
        29..=30 => Step::Decline { gift: rng.random_range(0..100) },
        31..=32 => {
            let some = (0..rng.random_range(1..=3)).map(|_| rng.random_range(0..5)).collect();
            Step::Recall { send, which: rng.random_bool(0.5).then_some(some) }
        }
        33..=34 => Step::Pass { minutes: *[1, 5, 10, 15, 60, 600, 1_440].choose(rng).unwrap() },
        35 => Step::Expire,
        36 => Step::Close { lot: rng.random_range(0..2) },
        _ => Step::Limit { won: rng.random_bool(0.7).then(|| rng.random_range(0..80) * 1_000) },
    }
}

impl Step {
    /// The same about something there is; `None` if there is nothing of the kind.
    pub fn meant(mut self, model: &Model) -> Option<Self> {
        let (sends, gifts) = (model.sends.len(), model.gifts.len());
        match &mut self {
            Self::Draft { .. } | Self::Dispatch | Self::Pass { .. } | Self::Expire => {}
            Self::Close { .. } | Self::Limit { .. } => {}
            Self::Claim { gift } | Self::Decline { gift } => *gift = gift.checked_rem(gifts)?,
            Self::Add { send, .. }
            | Self::Remove { send, .. }
            | Self::Confirm { send, .. }
            | Self::Approve { send, .. }
            | Self::Reject { send, .. }
            | Self::Cancel { send } => *send = send.checked_rem(sends)?,
            Self::Recall { send, which } => {
                *send = send.checked_rem(sends)?;
                if let Some(which) = which {
                    let people = model.sends[*send].people.len();
                    which.iter_mut().for_each(|at| *at = at.checked_rem(people).unwrap_or(0));
                    which.sort_unstable();
                    which.dedup();
                }
            }
        }
        Some(self)
    }
}
