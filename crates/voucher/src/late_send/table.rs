//! Judged sends in the database, and how far their messages got.

use chrono::{DateTime, Utc};
use flow::{Page, Stop, Tx};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use uuid::Uuid;
use words::CompanyId;

use super::PUNCTUAL;
use crate::{send::SendId, sql};

/// A send that was judged.
pub struct Judged {
    /// Which.
    pub id: SendId,
    /// Whose.
    pub company: CompanyId,
    /// What the company calls it.
    pub title: String,
    /// All recipients.
    pub recipients: i64,
    /// Messages handed over by now.
    pub handed_over: i64,
    /// Its version.
    pub version: i64,
    /// When it was to begin.
    pub began_at: DateTime<Utc>,
    /// When it was judged.
    pub judged_at: DateTime<Utc>,
    /// Not all of them were, by then.
    pub late: bool,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    company_id: Uuid,
    title: String,
    recipient_count: i64,
    handed_over: i64,
    version: i64,
    began_at: DateTime<Utc>,
    judged_at: DateTime<Utc>,
    late: bool,
}

const HANDED_OVER: &str = "COALESCE((SELECT p.handed_over FROM send_progress p WHERE p.send_id = sends.id), 0)";
const BEGAN: &str = "COALESCE(scheduled_at, started_at)";

impl From<Row> for Judged {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            company: row.company_id.into(),
            title: row.title,
            recipients: row.recipient_count,
            handed_over: row.handed_over,
            version: row.version,
            began_at: row.began_at,
            judged_at: row.judged_at,
            late: row.late,
        }
    }
}

fn columns() -> String {
    format!(
        "id, company_id, title, recipient_count, {HANDED_OVER} AS handed_over, version, {BEGAN} AS began_at, judged_at, late"
    )
}

/// Judges some sends whose time is over; one that another transaction holds waits for the next turn.
pub async fn judge(tx: &Tx, most: u64) -> Result<Vec<Judged>, Stop> {
    let skip = if tx.conn().get_database_backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE sends SET judged_at = $1, late = {HANDED_OVER} < recipient_count WHERE id IN (SELECT id FROM sends \
         WHERE judged_at IS NULL AND state IN ('scheduled', 'sending', 'completed') AND {BEGAN} <= $2 \
         ORDER BY id LIMIT {most}{skip}) RETURNING {}",
        columns()
    );
    let values: Vec<Value> = vec![tx.now().into(), (tx.now() - PUNCTUAL).into()];
    Ok(sql::rows::<Row>(tx.conn(), &sql, values).await?.into_iter().map(Judged::from).collect())
}

/// A page of late sends, the newest first.
pub async fn page(conn: &impl ConnectionTrait, page: &Page) -> Result<Vec<Judged>, Stop> {
    let mut values: Vec<Value> = Vec::new();
    let mut filter = "";
    if let Some(after) = page.after_as::<Uuid>()? {
        values.push(after.into());
        filter = " AND id < $1";
    }
    let sql = format!("SELECT {} FROM sends WHERE late{filter} ORDER BY id DESC LIMIT {}", columns(), page.fetch());
    Ok(sql::rows::<Row>(conn, &sql, values).await?.into_iter().map(Judged::from).collect())
}

/// Whether a send was late.
pub async fn is_late(conn: &impl ConnectionTrait, id: SendId) -> Result<bool, Stop> {
    #[derive(FromQueryResult)]
    struct Late {
        late: bool,
    }
    let row: Late = sql::one(conn, "SELECT late FROM sends WHERE id = $1", vec![id.uuid().into()]).await?;
    Ok(row.late)
}

/// How far the messages of a send got: counters, kept as reports come in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromQueryResult)]
pub struct Progress {
    /// Handed over, at least.
    pub handed_over: i64,
    /// Arrived.
    pub delivered: i64,
    /// Will not.
    pub failed: i64,
}

/// VO-8.
pub async fn progress(conn: &impl ConnectionTrait, send: SendId) -> Result<Progress, Stop> {
    let sql = "SELECT handed_over, delivered, failed FROM send_progress WHERE send_id = $1";
    Ok(sql::row(conn, sql, vec![send.uuid().into()]).await?.unwrap_or_default())
}

/// Counts on. Nobody holds this row and then waits for a send, a lot or a gift.
pub async fn count_on(tx: &Tx, send: SendId, by: Progress) -> Result<(), Stop> {
    let sql = "INSERT INTO send_progress (send_id, handed_over, delivered, failed) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (send_id) DO UPDATE SET handed_over = send_progress.handed_over + excluded.handed_over, \
               delivered = send_progress.delivered + excluded.delivered, failed = send_progress.failed + excluded.failed";
    let values: Vec<Value> = vec![send.uuid().into(), by.handed_over.into(), by.delivered.into(), by.failed.into()];
    sql::run(tx.conn(), sql, values).await.map(drop)
}
