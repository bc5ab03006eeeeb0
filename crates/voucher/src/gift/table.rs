//! Gifts in the database. Who changes one holds its lot first (lock order: request id → send → lot → gift).

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use flow::{Fault, Page, Stop, Tx};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use uuid::Uuid;
use words::{CompanyId, Day, Money};

use super::{Gift, GiftId, MessageState, Received, State, remind};
use crate::{
    lot::{Lot, LotId},
    message::Message,
    send::{Send, SendId},
    sql,
};

/// A gift's row.
#[derive(FromQueryResult)]
pub struct Row {
    id: Uuid,
    company_id: Uuid,
    lot_id: Uuid,
    send_id: Uuid,
    recipient_id: Uuid,
    number: i64,
    amount: i64,
    state: String,
    valid_through: NaiveDate,
    issued_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

/// Its columns, of a table named `g`.
pub const COLUMNS: &str = "g.id, g.company_id, g.lot_id, g.send_id, g.recipient_id, g.number, g.amount, g.state, g.valid_through, \
                       g.issued_at, g.ended_at";

impl TryFrom<Row> for Gift {
    type Error = Stop;
    fn try_from(row: Row) -> Result<Self, Stop> {
        Ok(Self {
            id: row.id.into(),
            company: row.company_id.into(),
            lot: row.lot_id.into(),
            send: row.send_id.into(),
            recipient: row.recipient_id.into(),
            number: row.number,
            amount: Money::from_won(row.amount),
            state: State::named(&row.state).ok_or_else(|| sql::unknown("gift state"))?,
            valid_through: Day::from(row.valid_through),
            issued_at: row.issued_at,
            ended_at: row.ended_at,
        })
    }
}

/// New gifts of one send, made now, with the digests of their codes: one statement, however many.
pub async fn insert(tx: &Tx, send: &Send, lot: &Lot, gifts: &[(Gift, Vec<u8>)]) -> Result<(), Stop> {
    let rows: Vec<_> = gifts
        .iter()
        .map(|(gift, digest)| {
            let ids = (gift.id.uuid().simple(), gift.recipient.uuid().simple());
            (ids.0.to_string(), ids.1.to_string(), gift.number, gift.amount.won(), hex::encode(digest))
        })
        .collect();
    let json = serde_json::to_string(&rows).map_err(Fault::bug)?;
    let conn = tx.conn();
    let sql = format!(
        "INSERT INTO gifts (id, recipient_id, number, amount, code_digest, company_id, lot_id, send_id, state, message_state, \
         valid_through, issued_at, noticed_days) \
         SELECT {}, {}, CAST(value->>2 AS bigint), CAST(value->>3 AS bigint), {}, $2, $3, $4, $5, $6, $7, $8, $9 FROM {}",
        sql::json_id(conn, "value->>0"),
        sql::json_id(conn, "value->>1"),
        sql::json_bytes(conn, "value->>4"),
        sql::json_rows(conn, "$1")
    );
    let values: Vec<Value> = vec![
        json.into(),
        send.company.uuid().into(),
        lot.id.uuid().into(),
        send.id.uuid().into(),
        State::Unclaimed.name().into(),
        (MessageState::Requested as i16).into(),
        NaiveDate::from(lot.valid_through).into(),
        tx.now().into(),
        remind::noticed_at_issue(tx.today(), lot.valid_through).into(),
    ];
    sql::run(conn, &sql, values).await.map(drop)
}

/// The gift of a code, with its message; not held.
pub async fn by_code(conn: &impl ConnectionTrait, digest: Vec<u8>) -> Result<Option<Received>, Stop> {
    let sql = format!("SELECT {COLUMNS} FROM gifts g WHERE g.code_digest = $1");
    let Some(row) = sql::row::<Row>(conn, &sql, vec![digest.into()]).await? else { return Ok(None) };
    Ok(with_messages(conn, vec![row.try_into()?]).await?.pop())
}

/// Gifts with the messages they came with, in their order.
pub async fn with_messages(conn: &impl ConnectionTrait, gifts: Vec<Gift>) -> Result<Vec<Received>, Stop> {
    #[derive(FromQueryResult)]
    struct Words {
        id: Uuid,
        subject: String,
        body: String,
    }
    if gifts.is_empty() {
        return Ok(Vec::new());
    }
    let sends: HashSet<Uuid> = gifts.iter().map(|gift| gift.send.uuid()).collect();
    let sql = format!("SELECT id, subject, body FROM sends WHERE id IN {}", sql::tuple(0, sends.len()));
    let values: Vec<Value> = sends.into_iter().map(Value::from).collect();
    let words: Vec<Words> = sql::rows(conn, &sql, values).await?;
    let messages: HashMap<Uuid, Message> =
        words.into_iter().map(|of| (of.id, Message { subject: of.subject, body: of.body, image: None })).collect();
    gifts
        .into_iter()
        .map(|gift| match messages.get(&gift.send.uuid()).cloned() {
            Some(message) => Ok(Received { gift, message }),
            None => Err(sql::unknown("send of a gift")),
        })
        .collect()
}

/// The gift as it is now.
pub async fn find(conn: &impl ConnectionTrait, id: GiftId) -> Result<Option<Gift>, Stop> {
    let sql = format!("SELECT {COLUMNS} FROM gifts g WHERE g.id = $1");
    sql::row::<Row>(conn, &sql, vec![id.uuid().into()]).await?.map(Gift::try_from).transpose()
}

/// Ends an unclaimed gift; `false` if it was not unclaimed any more: somebody else won.
pub async fn end(tx: &Tx, gift: &mut Gift, state: State) -> Result<bool, Stop> {
    let guard = if flow::sabotage::breaks("read-then-write-claim") { "" } else { " AND state = 'unclaimed'" };
    let sql = format!("UPDATE gifts SET state = $2, ended_at = $3 WHERE id = $1{guard}");
    let values: Vec<Value> = vec![gift.id.uuid().into(), state.name().into(), tx.now().into()];
    let won = sql::run(tx.conn(), &sql, values).await? == 1;
    if won {
        gift.state = state;
        gift.ended_at = Some(tx.now());
    }
    Ok(won)
}

/// How many gifts, and what they come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figure {
    /// How many.
    pub count: i64,
    /// What they come to.
    pub amount: Money,
}

/// How many gifts ended, and their value.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// How many.
    pub count: i64,
    /// Their value.
    pub total: Money,
}

#[derive(FromQueryResult)]
struct Sum {
    count: i64,
    total: i64,
}

/// What would end: the unclaimed gifts of a send, all or chosen.
pub async fn unclaimed_of_send(
    conn: &impl ConnectionTrait,
    send: SendId,
    chosen: Option<&[GiftId]>,
) -> Result<Ended, Stop> {
    let (filter, values) = of_send(send, chosen, 1);
    sum(conn, &filter, values).await
}

/// Ends the unclaimed gifts of a send, all or chosen. The caller holds the lot.
pub async fn end_of_send(tx: &Tx, send: SendId, chosen: Option<&[GiftId]>, state: State) -> Result<Ended, Stop> {
    let ended = unclaimed_of_send(tx.conn(), send, chosen).await?;
    let (filter, values) = of_send(send, chosen, 3);
    end_all(tx, &filter, values, state, ended).await
}

/// Ends every unclaimed gift of a lot. The caller holds the lot.
pub async fn end_all_of_lot(tx: &Tx, lot: LotId, state: State) -> Result<Ended, Stop> {
    let ended = sum(tx.conn(), "lot_id = $1", vec![lot.uuid().into()]).await?;
    end_all(tx, "lot_id = $3", vec![lot.uuid().into()], state, ended).await
}

async fn sum(conn: &impl ConnectionTrait, filter: &str, values: Vec<Value>) -> Result<Ended, Stop> {
    let sql = format!(
        "SELECT COUNT(*) AS count, CAST(COALESCE(SUM(amount), 0) AS bigint) AS total FROM gifts WHERE state = 'unclaimed' AND {filter}"
    );
    let sum: Sum = sql::one(conn, &sql, values).await?;
    Ok(Ended { count: sum.count, total: Money::from_won(sum.total) })
}

/// Nobody else can end a gift of a held lot, so what was summed is what ends; if not, nothing is done.
async fn end_all(tx: &Tx, filter: &str, values: Vec<Value>, state: State, expected: Ended) -> Result<Ended, Stop> {
    let sql = format!("UPDATE gifts SET state = $1, ended_at = $2 WHERE state = 'unclaimed' AND {filter}");
    let all = [vec![state.name().into(), tx.now().into()], values].concat();
    let ended = sql::run(tx.conn(), &sql, all).await?;
    if i64::try_from(ended).ok() == Some(expected.count) {
        return Ok(expected);
    }
    Err(Fault::bug(anyhow::anyhow!("gifts of a held lot were ended by somebody else")).into())
}

fn of_send(send: SendId, chosen: Option<&[GiftId]>, first: usize) -> (String, Vec<Value>) {
    let mut values: Vec<Value> = vec![send.uuid().into()];
    let mut filter = format!("send_id = ${first}");
    if let Some(chosen) = chosen {
        values.extend(chosen.iter().map(|id| Value::from(id.uuid())));
        filter += &format!(" AND id IN {}", sql::tuple(first, chosen.len()));
    }
    (filter, values)
}

/// Moves messages one step on (VO-8); what is not at `from` stays. Answers the send of each that moved.
pub async fn advance(tx: &Tx, gifts: &[GiftId], from: MessageState, to: MessageState) -> Result<Vec<SendId>, Stop> {
    #[derive(FromQueryResult)]
    struct Moved {
        send_id: Uuid,
    }
    if gifts.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = vec![(from as i16).into(), (to as i16).into()];
    values.extend(gifts.iter().map(|id| Value::from(id.uuid())));
    let sql = format!(
        "UPDATE gifts SET message_state = $2 WHERE message_state = $1 AND id IN {} RETURNING send_id",
        sql::tuple(2, gifts.len())
    );
    let moved: Vec<Moved> = sql::rows(tx.conn(), &sql, values).await?;
    Ok(moved.into_iter().map(|row| row.send_id.into()).collect())
}

/// Gifts of a send made so far (VO-8): from an index.
pub async fn issued(conn: &impl ConnectionTrait, send: SendId) -> Result<i64, Stop> {
    #[derive(FromQueryResult)]
    struct Issued {
        count: i64,
    }
    let sql = "SELECT COUNT(*) AS count FROM gifts WHERE send_id = $1";
    let issued: Issued = sql::one(conn, sql, vec![send.uuid().into()]).await?;
    Ok(issued.count)
}

/// The gifts of sends by state (VO-13).
pub async fn figures(
    conn: &impl ConnectionTrait,
    sends: &[SendId],
) -> Result<HashMap<SendId, HashMap<State, Figure>>, Stop> {
    #[derive(FromQueryResult)]
    struct Counted {
        send_id: Uuid,
        state: String,
        count: i64,
        amount: i64,
    }
    let mut found: HashMap<SendId, HashMap<State, Figure>> = HashMap::new();
    if sends.is_empty() {
        return Ok(found);
    }
    let sql = format!(
        "SELECT send_id, state, COUNT(*) AS count, CAST(SUM(amount) AS bigint) AS amount FROM gifts \
         WHERE send_id IN {} GROUP BY send_id, state",
        sql::tuple(0, sends.len())
    );
    let values: Vec<Value> = sends.iter().map(|id| Value::from(id.uuid())).collect();
    for row in sql::rows::<Counted>(conn, &sql, values).await? {
        let state = State::named(&row.state).ok_or_else(|| sql::unknown("gift state"))?;
        let figure = Figure { count: row.count, amount: Money::from_won(row.amount) };
        found.entry(row.send_id.into()).or_default().insert(state, figure);
    }
    Ok(found)
}

/// A gift with its recipient, for the sender's list.
pub struct Listed {
    /// The gift.
    pub gift: Gift,
    /// How far its message got.
    pub message: MessageState,
    /// The recipient's name.
    pub name: String,
    /// The recipient's phone.
    pub phone: String,
}

/// A page of a send's gifts, in the order of its recipients.
pub async fn page(
    conn: &impl ConnectionTrait,
    send: SendId,
    state: Option<State>,
    page: &Page,
) -> Result<Vec<Listed>, Stop> {
    #[derive(FromQueryResult)]
    struct Beside {
        #[sea_orm(nested)]
        gift: Row,
        message_state: i16,
        name: String,
        phone: String,
    }
    let filter = state.map_or_else(String::new, |state| format!(" AND g.state = '{}'", state.name()));
    let sql = format!(
        "SELECT {COLUMNS}, g.message_state, r.name, r.phone FROM gifts g JOIN recipients r ON r.id = g.recipient_id \
         WHERE g.send_id = $1 AND g.number > $2{filter} ORDER BY g.number LIMIT {}",
        page.fetch()
    );
    let after = page.after_as::<i64>()?.unwrap_or(0);
    let rows: Vec<Beside> = sql::rows(conn, &sql, vec![send.uuid().into(), after.into()]).await?;
    rows.into_iter()
        .map(|row| {
            let message = MessageState::numbered(row.message_state).ok_or_else(|| sql::unknown("message state"))?;
            Ok(Listed { gift: row.gift.try_into()?, message, name: row.name, phone: row.phone })
        })
        .collect()
}

/// Marks a claimed gift as credited under this reference (VO-17); `false` if it was before, is not claimed, or another
/// gift has the reference: whoever comes at the same moment waits for the first here.
pub async fn redeem(tx: &Tx, id: GiftId, reference: &str) -> Result<bool, Stop> {
    let sql = "INSERT INTO wallet_references (reference, gift_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    if sql::run(tx.conn(), sql, vec![reference.into(), id.uuid().into()]).await? == 0 {
        return Ok(false);
    }
    let sql = "UPDATE gifts SET redeemed_at = $2, wallet_reference = $3 WHERE id = $1 AND state = 'claimed' AND redeemed_at IS NULL";
    Ok(sql::run(tx.conn(), sql, vec![id.uuid().into(), tx.now().into(), reference.into()]).await? == 1)
}

/// When a gift was credited, and under which reference.
pub async fn redeemed(conn: &impl ConnectionTrait, id: GiftId) -> Result<Option<(DateTime<Utc>, String)>, Stop> {
    #[derive(FromQueryResult)]
    struct Redeemed {
        redeemed_at: DateTime<Utc>,
        wallet_reference: String,
    }
    let sql = "SELECT redeemed_at, wallet_reference FROM gifts WHERE id = $1 AND redeemed_at IS NOT NULL";
    let row: Option<Redeemed> = sql::row(conn, sql, vec![id.uuid().into()]).await?;
    Ok(row.map(|row| (row.redeemed_at, row.wallet_reference)))
}

/// A gift whose recipient is to be reminded.
pub struct Unnoticed {
    /// The gift.
    pub id: Uuid,
    /// Whose.
    pub company: CompanyId,
    /// Its amount.
    pub amount: Money,
    /// The last day it can be claimed.
    pub valid_through: Day,
    /// The recipient's phone.
    pub phone: String,
}

/// Marks some unclaimed gifts that end within so many days as noticed, and answers them (VO-15): once each.
pub async fn notice(tx: &Tx, days: i64, most: u64) -> Result<Vec<Unnoticed>, Stop> {
    #[derive(FromQueryResult)]
    struct Found {
        id: Uuid,
        company_id: Uuid,
        amount: i64,
        valid_through: NaiveDate,
        phone: String,
    }
    let skip = if tx.conn().get_database_backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE gifts SET noticed_days = $1 WHERE id IN (SELECT id FROM gifts WHERE state = 'unclaimed' \
         AND valid_through >= $2 AND valid_through <= $3 AND (noticed_days IS NULL OR noticed_days > $1) \
         ORDER BY valid_through, id LIMIT {most}{skip}) \
         RETURNING id, company_id, amount, valid_through, (SELECT r.phone FROM recipients r WHERE r.id = recipient_id) AS phone"
    );
    let (first, last) = (NaiveDate::from(tx.today()), NaiveDate::from(tx.today().plus_days(days)));
    let rows: Vec<Found> = sql::rows(tx.conn(), &sql, vec![days.into(), first.into(), last.into()]).await?;
    let unnoticed = rows.into_iter().map(|row| Unnoticed {
        id: row.id,
        company: row.company_id.into(),
        amount: Money::from_won(row.amount),
        valid_through: Day::from(row.valid_through),
        phone: row.phone,
    });
    Ok(unnoticed.collect())
}
