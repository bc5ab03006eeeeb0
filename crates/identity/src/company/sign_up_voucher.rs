//! `SignUpVoucherCompany` (ID-9), the voucher form: the portal form and main phone, certificate, bank account, bankbook copy
//! and a head-count document no older than a month. The company is under review; nobody signs in until it is approved.

use contract::identity::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::{CompanyId, Day, Secret, Wrong};

use super::{
    Company, CompanyForm, Papers, RefundAccount, State,
    sign_up::{open_super_admin, read_parts},
};
use crate::{
    account::{Contact, contact::Post},
    audit::Note,
    consent::Documents,
    document::{self, DocumentId},
    outside::registry::Said,
    rpc::wrong_field,
};

const TOO_OLD: Wrong = Wrong::new(
    "DOCUMENT_TOO_OLD",
    "The head-count document must have been issued within the last month, and not in the future.",
    "상시 근로자 수 확인 서류는 최근 1개월 이내에 발급된 것이어야 합니다.",
);
const NOT_A_PHONE: Wrong =
    Wrong::new("NOT_A_PHONE", "8 to 12 digits beginning with 0 or 1; hyphens accepted.", "올바른 전화번호가 아닙니다.");
const SAME_TWICE: Wrong =
    Wrong::new("SAME_DOCUMENT", "Each field needs a document of its own.", "서류마다 다른 문서를 첨부하세요.");

/// The command.
#[derive(Debug, Serialize)]
pub struct SignUpVoucherCompany {
    /// The company.
    pub form: CompanyForm,
    /// Its contact.
    pub contact: Contact,
    main_phone: String,
    account: RefundAccount,
    papers: Papers,
    /// What the argon2 turn made of the password.
    #[serde(skip)]
    pub hashed: Secret<String>,
    /// What the registry said.
    #[serde(skip)]
    pub said: Said,
}

/// Reads the message.
pub fn parse(documents: &Documents, m: &pb::SignUpVoucherCompanyRequest) -> Result<SignUpVoucherCompany, Refusal> {
    let f = Fields::new();
    let (form, contact) = read_parts(&f, documents, m.company.as_ref(), m.contact.as_ref(), Post::Required);
    let main_phone = f.word("main_phone", main_phone(&m.main_phone));
    let name = form.as_ref().map(|c| c.legal_name.as_str());
    let account = RefundAccount::read(&f, "account", m.account.as_ref(), name);
    let certificate = f.parse::<DocumentId>("certificate_document_id", &m.certificate_document_id);
    let bankbook = f.parse::<DocumentId>("bankbook_document_id", &m.bankbook_document_id);
    let head_count = f.parse::<DocumentId>("head_count_document_id", &m.head_count_document_id);
    f.must(bankbook.is_none() || bankbook != certificate, "bankbook_document_id", SAME_TWICE);
    f.must(
        head_count.is_none() || (head_count != certificate && head_count != bankbook),
        "head_count_document_id",
        SAME_TWICE,
    );
    let issued = f.word("head_count_issued_on", contract::day(m.head_count_issued_on.as_ref()));
    let all = (form, contact, main_phone, account, certificate, bankbook, head_count, issued);
    let (form, contact, main_phone, account, certificate, bankbook, head_count, head_count_issued_on) = f.all(all)?;
    let papers = Papers { certificate, bankbook, head_count, head_count_issued_on };
    Ok(SignUpVoucherCompany {
        form,
        contact,
        main_phone,
        account,
        papers,
        hashed: Secret::new(String::new()),
        said: Said::default(),
    })
}

fn main_phone(text: &str) -> Result<String, Wrong> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    if digits.is_empty() {
        return Err(Wrong::MISSING);
    }
    let fits = (8..=12).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.starts_with(['0', '1']);
    if fits { Ok(digits) } else { Err(NOT_A_PHONE) }
}

impl Papers {
    /// ID-9: issued within a month, the day a month ago included.
    fn fresh(&self, today: Day) -> Result<(), Refusal> {
        let fresh = self.head_count_issued_on <= today && self.head_count_issued_on >= today.plus_months(-1);
        if fresh { Ok(()) } else { Err(wrong_field("head_count_issued_on", TOO_OLD)) }
    }

    async fn claim(&self, tx: &Tx, company: CompanyId) -> Result<(), Stop> {
        document::claim(tx, self.certificate, company, "certificate_document_id").await?;
        document::claim(tx, self.bankbook, company, "bankbook_document_id").await?;
        document::claim(tx, self.head_count, company, "head_count_document_id").await
    }
}

impl Verb for SignUpVoucherCompany {
    const NAME: &'static str = "SignUpVoucherCompany";
    type Answer = Company;

    fn permit(&self, _: &Caller) -> Result<(), Refusal> {
        Ok(())
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Company, Stop> {
        self.form.accept(self.said.answer, tx.today())?;
        self.papers.fresh(tx.today())?;
        let mut company = Company::new(tx.id(), &self.form, State::UnderReview, &self.said, tx.now());
        company.main_phone.clone_from(&self.main_phone);
        company.refund = Some(self.account.clone());
        company.papers = Some(self.papers.clone());
        company.register(tx).await?;
        self.papers.claim(tx, company.id).await?;
        let admin = open_super_admin(tx, &company, &self.contact, &self.hashed).await?;
        let note = Note::new("company.signed_up", company.id).by(admin.id()).of(Some(company.id));
        note.detail(format!("voucher form, registry: {}", company.verification.name())).record(tx).await?;
        Ok(company)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ID-9
    #[test]
    fn the_head_count_document_is_at_most_a_month_old() {
        let today = Day::parse("2026-11-23").unwrap();
        let issued = |text: &str| {
            let id = DocumentId::new(uuid::Uuid::nil());
            let day = Day::parse(text).unwrap();
            Papers { certificate: id, bankbook: id, head_count: id, head_count_issued_on: day }.fresh(today).is_ok()
        };
        assert!(issued("2026-10-23") && issued("2026-11-23"));
        assert!(!issued("2026-10-22") && !issued("2026-11-24"));
    }
}
