//! Hands over the messages of one lane (NO-1): claim a batch, render, pick the channel, call the port, record what it
//! says. The call happens between two transactions; whoever dies in between leaves the batch to the next holder of the
//! lease, and the ports know each message by its id.

use contract::notification::v1::{MessageContent, message_content::To};
use flow::{Done, Flow, Stop};
use uuid::Uuid;
use words::Sealer;

use super::{
    Failure, Lane,
    claim::{ClaimMessages, Claimed},
    record::{Handed, Outcome, RecordHandOver},
    table,
};
use crate::{
    channel::{Channel, Medium, sayable},
    outside::{Letter, Ports},
    pace::Pace,
    template,
};

/// One batch: what a carrier takes in one call (NO-2).
pub const BATCH: u64 = 1_000;

/// Hands over one batch of the lane; `More` if there may be more at once.
pub async fn hand_over(flow: Flow, lane: Lane) -> Result<Done, Stop> {
    let (ports, pace) = (flow.part::<Ports>(), flow.part::<Pace>());
    let now = flow.clock().now();
    let most = pace.may(lane, BATCH, now);
    if most == 0 || !table::any_due(flow.db().read(), lane, now).await? {
        return Ok(Done::All);
    }
    let lease = Uuid::new_v4();
    let claimed = flow.run_own(ClaimMessages { lane, lease, most }).await?;
    pace.left(lane, claimed.len());
    let full = claimed.len() as u64 == most;

    let (mut letters, mut handed) = (Vec::with_capacity(claimed.len()), Vec::new());
    for message in claimed {
        let id = message.id;
        match write(flow.sealer(), message) {
            Ok(letter) => letters.push(letter),
            Err(why) => handed.push(Handed { id, channel: None, outcome: Outcome::Never(why) }),
        }
    }
    let port = match lane.medium {
        Medium::Mail => &ports.mail,
        Medium::Text => &ports.text,
    };
    let outcomes = if letters.is_empty() { Vec::new() } else { port.send(&letters).await };
    handed.extend(letters.iter().zip(outcomes).map(|(l, outcome)| Handed {
        id: l.id,
        channel: Some(l.channel),
        outcome,
    }));
    tracing::info!(medium = lane.medium.as_str(), urgent = lane.urgent, count = handed.len(), "handed over");
    flow.run_own(RecordHandOver { lease, handed }).await?;
    Ok(if full { Done::More } else { Done::All })
}

/// The letter to send.
fn write(sealer: &Sealer, message: Claimed) -> Result<Letter, Failure> {
    let content = contract::ask::open(sealer, &message.sealed).map_err(|_| Failure::Unreadable)?;
    let MessageContent { to, variables, attachments } = content;
    let (to, medium) = match to.ok_or(Failure::Unreadable)? {
        To::Email(address) => (address, Medium::Mail),
        To::Phone(number) => (number, Medium::Text),
    };
    let mut text = template::render(&message.template, &message.locale, medium, &variables)?;
    if medium == Medium::Text {
        text.subject = sayable(&text.subject);
        text.body = sayable(&text.body);
    }
    let channel = Channel::pick(medium, &text.subject, &text.body, !attachments.is_empty())?;
    Ok(Letter {
        id: message.id,
        channel,
        to,
        template: message.template,
        locale: message.locale,
        reference: message.reference,
        subject: text.subject,
        body: text.body,
        attachments,
        variables,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use contract::notification::v1::Attachment;
    use prost::Message as _;

    use super::*;

    fn claimed(template: &str, to: To, variables: &[(&str, &str)], attachments: Vec<Attachment>) -> Claimed {
        let variables: HashMap<_, _> = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let content = MessageContent { to: Some(to), variables, attachments };
        Claimed {
            id: Uuid::nil(),
            template: template.into(),
            locale: "ko".into(),
            reference: String::new(),
            sealed: sealer().seal("message", &content.encode_to_vec()),
        }
    }

    fn sealer() -> Sealer {
        Sealer::new([7; 32])
    }

    // NO-1
    #[test]
    fn a_letter_is_rendered_and_finds_its_channel() {
        let phone = || To::Phone("01000001234".into());
        let code = write(&sealer(), claimed("one-time-code", phone(), &[("code", "123456"), ("minutes", "3")], vec![]))
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((code.channel, code.subject.as_str()), (Channel::Sms, ""));
        let gift = claimed("gift", phone(), &[("subject", "생일 축하"), ("text", "선물입니다")], vec![]);
        assert_eq!(write(&sealer(), gift).map(|l| l.channel), Ok(Channel::Lms));
        let none = write(&sealer(), claimed("one-time-code", phone(), &[], vec![])).err();
        assert_eq!(none, Some(Failure::VariableMissing("code".into())));
        let unknown = write(&sealer(), claimed("birthday", phone(), &[], vec![])).err();
        assert_eq!(unknown, Some(Failure::TemplateUnknown));
    }

    #[test]
    fn what_does_not_open_is_a_failure() {
        let mut asked = claimed("one-time-code", To::Phone("01000001234".into()), &[("code", "1")], vec![]);
        asked.sealed[40] ^= 1;
        assert_eq!(write(&sealer(), asked).err(), Some(Failure::Unreadable));
    }
}
