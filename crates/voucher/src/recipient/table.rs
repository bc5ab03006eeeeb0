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
    sheet::{SheetId, upload::Taken},
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

/// Takes a sheet's rows, in its order, numbered from `first`: one statement, however many. Which rows is said by
/// [`Taken::has`], too.
pub async fn take(tx: &Tx, send: SendId, sheet: SheetId, taken: Taken, first: i64) -> Result<i64, Stop> {
    let mut which = String::from("value->>1 = 'right'");
    if taken.sent_before {
        which += " OR value->>1 = 'sent_before'";
    }
    if taken.repeated {
        which += " OR value->>1 = 'repeated'";
        which += if taken.sent_before { "" } else { " AND value->>5 IS NULL" };
    }
    let sql = format!(
        "INSERT INTO recipients (id, send_id, number, name, phone, amount, sheet_id, sheet_row) \
         SELECT {}, d.id, $3 - 1 + ROW_NUMBER() OVER (ORDER BY s.number), s.name, s.phone, s.amount, s.sheet_id, s.number \
         FROM (SELECT b.sheet_id, CAST(value->>0 AS bigint) AS number, value->>2 AS name, value->>3 AS phone, \
         CAST(value->>4 AS bigint) AS amount FROM sheet_blocks b, {} WHERE b.sheet_id = $2 AND ({which})) s \
         JOIN sends d ON d.id = $1",
        sql::random_id(tx.conn()),
        sql::json_rows(tx.conn(), "b.rows")
    );
    let taken = sql::run(tx.conn(), &sql, vec![send.uuid().into(), sheet.uuid().into(), first.into()]).await?;
    i64::try_from(taken).map_err(|_| sql::unknown("count"))
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
    /// The row of the sheet it was taken from, if it was.
    pub sheet_row: Option<i64>,
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

/// The first recipients of a send from this number through that, in order, with their outcome (VO-13).
pub async fn outcomes(
    conn: &impl ConnectionTrait,
    send: SendId,
    first: i64,
    last: i64,
    most: u64,
) -> Result<Vec<Outcome>, Stop> {
    let which = format!("r.send_id = $1 AND r.number >= $2 AND r.number <= $3 ORDER BY r.number LIMIT {most}");
    fates(conn, &which, vec![send.uuid().into(), first.into(), last.into()]).await
}

/// The recipients taken from a sheet's rows from this through that, with their outcome (VO-18).
pub async fn of_rows(conn: &impl ConnectionTrait, sheet: SheetId, first: i64, last: i64) -> Result<Vec<Outcome>, Stop> {
    let which = "r.sheet_id = $1 AND r.sheet_row >= $2 AND r.sheet_row <= $3";
    fates(conn, which, vec![sheet.uuid().into(), first.into(), last.into()]).await
}

async fn fates(conn: &impl ConnectionTrait, which: &str, values: Vec<Value>) -> Result<Vec<Outcome>, Stop> {
    #[derive(FromQueryResult)]
    struct Beside {
        #[sea_orm(nested)]
        recipient: Row,
        sheet_row: Option<i64>,
        state: Option<String>,
        message_state: Option<i16>,
        issued_at: Option<DateTime<Utc>>,
        ended_at: Option<DateTime<Utc>>,
    }
    let sql = format!(
        "SELECT r.id, r.number, r.name, r.phone, r.amount, r.sheet_row, g.state, g.message_state, g.issued_at, g.ended_at \
         FROM recipients r LEFT JOIN gifts g ON g.recipient_id = r.id WHERE {which}"
    );
    let fate = |row: &Beside| -> Result<Option<Fate>, Stop> {
        let (Some(state), Some(message), Some(issued_at)) = (&row.state, row.message_state, row.issued_at) else {
            return Ok(None);
        };
        let state = gift::State::named(state).ok_or_else(|| sql::unknown("gift state"))?;
        let message = gift::MessageState::numbered(message).ok_or_else(|| sql::unknown("message state"))?;
        Ok(Some(Fate { state, message, issued_at, ended_at: row.ended_at }))
    };
    let rows: Vec<Beside> = sql::rows(conn, &sql, values).await?;
    rows.into_iter()
        .map(|row| Ok(Outcome { gift: fate(&row)?, sheet_row: row.sheet_row, recipient: row.recipient.into() }))
        .collect()
}
