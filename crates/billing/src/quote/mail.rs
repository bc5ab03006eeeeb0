//! Mails a quote as PDF to the e-mail it was asked for (BI-8), once: the message's id is the quote's.

use contract::{
    ask,
    billing::v1 as pb,
    notification::v1::{Attachment, MessagesRequested, Priority},
};
use flow::{Caller, Fault, Flow, Read, Stop, Tx, Verb};
use serde::Serialize;

use super::{QuoteId, pdf::Printer, table};

/// The command; the PDF was printed before its transaction began.
#[derive(Debug, Clone, Serialize)]
pub struct MailQuote {
    quote: QuoteId,
    #[serde(skip)]
    pdf: Vec<u8>,
}

impl MailQuote {
    /// Prints the quote.
    pub async fn of(flow: &Flow, fact: pb::QuoteCreated) -> Result<Self, Stop> {
        let quote = QuoteId::parse(&fact.quote_id).map_err(Fault::bug)?;
        let read = Read::new(flow, Caller::dure());
        let (found, contact) = table::find_with_contact(&read, quote).await?;
        let printer = flow.part::<Printer>();
        let printed = tokio::task::spawn_blocking(move || printer.quote(&found, &contact)).await;
        Ok(Self { quote, pdf: printed.map_err(Fault::bug)?? })
    }
}

impl Verb for MailQuote {
    const NAME: &'static str = "MailQuote";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        let (quote, contact) = table::open(tx, self.quote).await?;
        let Some(email) = contact.email.clone() else { return Ok(()) };
        let attachment = Attachment {
            file_name: format!("{}.pdf", quote.number),
            content_type: "application/pdf".into(),
            data: self.pdf.clone(),
        };
        let variables = [
            ("number", quote.number.clone()),
            ("name", contact.name().to_owned()),
            ("total", quote.offer.price.total.to_string()),
            ("valid_through", quote.valid_through.to_string()),
        ];
        let behalf = quote.account.to_string();
        let message = ask::message(
            tx.sealer(),
            quote.id.uuid(),
            "quote",
            Priority::Normal,
            &behalf,
            &quote.id.to_string(),
            email.into(),
            variables,
            vec![attachment],
        );
        tx.announce(quote.id, 2, MessagesRequested { messages: vec![message] });
        Ok(())
    }
}
