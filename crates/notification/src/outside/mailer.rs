//! The mail server (NO-2): SMTP with TLS, over connections that are kept. The message's id is in its Message-ID, so a
//! mail that had to be sent again (the answer was lost) is one mail to its reader's program.

use std::time::Duration;

use anyhow::Context as _;
use futures::{StreamExt as _, stream};
use http::Uri;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
    transport::smtp::{
        Error, PoolConfig,
        client::{Certificate, Tls, TlsParameters},
        response::{Code, Severity},
    },
};
use tokio::time::{Instant, timeout};

use super::{Letter, Port};
use crate::{
    message::{Failure, record::Outcome},
    settings::Smtp,
};

/// Mails under way at once.
const AT_ONCE: usize = 8;
/// For one step of the protocol.
const STEP: Duration = Duration::from_secs(20);
/// For one mail.
const ONE: Duration = Duration::from_secs(60);
/// After so long nothing more of a batch begins: it must be over before its lease is.
const BATCH: Duration = Duration::from_secs(80);

/// See the module.
pub struct Mailer {
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// From settings; a server without TLS is accepted on this machine only.
    pub fn new(settings: &Smtp) -> anyhow::Result<Self> {
        let url = settings.url.expose();
        // The parser's own words would show the password.
        let no_url = || anyhow::anyhow!("notification.smtp.url is no SMTP URL");
        let uri: Uri = url.parse().map_err(|_| no_url())?;
        let host = uri.host().ok_or_else(no_url)?;
        let local = matches!(host, "127.0.0.1" | "localhost");
        let wrapped = uri.scheme_str() == Some("smtps");
        let encrypted = wrapped || uri.query().is_some_and(|query| query.split('&').any(|part| part == "tls=required"));
        anyhow::ensure!(local || encrypted, "notification.smtp.url must be smtps://… or smtp://…?tls=required");
        let mut smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| no_url())?;
        if encrypted && !settings.ca_file.is_empty() {
            let tls = trusting(host, &settings.ca_file)?;
            smtp = smtp.tls(if wrapped { Tls::Wrapper(tls) } else { Tls::Required(tls) });
        }
        let from =
            settings.from.parse().context("notification.smtp.from is no mailbox (Dure <no-reply@example.com>)")?;
        let pool = PoolConfig::new().max_size(u32::try_from(AT_ONCE)?);
        Ok(Self { smtp: smtp.timeout(Some(STEP)).pool_config(pool).build(), from })
    }

    async fn one(&self, letter: &Letter, until: Instant) -> Outcome {
        if Instant::now() > until {
            return Outcome::Hold(Failure::Unreachable("SLOW".into()), 0);
        }
        let Ok(mail) = self.mail(letter) else {
            return Outcome::Never(Failure::Refused("ADDRESS".into()));
        };
        match timeout(ONE, self.smtp.send(mail)).await {
            Ok(Ok(_)) => Outcome::Accepted,
            Ok(Err(error)) => outcome(&error),
            Err(_) => Outcome::Later(Failure::Unreachable("TIME_OUT".into())),
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

/// Trusts whoever is vouched for by the authority in this file, and nobody else.
fn trusting(host: &str, ca_file: &str) -> anyhow::Result<TlsParameters> {
    let pem = std::fs::read(ca_file).with_context(|| format!("notification.smtp.ca_file {ca_file} cannot be read"))?;
    let authority = Certificate::from_pem(&pem).context("notification.smtp.ca_file is no certificate in PEM")?;
    let only = lettre::transport::smtp::client::CertificateStore::None;
    let tls = TlsParameters::builder(host.to_owned()).certificate_store(only).add_root_certificate(authority);
    tls.build_rustls().context("notification.smtp.ca_file")
}

/// A reply of 5xx is final, except to our own password; everything else may pass.
fn outcome(error: &Error) -> Outcome {
    match error.status() {
        Some(code) if code.severity == Severity::PermanentNegativeCompletion && !of_ours(code) => {
            Outcome::Never(Failure::Refused(code.to_string()))
        }
        Some(code) => Outcome::Later(Failure::Unreachable(code.to_string())),
        None if error.is_tls() => Outcome::Later(Failure::Unreachable("TLS".into())),
        None => Outcome::Later(Failure::Unreachable("SMTP".into())),
    }
}

/// 530 to 538 tell that we are not signed in (RFC 4954): a matter of settings, not of the mail.
fn of_ours(code: Code) -> bool {
    code.to_string().starts_with("53")
}

#[async_trait::async_trait]
impl Port for Mailer {
    async fn send(&self, letters: &[Letter]) -> Vec<Outcome> {
        let until = Instant::now() + BATCH;
        let each: Vec<_> = letters.iter().map(|letter| self.one(letter, until)).collect();
        stream::iter(each).buffered(AT_ONCE).collect().await
    }
}
