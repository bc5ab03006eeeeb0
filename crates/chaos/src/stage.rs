//! What every scenario stands on: each service a process of its own on servers nobody else uses, two companies with
//! credit, their super admins signed in, the databases looked at from outside, and a history of all that was asked.

use std::{
    path::Path,
    sync::{
        Mutex as Plain,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use anyhow::Context as _;
use serde_json::json;
use story::{
    Options, Scene,
    client::Client,
    fleet::{Fleet, Servers},
    json::Json as _,
    scene::Firm,
    step_02_companies, step_04_order, step_07_credit,
};
use tokio::sync::Mutex;

use crate::{
    broker::Broker, calls::Calls, check::Baseline, database::Databases, drive::Tally, found::Found, history::History,
};

/// Companies that buy and send.
const FIRMS: usize = 2;
/// What a company may buy a month, for as much as any scenario needs.
const LIMIT: i64 = 900_000_000_000;
/// Limits that would end a load of many clients on one machine: each has its own proof elsewhere.
const SETTINGS: [(&str, &str); 8] = [
    ("DURE__GATEWAY__RATES__ADDRESS_PER_SECOND", "10000"),
    ("DURE__GATEWAY__RATES__ADDRESS_BURST", "10000"),
    ("DURE__GATEWAY__RATES__TOKEN_PER_SECOND", "10000"),
    ("DURE__GATEWAY__RATES__TOKEN_BURST", "10000"),
    ("DURE__IDENTITY__LIMITS__CODES_PER_PHONE_HOUR", "100000"),
    ("DURE__IDENTITY__LIMITS__CODES_PER_PHONE_DAY", "100000"),
    ("DURE__IDENTITY__LIMITS__CODES_PER_ADDRESS_HOUR", "100000"),
    ("DURE__VOUCHER__WRONG_CODES_PER_REGION", "1000000"),
];

/// A gift somebody could still claim.
#[derive(Debug, Clone)]
pub struct Gift {
    /// Its id.
    pub id: String,
    /// Its code.
    pub code: String,
    /// Its send.
    pub send: String,
    /// Whose: the place in [`World::firms`].
    pub firm: usize,
}

/// A lot nothing was sent from.
#[derive(Debug, Clone)]
pub struct Unsent {
    /// What bought it.
    pub purchase: String,
    /// Whose.
    pub firm: usize,
}

/// See the module.
pub struct World {
    /// The processes.
    pub fleet: Mutex<Fleet>,
    /// The HTTP clients and the mailbox.
    pub scene: Mutex<Scene>,
    /// Who buys and sends.
    pub firms: Vec<Firm>,
    /// An operator with every role.
    pub operator: Client,
    /// Nobody in particular, over HTTP.
    pub anyone: Client,
    /// The gRPC clients.
    pub calls: Calls,
    /// The databases.
    pub sql: Databases,
    /// The broker.
    pub broker: Broker,
    /// All that was asked.
    pub history: History,
    /// What the calls came to.
    pub tally: Tally,
    /// What the checks found.
    pub found: Found,
    /// What stood in the databases before the first operation.
    pub baseline: Baseline,
    /// The version of the order terms.
    pub terms: String,
    /// Gifts with their codes.
    pub gifts: Plain<Vec<Gift>>,
    /// Purchases whose lots are whole.
    pub unsent: Plain<Vec<Unsent>>,
    /// Events that are to become dead letters.
    pub poison: Plain<Vec<uuid::Uuid>>,
    /// Facts were delivered out of order on purpose: I10 says nothing then.
    pub shuffled: std::sync::atomic::AtomicBool,
    /// A clock jumped over the 30 days for which request ids are known: the service that no longer knows them.
    pub forgets: Plain<Option<&'static str>>,
    /// `kill -9`s of anything.
    pub kills: AtomicU64,
    /// Events told again on purpose.
    pub duplicates: AtomicU64,
    next_phone: AtomicU32,
    renewing: Mutex<()>,
}

impl World {
    /// Starts it all. `more` are further settings for every process.
    pub async fn set(dure: &Path, servers: &Servers, more: &[(&str, &str)], seed: u64) -> anyhow::Result<Self> {
        let settings = [&SETTINGS[..], &[("DURE__VOUCHER__WRONG_CODES_PER_ADDRESS", "1000000")], more].concat();
        let fleet = Fleet::start(dure, servers, &settings).await?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut options = Options::new(&fleet.url, &root);
        options.patience = Duration::from_secs(120);
        options.seed = Some(seed);
        let mut scene = Scene::set(options).await?;
        let mut firms = Vec::with_capacity(FIRMS);
        for _ in 0..FIRMS {
            let firm = step_02_companies::voucher_company(&mut scene, None).await?;
            step_07_credit::play(&mut scene, &firm).await?;
            raise_limit(&scene, &firm).await?;
            firms.push(firm);
        }
        let sql = Databases::of(&fleet).await?;
        let broker = Broker::new(&servers.amqp, fleet.setting("billing", "DURE__BUS__NAME")?)?;
        let history = History::new(fleet.folder())?;
        Ok(Self {
            calls: Calls::of(&fleet)?,
            baseline: Baseline::of(&sql).await?,
            terms: step_04_order::terms(&scene).await?,
            operator: scene.operator.clone(),
            anyone: scene.anyone.clone(),
            fleet: Mutex::new(fleet),
            scene: Mutex::new(scene),
            firms,
            sql,
            broker,
            history,
            tally: Tally::default(),
            found: Found::default(),
            gifts: Plain::default(),
            unsent: Plain::default(),
            poison: Plain::default(),
            shuffled: false.into(),
            forgets: Plain::default(),
            kills: AtomicU64::new(0),
            duplicates: AtomicU64::new(0),
            next_phone: AtomicU32::new(1_000_000),
            renewing: Mutex::default(),
        })
    }

    /// The super admin of a company.
    pub fn boss(&self, firm: usize) -> &Client {
        &self.firms[firm % self.firms.len()].boss.client
    }

    /// The first of so many phone numbers nobody has yet.
    pub fn phones(&self, count: u32) -> u32 {
        self.next_phone.fetch_add(count, Relaxed)
    }

    /// A new token for somebody whose token is over, unless somebody else got one meanwhile.
    pub async fn renew(&self, who: Option<&Client>, stale: Option<String>) -> anyhow::Result<()> {
        let who = who.context("nobody needs no token")?;
        let _one_at_a_time = self.renewing.lock().await;
        if who.token().await != stale {
            return Ok(());
        }
        // Any answer will do: a stale token is renewed on the way.
        let _ = who.ask("/v1/me").await;
        if who.token().await == stale {
            let bosses: Vec<_> = self.firms.iter().map(|firm| &firm.boss).collect();
            self.scene.lock().await.sign_in_again(&bosses).await?;
        }
        Ok(())
    }

    /// Stops everything; the databases are dropped.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.fleet.into_inner().stop().await
    }
}

async fn raise_limit(scene: &Scene, firm: &Firm) -> anyhow::Result<()> {
    let path = format!("/v1/companies/{}/purchasePolicy:set", firm.id);
    let limit = story::json::money(words::Money::from_won(LIMIT));
    let set = scene.operator.post(&path, json!({ "purchaseLimit": limit })).await?;
    anyhow::ensure!(set.won("purchaseLimit")?.won() == LIMIT, "the limit was not set");
    Ok(())
}
