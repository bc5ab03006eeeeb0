//! Each second: confirmed sends whose minute has come are issued, chunk by chunk, until none is due (VO-8). Every replica
//! does it; a send is held by one of them at a time.

use flow::{Done, Flow, Slot, Stop};

use crate::send::issue_chunk::IssueChunk;

/// Time → verb, again while there is more.
pub async fn work(flow: Flow, _: Slot) -> Result<Done, Stop> {
    flow.run_own(IssueChunk).await
}
