//! The hand-over of the campaign's messages to a carrier that answers at once, while the voucher service hears what
//! became of them; and a one-time code asked for in the middle, which must not wait for them (NO-3).

use std::time::{Duration, Instant};

use serde_json::json;
use story::json::Json as _;

use crate::{figure::Figures, stage::Stage, stand_in::StandIn};

const PAUSE: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(600);

/// Measures it; answers the codes of the gifts.
pub async fn measure(stage: &mut Stage, figures: &mut Figures, people: u32) -> anyhow::Result<Vec<String>> {
    let carrier = StandIn::start().await?;
    for (setting, value) in [
        ("DURE__NOTIFICATION__TEXT", "carrier"),
        ("DURE__NOTIFICATION__TEXT_PER_SECOND", "100000"),
        ("DURE__NOTIFICATION__CARRIER__URL", &carrier.url),
        ("DURE__NOTIFICATION__CARRIER__KEY", "bench"),
        ("DURE__NOTIFICATION__CARRIER__SECRET", "the-bench-signs-with-this"),
        ("DURE__NOTIFICATION__CARRIER__FROM", "0200000000"),
    ] {
        stage.fleet.set("notification", setting, value)?;
    }
    stage.fleet.restart("notification")?;
    let people = usize::try_from(people)?;
    until(|| carrier.count() >= people * 3 / 10, "three tenths are handed over").await?;
    let asked = Instant::now();
    let body = json!({ "purpose": "VERIFICATION_PURPOSE_VOUCHER_SEND", "contentHash": "00".repeat(32) });
    stage.boss().client.post("/v1/verifications", body).await?.text("verificationId")?;
    let phone = stage.boss().person.phone.clone();
    until(|| carrier.code_came(&phone, asked).is_some(), "the one-time code is handed over").await?;
    let waited = carrier.code_came(&phone, asked).unwrap_or_default();
    let before = carrier.count();
    until(|| carrier.count() >= people, "all are handed over").await?;
    let took = carrier.took()?;
    println!("    the code came when {before} of {people} messages were out");
    anyhow::ensure!(before < people, "the hand-over was over before the one-time code came: it was not in the middle");
    let per_second = u128::try_from(people)? * 1_000 / took.as_millis().max(1);
    figures.at_least("handed over to the carrier", u64::try_from(per_second)?, 2_000, "messages/s");
    figures.at_most("a one-time code in the middle", u64::try_from(waited.as_millis())?, 1_000, "ms");
    // What follows reads its codes from the mailbox again.
    stage.fleet.stop_one("notification").await?;
    stage.fleet.set("notification", "DURE__NOTIFICATION__TEXT", "mailbox")?;
    stage.fleet.restart("notification")?;
    Ok(carrier.gift_codes())
}

async fn until(so: impl Fn() -> bool, what: &str) -> anyhow::Result<()> {
    let start = Instant::now();
    while !so() {
        anyhow::ensure!(start.elapsed() < PATIENCE, "within {} s it did not happen: {what}", PATIENCE.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
