//! The quote as PDF (BI-8), printed anew each time: it never changes.

use contract::{billing::v1 as pb, google::api::HttpBody};
use flow::{Fault, Fields, Read, Stop};

use super::{pdf::Printer, table};

/// DownloadQuote.
pub async fn download(read: Read, m: pb::DownloadQuoteRequest) -> Result<HttpBody, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse("quote_id", &m.quote_id),))?;
    let (quote, contact) = table::find_with_contact(&read, id).await?;
    let printer = read.part::<Printer>();
    let data = tokio::task::spawn_blocking(move || printer.quote(&quote, &contact)).await.map_err(Fault::bug)??;
    Ok(HttpBody { content_type: "application/pdf".into(), data, extensions: Vec::new() })
}
