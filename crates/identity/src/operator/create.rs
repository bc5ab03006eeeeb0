//! `CreateOperator` (ID-30): an operator of support opens another's account, with no role it has not itself (S34), and a
//! first password that must be changed.

use std::collections::BTreeSet;

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, Who, code};
use serde::{Deserialize, Serialize};
use words::{AccountId, Email, LoginId, Phone, Secret};

use super::roles;
use crate::{
    account::{self, NewOperator},
    audit::Note,
    password::Password,
};

const LONGEST_NAME: usize = 60;

/// S34.
pub const ROLE_NOT_YOURS: Refusal = Refusal::new(
    code::PERMISSION_DENIED,
    "ROLE_NOT_YOURS",
    "You can give only roles you have yourself.",
    "본인이 가진 역할만 부여할 수 있습니다.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct CreateOperator {
    login_id: LoginId,
    /// To be hashed before.
    pub password: Password,
    name: String,
    email: Email,
    phone: Phone,
    roles: BTreeSet<String>,
    /// What the argon2 turn made of the password.
    #[serde(skip)]
    pub hashed: Secret<String>,
}

/// Reads the message.
pub fn parse(m: pb::CreateOperatorRequest) -> Result<CreateOperator, Refusal> {
    let f = Fields::new();
    let login_id = f.parse::<LoginId>("login_id", &m.login_id);
    let password = f.word("password", Password::parse(&m.password, login_id.as_ref(), &[&m.name]));
    let name = f.word("name", words::text::line(&m.name, LONGEST_NAME));
    let (email, phone) = (f.parse("email", &m.email), f.parse("phone", &m.phone));
    let roles = f.word("roles", roles(&m.roles));
    let (login_id, password, name, email, phone, roles) = f.all((login_id, password, name, email, phone, roles))?;
    Ok(CreateOperator { login_id, password, name, email, phone, roles, hashed: Secret::new(String::new()) })
}

/// The new operator.
#[derive(Serialize, Deserialize)]
pub struct Created {
    id: AccountId,
    login_id: LoginId,
    name: String,
    roles: BTreeSet<String>,
}

impl Created {
    /// For the caller.
    pub fn render(self) -> pb::Operator {
        pb::Operator {
            account_id: self.id.to_string(),
            login_id: self.login_id.into(),
            name: self.name,
            roles: self.roles.into_iter().collect(),
        }
    }
}

impl Verb for CreateOperator {
    const NAME: &'static str = "CreateOperator";
    type Answer = Created;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("support")?;
        match &caller.who {
            Who::Operator(o) if self.roles.is_subset(&o.roles) => Ok(()),
            _ => Err(ROLE_NOT_YOURS),
        }
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Created, Stop> {
        let new = NewOperator {
            login_id: self.login_id.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            phone: Some(self.phone.clone()),
            roles: self.roles.clone(),
            password: self.hashed.clone(),
            must_change: true,
        };
        let account = account::open_operator(tx, new).await?;
        let named = self.roles.iter().cloned().collect::<Vec<_>>().join(", ");
        Note::new("operator.created", account.id()).detail(named).record(tx).await?;
        Ok(Created {
            id: account.id(),
            login_id: self.login_id.clone(),
            name: self.name.clone(),
            roles: self.roles.clone(),
        })
    }
}
