//! The first operator (ID-30) comes from the settings, while there is none.

use flow::{Flow, Stop, Tx, Verb};
use serde::Serialize;
use words::{Email, LoginId, Phone, Secret};

use super::ROLES;
use crate::{
    account::{self, NewOperator},
    audit::Note,
    password::{Password, Passwords},
    settings::Settings,
};

/// Where nobody reads: an operator of the settings has no mailbox we know of.
const ADDRESS: &str = "operator@example.com";

/// The command.
#[derive(Debug, Serialize)]
pub struct BootstrapOperator {
    login_id: LoginId,
    phone: Option<Phone>,
    #[serde(skip)]
    hashed: Secret<String>,
}

/// At start: hashes the password of the settings and makes the operator, if they name one.
pub async fn at_start(flow: Flow) -> Result<(), Stop> {
    let set = flow.part::<Settings>().bootstrap.clone();
    if set.operator_login_id.is_empty() {
        return Ok(());
    }
    let wrong =
        |setting: &'static str| move |w: words::Wrong| anyhow::anyhow!("identity.bootstrap.{setting}: {}", w.en);
    let login_id: LoginId = set.operator_login_id.parse().map_err(wrong("operator_login_id"))?;
    let password =
        Password::parse(set.operator_password.expose(), Some(&login_id), &[]).map_err(wrong("operator_password"))?;
    let phone = match set.operator_phone.as_str() {
        "" => None,
        text => Some(text.parse().map_err(wrong("operator_phone"))?),
    };
    let hashed = flow.part::<Passwords>().hash(&password).await?;
    flow.run_own(BootstrapOperator { login_id, phone, hashed }).await
}

impl Verb for BootstrapOperator {
    const NAME: &'static str = "BootstrapOperator";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        if account::any_operator(tx).await? {
            return Ok(());
        }
        let new = NewOperator {
            login_id: self.login_id.clone(),
            name: "운영자".into(),
            email: Email::parse(ADDRESS).map_err(anyhow::Error::from)?,
            phone: self.phone.clone(),
            roles: ROLES.iter().map(|r| (*r).to_owned()).collect(),
            password: self.hashed.clone(),
            must_change: false,
        };
        match account::open_operator(tx, new).await {
            Ok(account) => Note::new("operator.created", account.id()).detail("from the settings").record(tx).await,
            // Another replica started at the same moment and was first.
            Err(stop) if stop.refusal().is_some_and(|no| no.reason() == account::LOGIN_ID_TAKEN.reason()) => Ok(()),
            Err(stop) => Err(stop),
        }
    }
}
