//! Queues messages another service asks for (NO-1): one row per message id, so asking twice delivers once. What is
//! sealed stays sealed (NO-4); a request nobody could hand over fails here, and its asker is told.

use contract::notification::v1 as pb;
use flow::{Stop, Tx, Verb};
use serde::Serialize;
use uuid::Uuid;
use words::Sealer;

use super::{Failure, State, table, tell};
use crate::channel::Medium;

/// Messages asked for.
#[derive(Debug, Serialize)]
pub struct QueueMessages {
    /// Each.
    pub asked: Vec<Asked>,
}

/// One message asked for, as it is queued.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// The asker's id.
    pub id: Uuid,
    /// The template's name.
    pub template: String,
    /// `ko`, `en`.
    pub locale: String,
    /// 1 to 3, as in the contract.
    pub priority: i32,
    /// For the log.
    pub on_behalf_of: String,
    /// The asker's.
    pub reference: String,
    /// By which road; `None` where the content does not open.
    pub medium: Option<Medium>,
    /// The content, as it came. The id is enough to know the request by.
    #[serde(skip)]
    pub sealed: Vec<u8>,
}

impl Asked {
    /// Reads a request; `None` if its id is no UUID, so that nothing can be kept under it.
    pub fn read(sealer: &Sealer, asked: pb::MessageRequest) -> Option<Self> {
        let medium = contract::ask::open(sealer, &asked.sealed).ok().and_then(|content| medium_of(&content));
        Some(Self {
            id: Uuid::try_parse(&asked.message_id).ok()?,
            template: asked.template,
            locale: asked.locale,
            priority: asked.priority.clamp(pb::Priority::Bulk.into(), pb::Priority::Urgent.into()),
            on_behalf_of: asked.on_behalf_of,
            reference: asked.reference,
            medium,
            sealed: asked.sealed,
        })
    }

    /// Why it fails at once, if it does.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.medium.is_none().then_some(Failure::Unreadable)
    }
}

fn medium_of(content: &pb::MessageContent) -> Option<Medium> {
    match content.to.as_ref()? {
        pb::message_content::To::Email(_) => Some(Medium::Mail),
        pb::message_content::To::Phone(_) => Some(Medium::Text),
    }
}

impl Verb for QueueMessages {
    const NAME: &'static str = "QueueMessages";
    type Answer = ();

    async fn perform(&self, tx: &mut Tx) -> Result<(), Stop> {
        table::insert(tx, &self.asked).await?;
        let at = contract::timestamp(tx.now());
        let failed = self.asked.iter().filter_map(|asked| {
            let reason = asked.failure()?.to_string();
            let state = pb::MessageState::from(State::Failed).into();
            Some(pb::MessageReport {
                message_id: asked.id.to_string(),
                reference: asked.reference.clone(),
                state,
                at,
                reason,
            })
        });
        tell(tx, failed.collect());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // NO-1
    #[test]
    fn what_does_not_open_fails_at_once_and_what_has_no_id_is_nothing() {
        let sealer = Sealer::new([7; 32]);
        let asked = |id: &str| pb::MessageRequest { message_id: id.into(), sealed: vec![1; 60], ..Default::default() };
        let read = Asked::read(&sealer, asked("0192d3c4-0000-7000-8000-000000000001")).unwrap();
        assert_eq!(read.failure(), Some(Failure::Unreadable));
        assert_eq!(read.priority, i32::from(pb::Priority::Bulk), "unspecified is the last in the queue");
        assert!(Asked::read(&sealer, asked("7")).is_none());
    }
}
