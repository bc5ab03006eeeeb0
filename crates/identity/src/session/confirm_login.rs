//! `ConfirmLogin` (ID-19): the code that `Login` sent, with the challenge it answered; both only once.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{RandomToken, Secret};

use super::{SignedIn, begin, needs_code};
use crate::{
    account,
    audit::Note,
    verification::{self, confirm_code::six_digits},
};

/// The command.
#[derive(Debug, Serialize)]
pub struct ConfirmLogin {
    challenge_hash: [u8; 32],
    #[serde(skip)]
    challenge: RandomToken,
    code: Secret<String>,
}

/// Reads the message.
pub fn parse(m: pb::ConfirmLoginRequest) -> Result<ConfirmLogin, Refusal> {
    let f = Fields::new();
    let (code,) = f.all((f.word("code", six_digits(m.code)),))?;
    let challenge = RandomToken::presented(&m.login_challenge);
    Ok(ConfirmLogin { challenge_hash: challenge.hash(), challenge, code })
}

impl Verb for ConfirmLogin {
    const NAME: &'static str = "ConfirmLogin";
    type Answer = SignedIn;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<SignedIn, Stop> {
        let id = verification::take_login_code(tx, &self.challenge, &self.code).await?;
        let mut account = account::find(tx, id).await?;
        needs_code(tx, &account).await?;
        account.signed_in(tx, None).await?;
        let tokens = begin(tx, &account).await?;
        Note::new("session.started", tokens.session)
            .by(account.id())
            .of(account.company())
            .detail("password and code")
            .record(tx)
            .await?;
        Ok(SignedIn::Tokens(tokens))
    }
}
