//! Entries in the database (VO-2): posting one moves the lot's balances by a guarded UPDATE and appends the entry, in
//! the caller's transaction. There is no other way to change a balance.

use chrono::{DateTime, Utc};
use flow::{Fault, Page, Stop, Tx};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;
use words::Money;

use super::{Account, Buckets, Movement};
use crate::{lot::LotId, sql};

/// An entry as stored.
pub struct Entry {
    /// Its place in the chain.
    pub sequence: i64,
    /// Why.
    pub movement: Movement,
    /// Out of.
    pub from: Account,
    /// Into.
    pub to: Account,
    /// How much.
    pub amount: Money,
    /// What caused it.
    pub reference: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct EntryRow {
    sequence: i64,
    movement: String,
    from_account: String,
    to_account: String,
    amount: i64,
    reference: Uuid,
    at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Version {
    version: i64,
}

/// Moves value and writes its entry. `false`: the account does not hold so much, nothing was moved. One cause
/// (`reference`) moves value once: a second time is a fault of ours that stops the transaction.
pub async fn post(tx: &Tx, lot: LotId, movement: Movement, amount: Money, reference: Uuid) -> Result<bool, Stop> {
    let (from, to) = movement.accounts();
    if !amount.is_positive() || from == Account::Purchase {
        return Err(Fault::bug(anyhow::anyhow!("{} of {} won cannot be posted", movement.name(), amount.won())).into());
    }
    let (from, to) = (from.name(), to.name());
    let sql = format!(
        "UPDATE lots SET {from} = {from} - $2, {to} = {to} + $2, version = version + 1 \
         WHERE id = $1 AND {from} >= $2 RETURNING version"
    );
    let moved: Option<Version> = sql::row(tx.conn(), &sql, vec![lot.uuid().into(), amount.won().into()]).await?;
    match moved {
        Some(moved) => write(tx, lot, moved.version, movement, amount, reference).await.map(|()| true),
        None => Ok(false),
    }
}

/// The entry that funds a new lot (VO-1): its row was inserted with the face value at version 1.
pub async fn post_funding(tx: &Tx, lot: LotId, face: Money) -> Result<(), Stop> {
    write(tx, lot, 1, Movement::Fund, face, lot.uuid()).await
}

async fn write(
    tx: &Tx,
    lot: LotId,
    sequence: i64,
    movement: Movement,
    amount: Money,
    reference: Uuid,
) -> Result<(), Stop> {
    let (from, to) = movement.accounts();
    let values: Vec<Value> = vec![
        lot.uuid().into(),
        sequence.into(),
        movement.name().into(),
        from.name().into(),
        to.name().into(),
        amount.won().into(),
        reference.into(),
        tx.now().into(),
    ];
    let sql = "INSERT INTO ledger_entries (lot_id, sequence, movement, from_account, to_account, amount, reference, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sql::run(tx.conn(), sql, values).await.map(drop)
}

/// A page of a lot's chain.
pub async fn entries(conn: &impl ConnectionTrait, lot: LotId, page: &Page) -> Result<Vec<Entry>, Stop> {
    let after = page.after_as::<i64>()?.unwrap_or(0);
    let sql = format!(
        "SELECT sequence, movement, from_account, to_account, amount, reference, at FROM ledger_entries \
         WHERE lot_id = $1 AND sequence > $2 ORDER BY sequence LIMIT {}",
        page.fetch()
    );
    let rows: Vec<EntryRow> = sql::rows(conn, &sql, vec![lot.uuid().into(), after.into()]).await?;
    rows.into_iter().map(Entry::try_from).collect()
}

impl TryFrom<EntryRow> for Entry {
    type Error = Stop;
    fn try_from(row: EntryRow) -> Result<Self, Stop> {
        let account = |name: &str| Account::named(name).ok_or_else(|| sql::unknown("account"));
        Ok(Self {
            sequence: row.sequence,
            movement: Movement::named(&row.movement).ok_or_else(|| sql::unknown("movement"))?,
            from: account(&row.from_account)?,
            to: account(&row.to_account)?,
            amount: Money::from_won(row.amount),
            reference: row.reference,
            at: row.at,
        })
    }
}

/// What the rows of a lot say, each counted by itself: stored balances, entries, gifts, reservations.
pub struct Count {
    /// The lot.
    pub lot: LotId,
    /// Its face value.
    pub face: Money,
    /// Stored on the lot.
    pub stored: Buckets,
    /// Summed over its entries.
    pub entries: Buckets,
    /// How many entries.
    pub count: i64,
    /// Why it does not hold; empty if it does.
    pub breaches: Vec<String>,
}

#[derive(FromQueryResult)]
struct Counted {
    id: Uuid,
    face: i64,
    version: i64,
    available: i64,
    reserved: i64,
    outstanding: i64,
    claimed: i64,
    expired: i64,
    refunded: i64,
    e_available: i64,
    e_reserved: i64,
    e_outstanding: i64,
    e_claimed: i64,
    e_expired: i64,
    e_refunded: i64,
    e_count: i64,
    e_last: i64,
    g_outstanding: i64,
    g_claimed: i64,
    s_reserved: i64,
}

/// Counts one lot, or all of them, set-wise: balances against entries, entries against gifts and sends (VO-2, VO-19).
pub async fn count(conn: &impl ConnectionTrait, lot: Option<LotId>) -> Result<Vec<Count>, Stop> {
    let (entries, gifts, sends, lots) = match lot {
        Some(_) => (" WHERE lot_id = $1", " WHERE lot_id = $1", " AND s.lot_id = $1", " WHERE l.id = $1"),
        None => ("", "", "", ""),
    };
    let net = |account: Account| {
        let name = account.name();
        format!(
            "CAST(SUM(CASE WHEN to_account = '{name}' THEN amount WHEN from_account = '{name}' THEN -amount ELSE 0 END) AS bigint) AS {name}"
        )
    };
    let nets = Account::BUCKETS.map(net).join(", ");
    let own = Account::BUCKETS.map(|a| format!("l.{}", a.name())).join(", ");
    let summed = Account::BUCKETS.map(|a| format!("COALESCE(e.{0}, 0) AS e_{0}", a.name())).join(", ");
    let sql = format!(
        "SELECT l.id, l.face, l.version, {own}, {summed}, COALESCE(e.entries, 0) AS e_count, COALESCE(e.last, 0) AS e_last, \
           COALESCE(g.outstanding, 0) AS g_outstanding, COALESCE(g.claimed, 0) AS g_claimed, COALESCE(s.reserved, 0) AS s_reserved \
         FROM lots l \
         LEFT JOIN (SELECT lot_id, COUNT(*) AS entries, MAX(sequence) AS last, {nets} FROM ledger_entries{entries} GROUP BY lot_id) e \
           ON e.lot_id = l.id \
         LEFT JOIN (SELECT lot_id, \
             CAST(SUM(CASE WHEN state = 'unclaimed' THEN amount ELSE 0 END) AS bigint) AS outstanding, \
             CAST(SUM(CASE WHEN state = 'claimed' THEN amount ELSE 0 END) AS bigint) AS claimed \
           FROM gifts{gifts} GROUP BY lot_id) g ON g.lot_id = l.id \
         LEFT JOIN (SELECT s.lot_id, CAST(SUM(r.amount) AS bigint) AS reserved FROM sends s \
             JOIN recipients r ON r.send_id = s.id AND r.number > s.issued_through \
           WHERE s.state IN ('awaiting_approval', 'scheduled', 'sending'){sends} GROUP BY s.lot_id) s ON s.lot_id = l.id{lots} ORDER BY l.id"
    );
    let values: Vec<Value> = lot.map(|lot| lot.uuid().into()).into_iter().collect();
    let rows: Vec<Counted> = sql::rows(conn, &sql, values).await?;
    Ok(rows.into_iter().map(Count::from).collect())
}

impl From<Counted> for Count {
    fn from(row: Counted) -> Self {
        let won = Money::from_won;
        let stored = Buckets {
            available: won(row.available),
            reserved: won(row.reserved),
            outstanding: won(row.outstanding),
            claimed: won(row.claimed),
            expired: won(row.expired),
            refunded: won(row.refunded),
        };
        let entries = Buckets {
            available: won(row.e_available),
            reserved: won(row.e_reserved),
            outstanding: won(row.e_outstanding),
            claimed: won(row.e_claimed),
            expired: won(row.e_expired),
            refunded: won(row.e_refunded),
        };
        let face = won(row.face);
        let mut breaches = entries.breaches(face, &stored);
        if row.e_count != row.e_last || row.e_last != row.version {
            breaches.push(format!(
                "{} entries, the last is number {}, the lot counts {}",
                row.e_count, row.e_last, row.version
            ));
        }
        for (what, rows, entries) in [
            ("unclaimed gifts", row.g_outstanding, row.e_outstanding),
            ("claimed gifts", row.g_claimed, row.e_claimed),
            ("recipients still to be sent to", row.s_reserved, row.e_reserved),
        ] {
            if rows != entries {
                breaches.push(format!("{what} come to {rows}, their entries to {entries}"));
            }
        }
        Self { lot: row.id.into(), face, stored, entries, count: row.e_count, breaches }
    }
}
