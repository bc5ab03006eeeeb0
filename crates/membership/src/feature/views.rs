//! Switches as they are shown.

use contract::membership::v1 as pb;
use flow::{Page, Read, Stop};

use super::{Turn, table};
use crate::membership::views::visible;

/// `ListFeatureSwitches`.
pub async fn list(read: Read, m: pb::ListFeatureSwitchesRequest) -> Result<pb::ListFeatureSwitchesReply, Stop> {
    let membership = visible(&read, &m.site_id).await?;
    let page = Page::parse(m.page_size, &m.page_token, &m.site_id)?;
    let mut turns = table::page(read.conn(), membership.site(), &page).await?;
    let next_page_token = page.cut(&mut turns, |turn| turn.id.to_string());
    Ok(pb::ListFeatureSwitchesReply { switches: turns.into_iter().map(render).collect(), next_page_token })
}

/// As the wire has it.
pub fn render(turn: Turn) -> pb::FeatureSwitch {
    pb::FeatureSwitch {
        site_id: turn.site.to_string(),
        feature: turn.feature.as_str().to_owned(),
        on: turn.on,
        switched_by: turn.by,
        switched_at: contract::timestamp(turn.at),
    }
}
