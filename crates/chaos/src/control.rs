//! Controls: a build that is broken on purpose in one way, played through the scenario that must see it. A control is
//! caught when one of the invariants it breaks is found broken; anything else that goes wrong does not count.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use story::servers::OwnServers;
use tokio::time::timeout;

use crate::{
    Arguments, end,
    report::{Control, Report},
    scenario::{self, Play, Size},
    stage::World,
};

/// A break, the scenario that shows it, and where it must show.
struct Break {
    name: &'static str,
    scenario: &'static str,
    shows: &'static [&'static str],
}

const BREAKS: [Break; 11] = [
    Break { name: "outbox-after-commit", scenario: "R02", shows: &["I8", "I9"] },
    Break { name: "ack-before-commit", scenario: "R02", shows: &["I4", "I6", "I8"] },
    Break { name: "relay-marks-before-confirm", scenario: "R04", shows: &["I6", "I8"] },
    Break { name: "cancel-stops-work", scenario: "R07", shows: &["I4", "I8", "I9", "API", "figure"] },
    Break { name: "inbox-forgets", scenario: "R10", shows: &["I8"] },
    Break { name: "read-then-write-claim", scenario: "R13", shows: &["I1", "I3", "I4"] },
    Break { name: "request-ids-forgotten", scenario: "R15", shows: &["I4"] },
    Break { name: "poison-loops", scenario: "R17", shows: &["I12", "figure"] },
    Break { name: "migrate-without-lock", scenario: "R26", shows: &["figure"] },
    Break { name: "audit-trusts-rows", scenario: "R28", shows: &["figure"] },
    Break { name: "no-shedding", scenario: "R29", shows: &["figure"] },
];

/// Of one control.
const AT_MOST: Duration = Duration::from_secs(600);

/// Plays the crash points (R06) and the controls that are wanted.
pub async fn all(arguments: &Arguments, servers: &OwnServers, report: &mut Report) -> anyhow::Result<()> {
    let Some(dure) = sabotaged(arguments)? else {
        report.errors.push("the build that can be broken on purpose is not there: scripts/chaos builds it".into());
        return Ok(());
    };
    let wanted = |id: &str| {
        arguments.scenario.is_empty() || arguments.scenario.iter().any(|scenario| scenario.eq_ignore_ascii_case(id))
    };
    if wanted("R06") && arguments.control.is_empty() {
        crash_points(arguments, servers, &dure, report).await?;
    }
    for broken in &BREAKS {
        let named = arguments.control.is_empty() || arguments.control.iter().any(|name| name == broken.name);
        if !named || !wanted(broken.scenario) {
            continue;
        }
        match timeout(AT_MOST, play(broken, servers, &dure, report.seed)).await {
            Ok(Ok(control)) => report.controls.push(control),
            Ok(Err(error)) => report.errors.push(format!("control {}: {error:#}", broken.name)),
            Err(_) => report.errors.push(format!("control {}: it took too long", broken.name)),
        }
    }
    Ok(())
}

fn sabotaged(arguments: &Arguments) -> anyhow::Result<Option<PathBuf>> {
    let path = match &arguments.sabotaged {
        Some(path) => std::path::absolute(path)?,
        None => {
            let beside = std::env::current_exe()?;
            beside.parent().and_then(|debug| debug.parent()).context("a target folder")?.join("sabotage/debug/dure")
        }
    };
    Ok(path.exists().then_some(path))
}

async fn crash_points(
    arguments: &Arguments,
    servers: &OwnServers,
    dure: &std::path::Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let size = if arguments.quick { Size::Quick } else { Size::Full };
    let world = Arc::new(World::set(dure, &servers.urls()?, &[], report.seed).await?);
    let play = Play { world: &world, servers, dure, size, seed: report.seed };
    let (row, played) = scenario::play(&scenario::crash_points(), &play).await;
    report.rows.push(row);
    if let Err(error) = played {
        report.errors.push(format!("R06: {error:#}"));
    }
    end(world).await;
    Ok(())
}

async fn play(broken: &Break, servers: &OwnServers, dure: &std::path::Path, seed: u64) -> anyhow::Result<Control> {
    println!("\ncontrol: {}", broken.name);
    let all = scenario::all();
    let scenario = all.iter().find(|scenario| scenario.id == broken.scenario).context("no such scenario")?;
    let world = Arc::new(World::set(dure, &servers.urls()?, &[("DURE_SABOTAGE", broken.name)], seed).await?);
    let play = Play { world: &world, servers, dure, size: Size::Control, seed };
    let (row, played) = scenario::play(scenario, &play).await;
    if let Err(error) = played {
        println!("      (ended with: {error:#})");
    }
    end(world).await;
    let found: Vec<_> = row.breaches.iter().filter(|(id, _)| broken.shows.contains(&id.as_str())).collect();
    Ok(Control {
        sabotage: broken.name.to_owned(),
        scenario: broken.scenario.to_owned(),
        caught_by: found.iter().map(|(id, _)| (*id).clone()).collect(),
        said: found.first().and_then(|(_, said)| said.first().cloned()).unwrap_or_default(),
    })
}
