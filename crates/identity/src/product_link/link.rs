//! `LinkProductAccount` (ID-22): the signed-in individual and the product account of the assertion are one person from now
//! on. Doing it again changes nothing; another's product account is refused.

use contract::identity::v1 as pb;
use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::Secret;

use super::{ProductLink, assertion, table};
use crate::{
    account::{self, Account, Kind},
    audit::Note,
};

/// ID-22.
pub const CORPORATE_ACCOUNT_CANNOT_LINK: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "CORPORATE_ACCOUNT_CANNOT_LINK",
    "A corporate account cannot be linked to a product account. Use an individual account.",
    "기업 계정은 제품 계정과 연동할 수 없습니다. 개인 회원으로 연동하세요.",
);
/// ID-22.
pub const PRODUCT_ACCOUNT_LINKED: Refusal = Refusal::new(
    code::ALREADY_EXISTS,
    "PRODUCT_ACCOUNT_LINKED",
    "This product account, or your account on this site, is linked to another one already.",
    "이미 다른 계정과 연동되어 있습니다.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct LinkProductAccount(Secret<String>);

/// Reads the message.
pub fn parse(m: pb::LinkProductAccountRequest) -> Result<LinkProductAccount, Refusal> {
    Ok(LinkProductAccount(Secret::new(m.assertion)))
}

/// Links an account to the product account of an assertion.
pub async fn link(tx: &Tx, account: &Account, assertion: &Secret<String>) -> Result<ProductLink, Stop> {
    if account.kind() != Kind::Individual {
        return Err(CORPORATE_ACCOUNT_CANNOT_LINK.into());
    }
    let asserted = assertion::consume(tx, assertion).await?;
    let link = ProductLink { site: asserted.site, product_account: asserted.product_account, account: account.id() };
    if !table::insert(tx, &link).await?
        && table::linked(tx, link.site, &link.product_account).await? != Some(account.id())
    {
        return Err(PRODUCT_ACCOUNT_LINKED.into());
    }
    Ok(link)
}

impl Verb for LinkProductAccount {
    const NAME: &'static str = "LinkProductAccount";
    type Answer = ProductLink;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.signed_in()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<ProductLink, Stop> {
        let account = account::find(tx, tx.caller().account()?.id).await?;
        let link = link(tx, &account, &self.0).await?;
        let note = Note::new("product.linked", account.id()).of(account.company());
        note.detail(format!("site {}", link.site)).record(tx).await?;
        Ok(link)
    }
}
