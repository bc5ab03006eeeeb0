//! Switches a feature off or on (ME-9), by the super admin, an admin who manages memberships, or support. Switching to
//! where it stands is no error and leaves no trace twice.

use flow::{Caller, Refusal, Stop, Tx, Verb, Who, code};
use serde::Serialize;
use words::SiteId;

use super::{Turn, table};
use crate::{
    entitlement::{FeatureKey, Features},
    membership,
};

/// It has no switch.
pub const NOT_SWITCHABLE: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "NOT_SWITCHABLE",
    "{feature} has no switch. accounting has one.",
    "{feature} 은(는) 끄고 켤 수 없습니다. accounting 만 가능합니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct SwitchFeature {
    /// Where.
    pub site: SiteId,
    /// Which.
    pub feature: FeatureKey,
    /// Which way.
    pub on: bool,
}

impl Verb for SwitchFeature {
    const NAME: &'static str = "SwitchFeature";
    type Answer = Turn;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        match caller.who {
            Who::Operator(_) => caller.operator_of("support"),
            _ => caller.admin_with("membership.manage"),
        }
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Turn, Stop> {
        let key = self.feature.as_str();
        if !tx.part::<Features>().get(key).switchable {
            return Err(NOT_SWITCHABLE.with("feature", key).into());
        }
        let mut membership = membership::table::lock(tx, self.site).await?;
        if let Some(newest) = table::newest(tx.conn(), self.site, &self.feature).await?.filter(|t| t.on == self.on) {
            return Ok(newest);
        }
        let turn = Turn {
            id: tx.id(),
            site: self.site,
            feature: self.feature.clone(),
            on: self.on,
            by: tx.caller().name(),
            at: tx.now(),
        };
        table::insert(tx, &turn).await?;
        membership::table::touch(tx, &mut membership).await?;
        Ok(turn)
    }
}
