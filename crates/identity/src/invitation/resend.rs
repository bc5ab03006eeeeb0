//! `ResendInvitation` (ID-13): a new token and a new 7 days for one that is pending or expired; at most 5 an hour.

use chrono::Duration;
use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::RandomToken;

use super::{INVITATION_NOT_PENDING, Invitation, InvitationId, State, invite::may_invite, of_company, table};
use crate::{account, audit::Note, company, limits::Limit};

/// ID-13.
const LIMIT: Limit = Limit { name: "invitation-resend-hour", most: 5, within: Duration::hours(1) };

/// The command.
#[derive(Debug, Serialize)]
pub struct ResendInvitation(InvitationId);

/// Reads the message.
pub fn parse(m: pb::ResendInvitationRequest) -> Result<ResendInvitation, Refusal> {
    let f = Fields::new();
    f.all((f.parse("invitation_id", &m.invitation_id),)).map(|(id,)| ResendInvitation(id))
}

impl Verb for ResendInvitation {
    const NAME: &'static str = "ResendInvitation";
    type Answer = Invitation;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.super_admin()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Invitation, Stop> {
        let company = company::look(tx, tx.caller().company()?).await?;
        may_invite(company.state())?;
        let mut invitation = of_company(tx, self.0, company.id()).await?;
        if !matches!(invitation.state, State::Pending | State::Expired) {
            return Err(INVITATION_NOT_PENDING.with("state", invitation.state.name()).into());
        }
        LIMIT.take(tx, &invitation.id).await?;
        let inviter = account::find(tx, tx.caller().account()?.id).await?;
        let token = RandomToken::new();
        invitation.renew(&token, tx.now());
        table::save(tx, &invitation).await?;
        invitation.send(tx, &token, company.legal_name(), inviter.name());
        Note::new("invitation.sent_again", invitation.id).of(Some(company.id())).record(tx).await?;
        Ok(invitation)
    }
}
