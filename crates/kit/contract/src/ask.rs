//! Asking for messages (NO-1): any service announces a `MessagesRequested`; who each message goes to and what it says
//! is sealed on the way, so no event holds personal data or secrets in clear. Only notification opens it.

use prost::Message as _;
use uuid::Uuid;
use words::{AccountId, BadSeal, CompanyId, Email, Phone, Sealer};

use crate::{
    identity::v1::AdminNoticeRequested,
    notification::v1::{
        Attachment, Channel, MessageContent, MessageRequest, PictureOffered, Priority, message_content,
    },
};

/// What the content of a message is sealed for.
const CONTEXT: &str = "message";
/// What a picture is sealed for.
const PICTURE: &str = "picture";

/// The language messages are in unless asked otherwise.
const LOCALE: &str = "ko";

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// By a text, as its length asks.
    Phone(Phone),
    /// By a text of this kind, whatever its length.
    Text {
        /// To whom.
        phone: Phone,
        /// SMS, LMS or MMS.
        channel: Channel,
        /// Of an MMS: the digest of a picture that was [offered](picture).
        picture: Option<String>,
    },
    /// By mail.
    Email(Email),
}

impl From<Phone> for To {
    fn from(phone: Phone) -> Self {
        Self::Phone(phone)
    }
}

impl From<Email> for To {
    fn from(email: Email) -> Self {
        Self::Email(email)
    }
}

/// One message to ask for. `id` is chosen by the asking service: one id is delivered once.
#[expect(
    clippy::too_many_arguments,
    reason = "they are the fields of one flat message; a builder would only rename them"
)]
pub fn message<'a>(
    sealer: &Sealer,
    id: Uuid,
    template: &str,
    priority: Priority,
    on_behalf_of: &str,
    reference: &str,
    to: To,
    variables: impl IntoIterator<Item = (&'a str, String)>,
    attachments: Vec<Attachment>,
) -> MessageRequest {
    let (to, channel, picture) = match to {
        To::Phone(phone) => (message_content::To::Phone(phone.into()), Channel::Unspecified, None),
        To::Text { phone, channel, picture } => (message_content::To::Phone(phone.into()), channel, picture),
        To::Email(email) => (message_content::To::Email(email.into()), Channel::Email, None),
    };
    let content = MessageContent {
        to: Some(to),
        variables: variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        attachments,
        channel: channel.into(),
        picture: picture.unwrap_or_default(),
    };
    MessageRequest {
        message_id: id.to_string(),
        template: template.to_owned(),
        locale: LOCALE.to_owned(),
        priority: priority.into(),
        on_behalf_of: on_behalf_of.to_owned(),
        reference: reference.to_owned(),
        sealed: sealer.seal(CONTEXT, &content.encode_to_vec()),
    }
}

/// Which of a company's admins are to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admins {
    /// The super admin and whoever holds this permission.
    Holding(&'static str),
    /// The same without this one.
    HoldingBut(&'static str, AccountId),
    /// This one alone.
    Only(AccountId),
}

/// Admins to be told by mail: a fact identity takes, which alone knows their addresses. `id` is chosen by the asking
/// service: one id is told once.
pub fn admins<'a>(
    sealer: &Sealer,
    id: Uuid,
    company: CompanyId,
    who: Admins,
    template: &str,
    variables: impl IntoIterator<Item = (&'a str, String)>,
) -> AdminNoticeRequested {
    let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    notice(sealer, id, company, who, template, &MessageContent { variables, ..MessageContent::default() })
}

fn notice(
    sealer: &Sealer,
    id: Uuid,
    company: CompanyId,
    who: Admins,
    template: &str,
    content: &MessageContent,
) -> AdminNoticeRequested {
    let (permission, only, except) = match who {
        Admins::Holding(permission) => (permission, None, None),
        Admins::HoldingBut(permission, except) => (permission, None, Some(except)),
        Admins::Only(only) => ("", Some(only), None),
    };
    let text = |id: Option<AccountId>| id.map(|id| id.to_string()).unwrap_or_default();
    AdminNoticeRequested {
        notice_id: id.to_string(),
        company_id: company.to_string(),
        permission: permission.to_owned(),
        only_account_id: text(only),
        except_account_id: text(except),
        template: template.to_owned(),
        sealed: sealer.seal(CONTEXT, &content.encode_to_vec()),
    }
}

/// An admin to be told by a text to the own phone, which identity alone knows and has verified; of this kind, whatever its
/// length. `id` as in [`admins`].
#[expect(
    clippy::too_many_arguments,
    reason = "they are the fields of one flat message; a builder would only rename them"
)]
pub fn own_phone<'a>(
    sealer: &Sealer,
    id: Uuid,
    company: CompanyId,
    account: AccountId,
    template: &str,
    variables: impl IntoIterator<Item = (&'a str, String)>,
    channel: Channel,
    picture: Option<String>,
) -> AdminNoticeRequested {
    let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let picture = picture.unwrap_or_default();
    let content = MessageContent { variables, channel: channel.into(), picture, ..MessageContent::default() };
    notice(sealer, id, company, Admins::Only(account), template, &content)
}

/// Opens what [`message`] or [`admins`] sealed.
pub fn open(sealer: &Sealer, sealed: &[u8]) -> Result<MessageContent, BadSeal> {
    MessageContent::decode(sealer.open(CONTEXT, sealed)?.as_slice()).map_err(|_| BadSeal)
}

/// Offers a picture to messages that follow under the same subject: it goes once, they name it by its digest.
pub fn picture(sealer: &Sealer, digest: &str, data: &[u8]) -> PictureOffered {
    PictureOffered { digest: digest.to_owned(), sealed: sealer.seal(PICTURE, data) }
}

/// Opens what [`picture`] sealed.
pub fn open_picture(sealer: &Sealer, sealed: &[u8]) -> Result<Vec<u8>, BadSeal> {
    sealer.open(PICTURE, sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    // NO-1
    #[test]
    fn only_the_key_opens_what_a_message_says() {
        let sealer = Sealer::new([7; 32]);
        let phone = Phone::parse("01000001234").unwrap();
        let code = [("code", "123456".to_owned())];
        let asked =
            message(&sealer, Uuid::nil(), "one-time-code", Priority::Urgent, "", "", phone.into(), code, vec![]);
        let bytes = asked.encode_to_vec();
        assert!(![&b"01000001234"[..], b"123456"].iter().any(|clear| bytes.windows(clear.len()).any(|w| w == *clear)));

        let content = open(&sealer, &asked.sealed).unwrap();
        assert_eq!(content.to, Some(message_content::To::Phone("01000001234".into())));
        assert_eq!(content.variables["code"], "123456");
        assert_eq!(open(&Sealer::new([8; 32]), &asked.sealed), Err(BadSeal));
    }
}
