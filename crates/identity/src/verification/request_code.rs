//! `RequestCode` (ID-6): who is to be verified, and for what. Under 14 years nobody is. A send is approved with the phone
//! the account is registered with, never with another.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{Day, Phone, Wrong};

use super::{Draft, Person, Purpose, VERIFICATION_INVALID, Verification, issue};
use crate::{account, rpc::wrong_field};

/// ID-6.
const YOUNGEST_YEARS: i32 = 14;
const OLDEST_YEARS: i32 = 150;
const LONGEST_NAME: usize = 60;

const UNDER_14: Wrong =
    Wrong::new("UNDER_14", "People under 14 years cannot be verified.", "만 14세 미만은 이용할 수 없습니다.");
const NOT_BORN: Wrong = Wrong::new("NOT_A_BIRTH_DATE", "This cannot be a birth date.", "생년월일이 올바르지 않습니다.");
const PURPOSE: Wrong = Wrong::new(
    "PURPOSE",
    "Name a purpose; the code of a login is asked for by Login itself.",
    "인증 목적을 지정하세요. 로그인 인증번호는 로그인할 때 발송됩니다.",
);
const CONTENT_HASH: Wrong = Wrong::new(
    "CONTENT_HASH",
    "Give the lower-case hex SHA-256 of what is approved (64 characters); only for VOUCHER_SEND.",
    "승인할 내용의 SHA-256 (소문자 16진수 64자)을 입력하세요. VOUCHER_SEND 전용입니다.",
);

/// The command.
#[derive(Debug, Serialize)]
pub struct RequestCode {
    purpose: Purpose,
    /// `None`: the registered one of the account.
    person: Option<Person>,
    content_hash: String,
}

/// Reads the message.
pub fn parse(m: pb::RequestCodeRequest) -> Result<RequestCode, Refusal> {
    let f = Fields::new();
    let purpose = f.word("purpose", purpose(m.purpose()));
    let sends = purpose == Some(Purpose::VoucherSend);
    let hash_fits = if sends { is_sha256(&m.content_hash) } else { m.content_hash.is_empty() };
    let hash = f.must(hash_fits, "content_hash", CONTENT_HASH);
    if sends {
        let (purpose, ()) = f.all((purpose, hash))?;
        return Ok(RequestCode { purpose, person: None, content_hash: m.content_hash });
    }
    let phone = f.parse::<Phone>("phone", &m.phone);
    let name = f.word("name", words::text::line(&m.name, LONGEST_NAME));
    let birth = f.word("birth_date", contract::day(m.birth_date.as_ref()));
    let carrier = f.must(m.carrier() != pb::Carrier::Unspecified, "carrier", Wrong::MISSING);
    let sex = f.must(m.sex() != pb::Sex::Unspecified, "sex", Wrong::MISSING);
    let (purpose, (), phone, name, birth, (), ()) = f.all((purpose, hash, phone, name, birth, carrier, sex))?;
    let person = Person { phone, name, birth: Some(birth), carrier: m.carrier, sex: m.sex, foreigner: m.foreigner };
    Ok(RequestCode { purpose, person: Some(person), content_hash: String::new() })
}

fn purpose(wire: pb::VerificationPurpose) -> Result<Purpose, Wrong> {
    match wire {
        pb::VerificationPurpose::SignUp => Ok(Purpose::SignUp),
        pb::VerificationPurpose::VoucherSend => Ok(Purpose::VoucherSend),
        pb::VerificationPurpose::PhoneChange => Ok(Purpose::PhoneChange),
        pb::VerificationPurpose::Recovery => Ok(Purpose::Recovery),
        pb::VerificationPurpose::Login | pb::VerificationPurpose::Unspecified => Err(PURPOSE),
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Old enough on this day: the fourteenth birthday is enough.
fn old_enough(birth: Day, today: Day) -> Result<(), Wrong> {
    if birth > today || birth.plus_months(OLDEST_YEARS * 12) < today {
        return Err(NOT_BORN);
    }
    if birth.plus_months(YOUNGEST_YEARS * 12) > today { Err(UNDER_14) } else { Ok(()) }
}

impl Verb for RequestCode {
    const NAME: &'static str = "RequestCode";
    type Answer = Verification;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        match self.purpose {
            Purpose::VoucherSend | Purpose::PhoneChange => caller.signed_in(),
            _ => Ok(()),
        }
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Verification, Stop> {
        let asking = tx.caller().account().ok().map(|a| (a.id, a.company));
        let person = match (&self.person, asking) {
            (Some(person), _) => person.clone(),
            (None, Some((id, _))) => account::find(tx, id).await?.person()?,
            (None, None) => return Err(VERIFICATION_INVALID.into()),
        };
        if let Some(birth) = self.person.as_ref().and_then(|p| p.birth) {
            old_enough(birth, tx.today()).map_err(|why| wrong_field("birth_date", why))?;
        }
        let (account, company) = asking.map_or((None, None), |(id, company)| (Some(id), company));
        let content_hash = self.content_hash.clone();
        issue(tx, Draft { purpose: self.purpose, person, account, company, content_hash, challenge: None }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ID-6
    #[test]
    fn nobody_under_fourteen() {
        let today = Day::parse("2026-11-22").unwrap();
        let born = |text| old_enough(Day::parse(text).unwrap(), today).map_err(|w| w.reason);
        assert_eq!(born("2012-11-22"), Ok(()));
        assert_eq!(born("2012-11-23"), Err("UNDER_14"));
        assert_eq!(born("2026-11-23"), Err("NOT_A_BIRTH_DATE"));
        assert_eq!(born("1800-01-01"), Err("NOT_A_BIRTH_DATE"));
    }

    // ID-6
    #[test]
    fn every_wrong_field_is_named() {
        let no = parse(pb::RequestCodeRequest { phone: "12".into(), ..Default::default() }).unwrap_err();
        let named: Vec<_> = no.violations().iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(named, ["purpose", "phone", "name", "birth_date", "carrier", "sex"]);
    }

    // ID-6
    #[test]
    fn a_send_is_bound_to_its_content() {
        let send = |hash: &str| pb::RequestCodeRequest {
            purpose: pb::VerificationPurpose::VoucherSend.into(),
            content_hash: hash.into(),
            phone: "01000009999".into(),
            ..Default::default()
        };
        assert!(parse(send("")).is_err());
        assert!(parse(send(&"A".repeat(64))).is_err());
        assert!(parse(send(&"a".repeat(64))).unwrap().person.is_none(), "the registered phone, not a named one");
    }
}
