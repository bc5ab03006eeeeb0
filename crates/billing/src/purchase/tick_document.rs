//! An operator ticks off a document that was handed in (BI-21).

use contract::{billing::v1 as pb, day};
use flow::{Caller, Fields, Instant, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{Day, Wrong};

use super::{Document, Purchase, PurchaseId, table};
use crate::company;

/// BI-21.
pub const DOCUMENT_NOT_NEEDED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "DOCUMENT_NOT_NEEDED",
    "This purchase does not need that document.",
    "이 구매에는 필요하지 않은 서류입니다.",
);

/// BI-21.
pub const ATTORNEY_NOT_VALID: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "ATTORNEY_NOT_VALID",
    "A power of attorney is valid for one year; this one is of {issued_on}. Tick off a newer one.",
    "위임장의 유효기간은 1년입니다 (발급일 {issued_on}). 새 위임장을 확인하세요.",
);

const VALID_MONTHS: i32 = 12;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct TickDocument {
    purchase: PurchaseId,
    document: Document,
    issued_on: Option<Day>,
}

/// BI-21: a power of attorney is valid through the same day a year later, and not before its own.
pub(super) fn in_force(issued_on: Day, today: Day) -> Result<(), Refusal> {
    if issued_on <= today && today <= issued_on.plus_months(VALID_MONTHS) {
        Ok(())
    } else {
        Err(ATTORNEY_NOT_VALID.with("issued_on", issued_on))
    }
}

impl Purchase {
    /// The first tick stays, but a newer power of attorney takes the place of an older one.
    fn tick(&mut self, document: Document, issued_on: Option<Day>, now: Instant) -> Result<(), Refusal> {
        self.pending()?;
        let tick = self.documents.get_mut(&document).ok_or(DOCUMENT_NOT_NEEDED)?;
        if let Some(issued_on) = issued_on.filter(|_| document == Document::PowerOfAttorney) {
            in_force(issued_on, Day::of(now))?;
            self.attorney_issued_on = Some(issued_on);
            *tick = Some(now);
        }
        tick.get_or_insert(now);
        self.version += 1;
        Ok(())
    }
}

impl Verb for TickDocument {
    const NAME: &'static str = "TickDocument";
    type Answer = Purchase;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.operator_of("billing")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Purchase, Stop> {
        let mut purchase = table::lock(tx, self.purchase).await?;
        if company::table::find(tx.conn(), purchase.company).await?.is_some_and(|c| c.registration_changed()) {
            purchase.owe_certificate();
        }
        purchase.tick(self.document, self.issued_on, tx.now())?;
        table::save(tx, &purchase).await?;
        Ok(purchase)
    }
}

/// Reads the request.
pub fn parse(m: pb::TickDocumentRequest) -> Result<TickDocument, Refusal> {
    let f = Fields::new();
    let document = Document::from_wire(m.document()).ok_or(Wrong::MISSING);
    let issued_on = match (&m.issued_on, m.document()) {
        (None, pb::PurchaseDocument::PowerOfAttorney) => f.word("issued_on", Err(Wrong::MISSING)),
        (None, _) => Some(None),
        (some, _) => f.word("issued_on", day(some.as_ref())).map(Some),
    };
    let (purchase, document, issued_on) =
        f.all((f.parse("purchase_id", &m.purchase_id), f.word("document", document), issued_on))?;
    Ok(TickDocument { purchase, document, issued_on })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    // BI-21, S46
    #[test]
    fn a_power_of_attorney_is_valid_for_a_year() {
        let day = |text: &str| Day::parse(text).unwrap();
        let valid = |issued: &str, today: &str| in_force(day(issued), day(today)).is_ok();
        assert!(valid("2025-11-23", "2026-11-23") && valid("2026-11-23", "2026-11-23"));
        assert!(!valid("2025-11-22", "2026-11-23") && !valid("2026-11-24", "2026-11-23"));
    }

    // BI-21
    #[test]
    fn a_newer_power_of_attorney_replaces_the_older_one() {
        let mut purchase = sample::purchase();
        let now = purchase.applied_at;
        let today = Day::of(now);
        let mut tick =
            |issued: Day| purchase.tick(Document::PowerOfAttorney, Some(issued), now).map_err(|no| no.reason());
        assert_eq!(tick(today.plus_months(-13)), Err("ATTORNEY_NOT_VALID"));
        assert_eq!(tick(today.plus_months(-11)), Ok(()));
        assert_eq!(tick(today), Ok(()));
        assert_eq!(purchase.attorney_issued_on, Some(today));
    }
}
