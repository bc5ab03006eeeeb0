//! Gives a consent to what a selection will cost, in the wording that was shown (BI-28). The super admin, or an admin with
//! `order.place`.

use contract::{billing::v1 as pb, money, timestamp};
use flow::{Caller, Fields, Refusal, Stop, Tx, Verb, code};
use serde::Serialize;
use words::{Wrong, text};

use super::{Consent, needed, table};
use crate::{
    catalogue::Catalogues,
    price::preview::Basis,
    selection::{self, Selection},
};

/// BI-28.
pub const NO_CONSENT_NEEDED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "NO_CONSENT_NEEDED",
    "This selection raises no price; order it without a consent.",
    "요금이 오르지 않으므로 동의가 필요하지 않습니다.",
);
/// BI-28.
pub const WORDING_CHANGED: Refusal = Refusal::new(
    code::FAILED_PRECONDITION,
    "CONSENT_WORDING_CHANGED",
    "The wording is version {version} now. Show the preview's wording again and send that version.",
    "동의 문구가 {version} 버전으로 바뀌었습니다. 문구를 다시 확인하고 동의해 주세요.",
);

const NOT_AGREED: Wrong = Wrong::new("NOT_AGREED", "Only an explicit yes is a consent.", "명시적으로 동의해야 합니다.");

/// The command.
#[derive(Debug, Clone, Serialize)]
pub struct GiveConsent {
    selection: Selection,
    wording_version: String,
}

impl Verb for GiveConsent {
    const NAME: &'static str = "GiveConsent";
    type Answer = Consent;

    fn permit(&self, caller: &Caller) -> Result<(), Refusal> {
        caller.admin_with("order.place")
    }

    async fn perform(&self, tx: &mut Tx) -> Result<Consent, Stop> {
        let all = tx.part::<Catalogues>();
        let basis = Basis::of(tx.conn(), &all, tx.caller(), &self.selection, tx.today()).await?;
        let needed = needed(&basis, &self.selection).ok_or(NO_CONSENT_NEEDED)?;
        if needed.wording_version != self.wording_version {
            return Err(WORDING_CHANGED.with("version", needed.wording_version).into());
        }
        let account = tx.caller().account()?;
        let consent = Consent {
            id: tx.id(),
            company: tx.caller().company()?,
            account: account.id,
            site: needed.site,
            old_fee: needed.old_fee,
            new_fee: needed.new_fee,
            wording: needed.wording.ko,
            wording_version: needed.wording_version,
            given_at: tx.now(),
        };
        table::insert(tx, &consent).await?;
        Ok(consent)
    }
}

/// Reads the request.
pub fn parse(m: pb::GiveConsentRequest) -> Result<GiveConsent, Refusal> {
    let f = Fields::new();
    let (selection, wording_version, ()) = f.all((
        selection::parse(&f, m.selection),
        f.word("wording_version", text::line(&m.wording_version, 50)),
        f.must(m.agreed, "agreed", NOT_AGREED),
    ))?;
    Ok(GiveConsent { selection, wording_version })
}

/// The answer.
pub fn render(c: Consent) -> pb::Consent {
    pb::Consent {
        consent_id: c.id.to_string(),
        site_id: c.site.to_string(),
        old_monthly_fee: money(c.old_fee),
        new_monthly_fee: money(c.new_fee),
        create_time: timestamp(c.given_at),
        expire_time: timestamp(c.expires_at()),
        wording: c.wording,
        wording_version: c.wording_version,
    }
}
