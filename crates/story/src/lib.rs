//! The story of one company through every service, played by an ordinary client over HTTP/JSON: sign up, invite, quote,
//! order, pay, use, buy voucher credit, send it to a sheet of people, take back what nobody wanted, refund, and account
//! for every won. Each step is a file; each says what it does, checks every figure, and fails at the first wrong one.

mod check;
pub mod client;
pub mod embedded;
pub mod fleet;
pub mod json;
pub mod mailbox;
pub mod people;
mod pieces;
pub mod process;
mod prorate;
pub mod recipients;
pub mod scene;
pub mod servers;
pub mod step_01_individual;
pub mod step_02_companies;
pub mod step_03_voucher_admin;
pub mod step_04_order;
pub mod step_05_seats;
pub mod step_06_conversion;
pub mod step_07_credit;
pub mod step_08_image;
pub mod step_08_send;
pub mod step_09_gifts;
pub mod step_10_refund;

pub use recipients::Recipients;
pub use scene::{Options, Scene};

/// Plays all of it.
pub async fn play(scene: &mut Scene) -> anyhow::Result<()> {
    let individual = step_01_individual::play(scene).await?;
    let (portal, voucher) = step_02_companies::play(scene).await?;
    let sender = step_03_voucher_admin::play(scene, &voucher, &portal).await?;
    let site = step_04_order::play(scene, &portal, &voucher, &individual).await?;
    step_05_seats::play(scene, &portal, &voucher, &site, &sender).await?;
    step_06_conversion::play(scene).await?;
    let credit = step_07_credit::play(scene, &voucher).await?;
    let sent = step_08_send::play(scene, &sender.account, &credit).await?;
    step_09_gifts::play(scene, &voucher, &sender.account, &credit, &sent).await?;
    step_10_refund::play(scene, &voucher, &credit).await?;
    println!("\nThe story is told: {} figures checked, none wrong.", scene.tell.checks());
    Ok(())
}
