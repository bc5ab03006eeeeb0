//! How far a dispatch has come (VO-8): asked once, or watched until every message has its end.

use std::time::Duration;

use contract::voucher::v1 as pb;
use flow::{Caller, Fields, Flow, Read, Stop};
use futures::Stream;
use tonic::Status;

use super::{SEND_NOT_FOUND, SendId, State, table, views};
use crate::{gift, late_send};

/// How often a watcher looks.
const LOOK: Duration = Duration::from_millis(500);
/// A watcher is answered at most so long; it watches again.
const LONGEST: u32 = 2 * 60 * 10;

/// `GetSendProgress`.
pub async fn get(read: Read, m: pb::GetSendProgressRequest) -> Result<pb::SendProgress, Stop> {
    look(&read, &m.send_id).await
}

/// `WatchSendProgress`: the progress now, then each time it differs. What cannot be watched is refused before it begins.
pub async fn watch(
    flow: Flow,
    caller: Caller,
    send_id: String,
) -> Result<impl Stream<Item = Result<pb::SendProgress, Status>>, Stop> {
    look(&Read::new(&flow, caller.clone()), &send_id).await?;
    let start = (flow, caller, send_id, None::<pb::SendProgress>, 0_u32);
    Ok(futures::stream::unfold(Some(start), |state| async {
        let (flow, caller, send_id, shown, mut looks) = state?;
        loop {
            looks += 1;
            match look(&Read::new(&flow, caller.clone()), &send_id).await {
                Err(stop) => return Some((Err(stop.into()), None)),
                Ok(now) if shown.as_ref() != Some(&now) => {
                    let next =
                        (!ended(&now) && looks < LONGEST).then(|| (flow, caller, send_id, Some(now.clone()), looks));
                    return Some((Ok(now), next));
                }
                Ok(_) if looks >= LONGEST => return None,
                Ok(_) => tokio::time::sleep(LOOK).await,
            }
        }
    }))
}

async fn look(read: &Read, send_id: &str) -> Result<pb::SendProgress, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse::<SendId>("send_id", send_id),))?;
    let send = table::find(read.conn(), id, read.caller().company()?).await?.ok_or(SEND_NOT_FOUND)?;
    let progress = late_send::table::progress(read.conn(), id).await?;
    // Gifts are counted only while they are being made: else none is, or all are.
    let issued = match send.state {
        State::Sending => gift::table::issued(read.conn(), id).await?,
        State::Completed => send.recipients,
        State::Draft | State::AwaitingApproval | State::Scheduled | State::Cancelled => 0,
    };
    Ok(pb::SendProgress {
        send_id: id.to_string(),
        state: views::state(send.state).into(),
        recipients: send.recipients,
        issued,
        handed_over: progress.handed_over,
        delivered: progress.delivered,
        failed: progress.failed,
        late: late_send::table::is_late(read.conn(), id).await?,
    })
}

fn ended(progress: &pb::SendProgress) -> bool {
    let state = progress.state();
    let settled = progress.delivered + progress.failed >= progress.recipients;
    state == views::state(State::Cancelled) || (state == views::state(State::Completed) && settled)
}
