//! R29: four times as many clients as the service serves best. At least 80 of 100 of the peak are still done a second, and
//! whoever is turned away is told so at once, with a time to come again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use contract::voucher::v1::ListLotsRequest;
use futures::FutureExt as _;
use tokio::{task::JoinSet, time::Instant};
use tonic::Code;
use tonic_types::StatusExt as _;

use super::{Play, Scenario};
use crate::{calls, drive::signed, operation::order, report::Row, stage::World};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R29",
    fault: "4 × as many clients as are served at the peak",
    pass: "goodput ≥ 80 % of the peak; the rest RESOURCE_EXHAUSTED with a delay",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

/// As many as the service lets in.
const PEAK: u64 = 120;
const TIMES: u64 = 4;
/// Of one connection; more streams wait for nothing.
const PER_CONNECTION: u64 = 60;
const ROUNDS: u64 = 3;

#[derive(Default)]
struct Count {
    done: AtomicU64,
    turned_away: AtomicU64,
    without_delay: AtomicU64,
    other: AtomicU64,
    slowest: AtomicU64,
}

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let time = Duration::from_secs(play.size.of(3, 5, 10));
    let token = fresh(play.world).await?;
    let (warm, peak, over) = (Arc::default(), Arc::default(), Arc::default());
    clients(play, &token, PEAK, time, &warm).await?;
    // In turns, so that whatever else the machine does meets both alike.
    for _ in 0..ROUNDS {
        clients(play, &token, PEAK, time, &peak).await?;
        clients(play, &token, PEAK * TIMES, time, &over).await?;
    }
    let rate = |count: &Count| count.done.load(Relaxed) / (time.as_secs() * ROUNDS);
    row.figure("peak", format!("{}/s", rate(&peak)));
    row.figure("at 4 ×", format!("{}/s", rate(&over)));
    row.figure("turned away", over.turned_away.load(Relaxed));
    row.figure("slowest answer", format!("{} ms", over.slowest.load(Relaxed)));
    let share = rate(&over) * 100 / rate(&peak).max(1);
    row.at_least("goodput of the peak", share.into(), 80, "%");
    row.exactly("turned away without a delay", over.without_delay.load(Relaxed), 0);
    row.at_most("answers that are neither", over.other.load(Relaxed).into(), 0, "");
    row.at_least("turned away", over.turned_away.load(Relaxed).into(), 1, "");
    Ok(())
}

async fn fresh(world: &World) -> anyhow::Result<String> {
    world.boss(0).get("/v1/me").await?;
    drop(order::place(world, 0).await?);
    world.boss(0).token().await.ok_or_else(|| anyhow::anyhow!("nobody is signed in"))
}

/// Each asks as soon as it was answered; whoever is turned away waits as long as it was told.
async fn clients(play: &Play<'_>, token: &str, count: u64, time: Duration, counted: &Arc<Count>) -> anyhow::Result<()> {
    let address = play.world.fleet.lock().await.setting("voucher", "DURE__LISTEN__GRPC")?.to_owned();
    let until = Instant::now() + time;
    let mut clients = JoinSet::new();
    for _ in 0..count.div_ceil(PER_CONNECTION) {
        let channel = calls::endpoint(&address)?.connect().await?;
        for _ in 0..PER_CONNECTION.min(count) {
            let (channel, counted, token) = (channel.clone(), counted.clone(), token.to_owned());
            clients.spawn(async move {
                let mut lots = contract::voucher::v1::lot_service_client::LotServiceClient::new(channel);
                while Instant::now() < until {
                    let start = Instant::now();
                    let answer = lots.list_lots(signed(ListLotsRequest::default(), Some(&token))).await;
                    let took = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
                    counted.slowest.fetch_max(took, Relaxed);
                    let wait = counted.note(answer.err());
                    tokio::time::sleep(wait.min(until.saturating_duration_since(Instant::now()))).await;
                }
            });
        }
    }
    while let Some(client) = clients.join_next().await {
        client?;
    }
    Ok(())
}

impl Count {
    /// How long to wait before the next one.
    fn note(&self, error: Option<tonic::Status>) -> Duration {
        let Some(status) = error else {
            self.done.fetch_add(1, Relaxed);
            return Duration::ZERO;
        };
        if status.code() != Code::ResourceExhausted {
            self.other.fetch_add(1, Relaxed);
            return Duration::from_millis(100);
        }
        self.turned_away.fetch_add(1, Relaxed);
        let told = status.get_details_retry_info().and_then(|info| info.retry_delay);
        told.unwrap_or_else(|| {
            self.without_delay.fetch_add(1, Relaxed);
            Duration::from_secs(1)
        })
    }
}
