//! `SignUpIndividual` (ID-31): login id, password, verified identity, e-mail, consents. Arriving from the product, the
//! account is linked at once (ID-22).

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Role, Stop, Tx, Verb};
use serde::Serialize;
use words::Secret;

use super::{Account, Contact, Kind, Opening, contact::Post, open};
use crate::{
    ask,
    audit::Note,
    consent::Documents,
    product_link,
    verification::{self, Purpose},
};

/// The command.
#[derive(Debug, Serialize)]
pub struct SignUpIndividual {
    /// The form.
    pub contact: Contact,
    assertion: Option<Secret<String>>,
    /// What the argon2 turn made of the password.
    #[serde(skip)]
    pub hashed: Secret<String>,
}

/// Reads the message.
pub fn parse(documents: &Documents, m: pb::SignUpIndividualRequest) -> Result<SignUpIndividual, Refusal> {
    let f = Fields::new();
    let form = pb::ContactForm {
        login_id: m.login_id,
        password: m.password,
        verification_token: m.verification_token,
        email: m.email,
        consents: m.consents,
        ..Default::default()
    };
    let (contact,) = f.all((Contact::read(&f, "", &form, documents, Post::Optional, &[]),))?;
    let assertion = (!m.product_assertion.is_empty()).then(|| Secret::new(m.product_assertion));
    Ok(SignUpIndividual { contact, assertion, hashed: Secret::new(String::new()) })
}

impl Verb for SignUpIndividual {
    const NAME: &'static str = "SignUpIndividual";
    type Answer = Account;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Account, Stop> {
        let person = verification::consume(tx, &self.contact.token, Purpose::SignUp).await?;
        let opening =
            Opening { kind: Kind::Individual, company: None, role: Role::None, password: self.hashed.clone() };
        let account = open(tx, &self.contact, person, opening).await?;
        if let Some(assertion) = &self.assertion {
            product_link::link::link(tx, &account, assertion).await?;
        }
        let variables = vec![("name", account.name.clone()), ("login_id", account.login_id.masked())];
        ask::normal(tx, "welcome", ask::To::Email(account.email.clone()), variables);
        Note::new("account.opened", account.id).by(account.id).detail("individual").record(tx).await?;
        Ok(account)
    }
}
