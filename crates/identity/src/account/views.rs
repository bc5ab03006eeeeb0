//! Reading accounts: whether a login id is free, who I am (ID-26), the list of administrators (ID-16).

use contract::identity::v1 as pb;
use flow::{Fields, Instant, Page, Read, Role, Stop, Who};
use uuid::Uuid;
use words::{AccountId, LoginId};

use super::{ACCOUNT_NOT_FOUND, Account, table};
use crate::{company, invitation, product_link, session};

/// `CheckLoginId` (ID-5).
pub async fn check_login_id(read: Read, m: pb::CheckLoginIdRequest) -> Result<pb::CheckLoginIdReply, Stop> {
    let f = Fields::new();
    let (login_id,) = f.all((f.parse::<LoginId>("login_id", &m.login_id),))?;
    Ok(pb::CheckLoginIdReply { free: table::is_free(&read, &login_id).await? })
}

/// `WhoAmI` (ID-26): as the account is now, not as it was when the token was made.
pub async fn who_am_i(read: Read, _: pb::WhoAmIRequest) -> Result<pb::WhoAmIReply, Stop> {
    let account = table::find(&read, me(&read)?).await?.ok_or(ACCOUNT_NOT_FOUND)?;
    let company = match account.company {
        Some(id) => company::views::find(&read, id).await?.map(company::Company::render),
        None => None,
    };
    let linked_products = product_link::of_account(&read, account.id).await?;
    let operator_roles = account.operator_roles.iter().cloned().collect();
    Ok(pb::WhoAmIReply { account: Some(account.render()), company, operator_roles, linked_products })
}

fn me(read: &Read) -> Result<AccountId, Stop> {
    match &read.caller().who {
        Who::Operator(operator) => Ok(operator.id),
        _ => Ok(read.caller().account()?.id),
    }
}

/// `ListAdministrators` (ID-16): accounts and open invitations in one list, newest first.
pub async fn list_administrators(
    read: Read,
    m: pb::ListAdministratorsRequest,
) -> Result<pb::ListAdministratorsReply, Stop> {
    let company = read.caller().company()?;
    let page = Page::parse(m.page_size, &m.page_token, &company)?;
    let before = page.after_as::<Place>()?.map(|p| (p.0, p.1));
    let mut rows = Vec::new();
    for account in table::of_company(&read, company, before, page.fetch()).await? {
        let locked = session::tries::is_locked(&read, &account.login_id).await?;
        rows.push((Place(account.created_at, account.id.uuid()), line(account, locked)));
    }
    rows.extend(
        invitation::views::open(&read, company, before, page.fetch())
            .await?
            .into_iter()
            .map(|(at, id, l)| (Place(at, id), l)),
    );
    rows.sort_by(|a, b| b.0.cmp(&a.0));
    let next_page_token = page.cut(&mut rows, |(place, _)| place.to_string());
    Ok(pb::ListAdministratorsReply {
        administrators: rows.into_iter().map(|(_, line)| line).collect(),
        next_page_token,
    })
}

/// Where a line stands: by time, then id.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place(Instant, Uuid);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.0.timestamp_micros(), self.1)
    }
}

impl std::str::FromStr for Place {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once('/').ok_or(())?;
        let at = Instant::from_timestamp_micros(at.parse().map_err(drop)?).ok_or(())?;
        Ok(Self(at, id.parse().map_err(drop)?))
    }
}

fn line(a: Account, locked: bool) -> pb::Administrator {
    let state = match (a.withdrawn, locked) {
        (true, _) => pb::AccountState::Withdrawn,
        (false, true) => pb::AccountState::Locked,
        (false, false) => pb::AccountState::Active,
    };
    pb::Administrator {
        account_id: a.id.to_string(),
        invitation_id: String::new(),
        role: role(a.role).into(),
        department: a.department,
        position: a.position,
        name: a.name,
        email: a.email.into(),
        phone_masked: a.phone.map(|p| p.masked()).unwrap_or_default(),
        state: state.into(),
        last_login_time: a.last_login_at.and_then(contract::timestamp),
        permissions: a.permissions.iter().map(ToString::to_string).collect(),
    }
}

/// On the wire.
pub fn role(role: Role) -> pb::Role {
    match role {
        Role::SuperAdmin => pb::Role::SuperAdmin,
        Role::Admin => pb::Role::Admin,
        Role::None => pb::Role::Unspecified,
    }
}

/// A company's super admin, for its reviewer: name, department and position.
pub async fn contact_of(read: &Read, company: words::CompanyId) -> Result<Option<(String, String)>, Stop> {
    let accounts = table::of_company(read, company, None, 100).await?;
    let contact = accounts.into_iter().find(|a| a.role == Role::SuperAdmin);
    Ok(contact.map(|a| (a.name, format!("{} {}", a.department, a.position).trim().to_owned())))
}
