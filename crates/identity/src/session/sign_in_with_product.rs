//! `SignInWithProduct` (ID-22): a linked product account is signed in without a password; one that is not linked is told
//! to sign up or log in first.

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
        needs_code(tx, &account).await?;
        account.signed_in(tx, None).await?;
        let tokens = begin(tx, &account).await?;
        let note = Note::new("session.started", tokens.session).by(account.id()).of(account.company());
        note.detail(format!("product of {}", asserted.site)).record(tx).await?;
        Ok(SignedIn::Tokens(tokens))
    }
}
