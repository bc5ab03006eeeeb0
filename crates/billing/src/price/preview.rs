//! Shows what a selection costs today (BI-5) and, on wish, seals it as a price lock for 15 minutes (BI-25). Any signed-in
//! account may ask; what builds on a site needs the company's own.

use contract::{billing::v1 as pb, money, timestamp};
use flow::{Caller, Fields, Read, Refusal, Stop, Tx, Verb};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use words::Day;

use super::{Price, calculate, render::render as render_price};
use crate::{
    catalogue::{Catalogue, Catalogues},
    consent::{self, Needed},
    membership::{self, Membership},
    price_lock::{self, PriceLock},
    selection::{self, Selection},
};

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct PreviewPrice {
    selection: Selection,
}

/// A price, perhaps held.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Preview {
    price: Price,
    lock: Option<PriceLock>,
    consent: Option<Needed>,
}

impl Verb for PreviewPrice {
    const NAME: &'static str = "PreviewPrice";
    type Answer = Preview;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.signed_in()
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Preview, Stop> {
        let all = tx.part::<Catalogues>();
        let basis = Basis::of(tx.conn(), &all, tx.caller(), &self.selection, tx.today()).await?;
        let lock = PriceLock::seal(tx, self.selection.clone(), &basis)?;
        price_lock::table::insert(tx, &lock).await?;
        Ok(Preview { consent: consent::needed(&basis, &self.selection), price: basis.price, lock: Some(lock) })
    }
}

/// What a price was made from.
pub struct Basis<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// What the site holds.
    pub membership: Option<Membership>,
    /// The price.
    pub price: Price,
    /// The day it was made.
    pub day: Day,
}

impl<'a> Basis<'a> {
    /// The price of a selection for this caller today.
    pub async fn of(
        conn: &impl ConnectionTrait,
        all: &'a Catalogues,
        caller: &Caller,
        s: &Selection,
        today: Day,
    ) -> Result<Self, Stop> {
        let catalogue = all.on(today).ok_or_else(|| crate::catalogue::views::NO_CATALOGUE.with("day", today))?;
        let membership = match s.site {
            Some(site) => Some(membership::table::of_site(conn, caller.company()?, site).await?),
            None => None,
        };
        let price = calculate(catalogue, s, membership.as_ref().map(|m| &m.held), today)?;
        Ok(Self { catalogue, membership, price, day: today })
    }
}

/// Reads the request.
pub fn parse(m: pb::PreviewPriceRequest) -> Result<PreviewPrice, Refusal> {
    let f = Fields::new();
    let (selection,) = f.all((selection::parse(&f, m.selection),))?;
    Ok(PreviewPrice { selection })
}

/// Without a seal nothing is written.
pub async fn view(read: Read, m: pb::PreviewPriceRequest) -> Result<pb::PreviewPriceReply, Stop> {
    let PreviewPrice { selection } = parse(m)?;
    let all = read.part::<Catalogues>();
    let basis = Basis::of(read.conn(), &all, read.caller(), &selection, read.today()).await?;
    Ok(render(Preview { consent: consent::needed(&basis, &selection), price: basis.price, lock: None }))
}

/// The answer.
pub fn render(p: Preview) -> pb::PreviewPriceReply {
    pb::PreviewPriceReply {
        price: Some(render_price(&p.price)),
        price_lock_id: p.lock.as_ref().map(|l| l.id().to_string()).unwrap_or_default(),
        price_lock_expire_time: p.lock.and_then(|l| timestamp(l.expires_at())),
        consent_needed: p.consent.map(|c| pb::ConsentNeeded {
            old_monthly_fee: money(c.old_fee),
            new_monthly_fee: money(c.new_fee),
            wording_version: c.wording_version,
            wording_ko: c.wording.ko,
            wording_en: c.wording.en,
        }),
    }
}
