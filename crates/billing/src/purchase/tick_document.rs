//! An operator ticks off a document that was handed in (BI-21).

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Instant, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::Wrong;

use super::{Document, Purchase, PurchaseId, table};

/// BI-21.
pub const DOCUMENT_NOT_NEEDED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "DOCUMENT_NOT_NEEDED",
    "This purchase does not need that document.",
    "이 구매에는 필요하지 않은 서류입니다.",
);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct TickDocument {
    purchase: PurchaseId,
    document: Document,
}

impl Purchase {
    /// The first tick stays.
    fn tick(&mut self, document: Document, now: Instant) -> Result<(), Refusal> {
        self.pending()?;
        self.documents.get_mut(&document).ok_or(DOCUMENT_NOT_NEEDED)?.get_or_insert(now);
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
        purchase.tick(self.document, tx.now())?;
        table::save(tx, &purchase).await?;
        Ok(purchase)
    }
}

/// Reads the request.
pub fn parse(m: pb::TickDocumentRequest) -> Result<TickDocument, Refusal> {
    let f = Fields::new();
    let document = Document::from_wire(m.document()).ok_or(Wrong::MISSING);
    let (purchase, document) = f.all((f.parse("purchase_id", &m.purchase_id), f.word("document", document)))?;
    Ok(TickDocument { purchase, document })
}
