//! R28: the audit trail is tampered with in five ways: an entry changed, one taken out, two exchanged, one forged with a
//! hash of its own, the end cut off. Five of five are found, and the trail is whole again once it is put back.

use contract::identity::v1::VerifyAuditTrailRequest;
use futures::FutureExt as _;

use super::{Play, Scenario};
use crate::{drive::signed, report::Row, stage::World};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R28",
    fault: "the audit trail tampered with in 5 ways",
    pass: "5 of 5 found",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

/// What is done, and with which statements. The third and fourth entry are there in every run.
const WAYS: [(&str, &str); 5] = [
    ("an entry changed", "UPDATE audit_entry SET actor = 'somebody else' WHERE number = 3"),
    ("an entry taken out", "DELETE FROM audit_entry WHERE number = 3"),
    (
        "two entries exchanged",
        "UPDATE audit_entry SET number = -1 WHERE number = 3; UPDATE audit_entry SET number = 3 WHERE number = 4; \
         UPDATE audit_entry SET number = 4 WHERE number = -1",
    ),
    ("an entry forged", "UPDATE audit_entry SET detail = 'forged', hash = sha256('forged') WHERE number = 4"),
    ("the end cut off", "DELETE FROM audit_entry WHERE number > (SELECT MAX(number) - 2 FROM audit_entry)"),
];
const KEEP: &str = "CREATE TABLE kept_entry AS TABLE audit_entry";
const PUT_BACK: &str =
    "DELETE FROM audit_entry; INSERT INTO audit_entry SELECT * FROM kept_entry; DROP TABLE kept_entry";

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let world = play.world;
    anyhow::ensure!(intact(world).await?, "the trail was broken before");
    let mut found = 0;
    for (what, statements) in WAYS {
        world.sql.identity.run(KEEP).await?;
        world.sql.identity.run(statements).await?;
        let seen = !intact(world).await?;
        world.sql.identity.run(PUT_BACK).await?;
        row.figure(what, if seen { "found" } else { "NOT FOUND" });
        found += u64::from(seen);
    }
    row.exactly("found", found, WAYS.len() as u64);
    anyhow::ensure!(intact(world).await?, "the trail is not whole again");
    Ok(())
}

async fn intact(world: &World) -> anyhow::Result<bool> {
    for _ in 0..5 {
        let token = world.operator.token().await;
        match world.calls.audit().verify_audit_trail(signed(VerifyAuditTrailRequest {}, token.as_deref())).await {
            Ok(reply) => return Ok(reply.get_ref().intact),
            Err(status) if status.code() == tonic::Code::Unauthenticated => {
                world.renew(Some(&world.operator), token).await?;
            }
            Err(status) => anyhow::bail!("the trail was not verified: {status}"),
        }
    }
    anyhow::bail!("the trail was not verified")
}
