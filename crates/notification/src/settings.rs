//! What this service is set by; `notification.default.toml` says what each means.

use std::sync::Arc;

use boot::Kit;
use serde::Deserialize;
use words::Secret;

use crate::{
    outside::{Port, Ports, carrier, mailbox::Mailbox, mailer::Mailer},
    pace::Pace,
};

/// `[notification]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Who takes e-mail.
    pub mail: MailRoad,
    /// Who takes texts.
    pub text: TextRoad,
    /// NO-3.
    pub mail_per_second: u32,
    /// NO-3.
    pub text_per_second: u32,
    /// `[notification.smtp]`.
    pub smtp: Smtp,
    /// `[notification.carrier]`.
    pub carrier: Carrier,
}

/// Who takes e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailRoad {
    /// Nobody: kept to be read here.
    Mailbox,
    /// The mail server.
    Smtp,
}

/// Who takes texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextRoad {
    /// Nobody: kept to be read here.
    Mailbox,
    /// The carrier.
    Carrier,
}

/// `[notification.smtp]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// May hold a password.
    pub url: Secret<String>,
    /// The sender.
    pub from: String,
    /// A file with the certificate of the authority that vouches for the server; empty: the public ones.
    pub ca_file: String,
    /// The key of the provider's notices.
    pub bounce_secret: Secret<String>,
}

/// `[notification.carrier]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// Where its API is.
    pub url: String,
    /// The key's name.
    pub key: String,
    /// The key.
    pub secret: Secret<String>,
    /// The registered sender's number.
    pub from: String,
    /// Of one call, at most 60.
    pub time_out_seconds: u32,
    /// By one replica.
    pub calls_at_once: u32,
}

impl Settings {
    /// NO-3.
    pub fn pace(&self) -> Pace {
        Pace { mail_per_second: self.mail_per_second, text_per_second: self.text_per_second }
    }

    /// The ports these settings choose. The mailbox is impossible without developer mode (NO-2), and production refuses that.
    pub fn ports(&self, kit: &Kit) -> anyhow::Result<Ports> {
        let mailbox = |setting: &str| -> anyhow::Result<Arc<dyn Port>> {
            anyhow::ensure!(
                kit.developer(),
                "notification.{setting} = \"mailbox\" keeps codes and links readable and needs developer = true; \
                 set it to a real server"
            );
            Ok(Arc::new(Mailbox(kit.flow())))
        };
        Ok(Ports {
            mail: match self.mail {
                MailRoad::Mailbox => mailbox("mail")?,
                MailRoad::Smtp => Arc::new(Mailer::new(&self.smtp)?),
            },
            text: match self.text {
                TextRoad::Mailbox => mailbox("text")?,
                TextRoad::Carrier => Arc::new(carrier::Carrier::new(&self.carrier, kit.flow().clock().clone())?),
            },
        })
    }
}
