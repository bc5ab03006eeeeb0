//! `RevokeInvitation` (ID-13): a pending or expired invitation is taken back; its link leads nowhere.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{INVITATION_NOT_PENDING, Invitation, InvitationId, State, of_company, table};
use crate::audit::Note;

/// The command.
#[derive(Debug, Serialize)]
pub struct RevokeInvitation(InvitationId);

/// Reads the message.
pub fn parse(m: pb::RevokeInvitationRequest) -> Result<RevokeInvitation, Refusal> {
    let f = Fields::new();
    f.all((f.parse("invitation_id", &m.invitation_id),)).map(|(id,)| RevokeInvitation(id))
}

impl Verb for RevokeInvitation {
    const NAME: &'static str = "RevokeInvitation";
    type Answer = Invitation;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.super_admin()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Invitation, Stop> {
        let company = tx.caller().company()?;
        let mut invitation = of_company(tx, self.0, company).await?;
        if !matches!(invitation.state, State::Pending | State::Expired) {
            return Err(INVITATION_NOT_PENDING.with("state", invitation.state.name()).into());
        }
        invitation.state = State::Revoked;
        table::save(tx, &invitation).await?;
        Note::new("invitation.revoked", invitation.id).of(Some(company)).record(tx).await?;
        Ok(invitation)
    }
}
