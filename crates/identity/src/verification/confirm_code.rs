//! `ConfirmCode` (ID-6): five tries, counted before they are looked at; a wrong one says only "wrong or expired" and how
//! many are left. The right one yields the token.

use boot::token::{TokenSigner, VERIFICATION, Verified};
use contract::identity::v1 as pb;
use flow::{Caller, Fields, Instant, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use words::{Secret, Wrong};

use super::{Purpose, TOKEN_LASTS, VERIFICATION_INVALID, VerificationId, table, take_code};

const SIX_DIGITS: Wrong = Wrong::new("NOT_A_CODE", "A code has six digits.", "인증번호는 숫자 6자리입니다.");

/// The command.
#[derive(Debug, Serialize)]
pub struct ConfirmCode {
    verification: VerificationId,
    code: Secret<String>,
}

/// Reads the message.
pub fn parse(m: pb::ConfirmCodeRequest) -> Result<ConfirmCode, Refusal> {
    let f = Fields::new();
    let (verification, code) =
        f.all((f.parse("verification_id", &m.verification_id), f.word("code", six_digits(m.code))))?;
    Ok(ConfirmCode { verification, code })
}

/// A code as it must look.
pub fn six_digits(text: String) -> Result<Secret<String>, Wrong> {
    let fits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(Secret::new(text)) } else { Err(SIX_DIGITS) }
}

/// The token.
#[derive(Serialize, Deserialize)]
pub struct Confirmed {
    token: String,
    expires_at: Instant,
}

impl Confirmed {
    /// For the caller.
    pub fn render(self) -> pb::ConfirmCodeReply {
        pb::ConfirmCodeReply { verification_token: self.token, expire_time: contract::timestamp(self.expires_at) }
    }
}

impl Verb for ConfirmCode {
    const NAME: &'static str = "ConfirmCode";
    type Answer = Confirmed;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Confirmed, Stop> {
        let verification = take_code(tx, self.verification, &self.code).await?;
        // A code is its asker's: another account's session does not make it good, nor does a login's code make a token.
        let asker = tx.caller().account().ok().map(|a| a.id);
        if verification.purpose == Purpose::Login || (verification.account.is_some() && verification.account != asker) {
            return Err(VERIFICATION_INVALID.into());
        }
        let jti = Uuid::new_v4();
        table::confirm(tx, self.verification, jti).await?;
        let verified = Verified {
            jti,
            purpose: verification.purpose.name().into(),
            account: verification.account,
            company: verification.company,
            content_hash: verification.content_hash,
        };
        let token = tx.part::<TokenSigner>().sign(VERIFICATION, &verified, tx.now(), TOKEN_LASTS);
        Ok(Confirmed { token, expires_at: tx.now() + TOKEN_LASTS })
    }
}
