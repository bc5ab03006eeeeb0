//! The super admin sets the company's limit (VO-20), for sends confirmed from now on.

use contract::{voucher::v1 as pb, won};
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{Money, Wrong};

use super::{Policy, table};

const NEGATIVE: Wrong = Wrong::new("NEGATIVE", "This cannot be below zero.", "0 이상이어야 합니다.");

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct SetSendPolicy {
    approval_above: Option<Money>,
}

impl Verb for SetSendPolicy {
    const NAME: &'static str = "SetSendPolicy";
    type Answer = Policy;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.super_admin()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Policy, Stop> {
        let policy = Policy { approval_above: self.approval_above };
        table::put(tx, tx.caller().company()?, policy).await?;
        Ok(policy)
    }
}

/// Reads the request.
pub fn parse(m: pb::SetSendPolicyRequest) -> Result<SetSendPolicy, Refusal> {
    let f = Fields::new();
    let limit = match m.approval_above.as_ref() {
        None => Some(None),
        given => {
            let limit = won(given).and_then(|limit| if limit.is_negative() { Err(NEGATIVE) } else { Ok(limit) });
            f.word("approval_above", limit).map(Some)
        }
    };
    let (approval_above,) = f.all((limit,))?;
    Ok(SetSendPolicy { approval_above })
}
