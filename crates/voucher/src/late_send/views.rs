//! Late sends as operators see them (VO-8): ids and figures, no personal data.

use contract::{timestamp, voucher::v1 as pb};
use flow::{Page, Read, Stop};

use super::table;

/// `ListLateSends`.
pub async fn list(read: Read, m: pb::ListLateSendsRequest) -> Result<pb::ListLateSendsReply, Stop> {
    let page = Page::parse(m.page_size, &m.page_token, &())?;
    let mut late = table::page(read.conn(), &page).await?;
    let next_page_token = page.cut(&mut late, |send| send.id.uuid().to_string());
    let late_sends = late.iter().map(|send| pb::LateSend {
        send_id: send.id.to_string(),
        company_id: send.company.to_string(),
        begin_time: timestamp(send.began_at),
        alarm_time: timestamp(send.judged_at),
        recipients: send.recipients,
        handed_over: send.handed_over,
    });
    Ok(pb::ListLateSendsReply { late_sends: late_sends.collect(), next_page_token })
}
