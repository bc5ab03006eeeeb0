//! Verifying a person by a one-time code to their phone (ID-6): valid 3 minutes, 5 tries, one live code per phone and
//! purpose. Success yields a token that is valid 30 minutes, once, for its purpose alone; it names nobody: who was
//! verified stays in this table and is found by the token's id.

pub mod confirm_code;
pub mod request_code;
mod table;

use boot::token::{KeySet, VERIFICATION, Verified};
use chrono::Duration;
use contract::identity::v1 as pb;
use flow::{Instant, Refusal, Stop, Tx, code};
use serde::{Deserialize, Serialize};
use words::{AccountId, CompanyId, Day, Phone, RandomToken, Secret, typed_id};

use crate::{ask, limits::Limit, settings::Settings};

typed_id!(
    /// A verification.
    pub VerificationId, "ver"
);

/// How long a code can be given.
pub const CODE_LASTS: Duration = Duration::minutes(3);
/// How many tries it has.
pub const TRIES: i32 = 5;
/// How long the token lasts that it yields.
pub const TOKEN_LASTS: Duration = Duration::minutes(30);

/// ID-6: wrong, late, of another flow, used: one answer.
pub const VERIFICATION_INVALID: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "VERIFICATION_INVALID",
    "This verification cannot be used: it is too old, was used, or was made for something else. Verify again.",
    "사용할 수 없는 본인인증입니다. 다시 인증해 주세요.",
);
/// ID-6.
pub const CODE_WRONG_OR_EXPIRED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "CODE_WRONG_OR_EXPIRED",
    "The code is wrong or has expired. Tries left: {tries_left}.",
    "인증번호가 틀렸거나 만료되었습니다. 남은 횟수: {tries_left}회",
);

/// What a verification is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Signing up, joining.
    SignUp,
    /// The second factor.
    Login,
    /// Confirming a send.
    VoucherSend,
    /// A new phone.
    PhoneChange,
    /// Back in.
    Recovery,
}

impl Purpose {
    const ALL: [Self; 5] = [Self::SignUp, Self::Login, Self::VoucherSend, Self::PhoneChange, Self::Recovery];

    /// As tokens and rows name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Login => "login",
            Self::VoucherSend => "voucher_send",
            Self::PhoneChange => "phone_change",
            Self::Recovery => "recovery",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }

    fn wire(self) -> pb::VerificationPurpose {
        match self {
            Self::SignUp => pb::VerificationPurpose::SignUp,
            Self::Login => pb::VerificationPurpose::Login,
            Self::VoucherSend => pb::VerificationPurpose::VoucherSend,
            Self::PhoneChange => pb::VerificationPurpose::PhoneChange,
            Self::Recovery => pb::VerificationPurpose::Recovery,
        }
    }
}

/// Who was verified, or is being.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Mobile phone.
    pub phone: Phone,
    /// Name; empty where the account's is meant.
    pub name: String,
    /// Birth date.
    pub birth: Option<Day>,
    /// As in the message.
    pub carrier: i32,
    /// As in the message.
    pub sex: i32,
    /// Foreign national.
    pub foreigner: bool,
}

/// On whose behalf, for what.
pub struct Draft {
    /// Purpose.
    pub purpose: Purpose,
    /// The person.
    pub person: Person,
    /// The account that asks.
    pub account: Option<AccountId>,
    /// Its company.
    pub company: Option<CompanyId>,
    /// Hash of what is approved.
    pub content_hash: String,
    /// What `ConfirmLogin` must show beside the code.
    pub challenge: Option<RandomToken>,
}

/// A code under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verification {
    id: VerificationId,
    purpose: Purpose,
    person: Person,
    account: Option<AccountId>,
    company: Option<CompanyId>,
    content_hash: String,
    tries: i32,
    expires_at: Instant,
}

impl Verification {
    /// For the caller.
    pub fn render(self) -> pb::Verification {
        pb::Verification {
            verification_id: self.id.to_string(),
            purpose: self.purpose.wire().into(),
            phone_masked: self.person.phone.masked(),
            expire_time: contract::timestamp(self.expires_at),
            tries_left: TRIES - self.tries,
        }
    }

    /// Where its code went.
    pub fn phone(&self) -> &Phone {
        &self.person.phone
    }
}

/// Sends a code (ID-6); an earlier live one for the same phone and purpose is dead from now on.
pub async fn issue(tx: &mut Tx, draft: Draft) -> Result<Verification, Stop> {
    take_limits(tx, &draft.person.phone).await?;
    let code = words::one_time_code();
    let verification = Verification {
        id: tx.id(),
        purpose: draft.purpose,
        person: draft.person,
        account: draft.account,
        company: draft.company,
        content_hash: draft.content_hash,
        tries: 0,
        expires_at: tx.now() + CODE_LASTS,
    };
    let code_hash = digest(tx, verification.id, code.expose());
    table::replace(tx, &verification, &code_hash, draft.challenge.map(|c| c.hash())).await?;
    let minutes = CODE_LASTS.num_minutes().to_string();
    let variables = vec![("code", code.into_inner()), ("minutes", minutes)];
    ask::urgent(tx, "one-time-code", ask::To::Phone(verification.phone().clone()), variables);
    Ok(verification)
}

/// Per phone and per address, refused before any SMS is paid (S14).
async fn take_limits(tx: &Tx, phone: &Phone) -> Result<(), Stop> {
    let most = tx.part::<Settings>().limits;
    Limit { name: "codes-phone-hour", most: most.codes_per_phone_hour, within: Duration::hours(1) }
        .take(tx, phone)
        .await?;
    Limit { name: "codes-phone-day", most: most.codes_per_phone_day, within: Duration::days(1) }
        .take(tx, phone)
        .await?;
    if let Some(address) = tx.caller().address {
        let limit = Limit { name: "codes-address-hour", most: most.codes_per_address_hour, within: Duration::hours(1) };
        limit.take(tx, &address).await?;
    }
    Ok(())
}

/// A code is kept as a keyed digest: six digits alone would be guessed from any hash.
fn digest(tx: &Tx, id: VerificationId, code: &str) -> [u8; 32] {
    tx.sealer().digest(format!("one-time-code:{id}:{code}").as_bytes())
}

/// Counts the try, then looks (S11, S12); the right code ends it. A wrong one stays counted.
async fn take_code(tx: &Tx, id: VerificationId, code: &Secret<String>) -> Result<Verification, Stop> {
    use subtle::ConstantTimeEq as _;
    let Some((verification, code_hash)) = table::count_try(tx, id).await? else {
        return Err(CODE_WRONG_OR_EXPIRED.with("tries_left", 0).into());
    };
    if !bool::from(digest(tx, id, code.expose())[..].ct_eq(&code_hash)) {
        return Err(CODE_WRONG_OR_EXPIRED.with("tries_left", TRIES - verification.tries).keeping());
    }
    Ok(verification)
}

/// The code of a login (ID-19): consumed at once, no token in between.
pub async fn take_login_code(tx: &Tx, challenge: &RandomToken, code: &Secret<String>) -> Result<AccountId, Stop> {
    let id = table::of_challenge(tx, &challenge.hash()).await?.ok_or(CODE_WRONG_OR_EXPIRED.with("tries_left", 0))?;
    let verification = take_code(tx, id, code).await?;
    table::end(tx, id).await?;
    verification.account.ok_or_else(|| VERIFICATION_INVALID.into())
}

/// Uses up a token (ID-6), in the transaction of what it allows: signature, time, purpose, and once.
pub async fn consume(tx: &Tx, token: &Secret<String>, purpose: Purpose) -> Result<Person, Stop> {
    let keys = tx.part::<KeySet>();
    let verified = believe(&keys, token, purpose, tx.now())?;
    let person = table::consume(tx, verified.jti, purpose).await?;
    person.ok_or_else(|| VERIFICATION_INVALID.violation("verification_token", "VERIFICATION_INVALID").into())
}

/// Whether a token could be used at all: cheap, asked before a password is hashed.
pub fn believe(keys: &KeySet, token: &Secret<String>, purpose: Purpose, now: Instant) -> Result<Verified, Refusal> {
    let verified = keys.verify::<Verified>(token.expose(), VERIFICATION, now);
    let fits = verified.ok().filter(|v| v.purpose == purpose.name());
    fits.ok_or_else(|| VERIFICATION_INVALID.violation("verification_token", "VERIFICATION_INVALID"))
}

/// Old codes are of no use to anyone.
pub async fn sweep(tx: &Tx, before: Instant) -> Result<(), Stop> {
    table::sweep(tx, before).await
}
