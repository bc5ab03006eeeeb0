//! Recipients in the database.

use chrono::{DateTime, Utc};
use flow::{Page, Stop, Tx};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;
use words::Money;

use super::{Recipient, RecipientId};
use crate::{
    gift,
    send::SendId,
    sheet::{SheetId, Verdict, table::verdict_name},
    sql,
};

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    number: i64,
    name: String,
    phone: String,
    amount: i64,
}

impl From<Row> for Recipient {
    fn from(row: Row) -> Self {
        let amount = Money::from_won(row.amount);
        Self { id: row.id.into(), number: row.number, name: row.name, phone: row.phone, amount }
    }
}

/// New recipients.
pub async fn insert(tx: &Tx, send: SendId, recipients: &[Recipient]) -> Result<(), Stop> {
    let columns = ["id", "send_id", "number", "name", "phone", "amount"];
    sql::insert_many(tx.conn(), "recipients", &columns, recipients, |recipient| {
        vec![
            recipient.id.uuid().into(),
            send.uuid().into(),
            recipient.number.into(),
            recipient.name.clone().into(),
            recipient.phone.clone().into(),
            recipient.amount.won().into(),
        ]
    })
    .await
}

/// Takes the staged rows of these verdicts, in the sheet's order, numbered from `first`: one statement, however many.
pub async fn take(tx: &Tx, send: SendId, sheet: SheetId, verdicts: &[Verdict], first: i64) -> Result<i64, Stop> {
    let verdicts: Vec<String> = verdicts.iter().map(|v| format!("'{}'", verdict_name(*v))).collect();
    let sql = format!(
        "INSERT INTO recipients (id, send_id, number, name, phone, amount) \
         SELECT {}, d.id, $3 - 1 + ROW_NUMBER() OVER (ORDER BY s.number), s.name, s.phone, s.amount \
         FROM sheet_rows s JOIN sends d ON d.id = $1 WHERE s.sheet_id = $2 AND s.verdict IN ({})",
        sql::random_id(tx.conn()),
        verdicts.join(", ")
    );
    let taken = sql::run(tx.conn(), &sql, vec![send.uuid().into(), sheet.uuid().into(), first.into()]).await?;
    i64::try_from(taken).map_err(|_| sql::unknown("count"))
}

/// The sheet's rows are recipients now; they are taken once.
pub async fn mark_taken(tx: &Tx, sheet: SheetId) -> Result<bool, Stop> {
    let sql = "UPDATE sheets SET taken_at = $2 WHERE id = $1 AND taken_at IS NULL";
    Ok(sql::run(tx.conn(), sql, vec![sheet.uuid().into(), tx.now().into()]).await? == 1)
}

/// How many a send has, and what they get together.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Sum {
    /// How many.
    pub count: i64,
    /// In won.
    pub total: i64,
}

/// Counted anew from the rows.
pub async fn sum(conn: &impl ConnectionTrait, send: SendId) -> Result<Sum, Stop> {
    let sql = "SELECT COUNT(*) AS count, CAST(COALESCE(SUM(amount), 0) AS bigint) AS total FROM recipients WHERE send_id = $1";
    sql::one(conn, sql, vec![send.uuid().into()]).await
}

/// Takes recipients out: these, or all. Answers how many there were of them.
pub async fn delete(tx: &Tx, send: SendId, chosen: Option<&[RecipientId]>) -> Result<u64, Stop> {
    let mut values: Vec<Value> = vec![send.uuid().into()];
    let filter = match chosen {
        None => String::new(),
        Some([]) => return Ok(0),
        Some(chosen) => {
            values.extend(chosen.iter().map(|id| Value::from(id.uuid())));
            format!(" AND id IN {}", sql::tuple(1, chosen.len()))
        }
    };
    sql::run(tx.conn(), &format!("DELETE FROM recipients WHERE send_id = $1{filter}"), values).await
}

/// The next recipients after this number.
pub async fn after(conn: &impl ConnectionTrait, send: SendId, number: i64, most: u64) -> Result<Vec<Recipient>, Stop> {
    let sql = format!(
        "SELECT id, number, name, phone, amount FROM recipients WHERE send_id = $1 AND number > $2 ORDER BY number LIMIT {most}"
    );
    let rows: Vec<Row> = sql::rows(conn, &sql, vec![send.uuid().into(), number.into()]).await?;
    Ok(rows.into_iter().map(Recipient::from).collect())
}

/// A page of recipients.
pub async fn page(conn: &impl ConnectionTrait, send: SendId, page: &Page) -> Result<Vec<Recipient>, Stop> {
    after(conn, send, page.after_as::<i64>()?.unwrap_or(0), page.fetch()).await
}

/// Every recipient's number and amount, in order.
pub async fn amounts(conn: &impl ConnectionTrait, send: SendId) -> Result<Vec<(i64, Money)>, Stop> {
    #[derive(FromQueryResult)]
    struct Amount {
        number: i64,
        amount: i64,
    }
    let sql = "SELECT number, amount FROM recipients WHERE send_id = $1 ORDER BY number";
    let rows: Vec<Amount> = sql::rows(conn, sql, vec![send.uuid().into()]).await?;
    Ok(rows.into_iter().map(|row| (row.number, Money::from_won(row.amount))).collect())
}

/// A recipient with what became of the gift.
pub struct Outcome {
    /// The recipient.
    pub recipient: Recipient,
    /// The gift, once issued.
    pub gift: Option<Fate>,
}

/// What became of a gift.
pub struct Fate {
    /// Where it stands.
    pub state: gift::State,
    /// How far its message got.
    pub message: gift::MessageState,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// When it left `unclaimed`.
    pub ended_at: Option<DateTime<Utc>>,
}

/// The recipients of a send with these numbers, in order, with their outcome (VO-13).
pub async fn outcomes(
    conn: &impl ConnectionTrait,
    send: SendId,
    first: i64,
    last: i64,
    most: u64,
) -> Result<Vec<Outcome>, Stop> {
    #[derive(FromQueryResult)]
    struct Beside {
        #[sea_orm(nested)]
        recipient: Row,
        state: Option<String>,
        message_state: Option<i16>,
        issued_at: Option<DateTime<Utc>>,
        ended_at: Option<DateTime<Utc>>,
    }
    let sql = format!(
        "SELECT r.id, r.number, r.name, r.phone, r.amount, g.state, g.message_state, g.issued_at, g.ended_at \
         FROM recipients r LEFT JOIN gifts g ON g.recipient_id = r.id \
         WHERE r.send_id = $1 AND r.number >= $2 AND r.number <= $3 ORDER BY r.number LIMIT {most}"
    );
    let values: Vec<Value> = vec![send.uuid().into(), first.into(), last.into()];
    let fate = |row: &Beside| -> Result<Option<Fate>, Stop> {
        let (Some(state), Some(message), Some(issued_at)) = (&row.state, row.message_state, row.issued_at) else {
            return Ok(None);
        };
        let state = gift::State::named(state).ok_or_else(|| sql::unknown("gift state"))?;
        let message = gift::MessageState::numbered(message).ok_or_else(|| sql::unknown("message state"))?;
        Ok(Some(Fate { state, message, issued_at, ended_at: row.ended_at }))
    };
    let rows: Vec<Beside> = sql::rows(conn, &sql, values).await?;
    rows.into_iter().map(|row| Ok(Outcome { gift: fate(&row)?, recipient: row.recipient.into() })).collect()
}
