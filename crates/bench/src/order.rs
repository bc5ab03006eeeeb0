//! Placing an order (BI-9) through gRPC with the whole pipeline (request id, answer, outbox), against `pgbench` doing the
//! same statements in one transaction, on tables of the same shape in the same database: 16 clients, and one alone.

use std::time::Duration;

use anyhow::Context as _;
use contract::billing::v1::order_service_client::OrderServiceClient as Client;

use crate::{
    clients::Bearer,
    database::Sql,
    figure::Figures,
    load::{self, Load},
    pgbench::{Much, Pgbench, Said},
    portal::Portal,
    rounds::Rounds,
};

const CLIENTS: usize = 16;
const SECONDS: u64 = 3;
const WARM_UP: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(60);
/// Tables that a placed order touches.
const TABLES: [&str; 4] = ["company", "flow_request", "orders", "flow_outbox"];

/// What Dure sends for one order, in its order: the claim of the request id, the company, the order with its lines, the
/// answer kept, the fact in the outbox.
const SCRIPT: &str = r"\set i :i + 1
\set n :from + :i * 64 + :client_id
BEGIN;
INSERT INTO bench.flow_request (scope, request_id, verb, digest, created_at) VALUES (:scope, lpad(to_hex(:n::bigint), 32, '0')::uuid, 'PlaceOrder', sha256('x'), now()) ON CONFLICT (scope, request_id) DO NOTHING;
SELECT id, version, name, state, verified, voucher_member, head_count, registration_changed_on FROM bench.company WHERE id = :company::uuid LIMIT 1;
INSERT INTO bench.orders (id, version, company_id, site_id, kind, state, total, reference, placed_at, placed_on, pay_by, quote_id, free_of, converts, content) VALUES (lpad(to_hex(:n::bigint), 32, '0')::uuid, 1, :company::uuid, lpad(to_hex(:n::bigint), 32, '0')::uuid, 'new', 'awaiting_payment', 583000, to_hex(:n::bigint), now(), current_date, current_date, NULL, NULL, NULL, :content);
UPDATE bench.flow_request SET answer = decode(:answer, 'hex') WHERE scope = :scope AND request_id = lpad(to_hex(:n::bigint), 32, '0')::uuid;
INSERT INTO bench.flow_outbox (event_id, kind, source, subject, version, told_at, trace, payload, sent_at) VALUES (lpad(to_hex(:n::bigint), 32, '0')::uuid, 'dure.billing.order_placed.v1', 'billing', to_hex(:n::bigint), 1, now(), NULL, decode(:payload, 'hex'), NULL);
COMMIT;
";

/// Measures it.
pub async fn measure(portal: &mut Portal, figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    let (bearer, _) = portal.tokens().await?;
    let sql = portal.sql("billing").await?;
    load(portal, &bearer, CLIENTS, WARM_UP).await?;
    let mut limit = Limit::prepare(portal, &sql).await?;
    let (mut speed, mut latency) = (Rounds::default(), Rounds::default());
    for round in 0..rounds {
        for (clients, rounds) in [(CLIENTS, &mut speed), (1, &mut latency)] {
            let theirs_first = round % 2 == 1;
            let mut theirs = if theirs_first { Some(limit.run(portal, clients).await?) } else { None };
            let ours = ours(portal, &bearer, clients).await?;
            // What the relay has not told yet would be told beside the limit.
            told(&sql).await?;
            if theirs.is_none() {
                theirs = Some(limit.run(portal, clients).await?);
            }
            let theirs = theirs.context("measured before or after")?;
            match clients {
                1 => rounds.push(ours.average(), theirs.average),
                _ => rounds.push(ours.per_second(), theirs.per_second),
            }
        }
    }
    sql.run("DROP SCHEMA bench CASCADE").await?;
    figures.part("place order, 16 clients", &speed, "pgbench, same statements", 60);
    figures.times("place order, one client: latency", &latency, "pgbench, same statements", 160);
    Ok(())
}

/// The load alone.
pub async fn ours(portal: &Portal, bearer: &Bearer, clients: usize) -> anyhow::Result<Load> {
    load(portal, bearer, clients, Duration::from_secs(SECONDS)).await
}

async fn load(portal: &Portal, bearer: &Bearer, clients: usize, time: Duration) -> anyhow::Result<Load> {
    let channels = portal.connect("billing", clients).await?;
    let clients: Vec<_> = channels.into_iter().map(Client::new).collect();
    let (bearer, order) = (bearer.clone(), portal.order());
    load::run(&clients, clients.len(), time, move |mut client| {
        let order =
            contract::billing::v1::PlaceOrderRequest { request_id: uuid::Uuid::new_v4().to_string(), ..order.clone() };
        let request = bearer.request(order);
        async move { Ok(client.place_order(request).await.map(drop)?) }
    })
    .await
}

/// Waits until the outbox is empty.
pub async fn told(sql: &Sql) -> anyhow::Result<()> {
    let start = std::time::Instant::now();
    while sql.number("SELECT count(*) FROM flow_outbox WHERE sent_at IS NULL").await? > 0 {
        anyhow::ensure!(start.elapsed() < PATIENCE, "the outbox was not told within {} s", PATIENCE.as_secs());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// The same statements, with values as large as Dure's.
struct Limit {
    words: Vec<(&'static str, String)>,
    from: u64,
}

impl Limit {
    /// Tables of the same shape beside Dure's, whose relay would tell what is written in its own.
    async fn prepare(portal: &Portal, sql: &Sql) -> anyhow::Result<Self> {
        sql.run("CREATE SCHEMA bench").await?;
        for table in TABLES {
            sql.run(&format!("CREATE TABLE bench.{table} (LIKE {table} INCLUDING ALL)")).await?;
        }
        sql.run("INSERT INTO bench.company SELECT * FROM company").await?;
        let newest = |what: &str, table: &str, of: &str| format!("SELECT {what} FROM {table} WHERE {of} LIMIT 1");
        let placed = "verb = 'PlaceOrder' AND answer IS NOT NULL";
        let company = words::CompanyId::parse(&portal.firm.id).map_err(|wrong| anyhow::anyhow!("{wrong}"))?;
        let told = "kind = 'dure.billing.order_placed.v1'";
        let words = vec![
            ("company", company.uuid().to_string()),
            ("scope", sql.text(&newest("scope", "flow_request", placed)).await?),
            ("content", sql.text(&newest("content", "orders", "TRUE")).await?),
            ("answer", sql.text(&newest("encode(answer, 'hex')", "flow_request", placed)).await?),
            ("payload", sql.text(&newest("encode(payload, 'hex')", "flow_outbox", told)).await?),
        ];
        Ok(Self { words, from: 0 })
    }

    async fn run(&mut self, portal: &Portal, clients: usize) -> anyhow::Result<Said> {
        self.from += 1_000_000_000;
        let mut words = self.words.clone();
        words.push(("from", self.from.to_string()));
        let run = Pgbench { script: SCRIPT, clients, much: Much::Seconds(SECONDS), words: &words };
        run.run(portal.fleet.setting("billing", "DURE__DATABASE__URL")?).await
    }
}
