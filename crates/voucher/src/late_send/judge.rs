//! Judges the sends whose ten minutes are over (VO-8), set-wise and once each; a late one raises its alarm.

use contract::ask::{self, Admins};
use flow::{Done, Stop, Tx, Verb};
use serde::Serialize;

use super::table;
use crate::send::PERMISSION;

const AT_ONCE: u64 = 200;
const TEMPLATE: &str = "send-late";

/// The command: some in one transaction, again until none is left.
#[derive(Debug, Clone, Serialize)]
pub struct JudgeSends;

impl Verb for JudgeSends {
    const NAME: &'static str = "JudgeSends";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        let judged = table::judge(tx, AT_ONCE).await?;
        for late in judged.iter().filter(|send| send.late) {
            tracing::error!(
                send = %late.id, company = %late.company, recipients = late.recipients, handed_over = late.handed_over,
                "a send's messages were not handed over within ten minutes"
            );
            let variables = [
                ("title", late.title.clone()),
                ("recipients", late.recipients.to_string()),
                ("handed_over", late.handed_over.to_string()),
            ];
            let who = Admins::Holding(PERMISSION);
            let notice = ask::admins(tx.sealer(), tx.id(), late.company, who, TEMPLATE, variables);
            tx.announce(late.id, late.version, notice);
        }
        Ok(if judged.len() as u64 == AT_ONCE { Done::More } else { Done::All })
    }
}
