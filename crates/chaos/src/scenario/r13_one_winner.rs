//! R13: claim, decline and recall of the same gift at once, twelve clients for each of 2,000 gifts: one winner each. The
//! same with expiry as the fourth stands in the voucher service's own proofs, where its clock can be moved.

use futures::{FutureExt as _, future::BoxFuture};

use super::{Play, Scenario};
use crate::{
    history::lock,
    operation::{gift, stock},
    report::Row,
    stage::{Gift, World},
};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R13",
    fault: "12 clients claim, decline and recall the same gift at once",
    pass: "one winner for each of 2,000 gifts",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const CLIENTS: usize = 12;
/// Gifts fought over at the same time.
const AT_ONCE: usize = 2;

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let world = play.world;
    let count: usize = play.size.of(40, 120, 2_000);
    lock(&world.gifts).clear();
    stock::gifts(world, 0, u32::try_from(count)?).await?;
    let gifts: Vec<Gift> = std::mem::take(&mut *lock(&world.gifts));
    let mut won = 0;
    for some in gifts.chunks(AT_ONCE) {
        for winners in futures::future::join_all(some.iter().map(|one| fight(world, one))).await {
            let winners = winners?;
            if winners != 1 {
                world.found.add("I3", format!("double: a gift had {winners} winners"));
            }
            won += u64::from(winners == 1);
        }
    }
    row.exactly("gifts with one winner", won, count as u64);
    Ok(())
}

/// How many of them were told that they won.
async fn fight(world: &World, one: &Gift) -> anyhow::Result<usize> {
    let tries = (0..CLIENTS).map(|client| -> BoxFuture<'_, anyhow::Result<bool>> {
        match client % 3 {
            0 => async move { Ok(gift::claim(world, one).await?.is_ok()) }.boxed(),
            1 => async move { Ok(gift::decline(world, one).await?.is_ok()) }.boxed(),
            _ => {
                async move { Ok(gift::recall(world, one).await?.is_ok_and(|reply| reply.recalled_count == 1)) }.boxed()
            }
        }
    });
    let told = futures::future::join_all(tries).await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    Ok(told.into_iter().filter(|won| *won).count())
}
