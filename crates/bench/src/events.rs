//! Outbox to consumer, sustained: thousands of facts in identity's outbox (`CompanyChanged`, one row each at its
//! subscriber, billing), from the first that arrived to the last; against raw lapin, which publishes as many messages of the
//! same size with batched confirms to a quorum queue, and whose consumer inserts one row each.

use std::time::{Duration, Instant};

use contract::{
    Fact,
    identity::v1::{CompanyChanged, CompanyState, RegistryVerification},
};
use prost::Message as _;
use uuid::Uuid;
use words::CompanyId;

use crate::{database::Sql, figure::Figures, load::per_second, portal::Portal, raw, rounds::Rounds};

/// In one round.
pub const COUNT: u64 = 8_000;
const WARM_UP: u64 = 500;
/// Rows of one `INSERT`.
const AT_ONCE: usize = 500;
const PATIENCE: Duration = Duration::from_secs(120);
/// Applied by billing: each has its row among the requests.
const APPLIED: &str = "FROM flow_request WHERE scope = 'when:company_changed'";

/// Measures it.
pub async fn measure(portal: &mut Portal, figures: &mut Figures, rounds: usize) -> anyhow::Result<()> {
    let both = (portal.sql("identity").await?, portal.sql("billing").await?);
    ours(&both, WARM_UP).await?;
    let mut speed = Rounds::default();
    let queue = raw::Queue::declare(&portal.servers.amqp).await?;
    let table = raw::Table::create(portal.fleet.setting("billing", "DURE__DATABASE__URL")?).await?;
    let body = fact(CompanyId::from(Uuid::new_v4())).encode_to_vec();
    for round in 0..rounds {
        let (ours, limit) =
            crate::rounds::pair(round, ours(&both, COUNT), raw::carry(&queue, &table, &body, COUNT)).await?;
        speed.push(ours, limit);
    }
    queue.delete().await?;
    table.drop().await?;
    figures.part("outbox to consumer, sustained", &speed, "raw lapin, batched confirms, one row", 60);
    Ok(())
}

/// So many facts from identity to billing; applied a second.
pub async fn ours((identity, billing): &(Sql, Sql), count: u64) -> anyhow::Result<u64> {
    let before = billing.number(&format!("SELECT count(*) {APPLIED}")).await?;
    let told = (0..count).map(|_| row()).collect::<Vec<_>>();
    let inserts = told.chunks(AT_ONCE).map(|rows| {
        format!(
            "INSERT INTO flow_outbox (event_id, kind, source, subject, version, told_at, payload) VALUES {};",
            rows.join(",")
        )
    });
    identity.run(&format!("BEGIN; {} COMMIT;", inserts.collect::<String>())).await?;
    let asked = Instant::now();
    let (mut first, mut wait) = (None, Duration::from_millis(5));
    loop {
        let applied = billing.number(&format!("SELECT count(*) {APPLIED}")).await? - before;
        match (applied, first) {
            (0, _) => {}
            (_, None) => (first, wait) = (Some((Instant::now(), applied)), Duration::from_millis(50)),
            (applied, Some((since, already))) if applied >= count => {
                return Ok(per_second(count - already, since.elapsed()));
            }
            _ => {}
        }
        anyhow::ensure!(asked.elapsed() < PATIENCE, "{applied} of {count} facts were applied");
        tokio::time::sleep(wait).await;
    }
}

fn row() -> String {
    let id = Uuid::new_v4();
    let company = CompanyId::from(id);
    let payload = hex::encode(fact(company).encode_to_vec());
    let kind = CompanyChanged::event_type();
    format!("('{}', '{kind}', 'identity', '{company}', 1, now(), '\\x{payload}')", Uuid::new_v4())
}

fn fact(company: CompanyId) -> CompanyChanged {
    CompanyChanged {
        company_id: company.to_string(),
        version: 1,
        legal_name: "주식회사 많은소식".to_owned(),
        brn: "0000000000".to_owned(),
        state: CompanyState::Prospect.into(),
        verification: RegistryVerification::Verified.into(),
        head_count: 42,
        ..Default::default()
    }
}
