//! A day counted in the database: the ledger's claims beside the gifts'.

use chrono::{DateTime, Utc};
use flow::Stop;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;
use words::Money;

use super::{Figures, Settled};
use crate::{gift::table::Figure, sql};

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    company_id: Uuid,
    e_count: i64,
    e_amount: i64,
    e_through: i64,
    g_count: i64,
    g_amount: i64,
    g_through: i64,
    r_count: i64,
    r_amount: i64,
    r_through: i64,
}

impl From<Row> for Settled {
    fn from(row: Row) -> Self {
        let figure = |count, amount| Figure { count, amount: Money::from_won(amount) };
        let figures = Figures {
            claimed: figure(row.e_count, row.e_amount),
            gifts_claimed: figure(row.g_count, row.g_amount),
            redeemed: figure(row.r_count, row.r_amount),
            claimed_through: Money::from_won(row.e_through),
            gifts_claimed_through: Money::from_won(row.g_through),
            redeemed_through: Money::from_won(row.r_through),
        };
        Self { lot: row.id.into(), company: row.company_id.into(), figures }
    }
}

/// Every lot of which something was ever claimed before `end`, in one statement.
pub async fn settled(
    conn: &impl ConnectionTrait,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<Vec<Settled>, Stop> {
    let sum = |of: &str, when: &str, name: &str| {
        format!("CAST(COALESCE(SUM(CASE WHEN {when} THEN {of} ELSE 0 END), 0) AS bigint) AS {name}")
    };
    let entries = [sum("1", "at >= $1", "e_count"), sum("amount", "at >= $1", "e_amount")].join(", ");
    let today = "redeemed_at >= $1 AND redeemed_at < $2";
    let gifts = [
        sum("1", "ended_at >= $1", "g_count"),
        sum("amount", "ended_at >= $1", "g_amount"),
        sum("1", today, "r_count"),
        sum("amount", today, "r_amount"),
        sum("amount", "redeemed_at < $2", "r_through"),
    ]
    .join(", ");
    let columns =
        ["e_count", "e_amount", "e_through", "g_count", "g_amount", "g_through", "r_count", "r_amount", "r_through"]
            .map(|name| format!("COALESCE({name}, 0) AS {name}"))
            .join(", ");
    let sql = format!(
        "SELECT l.id, l.company_id, {columns} FROM lots l \
         LEFT JOIN (SELECT lot_id, {entries}, CAST(SUM(amount) AS bigint) AS e_through FROM ledger_entries \
           WHERE movement = 'claim' AND at < $2 GROUP BY lot_id) e ON e.lot_id = l.id \
         LEFT JOIN (SELECT lot_id, {gifts}, CAST(SUM(amount) AS bigint) AS g_through FROM gifts \
           WHERE state = 'claimed' AND ended_at < $2 GROUP BY lot_id) g ON g.lot_id = l.id \
         WHERE e.lot_id IS NOT NULL OR g.lot_id IS NOT NULL ORDER BY l.id"
    );
    let values: Vec<Value> = vec![start.into(), end.into()];
    Ok(sql::rows::<Row>(conn, &sql, values).await?.into_iter().map(Settled::from).collect())
}
