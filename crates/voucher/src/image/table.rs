//! Images in the database: each content once.

use flow::{Instant, Stop, Tx};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

use super::Image;
use crate::sql;

#[derive(FromQueryResult)]
struct Row {
    jpeg: Vec<u8>,
}

/// Keeps it, once; what is there already was put there now, and is held until the transaction ends.
pub async fn keep(tx: &Tx, image: &Image) -> Result<(), Stop> {
    let sql = "INSERT INTO images (digest, jpeg, put_at) VALUES ($1, $2, $3) \
               ON CONFLICT (digest) DO UPDATE SET put_at = excluded.put_at";
    let values: Vec<Value> = vec![image.digest.clone().into(), image.jpeg.clone().into(), tx.now().into()];
    sql::run(tx.conn(), sql, values).await.map(drop)
}

/// Its bytes.
pub async fn find(conn: &impl ConnectionTrait, digest: &str) -> Result<Option<Vec<u8>>, Stop> {
    let row: Option<Row> = sql::row(conn, "SELECT jpeg FROM images WHERE digest = $1", vec![digest.into()]).await?;
    Ok(row.map(|row| row.jpeg))
}

/// Deletes those that no send carries and that were last put on one before this.
pub async fn forget(tx: &Tx, before: Instant) -> Result<(), Stop> {
    let sql = "DELETE FROM images WHERE put_at < $1 \
               AND NOT EXISTS (SELECT 1 FROM sends WHERE sends.image = images.digest)";
    sql::run(tx.conn(), sql, vec![before.into()]).await.map(drop)
}
