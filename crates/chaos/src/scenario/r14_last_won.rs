//! R14: 5,000 attempts on what is enough for 2,000, from many clients at once: exactly 2,000 are accepted. The balance is
//! what a company may still buy this month.

use contract::billing::v1::SetPurchasePolicyRequest;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use uuid::Uuid;

use super::{Play, Scenario};
use crate::{
    drive::signed,
    operation::{purchase, won},
    report::Row,
    stage::World,
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R14",
    fault: "5,000 attempts at once on a balance for 2,000",
    pass: "exactly 2,000 accepted",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const EACH: i64 = 10_000;
const CLIENTS: usize = 32;
const FIRM: usize = 1;

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let world = play.world;
    let (attempts, enough): (usize, i64) = play.size.of((150, 60), (500, 200), (5_000, 2_000));
    let company = &world.firms[FIRM].id;
    let taken = format!("SELECT SUM(face) FROM allowance WHERE company_id = '{}'", crate::names::uuid_of(company)?);
    let taken = world.sql.billing.number(&taken).await?;
    limit(world, company, taken + enough * EACH).await?;
    let tries = futures::stream::iter(0..attempts).map(|_| purchase::apply(world, FIRM, EACH));
    let answers: Vec<_> = tries.buffer_unordered(CLIENTS).try_collect().await?;
    limit(world, company, 900_000_000_000).await?;
    let accepted = answers.iter().filter(|answer| answer.is_ok()).count() as u64;
    row.figure("attempts", attempts);
    row.exactly("accepted", accepted, enough.unsigned_abs());
    Ok(())
}

async fn limit(world: &World, company: &str, most: i64) -> anyhow::Result<()> {
    for _ in 0..5 {
        let token = world.operator.token().await;
        let message = SetPurchasePolicyRequest {
            request_id: Uuid::new_v4().to_string(),
            company_id: company.to_owned(),
            purchase_limit: won(most),
            ..SetPurchasePolicyRequest::default()
        };
        match world.calls.policies().set_purchase_policy(signed(message, token.as_deref())).await {
            Ok(_) => return Ok(()),
            Err(status) if status.code() == tonic::Code::Unauthenticated => {
                world.renew(Some(&world.operator), token).await?;
            }
            Err(status) => anyhow::bail!("the limit was not set: {status}"),
        }
    }
    anyhow::bail!("the limit was not set")
}
