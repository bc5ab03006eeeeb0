//! Entitlements: may this site use this feature right now (ME-8)? One pure decision, [`decide`], on one [`Snapshot`]; the
//! products' checks, the seats (ME-7), the quotas (ME-10) and the holds (ME-19) all ask it, so they can never disagree.
//! Each answer knows its revision and when it can change by itself (ME-20).

pub mod cache;
pub mod decide;
pub mod features;
pub mod limit;
pub mod table;
pub mod views;

use std::collections::{BTreeMap, BTreeSet};

use flow::Instant;
use serde::{Deserialize, Serialize};
use words::{Day, Wrong};

use crate::{hold::Hold, membership::Membership, usage::Report};

pub use decide::{Answer, Question, Reason, decide};
pub use features::Features;

/// A feature's key, as in the catalogue: `tax-invoice`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FeatureKey(String);

impl FeatureKey {
    /// Users in seats.
    pub const SEAT: &'static str = "seat";

    /// Small letters, digits and hyphens, at most 40.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const NOT_A_FEATURE: Wrong = Wrong::new(
            "NOT_A_FEATURE",
            "Give a feature's key, such as accounting or tax-invoice.",
            "accounting, tax-invoice 와 같은 기능 키를 입력하세요.",
        );
        let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if letters && (1..=40).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(NOT_A_FEATURE) }
    }

    /// Users in seats.
    pub fn seat() -> Self {
        Self(Self::SEAT.to_owned())
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for FeatureKey {
    type Err = Wrong;
    fn from_str(text: &str) -> Result<Self, Wrong> {
        Self::parse(text)
    }
}

/// Which stretch a count is of: a monthly one's month, or always.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CountPeriod(pub String);

impl CountPeriod {
    /// The month of a day.
    pub fn month_of(day: Day) -> Self {
        Self(format!("{:04}-{:02}", day.year(), day.month()))
    }

    /// A standing count's.
    pub fn always() -> Self {
        Self(String::new())
    }
}

/// Everything that decides what a site may use, read at one revision.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The contract; its use revision is the snapshot's.
    pub membership: Membership,
    /// Who sits; empty where only counts were read.
    pub users: BTreeSet<String>,
    /// What is used of each quota, by period.
    pub used: BTreeMap<(String, CountPeriod), i64>,
    /// What is held; lapsed ones may be among them.
    pub holds: Vec<Hold>,
    /// Features an admin switched, and which way.
    pub switches: BTreeMap<String, bool>,
    /// The product's newest report.
    pub report: Option<Report>,
}

impl Snapshot {
    /// At which revision it was read.
    pub fn revision(&self) -> i64 {
        self.membership.use_revision()
    }

    /// How much of a feature others hold now.
    fn held(&self, feature: &str, now: Instant) -> i64 {
        self.holds.iter().filter(|h| h.feature() == feature && h.stands(now)).map(Hold::amount).sum()
    }

    /// When the first of what is held of a feature gives itself back.
    fn next_lapse(&self, feature: &str, now: Instant) -> Option<Instant> {
        self.holds.iter().filter(|h| h.feature() == feature && h.stands(now)).map(Hold::lapses_at).min()
    }
}
