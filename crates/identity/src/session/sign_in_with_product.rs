//! `SignInWithProduct` (ID-22): a linked product account is signed in without a password; one that is not linked is told
//! to sign up or log in first. A site speaks for its own company alone: who is an admin of another one signs in there
//! with the password, or that site's owner could act as them.

use contract::identity::v1 as pb;
use flow::{Caller, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::Secret;

use super::{SignedIn, begin, needs_code};
use crate::{
    account,
    audit::Note,
    product_link::{self, assertion},
};

/// ID-22.
pub const PRODUCT_ACCOUNT_NOT_LINKED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "PRODUCT_ACCOUNT_NOT_LINKED",
    "This product account is not linked yet. Sign up as an individual, or log in and link it.",
    "아직 연동되지 않은 제품 계정입니다. 개인 회원으로 가입하거나 로그인하여 연동하세요.",
);

/// ID-22: the account belongs to another company than the site.
pub const PRODUCT_OF_ANOTHER_COMPANY: Refusal = Refusal::new(
    code::PERMISSION_DENIED,
    "PRODUCT_OF_ANOTHER_COMPANY",
    "This account is an administrator of another company. Sign in with its login id and password.",
    "다른 회사의 관리자 계정입니다. 아이디와 비밀번호로 로그인하세요.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct SignInWithProduct(Secret<String>);

/// Reads the message.
pub fn parse(m: pb::SignInWithProductRequest) -> Result<SignInWithProduct, Refusal> {
    Ok(SignInWithProduct(Secret::new(m.assertion)))
}

impl Verb for SignInWithProduct {
    const NAME: &'static str = "SignInWithProduct";
    type Answer = SignedIn;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<SignedIn, Stop> {
        let asserted = assertion::consume(tx, &self.0).await?;
        let id = product_link::linked(tx, &asserted).await?.ok_or(PRODUCT_ACCOUNT_NOT_LINKED)?;
        let mut account = account::find(tx, id).await?;
        let site_company = product_link::company_of(tx, asserted.site).await?;
        if account.company().is_some_and(|own| site_company != Some(own)) {
            return Err(PRODUCT_OF_ANOTHER_COMPANY.into());
        }
        needs_code(tx, &account).await?;
        if account.must_change() {
            return Ok(SignedIn::ChangePassword);
        }
        account.signed_in(tx, None).await?;
        let tokens = begin(tx, &account).await?;
        let note = Note::new("session.started", tokens.session).by(account.id()).of(account.company());
        note.detail(format!("product of {}", asserted.site)).record(tx).await?;
        Ok(SignedIn::Tokens(tokens))
    }
}
