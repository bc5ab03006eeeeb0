//! Uploads and their bytes in the database.

use chrono::{DateTime, Utc};
use flow::{Fault, Instant, Stop, Tx};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;
use words::CompanyId;

use super::{Upload, UploadId};
use crate::sql;

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    send_id: Uuid,
    file_name: String,
    size: Option<i64>,
    sha256: Option<Vec<u8>>,
    repeat_days: i64,
    received: i64,
    created_at: DateTime<Utc>,
}

impl From<Row> for Upload {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            send: row.send_id.into(),
            file_name: row.file_name,
            size: row.size,
            sha256: row.sha256,
            repeat_days: row.repeat_days,
            received: row.received,
            created_at: row.created_at,
        }
    }
}

/// A new upload in this slot of its company; `false` if another one has it.
pub async fn insert(tx: &Tx, upload: &Upload, company: CompanyId, slot: i64) -> Result<bool, Stop> {
    let sql = "INSERT INTO sheet_uploads (id, company_id, slot, send_id, file_name, size, sha256, repeat_days, received, \
               created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (company_id, slot) DO NOTHING";
    let values: Vec<Value> = vec![
        upload.id.uuid().into(),
        company.uuid().into(),
        slot.into(),
        upload.send.uuid().into(),
        upload.file_name.clone().into(),
        upload.size.into(),
        upload.sha256.clone().into(),
        upload.repeat_days.into(),
        upload.received.into(),
        upload.created_at.into(),
    ];
    Ok(sql::run(tx.conn(), sql, values).await? == 1)
}

/// The upload, if it is the company's.
pub async fn find(conn: &impl ConnectionTrait, id: UploadId, company: CompanyId) -> Result<Option<Upload>, Stop> {
    one(conn, id, company, "").await
}

/// The upload, held until the transaction ends.
pub async fn lock(tx: &Tx, id: UploadId, company: CompanyId) -> Result<Option<Upload>, Stop> {
    one(tx.conn(), id, company, sql::for_update(tx.conn())).await
}

async fn one(conn: &impl ConnectionTrait, id: UploadId, company: CompanyId, how: &str) -> Result<Option<Upload>, Stop> {
    let sql = format!("SELECT * FROM sheet_uploads WHERE id = $1 AND company_id = $2{how}");
    let row: Option<Row> = sql::row(conn, &sql, vec![id.uuid().into(), company.uuid().into()]).await?;
    Ok(row.map(Upload::from))
}

/// The next bytes of a held upload.
pub async fn append(tx: &Tx, upload: &mut Upload, bytes: &[u8]) -> Result<(), Stop> {
    let values: Vec<Value> = vec![upload.id.uuid().into(), upload.received.into(), bytes.to_vec().into()];
    sql::insert(tx.conn(), "sheet_upload_parts", &["upload_id", "place", "bytes"], values).await?;
    upload.received += i64::try_from(bytes.len()).map_err(Fault::bug)?;
    let sql = "UPDATE sheet_uploads SET received = $2 WHERE id = $1";
    sql::run(tx.conn(), sql, vec![upload.id.uuid().into(), upload.received.into()]).await.map(drop)
}

/// All bytes of an upload, in order.
pub async fn bytes(conn: &impl ConnectionTrait, upload: &Upload) -> Result<Vec<u8>, Stop> {
    #[derive(FromQueryResult)]
    struct Part {
        bytes: Vec<u8>,
    }
    let mut whole = Vec::with_capacity(usize::try_from(upload.received).map_err(Fault::bug)?);
    while (whole.len() as u64) < u64::try_from(upload.received).map_err(Fault::bug)? {
        let place = i64::try_from(whole.len()).map_err(Fault::bug)?;
        let sql = "SELECT bytes FROM sheet_upload_parts WHERE upload_id = $1 AND place = $2";
        let part: Option<Part> = sql::row(conn, sql, vec![upload.id.uuid().into(), place.into()]).await?;
        // Somebody finished it or gave it up meanwhile.
        whole.extend_from_slice(&part.ok_or(super::UPLOAD_NOT_FOUND)?.bytes);
    }
    Ok(whole)
}

/// The upload and its bytes.
pub async fn delete(tx: &Tx, id: UploadId) -> Result<(), Stop> {
    for sql in ["DELETE FROM sheet_upload_parts WHERE upload_id = $1", "DELETE FROM sheet_uploads WHERE id = $1"] {
        sql::run(tx.conn(), sql, vec![id.uuid().into()]).await?;
    }
    Ok(())
}

/// Some uploads started before this moment, held.
pub async fn older_than(tx: &Tx, moment: Instant, most: u64) -> Result<Vec<UploadId>, Stop> {
    #[derive(FromQueryResult)]
    struct Id {
        id: Uuid,
    }
    let sql = format!(
        "SELECT id FROM sheet_uploads WHERE created_at <= $1 ORDER BY created_at, id LIMIT {most}{}",
        sql::for_update(tx.conn())
    );
    let ids: Vec<Id> = sql::rows(tx.conn(), &sql, vec![moment.into()]).await?;
    Ok(ids.into_iter().map(|row| row.id.into()).collect())
}
