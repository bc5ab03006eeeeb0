//! The decision (ME-8): allowed, or the first reason why not; with limit, used, until when, the revision, and the next
//! instant at which the answer can change without anybody's doing (ME-20): start, end, the 1st of a month, a hold's lapse.

use flow::Instant;
use serde::{Deserialize, Serialize};
use words::Day;

use super::{CountPeriod, FeatureKey, Features, Snapshot, limit::Limit};
use crate::membership::State;

/// A question about one feature.
#[derive(Debug, Clone)]
pub struct Question {
    /// Which.
    pub feature: FeatureKey,
    /// Also: does this user sit?
    pub user: Option<String>,
    /// How much is wanted.
    pub amount: i64,
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The contract does not hold it.
    NotContracted,
    /// All of it is used.
    QuotaUsedUp,
    /// An operator stopped the membership.
    Suspended,
    /// The membership is over.
    Expired,
    /// This user holds no seat.
    NotGranted,
    /// An admin switched it off.
    SwitchedOff,
    /// The first day is still to come.
    NotStarted,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The feature asked for.
    pub feature: FeatureKey,
    /// Why not; none: allowed.
    pub reason: Option<Reason>,
    /// How much may be used; none: no count.
    pub limit: Option<i64>,
    /// How much is.
    pub used: i64,
    /// How much others hold.
    pub held: i64,
    /// When the last day ends.
    pub until: Option<Instant>,
    /// At which revision this holds.
    pub revision: i64,
    /// When it can change by itself.
    pub may_change_at: Option<Instant>,
}

impl Answer {
    /// May it?
    pub fn allowed(&self) -> bool {
        self.reason.is_none()
    }
}

/// Decides one question.
pub fn decide(snapshot: &Snapshot, features: &Features, question: &Question, now: Instant) -> Answer {
    let (m, key, today) = (&snapshot.membership, question.feature.as_str(), Day::of(now));
    let feature = features.get(key);
    let limit = feature.limit_of(key, m);
    let used = feature.limit.map_or(0, |kind| used(snapshot, kind, key, today));
    let held = snapshot.held(key, now);
    let state = m.state_on(today);
    let reason = match state {
        State::Suspended => Some(Reason::Suspended),
        State::Expired | State::Terminated => Some(Reason::Expired),
        State::PendingSetup => Some(Reason::NotStarted),
        State::Active if !feature.contracted(key, m) => Some(Reason::NotContracted),
        State::Active if snapshot.switches.get(key) == Some(&false) => Some(Reason::SwitchedOff),
        State::Active if question.user.as_ref().is_some_and(|u| !snapshot.users.contains(u)) => {
            Some(Reason::NotGranted)
        }
        State::Active => limit
            .filter(|limit| used.saturating_add(held).saturating_add(question.amount) > *limit)
            .map(|_| Reason::QuotaUsedUp),
    };
    let start = (state == State::PendingSetup).then(|| m.terms().first_day.start());
    let end = m.until().filter(|end| *end > now && m.terms().state != State::Terminated);
    let reset = (feature.limit == Some(Limit::Monthly) && used > 0).then(|| next_month(today).start());
    let may_change_at = [start, end, reset, snapshot.next_lapse(key, now)].into_iter().flatten().min();
    Answer {
        feature: question.feature.clone(),
        reason,
        limit,
        used,
        held,
        until: m.until(),
        revision: snapshot.revision(),
        may_change_at,
    }
}

/// The period a count of this kind is kept for.
pub fn period_of(limit: Option<Limit>, today: Day) -> CountPeriod {
    match limit {
        Some(Limit::Monthly) => CountPeriod::month_of(today),
        Some(Limit::Seats | Limit::Storage | Limit::Standing) | None => CountPeriod::always(),
    }
}

/// The 1st of the month after a day's (ME-10).
pub fn next_month(today: Day) -> Day {
    today.last_of_month().next()
}

fn used(snapshot: &Snapshot, kind: Limit, key: &str, today: Day) -> i64 {
    match kind {
        Limit::Seats => snapshot.membership.used_seats(),
        Limit::Storage => snapshot.report.as_ref().map_or(0, |report| report.used_mb()),
        Limit::Standing | Limit::Monthly => {
            snapshot.used.get(&(key.to_owned(), period_of(Some(kind), today))).copied().unwrap_or(0)
        }
    }
}

#[cfg(test)]
mod tests;
