//! The status screens in one call (ME-3), the history (ME-1), and what was in force when (ME-22).

use std::collections::BTreeMap;

use contract::membership::v1 as pb;
use flow::{Fields, Instant, Page, Read, Stop};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use words::{Day, SiteId};

use super::{
    Membership, SITE_NOT_FOUND, State,
    history::{self, Change, in_force},
    table,
};
use crate::{
    entitlement::{self, CountPeriod, FeatureKey, Features, Question, decide, limit::Limit},
    settings::Settings,
    site::{self, Site},
    usage::{self, Report, percent},
    user::Seats,
};

/// What the status screens are made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status {
    membership: Membership,
    site: Site,
    used: Vec<((String, CountPeriod), i64)>,
    holds: Vec<crate::hold::Hold>,
    switches: BTreeMap<String, bool>,
    report: Option<Report>,
    now: Instant,
}

impl Status {
    /// Of a membership at hand.
    pub async fn of(db: &impl ConnectionTrait, membership: Membership, now: Instant) -> Result<Self, Stop> {
        let site = site::table::find(db, membership.site()).await?;
        let s = entitlement::table::of(db, membership, now).await?;
        Ok(Self {
            membership: s.membership,
            site,
            used: s.used.into_iter().collect(),
            holds: s.holds,
            switches: s.switches,
            report: s.report,
            now,
        })
    }

    /// Its site.
    pub fn site(&self) -> SiteId {
        self.membership.site()
    }
}

/// The membership of a site the caller may see.
pub async fn visible(read: &Read, site: &str) -> Result<Membership, Stop> {
    let site: SiteId = site.parse().map_err(|_| SITE_NOT_FOUND)?;
    let membership = table::find(read.conn(), site).await?.ok_or(SITE_NOT_FOUND)?;
    match read.caller().confined_to()? {
        Some(company) if company != membership.company() => Err(SITE_NOT_FOUND.into()),
        _ => Ok(membership),
    }
}

/// `GetMembershipStatus`.
pub async fn status(read: Read, m: pb::GetMembershipStatusRequest) -> Result<pb::MembershipStatus, Stop> {
    let membership = visible(&read, &m.site_id).await?;
    let status = Status::of(read.conn(), membership, read.now()).await?;
    Ok(render(&read.part::<Settings>(), &read.part::<Features>(), status))
}

/// `GetMembershipHistory`.
pub async fn history(read: Read, m: pb::GetMembershipHistoryRequest) -> Result<pb::GetMembershipHistoryReply, Stop> {
    let membership = visible(&read, &m.site_id).await?;
    let page = Page::parse(m.page_size, &m.page_token, &m.site_id)?;
    let mut changes = history::page(read.conn(), membership.id(), &page).await?;
    let next_page_token = page.cut(&mut changes, |change| change.revision.to_string());
    Ok(pb::GetMembershipHistoryReply { changes: changes.into_iter().map(render_change).collect(), next_page_token })
}

/// `GetMembershipInForce`.
pub async fn in_force_on(
    read: Read,
    m: pb::GetMembershipInForceRequest,
) -> Result<pb::GetMembershipInForceReply, Stop> {
    let f = Fields::new();
    let day = f.word("day", contract::day(m.day.as_ref()));
    let believed = f.word("believed_on", m.believed_on.as_ref().map(|d| contract::day(Some(d))).transpose());
    let (day, believed) = f.all((day, believed))?;
    let membership = visible(&read, &m.site_id).await?;
    let changes = history::all(read.conn(), membership.id()).await?;
    let change = in_force(&changes, day, believed.map(Day::end)).cloned().map(render_change);
    Ok(pb::GetMembershipInForceReply { in_force: change.is_some(), change })
}

/// Used of what may be used.
pub fn used_of(used: i64, contracted: i64, complimentary: i64) -> pb::UsedOf {
    pb::UsedOf { used, contracted, complimentary, used_percent: percent(used, contracted + complimentary) }
}

/// As the wire has it.
pub fn render(settings: &Settings, features: &Features, status: Status) -> pb::MembershipStatus {
    let (m, t, today) = (&status.membership, status.membership.terms(), Day::of(status.now));
    let seats = Seats::of(m);
    let report = status.report.as_ref();
    let (contracted_mb, complimentary_mb) = (m.storage_mb(), m.complimentary_storage_mb());
    let account_mb = report.map_or(contracted_mb + complimentary_mb, |r| r.account_mb);
    let renews = m.autopay().then(|| t.last_day.map(Day::next)).flatten();
    pb::MembershipStatus {
        membership_id: m.id().to_string(),
        revision: m.revision(),
        company_id: m.company().to_string(),
        site_id: m.site().to_string(),
        address: status.site.address(&settings.site_domain),
        prefix_generated: status.site.prefix_generated(),
        service_type: match t.base_service.as_str() {
            "dedicated" => pb::ServiceType::Dedicated,
            _ => pb::ServiceType::Shared,
        }
        .into(),
        base_service: t.base_service.clone(),
        class: class(t.paid).into(),
        state: state(m.state_on(today)).into(),
        seats: Some(used_of(seats.used, seats.contracted, seats.complimentary)),
        storage_mb: Some(used_of(report.map_or(0, Report::used_mb), contracted_mb, complimentary_mb)),
        account_storage_mb: Some(used_of(report.map_or(0, |r| r.account_used_mb), account_mb, 0)),
        shared_storage_mb: Some(used_of(
            report.map_or(0, |r| r.shared_used_mb),
            (contracted_mb + complimentary_mb - account_mb).max(0),
            0,
        )),
        options: options(features, &status),
        first_day: contract::date(t.first_day),
        last_day: t.last_day.and_then(contract::date),
        days_left: m.days_left(today),
        monthly_fee: contract::money(t.monthly_fee),
        prepaid: t.prepaid,
        autopay: m.autopay(),
        next_charge_on: renews.and_then(contract::date),
        storage_gb: t.storage_gb,
    }
}

/// Everything that is counted by option, and every other option bought.
fn options(features: &Features, status: &Status) -> Vec<pb::OptionStatus> {
    let snapshot = entitlement::Snapshot {
        membership: status.membership.clone(),
        users: Default::default(),
        used: status.used.iter().cloned().collect(),
        holds: status.holds.clone(),
        switches: status.switches.clone(),
        report: None,
    };
    let held = |key: &FeatureKey| {
        let feature = features.get(key.as_str());
        let counted = matches!(feature.limit, Some(Limit::Standing | Limit::Monthly));
        let bought = status.membership.terms().options.get(key.as_str()).copied().unwrap_or(0);
        (counted || bought > 0).then_some((feature.limit, bought))
    };
    let show = |key: FeatureKey| {
        let (kind, bought) = held(&key)?;
        let question = Question { feature: key, user: None, amount: 1 };
        let answer = decide(&snapshot, features, &question, status.now);
        let limit = answer.limit.unwrap_or(bought);
        Some(pb::OptionStatus {
            used: answer.used,
            limit,
            monthly: kind == Some(Limit::Monthly),
            switched_on: status.switches.get(answer.feature.as_str()) != Some(&false),
            used_percent: usage::percent(answer.used, limit),
            item: answer.feature.as_str().to_owned(),
        })
    };
    features.of(&status.membership).into_iter().filter_map(show).collect()
}

fn render_change(change: Change) -> pb::MembershipChange {
    let t = change.terms;
    pb::MembershipChange {
        revision: change.revision,
        cause: change.cause,
        cause_id: change.cause_id,
        recorded_at: contract::timestamp(change.recorded_at),
        in_force_from: contract::date(change.in_force_from),
        class: class(t.paid).into(),
        state: state(t.state).into(),
        base_service: t.base_service,
        seats: t.seats,
        complimentary_seats: t.complimentary_seats,
        storage_gb: t.storage_gb,
        complimentary_storage_gb: t.complimentary_storage_gb,
        first_day: contract::date(t.first_day),
        last_day: t.last_day.and_then(contract::date),
        options: t.options.into_iter().collect(),
        monthly_fee: contract::money(t.monthly_fee),
    }
}

fn class(paid: bool) -> pb::MembershipClass {
    if paid { pb::MembershipClass::Paid } else { pb::MembershipClass::Free }
}

fn state(state: State) -> pb::MembershipState {
    match state {
        State::PendingSetup => pb::MembershipState::PendingSetup,
        State::Active => pb::MembershipState::Active,
        State::Suspended => pb::MembershipState::Suspended,
        State::Expired => pb::MembershipState::Expired,
        State::Terminated => pb::MembershipState::Terminated,
    }
}
