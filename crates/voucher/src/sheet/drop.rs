//! Leaves one row of a staged sheet out (VO-18), until its rows are taken; correcting it brings it back.

use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;

use super::{
    Row, SheetId, Verdict,
    correct::{Changed, replace},
};
use crate::send::PERMISSION;

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct DropSheetRow {
    /// The sheet.
    pub sheet: SheetId,
    /// As the spreadsheet numbers it.
    pub number: u64,
}

impl Verb for DropSheetRow {
    const NAME: &'static str = "DropSheetRow";
    type Answer = Changed;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Changed, Stop> {
        replace(tx, self.sheet, self.number, |old| Row { verdict: Verdict::Dropped, ..old.clone() }).await
    }
}
