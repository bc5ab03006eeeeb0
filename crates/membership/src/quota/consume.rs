//! Consumes some of a quota: what the contract, the switch, the limit and others' holds allow, or nothing (ME-10).

use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::SiteId;

use super::{NOT_A_QUOTA, QuotaUse, product, table};
use crate::{
    entitlement::{
        self, Answer, FeatureKey, Features, Question, Reason, decide,
        decide::{next_month, period_of},
        limit::Limit,
    },
    membership::{self, MEMBERSHIP_NOT_ACTIVE},
};

/// ME-10.
pub const QUOTA_USED_UP: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "QUOTA_USED_UP",
    "Only {left} of {limit} are left. Order more, or wait until the quota begins anew.",
    "{limit}건 중 {left}건이 남았습니다. 추가로 주문하거나 다음 달까지 기다려 주세요.",
);
/// ME-8.
pub const NOT_CONTRACTED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "NOT_CONTRACTED",
    "The contract does not hold {feature}. Place an additional order for it.",
    "계약에 {feature} 이(가) 포함되어 있지 않습니다. 추가 주문해 주세요.",
);
/// ME-9.
pub const SWITCHED_OFF: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "SWITCHED_OFF",
    "{feature} is switched off. An admin can switch it on.",
    "{feature} 이(가) 꺼져 있습니다. 관리자가 켤 수 있습니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ConsumeQuota {
    /// Whose.
    pub site: SiteId,
    /// Of what.
    pub feature: FeatureKey,
    /// How many.
    pub amount: i64,
}

/// The refusal an answer means.
pub fn refusal(answer: &Answer, reason: Reason) -> Refusal {
    let feature = answer.feature.as_str();
    let limit = answer.limit.unwrap_or(0);
    match reason {
        Reason::QuotaUsedUp => {
            let left = limit.saturating_sub(answer.used).saturating_sub(answer.held).max(0);
            QUOTA_USED_UP.with("left", left).with("limit", limit).with("feature", feature)
        }
        Reason::NotContracted | Reason::NotGranted => NOT_CONTRACTED.with("feature", feature),
        Reason::SwitchedOff => SWITCHED_OFF.with("feature", feature),
        Reason::Suspended => MEMBERSHIP_NOT_ACTIVE.with("state", "suspended"),
        Reason::Expired => MEMBERSHIP_NOT_ACTIVE.with("state", "expired"),
        Reason::NotStarted => MEMBERSHIP_NOT_ACTIVE.with("state", "not started yet"),
    }
}

impl Verb for ConsumeQuota {
    const NAME: &'static str = "ConsumeQuota";
    type Answer = QuotaUse;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        product(caller)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<QuotaUse, Stop> {
        let mut membership = membership::table::lock(tx, self.site).await?;
        let features = tx.part::<Features>();
        let kind = match features.get(self.feature.as_str()).limit {
            Some(kind @ (Limit::Standing | Limit::Monthly)) => kind,
            Some(Limit::Seats | Limit::Storage) | None => {
                return Err(NOT_A_QUOTA.with("feature", self.feature.as_str()).into());
            }
        };
        let snapshot = entitlement::table::of(tx.conn(), membership.clone(), tx.now()).await?;
        let question = Question { feature: self.feature.clone(), user: None, amount: self.amount };
        let answer = decide(&snapshot, &features, &question, tx.now());
        if let Some(reason) = answer.reason {
            return Err(refusal(&answer, reason).into());
        }
        let used = answer.used + self.amount;
        table::set(tx, self.site, &self.feature, &period_of(Some(kind), tx.today()), used).await?;
        membership::table::touch(tx, &mut membership).await?;
        Ok(QuotaUse {
            site: self.site,
            feature: self.feature.clone(),
            used,
            limit: answer.limit.unwrap_or(0),
            resets_at: (kind == Limit::Monthly).then(|| next_month(tx.today()).start()),
        })
    }
}
