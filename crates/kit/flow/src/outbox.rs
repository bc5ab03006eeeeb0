//! The outbox: what a transaction announced, written in that same transaction; the relay publishes it afterwards.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement, Value, entity::prelude::*};

use crate::{Event, Instant, Stop, Tx, sabotage};

mod row {
    use sea_orm::entity::prelude::*;

    /// One announced fact.
    #[sea_orm::model]
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "flow_outbox")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub seq: i64,
        pub event_id: Uuid,
        pub kind: String,
        pub source: String,
        pub subject: String,
        pub version: i64,
        pub told_at: DateTimeUtc,
        pub trace: Option<String>,
        pub payload: Vec<u8>,
        pub sent_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows of one `INSERT`.
const AT_ONCE: usize = 500;

/// Writes what was announced; says how many.
pub(crate) async fn put(tx: &mut Tx) -> Result<usize, Stop> {
    let told = std::mem::take(&mut tx.told);
    let count = told.len();
    let mut told = told.into_iter().peekable();
    let late = sabotage::breaks("outbox-after-commit");
    while told.peek().is_some() {
        let values: Vec<Value> = told.by_ref().take(AT_ONCE).flat_map(values).collect();
        let statement = Statement::from_sql_and_values(tx.backend(), insert(values.len()), values);
        if late {
            let flow = tx.flow().clone();
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                flow.db().write().execute_raw(statement).await
            });
        } else {
            tx.conn().execute_raw(statement).await?;
        }
    }
    Ok(count)
}

/// Every verb that tells something says this: it is put together here, since building a query costs more than sending it.
fn insert(values: usize) -> String {
    let mut sql = "INSERT INTO flow_outbox (event_id, kind, source, subject, version, told_at, trace, payload) VALUES "
        .to_owned();
    for n in (0..values).step_by(8) {
        let comma = if n == 0 { "" } else { ", " };
        let [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8].map(|place| n + place);
        sql += &format!("{comma}(${a}, ${b}, ${c}, ${d}, ${e}, ${f}, ${g}, ${h})");
    }
    sql
}

fn values(event: Event) -> [Value; 8] {
    [
        event.id.into(),
        event.kind.to_string().into(),
        event.source.into(),
        event.subject.into(),
        event.version.into(),
        event.time.into(),
        event.trace.into(),
        event.payload.into(),
    ]
}

/// The oldest unsent ones, at most so many, and at most so many bytes of them (one at least): by the flag, never by
/// "greater than the last seen", which loses what commits late.
pub(crate) async fn unsent(conn: &impl ConnectionTrait, most: u64, bytes: u64) -> Result<Vec<(i64, Event)>, DbErr> {
    let sql = format!(
        "SELECT * FROM flow_outbox WHERE seq IN (SELECT seq FROM (SELECT seq, LENGTH(payload) AS own, \
         SUM(LENGTH(payload)) OVER (ORDER BY seq) AS upto FROM flow_outbox WHERE sent_at IS NULL ORDER BY seq LIMIT {most}) \
         AS oldest WHERE upto - own < {bytes}) ORDER BY seq"
    );
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    let rows = row::Entity::find().from_raw_sql(statement).all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let event = Event {
                id: row.event_id,
                kind: row.kind.into(),
                source: row.source,
                subject: row.subject,
                version: row.version,
                time: row.told_at,
                trace: row.trace,
                payload: row.payload,
            };
            (row.seq, event)
        })
        .collect())
}

/// Marks them sent.
pub(crate) async fn sent(conn: &impl ConnectionTrait, seqs: Vec<i64>, now: Instant) -> Result<(), DbErr> {
    row::Entity::update_many()
        .col_expr(row::Column::SentAt, Expr::value(now))
        .filter(row::Column::Seq.is_in(seqs))
        .exec(conn)
        .await
        .map(drop)
}

/// Forgets what was sent before the given moment.
pub(crate) async fn forget(conn: &impl ConnectionTrait, before: Instant) -> Result<(), DbErr> {
    row::Entity::delete_many().filter(row::Column::SentAt.lt(before)).exec(conn).await.map(drop)
}
