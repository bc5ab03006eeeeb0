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
    Failure, Lane, Message,
    claim::{ClaimMessages, Claimed},
    record::{Handed, Outcome, RecordHandOver},
    table,
};
use crate::{
    channel::{Channel, Medium, sayable},
    outside::{Letter, Ports},
    picture::{self, Picture},
    template,
};

/// What a carrier takes in one call (NO-2).
const TEXTS: u64 = 1_000;
/// Mails go one by one, a few at a time.
const MAILS: u64 = 200;

/// By their digests.
type Pictures = HashMap<String, Arc<Picture>>;

/// Hands over one batch of the lane; `More` if there may be more at once.
pub async fn hand_over(flow: Flow, lane: Lane) -> Result<Done, Stop> {
    let ports = flow.part::<Ports>();
    let (port, most) = match lane.medium {
        Medium::Mail => (&ports.mail, MAILS),
        Medium::Text => (&ports.text, TEXTS),
    };
    if !table::any_due(flow.db().read(), lane, flow.clock().now()).await? {
        return Ok(Done::All);
    }
    let lease = Uuid::new_v4();
    let claim = flow.run_own(ClaimMessages { lane, lease, most }).await?;
    if claim.messages.is_empty() {
        return Ok(Done::All);
    }
    let opened: Vec<_> = claim.messages.into_iter().map(|message| open(flow.sealer(), message)).collect();
    let wanted = opened.iter().filter_map(|(_, content)| content.as_ref().ok().map(|content| content.picture.clone()));
    let wanted: BTreeSet<_> = wanted.filter(|digest| !digest.is_empty()).collect();
    let pictures = match wanted.is_empty() {
        true => Pictures::new(),
        false => picture::table::find(flow.db().read(), flow.sealer(), wanted).await?,
    };
    let (mut letters, mut on_the_way, mut handed) = (Vec::with_capacity(opened.len()), Vec::new(), Vec::new());
    for (claimed, content) in opened {
        let message = claimed.message.clone();
        let outcome = match content.and_then(|content| write(claimed, content, &pictures)) {
            Ok(letter) => {
                letters.push(letter);
                on_the_way.push(message);
                continue;
            }
            Err(why @ Failure::PictureMissing) => Outcome::Later(why),
            Err(why) => Outcome::Never(why),
        };
        handed.push(Handed { message, channel: None, outcome });
    }
    let outcomes = if letters.is_empty() { Vec::new() } else { port.send(&letters).await };
    let sent = |((message, letter), outcome): ((Message, &Letter), _)| Handed {
        message,
        channel: Some(letter.channel),
        outcome,
    };
    handed.extend(on_the_way.into_iter().zip(&letters).zip(outcomes).map(sent));
    tracing::info!(medium = lane.medium.as_str(), urgent = lane.urgent, count = handed.len(), "handed over");
    flow.run_own(RecordHandOver { medium: lane.medium, lease, handed }).await?;
    Ok(if claim.more { Done::More } else { Done::All })
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
        id: message.message.id,
        channel,
        to,
        template: message.template,
        locale: message.locale,
        reference: message.message.reference,
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

    use super::{super::State, *};

    fn claimed(template: &str, content: &MessageContent) -> Claimed {
        let at = "2026-11-23T01:00:00Z".parse().unwrap();
        let message = Message {
            id: Uuid::nil(),
            reference: String::new(),
            urgent: false,
            state: State::Queued,
            channel: None,
            reason: String::new(),
            attempts: 1,
            asked_at: at,
            due_at: at,
        };
        Claimed {
            message,
            template: template.into(),
            locale: "ko".into(),
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
