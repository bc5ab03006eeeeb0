//! Lots in the database.

use chrono::{DateTime, NaiveDate, Utc};
use flow::{Page, Stop, Tx};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use uuid::Uuid;
use words::{CompanyId, Day, Money};

use super::{LOT_NOT_FOUND, Lot, LotId, State, expiry::Expired};
use crate::{gift::table::Figure, ledger::Buckets, sql};

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    company_id: Uuid,
    purchase_id: String,
    face: i64,
    available: i64,
    reserved: i64,
    outstanding: i64,
    claimed: i64,
    expired: i64,
    refunded: i64,
    funded_on: NaiveDate,
    valid_through: NaiveDate,
    state: String,
    version: i64,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for Lot {
    type Error = Stop;
    fn try_from(row: Row) -> Result<Self, Stop> {
        Ok(Self {
            id: row.id.into(),
            company: row.company_id.into(),
            purchase: row.purchase_id,
            face: Money::from_won(row.face),
            buckets: Buckets {
                available: Money::from_won(row.available),
                reserved: Money::from_won(row.reserved),
                outstanding: Money::from_won(row.outstanding),
                claimed: Money::from_won(row.claimed),
                expired: Money::from_won(row.expired),
                refunded: Money::from_won(row.refunded),
            },
            funded_on: Day::from(row.funded_on),
            valid_through: Day::from(row.valid_through),
            state: State::named(&row.state).ok_or_else(|| sql::unknown("lot state"))?,
            version: row.version,
            created_at: row.created_at,
        })
    }
}

/// A new lot with nothing in it but its face value, to come by its first entry. `false`: the purchase has its lot.
pub async fn insert(tx: &Tx, lot: &Lot) -> Result<bool, Stop> {
    let values: Vec<Value> = vec![
        lot.id.uuid().into(),
        lot.company.uuid().into(),
        lot.purchase.clone().into(),
        lot.face.won().into(),
        NaiveDate::from(lot.funded_on).into(),
        NaiveDate::from(lot.valid_through).into(),
        lot.created_at.into(),
    ];
    let sql = "INSERT INTO lots (id, company_id, purchase_id, face, available, reserved, outstanding, claimed, expired, refunded, \
               funded_on, valid_through, state, version, created_at) \
               VALUES ($1, $2, $3, $4, $4, 0, 0, 0, 0, 0, $5, $6, 'open', 1, $7) ON CONFLICT (purchase_id) DO NOTHING";
    Ok(sql::run(tx.conn(), sql, values).await? == 1)
}

/// The lot, held until the transaction ends; another company's is not found.
pub async fn lock(tx: &Tx, id: LotId, company: Option<CompanyId>) -> Result<Lot, Stop> {
    let sql = format!("SELECT * FROM lots WHERE id = $1{}", sql::for_update(tx.conn()));
    let row: Option<Row> = sql::row(tx.conn(), &sql, vec![id.uuid().into()]).await?;
    let lot: Lot = row.ok_or(LOT_NOT_FOUND)?.try_into()?;
    if company.is_some_and(|company| company != lot.company) { Err(LOT_NOT_FOUND.into()) } else { Ok(lot) }
}

/// The lot of a purchase, held.
pub async fn lock_of_purchase(tx: &Tx, purchase: &str) -> Result<Option<Lot>, Stop> {
    let sql = format!("SELECT * FROM lots WHERE purchase_id = $1{}", sql::for_update(tx.conn()));
    sql::row::<Row>(tx.conn(), &sql, vec![purchase.into()]).await?.map(Lot::try_from).transpose()
}

/// The lot; `None` also if it is another company's.
pub async fn find(conn: &impl ConnectionTrait, id: LotId, company: Option<CompanyId>) -> Result<Option<Lot>, Stop> {
    let row: Option<Row> = sql::row(conn, "SELECT * FROM lots WHERE id = $1", vec![id.uuid().into()]).await?;
    let lot = row.map(Lot::try_from).transpose()?;
    Ok(lot.filter(|lot| company.is_none_or(|company| company == lot.company)))
}

/// A page of lots, newest first.
pub async fn page(conn: &impl ConnectionTrait, company: Option<CompanyId>, page: &Page) -> Result<Vec<Lot>, Stop> {
    let mut values: Vec<Value> = Vec::new();
    let mut filter = String::from("TRUE");
    if let Some(company) = company {
        values.push(company.uuid().into());
        filter = format!("company_id = ${}", values.len());
    }
    if let Some(after) = page.after_as::<Uuid>()? {
        values.push(after.into());
        filter += &format!(" AND id < ${}", values.len());
    }
    let sql = format!("SELECT * FROM lots WHERE {filter} ORDER BY id DESC LIMIT {}", page.fetch());
    sql::rows::<Row>(conn, &sql, values).await?.into_iter().map(Lot::try_from).collect()
}

/// The company's lots that sends can be paid from on this day, the one that ends first in front.
pub async fn usable(conn: &impl ConnectionTrait, company: CompanyId, today: Day) -> Result<Vec<Lot>, Stop> {
    let sql = "SELECT * FROM lots WHERE company_id = $1 AND state = 'open' AND valid_through >= $2 AND available > 0 \
               ORDER BY valid_through, id";
    let values: Vec<Value> = vec![company.uuid().into(), NaiveDate::from(today).into()];
    sql::rows::<Row>(conn, sql, values).await?.into_iter().map(Lot::try_from).collect()
}

/// Lots past their last day that still stand open, not waiting for a send that is under way (VO-15).
pub async fn past(tx: &Tx, today: Day, most: u64) -> Result<Vec<LotId>, Stop> {
    #[derive(FromQueryResult)]
    struct Id {
        id: Uuid,
    }
    let sql = format!(
        "SELECT id FROM lots WHERE state = 'open' AND valid_through < $1 AND reserved = 0 ORDER BY id LIMIT {most}"
    );
    let found: Vec<Id> = sql::rows(tx.conn(), &sql, vec![NaiveDate::from(today).into()]).await?;
    Ok(found.into_iter().map(|row| row.id.into()).collect())
}

/// Marks some open lots that end within so many days, and of which something can still expire, as noticed, and answers
/// them (VO-15): once each.
pub async fn notice(tx: &Tx, days: i64, most: u64) -> Result<Vec<Lot>, Stop> {
    let skip = if tx.conn().get_database_backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE lots SET noticed_days = $1 WHERE id IN (SELECT id FROM lots WHERE state = 'open' \
         AND valid_through >= $2 AND valid_through <= $3 AND (noticed_days IS NULL OR noticed_days > $1) \
         AND available + reserved + outstanding > 0 ORDER BY valid_through, id LIMIT {most}{skip}) RETURNING *"
    );
    let (first, last) = (NaiveDate::from(tx.today()), NaiveDate::from(tx.today().plus_days(days)));
    let rows: Vec<Row> = sql::rows(tx.conn(), &sql, vec![days.into(), first.into(), last.into()]).await?;
    rows.into_iter().map(Lot::try_from).collect()
}

/// What expired between two moments, by lot, as the ledger says (VO-15).
pub async fn expired(
    conn: &impl ConnectionTrait,
    company: Option<CompanyId>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<Expired>, Stop> {
    #[derive(FromQueryResult)]
    struct Found {
        id: Uuid,
        company_id: Uuid,
        balance: i64,
        gifts: i64,
        gift_count: i64,
    }
    let mut values: Vec<Value> = vec![start.into(), end.into()];
    let mut filter = "";
    if let Some(company) = company {
        values.push(company.uuid().into());
        filter = " AND l.company_id = $3";
    }
    let sum =
        |movement: &str| format!("CAST(SUM(CASE WHEN e.movement = '{movement}' THEN e.amount ELSE 0 END) AS bigint)");
    let sql = format!(
        "SELECT l.id, l.company_id, {} AS balance, {} AS gifts, \
         (SELECT COUNT(*) FROM gifts g WHERE g.lot_id = l.id AND g.state = 'expired') AS gift_count \
         FROM ledger_entries e JOIN lots l ON l.id = e.lot_id \
         WHERE e.movement IN ('expire_lot', 'expire_gifts') AND e.at >= $1 AND e.at < $2{filter} \
         GROUP BY l.id, l.company_id ORDER BY l.id",
        sum("expire_lot"),
        sum("expire_gifts")
    );
    let found: Vec<Found> = sql::rows(conn, &sql, values).await?;
    let expired = found.into_iter().map(|row| Expired {
        lot: row.id.into(),
        company: row.company_id.into(),
        balance: Money::from_won(row.balance),
        gifts: Figure { count: row.gift_count, amount: Money::from_won(row.gifts) },
    });
    Ok(expired.collect())
}

/// Lots of which a newer version than the last one told is there, held: else a movement could be told in between, and
/// the older balance after it. Those somebody moves at the moment come next time.
pub async fn untold(tx: &Tx, most: u64) -> Result<Vec<Lot>, Stop> {
    let postgres = tx.conn().get_database_backend() == DbBackend::Postgres;
    let held = if postgres { " FOR UPDATE OF lots SKIP LOCKED" } else { "" };
    let sql = format!(
        "SELECT lots.* FROM lots LEFT JOIN lot_told ON lot_told.lot_id = lots.id \
         WHERE lot_told.version IS NULL OR lot_told.version < lots.version ORDER BY lots.id LIMIT {most}{held}"
    );
    sql::rows::<Row>(tx.conn(), &sql, vec![]).await?.into_iter().map(Lot::try_from).collect()
}

/// This version is told; `false` if somebody was faster.
pub async fn mark_told(tx: &Tx, lot: &Lot) -> Result<bool, Stop> {
    let sql = "INSERT INTO lot_told (lot_id, version) VALUES ($1, $2) ON CONFLICT (lot_id) \
               DO UPDATE SET version = excluded.version WHERE lot_told.version < excluded.version";
    Ok(sql::run(tx.conn(), sql, vec![lot.id.uuid().into(), lot.version.into()]).await? == 1)
}

/// Where it stands from now on.
pub async fn set_state(tx: &Tx, id: LotId, state: State) -> Result<(), Stop> {
    let values: Vec<Value> = vec![id.uuid().into(), state.name().into()];
    sql::run(tx.conn(), "UPDATE lots SET state = $2 WHERE id = $1", values).await.map(drop)
}
