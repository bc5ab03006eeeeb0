//! What every step needs: the clients, the mailbox, made-up people, and the few things that people do again and again
//! (prove who they are, sign in, wait until something has become so).

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::time::Instant;
use words::Day;

use crate::{
    check::Teller,
    client::Client,
    json::Json as _,
    mailbox::Mailbox,
    people::{Company, People, Person},
    recipients::Recipients,
};

const PAUSE: Duration = Duration::from_millis(150);
/// What one message of a large send may take beside that: a build without optimisation on a small machine.
const EACH: Duration = Duration::from_millis(5);

/// How the story is to be played.
#[derive(Debug, Clone)]
pub struct Options {
    /// The gateway: `http://127.0.0.1:8080`.
    pub url: String,
    /// The sheet that is sent.
    pub recipients: PathBuf,
    /// A sheet as people really type them.
    pub typed: PathBuf,
    /// The operator's login id and password.
    pub operator: (String, String),
    /// Whether Dure's clock may be moved.
    pub clock: bool,
    /// How long to wait for what comes by event.
    pub patience: Duration,
    /// Makes up the same people again; none: new ones.
    pub seed: Option<u64>,
}

impl Options {
    /// The defaults, with the examples of the repository at `root`.
    pub fn new(url: &str, root: &std::path::Path) -> Self {
        let examples = root.join("crates/voucher/examples");
        Self {
            url: url.to_owned(),
            recipients: examples.join("recipients-1000.xlsx"),
            typed: examples.join("recipients-as-people-type.xlsx"),
            operator: ("operator1".to_owned(), "Dure-Operator-2026".to_owned()),
            clock: false,
            patience: Duration::from_secs(60),
            seed: None,
        }
    }
}

/// See the module.
pub struct Scene {
    /// Says and checks.
    pub tell: Teller,
    /// Made-up people.
    pub people: People,
    /// Codes, links, gifts.
    pub mailbox: Mailbox,
    /// Nobody in particular.
    pub anyone: Client,
    /// An operator with every role.
    pub operator: Client,
    /// The sheet that is sent.
    pub recipients: Recipients,
    /// A sheet as people really type them.
    pub typed: PathBuf,
    /// Whether Dure's clock may be moved.
    pub clock: bool,
    /// Answers to the documents: yes to all.
    pub consents: Value,
    /// Whether Dure tells its time; if not, it is everybody's.
    tells_time: bool,
    operator_login: (String, String),
    patience: Duration,
}

/// Somebody with an account, signed in.
#[derive(Clone)]
pub struct Account {
    /// Who.
    pub person: Person,
    /// Signed in.
    pub client: Client,
}

/// A company with its super admin signed in.
#[derive(Clone)]
pub struct Firm {
    /// Its id.
    pub id: String,
    /// Name, number, contact.
    pub company: Company,
    /// Its super admin.
    pub boss: Account,
}

impl Scene {
    /// Sets it: reads the sheet, asks for the documents, signs the operator in.
    pub async fn set(options: Options) -> anyhow::Result<Self> {
        let anyone = Client::new(&options.url, options.patience)?;
        let recipients = Recipients::read(&options.recipients)?;
        let mailbox = Mailbox::new(anyone.clone(), options.patience);
        let documents = anyone.get("/v1/consentDocuments").await.context("is Dure running there?")?;
        let consents = documents
            .list("documents")?
            .iter()
            .map(|d| Ok(json!({ "key": d.text("key")?, "version": d.number("version")?, "agreed": true })));
        let consents = Value::Array(consents.collect::<anyhow::Result<_>>()?);
        let tokens = operator_tokens(&anyone, &options.operator).await?;
        let operator = anyone.signed_in(&tokens)?;
        let impatient = Client::new(&options.url, Duration::ZERO)?;
        let tells_time = impatient.ask("/v1/clock").await?.status.is_success();
        Ok(Self {
            tell: Teller::default(),
            people: People::new(options.seed),
            mailbox,
            anyone,
            operator,
            recipients,
            typed: options.typed,
            clock: options.clock,
            consents,
            tells_time,
            operator_login: options.operator,
            patience: options.patience,
        })
    }

    /// Signs these people and the operator in again, in place: the clock was moved past their sessions.
    pub async fn sign_in_again(&mut self, accounts: &[&Account]) -> anyhow::Result<()> {
        for account in accounts {
            let (tokens, _) = self.tokens(&account.person).await?;
            account.client.sign_in_again(&tokens).await?;
        }
        self.operator.sign_in_again(&operator_tokens(&self.anyone, &self.operator_login).await?).await
    }

    /// Proves who somebody is; answers the verification token (ID-6).
    pub async fn verify(&mut self, person: &Person) -> anyhow::Result<String> {
        let asked = self.anyone.post("/v1/verifications", person.verification("VERIFICATION_PURPOSE_SIGN_UP")).await?;
        self.confirm_code(&self.anyone.clone(), &asked, person).await
    }

    /// Reads the code of a verification from the mailbox and gives it.
    pub async fn confirm_code(&mut self, client: &Client, asked: &Value, person: &Person) -> anyhow::Result<String> {
        let code = self.mailbox.code(&person.phone).await?;
        let path = format!("/v1/verifications/{}:confirm", asked.text("verificationId")?);
        let confirmed = client.post(&path, json!({ "code": code })).await?;
        Ok(confirmed.text("verificationToken")?.to_owned())
    }

    /// Signs somebody in, with a code where one is asked for; answers whether it was (ID-19).
    pub async fn sign_in(&mut self, person: &Person) -> anyhow::Result<(Account, bool)> {
        let (tokens, with_code) = self.tokens(person).await?;
        Ok((Account { person: person.clone(), client: self.anyone.signed_in(&tokens)? }, with_code))
    }

    async fn tokens(&mut self, person: &Person) -> anyhow::Result<(Value, bool)> {
        let asked = json!({ "loginId": person.login_id, "password": person.password });
        let mut tokens = self.anyone.post("/v1/sessions", asked).await?;
        let with_code = tokens.flag("codeRequired")?;
        if with_code {
            anyhow::ensure!(tokens.text("accessToken")?.is_empty(), "a token before the code: {}", person.login_id);
            let code = self.mailbox.code(&person.phone).await?;
            let given = json!({ "loginChallenge": tokens.text("loginChallenge")?, "code": code });
            tokens = self.anyone.post("/v1/sessions:confirm", given).await?;
        }
        Ok((tokens, with_code))
    }

    /// Signs up a company by the portal form and its contact in.
    pub async fn found(&mut self, name: &str, contact: &str) -> anyhow::Result<Firm> {
        let company = self.people.company(name, contact);
        let token = self.verify(&company.contact).await?;
        let form =
            json!({ "company": company.form(), "contact": company.contact.contact_form(&token, &self.consents) });
        let made = self.anyone.post("/v1/companies", form).await?;
        let (boss, _) = self.sign_in(&company.contact).await?;
        Ok(Firm { id: made.text("companyId")?.to_owned(), company, boss })
    }

    /// What time it is for Dure: its clock may have been moved.
    pub async fn now(&self) -> anyhow::Result<DateTime<Utc>> {
        if !self.tells_time {
            return Ok(Utc::now());
        }
        self.anyone.get("/v1/clock").await?.instant("now")
    }

    /// The day it is for Dure, in Seoul.
    pub async fn today(&self) -> anyhow::Result<Day> {
        self.now().await.map(Day::of)
    }

    /// Waits until what stands at `path` has become so.
    pub async fn until(
        &self,
        client: &Client,
        path: &str,
        what: &str,
        so: impl Fn(&Value) -> anyhow::Result<bool>,
    ) -> anyhow::Result<Value> {
        self.until_within(self.patience, client, path, what, so).await
    }

    /// The same, with patience for so many things one after the other.
    pub async fn until_all(
        &self,
        things: i64,
        client: &Client,
        path: &str,
        what: &str,
        so: impl Fn(&Value) -> anyhow::Result<bool>,
    ) -> anyhow::Result<Value> {
        let patience = self.patience + EACH * u32::try_from(things).unwrap_or(u32::MAX);
        self.until_within(patience, client, path, what, so).await
    }

    async fn until_within(
        &self,
        patience: Duration,
        client: &Client,
        path: &str,
        what: &str,
        so: impl Fn(&Value) -> anyhow::Result<bool>,
    ) -> anyhow::Result<Value> {
        let until = Instant::now() + patience;
        loop {
            // What an event is to bring may not be there yet at all.
            let seen = client.ask(path).await?;
            if seen.status.is_success() && so(&seen.body)? {
                return Ok(seen.body);
            }
            if Instant::now() > until {
                bail!(
                    "within {} s it did not happen: {what}; last seen: {} {}",
                    patience.as_secs(),
                    seen.status,
                    seen.body
                );
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until the company stands so (ID-2).
    pub async fn company_becomes(&self, firm: &Firm, state: &str) -> anyhow::Result<()> {
        let path = format!("/v1/companies/{}", firm.id);
        let so = |company: &Value| Ok(company.text("state")? == state);
        self.until(&firm.boss.client, &path, &format!("{} becomes {state}", firm.company.legal_name), so).await?;
        Ok(())
    }
}

async fn operator_tokens(anyone: &Client, (login_id, password): &(String, String)) -> anyhow::Result<Value> {
    let tokens = anyone.post("/v1/sessions", json!({ "loginId": login_id, "password": password })).await?;
    if tokens.flag("codeRequired")? {
        bail!("this operator needs a code; the story plays with the development operator, who does not");
    }
    Ok(tokens)
}
