//! Issues the next gifts of a due send (VO-8): one transaction makes the gifts of some hundred recipients, moves their
//! value set-wise from reserved to outstanding, and asks for their messages. The send remembers through which number it
//! came, in the same transaction; so a crash anywhere neither loses nor repeats a gift, and the next run goes on.

use contract::{
    ask::{self, To},
    notification::v1::{MessageRequest, MessagesRequested, Priority},
};
use flow::{Done, Fault, Stop, Tx, Verb};
use serde::Serialize;
use uuid::Uuid;
use words::{Money, Phone};

use super::{Send, State, table};
use crate::{
    gift::{self, Gift, GiftId},
    gift_code::GiftCode,
    image,
    ledger::{self, Movement},
    lot::{self, Lot},
    recipient::{self, Recipient},
    settings::Settings,
};

/// The template notification renders a gift's message with.
const TEMPLATE: &str = "gift";

/// The command: a chunk of whichever send is due first.
#[derive(Debug, Clone, Serialize)]
pub struct IssueChunk;

impl Verb for IssueChunk {
    const NAME: &'static str = "IssueChunk";
    type Answer = Done;

    async fn perform(&self, tx: &mut Tx) -> Result<Done, Stop> {
        let Some(mut send) = table::lock_due(tx).await? else { return Ok(Done::All) };
        let lot = lot::table::lock(tx, send.lot, None).await?;
        let most = tx.part::<Settings>().gifts_per_chunk.clamp(1, 1_000);
        let next = recipient::table::after(tx.conn(), send.id, send.issued_through, most).await?;
        let total = total(&next)?;
        if lot.buckets.reserved < total {
            // VO-19: this lot is parked, everything else goes on.
            tracing::error!(lot = %lot.id, send = %send.id, "a confirmed send has no reservation: its lot is parked");
            lot::table::set_state(tx, lot.id, lot::State::Parked).await?;
            return Ok(Done::More);
        }
        if send.state == State::Scheduled {
            send.state = State::Sending;
            send.started_at = Some(tx.now());
        }
        if let Some(last) = next.last() {
            if send.issued_through == 0 {
                image::offer(tx, &send).await?;
            }
            send.issued_through = last.number;
            issue(tx, &send, &lot, &next, total).await?;
        }
        if (next.len() as u64) < most {
            send.state = State::Completed;
            send.ended_at = Some(tx.now());
        }
        table::save(tx, &mut send).await?;
        Ok(Done::More)
    }
}

/// What a chunk moves.
fn total(recipients: &[Recipient]) -> Result<Money, Fault> {
    let total = Money::total(recipients.iter().map(|recipient| recipient.amount));
    total.ok_or_else(|| Fault::bug(anyhow::anyhow!("the gifts of a chunk do not add up")))
}

async fn issue(tx: &mut Tx, send: &Send, lot: &Lot, recipients: &[Recipient], total: Money) -> Result<(), Stop> {
    let claim_url = tx.part::<Settings>().claim_url.clone();
    let mut gifts = Vec::with_capacity(recipients.len());
    let mut messages = Vec::with_capacity(recipients.len());
    for recipient in recipients {
        let code = GiftCode::random();
        let gift = Gift::issue(send, lot, recipient, tx.now());
        messages.push(message(tx, send, &gift, recipient, &code, &claim_url)?);
        gifts.push((gift, code.digest(tx.sealer())));
    }
    gift::table::insert(tx, send, lot, &gifts).await?;
    // One chunk of a send moves its value once: its first recipient names it.
    let chunk = Uuid::new_v5(&send.id.uuid(), recipients[0].id.uuid().as_bytes());
    if !ledger::table::post(tx, lot.id, Movement::Issue, total, chunk).await? {
        return Err(crate::sql::unknown("reservation of a confirmed send"));
    }
    tx.announce(send.id, send.version, MessagesRequested { messages });
    Ok(())
}

fn message(
    tx: &Tx,
    send: &Send,
    gift: &Gift,
    recipient: &Recipient,
    code: &GiftCode,
    claim_url: &str,
) -> Result<MessageRequest, Stop> {
    let text = send.message.text(claim_url, code, gift.amount);
    let kind = send.message.kind(&text)?;
    let phone = Phone::parse(&recipient.phone).map_err(Fault::bug)?;
    Ok(ask::message(
        tx.sealer(),
        message_id(gift.id),
        TEMPLATE,
        Priority::Bulk,
        &send.company.to_string(),
        &gift.id.to_string(),
        To::Text { phone, channel: kind.into(), picture: send.message.image.clone() },
        [("subject", send.message.subject_of(kind).to_owned()), ("text", text)],
        Vec::new(),
    ))
}

/// The same for the same gift, so that asking again delivers once (NO-1).
fn message_id(gift: GiftId) -> Uuid {
    Uuid::new_v5(&gift.uuid(), b"message")
}
