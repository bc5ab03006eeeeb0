//! A quote was made: it is printed, then mailed (BI-8). Printing takes a while, so it is done before the transaction.

use contract::billing::v1::QuoteCreated;
use flow::{Flow, Stop};

use crate::quote::mail::MailQuote;

/// The fact, as our verb.
pub async fn when(flow: Flow, fact: QuoteCreated) -> Result<MailQuote, Stop> {
    MailQuote::of(&flow, fact).await
}
