//! R15: the same request 50 times at once under one id, for 200 ids: 200 effects, and 50 equal answers each.

use std::{collections::BTreeSet, time::Duration};

use futures::FutureExt as _;
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{Play, Scenario};
use crate::{drive::signed, history::Outcome, operation::order, report::Row, stage::World};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R15",
    fault: "one request id 50 times at once",
    pass: "200 ids have 200 effects",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const TRIES: u32 = 60;

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let world = play.world;
    let (ids, times) = play.size.of((10, 10), (30, 50), (200, 50));
    let mut effects = BTreeSet::new();
    for _ in 0..ids {
        let request = Uuid::new_v4();
        let number = world.history.begin("billing", "PlaceOrder", request, json!({ "times": times }))?;
        let asked = (0..times).map(|_| place(world, request));
        let answers = futures::future::join_all(asked).await.into_iter().collect::<anyhow::Result<BTreeSet<_>>>()?;
        if answers.len() != 1 {
            world.found.add("I4", format!("double: {request} was answered with {} different orders", answers.len()));
        }
        let first = answers.first().cloned().unwrap_or_default();
        world.history.end(number, Outcome::Done(json!({ "order": first })))?;
        effects.extend(answers);
    }
    row.exactly("effects", effects.len() as u64, ids);
    Ok(())
}

async fn place(world: &World, request: Uuid) -> anyhow::Result<String> {
    for _ in 0..TRIES {
        let token = world.boss(0).token().await;
        let message = order::request(world, request.to_string());
        match world.calls.orders().place_order(signed(message, token.as_deref())).await {
            Ok(order) => return Ok(order.into_inner().order_id),
            Err(status) if status.code() == Code::Unauthenticated => world.renew(Some(world.boss(0)), token).await?,
            Err(status)
                if matches!(
                    status.code(),
                    Code::Unavailable | Code::Aborted | Code::ResourceExhausted | Code::DeadlineExceeded
                ) =>
            {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(status) => anyhow::bail!("an order was refused: {status}"),
        }
    }
    anyhow::bail!("{request} stays unknown")
}
