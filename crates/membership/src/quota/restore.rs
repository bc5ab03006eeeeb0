//! Restores some of a standing quota (ME-10): a card was removed. What was done in a month stays done: monthly quotas
//! are not given back.

use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::SiteId;

use super::{NOT_A_QUOTA, QuotaUse, product, table};
use crate::{
    entitlement::{CountPeriod, FeatureKey, Features, limit::Limit},
    membership,
};

/// More than is used.
pub const NOT_SO_MANY_USED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "NOT_SO_MANY_USED",
    "Only {used} are used.",
    "사용 중인 수량은 {used}개입니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreQuota {
    /// Whose.
    pub site: SiteId,
    /// Of what.
    pub feature: FeatureKey,
    /// How many.
    pub amount: i64,
}

impl Verb for RestoreQuota {
    const NAME: &'static str = "RestoreQuota";
    type Answer = QuotaUse;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        product(caller)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<QuotaUse, Stop> {
        let mut membership = membership::table::lock(tx, self.site).await?;
        let (key, features) = (self.feature.as_str(), tx.part::<Features>());
        let feature = features.get(key);
        if feature.limit != Some(Limit::Standing) {
            return Err(NOT_A_QUOTA.with("feature", key).into());
        }
        let was = table::get(tx, self.site, &self.feature, &CountPeriod::always()).await?;
        let used = was.checked_sub(self.amount).filter(|left| *left >= 0);
        let used = used.ok_or_else(|| NOT_SO_MANY_USED.with("used", was))?;
        table::set(tx, self.site, &self.feature, &CountPeriod::always(), used).await?;
        membership::table::touch(tx, &mut membership).await?;
        let limit = feature.limit_of(key, &membership).unwrap_or(0);
        Ok(QuotaUse { site: self.site, feature: self.feature.clone(), used, limit, resets_at: None })
    }
}
