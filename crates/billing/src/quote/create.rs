//! Makes a quote for any signed-in account (BI-8) at today's price or a price lock's (BI-25), and has it mailed.

use contract::billing::v1 as pb;
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb};
use serde::{Deserialize, Serialize};

use super::{Quote, QuoteId, table};
use crate::{
    catalogue::Catalogues,
    contact::{self, Contact},
    price::preview::Basis,
    price_lock::{self, Offer, PriceLockId},
    selection::{self, Selection},
    settings::Settings,
};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct CreateQuote {
    selection: Selection,
    contact: Contact,
    price_lock: Option<PriceLockId>,
}

/// A quote, and to whom it goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Created {
    /// The quote.
    pub quote: Quote,
    /// To whom.
    pub contact: Contact,
}

impl Verb for CreateQuote {
    const NAME: &'static str = "CreateQuote";
    type Answer = Created;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.signed_in()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Created, Stop> {
        let all = tx.part::<Catalogues>();
        let basis = Basis::of(tx.conn(), &all, tx.caller(), &self.selection, tx.today()).await?;
        let price = match self.price_lock {
            None => basis.price.clone(),
            Some(id) => {
                let held = basis.membership.as_ref().map(|m| &m.held);
                price_lock::table::find(tx, id).await?.bill(&all, &self.selection, held, tx.now())?
            }
        };
        let account = tx.caller().account()?;
        let quote = Quote {
            id: tx.id::<QuoteId>(),
            number: format!("Q-{}-{:06}", tx.today().year(), table::next_number(tx).await?),
            account: account.id,
            company: account.company,
            offer: Offer { selection: self.selection.clone(), price, day: tx.today() },
            created_at: tx.now(),
            valid_through: tx.today().plus_days(tx.part::<Settings>().quote_valid_days),
        };
        table::insert(tx, &quote, &self.contact).await?;
        tx.announce(quote.id, 1, pb::QuoteCreated { quote_id: quote.id.to_string() });
        Ok(Created { quote, contact: self.contact.clone() })
    }
}

/// Reads the request.
pub fn parse(m: pb::CreateQuoteRequest) -> Result<CreateQuote, Refusal> {
    let f = Fields::new();
    let (selection, contact, price_lock) = f.all((
        selection::parse(&f, m.selection),
        contact::with_email(&f, m.contact),
        f.optional("price_lock_id", &m.price_lock_id),
    ))?;
    Ok(CreateQuote { selection, contact, price_lock })
}

/// As it is answered.
pub fn render(c: Created) -> pb::Quote {
    super::render(&c.quote, &c.contact, None)
}
