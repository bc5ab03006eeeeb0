//! Quotas, holds, switches and reports: what products and admins change day by day.

use chrono::DateTime;
use contract::membership::v1::{
    self as pb, feature_service_server::FeatureService, hold_service_server::HoldService,
    quota_service_server::QuotaService, usage_service_server::UsageService,
};
use flow::{Fields, Refusal};
use tonic::{Request, Response, Status, async_trait};
use words::Wrong;

use super::{Rpc, count, site};
use crate::{
    feature::{switch::SwitchFeature, views as features},
    hold::{HOLD_NOT_FOUND, HoldId, confirm::ConfirmHold, place::PlaceHold, release::ReleaseHold, views as holds},
    quota::{self, consume::ConsumeQuota, restore::RestoreQuota},
    settings::Settings,
    usage::{self, Report, report::ReportUsage},
    user::UserKey,
};

/// ME-19: at most so many users in one hold.
const MOST_USERS: usize = 1_000;

#[async_trait]
impl QuotaService for Rpc {
    async fn consume_quota(&self, request: Request<pb::ConsumeQuotaRequest>) -> Result<Response<pb::QuotaUse>, Status> {
        let parse = |m: pb::ConsumeQuotaRequest| {
            let f = Fields::new();
            let (feature, amount) = f.all((f.parse("feature", &m.feature), f.word("amount", count(m.amount, 1))))?;
            Ok(ConsumeQuota { site: site(&m.site_id)?, feature, amount })
        };
        self.change(request, parse, |used| used.site, quota::render).await
    }

    async fn restore_quota(&self, request: Request<pb::RestoreQuotaRequest>) -> Result<Response<pb::QuotaUse>, Status> {
        let parse = |m: pb::RestoreQuotaRequest| {
            let f = Fields::new();
            let (feature, amount) = f.all((f.parse("feature", &m.feature), f.word("amount", count(m.amount, 1))))?;
            Ok(RestoreQuota { site: site(&m.site_id)?, feature, amount })
        };
        self.change(request, parse, |used| used.site, quota::render).await
    }
}

#[async_trait]
impl FeatureService for Rpc {
    async fn switch_feature(
        &self,
        request: Request<pb::SwitchFeatureRequest>,
    ) -> Result<Response<pb::FeatureSwitch>, Status> {
        let parse = |m: pb::SwitchFeatureRequest| {
            let f = Fields::new();
            let (feature,) = f.all((f.parse("feature", &m.feature),))?;
            Ok(SwitchFeature { site: site(&m.site_id)?, feature, on: m.on })
        };
        self.change(request, parse, |turn| turn.site, features::render).await
    }

    async fn list_feature_switches(
        &self,
        request: Request<pb::ListFeatureSwitchesRequest>,
    ) -> Result<Response<pb::ListFeatureSwitchesReply>, Status> {
        self.flow.read(request, features::list).await
    }
}

#[async_trait]
impl HoldService for Rpc {
    async fn place_hold(&self, request: Request<pb::PlaceHoldRequest>) -> Result<Response<pb::Hold>, Status> {
        let (settings, now) = (self.flow.part::<Settings>(), self.flow.clock().now());
        self.change(request, |m| parse_hold(m, &settings), |h| h.site(), |h| holds::render(h, now)).await
    }

    async fn confirm_hold(&self, request: Request<pb::ConfirmHoldRequest>) -> Result<Response<pb::Hold>, Status> {
        let parse = |m: pb::ConfirmHoldRequest| {
            const TOO_MANY: Wrong = Wrong::new("TOO_MANY", "Name at most 1,000 users.", "최대 1,000명까지 입력하세요.");
            let f = Fields::new();
            let few = f.must(m.user_ids.len() <= MOST_USERS, "user_ids", TOO_MANY);
            let user = |(i, id): (usize, &String)| f.parse::<UserKey>(&format!("user_ids[{i}]"), id);
            let users: Option<Vec<_>> = m.user_ids.iter().take(MOST_USERS).enumerate().map(user).collect();
            let ((), users) = f.all((few, users))?;
            Ok(ConfirmHold { hold: hold(&m.hold_id)?, users })
        };
        let now = self.flow.clock().now();
        self.change(request, parse, |h| h.site(), |h| holds::render(h, now)).await
    }

    async fn release_hold(&self, request: Request<pb::ReleaseHoldRequest>) -> Result<Response<pb::Hold>, Status> {
        let parse = |m: pb::ReleaseHoldRequest| Ok(ReleaseHold { hold: hold(&m.hold_id)? });
        let now = self.flow.clock().now();
        self.change(request, parse, |h| h.site(), |h| holds::render(h, now)).await
    }

    async fn get_hold(&self, request: Request<pb::GetHoldRequest>) -> Result<Response<pb::Hold>, Status> {
        self.flow.read(request, holds::get).await
    }
}

fn hold(text: &str) -> Result<HoldId, Refusal> {
    text.parse().map_err(|_| HOLD_NOT_FOUND)
}

fn parse_hold(m: pb::PlaceHoldRequest, settings: &Settings) -> Result<PlaceHold, Refusal> {
    const TOO_LONG: Wrong = Wrong::new("OUT_OF_RANGE", "", "");
    let f = Fields::new();
    let longest = settings.longest_hold_seconds;
    let seconds = match m.hold_seconds {
        0 => Ok(settings.hold_seconds),
        n if (1..=longest).contains(&n) => Ok(n),
        _ => Err(TOO_LONG.said(format!("Give 1 to {longest} seconds."), format!("1~{longest}초 사이로 입력하세요."))),
    };
    let (feature, amount, seconds) =
        f.all((f.parse("feature", &m.feature), f.word("amount", count(m.amount, 1)), f.word("hold_seconds", seconds)))?;
    Ok(PlaceHold { site: site(&m.site_id)?, feature, amount, seconds })
}

#[async_trait]
impl UsageService for Rpc {
    async fn report_usage(
        &self,
        request: Request<pb::ReportUsageRequest>,
    ) -> Result<Response<pb::UsageReport>, Status> {
        let now = self.flow.clock().now();
        let parse = |m: pb::ReportUsageRequest| {
            const NOT_A_TIME: Wrong = Wrong::new(
                "NOT_A_TIME",
                "Give the instant of the measurement, not in the future.",
                "측정 시각을 입력하세요. 미래일 수 없습니다.",
            );
            let f = Fields::new();
            let at = m.measured_at.and_then(|t| DateTime::from_timestamp(t.seconds, u32::try_from(t.nanos).ok()?));
            // To the microsecond, as both databases keep it; a minute ahead is a clock, not a lie.
            let at = at.and_then(|at| DateTime::from_timestamp_micros(at.timestamp_micros()));
            let at = at.filter(|at| *at <= now + chrono::Duration::minutes(1)).ok_or(NOT_A_TIME);
            let (measured_at, users, account_used_mb, shared_used_mb, account_mb) = f.all((
                f.word("measured_at", at),
                f.word("users", count(m.users, 0)),
                f.word("account_storage_used_mb", count(m.account_storage_used_mb, 0)),
                f.word("shared_storage_used_mb", count(m.shared_storage_used_mb, 0)),
                f.word("account_storage_mb", count(m.account_storage_mb, 0)),
            ))?;
            let site = site(&m.site_id)?;
            Ok(ReportUsage(Report { site, measured_at, users, account_used_mb, shared_used_mb, account_mb }))
        };
        self.change(request, parse, |report| report.site, usage::render).await
    }
}
