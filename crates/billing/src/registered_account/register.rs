//! Hands an account in for approval (BI-23): bank, number, holder (the company's name as registered), bankbook copy.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{Secret, Wrong, mask, text};

use super::{RegisteredAccount, State, table};
use crate::{
    company,
    contact::{self, Contact},
};

/// BI-23.
pub const HOLDER_NOT_COMPANY: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "HOLDER_NOT_COMPANY",
    "The account's holder must be the company's name as registered.",
    "예금주는 사업자등록증의 상호명과 같아야 합니다.",
);

const LONGEST_NAME: usize = 100;
const NUMBER: std::ops::RangeInclusive<usize> = 8..=20;
const LARGEST_COPY: usize = 512 * 1024;
const NOT_A_NUMBER: Wrong = Wrong::new(
    "NOT_AN_ACCOUNT_NUMBER",
    "Give 8 to 20 digits; hyphens are fine.",
    "계좌번호를 숫자 8~20자리로 입력하세요.",
);
const NOT_A_COPY: Wrong = Wrong::new(
    "NOT_A_BANKBOOK_COPY",
    "Attach a PDF, JPEG or PNG of at most 512 KiB.",
    "통장 사본을 512KB 이하의 PDF, JPEG, PNG 파일로 첨부하세요.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct RegisterAccount {
    bank: String,
    number: Secret<String>,
    holder: String,
    copy: Secret<Vec<u8>>,
    contact: Option<Contact>,
}

impl Verb for RegisterAccount {
    const NAME: &'static str = "RegisterAccount";
    type Answer = RegisteredAccount;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with("voucher.purchase")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<RegisteredAccount, Stop> {
        let company = company::of_caller(tx).await?;
        company.may_buy_credit()?;
        if !company::same_name(company.name(), &self.holder) {
            return Err(HOLDER_NOT_COMPANY.into());
        }
        let account = RegisteredAccount {
            id: tx.id(),
            version: 1,
            company: tx.caller().company()?,
            bank: self.bank.clone(),
            number_masked: mask::account_number(self.number.expose()),
            holder: self.holder.clone(),
            state: State::AwaitingApproval,
            registered_at: tx.now(),
            reject_reason: String::new(),
        };
        table::insert(tx, &account, self.number.expose(), self.copy.expose(), self.contact.as_ref()).await?;
        Ok(account)
    }
}

/// Reads the request.
pub fn parse(m: pb::RegisterAccountRequest) -> Result<RegisterAccount, Refusal> {
    let f = Fields::new();
    let number: String = m.account_number.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let is_number = NUMBER.contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let (bank, (), holder, (), contact) = f.all((
        f.word("bank", text::line(&m.bank, LONGEST_NAME)),
        f.must(is_number, "account_number", NOT_A_NUMBER),
        f.word("holder", text::line(&m.holder, LONGEST_NAME)),
        f.must(is_copy(&m.bankbook_copy), "bankbook_copy", NOT_A_COPY),
        contact::optional(&f, m.contact),
    ))?;
    Ok(RegisterAccount { bank, number: number.into(), holder, copy: m.bankbook_copy.into(), contact })
}

/// By content, not by name.
fn is_copy(bytes: &[u8]) -> bool {
    let kinds: [&[u8]; 3] = [b"%PDF-", b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n"];
    bytes.len() <= LARGEST_COPY && kinds.iter().any(|magic| bytes.starts_with(magic))
}

#[cfg(test)]
mod tests {
    use super::*;

    // BI-23
    #[test]
    fn a_number_and_a_copy_are_checked() {
        let m = pb::RegisterAccountRequest {
            bank: "두레은행".into(),
            account_number: "0810-4212-0123".into(),
            holder: "주식회사 두레".into(),
            bankbook_copy: b"%PDF-1.7".to_vec(),
            ..Default::default()
        };
        let command = parse(m.clone()).unwrap();
        assert_eq!(command.number.expose(), "081042120123");
        assert!(!format!("{command:?}").contains("081042120123"));
        let wrong = pb::RegisterAccountRequest { account_number: "12".into(), bankbook_copy: b"MZ".to_vec(), ..m };
        assert_eq!(parse(wrong).unwrap_err().detail("fields"), Some("account_number, bankbook_copy"));
    }
}
