//! A test send (VO-6): the message as it stands, marked as a test, to the admin's own phone, at no cost and with a code
//! that opens nothing.

use contract::{
    ask::{self, To},
    notification::v1::{MessagesRequested, Priority},
};
use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use uuid::Uuid;
use words::{Money, Phone};

use super::Kind;
use crate::{
    gift_code::GiftCode,
    send::{self, PERMISSION, SendId},
    settings::Settings,
    throttle::Limit,
};

/// Notification's template; it puts the mark in front.
const TEMPLATE: &str = "send-test";
const MARK: &str = "[테스트] ";
/// What the example gift is worth.
const EXAMPLE: Money = Money::from_won(10_000);

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct SendTestMessage {
    /// The send.
    pub send: SendId,
    /// The admin's own.
    pub phone: Phone,
}

impl Verb for SendTestMessage {
    const NAME: &'static str = "SendTestMessage";
    type Answer = Kind;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Kind, Stop> {
        let company = tx.caller().company()?;
        let settings = tx.part::<Settings>();
        let limit = Limit {
            counted: tx.sealer().digest(format!("test messages {company}").as_bytes()).to_vec(),
            window: chrono::Duration::days(1),
            most: settings.test_messages_per_day,
        };
        limit.count(tx).await?;
        let send = send::table::lock(tx, self.send, company).await?;
        let text = send.message.text(&settings.claim_url, &GiftCode::random(), EXAMPLE);
        let kind = send.message.kind(&format!("{MARK}{text}"))?;
        let message = ask::message(
            tx.sealer(),
            tx.id::<Uuid>(),
            TEMPLATE,
            Priority::Normal,
            &company.to_string(),
            &send.id.to_string(),
            To::Phone(self.phone.clone()),
            [("subject", send.message.subject_of(kind).to_owned()), ("text", text)],
            Vec::new(),
        );
        tx.announce(send.id, send.version, MessagesRequested { messages: vec![message] });
        Ok(kind)
    }
}
