//! What we do not own (NO-2): the mail server and the carrier, each behind one small port, or the mailbox that stands
//! in for both on one's own machine.

pub mod carrier;
pub mod mailbox;
pub mod mailer;

use std::{collections::HashMap, sync::Arc};

use contract::notification::v1::Attachment;
use uuid::Uuid;

use crate::{channel::Channel, message::record::Outcome, picture::Picture};

/// A message ready to go. No Debug: it holds addresses and secrets (NO-4).
pub struct Letter {
    /// The asker's id; the port knows it again by this.
    pub id: Uuid,
    /// How it travels.
    pub channel: Channel,
    /// E-mail address or telephone number.
    pub to: String,
    /// What it was made from.
    pub template: String,
    /// `ko`, `en`.
    pub locale: String,
    /// The asker's.
    pub reference: String,
    /// May be empty.
    pub subject: String,
    /// The text.
    pub body: String,
    /// Files to an e-mail.
    pub attachments: Vec<Attachment>,
    /// Of an MMS; the same for all letters that carry it.
    pub picture: Option<Arc<Picture>>,
    /// What the template was filled with.
    pub variables: HashMap<String, String>,
}

/// Takes letters; one outcome each, in their order.
#[async_trait::async_trait]
pub trait Port: Send + Sync {
    /// At most a thousand at a time.
    async fn send(&self, letters: &[Letter]) -> Vec<Outcome>;
}

/// The two roads.
pub struct Ports {
    /// For e-mail.
    pub mail: Arc<dyn Port>,
    /// For SMS, LMS, MMS.
    pub text: Arc<dyn Port>,
}
