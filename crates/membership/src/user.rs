//! Site users: who holds a seat (ME-7). A seat is given under the membership's lock, so fifty at once for ten seats are ten.

pub mod admit;
pub mod release;
pub mod table;
pub mod views;

use flow::{Caller, Instant, Refusal, Who};
use serde::{Deserialize, Serialize};
use words::{SiteId, Wrong};

use crate::membership::Membership;

/// The product's own id of a user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UserKey(String);

impl UserKey {
    /// Letters, digits, `.`, `_`, `-`, at most 64: no room for an address or a name.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        const NOT_A_USER_ID: Wrong = Wrong::new(
            "NOT_A_USER_ID",
            "Give the product's own id of the user: letters, digits, dot, underscore, hyphen, at most 64.",
            "제품의 사용자 ID를 입력하세요. 영문, 숫자, 점, 밑줄, 하이픈으로 최대 64자입니다.",
        );
        if text.is_empty() {
            return Err(Wrong::MISSING);
        }
        let letters = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if letters && text.len() <= 64 { Ok(Self(text.to_owned())) } else { Err(NOT_A_USER_ID) }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for UserKey {
    type Err = Wrong;
    fn from_str(text: &str) -> Result<Self, Wrong> {
        Self::parse(text)
    }
}

/// A user in a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seated {
    /// Where.
    pub site: SiteId,
    /// Who.
    pub user: UserKey,
    /// Since when.
    pub admitted_at: Instant,
    /// The site's seats.
    pub seats: Seats,
}

/// How many sit, of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// Sit.
    pub used: i64,
    /// By contract.
    pub contracted: i64,
    /// Beside it.
    pub complimentary: i64,
}

impl Seats {
    /// Of a membership.
    pub fn of(membership: &Membership) -> Self {
        let contracted = membership.terms().seats.min(membership.seat_limit());
        Self { used: membership.used_seats(), contracted, complimentary: membership.seat_limit() - contracted }
    }
}

/// The product, or the company's super admin or an admin who manages memberships.
pub fn product_or_manager(caller: &Caller) -> Result<(), Refusal> {
    match caller.who {
        Who::Client(_) => caller.client_with("membership.admit"),
        _ => caller.admin_with("membership.manage"),
    }
}
