//! The company's part of both sign-up forms (ID-8, ID-9), and what the registry's answer means for it (ID-4).

use contract::identity::v1 as pb;
use flow::{Fields, Refusal};
use serde::Serialize;
use words::{Brn, Day, Email, Phone, Wrong};

use super::{RefundAccount, TaxContact};
use crate::{
    outside::registry::{Answer, Firm},
    rpc::wrong_field,
};

const LONGEST_NAME: usize = 100;
const LONGEST_ADDRESS: usize = 200;
const LONGEST_BANK: usize = 40;

const NOT_AN_ACCOUNT: Wrong =
    Wrong::new("NOT_AN_ACCOUNT", "8 to 20 digits; hyphens accepted.", "계좌번호는 숫자 8~20자리입니다.");
const HOLDER: Wrong = Wrong::new(
    "HOLDER_DIFFERS",
    "The account holder must equal the legal name of the company.",
    "예금주는 사업자등록증의 상호명과 같아야 합니다.",
);
const MISMATCH: Wrong = Wrong::new(
    "REGISTRY_MISMATCH",
    "The business registry knows this number with another representative or opening date.",
    "국세청에 등록된 대표자명 또는 개업일자와 다릅니다.",
);
const CLOSED: Wrong = Wrong::new(
    "BUSINESS_CLOSED",
    "The business registry says this business is suspended or closed.",
    "휴업 또는 폐업한 사업자입니다.",
);
const FUTURE: Wrong = Wrong::new("DAY_IN_FUTURE", "This day has not come yet.", "미래의 날짜입니다.");

/// The part, read.
#[derive(Debug, Clone, Serialize)]
pub struct CompanyForm {
    /// Legal name.
    pub legal_name: String,
    /// ID-3.
    pub brn: Brn,
    /// Representative.
    pub representative: String,
    /// Opening date.
    pub opened_on: Day,
    /// Address, or empty.
    pub address: String,
}

impl CompanyForm {
    /// Reads it.
    pub fn read(f: &Fields, m: &pb::CompanyForm) -> Option<Self> {
        let legal_name = f.word("company.legal_name", words::text::line(&m.legal_name, LONGEST_NAME));
        let brn = f.parse::<Brn>("company.brn", &m.brn);
        let representative = f.word("company.representative", words::text::line(&m.representative, LONGEST_NAME));
        let opened_on = f.word("company.opened_on", contract::day(m.opened_on.as_ref()));
        let address = f.word("company.address", words::text::optional(&m.address, LONGEST_ADDRESS));
        Some(Self {
            legal_name: legal_name?,
            brn: brn?,
            representative: representative?,
            opened_on: opened_on?,
            address: address?.unwrap_or_default(),
        })
    }

    /// What the registry is asked about.
    pub fn firm(&self) -> Firm {
        Firm { brn: self.brn.clone(), representative: self.representative.clone(), opened_on: self.opened_on }
    }

    /// Opened by today, and in the registry as stated; a registry that does not answer stops nobody (ID-4).
    pub fn accept(&self, answer: Answer, today: Day) -> Result<(), Refusal> {
        if self.opened_on > today {
            return Err(wrong_field("company.opened_on", FUTURE));
        }
        agree(answer, "company.brn")
    }
}

/// ID-4, as a field violation.
pub fn agree(answer: Answer, field: &str) -> Result<(), Refusal> {
    match answer {
        Answer::Verified | Answer::Unavailable => Ok(()),
        Answer::Mismatch => Err(wrong_field(field, MISMATCH)),
        Answer::Closed => Err(wrong_field(field, CLOSED)),
    }
}

/// Names are compared without spaces and case.
pub fn squeezed(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

impl RefundAccount {
    /// Reads it; `legal_name` is whose it must be (ID-9).
    pub fn read(f: &Fields, prefix: &str, m: Option<&pb::RefundAccount>, legal_name: Option<&str>) -> Option<Self> {
        let m = f.word(prefix, m.ok_or(Wrong::MISSING))?;
        let bank = f.word(&format!("{prefix}.bank"), words::text::line(&m.bank, LONGEST_BANK));
        let number = f.word(&format!("{prefix}.number"), digits(&m.number));
        let holder = f.word(&format!("{prefix}.holder"), words::text::line(&m.holder, LONGEST_NAME));
        if let (Some(holder), Some(name)) = (&holder, legal_name) {
            f.must(squeezed(holder) == squeezed(name), &format!("{prefix}.holder"), HOLDER)?;
        }
        Some(Self { bank: bank?, number: number?, holder: holder? })
    }

    /// Whether it is the company's own (ID-9).
    pub fn belongs_to(&self, legal_name: &str) -> Result<(), Refusal> {
        if squeezed(&self.holder) == squeezed(legal_name) {
            Ok(())
        } else {
            Err(wrong_field("refund_account.holder", HOLDER))
        }
    }
}

fn digits(text: &str) -> Result<String, Wrong> {
    let digits: String = text.trim().chars().filter(|c| *c != '-').collect();
    let fits = (8..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(digits) } else { Err(NOT_AN_ACCOUNT) }
}

impl TaxContact {
    /// Reads it.
    pub fn read(f: &Fields, m: &pb::TaxContact) -> Option<Self> {
        let name = f.word("tax_contact.name", words::text::line(&m.name, LONGEST_NAME));
        let email = f.parse::<Email>("tax_contact.email", &m.email);
        let phone = f.parse::<Phone>("tax_contact.phone", &m.phone);
        Some(Self { name: name?, email: email?, phone: phone? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> CompanyForm {
        let f = Fields::new();
        let opened_on = Some(contract::google::r#type::Date { year: 2015, month: 3, day: 2 });
        let m = pb::CompanyForm {
            legal_name: "주식회사 두레상사".into(),
            brn: "123-45-67891".into(),
            representative: "김두레".into(),
            opened_on,
            address: String::new(),
        };
        let form = CompanyForm::read(&f, &m);
        f.all((form,)).unwrap().0
    }

    // ID-4
    #[test]
    fn the_registry_decides_but_its_silence_does_not() {
        let today = Day::parse("2026-11-23").unwrap();
        assert!(form().accept(Answer::Verified, today).is_ok());
        assert!(form().accept(Answer::Unavailable, today).is_ok());
        assert_eq!(form().accept(Answer::Mismatch, today).unwrap_err().violations()[0].0, "company.brn");
        assert!(form().accept(Answer::Closed, today).is_err());
        assert!(form().accept(Answer::Verified, Day::parse("2015-03-01").unwrap()).is_err(), "not opened yet");
    }

    // ID-9
    #[test]
    fn the_account_is_the_companys_own() {
        let read = |holder: &str| {
            let f = Fields::new();
            let m =
                pb::RefundAccount {
                    bank: "두레은행".into(), number: "110-123-456789".into(), holder: holder.into()
                };
            let account = RefundAccount::read(&f, "account", Some(&m), Some("주식회사 두레상사"));
            f.all((account,)).map(|(a,)| a.number)
        };
        assert_eq!(read("주식회사두레상사").unwrap(), "110123456789");
        assert_eq!(read("김두레").unwrap_err().violations()[0].0, "account.holder");
    }

    // ID-3
    #[test]
    fn a_wrong_number_is_a_violation() {
        let f = Fields::new();
        let form = CompanyForm::read(&f, &pb::CompanyForm { brn: "123-45-67890".into(), ..Default::default() });
        let no = f.all((form,)).unwrap_err();
        assert!(no.violations().iter().any(|(field, _)| field == "company.brn"));
    }
}
