//! Confirms a hold (ME-19): it stops counting as held and becomes use in the same transaction: its users are admitted,
//! or its quota is consumed. Nobody can slip in between.

use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;

use super::{Hold, HoldId, State, table};
use crate::{
    entitlement::FeatureKey,
    membership,
    quota::consume::ConsumeQuota,
    user::{UserKey, admit::AdmitUser, product_or_manager},
};

/// As many users as were held, each once; none for a quota.
pub const HOLD_USERS_DO_NOT_FIT: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "HOLD_USERS_DO_NOT_FIT",
    "This hold is for {expected} users; {given} different ones were named.",
    "이 예약은 사용자 {expected}명에 대한 것입니다. {given}명이 입력되었습니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmHold {
    /// Which.
    pub hold: HoldId,
    /// Who sits down, for seats.
    pub users: Vec<UserKey>,
}

impl Verb for ConfirmHold {
    const NAME: &'static str = "ConfirmHold";
    type Answer = Hold;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        product_or_manager(caller)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Hold, Stop> {
        let site = table::site_of(tx.conn(), self.hold).await?;
        let mut membership = membership::table::lock(tx, site).await.map_err(super::views::as_hold)?;
        let mut hold = table::find(tx.conn(), self.hold).await?;
        let seats = hold.feature() == FeatureKey::SEAT;
        let expected = if seats { hold.amount } else { 0 };
        let mut users = self.users.clone();
        users.sort();
        users.dedup();
        if i64::try_from(users.len()) != Ok(expected) {
            return Err(HOLD_USERS_DO_NOT_FIT.with("expected", expected).with("given", users.len()).into());
        }
        hold.settle(State::Confirmed, tx.now())?;
        table::settle(tx, &hold).await?;
        membership::table::touch(tx, &mut membership).await?;
        for user in users {
            tx.perform(&AdmitUser { site, user }).await?;
        }
        if !seats {
            tx.perform(&ConsumeQuota { site, feature: hold.feature.clone(), amount: hold.amount }).await?;
        }
        Ok(hold)
    }
}
