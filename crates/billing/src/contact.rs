//! Whom to write to: given with a request, kept sealed, shown masked. Billing holds no other personal data of people.

use contract::billing::v1 as pb;
use flow::{Fault, Fields};
use serde::{Deserialize, Serialize};
use words::{Email, Phone, Sealer, Wrong, mask, text};

const CONTEXT: &str = "contact";
const LONGEST_NAME: usize = 50;

/// A person and where they are reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    name: String,
    /// By mail.
    pub email: Option<Email>,
    /// By SMS.
    pub phone: Option<Phone>,
}

impl Contact {
    /// Their name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As it lies in the database.
    pub fn seal(&self, sealer: &Sealer) -> Result<Vec<u8>, Fault> {
        Ok(sealer.seal(CONTEXT, &serde_json::to_vec(self).map_err(Fault::bug)?))
    }

    /// From the database.
    pub fn open(sealer: &Sealer, sealed: &[u8]) -> Result<Self, Fault> {
        serde_json::from_slice(&sealer.open(CONTEXT, sealed).map_err(Fault::bug)?).map_err(Fault::bug)
    }

    /// As it is answered.
    pub fn masked(&self) -> pb::Contact {
        pb::Contact {
            name: mask::name(&self.name),
            email: self.email.as_ref().map(Email::masked).unwrap_or_default(),
            phone: self.phone.as_ref().map(Phone::masked).unwrap_or_default(),
        }
    }
}

/// Reads `contact` with a name and an e-mail, which a quote is mailed to.
pub fn with_email(f: &Fields, message: Option<pb::Contact>) -> Option<Contact> {
    let m = f.word("contact", message.ok_or(Wrong::MISSING))?;
    let name = f.word("contact.name", text::line(&m.name, LONGEST_NAME));
    let email = f.parse("contact.email", &m.email);
    let phone = f.optional("contact.phone", &m.phone);
    Some(Contact { name: name?, email: Some(email?), phone: phone? })
}

/// Reads `contact`, which may be left out.
pub fn optional(f: &Fields, message: Option<pb::Contact>) -> Option<Option<Contact>> {
    let Some(m) = message.filter(|m| *m != pb::Contact::default()) else { return Some(None) };
    let name = f.word("contact.name", text::line(&m.name, LONGEST_NAME));
    let email = f.optional("contact.email", &m.email);
    let phone = f.optional("contact.phone", &m.phone);
    Some(Some(Contact { name: name?, email: email?, phone: phone? }))
}
