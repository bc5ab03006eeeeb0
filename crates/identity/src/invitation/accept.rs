//! `AcceptInvitation` (ID-14), the portal's way: an individual account, linked to a product account (ID-22) and reached at
//! the invited address (S33), becomes admin. A corporate account cannot; nor can an admin of another company.

use contract::identity::v1 as pb;
use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::RandomToken;

use super::{INVITATION_INVALID, Invitation, Way, invite::may_invite, of_token, table};
use crate::{
    account::{self, Account, Kind},
    audit::Note,
    company, product_link,
};

/// ID-14.
pub const CORPORATE_ACCOUNT_CANNOT_ACCEPT: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "CORPORATE_ACCOUNT_CANNOT_ACCEPT",
    "A corporate account cannot accept an invitation. Sign up as an individual and accept with that account.",
    "기업 계정으로는 초대를 수락할 수 없습니다. 개인 회원으로 가입한 후 수락하세요.",
);
/// ID-14.
pub const PRODUCT_LINK_REQUIRED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PRODUCT_LINK_REQUIRED",
    "Link this account to your product account first: come over from the product.",
    "먼저 제품 계정과 연동하세요. 제품에서 고객포털로 이동하면 연동됩니다.",
);
/// ID-1.
pub const ALREADY_IN_A_COMPANY: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "ALREADY_IN_A_COMPANY",
    "This account belongs to a company already.",
    "이미 회사에 소속된 계정입니다.",
);
/// S33.
pub const INVITATION_FOR_ANOTHER: Refusal = Refusal::new(
    code::PERMISSION_DENIED,
    "INVITATION_FOR_ANOTHER",
    "This invitation was sent to somebody else. Accept it with the address or phone it was sent to.",
    "다른 사람에게 보낸 초대입니다. 초대받은 이메일 또는 휴대전화로 수락하세요.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct AcceptInvitation {
    token_hash: [u8; 32],
    #[serde(skip)]
    token: RandomToken,
}

/// Reads the message.
pub fn parse(m: pb::AcceptInvitationRequest) -> Result<AcceptInvitation, Refusal> {
    let token = RandomToken::presented(&m.token);
    Ok(AcceptInvitation { token_hash: token.hash(), token })
}

impl Invitation {
    /// Whether this account may become the admin that was meant.
    fn admits(&self, account: &Account, linked: bool) -> Result<(), Refusal> {
        let Way::Email(invited) = &self.way else { return Err(INVITATION_INVALID) };
        if account.kind() != Kind::Individual {
            return Err(CORPORATE_ACCOUNT_CANNOT_ACCEPT);
        }
        if account.company().is_some() {
            return Err(ALREADY_IN_A_COMPANY);
        }
        if !account.email().as_str().eq_ignore_ascii_case(invited.as_str()) {
            return Err(INVITATION_FOR_ANOTHER);
        }
        if linked { Ok(()) } else { Err(PRODUCT_LINK_REQUIRED) }
    }
}

impl Verb for AcceptInvitation {
    const NAME: &'static str = "AcceptInvitation";
    type Answer = Account;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.signed_in()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Account, Stop> {
        let mut invitation = of_token(tx, &self.token).await?;
        let mut account = account::find(tx, tx.caller().account()?.id).await?;
        let accepted = invitation.accept(account.id(), tx.now())?;
        let company = company::find(tx, invitation.company).await?;
        may_invite(company.state())?;
        let linked = product_link::is_linked(tx, account.id()).await?;
        invitation.admits(&account, linked)?;
        table::save(tx, &invitation).await?;
        account.join(tx, company.id()).await?;
        tx.announce(invitation.id, 1, accepted);
        Note::new("invitation.accepted", invitation.id).of(Some(company.id())).record(tx).await?;
        Ok(account)
    }
}
