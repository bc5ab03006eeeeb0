//! Picks the channel of a message (NO-1): an e-mail goes by mail; a text by what the carriers can carry: SMS up to 90
//! bytes, LMS up to 2,000 or with a subject, or as the asking service has settled (an MMS always), counted in the carriers' character set (CP949: two
//! bytes a Hangul syllable).

use contract::notification::v1 as pb;
use encoding_rs::EUC_KR;
use serde::{Deserialize, Serialize};

use crate::message::Failure;

/// Bytes of an SMS.
pub const SMS_MOST: usize = 90;
/// Bytes of an LMS or MMS.
pub const LMS_MOST: usize = 2_000;

/// Where a message goes, as far as its address tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Medium {
    /// To an e-mail address.
    Mail,
    /// To a telephone number.
    Text,
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Channel {
    /// E-mail.
    Email,
    /// Short text.
    Sms,
    /// Long text.
    Lms,
    /// Text with a picture.
    Mms,
}

impl Medium {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Text => "text",
        }
    }
}

impl Channel {
    const ALL: [Self; 4] = [Self::Email, Self::Sms, Self::Lms, Self::Mms];

    /// As it is stored, and as the carriers call it in capitals.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Lms => "lms",
            Self::Mms => "mms",
        }
    }

    /// From how it is stored.
    pub fn stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }

    /// For this subject and body to this medium; NO-1. `asked` is what the asking service has settled: a text goes that
    /// way, unless that cannot hold it.
    pub fn pick(medium: Medium, subject: &str, body: &str, asked: pb::Channel) -> Result<Self, Failure> {
        match (medium, bytes(body)) {
            (Medium::Mail, _) => Ok(Self::Email),
            (Medium::Text, length) if length > LMS_MOST => Err(Failure::TextTooLong),
            (Medium::Text, _) if asked == pb::Channel::Mms => Ok(Self::Mms),
            (Medium::Text, _) if asked == pb::Channel::Lms => Ok(Self::Lms),
            (Medium::Text, ..=SMS_MOST) if subject.is_empty() => Ok(Self::Sms),
            (Medium::Text, _) => Ok(Self::Lms),
        }
    }
}

impl From<Channel> for pb::Channel {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::Email,
            Channel::Sms => Self::Sms,
            Channel::Lms => Self::Lms,
            Channel::Mms => Self::Mms,
        }
    }
}

/// The text as the carriers' character set can say it: what it lacks (emoji) becomes a question mark.
pub fn sayable(text: &str) -> String {
    let mut buffer = [0; 4];
    text.chars().map(|c| if EUC_KR.encode(c.encode_utf8(&mut buffer)).2 { '?' } else { c }).collect()
}

/// Bytes in the carriers' character set.
fn bytes(text: &str) -> usize {
    EUC_KR.encode(text).0.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    // NO-1
    #[test]
    fn a_text_travels_by_its_length_in_the_carriers_bytes() {
        let open = pb::Channel::Unspecified;
        let pick = |body: &str| Channel::pick(Medium::Text, "", body, open);
        assert_eq!(pick(&"가".repeat(45)), Ok(Channel::Sms));
        assert_eq!(pick(&format!("{}a", "가".repeat(45))), Ok(Channel::Lms));
        assert_eq!(pick(&"뷁".repeat(45)), Ok(Channel::Sms), "a syllable outside KS X 1001 has two bytes as well");
        assert_eq!(pick(&"a".repeat(90)), Ok(Channel::Sms));
        assert_eq!(pick(&"가".repeat(1000)), Ok(Channel::Lms));
        assert_eq!(pick(&format!("{}a", "가".repeat(1000))), Err(Failure::TextTooLong));
        assert_eq!(Channel::pick(Medium::Text, "제목", "안녕", open), Ok(Channel::Lms), "only an SMS has no subject");
        assert_eq!(Channel::pick(Medium::Mail, "", &"가".repeat(9000), open), Ok(Channel::Email));
    }

    // NO-1, VO-6
    #[test]
    fn what_the_asking_service_has_settled_is_what_goes_out() {
        let pick = |body: &str, asked| Channel::pick(Medium::Text, "", body, asked);
        assert_eq!(pick("안녕", pb::Channel::Mms), Ok(Channel::Mms));
        assert_eq!(pick(&"a".repeat(41), pb::Channel::Lms), Ok(Channel::Lms), "41 characters, though only 41 bytes");
        assert_eq!(pick("안녕", pb::Channel::Sms), Ok(Channel::Sms));
        assert_eq!(pick(&"가".repeat(46), pb::Channel::Sms), Ok(Channel::Lms), "an SMS does not hold it");
        assert_eq!(pick(&"가".repeat(1001), pb::Channel::Mms), Err(Failure::TextTooLong));
    }

    #[test]
    fn what_the_carriers_cannot_say_becomes_a_question_mark() {
        assert_eq!(sayable("축하해요 🎂 뷁"), "축하해요 ? 뷁");
    }
}
