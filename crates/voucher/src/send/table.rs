//! Sends in the database.

use chrono::{DateTime, NaiveDate, Utc};
use flow::{Fault, Instant, Page, Stop, Tx};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use uuid::Uuid;
use words::{CompanyId, Day, Money};

use super::{SEND_NOT_FOUND, Send, SendId, State};
use crate::{message::Message, sql};

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    company_id: Uuid,
    lot_id: Uuid,
    applicant_id: Uuid,
    title: String,
    scheduled_at: Option<DateTime<Utc>>,
    subject: String,
    body: String,
    image: Option<String>,
    state: String,
    recipient_count: i64,
    total: i64,
    next_number: i64,
    issued_through: i64,
    created_at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    confirmed_by: Option<Uuid>,
    decided_by: Option<Uuid>,
    decided_at: Option<DateTime<Utc>>,
    rejection: Option<String>,
    version: i64,
}

impl TryFrom<Row> for Send {
    type Error = Stop;
    fn try_from(row: Row) -> Result<Self, Stop> {
        Ok(Self {
            id: row.id.into(),
            company: row.company_id.into(),
            lot: row.lot_id.into(),
            applicant: row.applicant_id.into(),
            title: row.title,
            scheduled_at: row.scheduled_at,
            message: Message { subject: row.subject, body: row.body, image: row.image },
            state: State::named(&row.state).ok_or_else(|| sql::unknown("send state"))?,
            recipients: row.recipient_count,
            total: Money::from_won(row.total),
            next_number: row.next_number,
            issued_through: row.issued_through,
            created_at: row.created_at,
            confirmed_at: row.confirmed_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
            confirmed_by: row.confirmed_by.map(Into::into),
            decided_by: row.decided_by.map(Into::into),
            decided_at: row.decided_at,
            rejection: row.rejection,
            version: row.version,
        })
    }
}

/// A new draft.
pub async fn insert(tx: &Tx, send: &Send) -> Result<(), Stop> {
    let values: Vec<Value> = vec![
        send.id.uuid().into(),
        send.company.uuid().into(),
        send.lot.uuid().into(),
        send.applicant.uuid().into(),
        send.title.clone().into(),
        send.scheduled_at.into(),
        send.message.subject.clone().into(),
        send.message.body.clone().into(),
        send.state.name().into(),
        send.recipients.into(),
        send.total.won().into(),
        send.next_number.into(),
        send.issued_through.into(),
        send.created_at.into(),
        send.version.into(),
    ];
    let columns = [
        "id",
        "company_id",
        "lot_id",
        "applicant_id",
        "title",
        "scheduled_at",
        "subject",
        "body",
        "state",
        "recipient_count",
        "total",
        "next_number",
        "issued_through",
        "created_at",
        "version",
    ];
    sql::insert(tx.conn(), "sends", &columns, values).await
}

/// Writes a send that was locked; its version grows.
pub async fn save(tx: &Tx, send: &mut Send) -> Result<(), Stop> {
    send.version += 1;
    let due = matches!(send.state, State::Scheduled | State::Sending)
        .then(|| send.scheduled_at.or(send.confirmed_at))
        .flatten();
    let values: Vec<Value> = vec![
        send.id.uuid().into(),
        send.lot.uuid().into(),
        send.title.clone().into(),
        send.scheduled_at.into(),
        send.message.subject.clone().into(),
        send.message.body.clone().into(),
        send.state.name().into(),
        send.recipients.into(),
        send.total.won().into(),
        send.next_number.into(),
        send.issued_through.into(),
        due.into(),
        send.confirmed_at.into(),
        send.started_at.into(),
        send.ended_at.into(),
        send.version.into(),
        send.confirmed_by.map(|by| by.uuid()).into(),
        send.decided_by.map(|by| by.uuid()).into(),
        send.decided_at.into(),
        send.rejection.clone().into(),
        send.message.image.clone().into(),
    ];
    let sql = "UPDATE sends SET lot_id = $2, title = $3, scheduled_at = $4, subject = $5, body = $6, state = $7, \
               recipient_count = $8, total = $9, next_number = $10, issued_through = $11, due_at = $12, confirmed_at = $13, \
               started_at = $14, ended_at = $15, version = $16, confirmed_by = $17, decided_by = $18, decided_at = $19, \
               rejection = $20, image = $21 WHERE id = $1 AND version = $16 - 1";
    match sql::run(tx.conn(), sql, values).await? {
        1 => Ok(()),
        _ => Err(Fault::bug(anyhow::anyhow!("a locked send was changed by somebody else")).into()),
    }
}

/// The send, held until the transaction ends; another company's is not found.
pub async fn lock(tx: &Tx, id: SendId, company: CompanyId) -> Result<Send, Stop> {
    let sql = format!("SELECT * FROM sends WHERE id = $1 AND company_id = $2{}", sql::for_update(tx.conn()));
    let row: Option<Row> = sql::row(tx.conn(), &sql, vec![id.uuid().into(), company.uuid().into()]).await?;
    row.ok_or(SEND_NOT_FOUND)?.try_into()
}

/// The send that has waited longest for its next gifts, held; `None` if none is due or others see to them (VO-8). A parked
/// lot's wait, and hold up nobody else's (VO-19).
pub async fn lock_due(tx: &Tx) -> Result<Option<Send>, Stop> {
    let lock = if tx.conn().get_database_backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "SELECT * FROM sends WHERE state IN ('scheduled', 'sending') AND due_at <= $1 \
         AND lot_id NOT IN (SELECT id FROM lots WHERE state = 'parked') ORDER BY due_at, id LIMIT 1{lock}"
    );
    sql::row::<Row>(tx.conn(), &sql, vec![tx.now().into()]).await?.map(Send::try_from).transpose()
}

/// A send that waits for an approval it can no longer get, held: its minute or its lot's last day has passed (VO-20).
pub async fn lock_lapsed(tx: &Tx) -> Result<Option<Send>, Stop> {
    let lock = if tx.conn().get_database_backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "SELECT * FROM sends WHERE state = 'awaiting_approval' AND (scheduled_at <= $1 OR lot_id IN \
         (SELECT id FROM lots WHERE valid_through < $2)) \
         AND lot_id NOT IN (SELECT id FROM lots WHERE state = 'parked') ORDER BY id LIMIT 1{lock}"
    );
    let values: Vec<Value> = vec![tx.now().into(), NaiveDate::from(tx.today()).into()];
    sql::row::<Row>(tx.conn(), &sql, values).await?.map(Send::try_from).transpose()
}

/// The send, if it is the company's.
pub async fn find(conn: &impl ConnectionTrait, id: SendId, company: CompanyId) -> Result<Option<Send>, Stop> {
    let sql = "SELECT * FROM sends WHERE id = $1 AND company_id = $2";
    let row: Option<Row> = sql::row(conn, sql, vec![id.uuid().into(), company.uuid().into()]).await?;
    row.map(Send::try_from).transpose()
}

/// Which sends a list shows (VO-13).
#[derive(Debug, Default, serde::Serialize)]
pub struct Filter {
    /// Registered on or after.
    pub from: Option<Day>,
    /// Registered on or before.
    pub to: Option<Day>,
    /// Scheduled (`true`) or immediate.
    pub scheduled: Option<bool>,
    /// Where they stand.
    pub state: Option<State>,
}

/// A page of sends, newest first.
pub async fn page(
    conn: &impl ConnectionTrait,
    company: CompanyId,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<Send>, Stop> {
    newest(conn, company, filter, page.after_as::<Uuid>()?, page.fetch()).await
}

/// The newest of the filter, older than `after`, so many at most.
pub async fn newest(
    conn: &impl ConnectionTrait,
    company: CompanyId,
    filter: &Filter,
    after: Option<Uuid>,
    most: u64,
) -> Result<Vec<Send>, Stop> {
    let mut values: Vec<Value> = vec![company.uuid().into()];
    let mut text = String::from("company_id = $1");
    let mut and = |condition: &str, value: Value| {
        values.push(value);
        text += &format!(" AND {condition} ${}", values.len());
    };
    if let Some(after) = after {
        and("id <", after.into());
    }
    if let Some(day) = filter.from {
        and("created_at >=", day.start().into());
    }
    if let Some(day) = filter.to {
        and("created_at <", day.end().into());
    }
    if let Some(state) = filter.state {
        and("state =", state.name().into());
    }
    match filter.scheduled {
        Some(true) => text += " AND scheduled_at IS NOT NULL",
        Some(false) => text += " AND scheduled_at IS NULL",
        None => {}
    }
    let sql = format!("SELECT * FROM sends WHERE {text} ORDER BY id DESC LIMIT {most}");
    sql::rows::<Row>(conn, &sql, values).await?.into_iter().map(Send::try_from).collect()
}

/// The dashboard's figures (VO-14).
#[derive(Debug, Default)]
pub struct Summary {
    /// Waiting for their minute.
    pub scheduled: i64,
    /// Went out, ever.
    pub total: i64,
    /// When the last one went out.
    pub last_at: Option<Instant>,
    /// To how many.
    pub last_gifts: i64,
}

#[derive(FromQueryResult)]
struct Counts {
    scheduled: i64,
    total: i64,
}

#[derive(FromQueryResult)]
struct Last {
    started_at: DateTime<Utc>,
    recipient_count: i64,
}

/// VO-14.
pub async fn summary(conn: &impl ConnectionTrait, company: CompanyId) -> Result<Summary, Stop> {
    let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN state = 'scheduled' THEN 1 ELSE 0 END), 0) AS bigint) AS scheduled, \
               CAST(COALESCE(SUM(CASE WHEN started_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS bigint) AS total \
               FROM sends WHERE company_id = $1";
    let counts: Counts = sql::one(conn, sql, vec![company.uuid().into()]).await?;
    let sql = "SELECT started_at, recipient_count FROM sends WHERE company_id = $1 AND started_at IS NOT NULL \
               ORDER BY started_at DESC LIMIT 1";
    let last: Option<Last> = sql::row(conn, sql, vec![company.uuid().into()]).await?;
    Ok(Summary {
        scheduled: counts.scheduled,
        total: counts.total,
        last_at: last.as_ref().map(|last| last.started_at),
        last_gifts: last.map_or(0, |last| last.recipient_count),
    })
}

/// Keeps a verification's id (VO-7); `false` if it was used before.
pub async fn use_verification(tx: &Tx, jti: Uuid, send: SendId) -> Result<bool, Stop> {
    let sql = "INSERT INTO verifications (id, send_id, used_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    Ok(sql::run(tx.conn(), sql, vec![jti.into(), send.uuid().into(), tx.now().into()]).await? == 1)
}
