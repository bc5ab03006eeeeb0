//! One operation, driven until its answer is definite: written down before the call; asked again under its own request id
//! while the answer is unknown (away, too late, cut); written down again with what came. Some done ones are asked once
//! more on purpose: the same id must bring the same answer (I4).

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use futures::future::BoxFuture;
use serde_json::Value;
use story::client::Client;
use tokio::time::{Instant, sleep, timeout};
use tonic::{Code, Request, Response, Status, metadata::MetadataValue};
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::{history::Outcome, stage::World};

/// One try.
pub const DEADLINE: Duration = Duration::from_secs(10);
/// A client waits a little longer than it says it does.
const GRACE: Duration = Duration::from_millis(200);
/// All tries of one operation.
const PATIENCE: Duration = Duration::from_secs(180);
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));
/// Of a hundred done operations so many are asked again.
const ECHOES: u32 = 2;

/// A definite no.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Its stable reason.
    pub reason: String,
}

/// Definite: done, or refused.
pub type Answer<R> = anyhow::Result<Result<R, Refused>>;

/// What is asked.
pub struct Call<'a> {
    /// Whom.
    pub service: &'static str,
    /// What.
    pub verb: &'static str,
    /// Who asks; nobody in particular where nobody is named.
    pub who: Option<&'a Client>,
    /// With what; goes into the history.
    pub asked: Value,
}

/// What the calls came to, beside their outcomes.
#[derive(Default)]
pub struct Tally {
    /// Tries whose answer was unknown.
    pub unknown: AtomicU64,
    /// Tries answered with INTERNAL: a fault of Dure's.
    pub internal: AtomicU64,
    /// Tries turned away for overload.
    pub turned_away: AtomicU64,
    /// Tries the client cut itself.
    pub cut: AtomicU64,
    /// Done operations that were asked again.
    pub echoes: AtomicU64,
    /// The longest a try took, in milliseconds.
    pub slowest: AtomicU64,
    /// How many of a hundred first tries a client cuts within 2 ms (R07).
    pub cuts_per_hundred: AtomicU64,
}

impl Tally {
    /// A scenario begins.
    pub fn clear(&self) {
        for count in [&self.unknown, &self.internal, &self.turned_away, &self.cut, &self.echoes, &self.slowest] {
            count.store(0, Relaxed);
        }
    }

    /// Tries whose answer was unknown, but for those the client cut itself.
    pub fn unknown(&self) -> u64 {
        self.unknown.load(Relaxed).saturating_sub(self.cut.load(Relaxed))
    }
}

/// A request with a token, a deadline and an address of its own.
pub fn signed<M>(message: M, token: Option<&str>) -> Request<M> {
    let mut request = Request::new(message);
    request.set_timeout(DEADLINE);
    if let Some(token) = token.and_then(|token| format!("Bearer {token}").parse().ok()) {
        request.metadata_mut().insert("authorization", token);
    }
    let [a, b, c] = rand::random::<[u8; 3]>();
    if let Ok(address) = MetadataValue::try_from(format!("10.{a}.{b}.{c}")) {
        request.metadata_mut().insert("x-dure-client-address", address);
    }
    request
}

/// What a status means to a client.
enum Meaning {
    Definite(Refused),
    Stale,
    Unknown,
}

impl World {
    /// Drives it; `send` makes one try with the request id and token given, `note` says what of the answer is kept.
    pub async fn drive<R: Send + 'static>(
        &self,
        call: Call<'_>,
        send: impl Fn(String, Option<String>) -> BoxFuture<'static, Result<Response<R>, Status>>,
        note: impl Fn(&R) -> Value,
    ) -> Answer<R> {
        let request = Uuid::new_v4();
        let number = self.history.begin(call.service, call.verb, request, call.asked.clone())?;
        let (until, mut pause, mut first) = (Instant::now() + PATIENCE, PAUSES.0, true);
        loop {
            let token = token_of(call.who).await;
            let tried = self.attempt(send(request.to_string(), token.clone()), first).await;
            first = false;
            match tried {
                Ok(answer) => {
                    self.history.end(number, Outcome::Done(note(&answer)))?;
                    if rand::random_ratio(ECHOES, 100) {
                        self.echo(&call, request, send(request.to_string(), token), &note, &answer).await;
                    }
                    return Ok(Ok(answer));
                }
                Err(status) => match self.judge(&call, &status) {
                    Meaning::Definite(refused) => {
                        self.history.end(number, Outcome::Refused(refused.reason.clone()))?;
                        return Ok(Err(refused));
                    }
                    Meaning::Stale => self.renew(call.who, token).await?,
                    Meaning::Unknown => {}
                },
            }
            if Instant::now() > until {
                self.found.add("I14", format!("{} has no definite answer after {} s", call.verb, PATIENCE.as_secs()));
                anyhow::bail!("{} under {request} stays unknown", call.verb);
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// One try, bounded; in R07 some are cut short.
    async fn attempt<R>(
        &self,
        call: BoxFuture<'static, Result<Response<R>, Status>>,
        first: bool,
    ) -> Result<R, Status> {
        let share = self.tally.cuts_per_hundred.load(Relaxed);
        if first && rand::random_range(0..100) < share {
            let soon = Duration::from_micros(rand::random_range(0..2_000));
            if let Ok(answer) = timeout(soon, call).await {
                return answer.map(Response::into_inner);
            }
            self.tally.cut.fetch_add(1, Relaxed);
            return Err(Status::cancelled("cut by the client"));
        }
        let start = Instant::now();
        let answer = timeout(DEADLINE + GRACE, call).await;
        let took = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.tally.slowest.fetch_max(took, Relaxed);
        match answer {
            Ok(answer) => answer.map(Response::into_inner),
            Err(_) => Err(Status::deadline_exceeded("no answer at all")),
        }
    }

    fn judge(&self, call: &Call<'_>, status: &Status) -> Meaning {
        match status.code() {
            Code::Unauthenticated => Meaning::Stale,
            Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::FailedPrecondition => Meaning::Definite(Refused { reason: reason_of(status) }),
            // A limit of the business is definite; a server that is full only asks to come again.
            Code::ResourceExhausted if !reason_of(status).is_empty() && reason_of(status) != "OVERLOADED" => {
                Meaning::Definite(Refused { reason: reason_of(status) })
            }
            Code::ResourceExhausted => {
                self.tally.turned_away.fetch_add(1, Relaxed);
                Meaning::Unknown
            }
            Code::Internal if reason_of(status) == "INTERNAL" => {
                self.tally.internal.fetch_add(1, Relaxed);
                self.found.add("API", format!("{}: {}", call.verb, status.message()));
                Meaning::Unknown
            }
            _ => {
                self.tally.unknown.fetch_add(1, Relaxed);
                Meaning::Unknown
            }
        }
    }

    /// I4: the same request again is answered as it was. An unknown answer says nothing.
    async fn echo<R>(
        &self,
        call: &Call<'_>,
        request: Uuid,
        again: BoxFuture<'static, Result<Response<R>, Status>>,
        note: &impl Fn(&R) -> Value,
        was: &R,
    ) {
        self.tally.echoes.fetch_add(1, Relaxed);
        match timeout(DEADLINE, again).await {
            Ok(Ok(answer)) if note(answer.get_ref()) != note(was) => {
                let (was, is) = (note(was), note(answer.get_ref()));
                self.found.add("I4", format!("{} {request} was answered {was}, then {is}", call.verb));
            }
            Ok(Err(status)) => {
                if let Meaning::Definite(refused) = self.judge(call, &status) {
                    let text = format!("{} {request} was done, then refused: {}", call.verb, refused.reason);
                    self.found.add("I4", text);
                }
            }
            _ => {}
        }
    }
}

async fn token_of(who: Option<&Client>) -> Option<String> {
    match who {
        Some(who) => who.token().await,
        None => None,
    }
}

/// The stable reason a refusal carries.
pub fn reason_of(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}
