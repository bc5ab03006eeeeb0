//! Places a hold (ME-19): what could be used now can be held now, for a while; two callers cannot hold the last unit,
//! because both ask under the membership's lock.

use chrono::Duration;
use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::SiteId;

use super::{Hold, State, table};
use crate::{
    entitlement::{self, FeatureKey, Features, Question, decide, limit::Limit},
    membership,
    quota::{self, NOT_A_QUOTA},
    user::{admit, product_or_manager},
};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceHold {
    /// Where.
    pub site: SiteId,
    /// `seat` or an option.
    pub feature: FeatureKey,
    /// How many.
    pub amount: i64,
    /// For how long.
    pub seconds: i64,
}

impl Verb for PlaceHold {
    const NAME: &'static str = "PlaceHold";
    type Answer = Hold;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        product_or_manager(caller)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Hold, Stop> {
        let mut membership = membership::table::lock(tx, self.site).await?;
        let features = tx.part::<Features>();
        match features.get(self.feature.as_str()).limit {
            Some(Limit::Seats | Limit::Standing | Limit::Monthly) => {}
            Some(Limit::Storage) | None => return Err(NOT_A_QUOTA.with("feature", self.feature.as_str()).into()),
        }
        let snapshot = entitlement::table::of(tx.conn(), membership.clone(), tx.now()).await?;
        let question = Question { feature: self.feature.clone(), user: None, amount: self.amount };
        let answer = decide(&snapshot, &features, &question, tx.now());
        if let Some(reason) = answer.reason {
            return Err(match self.feature.as_str() {
                FeatureKey::SEAT => admit::no_seat(&membership, &answer, reason, self.amount),
                _ => quota::consume::refusal(&answer, reason),
            }
            .into());
        }
        let hold = Hold {
            id: tx.id(),
            site: self.site,
            feature: self.feature.clone(),
            amount: self.amount,
            state: State::Held,
            lapses_at: tx.now() + Duration::seconds(self.seconds),
        };
        table::insert(tx, &hold).await?;
        membership::table::touch(tx, &mut membership).await?;
        Ok(hold)
    }
}
