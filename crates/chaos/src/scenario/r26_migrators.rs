//! R26: eight migrators of one service start at once on an empty database: eight of eight succeed, for every service.

use futures::FutureExt as _;
use story::process::Process;
use uuid::Uuid;

use super::{Play, Scenario};
use crate::report::Row;

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    id: "R26",
    fault: "8 migrators at once on an empty database",
    pass: "8 of 8",
    play: |play, row| run(play, row).boxed(),
    spoils: false,
};

const AT_ONCE: usize = 8;
const SERVICES: [&str; 5] = ["identity", "billing", "membership", "voucher", "notification"];

async fn run(play: &Play<'_>, row: &mut Row) -> anyhow::Result<()> {
    let services = play.size.of(&SERVICES[3..4], &SERVICES[..], &SERVICES[..]);
    let folder = tempfile::tempdir()?;
    let mut succeeded = 0;
    for service in services {
        let database = format!("migrated_{}", Uuid::new_v4().simple());
        play.world.sql.billing.run(&format!("CREATE DATABASE {database}")).await?;
        let postgres = play.servers.urls()?.postgres;
        let (front, _) = postgres.rsplit_once('/').unwrap_or_default();
        let mut settings = play.world.fleet.lock().await.settings(service)?.to_vec();
        settings.push(("DURE__DATABASE__URL".into(), format!("{front}/{database}")));
        let start = |number: usize| {
            let name = format!("migrate-{service}-{number}");
            Process::start(&name, play.dure, &["migrate", service], &settings, folder.path())
        };
        let started = (0..AT_ONCE).map(start).collect::<anyhow::Result<Vec<_>>>()?;
        for ended in futures::future::join_all(started.into_iter().map(Process::succeed)).await {
            match ended {
                Ok(()) => succeeded += 1,
                Err(error) => println!("      {}", format!("{error:#}").lines().next().unwrap_or_default()),
            }
        }
        play.world.sql.billing.run(&format!("DROP DATABASE {database} WITH (FORCE)")).await?;
    }
    row.exactly("migrators that succeeded", succeeded, (AT_ONCE * services.len()) as u64);
    Ok(())
}
