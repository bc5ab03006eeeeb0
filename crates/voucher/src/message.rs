//! What the recipients read and how it travels (VO-6): SMS up to 40 characters, longer as LMS, with an image as MMS. The
//! 40 and the 1,000 count the sender's body; the claim link is appended, and then the carrier's 90 and 2,000 bytes in
//! CP949 count too. Characters CP949 cannot hold are refused by name. Pure.

pub mod send_test;

use contract::notification::v1::Channel;
use encoding_rs::EUC_KR;
use flow::{Refusal, code};
use serde::{Deserialize, Serialize};
use words::{Money, Wrong, text};

use crate::gift_code::GiftCode;

const LONGEST_SUBJECT: usize = 40;
const LONGEST_BODY: usize = 1_000;
const SMS_CHARACTERS: usize = 40;
const SMS_BYTES: usize = 90;
const LMS_BYTES: usize = 2_000;

/// VO-6.
pub const MESSAGE_TOO_LONG: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "MESSAGE_TOO_LONG",
    "With the claim link the message has {bytes} bytes; a carrier takes 2,000. Shorten the body.",
    "수령 링크를 포함한 문자가 {bytes}바이트입니다. 2,000바이트 이내가 되도록 내용을 줄여 주세요.",
);

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Short.
    Sms,
    /// Long, with a subject.
    Lms,
    /// With an image.
    Mms,
}

impl From<Kind> for Channel {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Sms => Self::Sms,
            Kind::Lms => Self::Lms,
            Kind::Mms => Self::Mms,
        }
    }
}

/// Subject and body as the sender wrote them, and the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Only in LMS and MMS.
    pub subject: String,
    /// 1 to 1,000 characters.
    pub body: String,
    /// The digest of its image.
    pub image: Option<String>,
}

impl Message {
    /// VO-6, as far as it does not depend on the gift.
    pub fn new(subject: &str, body: &str) -> Result<Self, Wrong> {
        let subject = text::optional(subject, LONGEST_SUBJECT)?.unwrap_or_default();
        let body = text::body(body, LONGEST_BODY)?;
        match strangers(&format!("{subject}{body}")) {
            None => Ok(Self { subject, body, image: None }),
            Some(strangers) => Err(Wrong::new("CHARACTERS_NOT_SENDABLE", "", "").said(
                format!("A text message cannot hold these characters: {strangers}"),
                format!("문자에 쓸 수 없는 글자가 있습니다: {strangers}"),
            )),
        }
    }

    /// The whole text that a recipient gets with this gift.
    pub fn text(&self, claim_url: &str, code: &GiftCode, amount: Money) -> String {
        let code = code.reveal();
        format!("{}\n\n선물 {}원 받기\n{claim_url}/g/{code}\n코드 {code}", self.body, amount)
    }

    /// How the whole text travels.
    pub fn kind(&self, whole: &str) -> Result<Kind, Refusal> {
        let bytes = bytes(whole);
        if bytes > LMS_BYTES {
            return Err(MESSAGE_TOO_LONG.with("bytes", bytes));
        }
        if self.image.is_some() {
            return Ok(Kind::Mms);
        }
        let short = self.body.chars().count() <= SMS_CHARACTERS && bytes <= SMS_BYTES;
        Ok(if short { Kind::Sms } else { Kind::Lms })
    }

    /// An SMS has no subject.
    pub fn subject_of(&self, kind: Kind) -> &str {
        if kind == Kind::Sms { "" } else { &self.subject }
    }

    /// How it will travel with the longest code and amount there can be.
    pub fn kind_ahead(&self, claim_url: &str) -> Result<Kind, Refusal> {
        self.kind(&self.text(claim_url, &GiftCode::random(), Money::from_won(500_000)))
    }
}

/// How long a text is for a carrier: in CP949.
pub fn bytes(text: &str) -> usize {
    EUC_KR.encode(text).0.len()
}

/// The characters CP949 cannot hold, each once, at most ten; `None` if it holds all.
fn strangers(text: &str) -> Option<String> {
    let mut found = String::new();
    for c in text.chars() {
        let mut one = [0; 4];
        let unknown = EUC_KR.encode(c.encode_utf8(&mut one)).2;
        if unknown && !found.contains(c) && found.chars().count() < 10 {
            found.push(c);
        }
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(body: &str) -> Result<Kind, Refusal> {
        let message = Message::new("", body).unwrap();
        message.kind(&message.body)
    }

    #[test]
    fn forty_characters_and_ninety_bytes_are_an_sms() {
        // VO-6
        assert_eq!(kind(&"가".repeat(40)).unwrap(), Kind::Sms);
        assert_eq!(kind(&"가".repeat(41)).unwrap(), Kind::Lms);
        assert_eq!(kind(&"a".repeat(40)).unwrap(), Kind::Sms);
        let message = Message::new("", &"가".repeat(40)).unwrap();
        assert_eq!(message.kind(&format!("{}\nhttps://x.example/g", message.body)).unwrap(), Kind::Lms);
    }

    #[test]
    fn with_an_image_it_is_an_mms_whatever_its_length() {
        // VO-6
        let message = |body: &str| Message { image: Some("00".repeat(32)), ..Message::new("제목", body).unwrap() };
        for body in ["감사합니다".to_owned(), "가".repeat(900)] {
            let message = message(&body);
            assert_eq!(message.kind(&message.body).unwrap(), Kind::Mms);
            assert_eq!(message.subject_of(Kind::Mms), "제목");
        }
        let full = message(&"가".repeat(1_000));
        assert_eq!(full.kind_ahead("https://gift.example").unwrap_err().reason(), "MESSAGE_TOO_LONG");
    }

    #[test]
    fn the_body_has_at_most_a_thousand_characters_and_the_whole_two_thousand_bytes() {
        // VO-3, VO-6
        assert_eq!(kind(&"가".repeat(1_000)).unwrap(), Kind::Lms);
        assert_eq!(Message::new("", &"가".repeat(1_001)).unwrap_err().reason, "TOO_LONG");
        assert_eq!(Message::new("", " ").unwrap_err().reason, "MISSING");
        let full = Message::new("", &"가".repeat(1_000)).unwrap();
        assert_eq!(full.kind_ahead("https://gift.example").unwrap_err().reason(), "MESSAGE_TOO_LONG");
    }

    #[test]
    fn characters_a_carrier_cannot_hold_are_named() {
        // VO-6
        let wrong = Message::new("", "생일 축하해요 🎂🎂 ❤️").unwrap_err();
        assert_eq!(wrong.reason, "CHARACTERS_NOT_SENDABLE");
        assert!(wrong.en.contains('🎂'), "{}", wrong.en);
        assert!(Message::new("", "똠방각하 펲시콜라 ㈜ ★").is_ok(), "all of CP949, not only KS X 1001");
    }

    #[test]
    fn the_text_holds_link_code_and_amount() {
        let code = GiftCode::random();
        let text = Message::new("", "감사합니다").unwrap().text("https://gift.example", &code, Money::from_won(10_000));
        assert!(text.contains(&format!("https://gift.example/g/{}", code.reveal())) && text.contains("10,000원"));
    }
}
