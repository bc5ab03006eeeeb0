//! I1–I4 and I9 once a second while a load runs: what is wrong for a moment is wrong.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{events, value};
use crate::stage::World;

const EVERY: Duration = Duration::from_secs(1);
/// A database that is killed at the moment answers nothing.
const PATIENCE: Duration = Duration::from_secs(8);
/// Facts and rows of the last so many seconds are compared.
const WINDOW: u32 = 20;

/// Watches until it is dropped.
pub struct Watch(JoinHandle<()>);

impl Watch {
    /// Begins.
    pub fn start(world: &Arc<World>) -> Self {
        let world = world.clone();
        Self(tokio::spawn(async move {
            loop {
                // An error is a database that is away: the end of the scenario looks again.
                let _ = timeout(PATIENCE, once(&world)).await;
                sleep(EVERY).await;
            }
        }))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn once(world: &World) -> anyhow::Result<()> {
    let found = &world.found;
    found.extend("I1", value::i01_buckets(&world.sql).await?);
    found.extend("I2", value::i02_not_negative(&world.sql).await?);
    found.extend("I3", value::i03_in_the_ledger(&world.sql).await?);
    found.extend("I4", i04_no_id_twice(world).await?);
    found.extend("I9", events::i09_rows_and_facts(&world.sql, Some(WINDOW)).await?);
    Ok(())
}

/// The part of I4 that holds at every moment: an id of ours is known once.
async fn i04_no_id_twice(world: &World) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for (service, sql) in world.sql.all() {
        let twice = "SELECT request_id FROM flow_request WHERE scope NOT LIKE 'when:%' \
                     AND created_at > now() - interval '20 seconds' GROUP BY request_id HAVING COUNT(*) > 1";
        found.extend(sql.texts(twice).await?.iter().map(|id| format!("double: {service} knows request {id} twice")));
    }
    Ok(found)
}
