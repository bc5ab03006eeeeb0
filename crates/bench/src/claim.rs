//! Fifty clients claim different gifts of one lot, over gRPC, against `pgbench` doing the same statements with fifty
//! clients: what the database alone can do where everybody waits for the same lot.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use contract::voucher::v1::{ClaimGiftRequest, gift_service_client::GiftServiceClient};
use tonic::{Request, metadata::MetadataValue};
use uuid::Uuid;

use crate::{
    figure::Figures,
    pgbench::{Much, Pgbench},
    stage::Stage,
};

const CLIENTS: usize = 50;
/// Each.
const CLAIMS: usize = 100;

/// Measures it with these codes.
pub async fn measure(stage: &mut Stage, figures: &mut Figures, codes: Vec<String>) -> anyhow::Result<()> {
    let count = CLIENTS * CLAIMS;
    anyhow::ensure!(codes.len() >= 2 * count, "{} gifts are too few for {count} claims twice", codes.len());
    let ours = per_second(count, claim_all(stage, codes[..count].to_vec()).await?);
    let theirs = pgbench(stage).await?;
    figures.at_least_part("50 clients claim gifts of one lot", ours, "pgbench, same statements", theirs, 50);
    Ok(())
}

async fn claim_all(stage: &Stage, codes: Vec<String>) -> anyhow::Result<std::time::Duration> {
    let url = format!("http://{}", stage.fleet.setting("voucher", "DURE__LISTEN__GRPC")?);
    let (codes, next) = (Arc::new(codes), Arc::new(AtomicUsize::new(0)));
    let mut clients = Vec::with_capacity(CLIENTS);
    for _ in 0..CLIENTS {
        clients.push(GiftServiceClient::connect(url.clone()).await?);
    }
    let start = Instant::now();
    let work = clients.into_iter().enumerate().map(|(number, mut client)| {
        let (codes, next) = (codes.clone(), next.clone());
        tokio::spawn(async move {
            // Each is a visitor of its own: attempts are counted by address.
            let address: MetadataValue<_> = format!("10.0.0.{}", number + 1).parse()?;
            while let Some(code) = codes.get(next.fetch_add(1, Ordering::Relaxed)) {
                let request_id = Uuid::new_v4().to_string();
                let mut request = Request::new(ClaimGiftRequest { request_id, code: code.clone() });
                request.metadata_mut().insert("x-dure-client-address", address.clone());
                client.claim_gift(request).await?;
            }
            anyhow::Ok(())
        })
    });
    for done in futures::future::join_all(work).await {
        done??;
    }
    Ok(start.elapsed())
}

/// The same statements, prepared, in the same order: those of the pipeline (request id, answer, outbox) and of the claim.
const SCRIPT: &str = r"\set i :i + 1
\set n :client_id * 1000000 + :i
BEGIN;
INSERT INTO flow_request (scope, request_id, verb, digest, created_at) VALUES ('anyone', gen_random_uuid(), 'ClaimGift', sha256('x'), now()) ON CONFLICT (scope, request_id) DO NOTHING RETURNING request_id \gset
INSERT INTO attempts (counted, slot, attempts) VALUES (sha256(('address ' || :client_id)::bytea), 1, 1) ON CONFLICT (counted, slot) DO UPDATE SET attempts = attempts.attempts + 1 RETURNING attempts;
INSERT INTO attempts (counted, slot, attempts) VALUES (sha256(('region ' || :n)::bytea), 1, 1) ON CONFLICT (counted, slot) DO UPDATE SET attempts = attempts.attempts + 1 RETURNING attempts;
SELECT g.id, g.company_id, g.lot_id, g.send_id, g.recipient_id, g.number, g.amount, g.state, g.valid_through, g.issued_at, g.ended_at FROM gifts g WHERE g.code_digest = sha256(('bench ' || :n)::bytea) \gset
SELECT subject, body FROM sends WHERE id = :send_id;
UPDATE attempts SET attempts = attempts - 1 WHERE counted = sha256(('address ' || :client_id)::bytea) AND slot = 1;
UPDATE attempts SET attempts = attempts - 1 WHERE counted = sha256(('region ' || :n)::bytea) AND slot = 1;
SELECT * FROM lots WHERE id = :lot_id FOR UPDATE;
SELECT g.id, g.company_id, g.lot_id, g.send_id, g.recipient_id, g.number, g.amount, g.state, g.valid_through, g.issued_at, g.ended_at FROM gifts g WHERE g.id = :id;
UPDATE gifts SET state = 'claimed', ended_at = now() WHERE id = :id AND state = 'unclaimed';
UPDATE lots SET outstanding = outstanding - :amount, claimed = claimed + :amount, version = version + 1 WHERE id = :lot_id AND outstanding >= :amount RETURNING version \gset
INSERT INTO ledger_entries (lot_id, sequence, movement, from_account, to_account, amount, reference, at) VALUES (:lot_id, :version, 'claim', 'outstanding', 'claimed', :amount, :id, now());
UPDATE flow_request SET answer = decode(repeat('00', 500), 'hex') WHERE scope = 'anyone' AND request_id = :request_id;
INSERT INTO flow_outbox (event_id, kind, source, subject, version, told_at, payload, sent_at) VALUES (gen_random_uuid(), 'dure.bench', 'voucher', 'gift', 1, now(), decode(repeat('00', 120), 'hex'), now());
COMMIT;
";

/// Its transactions a second. The gifts it claims get digests it can compute.
async fn pgbench(stage: &Stage) -> anyhow::Result<u64> {
    let prepare = format!(
        "WITH chosen AS (SELECT id, row_number() OVER () - 1 AS n FROM gifts WHERE state = 'unclaimed' LIMIT {}) \
         UPDATE gifts SET code_digest = sha256(('bench ' || ((n / {CLAIMS}) * 1000000 + n % {CLAIMS} + 1))::bytea) \
         FROM chosen WHERE chosen.id = gifts.id",
        CLIENTS * CLAIMS
    );
    stage.sql.run(&prepare).await?;
    stage.sql.run("ANALYZE gifts").await?;
    let database = stage.fleet.setting("voucher", "DURE__DATABASE__URL")?;
    let transactions = Much::Transactions(CLAIMS);
    Ok(Pgbench { script: SCRIPT, clients: CLIENTS, much: transactions, words: &[] }.run(database).await?.per_second)
}

fn per_second(count: usize, took: std::time::Duration) -> u64 {
    let per_second = u128::try_from(count).unwrap_or_default() * 1_000 / took.as_millis().max(1);
    u64::try_from(per_second).unwrap_or(u64::MAX)
}
