//! Reading invitations: what a link leads to, and the invited ones in the list of administrators (ID-16).

use contract::identity::v1 as pb;
use flow::{Instant, Read, Stop};
use uuid::Uuid;
use words::{CompanyId, RandomToken};

use super::{INVITATION_INVALID, Way, table};
use crate::company;

/// `GetInvitation`: the company's name and the form to show, to whoever holds a link that works.
pub async fn get(read: Read, m: pb::GetInvitationRequest) -> Result<pb::GetInvitationReply, Stop> {
    let found = table::find_token(&read, &RandomToken::presented(&m.token).hash()).await?;
    let invitation = found.ok_or(INVITATION_INVALID)?.at(read.now());
    invitation.usable()?;
    let company = company::views::find(&read, invitation.company).await?.ok_or(INVITATION_INVALID)?;
    Ok(pb::GetInvitationReply {
        company_name: company.legal_name().to_owned(),
        voucher: matches!(invitation.way, Way::Phone(_)),
        expire_time: contract::timestamp(invitation.expires_at),
    })
}

/// Not yet accepted, newest first, with their place in the list.
pub async fn open(
    read: &Read,
    company: CompanyId,
    before: Option<(Instant, Uuid)>,
    most: u64,
) -> Result<Vec<(Instant, Uuid, pb::Administrator)>, Stop> {
    let open = table::open(read, company, before, most).await?;
    Ok(open.into_iter().map(|i| (i.created_at, i.id.uuid(), line(i))).collect())
}

fn line(i: super::Invitation) -> pb::Administrator {
    let (email, phone_masked) = match &i.way {
        Way::Email(email) => (email.to_string(), String::new()),
        Way::Phone(phone) => (String::new(), phone.masked()),
    };
    pb::Administrator {
        invitation_id: i.id.to_string(),
        role: pb::Role::Admin.into(),
        department: i.department,
        position: i.position,
        name: i.name,
        email,
        phone_masked,
        state: pb::AccountState::Invited.into(),
        ..Default::default()
    }
}
