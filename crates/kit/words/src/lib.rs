//! The words every context speaks: won, days, periods, numbers, ids, masks, sealing. Pure: no tokio, no database, no clock.
//!
//! A word is parsed once at the edge (`Brn::parse(text)?`) and then cannot be wrong; what is not one says why ([`Wrong`]).

mod brn;
pub mod business_day;
mod day;
mod email;
mod id;
mod login_id;
pub mod mask;
mod money;
mod period;
mod phone;
mod seal;
mod secret;
pub mod text;
mod token;
mod wrong;

pub use brn::Brn;
pub use day::{Day, seoul};
pub use email::Email;
pub use id::{AccountId, CompanyId, RequestId, SessionId, SiteId};
pub use login_id::LoginId;
pub use money::Money;
pub use period::Period;
pub use phone::Phone;
pub use seal::{BadSeal, Sealer};
pub use secret::Secret;
pub use token::{RandomToken, one_time_code};
pub use wrong::Wrong;

/// What [`typed_id!`] expands to needs these, wherever it is used.
#[doc(hidden)]
pub mod __id {
    pub use crate::id::{read, write};
    pub use serde;
    pub use uuid::Uuid;
}
