//! What every measurement stands on: all services running, a company with enough credit in one lot, its super admin
//! signed in.

use std::path::Path;

use anyhow::Context as _;
use story::{
    Options, Recipients, Scene,
    fleet::{Fleet, Servers},
    scene::{Account, Firm},
    step_02_companies, step_07_credit,
    step_07_credit::Credit,
};

use crate::database::Sql;

/// Of each gift, in won: the least there is.
pub const AMOUNT: u32 = 1_000;

/// See the module.
pub struct Stage {
    /// The processes.
    pub fleet: Fleet,
    /// The clients.
    pub scene: Scene,
    /// The company.
    pub firm: Firm,
    /// Its lot.
    pub credit: Credit,
    /// The voucher service's database.
    pub sql: Sql,
}

impl Stage {
    /// Starts everything and buys credit for the campaign and one of ten times its size.
    pub async fn set(dure: &Path, servers: &Servers, recipients: u32) -> anyhow::Result<Self> {
        let settings =
            [("DURE__GATEWAY__RATES__ADDRESS_PER_SECOND", "10000"), ("DURE__GATEWAY__RATES__ADDRESS_BURST", "10000")];
        let fleet = Fleet::start(dure, servers, &settings).await?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut scene = Scene::set(Options::new(&fleet.url, &root)).await?;
        let firm = step_02_companies::voucher_company(&mut scene, None).await?;
        let needed = i64::from(recipients).checked_mul(12 * i64::from(AMOUNT)).context("too many recipients")?;
        scene.recipients.total = words::Money::from_won(needed);
        let credit = step_07_credit::play(&mut scene, &firm).await?;
        let sql = Sql::open(fleet.setting("voucher", "DURE__DATABASE__URL")?).await?;
        Ok(Self { fleet, scene, firm, credit, sql })
    }

    /// Its super admin.
    pub fn boss(&self) -> &Account {
        &self.firm.boss
    }

    /// So many made-up people, from the given number on.
    pub fn people(count: u32, first: u32) -> anyhow::Result<Recipients> {
        Recipients::made_up(count, AMOUNT, first)
    }
}
