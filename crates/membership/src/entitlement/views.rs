//! Answers to the products: one question, many, or a stream (ME-8, ME-20).

use std::{sync::Arc, time::Duration};

use contract::membership::v1 as pb;
use flow::{Fields, Instant, Read, Refusal, Stop, code};
use futures::{Stream, stream};
use tonic::Status;
use words::{SiteId, Wrong};

use super::{Answer, FeatureKey, Features, Question, Reason, Snapshot, cache::Cache, decide};
use crate::membership::SITE_NOT_FOUND;

/// ME-8: at most so many questions at once.
const MOST_QUESTIONS: usize = 100;
/// How often a watch looks: at memory, mostly.
const LOOK: Duration = Duration::from_millis(200);

/// Too many questions.
pub const TOO_MANY_QUESTIONS: Refusal = Refusal::new(
    code::INVALID_ARGUMENT,
    "TOO_MANY_QUESTIONS",
    "Ask at most 100 questions at once.",
    "한 번에 최대 100개까지 확인할 수 있습니다.",
);

/// `CheckEntitlement`.
pub async fn check(read: Read, m: pb::CheckEntitlementRequest) -> Result<pb::Entitlement, Stop> {
    let question = question("", &m.feature, m.user_id.clone(), m.amount)?;
    let snapshot = snapshot(&read, &m.site_id, m.consistency()).await?;
    Ok(render(decide(&snapshot, &read.part::<Features>(), &question, read.now())))
}

/// `BatchCheckEntitlements`.
pub async fn batch(read: Read, m: pb::BatchCheckEntitlementsRequest) -> Result<pb::BatchCheckEntitlementsReply, Stop> {
    if m.questions.len() > MOST_QUESTIONS {
        return Err(TOO_MANY_QUESTIONS.into());
    }
    let snapshot = snapshot(&read, &m.site_id, m.consistency()).await?;
    let (features, mut entitlements) = (read.part::<Features>(), Vec::with_capacity(m.questions.len()));
    for (i, q) in m.questions.into_iter().enumerate() {
        let question = question(&format!("questions[{i}]."), &q.feature, q.user_id, q.amount)?;
        entitlements.push(render(decide(&snapshot, &features, &question, read.now())));
    }
    Ok(pb::BatchCheckEntitlementsReply { entitlements })
}

/// `WatchEntitlements`: the snapshot, and again after each change of revision and at each instant at which one of the
/// answers changes by itself.
pub async fn watch(
    read: Read,
    m: pb::WatchEntitlementsRequest,
) -> Result<impl Stream<Item = Result<pb::SiteEntitlements, Status>>, Stop> {
    let first = snapshot(&read, &m.site_id, pb::Consistency::Strong).await?;
    let watch = Watch { site: first.membership.site(), read, next: Some(first), seen: None };
    Ok(stream::unfold(watch, |mut watch| async move {
        let item = watch.next_change().await;
        Some((item.map_err(Status::from), watch))
    }))
}

struct Watch {
    read: Read,
    site: SiteId,
    next: Option<Arc<Snapshot>>,
    /// Revision told last, and when that answer ends by itself.
    seen: Option<(i64, Option<Instant>)>,
}

impl Watch {
    async fn next_change(&mut self) -> Result<pb::SiteEntitlements, Stop> {
        loop {
            let snapshot = match self.next.take() {
                Some(first) => first,
                None => {
                    tokio::time::sleep(LOOK).await;
                    self.read.part::<Cache>().get(self.read.flow(), self.site).await?
                }
            };
            let now = self.read.flow().clock().now();
            let news = self
                .seen
                .is_none_or(|(revision, ends)| snapshot.revision() > revision || ends.is_some_and(|ends| now >= ends));
            if news {
                let (all, ends) = everything(&snapshot, &self.read.part::<Features>(), now);
                self.seen = Some((snapshot.revision(), ends));
                return Ok(all);
            }
        }
    }
}

fn everything(snapshot: &Snapshot, features: &Features, now: Instant) -> (pb::SiteEntitlements, Option<Instant>) {
    let ask = |feature: FeatureKey| decide(snapshot, features, &Question { feature, user: None, amount: 1 }, now);
    let answers: Vec<_> = features.of(&snapshot.membership).into_iter().map(ask).collect();
    let ends = answers.iter().filter_map(|a| a.may_change_at).min();
    let all = pb::SiteEntitlements {
        site_id: snapshot.membership.site().to_string(),
        revision: snapshot.revision(),
        entitlements: answers.into_iter().map(render).collect(),
        may_change_at: ends.and_then(contract::timestamp),
    };
    (all, ends)
}

/// A site's snapshot, fresh enough, for this caller.
async fn snapshot(read: &Read, site: &str, consistency: pb::Consistency) -> Result<Arc<Snapshot>, Stop> {
    let site: SiteId = site.parse().map_err(|_| SITE_NOT_FOUND)?;
    let cache = read.part::<Cache>();
    let snapshot = match consistency {
        pb::Consistency::Strong => Box::pin(cache.load(read.flow(), site)).await?,
        pb::Consistency::Bounded | pb::Consistency::Unspecified => cache.get(read.flow(), site).await?,
    };
    match read.caller().confined_to()? {
        Some(company) if company != snapshot.membership.company() => Err(SITE_NOT_FOUND.into()),
        _ => Ok(snapshot),
    }
}

fn question(at: &str, feature: &str, user: String, amount: i64) -> Result<Question, Refusal> {
    const NEGATIVE: Wrong = Wrong::new("NEGATIVE", "An amount is not negative.", "음수일 수 없습니다.");
    let f = Fields::new();
    let feature = f.parse(&format!("{at}feature"), feature);
    let (feature, ()) = f.all((feature, f.must(amount >= 0, &format!("{at}amount"), NEGATIVE)))?;
    Ok(Question { feature, user: (!user.is_empty()).then_some(user), amount: amount.max(1) })
}

/// As the wire has it.
fn render(answer: Answer) -> pb::Entitlement {
    use pb::EntitlementReason as R;
    pb::Entitlement {
        allowed: answer.allowed(),
        reason: match answer.reason {
            None => R::Unspecified,
            Some(Reason::NotContracted) => R::NotContracted,
            Some(Reason::QuotaUsedUp) => R::QuotaUsedUp,
            Some(Reason::Suspended) => R::Suspended,
            Some(Reason::Expired) => R::Expired,
            Some(Reason::NotGranted) => R::NotGranted,
            Some(Reason::SwitchedOff) => R::SwitchedOff,
            Some(Reason::NotStarted) => R::NotStarted,
        }
        .into(),
        feature: answer.feature.as_str().to_owned(),
        limit: answer.limit,
        used: answer.used,
        held: answer.held,
        until: answer.until.and_then(contract::timestamp),
        revision: answer.revision,
        may_change_at: answer.may_change_at.and_then(contract::timestamp),
    }
}
