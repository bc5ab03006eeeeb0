//! `SignUpCompany` (ID-8), the portal form: the company, at once a prospect, and its super admin's corporate account
//! (ID-1). What the registry says was asked before; when it was silent the company waits as `pending` (ID-4).

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Role, Stop, Tx, Verb};
use serde::Serialize;
use words::{Secret, Wrong};

use super::{Company, CompanyForm, State};
use crate::{
    account::{self, Account, Contact, Kind, Opening, contact::Post},
    ask,
    audit::Note,
    consent::Documents,
    outside::registry::Said,
    verification::{self, Purpose},
};

/// The command.
#[derive(Debug, Serialize)]
pub struct SignUpCompany {
    /// The company.
    pub form: CompanyForm,
    /// Its contact.
    pub contact: Contact,
    /// What the argon2 turn made of the password.
    #[serde(skip)]
    pub hashed: Secret<String>,
    /// What the registry said.
    #[serde(skip)]
    pub said: Said,
}

/// Reads the message.
pub fn parse(documents: &Documents, m: &pb::SignUpCompanyRequest) -> Result<SignUpCompany, Refusal> {
    let f = Fields::new();
    let (form, contact) = read_parts(&f, documents, m.company.as_ref(), m.contact.as_ref(), Post::Optional);
    let (form, contact) = f.all((form, contact))?;
    Ok(SignUpCompany { form, contact, hashed: Secret::new(String::new()), said: Said::default() })
}

/// Both parts of both forms.
pub(super) fn read_parts(
    f: &Fields,
    documents: &Documents,
    company: Option<&pb::CompanyForm>,
    contact: Option<&pb::ContactForm>,
    post: Post,
) -> (Option<CompanyForm>, Option<Contact>) {
    let name = company.map(|c| c.legal_name.clone()).unwrap_or_default();
    let form = f.word("company", company.ok_or(Wrong::MISSING)).and_then(|m| CompanyForm::read(f, m));
    let contact = f.word("contact", contact.ok_or(Wrong::MISSING));
    let contact = contact.and_then(|m| Contact::read(f, "contact.", m, documents, post, &[&name]));
    (form, contact)
}

/// The company's first account: corporate, super admin (ID-1).
pub(super) async fn open_super_admin(
    tx: &mut Tx,
    company: &Company,
    contact: &Contact,
    hashed: &Secret<String>,
) -> Result<Account, Stop> {
    let person = verification::consume(tx, &contact.token, Purpose::SignUp).await?;
    let opening =
        Opening { kind: Kind::Corporate, company: Some(company.id), role: Role::SuperAdmin, password: hashed.clone() };
    account::open(tx, contact, person, opening).await
}

impl Verb for SignUpCompany {
    const NAME: &'static str = "SignUpCompany";
    type Answer = Company;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Company, Stop> {
        self.form.accept(self.said.answer, tx.today())?;
        let mut company = Company::new(tx.id(), &self.form, State::Prospect, &self.said, tx.now());
        company.register(tx).await?;
        let admin = open_super_admin(tx, &company, &self.contact, &self.hashed).await?;
        let variables = vec![("name", admin.name().to_owned()), ("login_id", admin.login_id().masked())];
        ask::normal(tx, "welcome", ask::To::Email(admin.email().clone()), variables);
        let note = Note::new("company.signed_up", company.id).by(admin.id()).of(Some(company.id));
        note.detail(format!("portal form, registry: {}", company.verification.name())).record(tx).await?;
        Ok(company)
    }
}
