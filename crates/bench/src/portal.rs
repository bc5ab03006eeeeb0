//! What the rows of the portal stand on: all services, a company whose super admin is signed in, one site with a
//! membership in force.

use std::path::Path;

use anyhow::Context as _;
use contract::billing::v1 as pb;
use serde_json::json;
use story::{
    Options, Scene,
    fleet::{Fleet, Servers},
    json::Json as _,
    scene::Firm,
    step_01_individual::selection,
    step_04_order,
};
use tonic::transport::Channel;
use uuid::Uuid;

use crate::{
    clients::{Bearer, connect},
    database::Sql,
};

/// See the module.
pub struct Portal {
    /// The processes.
    pub fleet: Fleet,
    /// The clients.
    pub scene: Scene,
    /// The company.
    pub firm: Firm,
    /// Its site, with a membership in force.
    pub site: String,
    /// The order that opened it.
    pub order: String,
    /// The version of the order terms in force.
    pub terms: String,
    /// Where PostgreSQL and RabbitMQ are.
    pub servers: Servers,
}

impl Portal {
    /// Starts everything; signs the company up; places, pays and fulfils an order.
    pub async fn open(dure: &Path, servers: &Servers, keep_logs: bool) -> anyhow::Result<Self> {
        let settings = [
            ("DURE__GATEWAY__RATES__ADDRESS_PER_SECOND", "1000000"),
            ("DURE__GATEWAY__RATES__ADDRESS_BURST", "1000000"),
            ("DURE__GATEWAY__RATES__TOKEN_PER_SECOND", "1000000"),
            ("DURE__GATEWAY__RATES__TOKEN_BURST", "1000000"),
        ];
        let mut fleet = Fleet::start(dure, servers, &settings).await?;
        if keep_logs {
            eprintln!("logs: {}", fleet.keep_logs().display());
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut scene = Scene::set(Options::new(&fleet.url, &root)).await?;
        let firm = scene.found("주식회사 빠른길", "한결").await?;
        let terms = step_04_order::terms(&scene).await?;
        let order = json!({
            "selection": selection(), "acceptedTermsVersion": terms, "paymentMethod": "PAYMENT_METHOD_BANK_TRANSFER",
        });
        let placed = firm.boss.client.post("/v1/orders", order).await?;
        step_04_order::pay(&mut scene, &firm, &placed).await?;
        let (site, order) = (placed.text("siteId")?.to_owned(), placed.text("orderId")?.to_owned());
        let servers = servers.clone();
        Ok(Self { fleet, scene, firm, site, order, terms, servers })
    }

    /// Where a service answers gRPC.
    pub fn grpc(&self, service: &str) -> anyhow::Result<String> {
        Ok(format!("http://{}", self.fleet.setting(service, "DURE__LISTEN__GRPC")?))
    }

    /// Connections to a service.
    pub async fn connect(&self, service: &str, connections: usize) -> anyhow::Result<Vec<Channel>> {
        connect(&self.grpc(service)?, connections).await
    }

    /// A service's database.
    pub async fn sql(&self, service: &str) -> anyhow::Result<Sql> {
        Sql::open(self.fleet.setting(service, "DURE__DATABASE__URL")?).await
    }

    /// A token of the company's super admin and one of the operator, good for the next ten minutes.
    pub async fn tokens(&mut self) -> anyhow::Result<(Bearer, Bearer)> {
        let boss = self.firm.boss.clone();
        self.scene.sign_in_again(&[&boss]).await?;
        let token = boss.client.token().await.context("the super admin is not signed in")?;
        let operators = self.scene.operator.token().await.context("the operator is not signed in")?;
        Ok((Bearer::new(&token)?, Bearer::new(&operators)?))
    }

    /// A new order: shared, ten users, twelve months.
    pub fn order(&self) -> pb::PlaceOrderRequest {
        pb::PlaceOrderRequest {
            request_id: Uuid::new_v4().to_string(),
            selection: Some(pb::Selection {
                kind: pb::OrderKind::New.into(),
                base_service: "shared".to_owned(),
                seats: 10,
                term_months: 12,
                ..Default::default()
            }),
            accepted_terms_version: self.terms.clone(),
            payment_method: pb::PaymentMethod::BankTransfer.into(),
            ..Default::default()
        }
    }
}
