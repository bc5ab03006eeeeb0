//! Verifying every lot of a million gifts, half of them claimed one by one (VO-2, VO-19).

use std::time::Instant;

use serde_json::json;
use story::json::Json as _;

use crate::{figure::Figures, stage::Stage};

/// Claims every second unclaimed gift, as so many claims would have: an entry each.
const CLAIM_HALF: &str = "
WITH claimed AS (
    UPDATE gifts SET state = 'claimed', ended_at = now() WHERE state = 'unclaimed' AND number % 2 = 0
    RETURNING id, lot_id, amount
), entries AS (
    INSERT INTO ledger_entries (lot_id, sequence, movement, from_account, to_account, amount, reference, at)
    SELECT c.lot_id, l.version + row_number() OVER (PARTITION BY c.lot_id), 'claim', 'outstanding', 'claimed', c.amount, c.id, now()
    FROM claimed c JOIN lots l ON l.id = c.lot_id RETURNING lot_id, amount
)
UPDATE lots SET outstanding = outstanding - e.total, claimed = claimed + e.total, version = version + e.count
FROM (SELECT lot_id, sum(amount) AS total, count(*) AS count FROM entries GROUP BY lot_id) e WHERE e.lot_id = lots.id";

/// Measures it.
pub async fn measure(stage: &mut Stage, figures: &mut Figures) -> anyhow::Result<()> {
    stage.sql.run(CLAIM_HALF).await?;
    let gifts = stage.sql.number("SELECT count(*) FROM gifts").await?;
    let entries = stage.sql.number("SELECT count(*) FROM ledger_entries").await?;
    println!("    {gifts} gifts, {entries} entries");
    let start = Instant::now();
    let verified = stage.scene.operator.post("/v1/ledger:verify", json!({})).await?;
    let took = start.elapsed();
    anyhow::ensure!(verified.list("breaches").is_ok_and(<[_]>::is_empty), "the ledger does not add up: {verified}");
    figures.at_most("verifying all lots of a million gifts", u64::try_from(took.as_millis())?, 10_000, "ms");
    Ok(())
}
