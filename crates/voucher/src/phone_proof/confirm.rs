//! Takes a code (VO-10): the try is counted before it is looked at, and a wrong one stays counted, for the code and for
//! the address (VO-11). The right one ends the code and yields the token.

use flow::{Caller, Instant, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};
use words::{Secret, Wrong};

use super::{PHONE_CODE_WRONG_OR_EXPIRED, PhoneProofId, TOKEN_LASTS, TRIES, table};
use crate::throttle;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmPhoneProof {
    /// Of which phone.
    pub proof: PhoneProofId,
    /// From the text.
    pub code: Secret<String>,
}

/// A proven phone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Confirmed {
    /// What to show with every request about the phone's gifts.
    pub token: Secret<String>,
    /// Until when.
    pub expires_at: Instant,
}

/// A code as it must look.
pub fn six_digits(text: &str) -> Result<Secret<String>, Wrong> {
    const SIX_DIGITS: Wrong = Wrong::new("NOT_A_CODE", "A code has six digits.", "인증번호는 숫자 6자리입니다.");
    let fits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(Secret::new(text.to_owned())) } else { Err(SIX_DIGITS) }
}

impl Verb for ConfirmPhoneProof {
    const NAME: &'static str = "ConfirmPhoneProof";
    type Answer = Confirmed;

    /// Whoever reads the phone's messages.
    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Confirmed, Stop> {
        let by_address = throttle::wrong_codes(tx, tx.caller().address);
        if let Some(limit) = &by_address {
            limit.count(tx).await?;
        }
        let tried = table::count_try(tx, self.proof).await?;
        let left = tried.as_ref().map_or(0, |tried| TRIES - tried.tries);
        let digest = table::digest(tx, self.proof, self.code.expose());
        let Some(tried) = tried.filter(|tried| tried.code_digest == digest) else {
            return Err(PHONE_CODE_WRONG_OR_EXPIRED.with("tries_left", left).keeping());
        };
        if let Some(limit) = &by_address {
            limit.forgive(tx).await?;
        }
        table::end(tx, self.proof).await?;
        let expires_at = tx.now() + TOKEN_LASTS;
        Ok(Confirmed { token: super::token(tx.sealer(), &tried.phone, expires_at), expires_at })
    }
}
