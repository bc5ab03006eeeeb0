//! What happens to a thousand messages at a time: queueing, claiming, settling, each in one statement whose lists go as
//! one JSON parameter, so that a batch costs one statement to plan, whatever its size.

use std::collections::{BTreeMap, HashSet};

use flow::{Instant, Stop, Tx};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult as _, Statement, Value};
use serde_json::json;
use uuid::Uuid;

use super::{message, row};
use crate::{
    channel::{Channel, Medium},
    message::{Lane, Message, State, claim::Claimed, queue::Asked},
};

/// Bytes of sealed content in one statement; beyond that (mails with documents) it takes more of them.
const MOST_BYTES: usize = 4 * 1024 * 1024;

fn on_postgres(tx: &Tx) -> bool {
    tx.conn().get_database_backend() == DbBackend::Postgres
}

fn statement(tx: &Tx, sql: String, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(tx.conn().get_database_backend(), sql, values)
}

/// Queues those that are new.
pub async fn insert(tx: &Tx, asked: &[Asked]) -> Result<(), Stop> {
    let mut rest = asked;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |asked: &&Asked| {
            bytes += asked.sealed.len();
            bytes <= MOST_BYTES
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (piece, after) = rest.split_at(count);
        insert_piece(tx, piece).await?;
        rest = after;
    }
    Ok(())
}

async fn insert_piece(tx: &Tx, asked: &[Asked]) -> Result<(), Stop> {
    let rows: Vec<_> = asked
        .iter()
        .map(|asked| {
            let failure = asked.failure();
            let state = if failure.is_none() { State::Queued } else { State::Failed };
            json!([
                asked.id.simple().to_string(),
                asked.template,
                asked.locale,
                asked.priority,
                asked.on_behalf_of,
                asked.reference,
                asked.medium.unwrap_or(Medium::Text).as_str(),
                failure.is_none().then(|| hex::encode(&asked.sealed)),
                state.as_str(),
                failure.map(|why| why.to_string()).unwrap_or_default(),
            ])
        })
        .collect();
    // `WHERE true`: without it SQLite takes ON for a part of a join.
    let from = if on_postgres(tx) {
        "CAST(j ->> 0 AS uuid), j ->> 1, j ->> 2, CAST(j ->> 3 AS integer), j ->> 4, j ->> 5, j ->> 6, \
         decode(j ->> 7, 'hex'), j ->> 8, j ->> 9, 0, $2, $2, $2 \
         FROM json_array_elements(CAST($1 AS json)) AS given (j)"
    } else {
        "unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, \
         unhex(value ->> 7), value ->> 8, value ->> 9, 0, $2, $2, $2 FROM json_each($1)"
    };
    let sql = format!(
        "INSERT INTO message (message_id, template, locale, priority, on_behalf_of, reference, medium, sealed, state, \
         reason, attempts, due_at, created_at, updated_at) SELECT {from} WHERE true ON CONFLICT (message_id) DO NOTHING"
    );
    let rows = serde_json::Value::Array(rows).to_string();
    tx.conn().execute_raw(statement(tx, sql, vec![rows.into(), tx.now().into()])).await?;
    Ok(())
}

/// Puts the most pressing ones under a lease.
pub async fn claim(tx: &Tx, lane: Lane, lease: Uuid, until: Instant, most: u64) -> Result<Vec<Claimed>, Stop> {
    let sql = format!(
        "WITH due AS MATERIALIZED (SELECT seq FROM message WHERE state = 'queued' AND medium = $1 AND priority {which} \
         AND due_at <= $2 ORDER BY priority DESC, seq LIMIT $3{skip}) \
         UPDATE message SET lease = $4, due_at = $5, attempts = attempts + 1 WHERE seq IN (SELECT seq FROM due) \
         RETURNING *",
        which = if lane.urgent { "= 3" } else { "< 3" },
        skip = if on_postgres(tx) { " FOR UPDATE SKIP LOCKED" } else { "" },
    );
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let values = vec![lane.medium.as_str().into(), tx.now().into(), most.into(), lease.into(), until.into()];
    let found = tx.conn().query_all_raw(statement(tx, sql, values)).await?;
    let mut rows = found.iter().map(|row| row::Model::from_query_result(row, "")).collect::<Result<Vec<_>, _>>()?;
    rows.sort_by_key(|row| (-row.priority, row.seq));
    let claimed = |mut row: row::Model| {
        Ok(Claimed {
            template: std::mem::take(&mut row.template),
            locale: std::mem::take(&mut row.locale),
            sealed: row.sealed.take().unwrap_or_default(),
            message: message(row)?,
        })
    };
    rows.into_iter().map(claimed).collect()
}

impl Message {
    /// What it has in common with others that ended alike; when it is due matters only while it is queued.
    fn ending(&self) -> (State, Option<Channel>, String, i32, Option<Instant>) {
        let due = (self.state == State::Queued).then_some(self.due_at);
        (self.state, self.channel, self.reason.clone(), self.attempts, due)
    }
}

/// Settles messages, all that ended alike in one statement, and tells which: those still under the lease, or all where
/// their rows are locked. The content of what is no longer queued is erased (NO-4).
pub async fn settle(tx: &Tx, lease: Option<Uuid>, messages: &[Message]) -> Result<HashSet<Uuid>, Stop> {
    let mut alike = BTreeMap::<_, Vec<String>>::new();
    for m in messages {
        alike.entry(m.ending()).or_default().push(m.id.simple().to_string());
    }
    let ids = if on_postgres(tx) {
        "SELECT CAST(id AS uuid) FROM json_array_elements_text(CAST($1 AS json)) AS given (id)"
    } else {
        "SELECT unhex(value) FROM json_each($1)"
    };
    let mut saved = HashSet::new();
    for ((state, channel, reason, attempts, due), these) in alike {
        let mut values: Vec<Value> = vec![
            serde_json::json!(these).to_string().into(),
            state.as_str().into(),
            channel.map(Channel::as_str).into(),
            reason.into(),
            attempts.into(),
            tx.now().into(),
        ];
        let mut with = |value: Value| {
            values.push(value);
            values.len()
        };
        let rest = match due {
            Some(due) => format!("due_at = ${}", with(due.into())),
            None => "sealed = NULL".to_owned(),
        };
        let ours =
            lease.map_or(String::new(), |lease| format!(" AND state = 'queued' AND lease = ${}", with(lease.into())));
        let sql = format!(
            "UPDATE message SET state = $2, channel = $3, reason = $4, attempts = $5, updated_at = $6, lease = NULL, \
             {rest} WHERE message_id IN ({ids}){ours} RETURNING message_id"
        );
        for row in tx.conn().query_all_raw(statement(tx, sql, values)).await? {
            saved.insert(row.try_get("", "message_id")?);
        }
    }
    Ok(saved)
}
