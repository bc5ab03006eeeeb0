//! Tells admins of a company something by mail (VO-15, VO-20), or by a text to their verified phone (VO-6): the super admin and whoever holds the permission (ID-25),
//! or one of them alone. Their addresses stay here: whoever asks names the company and the permission.

use std::collections::BTreeMap;

use contract::{
    ask::{self, To},
    notification::v1::{Channel, MessagesRequested, Priority},
};
use flow::{Role, Stop, Tx, Verb};
use serde::Serialize;
use uuid::Uuid;
use words::{AccountId, CompanyId};

use super::{Account, table};
use crate::company;

/// The command.
#[derive(Debug, Serialize)]
pub struct TellAdmins {
    /// The asking service's id: one is told once.
    pub notice: Uuid,
    /// Whose admins.
    pub company: CompanyId,
    /// Which of them.
    pub to: Only,
    /// The message's template.
    pub template: String,
    /// By a text of this kind with the picture of this digest, which may be empty; else by mail.
    pub text: Option<(i32, String)>,
    /// What it says.
    pub variables: BTreeMap<String, String>,
}

/// Which admins.
#[derive(Debug, Serialize)]
pub struct Only {
    /// The super admin and whoever holds it; empty: the super admin alone.
    pub permission: String,
    /// This one alone, whatever it holds.
    pub only: Option<AccountId>,
    /// Not this one.
    pub except: Option<AccountId>,
}

impl Only {
    fn takes(&self, admin: &Account) -> bool {
        let holds =
            admin.role == Role::SuperAdmin || admin.permissions.iter().any(|p| p.to_string() == self.permission);
        self.except != Some(admin.id) && self.only.map_or(holds, |only| only == admin.id)
    }
}

impl TellAdmins {
    /// Where this admin reads it; an account without a phone has nowhere for a text.
    fn address(&self, admin: &Account) -> Option<To> {
        let Some((channel, picture)) = &self.text else { return Some(admin.email.clone().into()) };
        Some(To::Text {
            phone: admin.phone()?.clone(),
            channel: Channel::try_from(*channel).unwrap_or_default(),
            picture: Some(picture.clone()).filter(|digest| !digest.is_empty()),
        })
    }
}

impl Verb for TellAdmins {
    const NAME: &'static str = "TellAdmins";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let company = company::find(tx, self.company).await?.legal_name().to_owned();
        let admins = table::admins(tx, self.company).await?;
        let message = |admin: &Account| {
            Some(ask::message(
                tx.sealer(),
                Uuid::new_v5(&self.notice, admin.id.uuid().as_bytes()),
                &self.template,
                Priority::Normal,
                &self.company.to_string(),
                "",
                self.address(admin)?,
                self.variables.iter().map(|(n, v)| (n.as_str(), v.clone())).chain([("company", company.clone())]),
                Vec::new(),
            ))
        };
        let messages: Vec<_> = admins.iter().filter(|admin| self.to.takes(admin)).filter_map(message).collect();
        if messages.is_empty() {
            tracing::info!(company = %self.company, notice = %self.notice, "a notice has nobody to go to");
            return Ok(());
        }
        tx.announce(self.notice, 1, MessagesRequested { messages });
        Ok(())
    }
}
