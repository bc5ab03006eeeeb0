//! Hands over the messages of one lane (NO-1): claim a batch, render, pick the channel, call the port, record what it
//! says. The call happens between two transactions; whoever dies in between leaves the batch to the next holder of the
//! lease, and the ports know each message by its id.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

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
    picture::{self, Picture},
    template,
};

/// One batch: what a carrier takes in one call (NO-2).
pub const BATCH: u64 = 1_000;

/// By their digests.
type Pictures = HashMap<String, Arc<Picture>>;

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

    let opened: Vec<_> = claimed.into_iter().map(|message| open(flow.sealer(), message)).collect();
    let wanted = opened.iter().filter_map(|(_, content)| content.as_ref().ok().map(|content| content.picture.clone()));
    let wanted: BTreeSet<_> = wanted.filter(|digest| !digest.is_empty()).collect();
    let pictures = picture::table::find(flow.db().read(), flow.sealer(), wanted).await?;
    let (mut letters, mut handed) = (Vec::with_capacity(opened.len()), Vec::new());
    for (message, content) in opened {
        let id = message.id;
        let outcome = match content.and_then(|content| write(message, content, &pictures)) {
            Ok(letter) => {
                letters.push(letter);
                continue;
            }
            Err(why @ Failure::PictureMissing) => Outcome::Later(why),
            Err(why) => Outcome::Never(why),
        };
        handed.push(Handed { id, channel: None, outcome });
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

fn open(sealer: &Sealer, message: Claimed) -> (Claimed, Result<MessageContent, Failure>) {
    let content = contract::ask::open(sealer, &message.sealed).map_err(|_| Failure::Unreadable);
    (message, content)
}

/// The letter to send.
fn write(message: Claimed, content: MessageContent, pictures: &Pictures) -> Result<Letter, Failure> {
    let asked = content.channel();
    let MessageContent { to, variables, attachments, picture, .. } = content;
    let picture = match picture.as_str() {
        "" => None,
        digest => Some(pictures.get(digest).cloned().ok_or(Failure::PictureMissing)?),
    };
    let (to, medium) = match to.ok_or(Failure::Unreadable)? {
        To::Email(address) => (address, Medium::Mail),
        To::Phone(number) => (number, Medium::Text),
    };
    let mut text = template::render(&message.template, &message.locale, medium, &variables)?;
    if medium == Medium::Text {
        text.subject = sayable(&text.subject);
        text.body = sayable(&text.body);
    }
    let channel = Channel::pick(medium, &text.subject, &text.body, asked)?;
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
        picture,
        variables,
    })
}

#[cfg(test)]
mod tests {
    use contract::notification::v1::Channel as Asked;
    use prost::Message as _;

    use super::*;

    fn claimed(template: &str, content: &MessageContent) -> Claimed {
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

    fn content(variables: &[(&str, &str)]) -> MessageContent {
        let variables = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        MessageContent { to: Some(To::Phone("01000001234".into())), variables, ..Default::default() }
    }

    fn letter(template: &str, content: &MessageContent, pictures: &Pictures) -> Result<Letter, Failure> {
        let (message, content) = open(&sealer(), claimed(template, content));
        write(message, content?, pictures)
    }

    // NO-1
    #[test]
    fn a_letter_is_rendered_and_finds_its_channel() {
        let none = Pictures::new();
        let code = letter("one-time-code", &content(&[("code", "123456"), ("minutes", "3")]), &none)
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((code.channel, code.subject.as_str()), (Channel::Sms, ""));
        let gift = content(&[("subject", "생일 축하"), ("text", "선물입니다")]);
        assert_eq!(letter("gift", &gift, &none).map(|l| l.channel), Ok(Channel::Lms));
        let missing = letter("one-time-code", &content(&[]), &none).err();
        assert_eq!(missing, Some(Failure::VariableMissing("code".into())));
        assert_eq!(letter("birthday", &content(&[]), &none).err(), Some(Failure::TemplateUnknown));
    }

    // NO-1
    #[test]
    fn a_picture_travels_as_an_mms_and_one_that_is_not_there_is_waited_for() {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let gift = MessageContent {
            channel: Asked::Mms.into(),
            picture: digest.into(),
            ..content(&[("subject", ""), ("text", "선물입니다")])
        };
        assert_eq!(letter("gift", &gift, &Pictures::new()).err(), Some(Failure::PictureMissing));
        let picture = Arc::new(Picture::new(digest, b"abc".to_vec()).unwrap());
        let sent =
            letter("gift", &gift, &Pictures::from([(digest.to_owned(), picture)])).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((sent.channel, sent.picture.unwrap().data.as_slice()), (Channel::Mms, &b"abc"[..]));
    }

    #[test]
    fn what_does_not_open_is_a_failure() {
        let mut asked = claimed("one-time-code", &content(&[("code", "1")]));
        asked.sealed[40] ^= 1;
        assert_eq!(open(&sealer(), asked).1.err(), Some(Failure::Unreadable));
    }
}
