//! Lots as their company sees them, the proof of one (VO-19), and the dashboard's figures (VO-14).

use contract::{date, money, timestamp, voucher::v1 as pb};
use flow::{Fields, Page, Read, Stop};
use words::Money;

use super::{LOT_NOT_FOUND, Lot, LotId, State, table};
use crate::{
    ledger::{self, Account, Buckets, Movement},
    send,
};

/// A lot as it is shown.
pub fn render(lot: &Lot) -> pb::Lot {
    let state = match lot.state {
        State::Open => pb::LotState::Open,
        State::Closed => pb::LotState::Closed,
        State::Expired => pb::LotState::Expired,
        State::Parked => pb::LotState::Parked,
    };
    pb::Lot {
        lot_id: lot.id.to_string(),
        purchase_id: lot.purchase.clone(),
        company_id: lot.company.to_string(),
        face_value: money(lot.face),
        available: money(lot.buckets.available),
        reserved: money(lot.buckets.reserved),
        outstanding: money(lot.buckets.outstanding),
        claimed: money(lot.buckets.claimed),
        expired: money(lot.buckets.expired),
        refunded: money(lot.buckets.refunded),
        funded_on: date(lot.funded_on),
        valid_through: date(lot.valid_through),
        state: state.into(),
        version: lot.version,
        create_time: timestamp(lot.created_at),
    }
}

/// `GetLot`.
pub async fn get(read: Read, m: pb::GetLotRequest) -> Result<pb::Lot, Stop> {
    Ok(render(&find(&read, &m.lot_id).await?))
}

/// `ListLots`.
pub async fn list(read: Read, m: pb::ListLotsRequest) -> Result<pb::ListLotsReply, Stop> {
    let company = read.caller().confined_to()?;
    let page = Page::parse(m.page_size, &m.page_token, &company)?;
    let mut lots = table::page(read.conn(), company, &page).await?;
    let next_page_token = page.cut(&mut lots, |lot| lot.id.uuid().to_string());
    Ok(pb::ListLotsReply { lots: lots.iter().map(render).collect(), next_page_token })
}

/// `ProveLot` (VO-19): the chain of entries, and the identity recomputed from all of them.
pub async fn prove(read: Read, m: pb::ProveLotRequest) -> Result<pb::LotProof, Stop> {
    let lot = find(&read, &m.lot_id).await?;
    let page = Page::parse(m.page_size, &m.page_token, &lot.id)?;
    let mut entries = ledger::table::entries(read.conn(), lot.id, &page).await?;
    let next_page_token = page.cut(&mut entries, |entry| entry.sequence.to_string());
    let counted = ledger::table::count(read.conn(), Some(lot.id)).await?.pop().ok_or(LOT_NOT_FOUND)?;
    Ok(pb::LotProof {
        lot: Some(render(&lot)),
        entries: entries.iter().map(entry).collect(),
        next_page_token,
        recomputed: Some(buckets(&counted.entries)),
        holds: counted.breaches.is_empty(),
        breaches: counted.breaches,
    })
}

/// `GetVoucherSummary` (VO-14).
pub async fn summary(read: Read, _: pb::GetVoucherSummaryRequest) -> Result<pb::VoucherSummary, Stop> {
    let company = read.caller().company()?;
    let lots = table::page(read.conn(), Some(company), &Page::parse(1_000, "", &company)?).await?;
    let sum = |of: fn(&Lot) -> Money| Money::total(lots.iter().map(of)).unwrap_or(Money::ZERO);
    let today = read.today();
    let sendable = Money::total(lots.iter().filter(|lot| lot.usable(today).is_ok()).map(|lot| lot.buckets.available));
    let sends = send::table::summary(read.conn(), company).await?;
    Ok(pb::VoucherSummary {
        sendable: money(sendable.unwrap_or(Money::ZERO)),
        reserved: money(sum(|lot| lot.buckets.reserved)),
        scheduled_sends: sends.scheduled,
        last_send_time: sends.last_at.and_then(timestamp),
        last_send_gifts: sends.last_gifts,
        total_sends: sends.total,
    })
}

/// The six buckets as they are shown.
pub fn buckets(of: &Buckets) -> pb::LotBuckets {
    pb::LotBuckets {
        available: money(of.available),
        reserved: money(of.reserved),
        outstanding: money(of.outstanding),
        claimed: money(of.claimed),
        expired: money(of.expired),
        refunded: money(of.refunded),
        total: of.total().and_then(money),
    }
}

async fn find(read: &Read, id: &str) -> Result<Lot, Stop> {
    let f = Fields::new();
    let (id,) = f.all((f.parse::<LotId>("lot_id", id),))?;
    Ok(table::find(read.conn(), id, read.caller().confined_to()?).await?.ok_or(LOT_NOT_FOUND)?)
}

fn entry(of: &ledger::table::Entry) -> pb::LedgerEntry {
    let kind = match of.movement {
        Movement::Fund => pb::EntryKind::Fund,
        Movement::Reserve => pb::EntryKind::Reserve,
        Movement::Release => pb::EntryKind::Release,
        Movement::Issue => pb::EntryKind::Issue,
        Movement::Claim => pb::EntryKind::Claim,
        Movement::Decline => pb::EntryKind::Decline,
        Movement::Recall => pb::EntryKind::Recall,
        Movement::ExpireLot | Movement::ExpireGifts => pb::EntryKind::Expire,
        Movement::Close => pb::EntryKind::Close,
    };
    pb::LedgerEntry {
        sequence: of.sequence,
        kind: kind.into(),
        from: account(of.from).into(),
        to: account(of.to).into(),
        amount: money(of.amount),
        reference: of.reference.to_string(),
        create_time: timestamp(of.at),
    }
}

fn account(of: Account) -> pb::LedgerAccount {
    match of {
        Account::Purchase => pb::LedgerAccount::Purchase,
        Account::Available => pb::LedgerAccount::Available,
        Account::Reserved => pb::LedgerAccount::Reserved,
        Account::Outstanding => pb::LedgerAccount::Outstanding,
        Account::Claimed => pb::LedgerAccount::Claimed,
        Account::Expired => pb::LedgerAccount::Expired,
        Account::Refunded => pb::LedgerAccount::Refunded,
    }
}
