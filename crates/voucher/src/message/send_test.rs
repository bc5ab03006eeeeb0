//! A test send (VO-6): the message as it stands, marked as a test, to the admin's own phone, at no cost and with a code
//! that opens nothing. Which phone that is, identity knows, which verified it (ID-6): nobody names one here.

use contract::ask;
use flow::{Caller, Refusal, Stop, Tx, Verb};
use serde::Serialize;
use words::Money;

use super::Kind;
use crate::{
    gift_code::GiftCode,
    image,
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
}

impl Verb for SendTestMessage {
    const NAME: &'static str = "SendTestMessage";
    type Answer = Kind;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with(PERMISSION)
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Kind, Stop> {
        let (company, account) = (tx.caller().company()?, tx.caller().account()?.id);
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
        let subject = send.message.subject_of(kind).to_owned();
        let test = ask::own_phone(
            tx.sealer(),
            tx.id(),
            company,
            account,
            TEMPLATE,
            [("subject", subject), ("text", text)],
            kind.into(),
            send.message.image.clone(),
        );
        image::offer(tx, &send).await?;
        tx.announce(send.id, send.version, test);
        Ok(kind)
    }
}
