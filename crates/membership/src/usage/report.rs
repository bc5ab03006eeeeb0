//! Takes a usage report (ME-6): idempotent, and the newest by its own time wins, in whatever order they come.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{Report, table};
use crate::membership;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct ReportUsage(pub Report);

impl Verb for ReportUsage {
    const NAME: &'static str = "ReportUsage";
    type Answer = Report;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.client_with("membership.report")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Report, Stop> {
        let mut membership = membership::table::lock(tx, self.0.site).await?;
        match table::newest(tx.conn(), self.0.site).await? {
            Some(newer) if newer.measured_at >= self.0.measured_at => Ok(newer),
            _ => {
                table::save(tx, &self.0).await?;
                membership::table::touch(tx, &mut membership).await?;
                Ok(self.0.clone())
            }
        }
    }
}
