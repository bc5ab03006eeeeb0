//! Admits a user while used < contracted + complimentary (ME-7): idempotent per user, exact under concurrency. Over the
//! limit the answer names the order that would help; the free plan admits at most nine.

use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::SiteId;

use super::{Seated, Seats, UserKey, product_or_manager, table};
use crate::{
    entitlement::{self, Answer, FeatureKey, Features, Question, Reason, decide},
    membership::{self, Membership},
    quota,
};

/// ME-7.
pub const SEAT_LIMIT_EXCEEDED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SEAT_LIMIT_EXCEEDED",
    "All {limit} seats are taken ({used} used, {held} held). Place an {order} order for {seats_needed} more, or release a user.",
    "사용자 {limit}명이 모두 사용 중입니다 (사용 {used}, 예약 {held}). {order} 주문으로 {seats_needed}명을 추가하거나 사용자를 해제하세요.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct AdmitUser {
    /// Where.
    pub site: SiteId,
    /// Who.
    pub user: UserKey,
}

/// The refusal that says which order helps: a free plan cannot grow, it is converted.
pub fn no_seat(membership: &Membership, answer: &Answer, reason: Reason, wanted: i64) -> Refusal {
    let limit = answer.limit.unwrap_or(0);
    match reason {
        Reason::QuotaUsedUp => SEAT_LIMIT_EXCEEDED
            .with("limit", limit)
            .with("used", answer.used)
            .with("held", answer.held)
            .with("order", if membership.terms().paid { "additional" } else { "conversion" })
            .with("seats_needed", answer.used.saturating_add(answer.held).saturating_add(wanted) - limit),
        other => quota::consume::refusal(answer, other),
    }
}

impl Verb for AdmitUser {
    const NAME: &'static str = "AdmitUser";
    type Answer = Seated;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        product_or_manager(caller)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Seated, Stop> {
        let mut membership = membership::table::lock(tx, self.site).await?;
        let admitted_at = match table::since(tx.conn(), self.site, &self.user).await? {
            Some(since) => since,
            None => {
                let snapshot = entitlement::table::of(tx.conn(), membership.clone(), tx.now()).await?;
                let question = Question { feature: FeatureKey::seat(), user: None, amount: 1 };
                let answer = decide(&snapshot, &tx.part::<Features>(), &question, tx.now());
                if let Some(reason) = answer.reason {
                    return Err(no_seat(&membership, &answer, reason, 1).into());
                }
                table::insert(tx, self.site, &self.user).await?;
                membership::table::seat(tx, &mut membership, 1).await?;
                tx.now()
            }
        };
        Ok(Seated { site: self.site, user: self.user.clone(), admitted_at, seats: Seats::of(&membership) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::membership::{
        State,
        sample::{free, seated, shared, with},
    };

    fn refuse(membership: Membership) -> Refusal {
        let snapshot = entitlement::Snapshot {
            users: Default::default(),
            used: Default::default(),
            holds: Vec::new(),
            switches: Default::default(),
            report: None,
            membership,
        };
        let question = Question { feature: FeatureKey::seat(), user: None, amount: 1 };
        let now = words::Day::parse("2023-01-02").unwrap().start();
        let answer = decide(&snapshot, &Features::shipped().unwrap(), &question, now);
        no_seat(&snapshot.membership, &answer, answer.reason.unwrap(), 1)
    }

    // ME-7
    #[test]
    fn the_refusal_names_the_order_that_helps() {
        let no = refuse(seated(shared(), 10));
        assert_eq!(
            (no.reason(), no.detail("order"), no.detail("seats_needed")),
            ("SEAT_LIMIT_EXCEEDED", Some("additional"), Some("1"))
        );
        assert_eq!(refuse(seated(free(), 9)).detail("order"), Some("conversion"));
        assert_eq!(refuse(seated(shared(), 12)).detail("seats_needed"), Some("3"));
        let stopped = refuse(with(shared(), |t| t.state = State::Suspended));
        assert_eq!((stopped.reason(), stopped.detail("state")), ("MEMBERSHIP_NOT_ACTIVE", Some("suspended")));
    }
}
