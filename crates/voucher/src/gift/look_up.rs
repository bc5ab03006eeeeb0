//! Finds the gift of a code (VO-11): every attempt is counted by address and by region of codes before the code is
//! looked up, and only right ones are taken back; a wrong one stays counted although the answer is no.

use std::net::IpAddr;

use flow::{Stop, Tx, Verb};
use serde::Serialize;

use super::{GIFT_NOT_FOUND, Received, State, table};
use crate::{
    gift_code::GiftCode,
    settings::Settings,
    throttle::{self, Limit},
};

/// A code as it came in, not to be seen in any log; serialised as itself only for the request's keyed digest.
#[derive(Debug, Clone)]
pub struct Typed(pub GiftCode);

impl Serialize for Typed {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0.reveal())
    }
}

/// The gift of this code; recalled gifts are invisible.
pub async fn find(tx: &Tx, code: &Typed, address: Option<IpAddr>) -> Result<Received, Stop> {
    let limits = limits(tx, &code.0, address);
    for limit in &limits {
        limit.count(tx).await?;
    }
    let found = table::by_code(tx.conn(), code.0.digest(tx.sealer())).await?;
    let Some(found) = found.filter(|found| found.gift.state != State::Recalled) else {
        return Err(GIFT_NOT_FOUND.keeping());
    };
    for limit in &limits {
        limit.forgive(tx).await?;
    }
    Ok(found)
}

fn limits(tx: &Tx, code: &GiftCode, address: Option<IpAddr>) -> Vec<Limit> {
    let settings = tx.part::<Settings>();
    let window = chrono::Duration::minutes(settings.wrong_codes_window_minutes);
    let by_region = Limit { counted: code.region(tx.sealer()), window, most: settings.wrong_codes_per_region };
    throttle::wrong_codes(tx, address).into_iter().chain([by_region]).collect()
}

/// `GetGiftByCode`: a look that counts, and therefore a verb.
#[derive(Debug, Clone, Serialize)]
pub struct LookUpGift {
    /// The code.
    pub code: Typed,
    /// From where.
    pub address: Option<IpAddr>,
}

impl Verb for LookUpGift {
    const NAME: &'static str = "GetGiftByCode";
    type Answer = Received;

    async fn perform(&self, tx: &mut Tx) -> Result<Received, Stop> {
        find(tx, &self.code, self.address).await
    }
}
