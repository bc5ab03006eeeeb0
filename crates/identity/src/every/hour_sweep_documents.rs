//! Each hour: documents that no form claimed within a day are deleted, rows first, then bytes (ID-10).

use std::sync::Arc;

use flow::{Done, Flow, Slot, Stop};
use object_store::{ObjectStore, ObjectStoreExt as _};

use crate::{document::sweep::SweepDocuments, rpc::Files};

/// One turn.
pub async fn every(flow: Flow, _: Slot) -> Result<Done, Stop> {
    let swept = flow.run_own(SweepDocuments).await?;
    let files: Arc<dyn ObjectStore> = flow.part::<Files>().0.clone();
    for path in &swept.0 {
        if let Err(error) = files.delete(&path.as_str().into()).await {
            tracing::warn!(%error, "the bytes of an unclaimed document were not deleted");
        }
    }
    Ok(swept.done())
}
