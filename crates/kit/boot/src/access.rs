//! Who may (ID-27): one layer before every RPC. It reads the option beside the RPC, verifies the token, and hands the
//! caller on; without a token only what is open to anyone passes.

use std::{
    net::IpAddr,
    task::{Context, Poll},
};

use flow::{Caller, Clock, Refusal, Who, code};
use futures::future::{BoxFuture, Either, Ready, ready};
use http::{HeaderMap, Request, Response};
use tonic::{Status, body::Body, transport::server::TcpConnectInfo};
use tower::{Layer, Service};

use crate::{server::CLIENT_ADDRESS, token::KeySet};

/// The token is not valid, or over.
pub const TOKEN_INVALID: Refusal = Refusal::new(
    code::UNAUTHENTICATED,
    "TOKEN_INVALID",
    "This access token is not valid or has expired. Refresh the session or sign in again.",
    "접근 토큰이 유효하지 않거나 만료되었습니다. 세션을 갱신하거나 다시 로그인하세요.",
);
/// A developer RPC where there is no developer.
pub const NOT_HERE: Refusal = Refusal::new(
    code::NOT_FOUND,
    "DEVELOPER_ONLY",
    "This exists only in the embedded mode.",
    "내장 모드에서만 제공됩니다.",
);
/// No option beside the RPC, or no such RPC.
const NO_SUCH_RPC: Refusal = Refusal::new(code::NOT_FOUND, "NO_SUCH_RPC", "There is no such RPC.", "없는 RPC 입니다.");

/// The layer.
#[derive(Clone)]
pub(crate) struct WhoMay {
    pub keys: KeySet,
    pub clock: Clock,
    pub developer: bool,
}

impl WhoMay {
    fn decide(&self, path: &str, headers: &HeaderMap, peer: Option<IpAddr>) -> Result<Caller, Refusal> {
        // Health and reflection are open: they show nothing but the public contract.
        if path.starts_with("/grpc.") {
            return Ok(Caller::anyone());
        }
        let access = contract::access_of(path).ok_or(NO_SUCH_RPC)?;
        if access.embedded_only && !self.developer {
            return Err(NOT_HERE);
        }
        let caller = Caller { who: self.who(headers, access.anyone)?, address: address(headers).or(peer) };
        caller.passes(access)?;
        Ok(caller)
    }

    fn who(&self, headers: &HeaderMap, open: bool) -> Result<Who, Refusal> {
        let Some(header) = headers.get(http::header::AUTHORIZATION) else { return Ok(Who::Anyone) };
        let (scheme, token) = header.to_str().ok().and_then(|h| h.split_once(' ')).ok_or(TOKEN_INVALID)?;
        // A scheme's letters may be of either case (RFC 9110, 11.1).
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(TOKEN_INVALID);
        }
        match self.keys.caller(token, self.clock.now()) {
            Ok(who) => Ok(who),
            // A stale token does not keep anyone from signing in again.
            Err(_) if open => Ok(Who::Anyone),
            Err(_) => Err(TOKEN_INVALID),
        }
    }
}

fn address(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get(CLIENT_ADDRESS)?.to_str().ok()?.parse().ok()
}

impl<S> Layer<S> for WhoMay {
    type Service = Guarded<S>;
    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { inner, who_may: self.clone() }
    }
}

/// A service behind the layer.
#[derive(Clone)]
pub(crate) struct Guarded<S> {
    inner: S,
    who_may: WhoMay,
}

impl<S, E> Service<Request<Body>> for Guarded<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = E>,
    S::Future: Send + 'static,
    E: 'static,
{
    type Response = Response<Body>;
    type Error = E;
    type Future = Either<Ready<Result<Response<Body>, E>>, BoxFuture<'static, Result<Response<Body>, E>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), E>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let peer = request.extensions().get::<TcpConnectInfo>().and_then(TcpConnectInfo::remote_addr).map(|a| a.ip());
        match self.who_may.decide(request.uri().path(), request.headers(), peer) {
            Ok(caller) => {
                let span = tracing::info_span!("rpc", rpc = request.uri().path(), caller = caller.name());
                request.extensions_mut().insert(caller);
                crate::telemetry::continue_trace(&span, request.headers());
                Either::Right(Box::pin(tracing::Instrument::instrument(self.inner.call(request), span)))
            }
            Err(no) => Either::Left(ready(Ok(Status::from(no).into_http()))),
        }
    }
}
