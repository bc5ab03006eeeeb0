//! Follows the key set identity publishes (ID-19), so that a service needs no key of its own and a new one counts within
//! a minute. Until the first answer nobody's token is believed.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use contract::identity::v1::{GetKeySetRequest, session_service_client::SessionServiceClient};
use tokio_util::sync::CancellationToken;
use tonic::transport::Endpoint;

use crate::token::KeySet;

const AGAIN: Duration = Duration::from_secs(60);
const AGAIN_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Follows until stopped.
pub(crate) async fn follow(at: Endpoint, keys: KeySet, stop: CancellationToken) {
    let mut client = SessionServiceClient::new(at.connect_lazy());
    loop {
        let wait = match fetch(&mut client).await.and_then(|fresh| keys.replace(fresh)) {
            Ok(()) => AGAIN,
            Err(error) => {
                tracing::warn!(%error, "the published keys cannot be read");
                AGAIN_AFTER_FAILURE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn fetch(client: &mut SessionServiceClient<tonic::transport::Channel>) -> anyhow::Result<Vec<[u8; 32]>> {
    let reply = client.get_key_set(GetKeySetRequest {}).await?.into_inner();
    let parse = |x: String| BASE64_URL_SAFE_NO_PAD.decode(x).ok().and_then(|bytes| bytes.try_into().ok());
    reply
        .keys
        .into_iter()
        .map(|key| parse(key.x).ok_or_else(|| anyhow::anyhow!("a published key is not 32 bytes")))
        .collect()
}
