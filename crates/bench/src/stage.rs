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
