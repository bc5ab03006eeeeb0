//! The mailbox of the embedded mode: codes, links and gifts are read here instead of on a phone (NO-2).

use std::{collections::HashSet, time::Duration};

use anyhow::bail;
use serde_json::Value;
use tokio::time::Instant;

use crate::{client::Client, json::Json as _};

const PAUSE: Duration = Duration::from_millis(100);
const PAGE: usize = 1_000;

/// Reads each message once.
pub struct Mailbox {
    client: Client,
    patience: Duration,
    read: HashSet<String>,
}

impl Mailbox {
    /// The mailbox behind this client.
    pub fn new(client: Client, patience: Duration) -> Self {
        Self { client, patience, read: HashSet::new() }
    }

    /// Waits for the next message of this template to this phone or address.
    pub async fn next(&mut self, to: &str, template: &str) -> anyhow::Result<Value> {
        let until = Instant::now() + self.patience;
        let path = format!("/v1/mailbox?to={}&template={template}", escaped(to));
        loop {
            let found = self.client.get(&path).await?;
            let mut fresh = None;
            for message in found.list("messages")? {
                if self.read.insert(message.text("messageId")?.to_owned()) {
                    fresh = fresh.or(Some(message.clone()));
                }
            }
            if let Some(message) = fresh {
                return Ok(message);
            }
            if Instant::now() > until {
                bail!("no message of {template} arrived at {to} within {} s", self.patience.as_secs());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The newest one-time code to this phone.
    pub async fn code(&mut self, phone: &str) -> anyhow::Result<String> {
        Ok(self.next(phone, "one-time-code").await?.text("variables.code")?.to_owned())
    }

    /// The newest link of this template: the token is its last part, after a `#` where no browser sends it on.
    pub async fn token(&mut self, to: &str, template: &str) -> anyhow::Result<String> {
        let message = self.next(to, template).await?;
        let link = message.text("variables.link")?;
        Ok(link.rsplit(['/', '#']).next().unwrap_or_default().to_owned())
    }

    /// One message with its attachments.
    pub async fn open(&self, message: &Value) -> anyhow::Result<Value> {
        self.client.get(&format!("/v1/mailbox/{}", message.text("messageId")?)).await
    }

    /// Every message of a template that arrived at `since` or later.
    pub async fn all(&self, template: &str, since: &str) -> anyhow::Result<Vec<Value>> {
        let mut messages = Vec::new();
        let mut token = String::new();
        loop {
            let since = escaped(since);
            let path = format!("/v1/mailbox?template={template}&since={since}&pageSize={PAGE}&pageToken={token}");
            let page = self.client.get(&path).await?;
            messages.extend_from_slice(page.list("messages")?);
            token = escaped(page.text("nextPageToken")?);
            if token.is_empty() {
                return Ok(messages);
            }
        }
    }
}

/// A text as it stands in a query.
pub fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
