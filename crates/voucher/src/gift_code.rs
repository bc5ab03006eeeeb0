//! Gift codes (VO-11): 19 random characters of an alphabet of 23 without look-alikes (86 bits) and one that checks them,
//! in five groups of four. Only a keyed digest is stored. The alphabet's size is prime and every place has its own
//! weight, so one wrong character, or two that changed places, is always noticed.

use std::fmt;

use flow::{Refusal, code};
use rand::{TryRngCore, rngs::OsRng};
use words::Sealer;

const ALPHABET: &[u8; 23] = b"ACDEFGHJKMNPQRTUVWXY347";
const RANDOM: usize = 19;
/// How many characters tell attempts on the same region of codes apart from others.
const PREFIX: usize = 6;

/// VO-11: the code has a typing mistake; it was not looked up.
pub const GIFT_CODE_MISTYPED: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "GIFT_CODE_MISTYPED",
    "This is not a gift code: check the 20 characters, they stand in the message.",
    "선물 코드가 올바르지 않습니다. 문자로 받은 20자리를 다시 확인해 주세요.",
);

/// A gift code: secret.
#[derive(Clone, PartialEq, Eq)]
pub struct GiftCode(String);

impl GiftCode {
    /// A new one, from the operating system's randomness.
    pub fn random() -> Self {
        let mut text = String::with_capacity(RANDOM + 1);
        while text.len() < RANDOM {
            let mut bytes = [0; 32];
            OsRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
            // 253 = 11 × 23: above it a character would be likelier than others.
            let fair =
                bytes.iter().filter(|b| **b < 253).map(|b| char::from(ALPHABET[usize::from(*b) % ALPHABET.len()]));
            text.extend(fair.take(RANDOM - text.len()));
        }
        let check = check(text.as_bytes()).expect("made of the alphabet");
        text.push(check);
        Self(text)
    }

    /// As typed: case, spaces and hyphens do not matter.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let bare: String = text
            .chars()
            .take(100)
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let (body, last) = bare.split_at_checked(RANDOM).ok_or(GIFT_CODE_MISTYPED)?;
        match check(body.as_bytes()) {
            Some(wanted) if last.len() == 1 && last.starts_with(wanted) => Ok(Self(bare)),
            _ => Err(GIFT_CODE_MISTYPED),
        }
    }

    /// What is stored.
    pub fn digest(&self, sealer: &Sealer) -> Vec<u8> {
        sealer.digest(format!("gift code {}", self.0).as_bytes()).to_vec()
    }

    /// What tells guesses in one region apart, keyed too.
    pub fn region(&self, sealer: &Sealer) -> Vec<u8> {
        sealer.digest(format!("gift code region {}", &self.0[..PREFIX]).as_bytes())[..12].to_vec()
    }

    /// As it is written in the message: `ACDE-FGHJ-…`. The only way to the secret.
    pub fn reveal(&self) -> String {
        let groups: Vec<&str> = (0..self.0.len()).step_by(4).filter_map(|at| self.0.get(at..at + 4)).collect();
        groups.join("-")
    }
}

impl fmt::Debug for GiftCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GiftCode(secret)")
    }
}

/// The weighted sum, as a character; `None` for what is not of the alphabet.
fn check(body: &[u8]) -> Option<char> {
    let mut sum = 0;
    for (place, letter) in body.iter().enumerate() {
        let value = ALPHABET.iter().position(|a| a == letter)?;
        sum += (place + 2) * value;
    }
    Some(char::from(ALPHABET[sum % ALPHABET.len()]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        // VO-11
        let code = GiftCode::random();
        let shown = code.reveal();
        assert_eq!(shown.len(), 24);
        for text in
            [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {} ", shown.replace('-', ""))]
        {
            assert_eq!(GiftCode::parse(&text).unwrap(), code);
        }
        assert!(!shown.contains(['0', 'O', '1', 'I', 'L', '2', 'Z', '5', 'S', '8', 'B', '6']));
        assert_eq!(format!("{code:?}"), "GiftCode(secret)");
    }

    #[test]
    fn every_single_mistake_and_swap_is_noticed() {
        // VO-11
        let code = GiftCode::random().0;
        for place in 0..code.len() {
            for letter in ALPHABET {
                let mut typed = code.clone().into_bytes();
                if typed[place] == *letter {
                    continue;
                }
                typed[place] = *letter;
                assert!(GiftCode::parse(&String::from_utf8(typed).unwrap()).is_err());
            }
        }
        for place in 1..RANDOM {
            let mut typed = code.clone().into_bytes();
            typed.swap(place - 1, place);
            let same = typed[place] == typed[place - 1];
            assert_eq!(GiftCode::parse(&String::from_utf8(typed).unwrap()).is_ok(), same);
        }
        for text in ["", "A", "가나다라마바사아자차카타파하가나다라마바", &"A".repeat(1_000)] {
            assert!(GiftCode::parse(text).is_err());
        }
    }

    #[test]
    fn codes_hold_80_bits_and_do_not_repeat() {
        // VO-11: 23^19 > 2^80
        assert!(23_u128.pow(u32::try_from(RANDOM).unwrap()) > 1_u128 << 80);
        let codes: std::collections::HashSet<_> = (0..2_000).map(|_| GiftCode::random().0).collect();
        assert_eq!(codes.len(), 2_000);
    }

    proptest! {
        // VO-11
        #[test]
        fn no_text_breaks_the_reader_and_what_it_reveals_it_reads(text in "\\PC*|[A-Za-z347 -]{18,26}", body in "[ACDEFGHJKMNPQRTUVWXY347]{19}") {
            let whole = format!("{}{}", body, check(body.as_bytes()).unwrap());
            prop_assert!(GiftCode::parse(&whole).is_ok());
            for text in [text, whole] {
                match GiftCode::parse(&text) {
                    Ok(code) => prop_assert!(GiftCode::parse(&code.reveal()).is_ok_and(|again| again == code)),
                    Err(no) => prop_assert_eq!(no.reason(), "GIFT_CODE_MISTYPED"),
                }
            }
        }
    }
}
