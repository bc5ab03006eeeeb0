//! Request ids: claimed at the start of a transaction, stored with the effect and the sealed answer. An RPC's id, an
//! event's and a timer's slot are all kept here, so each has one effect. They are forgotten after 30 days.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};
use uuid::Uuid;

use crate::{
    Done, Flow, Slot, Stop, Tx,
    refusal::{Fault, Refusal, code},
    sabotage,
};

/// How long an answer can be asked for again: longer than any client retries, any queue holds an event, or any service
/// stands still.
const KEPT: chrono::Duration = chrono::Duration::days(30);
/// Forgotten in one statement.
const AT_ONCE: u64 = 5_000;

/// Other content under an id that was used.
pub const REQUEST_ID_REUSED: Refusal = Refusal::new(
    code::ALREADY_EXISTS,
    "REQUEST_ID_REUSED",
    "This request id was used for another request. Choose a new UUID for a new request.",
    "이미 다른 요청에 사용된 request_id 입니다. 새 요청에는 새 UUID 를 사용하세요.",
);

/// What a request is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Whose ids these are: the caller, or the `when` of an event.
    pub scope: String,
    /// The id.
    pub id: Uuid,
}

/// What claiming found.
pub(crate) enum Claim {
    /// Ours to do.
    New,
    /// Done before: its sealed answer.
    Done(Vec<u8>),
}

/// Claims the id. An equal request still under way is waited for; its answer is then ours.
pub(crate) async fn claim(tx: &Tx, key: &Key, verb: &str, digest: &[u8]) -> Result<Claim, Stop> {
    let values = [key.scope.clone().into(), key.id.into(), verb.into(), digest.to_vec().into(), tx.now().into()];
    let inserted = tx
        .conn()
        .execute_raw(Statement::from_sql_and_values(
            tx.backend(),
            "INSERT INTO flow_request (scope, request_id, verb, digest, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (scope, request_id) DO NOTHING",
            values,
        ))
        .await?;
    if inserted.rows_affected() == 1 {
        let event = key.scope.starts_with("when:");
        if sabotage::breaks(if event { "inbox-forgets" } else { "request-ids-forgotten" }) {
            forget(tx, key).await?;
        }
        return Ok(Claim::New);
    }
    let done = look(tx.conn(), key, verb, digest).await?;
    done.map(Claim::Done)
        .ok_or_else(|| Fault::bug(anyhow::anyhow!("a request id vanished while it was claimed")).into())
}

/// Claims many ids with verb, digest and answer in one statement; answers those that are new. It waits for nobody's row in
/// any other order than theirs.
pub(crate) async fn claim_all(
    tx: &Tx,
    mut claims: Vec<(&Key, &'static str, [u8; 32], Vec<u8>)>,
) -> Result<HashSet<Key>, Stop> {
    claims.sort_by(|(a, ..), (b, ..)| (&a.scope, a.id).cmp(&(&b.scope, b.id)));
    let mut sql = "INSERT INTO flow_request (scope, request_id, verb, digest, answer, created_at) VALUES ".to_owned();
    let mut values = Vec::<Value>::with_capacity(claims.len() * 6);
    for (key, verb, digest, answer) in claims {
        let n = values.len();
        let comma = if n == 0 { "" } else { ", " };
        sql += &format!("{comma}(${}, ${}, ${}, ${}, ${}, ${})", n + 1, n + 2, n + 3, n + 4, n + 5, n + 6);
        let row: [Value; 6] = [
            key.scope.clone().into(),
            key.id.into(),
            verb.into(),
            digest.to_vec().into(),
            answer.into(),
            tx.now().into(),
        ];
        values.extend(row);
    }
    sql += " ON CONFLICT (scope, request_id) DO NOTHING RETURNING scope, request_id";
    let rows = tx.conn().query_all_raw(Statement::from_sql_and_values(tx.backend(), sql, values)).await?;
    let key = |row: &QueryResult| Ok(Key { scope: row.try_get("", "scope")?, id: row.try_get("", "request_id")? });
    Ok(rows.iter().map(key).collect::<Result<_, DbErr>>()?)
}

/// The sealed answer an equal request got, if there was one.
pub(crate) async fn look(
    conn: &impl ConnectionTrait,
    key: &Key,
    verb: &str,
    digest: &[u8],
) -> Result<Option<Vec<u8>>, Stop> {
    let sql = "SELECT verb, digest, answer FROM flow_request WHERE scope = $1 AND request_id = $2";
    let values = [key.scope.clone().into(), key.id.into()];
    let row = conn.query_one_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await?;
    let Some(row) = row else { return Ok(None) };
    let (was, its): (String, Vec<u8>) = (row.try_get("", "verb")?, row.try_get("", "digest")?);
    if was != verb || its != digest {
        return Err(REQUEST_ID_REUSED.into());
    }
    Ok(Some(row.try_get("", "answer")?))
}

/// Keeps the sealed answer beside the effect.
pub(crate) async fn keep(tx: &Tx, key: &Key, answer: Vec<u8>) -> Result<(), Stop> {
    let sql = "UPDATE flow_request SET answer = $1 WHERE scope = $2 AND request_id = $3";
    let values = [answer.into(), key.scope.clone().into(), key.id.into()];
    tx.conn().execute_raw(Statement::from_sql_and_values(tx.backend(), sql, values)).await?;
    Ok(())
}

/// Forgets a claim whose verb refused but kept what it wrote: asked again, it decides again.
pub(crate) async fn forget(tx: &Tx, key: &Key) -> Result<(), Stop> {
    let sql = "DELETE FROM flow_request WHERE scope = $1 AND request_id = $2";
    tx.conn()
        .execute_raw(Statement::from_sql_and_values(tx.backend(), sql, [key.scope.clone().into(), key.id.into()]))
        .await?;
    Ok(())
}

/// Each day, in every service: forgets ids with their answers once they are 30 days old, some thousand at a time.
pub async fn forget_requests(flow: Flow, slot: Slot) -> Result<Done, Stop> {
    let db = flow.db().write();
    let sql = format!(
        "DELETE FROM flow_request WHERE (scope, request_id) IN \
         (SELECT scope, request_id FROM flow_request WHERE created_at < $1 ORDER BY created_at LIMIT {AT_ONCE})"
    );
    let values = [(slot.now - KEPT).into()];
    let gone = db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    Ok(if gone.rows_affected() == AT_ONCE { Done::More } else { Done::All })
}
