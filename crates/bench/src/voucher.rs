//! The voucher rows one after the other, since each goes on where the last one ended: a sheet, its gifts, their messages,
//! their claims, ten times as many, the proof of the ledger.

use std::path::Path;

use story::fleet::Servers;

use crate::{claim, figure::Figures, hand_over, issue, sheet, stage::Stage, verify};

/// How large.
pub struct Size {
    /// Recipients of the campaign.
    pub recipients: u32,
    /// Without the campaign of ten times as many.
    pub small: bool,
    /// Keeps the services' logs.
    pub keep_logs: bool,
}

/// Measures them.
pub async fn measure(dure: &Path, servers: &Servers, figures: &mut Figures, size: &Size) -> anyhow::Result<()> {
    let people = size.recipients;
    let mut stage = Stage::set(dure, servers, people).await?;
    if size.keep_logs {
        eprintln!("logs: {}", stage.fleet.keep_logs().display());
    }
    let send = sheet::measure(&mut stage, figures, people).await?;
    let small = issue::measure(&mut stage, figures, &send).await?;
    let codes = hand_over::measure(&mut stage, figures, people).await?;
    claim::measure(&mut stage, figures, codes).await?;
    if !size.small {
        let large = issue::large_send(&mut stage, people).await?;
        issue::measure_large(&mut stage, figures, &large, small).await?;
        verify::measure(&mut stage, figures).await?;
    }
    stage.fleet.stop().await
}
