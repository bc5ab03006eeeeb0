//! I11–I15: the audit trail, the dead letters, that everything comes to rest by itself, that all processes run, and that
//! no log holds a secret.

use std::time::Duration;

use contract::identity::v1::VerifyAuditTrailRequest;
use tokio::time::{Instant, sleep};

use crate::{drive::signed, history::lock, stage::World};

/// I13.
const CONVERGE: Duration = Duration::from_secs(15);
/// After that we go on looking, for the figure, but it is a breach.
const GIVE_UP: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(200);
/// A relay holds its lock for as long as one batch takes; what is older hangs.
const HANGS: &str = "1 second";

/// I11: no link of the audit trail is broken.
pub async fn i11_audit(world: &World) -> anyhow::Result<Vec<String>> {
    let who = &world.operator;
    for _ in 0..20 {
        let token = who.token().await;
        let request = signed(VerifyAuditTrailRequest {}, token.as_deref());
        match world.calls.audit().verify_audit_trail(request).await.map(tonic::Response::into_inner) {
            Ok(reply) if reply.intact => return Ok(Vec::new()),
            Ok(reply) => return Ok(vec![format!("the audit trail is broken at entry {}", reply.first_broken)]),
            Err(status) if status.code() == tonic::Code::Unauthenticated => world.renew(Some(who), token).await?,
            Err(_) => sleep(PAUSE).await,
        }
    }
    Ok(vec!["the audit trail could not be verified".into()])
}

/// I12: only planned poison is a dead letter, each with its reason, and all of it is.
pub async fn i12_dead_letters(world: &World) -> anyhow::Result<Vec<String>> {
    let mut planned = lock(&world.poison).clone();
    let mut found = Vec::new();
    for (service, _, dead) in world.broker.counts().await? {
        if dead == 0 {
            continue;
        }
        for letter in world.broker.dead(service).await? {
            let id = letter.event.id;
            match planned.iter().position(|poison| *poison == id) {
                Some(at) => drop(planned.swap_remove(at)),
                None => found.push(format!("{service} gave up {} {id}: {}", letter.event.kind, letter.reason)),
            }
            if letter.reason.is_empty() {
                found.push(format!("{service} gave up {id} without a reason"));
            }
        }
    }
    found.extend(planned.iter().map(|id| format!("the planned poison {id} is no dead letter")));
    Ok(found)
}

/// I13: within 15 s nothing waits and nothing hangs. Answers how long it took.
pub async fn i13_converges(world: &World) -> Duration {
    let took = rest(world).await;
    if took > CONVERGE {
        world.found.add("I13", format!("it came to rest only after {} ms", took.as_millis()));
    }
    took
}

/// Until nothing waits and nothing hangs; answers how long it took.
pub async fn rest(world: &World) -> Duration {
    let start = Instant::now();
    loop {
        let left = match unsettled(world).await {
            Ok(left) if left.is_empty() => return start.elapsed(),
            Ok(left) => left.join("; "),
            Err(error) => format!("{error:#}"),
        };
        if start.elapsed() > GIVE_UP {
            world.found.add("I13", format!("it did not come to rest within {} s: {left}", GIVE_UP.as_secs()));
            return start.elapsed();
        }
        sleep(PAUSE).await;
    }
}

async fn unsettled(world: &World) -> anyhow::Result<Vec<String>> {
    let mut left = Vec::new();
    for (service, sql) in world.sql.all() {
        let unsent = sql.number("SELECT COUNT(*) FROM flow_outbox WHERE sent_at IS NULL").await?;
        if unsent > 0 {
            left.push(format!("{service} has {unsent} events to tell"));
        }
        let hangs = format!(
            "SELECT state || ' for ' || (now() - xact_start) FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid() AND xact_start < now() - interval '{HANGS}' \
             UNION ALL SELECT 'waits for a lock: ' || locktype FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
             WHERE NOT granted AND d.datname = current_database()"
        );
        left.extend(sql.texts(&hangs).await?.into_iter().map(|hangs| format!("{service}: a transaction {hangs}")));
    }
    for (service, waiting, _) in world.broker.counts().await? {
        if waiting > 0 {
            left.push(format!("{waiting} events wait for {service}"));
        }
    }
    if left.is_empty() {
        left.extend(under_way(world).await?);
    }
    Ok(left)
}

/// What a queue shows as neither ready nor gone: chains of events that are still being applied.
async fn under_way(world: &World) -> anyhow::Result<Vec<String>> {
    let questions = [
        (&world.sql.billing, "SELECT COUNT(*) FROM orders WHERE state = 'paid'", "orders are paid and not fulfilled"),
        (&world.sql.billing, "SELECT COUNT(*) FROM purchase WHERE state = 'refunding'", "refunds are under way"),
        (
            &world.sql.voucher,
            "SELECT COUNT(*) FROM sends WHERE state IN ('scheduled', 'sending')",
            "sends are under way",
        ),
        (
            &world.sql.voucher,
            "SELECT COUNT(*) FROM lots l LEFT JOIN lot_told t ON t.lot_id = l.id WHERE t.version IS NULL OR t.version < l.version",
            "lots have news",
        ),
        (&world.sql.voucher, "SELECT COUNT(*) FROM gifts WHERE message_state = 1", "messages are not handed over"),
    ];
    let mut left = Vec::new();
    for (sql, question, what) in questions {
        let count = sql.number(question).await?;
        if count > 0 {
            left.push(format!("{count} {what}"));
        }
    }
    Ok(left)
}

/// I14: every process that was not killed runs, and the gateway says that all serve.
pub async fn i14_all_run(world: &World) -> Vec<String> {
    let mut fleet = world.fleet.lock().await;
    let mut found = fleet.all_run();
    if let Err(error) = fleet.ready().await {
        found.push(format!("{error:#}"));
    }
    found
}

/// I15: no password, phone or address of anybody stands in a log.
pub async fn i15_secrets(world: &World) -> Vec<String> {
    let secrets = world.scene.lock().await.people.secrets().to_vec();
    world.fleet.lock().await.leaked(&secrets).into_iter().collect()
}
