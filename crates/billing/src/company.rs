//! What billing knows of a company: the newest state identity told (`CompanyChanged`). Orders need a verified one (BI-9),
//! voucher purchases a member of the programme (BI-19).

pub mod know;
pub mod table;

use std::time::Duration;

use flow::{Refusal, Stop, Tx, code};
use serde::{Deserialize, Serialize};
use words::{CompanyId, Day};

/// Identity's news has not arrived.
pub const COMPANY_NOT_YET_KNOWN: Refusal = Refusal::new(
    code::UNAVAILABLE,
    "COMPANY_NOT_YET_KNOWN",
    "Your company's registration has not reached billing yet. Send the same request again in a moment.",
    "회사 정보가 아직 반영되지 않았습니다. 잠시 후 같은 요청을 다시 보내 주세요.",
);
/// BI-9.
pub const COMPANY_NOT_VERIFIED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "COMPANY_NOT_VERIFIED",
    "The registry has not confirmed your company yet. You can order once its verification has succeeded.",
    "사업자 진위 확인이 완료되지 않았습니다. 확인이 끝난 뒤 주문할 수 있습니다.",
);
/// ID-2.
pub const COMPANY_NOT_OPEN: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "COMPANY_NOT_OPEN",
    "Your company is {state}; it cannot order or buy now.",
    "회사 상태가 {state}이므로 지금은 주문하거나 구매할 수 없습니다.",
);
/// BI-19.
pub const NOT_A_VOUCHER_MEMBER: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "NOT_A_VOUCHER_MEMBER",
    "Your company has not been approved for the gift-voucher programme. Sign up for it by the voucher form.",
    "상품권 기업 회원으로 승인되지 않았습니다. 상품권 기업 가입을 신청하세요.",
);

/// A company as identity last told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    id: CompanyId,
    version: i64,
    name: String,
    state: State,
    verified: bool,
    voucher_member: bool,
    head_count: i64,
    registration_changed_on: Option<Day>,
}

/// ID-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for an operator.
    UnderReview,
    /// Owns nothing yet.
    Prospect,
    /// Owns something.
    Customer,
    /// Refused.
    Rejected,
    /// Gone.
    Terminated,
}

impl Company {
    /// Its legal name: whose transfers and accounts are its own (BI-19, BI-23).
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Staff; 0 while unknown (BI-20).
    pub fn head_count(&self) -> i64 {
        self.head_count
    }

    /// Whether its registration certificate says something else than at sign-up (BI-21).
    pub fn registration_changed(&self) -> bool {
        self.registration_changed_on.is_some()
    }

    /// BI-9: a prospect or customer whose registration is confirmed.
    pub fn may_order(&self) -> Result<(), Refusal> {
        self.is_open()?;
        if self.verified { Ok(()) } else { Err(COMPANY_NOT_VERIFIED) }
    }

    /// BI-19.
    pub fn may_buy_credit(&self) -> Result<(), Refusal> {
        self.is_open()?;
        if self.voucher_member { Ok(()) } else { Err(NOT_A_VOUCHER_MEMBER) }
    }

    fn is_open(&self) -> Result<(), Refusal> {
        match self.state {
            State::Prospect | State::Customer => Ok(()),
            state => Err(COMPANY_NOT_OPEN.with("state", format!("{state:?}").to_uppercase())),
        }
    }
}

/// Whether two names are one company's, as banks and people write them (BI-19, BI-23): blanks, case and the short forms of
/// the kind of company do not count.
pub fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| {
        let name: String = name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        name.replace('㈜', "(주)").replace("(주)", "주식회사").replace("(유)", "유한회사")
    };
    plain(one) == plain(other)
}

/// The caller's company, or that its news has not come.
pub async fn of_caller(tx: &Tx) -> Result<Company, Stop> {
    let id = tx.caller().company()?;
    let company = table::find(tx.conn(), id).await?;
    Ok(company.ok_or_else(not_yet_known)?)
}

/// Waiting helps.
pub fn not_yet_known() -> Refusal {
    COMPANY_NOT_YET_KNOWN.retry_after(Duration::from_secs(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    // BI-19, BI-23
    #[test]
    fn a_company_is_itself_however_the_bank_writes_it() {
        for same in ["주식회사 두레", "주식회사두레", "(주)두레", "㈜ 두레", " (주) 두레 "] {
            assert!(same_name("주식회사 두레", same), "{same}");
        }
        for other in ["두레", "두레 주식회사", "유한회사 두레", "주식회사 두래", "김정현", ""] {
            assert!(!same_name("주식회사 두레", other), "{other}");
        }
    }
}
