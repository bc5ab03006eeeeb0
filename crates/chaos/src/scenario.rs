//! The scenarios, one file each: what is broken, and what must hold all the same. The checks of every invariant follow
//! each of them.

mod r01_calm;
mod r02_kill_services;
mod r03_kill_postgres;
mod r04_kill_rabbitmq;
mod r05_everything;
mod r06_crash_points;
mod r07_cancel;
mod r08_cut_edges;
mod r10_duplicates;
mod r11_reordered;
mod r12_unbound_queue;
mod r13_one_winner;
mod r14_last_won;
mod r15_one_request_id;
mod r16_pay_and_cancel;
mod r17_poison;
mod r18_slow_consumer;
mod r19_broker_alarm;
mod r21_connections_used_up;
mod r22_clock_jumps;
mod r23_calendar;
mod r24_frozen;
mod r26_migrators;
mod r28_tampered_audit;
mod r29_overload;

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use futures::future::BoxFuture;
use rand::{SeedableRng as _, rngs::StdRng};
use story::servers::OwnServers;
use tokio::time::{Instant, timeout};

use crate::{check, load::Plan, report::Row, stage::World};

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// As much as shows that a broken build is caught.
    Control,
    /// A look.
    Quick,
    /// The figures promised.
    Full,
}

/// What a scenario plays with.
pub struct Play<'a> {
    /// All services.
    pub world: &'a Arc<World>,
    /// Their servers.
    pub servers: &'a OwnServers,
    /// The binary.
    pub dure: &'a Path,
    /// How much.
    pub size: Size,
    /// The dice.
    pub seed: u64,
}

type Played<'a> = BoxFuture<'a, anyhow::Result<()>>;

/// See the module.
pub struct Scenario {
    /// `R02`.
    pub id: &'static str,
    /// What is broken.
    pub fault: &'static str,
    /// What must hold.
    pub pass: &'static str,
    /// Plays it.
    pub play: for<'a> fn(&'a Play<'a>, &'a mut Row) -> Played<'a>,
    /// What comes after it needs a new stage: its clock was moved.
    pub spoils: bool,
}

/// All of them, in the order they are played.
pub fn all() -> Vec<Scenario> {
    vec![
        r01_calm::SCENARIO,
        r02_kill_services::SCENARIO,
        r03_kill_postgres::SCENARIO,
        r04_kill_rabbitmq::SCENARIO,
        r05_everything::SCENARIO,
        r07_cancel::SCENARIO,
        r08_cut_edges::SCENARIO,
        r10_duplicates::SCENARIO,
        r12_unbound_queue::SCENARIO,
        r13_one_winner::SCENARIO,
        r14_last_won::SCENARIO,
        r15_one_request_id::SCENARIO,
        r16_pay_and_cancel::SCENARIO,
        r17_poison::SCENARIO,
        r18_slow_consumer::SCENARIO,
        r19_broker_alarm::SCENARIO,
        r21_connections_used_up::SCENARIO,
        r23_calendar::SCENARIO,
        r24_frozen::SCENARIO,
        r26_migrators::SCENARIO,
        r28_tampered_audit::SCENARIO,
        r29_overload::SCENARIO,
        r11_reordered::SCENARIO,
        r22_clock_jumps::SCENARIO,
    ]
}

/// Played with the build that can be broken on purpose: it dies where it is told to.
pub fn crash_points() -> Scenario {
    r06_crash_points::SCENARIO
}

impl Size {
    /// One of three.
    pub fn of<T>(self, control: T, quick: T, full: T) -> T {
        match self {
            Self::Control => control,
            Self::Quick => quick,
            Self::Full => full,
        }
    }

    /// No scenario takes longer.
    fn at_most(self) -> Duration {
        Duration::from_secs(self.of(180, 300, 1_500))
    }
}

impl Play<'_> {
    /// The dice of this scenario.
    pub fn dice(&self, number: u64) -> StdRng {
        StdRng::seed_from_u64(self.seed.wrapping_mul(100).wrapping_add(number))
    }

    /// A load of so many operations.
    pub fn plan(&self, operations: u64) -> Plan {
        Plan { operations, at_most: self.size.at_most(), seed: self.seed, sends: true }
    }
}

/// Plays one and checks everything afterwards. An error is a scenario that could not be played to its end.
pub async fn play(scenario: &Scenario, play: &Play<'_>) -> (Row, anyhow::Result<()>) {
    println!("\n{}  {}", scenario.id, scenario.fault);
    let world = play.world;
    let mut row =
        Row { id: scenario.id.into(), fault: scenario.fault.into(), pass: scenario.pass.into(), ..Row::default() };
    let (start, before) = (Instant::now(), world.history.count());
    world.kills.store(0, Relaxed);
    world.duplicates.store(0, Relaxed);
    world.tally.clear();
    let watch = check::watch::Watch::start(world);
    let played = timeout(play.size.at_most() + Duration::from_secs(60), (scenario.play)(play, &mut row)).await;
    let played = played.unwrap_or_else(|_| Err(anyhow::anyhow!("it took too long")));
    drop(watch);
    let checked = match timeout(Duration::from_secs(240), check::all(world)).await {
        Ok(Ok(took)) => {
            row.figure("at rest after", format!("{} ms", took.as_millis()));
            Ok(())
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Err(anyhow::anyhow!("the checks took too long")),
    };
    row.figure("unknown answers", world.tally.unknown.load(Relaxed));
    row.take(world.found.take());
    row.operations = world.history.count() - before;
    row.kills = world.kills.load(Relaxed);
    row.duplicates = world.duplicates.load(Relaxed);
    row.seconds = start.elapsed().as_secs();
    if played.is_err() {
        println!("      the logs: {}", world.fleet.lock().await.keep_logs().display());
    }
    (row, played.and(checked))
}
