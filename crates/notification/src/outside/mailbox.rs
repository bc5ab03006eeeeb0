//! The mailbox that stands in for mail server and carrier on one's own machine (NO-2): what it gets has arrived.

use flow::Flow;

use super::{Letter, Port};
use crate::{
    mailbox::table,
    message::{Failure, record::Outcome},
};

/// See the module. Wired only where developer mode is on, which production refuses.
pub struct Mailbox(pub Flow);

#[async_trait::async_trait]
impl Port for Mailbox {
    async fn send(&self, letters: &[Letter]) -> Vec<Outcome> {
        let flow = &self.0;
        let outcome = match table::put(flow.db().write(), flow.sealer(), letters, flow.clock().now()).await {
            Ok(()) => Outcome::Delivered,
            Err(error) => {
                tracing::warn!(%error, "the mailbox could not be written");
                Outcome::Later(Failure::Unreachable("MAILBOX".into()))
            }
        };
        vec![outcome; letters.len()]
    }
}
