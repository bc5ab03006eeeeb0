//! A list left a service as a file (S55): the trail gets an entry.

use contract::exported::{self, DataExported};
use flow::{Fault, Flow, Stop};

use crate::audit::record_export::RecordExport;

/// The verb it leads to.
pub async fn when(flow: Flow, fact: DataExported) -> Result<RecordExport, Stop> {
    let circumstances = exported::open(flow.sealer(), &fact.sealed).map_err(Fault::bug)?;
    let company = match fact.company_id.as_str() {
        "" => None,
        id => Some(id.parse().map_err(Fault::bug)?),
    };
    Ok(RecordExport {
        what: fact.what,
        subject: if fact.subject.is_empty() { fact.export_id } else { fact.subject },
        company,
        actor: fact.actor,
        address: circumstances.address,
        rows: fact.row_count,
        at: contract::instant(fact.time.as_ref()).map_err(Fault::bug)?,
        reason: circumstances.reason,
    })
}
