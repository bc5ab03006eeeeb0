//! `AcceptVoucherInvitation` (ID-15), the voucher's way: the invitee states company name and business number, both of which
//! must be the inviting company's, fills in the contact form, verified by the invited phone (S33), and is admin at once.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Role, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{Brn, RandomToken, Secret};

use super::{INVITATION_INVALID, Way, accept::INVITATION_FOR_ANOTHER, invite::may_invite, of_token, table};
use crate::{
    account::{self, Account, Contact, Kind, Opening, contact::Post},
    audit::Note,
    company::{self, Company, squeezed},
    consent::Documents,
    verification::{self, Purpose},
};

const LONGEST_NAME: usize = 100;

/// ID-15.
pub const INVITATION_COMPANY_DIFFERS: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "INVITATION_COMPANY_DIFFERS",
    "Company name and business number must be those of the company that invited you.",
    "상호명과 사업자등록번호가 초대한 회사와 일치해야 합니다.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct AcceptVoucherInvitation {
    token_hash: [u8; 32],
    #[serde(skip)]
    token: RandomToken,
    company_name: String,
    brn: Brn,
    /// The form.
    pub contact: Contact,
    /// What the argon2 turn made of the password.
    #[serde(skip)]
    pub hashed: Secret<String>,
}

/// Reads the message.
pub fn parse(
    documents: &Documents,
    m: &pb::AcceptVoucherInvitationRequest,
) -> Result<AcceptVoucherInvitation, Refusal> {
    let f = Fields::new();
    let company_name = f.word("company_name", words::text::line(&m.company_name, LONGEST_NAME));
    let brn = f.parse::<Brn>("brn", &m.brn);
    let contact = f.word("contact", m.contact.as_ref().ok_or(words::Wrong::MISSING));
    let contact = contact.and_then(|c| Contact::read(&f, "contact.", c, documents, Post::Required, &[&m.company_name]));
    let (company_name, brn, contact) = f.all((company_name, brn, contact))?;
    let token = RandomToken::presented(&m.token);
    Ok(AcceptVoucherInvitation {
        token_hash: token.hash(),
        token,
        company_name,
        brn,
        contact,
        hashed: Secret::new(String::new()),
    })
}

impl AcceptVoucherInvitation {
    /// ID-15: both must match, and neither is told apart.
    fn names(&self, company: &Company) -> Result<(), Refusal> {
        let same = squeezed(&self.company_name) == squeezed(company.legal_name()) && self.brn == *company.brn();
        if same { Ok(()) } else { Err(INVITATION_COMPANY_DIFFERS) }
    }
}

impl Verb for AcceptVoucherInvitation {
    const NAME: &'static str = "AcceptVoucherInvitation";
    type Answer = Account;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Account, Stop> {
        let mut invitation = of_token(tx, &self.token).await?;
        let Way::Phone(invited) = invitation.way.clone() else { return Err(INVITATION_INVALID.into()) };
        invitation.usable()?;
        let company = company::find(tx, invitation.company).await?;
        may_invite(company.state())?;
        self.names(&company)?;
        let person = verification::consume(tx, &self.contact.token, Purpose::SignUp).await?;
        if person.phone != invited {
            return Err(INVITATION_FOR_ANOTHER.into());
        }
        let opening = Opening {
            kind: Kind::Individual,
            company: Some(company.id()),
            role: Role::Admin,
            password: self.hashed.clone(),
        };
        let account = account::open(tx, &self.contact, person, opening).await?;
        let accepted = invitation.accept(account.id(), tx.now())?;
        table::save(tx, &invitation).await?;
        tx.announce(invitation.id, 1, accepted);
        Note::new("invitation.accepted", invitation.id).by(account.id()).of(Some(company.id())).record(tx).await?;
        Ok(account)
    }
}
