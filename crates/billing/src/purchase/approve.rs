//! An operator confirms the transfer and approves (BI-19): refused while documents are missing (BI-21), or while no exact
//! transfer of the company itself is there. Then the lot is funded (VO-1) and an SMS goes out.

use contract::{
    ask,
    billing::v1 as pb,
    date, money,
    notification::v1::{MessagesRequested, Priority},
};
use flow::{Caller, Fields, Instant, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{Day, Money, Secret, text};

use super::{Purchase, PurchaseId, State, table, tick_document::in_force};
use crate::{
    company,
    deposit::{DepositId, Match, record},
};

/// BI-21.
pub const DOCUMENTS_MISSING: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "DOCUMENTS_MISSING",
    "From 10,000,000 won these documents are needed before approval: {documents}.",
    "1천만원 이상 구매는 다음 서류를 확인해야 승인할 수 있습니다: {documents}.",
);
/// BI-19.
pub const DEPOSIT_MISSING: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "DEPOSIT_MISSING",
    "No transfer of {owed} won is recorded for this purchase. Say what arrived, or record it at the deposit desk.",
    "이 구매에 대한 {owed}원의 입금이 확인되지 않았습니다. 입금액을 입력하거나 입금 내역을 등록하세요.",
);
/// BI-19, BI-27.
pub const DEPOSIT_NOT_EXACT: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "DEPOSIT_NOT_EXACT",
    "The transfer must be exactly {owed} won, in time; this one is {match}. Record it at the deposit desk for a decision.",
    "입금액은 기한 안에 정확히 {owed}원이어야 합니다 ({match}). 입금 내역에 등록한 뒤 처리하세요.",
);
/// BI-19.
pub const DEPOSITOR_NOT_COMPANY: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "DEPOSITOR_NOT_COMPANY",
    "The transfer must come from the company itself, under its registered name.",
    "보내는 사람은 법인명(사업자명)과 같아야 합니다.",
);

const LONGEST_NAME: usize = 100;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ApprovePurchase {
    purchase: PurchaseId,
    amount: Option<Money>,
    depositor: Secret<String>,
}

impl Purchase {
    /// Pending, and every document ticked off; the power of attorney is still valid.
    fn may_be_approved(&self, today: Day) -> Result<(), Refusal> {
        self.pending()?;
        let missing: Vec<&str> =
            self.documents.iter().filter(|(_, tick)| tick.is_none()).map(|(d, _)| d.to_wire().as_str_name()).collect();
        if !missing.is_empty() {
            return Err(DOCUMENTS_MISSING.with("documents", missing.join(", ")));
        }
        self.attorney_issued_on.map_or(Ok(()), |issued_on| in_force(issued_on, today))
    }

    /// What an operator says arrived must be exactly what is owed, by the company.
    fn may_take(&self, amount: Option<Money>, depositor: &str, today: Day) -> Result<Money, Refusal> {
        let owed = self.owed();
        let amount = amount.ok_or_else(|| DEPOSIT_MISSING.with("owed", owed))?;
        match self.judge(amount, self.sender(depositor), today) {
            Match::Exact => Ok(amount),
            Match::Stranger => Err(DEPOSITOR_NOT_COMPANY),
            other => Err(DEPOSIT_NOT_EXACT.with("owed", owed).with("match", format!("{other:?}").to_uppercase())),
        }
    }

    /// Nothing said: the operator has seen that it is the company.
    fn sender<'a>(&'a self, said: &'a str) -> &'a str {
        if said.is_empty() { &self.depositor } else { said }
    }

    fn approve(&mut self, now: Instant) -> pb::PurchaseApproved {
        self.state = State::Approved;
        self.approved_at = Some(now);
        self.version += 1;
        pb::PurchaseApproved {
            purchase_id: self.id.to_string(),
            version: self.version,
            company_id: self.company.to_string(),
            face_value: money(self.face),
            approved_on: date(Day::of(now)),
        }
    }
}

/// Its exact transfer lies at the desk.
pub async fn note_deposit(tx: &Tx, mut purchase: Purchase, deposit: DepositId) -> Result<(), Stop> {
    purchase.deposit = Some(deposit);
    purchase.version += 1;
    table::save(tx, &purchase).await
}

impl Verb for ApprovePurchase {
    const NAME: &'static str = "ApprovePurchase";
    type Answer = Purchase;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Purchase, Stop> {
        let mut purchase = table::lock(tx, self.purchase).await?;
        if company::table::find(tx.conn(), purchase.company).await?.is_some_and(|c| c.registration_changed()) {
            purchase.owe_certificate();
        }
        purchase.may_be_approved(tx.today())?;
        if purchase.deposit.is_none() {
            let amount = purchase.may_take(self.amount, self.depositor.expose(), tx.today())?;
            let deposit =
                record::RecordDeposit::for_purchase(amount, purchase.sender(self.depositor.expose()), purchase.id);
            tx.perform(&deposit).await?;
            purchase = table::lock(tx, self.purchase).await?;
        }
        let approved = purchase.approve(tx.now());
        table::save(tx, &purchase).await?;
        tx.announce(purchase.id, purchase.version, approved);
        tell(tx, &purchase).await?;
        Ok(purchase)
    }
}

/// An SMS, if a number was given (BI-19).
async fn tell(tx: &mut Tx, p: &Purchase) -> Result<(), Stop> {
    let Some(phone) = table::contact(tx, p.id).await?.and_then(|c| c.phone) else { return Ok(()) };
    let variables = [("face_value", p.face.to_string()), ("paid", p.owed().to_string())];
    let (company, id) = (p.company.to_string(), p.id.to_string());
    let (sealer, uuid, priority) = (tx.sealer().clone(), tx.id(), Priority::Normal);
    let to = phone.into();
    let message = ask::message(&sealer, uuid, "purchase-approved", priority, &company, &id, to, variables, Vec::new());
    tx.announce(p.id, p.version, MessagesRequested { messages: vec![message] });
    Ok(())
}

/// Reads the request.
pub fn parse(m: pb::ApprovePurchaseRequest) -> Result<ApprovePurchase, Refusal> {
    let f = Fields::new();
    let amount = match &m.deposit_amount {
        None => Some(None),
        some => f.word("deposit_amount", contract::won(some.as_ref())).map(Some),
    };
    let (purchase, amount, depositor) = f.all((
        f.parse("purchase_id", &m.purchase_id),
        amount,
        f.word("depositor", text::optional(&m.depositor, LONGEST_NAME)),
    ))?;
    Ok(ApprovePurchase { purchase, amount, depositor: depositor.unwrap_or_default().into() })
}

#[cfg(test)]
mod tests {
    use super::super::{Document, sample};
    use super::*;

    // BI-21
    #[test]
    fn missing_documents_are_listed() {
        let mut purchase = sample::purchase();
        let today = Day::of(purchase.applied_at);
        let no = purchase.may_be_approved(today).unwrap_err();
        assert_eq!(
            (no.reason(), no.detail("documents")),
            ("DOCUMENTS_MISSING", Some("PURCHASE_DOCUMENT_POWER_OF_ATTORNEY"))
        );
        purchase.documents.insert(Document::PowerOfAttorney, Some(purchase.applied_at));
        purchase.attorney_issued_on = Some(today);
        assert!(purchase.may_be_approved(today).is_ok());
        let late = purchase.may_be_approved(today.plus_months(12).next()).unwrap_err();
        assert_eq!(late.reason(), "ATTORNEY_NOT_VALID", "it ran out before the approval");
    }

    // BI-19
    #[test]
    fn only_the_companys_own_exact_transfer_counts() {
        let purchase = sample::purchase();
        let take = |amount: Option<i64>, who: &str, day| {
            purchase.may_take(amount.map(Money::from_won), who, day).map_err(|no| no.reason())
        };
        let due = purchase.pay_by;
        assert_eq!(take(Some(19_500_000), "주식회사 두레", due), Ok(Money::from_won(19_500_000)));
        assert_eq!(take(Some(19_500_000), "", due), Ok(Money::from_won(19_500_000)));
        assert_eq!(take(Some(19_500_000), "김정현", due), Err("DEPOSITOR_NOT_COMPANY"));
        assert_eq!(take(Some(20_000_000), "", due), Err("DEPOSIT_NOT_EXACT"));
        assert_eq!(take(Some(19_500_000), "", due.next()), Err("DEPOSIT_NOT_EXACT"));
        assert_eq!(take(None, "", due), Err("DEPOSIT_MISSING"));
    }
}
