//! Passwords (ID-5): what makes one, and how it is kept: argon2id in a thread of its own, at most two at a time (S09), so
//! that a flood of logins costs neither memory nor the other calls.

mod argon;

use std::sync::Arc;

use argon2::Params;
use flow::{Fault, Stop};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use words::{LoginId, Secret, Wrong};

const SHORTEST: usize = 10;
const LONGEST: usize = 128;
/// Shorter names occur in good passwords by chance.
const CONTEXT_FROM: usize = 4;
/// At once, in one process.
const AT_ONCE: usize = 2;
/// One a line: whole passwords, and stems that digits, signs and the usual letter tricks do not make better.
const LEAKED: &str = include_str!("password/leaked.txt");

const LENGTH: Wrong = Wrong::new("PASSWORD_LENGTH", "Use 10 to 128 characters.", "10자 이상 128자 이하로 입력하세요.");
const KINDS: Wrong = Wrong::new(
    "PASSWORD_KINDS",
    "Use upper-case and lower-case letters, digits and special characters, at least one of each.",
    "영문 대문자, 소문자, 숫자, 특수문자를 모두 사용하세요.",
);
const KNOWN: Wrong = Wrong::new(
    "PASSWORD_KNOWN",
    "This password is among those that were leaked. Choose another.",
    "유출된 적이 있는 비밀번호입니다. 다른 비밀번호를 사용하세요.",
);
const CONTEXTUAL: Wrong = Wrong::new(
    "PASSWORD_CONTEXT",
    "The password must not contain your login id, company or name.",
    "비밀번호에 아이디, 회사명, 이름을 사용할 수 없습니다.",
);

/// A password that may be set. It is never shown, and serialised only into the keyed digest of a request.
#[derive(Debug, Clone, Serialize)]
pub struct Password(Secret<String>);

impl Password {
    /// ID-5: length, kinds, not leaked; `around` are the texts it must not contain.
    pub fn parse(text: &str, login_id: Option<&LoginId>, around: &[&str]) -> Result<Self, Wrong> {
        if text.is_empty() {
            return Err(Wrong::MISSING);
        }
        if !(SHORTEST..=LONGEST).contains(&text.chars().count()) {
            return Err(LENGTH);
        }
        let has = |kind: fn(char) -> bool| text.chars().any(kind);
        let special = |c: char| !c.is_alphanumeric();
        if !(has(|c| c.is_ascii_uppercase())
            && has(|c| c.is_ascii_lowercase())
            && has(|c| c.is_ascii_digit())
            && has(special))
        {
            return Err(KINDS);
        }
        if is_leaked(text) {
            return Err(KNOWN);
        }
        let lower = text.to_lowercase();
        let mut names = around.iter().copied().chain(login_id.map(LoginId::as_str));
        if names.any(|name| name.chars().count() >= CONTEXT_FROM && lower.contains(&name.to_lowercase())) {
            return Err(CONTEXTUAL);
        }
        Ok(Self(Secret::new(text.to_owned())))
    }

    /// A temporary one (ID-20): random, and of every kind.
    pub fn temporary() -> Self {
        let random = words::RandomToken::new();
        let letters: String = random.expose().chars().filter(char::is_ascii_alphanumeric).take(14).collect();
        Self(Secret::new(format!("Td7!{letters}")))
    }

    /// The text, for its owner only.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

fn is_leaked(text: &str) -> bool {
    let lower = text.to_lowercase();
    // Digits and signs around the word add nothing; those within it stand for letters.
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    let plain: String = core
        .chars()
        .filter_map(|c| match c {
            '@' => Some('a'),
            '0' => Some('o'),
            '1' => Some('i'),
            '3' => Some('e'),
            '$' => Some('s'),
            c if c.is_alphabetic() => Some(c),
            _ => None,
        })
        .collect();
    LEAKED.lines().any(|known| known == lower || known == core || known == plain)
}

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    gate: Arc<Semaphore>,
    nobodys: Arc<str>,
}

impl Passwords {
    /// One for the process.
    pub fn new() -> anyhow::Result<Self> {
        let nobodys = argon::hash(words::RandomToken::new().expose().as_bytes())?.into();
        Ok(Self { gate: Arc::new(Semaphore::new(AT_ONCE)), nobodys })
    }

    /// A turn at the gate; hold it while one password is dealt with.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, Stop> {
        self.gate.clone().acquire_owned().await.map_err(|e| Fault::bug(e).into())
    }

    /// What to keep of a new password.
    pub async fn hash(&self, password: &Password) -> Result<Secret<String>, Stop> {
        let _turn = self.turn().await?;
        let text = password.0.clone();
        let done = tokio::task::spawn_blocking(move || argon::hash(text.expose().as_bytes())).await;
        Ok(Secret::new(done.map_err(Fault::bug)??))
    }

    /// Whether it is the one that was kept; for nobody's account it takes as long and says no (S07).
    pub async fn check(
        &self,
        _turn: &OwnedSemaphorePermit,
        presented: &Secret<String>,
        kept: Option<Secret<String>>,
    ) -> Result<Checked, Stop> {
        let (presented, nobodys) = (presented.clone(), self.nobodys.clone());
        let work = move || {
            let known = kept.is_some();
            let kept = kept.as_ref().map_or(&*nobodys, |k| k.expose().as_str());
            // Longer ones were never taken (ID-5), and must not cost a long hash either.
            let short = presented.expose().chars().count() <= LONGEST;
            let text = if short { presented.expose().as_bytes() } else { b"" };
            let right = argon::verify(text, kept).unwrap_or_default();
            let right = right && known && short;
            let rehash = if right && is_weak(kept) {
                Some(Secret::new(argon::hash(presented.expose().as_bytes())?))
            } else {
                None
            };
            anyhow::Ok(Checked { right, kept: Secret::new(kept.to_owned()), rehash })
        };
        Ok(tokio::task::spawn_blocking(work).await.map_err(Fault::bug)??)
    }
}

/// What checking found.
pub struct Checked {
    /// It is the one.
    pub right: bool,
    /// What it was checked against: the verb looks whether that still is the account's.
    pub kept: Secret<String>,
    /// To keep instead: the old one was made with smaller parameters (S05).
    pub rehash: Option<Secret<String>>,
}

fn is_weak(kept: &str) -> bool {
    let memory = kept.split('$').nth(3).and_then(|p| p.split(',').find_map(|kv| kv.strip_prefix("m=")));
    memory.and_then(|m| m.parse::<u32>().ok()).is_none_or(|m| m < Params::DEFAULT_M_COST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> &'static str {
        Password::parse(text, Some(&"hong1234".parse().unwrap()), &["두레상사"]).map_or_else(|w| w.reason, |_| "fine")
    }

    // ID-5, S02, S03
    #[test]
    fn a_password_has_every_kind_and_is_not_known() {
        assert_eq!(why(""), "MISSING");
        assert_eq!(why("Ab1!"), "PASSWORD_LENGTH");
        assert_eq!(why(&"Ab1!".repeat(33)), "PASSWORD_LENGTH");
        assert_eq!(why("abcdefgh1!"), "PASSWORD_KINDS");
        assert_eq!(why("ABCDEFGH1!"), "PASSWORD_KINDS");
        assert_eq!(why("Abcdefgh!!"), "PASSWORD_KINDS");
        assert_eq!(why("Abcdefgh12"), "PASSWORD_KINDS");
        assert_eq!(why("P@ssw0rd123!"), "PASSWORD_KNOWN");
        assert_eq!(why("Qwerty2023!!"), "PASSWORD_KNOWN");
        assert_eq!(why("X!hong1234Yz"), "PASSWORD_CONTEXT");
        assert_eq!(why("Ab1!두레상사999"), "PASSWORD_CONTEXT");
        assert_eq!(why("Gift-Box-Blue-71"), "fine");
        assert_eq!(why("가나다라마바사아자차Zz1🎁"), "fine");
        assert_eq!(why(Password::temporary().expose()), "fine");
    }

    // S02, S05, S07
    #[tokio::test]
    async fn what_is_kept_tells_only_the_right_one() {
        let passwords = Passwords::new().unwrap();
        let text = "가나다라마바사아자차Zz1🎁";
        let kept = passwords.hash(&Password::parse(text, None, &[]).unwrap()).await.unwrap();
        assert!(kept.expose().starts_with("$argon2id$") && kept.expose().contains("m=19456"));
        let turn = passwords.turn().await.unwrap();
        let presented = Secret::new(text.to_owned());
        assert!(passwords.check(&turn, &presented, Some(kept.clone())).await.unwrap().right);
        let longer = Secret::new(format!("{text}x"));
        assert!(!passwords.check(&turn, &longer, Some(kept)).await.unwrap().right);
        assert!(!passwords.check(&turn, &presented, None).await.unwrap().right);
    }
}
