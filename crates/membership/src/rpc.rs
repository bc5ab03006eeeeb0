//! Each RPC: parse → verb → render. After a write the site's snapshot is forgotten, so that this replica answers from
//! what was just committed.

mod contracts;
mod sites;
mod uses;

use std::sync::Arc;

use contract::Requested;
use flow::{Flow, Refusal, Verb};
use tonic::{Request, Response, Status};
use words::{SiteId, Wrong};

use crate::{entitlement::cache::Cache, membership::SITE_NOT_FOUND};

/// All of membership's services.
#[derive(Clone)]
pub struct Rpc {
    flow: Flow,
    cache: Arc<Cache>,
}

impl Rpc {
    /// On this flow.
    pub fn new(flow: Flow) -> Self {
        Self { cache: flow.part(), flow }
    }

    /// A write that changes what a site may use.
    async fn change<M: Requested, V: Verb, R>(
        &self,
        request: Request<M>,
        parse: impl FnOnce(M) -> Result<V, Refusal>,
        site: impl FnOnce(&V::Answer) -> SiteId,
        render: impl FnOnce(V::Answer) -> R,
    ) -> Result<Response<R>, Status> {
        self.flow
            .write(request, parse, |answer| {
                self.cache.forget(site(&answer));
                render(answer)
            })
            .await
    }
}

/// A site's id; what is none is no site.
fn site(text: &str) -> Result<SiteId, Refusal> {
    text.parse().map_err(|_| SITE_NOT_FOUND)
}

/// A count from `least` to a thousand million.
fn count(n: i64, least: i64) -> Result<i64, Wrong> {
    const OUT_OF_RANGE: Wrong = Wrong::new("OUT_OF_RANGE", "", "");
    if (least..=1_000_000_000).contains(&n) {
        return Ok(n);
    }
    Err(OUT_OF_RANGE
        .said(format!("Give {least} to 1,000,000,000."), format!("{least}~1,000,000,000 사이로 입력하세요.")))
}
