//! What becomes of mails after the mail server took them: the notices of whoever runs it (NO-1).

pub mod report;

use crate::signature::SharedKey;

/// Shared with whoever runs the mail server.
pub struct MailKey(pub SharedKey);
