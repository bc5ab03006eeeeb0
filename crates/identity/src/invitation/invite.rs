//! `InviteAdministrator` (ID-13): only the super admin of a company that stands. Inviting the same address again replaces
//! the earlier invitation. The answer does not tell whether the address is known (S35).

use chrono::Duration;
use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{Email, Phone, RandomToken, Wrong};

use super::{Invitation, LASTS, State, Way, table};
use crate::{account, audit::Note, company, limits::Limit, settings::Settings};

const LONGEST: usize = 60;

/// ID-2, ID-13.
pub const COMPANY_CANNOT_INVITE: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "COMPANY_CANNOT_INVITE",
    "This company is {state} and cannot have new administrators.",
    "이 회사는 {state} 상태이므로 관리자를 추가할 수 없습니다.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct InviteAdministrator {
    name: String,
    way: Way,
    department: String,
    position: String,
}

/// Reads the message.
pub fn parse(m: pb::InviteAdministratorRequest) -> Result<InviteAdministrator, Refusal> {
    use pb::invite_administrator_request::To;
    let f = Fields::new();
    let name = f.word("name", words::text::line(&m.name, LONGEST));
    let way = match &m.to {
        Some(To::Email(email)) => f.parse::<Email>("email", email).map(Way::Email),
        Some(To::Phone(phone)) => f.parse::<Phone>("phone", phone).map(Way::Phone),
        None => f.word("email", Err(Wrong::MISSING)),
    };
    // By SMS the super admin says what post it is (ID-13); by e-mail the account brings its own.
    let post = |field: &str, text: &str| match m.to {
        Some(To::Phone(_)) => f.word(field, words::text::line(text, LONGEST)),
        _ => f.word(field, words::text::optional(text, LONGEST)).map(Option::unwrap_or_default),
    };
    let (department, position) = (post("department", &m.department), post("position", &m.position));
    let (name, way, department, position) = f.all((name, way, department, position))?;
    Ok(InviteAdministrator { name, way, department, position })
}

/// Only a company that stands has administrators to add (ID-2).
pub(super) fn may_invite(state: company::State) -> Result<(), Refusal> {
    match state {
        company::State::Prospect | company::State::Customer => Ok(()),
        other => Err(COMPANY_CANNOT_INVITE.with("state", other.name())),
    }
}

impl Verb for InviteAdministrator {
    const NAME: &'static str = "InviteAdministrator";
    type Answer = Invitation;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.super_admin()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Invitation, Stop> {
        let company = company::look(tx, tx.caller().company()?).await?;
        may_invite(company.state())?;
        let most = tx.part::<Settings>().limits.invitations_per_company_hour;
        Limit { name: "invitations-company-hour", most, within: Duration::hours(1) }.take(tx, &company.id()).await?;
        let inviter = account::find(tx, tx.caller().account()?.id).await?;
        let token = RandomToken::new();
        let invitation = Invitation {
            id: tx.id(),
            company: company.id(),
            name: self.name.clone(),
            way: self.way.clone(),
            department: self.department.clone(),
            position: self.position.clone(),
            token_hash: token.hash().to_vec(),
            state: State::Pending,
            created_at: tx.now(),
            expires_at: tx.now() + LASTS,
            created_by: inviter.id(),
            accepted_by: None,
            accepted_at: None,
        };
        table::replace(tx, &invitation).await?;
        invitation.send(tx, &token, company.legal_name(), inviter.name());
        let note = Note::new("invitation.sent", invitation.id).of(Some(company.id()));
        note.detail(format!("to {}", self.way.masked())).record(tx).await?;
        Ok(invitation)
    }
}
