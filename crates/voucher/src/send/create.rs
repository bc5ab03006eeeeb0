//! Opens a draft (VO-3): title, time, message, and the lot that will pay. Recipients come next (VO-4).

use flow::{Caller, Fields, Instant, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::Money;

use super::{PERMISSION, Send, SendId, State, schedule, table};
use crate::{
    lot::{self, LotId},
    message::Message,
    settings::Settings,
};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct CreateSend {
    /// The lot that will pay.
    pub lot: LotId,
    /// What the company calls it.
    pub title: String,
    /// Its minute; `None`: at once.
    pub scheduled_at: Option<Instant>,
    /// What the recipients read.
    pub message: Message,
}

impl Verb for CreateSend {
    const NAME: &'static str = "CreateSend";
    type Answer = Send;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Send, Stop> {
        let (company, applicant) = (tx.caller().company()?, tx.caller().account()?.id);
        let lot = lot::table::find(tx.conn(), self.lot, Some(company)).await?.ok_or(lot::LOT_NOT_FOUND)?;
        lot.usable(tx.today())?;
        if let Some(at) = self.scheduled_at {
            let f = Fields::new();
            f.all((f.word("scheduled_time", schedule(at, tx.now(), lot.valid_through)),))?;
        }
        self.message.kind_ahead(&tx.part::<Settings>().claim_url)?;
        let send = Send {
            id: tx.id::<SendId>(),
            company,
            lot: lot.id,
            applicant,
            title: self.title.clone(),
            scheduled_at: self.scheduled_at,
            message: self.message.clone(),
            state: State::Draft,
            recipients: 0,
            total: Money::ZERO,
            next_number: 1,
            issued_through: 0,
            created_at: tx.now(),
            confirmed_at: None,
            started_at: None,
            ended_at: None,
            confirmed_by: None,
            decided_by: None,
            decided_at: None,
            rejection: None,
            version: 1,
        };
        table::insert(tx, &send).await?;
        Ok(send)
    }
}
