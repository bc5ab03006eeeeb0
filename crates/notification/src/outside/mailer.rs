//! The mail server (NO-2): SMTP with TLS. The message's id is in its Message-ID, so a mail that had to be sent again
//! (the answer was lost) is one mail to its reader's program.

use std::time::Duration;

use anyhow::Context as _;
use futures::{StreamExt as _, stream};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
    transport::smtp::Error,
};

use super::{Letter, Port};
use crate::{
    message::{Failure, record::Outcome},
    settings::Smtp,
};

/// Mails under way at once.
const AT_ONCE: usize = 8;

/// See the module.
pub struct Mailer {
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// From settings; a server without TLS is accepted on this machine only.
    pub fn new(settings: &Smtp) -> anyhow::Result<Self> {
        let url = settings.url.expose();
        let local = url.starts_with("smtp://127.0.0.1") || url.starts_with("smtp://localhost");
        let encrypted = url.starts_with("smtps://") || url.contains("tls=required");
        anyhow::ensure!(local || encrypted, "notification.smtp.url must be smtps://… or smtp://…?tls=required");
        let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| anyhow::anyhow!("notification.smtp.url is no SMTP URL"))?
            .timeout(Some(Duration::from_secs(20)))
            .build();
        let from =
            settings.from.parse().context("notification.smtp.from is no mailbox (Dure <no-reply@example.com>)")?;
        Ok(Self { smtp, from })
    }

    async fn one(&self, letter: &Letter) -> Outcome {
        let Ok(mail) = self.mail(letter) else {
            return Outcome::Never(Failure::Refused("ADDRESS".into()));
        };
        match self.smtp.send(mail).await {
            Ok(_) => Outcome::Accepted,
            Err(error) => outcome(&error),
        }
    }

    fn mail(&self, letter: &Letter) -> anyhow::Result<Message> {
        let head = Message::builder()
            .from(self.from.clone())
            .to(letter.to.parse()?)
            .subject(&letter.subject)
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())));
        let text = SinglePart::plain(letter.body.clone());
        if letter.attachments.is_empty() {
            return Ok(head.singlepart(text)?);
        }
        let mut parts = MultiPart::mixed().singlepart(text);
        for file in &letter.attachments {
            let kind = ContentType::parse(&file.content_type)?;
            parts = parts.singlepart(Attachment::new(file.file_name.clone()).body(file.data.clone(), kind));
        }
        Ok(head.multipart(parts)?)
    }
}

/// A reply of 5xx is final; everything else may pass.
fn outcome(error: &Error) -> Outcome {
    let code = error.status().map_or_else(|| "SMTP".to_owned(), |code| code.to_string());
    if error.is_permanent() {
        Outcome::Never(Failure::Refused(code))
    } else {
        Outcome::Later(Failure::Unreachable(code))
    }
}

#[async_trait::async_trait]
impl Port for Mailer {
    async fn send(&self, letters: &[Letter]) -> Vec<Outcome> {
        let each: Vec<_> = letters.iter().map(|letter| self.one(letter)).collect();
        stream::iter(each).buffered(AT_ONCE).collect().await
    }
}
