//! A service wants admins of a company told something (VO-15, VO-20): each gets a mail, or a text if that is what
//! it asks for.

use contract::{identity::v1::AdminNoticeRequested, notification::v1::Channel};
use flow::{Fault, Flow, Stop};
use uuid::Uuid;

use crate::account::tell_admins::{Only, TellAdmins};

/// The verb it leads to.
pub async fn when(flow: Flow, fact: AdminNoticeRequested) -> Result<TellAdmins, Stop> {
    let account = |text: &str| match text {
        "" => Ok(None),
        id => id.parse().map(Some).map_err(Fault::bug),
    };
    let content = contract::ask::open(flow.sealer(), &fact.sealed).map_err(Fault::bug)?;
    let text = content.channel() != Channel::Unspecified;
    Ok(TellAdmins {
        notice: Uuid::try_parse(&fact.notice_id).map_err(Fault::bug)?,
        company: fact.company_id.parse().map_err(Fault::bug)?,
        to: Only {
            permission: fact.permission,
            only: account(&fact.only_account_id)?,
            except: account(&fact.except_account_id)?,
        },
        template: fact.template,
        text: text.then(|| (content.channel, content.picture.clone())),
        variables: content.variables.into_iter().collect(),
    })
}
