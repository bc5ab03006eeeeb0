//! The load: clients who order, pay, cancel, claim, decline, recall, buy, refund, send and read, each by dice of its own
//! from the seed, until so many operations are done and whoever breaks things meanwhile has finished.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    history::lock,
    operation::{gift, order, purchase, read, send, stock},
    stage::{Unsent, World},
};

/// Clients at once.
const CLIENTS: u64 = 8;
/// Recipients of a small send.
const SMALL: u32 = 5;
const BETWEEN_SENDS: Duration = Duration::from_secs(2);
/// Of operations about gifts in the mix.
const GIFTS_PER_HUNDRED: u64 = 30;
const LOT_PATIENCE: Duration = Duration::from_secs(90);

/// How much of it, and for how long at most.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// So many operations at least.
    pub operations: u64,
    /// Never longer than this.
    pub at_most: Duration,
    /// The dice.
    pub seed: u64,
    /// Whether small sends are made, which need codes from the mailbox, and so the broker.
    pub sends: bool,
}

/// A load that runs.
pub struct Load {
    clients: JoinSet<anyhow::Result<()>>,
    more: Arc<AtomicBool>,
}

/// Makes the gifts that the plan will use up.
pub async fn stock_up(world: &World, plan: Plan) -> anyhow::Result<()> {
    let wanted = u32::try_from(plan.operations * GIFTS_PER_HUNDRED / 100)?;
    let there = u32::try_from(lock(&world.gifts).len())?;
    if wanted > there {
        stock::gifts(world, usize::try_from(plan.seed % 2)?, wanted - there).await?;
    }
    Ok(())
}

impl Load {
    /// Begins. It goes on after its operations are done until [`Load::finish`] is called.
    pub fn start(world: &Arc<World>, plan: Plan) -> Self {
        let more = Arc::new(AtomicBool::new(true));
        let mut clients = JoinSet::new();
        let target = world.history.count() + plan.operations;
        let until = Instant::now() + plan.at_most;
        for number in 0..CLIENTS {
            let (world, more) = (world.clone(), more.clone());
            let mut dice = StdRng::seed_from_u64(plan.seed.wrapping_mul(1_000).wrapping_add(number));
            clients.spawn(async move {
                while (more.load(Relaxed) || world.history.count() < target) && Instant::now() < until {
                    step(&world, &mut dice).await?;
                }
                Ok(())
            });
        }
        if plan.sends {
            let (world, more) = (world.clone(), more.clone());
            clients.spawn(async move {
                let mut firm = 0;
                while more.load(Relaxed) && Instant::now() < until {
                    small_send(&world, firm).await?;
                    firm += 1;
                    sleep(BETWEEN_SENDS).await;
                }
                Ok(())
            });
        }
        Self { clients, more }
    }

    /// Waits until the operations are done, each with a definite answer; then answers the first error of a client.
    pub async fn finish(mut self) -> anyhow::Result<()> {
        self.more.store(false, Relaxed);
        let mut all = Ok(());
        while let Some(client) = self.clients.join_next().await {
            all = all.and(client?);
        }
        all
    }
}

async fn step(world: &World, dice: &mut StdRng) -> anyhow::Result<()> {
    let firm = dice.random_range(0..world.firms.len());
    match dice.random_range(0..100) {
        0..40 => an_order(world, dice, firm).await,
        40..75 => a_gift(world, dice).await,
        75..85 => a_purchase(world, firm).await,
        85..90 => a_refund(world).await,
        _ => {
            // An answer that does not come is a matter of the writes; a read is only traffic.
            let _ = read::lots(world, firm).await;
            Ok(())
        }
    }
}

async fn an_order(world: &World, dice: &mut StdRng, firm: usize) -> anyhow::Result<()> {
    let Ok(placed) = order::place(world, firm).await? else { return Ok(()) };
    match dice.random_range(0..10) {
        0..6 => drop(order::pay(world, firm, &placed).await?),
        6..8 => drop(order::cancel(world, firm, &placed.order_id).await?),
        8 => {
            let both = futures::join!(order::pay(world, firm, &placed), order::cancel(world, firm, &placed.order_id));
            drop((both.0?, both.1?));
        }
        _ => {
            let _ = read::order(world, firm, &placed.order_id).await;
            let _ = read::entitlement(world, firm, &placed.site_id).await;
        }
    }
    Ok(())
}

async fn a_gift(world: &World, dice: &mut StdRng) -> anyhow::Result<()> {
    let taken = lock(&world.gifts).pop();
    let Some(one) = taken else {
        sleep(Duration::from_millis(20)).await;
        return Ok(());
    };
    match dice.random_range(0..10) {
        0..6 => drop(gift::claim(world, &one).await?),
        6..8 => drop(gift::decline(world, &one).await?),
        8 => drop(gift::recall(world, &one).await?),
        _ => {
            let both = futures::join!(gift::claim(world, &one), gift::recall(world, &one));
            drop((both.0?, both.1?));
        }
    }
    Ok(())
}

async fn a_purchase(world: &World, firm: usize) -> anyhow::Result<()> {
    let Ok(applied) = purchase::apply(world, firm, 50_000).await? else { return Ok(()) };
    if purchase::approve(world, firm, &applied).await?.is_ok() {
        lock(&world.unsent).push(Unsent { purchase: applied.purchase_id, firm });
    }
    Ok(())
}

async fn a_refund(world: &World) -> anyhow::Result<()> {
    let Some(unsent) = lock(&world.unsent).pop() else { return Ok(()) };
    drop(purchase::refund(world, unsent.firm, &unsent.purchase).await?);
    Ok(())
}

async fn small_send(world: &World, firm: usize) -> anyhow::Result<()> {
    let firm = firm % world.firms.len();
    let applied = purchase::apply(world, firm, 10_000).await?;
    let Ok(applied) = applied else { return Ok(()) };
    if purchase::approve(world, firm, &applied).await?.is_err() {
        return Ok(());
    }
    let lot = purchase::lot(world, &applied.purchase_id, LOT_PATIENCE).await?;
    drop(send::whole(world, firm, &lot, SMALL).await?);
    Ok(())
}
