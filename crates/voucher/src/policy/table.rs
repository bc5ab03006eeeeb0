//! Rules of companies in the database.

use flow::{Stop, Tx};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use words::{CompanyId, Money};

use super::Policy;
use crate::sql;

#[derive(FromQueryResult)]
struct Row {
    approval_above: Option<i64>,
}

/// The company's rule; without one, nothing is asked for.
pub async fn of(conn: &impl ConnectionTrait, company: CompanyId) -> Result<Policy, Stop> {
    let sql = "SELECT approval_above FROM send_policies WHERE company_id = $1";
    let row: Option<Row> = sql::row(conn, sql, vec![company.uuid().into()]).await?;
    Ok(Policy { approval_above: row.and_then(|row| row.approval_above).map(Money::from_won) })
}

/// The company's rule from now on.
pub async fn put(tx: &Tx, company: CompanyId, policy: Policy) -> Result<(), Stop> {
    let values: Vec<Value> = vec![company.uuid().into(), policy.approval_above.map(Money::won).into(), tx.now().into()];
    let sql = "INSERT INTO send_policies (company_id, approval_above, set_at) VALUES ($1, $2, $3) \
               ON CONFLICT (company_id) DO UPDATE SET approval_above = $2, set_at = $3";
    sql::run(tx.conn(), sql, values).await.map(drop)
}
