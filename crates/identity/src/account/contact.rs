//! The contact's part of every sign-up form: login id, password, verified identity, e-mail, consents (ID-5 to ID-8).

use boot::token::KeySet;
use contract::identity::v1 as pb;
use flow::{Fields, Instant, Refusal};
use serde::Serialize;
use words::{Email, LoginId, Secret, Wrong};

use crate::{
    consent::{Documents, Given},
    password::Password,
    verification::{self, Purpose},
};

const LONGEST: usize = 60;

/// The part, read.
#[derive(Debug, Serialize)]
pub struct Contact {
    /// Where the form stands in its message: `contact.` or nothing.
    #[serde(skip)]
    pub prefix: &'static str,
    /// What it will sign in with.
    pub login_id: LoginId,
    /// ID-5.
    pub password: Password,
    /// From `ConfirmCode`.
    pub token: Secret<String>,
    /// E-mail.
    pub email: Email,
    /// Department.
    pub department: String,
    /// Position.
    pub position: String,
    /// ID-7.
    pub consents: Vec<Given>,
}

/// Whether department and position have to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// ID-9, ID-15.
    Required,
    /// ID-8, ID-31.
    Optional,
}

impl Contact {
    /// Reads the form; `prefix` is where it stands in the message, `around` what the password must not contain.
    pub fn read(
        f: &Fields,
        prefix: &'static str,
        m: &pb::ContactForm,
        documents: &Documents,
        post: Post,
        around: &[&str],
    ) -> Option<Self> {
        let at = |field: &str| format!("{prefix}{field}");
        let login_id = f.parse::<LoginId>(&at("login_id"), &m.login_id);
        let password = f.word(&at("password"), Password::parse(&m.password, login_id.as_ref(), around));
        let token = f.must(!m.verification_token.is_empty(), &at("verification_token"), Wrong::MISSING);
        let email = f.parse::<Email>(&at("email"), &m.email);
        let text = |field: &str, text: &str| match post {
            Post::Required => f.word(&at(field), words::text::line(text, LONGEST)),
            Post::Optional => f.word(&at(field), words::text::optional(text, LONGEST)).map(Option::unwrap_or_default),
        };
        let (department, position) = (text("department", &m.department), text("position", &m.position));
        let consents = documents.complete(f, &at("consents"), &m.consents);
        token?;
        Some(Self {
            prefix,
            login_id: login_id?,
            password: password?,
            token: Secret::new(m.verification_token.clone()),
            email: email?,
            department: department?,
            position: position?,
            consents: consents?,
        })
    }

    /// Whether its verification could be used at all: asked before the password costs a hash.
    pub fn believe(&self, keys: &KeySet, now: Instant) -> Result<(), Refusal> {
        verification::believe(keys, &self.token, Purpose::SignUp, now).map(drop)
    }
}
