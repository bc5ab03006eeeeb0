//! Who is calling, and what that lets them do (ID-25, ID-27). Built from a verified token, never from what a client says.

use std::{collections::BTreeSet, net::IpAddr};

use contract::Access;
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, SessionId};

use crate::refusal::{Refusal, code};

/// The caller of one request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Caller {
    /// Who.
    pub who: Who,
    /// From where, as the edge saw it.
    pub address: Option<IpAddr>,
}

/// The kinds of caller.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub enum Who {
    /// No token.
    Anyone,
    /// A signed-in account.
    Account(Account),
    /// An operator of the back office.
    Operator(Operator),
    /// A service client.
    Client(Client),
    /// Dure itself: an event or a timer.
    Dure,
}

/// A signed-in account.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Account {
    /// Whose.
    pub id: AccountId,
    /// The company it acts for, if any.
    pub company: Option<CompanyId>,
    /// What it is there.
    pub role: Role,
    /// True for an account opened with a business number.
    pub corporate: bool,
    /// What an admin was granted.
    pub permissions: BTreeSet<String>,
    /// The session of the token.
    pub session: Option<SessionId>,
}

/// The role in a company (ID-1).
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything of the company.
    SuperAdmin,
    /// What was granted.
    Admin,
    /// No company.
    None,
}

/// An operator.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Operator {
    /// Whose account.
    pub id: AccountId,
    /// `reviewer`, `billing`, `support`.
    pub roles: BTreeSet<String>,
}

/// A service client.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Client {
    /// Its client id.
    pub id: String,
    /// What its token lets it do.
    pub scopes: BTreeSet<String>,
}

/// Another company's, or nobody's.
pub const NO_SUCH_COMPANY: Refusal =
    Refusal::new(code::NOT_FOUND, "COMPANY_NOT_FOUND", "There is no such company.", "회사를 찾을 수 없습니다.");

/// Nobody is signed in.
pub const SIGN_IN_FIRST: Refusal = Refusal::new(
    code::UNAUTHENTICATED,
    "SIGN_IN_REQUIRED",
    "Sign in first: send a valid access token.",
    "먼저 로그인해 주세요. 유효한 접근 토큰이 필요합니다.",
);
/// Signed in, but not for this.
pub const NOT_ALLOWED: Refusal = Refusal::new(
    code::PERMISSION_DENIED,
    "NOT_ALLOWED",
    "Your role does not allow this. Ask your super admin for the permission.",
    "이 작업을 할 권한이 없습니다. 대표 관리자에게 권한을 요청하세요.",
);
/// An account without a company asked for something of a company.
pub const CORPORATE_ACCOUNT_REQUIRED: Refusal = Refusal::new(
    code::PERMISSION_DENIED,
    "CORPORATE_ACCOUNT_REQUIRED",
    "Only an account of a company can do this. Sign up as a company, or ask for a quote instead.",
    "기업 회원만 할 수 있습니다. 기업 회원으로 가입하거나 견적을 요청하세요.",
);

impl Caller {
    /// Dure itself.
    pub fn dure() -> Self {
        Self { who: Who::Dure, address: None }
    }

    /// Without a token.
    pub fn anyone() -> Self {
        Self { who: Who::Anyone, address: None }
    }

    /// Whether the option beside the RPC lets this caller through.
    pub fn passes(&self, access: &Access) -> Result<(), Refusal> {
        let passes = access.anyone
            || match &self.who {
                Who::Anyone => return Err(SIGN_IN_FIRST),
                Who::Dure => true,
                Who::Account(a) => {
                    access.signed_in
                        || (a.role == Role::SuperAdmin && (access.super_admin || access.admin_with.is_some()))
                        || (a.role == Role::Admin && access.admin_with.as_deref().is_some_and(|p| a.holds(p)))
                }
                Who::Operator(o) => access.operators.iter().any(|role| role == "*" || o.roles.contains(role)),
                Who::Client(c) => access.scopes.iter().any(|scope| c.scopes.contains(scope)),
            };
        if passes {
            return Ok(());
        }
        let for_companies = access.super_admin || access.admin_with.is_some();
        match &self.who {
            Who::Account(a) if for_companies && a.company.is_none() => Err(CORPORATE_ACCOUNT_REQUIRED),
            _ => Err(NOT_ALLOWED),
        }
    }

    /// The signed-in account.
    pub fn account(&self) -> Result<&Account, Refusal> {
        match &self.who {
            Who::Account(account) => Ok(account),
            Who::Anyone => Err(SIGN_IN_FIRST),
            _ => Err(NOT_ALLOWED),
        }
    }

    /// The company the caller acts for.
    pub fn company(&self) -> Result<CompanyId, Refusal> {
        self.account()?.company.ok_or(CORPORATE_ACCOUNT_REQUIRED)
    }

    /// The company this caller is confined to; `None` for operators, service clients and Dure, who see all.
    pub fn confined_to(&self) -> Result<Option<CompanyId>, Refusal> {
        match &self.who {
            Who::Account(account) => account.company.map(Some).ok_or(CORPORATE_ACCOUNT_REQUIRED),
            Who::Anyone => Err(SIGN_IN_FIRST),
            _ => Ok(None),
        }
    }

    /// Whose things a list shows: a company's own, and another's it asks for are not there (S23); else whose were asked
    /// for, or everybody's.
    pub fn sees(&self, asked: Option<CompanyId>) -> Result<Option<CompanyId>, Refusal> {
        match (self.confined_to()?, asked) {
            (Some(own), Some(asked)) if own != asked => Err(NO_SUCH_COMPANY),
            (own, asked) => Ok(own.or(asked)),
        }
    }

    /// The super admin, or an admin with the permission.
    pub fn admin_with(&self, permission: &str) -> Result<(), Refusal> {
        let account = self.account()?;
        match account.role {
            Role::SuperAdmin => Ok(()),
            Role::Admin if account.holds(permission) => Ok(()),
            Role::None => Err(CORPORATE_ACCOUNT_REQUIRED),
            Role::Admin => Err(NOT_ALLOWED.with("permission", permission)),
        }
    }

    /// The super admin.
    pub fn super_admin(&self) -> Result<(), Refusal> {
        match self.account()?.role {
            Role::SuperAdmin => Ok(()),
            _ => Err(NOT_ALLOWED),
        }
    }

    /// An operator with the role; `*` is any.
    pub fn operator_of(&self, role: &str) -> Result<(), Refusal> {
        match &self.who {
            Who::Operator(o) if role == "*" || o.roles.contains(role) => Ok(()),
            Who::Anyone => Err(SIGN_IN_FIRST),
            _ => Err(NOT_ALLOWED),
        }
    }

    /// A service client with the scope.
    pub fn client_with(&self, scope: &str) -> Result<(), Refusal> {
        match &self.who {
            Who::Client(c) if c.scopes.contains(scope) => Ok(()),
            Who::Anyone => Err(SIGN_IN_FIRST),
            _ => Err(NOT_ALLOWED),
        }
    }

    /// Any signed-in account.
    pub fn signed_in(&self) -> Result<(), Refusal> {
        self.account().map(drop)
    }

    /// A short name for the audit trail and request ids: kind and id, no personal data.
    pub fn name(&self) -> String {
        match &self.who {
            Who::Anyone => "anyone".into(),
            Who::Account(a) => a.id.to_string(),
            Who::Operator(o) => format!("operator:{}", o.id),
            Who::Client(c) => format!("client:{}", c.id),
            Who::Dure => "dure".into(),
        }
    }
}

impl Account {
    fn holds(&self, permission: &str) -> bool {
        permission == "*" || self.permissions.contains(permission)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    // S23
    #[test]
    fn a_company_that_asks_for_anothers_finds_nothing_there() {
        let (own, other) = (CompanyId::from(Uuid::from_u128(1)), CompanyId::from(Uuid::from_u128(2)));
        let account = Account {
            id: Uuid::from_u128(3).into(),
            company: Some(own),
            role: Role::Admin,
            corporate: true,
            permissions: BTreeSet::new(),
            session: None,
        };
        let admin = Caller { who: Who::Account(account), address: None };
        assert_eq!(admin.sees(None).unwrap(), Some(own));
        assert_eq!(admin.sees(Some(own)).unwrap(), Some(own));
        assert_eq!(admin.sees(Some(other)).unwrap_err().reason(), "COMPANY_NOT_FOUND");
        let dure = Caller { who: Who::Dure, address: None };
        assert_eq!(dure.sees(None).unwrap(), None);
        assert_eq!(dure.sees(Some(other)).unwrap(), Some(other));
    }
}
