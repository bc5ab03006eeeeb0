//! Codes under way: the phone sealed, the code as a keyed digest, one row a phone.

use flow::{Fault, Stop, Tx};
use sea_orm::{FromQueryResult, Value};
use words::Phone;

use super::{PhoneProofId, TRIES, start::Started};
use crate::sql;

const PHONE: &str = "phone of a proof";

/// Six digits alone would be guessed from any hash.
pub fn digest(tx: &Tx, id: PhoneProofId, code: &str) -> Vec<u8> {
    tx.sealer().digest(format!("phone code {id} {code}").as_bytes()).to_vec()
}

/// The phone's only code from now on.
pub async fn replace(tx: &Tx, started: &Started, code: &str) -> Result<(), Stop> {
    let phone = started.phone.as_str();
    let values: Vec<Value> = vec![
        started.id.uuid().into(),
        tx.sealer().digest(format!("{PHONE} {phone}").as_bytes()).to_vec().into(),
        tx.sealer().seal(PHONE, phone.as_bytes()).into(),
        digest(tx, started.id, code).into(),
        started.expires_at.into(),
    ];
    let sql = "INSERT INTO phone_proofs (id, phone_digest, phone_sealed, code_digest, tries, expires_at) \
               VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (phone_digest) DO UPDATE SET id = excluded.id, \
               phone_sealed = excluded.phone_sealed, code_digest = excluded.code_digest, tries = 0, expires_at = excluded.expires_at";
    sql::run(tx.conn(), sql, values).await.map(drop)
}

/// A live code, one try further.
pub struct Tried {
    /// Tries so far, this one included.
    pub tries: i64,
    /// Of the right code.
    pub code_digest: Vec<u8>,
    /// Where it went.
    pub phone: Phone,
}

/// Counts a try; `None` if the code is late, used up, replaced or never was.
pub async fn count_try(tx: &Tx, id: PhoneProofId) -> Result<Option<Tried>, Stop> {
    #[derive(FromQueryResult)]
    struct Row {
        tries: i64,
        code_digest: Vec<u8>,
        phone_sealed: Vec<u8>,
    }
    let sql = "UPDATE phone_proofs SET tries = tries + 1 WHERE id = $1 AND tries < $2 AND expires_at > $3 \
               RETURNING tries, code_digest, phone_sealed";
    let values: Vec<Value> = vec![id.uuid().into(), TRIES.into(), tx.now().into()];
    let Some(row) = sql::row::<Row>(tx.conn(), sql, values).await? else { return Ok(None) };
    let phone = tx.sealer().open(PHONE, &row.phone_sealed).map_err(Fault::bug)?;
    let phone = Phone::parse(&String::from_utf8(phone).map_err(Fault::bug)?).map_err(Fault::bug)?;
    Ok(Some(Tried { tries: row.tries, code_digest: row.code_digest, phone }))
}

/// The code was given: it is good once.
pub async fn end(tx: &Tx, id: PhoneProofId) -> Result<(), Stop> {
    sql::run(tx.conn(), "DELETE FROM phone_proofs WHERE id = $1", vec![id.uuid().into()]).await.map(drop)
}
